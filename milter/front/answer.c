/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies of a session as packets of the milter protocol. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "front/answer.h"
#include "base/log.h"
#include "front/protocol.h"

static void put_edit(struct bytes *out, const struct reply_edit *edit)
{
	size_t at;

	if (edit->kind == EDIT_QUARANTINE) {
		at = packet_begin(out, ANSWER_QUARANTINE);
	} else if (edit->kind == EDIT_INSERT_HEADER) {
		at = packet_begin(out, ANSWER_INSERT_HEADER);
		packet_put_number(out, 0);
		packet_put_string(out, edit->name);
	} else {
		at = packet_begin(out, ANSWER_ADD_HEADER);
		packet_put_string(out, edit->name);
	}
	packet_put_string(out, edit->value);
	packet_end(out, at);
}

static void put_edits(struct bytes *out, const struct agreement *agreed,
		      const struct reply_edit *edit, struct log *log)
{
	for (; edit; edit = edit->next) {
		const bool quarantine = edit->kind == EDIT_QUARANTINE;

		if (agreed->actions & (quarantine ? ACTIONS_QUARANTINE : ACTIONS_HEADERS))
			put_edit(out, edit);
		else
			log_say(log, MG_LOG_ERROR, "front", "the MTA does not let the filter %s",
				quarantine ? "quarantine a message" : "add a header");
	}
}

/* The code and text of a refusal; those that the protocol does not allow are replaced by the MTA's own. */
static void put_refusal(struct bytes *out, const struct reply *reply, struct log *log)
{
	const bool reject = reply->kind == REPLY_REJECT;
	char code[16];
	size_t at;

	if (!reply->lines[0] || reply->code / 100 != (reject ? 5 : 4)) {
		if (reply->code)
			log_say(log, MG_LOG_ERROR, "front",
				"the protocol does not take the reply \"%d %s\"; the MTA's own text is sent",
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
			put_edits(out, agreed, reply->edits, log);
		packet_put(out, ANSWER_CONTINUE);
	}
}
