/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of items.h. */
#include <config.h>

#include "config/items.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/conf.h"
#include "errors_help.h"
#include "run.h"
#include "table/table.h"

struct values {
	bool flag;
	long long number, least, size, time;
	const char *word, *plain;
	struct mg_strings words, none;
	int choice;
	const struct mg_table *table, *no_table;
	struct mg_lines lines;
};

static const struct mg_item items[] = {
	MG_ITEM_BOOL(struct values, flag, "flag", .initial = "yes"),
	MG_ITEM_INT(struct values, number, "number", .initial = "5", .min = -10, .max = 100),
	MG_ITEM_INT(struct values, least, "least", .min = 2),
	MG_ITEM_SIZE(struct values, size, "size", .initial = "10K", .min = 1024, .max = 3 << 20),
	MG_ITEM_DURATION(struct values, time, "time", .initial = "90s", .min = 100, .max = 300000),
	MG_ITEM_STRING(struct values, word, "word", .initial = "\"a b\"", .syntax = "WORD"),
	MG_ITEM_STRING(struct values, plain, "plain", .syntax = "WORD"),
	MG_ITEM_STRINGS(struct values, words, "words", .initial = "postmaster abuse",
			.syntax = "WORD..."),
	MG_ITEM_STRINGS(struct values, none, "none", ),
	MG_ITEM_CHOICE(struct values, choice, "choice", .initial = "rcpt",
		       .choices = "connect helo mail rcpt"),
	MG_ITEM_TABLE(struct values, table, "table", .key = MG_KEY_TEXT, .syntax = "ENTRY..."),
	MG_ITEM_TABLE(struct values, no_table, "no-table", .key = MG_KEY_TEXT),
	MG_ITEM_LINES(struct values, lines, "lines", ),
	{ .name = NULL },
};

static struct arena arena;
static struct errors errors;
static struct values values;

static void set_up(void)
{
	errors = (struct errors){ .arena = &arena };
	memset(&values, 0, sizeof(values));
}

static void tear_down(void)
{
	arena_free(&arena);
}

static int fill(const char *text)
{
	struct item_set set = { .items = items, .target = &values };
	const struct mg_line *first = conf_parse(&arena, &errors, "t", text, strlen(text));

	ck_assert_int_eq(items_defaults(&arena, &errors, "t", items, &values), 0);
	return items_fill(&arena, &errors, NULL, first, &set, 1);
}

/* All errors, without the excerpts: line feeds become | . */
static void check_errors(const char *want)
{
	char *text = errors_text(&errors), *got = calloc(1, strlen(text) + 1), *line, *state = NULL;

	for (line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
		if (strncmp(line, "t:", 2) != 0 && strncmp(line, "t,", 2) != 0 &&
		    strncmp(line, "    ", 4) != 0)
			continue;
		if (line[strspn(line, " ")] == '^')
			continue;
		strcat(got, *got ? "|" : "");
		strcat(got, line + strspn(line, " "));
	}
	ck_assert_str_eq(got, want);
	free(got);
	free(text);
}

START_TEST(defaults)
{
	ck_assert_int_eq(fill(""), 0);
	ck_assert(values.flag);
	ck_assert_int_eq(values.number, 5);
	ck_assert_int_eq(values.least, 0);
	ck_assert_int_eq(values.size, 10240);
	ck_assert_int_eq(values.time, 90000);
	ck_assert_str_eq(values.word, "a b");
	ck_assert_ptr_null(values.plain);
	ck_assert_uint_eq(values.words.n, 2);
	ck_assert_str_eq(values.words.v[0], "postmaster");
	ck_assert_str_eq(values.words.v[1], "abuse");
	ck_assert_uint_eq(values.none.n, 0);
	ck_assert_int_eq(values.choice, 3);
	ck_assert_ptr_null(values.table);
	ck_assert_uint_eq(values.lines.n, 0);
	check_errors("");
}
END_TEST

