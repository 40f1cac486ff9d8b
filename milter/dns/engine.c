/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine: threads that ask name servers. The queries of a thread belong to it alone; others
 * hand theirs over in a queue and wake the thread by an eventfd.
 */
#include <config.h>

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/sanitizer.h"
#include "dns/engine.h"
#include "dns/resolvconf.h"

#define GATHER_US 500       /* how long answers are gathered while more come */
#define TICK_MS 10          /* how exactly time-outs are kept */
#define DEAD_TICK_MS 100    /* and whether a server is back is looked at, without any query */
#define WAKE_TAG UINT64_MAX /* the eventfd's event */
#define EVENTS_MAX 64
#define LOAD_ENOUGH 300    /* queries in flight, beyond which a further thread takes part */
#define RECHECK_US 1000000 /* how often resolv.conf is looked at, while there are queries */

/*
 * Queries whose memory is used again: malloc() is slowest when one thread allocates and another
 * frees. None with a sanitizer, which then sees a query that is used too long.
 */
#if SANITIZER_ADDRESS
#define SPARE_MAX 0
#else
#define SPARE_MAX 500
#endif

struct engine_thread {
	struct dns_engine *engine;
	pthread_t thread;
	bool has_thread;
	int epoll, wake;

	pthread_mutex_t lock; /* guards what follows */
	struct dns_query *queue, **queue_end;
	bool sleeps; /* or is about to: adding to the queue must wake it */
	bool closed;
	struct query_list spare; /* for the next queries; singly linked */
	atomic_uint load;        /* queries in flight */

	/* Only this thread uses these. */
	struct queries queries;
	struct dns_resolvconf resolvconf;
	int64_t checked_at, ticked_at;
};

struct dns_engine {
	const struct dns_settings *settings;
	struct log *log;
	const char *failure; /* why it cannot be opened */
	struct dns_engine_counters counters;
	size_t nthreads;
	struct engine_thread threads[];
};

/* ---- Queries come and go ---- */

static void query_list_free(struct query_list *list)
{
	for (struct dns_query *query = list->first, *next; query; query = next) {
		next = query->next;
		free(query);
	}
	*list = (struct query_list){ .n = 0 };
}

/* Caller holds the lock. */
static void thread_spare_queries(struct engine_thread *thread)
{
	struct query_list *over = &thread->queries.over, *spare = &thread->spare;

	if (over->n == 0 || over->n + spare->n > SPARE_MAX)
		return;
	over->last->next = spare->first;
	spare->first = over->first;
	spare->n += over->n;
	*over = (struct query_list){ .n = 0 };
}

static void thread_free_surplus(struct engine_thread *thread)
{
	struct query_list *over = &thread->queries.over;

	while (over->n > SPARE_MAX) {
		struct dns_query *query = over->first;

		over->first = query->next;
		if (!over->first)
			over->last = NULL;
		over->n--;
		free(query);
	}
}

/* Returns the queries that were handed over. *closed_r: they are the last, and not to be begun. */
static struct dns_query *thread_take(struct engine_thread *thread, bool *closed_r)
{
	struct dns_query *queue;

	pthread_mutex_lock(&thread->lock);
	thread_spare_queries(thread);
	queue = thread->queue;
	thread->queue = NULL;
	thread->queue_end = &thread->queue;
	thread->sleeps = !queue;
	*closed_r = thread->closed;
	pthread_mutex_unlock(&thread->lock);
	return queue;
}

static void thread_begin(struct engine_thread *thread, struct dns_query *queue)
{
	for (struct dns_query *query = queue, *next; query; query = next) {
		next = query->next;
		query_begin(&thread->queries, query);
	}
}

/* The engine is closed: the query ends before it has begun. */
static void query_refuse(struct dns_query *query)
{
	query->done(query, NULL);
	query->inform(query, NULL);
	free(query);
}

static void thread_refuse(struct dns_query *queue)
{
	for (struct dns_query *query = queue, *next; query; query = next) {
		next = query->next;
		query_refuse(query);
	}
}

/*
 * Answers are delivered together as long as more come, but are not gathered for long: waking up
 * those who wait costs most.
 */
static bool thread_should_deliver(const struct engine_thread *thread, int events)
{
	const struct queries *queries = &thread->queries;

	return queries->in[QUERY_FINISHED].n > 0 &&
	       (events == 0 || queries->now - queries->finished_at > GATHER_US);
}

static void thread_deliver(struct engine_thread *thread)
{
	atomic_fetch_sub_explicit(&thread->load, queries_deliver(&thread->queries),
				  memory_order_relaxed);
}

