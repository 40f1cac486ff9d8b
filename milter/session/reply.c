/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies: a decision becomes what the MTA is told (RFC 5321 section 4.2, RFC 2034). */
#include <config.h>

#include <string.h>

#include "base/utf8.h"
#include "session/reply.h"
#include "session/render.h"

/*
 * Bytes of text in a line. With code, status, doubled percent signs and the tail, the line stays
 * below libmilter's limit of 980.
 */
#define REPLY_LINE 470
#define REPLY_TAIL 16

/*
 * Copies a line for sending. Every % is doubled, because the MTA undoes that; bytes that cannot
 * be printed are replaced.
 */
static char *reply_clean(char *to, const char *from, size_t size, bool utf8)
{
	const char *end = from + size, *next;
	uint32_t code;

	for (; from < end; from = next) {
		next = utf8_next(from, end, &code);
		if (utf8_is_control(code) || code == UTF8_MALFORMED || (code >= 0x80 && !utf8)) {
			*to++ = '?';
			continue;
		}
		if (code == '%')
			*to++ = '%';
		memcpy(to, from, (size_t)(next - from));
		to += next - from;
	}
	return to;
}

/* Where to break: after the last blank in the line's second half, else between two characters. */
static size_t reply_break(const char *text, size_t size)
{
	if (size <= REPLY_LINE)
		return size;
	for (size_t i = REPLY_LINE; i > REPLY_LINE / 2; i--)
		if (text[i] == ' ')
			return i;
	return utf8_cut(text, REPLY_LINE);
}

static const char *reply_line(struct arena *arena, const char *text, size_t size, const char *tail,
			      bool utf8)
{
	const size_t tail_size = tail ? strlen(tail) : 0;
	char *line = arena_alloc(arena, 2 * (size + tail_size) + 2);
	char *end = reply_clean(line, text, size, utf8);

	if (tail) {
		if (end > line)
			*end++ = ' ';
		end = reply_clean(end, tail, tail_size, utf8);
	}
	*end = '\0';
	return line;
}

void reply_lines(struct arena *arena, const char *text, const char *tail, bool utf8,
		 const char **lines_r)
{
	size_t n = 0;

	do {
		const size_t paragraph = strcspn(text, "\n");
		const size_t size = reply_break(text, paragraph);
		const char *next =
			text + size + (size < paragraph ? text[size] == ' ' : text[size] == '\n');
		const bool last = !*next || n + 1 == TEXT_LINES_MAX;

		if (size || (last && tail) || (last && n == 0))
			lines_r[n++] = reply_line(arena, text, size, last ? tail : NULL, utf8);
		text = next;
		if (last)
			break;
	} while (n < TEXT_LINES_MAX);
	lines_r[n] = NULL;
}

const struct reply *reply_continue(struct session *session)
{
	struct reply *reply = &session->reply;

	reply->kind = REPLY_CONTINUE;
	reply->edits = NULL;
	reply->lines[0] = NULL;
	return reply;
}

static const char *reply_default_text(struct session *session, const struct decision *decision)
{
	const struct found *found = decision->found;
	const char *what = decision->kind == ACTION_REJECT ? "Refused" : "Try again later";

	if (decision->apart)
		return "This recipient takes mail apart from the others: send it again to this one";
	if (!found)
		return arena_printf(&session->event_arena, "%s: score %lld", what, decision->score);
	return arena_printf(&session->event_arena, "%s: policy %s found %s", what,
			    found->instance->name, found->instance->result_names[found->result]);
}

/* The configuration's text, else the policy's, else one that says what happened. */
static const char *reply_text(struct session *session, const struct decision *decision)
{
	const struct found *found = decision->found;

	if (decision->action->text)
		return render_text(&session->event_arena, decision->action->text, session, found,
				   decision->score, false);
	return found && found->text ? found->text : reply_default_text(session, decision);
}

/*
 * Code and status of the configuration; else the policy's, if the class is that of the action;
 * else the defaults.
 */
static void reply_code(struct arena *arena, struct reply *reply, const struct decision *decision)
{
	const struct action *action = decision->action;
	const struct found *found = decision->found;
	const bool reject = decision->kind == ACTION_REJECT;
	const char class = reject ? '5' : '4';

	reply->code = action->code;
	reply->status = *action->status ? action->status : NULL;
	if (!action->code && !*action->status && found && found->code / 100 == class - '0')
		reply->code = found->code;
	if (!action->code && !*action->status && found && found->status && *found->status == class)
		/* The reply is sent when the message, and what was found of it, are gone. */
		reply->status = arena_strdup(arena, found->status);
	if (!reply->code)
		reply->code = reject ? 550 : 451;
	if (!reply->status)
		reply->status = reject ? "5.7.1" : "4.7.1";
}

const struct reply *reply_make(struct session *session, const struct decision *decision)
{
	struct reply *reply = &session->reply;
	char tail[REPLY_TAIL];

	reply_continue(session);
	if (decision->kind == ACTION_DISCARD)
		reply->kind = REPLY_DISCARD;
	if (decision->kind != ACTION_REJECT && decision->kind != ACTION_TEMPFAIL)
		return reply;
	reply->kind = decision->kind == ACTION_REJECT ? REPLY_REJECT : REPLY_TEMPFAIL;
	reply_code(&session->event_arena, reply, decision);

	const bool tailed =
		session->snapshot->settings.reply_id && !text_has(decision->action->text, TEXT_ID);

	tail[0] = '[';
	memcpy(tail + 1, session->id, SESSION_ID_SIZE - 1);
	strcpy(tail + SESSION_ID_SIZE, "]");
	reply_lines(&session->event_arena, reply_text(session, decision), tailed ? tail : NULL,
		    session->message.smtputf8, reply->lines);
	return reply;
}

const struct reply *reply_plain(struct session *session, enum reply_kind kind, int code,
				const char *status, const char *text)
{
	struct reply *reply = &session->reply;

	reply_continue(session);
	reply->kind = kind;
	reply->code = code;
	reply->status = status;
	reply->lines[0] = text;
	reply->lines[1] = NULL;
	return reply;
}
