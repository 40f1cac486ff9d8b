/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of DNS: which are accepted as text and in messages, and what hostile ones lead to. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "run.h"

static const struct {
	const char *text, *want; /* NULL: no name */
} names[] = {
	{ "example.org", "example.org" },
	{ "EXAMPLE.Org.", "example.org" },
	{ "", "" },
	{ ".", "" },
	{ "a", "a" },
	{ "..", NULL },
	{ "a..b", NULL },
	{ ".a", NULL },
	{ "a b.c\\d", "a\\032b.c\\092d" },
	{ "\x80\xff", "\\128\\255" },
	{ "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc",
	  "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc" },
	{ "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd", NULL },
};

START_TEST(test_name)
{
	unsigned char wire[DNS_WIRE_MAX];
	char text[DNS_TEXT_MAX] = "";
	const size_t size = dns_name_from_text(wire, names[_i].text);

	ck_assert_msg((size > 0) == (names[_i].want != NULL), "\"%s\" gives %zu bytes",
		      names[_i].text, size);
	if (!size)
		return;
	ck_assert_uint_eq(dns_name_size(wire), size);
	ck_assert_uint_eq(dns_name_to_text(text, wire), strlen(text));
	ck_assert_str_eq(text, names[_i].want);
}
END_TEST

/*
 * The longest name has 253 characters, and one more is too many; with a final dot too. Nothing is
 * written behind the name.
 */
START_TEST(test_name_longest)
{
	char text[300] = "";
	unsigned char wire[DNS_WIRE_MAX + 1];

	wire[DNS_WIRE_MAX] = 0xee;
	for (size_t size = 250; size < 258; size++) {
		memset(text, 'a', size);
		for (size_t i = 50; i < size; i += 51)
			text[i] = '.';
		text[size - 1] = 'z';
		text[size] = '\0';
		ck_assert_uint_eq(dns_name_from_text(wire, text), size <= 253 ? size + 2 : 0);
		text[size] = '.';
		text[size + 1] = '\0';
		ck_assert_uint_eq(dns_name_from_text(wire, text), size <= 253 ? size + 2 : 0);
		strcpy(text + size, ".zone");
		ck_assert_uint_eq(dns_name_from_text(wire, text), 0);
		strcpy(text + size, "..");
		ck_assert_uint_eq(dns_name_from_text(wire, text), 0);
		ck_assert_uint_eq(wire[DNS_WIRE_MAX], 0xee);
	}
}
END_TEST

static const struct {
	const char *bytes;
	size_t size, at, want, next; /* want 0: malformed */
} reads[] = {
	{ "\1a\1B\0", 5, 0, 5, 5 },
	{ "\0", 1, 0, 1, 1 },
	{ "\1a\0\1b\300\0x", 8, 3, 5, 7 },
	{ "\1a\0\300\0\300\3", 7, 5, 3, 7 },
	{ "\1a", 2, 0, 0, 0 },
	{ "\5a\0", 3, 0, 0, 0 },
	{ "\300", 1, 0, 0, 0 },
	{ "\300\0", 2, 0, 0, 0 },       /* to itself */
	{ "\1a\300\0", 4, 0, 0, 0 },    /* into itself */
	{ "\300\2\300\0", 4, 0, 0, 0 }, /* forward */
	{ "\300\377", 2, 0, 0, 0 },
	{ "\100a\0", 3, 0, 0, 0 }, /* an unused label type */
	{ "\200a\0", 3, 0, 0, 0 },
	{ "", 0, 0, 0, 0 },
};

START_TEST(test_read)
{
	unsigned char wire[DNS_WIRE_MAX];
	/* A copy of the exact size: a sanitizer sees each byte read beyond it. */
	unsigned char *copy = malloc(reads[_i].size + !reads[_i].size);
	size_t at = reads[_i].at;

	memcpy(copy, reads[_i].bytes, reads[_i].size);
	ck_assert_uint_eq(dns_name_read(wire, copy, reads[_i].size, &at), reads[_i].want);
	if (reads[_i].want)
		ck_assert_uint_eq(at, reads[_i].next);
	free(copy);
}
END_TEST

START_TEST(test_read_too_long)
{
	unsigned char wire[DNS_WIRE_MAX], message[300];
	size_t at = 0;

	/* 126 labels of one byte, one of two, and the root: 256 bytes. */
	for (size_t i = 0; i < 252; i += 2) {
		message[i] = 1;
		message[i + 1] = 'a';
	}
	memcpy(message + 252, "\1b", 3);
	ck_assert_uint_eq(dns_name_read(wire, message, 255, &at), 255);
	memcpy(message + 252, "\2bb", 4);
	at = 0;
	ck_assert_uint_eq(dns_name_read(wire, message, 256, &at), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_loop_test(tcase, test_name, 0, COUNT(names));
	tcase_add_test(tcase, test_name_longest);
	tcase_add_loop_test(tcase, test_read, 0, COUNT(reads));
	tcase_add_test(tcase, test_read_too_long);
	return run_tests("dns_name", tcase);
}
