/* SPDX-License-Identifier: BSD-2-Clause */
/* Which addresses may be put into an envelope. */
#include <config.h>

#include <check.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/extension.h"
#include "base/mail.h"
#include "run.h"

#define NO_MAILBOX "no mailbox such as user@example.com"
#define L64 "0123456789012345678901234567890123456789012345678901234567890123"
#define D60 "0123456789.0123456789.0123456789.0123456789.0123456789.0123."

static const struct {
	const char *address;
	bool utf8;
	const char *want; /* NULL: good */
} cases[] = {
	{ "a@example.com", false, NULL },
	{ "a.b+c@[192.0.2.1]", false, NULL },
	{ "\"a b\"@example.com", false, NULL },
	{ "\"a@b\"@example.com", false, NULL },
	{ "", false, NO_MAILBOX },
	{ "a", false, NO_MAILBOX },
	{ "@example.com", false, NO_MAILBOX },
	{ "a@", false, NO_MAILBOX },
	{ "<a@example.com>", false, NO_MAILBOX },
	{ "a@example.com>", false, NO_MAILBOX },
	{ "a b@example.com", false, NO_MAILBOX },
	{ "a@example.com,b@example.com", false, NO_MAILBOX },
	{ "a@example.com SIZE=1", false, NO_MAILBOX },
	{ "@b,@c:a@example.com", false, NO_MAILBOX },
	{ "a\r\n@example.com", false, "a control character" },
	{ "\"a\nb\"@example.com", false, "a control character" },
	{ "\xc3\xa9@example.com", false, "a character beyond ASCII" },
	{ "\xc3\xa9@example.com", true, NULL },
	{ L64 "@example.com", false, NULL },
	{ "0" L64 "@example.com", false, "a local part of more than 64 bytes" },
	{ L64 "@" D60 D60 D60 "012345678", false, NULL },
	{ L64 "@" D60 D60 D60 "0123456789", false, "more than 254 bytes" },
};

START_TEST(mailbox)
{
	const char *got = mail_check_mailbox(cases[_i].address, cases[_i].utf8);

	ck_assert_str_eq(got ? got : "good", cases[_i].want ? cases[_i].want : "good");
}
END_TEST

/* As Postfix's split_addr(); NULL: the address has no extension. */
static const struct {
	const char *address, *delimiters, *want;
} extended[] = {
	{ "boss+tag@example.com", "+", "boss@example.com" },
	{ "boss+@example.com", "+", "boss@example.com" },
	{ "boss+a+b@example.com", "+", "boss@example.com" },
	{ "boss-a+b@example.com", "+-", "boss@example.com" },
	{ "boss-a@example.com", "+", NULL },
	{ "boss+tag", "+", "boss" },
	{ "boss@example.com", "+", NULL },
	{ "boss@ex-ample.com", "-", NULL },
	{ "+tag@example.com", "+", NULL },
	{ "boss+tag@example.com", NULL, NULL },
	{ "boss+tag@example.com", "", NULL },
	{ "\"boss+a b\"@example.com", "+", "boss@example.com" },
	{ "\"a b+c\"@example.com", "+", "\"a b\"@example.com" },
	{ "\"+a b\"@example.com", "+", NULL },
	{ "\"a+b@c\"@example.com", "+", "a@example.com" },
	{ "\"", "+", NULL },
	{ "", "+", NULL },
	{ "mailer-daemon@example.com", "-", NULL },
	{ "double-bounce@example.com", "-", NULL },
	{ "owner-list@example.com", "-", NULL },
	{ "list-request@example.com", "-", NULL },
	{ "list-request+a@example.com", "+-", "list@example.com" },
	{ "postmaster+a@example.com", "+", "postmaster@example.com" },
};

START_TEST(extension)
{
	struct arena arena = { 0 };

	ck_assert_pstr_eq(extension_cut(&arena, extended[_i].address, extended[_i].delimiters),
			  extended[_i].want);
	arena_free(&arena);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("mail");

	tcase_add_loop_test(tcase, mailbox, 0, COUNT(cases));
	tcase_add_loop_test(tcase, extension, 0, COUNT(extended));
	return run_tests("mail", tcase);
}
