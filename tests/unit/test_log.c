/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines: escapes, both forms of a line, what happens when it is full. */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "json_help.h"
#include "log_help.h"
#include "run.h"

static const struct {
	const char *value, *text, *json; /* json: the value after decoding */
} escapes[] = {
	{ "plain", "v=plain", "plain" },
	{ "", "v=\"\"", "" },
	{ "two words", "v=\"two words\"", "two words" },
	{ "a=b", "v=\"a=b\"", "a=b" },
	{ "a,b;c[d]", "v=\"a,b;c[d]\"", "a,b;c[d]" },
	{ "say \"no\"", "v=\"say \\\"no\\\"\"", "say \"no\"" },
	{ "back\\slash", "v=\"back\\\\slash\"", "back\\slash" },
	{ "x\nid=forged", "v=\"x\\x0aid=forged\"", "x\nid=forged" },
	{ "\r\n\t", "v=\"\\x0d\\x0a\\x09\"", "\r\n\t" },
	{ "\x1b[31mred", "v=\"\\x1b[31mred\"", "\x1b[31mred" },
	{ "del\x7f", "v=\"del\\x7f\"", "del\x7f" },
	{ "c1\xc2\x85x", "v=\"c1\\u0085x\"", "c1\xc2\x85x" },
	{ "ls\xe2\x80\xa8x", "v=\"ls\\u2028x\"", "ls\xe2\x80\xa8x" },
	{ "ps\xe2\x80\xa9x", "v=\"ps\\u2029x\"", "ps\xe2\x80\xa9x" },
	{ "rlo\xe2\x80\xaex", "v=\"rlo\\u202ex\"", "rlo\xe2\x80\xaex" },
	{ "rli\xe2\x81\xa7x", "v=\"rli\\u2067x\"", "rli\xe2\x81\xa7x" },
	{ "alm\xd8\x9cx", "v=\"alm\\u061cx\"", "alm\xd8\x9cx" },
	{ "bom\xef\xbb\xbfx", "v=\"bom\\ufeffx\"", "bom\xef\xbb\xbfx" },
	{ "tag\xf3\xa0\x81\x81x", "v=\"tag\\U000e0041x\"", "tag\xf3\xa0\x81\x81x" },
	{ "j\xc3\xbcrgen@b\xc3\xbc"
	  "cher.example",
	  "v=j\xc3\xbcrgen@b\xc3\xbc"
	  "cher.example",
	  "j\xc3\xbcrgen@b\xc3\xbc"
	  "cher.example" },
	{ "\xf0\x9f\x93\xa7", "v=\xf0\x9f\x93\xa7", "\xf0\x9f\x93\xa7" },
	/*
	 * Not UTF-8: a lone byte, a truncated sequence, over-long forms, a surrogate, beyond
	 * U+10FFFF.
	 */
	{ "\xff", "v=\"\\xff\"", "\\xff" },
	{ "a\xc3", "v=\"a\\xc3\"", "a\\xc3" },
	{ "\xe2\x80", "v=\"\\xe2\\x80\"", "\\xe2\\x80" },
	{ "\xc0\xaf", "v=\"\\xc0\\xaf\"", "\\xc0\\xaf" },
	{ "\xe0\x80\x8a", "v=\"\\xe0\\x80\\x8a\"", "\\xe0\\x80\\x8a" },
	{ "\xf0\x80\x80\x8a", "v=\"\\xf0\\x80\\x80\\x8a\"", "\\xf0\\x80\\x80\\x8a" },
	{ "\xed\xa0\x80", "v=\"\\xed\\xa0\\x80\"", "\\xed\\xa0\\x80" },
	{ "\xf4\x90\x80\x80", "v=\"\\xf4\\x90\\x80\\x80\"", "\\xf4\\x90\\x80\\x80" },
	{ "\x80\n", "v=\"\\x80\\x0a\"", "\\x80\n" },
};

START_TEST(escapes_a_value)
{
	char path[128];
	struct log *json = open_log(path_in(path, "json"), true);
	struct log_record r;
	char want[128];
	json_t *object;
	size_t size;

	log_begin(&r, NULL, MG_LOG_INFO, "e");
	log_str(&r, "v", escapes[_i].value);
	snprintf(want, sizeof(want), "e %s", escapes[_i].text);
	ck_assert_str_eq(log_record_end(&r, &size), want);
	ck_assert_uint_eq(size, strlen(want));

	log_begin(&r, json, MG_LOG_INFO, "e");
	log_str(&r, "v", escapes[_i].value);
	object = parse(log_record_end(&r, &size));
	ck_assert_str_eq(json_string_value(json_object_get(object, "v")), escapes[_i].json);
	json_decref(object);
	log_close(&json);
}
END_TEST

