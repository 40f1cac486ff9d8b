/* SPDX-License-Identifier: BSD-2-Clause */
/* The DNS service against a server with faults: malformed, missing and incomplete answers. */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "dns_help.h"
#include "run.h"

static const struct {
	const char *fault;
	enum mg_dns_type type;
	enum mg_dns_status want;
	const char *why;
} faults[] = {
	{ "servfail", MG_DNS_A, MG_DNS_FAILED, "SERVFAIL" },
	{ "refused", MG_DNS_A, MG_DNS_FAILED, "REFUSED" },
	{ "notimp", MG_DNS_A, MG_DNS_FAILED, "NOTIMP" },
	{ "formerr", MG_DNS_A, MG_DNS_FAILED, "FORMERR" },
	{ "no-edns", MG_DNS_A, MG_DNS_FOUND, NULL },
	{ "no-edns-bare", MG_DNS_A, MG_DNS_FOUND, NULL },
	{ "badvers", MG_DNS_A, MG_DNS_FOUND, NULL },
	{ "truncate", MG_DNS_A, MG_DNS_FOUND, NULL },
	{ "truncate-tcp", MG_DNS_A, MG_DNS_FAILED, "a truncated answer" },
	{ "garbage", MG_DNS_A, MG_DNS_FAILED, "a malformed answer" },
	{ "short", MG_DNS_A, MG_DNS_FAILED, "a malformed answer" },
	{ "loop", MG_DNS_A, MG_DNS_FAILED, "a malformed answer" },
	{ "bad-data", MG_DNS_A, MG_DNS_FAILED, "a malformed or too large answer" },
	{ "lie", MG_DNS_A, MG_DNS_FAILED, "records and NXDOMAIN in one answer" },
	{ "referral", MG_DNS_A, MG_DNS_FAILED, "a referral: the server does not look names up" },
	{ "many", MG_DNS_A, MG_DNS_FAILED, "an answer with too many records" },
	{ "big", MG_DNS_TXT, MG_DNS_FOUND, NULL },
	{ "wrong-owner", MG_DNS_A, MG_DNS_FAILED, "an answer to something else" },
	{ "wrong-id", MG_DNS_A, MG_DNS_LATE, NULL },
	{ "wrong-name", MG_DNS_A, MG_DNS_LATE, NULL },
	{ "wrong-type", MG_DNS_A, MG_DNS_LATE, NULL },
	{ "drop", MG_DNS_A, MG_DNS_LATE, NULL },
};

