/* SPDX-License-Identifier: BSD-2-Clause */
/* Statements that open, describe and break the MTA's connection. */
#include "play.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

static const char *const stage_names[MTA_STAGES] = { "connect", "helo", "mail", "rcpt", "data",
						     "header",  "eoh",  "body", "eom",  "command" };

static int stage_find(const char *name)
{
	int i;

	for (i = 0; i < MTA_STAGES; i++)
		if (strcmp(stage_names[i], name) == 0)
			return i;
	return -1;
}

/* ---- Opening and closing ------------------------------------------------------------ */

static bool connection_open(struct play *play, const struct line *line, bool negotiate)
{
	if (mta_fd(play->mta) >= 0)
		mta_quit(play->mta);
	if (mta_open(play->mta, play->scenario->daemon.address) < 0)
		return play_fail(play, line, "%s: %s", play->scenario->daemon.address,
				 mta_error(play->mta));
	if (!negotiate || mta_negotiate(play->mta) == 0)
		return true;
	return play_fail(play, line, "negotiation: %s", mta_error(play->mta));
}

/* The macros that Postfix has about itself. */
static void connection_macros(struct play *play)
{
	mta_macro(play->mta, MTA_CONNECT, "j", "mx.example.test");
	mta_macro(play->mta, MTA_CONNECT, "{daemon_name}", "smtpd");
	mta_macro(play->mta, MTA_CONNECT, "{daemon_addr}", "192.0.2.25");
	mta_macro(play->mta, MTA_CONNECT, "v", "Postfix 3.7.11");
}

/* mta no skip | no nr | no symlist | no quarantine | no add-header | version N | persistent */
static bool connection_mta(struct play *play, const struct line *line)
{
	static const struct {
		const char *name;
		uint32_t actions, protocol;
	} lacks[] = {
		{ "skip", 0, SMFIP_SKIP },
		{ "nr", 0,
		  SMFIP_NR_HDR | SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
			  SMFIP_NR_DATA | SMFIP_NR_UNKN | SMFIP_NR_EOH | SMFIP_NR_BODY },
		{ "no", 0,
		  SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOMAIL | SMFIP_NORCPT | SMFIP_NOBODY |
			  SMFIP_NOHDRS | SMFIP_NOEOH | SMFIP_NOUNKNOWN | SMFIP_NODATA },
		{ "symlist", SMFIF_SETSYMLIST, 0 },
		{ "quarantine", SMFIF_QUARANTINE, 0 },
		{ "add-header", SMFIF_ADDHDRS, 0 },
		{ "change-header", SMFIF_CHGHDRS, 0 },
		{ "leading-space", 0, SMFIP_HDR_LEADSPC },
	};
	size_t i, n = sizeof(lacks) / sizeof(*lacks);

	if (line_is(line, 1, "persistent")) {
		mta_set_persistent(play->mta, true);
		return true;
	}
	if (line_is(line, 1, "version") && line->nwords == 3) {
		play->offer.version = (uint32_t)strtoul(line_word(line, 2), NULL, 10);
	} else if (line_is(line, 1, "no") && line->nwords == 3) {
		for (i = 0; i < n && !line_is(line, 2, lacks[i].name); i++)
			;
		if (i == n)
			return play_fail(play, line, "an MTA cannot lack %s", line_word(line, 2));
		play->offer.actions &= ~lacks[i].actions;
		play->offer.protocol &= ~lacks[i].protocol;
	} else {
		return play_fail(play, line, "mta what?");
	}
	mta_free(&play->mta);
	play->mta = mta_new(play->offer, PATIENCE_MS);
	mta_use_postfix_macros(play->mta);
	return true;
}

/* macro STAGE NAME=VALUE...; macro STAGE NAME= undefines it. */
static bool connection_macro(struct play *play, const struct line *line)
{
	int stage = line->nwords > 2 ? stage_find(line_word(line, 1)) : -1;
	size_t i;

	if (stage < 0)
		return play_fail(play, line, "say: macro STAGE NAME=VALUE...");
	for (i = 2; i < line->nwords; i++) {
		char *equal = strchr(line->words[i].text, '=');

		if (!equal)
			return play_fail(play, line, "%s is not NAME=VALUE", line->words[i].text);
		*equal = '\0';
		mta_macro(play->mta, (enum mta_stage)stage, line->words[i].text,
			  equal[1] ? equal + 1 : NULL);
		*equal = '=';
	}
	return true;
}

/* ---- What was negotiated ---------------------------------------------------------------- */

static bool line_names(const struct line *line, const char *name)
{
	size_t i;

	for (i = 2; i < line->nwords; i++)
		if (line_is(line, i, name))
			return true;
	return false;
}

/*
 * negotiated stages|replies NAME...: exactly these, but for eom, which cannot be negotiated
 * away.
 */
static bool negotiated_stages(struct play *play, const struct line *line)
{
	bool replies = line_is(line, 1, "replies"), good = true;
	struct text got = { NULL, 0 };
	int i;

	text_add(&got, "", 0);
	for (i = 0; i < MTA_STAGES; i++) {
		bool is = replies ? mta_is_replied(play->mta, (enum mta_stage)i)
				  : mta_is_sent(play->mta, (enum mta_stage)i);

		if (is)
			text_format(&got, " %s", stage_names[i]);
		if (i != MTA_EOM && is != line_names(line, stage_names[i]))
			good = false;
	}
	if (!good)
		play_fail(play, line, "wanted: %s\n  got:   %s", line_rest(line, 2), got.data);
	free(got.data);
	return good;
}

