/* SPDX-License-Identifier: BSD-2-Clause */
/* The registry: policy types, built in or loaded from a module. */
#include <config.h>

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "config/registry.h"
#include "config/text.h"

#define X(name) const struct mg_policy *mg_builtin_##name(void);
#include "builtin.h"
#undef X

const struct mg_policy *(*const registry_builtins[])(void) = {
#define X(name) mg_builtin_##name,
#include "builtin.h"
#undef X
	NULL,
};

/* The least that a module of this ABI has: up to the last member of its first version. */
#define REGISTRY_SIZE_MIN (offsetof(struct mg_policy, services) + sizeof(unsigned))
#define REGISTRY_COUNTER_MIN (offsetof(struct mg_counter, help) + sizeof(const char *))
#define REGISTRY_SIZE_MAX 65536U

static bool registry_is_name(const char *name)
{
	return name && *name && strlen(name) < 64 &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_")];
}

static const char *registry_check_results(const struct mg_result *results)
{
	if (!results)
		return "declares no results";
	for (size_t i = 0; results[i].name; i++) {
		if (i >= 200)
			return "declares more than 200 results";
		if (!registry_is_name(results[i].name))
			return "declares a result whose name is not of lower-case letters, digits, - and _";
	}
	return NULL;
}

static const char *registry_check_values(const char *const *values)
{
	for (; values && *values; values++)
		if (text_is_macro(*values))
			return "declares a value that has the name of a macro of every text";
	return NULL;
}

static const char *registry_check_items(const struct mg_policy *policy)
{
	static const size_t sizes[] = {
		[MG_BOOL] = sizeof(bool),
		[MG_INT] = sizeof(long long),
		[MG_SIZE] = sizeof(long long),
		[MG_DURATION] = sizeof(long long),
		[MG_STRING] = sizeof(char *),
		[MG_STRINGS] = sizeof(struct mg_strings),
		[MG_CHOICE] = sizeof(int),
		[MG_TABLE] = sizeof(void *),
		[MG_LINES] = sizeof(struct mg_lines),
	};

	for (const struct mg_item *item = policy->items; item && item->name; item++) {
		if (item->type < MG_BOOL || item->type > MG_LINES)
			return "declares an item of an unknown type";
		if (item->offset > policy->conf_size ||
		    sizes[item->type] > policy->conf_size - item->offset)
			return "declares an item that lies outside of its struct";
		if (item->type == MG_CHOICE && !item->choices)
			return "declares a choice without its words";
	}
	return NULL;
}

/*
 * Counters come with their size: those of an older module are shorter than ours, and have no
 * further members.
 */
const struct mg_counter *registry_counter(const struct mg_policy *policy, size_t index)
{
	const char *at = (const char *)policy->counters + index * policy->counter_size;
	const struct mg_counter *counter = (const struct mg_counter *)(const void *)at;

	return policy->counters && counter->name ? counter : NULL;
}

static bool registry_is_counter(const char *name)
{
	return *name && strlen(name) < 64 &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

/* Whether the line of an instance's counters has a field of this name already. */
static bool registry_is_taken(const char *name)
{
	static const char *const taken[] = { "asked",   "acted",  "would",    "found",
					     "results", "policy", "time",     "level",
					     "event",   "text",   "truncated" };

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(taken[i], name) == 0)
			return true;
	return false;
}

static const char *registry_check_counters(const struct mg_policy *policy)
{
	const struct mg_counter *counter;

	if (policy->counters && policy->counter_size < REGISTRY_COUNTER_MIN)
		return "declares counters without their size: MG_COUNTERS() does";
	for (size_t i = 0; (counter = registry_counter(policy, i)); i++) {
		if (i >= 100)
			return "declares more than 100 counters";
		if (!registry_is_counter(counter->name))
			return "declares a counter whose name is not of a-z, 0-9 and _";
		if (registry_is_taken(counter->name))
			return "declares a counter that has the name of one of every policy";
		if (!counter->help || !*counter->help)
			return "declares a counter without help";
		for (size_t j = 0; j < i; j++)
			if (strcmp(registry_counter(policy, j)->name, counter->name) == 0)
				return "declares two counters of one name";
	}
	return NULL;
}

static const char *registry_check_reads(const struct mg_policy *policy)
{
	for (const char *const *type = policy->reads; type && *type; type++) {
		if (!registry_is_name(*type))
			return "reads a type whose name no policy can have";
		if (strcmp(*type, policy->name) == 0)
			return "reads its own type: what an instance found it keeps in its state";
	}
	return NULL;
}

