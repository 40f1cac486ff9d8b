/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "headers" over a fake host. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_help.h"

fake_register mg_builtin_headers_policy;

enum { FIELD, TEXT }; /* the policy's values */

/* All results that a hook reported, in their order; "none" for none. */
static const char *run_all(enum mg_stage stage)
{
	static char all[256];

	ck_assert_str_eq(fake_run(stage), "none");
	all[0] = '\0';
	for (size_t i = 0; i < nfake_also; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", i ? " " : "",
			 fake_also[i].result);
	return all[0] ? all : "none";
}

static const char *run(const char *name, const char *value)
{
	fake.header_name = name;
	fake.header_value = value;
	return run_all(MG_HEADER);
}

/* ---- From -------------------------------------------------------------------------------- */

static const struct {
	const char *value, *want;
} froms[] = {
	{ "a@example.org", "none" },
	{ " a@example.org", "none" },
	{ "<a@example.org>", "none" },
	{ "A User <a@example.org>", "none" },
	{ "A User <a@example.org> (at work)", "none" },
	{ "a@example.org (A (the) User)", "none" },
	{ "a@example.org (A \\) User, b@example.org)", "none" },
	{ "\"User, A\" <a@example.org>", "none" },
	{ "\"User\\\", <b@example.org>\" <a@example.org>", "none" },
	{ "A. User Jr. <a@example.org>", "none" },
	{ "\"a,b\"@example.org", "none" },
	{ "A <\"a@b\"@example.org>", "none" },
	{ "a@[192.0.2.1]", "none" },
	{ "a@[IPv6:2001:db8::1]", "none" },
	{ "<@relay.example,@b.example:a@example.org>", "none" },
	{ "=?utf-8?Q?J=C3=BCrgen=2C?= <j@example.org>", "none" },
	{ "Jürgen <jürgen@bücher.example>", "none" },
	{ "A User\r\n <a@example.org>", "none" },
	{ "A User\n\t<a@example.org>", "none" },
	{ "a@example.org <a@example.org>", "none" },
	{ "a@example.org via list <list@example.org>", "none" },
	{ "a@example.org,", "none" },
	{ ",a@example.org", "none" },
	{ "Authors: a@example.org;", "none" },
	{ "(nobody) a (is) @ (here) example.org", "none" },
	/* display names with unquoted specials */
	{ "[Matt] <a@b.example>", "none" },
	{ "HowlRound: A Center <a@b.example>", "none" },
	{ "DOMAIN\\user <a@b.example>", "none" },
	{ "Acme, Inc. <a@b.example>", "none" },
	{ "A, B, C <a@b.example> (at work)", "none" },
	{ "Foo :) <a@b.example>", "none" },
	{ "Foo (bar <a@b.example>", "none" },
	{ "Foo; bar <a@b.example>", "none" },
	{ "Foo\\\n\t[bar], <a@b.example>", "none" },
	{ "=?utf-8?Q?[Lab]_Foo?= <a@b.example>", "none" },
	{ "\"Blah \"One, comma\" bar\" <a@b.example>", "none" },
	{ "\"A <a@example.org>", "none" },
	{ "A, User <a@example.org>", "none" },
	{ "Acme, Inc. <\"a,b\"@b.example>", "none" },
	/* that could hold, or be, another address */
	{ "[Matt] <a@b.example> <c@d.example>", "bad-from" },
	{ "<a@b.example>, [Matt] <c@d.example>", "bad-from" },
	{ "Acme, Inc. <a@b.example>, Foo <c@d.example>", "bad-from" },
	{ "c@d.example: A Center <a@b.example>", "bad-from" },
	{ "c@d.example [Matt] <a@b.example>", "bad-from" },
	{ "\"c@d.example <a@b.example>", "bad-from" },
	{ "[Matt] <a@b.example> c@d.example", "bad-from" },
	{ "[Matt] <a@b.example> c", "bad-from" },
	{ "[Matt] <a>", "bad-from" },
	{ "[Matt] <>", "bad-from" },
	{ "[Matt] a@b.example", "bad-from" },
	{ "[Matt\x01] <a@b.example>", "bad-from" },
	/* many */
	{ "a@example.org, b@example.org", "many-from" },
	{ "A <a@example.org>, B <b@example.org>", "many-from" },
	{ "A <a@example.org>,b@example.org,", "many-from" },
	{ "\"A\" <a@example.org>,\n B <b@example.org>", "many-from" },
	{ "Authors: a@example.org, B <b@example.org>;", "many-from" },
	{ "Authors: a@example.org;, b@example.org", "many-from" },
	{ "a@example.org, b@example.net <c@example.org>", "many-from" },
	{ "\"a@example.org, \" <b@example.org>, c@example.org", "many-from" },
	/* malformed, or without an address */
	{ "", "bad-from" },
	{ " ", "bad-from" },
	{ ",", "bad-from" },
	{ "A User", "bad-from" },
	{ "root", "bad-from" },
	{ "<>", "bad-from" },
	{ "<a>", "bad-from" },
	{ "a@", "bad-from" },
	{ "@example.org", "bad-from" },
	{ "a@@example.org", "bad-from" },
	{ "a@example.org b@example.org", "bad-from" },
	{ "<a@example.org> <b@example.org>", "bad-from" },
	{ "<a@example.org", "bad-from" },
	{ "a@example.org>", "bad-from" },
	{ "\"A\\", "bad-from" },
	{ "(A a@example.org", "bad-from" },
	{ "(A \\", "bad-from" },
	{ "a@[192.0.2.1", "bad-from" },
	{ "a@\"example\"", "bad-from" },
	{ "Nobody:;", "bad-from" },
	{ "Group: a@example.org", "bad-from" },
	{ "A: B: a@example.org;;", "bad-from" },
	{ ": a@example.org;", "bad-from" },
	{ "a@example.org;", "bad-from" },
	{ "<a@example.org, b@example.org>", "bad-from" },
	{ "a\x01@example.org", "bad-from" },
	{ "a user@example.org", "bad-from" },
};