START_TEST(no_byte_ends_a_line)
{
	char path[128];
	struct log *json = open_log(path_in(path, "json"), true);

	for (int form = 0; form < 2; form++) {
		for (int c = 1; c < 256; c++) {
			const char value[] = { 'a', (char)c, 'b', '\0' };
			struct log_record r;
			const char *line;
			size_t size;

			log_begin(&r, form ? json : NULL, MG_LOG_INFO, "e");
			log_text(&r, "%s", value);
			log_quoted(&r, value);
			log_str(&r, "v", value);
			line = log_record_end(&r, &size);
			for (size_t i = 0; i < size; i++)
				ck_assert_msg((unsigned char)line[i] >= ' ' &&
						      (unsigned char)line[i] < 0x7f,
					      "byte %d let through by %d", line[i], c);
		}
	}
	log_close(&json);
}
END_TEST

/* Builds the same line in both forms. */
static const char *decision(struct log_record *r, struct log *log, size_t *size_r)
{
	log_begin(r, log, MG_LOG_INFO, "decision");
	log_text(r, "reject: policy %s found %s at %s: ", "dnsbl/zen", "listed", "rcpt");
	log_quoted(r, "550 5.7.1 no \"spam\"");
	log_str(r, "id", "4f2c");
	log_str(r, "absent", NULL);
	log_int(r, "score", -25);
	log_list_begin(r, "policies");
	log_item_begin(r);
	log_str(r, "policy", "dnsbl/zen");
	log_str(r, "result", "listed");
	log_int(r, "us", 1234);
	log_str(r, "detail", "127.0.0.2 of zen");
	log_item_end(r);
	log_item_begin(r);
	log_str(r, "policy", "spf");
	log_int(r, "found", 7);
	log_item_end(r);
	log_list_end(r);
	log_list_begin(r, "recipients");
	log_element(r, "a@example.org");
	log_element(r, "b c@example.org");
	log_list_end(r);
	log_list_begin(r, "nothing");
	log_list_end(r);
	return log_record_end(r, size_r);
}

START_TEST(text_form)
{
	struct log_record r;
	size_t size;

	ck_assert_str_eq(
		decision(&r, NULL, &size),
		"reject: policy dnsbl/zen found listed at rcpt: "
		"\"550 5.7.1 no \\\"spam\\\"\" id=4f2c "
		"score=-25 policies=[dnsbl/zen listed 1234us \"127.0.0.2 of zen\", spf found=7] "
		"recipients=[a@example.org, \"b c@example.org\"] nothing=[]");
	/* The line is complete: a second end adds nothing. */
	ck_assert_uint_eq(strlen(log_record_end(&r, &size)), size);
}
END_TEST

START_TEST(json_form)
{
	char path[128];
	struct log *log = open_log(path_in(path, "json"), true);
	struct log_record r;
	size_t size;
	json_t *got = parse(decision(&r, log, &size));
	json_t *want =
		parse("{\"level\":\"info\",\"event\":\"decision\","
		      "\"text\":\"reject: policy dnsbl/zen found listed at rcpt: "
		      "\\\"550 5.7.1 no \\\"spam\\\"\\\"\","
		      "\"id\":\"4f2c\",\"score\":-25,\"policies\":[{\"policy\":\"dnsbl/zen\","
		      "\"result\":\"listed\",\"us\":1234,\"detail\":\"127.0.0.2 of zen\"},"
		      "{\"policy\":\"spf\",\"found\":7}],"
		      "\"recipients\":[\"a@example.org\",\"b c@example.org\"],\"nothing\":[]}");
	const char *time = json_string_value(json_object_get(got, "time"));
	int year, month, day, hour, minute, second, ms, end = 0;

	ck_assert_ptr_nonnull(time);
	sscanf(time, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &year, &month, &day, &hour, &minute, &second,
	       &ms, &end);
	ck_assert_uint_eq(strlen(time), (size_t)end);
	json_object_del(got, "time");
	ck_assert_msg(json_equal(got, want), "got %s", json_dumps(got, 0));
	json_decref(got);
	json_decref(want);
	log_close(&log);
}
END_TEST

