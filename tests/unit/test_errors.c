/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of errors.h. */
#include <config.h>

#include "base/errors.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/conf.h"
#include "errors_help.h"
#include "run.h"

static struct arena arena;
static struct errors errors;

static void set_up(void)
{
	errors = (struct errors){ .arena = &arena };
}

static void tear_down(void)
{
	arena_free(&arena);
}

static void check_printed(const char *want)
{
	char *text = errors_text(&errors);

	ck_assert_str_eq(text, want);
	free(text);
}

static const struct mg_line *parse(const char *text)
{
	return conf_parse(&arena, &errors, "millgate.conf", text, strlen(text));
}

START_TEST(prints_nothing_without_errors)
{
	check_printed("");
}
END_TEST

START_TEST(prints_the_form_that_was_agreed)
{
	const struct mg_line *line = parse("class x {\n        sokcet-mode 0660\n}");

	errors_at(&errors, line->block, 0, "unknown key \"%s\"", "sokcet-mode");
	errors_hint(&errors, "did you mean \"%s\"?", "socket-mode");
	check_printed("millgate.conf:2:9: unknown key \"sokcet-mode\"\n"
		      "        sokcet-mode 0660\n"
		      "        ^\n"
		      "    did you mean \"socket-mode\"?\n");
	ck_assert_uint_eq(errors.count, 1);
	ck_assert_str_eq(errors_line(&errors, 0), "millgate.conf:2:9: unknown key \"sokcet-mode\" "
						  "(did you mean \"socket-mode\"?)");
	ck_assert_ptr_null(errors_line(&errors, 1));
}
END_TEST

START_TEST(points_at_words_and_behind_the_last)
{
	const struct mg_line *line = parse("\tone\t\"two three\"\t# more\r\n");

	for (size_t word = 0; word < 4; word++)
		errors_at(&errors, line, word, "word %zu", word);
	check_printed("millgate.conf:1:2: word 0\n"
		      "\tone\t\"two three\"\t# more\n\t^\n"
		      "millgate.conf:1:6: word 1\n"
		      "\tone\t\"two three\"\t# more\n\t   \t^\n"
		      "millgate.conf:1:17: word 2\n"
		      "\tone\t\"two three\"\t# more\n\t   \t           ^\n"
		      "millgate.conf:1:17: word 3\n"
		      "\tone\t\"two three\"\t# more\n\t   \t           ^\n");
}
END_TEST

START_TEST(sorts_by_file_line_and_column)
{
	errors_in_file(&errors, "b", 10, 1, NULL, "b10");
	errors_in_file(&errors, "a", 3, 0, NULL, "a3");
	errors_in_file(&errors, "b", 2, 7, NULL, "b2:7");
	errors_hint(&errors, "hint 1");
	errors_hint(&errors, "hint 2");
	errors_in_file(&errors, "b", 2, 5, NULL, "b2:5 first");
	errors_in_file(&errors, "b", 2, 5, NULL, "b2:5 second");
	errors_in_file(&errors, "a", 0, 0, NULL, "a as a whole");
	errors_in_file(&errors, "b", 2, 5, NULL, "b2:5 third");
	check_printed("b:2:5: b2:5 first\n"
		      "b:2:5: b2:5 second\n"
		      "b:2:5: b2:5 third\n"
		      "b:2:7: b2:7\n"
		      "    hint 1\n"
		      "    hint 2\n"
		      "b:10:1: b10\n"
		      "a: a as a whole\n"
		      "a:3: a3\n");
}
END_TEST

START_TEST(without_a_position)
{
	errors_at(&errors, NULL, 0, "nothing was read");
	parse("");
	errors_at(&errors, NULL, 0, "\"listen\" is missing");
	check_printed("nothing was read\n"
		      "millgate.conf: \"listen\" is missing\n");
}
END_TEST

/* The caller may change its texts after the report. */
START_TEST(copies)
{
	char name[] = "file", line[] = "abc";

	errors_in_file(&errors, name, 1, 2, line, "x");
	name[0] = line[0] = 'X';
	check_printed("file:1:2: x\nabc\n ^\n");
}
END_TEST

START_TEST(nothing_acts_on_the_terminal)
{
	errors_in_file(&errors, "f", 1, 4, "a\x1b[\xc3\xa4\xff\tb\nnext",
		       "found \"\x1b[2J\n\xc2\x9b\u202e\"");
	errors_hint(&errors, "did you mean \"\x07\"?");
	check_printed("f:1:4: found \"?[2J???\"\n"
		      "a?[\xc3\xa4?\tb\n"
		      "   ^\n"
		      "    did you mean \"?\"?\n");
}
END_TEST