START_TEST(scans_from)
{
	fake_must_open(mg_builtin_headers_policy, "");
	fake.sender_params = (const char *const[]){ "SMTPUTF8", NULL };
	const char *found = run("FROM", froms[_i].value);

	ck_assert_msg(strcmp(found, froms[_i].want) == 0, "%s is %s, want %s", froms[_i].value,
		      found, froms[_i].want);
	ck_assert_str_eq(run("Date", "today"), "none");
	ck_assert_str_eq(run_all(MG_EOH), "none");
}
END_TEST

/* ---- Required and repeated fields ---- */

START_TEST(from_must_be_there)
{
	fake_must_open(mg_builtin_headers_policy, "");
	ck_assert_str_eq(run("Date", "today"), "none");
	ck_assert_str_eq(run("X-From", "a@example.org"), "none");
	ck_assert_str_eq(run_all(MG_EOH), "no-from");
	ck_assert_str_eq(fake_also[0].value[FIELD], "From");
}
END_TEST

START_TEST(required_must_be_there)
{
	fake_must_open(mg_builtin_headers_policy, "required Date Message-ID\nrequired To");
	run("From", "a@example.org");
	run("date", "today");
	run("TO", "b@example.org");
	ck_assert_str_eq(run_all(MG_EOH), "missing");
	ck_assert_str_eq(fake_also[0].value[FIELD], "Message-ID");
	fake_new_message();
	run("From", "a@example.org");
	ck_assert_str_eq(run_all(MG_EOH), "missing");
	ck_assert_str_eq(fake_also[0].value[FIELD], "Date");
	fake_new_message();
	run("Message-Id", "<1@example.org>");
	run("From", "a@example.org");
	run("date", "today");
	run("TO", "b@example.org");
	ck_assert_str_eq(run_all(MG_EOH), "none");
}
END_TEST

START_TEST(once_is_once)
{
	static const char *const names[] = { "Sender",  "Reply-To",   "To",          "Cc",
					     "Bcc",     "Message-ID", "In-Reply-To", "References",
					     "Subject", "Date",       "From" };

	fake_must_open(mg_builtin_headers_policy, "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fake_new_message();
		ck_assert_str_eq(run(names[i], "a@example.org"), "none");
		ck_assert_str_eq(run("Received", "from x"), "none");
		ck_assert_str_eq(run("Received", "from y"), "none");
		ck_assert_str_eq(run(names[i], "a@example.org"),
				 strcmp(names[i], "From") == 0 ? "second-from" : "duplicate");
		ck_assert_str_eq(fake_also[0].value[FIELD], names[i]);
		ck_assert_str_eq(run(names[i], "a@example.org"), "none");
	}
	fake_new_message();
	run("SUBJECT", "a");
	ck_assert_str_eq(run("subject", "b"), "duplicate");
}
END_TEST