/* In the human part a sender's words can neither look like a field nor end a quoted string. */
START_TEST(words_cannot_be_fields)
{
	struct log_record r;
	size_t size;

	log_begin(&r, NULL, MG_LOG_INFO, "e");
	log_text(&r, "detail: %s ", "x\" id=forged");
	log_quoted(&r, "y\" id=forged");
	log_str(&r, "id", "real");
	ck_assert_str_eq(log_record_end(&r, &size),
			 "detail: x\\\" id\\x3dforged \"y\\\" id=forged\" id=real");
}
END_TEST

START_TEST(without_text_or_fields)
{
	char path[128];
	struct log *log = open_log(path_in(path, "json"), true);
	struct log_record r;
	size_t size;

	log_begin(&r, NULL, MG_LOG_INFO, "start");
	ck_assert_str_eq(log_record_end(&r, &size), "start");
	log_begin(&r, log, MG_LOG_INFO, "start");
	json_decref(parse(log_record_end(&r, &size)));
	log_begin(&r, log, MG_LOG_INFO, "start");
	log_text(&r, "only words");
	json_decref(parse(log_record_end(&r, &size)));
	log_close(&log);
}
END_TEST

/* A value of n bytes is cut when n is over the limit, and only then. */
START_TEST(cuts_long_values)
{
	static const struct {
		size_t n;
		bool cut;
	} cases[] = { { LOG_VALUE_MAX - 1, false },
		      { LOG_VALUE_MAX, false },
		      { LOG_VALUE_MAX + 1, true },
		      { 20000, true } };

	for (int i = 0; i < COUNT(cases); i++) {
		char *value = malloc(cases[i].n + 1);
		struct log_record r;
		const char *line;
		size_t size;

		memset(value, 'x', cases[i].n);
		value[cases[i].n] = '\0';
		log_begin(&r, NULL, MG_LOG_INFO, "e");
		log_str(&r, "v", value);
		log_str(&r, "id", "1");
		line = log_record_end(&r, &size);
		ck_assert_int_eq(strstr(line, "... id=1 truncated=yes") != NULL, cases[i].cut);
		ck_assert_int_eq(strstr(line, "x id=1") != NULL, !cases[i].cut);
		log_begin(&r, NULL, MG_LOG_INFO, "e");
		log_text(&r, "%s", value);
		ck_assert_int_eq(strstr(log_record_end(&r, &size), "x... truncated=yes") != NULL,
				 cases[i].cut);
		free(value);
	}
}
END_TEST

/* An escape or a character is cut before it, not in it. */
START_TEST(cuts_between_characters)
{
	char value[LOG_VALUE_MAX + 8];
	struct log_record r;
	size_t size;

	memset(value, 'x', LOG_VALUE_MAX - 1);
	strcpy(value + LOG_VALUE_MAX - 1, "\xc3\xbc!");
	log_begin(&r, NULL, MG_LOG_INFO, "e");
	log_str(&r, "v", value);
	ck_assert_ptr_nonnull(strstr(log_record_end(&r, &size), "xxx... truncated=yes"));
	strcpy(value + LOG_VALUE_MAX - 3, "\n!");
	log_begin(&r, NULL, MG_LOG_INFO, "e");
	log_str(&r, "v", value);
	ck_assert_ptr_nonnull(strstr(log_record_end(&r, &size), "xxx...\" truncated=yes"));
}
END_TEST

/* However much is added, the line has whole fields only, and JSON stays valid. */
START_TEST(full_line)
{
	char path[128];
	struct log *log = open_log(path_in(path, "json"), true);

	for (size_t step = 1; step < 1200; step += 7) {
		char value[1300];
		struct log_record r;
		json_t *object;
		size_t size;

		memset(value, '"', step);
		value[step] = '\0';
		for (int form = 0; form < 2; form++) {
			log_begin(&r, form ? log : NULL, MG_LOG_INFO, "full");
			log_quoted(&r, value);
			log_list_begin(&r, "policies");
			for (int i = 0; i < 20; i++) {
				log_item_begin(&r);
				log_int(&r, "n", i);
				log_str(&r, "v", value);
				log_item_end(&r);
			}
			log_list_end(&r);
			for (int i = 0; i < 600; i++)
				log_str(&r, "v", value + step / 2);
			log_list_begin(&r, "late");
			log_element(&r, value);
			log_item_begin(&r);
			log_int(&r, "us", 1);
			log_item_end(&r);
			log_list_end(&r);
			log_str(&r, "id", "1");
			log_record_end(&r, &size);
			ck_assert_uint_lt(size, LOG_LINE_MAX);
			ck_assert_uint_eq(strlen(r.line), size);
		}
		/* Names repeat here, so duplicates are allowed. */
		object = json_loads(r.line, 0, NULL);
		ck_assert_msg(object != NULL, "step %zu: %s", step, r.line);
		if (step > 50)
			ck_assert(json_is_true(json_object_get(object, "truncated")));
		json_decref(object);
	}
	log_close(&log);
}
END_TEST

