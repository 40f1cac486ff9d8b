/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache of DNS answers: what is kept, for how long, and in how much memory; who is called. */
#include <config.h>

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/cache.h"
#include "run.h"

#define SECOND 1000000LL

static struct dns_cache *cache;

static struct dns_key key_of(const char *name, unsigned type)
{
	struct dns_key key = { .type = type };

	key.size = (unsigned)dns_name_from_text(key.name, name);
	ck_assert_uint_gt(key.size, 0);
	dns_cache_hash(cache, &key);
	return key;
}

static enum dns_cached find(const char *name, int64_t now, struct dns_waiter *waiter)
{
	const struct dns_key key = key_of(name, MG_DNS_A);
	struct dns_answer *answer = NULL;
	const enum dns_cached found = dns_cache_find(cache, &key, now, waiter, &answer);

	ck_assert(!answer == (found != DNS_HIT));
	dns_answer_unref(answer);
	return found;
}

static void fill(const char *name, int64_t now, unsigned ttl)
{
	const struct dns_key key = key_of(name, MG_DNS_A);
	struct dns_answer *answer = dns_answer_none(MG_DNS_NODATA, ttl, NULL);

	dns_waiters_call(dns_cache_fill(cache, &key, now, answer), answer);
	dns_answer_unref(answer);
}

struct caller {
	struct dns_waiter waiter;
	unsigned calls, nulls;
};

static void on_done(struct dns_waiter *waiter, struct dns_answer *answer)
{
	struct caller *caller = (struct caller *)waiter;

	caller->calls++;
	caller->nulls += !answer;
}

START_TEST(test_life)
{
	cache = dns_cache_new(1 << 20);
	ck_assert_int_eq(find("a.test", 0, NULL), DNS_ASK);
	ck_assert_int_eq(find("A.Test", 0, NULL), DNS_JOINED);
	fill("a.test", 0, 10);
	ck_assert_int_eq(find("A.TEST.", 9 * SECOND, NULL), DNS_HIT);
	ck_assert_int_eq(find("b.test", 0, NULL), DNS_ASK);
	fill("b.test", 0, 10);
	ck_assert_int_eq(find("a.test", 10 * SECOND, NULL), DNS_ASK);
	fill("a.test", 10 * SECOND, 10);
	ck_assert_int_eq(find("a.test", 11 * SECOND, NULL), DNS_HIT);
	dns_cache_free(cache);
}
END_TEST

START_TEST(test_types_apart)
{
	struct dns_answer *answer = NULL;

	cache = dns_cache_new(1 << 20);
	ck_assert_int_eq(find("a.test", 0, NULL), DNS_ASK);
	fill("a.test", 0, 10);

	const struct dns_key key = key_of("a.test", MG_DNS_AAAA);

	ck_assert_int_eq(dns_cache_find(cache, &key, 0, NULL, &answer), DNS_ASK);
	dns_waiters_call(dns_cache_fill(cache, &key, 0, NULL), NULL);
	dns_cache_free(cache);
}
END_TEST

/* A TTL of 0 is answered to those who wait, and not kept. */
START_TEST(test_not_kept)
{
	struct caller one = { .waiter.done = on_done };

	cache = dns_cache_new(1 << 20);
	ck_assert_int_eq(find("a.test", 0, &one.waiter), DNS_ASK);
	fill("a.test", 0, 0);
	ck_assert_uint_eq(one.calls, 1);
	ck_assert_int_eq(find("a.test", 0, &one.waiter), DNS_ASK);

	const struct dns_key key = key_of("a.test", MG_DNS_A);

	dns_waiters_call(dns_cache_fill(cache, &key, 0, NULL), NULL);
	ck_assert_uint_eq(one.calls, 2);
	ck_assert_uint_eq(one.nulls, 1);
	dns_cache_free(cache);
}
END_TEST

START_TEST(test_all_are_called)
{
	struct caller callers[100] = { { .calls = 0 } };
	struct dns_cache_counters counters;

	cache = dns_cache_new(1 << 20);
	for (int i = 0; i < 100; i++) {
		callers[i].waiter.done = on_done;
		ck_assert_int_eq(find("a.test", 0, &callers[i].waiter), i ? DNS_JOINED : DNS_ASK);
	}
	fill("a.test", 0, 10);
	for (int i = 0; i < 100; i++)
		ck_assert_uint_eq(callers[i].calls, 1);
	dns_cache_count(cache, &counters);
	ck_assert_uint_eq(counters.missed, 1);
	ck_assert_uint_eq(counters.joined, 99);
	ck_assert_uint_eq(counters.queries, 0);
	dns_cache_free(cache);
}
END_TEST

