/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: threads that ask name servers. A channel of c-ares belongs to one thread, which alone touches it; others hand
 * their questions over by a queue and wake the thread by an eventfd.
 */
#include <config.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "dns/query.h"

#define GATHER_US 500       /* how long answers are gathered while more come */
#define TICK_MS 10          /* how exactly time-outs are kept */
#define WAKE_TAG UINT64_MAX /* the eventfd's event */
#define EVENTS_MAX 64
#define LOAD_ENOUGH 300    /* queries in flight, beyond which a further thread takes part */
#define RECHECK_US 1000000 /* how often resolv.conf is looked at, while there are questions */

static int64_t engine_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- Answers are delivered ---- */

/* As long as further messages come they are delivered together, but gathered not for long: to wake up who waits is what costs most. */
static bool thread_should_deliver(const struct engine_thread *thread, int events)
{
	return thread->finished &&
	       (events == 0 || thread->closing || thread->now - thread->finished_at > GATHER_US);
}

static void thread_deliver(struct engine_thread *thread)
{
	struct dns_query *query;

	for (query = thread->finished; query; query = query->next)
		query->done(query, query->answer);
	while ((query = thread->finished)) {
		thread->finished = query->next;
		query->tell(query, query->answer);
		dns_answer_unref(query->answer);
		query->delivered = true;
		atomic_fetch_sub_explicit(&thread->load, 1, memory_order_relaxed);
		query_free_if_over(query);
	}
	thread->finished_end = &thread->finished;
}

/* ---- Time ---- */

/* c-ares looks for time-outs when it is told to process. */
static void thread_tick(struct engine_thread *thread)
{
	if (thread->now - thread->ticked_at < TICK_MS * 1000)
		return;
	thread->ticked_at = thread->now;
	thread_hail(thread);
	for (size_t i = 0; i < thread->servers.n; i++) {
		ares_process_fd(thread->servers.v[i].channels[0].ares, ARES_SOCKET_BAD,
				ARES_SOCKET_BAD);
		ares_process_fd(thread->servers.v[i].channels[1].ares, ARES_SOCKET_BAD,
				ARES_SOCKET_BAD);
	}
}

/* ---- Servers ---- */

/* All questions that are under way are asked anew, of the new servers; as their tries end they come to wait, if they did not. */
static void thread_change_servers(struct engine_thread *thread, const struct dns_servers *servers)
{
	struct dns_query *query, *next;

	thread->moving = true;
	server_set_close(&thread->servers);
	thread->moving = false;
	query = thread->first;
	server_set_open(&thread->servers, servers, thread->engine->settings, thread->epoll);
	thread->first = thread->last = NULL;
	for (; query; query = next) {
		next = query->next;
		query->waits = false;
		query_start(query);
	}
}

static void thread_check_resolvconf(struct engine_thread *thread)
{
	struct dns_servers servers;

	if (thread->engine->settings->servers.n || thread->now - thread->checked_at < RECHECK_US)
		return;
	thread->checked_at = thread->now;
	if (!dns_resolvconf_read(&thread->resolvconf, &servers))
		return;
	atomic_fetch_add_explicit(&thread->engine->counters.reloads, 1, memory_order_relaxed);
	thread_change_servers(thread, &servers);
}

/* ---- The thread ---- */

static void thread_spare_queries(struct engine_thread *thread)
{
	struct query_list *over = &thread->over, *spare = &thread->spare;

	if (over->n == 0 || over->n + spare->n > QUERIES_SPARE_MAX)
		return;
	over->last->next = spare->first;
	spare->first = over->first;
	spare->n += over->n;
	*over = (struct query_list){ .n = 0 };
}

static struct dns_query *thread_take(struct engine_thread *thread)
{
	struct dns_query *queue;