/* A list that fills the line to its last byte before it is closed: what follows is left out. */
static void fill_line(struct log *log, size_t last)
{
	char value[400];
	struct log_record r;
	size_t size;

	memset(value, 'x', sizeof(value));
	value[200] = '\0';
	log_begin(&r, log, MG_LOG_INFO, "full");
	log_list_begin(&r, "recipients");
	for (int i = 0; i < 39; i++)
		log_element(&r, value);
	value[200] = 'x';
	value[last] = '\0';
	log_element(&r, value);
	log_list_end(&r);
	for (int i = 0; i < 200; i++)
		log_str(&r, "verdict", "refused");
	log_list_begin(&r, "policies");
	for (int i = 0; i < 200; i++) {
		log_item_begin(&r);
		log_str(&r, "policy", "spf");
		log_int(&r, "us", i);
		log_item_end(&r);
	}
	log_list_end(&r);
	log_record_end(&r, &size);
	ck_assert_uint_lt(size, LOG_LINE_MAX);
	ck_assert_uint_eq(strlen(r.line), size);
}

START_TEST(list_fills_line)
{
	char path[128];
	struct log *log = open_log(path_in(path, "json"), true);

	for (size_t last = 1; last < 400; last++) {
		fill_line(NULL, last);
		fill_line(log, last);
	}
	log_close(&log);
}
END_TEST

/* A human part that fills the line before its quote is closed. */
START_TEST(text_fills_line)
{
	char path[128], value[1100];
	struct log *log = open_log(path_in(path, "json"), true);

	memset(value, 'x', sizeof(value));
	for (size_t last = 1; last < sizeof(value); last++) {
		struct log_record r;
		size_t size;

		log_begin(&r, log, MG_LOG_INFO, "full");
		value[1000] = '\0';
		for (int i = 0; i < 8; i++)
			log_text(&r, "%s", value);
		value[1000] = 'x';
		value[last] = '\0';
		log_text(&r, "%s", value);
		value[last] = 'x';
		for (int i = 0; i < 300; i++)
			log_str(&r, "verdict", "refused");
		log_record_end(&r, &size);
		ck_assert_uint_lt(size, LOG_LINE_MAX);
		ck_assert_uint_eq(strlen(r.line), size);
	}
	log_close(&log);
}
END_TEST

/* Lines of random calls with random bytes. */
START_TEST(random_lines)
{
	char path[128];
	struct log *log = open_log(path_in(path, "json"), true);

	srandom(1);
	for (int n = 0; n < 3000; n++) {
		struct log_record r;
		char value[400];
		json_t *object;
		size_t size;

		log_begin(&r, log, MG_LOG_INFO, "random");
		for (int i = 0; i < 40; i++) {
			size_t length = (size_t)random() % sizeof(value);

			for (size_t b = 0; b < length; b++)
				value[b] = (char)(random() % 255 + 1);
			value[length ? length - 1 : 0] = '\0';
			if (i < 3)
				log_quoted(&r, value);
			else
				log_str(&r, "v", value);
		}
		object = json_loads(log_record_end(&r, &size), 0, NULL);
		ck_assert_msg(object != NULL, "%s", r.line);
		json_decref(object);
	}
	log_close(&log);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, make_folder, remove_folder);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, escapes_a_value, 0, COUNT(escapes));
	tcase_add_test(tc, no_byte_ends_a_line);
	tcase_add_test(tc, text_form);
	tcase_add_test(tc, json_form);
	tcase_add_test(tc, words_cannot_be_fields);
	tcase_add_test(tc, without_text_or_fields);
	tcase_add_test(tc, cuts_long_values);
	tcase_add_test(tc, cuts_between_characters);
	tcase_add_test(tc, full_line);
	tcase_add_test(tc, list_fills_line);
	tcase_add_test(tc, text_fills_line);
	tcase_add_test(tc, random_lines);
	return run_tests("log", tc);
}
