/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front end at its limits: no more descriptors, idle connections, a stop in the middle of
 * many packets.
 */
#include <config.h>

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "front_help.h"
#include "base/log.h"
#include "run.h"

/* Leaves room for this many more descriptors; returns the old limit. */
static struct rlimit leave_files(unsigned more)
{
	struct rlimit before, limit;
	int highest = 0, fd;

	for (int i = 0; i < 1024; i++)
		if (fcntl(i, F_GETFD) >= 0)
			highest = i;
	/* Free numbers below the highest would count, too: they are filled. */
	do {
		fd = open("/dev/null", O_RDONLY);
		ck_assert_int_ge(fd, 0);
	} while (fd < highest);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = (rlim_t)fd + 1 + more;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

/* Without descriptors new connections wait until there are some; this is logged once. */
START_TEST(no_more_files)
{
	struct mta *first, *second;
	struct rlimit before;

	/* Valgrind enforces this limit itself: it accepts the connection, and closes it. */
	if (machine_is_valgrind())
		return;
	start(NULL, 10);
	before = leave_files(3);
	/* Three descriptors: both ends of the first connection, and one end of the second. */
	first = open_mta();
	second = mta_new(MTA_OFFER_ALL, MTA_TIMEOUT);
	ck_assert_int_eq(mta_open(second, running.where), 0);
	/* Time for the front end to try many times. */
	usleep(500000);
	ck_assert_int_eq(mta_connect(first, "c", '4', "192.0.2.1", 25), MTA_CONTINUE);
	mta_free(&first);
	ck_assert_msg(mta_negotiate(second) == 0, "%s", mta_error(second));
	ck_assert_int_eq(mta_connect(second, "c", '4', "192.0.2.1", 25), MTA_CONTINUE);
	mta_free(&second);
	setrlimit(RLIMIT_NOFILE, &before);
	wait_for_ends(2);
	ck_assert_uint_eq(logged("error: cannot accept a connection: Too many open files"), 1);
	finish();
}
END_TEST

/* Too few descriptors to open it: it reports that, and closes only its own. */
START_TEST(opens_without_files)
{
	const struct front_settings settings = { .listen = "unix:/nowhere/sock",
						 .uid = (uid_t)-1,
						 .gid = (gid_t)-1,
						 .limits.connections = 1 };
	char error[FRONT_ERROR_MAX];
	struct rlimit before;

	for (unsigned more = 0; more < 4; more++) {
		before = leave_files(more);
		ck_assert_ptr_null(front_end->open(&settings, error));
		ck_assert_ptr_nonnull(strstr(error, "Too many open files"));
		setrlimit(RLIMIT_NOFILE, &before);
		for (int fd = 0; fd <= 2; fd++)
			ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
	}
}
END_TEST

/* A peer that has not negotiated cannot make the front end keep a large packet. */
START_TEST(large_first_packet)
{
	struct mta *mta = mta_new(MTA_OFFER_ALL, MTA_TIMEOUT);

	start(NULL, 10);
	ck_assert_int_eq(mta_open(mta, running.where), 0);
	ck_assert_int_eq(mta_raw(mta, "\0\0\x08\0O\0\0\0\6", 9), 0);
	ck_assert_int_eq(mta_await(mta), MTA_CLOSED);
	mta_free(&mta);
	wait_for_log("before it spoke the milter protocol", 1);
	finish();
}
END_TEST

#define IDLE 200
#define VALUE 50000

static size_t memory(void)
{
	const struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* Sends a header field on each connection; in pieces, its last bytes come later. */
static void send_fields(struct mta *const *mtas, const char *packet, size_t size, bool in_pieces)
{
	for (int i = 0; i < IDLE; i++) {
		if (in_pieces) {
			ck_assert_int_eq(mta_raw(mtas[i], packet, size - 9), 0);
			usleep(1000);
			ck_assert_int_eq(mta_raw(mtas[i], packet + size - 9, 9), 0);
		} else {
			ck_assert_int_eq(mta_raw(mtas[i], packet, size), 0);
		}
		ck_assert_int_eq(mta_await(mtas[i]), MTA_CONTINUE);
	}
}

/* A connection on which nobody speaks costs little, whatever came on it before. */
START_TEST(idle_connections)
{
	static char packet[4 + 3 + VALUE + 1] = "\0\0\xc3\x54LX";
	struct mta *mtas[IDLE];
	size_t before;

	memset(packet + 7, 'x', VALUE);
	start(NULL, IDLE);
	for (int i = 0; i < IDLE; i++) {
		mtas[i] = open_mta();
		mta_connect(mtas[i], "c", '4', "192.0.2.1", 25);
	}
	/*
	 * A first round, so that memory which is allocated only once, and the test's own, is there.
	 */
	send_fields(mtas, packet, sizeof(packet), false);
	before = memory();
	send_fields(mtas, packet, sizeof(packet), true);
	/* The last connection may still be in work. */
	ck_await(memory() < before + IDLE * 1024);
	for (int i = 0; i < IDLE; i++)
		mta_free(&mtas[i]);
	wait_for_ends(IDLE);
	finish();
}
END_TEST

#define WAITERS 40
#define MAY_WAIT 3

static unsigned threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	unsigned n = 0;

	ck_assert_ptr_nonnull(tasks);
	while (readdir(tasks))
		n++;
	closedir(tasks);
	return n - 2;
}

static void begin_rcpts(struct mta **mtas, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		mtas[i] = open_mta();
		mta_connect(mtas[i], "c", '4', "192.0.2.1", 25);
		ck_assert_int_eq(mta_raw(mtas[i], "\0\0\0\5R<b>\0", 9), 0);
	}
}