START_TEST(values_of_the_file)
{
	ck_assert_int_eq(fill("flag no; number -10; least 2; size 3M; time 5m; word w; plain x\n"
			      "words a b; words c; words \"d e\"; none f; choice helo\n"
			      "table key1 key2; table key3\n"
			      "lines 1; lines 2 { inner }; lines"),
			 0);
	check_errors("");
	ck_assert(!values.flag);
	ck_assert_int_eq(values.number, -10);
	ck_assert_int_eq(values.least, 2);
	ck_assert_int_eq(values.size, 3 << 20);
	ck_assert_int_eq(values.time, 300000);
	ck_assert_str_eq(values.word, "w");
	ck_assert_str_eq(values.plain, "x");
	ck_assert_uint_eq(values.words.n, 4); /* instead of the default, not besides it */
	ck_assert_str_eq(values.words.v[0], "a");
	ck_assert_str_eq(values.words.v[3], "d e");
	ck_assert_uint_eq(values.none.n, 1);
	ck_assert_int_eq(values.choice, 1);
	ck_assert_int_eq(table_find(values.table, &arena, "key1", NULL), 1);
	ck_assert_int_eq(table_find(values.table, &arena, "key3", NULL), 1);
	ck_assert_int_eq(table_find(values.table, &arena, "key4", NULL), 0);
	ck_assert_ptr_null(values.no_table);
	ck_assert_uint_eq(values.lines.n, 3);
	ck_assert_str_eq(mg_line_word(values.lines.v[1], 1), "2");
	ck_assert(values.lines.v[1]->has_block);
}
END_TEST

static const struct {
	const char *text, *want;
} bad[] = {
	{ "flag maybe", "t:1:6: found maybe, expected yes or no" },
	{ "flag", "t:1:5: found nothing after \"flag\", expected yes or no" },
	{ "flag \"\"", "t:1:6: found \"\", expected yes or no" },
	{ "number 101", "t:1:8: found 101, expected a whole number from -10 to 100" },
	{ "number -11", "t:1:8: found -11, expected a whole number from -10 to 100" },
	{ "number 5x", "t:1:8: found 5x, expected a whole number from -10 to 100" },
	{ "number \"5 \"", "t:1:8: found \"5 \", expected a whole number from -10 to 100" },
	{ "number 99999999999999999999",
	  "t:1:8: found 99999999999999999999, expected a whole number from -10 to 100" },
	{ "least 1", "t:1:7: found 1, expected a whole number no less than 2" },
	{ "size 1023",
	  "t:1:6: found 1023, expected a size such as 10240, 10K or 1M, from 1K to 3M" },
	{ "size 4M", "t:1:6: found 4M, expected a size such as 10240, 10K or 1M, from 1K to 3M" },
	{ "size 10KB",
	  "t:1:6: found 10KB, expected a size such as 10240, 10K or 1M, from 1K to 3M" },
	{ "time 5x",
	  "t:1:6: found 5x, expected a duration such as 90s, 5m, 4h or 35d, from 100ms to 5m" },
	{ "time 90",
	  "t:1:6: found 90, expected a duration such as 90s, 5m, 4h or 35d, from 100ms to 5m" },
	{ "time 0",
	  "t:1:6: found 0, expected a duration such as 90s, 5m, 4h or 35d, from 100ms to 5m" },
	{ "time 106751991168d",
	  "t:1:6: found 106751991168d, expected a duration such as 90s, 5m, 4h or 35d, from "
	  "100ms to 5m" },
	{ "choice hello",
	  "t:1:8: found hello, expected connect, helo, mail or rcpt|did you mean \"helo\"?" },
	{ "choice data", "t:1:8: found data, expected connect, helo, mail or rcpt" },
	{ "plain", "t:1:6: found nothing after \"plain\", expected WORD" },
	{ "plain a b",
	  "t:1:9: found b, expected one word only after \"plain\"|a text with blanks must be "
	  "quoted" },
	{ "flag yes no", "t:1:10: found no, expected one word only after \"flag\"" },
	{ "plain \"\"", "t:1:7: found \"\", expected WORD" },
	{ "words a \"\" b \" \"",
	  "t:1:9: found \"\", expected WORD...|t:1:14: found \" \", expected WORD..." },
	{ "words", "t:1:6: found nothing after \"words\", expected WORD..." },
	{ "none", "t:1:5: found nothing after \"none\", expected a value" },
	{ "table", "t:1:6: found nothing after \"table\", expected ENTRY..." },
	{ "flag yes\nflag no", "t:2:1: \"flag\" can be given only once|it was given in line 1" },
	{ "flag yes; flag no; flag x",
	  "t:1:11: \"flag\" can be given only once|it was given in line 1"
	  "|t:1:20: \"flag\" can be given only once|it was given in line 1" },
	{ "flag yes { x }", "t:1:1: \"flag\" takes no block|a text with braces must be quoted" },
	{ "words a { x }", "t:1:1: \"words\" takes no block|a text with braces must be quoted" },
	{ "fleg yes", "t:1:1: unknown key \"fleg\"|did you mean \"flag\"?" },
	{ "unheard-of { flag maybe }", "t:1:1: unknown key \"unheard-of\"" },
	{ "fleg 1\nflag x\nnumber y\nchoice hello z",
	  "t:1:1: unknown key \"fleg\"|did you mean \"flag\"?"
	  "|t:2:6: found x, expected yes or no"
	  "|t:3:8: found y, expected a whole number from -10 to 100"
	  "|t:4:8: found hello, expected connect, helo, mail or rcpt|did you mean \"helo\"?"
	  "|t:4:14: found z, expected one word only after \"choice\"" },
};

