/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts: compiled and rendered, and wrong ones refused. */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/conf.h"
#include "base/errors.h"
#include "run.h"
#include "config/text.h"

static const char *const values[] = { "zone", "txt", NULL };
static const struct mg_policy type = { .name = "t", .values = values };

static const char *get_macro(void *ctx, enum text_macro macro)
{
	(void)ctx;
	switch (macro) {
	case TEXT_CLIENT:
		return "192.0.2.1";
	case TEXT_HELO:
		return "a\r\nb\x01";
	case TEXT_DETAIL:
		return "a\r\n b\n\tc\n\nd\te";
	default:
		return NULL;
	}
}

static const char *get_value(void *ctx, size_t index)
{
	(void)ctx;
	return index == 0 ? "zen.example" : "the policy's own";
}

static const struct text_source source = { get_macro, get_value, NULL };

static const struct {
	const char *text, *want; /* NULL: refused */
	const char *folded;      /* when folds stay; NULL: the same */
} cases[] = {
	{ "plain", "plain", NULL },
	{ "", "", NULL },
	{ "{client}", "192.0.2.1", NULL },
	{ "a {client} b {zone} c", "a 192.0.2.1 b zen.example c", NULL },
	{ "{txt}", "the policy's own", NULL },
	{ "{recipient}|", "|", NULL },
	{ "{{client}}", "{client}", NULL },
	{ "}{{", "}{", NULL },
	{ "}}", "}", NULL },
	{ "{helo}", "a??b?", NULL },
	{ "<{detail}>", "<a b c??d?e>", "<a\n b\n\tc??d\te>" },
	{ "{clinet}", NULL, NULL },
	{ "{client", NULL, NULL },
	{ "{}", NULL, NULL },
	{ "{ client }", NULL, NULL },
};

START_TEST(test_render)
{
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	const struct conf_word word = { .text = cases[_i].text, .line = 1, .column = 1 };
	const struct conf_file file = { "t", "", 0 };
	const struct mg_line line = { .file = &file, .nwords = 1, .words = &word };
	const struct text *text = text_compile(&arena, &errors, &line, 0, &type);

	ck_assert_msg((text != NULL) == (cases[_i].want != NULL), "\"%s\"", cases[_i].text);
	ck_assert_uint_eq(errors.count, cases[_i].want == NULL);
	if (text) {
		ck_assert_str_eq(text_render(text, &source, &arena, false), cases[_i].want);
		ck_assert_str_eq(text_render(text, &source, &arena, true),
				 cases[_i].folded ? cases[_i].folded : cases[_i].want);
	}
	arena_free(&arena);
}
END_TEST

/* A value can be as long as the MTA allows. */
static const char *get_long_value(void *ctx, size_t index)
{
	(void)index;
	return ctx;
}

START_TEST(test_long_value)
{
	static char value[102401];
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	const struct conf_word word = { .text = "{zone}|" };
	const struct conf_file file = { "t", "", 0 };
	const struct mg_line line = { .file = &file, .nwords = 1, .words = &word };
	const struct text *text = text_compile(&arena, &errors, &line, 0, &type);
	const struct text_source from = { get_macro, get_long_value, value };
	const char *got;

	memset(value, 'v', sizeof(value) - 1);
	got = text_render(text, &from, &arena, true);
	ck_assert_uint_eq(strlen(got), sizeof(value));
	ck_assert_int_eq(strncmp(got, value, sizeof(value) - 1), 0);
	ck_assert_int_eq(got[sizeof(value) - 1], '|');
	arena_free(&arena);
}
END_TEST

START_TEST(test_has)
{
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	const struct conf_word word = { .text = "{id} {zone}" };
	const struct conf_file file = { "t", "", 0 };
	const struct mg_line line = { .file = &file, .nwords = 1, .words = &word };
	const struct text *text = text_compile(&arena, &errors, &line, 0, &type);

	ck_assert(text_has(text, TEXT_ID));
	ck_assert(!text_has(text, TEXT_CLIENT)); /* its index is that of the value {zone} */
	ck_assert(!text_has(NULL, TEXT_ID));
	arena_free(&arena);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("text");

	tcase_add_loop_test(tcase, test_render, 0, COUNT(cases));
	tcase_add_test(tcase, test_long_value);
	tcase_add_test(tcase, test_has);
	return run_tests("text", tcase);
}
