/* SPDX-License-Identifier: BSD-2-Clause */
/* The front ends: the cap, things that are no MTA, signals, its end. */
#include <config.h>

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "front_help.h"
#include "base/log.h"
#include "run.h"

START_TEST(connection_cap)
{
	struct mta *first, *second, *third;

	told.needs = (struct mta_needs){ .stages = MG_BIT(MG_RCPT), .replies = MG_BIT(MG_RCPT) };
	start(NULL, 1);
	first = open_mta();
	/* Beyond the cap CONNECT is negotiated, though the configuration does not need it. */
	second = open_mta();
	ck_assert(!mta_is_sent(first, MTA_CONNECT));
	ck_assert(mta_is_replied(second, MTA_CONNECT));
	ck_assert_int_eq(mta_connect(second, "c", '4', "192.0.2.1", 25), MTA_REPLYCODE);
	ck_assert_str_eq(mta_reply(second)->text, "421 4.3.2 too many");
	ck_assert_uint_eq(told.refused, 1);
	/* Checked before the next step, after which libmilter ends the session. */
	ck_assert(told_only("refuse "));
	mta_set_persistent(second, true);
	ck_assert_int_eq(mta_eom(second, NULL, 0), MTA_TEMPFAIL);
	/* A refused one is not counted against the cap; one that ends makes room. */
	mta_quit(first);
	mta_free(&first);
	wait_for_ends(1);
	third = open_mta();
	ck_assert_int_eq(mta_rcpt(third, recipient), MTA_CONTINUE);
	ck_assert_uint_eq(told.refused, 1);
	mta_free(&second);
	mta_free(&third);
	wait_for_ends(3);
	finish();
}
END_TEST

/* Peers that connect and are no MTA, or an MTA that breaks off. */
static const struct {
	const char *bytes;
	size_t size;
	bool negotiates;
} strangers[] = {
	{ "", 0, false },
	{ "GET / HTTP/1.0\r\n\r\n", 18, false },
	{ "\0\0\0", 3, false },
	{ "\0\0\0\x0d", 4, false },
	{ "\0\0\0\x0dO\0\0", 7, false },
	{ "\0\0\0\x05O\0\0\0\x06", 9, false },
	{ "\0\0\0\0", 4, false },
	{ "\0\0\0\x01?", 5, false },
	{ "\xff\xff\xff\xff\xff\xff", 6, false },
	{ "\0\0\0\x01Q", 5, false },
	{ "\0\0\0", 3, true },
	{ "\0\0\0\x09"
	  "Cc\0"
	  "4\0\x19"
	  "1.2",
	  13, true },
	{ "\0\0\0\x01M", 5, true },
	{ "\0\0\0\x02M\0", 6, true },
	{ "\0\0\0\x02Mx", 6, true },
	{ "\0\0\0\x04Mx\0y", 8, true },
	{ "\0\0\0\x01H", 5, true },
	{ "\0\0\0\x02Hx", 6, true },
	{ "\0\0\0\x04"
	  "Cc\0X",
	  8, true },
	{ "\0\0\0\x03Lx\0", 7, true },
	{ "\0\0\0\x01"
	  "B",
	  5, true },
	{ "\0\0\0\x01"
	  "E",
	  5, true },
	{ "\0\0\0\x01?", 5, true },
	{ "\x7f\xff\xff\xff"
	  "B",
	  5, true },
};

START_TEST(strangers_leave_nothing)
{
	static const char line[] = "a connection ended before it spoke the milter protocol";
	unsigned negotiated = 0, silent = 0;

	start(NULL, 10);
	for (int i = 0; i < COUNT(strangers); i++) {
		struct mta *mta = mta_new(MTA_OFFER_ALL, MTA_TIMEOUT);

		ck_assert_int_eq(mta_open(mta, running.where), 0);
		if (strangers[i].negotiates)
			ck_assert_int_eq(mta_negotiate(mta), 0);
		if (strangers[i].size)
			ck_assert_int_eq(mta_raw(mta, strangers[i].bytes, strangers[i].size), 0);
		mta_flush(mta);
		/* First everything is read, then the end comes. */
		usleep(5000);
		mta_free(&mta);
		negotiated += strangers[i].negotiates;
		silent += !strangers[i].negotiates;
		wait_for_ends(negotiated);
		wait_for_log(line, silent);
	}
	ck_assert_uint_eq(told.made, negotiated);
	/* The first is logged at level info, the others at level debug. */
	ck_assert_uint_eq(logged("info: a connection ended"), 1);
	finish();
}
END_TEST

/* MAIL and RCPT without any argument reach the callbacks of libmilter; no session may see them. */
START_TEST(empty_arguments)
{
	struct mta *mta;

	start(NULL, 10);
	mta = open_mta();
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	ck_assert_int_eq(mta_packet(mta, 'M', "", 1), 0);
	ck_assert_int_eq(mta_await(mta), MTA_CONTINUE);
	ck_assert_int_eq(mta_packet(mta, 'R', "no nul", 6), 0);
	mta_await(mta);
	mta_free(&mta);
	wait_for_ends(1);
	finish();
}
END_TEST