/* Only RCPT may wait, for so many microseconds, and does so until told.held is taken back. */
static void start_held(int64_t budget)
{
	told.needs = (struct mta_needs){ .stages = ALL_STAGES,
					 .replies = ALL_STAGES,
					 .waits = 1U << MG_RCPT,
					 .budget = budget };
	running.limits.waiting = MAY_WAIT;
	start(NULL, WAITERS + 1);
	told.held = true;
}

/*
 * No more sessions wait than may, whatever comes. The others are served while there is time, or
 * without waiting when their budget is used up; and those that need not wait, at once.
 */
START_TEST(bounded_waiting)
{
	struct mta *mtas[WAITERS], *other;
	unsigned before;

	if (ON_LIBMILTER)
		return;
	start_held(_i ? 3600 * INT64_C(1000000) : 300000);
	before = threads();
	begin_rcpts(mtas, WAITERS);
	ck_await(told.rcpts == (_i ? MAY_WAIT : WAITERS));
	ck_assert_uint_eq(told.over, _i ? 0 : WAITERS - MAY_WAIT);
	ck_assert_uint_le(threads(), before + MAY_WAIT);
	other = open_mta();
	ck_assert_int_eq(mta_connect(other, "c", '4', "192.0.2.1", 25), MTA_CONTINUE);
	ck_assert_int_eq(mta_helo(other, "h"), MTA_CONTINUE);
	mta_free(&other);
	ck_assert_uint_eq(told.rcpts, _i ? MAY_WAIT : WAITERS);
	told.held = false;
	for (int i = 0; i < WAITERS; i++) {
		ck_assert_int_eq(mta_await(mtas[i]), MTA_CONTINUE);
		mta_free(&mtas[i]);
	}
	wait_for_ends(WAITERS + 1);
	wait_for_log("warning: max-waiting (3) sessions wait for policies", 1);
	finish();
}
END_TEST