/* RFC 5322, 4.5: "Subject :" is the field Subject. */
START_TEST(blanks_before_the_colon_do_not_count)
{
	fake_must_open(mg_builtin_headers_policy, "required From To; match Subject /casino/");
	ck_assert_str_eq(run("To ", "b@example.org"), "none");
	ck_assert_str_eq(run("to", "b@example.org"), "duplicate");
	ck_assert_str_eq(run("From \t", "a@example.org, b@example.org"), "many-from");
	ck_assert_str_eq(run("Subject\t", "casino"), "matched");
	ck_assert_str_eq(fake_also[0].value[FIELD], "Subject");
	ck_assert_str_eq(run(" ", "casino"), "none");
	ck_assert_str_eq(run_all(MG_EOH), "none");
}
END_TEST

START_TEST(once_can_be_chosen)
{
	fake_must_open(mg_builtin_headers_policy, "once X-Spam-Flag");
	run("X-Spam-Flag", "a");
	run("Subject", "a");
	ck_assert_str_eq(run("Subject", "a"), "none");
	ck_assert_str_eq(run("X-Spam-Flag", "a"), "duplicate");
}
END_TEST

/* ---- Lengths and octets ---------------------------------------------------------------------- */

static const struct {
	const char *value, *want;
} lengths[] = {
	/* "X: " with a limit of 10 */
	{ "1234567", "none" },
	{ "12345678", "overlong" },
	{ " 1234567", "none" },
	{ " 12345678", "overlong" },
	{ "1234567\r\n 234567890", "none" },
	{ "1234567\n 234567890", "none" },
	{ "1\n 2345678901", "overlong" },
	{ "1\r\n 2345678901\r\n 2", "overlong" },
	{ "12345678\n 2", "overlong" },
	/* with a limit of 40 for the whole field */
	{ "1\n 234567890\n 234567890\n 234567890\n 234567", "overlong" },
	{ "1\n 234567890\n 234567890\n 234567890\n 234", "none" },
};

START_TEST(measures_fields)
{
	fake_must_open(mg_builtin_headers_policy, "max-line 10; max-length 40");
	ck_assert_str_eq(run("X", lengths[_i].value), lengths[_i].want);
	if (strcmp(lengths[_i].want, "overlong") == 0)
		ck_assert_str_eq(fake_also[0].value[FIELD], "X");
}
END_TEST

START_TEST(lengths_can_be_off)
{
	static char value[200001];

	memset(value, 'x', sizeof(value) - 1);
	fake_must_open(mg_builtin_headers_policy, "max-line 0; max-length 0");
	ck_assert_str_eq(run("X", value), "none");
}
END_TEST

START_TEST(the_limit_that_is_given_is_meant)
{
	static char value[1501];

	memset(value, 'x', sizeof(value) - 1);
	fake_must_open(mg_builtin_headers_policy, "max-length 2K");
	ck_assert_str_eq(run("X", value), "none");
	fake_close();
	fake_must_open(mg_builtin_headers_policy, "max-length 1K");
	ck_assert_str_eq(run("X", value), "overlong");
	fake_close();
	fake_must_open(mg_builtin_headers_policy, "max-line 10");
	ck_assert_str_eq(run("X", "1234567890"), "overlong");
}
END_TEST

START_TEST(the_default_is_998)
{
	static char value[998];

	memset(value, 'x', sizeof(value) - 1);
	fake_must_open(mg_builtin_headers_policy, "");
	ck_assert_str_eq(run("X", value + 2), "none"); /* 3 + 995 */
	ck_assert_str_eq(run("X", value + 1), "overlong");
}
END_TEST

START_TEST(finds_8bit)
{
	fake_must_open(mg_builtin_headers_policy, "");
	ck_assert_str_eq(run("Subject", "Bücher"), "8bit");
	ck_assert_str_eq(run("X", "\xff"), "none"); /* already reported */
	fake_new_message();
	ck_assert_str_eq(run("X-\xfc", "a"), "8bit");
	fake_new_message();
	fake.sender_params = (const char *const[]){ "BODY=8BITMIME", "SMTPUTF8", NULL };
	ck_assert_str_eq(run("Subject", "Bücher"), "none");
	fake.sender_params = (const char *const[]){ "BODY=8BITMIME", NULL };
	ck_assert_str_eq(run("Subject2", "Bücher"), "8bit");
}
END_TEST

START_TEST(one_does_not_hide_another)
{
	fake_must_open(mg_builtin_headers_policy, "match Subject /casino/");
	ck_assert_str_eq(run("X", "Bücher"), "8bit");
	ck_assert_str_eq(run("From", "a@example.org, b@example.org"), "many-from");
	ck_assert_str_eq(run("Subject", "casino Bücher"), "matched");
	ck_assert_str_eq(run("Subject", "casino"), "duplicate");
	ck_assert_str_eq(run_all(MG_EOH), "missing");
}
END_TEST