START_TEST(test_fault)
{
	const struct mg_dns_answer *answer;
	char lines[128];

	snprintf(
		lines, sizeof(lines),
		"a.test A 192.0.2.1\na.test FAULT %s\na.test FAULT no-soa\nfine.test A 192.0.2.2\n",
		faults[_i].fault);
	if (faults[_i].want == MG_DNS_LATE)
		settings.timeout = 250;
	server_add(server, lines);
	start();
	answer = look_up("a.test", faults[_i].type, PATIENCE);
	ck_assert_msg(answer->status == faults[_i].want, "%s: %d, %s", faults[_i].fault,
		      answer->status, answer->why);
	ck_assert_int_ne(answer->late, MG_DNS_NO_TIME);
	if (faults[_i].why)
		ck_assert_str_eq(answer->why, faults[_i].why);
	/* A fault about one name does not stop the use of the server. */
	ck_assert_int_eq(look_up("fine.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_uint_le(
		server_asked(server, "a.test", faults[_i].type == MG_DNS_TXT ? "TXT" : "A"), 4);
	ck_assert_uint_eq(server_unreadable(server), 0);
	forget();
}
END_TEST

START_TEST(test_tcp)
{
	char lines[4096] = "";

	for (int i = 0; i < 100; i++)
		sprintf(lines + strlen(lines), "a.test A 192.0.2.%d\n", i);
	server_add(server, lines);
	server_add(server, "slow.test TXT sixteen bytes and more\nslow.test FAULT truncate\n"
			   "slow.test FAULT slow-tcp=2\n");
	server_add(server, "no.test A 192.0.2.1\nno.test FAULT truncate\nno.test FAULT no-tcp\n");
	settings.tries = 1;
	start();
	ck_assert_uint_eq(look_up("a.test", MG_DNS_A, PATIENCE)->n, 100);
	ck_assert_uint_eq(server_asked_tcp(server), 1);
	ck_assert_int_eq(look_up("slow.test", MG_DNS_TXT, PATIENCE)->status, MG_DNS_FOUND);
	/* A look-up does not wait beyond the deadline. */
	server_clear(server);
	server_add(server, "slow2.test TXT sixteen bytes\nslow2.test FAULT truncate\n"
			   "slow2.test FAULT slow-tcp=200\n");
	server_add(server, "no.test A 192.0.2.1\nno.test FAULT truncate\nno.test FAULT no-tcp\n");
	ck_assert_int_eq(look_up("slow2.test", MG_DNS_TXT, 50000)->late, MG_DNS_NO_TIME);
	ck_assert_int_ge(look_up("no.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FAILED);
	forget();
}
END_TEST

static const struct {
	const char *fault;
	const char *why; /* NULL: answered */
	unsigned asked;
} cuts[] = {
	{ "cut-tcp=1", NULL, 2 },
	{ "cut-tcp=2", NULL, 3 },
	{ "cut-tcp=3", "the server takes no TCP connection, or ends it without an answer", 3 },
	{ "no-tcp", "the server takes no TCP connection, or ends it without an answer", 3 },
};

/* A question whose connection is closed is asked again, as often as there are tries. */
START_TEST(test_cut)
{
	char lines[128];
	const char *why;

	snprintf(lines, sizeof(lines),
		 "a.test A 192.0.2.1\na.test FAULT truncate\na.test FAULT %s\n", cuts[_i].fault);
	server_add(server, lines);
	start();
	why = look_up("a.test", MG_DNS_A, PATIENCE)->why;
	ck_assert_str_eq(why, cuts[_i].why ? cuts[_i].why : "");
	ck_assert_int_eq(held->public.status, cuts[_i].why ? MG_DNS_FAILED : MG_DNS_FOUND);
	ck_assert_uint_eq(server_asked_tcp(server), cuts[_i].asked);
	forget();
}
END_TEST

/*
 * Questions that were sent behind the only one that a connection answered are sent again, however
 * many there are.
 */
START_TEST(test_once)
{
	char name[32];

	server_add(server, "* FAULT truncate\n* FAULT once-tcp\n* FAULT delay=20\n");
	start();
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		dns_answer_unref(dns->ask(dns, name, MG_DNS_A, NULL));
	}
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_int_eq(look_up(name, MG_DNS_A, PATIENCE)->status, MG_DNS_NXDOMAIN);
	}
	forget();
}
END_TEST

static const struct {
	const char *fault;
	enum mg_dns_status want;
	const char *why;
} bare[] = { { "servfail", MG_DNS_FAILED, "SERVFAIL" }, { "refused", MG_DNS_FAILED, "REFUSED" },
	     { "notimp", MG_DNS_FAILED, "NOTIMP" },     { "formerr", MG_DNS_FAILED, "FORMERR" },
	     { "truncate", MG_DNS_FOUND, NULL },        { "no-soa", MG_DNS_NXDOMAIN, NULL } };

/* An error that does not repeat the question is an answer all the same: nothing is sent again. */
START_TEST(test_without_question)
{
	const bool found = bare[_i].want == MG_DNS_FOUND;
	char lines[128];

	snprintf(lines, sizeof(lines), "%s.test A 192.0.2.1\na.test FAULT %s\na.test FAULT bare\n",
		 bare[_i].want == MG_DNS_NXDOMAIN ? "b" : "a", bare[_i].fault);
	server_add(server, lines);
	settings.timeout = 10000;
	start();
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, bare[_i].want);
	if (bare[_i].why)
		ck_assert_str_eq(held->public.why, bare[_i].why);
	/* Truncated, it is asked for by TCP; FORMERR may be for EDNS. */
	ck_assert_uint_eq(server_asked(server, "a.test", "A"),
			  1 + (found || strcmp(bare[_i].fault, "formerr") == 0));
	forget();
}
END_TEST

