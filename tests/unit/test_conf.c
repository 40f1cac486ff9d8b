/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of conf.h: the tree of a text, and the errors in a wrong one. */
#include <config.h>

#include "config/conf.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "config/lex.h"
#include "errors_help.h"
#include "folder.h"
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

/* name(word|word){...} of each directive. */
static void dump(FILE *stream, const struct mg_line *line)
{
	for (; line; line = line->next) {
		for (size_t i = 0; i < mg_line_words(line); i++)
			fprintf(stream, "%s%s", i ? "|" : "", mg_line_word(line, i));
		if (line->has_block) {
			fputc('{', stream);
			dump(stream, line->block);
			fputc('}', stream);
		}
		if (line->next)
			fputc(' ', stream);
	}
}

static char *dumped(const struct mg_line *first)
{
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	dump(stream, first);
	fclose(stream);
	return text;
}

static const struct mg_line *parse(const char *text)
{
	return conf_parse(&arena, &errors, "t", text, strlen(text));
}

static const struct {
	const char *text, *want;
} good[] = {
	{ "", "" },
	{ "\n\n", "" },
	{ "# a comment", "" },
	{ "a", "a" },
	{ "a b\tc # d", "a|b|c" },
	{ "a b#c #d", "a|b#c" },
	{ "a;b;;c;", "a b c" },
	{ "a\r\nb\r\n", "a b" },
	{ "\xef\xbb\xbf"
	  "a",
	  "a" },
	{ "a \"b c\" \"\" \"#;{}\"", "a|b c||#;{}" },
	{ "a \"\\\"\\\\\\n\\t\"", "a|\"\\\n\t" },
	{ "a \"b\";\"c\" d", "a|b c|d" },
	{ "a { b }", "a{b}" },
	{ "a { }", "a{}" },
	{ "a {}", "a{}" },
	{ "a{}", "a{}" },
	{ "a {\n}\n", "a{}" },
	{ "a {\n\tb c\n\td\n}\ne", "a{b|c d} e" },
	{ "a{\nb}c", "a{b} c" },
	{ "a { b { c } d } e", "a{b{c} d} e" },
	{ "class trusted { client 127.0.0.0/8 ::1 }", "class|trusted{client|127.0.0.0/8|::1}" },
	{ "class trusted {client 127.0.0.0/8 ::1}", "class|trusted{client|127.0.0.0/8|::1}" },
	{ "score { reject 10; quarantine 7 }", "score{reject|10 quarantine|7}" },
	{ "a { b } # c\n}", NULL },
	{ "on listed reject {client}", "on|listed|reject|{client}" },
	{ "on listed reject listed-{client}-by:{zone}",
	  "on|listed|reject|listed-{client}-by:{zone}" },
	{ "a { b {client} }", "a{b|{client}}" },
	{ "a { b {client}}", "a{b|{client}}" },
	{ "a { b x{client}}", "a{b|x{client}}" },
	{ "a /x{2,3}/i", "a|/x{2,3}/i" },
	{ "a \"{client} {x\" b", "a|{client} {x|b" },
	{ "a \\.b\\", "a|\\.b\\" },
	{ "a k\xc3\xa4se@\xe4\xbe\x8b.example", "a|k\xc3\xa4se@\xe4\xbe\x8b.example" },
	{ "a 'b c'", "a|'b|c'" },
};

START_TEST(understands)
{
	char *got = dumped(parse(good[_i].text));

	if (good[_i].want) {
		ck_assert_str_eq(got, good[_i].want);
		ck_assert_uint_eq(errors.count, 0);
	} else {
		ck_assert_uint_eq(errors.count, 1);
	}
	free(got);
}
END_TEST