/* A field reports all that is wrong with it, the last one too. */
START_TEST(a_field_has_several)
{
	fake_must_open(mg_builtin_headers_policy,
		       "max-line 30; match Subject /casino/; match From /spam/");
	ck_assert_str_eq(run("Subject", "hello"), "none");
	ck_assert_str_eq(run("Subject", "Bücher casino casino casino casino"),
			 "matched duplicate overlong 8bit");
	for (size_t i = 0; i < 4; i++)
		ck_assert_str_eq(fake_also[i].value[FIELD], "Subject");
	ck_assert_str_eq(fake_also[0].detail, "Subject matched");
	ck_assert_str_eq(fake_also[1].detail, "a second Subject");
	ck_assert_str_eq(fake_also[2].detail, "a line of 44 octets");
	ck_assert_str_eq(fake_also[3].detail, "8-bit octets in Subject");
	ck_assert_str_eq(run("From", "spam@example.org, b@example.org"), "many-from");
	ck_assert_str_eq(fake_also[0].detail, "2 addresses in From");
	ck_assert_str_eq(run_all(MG_EOH), "missing");
	fake_new_message();
	ck_assert_str_eq(run("From", "a@example.org"), "none");
	ck_assert_str_eq(run("From", "b@x.example, e@y.example"), "many-from second-from");
	ck_assert_str_eq(run_all(MG_EOH), "missing");
	fake_new_message();
	ck_assert_str_eq(run("From", "spam, b@example.org"), "matched bad-from");
	ck_assert_str_eq(fake_also[1].detail, "From is malformed");
}
END_TEST

START_TEST(the_end_has_several)
{
	fake_must_open(mg_builtin_headers_policy, "");
	ck_assert_str_eq(run_all(MG_EOH), "no-from missing");
	ck_assert_str_eq(fake_also[0].value[FIELD], "From");
	ck_assert_str_eq(fake_also[1].value[FIELD], "Date");
}
END_TEST

START_TEST(a_second_from_is_no_duplicate)
{
	fake_must_open(mg_builtin_headers_policy, "once Date");
	ck_assert_str_eq(run("From", "a@example.org"), "none");
	ck_assert_str_eq(run("from", "a@example.org"), "second-from");
	ck_assert_str_eq(fake_also[0].detail, "a second From");
	ck_assert_str_eq(run("From", "a@example.org"), "none");
}
END_TEST

/* ---- Rules ----------------------------------------------------------------------------------- */

static const struct {
	const char *name, *value, *want;
} matches[] = {
	{ "Subject", "Win at the CASINO", "matched" },
	{ "subject", " Win at the\r\n casino", "matched" },
	{ "X-Subject", "casino", "none" },
	{ "Subject", "cheap Viagra", "matched" },
	{ "Subject", "cheap viagra", "none" },
	{ "X-Mailer", "Bulk Mailer 5", "matched" },
	{ "X-Mailer", "The Bulk Mailer 5", "none" },
	{ "X-Priority", "1", "matched" },
	{ "X-Priority", "11", "none" },
	{ "X-Anything", "see http://bad.example/", "matched" },
	{ "X-Fold", "bad.\n example", "none" },
	{ "X-Fold", "\n bad.example", "matched" },
	{ "X-Empty", "", "matched" },
};

START_TEST(compares_values)
{
	fake_must_open(mg_builtin_headers_policy, "match Subject /casino/i /(?-i)Viagra/\n"
						  "match X-Mailer \"/^Bulk Mailer [0-9]/\"\n"
						  "match X-Priority 1\n"
						  "match X-Empty /^$/\n"
						  "match * /bad\\.example/");
	const char *found = run(matches[_i].name, matches[_i].value);

	ck_assert_msg(strcmp(found, matches[_i].want) == 0, "%s: %s is %s", matches[_i].name,
		      matches[_i].value, found);
	if (strcmp(matches[_i].want, "matched") == 0)
		ck_assert_str_eq(fake_also[0].value[FIELD], matches[_i].name);
}
END_TEST

START_TEST(gives_the_text_of_a_table)
{
	char block[256];

	snprintf(block, sizeof(block), "match * pcre:%s",
		 fake_file("rules", "/casino/ gambling\n"));
	fake_must_open(mg_builtin_headers_policy, block);
	ck_assert_str_eq(run("Subject", "casino"), "matched");
	ck_assert_str_eq(fake_also[0].value[TEXT], "gambling");
}
END_TEST