const char *registry_check(const struct mg_policy *policy, const char *type)
{
	bool hooks = policy->outcome;

	if (!registry_is_name(policy->name) || strcmp(policy->name, type) != 0)
		return "registers a policy of another name";
	for (int i = 0; i < MG_STAGES; i++)
		hooks = hooks || policy->on[i];
	if (!hooks)
		return "registers a policy that has no hooks";
	if (policy->conf_size > 1 << 20 || policy->session_size > 1 << 20 ||
	    policy->message_size > 1 << 20 || policy->shared_size > 1 << 20)
		return "asks for more than 1 MiB of state";

	const char *error = registry_check_results(policy->results);

	if (!error)
		error = registry_check_values(policy->values);
	if (!error)
		error = registry_check_counters(policy);
	if (!error)
		error = registry_check_reads(policy);
	return error ? error : registry_check_items(policy);
}

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

/* Takes over what a module registered: the ABI decides before anything else of it is read. */
static const struct mg_policy *registry_adopt(struct arena *arena, const struct mg_policy *theirs,
					      const char *path, const char *type,
					      const char **error_r)
{
	struct mg_policy *policy = arena_zalloc(arena, sizeof(*policy));

	if (!theirs) {
		*error_r = arena_printf(arena, "%s: registers no policy", path);
		return NULL;
	}
	if (theirs->abi != MG_ABI) {
		*error_r = arena_printf(
			arena,
			"%s: is built for ABI %u, this is ABI %u: build it anew against the installed "
			"<millgate/policy.h>",
			path, theirs->abi, MG_ABI);
		return NULL;
	}
	if (theirs->size < REGISTRY_SIZE_MIN || theirs->size > REGISTRY_SIZE_MAX) {
		*error_r = arena_printf(
			arena,
			"%s: says that its struct mg_policy has %u bytes, expected at least %zu",
			path, theirs->size, (size_t)REGISTRY_SIZE_MIN);
		return NULL;
	}
	memcpy(policy, theirs, theirs->size < sizeof(*policy) ? theirs->size : sizeof(*policy));

	const char *wrong = registry_check(policy, type);

	if (wrong) {
		*error_r = arena_printf(arena, "%s: %s", path, wrong);
		return NULL;
	}
	return policy;
}

static const struct mg_policy *registry_load(struct arena *arena, const char *path,
					     const char *type, const char **error_r)
{
	const struct mg_policy *(*entry)(void);
	const char *wrong = registry_check_elf(path);

	if (wrong) {
		*error_r = arena_printf(arena, "%s: %s", path, wrong);
		return NULL;
	}

	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!module) {
		const char *reason = dlerror();

		/* Most of its messages begin with the path. */
		*error_r = strncmp(reason, path, strlen(path)) == 0
				   ? arena_strdup(arena, reason)
				   : arena_printf(arena, "%s: %s", path, reason);
		return NULL;
	}
	arena_at_end(arena, registry_unload, module);

	/* POSIX's way around ISO C's missing conversion of an object pointer to a function's. */
	*(void **)&entry = dlsym(module, "mg_policy_register");
	if (!entry) {
		*error_r = arena_printf(
			arena,
			"%s: has no symbol mg_policy_register: not a policy module, or without MG_REGISTER()",
			path);
		return NULL;
	}
	return registry_adopt(arena, entry(), path, type, error_r);
}

const char *registry_module(struct arena *arena, const char *directory, const char *type)
{
	return registry_find_builtin(type) ? NULL
					   : arena_printf(arena, "%s/%s.so", directory, type);
}

const struct mg_policy *registry_find(struct arena *arena, const char *directory, const char *type,
				      const char **error_r)
{
	const struct mg_policy *builtin = registry_find_builtin(type);

	if (builtin)
		return builtin;
	if (!registry_is_name(type)) {
		*error_r = arena_printf(arena, "no policy is called \"%s\"", type);
		return NULL;
	}

	const char *path = registry_module(arena, directory, type);

	if (access(path, F_OK) < 0) {
		*error_r = arena_printf(
			arena, "no policy is called \"%s\": none is built in, and there is no %s",
			type, path);
		return NULL;
	}
	return registry_load(arena, path, type, error_r);
}

const char *const *registry_names(struct arena *arena)
{
	const size_t n = sizeof(registry_builtins) / sizeof(registry_builtins[0]);
	const char **names = arena_zalloc(arena, n * sizeof(*names));

	for (size_t i = 0; registry_builtins[i]; i++)
		names[i] = registry_builtins[i]()->name;
	return names;
}
