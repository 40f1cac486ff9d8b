/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Workers: a waiting one blocks no other, places are handed over and taken back, idle threads end.
 */
#include <config.h>

#include <check.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "run.h"
#include "front/workers.h"

/* An item to serve; ringing it makes an event. */
struct bell {
	int fd;
	atomic_uint served;
	atomic_bool at_once; /* serving it does not wait */
	atomic_bool twice;   /* serving it announces two waits */
};

static struct workers workers;
static sem_t gate;                /* waiting workers wait for this */
static atomic_uint waiting, most; /* how many wait now, and the most so far */

static void bell_arm(struct bell *bell, int how)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = bell };

	ck_assert_int_eq(epoll_ctl(workers.epoll, how, bell->fd, &event), 0);
}

static void serve(struct worker *worker, void *item)
{
	struct bell *bell = item;
	eventfd_t rung;

	ck_assert_int_eq(eventfd_read(bell->fd, &rung), 0);
	ck_assert_uint_eq(rung, 1);
	bytes_reserve(&worker->in, 1);
	if (!bell->at_once) {
		worker_waits(worker);
		if (bell->twice)
			worker_waits(worker);
		const unsigned now = atomic_fetch_add(&waiting, 1) + 1;

		if (now > most)
			most = now;
		while (sem_wait(&gate) < 0)
			;
		atomic_fetch_sub(&waiting, 1);
	}
	bell->served++;
	bell_arm(bell, EPOLL_CTL_MOD);
}

static void begin(unsigned max, unsigned idle_ms)
{
	memset(&workers, 0, sizeof(workers));
	waiting = most = 0;
	sem_init(&gate, 0, 0);
	workers.serve = serve;
	workers.max = max;
	workers.idle_ms = idle_ms;
	ck_assert_int_eq(workers_init(&workers), 0);
	ck_assert_int_eq(workers_start(&workers), 0);
}

static struct bell *bells_new(unsigned n)
{
	struct bell *bells = calloc(n, sizeof(*bells));

	for (unsigned i = 0; i < n; i++) {
		bells[i].fd = eventfd(0, EFD_NONBLOCK);
		ck_assert_int_ge(bells[i].fd, 0);
		bell_arm(&bells[i], EPOLL_CTL_ADD);
	}
	return bells;
}

static void bells_free(struct bell *bells, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		close(bells[i].fd);
	free(bells);
}

static void ring(struct bell *bell)
{
	ck_assert_int_eq(eventfd_write(bell->fd, 1), 0);
}

static void open_gate(unsigned n)
{
	while (n-- > 0)
		sem_post(&gate);
}

/* A copy of the numbers; a place that is being handed over counts as taken. */
static struct workers standing(void)
{
	struct workers now;

	pthread_mutex_lock(&workers.lock);
	memset(&now, 0, sizeof(now));
	now.places = workers.places;
	now.taken = workers.taken;
	now.threads = workers.threads;
	now.idle = workers.idle;
	now.ended = workers.ended;
	pthread_mutex_unlock(&workers.lock);
	return now;
}

static void finish(void)
{
	workers_stop(&workers);
	ck_assert_uint_eq(workers.threads, 0);
	ck_assert_uint_eq(workers.taken, 0);
	ck_assert_ptr_null(workers.idle);
	ck_assert_ptr_null(workers.ended);
	workers_free(&workers);
	sem_destroy(&gate);
}

#define BLOCKED 50

/* While many workers wait another one serves at once; afterwards the numbers are as before. */
START_TEST(others_go_on)
{
	struct bell *bells, *other;

	begin(200, 60000);
	bells = bells_new(BLOCKED + 1);
	other = &bells[BLOCKED];
	other->at_once = true;
	for (unsigned i = 0; i < BLOCKED; i++) {
		bells[i].twice = i % 2;
		ring(&bells[i]);
	}
	ck_await(waiting == BLOCKED);
	for (unsigned i = 1; i <= 20; i++) {
		ring(other);
		ck_await(other->served == i);
	}
	ck_assert_uint_eq(waiting, BLOCKED);
	ck_assert_uint_eq(standing().taken, standing().places);
	ck_assert_uint_eq(standing().threads, BLOCKED + standing().places);
	open_gate(BLOCKED);
	for (unsigned i = 0; i < BLOCKED; i++)
		ck_await(bells[i].served == 1);
	ring(other);
	ck_await(other->served == 21);
	ck_assert_uint_eq(standing().taken, standing().places);
	finish();
	bells_free(bells, BLOCKED + 1);
}
END_TEST

