/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of the header fields that came with a message. */
#include <config.h>

#include <strings.h>

#include "base/field.h"
#include "session/edits_fields.h"

/* One field that came: as it was, replaced, or deleted. */
struct edited_field {
	const char *came;  /* its value; "" when it was not kept */
	const char *value; /* NULL: not replaced */
	bool deleted;
};

/* All fields of one name. */
struct edited_name {
	const char *name;
	unsigned n;
	struct edited_field *fields; /* n of them */
	const char *added;           /* NULL: nothing */
	const char *prefix;          /* see edits_prefix() */
	struct edited_name *next;
};

/* One walk for all fields of the name: a message may have very many. */
static void edits_fill(struct edited_name *edited, const struct record *record)
{
	unsigned n = 0;

	for (size_t i = 0; i < record->n; i++)
		if (strcasecmp(record->fields[i].name, edited->name) == 0)
			edited->fields[n++].came = record->fields[i].value;
	while (n < edited->n)
		edited->fields[n++].came = "";
}

static struct edited_name *edits_name(struct edited_fields *fields, const char *name)
{
	struct session *session = fields->session;
	struct arena *arena = &session->event_arena;
	struct edited_name *edited = fields->names;

	while (edited && strcasecmp(edited->name, name) != 0)
		edited = edited->next;
	if (edited)
		return edited;
	edited = arena_zalloc(arena, sizeof(*edited));
	edited->name = name;
	edited->n = record_count(&session->message.record, name);
	edited->fields = arena_zalloc(arena, (edited->n + 1) * sizeof(*edited->fields));
	edits_fill(edited, &session->message.record);
	if (!fields->end)
		fields->end = &fields->names;
	*fields->end = edited;
	fields->end = &edited->next;
	return edited;
}

const char **edits_prefix(struct edited_fields *fields, const char *name)
{
	return &edits_name(fields, name)->prefix;
}

unsigned edits_count(struct edited_fields *fields, const char *name)
{
	return edits_name(fields, name)->n;
}

const char *edits_added(struct edited_fields *fields, const char *name)
{
	return edits_name(fields, name)->added;
}

const char *edits_value(struct edited_fields *fields, const char *name, unsigned nth)
{
	const struct edited_name *edited = edits_name(fields, name);
	const struct edited_field *field = nth < 1 ? NULL : &edited->fields[nth - 1];

	if (nth < 1 || nth > edited->n || field->deleted)
		return NULL;
	return field->value ? field->value : field->came;
}

/* Leaves one field of the name, with this value. */
static void edits_set(struct edited_name *edited, const char *value)
{
	bool set = false;

	for (unsigned i = 0; i < edited->n; i++) {
		struct edited_field *field = &edited->fields[i];

		if (!set && !field->deleted)
			field->value = value;
		else
			field->deleted = true;
		set = set || !field->deleted;
	}
	edited->added = set ? NULL : value;
}

bool edits_replace(struct edited_fields *fields, const char *name, unsigned nth, const char *value)
{
	struct edited_name *edited = edits_name(fields, name);

	if (nth > edited->n)
		return false;
	edited->prefix = NULL;
	if (nth == 0) {
		edits_set(edited, value);
		return true;
	}
	edited->fields[nth - 1].value = value;
	edited->fields[nth - 1].deleted = false;
	return true;
}

void edits_delete(struct edited_fields *fields, const char *name, unsigned nth)
{
	struct edited_name *edited = edits_name(fields, name);

	edited->prefix = NULL;
	if (nth > 0) {
		if (nth <= edited->n)
			edited->fields[nth - 1].deleted = true;
		return;
	}
	for (unsigned i = 0; i < edited->n; i++)
		edited->fields[i].deleted = true;
	edited->added = NULL;
}

/* ---- What the MTA is told ---- */

struct reply_edit *edits_append(struct session *session, struct edit_list *list,
				enum edit_kind kind)
{
	struct reply_edit *edit = arena_zalloc(&session->event_arena, sizeof(*edit));

	edit->kind = kind;
	if (!list->end)
		list->end = &list->first;
	*list->end = edit;
	list->end = &edit->next;
	return edit;
}

void edits_join(struct edit_list *list, struct reply_edit *first)
{
	if (!list->end)
		list->end = &list->first;
	*list->end = first;
	while (*list->end)
		list->end = &(*list->end)->next;
}

/* From the last to the first: Postfix counts anew after each deletion, Sendmail does not. */
static void edits_put_came(struct session *session, const struct edited_name *edited,
			   struct edit_list *list)
{
	for (unsigned nth = edited->n; nth > 0; nth--) {
		const struct edited_field *field = &edited->fields[nth - 1];
		struct reply_edit *edit;

		if (!field->deleted && !field->value)
			continue;
		edit = edits_append(session, list, EDIT_CHANGE_FIELD);
		edit->index = nth;
		edit->name = edited->name;
		edit->value = field->deleted ? NULL : field->value;
	}
}

void edits_put_fields(const struct edited_fields *fields, struct edit_list *list,
		      struct edit_list *inserted, struct edit_list *added)
{
	struct session *session = fields->session;

	for (const struct edited_name *edited = fields->names; edited; edited = edited->next) {
		const bool on_top = field_is_trace(edited->name);
		struct reply_edit *edit;

		edits_put_came(session, edited, list);
		if (!edited->added)
			continue;
		edit = edits_append(session, on_top ? inserted : added,
				    on_top ? EDIT_INSERT_FIELD : EDIT_ADD_FIELD);
		edit->name = edited->name;
		edit->value = edited->added;
	}
}
