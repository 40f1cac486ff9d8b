/* SPDX-License-Identifier: BSD-2-Clause */
/* What is agreed on with an MTA, and what it is answered, byte by byte. */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front/answer.h"
#include "folder.h"
#include "log_help.h"
#include "front/protocol.h"
#include "run.h"

#define ALL_ACTIONS 0x1ffUL
#define ALL_STEPS 0x1fffffUL
#define ALL_STAGES ((1U << MG_STAGES) - 1)
#define ALL_EDITS (EDIT_BIT(EDIT_KINDS) - 1)

/* ---- A log to read ---- */

struct notes {
	char path[128], text[8192];
	struct log *log;
};

static void notes_open(struct notes *notes)
{
	make_folder();
	notes->log = open_log(path_in(notes->path, "log"), false);
}

static const char *notes_close(struct notes *notes)
{
	FILE *file = fopen(notes->path, "r");
	size_t n;

	log_close(&notes->log);
	ck_assert_ptr_nonnull(file);
	n = fread(notes->text, 1, sizeof(notes->text) - 1, file);
	notes->text[n] = '\0';
	fclose(file);
	remove_folder();
	return notes->text;
}

/* ---- Agreements ---- */

static const struct {
	struct mta_needs needs;
	unsigned extra;
	bool quiet;
	unsigned long actions, steps;
	struct {
		unsigned long actions, steps;
		unsigned no_reply;
		bool skips, exact_fields;
	} want;
} agreements[] = {
	/* No needs: everything is left out except the message's end, which cannot be. */
	{ { 0 }, 0, true, ALL_ACTIONS, ALL_STEPS, { ACTIONS_MACROS, 0x37f, 0, false, false } },
	/* Without quiet DATA is not left out, see agreement.c. */
	{ { 0 }, 0, false, ALL_ACTIONS, ALL_STEPS, { ACTIONS_MACROS, 0x17f, 0, false, false } },
	/* All stages, with replies and without. */
	{ { .stages = ALL_STAGES, .replies = ALL_STAGES },
	  0,
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { ACTIONS_MACROS, 0x400, 0, true, false } },
	{ { .stages = ALL_STAGES },
	  0,
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { ACTIONS_MACROS, 0xff480, ALL_STAGES & ~MG_BIT(MG_EOM), true, false } },
	{ { .stages = ALL_STAGES },
	  0,
	  false,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { ACTIONS_MACROS, 0x400, 0, true, false } },
	/* One stage, with a reply and without. */
	{ { .stages = MG_BIT(MG_RCPT), .replies = MG_BIT(MG_RCPT) },
	  0,
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { ACTIONS_MACROS, 0x377, 0, false, false } },
	{ { .stages = MG_BIT(MG_RCPT) | MG_BIT(MG_HELO), .replies = MG_BIT(MG_RCPT) },
	  0,
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { ACTIONS_MACROS, 0x2375, MG_BIT(MG_HELO), false, false } },
	/* The stages that the front end itself needs. */
	{ { 0 },
	  MG_BIT(MG_DATA),
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { ACTIONS_MACROS, 0x1017f, MG_BIT(MG_DATA), false, false } },
	/*
	 * Needs beyond the offer: version 2 has no DATA, no unknown commands, no steps without a
	 * reply.
	 */
	{ { .stages = MG_BIT(MG_RCPT) | MG_BIT(MG_BODY), .replies = MG_BIT(MG_RCPT) },
	  0,
	  true,
	  0x1f,
	  0x3f,
	  { 0, 0x27, 0, false, false } },
	{ { .stages = MG_BIT(MG_HELO) },
	  0,
	  true,
	  ALL_ACTIONS,
	  0,
	  { ACTIONS_MACROS, 0, 0, false, false } },
	/* Actions, when they are needed. */
	{ { .edits = EDIT_BIT(EDIT_ADD_FIELD) | EDIT_BIT(EDIT_QUARANTINE) },
	  0,
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { 0x121, 0x37f, 0, false, false } },
	{ { .edits = EDIT_BIT(EDIT_ADD_FIELD) | EDIT_BIT(EDIT_QUARANTINE) },
	  0,
	  true,
	  0x01,
	  ALL_STEPS,
	  { 0x001, 0x37f, 0, false, false } },
	/* Each edit has its action; changing fields is another than adding them. */
	{ { .edits = ALL_EDITS },
	  0,
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { 0x17f, 0x37f, 0, false, false } },
	{ { .edits = EDIT_BIT(EDIT_CHANGE_FIELD) | EDIT_BIT(EDIT_SENDER) },
	  0,
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { 0x150, 0x37f, 0, false, false } },
	{ { .edits = EDIT_BIT(EDIT_ADD_RECIPIENT) },
	  0,
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { 0x104, 0x37f, 0, false, false } },
	{ { .edits = EDIT_BIT(EDIT_DELETE_RECIPIENT) | EDIT_BIT(EDIT_BODY) },
	  0,
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { 0x10a, 0x37f, 0, false, false } },
	/* The blanks of fields, when they are needed and offered. */
	{ { .exact_fields = true },
	  0,
	  true,
	  ALL_ACTIONS,
	  ALL_STEPS,
	  { ACTIONS_MACROS, 0x10037f, 0, false, true } },
	{ { .exact_fields = true },
	  0,
	  true,
	  ALL_ACTIONS,
	  0x0fffff,
	  { ACTIONS_MACROS, 0x37f, 0, false, false } },
};

