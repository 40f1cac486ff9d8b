/* SPDX-License-Identifier: BSD-2-Clause */
/* The readings of an address, for forms that Postfix and Sendmail take, with their macros. */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/errors.h"
#include "session/readings.h"
#include "table/table.h"

#include "run.h"

/* want: the readings, each after "|"; a star is behind what the client wrote. */
static const struct {
	const char *path, *macro, *want;
} cases[] = {
	/* everyday mail, by Postfix and by Sendmail; no macro */
	{ "<a@b.example>", "a@b.example", "|a@b.example*" },
	{ "<A.b@B.example>", "a.b@b.example", "|A.b@B.example*" },
	{ "<a@b.example>", "a", "|a@b.example*" },
	{ "<a+x@b.example>", "a+x", "|a+x@b.example*" },
	{ "<a@b.example>", NULL, "|a@b.example*" },
	{ "<>", "", "|*" },
	{ "<>", NULL, "|*" },
	{ "a@b.example", "a@b.example", "|a@b.example*" },
	{ "<a@\u2764.example>", "a@\u2764.example", "|a@\u2764.example*" },
	/* written in another way, and read alike */
	{ "<a@b.example.>", "a@b.example", "|a@b.example*" },
	{ "<a@ b.example>", "a@b.example", "|a@b.example*" },
	{ "<a(x)@b.example>", "a", "|a@b.example*" },
	{ "<\"a\"@b.example>", "a@b.example", "|\"a\"@b.example*" },
	{ "<a@\"b.example\">", "a@\"b.example\"", "|a@b.example*" },
	{ "x<a@b.example>", "a", "|a@b.example*" },
	{ "\"x\" <<a@b.example>>", "a@b.example", "|a@b.example*" },
	{ "<@r.example,@s.example:a@b.example>", "a@b.example", "|a@b.example*" },
	{ "<@[IPv6:::1]:a@b.example>", "a@b.example", "|a@b.example*" },
	{ "<b\\oss@b.example>", "b\\oss", "|boss@b.example*" },
	{ "<cl..osed@b.example>", "\"cl..osed\"@b.example", "|\"cl..osed\"@b.example*" },
	{ "<cl..osed@b.example>", "cl..osed", "|\"cl..osed\"@b.example*" },
	{ "<\"bo ss\"@b.example>", "\"bo ss\"", "|\"bo ss\"@b.example*" },
	/* without a domain */
	{ "<a>", "a@b.example", "|a@b.example" },
	{ "<a>", "a", "|a*" },
	{ "a", "a", "|a*" },
	{ "<\"a\">", "a@b.example", "|a@b.example" },
	{ "<a>", NULL, "|a*" },
	/* the null sender in other clothes */
	{ "< >", "", "|*" },
	{ "<()>", "", "|*" },
	{ "x<>", "", "|*" },
	{ "<\"\">", "", "||\"\"*" },
	{ "<g:;>", "", "||g:;*" },
	{ "<\"\"\"\">", "\"\"\"\"", "||\"\"\"\"*" },
	{ "<MAILER-DAEMON>", "mailer-daemon@b.example", "|mailer-daemon@b.example|" },
	{ "<\"Mailer-Daemon\">", "mailer-daemon", "|mailer-daemon*|" },
	{ "<MAILER-DAEMON@b.example>", "mailer-daemon", "|MAILER-DAEMON@b.example*|" },
	/* routes */
	{ "<a%b.example@r.example>", "a@b.example", "|a@b.example|a%b.example@r.example*" },
	{ "<a%b.example@r.example>", "a%b.example@r.example", "|a%b.example@r.example*" },
	{ "<a%b.example>", "a@b.example", "|a@b.example|a%b.example*" },
	{ "<b.example!a>", "a@b.example", "|a@b.example|b.example!a*" },
	{ "<\"a@b.example\"@b.example>", "a@b.example", "|\"a@b.example\"@b.example*|a@b.example" },
	{ "<\"b.example!a\"@r.example>", "a@b.example", "|\"b.example!a\"@r.example*|a@b.example" },
	/* Sendmail's own users: one of the domains that are there may be meant */
	{ "<a%b.example>", "a", "|a@b.example|a|a%b.example*" },
	{ "<\"a@b.example\"@mx.example>", "a",
	  "|\"a@b.example\"@mx.example*|a@mx.example|a@b.example|a" },
	{ "<b.example!a@mx.example>", "a", "|a@mx.example|a@b.example|a|b.example!a@mx.example*" },
	{ "<a\\@b.example>", "a\\@b.example", "|a@b.example|a\\@b.example*" },
	{ "<<a>@x.example>", "a", "|a*" },
	{ "<\"<a@b.example>\">", "a", "|a@b.example|a|\"<a@b.example>\"*" },
	{ "<\"<\"a\"@b.example>\">", "\"<\"a\"@b.example>\"",
	  "|a@b.example|\"<\"a\"@b.example>\"*" },
	{ "<a@[192.0.2.25]>", "a", "|a@[192.0.2.25]*|a" },
	{ "<a@localhost>", "a", "|a@localhost*|a" },
	/* mapped by the MTA's tables */
	{ "<secret@virt.example>", "mapped", "|secret@virt.example*|mapped" },
	{ "<secret@virt.example.>", "mapped", "|secret@virt.example*|mapped" },
	{ "<secret@virt.example>", "other@r.example", "|secret@virt.example*|other@r.example" },
	/* a macro that is the path itself */
	{ "<@r.example:a@b.example>", "@r.example:a@b.example", "|a@b.example*" },
	{ "x<a@b.example>", "x<a@b.example>", "|a@b.example*" },
	/* nothing to be made of it */
	{ "", NULL, "|*" },
	{ "<", "", "|*" },
	{ "<a b@c.example>", "a.b@c.example", "|a.b@c.example|a b@c.example*" },
	{ "<\"", NULL, "|\"*" },
	{ "<(", NULL, "|*" },
	{ "<\\", NULL, "|\\*" },
	{ "<@a>", NULL, "|@a*" },
};