/* A stop ends those that are held back, too. */
START_TEST(stops_while_held)
{
	struct mta *mtas[WAITERS];

	if (ON_LIBMILTER)
		return;
	start_held(3600 * INT64_C(1000000));
	begin_rcpts(mtas, WAITERS);
	ck_await(told.rcpts == MAY_WAIT);
	wait_for_log("warning: max-waiting (3) sessions wait for policies", 1);
	ck_assert_uint_le(front_end->stop(running.front, 1000), MAY_WAIT);
	told.held = false;
	ck_await(told.ended == WAITERS);
	for (int i = 0; i < WAITERS; i++)
		mta_free(&mtas[i]);
	leave();
}
END_TEST

#define HALVES 6
#define HALF 290000

/* A header field whose last bytes are missing. */
static void send_half(struct mta *mta, const char *packet, size_t size)
{
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	ck_assert_int_eq(mta_raw(mta, packet, size), 0);
}

/* Beyond the memory of all unfinished packets the largest are dropped, and answered 421. */
START_TEST(unfinished_packets)
{
	static char packet[4 + HALF + 10], small[4 + 2000 + 10];
	struct mta *mtas[HALVES], *other;
	unsigned dropped = 0;

	if (ON_LIBMILTER)
		return;
	memset(packet, 'x', sizeof(packet) - 1);
	memset(small, 'x', sizeof(small) - 1);
	memcpy(packet,
	       "\0\4\x6c\xda"
	       "LX",
	       7);
	memcpy(small,
	       "\0\0\x07\xda"
	       "LX",
	       7);
	running.limits.packet_memory = 1 << 20;
	start(NULL, 10);
	other = open_mta();
	send_half(other, small, sizeof(small) - 10);
	for (int i = 0; i < HALVES; i++) {
		mtas[i] = open_mta();
		send_half(mtas[i], packet, HALF);
	}
	ck_await(logged("warning: unfinished packets hold more than packet-memory") == 1);
	for (int i = 0; i < HALVES; i++) {
		ck_assert_int_eq(mta_raw(mtas[i], packet + HALF, sizeof(packet) - HALF), 0);
		if (mta_await(mtas[i]) != MTA_CONTINUE) {
			ck_assert_int_eq(mta_reply(mtas[i])->code, 421);
			dropped++;
		}
	}
	ck_assert_uint_ge(dropped, 1);
	ck_assert_uint_le(dropped, HALVES - 2);
	ck_assert_int_eq(mta_raw(other, small + sizeof(small) - 10, 10), 0);
	ck_assert_int_eq(mta_await(other), MTA_CONTINUE);
	/* Whoever was answered so has only this to hear. */
	for (int i = 0; i < HALVES; i++)
		mta_free(&mtas[i]);
	mta_free(&other);
	wait_for_ends(HALVES + 1);
	wait_for_log("unfinished packets", 1);
	finish();
}
END_TEST

/* A packet that has come, but is not begun when the front end stops, is not begun any more. */
START_TEST(stops_between_packets)
{
	static const char packet[] = "\0\0\0\5R<b>";
	char packets[60 * sizeof(packet)];
	struct mta *mta;
	unsigned begun;

	for (int i = 0; i < 60; i++)
		memcpy(packets + i * sizeof(packet), packet, sizeof(packet));
	start(NULL, 10);
	told.slow_ms = 200;
	mta = open_mta();
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	ck_assert_int_eq(mta_raw(mta, packets, sizeof(packets)), 0);
	ck_await(told.in_rcpt);
	begun = told.rcpts;
	ck_assert_uint_eq(front_end->stop(running.front, 30000), 0);
	/* Margin: a busy machine may have let more through before the stop. */
	ck_assert_uint_le(told.rcpts, begun + 20);
	ck_assert_uint_eq(told.ended, 1);
	mta_free(&mta);
	leave();
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("front_limits");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, no_more_files);
	tcase_add_test(tc, opens_without_files);
	tcase_add_test(tc, large_first_packet);
	tcase_add_test(tc, idle_connections);
	tcase_add_loop_test(tc, bounded_waiting, 0, 2);
	tcase_add_test(tc, stops_while_held);
	tcase_add_test(tc, unfinished_packets);
	tcase_add_test(tc, stops_between_packets);
	return run_tests("front_limits", tc);
}