static bool negotiated_actions(struct play *play, const struct line *line)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} names[] = {
		{ "add-header", SMFIF_ADDHDRS },
		{ "change-body", SMFIF_CHGBODY },
		{ "add-recipient", SMFIF_ADDRCPT },
		{ "delete-recipient", SMFIF_DELRCPT },
		{ "change-header", SMFIF_CHGHDRS },
		{ "quarantine", SMFIF_QUARANTINE },
		{ "change-sender", SMFIF_CHGFROM },
		{ "add-recipient-parameters", SMFIF_ADDRCPT_PAR },
		{ "macro-lists", SMFIF_SETSYMLIST },
	};
	uint32_t actions = mta_chosen(play->mta)->actions;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].bit != SMFIF_SETSYMLIST &&
		    !!(actions & names[i].bit) != line_names(line, names[i].name))
			return play_fail(play, line, "wanted: %s\n  got:    actions 0x%x (%s%s)",
					 line_rest(line, 2), actions,
					 actions & names[i].bit ? "" : "without ", names[i].name);
	return true;
}

/*
 * negotiated macros STAGE NAME...: the milter asked for at least these, in the list of the stage or
 * of an earlier one.
 */
static bool negotiated_macros(struct play *play, const struct line *line)
{
	int stage = line->nwords > 2 ? stage_find(line_word(line, 2)) : -1;
	size_t i;

	if (stage < 0)
		return play_fail(play, line, "say: negotiated macros STAGE NAME...");
	for (i = 3; i < line->nwords; i++) {
		const char *list = mta_symlist(play->mta, (enum mta_stage)stage);

		if (!list || !strstr(list, line_word(line, i)))
			return play_fail(play, line, "wanted: %s at %s\n  got:    %s",
					 line_word(line, i), stage_names[stage],
					 list ? list : "no list of macros");
	}
	return true;
}

static bool connection_negotiated(struct play *play, const struct line *line)
{
	if (line_is(line, 1, "stages") || line_is(line, 1, "replies"))
		return negotiated_stages(play, line);
	if (line_is(line, 1, "actions"))
		return negotiated_actions(play, line);
	if (line_is(line, 1, "macros"))
		return negotiated_macros(play, line);
	return play_fail(play, line, "negotiated what? stages, replies, actions or macros");
}

/* ---- Hostile connections ---------------------------------------------------------- */

/* raw 00 00 00 01 ff, or raw "text" */
static bool connection_raw(struct play *play, const struct line *line)
{
	struct text bytes = { NULL, 0 };
	const char *s = line_rest(line, 1);
	bool good;

	text_add(&bytes, "", 0);
	if (*s == '"') {
		text_add(&bytes, line->words[1].text, line->words[1].size);
	} else {
		for (; isxdigit((unsigned char)s[0]) && isxdigit((unsigned char)s[1]);
		     s += 2 + strspn(s + 2, " ")) {
			char hex[3] = { s[0], s[1], '\0' };
			char byte = (char)strtoul(hex, NULL, 16);

			text_add(&bytes, &byte, 1);
		}
	}
	good = *s == '"' || !*s ? mta_raw(play->mta, bytes.data, bytes.size) == 0
				: play_fail(play, line, "not hexadecimal: %s", s);
	free(bytes.data);
	return good || play_fail(play, line, "%s", mta_error(play->mta));
}

/* packet C "data" */
static bool connection_packet(struct play *play, const struct line *line)
{
	const struct word *data = line->nwords > 2 ? &line->words[2] : NULL;

	if (line->nwords < 2 || line->words[1].size != 1)
		return play_fail(play, line, "say: packet LETTER \"DATA\"");
	return mta_packet(play->mta, line->words[1].text[0], data ? data->text : NULL,
			  data ? data->size : 0) == 0 ||
	       play_fail(play, line, "%s", mta_error(play->mta));
}

static bool connection_quit(struct play *play, const struct line *line)
{
	bool good = expect_reply(play, line, mta_quit(play->mta));

	mta_close(play->mta);
	return good;
}

int connection_statement(struct play *play, const struct line *line)
{
	if (line_is(line, 0, "client")) {
		if (!connection_open(play, line, true))
			return false;
		connection_macros(play);
		return -1; /* the statements of the dialogue describe the client */
	}
	if (line_is(line, 0, "open"))
		return connection_open(play, line, true);
	if (line_is(line, 0, "open-raw"))
		return connection_open(play, line, false);
	if (line_is(line, 0, "quit"))
		return connection_quit(play, line);
	if (line_is(line, 0, "close")) {
		mta_flush(play->mta);
		mta_close(play->mta);
		return true;
	}
	if (line_is(line, 0, "mta"))
		return connection_mta(play, line);
	if (line_is(line, 0, "macro"))
		return connection_macro(play, line);
	if (line_is(line, 0, "negotiated"))
		return connection_negotiated(play, line);
	if (line_is(line, 0, "raw"))
		return connection_raw(play, line);
	if (line_is(line, 0, "packet"))
		return connection_packet(play, line);
	return -1;
}