START_TEST(reports)
{
	ck_assert_int_eq(fill(bad[_i].text), -1);
	check_errors(bad[_i].want);
}
END_TEST

/* A value that cannot be used leaves the default: only one error is reported. */
START_TEST(default_stays_after_an_error)
{
	ck_assert_int_eq(fill("word; number x; choice x"), -1);
	ck_assert_str_eq(values.word, "a b");
	ck_assert_int_eq(values.number, 5);
	ck_assert_int_eq(values.choice, 3);
}
END_TEST

struct other {
	long long number;
	const char *needed;
};

static const struct mg_item other_items[] = {
	MG_ITEM_INT(struct other, number, "number", .initial = "7"),
	MG_ITEM_STRING(struct other, needed, "needed", .required = true, .syntax = "NAME"),
	{ .name = NULL },
};

START_TEST(several_sets)
{
	struct other other = { 0, NULL };
	struct item_set sets[] = { { .items = items, .target = &values },
				   { .items = NULL },
				   { .items = other_items, .target = &other } };
	const char *text = "number 9; needed x; neded y; wrds z";
	const struct mg_line *first = conf_parse(&arena, &errors, "t", text, strlen(text));

	ck_assert_int_eq(items_fill(&arena, &errors, NULL, first, sets, 3), -1);
	ck_assert_int_eq(values.number, 9);
	ck_assert_int_eq(other.number, 0); /* the first set has this name, too, and gets the line */
	ck_assert_str_eq(other.needed, "x");
	ck_assert_uint_eq(items_lines(sets, 3, "number")->n, 1);
	ck_assert_uint_eq(items_lines(sets, 3, "needed")->n, 1);
	ck_assert_uint_eq(items_lines(sets, 3, "flag")->n, 0);
	ck_assert_ptr_null(items_lines(sets, 3, "neded"));
	check_errors("t:1:21: unknown key \"neded\"|did you mean \"needed\"?"
		     "|t:1:30: unknown key \"wrds\"|did you mean \"words\"?");
}
END_TEST

START_TEST(required)
{
	struct other other = { 0, NULL };
	struct item_set set = { .items = other_items, .target = &other };
	const char *text = "x\n policy y { number 1 }";
	const struct mg_line *owner = conf_parse(&arena, &errors, "t", text, strlen(text))->next;

	ck_assert_int_eq(items_fill(&arena, &errors, owner, owner->block, &set, 1), -1);
	ck_assert_int_eq(items_fill(&arena, &errors, NULL, owner->block, &set, 1), -1);
	ck_assert_int_eq(items_fill(&arena, &errors, NULL, NULL, &set, 1), -1);
	check_errors("t: \"needed\" is missing here|expected: needed NAME"
		     "|t: \"needed\" is missing here|expected: needed NAME"
		     "|t:2:2: \"needed\" is missing here|expected: needed NAME");
}
END_TEST

