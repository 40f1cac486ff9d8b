/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front end that speaks the milter protocol itself: an event loop with workers.
 *
 * One thread accepts connections; the workers wait for what comes on them. A connection is armed
 * for one event at a time, so it has one worker at a time, and costs nothing while it is idle. What
 * one session waits for, no other waits for (workers.h).
 */
#include <config.h>

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "front/connections.h"
#include "front/front.h"

#define BACKLOG 1024
#define LOOKS 6                /* how often in its time a silent peer is looked for */
#define IDLE_MS 30000          /* how long a thread stays that nobody needs */
#define NO_FILES_MS 100        /* a pause when there are no more descriptors */
#define NO_FILES_SAID_MS 60000 /* how often that is said */

struct front {
	struct front_socket sock;
	struct connections connections;
	struct log *log;
	int fd; /* it listens */
	int wake;
	pthread_t listener;
	bool started;
	void (*ended)(void *arg);
	void *ended_arg;
};

static long long clock_ms(void)
{
	return clock_read(CLOCK_MONOTONIC_COARSE) / 1000;
}

/* ---- The listener ---- */

static void set_options(const struct front *front, int fd)
{
	const int on = 1;

	if (*front->sock.listen.path)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

/* Whether there is anything to wait for. Logs a lack of descriptors, at most once a minute. */
static void accept_failed(struct front *front, int error, long long *said)
{
	const struct timespec pause = { .tv_nsec = NO_FILES_MS * 1000000L };

	if (error == EAGAIN || error == EINTR || error == ECONNABORTED)
		return;
	if (*said == 0 || clock_ms() - *said >= NO_FILES_SAID_MS) {
		*said = clock_ms();
		log_say(front->log, MG_LOG_ERROR, "front", "cannot accept a connection: %s",
			strerrordesc_np(error));
	}
	nanosleep(&pause, NULL);
}

static void *listen_run(void *arg)
{
	struct front *front = arg;
	struct pollfd fds[] = { { .fd = front->fd, .events = POLLIN },
				{ .fd = front->wake, .events = POLLIN } };
	struct connections *all = &front->connections;
	const int tick_ms =
		(all->stranger_ms < all->silence_ms ? all->stranger_ms : all->silence_ms) / LOOKS;
	long long next_look = clock_ms(), said = 0;

	while (!all->stopping) {
		int fd = accept4(front->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			set_options(front, fd);
			connections_add(all, fd);
		} else {
			accept_failed(front, errno, &said);
			poll(fds, 2, tick_ms);
		}
		if (clock_ms() >= next_look) {
			next_look = clock_ms() + tick_ms;
			connections_end_silent(all);
			workers_reap(&all->workers);
		}
	}
	front->ended(front->ended_arg);
	return NULL;
}

/* ---- Its life ---- */

static int make_socket(struct front *front, const struct front_settings *settings,
		       char error_r[FRONT_ERROR_MAX])
{
	struct front_socket *sock = &front->sock;
	const int on = 1;
	mode_t mask;
	int rc;

	if (listen_parse(&sock->listen, settings->listen, error_r) < 0 ||
	    front_socket_claim(sock, error_r) < 0)
		return -1;
	front->fd = socket(sock->listen.address.ss_family,
			   SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (front->fd >= 0 && !*sock->listen.path)
		setsockopt(front->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* Nobody can connect before mode and owner are as they shall be. */
	mask = umask(0777);
	rc = front->fd < 0 ? -1
			   : bind(front->fd, (const struct sockaddr *)&sock->listen.address,
				  sock->listen.size);
	umask(mask);
	if (rc == 0 &&
	    front_socket_give(sock, settings->uid, settings->gid, settings->mode, error_r) < 0)
		return -1;
	if (rc < 0 || listen(front->fd, BACKLOG) < 0) {
		snprintf(error_r, FRONT_ERROR_MAX, "cannot listen on the socket %s: %s",
			 sock->listen.spelling, strerrordesc_np(errno));
		front_socket_remove(sock);
		return -1;
	}
	return 0;
}

static void front_free(struct front *front)
{
	connections_free(&front->connections);
	if (front->fd >= 0)
		close(front->fd);
	if (front->wake >= 0)
		close(front->wake);
	free(front);
}

/* A thread for each that waits; and those that serve the others, or wait for an MTA to read. */
static unsigned workers_for(size_t waiting)
{
	return (unsigned)waiting + (unsigned)sysconf(_SC_NPROCESSORS_ONLN) + 32;
}

static void event_limit(struct front *front, const struct front_limits *limits)
{
	struct connections *all = &front->connections;

	all->dialogues.max = limits->connections;
	all->memory_max = limits->packet_memory;
	all->workers.waiting_max = (unsigned)limits->waiting;
	workers_limit(&all->workers, workers_for(limits->waiting));
}

static int event_prepare(struct front *front, const struct front_settings *settings,
			 char error_r[FRONT_ERROR_MAX])
{
	struct connections *all = &front->connections;

	front->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	all->log = all->workers.log = all->dialogues.log = front->log = settings->log;
	all->stranger_ms = settings->stranger_ms;
	all->silence_ms = settings->silence_ms;
	all->workers.idle_ms = IDLE_MS;
	if (connections_init(all) < 0 || front->wake < 0) {
		snprintf(error_r, FRONT_ERROR_MAX, "cannot open descriptors: %s",
			 strerrordesc_np(errno));
		return -1;
	}
	if (make_socket(front, settings, error_r) < 0)
		return -1;
	all->dialogues.host = settings->host;
	all->dialogues.quiet = *front->sock.listen.path;
	event_limit(front, &settings->limits);
	return 0;
}

static struct front *event_open(const struct front_settings *settings,
				char error_r[FRONT_ERROR_MAX])
{
	struct front *front = calloc(1, sizeof(*front));

	if (!front) {
		snprintf(error_r, FRONT_ERROR_MAX, "out of memory");
		return NULL;
	}
	front->fd = -1;
	if (event_prepare(front, settings, error_r) == 0)
		return front;
	front_free(front);
	return NULL;
}

static int event_start(struct front *front, void (*ended)(void *arg), void *arg)
{
	pthread_attr_t attributes;
	sigset_t blocked;
	int rc;

	front->ended = ended;
	front->ended_arg = arg;
	rc = workers_start(&front->connections.workers);
	if (rc != 0)
		return rc;
	sigfillset(&blocked);
	pthread_attr_init(&attributes);
	pthread_attr_setsigmask_np(&attributes, &blocked);
	rc = pthread_create(&front->listener, &attributes, listen_run, front);
	pthread_attr_destroy(&attributes);
	front->started = rc == 0;
	return rc;
}

static size_t event_stop(struct front *front, int wait_ms)
{
	const struct timespec pause = { .tv_nsec = 1000000L };
	size_t busy;

	front->connections.stopping = true;
	if (eventfd_write(front->wake, 1) < 0)
		abort(); /* there is nothing else that fits into it */
	if (front->started)
		pthread_join(front->listener, NULL);
	front_socket_remove(&front->sock);
	while ((busy = connections_end(&front->connections)) > 0 && wait_ms-- > 0)
		nanosleep(&pause, NULL);
	if (busy > 0)
		return busy;
	workers_stop(&front->connections.workers);
	front_free(front);
	return 0;
}

const struct front_end front_event = { event_open, event_start, event_stop, event_limit };
