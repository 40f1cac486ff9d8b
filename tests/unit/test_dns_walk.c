/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting and walks, over the stub resolver; and the stub itself. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dns/wait.h"
#include "dns/walk.h"
#include "../dns/patience.h"
#include "../dns/stub.h"
#include "run.h"

static struct dns *dns;

static void setup(void)
{
	dns = stub_new();
	stub_add(dns, "example.org TXT v=spf1 include:a.test include:b.test -all\n"
		      "example.org MX 10 Mail.Example.org.\n"
		      "example.org MX 20 b.test\n"
		      "null.test MX 0 .\n"
		      "mail.example.org A 192.0.2.1\n"
		      "; a comment\n"
		      "\n"
		      "mail.example.org AAAA 2001:db8::1\n"
		      "www.example.org CNAME mail.example.org\n"
		      "loop.test CNAME loop.test\n"
		      "a.test TXT a\n"
		      "b.test TXT b\n"
		      "broken.test TXT !failed\n"
		      "dead.test TXT !late\n");
}

static void teardown(void)
{
	dns_close(&dns);
}

static const struct {
	const char *name;
	enum mg_dns_type type;
	enum mg_dns_status want;
	const char *text;
} cases[] = {
	{ "example.org", MG_DNS_TXT, MG_DNS_FOUND, "v=spf1 include:a.test include:b.test -all" },
	{ "EXAMPLE.ORG.", MG_DNS_MX, MG_DNS_FOUND, "mail.example.org" },
	{ "null.test", MG_DNS_MX, MG_DNS_FOUND, "" },
	{ "www.example.org", MG_DNS_A, MG_DNS_FOUND, "" },
	{ "www.example.org", MG_DNS_TXT, MG_DNS_NODATA, NULL },
	{ "example.org", MG_DNS_A, MG_DNS_NODATA, NULL },
	{ "nothing.test", MG_DNS_A, MG_DNS_NXDOMAIN, NULL },
	{ "a..test", MG_DNS_A, MG_DNS_NXDOMAIN, NULL },
	{ "broken.test", MG_DNS_TXT, MG_DNS_FAILED, NULL },
	{ "dead.test", MG_DNS_TXT, MG_DNS_LATE, NULL },
	{ "loop.test", MG_DNS_A, MG_DNS_FAILED, NULL },
};

START_TEST(test_stub)
{
	for (unsigned ms = 0; ms <= 5; ms += 5) {
		struct dns_answer *answer;

		stub_forget(dns);
		stub_delay(dns, NULL, ms);
		answer = dns_wait(dns, cases[_i].name, cases[_i].type, 60000000);
		ck_assert_int_eq(answer->public.status, cases[_i].want);
		ck_assert_uint_eq(answer->public.n > 0, cases[_i].text != NULL);
		if (cases[_i].text)
			ck_assert_str_eq(answer->public.records[0].text, cases[_i].text);
		dns_answer_unref(answer);
		ck_assert_uint_eq(stub_questions(dns), 1);
	}
}
END_TEST

/* Without waiting. */
static enum mg_dns_status status_of(const char *name)
{
	struct dns_answer *answer = dns_wait(dns, name, MG_DNS_TXT, 0);
	const enum mg_dns_status status = answer->public.status;

	dns_answer_unref(answer);
	return status;
}

/* The deadline is kept, and the next look-up finds the late answer. */
START_TEST(test_late)
{
	const int64_t began = now_ms();
	struct dns_answer *answer;

	stub_delay(dns, "a.test", STUB_HELD);
	answer = dns_wait(dns, "a.test", MG_DNS_TXT, 30000);
	ck_assert_int_eq(answer->public.status, MG_DNS_LATE);
	ck_assert(*answer->public.why);
	ck_assert_int_ge(now_ms() - began, 29);
	dns_answer_unref(answer);

	ck_assert_int_eq(status_of("a.test"), MG_DNS_LATE);
	stub_release(dns);
	ck_await(status_of("a.test") == MG_DNS_FOUND);
	ck_assert_uint_eq(stub_asked(dns, "a.test", MG_DNS_TXT), 1);
}
END_TEST

/* Answers that come at the moment when the wait ends. */
START_TEST(test_race)
{
	unsigned found = 0, late = 0;

	stub_delay(dns, NULL, 2);
	for (int i = 0; i < 300; i++) {
		char name[32];
		struct dns_answer *answer;

		snprintf(name, sizeof(name), "race%d.test", i);
		answer = dns_wait(dns, name, MG_DNS_TXT, 1500 + i * 5);
		if (answer->public.status == MG_DNS_LATE)
			late++;
		else
			found++;
		dns_answer_unref(answer);
	}
	ck_assert_uint_eq(found + late, 300);
}
END_TEST

/* No question is answered before all are asked. */
START_TEST(test_prefetch)
{
	char names[20][16];
	size_t i, n = COUNT(names);

	stub_round_trips(dns, (unsigned)n, 0, 0);
	for (i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "n%zu.test", i);
		dns_answer_unref(dns->ask(dns, names[i], MG_DNS_TXT, NULL));
	}
	for (i = 0; i < n; i++) {
		struct dns_answer *answer = dns_wait(dns, names[i], MG_DNS_TXT, 60000000);

		ck_assert_int_eq(answer->public.status, MG_DNS_NXDOMAIN);
		dns_answer_unref(answer);
	}
	ck_assert_uint_eq(stub_questions(dns), n);
}
END_TEST

/* ---- Walks ---- */

struct walked {
	atomic_uint thens, refused, refused_last;
	atomic_int released;
};

static struct walked walked;
static int walker_shared;