static const char *shown(struct arena *arena, const struct readings *readings)
{
	const char *text = "";

	for (size_t i = 0; i < readings->n; i++)
		text = arena_printf(arena, "%s|%s%s", text, readings->list[i].address,
				    readings->list[i].written ? "*" : "");
	return text;
}

START_TEST(readings_of_a_sender)
{
	struct arena arena = { 0 };
	const struct readings *readings =
		readings_make(&arena, cases[_i].path, cases[_i].macro, true);

	ck_assert_str_eq(shown(&arena, readings), cases[_i].want);
	ck_assert_str_eq(readings->path, cases[_i].path);
	arena_free(&arena);
}
END_TEST

START_TEST(a_recipient_is_never_the_null_sender)
{
	struct arena arena = { 0 };

	ck_assert_str_eq(shown(&arena, readings_make(&arena, "<Mailer-Daemon@b.example>",
						     "mailer-daemon", false)),
			 "|Mailer-Daemon@b.example*");
	arena_free(&arena);
}
END_TEST

/* No MTA takes so long a line. */
START_TEST(a_long_path_is_not_taken_apart)
{
	struct arena arena = { 0 };
	char *path = malloc(100001);
	const struct readings *readings;

	memset(path, '(', 100000);
	path[100000] = '\0';
	readings = readings_make(&arena, path, "a@b.example", true);
	ck_assert_uint_eq(readings->n, 2);
	ck_assert_str_eq(readings->list[0].address, path);
	ck_assert_str_eq(readings->list[1].address, "a@b.example");
	readings = readings_make(&arena, "<a@b.example>", path, true);
	ck_assert_str_eq(shown(&arena, readings), "|a@b.example*");
	free(path);
	arena_free(&arena);
}
END_TEST

static const struct {
	const char *path, *macro, *want;
} texts[] = {
	{ "<a@b.example>", "a", "a@b.example" },
	{ "<>", "", "<>" },
	{ "<\"\">", "", "<> (written \"\")" },
	{ "<b.example!a>", "a@b.example", "a@b.example (written b.example!a)" },
	{ "<secret@virt.example>", "mapped", "secret@virt.example (read as mapped)" },
	{ "<a%b.example>", "a", "a@b.example (read as a, written a%b.example)" },
};

START_TEST(both_are_shown)
{
	struct arena arena = { 0 };
	const struct readings *readings =
		readings_make(&arena, texts[_i].path, texts[_i].macro, true);

	ck_assert_str_eq(readings_text(&arena, readings), texts[_i].want);
	arena_free(&arena);
}
END_TEST

/* Whether any, and whether all of the readings are in this table. */
static const struct {
	const char *path, *macro, *table;
	int any, all;
} finds[] = {
	{ "<a@b.example>", "a@b.example", "a@b.example y", 1, 1 },
	{ "<a@b.example>", "a@b.example", "c@b.example y", 0, 0 },
	{ "<a%b.example@r.example>", "a@b.example", "b.example y", 1, 0 },
	{ "<a%b.example@r.example>", "a@b.example", "r.example y", 1, 0 },
	{ "<a%b.example@r.example>", "a@b.example", "r.example y\nb.example y", 1, 1 },
	{ "<\"\">", "", "<> y", 1, 0 },
	{ "x<>", "", "<> y", 1, 1 },
	{ "<>", "", "<> y", 1, 1 },
	/* an entry with a domain may mean a user of the MTA's own, and does not spare him */
	{ "<a>", "a", "a@b.example y", 1, 0 },
	{ "<A>", "A", "a@b.example y", 1, 0 },
	{ "<a>", "a", "a@ y", 1, 1 },
	{ "<a>", "a", "b.example y", 0, 0 },
	{ "<<a>@x.example>", "a", "a@b.example y", 1, 0 },
	{ "<a@mx.example>", "a", "a@b.example y", 0, 0 },
	/* tables of the MTA's lead there */
	{ "<secret@virt.example>", "mapped", "secret@virt.example y", 1, 1 },
	{ "<secret@virt.example>", "mapped", "mapped@ y", 1, 0 },
	{ "<secret@virt.example>", "mapped", "mapped@b.example y", 1, 0 },
	{ "<secret@virt.example>", "m@r.example", "secret@virt.example y", 1, 0 },
};

START_TEST(any_and_all)
{
	struct arena arena = { 0 };
	struct errors errors = { 0 };
	struct mg_table *table = table_new(&arena, MG_KEY_MAIL, NULL);
	const struct readings *readings =
		readings_make(&arena, finds[_i].path, finds[_i].macro, true);

	table_add_text(table, &errors, "texthash", "test", finds[_i].table,
		       strlen(finds[_i].table));
	table_finish(table);
	ck_assert_int_eq(readings_find(readings, MG_ANY_READING, table, &arena, NULL, NULL),
			 finds[_i].any);
	ck_assert_int_eq(readings_find(readings, MG_ALL_READINGS, table, &arena, NULL, NULL),
			 finds[_i].all);
	arena_free(&arena);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("readings");

	tcase_add_loop_test(tcase, readings_of_a_sender, 0, COUNT(cases));
	tcase_add_test(tcase, a_recipient_is_never_the_null_sender);
	tcase_add_test(tcase, a_long_path_is_not_taken_apart);
	tcase_add_loop_test(tcase, both_are_shown, 0, COUNT(texts));
	tcase_add_loop_test(tcase, any_and_all, 0, COUNT(finds));
	return run_tests("readings", tcase);
}
