/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers that do not come: whether for lack of time, about one name, or because DNS is dead; and how often is asked in vain. And that the
 * servers change when the file does.
 */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "../dns/server.h"
#include "dns.h"
#include "dns_settings.h"
#include "log.h"

#define TIMEOUT 250 /* ms; of three tries: 1750 */
#define TRIES 3
#define PATIENCE 60000000LL /* us */

static struct server *first, *second;
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
	first = server_new(0);
	second = server_new(0);
	ck_assert(first && second);
	settings = (struct dns_settings){ .timeout = TIMEOUT,
					  .tries = TRIES,
					  .cache_size = 1 << 20,
					  .ttl_min = 5000,
					  .ttl_max = 86400000,
					  .negative_ttl_max = 3600000,
					  .threads = 1 };
}

static void teardown(void)
{
	dns_close(&dns);
	server_free(first);
	server_free(second);
}

static void start(void)
{
	const char *error = NULL;

	dns = dns_open(&settings, &error);
	ck_assert_msg(dns != NULL, "%s", error);
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
	const char *first, *second; /* what the servers do; "": there is none */
	enum mg_dns_status status;
	enum mg_dns_late late;
	bool is_hailed; /* the first is asked whether it is there */
} cases[] = {
	{ NOTHING, "", MG_DNS_LATE, MG_DNS_NO_SERVER, true },
	/* Nobody asks for anything else meanwhile. */
	{ ONE_NAME, "", MG_DNS_LATE, MG_DNS_NO_ANSWER, true },
	{ NOTHING, NOTHING, MG_DNS_LATE, MG_DNS_NO_SERVER, true },
	{ NOTHING, ONE_NAME, MG_DNS_LATE, MG_DNS_NO_ANSWER, true },
	{ ONE_NAME, NOTHING, MG_DNS_LATE, MG_DNS_NO_ANSWER, true },
	/* A closed port is known at once; but the other may be there. */
	{ CLOSED, "", MG_DNS_FAILED, MG_DNS_NOT_LATE, false },
	{ CLOSED, CLOSED, MG_DNS_FAILED, MG_DNS_NOT_LATE, false },
	{ CLOSED, NOTHING, MG_DNS_LATE, MG_DNS_NO_SERVER, false },
	{ NOTHING, CLOSED, MG_DNS_LATE, MG_DNS_NO_SERVER, true },
	{ CLOSED, ONE_NAME, MG_DNS_LATE, MG_DNS_NO_ANSWER, false },
	/* What a server says counts more than another's silence. */
	{ "* FAULT refused\n", NOTHING, MG_DNS_FAILED, MG_DNS_NOT_LATE, false },
	{ "a.test A 192.0.2.1\na.test FAULT truncate\na.test FAULT slow-tcp=900\n", "", MG_DNS_LATE,
	  MG_DNS_NO_ANSWER, false },
};

static void add(struct server **server, const char *lines)
{
	if (lines && !*lines)
		return;
	add_server(server_port(*server));
	if (lines) {
		server_add(*server, lines);
	} else {
		server_free(*server);
		*server = server_new(0);
	}
}

START_TEST(test_case)
{
	add(&first, cases[_i].first);
	add(&second, cases[_i].second);
	start();
	expect("a.test", PATIENCE, cases[_i].status, cases[_i].late);
	if (cases[_i].is_hailed)
		ck_assert_uint_ge(server_hailed(first), 1);
}
END_TEST

/* That it has answered before does not mean that it lives. */
START_TEST(test_dies)
{
	add_server(server_port(first));
	start();
	expect("before.test", PATIENCE, MG_DNS_NXDOMAIN, MG_DNS_NOT_LATE);
	server_clear(first);
	server_add(first, NOTHING);
	expect("a.test", PATIENCE, MG_DNS_LATE, MG_DNS_NO_SERVER);
	server_clear(first);
	server_add(first, ONE_NAME);
	expect("after.test", PATIENCE, MG_DNS_NXDOMAIN, MG_DNS_NOT_LATE);
}
END_TEST

