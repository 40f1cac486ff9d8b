/* SPDX-License-Identifier: BSD-2-Clause */
/* The DNS service against a real server with faults: answers, failures, time, how many questions are asked. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "../dns/server.h"
#include "dns.h"
#include "dns_settings.h"
#include "log.h"

#define SECOND 1000000LL
#define PATIENCE (60 * SECOND)
#define AT_ONCE 7000 /* ms: without waiting for a timeout */

static struct server *server;
static struct dns *dns;
static struct dns_settings settings;

static void add_server(unsigned port)
{
	char text[32];

	snprintf(text, sizeof(text), "127.0.0.1:%u", port);
	ck_assert_int_eq(dns_servers_add(&settings.servers, text), 0);
}

static void setup(void)
{
	server = server_new(0);
	ck_assert_ptr_nonnull(server);
	/* So long that nothing is asked again just because the machine is busy; shorter where that is the point. */
	settings = (struct dns_settings){ .resolv_conf = "/dev/null",
					  .timeout = 8000,
					  .tries = 3,
					  .cache_size = 1 << 20,
					  .ttl_min = 1000,
					  .ttl_max = 86400000,
					  .negative_ttl_max = 3600000,
					  .threads = 1 };
	add_server(server_port(server));
}

static void start(void)
{
	const char *error = NULL;

	dns = dns_open(&settings, &error);
	ck_assert_msg(dns != NULL, "%s", error);
}

static void teardown(void)
{
	dns_close(&dns);
	server_free(server);
}

static struct dns_answer *held;

/* Asks; what is returned lives to the next look-up. */
static const struct mg_dns_answer *look_up(const char *name, enum mg_dns_type type, int64_t wait_us)
{
	dns_answer_unref(held);
	held = dns_wait(dns, name, type, wait_us);
	return &held->public;
}

static void forget(void)
{
	dns_answer_unref(held);
	held = NULL;
}

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
	"long.test TXT 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\n"
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
	/* Three character-strings. */
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
	/* After the time that they say they are asked for anew, and not before. */
	usleep(2100000);
	server_clear(server);
	server_add(server, "a.test 2 A 192.0.2.1\nno.test A 192.0.2.1\n");
	look_up("a.test", MG_DNS_A, PATIENCE);
	ck_assert_int_eq(look_up("no.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_uint_ge(server_asked(server, "a.test", "A"), 2);
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

/* Whoever asks for what is in flight joins. */
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

/* ---- Time ---- */

/* Returned on time; the late answer fills the cache. */
START_TEST(test_deadline)
{
	int64_t began;

	server_add(server, "a.test A 192.0.2.1\n* FAULT delay=2000\n");
	start();
	began = now_ms();
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, SECOND / 50)->status, MG_DNS_LATE);
	ck_assert_int_ge(now_ms() - began, 19);
	ck_assert_took_lt(now_ms() - began, 1900);
	ck_await(look_up("a.test", MG_DNS_A, 0)->status == MG_DNS_FOUND);
	ck_assert_uint_eq(server_questions(server), 1);
	forget();
}
END_TEST

/* All questions are in flight at once. */
START_TEST(test_parallel)
{
	char name[32], lines[2000] = "* FAULT delay=200\n";
	int64_t began;

	for (int i = 0; i < 30; i++)
		sprintf(lines + strlen(lines), "n%d.test A 192.0.2.1\n", i);
	server_add(server, lines);
	start();
	began = now_ms();
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		dns_answer_unref(dns->ask(dns, name, MG_DNS_A, NULL));
	}
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_int_eq(look_up(name, MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	}
	/* One after another: 6000. */
	ck_assert_took_lt(now_ms() - began, 4000);
	ck_assert_uint_eq(server_questions(server), 30);
	forget();
}
END_TEST

/* An answer that comes after the question was sent again is still the answer. */
START_TEST(test_slow_server)
{
	int64_t began;

	/* Sent again after 100, 300, 700 ms. */
	settings.timeout = 100;
	settings.tries = 5;
	server_add(server, "a.test A 192.0.2.1\n* FAULT delay=1200\n");
	start();
	began = now_ms();
	dns_answer_unref(dns->ask(dns, "a.test", MG_DNS_A, NULL));
	ck_await(server_questions(server) > 0);
	server_clear(server);
	server_add(server, "* FAULT drop\n");
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_int_ge(now_ms() - began, 1199);
	ck_assert_uint_gt(server_questions(server), 1);
	forget();
}
END_TEST