	pthread_mutex_lock(&thread->lock);
	thread_spare_queries(thread);
	queue = thread->queue;
	thread->queue = NULL;
	thread->queue_end = &thread->queue;
	thread->sleeps = !queue;
	thread->closing = thread->closed;
	pthread_mutex_unlock(&thread->lock);
	return queue;
}

static void thread_begin(struct engine_thread *thread, struct dns_query *queue)
{
	struct dns_query *next;

	for (struct dns_query *query = queue; query; query = next) {
		next = query->next;
		query->next = NULL;
		query->began = thread->now;
		thread->queries++;
		if (thread->closing)
			query_finish(query, NULL);
		else
			query_start(query);
	}
}

static void thread_event(struct engine_thread *thread, const struct epoll_event *event)
{
	const ares_socket_t fd = (ares_socket_t)(event->data.u64 & UINT32_MAX);
	const size_t channel = event->data.u64 >> 32;
	const uint32_t readable = event->events & (EPOLLIN | EPOLLERR | EPOLLHUP);
	eventfd_t count;

	if (event->data.u64 == WAKE_TAG)
		eventfd_read(thread->wake, &count);
	else if (channel / 2 < thread->servers.n)
		ares_process_fd(thread->servers.v[channel / 2].channels[channel & 1].ares,
				readable ? fd : ARES_SOCKET_BAD,
				event->events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
}

/* How many milliseconds to wait for something to happen. */
static int thread_patience(const struct engine_thread *thread, bool busy)
{
	return busy || thread->finished ? 0 : thread->queries ? TICK_MS : -1;
}

static void *thread_run(void *arg)
{
	struct engine_thread *thread = arg;
	struct epoll_event events[EVENTS_MAX];
	bool busy = false;

	while (!thread->closing) {
		const int n = epoll_wait(thread->epoll, events, EVENTS_MAX,
					 thread_patience(thread, busy));
		struct dns_query *queue;

		thread->now = engine_now();
		for (int i = 0; i < n; i++)
			thread_event(thread, &events[i]);
		queue = thread_take(thread);
		busy = queue != NULL;
		if (busy || thread->queries)
			thread_check_resolvconf(thread);
		thread_begin(thread, queue);
		thread_tick(thread);
		thread_due(thread);
		if (thread_should_deliver(thread, n))
			thread_deliver(thread);
	}
	server_set_close(&thread->servers);
	thread_deliver(thread);
	return NULL;
}

/* ---- What others call ---- */

/*
 * The first that has not enough to do already, else the one that has least. Spread evenly, what is asked together would be answered
 * apart, and who asked would be woken up several times.
 */
static struct engine_thread *engine_choose(struct dns_engine *engine)
{
	struct engine_thread *least = NULL;
	unsigned least_load = 0;

	for (size_t i = 0; i < engine->nthreads; i++) {
		struct engine_thread *thread = &engine->threads[i];
		const unsigned load = atomic_load_explicit(&thread->load, memory_order_relaxed);

		if (load < LOAD_ENOUGH)
			return thread;
		if (!least || load < least_load) {
			least = thread;
			least_load = load;
		}
	}
	return least;
}

/* With the thread's lock. What is the engine's of the query is as zero there as in what is copied. */
static struct dns_query *thread_query(struct engine_thread *thread, const struct dns_query *like,
				      size_t size)
{
	struct dns_query *query = thread->spare.first;

	if (query) {
		thread->spare.first = query->next;
		thread->spare.n--;
	} else {
		query = malloc(size);
		if (!query)
			abort();
	}
	memcpy(query, like, size);
	query->thread = thread;
	return query;
}

void dns_engine_ask(struct dns_engine *engine, const struct dns_query *like, size_t size)
{
	struct engine_thread *thread = engine_choose(engine);
	bool closed, wake = false;
	struct dns_query *query;

	atomic_fetch_add_explicit(&thread->load, 1, memory_order_relaxed);
	pthread_mutex_lock(&thread->lock);
	query = thread_query(thread, like, size);
	closed = thread->closed;
	if (!closed) {
		*thread->queue_end = query;
		thread->queue_end = &query->next;
		wake = thread->sleeps;
		thread->sleeps = false;
	}
	pthread_mutex_unlock(&thread->lock);
	if (closed) {
		query->done(query, NULL);
		query->tell(query, NULL);
		free(query);
	} else if (wake) {
		eventfd_write(thread->wake, 1);
	}
}

const struct dns_engine_counters *dns_engine_count(const struct dns_engine *engine)
{
	return &engine->counters;
}

static int thread_open(struct engine_thread *thread)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = WAKE_TAG };
	const struct dns_settings *settings = thread->engine->settings;
	struct dns_servers servers = settings->servers;

	pthread_mutex_init(&thread->lock, NULL);
	thread->queue_end = &thread->queue;
	thread->finished_end = &thread->finished;
	thread->sleeps = true;
	thread->now = thread->checked_at = engine_now();
	thread->resolvconf.path = settings->resolv_conf;
	thread->epoll = epoll_create1(EPOLL_CLOEXEC);
	thread->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (thread->epoll < 0 || thread->wake < 0 ||
	    epoll_ctl(thread->epoll, EPOLL_CTL_ADD, thread->wake, &event) < 0)
		return -1;
	if (servers.n == 0)
		dns_resolvconf_read(&thread->resolvconf, &servers);
	if (server_set_open(&thread->servers, &servers, settings, thread->epoll) < 0)
		return -1;
	thread->has_thread = pthread_create(&thread->thread, NULL, thread_run, thread) == 0;
	return thread->has_thread ? 0 : -1;
}

