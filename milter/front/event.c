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
#include "front/dialogue.h"
#include "front/front.h"
#include "front/workers.h"

#define BACKLOG 1024
#define RECEIVE_ROOM (128 * 1024) /* a chunk of a body, and what surrounds it */
#define SEND_MS 10000             /* an MTA that does not read an answer in this time is gone */
#define LOOKS 6                   /* how often in its time a silent peer is looked for */
#define IDLE_MS 30000             /* how long a thread stays that nobody needs */
#define NO_FILES_MS 100           /* a pause when there are no more descriptors */
#define NO_FILES_SAID_MS 60000    /* how often that is said */

struct conn {
	struct dialogue dialogue;
	struct front *front;
	int fd;
	pthread_mutex_t lock;    /* of who serves it: the next may begin before it has let go */
	struct bytes rest;       /* the beginning of a packet */
	atomic_llong last_event; /* in milliseconds of clock_ms() */
	atomic_bool begun;
	struct conn *next, **link;
};

struct front {
	struct front_socket sock;
	struct dialogues dialogues;
	struct workers workers;
	struct log *log;
	int fd; /* it listens */
	int wake;
	int stranger_ms, silence_ms; /* as front_settings has them */
	pthread_t listener;
	bool started;
	atomic_bool stopping;
	void (*ended)(void *arg);
	void *ended_arg;

	pthread_mutex_t lock; /* of the list */
	struct conn *first;
	size_t nconns;
};

static long long clock_ms(void)
{
	return clock_read(CLOCK_MONOTONIC_COARSE) / 1000;
}

/* ---- A connection ---- */

static void on_waits(void *arg)
{
	worker_waits(arg);
}

/* Where a connection came from, as far as that says anything. */
static const char *conn_from(const struct conn *conn, char name_r[64])
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);

	*name_r = '\0';
	if (getpeername(conn->fd, (struct sockaddr *)&address, &size) == 0 &&
	    address.ss_family != AF_UNIX)
		getnameinfo((struct sockaddr *)&address, size, name_r, 64, NULL, 0, NI_NUMERICHOST);
	return name_r;
}

static void conn_end(struct conn *conn)
{
	struct front *front = conn->front;
	char from[64] = "";

	if (!conn->begun)
		conn_from(conn, from);
	dialogue_end(&conn->dialogue, from);
	bytes_free(&conn->rest);
	pthread_mutex_lock(&front->lock);
	*conn->link = conn->next;
	if (conn->next)
		conn->next->link = conn->link;
	/* Under the lock: whoever finds it in the list may use its descriptor. */
	close(conn->fd);
	front->nconns--;
	pthread_mutex_unlock(&front->lock);
	pthread_mutex_destroy(&conn->lock);
	free(conn);
}

static void conn_new(struct front *front, int fd)
{
	struct conn *conn = calloc(1, sizeof(*conn));
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = conn };

	if (!conn) {
		close(fd);
		return;
	}
	conn->front = front;
	conn->fd = fd;
	conn->last_event = clock_ms();
	MAGIC_SET(&conn->dialogue, DIALOGUE_MAGIC);
	conn->dialogue.all = &front->dialogues;
	conn->dialogue.waits = on_waits;
	pthread_mutex_init(&conn->lock, NULL);
	pthread_mutex_lock(&front->lock);
	conn->next = front->first;
	conn->link = &front->first;
	if (conn->next)
		conn->next->link = &conn->next;
	front->first = conn;
	front->nconns++;
	pthread_mutex_unlock(&front->lock);
	/* Once it is watched it is a worker's. */
	if (epoll_ctl(front->workers.epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		log_say(front->log, MG_LOG_ERROR, "front", "cannot watch a connection: %s",
			strerrordesc_np(errno));
		conn_end(conn);
	}
}

/* Sends what is in out. Returns whether the MTA took it. */
static bool conn_send(struct conn *conn, struct worker *worker)
{
	struct bytes *out = &worker->out;
	struct pollfd writable = { .fd = conn->fd, .events = POLLOUT };

	while (out->begin < out->end) {
		const ssize_t n = send(conn->fd, out->data + out->begin, out->end - out->begin,
				       MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n >= 0) {
			out->begin += (size_t)n;
		} else if (errno == EAGAIN) {
			worker_waits(worker);
			if (poll(&writable, 1, SEND_MS) <= 0)
				return false;
		} else if (errno != EINTR) {
			return false;
		}
	}
	out->begin = out->end = 0;
	return true;
}

/* Takes the packets that have come. Returns false when the connection is to be closed. */
static bool conn_take_packets(struct conn *conn, struct worker *worker, struct bytes *in)
{
	enum packet_state state;
	struct packet packet;

	while ((state = packet_take(in, dialogue_packet_max(&conn->dialogue), &packet)) ==
	       PACKET_WHOLE) {
		if (conn->front->stopping ||
		    !dialogue_take(&conn->dialogue, &packet, &worker->out) ||
		    !conn_send(conn, worker))
			return false;
	}
	if (state == PACKET_BROKEN)
		dialogue_broken(&conn->dialogue, "something that is no packet");
	return state == PACKET_PART;
}