/* One lost packet costs one timeout. */
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
	/* A second one would cost twice as much more. */
	ck_assert_took_lt(now_ms() - began, 4400);
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
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, 50000)->status, MG_DNS_LATE);
	ck_assert_took_lt(now_ms() - began, 2000);
	/* 300 + 600 + 1200 ms. */
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_LATE);
	ck_assert_int_ge(now_ms() - began, 2050);
	ck_assert_took_lt(now_ms() - began, 10000);
	ck_assert_uint_eq(server_questions(server), 3);
	forget();
}
END_TEST

/* ---- Several servers ---- */

#define CLOSED_PORT 1 /* which nobody gets who asks for any */

/* Whether a look-up is answered by this server alone. */
static bool is_back(struct server *first)
{
	static unsigned names;
	char name[32];

	snprintf(name, sizeof(name), "back%u.test", names++);
	look_up(name, MG_DNS_A, PATIENCE);
	return server_asked(first, name, "A") == 1 && server_asked(server, name, "A") == 0;
}

/* A dead first server costs one timeout, once; and it is used again when it lives. */
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
	/* Two would take 4500. */
	ck_assert_took_lt(now_ms() - began, 4400);
	began = now_ms();
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_int_eq(look_up(name, MG_DNS_A, PATIENCE)->status, MG_DNS_NXDOMAIN);
	}
	/* Besides the first, only the one that tells whether it is back. */
	if (now_ms() - began < 3000)
		ck_assert_uint_le(server_questions(dead), 2);

	/* It is asked again now and then, besides the other, which costs nobody time. */
	server_clear(dead);
	server_add(dead, "* A 192.0.2.1\n");
	sleep(5);
	ck_assert_int_eq(look_up("probe.test", MG_DNS_A, PATIENCE)->status, MG_DNS_NXDOMAIN);
	ck_await(server_asked(dead, "probe.test", "A") == 1);
	/* From its answer on it is the only one that is asked. */
	ck_await(is_back(dead));
	forget();
	dns_close(&dns);
	server_free(dead);
}
END_TEST

/* All that wait for a server that is found dead turn to the next at once. */
START_TEST(test_dead_first_many)
{
	struct server *dead = server_new(0);
	char name[32];
	int64_t began;

	settings.timeout = 2500;
	settings.servers.n = 0;
	add_server(server_port(dead));
	add_server(server_port(server));
	server_add(dead, "* FAULT drop\n");
	start();
	began = now_ms();
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		dns_answer_unref(dns->ask(dns, name, MG_DNS_A, NULL));
		if (i == 50)
			usleep(2300000);
	}
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_int_eq(look_up(name, MG_DNS_A, PATIENCE)->status, MG_DNS_NXDOMAIN);
	}
	/* The last have their own timeout only after 4800. */
	ck_assert_took_lt(now_ms() - began, 4700);
	forget();
	dns_close(&dns);
	server_free(dead);
}
END_TEST

static const struct {
	const char *fault; /* of the first server; NULL: its port is closed */
} seconds[] = { { NULL },    { "refused" },      { "notimp" },   { "garbage" },
		{ "short" }, { "truncate-tcp" }, { "referral" }, { "loop" } };

/* What one server will not or cannot say, the next is asked at once. */
START_TEST(test_second)
{
	struct server *first = server_new(0);
	char lines[64];
	int64_t began;

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
	began = now_ms();
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_took_lt(now_ms() - began, AT_ONCE);
	ck_assert_uint_eq(server_questions(server), 1);
	forget();
	dns_close(&dns);
	server_free(first);
}
END_TEST

START_TEST(test_all_dead)
{
	struct server *other = server_new(0);
	int64_t began;

	settings.timeout = 100;
	settings.tries = 2;
	add_server(server_port(other));
	server_add(server, "* FAULT drop\n");
	server_add(other, "* FAULT drop\n");
	start();
	began = now_ms();
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(look_up(i ? "b.test" : "a.test", MG_DNS_A, PATIENCE)->status,
				 MG_DNS_LATE);
		ck_assert_took_lt(now_ms() - began, 8000 * (i + 1));
	}
	ck_assert_uint_eq(server_asked(other, "b.test", "A"), 2);
	forget();
	dns_close(&dns);
	server_free(other);
}
END_TEST