START_TEST(mta_vanishes_in_a_message)
{
	struct mta *mta;

	start(NULL, 10);
	mta = open_mta();
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	mta_mail(mta, sender);
	mta_rcpt(mta, recipient);
	mta_free(&mta);
	wait_for_ends(1);
	/* The end of a session ends its message: only libmilter reports both. */
	ck_assert_ptr_nonnull(strstr(told.calls, ON_LIBMILTER ? "rcpt(<b@example.net>) abort end "
							      : "rcpt(<b@example.net>) end "));
	finish();
}
END_TEST

/* An MTA that uses one connection for several clients negotiates once. */
START_TEST(next_client_on_a_connection)
{
	struct mta *mta;

	told.needs = (struct mta_needs){ .stages = ALL_STAGES,
					 .replies = MG_BIT(MG_RCPT) | MG_BIT(MG_EOM) };
	start(NULL, 10);
	mta = open_mta();
	for (int i = 0; i < 2; i++) {
		mta_connect(mta, "c", '4', "192.0.2.1", 25);
		mta_mail(mta, sender);
		ck_assert_int_eq(mta_rcpt(mta, recipient), MTA_CONTINUE);
		ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
		ck_assert(!mta_has_input(mta));
		if (i == 0)
			mta_quit_new(mta);
	}
	mta_quit(mta);
	mta_free(&mta);
	wait_for_ends(2);
	ck_assert_str_eq(
		told.calls,
		"connect(c,192.0.2.1,25) mail(<a@example.org>,SIZE=100) rcpt(<b@example.net>) "
		"eom end connect(c,192.0.2.1,25) mail(<a@example.org>,SIZE=100) "
		"rcpt(<b@example.net>) eom end ");
	finish();
}
END_TEST

/*
 * Only CONNECT was agreed on for a client beyond the cap: its connection, which cannot serve
 * another, is closed when the MTA would keep it, and a new one finds a place.
 */
START_TEST(next_client_on_a_refused_connection)
{
	struct mta *first, *second;

	start(NULL, 1);
	first = open_mta();
	second = open_mta();
	ck_assert_int_eq(mta_connect(second, "c", '4', "192.0.2.1", 25), MTA_REPLYCODE);
	mta_quit(first);
	mta_free(&first);
	wait_for_ends(1);
	mta_quit_new(second);
	ck_assert_int_eq(mta_connect(second, "c", '4', "192.0.2.2", 25), MTA_CLOSED);
	ck_assert_uint_eq(told.refused, 1);
	mta_free(&second);
	/* A new connection negotiates anew and gets a place. */
	first = open_mta();
	ck_assert_int_eq(mta_connect(first, "c", '4', "192.0.2.1", 25), MTA_CONTINUE);
	mta_free(&first);
	wait_for_ends(told.made);
	finish();
}
END_TEST

static void *stop_front(void *arg)
{
	*(size_t *)arg = front_end->stop(running.front, 30000);
	return NULL;
}

START_TEST(stops_soon)
{
	struct mta *mtas[20];
	char listen[64];
	size_t busy = 1;
	pthread_t thread;

	start(_i ? free_port(listen) : NULL, 100);
	for (int i = 0; i < 20; i++) {
		mtas[i] = open_mta();
		mta_connect(mtas[i], "c", '4', "192.0.2.1", 25);
		if (i % 2)
			mta_mail(mtas[i], sender);
	}
	/* libmilter by itself takes 5 s. */
	pthread_create(&thread, NULL, stop_front, &busy);
	ck_await_ms(pthread_tryjoin_np(thread, NULL) == 0, 4500);
	ck_assert_uint_eq(busy, 0);
	ck_assert_uint_eq(told.ended, 20);
	/* Packets after the stop are not passed on. */
	for (int i = 0; i < 20; i++) {
		mta_packet(mtas[i], 'H', "late", 5);
		mta_flush(mtas[i]);
		mta_free(&mtas[i]);
	}
	usleep(100000);
	ck_assert_ptr_null(strstr(told.calls, "late"));
	ck_assert_uint_eq(told.ended, 20);
	ck_assert_int_ne(access(running.where + 5, F_OK), 0);
	leave();
}
END_TEST

static void *slow_rcpt(void *arg)
{
	mta_rcpt(arg, recipient);
	return NULL;
}

/* A stop waits for a session in the middle of an event, as long as it was told to. */
START_TEST(stops_while_busy)
{
	bool patient = _i;
	struct mta *mta;
	pthread_t thread;

	start(NULL, 10);
	told.slow_ms = patient ? 700 : 0;
	told.held = !patient;
	mta = open_mta();
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	mta_mail(mta, sender);
	pthread_create(&thread, NULL, slow_rcpt, mta);
	while (!told.in_rcpt)
		usleep(1000);
	if (patient) {
		ck_assert_uint_eq(front_end->stop(running.front, 30000), 0);
		ck_assert_uint_eq(told.ended, 1);
	} else {
		ck_assert_uint_eq(front_end->stop(running.front, 300), 1);
		ck_assert_uint_eq(told.ended, 0);
		told.held = false;
	}
	pthread_join(thread, NULL);
	mta_free(&mta);
	leave();
}
END_TEST

