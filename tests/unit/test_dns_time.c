/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DNS service against slow and dead servers: how long look-ups wait, and which server gets
 * which question.
 */
#include <config.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "dns_help.h"
#include "run.h"

/* ---- One server ---- */

/* The look-up returns on time; the late answer fills the cache. */
START_TEST(test_deadline)
{
	int64_t began;

	server_add(server, "a.test A 192.0.2.1\n* FAULT hold\n");
	start();
	began = now_ms();
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, SECOND / 50)->status, MG_DNS_LATE);
	ck_assert_int_ge(now_ms() - began, 19);
	ck_await(server_questions(server) == 1);
	server_release(server);
	ck_await(look_up("a.test", MG_DNS_A, 0)->status == MG_DNS_FOUND);
	ck_assert_uint_eq(server_questions(server), 1);
	forget();
}
END_TEST

/* All questions are in flight at once: all have come before any is answered. */
START_TEST(test_parallel)
{
	char name[32], lines[2000] = "* FAULT hold\n";

	for (int i = 0; i < 30; i++)
		sprintf(lines + strlen(lines), "n%d.test A 192.0.2.1\n", i);
	server_add(server, lines);
	start();
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		dns_answer_unref(dns->ask(dns, name, MG_DNS_A, NULL));
	}
	ck_await(server_questions(server) == 30);
	server_release(server);
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_int_eq(look_up(name, MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	}
	ck_assert_uint_eq(server_questions(server), 30);
	forget();
}
END_TEST

/* An answer that comes after the question was sent again is still the answer. */
START_TEST(test_slow_server)
{
	/* Sent again after 300, 900, 2100 ms; given up after 9300. */
	settings.timeout = 300;
	settings.tries = 5;
	server_add(server, "a.test A 192.0.2.1\n* FAULT hold\n");
	start();
	dns_answer_unref(dns->ask(dns, "a.test", MG_DNS_A, NULL));
	ck_await(server_questions(server) > 0);
	server_clear(server);
	server_add(server, "* FAULT drop\n");
	ck_await(server_questions(server) > 1);
	server_release(server);
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	forget();
}
END_TEST

/* One lost packet costs one timeout: the second question is answered. */
START_TEST(test_lost_packet)
{
	int64_t began;

	settings.timeout = 1500;
	server_add(server, "a.test A 192.0.2.1\na.test FAULT drop\n");
	start();
	began = now_ms();
	dns_answer_unref(dns->ask(dns, "a.test", MG_DNS_A, NULL));
	ck_await(server_questions(server) > 0);
	server_clear(server);
	server_add(server, "a.test A 192.0.2.1\n");
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_int_ge(now_ms() - began, 1499);
	ck_assert_uint_eq(server_questions(server), 2);
	forget();
}
END_TEST

START_TEST(test_dead)
{
	int64_t began;

	settings.timeout = 300;
	server_add(server, "* FAULT drop\n");
	start();
	began = now_ms();
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, 50000)->late, MG_DNS_NO_TIME);
	/* 300 + 600 + 1200 ms. */
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->late, MG_DNS_NO_SERVER);
	ck_assert_int_ge(now_ms() - began, 2050);
	ck_assert_uint_eq(server_questions(server), 3);
	forget();
}
END_TEST

/* ---- Several servers ---- */

#define CLOSED_PORT 1 /* no socket gets this port by asking for any port */
#define PROBE_MS 5000 /* how often a dead server gets a question as a probe */

/* Whether this server alone answers a look-up. */
static bool is_back(struct server *first)
{
	static unsigned names;
	char name[32];

	snprintf(name, sizeof(name), "back%u.test", names++);
	look_up(name, MG_DNS_A, PATIENCE);
	return server_asked(first, name, "A") == 1 && server_asked(server, name, "A") == 0;
}

