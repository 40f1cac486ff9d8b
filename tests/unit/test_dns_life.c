/* SPDX-License-Identifier: BSD-2-Clause */
/* The DNS service's life: its end with questions in flight, many threads, signals, counters. */
#include <config.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "dns_help.h"
#include "run.h"

/*
 * Questions in flight end with the service, and their waiters are informed; nothing leaks (a
 * sanitizer checks that).
 */
static void on_done(struct dns_waiter *waiter, struct dns_answer *answer)
{
	if (!answer)
		free(waiter);
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
		struct dns_waiter *waiter = calloc(1, sizeof(*waiter));

		waiter->done = on_done;
		snprintf(name, sizeof(name), "n%d.test", i);
		ck_assert_ptr_null(dns->ask(dns, name, MG_DNS_A, waiter));
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
	server_add(server, "n1.test FAULT drop\nn2.test FAULT delay=20\nn3.test FAULT servfail\n"
			   "n4.test FAULT truncate\n"
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

	/* The test's own server must not take signals either. */
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
	const char *line;

	server_add(server, "a.test A 192.0.2.1\nb.test FAULT servfail\n");
	start();
	look_up("a.test", MG_DNS_A, PATIENCE);
	look_up("a.test", MG_DNS_A, PATIENCE);
	look_up("a.test", MG_DNS_TXT, PATIENCE);
	look_up("b.test", MG_DNS_A, PATIENCE);
	look_up("c.test", MG_DNS_A, PATIENCE);
	forget();
	line = counters();
	for (const char *const *want =
		     (const char *const[]){ "dns-counters", " hits=1 ", " joined=0 ",
					    " questions=4 ", " sent=4 ", " found=1 ", " nodata=1 ",
					    " nxdomain=1 ", " servfail=1 ", " failed=0 ",
					    " late=0 ", " answers=4 ", NULL };
	     *want; want++)
		ck_assert_msg(strstr(line, *want) != NULL, "no \"%s\" in %s", *want, line);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 300);
	tcase_add_test(tcase, test_close);
	tcase_add_test(tcase, test_storm);
	tcase_add_test(tcase, test_signals);
	tcase_add_test(tcase, test_counters);
	return run_tests("dns_life", tcase);
}