START_TEST(a_table_that_fails)
{
	fake_must_open(mg_builtin_headers_policy, "match Subject /casino/");
	fake_failing_tables = 1;
	ck_assert_str_eq(run("Subject", "casino"), "error");
	ck_assert_str_ne(fake_also[0].detail, "");
}
END_TEST

/* A value that is too much for one expression is still compared with the others. */
START_TEST(a_table_that_fails_hides_no_other)
{
	fake_must_open(mg_builtin_headers_policy, "match Subject /win/\nmatch Subject /casino/");
	fake_failing_tables = 1;
	ck_assert_str_eq(run("Subject", "casino"), "matched");
	fake_new_message();
	fake_failing_tables = 1;
	ck_assert_str_eq(run("Subject", "a casino?"), "matched");
	fake_new_message();
	fake_failing_tables = 1;
	ck_assert_str_eq(run("Subject", "lose"), "error");
	ck_assert_str_eq(fake_also[0].value[FIELD], "Subject");
}
END_TEST

/* ---- Configuration --------------------------------------------------------------------------- */

static const char *const wrong_blocks[] = {
	"match",
	"match Subject",
	"match Subject /(/",
	"match * pcre:/nonexistent/file",
	"max-line x",
	"max-length 5X",
	"requires Date",
	"required From:",
	"required \"a b\"",
	"once \"\"",
	"once To X-\xc3\xbc",
	"match \"X Y\" a",
	"match Subject: a",
	"on matched reject",
	"max-line 0; max-length 0; on overlong score 1",
};

/*
 * For a result that nothing in the block can cause, only an action that does nothing is accepted.
 */
static const char *const right_blocks[] = {
	"on matched neutral",
	"match Subject a; on matched reject",
	"max-line 0; on overlong reject",
};

START_TEST(refuses_wrong_lines)
{
	ck_assert_int_eq(fake_open(mg_builtin_headers_policy, wrong_blocks[_i]), -1);
	ck_assert_str_ne(fake_opened.errors, "");
}
END_TEST

START_TEST(takes_right_lines)
{
	ck_assert_msg(fake_open(mg_builtin_headers_policy, right_blocks[_i]) == 0, "%s",
		      fake_opened.errors);
}
END_TEST

START_TEST(names_have_a_limit)
{
	char block[1024] = "required";

	for (int i = 0; i < 64; i++)
		snprintf(block + strlen(block), sizeof(block) - strlen(block), " X-%d", i);
	fake_must_open(mg_builtin_headers_policy, block);
	run("From", "a@example.org");
	for (int i = 0; i < 63; i++) {
		char name[16];

		snprintf(name, sizeof(name), "x-%d", i);
		run(name, "a");
	}
	ck_assert_str_eq(run_all(MG_EOH), "missing");
	ck_assert_str_eq(fake_also[0].value[FIELD], "X-63");
	strcat(block, " X-64");
	ck_assert_int_eq(fake_open(mg_builtin_headers_policy, block), -1);
}
END_TEST

int main(void)
{
	TCase *all = policy_tests("headers");

	tcase_add_loop_test(all, scans_from, 0, COUNT(froms));
	tcase_add_test(all, from_must_be_there);
	tcase_add_test(all, required_must_be_there);
	tcase_add_test(all, once_is_once);
	tcase_add_test(all, blanks_before_the_colon_do_not_count);
	tcase_add_test(all, once_can_be_chosen);
	tcase_add_loop_test(all, measures_fields, 0, COUNT(lengths));
	tcase_add_test(all, lengths_can_be_off);
	tcase_add_test(all, the_limit_that_is_given_is_meant);
	tcase_add_test(all, the_default_is_998);
	tcase_add_test(all, finds_8bit);
	tcase_add_test(all, one_does_not_hide_another);
	tcase_add_test(all, a_field_has_several);
	tcase_add_test(all, the_end_has_several);
	tcase_add_test(all, a_second_from_is_no_duplicate);
	tcase_add_loop_test(all, compares_values, 0, COUNT(matches));
	tcase_add_test(all, gives_the_text_of_a_table);
	tcase_add_test(all, a_table_that_fails);
	tcase_add_test(all, a_table_that_fails_hides_no_other);
	tcase_add_loop_test(all, refuses_wrong_lines, 0, COUNT(wrong_blocks));
	tcase_add_loop_test(all, takes_right_lines, 0, COUNT(right_blocks));
	tcase_add_test(all, names_have_a_limit);
	return run_tests("headers", all);
}