/* Looks up one name after another, which the other server answers, until the dead one is probed. */
static void await_probe(struct server *dead, enum mg_dns_status want)
{
	const unsigned before = server_questions(dead);
	struct machine_wait wait = machine_wait(PATIENCE_MS);
	char name[32];

	for (unsigned i = 0; server_questions(dead) == before; i++) {
		snprintf(name, sizeof(name), "probe%u.test", i);
		ck_assert_int_eq(look_up(name, MG_DNS_A, PATIENCE)->status, want);
		ck_assert_uint_eq(server_asked(server, name, "A"), 1);
		ck_assert_msg(machine_pause(&wait, 20), "the dead server is not asked again");
	}
}

/* A dead first server costs one timeout, once; it is used again when it is back. */
START_TEST(test_dead_first)
{
	struct server *dead = server_new(0);
	char name[32];
	int64_t began;

	settings.timeout = 1500;
	settings.servers.n = 0;
	add_server(server_port(dead));
	add_server(server_port(server));
	server_add(dead, "* FAULT drop\n");
	server_add(server, "* SOA 100\n");
	start();
	began = now_ms();
	ck_assert_int_eq(look_up("first.test", MG_DNS_A, PATIENCE)->status, MG_DNS_NXDOMAIN);
	ck_assert_int_ge(now_ms() - began, 1499);
	/* It is sent again after its timeout, and a third time after a second one. */
	ck_assert_uint_le(server_asked(dead, "first.test", "A"), 2);
	began = now_ms();
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_int_eq(look_up(name, MG_DNS_A, PATIENCE)->status, MG_DNS_NXDOMAIN);
	}
	/* Besides the first question it gets only probes. */
	ck_assert_uint_le(server_questions(dead), 2 + (now_ms() - began) / PROBE_MS);

	/*
	 * It gets a question now and then, besides the other server, and no look-up waits for it.
	 */
	server_clear(dead);
	server_add(dead, "* A 192.0.2.1\n* FAULT hold\n");
	await_probe(dead, MG_DNS_NXDOMAIN);
	/* After its answer only this server gets questions. */
	server_clear(dead);
	server_add(dead, "* A 192.0.2.1\n");
	server_release(dead);
	ck_await(is_back(dead));
	forget();
	dns_close(&dns);
	server_free(dead);
}
END_TEST

static atomic_uint late_done;     /* the late questions that are answered */
static unsigned late_done_before; /* their number when the mark was answered */
static atomic_bool mark_done;

static void on_late_done(struct dns_waiter *waiter, struct dns_answer *answer)
{
	(void)waiter;
	ck_assert_int_eq(answer->public.status, MG_DNS_NXDOMAIN);
	late_done++;
}

static void on_mark_done(struct dns_waiter *waiter, struct dns_answer *answer)
{
	(void)waiter;
	(void)answer;
	late_done_before = late_done;
	mark_done = true;
}

static void ask_nth(int n, struct dns_waiter *waiter)
{
	char name[32];

	snprintf(name, sizeof(name), "n%d.test", n);
	ck_assert_ptr_null(dns->ask(dns, name, MG_DNS_A, waiter));
}

/*
 * All questions that wait for a server that is found dead turn to the next at once: also late ones,
 * whose own timeout comes 2300 ms later. When the server is found dead, a mark is sent to the other
 * one, which takes 1700 ms to answer: the late questions are answered before the mark.
 */
START_TEST(test_dead_first_many)
{
	enum { EARLY = 50, LATE = 50 };
	struct server *dead = server_new(0);
	struct dns_waiter late[LATE], mark = { .done = on_mark_done };

	settings.timeout = 2500;
	settings.servers.n = 0;
	add_server(server_port(dead));
	add_server(server_port(server));
	server_add(dead, "* FAULT drop\n");
	server_add(server, "mark.test FAULT delay=1700\n");
	start();
	for (int i = 0; i < EARLY; i++)
		ask_nth(i, NULL);
	usleep(2300000);
	for (int i = 0; i < LATE; i++) {
		late[i] = (struct dns_waiter){ .done = on_late_done };
		ask_nth(EARLY + i, &late[i]);
	}
	ck_assert_int_eq(look_up("n0.test", MG_DNS_A, PATIENCE)->status, MG_DNS_NXDOMAIN);
	ck_assert_ptr_null(dns->ask(dns, "mark.test", MG_DNS_A, &mark));
	ck_await(mark_done);
	ck_assert_uint_eq(late_done_before, LATE);
	forget();
	dns_close(&dns);
	server_free(dead);
}
END_TEST

