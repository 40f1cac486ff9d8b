/* SPDX-License-Identifier: BSD-2-Clause */
/* The connections of the event loop. */
#include <config.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "front/connections.h"

#define RECEIVE_ROOM (128 * 1024) /* a chunk of a body, and what surrounds it */
#define REST_ROOM (16 * 1024)     /* the least that the beginning of a packet grows by */
#define SEND_MS 10000             /* an MTA that does not read an answer in this time is gone */
#define DROP_TRIES 8              /* how many are looked at for one whose packet can be dropped */
#define SAID_MS 60000             /* how often the log has what goes on */

struct conn {
	struct dialogue dialogue;
	struct connections *all;
	int fd;
	pthread_mutex_t lock; /* of who serves it: the next may begin before it has let go */
	struct bytes rest;    /* the beginning of a packet */
	atomic_size_t holds;  /* the room of rest, as it is counted in all->memory */
	size_t skips;         /* so much of a dropped packet is still to come */
	int dropped;          /* the command of that */
	int64_t held_at;      /* microseconds; 0: it is not held back */
	struct conn *next_held;
	atomic_llong last_event; /* in milliseconds of clock_ms() */
	atomic_bool begun;
	struct conn *next, **link;
};

static long long clock_ms(void)
{
	return clock_read(CLOCK_MONOTONIC_COARSE) / 1000;
}

/* ---- The list ---- */

static void connections_link(struct connections *all, struct conn *conn)
{
	pthread_mutex_lock(&all->lock);
	conn->next = all->first;
	conn->link = &all->first;
	if (conn->next)
		conn->next->link = &conn->next;
	all->first = conn;
	all->n++;
	pthread_mutex_unlock(&all->lock);
}

/* Under the lock the descriptor is closed too: whoever finds it in the list may use it. */
static void connections_unlink(struct connections *all, struct conn *conn)
{
	pthread_mutex_lock(&all->lock);
	*conn->link = conn->next;
	if (conn->next)
		conn->next->link = conn->link;
	close(conn->fd);
	all->n--;
	pthread_mutex_unlock(&all->lock);
}

/* ---- The memory of unfinished packets ---- */

/* Counts what the connection holds now. Caller holds its lock. */
static void conn_count(struct conn *conn)
{
	const size_t before = atomic_exchange(&conn->holds, conn->rest.room);

	atomic_fetch_add(&conn->all->memory, conn->rest.room - before);
}

static void conn_free_rest(struct conn *conn)
{
	bytes_free(&conn->rest);
	conn_count(conn);
}

/* Throws the beginning of a packet away. Caller holds the connection's lock. */
static void conn_drop(struct conn *conn)
{
	conn->skips = packet_missing(&conn->rest);
	conn->dropped = packet_command(&conn->rest);
	conn->dialogue.dropped = true;
	conn_free_rest(conn);
}

/* Whether there is a beginning of a packet to be thrown away. Caller holds its lock. */
static bool conn_can_drop(const struct conn *conn)
{
	return !conn->held_at && packet_missing(&conn->rest) > 0;
}

/* The one that holds most, but less than this; NULL for none. */
static struct conn *connections_largest(const struct connections *all, size_t below)
{
	struct conn *largest = NULL;

	for (struct conn *conn = all->first; conn; conn = conn->next)
		if (conn->holds < below && (!largest || conn->holds > largest->holds))
			largest = conn;
	return largest;
}

/* What is being read now may be whole the next moment, and what is held back is whole. */
static bool conn_try_drop(struct conn *conn)
{
	bool can;

	if (pthread_mutex_trylock(&conn->lock) != 0)
		return false;
	can = conn_can_drop(conn);
	if (can)
		conn_drop(conn);
	pthread_mutex_unlock(&conn->lock);
	return can;
}

/* Caller holds the lock of the list. self: the caller's, whose lock it has. */
static bool connections_drop_largest(struct connections *all, struct conn *self)
{
	size_t below = SIZE_MAX;

	for (unsigned tries = 0; tries < DROP_TRIES; tries++) {
		struct conn *largest = connections_largest(all, below);

		if (!largest || largest == self)
			break;
		if (conn_try_drop(largest))
			return true;
		below = largest->holds;
	}
	if (!conn_can_drop(self))
		return false;
	conn_drop(self);
	return true;
}

/* Logs what can happen any number of times, once in SAID_MS. */
static bool connections_should_say(atomic_llong *said)
{
	long long last = atomic_load(said);
	const long long now = clock_ms();

	return (last == 0 || now - last >= SAID_MS) &&
	       atomic_compare_exchange_strong(said, &last, now);
}