/* want: the errors without the excerpts; tree: the directives that were still understood. */
static const struct {
	const char *text;
	size_t size; /* 0: strlen */
	const char *want, *tree;
} bad[] = {
	{ "}", 0, "t:1:1: found '}' without a '{' before it", "" },
	{ "a }\n}\nb", 0,
	  "t:1:3: found '}' without a '{' before it|t:2:1: found '}' without a '{' before it",
	  "a b" },
	{ "a\nb {\nc", 0,
	  "t:2:1: the block that begins here, in line 2, is not closed: '}' is missing", "a b{c}" },
	{ "a {\n\tb x {\n\n", 0,
	  "t:1:1: the block that begins here, in line 1, is not closed: '}' is missing"
	  "|t:2:2: the block that begins here, in line 2, is not closed: '}' is missing",
	  "a{b|x{}}" },
	{ "{ a }\nb", 0, "t:1:1: expected a name before '{'", "b" },
	{ "a {{x}}\nb", 0, "t:1:4: found {x}, expected a name", "a{} b" },
	{ "a {{x y}}\nb", 0, "t:1:4: expected a name before '{'", "a{} b" },
	{ "a b\n{\n\tc\n}", 0, "t:2:1: expected '{' in the line of its directive, after \"a\"",
	  "a|b{c}" },
	{ "a {\n{ b\n}\n", 0,
	  "t:1:1: the block that begins here, in line 1, is not closed: '}' is missing"
	  "|t:2:1: expected a name before '{'",
	  "a{}" },
	{ "{ a\n", 0,
	  "t:1:1: expected a name before '{'"
	  "|t:1:1: the block that begins here, in line 1, is not closed: '}' is missing",
	  "" },
	{ "a \"b c\nd", 0, "t:1:3: this quoted word has no closing quote in its line", "a|b c d" },
	{ "a \"b\\\"\nd", 0, "t:1:3: this quoted word has no closing quote in its line",
	  "a|b\\\" d" },
	{ "a \"b\\\nd", 0, "t:1:3: this quoted word has no closing quote in its line", "a|b\\ d" },
	{ "a \"b {\nd\n}", 0, "t:1:3: this quoted word has no closing quote in its line",
	  "a|b {d}" },
	{ "a \"\\x\\q\" b", 0,
	  "t:1:4: unknown escape \\x, expected \\\", \\\\, \\n or \\t"
	  "|t:1:6: unknown escape \\q, expected \\\", \\\\, \\n or \\t",
	  "a|\\x\\q|b" },
	{ "a \"b\"c", 0, "t:1:6: expected a blank after the closing quote", "a|b|c" },
	{ "a b=\"c d\" e\nf", 0,
	  "t:1:5: found a quote in a word, expected it around the whole word", "a|b=\"c d\"|e f" },
	{ "a it\"s\nf", 0, "t:1:5: found a quote in a word, expected it around the whole word",
	  "a|it\"s f" },
	{ "a b \\\n  c\nd", 0, "t:1:5: a directive cannot be continued in the next line",
	  "a|b|c d" },
	{ "a\nb\0c d\ne", 9, "t:2:2: found a NUL byte, expected a text in UTF-8", "a b|d e" },
	{ "a \x1b[2J\nb", 0, "t:1:3: found control character 0x1b, expected a text in UTF-8",
	  NULL },
	{ "a \"\x7f\"", 0, "t:1:4: found control character 0x7f, expected a text in UTF-8", NULL },
	{ "a\rb", 0, "t:1:2: found control character 0x0d, expected a text in UTF-8", NULL },
	{ "# \xff", 0, "t:1:3: found byte 0xff, expected a text in UTF-8", "" },
	{ "\xc3\xa4 \xe9t\xe9", 0, "t:1:3: found byte 0xe9, expected a text in UTF-8", NULL },
	{ "a \xc0\xaf", 0, "t:1:3: found byte 0xc0, expected a text in UTF-8", NULL },
	{ "a \xe0\x80\xaf", 0, "t:1:3: found byte 0xe0, expected a text in UTF-8", NULL },
	{ "a \xed\xa0\x80", 0, "t:1:3: found byte 0xed, expected a text in UTF-8", NULL },
	{ "a \xf4\x90\x80\x80", 0, "t:1:3: found byte 0xf4, expected a text in UTF-8", NULL },
	{ "a \xc2\x85", 0, "t:1:3: found byte 0xc2, expected a text in UTF-8", NULL },
	{ "a \xc3", 0, "t:1:3: found byte 0xc3, expected a text in UTF-8", NULL },
	{ "a \xe2\x80\x9c"
	  "b c\xe2\x80\x9d",
	  0, "t:1:3: found a typographic quote, expected \"", NULL },
	{ "a b\xc2\xa0"
	  "c",
	  0, "t:1:4: found a no-break space (U+00A0), expected a blank", NULL },
	{ "include x", 0, "t:1:1: nothing can be included here", "" },
	{ "a { include }", 0, "t:1:12: \"include\" takes one file name or pattern", "a{}" },
	{ "include a b", 0, "t:1:11: \"include\" takes one file name or pattern", "" },
	{ "include \"\"", 0, "t:1:9: \"include\" takes one file name or pattern", "" },
	{ "include x { a }\nb", 0, "t:1:11: \"include\" takes no block", "b" },
};

