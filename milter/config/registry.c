/* SPDX-License-Identifier: BSD-2-Clause */
/* The registry: policy types, built in or loaded from a module. */
#include <config.h>

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "config/registry.h"

#define X(name) const struct mg_policy *mg_builtin_##name##_policy(void);
#include "builtin.h"
#undef X

const struct mg_policy *(*const registry_builtins[])(void) = {
#define X(name) mg_builtin_##name##_policy,
#include "builtin.h"
#undef X
	NULL,
};

static const struct mg_policy *registry_find_builtin(const char *type)
{
	for (size_t i = 0; registry_builtins[i]; i++)
		if (strcmp(registry_builtins[i]()->name, type) == 0)
			return registry_builtins[i]();
	return NULL;
}

static void registry_unload(void *module)
{
	dlclose(module);
}

/*
 * Whether another file is loaded under this name, which dlopen() would return: of a snapshot that
 * is in use, or one that cannot be unloaded, as many that are written in C++.
 */
static bool registry_has_another(const char *path)
{
	void *loaded = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
	bool other;

	if (!loaded)
		return false;
	other = !registry_is_loaded(loaded, path);
	dlclose(loaded);
	return other;
}

/* What the module's symbol registers, which may be NULL. */
static int registry_load(struct arena *arena, const char *path, const struct mg_policy **policy_r,
			 const char **error_r)
{
	const struct mg_policy *(*entry)(void);
	const char *wrong = registry_check_elf(path);

	if (wrong) {
		*error_r = arena_printf(arena, "%s: %s", path, wrong);
		return -1;
	}
	if (registry_has_another(path)) {
		*error_r = arena_printf(
			arena, "%s needs a restart: it has changed since it was loaded", path);
		return -1;
	}

	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!module) {
		const char *reason = dlerror();

		/* Most of its messages begin with the path. */
		*error_r = strncmp(reason, path, strlen(path)) == 0
				   ? arena_strdup(arena, reason)
				   : arena_printf(arena, "%s: %s", path, reason);
		return -1;
	}
	arena_at_end(arena, registry_unload, module);

	/* POSIX's way around ISO C's missing conversion of an object pointer to a function's. */
	*(void **)&entry = dlsym(module, "mg_policy_register");
	if (!entry) {
		*error_r = arena_printf(
			arena,
			"%s: has no symbol mg_policy_register: not a policy module, or without "
			"MG_REGISTER()",
			path);
		return -1;
	}
	*policy_r = entry();
	return 0;
}

const char *registry_module(struct arena *arena, const char *directory, const char *type)
{
	return registry_find_builtin(type) ? NULL
					   : arena_printf(arena, "%s/%s.so", directory, type);
}

/* From where a module of this type would be loaded; NULL with a message when there is none. */
static const char *registry_path(const struct registry *registry, const char *type,
				 const char **error_r)
{
	const char *path;

	if (!registry_is_name(type)) {
		*error_r = arena_printf(registry->arena, "no policy is called \"%s\"", type);
		return NULL;
	}
	path = registry_module(registry->arena, registry->directory, type);
	if (access(path, F_OK) == 0)
		return path;
	*error_r = arena_printf(registry->arena,
				"no policy is called \"%s\": none is built in, and there is no %s",
				type, path);
	return NULL;
}

static struct policy_type *registry_new(struct registry *registry, const char *type,
					const char **error_r)
{
	const struct mg_policy *policy = registry_find_builtin(type);
	const char *from = type;

	if (!policy) {
		from = registry_path(registry, type, error_r);
		if (!from || registry_load(registry->arena, from, &policy, error_r) < 0)
			return NULL;
	}
	return registry_adopt(registry, policy, from, type, error_r);
}

const struct policy_type *registry_find(struct registry *registry, const char *type,
					const char **error_r)
{
	struct policy_type *known = registry->first;

	while (known && strcmp(known->policy->name, type) != 0)
		known = known->next;
	if (known)
		return known;
	known = registry_new(registry, type, error_r);
	if (known) {
		known->next = registry->first;
		registry->first = known;
	}
	return known;
}

const char *const *registry_names(struct arena *arena)
{
	const size_t n = sizeof(registry_builtins) / sizeof(registry_builtins[0]);
	const char **names = arena_zalloc(arena, n * sizeof(*names));

	for (size_t i = 0; registry_builtins[i]; i++)
		names[i] = registry_builtins[i]()->name;
	return names;
}
