/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of the header fields that came with a message: the edits of each name, one after
 * another.
 */
#ifndef MG_EDITS_FIELDS_H
#define MG_EDITS_FIELDS_H

#include "session/state.h"

struct edited_name;

/* Zero except session. Memory is the event's. */
struct edited_fields {
	struct session *session;
	struct edited_name *names, **end;
};

/* As mg_edit_replace_field(). False when there is no nth field. */
bool edits_replace(struct edited_fields *fields, const char *name, unsigned nth, const char *value);

/* As mg_edit_delete_field(). */
void edits_delete(struct edited_fields *fields, const char *name, unsigned nth);

/*
 * The value of the nth field of this name after the edits so far; "" when it was not kept, NULL
 * when it is deleted or never was.
 */
const char *edits_value(struct edited_fields *fields, const char *name, unsigned nth);

/*
 * The prefix that each of them has since they were last changed, which each recipient can ask for
 * anew; NULL: none is known. To be written when that is done.
 */
const char **edits_prefix(struct edited_fields *fields, const char *name);

/* How many fields of this name came. */
unsigned edits_count(struct edited_fields *fields, const char *name);

/*
 * The value added in the place of a field of this name when none of those that came is left; NULL
 * if none was added.
 */
const char *edits_added(struct edited_fields *fields, const char *name);

/* A list of what the MTA is told. */
struct edit_list {
	struct reply_edit *first, **end; /* end NULL: at first */
};

/* A new one, zeroed but for its kind, at the list's end. */
struct reply_edit *edits_append(struct session *session, struct edit_list *list,
				enum edit_kind kind);

/* Puts a chain of edits at the list's end. */
void edits_join(struct edit_list *list, struct reply_edit *first);

/*
 * Puts what changed of those that came at list's end; and what is added at inserted's, if it is a
 * trace field, or added's.
 */
void edits_put_fields(const struct edited_fields *fields, struct edit_list *list,
		      struct edit_list *inserted, struct edit_list *added);

#endif