static void on_txt(struct mg_dns_walk *walk, const char *name, const struct mg_dns_answer *answer,
		   const void *data, const void *self)
{
	ck_assert_ptr_eq(self, &walked);
	ck_assert_ptr_eq(mg_dns_walk_shared(walk), &walker_shared);
	ck_assert_str_eq(data, "the data");
	atomic_fetch_add(&walked.thens, 1);
	if (strcmp(name, "Example.org") == 0) {
		ck_assert_int_eq(answer->status, MG_DNS_FOUND);
		mg_dns_walk_ask(walk, "a.test", MG_DNS_TXT, on_txt);
		mg_dns_walk_ask(walk, "b.test", MG_DNS_TXT, on_txt);
		mg_dns_walk_ask(walk, "mail.example.org", MG_DNS_A, NULL);
	}
}

/* Asks its own question again and again. */
static void on_endless(struct mg_dns_walk *walk, const char *name,
		       const struct mg_dns_answer *answer, const void *data, const void *self)
{
	char next[64];

	(void)answer;
	(void)data;
	(void)self;
	atomic_fetch_add(&walked.thens, 1);
	for (int i = 0; i < 5; i++) {
		snprintf(next, sizeof(next), "%c%.50s", 'a' + i, name);
		if (!mg_dns_walk_ask(walk, next, MG_DNS_TXT, on_endless))
			atomic_fetch_add(&walked.refused, 1);
		if (!mg_dns_walk_last(walk, next, MG_DNS_A))
			atomic_fetch_add(&walked.refused_last, 1);
	}
}

static void on_release(void *kept)
{
	ck_assert_ptr_eq(kept, &walked);
	atomic_fetch_add(&walked.released, 1);
}

static void wait_released(void)
{
	ck_await(atomic_load(&walked.released));
	ck_assert_int_eq(atomic_load(&walked.released), 1);
}

static const struct dns_walker walker = {
	.self = &walked, .shared = &walker_shared, .kept = &walked, .release = on_release
};

START_TEST(test_walk)
{
	walked = (struct walked){ .released = 0 };
	/* Two round trips; one question after another would take four. */
	if (_i)
		stub_round_trips(dns, 1, 3, 0);
	{
		char data[] = "the data";

		dns_walk(dns, &walker, 10, data, sizeof(data), "Example.org", MG_DNS_TXT, on_txt);
		memset(data, 'x', sizeof(data));
	}
	wait_released();
	ck_assert_uint_eq(atomic_load(&walked.thens), 3);
	ck_assert_uint_eq(stub_questions(dns), 4);
}
END_TEST

START_TEST(test_walk_bounded)
{
	walked = (struct walked){ .released = 0 };
	stub_delay(dns, NULL, _i * 1U);
	dns_walk(dns, &walker, 20, NULL, 0, "x.test", MG_DNS_TXT, on_endless);
	wait_released();
	ck_assert_uint_eq(atomic_load(&walked.thens), 20);
	ck_assert_uint_eq(stub_questions(dns), 20 + MG_DNS_WALK_LAST);
	ck_assert_uint_eq(atomic_load(&walked.refused), 20 * 5 - 19);
	ck_assert_uint_eq(atomic_load(&walked.refused_last), 20 * 5 - MG_DNS_WALK_LAST);
}
END_TEST

static atomic_uint depth, deepest;

/* Asks one more, which is known: on the same stack. */
static void on_known(struct mg_dns_walk *walk, const char *name, const struct mg_dns_answer *answer,
		     const void *data, const void *self)
{
	char next[16];

	(void)name;
	(void)answer;
	(void)data;
	(void)self;
	if (++depth > deepest)
		deepest = depth;
	snprintf(next, sizeof(next), "n%u.test", atomic_fetch_add(&walked.thens, 1) + 1);
	mg_dns_walk_ask(walk, next, MG_DNS_TXT, on_known);
	depth--;
}

/* However many questions a policy asks for: answers that are known recurse. */
START_TEST(test_walk_max)
{
	walked = (struct walked){ .released = 0 };
	atomic_store(&deepest, 0);
	stub_delay(dns, NULL, 0);
	dns_walk(dns, &walker, _i ? UINT_MAX : MG_DNS_WALK_MAX + 1, NULL, 0, "n0.test", MG_DNS_TXT,
		 on_known);
	wait_released();
	ck_assert_uint_eq(atomic_load(&walked.thens), MG_DNS_WALK_MAX);
	ck_assert_uint_eq(atomic_load(&deepest), MG_DNS_WALK_MAX);
}
END_TEST

/* The daemon's end frees walks under way, and calls no function of theirs. */
START_TEST(test_walk_cut)
{
	walked = (struct walked){ .released = 0 };
	stub_delay(dns, NULL, 60000);
	/* NULL is no data, whatever its size. */
	dns_walk(dns, &walker, 20, NULL, 8, "x.test", MG_DNS_TXT, on_endless);
	dns_close(&dns);
	ck_assert_int_eq(atomic_load(&walked.released), 1);
	ck_assert_uint_eq(atomic_load(&walked.thens), 0);
	dns = stub_new();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, test_stub, 0, COUNT(cases));
	tcase_add_test(tcase, test_late);
	tcase_add_test(tcase, test_race);
	tcase_add_test(tcase, test_prefetch);
	tcase_add_loop_test(tcase, test_walk, 0, 2);
	tcase_add_loop_test(tcase, test_walk_bounded, 0, 2);
	tcase_add_loop_test(tcase, test_walk_max, 0, 2);
	tcase_add_test(tcase, test_walk_cut);
	return run_tests("dns_walk", tcase);
}