/* ---- The thread ---- */

static void thread_tick(struct engine_thread *thread)
{
	struct queries *queries = &thread->queries;

	if (queries->now - thread->ticked_at < TICK_MS * 1000)
		return;
	thread->ticked_at = queries->now;
	server_set_hail(&queries->servers, queries->now, dns_health_is_dead(queries->health));
	server_set_tick(&queries->servers);
}

/* Each thread reads the file: the first of them speaks for all. */
static void thread_say(const struct engine_thread *thread, const char *fmt, ...) MG_PRINTF(2, 3);
static void thread_say(const struct engine_thread *thread, const char *fmt, ...)
{
	const struct dns_engine *engine = thread->engine;
	char words[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	if (thread == &engine->threads[0])
		log_say(engine->log, MG_LOG_WARNING, "dns", "%s", words);
}

static void thread_report_line(void *arg, unsigned number, const char *line, const char *expected)
{
	const struct engine_thread *thread = arg;

	thread_say(thread, "%s:%u: found \"%.*s\", expected %s", thread->resolvconf.path, number,
		   (int)strcspn(line, "\r\n"), line, expected);
}

static void thread_check_resolvconf(struct engine_thread *thread)
{
	struct dns_engine *engine = thread->engine;
	struct dns_servers servers;

	if (engine->settings->servers.n || thread->queries.now - thread->checked_at < RECHECK_US)
		return;
	thread->checked_at = thread->queries.now;
	if (!dns_resolvconf_read(&thread->resolvconf, &servers))
		return;
	if (servers.n == 0) {
		thread_say(thread,
			   "no line of %s names a server that can be used: those before "
			   "are kept",
			   engine->settings->resolv_conf);
		return;
	}
	atomic_fetch_add_explicit(&engine->counters.reloads, 1, memory_order_relaxed);
	/* Without memory or descriptors there is no server now: try again. */
	if (queries_change_servers(&thread->queries, &servers) < 0)
		thread->resolvconf.was_read = false;
}

static void thread_event(struct engine_thread *thread, const struct epoll_event *event)
{
	eventfd_t count;

	if (event->data.u64 == WAKE_TAG)
		eventfd_read(thread->wake, &count);
	else
		server_set_event(&thread->queries.servers, event->data.u64, event->events);
}

/* How many milliseconds to wait for something to happen. */
static int thread_patience(const struct engine_thread *thread, bool busy)
{
	const struct queries *queries = &thread->queries;

	if (busy || queries->in[QUERY_FINISHED].n > 0)
		return 0;
	if (queries_any(queries))
		return TICK_MS;
	return dns_health_is_dead(queries->health) ? DEAD_TICK_MS : -1;
}

/* Handles what has happened. Returns the queries that were handed over. */
static struct dns_query *thread_wait(struct engine_thread *thread, bool busy, int *events_r,
				     bool *closed_r)
{
	struct epoll_event events[EVENTS_MAX];
	const int n = epoll_wait(thread->epoll, events, EVENTS_MAX, thread_patience(thread, busy));

	thread->queries.now = clock_now();
	for (int i = 0; i < n; i++)
		thread_event(thread, &events[i]);
	queries_settle(&thread->queries);
	*events_r = n;
	return thread_take(thread, closed_r);
}

/* Attempts that end while others are sent or turned away are settled before anything else. */
static void thread_work(struct engine_thread *thread, struct dns_query *queue)
{
	struct queries *queries = &thread->queries;

	if (queue || queries_any(queries) || dns_health_is_dead(queries->health))
		thread_check_resolvconf(thread);
	thread_begin(thread, queue);
	thread_tick(thread);
	queries_settle(queries);
	queries_due(queries);
	queries_settle(queries);
}

static void *thread_run(void *arg)
{
	struct engine_thread *thread = arg;
	struct dns_query *queue = NULL;
	bool closed;
	int events;

	while (queue = thread_wait(thread, queue != NULL, &events, &closed), !closed) {
		thread_work(thread, queue);
		if (thread_should_deliver(thread, events))
			thread_deliver(thread);
		thread_free_surplus(thread);
	}
	queries_close(&thread->queries);
	thread_deliver(thread);
	thread_refuse(queue);
	return NULL;
}

/* ---- What others call ---- */

/*
 * The first that has not enough to do already, else the one that has least. Spread evenly, queries
 * that were asked together would be answered apart, and their waiters woken up several times.
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

/* Caller holds the lock. The engine's private fields are zero. */
static struct dns_query *thread_copy(struct engine_thread *thread, const struct dns_query *like,
				     size_t size)
{
	struct dns_query *query = thread->spare.first;

	if (query) {
		thread->spare.first = query->next;
		thread->spare.n--;
	} else {
		query = malloc(size);
		if (!query)
			memory_ended();
	}
	return memcpy(query, like, size);
}

void dns_engine_ask(struct dns_engine *engine, const struct dns_query *like, size_t size)
{
	struct engine_thread *thread = engine_choose(engine);
	bool closed, wake = false;
	struct dns_query *query;

	atomic_fetch_add_explicit(&thread->load, 1, memory_order_relaxed);
	pthread_mutex_lock(&thread->lock);
	query = thread_copy(thread, like, size);
	closed = thread->closed;
	if (!closed) {
		*thread->queue_end = query;
		thread->queue_end = &query->next;
		wake = thread->sleeps;
		thread->sleeps = false;
	}
	pthread_mutex_unlock(&thread->lock);
	if (closed) {
		query_refuse(query);
	} else if (wake) {
		eventfd_write(thread->wake, 1);
	}
}

bool dns_engine_is_dead(struct dns_engine *engine)
{
	struct dns_health *health = &engine->counters.health;

	if (!dns_health_is_dead(health))
		return false;
	atomic_fetch_add_explicit(&health->unasked, 1, memory_order_relaxed);
	return true;
}

const struct dns_engine_counters *dns_engine_count(const struct dns_engine *engine)
{
	return &engine->counters;
}

static struct dns_limits engine_limits(const struct dns_settings *settings)
{
	return (struct dns_limits){ .ttl_min = (unsigned)(settings->ttl_min / 1000),
				    .ttl_max = (unsigned)(settings->ttl_max / 1000),
				    .negative_ttl_max =
					    (unsigned)(settings->negative_ttl_max / 1000) };
}

static int thread_open_servers(struct engine_thread *thread)
{
	const struct dns_settings *settings = thread->engine->settings;
	struct dns_servers servers = settings->servers;

	thread->resolvconf.path = settings->resolv_conf;
	/* What was wrong at the beginning is told when the configuration is read. */
	if (servers.n == 0 && dns_resolvconf_read(&thread->resolvconf, &servers) &&
	    servers.n == 0) {
		thread->engine->failure = "no line of resolv-conf names a server that can be used";
		return -1;
	}
	thread->resolvconf.report = thread_report_line;
	thread->resolvconf.arg = thread;
	return server_set_open(&thread->queries.servers, &servers);
}

static int thread_open(struct engine_thread *thread)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = WAKE_TAG };
	struct dns_engine *engine = thread->engine;

	pthread_mutex_init(&thread->lock, NULL);
	thread->queue_end = &thread->queue;
	thread->sleeps = true;
	thread->epoll = epoll_create1(EPOLL_CLOEXEC);
	thread->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	thread->queries.limits = engine_limits(engine->settings);
	thread->queries.health = &engine->counters.health;
	thread->queries.now = thread->checked_at = clock_now();
	server_set_init(&thread->queries.servers, engine->settings, &engine->counters.servers,
			thread->epoll);
	if (thread->epoll < 0 || thread->wake < 0 ||
	    epoll_ctl(thread->epoll, EPOLL_CTL_ADD, thread->wake, &event) < 0 ||
	    thread_open_servers(thread) < 0)
		return -1;
	thread->has_thread = pthread_create(&thread->thread, NULL, thread_run, thread) == 0;
	return thread->has_thread ? 0 : -1;
}

struct dns_engine *dns_engine_open(const struct dns_settings *settings, struct log *log,
				   const char **error_r)
{
	const size_t n = (size_t)settings->threads;
	struct dns_engine *engine = calloc(1, sizeof(*engine) + n * sizeof(engine->threads[0]));
	sigset_t all, before;
	bool failed = false;

	if (!engine)
		memory_ended();
	*error_r = "cannot initialize c-ares";
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
		free(engine);
		return NULL;
	}
	engine->settings = settings;
	engine->log = engine->counters.health.log = log;
	engine->failure = "cannot start the threads that ask name servers";
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
	*error_r = engine->failure;
	dns_engine_close(engine);
	return NULL;
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
			server_set_close(&thread->queries.servers);
		if (thread->epoll >= 0)
			close(thread->epoll);
		if (thread->wake >= 0)
			close(thread->wake);
	}
	for (size_t i = 0; i < engine->nthreads; i++) {
		query_list_free(&engine->threads[i].spare);
		query_list_free(&engine->threads[i].queries.over);
		pthread_mutex_destroy(&engine->threads[i].lock);
	}
	free(engine);
	ares_library_cleanup();
}
