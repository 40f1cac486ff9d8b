/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups in tables: the regular expressions of a message share what they may cost. */
#include <config.h>

#include "session/journal.h"
#include "session/lookup.h"

void lookup_begin(struct session *session)
{
	session->effort = (struct regex_effort){
		.left_us = session->snapshot->settings.stage_budget * 1000,
		.waits = session->mta->waits,
		.arg = session->mta_ctx,
	};
}

/* said: an expression had failed before. */
static void lookup_end(struct session *session, bool said)
{
	const struct regex_effort *effort = &session->effort;

	if (effort->failed && !said)
		journal_expression(session, effort->failed, effort->left_us <= 0);
}

int lookup_find(struct session *session, const struct mg_table *table, const char *key,
		const char **value_r)
{
	struct regex_effort *effort = &session->effort;
	const bool said = effort->failed;
	const int found = table_find_within(table, &session->event_arena, effort, key, value_r);

	lookup_end(session, said);
	return found;
}

int lookup_find_readings(struct session *session, const struct mg_table *table,
			 const struct readings *readings, enum mg_readings which,
			 const char **value_r)
{
	struct regex_effort *effort = &session->effort;
	const bool said = effort->failed;
	const int found =
		readings_find(readings, which, table, &session->event_arena, effort, value_r);

	lookup_end(session, said);
	return found;
}