/* ---- Faults ---- */

#define GIVEN_UP 10000 /* soon, as nothing good came */

static const struct {
	const char *fault;
	enum mg_dns_type type;
	enum mg_dns_status want;
	int most_ms;
	const char *why;
} faults[] = {
	{ "servfail", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "SERVFAIL" },
	{ "refused", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "REFUSED" },
	{ "notimp", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "NOTIMP" },
	{ "formerr", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "FORMERR" },
	{ "no-edns", MG_DNS_A, MG_DNS_FOUND, AT_ONCE, NULL },
	{ "badvers", MG_DNS_A, MG_DNS_FOUND, AT_ONCE, NULL },
	{ "truncate", MG_DNS_A, MG_DNS_FOUND, AT_ONCE, NULL },
	{ "truncate-tcp", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "a truncated answer" },
	{ "garbage", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "a malformed answer" },
	{ "short", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "a malformed answer" },
	{ "loop", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "a malformed answer" },
	{ "bad-data", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "a malformed or too large answer" },
	{ "lie", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "records and NXDOMAIN in one answer" },
	{ "referral", MG_DNS_A, MG_DNS_FAILED, 80,
	  "a referral: the server does not look names up" },
	{ "many", MG_DNS_A, MG_DNS_FAILED, AT_ONCE, "an answer with too many records" },
	{ "big", MG_DNS_TXT, MG_DNS_FOUND, AT_ONCE, NULL },
	{ "wrong-owner", MG_DNS_A, MG_DNS_NODATA, AT_ONCE, NULL },
	{ "wrong-id", MG_DNS_A, MG_DNS_LATE, GIVEN_UP, NULL },
	{ "wrong-name", MG_DNS_A, MG_DNS_LATE, GIVEN_UP, NULL },
	{ "wrong-type", MG_DNS_A, MG_DNS_LATE, GIVEN_UP, NULL },
	{ "drop", MG_DNS_A, MG_DNS_LATE, GIVEN_UP, NULL },
};