static const struct {
	const char *fault; /* of the first server; NULL: its port is closed */
} seconds[] = {
	{ NULL },           { "refused" },  { "notimp" }, { "garbage" },  { "short" },
	{ "truncate-tcp" }, { "referral" }, { "loop" },   { "servfail" }, { "wrong-owner" }
};

/* A question that one server refuses or fails is sent to the next at once. */
START_TEST(test_second)
{
	struct server *first = server_new(0);
	char lines[64];

	settings.servers.n = 0;
	add_server(seconds[_i].fault ? server_port(first) : CLOSED_PORT);
	add_server(server_port(server));
	if (seconds[_i].fault) {
		snprintf(lines, sizeof(lines), "a.test A 192.0.2.7\n* FAULT %s\n",
			 seconds[_i].fault);
		server_add(first, lines);
	}
	server_add(server, "a.test A 192.0.2.1\n");
	start();
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_uint_eq(server_questions(server), 1);
	forget();
	dns_close(&dns);
	server_free(first);
}
END_TEST

static void expect_servfail(const char *name)
{
	look_up(name, MG_DNS_A, PATIENCE);
	ck_assert_int_eq(held->public.status, MG_DNS_FAILED);
	ck_assert_str_eq(held->public.why, "SERVFAIL");
}

START_TEST(test_all_servfail)
{
	struct server *other = server_new(0);

	add_server(server_port(other));
	server_add(server, "* FAULT servfail\n");
	server_add(other, "* FAULT servfail\n");
	start();
	expect_servfail("a.test");
	ck_assert_uint_eq(server_asked(server, "a.test", "A"), 1);
	ck_assert_uint_eq(server_asked(other, "a.test", "A"), 1);
	forget();
	dns_close(&dns);
	server_free(other);
}
END_TEST

/* A look-up does not wait for a dead server when another has reported that it cannot answer. */
START_TEST(test_servfail_beside_dead)
{
	struct server *dead = server_new(0);

	settings.timeout = 1000;
	settings.tries = 5;
	settings.servers.n = 0;
	add_server(server_port(dead));
	add_server(server_port(server));
	server_add(dead, "* FAULT drop\n");
	start();
	ck_assert_int_eq(look_up("finds-out.test", MG_DNS_A, PATIENCE)->status, MG_DNS_NXDOMAIN);
	server_add(server, "* FAULT servfail\n");
	expect_servfail("bad.test");
	ck_assert_uint_eq(server_asked(dead, "bad.test", "A"), 0);
	/* A probe beside it shows whether it is back. */
	await_probe(dead, MG_DNS_FAILED);
	forget();
	dns_close(&dns);
	server_free(dead);
}
END_TEST

START_TEST(test_all_dead)
{
	struct server *other = server_new(0);

	settings.timeout = 100;
	settings.tries = 2;
	add_server(server_port(other));
	server_add(server, "* FAULT drop\n");
	server_add(other, "* FAULT drop\n");
	start();
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(look_up(i ? "b.test" : "a.test", MG_DNS_A, PATIENCE)->late,
				 MG_DNS_NO_SERVER);
	ck_assert_uint_eq(server_asked(other, "a.test", "A"), 2);
	/* DNS is known to be dead. */
	ck_assert_uint_eq(server_asked(other, "b.test", "A"), 0);
	forget();
	dns_close(&dns);
	server_free(other);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 300);
	tcase_add_test(tcase, test_deadline);
	tcase_add_test(tcase, test_parallel);
	tcase_add_test(tcase, test_slow_server);
	tcase_add_test(tcase, test_lost_packet);
	tcase_add_test(tcase, test_dead);
	tcase_add_test(tcase, test_dead_first);
	tcase_add_test(tcase, test_dead_first_many);
	tcase_add_loop_test(tcase, test_second, 0, COUNT(seconds));
	tcase_add_test(tcase, test_all_servfail);
	tcase_add_test(tcase, test_servfail_beside_dead);
	tcase_add_test(tcase, test_all_dead);
	return run_tests("dns_time", tcase);
}