START_TEST(agreement)
{
	const struct agreement got =
		agreement_make(&agreements[_i].needs, agreements[_i].extra, agreements[_i].quiet,
			       agreements[_i].actions, agreements[_i].steps);

	ck_assert_uint_eq(got.actions, agreements[_i].want.actions);
	ck_assert_uint_eq(got.steps, agreements[_i].want.steps);
	ck_assert_uint_eq(got.no_reply, agreements[_i].want.no_reply);
	ck_assert_int_eq(got.skips, agreements[_i].want.skips);
	ck_assert_int_eq(got.exact_fields, agreements[_i].want.exact_fields);
}
END_TEST

/* A client beyond the cap is refused at once, whatever the configuration needs. */
START_TEST(refusal)
{
	const struct agreement got =
		agreement_make(&agreement_refusal, 0, true, ALL_ACTIONS, ALL_STEPS);

	ck_assert_uint_eq(got.steps, 0x37e);
	ck_assert_uint_eq(got.no_reply, 0);
}
END_TEST

static const struct {
	unsigned edits;
	bool exact;
	unsigned long actions, steps; /* offered */
	const char *want;             /* NULL: nothing */
} lacks[] = {
	{ 0, false, 0, 0, NULL },
	{ ALL_EDITS, true, ALL_ACTIONS, ALL_STEPS, NULL },
	{ EDIT_BIT(EDIT_ADD_FIELD) | EDIT_BIT(EDIT_QUARANTINE), false, 0x21, 0, NULL },
	{ EDIT_BIT(EDIT_ADD_FIELD) | EDIT_BIT(EDIT_INSERT_FIELD), false, 0x20, 0,
	  "configuration needs: add a header field\n" },
	{ EDIT_BIT(EDIT_QUARANTINE), false, 0x01, 0,
	  "configuration needs: quarantine a message\n" },
	{ ALL_EDITS, true, 0, 0,
	  "configuration needs: add a header field, change a header field, add a recipient, "
	  "delete a recipient, change the sender, replace the body, quarantine a message, "
	  "show the blanks of header fields\n" },
};

START_TEST(says_what_is_lacking)
{
	const struct mta_needs needs = { .edits = lacks[_i].edits,
					 .exact_fields = lacks[_i].exact };
	struct notes notes;
	bool got;

	notes_open(&notes);
	got = agreement_lacks(&needs, lacks[_i].actions, lacks[_i].steps, notes.log);
	notes_close(&notes);
	ck_assert_int_eq(got, lacks[_i].want != NULL);
	ck_assert_str_eq(lacks[_i].want && strstr(notes.text, lacks[_i].want) ? "" : notes.text,
			 "");
}
END_TEST

/* ---- Answers ---- */

static struct reply_edit third = { EDIT_QUARANTINE, 0, NULL, "odd", 0, NULL };
static struct reply_edit second = { EDIT_ADD_FIELD, 0, "X-B", "b\n\tfold", 0, &third };
static struct reply_edit first = { EDIT_INSERT_FIELD, 0, "X-A", "a", 0, &second };

static struct reply_edit deleted = { EDIT_CHANGE_FIELD, 258, "X-D", NULL, 0, NULL };
static struct reply_edit replaced = { EDIT_CHANGE_FIELD, 2, "X-C", "c", 0, &deleted };
static struct reply_edit added_one = { EDIT_ADD_RECIPIENT, 0, NULL, "<a@b>", 0, &replaced };
static struct reply_edit deleted_one = { EDIT_DELETE_RECIPIENT, 0, NULL, "<b@c>", 0, &added_one };
static struct reply_edit changed = { EDIT_SENDER, 0, NULL, "<>", 0, &deleted_one };
static struct reply_edit body = { EDIT_BODY, 0, NULL, "a\r\n\0b", 5, &changed };
static struct reply_edit no_body = { EDIT_BODY, 0, NULL, "", 0, NULL };

#define WANT(text) text, sizeof(text) - 1

