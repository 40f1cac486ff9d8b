/* SPDX-License-Identifier: BSD-2-Clause */
/* An edit of a message, before and after it was made. */
#ifndef MG_EDIT_H
#define MG_EDIT_H

#include <stddef.h>

#include "config/action.h"

/*
 * Proposals of one instance for one message: a policy does not know when to end. What the
 * configuration says has no limit: who sends to many recipients could use it up, and keep a later
 * policy's edits from being made.
 */
#define EDITS_MAX 1000

/* An edit that is wanted: what an action says, or a policy proposes. */
struct edit {
	enum action_kind kind; /* QUARANTINE, HEADER to REPLACE_BODY */
	/*
	 * HEADER: where it is put, or MG_EDIT_END. REPLACE_HEADER, DELETE_HEADER: as of
	 * mg_edit_..._field().
	 */
	unsigned index;
	const char *name;  /* of the field, or the address */
	const char *value; /* of the field, the body, or the reason */
	size_t size;       /* of the body */
	struct edit *next;
};

/* One that was made, for the log. */
struct edit_made {
	const char *policy; /* or "score" */
	enum action_kind kind;
	unsigned index;
	const char *name; /* NULL where the kind has none */
	const struct edit_made *next;
};

#endif
