/* SPDX-License-Identifier: BSD-2-Clause */
/* The DNS service against a real server: its answers, and how long they are kept. */
#include <config.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "dns_help.h"
#include "run.h"

/* ---- Answers ---- */

static const char zone[] =
	"a.test 300 A 192.0.2.1\n"
	"a.test A 192.0.2.2\n"
	"a.test AAAA 2001:db8::1\n"
	"a.test TXT v=spf1 mx -all\n"
	"a.test 60 MX 10 mail.a.test\n"
	"a.test 50 MX 20 .\n"
	"1.2.0.192.in-addr.arpa PTR Host.A.test\n"
	"alias.test 7 CNAME b.test\n"
	"b.test CNAME c.test\n"
	"c.test CNAME a.test\n"
	"nowhere.test CNAME gone.test\n"
	"nothing.test CNAME empty.test\n"
	"empty.test TXT x\n"
	"circle.test CNAME circle2.test\n"
	"circle2.test CNAME circle.test\n"
	"long.test TXT 0123456789012345678901234567890123456789012345678901234567890123456789012"
	"345678901234567890123456789"
	"012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
	"7890123456789"
	"012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
	"7890123456789\n"
	"* 600 SOA 400\n";

static const struct {
	const char *name;
	enum mg_dns_type type;
	enum mg_dns_status want;
	size_t n;
	const char *text; /* of the first record */
	unsigned ttl;
	const char *final; /* name */
} answers[] = {
	{ "a.test", MG_DNS_A, MG_DNS_FOUND, 2, "", 300, "a.test" },
	{ "A.TEST.", MG_DNS_AAAA, MG_DNS_FOUND, 1, "", 300, "a.test" },
	{ "a.test", MG_DNS_TXT, MG_DNS_FOUND, 1, "v=spf1 mx -all", 300, "a.test" },
	{ "a.test", MG_DNS_MX, MG_DNS_FOUND, 2, "mail.a.test", 50, "a.test" },
	{ "1.2.0.192.in-addr.arpa", MG_DNS_PTR, MG_DNS_FOUND, 1, "host.a.test", 300,
	  "1.2.0.192.in-addr.arpa" },
	{ "alias.test", MG_DNS_A, MG_DNS_FOUND, 2, "", 7, "a.test" },
	{ "alias.test", MG_DNS_PTR, MG_DNS_NODATA, 0, NULL, 7, "a.test" },
	{ "nowhere.test", MG_DNS_A, MG_DNS_NXDOMAIN, 0, NULL, 300, "gone.test" },
	{ "nothing.test", MG_DNS_A, MG_DNS_NODATA, 0, NULL, 300, "empty.test" },
	{ "empty.test", MG_DNS_A, MG_DNS_NODATA, 0, NULL, 400, "empty.test" },
	{ "gone.test", MG_DNS_MX, MG_DNS_NXDOMAIN, 0, NULL, 400, "gone.test" },
	{ "circle.test", MG_DNS_A, MG_DNS_FAILED, 0, NULL, 1, "" },
	{ "double..dot", MG_DNS_A, MG_DNS_NXDOMAIN, 0, NULL, 0, "" },
};

START_TEST(test_answer)
{
	const struct mg_dns_answer *answer;

	server_add(server, zone);
	start();
	answer = look_up(answers[_i].name, answers[_i].type, PATIENCE);
	ck_assert_msg(answer->status == answers[_i].want, "%s: %d, %s", answers[_i].name,
		      answer->status, answer->why);
	ck_assert_uint_eq(answer->n, answers[_i].n);
	ck_assert_uint_eq(answer->ttl, answers[_i].ttl);
	ck_assert_str_eq(answer->name, answers[_i].final);
	if (answers[_i].text)
		ck_assert_str_eq(answer->records[0].text, answers[_i].text);
	forget();
}
END_TEST

