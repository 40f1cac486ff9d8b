/* SPDX-License-Identifier: BSD-2-Clause */
/* Compares replies and edits with what a scenario expects. */
#include "play.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libmilter/mfdef.h>

/* ---- Replies --------------------------------------------------------------------- */

static const struct {
	enum mta_verdict verdict;
	const char *name;
} verdict_names[] = {
	{ MTA_NOT_SENT, "not sent" },
	{ MTA_NO_REPLY, "none (no reply was negotiated)" },
	{ MTA_WAITING, "(waiting)" },
	{ MTA_CONTINUE, "continue" },
	{ MTA_ACCEPT, "accept" },
	{ MTA_REJECT, "reject, without a text" },
	{ MTA_TEMPFAIL, "tempfail, without a text" },
	{ MTA_DISCARD, "discard" },
	{ MTA_SKIP, "skip" },
	{ MTA_SHUTDOWN, "shutdown" },
	{ MTA_CONN_FAIL, "connection failure" },
	{ MTA_CLOSED, "closed" },
	{ MTA_FAILED, "failed" },
};

/*
 * The parts of an SMTP reply: one code, one enhanced code if all lines have the same, and the texts
 * of the lines.
 */
struct smtp_reply {
	char code[4];
	char status[12];
	struct text text; /* lines separated by \n */
};

/* The length of an enhanced status code (RFC 3463) and its blank, or 0. */
static size_t status_span(const char *s)
{
	size_t n = strspn(s, "0123456789.");

	return n >= 5 && n < 12 && s[1] == '.' && s[n] == ' ' ? n + 1 : 0;
}

static void smtp_reply_read(struct smtp_reply *reply, const char *wire)
{
	size_t first = status_span(wire + 4);
	const char *line;

	*reply = (struct smtp_reply){ .text = { NULL, 0 } };
	snprintf(reply->code, sizeof(reply->code), "%.3s", wire);
	for (line = strstr(wire, "\r\n"); line && line[2]; line = strstr(line + 2, "\r\n"))
		if (strncmp(line + 6, wire + 4, first) != 0)
			first = 0;
	if (first)
		snprintf(reply->status, sizeof(reply->status), "%.*s", (int)first - 1, wire + 4);
	for (line = wire; line; line = strstr(line, "\r\n") ? strstr(line, "\r\n") + 2 : NULL) {
		const char *begin = line + 4 + first;

		if (!*line)
			break;
		text_format(&reply->text, "%s%.*s", line == wire ? "" : "\n",
			    (int)strcspn(begin, "\r\n"), begin);
	}
}

static void smtp_reply_free(struct smtp_reply *reply)
{
	free(reply->text.data);
}

/* Where the session id in brackets begins at a text's end, or NULL. */
static char *reply_id(char *text)
{
	size_t size = strlen(text);
	char *open = strrchr(text, '[');

	if (!open || text[size - 1] != ']' || open == text || open[-1] != ' ' ||
	    strcspn(open, " \n") != strlen(open))
		return NULL;
	return open - 1;
}

/* Remembers the id of the main connection only: parallel ones would overwrite it. */
static void got_id(struct play *play, const char *id)
{
	if (id && play->number == 0)
		snprintf(play->scenario->reply_id, sizeof(play->scenario->reply_id), "%.*s",
			 (int)strlen(id) - 3, id + 2);
}

/* Describes a reply in words. */
static void got_reply(struct play *play, enum mta_verdict verdict)
{
	size_t i;

	free(play->got.data);
	play->got = (struct text){ NULL, 0 };
	if (verdict == MTA_REPLYCODE) {
		struct smtp_reply reply;

		smtp_reply_read(&reply, mta_reply(play->mta)->text);
		text_format(&play->got, "%s%s%s \"", reply.code, *reply.status ? " " : "",
			    reply.status);
		text_add_visible(&play->got, reply.text.data);
		text_add(&play->got, "\"", 1);
		got_id(play, reply_id(reply.text.data));
		smtp_reply_free(&reply);
		return;
	}
	for (i = 0; i < sizeof(verdict_names) / sizeof(*verdict_names); i++)
		if (verdict_names[i].verdict == verdict)
			text_format(&play->got, "%s", verdict_names[i].name);
	if (verdict == MTA_CLOSED || verdict == MTA_FAILED)
		text_format(&play->got, " (%s)", mta_error(play->mta));
}

/* Compares the text, or the text without the session id that is appended by default. */
static bool text_is_expected(char *text, const char *want)
{
	char *id = reply_id(text);

	if (text_matches(text, want))
		return true;
	if (!id)
		return false;
	*id = '\0';
	return text_matches(text, want);
}

/* 550, 550 5.7.1, 550 "text", 550 5.7.1 "text" */
static bool expect_code(struct play *play, const struct line *line)
{
	struct smtp_reply reply;
	size_t want = 1;
	bool good;

	smtp_reply_read(&reply, mta_reply(play->mta)->text);
	good = text_matches(reply.code, line->wants[0].text);
	if (good && want < line->nwants && isdigit((unsigned char)line->wants[want].text[0]) &&
	    line->wants[want].text[1] == '.')
		good = text_matches(reply.status, line->wants[want++].text);
	good = good && text_is_expected(reply.text.data,
					want < line->nwants ? line->wants[want].text : "*");
	smtp_reply_free(&reply);
	return good;
}

