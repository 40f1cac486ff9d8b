/* SPDX-License-Identifier: BSD-2-Clause */
/* One finished table, searched by several threads at once; a thread sanitizer sees races. */
#include <config.h>

#include <pthread.h>

#include "table_help.h"

#define THREADS 4
#define ROUNDS 2000

struct question {
	const char *key, *want;
};

static const struct {
	enum mg_key kind;
	const char *words, *type, *text;
	struct question questions[6];
} tables[] = {
	{ MG_KEY_ADDRESS,
	  "10.0.0.0/8 /^192\\.0\\.2\\.9$/",
	  "cidr",
	  "192.0.2.1 one\nif 192.0.2.0/24\n!192.0.2.0/25 upper\nendif\n2001:db8::/32 six\n",
	  { { "10.1.1.1", "" },
	    { "192.0.2.1", "one" },
	    { "192.0.2.200", "upper" },
	    { "2001:DB8::1", "six" },
	    { "203.0.113.1", NULL } } },
	{ MG_KEY_MAIL,
	  "example.org user@",
	  "pcre",
	  "if /@/\n/^(.*)@(.*)\\.example$/ $2 ${1}\nendif\n/^(a+)+$/ never\n",
	  { { "x@A.example.org", "" },
	    { "User@b\u00fccher.example.net", "" },
	    { "Joe@x.example", "x Joe" },
	    { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "?" },
	    { "", NULL } } },
	{ MG_KEY_HOST,
	  "/^mx[0-9]+$/ b\u00fccher.example",
	  "texthash",
	  "example.com one\n.example.net two\n",
	  { { "MX1", "" },
	    { "www.B\u00dcCHER.example", "" },
	    { "A.example.com", "one" },
	    { "a.example.net", "two" },
	    { "example.net", NULL } } },
};

static struct made made[COUNT(tables)];

static bool is_right(const struct mg_table *table, struct arena *scratch,
		     const struct question *question)
{
	const char *value = "";
	int r = table_find(table, scratch, question->key, &value);

	if (!question->want)
		return r == 0;
	return strcmp(question->want, "?") == 0 ? r == -1
						: r == 1 && strcmp(value, question->want) == 0;
}

/* Returns the number of wrong answers: Check's assertions are for its own thread only. */
static void *ask(void *arg)
{
	struct arena scratch = { 0 };
	size_t *wrong = arg;

	for (size_t round = 0; round < ROUNDS; round++) {
		size_t i = round % COUNT(tables);
		const struct question *question = tables[i].questions + round / COUNT(tables) % 5;

		/* the slow look-up only now and then */
		if (question->want && *question->want == '?' && round % 50 != 10)
			continue;
		*wrong += !is_right(made[i].table, &scratch, question);
		arena_reset(&scratch);
	}
	arena_free(&scratch);
	return NULL;
}

START_TEST(threads)
{
	pthread_t ids[THREADS];
	size_t wrong[THREADS] = { 0 };

	for (int i = 0; i < COUNT(tables); i++) {
		made_begin(&made[i], tables[i].kind, NULL);
		made_add_words(&made[i], "t.conf", tables[i].words);
		made_add_text(&made[i], tables[i].type, tables[i].text);
		table_finish(made[i].table);
		ck_assert_str_eq(made_errors(&made[i]), "");
	}
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&ids[i], NULL, ask, &wrong[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(ids[i], NULL), 0);
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_uint_eq(wrong[i], 0);
	for (int i = 0; i < COUNT(tables); i++)
		made_end(&made[i]);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("table_threads");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, threads);
	return run_tests("table_threads", tc);
}
