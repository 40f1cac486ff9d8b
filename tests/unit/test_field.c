/* SPDX-License-Identifier: BSD-2-Clause */
/* Header fields: their names, faults of values, and folding. */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/field.h"
#include "run.h"

#define S10 "sssssssss "
#define X10 "xxxxxxxxxx"
#define X70 X10 X10 X10 X10 X10 X10 X10
#define X490 X70 X70 X70 X70 X70 X70 X70
#define X980 X490 X490

static const struct {
	const char *name;
	bool want;
} names[] = {
	{ "X", true },          { "X-A_b!{}", true },
	{ "", false },          { "X A", false },
	{ "X:", false },        { "X\n", false },
	{ "X\x7f", false },     { "X\xc3\xa9", false },
	{ X70 "xxxxxx", true }, { X70 "xxxxxxx", false },
};

START_TEST(name)
{
	ck_assert_msg(field_is_name(names[_i].name) == names[_i].want, "\"%s\"", names[_i].name);
}
END_TEST

static const struct {
	const char *value, *want; /* NULL: nothing is wrong */
} checks[] = {
	{ "", NULL },
	{ "a\tb", NULL },
	{ "a\n b\n\tc", NULL },
	{ "\n a", NULL },
	{ "\xc3\xa9 \xff", NULL },
	{ "a\r\n b", "a carriage return" },
	{ "a\r", "a carriage return" },
	{ "a\nb", "a line feed that begins no fold" },
	{ "a\n", "a line feed that begins no fold" },
	{ "a\n\n b", "a line feed that begins no fold" },
	{ "a\n ", "a line of blanks" },
	{ "a\n \t\n b", "a line of blanks" },
	{ "a\x01", "a control character" },
	{ "a\x7f", "a control character" },
	{ "a\x1b[1m", "a control character" },
	{ X980 "xxxxxxxxxxxxx", NULL }, /* with "X-A: " 998 */
	{ X980 "xxxxxxxxxxxxxx", "a line of more than 998 bytes" },
	{ "a\n " X980 "xxxxxxxxxxxxxxxxx", NULL },
	{ "a\n " X980 "xxxxxxxxxxxxxxxxxx", "a line of more than 998 bytes" },
};

START_TEST(check)
{
	const char *got = field_check_value("X-A", checks[_i].value);

	ck_assert_str_eq(got ? got : "good", checks[_i].want ? checks[_i].want : "good");
}
END_TEST

START_TEST(too_long)
{
	char *value = malloc(FIELD_VALUE_MAX + 2);

	for (size_t i = 0; i <= FIELD_VALUE_MAX; i += 2)
		memcpy(value + i, i % 50 == 46 ? "\n " : "ab", 2);
	value[FIELD_VALUE_MAX] = '\0';
	ck_assert_ptr_null(field_check_value("X-A", value));
	strcpy(value + FIELD_VALUE_MAX, "a");
	ck_assert_str_eq(field_check_value("X-A", value), "more than 65,000 bytes");
	free(value);
}
END_TEST

