/* SPDX-License-Identifier: BSD-2-Clause */
/* Reply texts become lines that a reply can have: length, number, characters, percent signs. */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "session/reply.h"
#include "run.h"

static const struct {
	const char *text, *tail;
	bool utf8;
	const char *want[4];
} cases[] = {
	{ "one", NULL, false, { "one" } },
	{ "one", "[id]", false, { "one [id]" } },
	{ "", NULL, false, { "" } },
	{ "", "[id]", false, { "[id]" } },
	{ "one\ntwo", "[id]", false, { "one", "two [id]" } },
	{ "one\n", "[id]", false, { "one [id]" } },
	{ "one\n\ntwo", NULL, false, { "one", "two" } },
	{ "100%", "[%]", false, { "100%% [%%]" } },
	{ "a\rb\tc\x7f", NULL, false, { "a?b?c?" } },
	{ "gr\xc3\xbc\xc3\x9f", NULL, false, { "gr??" } },
	{ "gr\xc3\xbc\xc3\x9f", NULL, true, { "gr\xc3\xbc\xc3\x9f" } },
	{ "bad\xff\xc3", NULL, true, { "bad??" } },
	{ "\xed\xa0\x80", NULL, true, { "???" } },
};

START_TEST(test_lines)
{
	struct arena arena = { 0 };
	const char *lines[TEXT_LINES_MAX + 1];
	size_t n = 0;

	reply_lines(&arena, cases[_i].text, cases[_i].tail, cases[_i].utf8, lines);
	for (; cases[_i].want[n]; n++) {
		ck_assert_ptr_nonnull(lines[n]);
		ck_assert_str_eq(lines[n], cases[_i].want[n]);
	}
	ck_assert_ptr_null(lines[n]);
	arena_free(&arena);
}
END_TEST

/* Any text fits: the lines hold the text, in order, up to the largest reply. */
static void check_long(const char *pattern, size_t size, bool whole)
{
	struct arena arena = { 0 };
	const char *lines[TEXT_LINES_MAX + 1];
	char *text = malloc(size + 1);
	size_t n = 0, total = 0;

	for (size_t i = 0; i < size; i++)
		text[i] = pattern[i % strlen(pattern)];
	text[size] = '\0';
	reply_lines(&arena, text, "[0123456789ab]", false, lines);
	for (; lines[n]; n++) {
		ck_assert_uint_le(strlen(lines[n]), 980);
		ck_assert_ptr_null(strpbrk(lines[n], "\r\n"));
		total += strlen(lines[n]);
	}
	ck_assert_uint_ge(n, 1);
	ck_assert_uint_le(n, TEXT_LINES_MAX);
	ck_assert_str_eq(lines[n - 1] + strlen(lines[n - 1]) - 14, "[0123456789ab]");
	if (whole)
		ck_assert_uint_ge(total, size);
	free(text);
	arena_free(&arena);
}

START_TEST(test_long)
{
	check_long("word ", 7000, true);
	check_long("x", 7000, true);
	check_long("%", 7000, true);
	check_long("\xc3\xbc", 7001, false);
	check_long("a\n", 7000, false);
	check_long(" ", 7000, false);
	check_long("a bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 6999, false);
	for (size_t size = 460; size < 480; size++)
		check_long("x", size, true);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("reply");

	tcase_add_loop_test(tcase, test_lines, 0, COUNT(cases));
	tcase_add_test(tcase, test_long);
	return run_tests("reply", tcase);
}
