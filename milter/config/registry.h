/* SPDX-License-Identifier: BSD-2-Clause */
/* The registry: policy types, built in or loaded from a module. */
#ifndef MG_REGISTRY_H
#define MG_REGISTRY_H

#include <millgate/policy.h>

#include "base/arena.h"
#include "base/errors.h"
#include "config/action.h"

/* The policies that are built in, NULL last. */
extern const struct mg_policy *(*const registry_builtins[])(void);

/* A policy type as the host knows it. */
struct policy_type {
	const struct mg_policy *policy; /* of the host's sizes, what the module lacks being zero */
	size_t nvalues, ncounters;
	size_t nown;     /* results that the policy lists */
	size_t nresults; /* and "error" and "timeout", which all have */
	size_t error, timeout;
	const char *const *result_names;
	struct action *const *actions; /* the default ones, by result; never NULL */
	const void *defaults;          /* the instance's struct with the defaults of the items */
	struct policy_type *next;
};

/* How large the structs of a module are, in bytes. */
struct registry_sizes {
	size_t policy, result, item, counter;
};

/* The least that a module of this ABI has: what its first release had. */
extern const struct registry_sizes registry_first;

/* The policy types of one configuration: each is loaded, checked and completed once. */
struct registry {
	struct arena *arena; /* types and modules live as long as it */
	struct errors *errors;
	const char *directory; /* where modules are, as TYPE.so */
	/* NULL: registry_first. A test has smaller ones, as if members had been appended since. */
	const struct registry_sizes *first_sizes;
	struct policy_type *first;
};

/*
 * Finds a policy type: a built-in one, else directory/TYPE.so. Returns NULL with a message in
 * error_r, allocated in the arena; details may have been reported besides.
 */
const struct policy_type *registry_find(struct registry *registry, const char *type,
					const char **error_r);

/* The file that a policy type's module is; NULL: the type is built in. In the arena. */
const char *registry_module(struct arena *arena, const char *directory, const char *type);

/*
 * Takes over what was registered. Its ABI decides before anything else is read. from: what messages
 * begin with; a module's path. Returns NULL as registry_find().
 */
struct policy_type *registry_adopt(struct registry *registry, const struct mg_policy *theirs,
				   const char *from, const char *type, const char **error_r);

/* Before the names of a policy's own counters, where they are shown; no name of ours begins so. */
#define REGISTRY_OWN_COUNTER "own_"

/* Whether a text can be the name of a policy, a result or an item. */
bool registry_is_name(const char *name);

/*
 * Checks what a policy of the host's sizes says of itself. Returns NULL, or what is wrong, in the
 * arena.
 */
const char *registry_check(struct arena *arena, const struct mg_policy *policy, const char *type);

/* The names of the built-in policies, NULL last; in the arena. */
const char *const *registry_names(struct arena *arena);

/*
 * Whether a file is a whole ELF shared object: NULL, or what is wrong (a constant). dlopen() maps a
 * truncated one and crashes.
 */
const char *registry_check_elf(const char *path);

/* Whether the file has the code and constants of a module that is loaded. */
bool registry_is_loaded(void *module, const char *path);

#endif
