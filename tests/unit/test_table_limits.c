/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of many entries, and expressions and keys that take much time. */
#include <config.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "../dns/patience.h"
#include "table/regex.h"
#include "table_help.h"

/* A small generator of our own, so that a failure can be repeated. */
static uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

struct network4 {
	uint32_t address;
	unsigned prefix;
};

#define MANY 2000

static int first_of(const struct network4 *networks, size_t n, uint32_t address)
{
	for (size_t i = 0; i < n; i++)
		if (networks[i].prefix == 0 ||
		    (address ^ networks[i].address) >> (32 - networks[i].prefix) == 0)
			return (int)i;
	return -1;
}

/* Networks in a small range, so that they overlap and repeat, compared with a linear search. */
START_TEST(many_networks)
{
	static struct network4 networks[MANY];
	static char text[MANY * 48];
	uint32_t seed = (uint32_t)_i + 1;
	size_t size = 0;
	struct made made;

	for (size_t i = 0; i < MANY; i++) {
		unsigned prefix = 16 + random_next(&seed) % 17;
		uint32_t address = 0x0a000000 | (random_next(&seed) & 0x3ffff);

		address &= ~(uint32_t)0 << (32 - prefix);
		networks[i] = (struct network4){ .address = address, .prefix = prefix };
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%u.%u.%u.%u/%u %zu\n",
					 address >> 24, address >> 16 & 255, address >> 8 & 255,
					 address & 255, prefix, i);
	}
	made_begin(&made, A, NULL);
	made_add_text(&made, "cidr", text);
	table_finish(made.table);
	for (size_t i = 0; i < 20000; i++) {
		uint32_t address = 0x0a000000 | (random_next(&seed) & 0x7ffff);
		int want = first_of(networks, MANY, address);
		struct in_addr in = { htonl(address) };
		char key[INET_ADDRSTRLEN];
		const char *got;

		got = made_find(&made, inet_ntop(AF_INET, &in, key, sizeof(key)));
		if (want < 0)
			ck_assert_pstr_eq(got, NULL);
		else
			ck_assert_pstr_eq(got, arena_printf(&made.arena, "%d", want));
	}
	made_end(&made);
}
END_TEST

START_TEST(many_strings)
{
	struct made made;

	made_begin(&made, H, NULL);
	for (int i = 0; i < 20000; i++)
		made_add_words(&made, "t.conf", arena_printf(&made.arena, "host%d.example", i));
	table_finish(made.table);
	for (int i = 0; i < 20000; i++) {
		ck_assert_pstr_eq(
			made_find(&made, arena_printf(&made.arena, "a.host%d.example", i)), "");
		ck_assert_pstr_eq(made_find(&made, arena_printf(&made.arena, "ahost%d.example", i)),
				  NULL);
	}
	made_end(&made);
}
END_TEST

/*
 * Expressions that backtrack endlessly, on subjects that cause it; no pattern can turn the limits
 * off.
 */
static const char *const wild[] = {
	"/^(a+)+$/",
	"/^(a|aa)+$/",
	"/^(([a-z])+.)+[A-Z]([a-z])+$/i",
	"/(?:a*)*(?:b|c)/",
	"\"/(*NO_JIT)^(a+)+$/\"",
	"\"/(*LIMIT_MATCH=4000000000)^(a+)+$/\"",
	"\"/(*NO_JIT)(*LIMIT_HEAP=4000000)(*LIMIT_DEPTH=4000000000)^(?:(a)|b)*c$/\"",
};

START_TEST(hostile_subject)
{
	char *subject = malloc(100001);
	struct made made;
	int64_t began;

	memset(subject, 'a', 100000);
	strcpy(subject + 99997, "!!!");
	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", wild[_i]);
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	began = cpu_ms();
	ck_assert_pstr_eq(made_find(&made, subject), "?");
	ck_assert_cpu_lt(cpu_ms() - began, 20000);
	/* the table still works afterwards */
	ck_assert_pstr_ne(made_find(&made, "aaab"), "?");
	free(subject);
	made_end(&made);
}
END_TEST

/* The longest subject that the milter protocol allows. */
START_TEST(long_host)
{
	enum { SIZE = 1 << 20 };
	char *host = malloc(SIZE + sizeof("example.com"));
	struct made made;
	int64_t began;

	for (size_t i = 0; i < SIZE; i += 2)
		memcpy(host + i, "a.", 2);
	strcpy(host + SIZE, "example.com");
	made_begin(&made, H, NULL);
	made_add_words(&made, "t.conf", "example.com");
	table_finish(made.table);
	began = cpu_ms();
	ck_assert_pstr_eq(made_find(&made, host), "");
	strcpy(host + SIZE, "example.org");
	ck_assert_pstr_eq(made_find(&made, host), NULL);
	ck_assert_cpu_lt(cpu_ms() - began, 20000);
	free(host);
	made_end(&made);
}
END_TEST

/* About four million steps, and about sixty. */
START_TEST(limit_is_that_of_pcre2)
{
	struct made made;

	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", "\"/(*NO_JIT)^(a+)+$/\"");
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, "aaaaaaaaaaaaaaaaaaaaa!"), NULL);
	ck_assert_pstr_eq(made_find(&made, "aaaaaaaaaaaaaaaaaaaaaaaaa!"), "?");
	made_end(&made);
}
END_TEST