/* The threads of the first round serve the second. */
START_TEST(threads_are_used_again)
{
	struct bell *bells;

	begin(200, 60000);
	bells = bells_new(10);
	for (unsigned round = 1; round <= 20; round++) {
		for (unsigned i = 0; i < 10; i++)
			ring(&bells[i]);
		ck_await(waiting == 10);
		open_gate(10);
		for (unsigned i = 0; i < 10; i++)
			ck_await(bells[i].served == round);
	}
	/* A worker may still be on its way back when the next bell rings. */
	ck_assert_uint_le(standing().threads, 2 * (10 + standing().places));
	finish();
	bells_free(bells, 10);
}
END_TEST

/* At the limit of threads events wait for waiting workers, and none is lost. */
START_TEST(most_threads)
{
	unsigned max, n;
	struct bell *bells;

	begin(0, 60000);
	max = workers.max = standing().places + 3;
	n = 3 * max;
	bells = bells_new(n);
	for (unsigned i = 0; i < n; i++)
		ring(&bells[i]);
	ck_await(waiting == max);
	usleep(50000);
	ck_assert_uint_eq(standing().threads, max);
	ck_assert_uint_eq(standing().taken, 0);
	open_gate(n);
	for (unsigned i = 0; i < n; i++)
		ck_await(bells[i].served == 1);
	ck_assert_uint_eq(most, max);
	ck_await(standing().taken == standing().places);
	finish();
	bells_free(bells, n);
}
END_TEST

/* After a burst surplus threads end, while others go on to wait one after another. */
START_TEST(idle_threads_end)
{
	const bool busy = _i;
	struct bell *bells;
	unsigned most_of_them;

	begin(200, 400);
	bells = bells_new(BLOCKED);
	most_of_them = standing().places + (busy ? 3 : 0);
	for (unsigned i = 0; i < BLOCKED; i++)
		ring(&bells[i]);
	ck_await(waiting == BLOCKED);
	open_gate(BLOCKED);
	for (unsigned i = 0; i < BLOCKED; i++)
		ck_await(bells[i].served == 1);
	for (unsigned n = 0; n < 6000 && standing().threads > most_of_them; n++) {
		if (busy) {
			ring(&bells[0]);
			open_gate(1);
			ck_await(bells[0].served == n + 2);
		}
		usleep(5000);
	}
	ck_assert_uint_le(standing().threads, most_of_them);
	ck_assert_uint_eq(standing().taken, standing().places);
	ck_assert_ptr_nonnull(standing().ended);
	/* One more thread may end meanwhile. */
	ck_await((workers_reap(&workers), !standing().ended));
	/* The remaining threads do their work. */
	ring(&bells[1]);
	open_gate(1);
	ck_await(bells[1].served == 2);
	finish();
	bells_free(bells, BLOCKED);
}
END_TEST

#define MANY 16
#define TIMES 2000

/* Events with and without waits, mixed; each bell is served as often as it was rung. */
START_TEST(many_at_once)
{
	unsigned rung[MANY] = { 0 }, all = 0;
	struct bell *bells;

	begin(MANY + 4, 5);
	bells = bells_new(MANY);
	srandom(1);
	open_gate(MANY * TIMES);
	while (all < MANY * TIMES / 4) {
		const unsigned i = (unsigned)random() % MANY;

		if (bells[i].served < rung[i])
			continue;
		bells[i].at_once = random() % 3 == 0;
		ring(&bells[i]);
		rung[i]++;
		if (++all % 500 == 0) {
			usleep(8000); /* until some threads end */
			workers_reap(&workers);
		}
	}
	for (unsigned i = 0; i < MANY; i++)
		ck_await(bells[i].served == rung[i]);
	ck_await(standing().taken == standing().places);
	ck_assert_uint_le(standing().threads, MANY + 4);
	finish();
	bells_free(bells, MANY);
}
END_TEST

/* A stop ends all threads: those that have just started, and those without a place. */
START_TEST(stop)
{
	struct bell *bells;

	begin(100, 60000);
	finish();
	begin(100, 60000);
	bells = bells_new(20);
	for (unsigned i = 0; i < 20; i++)
		ring(&bells[i]);
	ck_await(waiting == 20);
	open_gate(20);
	for (unsigned i = 0; i < 20; i++)
		ck_await(bells[i].served == 1);
	finish();
	bells_free(bells, 20);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("workers");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, others_go_on);
	tcase_add_test(tc, threads_are_used_again);
	tcase_add_test(tc, most_threads);
	tcase_add_loop_test(tc, idle_threads_end, 0, 2);
	tcase_add_test(tc, many_at_once);
	tcase_add_test(tc, stop);
	return run_tests("workers", tc);
}