/* The first lines of the errors, with | between them. */
static char *heads(const char *name)
{
	char *text = errors_text(&errors), *line, *state = NULL;
	char *all = calloc(1, strlen(text) + 1);

	for (line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
		if (strncmp(line, name, strlen(name)) == 0) {
			strcat(all, *all ? "|" : "");
			strcat(all, line);
		}
	}
	free(text);
	return all;
}

START_TEST(reports)
{
	size_t size = bad[_i].size ? bad[_i].size : strlen(bad[_i].text);
	char *tree = dumped(conf_parse(&arena, &errors, "t", bad[_i].text, size));
	char *got = heads("t:");

	ck_assert_str_eq(got, bad[_i].want);
	if (bad[_i].tree)
		ck_assert_str_eq(tree, bad[_i].tree);
	free(got);
	free(tree);
}
END_TEST

START_TEST(prints_with_caret)
{
	char *got;

	parse("ok\n\ta \"\xc3\xa4\\q\" \xc3\xb6\"x\n");
	got = errors_text(&errors);
	ck_assert_str_eq(got,
			 "t:2:6: unknown escape \\q, expected \\\", \\\\, \\n or \\t\n"
			 "\ta \"\xc3\xa4\\q\" \xc3\xb6\"x\n"
			 "\t    ^\n"
			 "    for a backslash itself, write \\\\q\n"
			 "t:2:11: found a quote in a word, expected it around the whole word\n"
			 "\ta \"\xc3\xa4\\q\" \xc3\xb6\"x\n"
			 "\t         ^\n"
			 "    inside of quotes, a quote is written \\\" and a backslash \\\\\n");
	free(got);
}
END_TEST

START_TEST(knows_positions)
{
	const struct mg_line *line = parse("a\n\tb \"c d\" \xc3\xa4\xc3\xb6 e {\n\n f; g\n }\nh");

	ck_assert_uint_eq(line->words[0].line, 1);
	ck_assert_uint_eq(line->end_line, 1);
	line = line->next;
	ck_assert_uint_eq(line->words[0].line, 2);
	ck_assert_uint_eq(line->words[0].column, 2);
	ck_assert_uint_eq(line->words[0].end, 3);
	ck_assert_uint_eq(line->words[1].column, 4);
	ck_assert_uint_eq(line->words[1].end, 9);
	ck_assert(line->words[1].quoted && !line->words[2].quoted);
	ck_assert_uint_eq(line->words[2].column, 10);
	ck_assert_uint_eq(line->words[2].end, 12);
	ck_assert_uint_eq(line->words[3].column, 13);
	ck_assert_uint_eq(line->end_line, 5);
	ck_assert_uint_eq(line->block->words[0].line, 4);
	ck_assert_uint_eq(line->block->next->words[0].column, 5);
	ck_assert_uint_eq(line->next->words[0].line, 6);
	ck_assert_str_eq(line->file->name, "t");
	ck_assert_ptr_null(mg_line_word(line, 4));
	ck_assert_uint_eq(mg_line_words(line), 4);
}
END_TEST

START_TEST(limits_lines)
{
	char *text = malloc(CONF_LINE_MAX + 10), *got;
	const struct mg_line *line;

	memset(text, 'x', CONF_LINE_MAX);
	memcpy(text + CONF_LINE_MAX, "\ny\n", 3);
	line = conf_parse(&arena, &errors, "t", text, CONF_LINE_MAX + 3);
	ck_assert_uint_eq(errors.count, 0);
	ck_assert_uint_eq(strlen(line->words[0].text), CONF_LINE_MAX);
	memcpy(text + CONF_LINE_MAX, "x\ny\n", 4);
	line = conf_parse(&arena, &errors, "t", text, CONF_LINE_MAX + 4);
	ck_assert_str_eq(line->words[0].text, "y");
	got = heads("t:");
	ck_assert_str_eq(got, "t:1:1: this line has 65537 bytes, expected no more than 65536");
	free(got);
	free(text);
}
END_TEST

START_TEST(limits_depth_of_blocks)
{
	char text[256] = "", *got;

	for (int i = 0; i < CONF_BLOCK_DEPTH; i++)
		strcat(text, "a {\n");
	for (int i = 0; i < CONF_BLOCK_DEPTH; i++)
		strcat(text, "}\n");
	parse(text);
	ck_assert_uint_eq(errors.count, 0);
	text[0] = '\0';
	for (int i = 0; i < CONF_BLOCK_DEPTH + 3; i++)
		strcat(text, "a {\n");
	for (int i = 0; i < CONF_BLOCK_DEPTH + 3; i++)
		strcat(text, "}\n");
	parse(text);
	got = heads("t:");
	ck_assert_str_eq(got, "t:17:3: blocks are nested more than 16 deep");
	free(got);
}
END_TEST