/* The connection holds more than before: others may have to hold less, or it itself. */
static void conn_make_room(struct conn *conn)
{
	struct connections *all = conn->all;
	size_t dropped = 0;

	conn_count(conn);
	if (all->memory <= all->memory_max)
		return;
	pthread_mutex_lock(&all->lock);
	while (all->memory > all->memory_max && connections_drop_largest(all, conn))
		dropped++;
	pthread_mutex_unlock(&all->lock);
	if (dropped && connections_should_say(&all->dropped_said))
		log_say(all->log, MG_LOG_WARNING, "front",
			"unfinished packets hold more than packet-memory (%zu bytes): the largest "
			"is dropped and answered 421",
			(size_t)all->memory_max);
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
	char from[64] = "";

	if (!conn->begun)
		conn_from(conn, from);
	dialogue_end(&conn->dialogue, from);
	/* Once it is out of the list nobody takes its packet from it. */
	connections_unlink(conn->all, conn);
	conn_free_rest(conn);
	pthread_mutex_destroy(&conn->lock);
	free(conn);
}

void connections_add(struct connections *all, int fd)
{
	struct conn *conn = calloc(1, sizeof(*conn));
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = conn };

	if (!conn) {
		close(fd);
		return;
	}
	conn->all = all;
	conn->fd = fd;
	conn->last_event = clock_ms();
	MAGIC_SET(&conn->dialogue, DIALOGUE_MAGIC);
	conn->dialogue.all = &all->dialogues;
	conn->dialogue.waits = on_waits;
	pthread_mutex_init(&conn->lock, NULL);
	connections_link(all, conn);
	/* Once it is watched it is a worker's. */
	if (epoll_ctl(all->workers.epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		log_say(all->log, MG_LOG_ERROR, "front", "cannot watch a connection: %s",
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

/* ---- Events that are held back ---- */

/* The event has come; it is served later, by whoever takes it out of the queue. */
static void conn_hold(struct conn *conn)
{
	struct connections *all = conn->all;

	conn->next_held = NULL;
	pthread_mutex_lock(&all->lock);
	*all->held_end = conn;
	all->held_end = &conn->next_held;
	atomic_fetch_add(&all->workers.held, 1);
	pthread_mutex_unlock(&all->lock);
	if (connections_should_say(&all->held_said))
		log_say(all->log, MG_LOG_WARNING, "front",
			"max-waiting (%u) sessions wait for policies: the commands of others are "
			"held back",
			(unsigned)all->workers.waiting_max);
}

/* Whether its budget is used up, or everything ends. */
static bool conn_is_due(const struct conn *conn)
{
	return conn->all->stopping ||
	       clock_now() - conn->held_at >= dialogue_budget(&conn->dialogue);
}

/* The first of the queue, if it may be served now; NULL: not yet. */
static struct conn *connections_take_held(struct connections *all, struct worker *worker)
{
	struct conn *conn;

	pthread_mutex_lock(&all->lock);
	conn = all->held;
	if (conn && (worker_claim(worker) || conn_is_due(conn))) {
		all->held = conn->next_held;
		if (!all->held)
			all->held_end = &all->held;
		atomic_fetch_sub(&all->workers.held, 1);
	} else {
		conn = NULL;
	}
	pthread_mutex_unlock(&all->lock);
	return conn;
}

/* Whether the packet's event has to be held back: those before it come first. */
static bool conn_must_wait(const struct conn *conn, struct worker *worker,
			   const struct packet *packet)
{
	if (worker->claimed || !dialogue_may_wait(&conn->dialogue, packet->command))
		return false;
	return conn->all->workers.held > 0 || !worker_claim(worker);
}

/* ---- Packets ---- */

static bool conn_take(struct conn *conn, struct worker *worker, struct packet *packet)
{
	return !conn->all->stopping && dialogue_take(&conn->dialogue, packet, &worker->out) &&
	       conn_send(conn, worker);
}

/*
 * Takes the packets that have come, up to one that is held back. Returns false when the connection
 * is to be closed.
 */
static bool conn_take_packets(struct conn *conn, struct worker *worker, struct bytes *in)
{
	struct bytes before = *in;
	enum packet_state state;
	struct packet packet;

	while ((state = packet_take(in, dialogue_packet_max(&conn->dialogue), &packet)) ==
	       PACKET_WHOLE) {
		if (!conn->dialogue.held && conn_must_wait(conn, worker, &packet)) {
			*in = before;
			conn->held_at = clock_now();
			return true;
		}
		if (!conn_take(conn, worker, &packet))
			return false;
		conn->dialogue.held = 0;
		before = *in;
	}
	if (state == PACKET_BROKEN)
		dialogue_broken(&conn->dialogue, "something that is no packet");
	return state == PACKET_PART;
}

/* ---- What comes ---- */

/* Reads what the socket has. Returns false when the connection is to be closed. */
static bool conn_read(const struct conn *conn, struct bytes *in)
{
	const ssize_t n = recv(conn->fd, in->data + in->end, in->room - in->end, MSG_DONTWAIT);

	if (n > 0)
		in->end += (size_t)n;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Throws away what is left of a dropped packet; its command is answered when it is over. */
static bool conn_skip(struct conn *conn, struct worker *worker, struct bytes *in)
{
	struct packet packet = { .command = conn->dropped };
	const size_t here = in->end - in->begin;
	const size_t n = here < conn->skips ? here : conn->skips;

	if (n == 0)
		return true;
	in->begin += n;
	conn->skips -= n;
	return conn->skips > 0 || conn_take(conn, worker, &packet);
}

/* What has come goes through one buffer of the worker; the beginning of a packet is kept. */
static bool conn_receive_new(struct conn *conn, struct worker *worker)
{
	struct bytes *in = &worker->in;

	bytes_reserve(in, RECEIVE_ROOM);
	if (!conn_read(conn, in) || !conn_skip(conn, worker, in) ||
	    !conn_take_packets(conn, worker, in))
		return false;
	if (in->end > in->begin) {
		bytes_fit(&conn->rest, in->end - in->begin);
		bytes_add(&conn->rest, in->data + in->begin, in->end - in->begin);
		conn_make_room(conn);
	}
	return true;
}

/* What stays of the packets that had come, or none. */
static void conn_keep_rest(struct conn *conn)
{
	if (conn->rest.end == conn->rest.begin)
		conn_free_rest(conn); /* thousands of idle connections shall not keep one each */
	else
		conn_make_room(conn);
}

/* The missing part of a packet is read directly behind its beginning, and nothing else. */
static bool conn_receive_rest(struct conn *conn, struct worker *worker)
{
	struct bytes *rest = &conn->rest;
	const size_t size = rest->end - rest->begin;
	const size_t step = size > REST_ROOM ? size : REST_ROOM;
	const size_t missing = packet_missing(rest);

	if (rest->room == rest->end)
		bytes_fit(rest, size + (missing && missing < step ? missing : step));
	if (!conn_read(conn, rest) || !conn_take_packets(conn, worker, rest))
		return false;
	conn_keep_rest(conn);
	return true;
}

/* The event that was held back, and what has come behind it. */
static bool conn_receive_held(struct conn *conn, struct worker *worker)
{
	conn->dialogue.held = clock_now() - conn->held_at + 1;
	conn->held_at = 0;
	if (!conn_take_packets(conn, worker, &conn->rest))
		return false;
	conn_keep_rest(conn);
	return true;
}

/* A peer that sends a byte now and then, but no negotiation, has not begun. */
static void conn_spoke(struct conn *conn)
{
	conn->begun = conn->dialogue.negotiated;
	if (conn->begun)
		conn->last_event = clock_ms();
}

static bool conn_receive(struct conn *conn, struct worker *worker)
{
	if (conn->held_at)
		return conn_receive_held(conn, worker);
	return conn->rest.end > conn->rest.begin ? conn_receive_rest(conn, worker)
						 : conn_receive_new(conn, worker);
}

/* Once watched or held it belongs to another worker, as soon as the lock is released. */
static bool conn_give_back(struct conn *conn)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = conn };

	if (conn->held_at) {
		conn_hold(conn);
		return true;
	}
	dialogue_rest(&conn->dialogue);
	return epoll_ctl(conn->all->workers.epoll, EPOLL_CTL_MOD, conn->fd, &event) == 0;
}

static void conn_serve(struct worker *worker, void *item)
{
	struct conn *conn = item;
	bool goes_on;

	pthread_mutex_lock(&conn->lock);
	worker->in.begin = worker->in.end = worker->out.begin = worker->out.end = 0;
	conn->dialogue.waits_arg = worker;
	/* Before the event, too: it may take long. */
	conn_spoke(conn);
	goes_on = !conn->all->stopping && conn_receive(conn, worker);
	conn_spoke(conn);
	worker_unclaim(worker);
	goes_on = goes_on && conn_give_back(conn);
	pthread_mutex_unlock(&conn->lock);
	if (!goes_on)
		conn_end(conn);
}

/* Serves those that were held back, as far as they may be served now. */
static void serve_held(struct worker *worker)
{
	struct connections *all =
		(struct connections *)(void *)((char *)worker->all -
					       offsetof(struct connections, workers));
	struct conn *conn;

	while ((conn = connections_take_held(all, worker)))
		conn_serve(worker, conn);
}

/* ---- All of them ---- */

int connections_init(struct connections *all)
{
	pthread_mutex_init(&all->lock, NULL);
	all->workers.serve = conn_serve;
	all->workers.retry = serve_held;
	all->held_end = &all->held;
	return workers_init(&all->workers);
}

void connections_free(struct connections *all)
{
	workers_free(&all->workers);
	pthread_mutex_destroy(&all->lock);
}

void connections_end_silent(struct connections *all)
{
	const long long now = clock_ms();

	pthread_mutex_lock(&all->lock);
	for (struct conn *conn = all->first; conn; conn = conn->next)
		if (now - conn->last_event > (conn->begun ? all->silence_ms : all->stranger_ms))
			shutdown(conn->fd, SHUT_RD);
	pthread_mutex_unlock(&all->lock);
}

size_t connections_end(struct connections *all)
{
	size_t n;

	pthread_mutex_lock(&all->lock);
	/* Only reading ends: an answer in progress can still be sent. */
	for (struct conn *conn = all->first; conn; conn = conn->next)
		shutdown(conn->fd, SHUT_RD);
	n = all->n;
	pthread_mutex_unlock(&all->lock);
	return n;
}