/* Reads once, and takes what came. Returns false when the connection is to be closed. */
static bool conn_receive(struct conn *conn, struct worker *worker)
{
	/*
	 * The missing part of a packet is read directly behind its beginning. All else goes
	 * through one buffer of the worker.
	 */
	const bool has_rest = conn->rest.end > conn->rest.begin;
	struct bytes *in = has_rest ? &conn->rest : &worker->in;
	ssize_t n;

	bytes_reserve(in, has_rest ? RECEIVE_ROOM / 4 : RECEIVE_ROOM);
	n = recv(conn->fd, in->data + in->end, in->room - in->end, MSG_DONTWAIT);
	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	in->end += (size_t)n;
	if (!conn_take_packets(conn, worker, in))
		return false;
	if (!has_rest && in->end > in->begin)
		bytes_add(&conn->rest, in->data + in->begin, in->end - in->begin);
	else if (has_rest && in->end == in->begin)
		bytes_free(in); /* thousands of idle connections shall not keep one each */
	return true;
}

/* A peer that sends a byte now and then, but no negotiation, has not begun. */
static void conn_spoke(struct conn *conn)
{
	conn->begun = conn->dialogue.negotiated;
	if (conn->begun)
		conn->last_event = clock_ms();
}

static void conn_serve(struct worker *worker, void *item)
{
	struct conn *conn = item;
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = conn };
	struct front *front = conn->front;
	bool goes_on;

	pthread_mutex_lock(&conn->lock);
	worker->in.begin = worker->in.end = worker->out.begin = worker->out.end = 0;
	conn->dialogue.waits_arg = worker;
	/* Before the event, too: it may take long. */
	conn_spoke(conn);
	goes_on = !front->stopping && conn_receive(conn, worker);
	conn_spoke(conn);
	/* Once armed the connection belongs to another worker, as soon as the lock is released. */
	goes_on = goes_on && epoll_ctl(front->workers.epoll, EPOLL_CTL_MOD, conn->fd, &event) == 0;
	pthread_mutex_unlock(&conn->lock);
	if (!goes_on)
		conn_end(conn);
}

/* ---- The listener ---- */

/*
 * Ends connections that nobody speaks on any more: a worker sees the end, and closes. Such that are
 * being served have just spoken.
 */
static void end_silent(struct front *front)
{
	const long long now = clock_ms();

	pthread_mutex_lock(&front->lock);
	for (struct conn *conn = front->first; conn; conn = conn->next)
		if (now - conn->last_event > (conn->begun ? front->silence_ms : front->stranger_ms))
			shutdown(conn->fd, SHUT_RD);
	pthread_mutex_unlock(&front->lock);
}

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
	const int tick_ms =
		(front->stranger_ms < front->silence_ms ? front->stranger_ms : front->silence_ms) /
		LOOKS;
	long long next_look = clock_ms(), said = 0;

	while (!front->stopping) {
		int fd = accept4(front->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			set_options(front, fd);
			conn_new(front, fd);
		} else {
			accept_failed(front, errno, &said);
			poll(fds, 2, tick_ms);
		}
		if (clock_ms() >= next_look) {
			next_look = clock_ms() + tick_ms;
			end_silent(front);
			workers_reap(&front->workers);
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
	workers_free(&front->workers);
	if (front->fd >= 0)
		close(front->fd);
	if (front->wake >= 0)
		close(front->wake);
	pthread_mutex_destroy(&front->lock);
	free(front);
}

/* Each session may wait, and others are still to be refused. */
static unsigned workers_for(size_t max_connections)
{
	return (unsigned)max_connections + 64;
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
	front->log = settings->log;
	front->stranger_ms = settings->stranger_ms;
	front->silence_ms = settings->silence_ms;
	front->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&front->lock, NULL);
	if (workers_init(&front->workers) < 0 || front->wake < 0)
		snprintf(error_r, FRONT_ERROR_MAX, "cannot open descriptors: %s",
			 strerrordesc_np(errno));
	else if (make_socket(front, settings, error_r) == 0) {
		front->dialogues.host = settings->host;
		front->dialogues.log = settings->log;
		front->dialogues.max = settings->max_connections;
		front->dialogues.quiet = *front->sock.listen.path;
		front->workers.serve = conn_serve;
		front->workers.log = settings->log;
		front->workers.max = workers_for(settings->max_connections);
		front->workers.idle_ms = IDLE_MS;
		return front;
	}
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
	rc = workers_start(&front->workers);
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

/* Makes a worker end each session that is not in an event. Returns the number of sessions. */
static size_t end_all(struct front *front)
{
	size_t n;

	pthread_mutex_lock(&front->lock);
	/* Only reading ends: an answer in progress can still be sent. */
	for (struct conn *conn = front->first; conn; conn = conn->next)
		shutdown(conn->fd, SHUT_RD);
	n = front->nconns;
	pthread_mutex_unlock(&front->lock);
	return n;
}

static size_t event_stop(struct front *front, int wait_ms)
{
	const struct timespec pause = { .tv_nsec = 1000000L };
	size_t busy;

	front->stopping = true;
	if (eventfd_write(front->wake, 1) < 0)
		abort(); /* there is nothing else that fits into it */
	if (front->started)
		pthread_join(front->listener, NULL);
	front_socket_remove(&front->sock);
	while ((busy = end_all(front)) > 0 && wait_ms-- > 0)
		nanosleep(&pause, NULL);
	if (busy > 0)
		return busy;
	workers_stop(&front->workers);
	front_free(front);
	return 0;
}

static void event_limit(struct front *front, size_t max_connections)
{
	front->dialogues.max = max_connections;
	workers_limit(&front->workers, workers_for(max_connections));
}

const struct front_end front_event = { event_open, event_start, event_stop, event_limit };
