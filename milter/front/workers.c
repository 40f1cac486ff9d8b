/* SPDX-License-Identifier: BSD-2-Clause */
/* Worker threads of an event loop: places at the loop, handed over by those who wait. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "front/workers.h"

#define HELD_LOOK_MS 20 /* how often items that are held back are looked at */
#define LOOK_MS 1000    /* and whether there are any */

/* Takes an idle worker out of the list. Needs the lock. */
static void worker_rouse(struct worker *worker)
{
	struct worker **at = &worker->all->idle;

	while (*at != worker)
		at = &(*at)->next;
	*at = worker->next;
	worker->idle = false;
}

/* By a worker that has given its place away: whether it got another. Needs the lock. */
static bool worker_get_place(struct worker *worker)
{
	struct workers *all = worker->all;
	const struct timespec until = clock_after(all->idle_ms * INT64_C(1000));
	int rc = 0;

	if (all->taken < all->places) {
		all->taken++;
		return true;
	}
	worker->idle = true;
	worker->next = all->idle;
	all->idle = worker;
	while (worker->idle && rc == 0 && !all->stopping)
		rc = pthread_cond_timedwait(&worker->place, &all->lock, &until);
	if (!worker->idle)
		return true;
	worker_rouse(worker);
	return false;
}

/* Whether the worker goes on at the loop. */
static bool worker_goes_on(struct worker *worker)
{
	struct workers *all = worker->all;
	bool goes_on;

	if (!worker->waits)
		return !all->stopping;
	pthread_mutex_lock(&all->lock);
	goes_on = !all->stopping && worker_get_place(worker);
	worker->waits = !goes_on;
	pthread_mutex_unlock(&all->lock);
	return goes_on;
}

static void worker_leave(struct worker *worker)
{
	struct workers *all = worker->all;

	bytes_free(&worker->in);
	bytes_free(&worker->out);
	pthread_mutex_lock(&all->lock);
	if (!worker->waits)
		all->taken--;
	all->threads--;
	worker->next = all->ended;
	all->ended = worker;
	pthread_mutex_unlock(&all->lock);
}

static void *worker_run(void *arg)
{
	struct worker *worker = arg;
	struct workers *all = worker->all;

	while (worker_goes_on(worker)) {
		const int patience = all->held > 0 ? HELD_LOOK_MS : LOOK_MS;
		struct epoll_event event;

		if (epoll_wait(all->epoll, &event, 1, patience) == 1 && event.data.ptr)
			all->serve(worker, event.data.ptr);
		if (all->held > 0)
			all->retry(worker);
	}
	worker_leave(worker);
	return NULL;
}

static void worker_free(struct worker *worker)
{
	pthread_cond_destroy(&worker->place);
	free(worker);
}

/* A new worker, with a place. Returns 0 or an errno. Needs the lock. */
static int worker_start(struct workers *all)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	pthread_condattr_t clock;
	pthread_attr_t attributes;
	sigset_t blocked;
	int rc;

	if (!worker)
		return ENOMEM;
	worker->all = all;
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->place, &clock);
	pthread_condattr_destroy(&clock);
	sigfillset(&blocked);
	pthread_attr_init(&attributes);
	pthread_attr_setsigmask_np(&attributes, &blocked);
	rc = pthread_create(&worker->thread, &attributes, worker_run, worker);
	pthread_attr_destroy(&attributes);
	if (rc != 0) {
		worker_free(worker);
		return rc;
	}
	all->threads++;
	all->taken++;
	return 0;
}

int workers_init(struct workers *all)
{
	struct epoll_event event = { .events = EPOLLIN };

	pthread_mutex_init(&all->lock, NULL);
	all->epoll = epoll_create1(EPOLL_CLOEXEC);
	all->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (all->epoll < 0 || all->wake < 0)
		return -1;
	return epoll_ctl(all->epoll, EPOLL_CTL_ADD, all->wake, &event);
}

int workers_start(struct workers *all)
{
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int rc = 0;

	/* At least two: a policy that blocks without having said so must not stop all. */
	all->places = processors > 2 ? (unsigned)processors : 2;
	pthread_mutex_lock(&all->lock);
	while (rc == 0 && all->taken < all->places)
		rc = worker_start(all);
	pthread_mutex_unlock(&all->lock);
	return rc;
}

void workers_limit(struct workers *all, unsigned max)
{
	pthread_mutex_lock(&all->lock);
	all->max = max;
	pthread_mutex_unlock(&all->lock);
}

bool worker_claim(struct worker *worker)
{
	struct workers *all = worker->all;
	unsigned waiting = all->waiting;

	while (!worker->claimed && waiting < all->waiting_max)
		worker->claimed =
			atomic_compare_exchange_weak(&all->waiting, &waiting, waiting + 1);
	return worker->claimed;
}

void worker_unclaim(struct worker *worker)
{
	if (worker->claimed)
		atomic_fetch_sub(&worker->all->waiting, 1);
	worker->claimed = false;
}

void worker_waits(struct worker *worker)
{
	struct workers *all = worker->all;
	struct worker *other;
	int rc = 0;

	if (worker->waits)
		return;
	worker->waits = true;
	/* An event that was not expected to wait counts too, as far as there is room. */
	worker_claim(worker);
	pthread_mutex_lock(&all->lock);
	all->taken--;
	other = all->idle;
	if (other) {
		worker_rouse(other);
		all->taken++;
		pthread_cond_signal(&other->place);
	} else if (all->threads < all->max) {
		rc = worker_start(all);
	}
	if (rc != 0 && !all->told) {
		all->told = true;
		log_say(all->log, MG_LOG_ERROR, "front",
			"cannot start a thread: %s; others wait for policies that wait",
			strerrordesc_np(rc));
	}
	pthread_mutex_unlock(&all->lock);
}

void workers_reap(struct workers *all)
{
	struct worker *ended, *next;

	pthread_mutex_lock(&all->lock);
	ended = all->ended;
	all->ended = NULL;
	pthread_mutex_unlock(&all->lock);
	for (; ended; ended = next) {
		next = ended->next;
		pthread_join(ended->thread, NULL);
		worker_free(ended);
	}
}

void workers_stop(struct workers *all)
{
	const struct timespec pause = { .tv_nsec = 1000000L };
	unsigned threads;

	all->stopping = true;
	if (eventfd_write(all->wake, 1) < 0)
		abort(); /* there is nothing else that fits into it */
	do {
		pthread_mutex_lock(&all->lock);
		for (struct worker *worker = all->idle; worker; worker = worker->next)
			pthread_cond_signal(&worker->place);
		threads = all->threads;
		pthread_mutex_unlock(&all->lock);
		workers_reap(all);
		if (threads > 0)
			nanosleep(&pause, NULL);
	} while (threads > 0);
}

void workers_free(struct workers *all)
{
	if (all->wake >= 0)
		close(all->wake);
	if (all->epoll >= 0)
		close(all->epoll);
	pthread_mutex_destroy(&all->lock);
}
