/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "size" over a fake host. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_help.h"

fake_register mg_builtin_size_policy;

/* A block with all limits off except those given. */
static const char *only(const char *block)
{
	static const char *const keys[] = { "max-message", "max-recipients",   "max-header",
					    "max-headers", "max-header-count", "max-body-line" };
	static char text[512];

	snprintf(text, sizeof(text), "%s", block);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char key[32];

		snprintf(key, sizeof(key), "%s ", keys[i]);
		if (!strstr(block, key))
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "; %s0", key);
	}
	return text;
}

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

enum { LIMIT, COUNT_OF }; /* the policy's values */

static const char *run_header(const char *name, const char *value)
{
	fake.header_name = name;
	fake.header_value = value;
	return run_all(MG_HEADER);
}

static const char *run_body(const char *body)
{
	fake.body = body;
	fake.body_size = strlen(body);
	return run_all(MG_BODY);
}

static const struct {
	const char *param, *want;
} announced[] = {
	{ "SIZE=1000", "none" },      { "SIZE=1024", "none" },
	{ "SIZE=1025", "announced" }, { "size=99999999999999999999999999", "announced" },
	{ "SIZE=", "none" },          { "SIZE", "none" },
	{ "SIZE=-2000", "none" },     { "SIZE=2000x", "none" },
	{ "SIZE= 2000", "none" },     { "BODY=8BITMIME", "none" },
};

START_TEST(believes_an_announcement)
{
	const char *params[] = { announced[_i].param, NULL };

	fake_must_open(mg_builtin_size_policy, "max-message 1K");
	fake.sender_params = params;
	ck_assert_str_eq(fake_run(MG_MAIL), announced[_i].want);
	if (strcmp(announced[_i].want, "announced") == 0)
		ck_assert_str_eq(fake_value("limit"), "1024");
}
END_TEST

START_TEST(counts_the_message)
{
	/* "A: b\r\n" 6, "C: d\r\n e\r\n" 10, "\r\n" 2: 18 */
	fake_must_open(mg_builtin_size_policy, "max-message 30");
	ck_assert_str_eq(run_header("A", "b"), "none");
	ck_assert_str_eq(run_header("C", " d\n e"), "none");
	ck_assert_str_eq(run_all(MG_EOH), "none");
	ck_assert_str_eq(run_body("1234567890"), "none");
	ck_assert_str_eq(run_body("\r\n"), "none");
	ck_assert(!fake_said.enough_body);
	ck_assert_str_eq(run_body("x"), "message");
	ck_assert_str_eq(fake_also[0].value[COUNT_OF], "31");
	ck_assert_str_eq(fake_also[0].value[LIMIT], "30");
	ck_assert(fake_said.enough_body);
	ck_assert_str_eq(run_body("x"), "none");
	fake_new_message();
	ck_assert_str_eq(run_body("1234567890"), "none");
}
END_TEST

START_TEST(counts_folds)
{
	fake_must_open(mg_builtin_size_policy, only("max-header 10"));
	ck_assert_str_eq(run_header("C", "d\r\n e"), "none");
	ck_assert_str_eq(run_header("C", "d\n e"), "none");
	ck_assert_str_eq(run_header("C", "\n d\n e"), "header");
	ck_assert_str_eq(fake_also[0].value[COUNT_OF], "13");
}
END_TEST

START_TEST(a_header_may_be_too_much)
{
	fake_must_open(mg_builtin_size_policy, "max-message 9");
	ck_assert_str_eq(run_header("A", "bc"), "none");
	ck_assert_str_eq(run_all(MG_EOH), "none");
	fake_new_message();
	ck_assert_str_eq(run_header("A", "bcd"), "none");
	ck_assert_str_eq(run_all(MG_EOH), "message");
}
END_TEST

/* Whoever gets the message in spite of its announcement gets it up to its real size. */
START_TEST(what_was_announced_is_counted)
{
	static const char *const params[] = { "SIZE=11", NULL };

	fake_must_open(mg_builtin_size_policy, "max-message 10");
	fake.sender_params = params;
	ck_assert_str_eq(fake_run(MG_MAIL), "announced");
	ck_assert_str_eq(run_header("A", "1"), "none");
	ck_assert_str_eq(run_all(MG_EOH), "none");
	ck_assert_str_eq(run_body("12"), "none");
	ck_assert_str_eq(run_body("3"), "message");
	ck_assert(fake_said.enough_body);
}
END_TEST

START_TEST(limits_recipients)
{
	fake_must_open(mg_builtin_size_policy, "max-recipients 2");
	fake.recipients = 2;
	ck_assert_str_eq(fake_run(MG_RCPT), "none");
	fake.recipients = 3;
	ck_assert_str_eq(fake_run(MG_RCPT), "recipients");
	ck_assert_str_eq(fake_value("limit"), "2");
	ck_assert_str_eq(fake_run(MG_RCPT), "recipients");
}
END_TEST

START_TEST(limits_headers)
{
	fake_must_open(mg_builtin_size_policy,
		       only("max-header 20; max-headers 30; max-header-count 4"));
	ck_assert_str_eq(run_header("A", "56789012345678"), "none");             /* 19 */
	ck_assert_str_eq(run_header("A", "56789012345678x8"), "header headers"); /* 21 */
	ck_assert_str_eq(run_header("A", "56789012345678xy"), "none");
	ck_assert_str_eq(run_header("A", "b"), "none");
	ck_assert_str_eq(run_header("A", "b"), "header-count");
	ck_assert_str_eq(fake_also[0].value[COUNT_OF], "5");
	ck_assert_str_eq(run_header("A", "b"), "none");
	fake_new_message();
	ck_assert_str_eq(run_header("A", "b"), "none");
	ck_assert_str_eq(run_header("A", "56789012345678x8"), "header");
}
END_TEST