struct dns_engine *dns_engine_open(const struct dns_settings *settings, const char **error_r)
{
	const size_t n = (size_t)settings->threads;
	struct dns_engine *engine = calloc(1, sizeof(*engine) + n * sizeof(engine->threads[0]));
	sigset_t all, before;
	bool failed = false;

	if (!engine)
		abort();
	*error_r = "cannot begin with c-ares";
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
		free(engine);
		return NULL;
	}
	engine->settings = settings;
	engine->limits =
		(struct dns_limits){ .ttl_min = (unsigned)(settings->ttl_min / 1000),
				     .ttl_max = (unsigned)(settings->ttl_max / 1000),
				     .negative_ttl_max =
					     (unsigned)(settings->negative_ttl_max / 1000) };
	*error_r = "cannot start the threads that ask name servers";
	/* Signals are for the main thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (; engine->nthreads < n && !failed; engine->nthreads++) {
		engine->threads[engine->nthreads].engine = engine;
		failed = thread_open(&engine->threads[engine->nthreads]) < 0;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		return engine;
	dns_engine_close(engine);
	return NULL;
}

static void query_list_free(struct query_list *list)
{
	for (struct dns_query *query = list->first, *next; query; query = next) {
		next = query->next;
		free(query);
	}
}

void dns_engine_close(struct dns_engine *engine)
{
	for (size_t i = 0; i < engine->nthreads; i++) {
		struct engine_thread *thread = &engine->threads[i];

		pthread_mutex_lock(&thread->lock);
		thread->closed = true;
		pthread_mutex_unlock(&thread->lock);
		if (thread->wake >= 0)
			eventfd_write(thread->wake, 1);
	}
	for (size_t i = 0; i < engine->nthreads; i++) {
		struct engine_thread *thread = &engine->threads[i];

		if (thread->has_thread)
			pthread_join(thread->thread, NULL);
		else
			server_set_close(&thread->servers);
		if (thread->epoll >= 0)
			close(thread->epoll);
		if (thread->wake >= 0)
			close(thread->wake);
	}
	for (size_t i = 0; i < engine->nthreads; i++) {
		query_list_free(&engine->threads[i].spare);
		query_list_free(&engine->threads[i].over);
		pthread_mutex_destroy(&engine->threads[i].lock);
	}
	free(engine);
	ares_library_cleanup();
}