START_TEST(shows_a_part_of_long_lines)
{
	static const struct {
		unsigned column;
		const char *head, *tail;
		size_t caret;
	} want[] = {
		{ 1, "012", "789...", 0 },       { 81, "012", "789...", 80 },
		{ 82, "...123", "...", 83 },     { 501, "...01234", "56789...", 83 },
		{ 1000, "...9012", "6789", 83 },
	};
	char line[1001], *text, *excerpt, *caret, *state;

	for (size_t i = 0; i < 1000; i++)
		line[i] = (char)('0' + i % 10);
	line[1000] = '\0';
	errors_in_file(&errors, "f", 1, want[_i].column, line, "x");
	text = errors_text(&errors);
	strtok_r(text, "\n", &state);
	excerpt = strtok_r(NULL, "\n", &state);
	caret = strtok_r(NULL, "\n", &state);
	ck_assert_uint_le(strlen(excerpt), 166);
	ck_assert_int_eq(strncmp(excerpt, want[_i].head, strlen(want[_i].head)), 0);
	ck_assert_str_eq(excerpt + strlen(excerpt) - strlen(want[_i].tail), want[_i].tail);
	ck_assert_uint_eq(strspn(caret, " "), want[_i].caret);
	ck_assert_int_eq(excerpt[want[_i].caret], line[want[_i].column - 1]);
	free(text);
}
END_TEST

START_TEST(keeps_a_bounded_number)
{
	char *text;

	for (unsigned i = 1; i <= ERRORS_KEPT + 5; i++) {
		errors_in_file(&errors, "f", i, 1, "x", "error");
		errors_hint(&errors, "hint %u.", i);
	}
	ck_assert_uint_eq(errors.count, ERRORS_KEPT + 5);
	text = errors_text(&errors);
	ck_assert_ptr_nonnull(
		strstr(text, "f:1000:1: error\nx\n^\n    hint 1000.\nand 5 errors more\n"));
	ck_assert_ptr_null(strstr(text, "f:1001"));
	ck_assert_ptr_null(strstr(text, "hint 1001"));
	free(text);
}
END_TEST

static const struct {
	const char *word, *want;
} words[] = {
	{ "sokcet-mode", "socket-mode" },
	{ "socket_mode", "socket-mode" },
	{ "Socket-Mode", "socket-mode" },
	{ "listne", "listen" },
	{ "lisen", "listen" },
	{ "listenn", "listen" },
	{ "listen:", "listen" },
	{ "polcy", "policy" },
	{ "polcies", NULL },
	{ "policys", "policy" },
	{ "on", "on" },
	{ "no", "on" },
	{ "x", NULL },
	{ "", NULL },
	{ "zzzzzz", NULL },
	{ "max-conections", "max-connections" },
	{ "maxconnections", "max-connections" },
	{ "a-name-that-is-much-too-long-to-be-a-mistake-of-one-key", NULL },
};

START_TEST(finds_the_nearest)
{
	static const char *const candidates[] = {
		"listen",
		"socket-mode",
		"socket-group",
		"policy",
		"class",
		"on",
		"max-connections",
		"a-name-that-is-much-too-long-to-be-a-mistake-of-one-kez",
		NULL,
	};
	const char *got = errors_nearest(words[_i].word, candidates);

	if (words[_i].want)
		ck_assert_pstr_eq(got, words[_i].want);
	else
		ck_assert_ptr_null(got);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("errors");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, prints_nothing_without_errors);
	tcase_add_test(tcase, prints_the_form_that_was_agreed);
	tcase_add_test(tcase, points_at_words_and_behind_the_last);
	tcase_add_test(tcase, sorts_by_file_line_and_column);
	tcase_add_test(tcase, without_a_position);
	tcase_add_test(tcase, copies);
	tcase_add_test(tcase, nothing_acts_on_the_terminal);
	tcase_add_loop_test(tcase, shows_a_part_of_long_lines, 0, 5);
	tcase_add_test(tcase, keeps_a_bounded_number);
	tcase_add_loop_test(tcase, finds_the_nearest, 0, (int)COUNT(words));
	return run_tests("errors", tcase);
}