/* Chunks of a body with a limit of 5 octets, and the chunk at which it was exceeded (0: none). */
static const struct {
	const char *chunks[6];
	int want;
} lines[] = {
	{ { "12345\r\n12345\r\n" }, 0 },
	{ { "12345\n12345" }, 0 },
	{ { "123456\r\n" }, 1 },
	{ { "12345", "\r\n12345\r", "\n1" }, 0 },
	{ { "12345", "\r", "\n", "12345\r", "\n" }, 0 },
	{ { "12345\r", "6" }, 2 },
	{ { "12345\r", "\r\n" }, 2 },
	{ { "12345\r\r\n" }, 1 },
	{ { "123", "", "45", "\r\n" }, 0 },
	{ { "123", "", "45", "6\r\n" }, 4 },
	{ { "12345\r", "", "\n" }, 0 },
	{ { "1\n\n\n\r\n\r\n", "\n", "12345\n\n123456" }, 3 },
	{ { "1", "2", "3", "4", "5", "6" }, 6 },
};

START_TEST(measures_lines)
{
	int at = 0;

	fake_must_open(mg_builtin_size_policy, only("max-body-line 5"));
	for (int i = 0; i < 6 && lines[_i].chunks[i]; i++)
		if (strcmp(run_body(lines[_i].chunks[i]), "none") != 0) {
			ck_assert_str_eq(fake_also[0].result, "body-line");
			ck_assert(fake_said.enough_body);
			at = i + 1;
			break;
		}
	ck_assert_int_eq(at, lines[_i].want);
}
END_TEST

START_TEST(a_line_does_not_end_the_counting)
{
	fake_must_open(mg_builtin_size_policy, only("max-message 20; max-body-line 5"));
	ck_assert_str_eq(run_body("1234567"), "body-line");
	ck_assert(!fake_said.enough_body);
	ck_assert_str_eq(run_body("12345678"), "none");
	ck_assert_str_eq(run_body("123456"), "message");
	ck_assert(fake_said.enough_body);
}
END_TEST

/* A field, or a chunk, has all of its results at once. */
START_TEST(one_hides_no_other)
{
	fake_must_open(mg_builtin_size_policy, only("max-message 10; max-body-line 5"));
	ck_assert_str_eq(run_body("123456789012"), "body-line message");
	ck_assert_str_eq(fake_also[1].value[COUNT_OF], "12");
	fake_close();
	fake_must_open(mg_builtin_size_policy,
		       only("max-header 10; max-headers 15; max-header-count 1; max-message 20"));
	ck_assert_str_eq(run_header("A", "1"), "none");
	ck_assert_str_eq(run_header("A", "1234567890"), "header headers header-count message");
}
END_TEST

#define WHOLE (MG_BIT(MG_HEADER) | MG_BIT(MG_EOH) | MG_BIT(MG_BODY))

/* The stages that an instance needs. */
static const struct {
	const char *block;
	unsigned want;
} stages[] = {
	{ "max-recipients 5", MG_BIT(MG_RCPT) },
	{ "max-header 5", MG_BIT(MG_HEADER) },
	{ "max-headers 5", MG_BIT(MG_HEADER) },
	{ "max-header-count 5", MG_BIT(MG_HEADER) },
	{ "max-body-line 5", MG_BIT(MG_BODY) },
	{ "max-message 5", MG_BIT(MG_MAIL) | WHOLE },
	{ "max-message 5; max-recipients 5", MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT) | WHOLE },
};

START_TEST(asks_for_what_it_needs)
{
	fake_must_open(mg_builtin_size_policy, only(stages[_i].block));
	ck_assert_uint_eq(fake_opened.stages, stages[_i].want);
}
END_TEST

START_TEST(bad_configuration)
{
	static const char *const blocks[] = { NULL,
					      "max-message 1Q",
					      "max-message -1",
					      "max-recipients 10K",
					      "max-size 10K",
					      "on body-line reject",
					      "max-header 0; on header score 1",
					      "max-message 0; on announced score 1" };

	ck_assert_int_eq(fake_open(mg_builtin_size_policy, blocks[_i] ? blocks[_i] : only("")), -1);
	ck_assert_str_ne(fake_opened.errors, "");
}
END_TEST

START_TEST(good_configuration)
{
	static const char *const blocks[] = { "max-body-line 998; on body-line reject",
					      "on body-line neutral", "on header score 1" };

	ck_assert_msg(fake_open(mg_builtin_size_policy, blocks[_i]) == 0, "%s", fake_opened.errors);
}
END_TEST

int main(void)
{
	TCase *all = policy_tests("size");

	tcase_add_loop_test(all, believes_an_announcement, 0, COUNT(announced));
	tcase_add_test(all, counts_the_message);
	tcase_add_test(all, counts_folds);
	tcase_add_test(all, a_header_may_be_too_much);
	tcase_add_test(all, what_was_announced_is_counted);
	tcase_add_test(all, limits_recipients);
	tcase_add_test(all, limits_headers);
	tcase_add_loop_test(all, measures_lines, 0, COUNT(lines));
	tcase_add_test(all, a_line_does_not_end_the_counting);
	tcase_add_test(all, one_hides_no_other);
	tcase_add_loop_test(all, asks_for_what_it_needs, 0, COUNT(stages));
	tcase_add_loop_test(all, bad_configuration, 0, 8);
	tcase_add_loop_test(all, good_configuration, 0, 3);
	return run_tests("size", all);
}
