/* SPDX-License-Identifier: BSD-2-Clause */
/* The registry: policy types, built in or loaded from a module. */
#ifndef MG_REGISTRY_H
#define MG_REGISTRY_H

#include <millgate/policy.h>

#include "base/arena.h"

/* The policies that are built in, NULL last. */
extern const struct mg_policy *(*const registry_builtins[])(void);

/*
 * Finds a policy type: a built-in one, else directory/TYPE.so. The result is a copy of the size that this
 * host knows, with the members that an older module lacks zeroed; it and the module live as long as the arena.
 * Returns NULL with a message in error_r, allocated in the arena.
 */
const struct mg_policy *registry_find(struct arena *arena, const char *directory, const char *type,
				      const char **error_r);

/* The file that a policy type's module is; NULL: the type is built in. In the arena. */
const char *registry_module(struct arena *arena, const char *directory, const char *type);

/* Checks what a policy says of itself. Returns NULL, or what is wrong (a constant). */
const char *registry_check(const struct mg_policy *policy, const char *type);

/* One of the policy's own counters, by index; NULL past the last. */
const struct mg_counter *registry_counter(const struct mg_policy *policy, size_t index);

/* The names of the built-in policies, NULL last; in the arena. */
const char *const *registry_names(struct arena *arena);

/* Whether a file is a whole ELF shared object: NULL, or what is wrong (a constant). dlopen() maps a truncated one and crashes. */
const char *registry_check_elf(const char *path);

#endif