static const struct {
	const char *value;
	size_t line;
	const char *want;
} folds[] = {
	{ "", 78, "" },
	{ " \t a b \n", 78, "a b" },
	/*
	 * 78 characters with "X-A: " are not too long; a longer line is broken at the last blank
	 * before.
	 */
	{ S10 S10 S10 S10 S10 S10 S10 "sss", 78, S10 S10 S10 S10 S10 S10 S10 "sss" },
	{ S10 S10 S10 S10 S10 S10 S10 "ssss", 78, S10 S10 S10 S10 S10 S10 "sssssssss\n ssss" },
	{ S10 S10 S10 S10 S10 S10 S10 S10, 78, S10 S10 S10 S10 S10 S10 "sssssssss\n sssssssss" },
	/* A word that is too long stands alone. */
	{ X70 X10 " a", 78, X70 X10 "\n a" },
	{ "a " X70 X10 " b", 78, "a\n " X70 X10 "\n b" },
	/* Folds stay, except for lines of blanks. */
	{ "a\n b\n\tc", 78, "a\n b\n\tc" },
	{ "a\n \n\t\n b", 78, "a\n b" },
	{ "\n a", 78, "\n a" },
	{ "a\n " S10 S10 S10 S10 S10 S10 S10 "sssssssss", 78,
	  "a\n " S10 S10 S10 S10 S10 S10 "sssssssss\n sssssssss" },
	/* The first of several blanks goes with the line's end, and no line has only blanks. */
	{ X70 "xx  a  b", 78, X70 "xx \n a  b" },
	/* Nothing to break at. */
	{ X980 X10 "xx\xc3\xa9 b", 78, X980 X10 "xx\n \xc3\xa9 b" },
	{ X980 X980, 78,
	  X980 X10 "xxx\n " X490 X70 X70 X70 X70 X70 X70 X10 X10 X10 X10 X10 "xxxxxxx" },
	/* The blanks of a cut are no line of their own. */
	{ X980 X10 "xxx   \n b", 78, X980 X10 "xxx\n b" },
	{ X980 X10 "xxx   \n  \n b", 78, X980 X10 "xxx\n b" },
	{ X980 X10 "xxxy   \n b", 78, X980 X10 "xxx\n y   \n b" },
	{ S10 S10 S10 S10 S10 S10 S10 S10 S10, 998, S10 S10 S10 S10 S10 S10 S10 S10 "sssssssss" },
};

START_TEST(fold)
{
	struct arena arena = { 0 };
	const char *got = field_fold(&arena, "X-A", folds[_i].value, folds[_i].line);

	ck_assert_str_eq(got, folds[_i].want);
	ck_assert_ptr_null(field_check_value("X-A", got));
	arena_free(&arena);
}
END_TEST

/* Words that just fill a line, and blanks. */
START_TEST(fold_full_lines)
{
	struct arena arena = { 0 };
	char value[3000];
	const int length = 985 + _i % 16, blanks = 1 + _i / 16;

	snprintf(value, sizeof(value), "%0*d%*s\n %0*d%*s\n%*sb", length, 0, blanks, "", length, 0,
		 blanks, "", blanks, "");

	const char *got = field_fold(&arena, "X-A", value, FIELD_LINE);
	const char *wrong = field_check_value("X-A", got);

	ck_assert_msg(!wrong, "%s", wrong);
	arena_free(&arena);
}
END_TEST

/*
 * Any bytes without CR and controls pass the check when folded; unfolded, they differ only in
 * blanks.
 */
START_TEST(fold_random)
{
	static const char alphabet[] = "ab \t\nx\xc3\xa9";
	struct arena arena = { 0 };
	char value[3000];

	srand(_i + 1);
	for (size_t n = 0; n < sizeof(value) - 1; n++) {
		value[n] = alphabet[(size_t)rand() % (_i % 2 ? 8 : 2 + (size_t)_i % 7)];
		if (n && value[n - 1] == '\n')
			value[n] = ' ';
	}
	value[sizeof(value) - 1] = '\0';

	const char *got = field_fold(&arena, "X-A", value, FIELD_LINE);
	const char *wrong = field_check_value("X-A", got);

	ck_assert_msg(!wrong, "%s", wrong);
	for (const char *p = value, *q = got; *p || *q;) {
		p += strspn(p, " \t\n");
		q += strspn(q, " \t\n");
		ck_assert_int_eq(*p, *q);
		p += *p != '\0';
		q += *q != '\0';
	}
	arena_free(&arena);
}
END_TEST

START_TEST(kinds)
{
	ck_assert(field_is_trace("received") && field_is_trace("ARC-Seal") &&
		  field_is_trace("Resent-From"));
	ck_assert(!field_is_trace("Received-By") && !field_is_trace("ARC"));
	ck_assert(field_is_single("SUBJECT") && !field_is_single("Received"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("field");

	tcase_add_loop_test(tcase, name, 0, COUNT(names));
	tcase_add_loop_test(tcase, check, 0, COUNT(checks));
	tcase_add_test(tcase, too_long);
	tcase_add_loop_test(tcase, fold, 0, COUNT(folds));
	tcase_add_loop_test(tcase, fold_full_lines, 0, 16 * 20);
	tcase_add_loop_test(tcase, fold_random, 0, 64);
	tcase_add_test(tcase, kinds);
	return run_tests("field", tcase);
}