/* Time and memory are bounded by the size, whatever is in it. */
START_TEST(survives_large_nonsense)
{
	static const char *const units[] = { "}\n",  "{", "\"", "a\"",  "{a", "a{b}",
					     "\\\n", ";", "a ", "\xff", "#" };
	size_t size = (size_t)4 << 20;
	char *text = malloc(size);

	for (int i = 0; i < COUNT(units); i++) {
		for (size_t at = 0; at < size; at++)
			text[at] = at % 60000 == 59999 ? '\n' : units[i][at % strlen(units[i])];
		set_up();
		conf_parse(&arena, &errors, "t", text, size);
		free(errors_text(&errors));
		ck_assert_uint_le(errors.kept, ERRORS_KEPT);
		arena_free(&arena);
	}
	free(text);
}
END_TEST

/* ---- Files ---------------------------------------------------------------------- */

static const char *path_of(const char *name)
{
	return arena_printf(&arena, "%s/%s", folder, name);
}

static void put(const char *name, const char *text)
{
	write_file(path_of(name), text);
}

static void set_up_folder(void)
{
	set_up();
	make_folder();
}

static void tear_down_folder(void)
{
	remove_folder();
	tear_down();
}

/* Reads FOLDER/NAME; checks the tree and the errors, in which FOLDER is "@". */
static void check_read(const char *name, const char *want_tree, const char *want_errors)
{
	char *tree = dumped(conf_read(&arena, &errors, path_of(name))), *got = heads(folder);
	size_t n = strlen(folder);

	for (char *p = strstr(got, folder); p; p = strstr(p, folder)) {
		*p = '@';
		memmove(p + 1, p + n, strlen(p + n) + 1);
	}
	ck_assert_str_eq(got, want_errors);
	if (want_tree)
		ck_assert_str_eq(tree, want_tree);
	free(got);
	free(tree);
}

START_TEST(includes)
{
	mkdir(path_of("conf.d"), 0700);
	put("main", "a\ninclude one\npolicy x {\n b\n include conf.d/*.conf; c\n}\ninclude none*\n"
		    "include conf.d/none*\nd");
	put("one", "one {\n 1\n}\ninclude conf.d/b.conf");
	put("conf.d/b.conf", "b.conf");
	put("conf.d/B.conf", "include ../two");
	put("conf.d/a.conf", "a.conf 1; a.conf 2");
	put("conf.d/c.conf~", "never");
	put("two", "two");
	check_read("main", "a one{1} b.conf policy|x{b two a.conf|1 a.conf|2 b.conf c} d", "");
}
END_TEST

START_TEST(includes_absolute)
{
	put("main", arena_printf(&arena, "include %s/on[e]\ninclude %s/one", folder, folder));
	put("one", "one");
	check_read("main", "one one", "");
}
END_TEST

/* The folder's own name may look like a pattern. */
START_TEST(includes_from_odd_folders)
{
	mkdir(path_of("[a-z]*"), 0700);
	mkdir(path_of("b"), 0700);
	put("b/one", "wrong");
	put("[a-z]*/one", "one");
	put("[a-z]*/main", "include on?; include one");
	check_read("[a-z]*/main", "one one", "");
}
END_TEST