/* Verdicts that are the same to an administrator. */
static bool expect_word(struct play *play, const struct line *line, enum mta_verdict verdict)
{
	const char *word = line->wants[0].text;
	int code = verdict == MTA_REPLYCODE ? mta_reply(play->mta)->code : 0;

	if (strcmp(word, "continue") == 0)
		return verdict == MTA_CONTINUE || verdict == MTA_NO_REPLY ||
		       verdict == MTA_NOT_SENT;
	if (strcmp(word, "asked") == 0) /* continue, in a reply to this command */
		return verdict == MTA_CONTINUE;
	if (strcmp(word, "none") == 0)
		return verdict == MTA_NO_REPLY;
	if (strcmp(word, "not") == 0) /* the command was not sent */
		return verdict == MTA_NOT_SENT;
	if (strcmp(word, "reject") == 0)
		return verdict == MTA_REJECT || code >= 500;
	if (strcmp(word, "tempfail") == 0)
		return verdict == MTA_TEMPFAIL || (code >= 400 && code < 500);
	if (strcmp(word, "accept") == 0)
		return verdict == MTA_ACCEPT;
	if (strcmp(word, "discard") == 0)
		return verdict == MTA_DISCARD;
	if (strcmp(word, "skip") == 0)
		return verdict == MTA_SKIP;
	if (strcmp(word, "closed") == 0)
		return verdict == MTA_CLOSED;
	return false;
}

bool expect_reply(struct play *play, const struct line *line, enum mta_verdict verdict)
{
	bool good;

	play->verdict = verdict;
	got_reply(play, verdict);
	if (!line->expect)
		good = verdict == MTA_NOT_SENT || verdict == MTA_NO_REPLY ||
		       verdict == MTA_CONTINUE || verdict == MTA_SKIP;
	else if (isdigit((unsigned char)line->wants[0].text[0]))
		good = verdict == MTA_REPLYCODE && expect_code(play, line);
	else
		good = expect_word(play, line, verdict);
	return good || play_fail(play, line, "wanted: %s\n  got:    %s",
				 line->expect ? line->expect : "no refusal", play->got.data);
}

/* ---- Edits ----------------------------------------------------------------------------- */

static const struct {
	enum mta_edit_kind kind;
	const char *name;
	bool has_index, is_header;
} edit_names[] = {
	{ MTA_ADD_HEADER, "added", false, true },
	{ MTA_INSERT_HEADER, "inserted", true, true },
	{ MTA_CHANGE_HEADER, "changed", true, true },
	{ MTA_ADD_RCPT, "added-recipient", false, false },
	{ MTA_DELETE_RCPT, "removed-recipient", false, false },
	{ MTA_CHANGE_FROM, "changed-sender", false, false },
	{ MTA_REPLACE_BODY, "replaced-body", false, false },
	{ MTA_QUARANTINE, "quarantined", false, false },
};
#define NEDIT_NAMES (sizeof(edit_names) / sizeof(*edit_names))

/*
 * Describes an edit as scenarios write it: added X-Name: value. exact: the field's value has its
 * own blank.
 */
static void edit_describe(struct text *text, const struct mta_edit *edit, bool exact)
{
	size_t i;

	for (i = 0; i < NEDIT_NAMES && edit_names[i].kind != edit->kind; i++)
		;
	text_format(text, "%s", edit_names[i].name);
	if (edit_names[i].has_index)
		text_format(text, " %u", edit->index);
	if (edit->name) {
		text_add(text, " ", 1);
		text_add_visible(text, edit->name);
	}
	if (edit_names[i].is_header)
		text_add(text, ":", 1);
	if (edit->value && !(edit_names[i].is_header && (exact || !*edit->value)))
		text_add(text, " ", 1);
	if (edit->value)
		text_add_visible(text, edit->value);
}

static void edits_take(struct play *play, const struct line *line)
{
	const struct mta_reply *reply = mta_reply(play->mta);
	size_t i;

	for (i = 0; i < play->nedits; i++)
		free(play->edits[i].data);
	free(play->edits);
	play->edits = NULL;
	play->nedits = play->next_edit = 0;
	if (!line || !reply->nedits)
		return;
	play->edits = calloc(reply->nedits, sizeof(*play->edits));
	if (!play->edits)
		abort();
	for (i = 0; i < reply->nedits; i++)
		edit_describe(&play->edits[i], &reply->edits[i],
			      mta_chosen(play->mta)->protocol & SMFIP_HDR_LEADSPC);
	play->nedits = reply->nedits;
	play->edited_by = line;
}

int expect_edit(struct play *play, const struct line *line)
{
	const char *name = line_word(line, 0);
	size_t i;

	for (i = 0; i < NEDIT_NAMES && strcmp(name, edit_names[i].name) != 0; i++)
		;
	if (i == NEDIT_NAMES)
		return -1;
	if (play->next_edit == play->nedits)
		return play_fail(play, line, "wanted: %s\n  got:    no (more) edits", line->raw);
	if (!text_matches(play->edits[play->next_edit].data, line->raw))
		return play_fail(play, line, "wanted: %s\n  got:    %s", line->raw,
				 play->edits[play->next_edit].data);
	play->next_edit++;
	return true;
}

bool expect_no_more_edits(struct play *play)
{
	const struct line *line = play->edited_by;
	bool good = play->next_edit == play->nedits ||
		    play_fail(play, line, "an edit that was not expected: %s",
			      play->edits[play->next_edit].data);

	edits_take(play, NULL);
	return good;
}

bool expect_message(struct play *play, const struct line *line, enum mta_verdict verdict)
{
	edits_take(play, line);
	return expect_reply(play, line, verdict);
}
