/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers to libmilter: the reply to an event, and the edits of a message. */
#include <config.h>

#include "front/libmilter/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "front/agreement.h"

/* libmilter's functions take strings that they do not change as char *. */
static char *unconst(const char *string)
{
	return (char *)(uintptr_t)string;
}

static void set_reply(struct milter_conn *conn, const struct reply *reply, struct log *log)
{
	const char *const *l = reply->lines;
	char *lines[TEXT_LINES_MAX + 1] = { NULL };
	char code[8];

	for (size_t i = 0; i < TEXT_LINES_MAX && l[i]; i++)
		lines[i] = unconst(l[i]);
	snprintf(code, sizeof(code), "%d", reply->code);
	/* It takes its lines as arguments, up to the first NULL. */
#define LINES8(i)                                                                                 \
	lines[i], lines[(i) + 1], lines[(i) + 2], lines[(i) + 3], lines[(i) + 4], lines[(i) + 5], \
		lines[(i) + 6], lines[(i) + 7]
	if (smfi_setmlreply(conn->ctx, code, reply->status, LINES8(0), LINES8(8), LINES8(16),
			    LINES8(24), (char *)NULL) != MI_SUCCESS)
		log_say(log, MG_LOG_ERROR, "front",
			"the protocol does not take the reply \"%s %s %s\"; the MTA's own text "
			"is sent",
			code, reply->status ? reply->status : "", l[0] ? l[0] : "");
#undef LINES8
}

/*
 * A field's value; libmilter leaves the blank that was agreed on to its caller. NULL without
 * memory.
 */
static char *edit_value(const struct milter_conn *conn, const struct reply_edit *edit)
{
	const size_t size = edit->value ? strlen(edit->value) + 1 : 1;
	char *value = malloc(size + 1);

	if (!value)
		return NULL;
	*value = ' ';
	if (edit->value)
		memcpy(value + conn->agreed.exact_fields, edit->value, size);
	else
		*value = '\0';
	return value;
}

static int do_field_edit(struct milter_conn *conn, const struct reply_edit *edit)
{
	char *name = unconst(edit->name), *value = edit_value(conn, edit);
	int rc = MI_FAILURE;

	if (value && edit->kind == EDIT_ADD_FIELD)
		rc = smfi_addheader(conn->ctx, name, value);
	else if (value && edit->kind == EDIT_INSERT_FIELD)
		rc = smfi_insheader(conn->ctx, (int)edit->index, name, value);
	else if (value)
		rc = smfi_chgheader(conn->ctx, name, (int)edit->index, value);
	free(value);
	return rc;
}

static int do_edit(struct milter_conn *conn, const struct reply_edit *edit)
{
	char *value = unconst(edit->value);

	switch (edit->kind) {
	case EDIT_ADD_RECIPIENT:
		return smfi_addrcpt(conn->ctx, value);
	case EDIT_DELETE_RECIPIENT:
		return smfi_delrcpt(conn->ctx, value);
	case EDIT_SENDER:
		return smfi_chgfrom(conn->ctx, value, NULL);
	case EDIT_BODY:
		return smfi_replacebody(conn->ctx, (unsigned char *)value, (int)edit->size);
	case EDIT_QUARANTINE:
		return smfi_quarantine(conn->ctx, value);
	default:
		return do_field_edit(conn, edit);
	}
}

static void do_edits(struct milter_conn *conn, const struct reply_edit *edit, struct log *log)
{
	for (; edit; edit = edit->next)
		if (do_edit(conn, edit) != MI_SUCCESS)
			log_say(log, MG_LOG_ERROR, "front", "libmilter did not %s",
				agreement_edits[edit->kind].name);
}

sfsistat milter_answer(struct milter_conn *conn, enum mg_stage stage, const struct reply *reply,
		       struct log *log)
{
	if (conn->agreed.no_reply & MG_BIT(stage))
		return SMFIS_NOREPLY;
	switch (reply->kind) {
	case REPLY_CONTINUE:
		if (stage == MG_EOM)
			do_edits(conn, reply->edits, log);
		break;
	case REPLY_REJECT:
		set_reply(conn, reply, log);
		return SMFIS_REJECT;
	case REPLY_TEMPFAIL:
		set_reply(conn, reply, log);
		return SMFIS_TEMPFAIL;
	case REPLY_DISCARD:
		return SMFIS_DISCARD;
	case REPLY_SKIP:
		return stage == MG_BODY && conn->agreed.skips ? SMFIS_SKIP : SMFIS_CONTINUE;
	}
	return SMFIS_CONTINUE;
}
