/* SPDX-License-Identifier: BSD-2-Clause */
/* The milter's answers: edits of the message and "still at work", then one verdict. */
#include "wire.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <libmilter/mfdef.h>
#include <libmilter/mfapi.h>

#define MAX_EDITS 100000

void reply_begin(struct mta *mta)
{
	mta->text.size = 0;
	mta->reply = (struct mta_reply){ .verdict = MTA_WAITING };
}

static bool reply_wrong(struct mta *mta, const char *what)
{
	wire_fail(mta, MTA_FAILED, "%s", what);
	return true;
}

static bool reply_simple(struct mta *mta, enum mta_verdict verdict, size_t size)
{
	if (size != 0)
		return reply_wrong(mta, "a reply is followed by data that it does not have");
	mta->reply.verdict = verdict;
	return true;
}

/*
 * RFC 5321, section 4.2.1: every line begins with the same code, and all but the last with
 * "ddd-".
 */
static bool reply_is_smtp(const char *text)
{
	const char *line = text;

	for (;;) {
		const char *end = strstr(line, "\r\n");

		if ((line[0] != '4' && line[0] != '5') || !isdigit((unsigned char)line[1]) ||
		    !isdigit((unsigned char)line[2]) || strncmp(line, text, 3) != 0)
			return false;
		if (line[3] != (end && end[2] ? '-' : ' '))
			return false;
		if (strcspn(line, "\r\n") != (end ? (size_t)(end - line) : strlen(line)))
			return false;
		if (!end || !end[2])
			return true;
		line = end + 2;
	}
}

/* "ddd d.d.d text" with every % doubled, because Sendmail uses it as a format. */
static bool reply_code(struct mta *mta, const char *data, size_t size)
{
	size_t i;

	if (size < 5 || data[size - 1] != '\0')
		return reply_wrong(mta, "a reply text that does not end");
	for (i = 0; i + 1 < size; i++) {
		if (data[i] == '\0')
			return reply_wrong(mta, "a reply text with a NUL");
		if (data[i] == '%' && data[++i] != '%')
			return reply_wrong(mta, "a reply text with a % that is not doubled");
		buffer_add(&mta->text, &data[i], 1);
	}
	buffer_add(&mta->text, "", 1);
	if (!reply_is_smtp(mta->text.data)) {
		wire_fail(mta, MTA_FAILED, "not an SMTP reply: %.400s", mta->text.data);
		return true;
	}
	mta->reply.text = mta->text.data;
	mta->reply.code = (int)strtol(mta->text.data, NULL, 10);
	mta->reply.verdict = MTA_REPLYCODE;
	return true;
}

static struct edit_at *edit_new(struct mta *mta, enum mta_edit_kind kind)
{
	size_t n = mta->reply.nedits;

	if (n == mta->edits_room) {
		mta->edits_room = n ? 2 * n : 16;
		mta->edits = realloc(mta->edits, mta->edits_room * sizeof(*mta->edits));
		mta->edits_at = realloc(mta->edits_at, mta->edits_room * sizeof(*mta->edits_at));
		if (!mta->edits || !mta->edits_at)
			abort();
	}
	mta->reply.nedits = n + 1;
	mta->edits[n] = (struct mta_edit){ .kind = kind };
	mta->edits_at[n] = (struct edit_at){ NOWHERE, NOWHERE };
	return &mta->edits_at[n];
}

/*
 * Copies a NUL-terminated string of a packet and moves behind it. Returns the copy's place, or
 * NOWHERE.
 */
static size_t edit_string(struct mta *mta, const char **data, size_t *size)
{
	const char *nul = *size ? memchr(*data, '\0', *size) : NULL;
	size_t at = mta->text.size;

	if (!nul)
		return NOWHERE;
	buffer_add_string(&mta->text, *data);
	*size -= (size_t)(nul + 1 - *data);
	*data = nul + 1;
	return at;
}

/* The parts of each edit, and the action that must be offered and chosen for it. */
static const struct edit_form {
	char command;
	enum mta_edit_kind kind;
	uint32_t action;
	bool index, name, value, value_may_lack;
} edit_forms[] = {
	{ SMFIR_ADDHEADER, MTA_ADD_HEADER, SMFIF_ADDHDRS, false, true, true, false },
	{ SMFIR_INSHEADER, MTA_INSERT_HEADER, SMFIF_ADDHDRS, true, true, true, false },
	{ SMFIR_CHGHEADER, MTA_CHANGE_HEADER, SMFIF_CHGHDRS, true, true, true, false },
	{ SMFIR_ADDRCPT, MTA_ADD_RCPT, SMFIF_ADDRCPT, false, true, false, false },
	{ SMFIR_ADDRCPT_PAR, MTA_ADD_RCPT, SMFIF_ADDRCPT_PAR, false, true, true, true },
	{ SMFIR_DELRCPT, MTA_DELETE_RCPT, SMFIF_DELRCPT, false, true, false, false },
	{ SMFIR_CHGFROM, MTA_CHANGE_FROM, SMFIF_CHGFROM, false, true, true, true },
	{ SMFIR_QUARANTINE, MTA_QUARANTINE, SMFIF_QUARANTINE, false, false, true, false },
};