/* Without this check an unquoted text with braces would be lost silently. */
START_TEST(no_blocks_inside_of_blocks)
{
	struct item_set set = { .items = items, .target = &values };
	const char *text = "policy x { lines reject {client is listed} }";
	const struct mg_line *owner = conf_parse(&arena, &errors, "t", text, strlen(text));

	ck_assert_int_eq(items_fill(&arena, &errors, owner, owner->block, &set, 1), -1);
	check_errors("t:1:12: \"lines\" takes no block|a text with braces must be quoted");
}
END_TEST

/* ---- Defaults ---- */

#define ONE(macro, ...)                            \
	{                                          \
		macro(struct values, __VA_ARGS__), \
		{                                  \
			.name = NULL               \
		}                                  \
	}

static const struct {
	struct mg_item items[2];
	const char *want;
} bad_defaults[] = {
	{ ONE(MG_ITEM_BOOL, flag, "a", .initial = "maybe"),
	  "t, default of a:1:1: found maybe, expected yes or no" },
	{ ONE(MG_ITEM_INT, number, "a", .initial = "101", .min = 1, .max = 100),
	  "t, default of a:1:1: found 101, expected a whole number from 1 to 100" },
	{ ONE(MG_ITEM_INT, number, "a", .initial = ""),
	  "t, default of a: found nothing, expected a whole number" },
	{ ONE(MG_ITEM_INT, number, "a", .initial = "1 2"),
	  "t, default of a:1:3: found 2, expected one word only after \"a\"" },
	{ ONE(MG_ITEM_INT, number, "a", .initial = "1; 2"),
	  "t, default of a:1:4: found a second line, expected one" },
	{ ONE(MG_ITEM_INT, number, "a", .initial = "1 { }"),
	  "t, default of a:1:3: found a brace, expected words"
	  "|t, default of a:1:5: found a brace, expected words" },
	{ ONE(MG_ITEM_STRING, word, "a", .initial = "\"\"", .syntax = "WORD"),
	  "t, default of a:1:1: found \"\", expected WORD" },
	{ ONE(MG_ITEM_STRINGS, words, "a", .initial = "b \"\"", .syntax = "WORD..."),
	  "t, default of a:1:3: found \"\", expected WORD..." },
	{ ONE(MG_ITEM_CHOICE, choice, "a", .initial = "hello", .choices = "helo mail"),
	  "t, default of a:1:1: found hello, expected helo or mail|did you mean \"helo\"?" },
	{ ONE(MG_ITEM_TABLE, table, "a", .initial = "x/y", .key = MG_KEY_ADDRESS),
	  "t, default of a:1:1: \"x/y\" is no IP address or network"
	  "|expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
};

START_TEST(wrong_defaults)
{
	values.number = 5;
	ck_assert_int_eq(items_defaults(&arena, &errors, "t", bad_defaults[_i].items, &values), -1);
	check_errors(bad_defaults[_i].want);
	ck_assert_ptr_null(values.word);
	ck_assert_uint_eq(values.words.n, 0);
	ck_assert_int_eq(values.choice, 0);
}
END_TEST

/* In a default a quoted text, braces and the name of a directive are words. */
START_TEST(words_of_defaults)
{
	static const struct mg_item table[] = {
		MG_ITEM_STRINGS(struct values, words, "a",
				.initial = "include {client} \"; }\" x # y"),
		MG_ITEM_TABLE(struct values, table, "b", .initial = "k", .key = MG_KEY_TEXT),
		{ .name = NULL },
	};

	ck_assert_int_eq(items_defaults(&arena, &errors, "t", table, &values), 0);
	ck_assert_uint_eq(values.words.n, 4);
	ck_assert_str_eq(values.words.v[0], "include");
	ck_assert_str_eq(values.words.v[1], "{client}");
	ck_assert_str_eq(values.words.v[2], "; }");
	ck_assert_str_eq(values.words.v[3], "x");
	ck_assert_int_eq(table_find(values.table, &arena, "k", NULL), 1);
}
END_TEST

/* ---- Checks ---- */

struct checked {
	long long even;
	struct mg_strings pair;
	const char *needed;
	struct mg_lines lines;
};

/* Odd numbers, strings when the number is 8, and lines "bad" are errors. */
static void check_even(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	const struct checked *checked = self;

	ck_assert_ptr_eq(conf, &errors);
	if (checked->even % 2)
		errors_at(&errors, line, 1, "odd");
}

static void check_pair(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	const struct checked *checked = self;

	(void)conf;
	if (checked->even == 9 || checked->even == 8)
		errors_at(&errors, line, 0, "%zu strings beside %lld", checked->pair.n,
			  checked->even);
}

static void check_word(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	(void)conf;
	(void)self;
	if (strcmp(mg_line_word(line, 1), "bad") == 0)
		errors_at(&errors, line, 1, "bad");
}

static const struct mg_item checked_items[] = {
	MG_ITEM_INT(struct checked, even, "even", .initial = "4", .check = check_even),
	MG_ITEM_STRINGS(struct checked, pair, "pair", .initial = "a b", .check = check_pair),
	MG_ITEM_STRING(struct checked, needed, "needed", .required = true, .check = check_word),
	MG_ITEM_LINES(struct checked, lines, "lines", .check = check_word),
	{ .name = NULL },
};

static const struct {
	const char *text, *want;
	long long even;
	size_t pair, lines;
	bool required; /* the required key is there */
} checks[] = {
	{ "needed x", "", 4, 2, 0, true },
	{ "even 6; pair x; pair y z; needed x; lines 1; lines 2", "", 6, 3, 2, true },
	{ "even 7; needed x", "t:1:6: odd", 4, 2, 0, true },
	/* A check is called for each line, in order, and sees the values of the file. */
	{ "even 9; pair x; pair y z; needed x",
	  "t:1:6: odd|t:1:9: 3 strings beside 9|t:1:17: 3 strings beside 9", 4, 2, 0, true },
	{ "needed x; lines good; lines bad", "t:1:29: bad", 4, 2, 0, true },
	{ "needed bad", "t:1:8: bad", 4, 2, 0, false },
	/* A value that the table refuses is not checked. */
	{ "even x; pair \"\"; needed x",
	  "t:1:6: found x, expected a whole number|t:1:14: found \"\", expected a value", 4, 2, 0,
	  true },
};

START_TEST(checks_of_items)
{
	struct checked clean = { .even = 0 }, checked;
	struct item_set set = { .items = checked_items, .target = &checked, .defaults = &clean };
	const char *text = checks[_i].text;
	const struct mg_line *first = conf_parse(&arena, &errors, "t", text, strlen(text));

	items_defaults(&arena, &errors, "t", checked_items, &clean);
	checked = clean;
	items_fill(&arena, &errors, NULL, first, &set, 1);
	/* Only the core's checks read a struct mg_conf; these do not. */
	items_check(&set, (struct mg_conf *)&errors, &errors);
	check_errors(checks[_i].want);
	ck_assert_int_eq(checked.even, checks[_i].even);
	ck_assert_uint_eq(checked.pair.n, checks[_i].pair);
	ck_assert_uint_eq(checked.lines.n, checks[_i].lines);
	ck_assert_int_eq(items_has_required(&set), checks[_i].required);
}
END_TEST

START_TEST(errors_of_before_do_not_count)
{
	errors_at(&errors, NULL, 0, "x");
	ck_assert_int_eq(fill("flag yes"), 0);
}
END_TEST

static const struct number {
	const char *word;
	int status;
	long long value;
} numbers[] = {
	{ "0", 0, 0 },
	{ "-0", 0, 0 },
	{ "007", 0, 7 },
	{ "-17", 0, -17 },
	{ "9223372036854775807", 0, LLONG_MAX },
	{ "9223372036854775808", -1, 0 },
	{ "-9223372036854775807", 0, -LLONG_MAX },
	{ "", -1, 0 },
	{ "-", -1, 0 },
	{ "--1", -1, 0 },
	{ "+1", -1, 0 },
	{ " 1", -1, 0 },
	{ "1.5", -1, 0 },
	{ "0x10", -1, 0 },
}, durations[] = {
	{ "0", 0, 0 },
	{ "0s", 0, 0 },
	{ "500ms", 0, 500 },
	{ "90s", 0, 90000 },
	{ "5m", 0, 300000 },
	{ "4h", 0, 14400000 },
	{ "35d", 0, 3024000000LL },
	{ "106751991167d", 0, 106751991167LL * 86400000 },
	{ "106751991168d", -1, 0 },
	{ "9223372036854775807ms", 0, LLONG_MAX },
	{ "9223372036854775808ms", -1, 0 },
	{ "5", -1, 0 },
	{ "5 s", -1, 0 },
	{ "5S", -1, 0 },
	{ "5x", -1, 0 },
	{ "5mm", -1, 0 },
	{ "1h30m", -1, 0 },
	{ "1.5h", -1, 0 },
	{ "-5s", -1, 0 },
	{ "s", -1, 0 },
	{ "", -1, 0 },
}, sizes[] = {
	{ "0", 0, 0 },
	{ "1", 0, 1 },
	{ "10K", 0, 10240 },
	{ "1M", 0, 1048576 },
	{ "2G", 0, 2LL << 30 },
	{ "8589934591G", 0, 8589934591LL << 30 },
	{ "8589934592G", -1, 0 },
	{ "1T", -1, 0 },
	{ "1KB", -1, 0 },
	{ "1k", -1, 0 },
	{ "-1", -1, 0 },
	{ "K", -1, 0 },
	{ "", -1, 0 },
};

static void check_all(const struct number *table, size_t n,
		      int (*function)(const char *, long long *))
{
	for (size_t i = 0; i < n; i++) {
		long long value = 0;
		int status = function(table[i].word, &value);

		ck_assert_msg(status == table[i].status && (status < 0 || value == table[i].value),
			      "\"%s\": %d, %lld", table[i].word, status, value);
	}
}

START_TEST(words_as_values)
{
	static const char *const yes[] = { "yes", "on", "true", "Yes", "TRUE" };
	static const char *const no[] = { "no", "off", "false", "NO" };
	static const char *const neither[] = { "", "1", "0", "y", "yess", "none" };
	bool value;

	check_all(numbers, COUNT(numbers), items_number);
	check_all(durations, COUNT(durations), items_duration);
	check_all(sizes, COUNT(sizes), items_size);
	for (int i = 0; i < COUNT(yes); i++)
		ck_assert(items_bool(yes[i], &value) == 0 && value);
	for (int i = 0; i < COUNT(no); i++)
		ck_assert(items_bool(no[i], &value) == 0 && !value);
	for (int i = 0; i < COUNT(neither); i++)
		ck_assert_int_eq(items_bool(neither[i], &value), -1);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("items");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, defaults);
	tcase_add_test(tcase, values_of_the_file);
	tcase_add_loop_test(tcase, reports, 0, (int)COUNT(bad));
	tcase_add_test(tcase, default_stays_after_an_error);
	tcase_add_test(tcase, several_sets);
	tcase_add_test(tcase, required);
	tcase_add_test(tcase, no_blocks_inside_of_blocks);
	tcase_add_loop_test(tcase, wrong_defaults, 0, (int)COUNT(bad_defaults));
	tcase_add_test(tcase, words_of_defaults);
	tcase_add_loop_test(tcase, checks_of_items, 0, (int)COUNT(checks));
	tcase_add_test(tcase, errors_of_before_do_not_count);
	tcase_add_test(tcase, words_as_values);
	return run_tests("items", tcase);
}
