/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy.h's DNS functions in a call: which hooks may wait, how long, and the names of addresses.
 */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "../dns/stub.h"
#include "session/call.h"
#include "run.h"

static const struct mg_policy type;
static struct instance instance = { .type = &type, .self = &instance };
static struct host host = { .now = now_us };
static struct snapshot snapshot;
static struct session session = { .host = &host, .snapshot = &snapshot };
static struct dns *dns; /* the snapshot's */
static struct mg_call call;

static void serve(struct dns *service)
{
	snapshot.service[SERVICE_DNS] = dns = service;
}

static void setup(void)
{
	instance.services = MG_SERVICE_DNS;
	instance.blocking = MG_BIT(MG_RCPT);
	serve(stub_new());
	stub_add(dns, "a.test TXT a\n");
	session.event.began = session.event.now = now_us();
	session.event.ends = session.event.began + 3600000000;
	call = call_begin(&session, &instance, MG_RCPT, now_us() + 60000000);
	call.also_end = &call.also; /* an on hook */
}

static void teardown(void)
{
	dns_close(&dns);
	arena_free(&session.event_arena);
}

START_TEST(test_waits)
{
	stub_delay(dns, NULL, 30);
	ck_assert_int_eq(mg_dns(&call, "a.test", MG_DNS_TXT)->status, MG_DNS_FOUND);
	ck_assert_int_eq(mg_dns(&call, "b.test", MG_DNS_TXT)->status, MG_DNS_NXDOMAIN);
}
END_TEST

/* An answer of mg_dns() lives to the end of the event, whatever follows. */
START_TEST(test_lives)
{
	const struct mg_dns_answer *answer = mg_dns(&call, "a.test", MG_DNS_TXT);

	dns_close(&dns);
	serve(stub_new());
	ck_assert_str_eq(answer->records[0].text, "a");
}
END_TEST

START_TEST(test_deadline)
{
	bool in_time = false;

	stub_delay(dns, NULL, STUB_HELD);
	/*
	 * The wait ends a little before the deadline, so that the hook returns in time: if not at
	 * the first try, then when the machine is idle.
	 */
	for (int tries = 0; tries < 50 && !in_time; tries++) {
		session.event.now = now_us();
		call.deadline = session.event.now + 100000;
		ck_assert_int_eq(mg_dns(&call, "a.test", MG_DNS_TXT)->status, MG_DNS_LATE);
		ck_assert_int_ge(now_us(), call.deadline - 20000);
		in_time = now_us() < call.deadline;
	}
	ck_assert(in_time);
	/* The deadline is over: nothing waits any more. */
	call.deadline = now_us();
	ck_assert_int_eq(mg_dns(&call, "b.test", MG_DNS_TXT)->status, MG_DNS_LATE);
}
END_TEST

/*
 * A wait leaves a twentieth of the hook's time, however long the stage has taken before it; and of
 * the stage's budget.
 */
START_TEST(test_late_in_stage)
{
	session.event.began = 0;
	session.event.ends = 10000000;
	session.event.now = 9000000;
	call.deadline = 9080000;
	ck_assert_int_eq(mg_deadline(&call), 9076);
	call.deadline = 10000000;
	ck_assert_int_eq(mg_deadline(&call), 9900);
	session.event.now = 9899000;
	ck_assert_int_eq(mg_deadline(&call), 9900);
	session.event.ends = 1000000;
	session.event.now = 0;
	call.deadline = 1000000;
	ck_assert_int_eq(mg_deadline(&call), 950);
}
END_TEST

/* A start hook, and a hook that is not declared to block, do not wait; the look-up goes on. */
START_TEST(test_does_not_block)
{
	/* A hook that waits finds the answer. */
	stub_delay(dns, NULL, 1000);
	if (_i)
		call.also_end = NULL;
	else
		instance.blocking = MG_BIT(MG_MAIL);
	ck_assert_int_eq(mg_dns(&call, "a.test", MG_DNS_TXT)->status, MG_DNS_LATE);
	ck_await(mg_dns(&call, "a.test", MG_DNS_TXT)->status == MG_DNS_FOUND);
	ck_assert_uint_eq(stub_questions(dns), 1);
}
END_TEST

START_TEST(test_prefetch)
{
	stub_delay(dns, NULL, 20);
	mg_dns_prefetch(&call, "a.test", MG_DNS_TXT);
	call.deadline = now_us();
	ck_await(mg_dns(&call, "a.test", MG_DNS_TXT)->status == MG_DNS_FOUND);
	ck_assert_uint_eq(stub_questions(dns), 1);
}
END_TEST

/* Without the service a policy gets an error, and nothing crashes. */
START_TEST(test_undeclared)
{
	instance.services = 0;
	ck_assert_int_eq(mg_dns(&call, "a.test", MG_DNS_TXT)->status, MG_DNS_FAILED);
	mg_dns_prefetch(&call, "a.test", MG_DNS_TXT);
	mg_dns_walk(&call, 1, NULL, 0, "a.test", MG_DNS_TXT, NULL);
	ck_assert_uint_eq(stub_questions(dns), 0);
}
END_TEST

static const struct {
	const char *addr, *zone, *want;
} reverses[] = {
	{ "192.0.2.1", NULL, "1.2.0.192.in-addr.arpa" },
	{ "10.203.45.67", "zen.example", "67.45.203.10.zen.example" },
	{ "0123:4567:89ab:cdef:1032:5476:98ba:dcfe", NULL,
	  "e.f.c.d.a.b.8.9.6.7.4.5.2.3.0.1.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0.ip6.arpa" },
	{ "2001:db8::1", "zen.example",
	  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.example" },
};

START_TEST(test_reverse)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	const struct sockaddr *addr = (const struct sockaddr *)&in4;

	if (inet_pton(AF_INET, reverses[_i].addr, &in4.sin_addr) != 1) {
		ck_assert_int_eq(inet_pton(AF_INET6, reverses[_i].addr, &in6.sin6_addr), 1);
		addr = (const struct sockaddr *)&in6;
	}
	ck_assert_str_eq(mg_dns_reverse(&call, addr, reverses[_i].zone), reverses[_i].want);
	ck_assert_ptr_null(mg_dns_reverse(&call, NULL, NULL));
	in4.sin_family = AF_UNIX;
	ck_assert_ptr_null(mg_dns_reverse(&call, (const struct sockaddr *)&in4, NULL));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_waits);
	tcase_add_test(tcase, test_lives);
	tcase_add_test(tcase, test_deadline);
	tcase_add_test(tcase, test_late_in_stage);
	tcase_add_loop_test(tcase, test_does_not_block, 0, 2);
	tcase_add_test(tcase, test_prefetch);
	tcase_add_test(tcase, test_undeclared);
	tcase_add_loop_test(tcase, test_reverse, 0, COUNT(reverses));
	return run_tests("dns_call", tcase);
}