/* The cache keeps its size by dropping unused answers; an answer in constant use stays. */
START_TEST(test_size)
{
	static const size_t sizes[] = { 65536, 1 << 20, 4 << 20 };
	struct dns_cache_counters counters;
	char name[64];

	cache = dns_cache_new(sizes[_i]);
	ck_assert_int_eq(find("popular.test", 0, NULL), DNS_ASK);
	fill("popular.test", 0, 1000);
	for (int i = 0; i < 60000; i++) {
		snprintf(name, sizeof(name), "name%d.test", i);
		ck_assert_int_eq(find(name, 0, NULL), DNS_ASK);
		fill(name, 0, 1000);
		if (i % 50 == 0)
			ck_assert_int_eq(find("popular.test", 0, NULL), DNS_HIT);
		if (i % 1000 == 0) {
			dns_cache_count(cache, &counters);
			ck_assert_uint_le(counters.bytes, sizes[_i]);
		}
	}
	dns_cache_count(cache, &counters);
	ck_assert_uint_le(counters.bytes, sizes[_i]);
	ck_assert_uint_gt(counters.bytes, sizes[_i] / 2);
	ck_assert_uint_gt(counters.evicted, 0);
	ck_assert_uint_eq(counters.evicted + counters.answers, 60001);
	dns_cache_free(cache);
}
END_TEST

/* An answer that would displace all others is not kept. */
START_TEST(test_huge)
{
	static char text[60000];
	const struct mg_dns_record record = { .text = text, .size = sizeof(text) };
	struct dns_answer *answer =
		dns_answer_copy(&(struct mg_dns_answer){ .ttl = 100, .n = 1, .records = &record });

	cache = dns_cache_new(65536);

	const struct dns_key key = key_of("huge.test", MG_DNS_A);

	ck_assert_int_eq(find("huge.test", 0, NULL), DNS_ASK);
	dns_waiters_call(dns_cache_fill(cache, &key, 0, answer), answer);
	dns_answer_unref(answer);
	ck_assert_int_eq(find("huge.test", 0, NULL), DNS_ASK);
	dns_waiters_call(dns_cache_fill(cache, &key, 0, NULL), NULL);
	dns_cache_free(cache);
}
END_TEST

START_TEST(test_flight_max)
{
	char name[64];

	cache = dns_cache_new(16 << 20);
	for (int i = 0; i <= DNS_QUERIES_MAX; i++) {
		snprintf(name, sizeof(name), "name%d.test", i);
		ck_assert_int_eq(find(name, 0, NULL), i < DNS_QUERIES_MAX ? DNS_ASK : DNS_FULL);
	}
	fill("name7.test", 0, 10);
	ck_assert_int_eq(find(name, 0, NULL), DNS_ASK);
	for (int i = 0; i <= DNS_QUERIES_MAX; i++) {
		snprintf(name, sizeof(name), "name%d.test", i);
		if (i != 7)
			fill(name, 0, 10);
	}
	dns_cache_free(cache);
}
END_TEST

/* An answer with a reference outlives its place in the cache. */
START_TEST(test_held)
{
	struct dns_answer *answer = NULL;
	char name[64];

	cache = dns_cache_new(65536);

	const struct dns_key key = key_of("held.test", MG_DNS_A);

	ck_assert_int_eq(find("held.test", 0, NULL), DNS_ASK);
	fill("held.test", 0, 10);
	ck_assert_int_eq(dns_cache_find(cache, &key, 0, NULL, &answer), DNS_HIT);
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "name%d.test", i);
		find(name, 0, NULL);
		fill(name, 0, 10);
	}
	dns_cache_free(cache);
	ck_assert_uint_eq(answer->public.ttl, 10);
	dns_answer_unref(answer);
}
END_TEST

static void *run_thread(void *arg)
{
	char name[64];

	(void)arg;
	for (unsigned i = 0; i < 30000; i++) {
		struct dns_answer *answer = NULL;
		struct dns_key key = { .type = MG_DNS_A };

		snprintf(name, sizeof(name), "name%u.test", i * 7919 % 3000);
		key.size = (unsigned)dns_name_from_text(key.name, name);
		dns_cache_hash(cache, &key);
		if (dns_cache_find(cache, &key, i, NULL, &answer) == DNS_ASK) {
			struct dns_answer *made = dns_answer_none(MG_DNS_NODATA, 1, name);

			dns_waiters_call(dns_cache_fill(cache, &key, i, made), made);
			dns_answer_unref(made);
		} else if (answer && strcmp(answer->public.why, name) != 0) {
			abort();
		}
		dns_answer_unref(answer);
	}
	return NULL;
}

START_TEST(test_threads)
{
	pthread_t threads[4];

	cache = dns_cache_new(300000);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, run_thread, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	dns_cache_free(cache);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, test_life);
	tcase_add_test(tcase, test_types_apart);
	tcase_add_test(tcase, test_not_kept);
	tcase_add_test(tcase, test_all_are_called);
	tcase_add_loop_test(tcase, test_size, 0, 3);
	tcase_add_test(tcase, test_huge);
	tcase_add_test(tcase, test_flight_max);
	tcase_add_test(tcase, test_held);
	tcase_add_test(tcase, test_threads);
	return run_tests("dns_cache", tcase);
}
