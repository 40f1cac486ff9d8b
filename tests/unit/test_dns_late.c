/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Missing answers: for lack of time, about one name, or because DNS is dead; and how often
 * questions are sent in vain.
 */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "dns_help.h"
#include "folder.h"
#include "log_help.h"
#include "run.h"

#define TIMEOUT 250 /* ms; of three tries: 1750 */
#define TRIES 3

static struct server *second; /* besides server, which is the first */

static void setup_both(void)
{
	setup();
	second = server_new(0);
	ck_assert_ptr_nonnull(second);
	settings.servers.n = 0;
	settings.timeout = TIMEOUT;
	settings.tries = TRIES;
	settings.ttl_min = 5000;
}

static void teardown_both(void)
{
	teardown();
	server_free(second);
}

static void expect(const char *name, int64_t wait_us, enum mg_dns_status status,
		   enum mg_dns_late late)
{
	struct dns_answer *answer = dns_wait(dns, name, MG_DNS_A, wait_us);

	ck_assert_msg(answer->public.status == status && answer->public.late == late,
		      "%s: status %d, late %d, %s", name, answer->public.status,
		      answer->public.late, answer->public.why);
	ck_assert_int_eq(*answer->public.why != '\0', status >= MG_DNS_FAILED);
	dns_answer_unref(answer);
}

#define NOTHING "* FAULT drop\n"
#define ONE_NAME "a.test FAULT drop\n"
#define CLOSED NULL

static const struct {
	const char *first, *second; /* the servers' faults; "": there is no such server */
	enum mg_dns_status status;
	enum mg_dns_late late;
	bool is_hailed; /* the first server is probed */
} cases[] = {
	{ NOTHING, "", MG_DNS_LATE, MG_DNS_NO_SERVER, true },
	/* No other question comes meanwhile. */
	{ ONE_NAME, "", MG_DNS_LATE, MG_DNS_NO_ANSWER, true },
	{ NOTHING, NOTHING, MG_DNS_LATE, MG_DNS_NO_SERVER, true },
	{ NOTHING, ONE_NAME, MG_DNS_LATE, MG_DNS_NO_ANSWER, true },
	{ ONE_NAME, NOTHING, MG_DNS_LATE, MG_DNS_NO_ANSWER, true },
	/* A closed port is known at once; but the other server may be alive. */
	{ CLOSED, "", MG_DNS_LATE, MG_DNS_NO_SERVER, false },
	{ CLOSED, CLOSED, MG_DNS_LATE, MG_DNS_NO_SERVER, false },
	{ CLOSED, NOTHING, MG_DNS_LATE, MG_DNS_NO_SERVER, false },
	{ NOTHING, CLOSED, MG_DNS_LATE, MG_DNS_NO_SERVER, true },
	{ CLOSED, ONE_NAME, MG_DNS_LATE, MG_DNS_NO_ANSWER, false },
	/* An answer of one server counts more than the silence of another. */
	{ "* FAULT refused\n", NOTHING, MG_DNS_FAILED, MG_DNS_NOT_LATE, false },
	{ "a.test A 192.0.2.1\na.test FAULT truncate\na.test FAULT slow-tcp=900\n", "", MG_DNS_LATE,
	  MG_DNS_NO_ANSWER, false },
};

static void add(struct server **one, const char *lines)
{
	if (lines && !*lines)
		return;
	add_server(server_port(*one));
	if (lines) {
		server_add(*one, lines);
	} else {
		server_free(*one);
		*one = server_new(0);
	}
}

START_TEST(test_case)
{
	add(&server, cases[_i].first);
	add(&second, cases[_i].second);
	start();
	expect("a.test", PATIENCE, cases[_i].status, cases[_i].late);
	if (cases[_i].is_hailed)
		ck_assert_uint_ge(server_hailed(server), 1);
}
END_TEST

/* Whether questions are asked again. Each has another name: the answer to one may be kept. */
static bool is_back(void)
{
	static int n;
	char name[32];
	struct dns_answer *answer;
	bool back;

	snprintf(name, sizeof(name), "back%d.test", n++);
	answer = dns_wait(dns, name, MG_DNS_A, PATIENCE);
	back = answer->public.status == MG_DNS_NXDOMAIN;
	dns_answer_unref(answer);
	return back;
}