/* A Subject of 7 KB that backtracks to its first words before it matches, as in Postfix. */
static const char *const honest[] = {
	"\"/^Subject: .*casino.*win/\"",
	"\"/(*NO_JIT)^Subject: .*casino.*win/\"",
};

START_TEST(honest_subject)
{
	char subject[7001] = "Subject: casino win ";
	struct made made;

	for (size_t i = strlen(subject); i + 9 < sizeof(subject); i += 9)
		memcpy(subject + i, "casino x ", 9);
	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", honest[_i]);
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, subject), "");
	made_end(&made);
}
END_TEST

/* Deep but harmless: it needs more than the JIT's stack, within the limits. */
START_TEST(long_subject)
{
	char *subject = malloc(10001);
	struct made made;

	memset(subject, 'a', 10000);
	subject[10000] = '\0';
	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", "/^(?:(a)|b)*$/");
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, subject), "");
	free(subject);
	made_end(&made);
}
END_TEST

/* An interpreter tries this at each place of a long subject. */
START_TEST(many_places)
{
	enum { SIZE = 200000 };
	char *subject = malloc(SIZE + 1);
	struct made made;
	int64_t began;

	for (size_t i = 0; i < SIZE; i += 10)
		memcpy(subject + i, "casino wx ", 10);
	subject[SIZE] = '\0';
	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", "/(*NO_JIT)casino.*now/");
	table_finish(made.table);
	began = cpu_ms();
	ck_assert_pstr_eq(made_find(&made, subject), "?");
	ck_assert_cpu_lt(cpu_ms() - began, 10000);
	free(subject);
	made_end(&made);
}
END_TEST

/* A subject of x's in which "now" stands at a place. */
static const struct {
	const char *expression;
	size_t place;
	const char *want;
} places[] = {
	{ "/(*NO_JIT)now/", 0, "" },
	{ "/(*NO_JIT)now/", 127, "" },
	{ "/(*NO_JIT)now/", 128, "" },
	{ "/(*NO_JIT)now/", 1022, "" },
	{ "/(*NO_JIT)now/", 1023, "" },
	{ "/(*NO_JIT)now/", 1024, "" },
	{ "/(*NO_JIT)now$/", 4997, "" },
	{ "/(*NO_JIT)(?<=x)now/", 1024, "" },
	{ "/(*NO_JIT)x\\Bnow/", 2048, "" },
	{ "/(*NO_JIT)$/", 0, "" },
	{ "/(*NO_JIT)^now/", 0, "" },
	{ "/(*NO_JIT)^now/", 1024, NULL },
	{ "/(*NO_JIT)\\Anow/", 2048, NULL },
	{ "/(*NO_JIT)\\bnow/", 1024, NULL },
	{ "/(*NO_JIT)now/A", 1024, NULL },
	{ "/(*NO_JIT)never/", 0, NULL },
	{ "/now/", 4997, "" },
};

START_TEST(every_place_is_tried)
{
	char subject[5001] = "";
	struct made made;

	memset(subject, 'x', sizeof(subject) - 1);
	memcpy(subject + places[_i].place, "now", 3);
	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", places[_i].expression);
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	ck_assert_pstr_eq(made_find(&made, subject), places[_i].want);
	made_end(&made);
}
END_TEST

static void count_wait(void *arg)
{
	++*(unsigned *)arg;
}

/* Only long matches cost something of what several look-ups may cost together. */
START_TEST(long_matches_share_an_effort)
{
	unsigned waits = 0;
	struct regex_effort effort = { .left_us = 1, .waits = count_wait, .arg = &waits };
	struct made made;
	const char *value = NULL;

	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", "/^(a+)+$/ /^casino$/");
	table_finish(made.table);
	ck_assert_int_eq(table_find_within(made.table, &made.scratch, &effort, "win", &value), 0);
	ck_assert_int_eq(table_find_within(made.table, &made.scratch, &effort, "aaa", &value), 1);
	ck_assert_uint_eq(waits, 0);
	ck_assert_int_eq(effort.left_us, 1);
	ck_assert_int_eq(table_find_within(made.table, &made.scratch, &effort,
					   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", &value),
			 -1);
	ck_assert_uint_eq(waits, 1);
	ck_assert_int_le(effort.left_us, 0);
	ck_assert_pstr_eq(effort.failed, "/^(a+)+$/");
	ck_assert_int_eq(table_find_within(made.table, &made.scratch, &effort,
					   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", &value),
			 -1);
	ck_assert_uint_eq(waits, 1);
	ck_assert_int_eq(table_find_within(made.table, &made.scratch, &effort, "casino", &value),
			 1);
	made_end(&made);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("table_limits");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, many_networks, 0, 3);
	tcase_add_test(tc, many_strings);
	tcase_add_loop_test(tc, hostile_subject, 0, COUNT(wild));
	tcase_add_test(tc, long_host);
	tcase_add_test(tc, limit_is_that_of_pcre2);
	tcase_add_test(tc, long_matches_share_an_effort);
	tcase_add_loop_test(tc, honest_subject, 0, COUNT(honest));
	tcase_add_test(tc, long_subject);
	tcase_add_test(tc, many_places);
	tcase_add_loop_test(tc, every_place_is_tried, 0, COUNT(places));
	return run_tests("table_limits", tc);
}