START_TEST(test_fault)
{
	const struct mg_dns_answer *answer;
	char lines[128];
	int64_t began;

	snprintf(
		lines, sizeof(lines),
		"a.test A 192.0.2.1\na.test FAULT %s\na.test FAULT no-soa\nfine.test A 192.0.2.2\n",
		faults[_i].fault);
	if (faults[_i].most_ms == GIVEN_UP)
		settings.timeout = 100;
	server_add(server, lines);
	start();
	began = now_ms();
	answer = look_up("a.test", faults[_i].type, PATIENCE);
	ck_assert_msg(answer->status == faults[_i].want, "%s: %d, %s", faults[_i].fault,
		      answer->status, answer->why);
	ck_assert_took_lt(now_ms() - began, faults[_i].most_ms);
	if (faults[_i].why)
		ck_assert_str_eq(answer->why, faults[_i].why);
	/* A name's fault is not the server's end. */
	ck_assert_int_eq(look_up("fine.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_uint_le(server_questions(server), 5);
	forget();
}
END_TEST

START_TEST(test_tcp)
{
	char lines[4096] = "";
	int64_t began;

	for (int i = 0; i < 100; i++)
		sprintf(lines + strlen(lines), "a.test A 192.0.2.%d\n", i);
	server_add(server, lines);
	server_add(
		server,
		"slow.test TXT sixteen bytes and more\nslow.test FAULT truncate\nslow.test FAULT slow-tcp=2\n");
	server_add(server, "no.test A 192.0.2.1\nno.test FAULT truncate\nno.test FAULT no-tcp\n");
	settings.timeout = 3000;
	settings.tries = 1;
	start();
	ck_assert_uint_eq(look_up("a.test", MG_DNS_A, PATIENCE)->n, 100);
	ck_assert_uint_eq(server_asked_tcp(server), 1);
	ck_assert_int_eq(look_up("slow.test", MG_DNS_TXT, PATIENCE)->status, MG_DNS_FOUND);
	/* Nobody waits for it beyond the deadline. */
	server_clear(server);
	server_add(
		server,
		"slow2.test TXT sixteen bytes\nslow2.test FAULT truncate\nslow2.test FAULT slow-tcp=200\n");
	server_add(server, "no.test A 192.0.2.1\nno.test FAULT truncate\nno.test FAULT no-tcp\n");
	began = now_ms();
	ck_assert_int_eq(look_up("slow2.test", MG_DNS_TXT, 50000)->status, MG_DNS_LATE);
	ck_assert_took_lt(now_ms() - began, 2900);
	ck_assert_int_ge(look_up("no.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FAILED);
	forget();
}
END_TEST

/* After a FORMERR c-ares cuts answers at 512 bytes: they are asked for by TCP. */
START_TEST(test_after_formerr)
{
	char lines[4096] = "";

	for (int i = 0; i < 30; i++)
		sprintf(lines + strlen(lines), "a.test A 192.0.2.%d\n", i);
	server_add(server, lines);
	server_add(server, "old.test A 192.0.2.1\nold.test FAULT no-edns\n");
	start();
	ck_assert_int_eq(look_up("old.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_uint_eq(look_up("a.test", MG_DNS_A, PATIENCE)->n, 30);
	forget();
}
END_TEST

/* A server that has no recursion gives only the beginning of a chain: its end is asked for; to a limit. */
START_TEST(test_half_chain)
{
	server_add(server, "a.test CNAME b.test\na.test FAULT chain\nb.test 100 A 192.0.2.1\n");
	server_add(
		server,
		"c1.test CNAME c2.test\nc2.test CNAME c3.test\nc3.test CNAME c4.test\nc4.test CNAME c5.test\n"
		"c5.test CNAME c6.test\nc6.test A 192.0.2.1\n");
	server_add(
		server,
		"c1.test FAULT chain\nc2.test FAULT chain\nc3.test FAULT chain\nc4.test FAULT chain\nc5.test FAULT chain\n");
	start();
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	ck_assert_str_eq(held->public.name, "b.test");
	ck_assert_uint_eq(held->public.ttl, 100);
	ck_assert_int_eq(look_up("c1.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FAILED);
	ck_assert_uint_eq(server_questions(server), 6);
	forget();
}
END_TEST

/* A failure is kept for a moment only: what all ask at once is asked once. */
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
	usleep(1100000);
	ck_assert_int_eq(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FOUND);
	forget();
}
END_TEST

/* ---- resolv.conf ---- */

static void write_resolvconf(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

/*
 * resolv.conf has no ports: the servers of the test are reached by one that listens at port 53 of another address of
 * loopback, which needs root; without it the file is only seen to be followed.
 */
START_TEST(test_resolvconf)
{
	char path[] = "/tmp/millgate-test-XXXXXX";
	const int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	/* Nobody listens there. */
	write_resolvconf(path, "nameserver 127.9.9.9\n");
	settings.servers.n = 0;
	settings.resolv_conf = path;
	start();
	ck_assert_int_ge(look_up("a.test", MG_DNS_A, PATIENCE)->status, MG_DNS_FAILED);
	/* What is under way when the file changes is asked of the new server. */
	if (geteuid() == 0) {
		struct server *real = server_new(53);

		if (real) {
			server_add(real, "b.test A 192.0.2.1\nc.test A 192.0.2.1\n");
			usleep(1100000);
			write_resolvconf(path, "nameserver 127.0.0.1\n");
			ck_assert_int_eq(look_up("b.test", MG_DNS_A, PATIENCE)->status,
					 MG_DNS_FOUND);
			ck_assert_int_eq(look_up("c.test", MG_DNS_A, PATIENCE)->status,
					 MG_DNS_FOUND);
			forget();
			dns_close(&dns);
			server_free(real);
		}
	}
	forget();
	unlink(path);
}
END_TEST

/* ---- Its life ---- */

/* What is in flight when the service ends is told so; nothing leaks (a sanitizer says). */
static void on_done(struct dns_asker *asker, struct dns_answer *answer)
{
	if (!answer)
		free(asker);
	else
		abort();
}

START_TEST(test_close)
{
	char name[32];

	settings.threads = 3;
	server_add(server, "* FAULT drop\n");
	start();
	for (int i = 0; i < 200; i++) {
		struct dns_asker *asker = calloc(1, sizeof(*asker));

		asker->done = on_done;
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_ptr_null(dns->ask(dns, name, MG_DNS_A, asker));
		if (i == 150)
			usleep(150000);
	}
}
END_TEST

static void *storm_thread(void *arg)
{
	unsigned seed = *(unsigned *)arg;
	char name[32];

	for (int i = 0; i < 500; i++) {
		seed = seed * 1103515245 + 12345;
		snprintf(name, sizeof(name), "n%u.test", seed >> 16 & 255);
		dns_answer_unref(dns_wait(dns, name, MG_DNS_A, seed >> 24 & 1 ? 1000 : 100000));
	}
	return NULL;
}

/* Many threads, short deadlines, late answers, losses, a small cache. */
START_TEST(test_storm)
{
	unsigned seeds[4] = { 1, 2, 3, 4 };
	pthread_t threads[4];

	settings.threads = 2;
	settings.cache_size = 65536;
	settings.ttl_min = 0;
	server_add(
		server,
		"n1.test FAULT drop\nn2.test FAULT delay=20\nn3.test FAULT servfail\nn4.test FAULT truncate\n"
		"n5.test 0 A 192.0.2.1\n* 1 SOA 0\n");
	start();
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, storm_thread, &seeds[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}
END_TEST

/* The service's threads take no signals. */
static void on_signal(int number)
{
	(void)number;
	_exit(1);
}

START_TEST(test_signals)
{
	sigset_t set, pending;

	/* The test's own server is to take none either. */
	server_free(server);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	server = server_new(0);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGUSR1, on_signal);
	start();
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	usleep(50000);
	sigpending(&pending);
	ck_assert_int_eq(sigismember(&pending, SIGUSR1), 1);
	signal(SIGUSR1, SIG_IGN);
}
END_TEST

START_TEST(test_counters)
{
	char path[] = "/tmp/millgate-test-XXXXXX", line[2048] = "";
	const int fd = mkstemp(path);
	struct log_settings log_settings = { .target = LOG_TO_FILE,
					     .path = path,
					     .level = MG_LOG_INFO };
	const char *error;
	struct log *log = log_open(&log_settings, &error);

	ck_assert_ptr_nonnull(log);
	server_add(server, "a.test A 192.0.2.1\nb.test FAULT servfail\n");
	start();
	look_up("a.test", MG_DNS_A, PATIENCE);
	look_up("a.test", MG_DNS_A, PATIENCE);
	look_up("a.test", MG_DNS_TXT, PATIENCE);
	look_up("b.test", MG_DNS_A, PATIENCE);
	look_up("c.test", MG_DNS_A, PATIENCE);
	forget();
	dns->log_counters(dns, log);
	log_close(&log);
	ck_assert_int_gt(read(fd, line, sizeof(line) - 1), 0);
	for (const char *const *want =
		     (const char *const[]){ "dns-counters", " hits=1 ", " joined=0 ",
					    " questions=4 ", " sent=4 ", " found=1 ", " nodata=1 ",
					    " nxdomain=1 ", " servfail=1 ", " failed=0 ",
					    " late=0 ", " answers=4 ", NULL };
	     *want; want++)
		ck_assert_msg(strstr(line, *want) != NULL, "no \"%s\" in %s", *want, line);
	close(fd);
	unlink(path);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
	Suite *suite = suite_create("dns");
	TCase *tcase = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, test_answer, 0, COUNT(answers));
	tcase_add_test(tcase, test_records);
	tcase_add_test(tcase, test_authentic);
	tcase_add_test(tcase, test_cached);
	tcase_add_test(tcase, test_ttl_bounds);
	tcase_add_test(tcase, test_joined);
	tcase_add_test(tcase, test_deadline);
	tcase_add_test(tcase, test_parallel);
	tcase_add_test(tcase, test_slow_server);
	tcase_add_test(tcase, test_lost_packet);
	tcase_add_test(tcase, test_dead);
	tcase_add_test(tcase, test_dead_first);
	tcase_add_test(tcase, test_dead_first_many);
	tcase_add_loop_test(tcase, test_second, 0, COUNT(seconds));
	tcase_add_test(tcase, test_all_dead);
	tcase_add_loop_test(tcase, test_fault, 0, COUNT(faults));
	tcase_add_test(tcase, test_tcp);
	tcase_add_test(tcase, test_after_formerr);
	tcase_add_test(tcase, test_half_chain);
	tcase_add_test(tcase, test_failure_is_kept_shortly);
	tcase_add_test(tcase, test_resolvconf);
	tcase_add_test(tcase, test_close);
	tcase_add_test(tcase, test_storm);
	tcase_add_test(tcase, test_signals);
	tcase_add_test(tcase, test_counters);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