/* Sends mail until the test has enough. */
static void *hup_client(void *arg)
{
	struct mta *mta = open_mta();
	unsigned failures = 0;

	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	while (!*(atomic_bool *)arg)
		failures += mta_helo(mta, "h") != MTA_CONTINUE;
	failures += mta_mail(mta, sender) != MTA_CONTINUE;
	mta_free(&mta);
	return (void *)(uintptr_t)failures;
}

/* Shared with the process that sends them. */
struct hups {
	atomic_bool ready;
	atomic_uint seen;
};

/* Sends signals as fast as possible until this many arrived: pending ones merge. */
static void send_hups(struct hups *hups)
{
	while (!hups->ready)
		usleep(1000);
	for (unsigned i = 0; i < 500 || hups->seen < 50; i++) {
		kill(getppid(), SIGHUP);
		if (i % 5 == 0)
			usleep(1000);
	}
	kill(getppid(), SIGTERM);
	_exit(0);
}

/* While mail passes: libmilter must not get any of them. */
START_TEST(hundreds_of_hups)
{
	atomic_bool enough = false;
	struct hups *hups = mmap(NULL, sizeof(*hups), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sigset_t signals;
	int number;
	pthread_t thread;
	void *failures;
	struct mta *mta;
	pid_t pid;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	/* Forks before there is anything that the child could leak. */
	pid = fork();
	if (pid == 0)
		send_hups(hups);
	start(NULL, 10);
	pthread_create(&thread, NULL, hup_client, &enough);
	hups->ready = true;
	while ((number = sigwaitinfo(&signals, NULL)) == SIGHUP)
		hups->seen++;
	ck_assert_int_eq(number, SIGTERM);
	waitpid(pid, NULL, 0);
	enough = true;
	pthread_join(thread, &failures);
	ck_assert_ptr_null(failures);
	ck_assert_uint_ge(hups->seen, 50);
	ck_assert(!running.has_ended);
	mta = open_mta();
	mta_free(&mta);
	wait_for_ends(2);
	finish();
}
END_TEST

#define CLIENTS 8
#define SESSIONS 40

static void *client(void *arg)
{
	for (int i = 0; i < SESSIONS; i++) {
		struct mta *mta = open_mta();

		mta_connect(mta, "c", '4', "192.0.2.1", 25);
		mta_mail(mta, sender);
		mta_rcpt(mta, recipient);
		mta_data(mta);
		mta_header(mta, "Subject", "x");
		mta_eoh(mta);
		if (mta_eom(mta, NULL, 0) != MTA_CONTINUE)
			++*(atomic_uint *)arg;
		if (i % 2)
			mta_quit(mta);
		mta_free(&mta);
	}
	return NULL;
}

START_TEST(many_at_a_time)
{
	pthread_t threads[CLIENTS];
	atomic_uint failures = 0;

	start(NULL, CLIENTS * SESSIONS);
	for (int i = 0; i < CLIENTS; i++)
		pthread_create(&threads[i], NULL, client, &failures);
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(failures, 0);
	wait_for_ends(CLIENTS * SESSIONS);
	finish();
}
END_TEST

START_TEST(opens_as_asked)
{
	struct front_settings settings = { .mode = 0620,
					   .uid = (uid_t)-1,
					   .gid = (gid_t)-1,
					   .limits.connections = 1,
					   .host = THE_HOST };
	char error[FRONT_ERROR_MAX];
	struct stat st;

	start(NULL, 1);
	ck_assert_int_eq(stat(running.where + 5, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	/* A second daemon on the same socket is refused, and the first goes on. */
	settings.listen = running.where;
	ck_assert_ptr_null(front_end->open(&settings, error));
	ck_assert_ptr_nonnull(strstr(error, "another process listens on the socket"));
	{
		struct mta *mta = open_mta();

		mta_free(&mta);
	}
	finish();
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("front_life");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, connection_cap);
	tcase_add_test(tc, strangers_leave_nothing);
	tcase_add_test(tc, empty_arguments);
	tcase_add_test(tc, mta_vanishes_in_a_message);
	tcase_add_test(tc, next_client_on_a_connection);
	/* libmilter does not answer such a client at all. */
	if (!ON_LIBMILTER)
		tcase_add_test(tc, next_client_on_a_refused_connection);
	tcase_add_loop_test(tc, stops_soon, 0, 2);
	tcase_add_loop_test(tc, stops_while_busy, 0, 2);
	tcase_add_test(tc, hundreds_of_hups);
	tcase_add_test(tc, many_at_a_time);
	tcase_add_test(tc, opens_as_asked);
	return run_tests("front_life", tc);
}