START_TEST(includes_in_working_folder)
{
	char *tree;

	put("main", "include one");
	put("one", "one");
	ck_assert_int_eq(chdir(folder), 0);
	tree = dumped(conf_read(&arena, &errors, "main"));
	ck_assert_str_eq(tree, "one");
	free(tree);
	ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(reports_missing_files)
{
	put("main", "include one\na\n include ./\nb");
	check_read("main", "a b",
		   "@/main:1:9: \"@/one\" cannot be read: No such file or directory"
		   "|@/main:3:10: \"@/./\" cannot be read: Is a directory");
	set_up();
	check_read("no", "", "@/no: cannot be read: No such file or directory");
	set_up();
	check_read(".", "", "@/.: cannot be read: Is a directory");
}
END_TEST

START_TEST(reports_unreadable_files)
{
	put("main", "include one\ninclude closed/*");
	put("one", "one");
	chmod(path_of("one"), 0);
	mkdir(path_of("closed"), 0);
	if (access(path_of("one"), R_OK) == 0)
		return; /* root can read all files */
	check_read("main", "",
		   "@/main:1:9: \"@/one\" cannot be read: Permission denied"
		   "|@/main:2:9: cannot look for \"@/closed/*\": Permission denied");
}
END_TEST

/* A FIFO without a writer must not hold up the start. */
START_TEST(does_not_wait_for_a_fifo)
{
	ck_assert_int_eq(mkfifo(path_of("main"), 0600), 0);
	check_read("main", "", "");
}
END_TEST

START_TEST(reports_loops)
{
	put("main", "a\ninclude main\ninclude one");
	put("one", "b\ninclude main");
	check_read("main", "a b",
		   "@/main:2:9: \"@/main\" includes itself|@/one:2:9: \"@/main\" includes itself");
}
END_TEST

START_TEST(limits_depth_of_files)
{
	for (int i = 0; i <= CONF_INCLUDE_DEPTH; i++)
		put(arena_printf(&arena, "%d", i), arena_printf(&arena, "include %d", i + 1));
	put(arena_printf(&arena, "%d", CONF_INCLUDE_DEPTH + 1), "end");
	check_read("1", "end", "");
	set_up();
	check_read("0", "",
		   "@/16:1:9: \"@/17\" is not read: files include files more than 16 deep");
}
END_TEST

/* A few files that include each other in every order are many: one error, and then an end. */
START_TEST(limits_number_of_files)
{
	mkdir(path_of("a"), 0700);
	mkdir(path_of("b"), 0700);
	put("main", "include a/*\nend");
	for (int i = 0; i < 33; i++) {
		put(arena_printf(&arena, "a/%02d", i), "include ../b/*");
		put(arena_printf(&arena, "b/%02d", i), "");
	}
	check_read("main", "end",
		   "@/a/29:1:9: \"@/a/../b/12\" is not read: more than 1000 files are included");
}
END_TEST

START_TEST(limits_size_of_files)
{
	put("main", "");
	ck_assert_int_eq(truncate(path_of("main"), (off_t)CONF_FILE_MAX + 1), 0);
	check_read("main", "", "@/main: is larger than 16 MiB");
}
END_TEST

/* A block cannot end in another file. */
START_TEST(braces_do_not_cross_files)
{
	put("main", "a {\n include one\n b\n}");
	put("one", "x\n}\ny {");
	check_read(
		"main", "a{x y{} b}",
		"@/one:2:1: found '}' without a '{' before it"
		"|@/one:3:1: the block that begins here, in line 3, is not closed: '}' is missing");
}
END_TEST

START_TEST(all_errors_in_one_run)
{
	put("main", "a \"x\ninclude one\n}\nb \"\\z\"\ninclude two");
	put("one", "}\n\x01");
	check_read("main", NULL,
		   "@/main:1:3: this quoted word has no closing quote in its line"
		   "|@/main:3:1: found '}' without a '{' before it"
		   "|@/main:4:4: unknown escape \\z, expected \\\", \\\\, \\n or \\t"
		   "|@/main:5:9: \"@/two\" cannot be read: No such file or directory"
		   "|@/one:1:1: found '}' without a '{' before it"
		   "|@/one:2:1: found control character 0x01, expected a text in UTF-8");
}
END_TEST

static void add_file_tests(TCase *tcase)
{
	tcase_add_checked_fixture(tcase, set_up_folder, tear_down_folder);
	tcase_add_test(tcase, includes);
	tcase_add_test(tcase, includes_absolute);
	tcase_add_test(tcase, includes_from_odd_folders);
	tcase_add_test(tcase, includes_in_working_folder);
	tcase_add_test(tcase, reports_missing_files);
	tcase_add_test(tcase, reports_unreadable_files);
	tcase_add_test(tcase, does_not_wait_for_a_fifo);
	tcase_add_test(tcase, reports_loops);
	tcase_add_test(tcase, limits_depth_of_files);
	tcase_add_test(tcase, limits_number_of_files);
	tcase_add_test(tcase, limits_size_of_files);
	tcase_add_test(tcase, braces_do_not_cross_files);
	tcase_add_test(tcase, all_errors_in_one_run);
}

int main(void)
{
	Suite *suite = suite_create("conf");
	TCase *texts = tcase_create("texts"), *files = tcase_create("files");

	tcase_add_checked_fixture(texts, set_up, tear_down);
	tcase_set_timeout(texts, 60);
	tcase_add_loop_test(texts, understands, 0, (int)COUNT(good));
	tcase_add_loop_test(texts, reports, 0, (int)COUNT(bad));
	tcase_add_test(texts, prints_with_caret);
	tcase_add_test(texts, knows_positions);
	tcase_add_test(texts, limits_lines);
	tcase_add_test(texts, limits_depth_of_blocks);
	tcase_add_test(texts, survives_large_nonsense);
	suite_add_tcase(suite, texts);
	add_file_tests(files);
	suite_add_tcase(suite, files);
	return run_suite(suite);
}
