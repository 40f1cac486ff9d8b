/* SPDX-License-Identifier: BSD-2-Clause */
/* A block while it is checked and opened: the host's side of policy.h's "struct mg_conf". */
#ifndef MG_OPENING_H
#define MG_OPENING_H

#include "base/errors.h"
#include "config/items.h"

struct instance;

struct mg_conf {
	struct arena *arena;
	struct errors *errors, *warnings;
	const struct mg_line *owner; /* whose block it is; NULL at the top level */
	const struct item_set *sets; /* of the block, filled */
	size_t nsets;
	const char *delimiters; /* of address extensions; NULL: none */
	long long stage_budget; /* ms; 0 while the settings are read themselves */

	/* Of a policy's block; else zero. */
	struct instance *instance;
	unsigned stages;   /* MG_BIT()s of the hooks that open() wants; all when it does not say */
	unsigned services; /* MG_SERVICE_...s, likewise */
	bool record;       /* whether its hooks read the message record, likewise */
};

/*
 * Opens the conf's instance, which is closed when the arena ends, and works out which hooks and
 * services it uses. Errors are reported.
 */
void opening_run(struct mg_conf *conf);

#endif
