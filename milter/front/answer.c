/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies of a session as packets of the milter protocol. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "front/answer.h"
#include "base/log.h"
#include "front/protocol.h"

/* A field's value; the MTA puts a blank before it, unless it was agreed on that it does not. */
static void put_value(struct bytes *out, const struct agreement *agreed, const char *value)
{
	if (agreed->exact_fields)
		bytes_add(out, " ", 1);
	packet_put_string(out, value);
}

static void put_body(struct bytes *out, const char *body, size_t size)
{
	do {
		const size_t n = size < PROTOCOL_CHUNK_MAX ? size : PROTOCOL_CHUNK_MAX;
		const size_t at = packet_begin(out, ANSWER_REPLACE_BODY);

		bytes_add(out, body, n);
		packet_end(out, at);
		body += n;
		size -= n;
	} while (size > 0);
}

static void put_field(struct bytes *out, const struct agreement *agreed,
		      const struct reply_edit *edit)
{
	static const int answers[] = { [EDIT_ADD_FIELD] = ANSWER_ADD_HEADER,
				       [EDIT_INSERT_FIELD] = ANSWER_INSERT_HEADER,
				       [EDIT_CHANGE_FIELD] = ANSWER_CHANGE_HEADER };
	const size_t at = packet_begin(out, answers[edit->kind]);

	if (edit->kind != EDIT_ADD_FIELD)
		packet_put_number(out, edit->index);
	packet_put_string(out, edit->name);
	if (edit->value)
		put_value(out, agreed, edit->value);
	else
		packet_put_string(out, "");
	packet_end(out, at);
}

static void put_edit(struct bytes *out, const struct agreement *agreed,
		     const struct reply_edit *edit)
{
	static const int answers[] = { [EDIT_ADD_RECIPIENT] = ANSWER_ADD_RECIPIENT,
				       [EDIT_DELETE_RECIPIENT] = ANSWER_DELETE_RECIPIENT,
				       [EDIT_SENDER] = ANSWER_CHANGE_SENDER,
				       [EDIT_QUARANTINE] = ANSWER_QUARANTINE };
	size_t at;

	if (edit->kind == EDIT_BODY) {
		put_body(out, edit->value, edit->size);
	} else if (edit->kind <= EDIT_CHANGE_FIELD) {
		put_field(out, agreed, edit);
	} else {
		at = packet_begin(out, answers[edit->kind]);
		packet_put_string(out, edit->value);
		packet_end(out, at);
	}
}

static void put_edits(struct bytes *out, const struct agreement *agreed,
		      const struct reply_edit *edit)
{
	for (; edit; edit = edit->next)
		put_edit(out, agreed, edit);
}

/* The code and text of a refusal. If the protocol does not allow them, the MTA uses its own. */
static void put_refusal(struct bytes *out, const struct reply *reply, struct log *log)
{
	const bool reject = reply->kind == REPLY_REJECT;
	char code[16];
	size_t at;

	if (!reply->lines[0] || reply->code / 100 != (reject ? 5 : 4)) {
		if (reply->code)
			log_say(log, MG_LOG_ERROR, "front",
				"the protocol does not take the reply \"%d %s\"; the MTA's own "
				"text is sent",
				reply->code, reply->lines[0] ? reply->lines[0] : "");
		packet_put(out, reject ? ANSWER_REJECT : ANSWER_TEMPFAIL);
		return;
	}
	at = packet_begin(out, ANSWER_REPLY);
	for (const char *const *line = reply->lines; *line; line++) {
		snprintf(code, sizeof(code), "%d%c", reply->code, line[1] ? '-' : ' ');
		bytes_add(out, code, strlen(code));
		if (reply->status) {
			bytes_add(out, reply->status, strlen(reply->status));
			bytes_add(out, " ", 1);
		}
		bytes_add(out, *line, strlen(*line));
		if (line[1])
			bytes_add(out, "\r\n", 2);
	}
	bytes_add(out, "", 1);
	packet_end(out, at);
}

void answer_put(struct bytes *out, const struct agreement *agreed, enum mg_stage stage,
		const struct reply *reply, struct log *log)
{
	switch (reply->kind) {
	case REPLY_REJECT:
	case REPLY_TEMPFAIL:
		put_refusal(out, reply, log);
		return;
	case REPLY_DISCARD:
		packet_put(out, ANSWER_DISCARD);
		return;
	case REPLY_SKIP:
		packet_put(out, stage == MG_BODY && agreed->skips ? ANSWER_SKIP : ANSWER_CONTINUE);
		return;
	case REPLY_CONTINUE:
		if (stage == MG_EOM)
			put_edits(out, agreed, reply->edits);
		packet_put(out, ANSWER_CONTINUE);
	}
}