START_TEST(test_records)
{
	const struct mg_dns_answer *answer;
	char text[INET6_ADDRSTRLEN];

	server_add(server, zone);
	start();
	answer = look_up("a.test", MG_DNS_A, PATIENCE);
	ck_assert_str_eq(inet_ntop(AF_INET, &answer->records[1].u.a, text, sizeof(text)),
			 "192.0.2.2");
	answer = look_up("a.test", MG_DNS_AAAA, PATIENCE);
	ck_assert_str_eq(inet_ntop(AF_INET6, &answer->records[0].u.aaaa, text, sizeof(text)),
			 "2001:db8::1");
	answer = look_up("a.test", MG_DNS_MX, PATIENCE);
	ck_assert_uint_eq(answer->records[0].u.preference, 10);
	ck_assert_uint_eq(answer->records[1].u.preference, 20);
	ck_assert_str_eq(answer->records[1].text, "");
	/* A TXT record of three character-strings. */
	answer = look_up("long.test", MG_DNS_TXT, PATIENCE);
	ck_assert_uint_eq(answer->records[0].size, 300);
	ck_assert_uint_eq(strlen(answer->records[0].text), 300);
	forget();
}
END_TEST

/* The AD bit is asked for, and reported. */
START_TEST(test_authentic)
{
	server_add(server, "a.test A 192.0.2.1\nb.test A 192.0.2.1\nb.test FAULT bogus\n");
	start();
	ck_assert(look_up("a.test", MG_DNS_A, PATIENCE)->authentic);
	ck_assert(!look_up("b.test", MG_DNS_A, PATIENCE)->authentic);
	ck_assert_uint_eq(server_asked_ad(server), 2);
	ck_assert_uint_eq(server_asked_edns(server), 2);
	forget();
}
END_TEST

/* ---- The cache ---- */

START_TEST(test_cached)
{
	int64_t began;

	server_add(server, "a.test 2 A 192.0.2.1\n* SOA 2\n");
	start();
	began = now_ms();
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
		ck_assert_int_eq(look_up("no.test", MG_DNS_A, PATIENCE)->status, MG_DNS_NXDOMAIN);
		ck_assert_int_eq(look_up("a.test", MG_DNS_TXT, PATIENCE)->status, MG_DNS_NODATA);
	}
	if (now_ms() - began < 1900)
		ck_assert_uint_eq(server_questions(server), 3);
	/* Answers are asked for anew when their TTL is over, and not before. */
	server_clear(server);
	server_add(server, "a.test 2 A 192.0.2.1\nno.test A 192.0.2.1\n");
	ck_await(look_up("no.test", MG_DNS_A, PATIENCE)->status == MG_DNS_FOUND);
	ck_assert_int_ge(now_ms() - began, 1999);
	ck_await(look_up("a.test", MG_DNS_A, PATIENCE)->status == MG_DNS_FOUND &&
		 server_asked(server, "a.test", "A") >= 2);
	forget();
}
END_TEST

START_TEST(test_ttl_bounds)
{
	settings.ttl_min = 10000;
	settings.ttl_max = 100000;
	settings.negative_ttl_max = 50000;
	server_add(server,
		   "low.test 0 A 192.0.2.1\nhigh.test 4000000 A 192.0.2.1\n* 300 SOA 300\n");
	start();
	ck_assert_uint_eq(look_up("low.test", MG_DNS_A, PATIENCE)->ttl, 10);
	ck_assert_uint_eq(look_up("high.test", MG_DNS_A, PATIENCE)->ttl, 100);
	ck_assert_uint_eq(look_up("no.test", MG_DNS_A, PATIENCE)->ttl, 50);
	forget();
}
END_TEST

static void *ask_thread(void *arg)
{
	struct dns_answer *answer = dns_wait(dns, arg, MG_DNS_A, PATIENCE);

	if (answer->public.status != MG_DNS_FOUND)
		abort();
	dns_answer_unref(answer);
	return NULL;
}

/* A second look-up of a question in flight joins the first. */
START_TEST(test_joined)
{
	char name[] = "a.test";
	pthread_t threads[20];

	server_add(server, "a.test A 192.0.2.1\n* FAULT delay=100\n");
	start();
	for (int i = 0; i < 20; i++)
		pthread_create(&threads[i], NULL, ask_thread, name);
	for (int i = 0; i < 20; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(server_questions(server), 1);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, test_answer, 0, COUNT(answers));
	tcase_add_test(tcase, test_records);
	tcase_add_test(tcase, test_authentic);
	tcase_add_test(tcase, test_cached);
	tcase_add_test(tcase, test_ttl_bounds);
	tcase_add_test(tcase, test_joined);
	return run_tests("dns_answers", tcase);
}