static bool edit_take(struct mta *mta, const struct edit_form *form, const char *data, size_t size)
{
	struct edit_at *at = edit_new(mta, form->kind);
	struct mta_edit *edit = &mta->edits[mta->reply.nedits - 1];

	if (form->index) {
		uint32_t index;

		if (size < sizeof(index))
			return reply_wrong(mta, "an edit without its index");
		memcpy(&index, data, sizeof(index));
		edit->index = ntohl(index);
		data += sizeof(index);
		size -= sizeof(index);
	}
	if (form->name)
		at->name = edit_string(mta, &data, &size);
	if (form->value)
		at->value = edit_string(mta, &data, &size);
	if ((form->name && at->name == NOWHERE) ||
	    (form->value && at->value == NOWHERE && !form->value_may_lack) || size)
		return reply_wrong(mta, "an edit whose strings are not as they should be");
	if (at->value != NOWHERE)
		edit->size = strlen(mta->text.data + at->value);
	return false;
}

static bool edit_body(struct mta *mta, const char *data, size_t size)
{
	struct edit_at *at = edit_new(mta, MTA_REPLACE_BODY);

	at->value = mta->text.size;
	mta->edits[mta->reply.nedits - 1].size = size;
	buffer_add(&mta->text, data, size);
	buffer_add(&mta->text, "", 1);
	return false;
}

static bool reply_edit(struct mta *mta, char command, const char *data, size_t size)
{
	size_t i;

	if (mta->reply.nedits >= MAX_EDITS)
		return reply_wrong(mta, "edits without end");
	if (!mta->is_eom)
		return reply_wrong(mta,
				   "an edit before the end of the message, or an unknown reply");
	if (command == SMFIR_REPLBODY)
		return mta->chosen.actions & SMFIF_CHGBODY
			       ? edit_body(mta, data, size)
			       : reply_wrong(mta, "a new body was not negotiated");
	for (i = 0; i < sizeof(edit_forms) / sizeof(*edit_forms); i++) {
		if (edit_forms[i].command != command)
			continue;
		if (!(mta->chosen.actions & edit_forms[i].action))
			return reply_wrong(mta, "an edit that was not negotiated");
		return edit_take(mta, &edit_forms[i], data, size);
	}
	wire_fail(mta, MTA_FAILED, "an unknown reply 0x%02x", (unsigned char)command);
	return true;
}

/* The text no longer moves: lets the edits point into it. */
static void reply_finish(struct mta *mta)
{
	size_t i;

	for (i = 0; i < mta->reply.nedits; i++) {
		const struct edit_at *at = &mta->edits_at[i];

		mta->edits[i].name = at->name == NOWHERE ? NULL : mta->text.data + at->name;
		mta->edits[i].value = at->value == NOWHERE ? NULL : mta->text.data + at->value;
	}
	mta->reply.edits = mta->edits;
}

static bool reply_packet(struct mta *mta, char command, const char *data, size_t size)
{
	switch (command) {
	case SMFIR_PROGRESS:
		mta->reply.progress++;
		return size ? reply_wrong(mta, "a progress with data") : false;
	case SMFIR_CONTINUE:
		return reply_simple(mta, MTA_CONTINUE, size);
	case SMFIR_ACCEPT:
		return reply_simple(mta, MTA_ACCEPT, size);
	case SMFIR_REJECT:
		return reply_simple(mta, MTA_REJECT, size);
	case SMFIR_TEMPFAIL:
		return reply_simple(mta, MTA_TEMPFAIL, size);
	case SMFIR_DISCARD:
		return reply_simple(mta, MTA_DISCARD, size);
	case SMFIR_SKIP:
		return reply_simple(mta, MTA_SKIP, size);
	case SMFIR_SHUTDOWN:
		return reply_simple(mta, MTA_SHUTDOWN, size);
	case SMFIR_CONN_FAIL:
		return reply_simple(mta, MTA_CONN_FAIL, size);
	case SMFIR_REPLYCODE:
		return reply_code(mta, data, size);
	default:
		return reply_edit(mta, command, data, size);
	}
}

bool reply_take(struct mta *mta, const char *packet, size_t size)
{
	if (!reply_packet(mta, packet[0], packet + 1, size - 1))
		return false;
	reply_finish(mta);
	return true;
}
