/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of one hook: the message record, and the edits that a policy proposes. */
#include <config.h>

#include <string.h>

#include "session/call.h"
#include "session/edits.h"

/* ---- The message record ---- */

/* The record as a policy may see it: whole, or none. */
static const struct record *call_record(const struct mg_call *call, const char *function)
{
	CHECK_OBJ(call, CALL_MAGIC);
	const struct record *record = &call->session->message.record;

	if (!call->instance->record)
		call_undeclared(call, CALL_FACT_RECORD,
				"calls %s(), which needs record = true in its struct mg_policy, "
				"and no mg_conf_record(conf, false)",
				function);
	return call->instance->record && record->whole ? record : NULL;
}

size_t mg_fields(const struct mg_call *call)
{
	const struct record *record = call_record(call, __func__);

	return record ? record->n : 0;
}

const struct mg_field *mg_field(const struct mg_call *call, size_t index)
{
	const struct record *record = call_record(call, __func__);

	return record && index < record->n ? &record->fields[index] : NULL;
}

/* ---- Edits ---- */

/* Whether a proposal may be made: its kind is declared, and it has all that it needs. */
static bool call_may_propose(struct mg_call *call, unsigned kind, enum action_kind action,
			     bool complete)
{
	CHECK_OBJ(call, CALL_MAGIC);
	const bool declared = call->instance->type->edits & kind;

	if (!declared)
		mg_log(call, MG_LOG_ERROR, "proposes the edit %s, which it does not declare",
		       action_names[action]);
	else if (!complete)
		mg_log(call, MG_LOG_ERROR, "proposes the edit %s with a NULL pointer",
		       action_names[action]);
	return declared && complete;
}

/*
 * A proposal at the end of those of this hook; NULL when there is one more than can be made, which
 * the log will tell.
 */
static struct edit *call_propose(struct mg_call *call, enum action_kind action)
{
	struct edit **end = &call_found(call)->edits, *edit;
	unsigned n = 0;

	for (; *end; end = &(*end)->next)
		n++;
	if (n > EDITS_MAX)
		return NULL;
	edit = *end = arena_zalloc(&call->session->event_arena, sizeof(*edit));
	edit->kind = action;
	return edit;
}

/* value: NULL when the edit has none. */
static void call_edit(struct mg_call *call, enum action_kind action, const char *name,
		      unsigned index, const char *value)
{
	struct arena *arena = &call->session->event_arena;
	struct edit *edit = call_propose(call, action);

	if (!edit)
		return;
	edit->name = arena_strdup(arena, name);
	edit->index = index;
	if (value) {
		edit->value = arena_strdup(arena, value);
		edit->size = strlen(value);
	}
}

void mg_edit_add_field(struct mg_call *call, unsigned index, const char *name, const char *value)
{
	if (call_may_propose(call, MG_EDIT_ADD_FIELD, ACTION_HEADER, name && value))
		call_edit(call, ACTION_HEADER, name, index, value);
}

void mg_edit_replace_field(struct mg_call *call, const char *name, unsigned nth, const char *value)
{
	if (call_may_propose(call, MG_EDIT_REPLACE_FIELD, ACTION_REPLACE_HEADER, name && value))
		call_edit(call, ACTION_REPLACE_HEADER, name, nth, value);
}

void mg_edit_delete_field(struct mg_call *call, const char *name, unsigned nth)
{
	if (call_may_propose(call, MG_EDIT_DELETE_FIELD, ACTION_DELETE_HEADER, name))
		call_edit(call, ACTION_DELETE_HEADER, name, nth, NULL);
}

void mg_edit_add_recipient(struct mg_call *call, const char *address)
{
	if (call_may_propose(call, MG_EDIT_ADD_RECIPIENT, ACTION_ADD_RECIPIENT, address))
		call_edit(call, ACTION_ADD_RECIPIENT, address, 0, NULL);
}

void mg_edit_delete_recipient(struct mg_call *call, const char *address)
{
	if (call_may_propose(call, MG_EDIT_DELETE_RECIPIENT, ACTION_DELETE_RECIPIENT, address))
		call_edit(call, ACTION_DELETE_RECIPIENT, address, 0, NULL);
}

void mg_edit_sender(struct mg_call *call, const char *address)
{
	if (call_may_propose(call, MG_EDIT_SENDER, ACTION_CHANGE_SENDER, address))
		call_edit(call, ACTION_CHANGE_SENDER, address, 0, NULL);
}

void mg_edit_body(struct mg_call *call, const void *data, size_t size)
{
	struct edit *edit;
	char *copy;

	if (!call_may_propose(call, MG_EDIT_BODY, ACTION_REPLACE_BODY, data || size == 0))
		return;
	edit = call_propose(call, ACTION_REPLACE_BODY);
	if (!edit)
		return;
	copy = arena_alloc(&call->session->event_arena, size + 1);
	if (size)
		memcpy(copy, data, size);
	edit->value = copy;
	edit->size = size;
}