static const char *const no_edns[] = { "no-edns", "no-edns-bare", "badvers" };

/*
 * A server without EDNS gets questions without it from then on; neither these nor the answers are
 * cut.
 */
START_TEST(test_without_edns)
{
	char lines[4096] = "";

	for (int i = 0; i < 30; i++)
		sprintf(lines + strlen(lines), "a.test A 192.0.2.%d\n", i);
	server_add(server, lines);
	server_add(server, "odd.test FAULT formerr\n");
	snprintf(lines, sizeof(lines), "old.test A 192.0.2.1\nold.test FAULT %s\n", no_edns[_i]);
	server_add(server, lines);
	start();
	ck_assert_int_eq(look_up("old.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_uint_eq(look_up("a.test", MG_DNS_A, PATIENCE)->n, 30);
	ck_assert_str_eq(look_up("odd.test", MG_DNS_A, PATIENCE)->why, "FORMERR");
	ck_assert_uint_eq(server_asked_edns(server), 1);
	ck_assert_uint_eq(server_asked(server, "odd.test", "A"), 1);
	ck_assert_uint_eq(server_unreadable(server), 0);
	forget();
}
END_TEST

/*
 * A server without recursion gives only the beginning of a chain: the service asks for its end, up
 * to a limit.
 */
START_TEST(test_half_chain)
{
	server_add(server, "a.test CNAME b.test\na.test FAULT chain\nb.test 100 A 192.0.2.1\n");
	server_add(server, "c1.test CNAME c2.test\nc2.test CNAME c3.test\nc3.test CNAME c4.test\n"
			   "c4.test CNAME c5.test\n"
			   "c5.test CNAME c6.test\nc6.test A 192.0.2.1\n");
	server_add(server, "c1.test FAULT chain\nc2.test FAULT chain\nc3.test FAULT chain\n"
			   "c4.test FAULT chain\nc5.test FAULT chain\n");
	start();
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_str_eq(held->public.name, "b.test");
	ck_assert_uint_eq(held->public.ttl, 100);
	ck_assert_int_eq(look_up("c1.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FAILED);
	ck_assert_uint_eq(server_questions(server), 6);
	forget();
}
END_TEST

/* A failure is kept for a moment only: questions at the same time are sent once. */
START_TEST(test_failure_is_kept_shortly)
{
	int64_t began;

	server_add(server, "a.test A 192.0.2.1\na.test FAULT servfail\n");
	start();
	began = now_ms();
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FAILED);
	if (now_ms() - began < 900)
		ck_assert_uint_eq(server_questions(server), 1);
	server_clear(server);
	server_add(server, "a.test A 192.0.2.1\n");
	ck_await(look_up("a.test", MG_DNS_A, PATIENCE)->status == MG_DNS_FOUND);
	forget();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, test_fault, 0, COUNT(faults));
	tcase_add_test(tcase, test_tcp);
	tcase_add_loop_test(tcase, test_cut, 0, COUNT(cuts));
	tcase_add_test(tcase, test_once);
	tcase_add_loop_test(tcase, test_without_question, 0, COUNT(bare));
	tcase_add_loop_test(tcase, test_without_edns, 0, COUNT(no_edns));
	tcase_add_test(tcase, test_half_chain);
	tcase_add_test(tcase, test_failure_is_kept_shortly);
	return run_tests("dns_faults", tcase);
}