/* A server that has answered before can still be dead. */
START_TEST(test_dies)
{
	add_server(server_port(server));
	start();
	expect("before.test", PATIENCE, MG_DNS_NXDOMAIN, MG_DNS_NOT_LATE);
	server_clear(server);
	server_add(server, NOTHING);
	expect("a.test", PATIENCE, MG_DNS_LATE, MG_DNS_NO_SERVER);
	server_clear(server);
	server_add(server, ONE_NAME);
	ck_await(is_back());
	expect("after.test", PATIENCE, MG_DNS_NXDOMAIN, MG_DNS_NOT_LATE);
}
END_TEST

/*
 * However it died: one line of the log at its beginning and one at its end, whatever is asked
 * meanwhile, and nothing of that is sent.
 */
START_TEST(test_one_state)
{
	char path[128], name[32];

	make_folder();
	dns_log = open_log(path_in(path, "log"), false);
	add(&server, _i ? CLOSED : NOTHING);
	start();
	expect("a.test", PATIENCE, MG_DNS_LATE, MG_DNS_NO_SERVER);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		expect(name, PATIENCE, MG_DNS_LATE, MG_DNS_NO_SERVER);
		ck_assert_uint_eq(server_asked(server, name, "A"), 0);
	}
	ck_assert_uint_eq(count_lines(path, "warning: DNS is dead: no server"), 1);
	ck_assert_uint_eq(count_lines(path, "DNS answers again"), 0);
	if (!_i) {
		server_clear(server);
		ck_await(is_back());
		ck_assert_uint_eq(count_lines(path, "warning: DNS answers again, after"), 1);
	}
	ck_assert_uint_eq(count_lines(path, ""), _i ? 1 : 2);
	dns_close(&dns);
	log_close(&dns_log);
	remove_folder();
}
END_TEST

START_TEST(test_deadline)
{
	add_server(server_port(server));
	server_add(server, NOTHING);
	start();
	expect("a.test", 20000, MG_DNS_LATE, MG_DNS_NO_TIME);
	expect("a.test", 0, MG_DNS_LATE, MG_DNS_NO_TIME);
	/* The question was sent once, and all later look-ups have its result. */
	expect("a.test", PATIENCE, MG_DNS_LATE, MG_DNS_NO_SERVER);
	expect("a.test", 0, MG_DNS_LATE, MG_DNS_NO_SERVER);
	ck_assert_uint_eq(server_asked(server, "a.test", "A"), TRIES);
}
END_TEST

/* A server that answers its questions is not probed. */
START_TEST(test_no_hail)
{
	add_server(server_port(server));
	server_add(server, "* FAULT delay=30\n");
	start();
	for (int i = 0; i < 30; i++) {
		char name[32];

		snprintf(name, sizeof(name), "n%d.test", i);
		expect(name, PATIENCE, MG_DNS_NXDOMAIN, MG_DNS_NOT_LATE);
	}
	ck_assert_uint_eq(server_hailed(server), 0);
}
END_TEST

/*
 * However many look-ups need a dead server, and however often: each question is sent as often as it
 * has tries.
 */
START_TEST(test_no_storm)
{
	char name[32];

	add_server(server_port(server));
	server_add(server, NOTHING);
	start();
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 200; i++) {
			snprintf(name, sizeof(name), "n%d.test", i % 20);
			dns_answer_unref(dns->ask(dns, name, MG_DNS_A, NULL));
		}
		usleep(20000);
	}
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		expect(name, PATIENCE, MG_DNS_LATE, MG_DNS_NO_SERVER);
	}
	if (!machine_is_instrumented()) {
		ck_assert_uint_eq(server_questions(server), 20 * TRIES);
		ck_assert_uint_le(server_hailed(server), 2 * TRIES);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup_both, teardown_both);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, test_case, 0, COUNT(cases));
	tcase_add_test(tcase, test_dies);
	tcase_add_loop_test(tcase, test_one_state, 0, 2);
	tcase_add_test(tcase, test_deadline);
	tcase_add_test(tcase, test_no_hail);
	tcase_add_test(tcase, test_no_storm);
	return run_tests("dns_late", tcase);
}
