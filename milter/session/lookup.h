/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups in tables, by policies and classes. */
#ifndef MG_LOOKUP_H
#define MG_LOOKUP_H

#include "session/state.h"
#include "table/table.h"

/*
 * Begins anew with what long matches of regular expressions may take: the stage's budget. For each
 * message, and for what comes before one.
 */
void lookup_begin(struct session *session);

/*
 * table_find(), in the event's memory. A worker that begins a long match gives its place away. An
 * expression that runs into a limit is logged, once until lookup_begin().
 */
int lookup_find(struct session *session, const struct mg_table *table, const char *key,
		const char **value_r);

/* The same for the readings of an address, see readings_find(). */
int lookup_find_readings(struct session *session, const struct mg_table *table,
			 const struct readings *readings, enum mg_readings which,
			 const char **value_r);

#endif
