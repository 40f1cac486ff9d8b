/* SPDX-License-Identifier: BSD-2-Clause */
/* Characters of UTF-8. */
#include <config.h>

#include <check.h>
#include <string.h>

#include "base/utf8.h"
#include "run.h"

static const struct {
	const char *text;
	size_t size;
	uint32_t code;
} characters[] = {
	{ "a", 1, 'a' },
	{ "\t", 1, '\t' },
	{ "\x7f", 1, 0x7f },
	{ "\xc2\x80", 2, 0x80 },
	{ "\u00fc.", 2, 0xfc },
	{ "\u20ac", 3, 0x20ac },
	{ "\U0001f600x", 4, 0x1f600 },
	{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
	/*
	 * no character: a lone continuation, overlong forms, a surrogate, beyond Unicode, cut
	 * short
	 */
	{ "\x80", 1, UTF8_MALFORMED },
	{ "\xc0\xaf", 1, UTF8_MALFORMED },
	{ "\xe0\x80\xaf", 1, UTF8_MALFORMED },
	{ "\xed\xa0\x80", 1, UTF8_MALFORMED },
	{ "\xf4\x90\x80\x80", 1, UTF8_MALFORMED },
	{ "\xff", 1, UTF8_MALFORMED },
	{ "\xc3", 1, UTF8_MALFORMED },
	{ "\xe2\x82", 1, UTF8_MALFORMED },
	{ "\xf0\x9f\x98", 1, UTF8_MALFORMED },
	{ "\xc3x", 1, UTF8_MALFORMED },
};

START_TEST(test_next)
{
	const char *text = characters[_i].text;
	uint32_t code = 0;
	const char *next = utf8_next(text, text + strlen(text), &code);

	ck_assert_uint_eq(code, characters[_i].code);
	ck_assert_uint_eq((size_t)(next - text), characters[_i].size);
}
END_TEST

START_TEST(test_nul_is_a_character)
{
	const char text[] = "\0x";
	uint32_t code = 1;

	ck_assert_ptr_eq(utf8_next(text, text + 2, &code), text + 1);
	ck_assert_uint_eq(code, 0);
}
END_TEST

static const struct {
	const char *text;
	size_t count;
	int malformed; /* offset, -1: none */
	bool ascii;
} texts[] = {
	{ "", 0, -1, true },
	{ "abc\x7f", 4, -1, true },
	{ "\u00fc\u20ac\U0001f600", 3, -1, false },
	{ "a\xff\xfe\u00fc", 4, 1, false },
	{ "ab\xe2\x82", 4, 2, false },
	{ "\x80\x80", 2, 0, false },
};

START_TEST(test_texts)
{
	const char *text = texts[_i].text;
	const char *malformed = utf8_malformed(text, strlen(text));

	ck_assert_uint_eq(utf8_count(text, strlen(text)), texts[_i].count);
	ck_assert_int_eq(malformed ? (int)(malformed - text) : -1, texts[_i].malformed);
	ck_assert(utf8_is_ascii(text) == texts[_i].ascii);
}
END_TEST

static const struct {
	const char *text;
	size_t size, cut;
} cuts[] = {
	{ "abcd", 2, 2 },
	{ "abcd", 0, 0 },
	{ "a\u00fcb", 1, 1 },
	{ "a\u00fcb", 2, 1 },
	{ "a\u00fcb", 3, 3 },
	{ "a\u20acb", 2, 1 },
	{ "a\u20acb", 3, 1 },
	{ "a\U0001f600b", 4, 1 },
	{ "a\U0001f600b", 5, 5 },
	/* text that is not UTF-8 is cut at the exact place */
	{ "\x80\x80\x80\x80\x80\x80", 4, 4 },
	{ "\x80\x80\x80", 2, 2 },
};

START_TEST(test_cut)
{
	ck_assert_uint_eq(utf8_cut(cuts[_i].text, cuts[_i].size), cuts[_i].cut);
}
END_TEST

static const struct {
	uint32_t code;
	bool control, visible;
} codes[] = {
	{ 0, true, false },
	{ '\t', true, false },
	{ '\n', true, false },
	{ 0x1f, true, false },
	{ ' ', false, true },
	{ '~', false, true },
	{ 0x7f, true, false },
	{ 0x9f, true, false },
	{ 0xa0, false, true },
	{ 0xfc, false, true },
	{ 0xad, false, false },   /* soft hyphen */
	{ 0x200d, false, false }, /* zero width joiner */
	{ 0x2028, false, false }, /* line separator */
	{ 0x202e, false, false }, /* right-to-left override */
	{ 0x20ac, false, true },
	{ 0xfeff, false, false }, /* byte order mark */
	{ 0x1f600, false, true },
	{ 0xe0041, false, false }, /* a tag */
	{ UTF8_MALFORMED, false, false },
};

START_TEST(test_codes)
{
	ck_assert(utf8_is_control(codes[_i].code) == codes[_i].control);
	ck_assert(utf8_is_visible(codes[_i].code) == codes[_i].visible);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("utf8");

	tcase_add_loop_test(tcase, test_next, 0, COUNT(characters));
	tcase_add_test(tcase, test_nul_is_a_character);
	tcase_add_loop_test(tcase, test_texts, 0, COUNT(texts));
	tcase_add_loop_test(tcase, test_cut, 0, COUNT(cuts));
	tcase_add_loop_test(tcase, test_codes, 0, COUNT(codes));
	return run_tests("utf8", tcase);
}