START_TEST(test_deadline)
{
	add_server(server_port(first));
	server_add(first, NOTHING);
	start();
	expect("a.test", 20000, MG_DNS_LATE, MG_DNS_NO_TIME);
	expect("a.test", 0, MG_DNS_LATE, MG_DNS_NO_TIME);
	/* It was asked once, and all that came later have what became of it. */
	expect("a.test", PATIENCE, MG_DNS_LATE, MG_DNS_NO_SERVER);
	expect("a.test", 0, MG_DNS_LATE, MG_DNS_NO_SERVER);
	ck_assert_uint_eq(server_asked(first, "a.test", "A"), TRIES);
}
END_TEST

/* A server that answers what it is asked is not asked whether it is there. */
START_TEST(test_no_hail)
{
	add_server(server_port(first));
	server_add(first, "* FAULT delay=30\n");
	start();
	for (int i = 0; i < 30; i++) {
		char name[32];

		snprintf(name, sizeof(name), "n%d.test", i);
		expect(name, PATIENCE, MG_DNS_NXDOMAIN, MG_DNS_NOT_LATE);
	}
	ck_assert_uint_eq(server_hailed(first), 0);
}
END_TEST

/* However many ask a dead server, and however often: each question is sent as often as it has tries. */
START_TEST(test_no_storm)
{
	char name[32];

	add_server(server_port(first));
	server_add(first, NOTHING);
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
	if (!is_slow()) {
		ck_assert_uint_eq(server_questions(first), 20 * TRIES);
		ck_assert_uint_le(server_hailed(first), 2 * TRIES);
	}
}
END_TEST

static unsigned count_reloads(void)
{
	char path[] = "/tmp/millgate-test-XXXXXX", line[2048] = "";
	const int fd = mkstemp(path);
	struct log_settings log_settings = { .target = LOG_TO_FILE,
					     .path = path,
					     .level = MG_LOG_INFO };
	const char *error, *at;
	struct log *log = log_open(&log_settings, &error);

	ck_assert_ptr_nonnull(log);
	dns->log_counters(dns, log);
	log_close(&log);
	ck_assert_int_gt(read(fd, line, sizeof(line) - 1), 0);
	close(fd);
	unlink(path);
	at = strstr(line, " reloads=");
	ck_assert_ptr_nonnull(at);
	return (unsigned)strtoul(at + 9, NULL, 10);
}

static void write_file(const char *path, const char *text, bool in_place)
{
	char other[100];
	FILE *file;

	snprintf(other, sizeof(other), "%s.new", path);
	file = fopen(in_place ? path : other, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	if (!in_place)
		ck_assert_int_eq(rename(other, path), 0);
}

/* resolv.conf has no ports, so nobody answers here: but it is seen that it has changed, written anew or replaced, or gone. */
START_TEST(test_resolvconf)
{
	char path[] = "/tmp/millgate-test-XXXXXX", name[32];
	const int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	write_file(path, "nameserver 127.9.9.1\n", true);
	settings.resolv_conf = path;
	start();
	for (unsigned changes = 0; changes < 4; changes++) {
		if (changes == 1)
			write_file(path, "nameserver 127.9.9.2\n", true);
		else if (changes == 2)
			write_file(path, "nameserver 127.9.9.3\n", false);
		else if (changes == 3)
			unlink(path);
		/* It is looked at once a second, when there are questions. */
		for (int i = 0; i < 600 && count_reloads() < changes; i++) {
			snprintf(name, sizeof(name), "n%u.%d.test", changes, i);
			dns_answer_unref(dns->ask(dns, name, MG_DNS_A, NULL));
			usleep(50000);
		}
		ck_assert_uint_eq(count_reloads(), changes);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dns_late");
	TCase *tcase = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, test_case, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tcase, test_dies);
	tcase_add_test(tcase, test_deadline);
	tcase_add_test(tcase, test_no_hail);
	tcase_add_test(tcase, test_no_storm);
	tcase_add_test(tcase, test_resolvconf);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
