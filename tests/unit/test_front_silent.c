/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Silent peers of the front end: strangers that never negotiate, and MTAs that stop talking. Active
 * peers are left alone.
 */
#include <config.h>

#include <check.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "front_help.h"
#include "run.h"

#define NEVER 3600000 /* ms */
#define STRANGER "a connection ended before it spoke the milter protocol"

static struct mta *open_stranger(void)
{
	struct mta *mta = mta_new(MTA_OFFER_ALL, MTA_TIMEOUT);

	ck_assert_msg(mta_open(mta, running.where) == 0, "%s", mta_error(mta));
	return mta;
}

/* Sends a byte now and then. Returns how many of all its bytes were taken. */
static unsigned send_slowly(struct mta *mta, int pause_ms)
{
	static const char packet[60] = "\0\0\0\x40O";
	unsigned n = 0;

	while (n < sizeof(packet) && mta_raw(mta, packet + n, 1) == 0) {
		usleep((useconds_t)pause_ms * 1000);
		n++;
	}
	return n;
}

/* A silent stranger, and a slow one. An MTA may be silent for longer. */
START_TEST(strangers_are_ended)
{
	const int limit = 2000;
	struct mta *mta, *mute, *slow;
	int64_t began;

	running.stranger_ms = limit;
	running.silence_ms = NEVER;
	start(NULL, 10);
	mta = open_mta();
	began = now_ms();
	mute = open_stranger();
	slow = open_stranger();
	/* The whole packet would take six times as long as the limit. */
	ck_assert_uint_lt(send_slowly(slow, limit / 10), 60);
	ck_assert_int_eq(mta_await(mute), MTA_CLOSED);
	ck_assert_int_ge(now_ms() - began, limit);
	wait_for_log(STRANGER, 2);
	ck_assert_int_eq(mta_connect(mta, "c", '4', "192.0.2.1", 25), MTA_CONTINUE);
	mta_free(&mute);
	mta_free(&slow);
	mta_free(&mta);
	wait_for_ends(1);
	finish();
}
END_TEST

/* Silent in the middle of a message, and right after the negotiation; these were no strangers. */
START_TEST(silent_mtas_are_ended)
{
	const int limit = 2500;
	struct mta *begun, *sending;
	int64_t began;

	running.silence_ms = limit;
	start(NULL, 10);
	begun = open_mta();
	sending = open_mta();
	mta_connect(sending, "c", '4', "192.0.2.1", 25);
	began = now_ms();
	mta_mail(sending, sender);
	ck_assert_int_eq(mta_await(begun), MTA_CLOSED);
	ck_assert_int_eq(mta_await(sending), MTA_CLOSED);
	ck_assert_int_ge(now_ms() - began, limit);
	wait_for_ends(2);
	ck_assert(told_only("connect(c,192.0.2.1,25) mail(<a@example.org>,SIZE=100) end end "));
	ck_assert_uint_eq(logged(STRANGER), 0);
	mta_free(&begun);
	mta_free(&sending);
	finish();
}
END_TEST

/* A session lasts as long as its MTA speaks now and then; another MTA's silence ends meanwhile. */
START_TEST(active_sessions_go_on)
{
	const int limit = 2000;
	struct mta *active, *silent;
	int64_t began, last;

	running.stranger_ms = running.silence_ms = limit;
	start(NULL, 10);
	silent = open_mta();
	active = open_mta();
	mta_connect(active, "c", '4', "192.0.2.1", 25);
	began = last = now_ms();
	/* If the machine delays the test's own steps, its session may end. */
	while (now_ms() - began < 3 * limit && now_ms() - last < limit) {
		const enum mta_verdict verdict = mta_helo(active, "h");

		if (now_ms() - last < limit)
			ck_assert_int_eq(verdict, MTA_CONTINUE);
		last = now_ms();
		usleep(100000);
	}
	ck_assert_int_eq(mta_await(silent), MTA_CLOSED);
	mta_free(&silent);
	mta_free(&active);
	wait_for_ends(told.made);
	finish();
}
END_TEST

/* A long event is not silence, and does not shorten the time afterwards. */
START_TEST(busy_sessions_go_on)
{
	const int limit = 3000;
	struct mta *mta;
	int64_t began;

	running.silence_ms = limit;
	start(NULL, 10);
	told.slow_ms = 2000;
	mta = open_mta();
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	began = now_ms();
	usleep(2000000);
	if (now_ms() - began < limit - limit / 10) {
		ck_assert_int_eq(mta_rcpt(mta, recipient), MTA_CONTINUE);
		ck_assert_int_eq(mta_helo(mta, "h"), MTA_CONTINUE);
	}
	mta_free(&mta);
	wait_for_ends(told.made);
	finish();
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("front_silent");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, strangers_are_ended);
	tcase_add_test(tc, silent_mtas_are_ended);
	tcase_add_test(tc, active_sessions_go_on);
	tcase_add_test(tc, busy_sessions_go_on);
	return run_tests("front_silent", tc);
}