static const struct {
	enum mg_stage stage;
	struct reply reply;
	unsigned long actions;
	bool skips;
	const char *want;
	size_t size;
	const char *note; /* in the log; NULL: nothing */
} answers[] = {
	{ MG_HELO, { .kind = REPLY_CONTINUE }, 0, true, WANT("\0\0\0\1c"), NULL },
	{ MG_DATA, { .kind = REPLY_DISCARD }, 0, true, WANT("\0\0\0\1d"), NULL },
	{ MG_BODY, { .kind = REPLY_SKIP }, 0, true, WANT("\0\0\0\1s"), NULL },
	{ MG_BODY, { .kind = REPLY_SKIP }, 0, false, WANT("\0\0\0\1c"), NULL },
	/* A last chunk that comes with the end of the message. */
	{ MG_EOM, { .kind = REPLY_SKIP }, 0, true, WANT("\0\0\0\1c"), NULL },
	{ MG_RCPT,
	  { REPLY_REJECT, 550, "5.7.1", { "50%% off" }, NULL },
	  0,
	  true,
	  WANT("\0\0\0\x14y550 5.7.1 50%% off\0"),
	  NULL },
	{ MG_RCPT,
	  { REPLY_TEMPFAIL, 451, "4.7.1", { "one", "two", "" }, NULL },
	  0,
	  true,
	  WANT("\0\0\0\x2ay451-4.7.1 one\r\n451-4.7.1 two\r\n451 4.7.1 \0"),
	  NULL },
	{ MG_RCPT,
	  { REPLY_TEMPFAIL, 421, NULL, { "later" }, NULL },
	  0,
	  true,
	  WANT("\0\0\0\x0by421 later\0"),
	  NULL },
	/* The MTA's own text: none of ours, or one that the protocol does not take. */
	{ MG_RCPT, { .kind = REPLY_REJECT }, 0, true, WANT("\0\0\0\1r"), NULL },
	{ MG_RCPT, { .kind = REPLY_TEMPFAIL }, 0, true, WANT("\0\0\0\1t"), NULL },
	{ MG_RCPT,
	  { REPLY_REJECT, 450, "4.0.0", { "x" }, NULL },
	  0,
	  true,
	  WANT("\0\0\0\1r"),
	  "does not take the reply" },
	{ MG_RCPT,
	  { REPLY_TEMPFAIL, 550, "5.0.0", { "x" }, NULL },
	  0,
	  true,
	  WANT("\0\0\0\1t"),
	  "does not take the reply" },
	{ MG_RCPT,
	  { REPLY_REJECT, 550, "5.0.0", { NULL }, NULL },
	  0,
	  true,
	  WANT("\0\0\0\1r"),
	  "does not take the reply" },
	{ MG_EOM,
	  { .kind = REPLY_CONTINUE, .edits = &body },
	  ALL_ACTIONS,
	  true,
	  WANT("\0\0\0\6b"
	       "a\r\n\0b"
	       "\0\0\0\4e<>\0"
	       "\0\0\0\7-<b@c>\0"
	       "\0\0\0\7+<a@b>\0"
	       "\0\0\0\x0bm\0\0\0\2X-C\0c\0"
	       "\0\0\0\x0am\0\0\1\2X-D\0\0"
	       "\0\0\0\1c"),
	  NULL },
	{ MG_EOM,
	  { .kind = REPLY_CONTINUE, .edits = &no_body },
	  ALL_ACTIONS,
	  true,
	  WANT("\0\0\0\1b"
	       "\0\0\0\1c"),
	  NULL },
	/* Edits: at the end of a message that goes on, as far as they were agreed on. */
	{ MG_EOM,
	  { .kind = REPLY_CONTINUE, .edits = &first },
	  0x21,
	  true,
	  WANT("\0\0\0\x0bi\0\0\0\0X-A\0a\0"
	       "\0\0\0\x0dhX-B\0b\n\tfold\0"
	       "\0\0\0\5qodd\0"
	       "\0\0\0\1c"),
	  NULL },
	{ MG_EOM, { .kind = REPLY_DISCARD, .edits = &first }, 0x21, true, WANT("\0\0\0\1d"), NULL },
	{ MG_EOM, { .kind = REPLY_REJECT, .edits = &first }, 0x21, true, WANT("\0\0\0\1r"), NULL },
	{ MG_EOH,
	  { .kind = REPLY_CONTINUE, .edits = &first },
	  0x21,
	  true,
	  WANT("\0\0\0\1c"),
	  NULL },
};

START_TEST(answer)
{
	const struct agreement agreed = { .actions = answers[_i].actions,
					  .skips = answers[_i].skips };
	struct bytes out = { NULL, 0, 0, 0 };
	struct notes notes;

	notes_open(&notes);
	answer_put(&out, &agreed, answers[_i].stage, &answers[_i].reply, notes.log);
	notes_close(&notes);
	ck_assert_uint_eq(out.end - out.begin, answers[_i].size);
	ck_assert_mem_eq(out.data + out.begin, answers[_i].want, answers[_i].size);
	if (answers[_i].note)
		ck_assert_ptr_nonnull(strstr(notes.text, answers[_i].note));
	else
		ck_assert_str_eq(notes.text, "");
	bytes_free(&out);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("answer");

	tcase_add_loop_test(tc, agreement, 0, COUNT(agreements));
	tcase_add_test(tc, refusal);
	tcase_add_loop_test(tc, says_what_is_lacking, 0, COUNT(lacks));
	tcase_add_loop_test(tc, answer, 0, COUNT(answers));
	return run_tests("answer", tc);
}
