/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The readings of an address: as the client wrote it, and what the MTA makes of it. What refuses
 * looks for any of them, what spares for all.
 */
#ifndef MG_READINGS_H
#define MG_READINGS_H

#include <millgate/policy.h>

#include "base/arena.h"

#define READINGS_MAX 6

/* At least one. The first is the address in everyday mail. No two compare the same. */
struct readings {
	const char *path; /* as the client sent it */
	size_t n;
	struct mg_reading list[READINGS_MAX];
};

/*
 * path: the argument of MAIL or RCPT. macro: the address as the MTA rewrote it, "" for the null
 * sender; NULL: it is not known. All is in the arena's memory.
 */
const struct readings *readings_make(struct arena *arena, const char *path, const char *macro,
				     bool is_sender);

/* As mg_table_find_sender(). effort: as table_find_within(), or NULL. */
struct regex_effort;
int readings_find(const struct readings *readings, enum mg_readings which,
		  const struct mg_table *table, struct arena *scratch, struct regex_effort *effort,
		  const char **value_r);

/* For texts: the first, and the others beside it. */
const char *readings_text(struct arena *arena, const struct readings *readings);

/* For texts and the log: "<>" for the null sender. */
const char *readings_name(const char *address);

#endif
