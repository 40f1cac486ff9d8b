/* SPDX-License-Identifier: BSD-2-Clause */
/* A DNS server for tests: sockets, time, counting. What it answers is made in reply.c. */
#include <config.h>

#include "server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "reply.h"

#define CONNECTIONS_MAX 64

/* An answer that is held back until its time. */
struct delayed {
	int64_t due; /* microseconds */
	struct sockaddr_in to;
	struct delayed *next;
	size_t size;
	unsigned char bytes[];
};

struct counted {
	char *name;
	unsigned type, n, by_tcp;
	struct counted *next;
};

struct server {
	int udp, tcp, wake;
	unsigned port;
	pthread_t thread;
	pthread_t connections[CONNECTIONS_MAX];
	int fds[CONNECTIONS_MAX];
	unsigned nconnections;
	atomic_bool closing;
	struct delayed *first, **last;
	pthread_mutex_t lock; /* of what follows */
	struct zone *zone;
	struct counted *counted;
	unsigned questions, hailed, by_tcp, with_edns, with_ad, unreadable;
};

struct connection {
	struct server *server;
	int fd;
};

static int64_t server_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void server_count(struct server *server, struct question *question)
{
	struct counted *counted = server->counted;

	if (!*question->name) {
		server->hailed++;
		return;
	}
	server->questions++;
	server->by_tcp += question->tcp;
	server->with_edns += question->edns;
	server->with_ad += question->ad;
	while (counted &&
	       (counted->type != question->type || strcmp(counted->name, question->name) != 0))
		counted = counted->next;
	if (!counted) {
		counted = calloc(1, sizeof(*counted));
		if (!counted || !(counted->name = strdup(question->name)))
			abort();
		counted->type = question->type;
		counted->next = server->counted;
		server->counted = counted;
	}
	counted->n++;
	counted->by_tcp += question->tcp;
	question->by_tcp = counted->by_tcp;
}

/* Reads a question, counts it, makes the reply. */
static struct reply *server_reply(struct server *server, const unsigned char *bytes, size_t size,
				  bool tcp)
{
	struct question question;
	struct reply *reply;

	if (question_read(&question, bytes, size) < 0) {
		pthread_mutex_lock(&server->lock);
		server->unreadable++;
		pthread_mutex_unlock(&server->lock);
		return NULL;
	}
	question.tcp = tcp;
	pthread_mutex_lock(&server->lock);
	server_count(server, &question);
	reply = test_reply_make(server->zone, &question);
	pthread_mutex_unlock(&server->lock);
	return reply;
}

/* ---- UDP ---- */

static void server_delay(struct server *server, const struct reply *reply,
			 const struct sockaddr_in *to)
{
	struct delayed *delayed = malloc(sizeof(*delayed) + reply->size);
	struct delayed **at = &server->first;

	if (!delayed)
		abort();
	*delayed = (struct delayed){ .due = server_now() + reply->delay_ms * 1000LL,
				     .to = *to,
				     .size = reply->size };
	memcpy(delayed->bytes, reply->bytes, reply->size);
	if (server->first &&
	    delayed->due >= ((struct delayed *)(void *)((char *)server->last -
							offsetof(struct delayed, next)))
				    ->due)
		at = server->last;
	while (*at && (*at)->due <= delayed->due)
		at = &(*at)->next;
	delayed->next = *at;
	*at = delayed;
	if (!delayed->next)
		server->last = &delayed->next;
}

static void server_send(struct server *server, const void *bytes, size_t size,
			const struct sockaddr_in *to)
{
	if (sendto(server->udp, bytes, size, 0, (const struct sockaddr *)to, sizeof(*to)) < 0)
		return; /* the asking socket is closed */
}

static void server_udp(struct server *server)
{
	unsigned char bytes[1024];
	struct sockaddr_in from;
	socklen_t from_size = sizeof(from);
	ssize_t size;

	while ((size = recvfrom(server->udp, bytes, sizeof(bytes), MSG_DONTWAIT,
				(struct sockaddr *)&from, &from_size)) >= 0) {
		struct reply *reply = server_reply(server, bytes, (size_t)size, false);

		if (reply && !reply->drop && reply->delay_ms)
			server_delay(server, reply, &from);
		else if (reply && !reply->drop)
			server_send(server, reply->bytes, reply->size, &from);
		free(reply);
		from_size = sizeof(from);
	}
}

/* Makes all answers due. */
static void server_hurry(struct server *server)
{
	for (struct delayed *delayed = server->first; delayed; delayed = delayed->next)
		delayed->due = 0;
}

/* Sends what is due. Returns in wait_r how long nothing is due; NULL: for ever. */
static const struct timespec *server_due(struct server *server, struct timespec *wait_r)
{
	const int64_t now = server_now();
	int64_t wait;

	while (server->first && server->first->due <= now) {
		struct delayed *delayed = server->first;

		server->first = delayed->next;
		if (!server->first)
			server->last = &server->first;
		server_send(server, delayed->bytes, delayed->size, &delayed->to);
		free(delayed);
	}
	if (!server->first)
		return NULL;
	wait = server->first->due - now;
	*wait_r = (struct timespec){ .tv_sec = wait / 1000000, .tv_nsec = wait % 1000000 * 1000 };
	return wait_r;
}

/* ---- TCP ---- */

static int read_all(int fd, void *bytes, size_t size)
{
	unsigned char *at = bytes;

	while (size > 0) {
		ssize_t n = read(fd, at, size);

		if (n <= 0)
			return -1;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

static int write_slowly(int fd, const struct reply *reply)
{
	const unsigned char *at = reply->bytes;
	size_t left = reply->size;

	while (left > 0) {
		const size_t chunk = reply->slow_ms ? 1 : left;
		const ssize_t n = send(fd, at, chunk, MSG_NOSIGNAL);

		if (n <= 0)
			return -1;
		at += n;
		left -= (size_t)n;
		if (reply->slow_ms)
			usleep(reply->slow_ms * 1000);
	}
	return 0;
}

static int connection_answer(struct server *server, int fd)
{
	unsigned char bytes[1024], length[2];
	struct reply *reply;
	size_t size;
	int rc = -1;

	if (read_all(fd, length, 2) < 0)
		return -1;
	size = (size_t)length[0] << 8 | length[1];
	if (size > sizeof(bytes) || read_all(fd, bytes, size) < 0)
		return -1;
	reply = server_reply(server, bytes, size, true);
	if (reply && !reply->close_tcp) {
		length[0] = (unsigned char)(reply->size >> 8);
		length[1] = (unsigned char)reply->size;
		if (reply->delay_ms)
			usleep(reply->delay_ms * 1000);
		rc = reply->drop || (send(fd, length, 2, MSG_NOSIGNAL) == 2 &&
				     write_slowly(fd, reply) == 0 && !reply->last_tcp)
			     ? 0
			     : -1;
	}
	free(reply);
	return rc;
}

static void *connection_run(void *arg)
{
	struct connection *connection = arg;

	while (connection_answer(connection->server, connection->fd) == 0)
		;
	shutdown(connection->fd, SHUT_RDWR);
	free(connection);
	return NULL;
}

/* All connections end with the server: a test makes few. */
static void server_tcp(struct server *server)
{
	struct connection *connection = malloc(sizeof(*connection));
	const int fd = accept4(server->tcp, NULL, NULL, SOCK_CLOEXEC);

	if (!connection || server->nconnections == CONNECTIONS_MAX)
		abort();
	if (fd < 0) {
		free(connection);
		return;
	}
	*connection = (struct connection){ server, fd };
	server->fds[server->nconnections] = fd;
	if (pthread_create(&server->connections[server->nconnections++], NULL, connection_run,
			   connection) != 0)
		abort();
}

/* ---- Its life ---- */

static void *server_run(void *arg)
{
	struct server *server = arg;
	struct pollfd fds[] = { { .fd = server->wake, .events = POLLIN },
				{ .fd = server->udp, .events = POLLIN },
				{ .fd = server->tcp, .events = POLLIN } };

	/* Sleeps to the microsecond: benchmarks compare with the delay that they asked for. */
	prctl(PR_SET_TIMERSLACK, 1);
	for (;;) {
		struct timespec wait;
		eventfd_t woken;

		ppoll(fds, 3, server_due(server, &wait), NULL);
		if (server->closing)
			return NULL;
		if (fds[0].revents) {
			eventfd_read(server->wake, &woken);
			server_hurry(server);
		}
		if (fds[1].revents)
			server_udp(server);
		if (fds[2].revents)
			server_tcp(server);
	}
}

static int server_bind(struct server *server, unsigned port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	socklen_t size = sizeof(addr);
	const int yes = 1;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setsockopt(server->tcp, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(server->udp, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    getsockname(server->udp, (struct sockaddr *)&addr, &size) < 0 ||
	    bind(server->tcp, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(server->tcp, 16) < 0)
		return -1;
	server->port = ntohs(addr.sin_port);
	return 0;
}

struct server *server_new(unsigned port)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		abort();
	/* A port that is free for UDP may be taken for TCP: then another is tried. */
	for (int tries = 0; server_bind(server, port) < 0; tries++) {
		close(server->udp);
		close(server->tcp);
		if (port || tries == 20) {
			free(server);
			return NULL;
		}
	}
	server->last = &server->first;
	server->wake = eventfd(0, EFD_CLOEXEC);
	server->zone = zone_new();
	pthread_mutex_init(&server->lock, NULL);
	if (server->wake < 0 || pthread_create(&server->thread, NULL, server_run, server) != 0)
		abort();
	return server;
}

void server_free(struct server *server)
{
	server->closing = true;
	eventfd_write(server->wake, 1);
	pthread_join(server->thread, NULL);
	for (unsigned i = 0; i < server->nconnections; i++) {
		shutdown(server->fds[i], SHUT_RDWR);
		pthread_join(server->connections[i], NULL);
		close(server->fds[i]);
	}
	for (struct delayed *delayed = server->first, *next; delayed; delayed = next) {
		next = delayed->next;
		free(delayed);
	}
	for (struct counted *counted = server->counted, *next; counted; counted = next) {
		next = counted->next;
		free(counted->name);
		free(counted);
	}
	close(server->udp);
	close(server->tcp);
	close(server->wake);
	zone_free(server->zone);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

/* ---- The test's questions ---- */

unsigned server_port(const struct server *server)
{
	return server->port;
}

void server_add(struct server *server, const char *lines)
{
	pthread_mutex_lock(&server->lock);
	zone_add(server->zone, lines);
	pthread_mutex_unlock(&server->lock);
}

void server_clear(struct server *server)
{
	pthread_mutex_lock(&server->lock);
	zone_free(server->zone);
	server->zone = zone_new();
	pthread_mutex_unlock(&server->lock);
}

void server_release(struct server *server)
{
	eventfd_write(server->wake, 1);
}

static unsigned server_get(struct server *server, const unsigned *counter)
{
	unsigned n;

	pthread_mutex_lock(&server->lock);
	n = *counter;
	pthread_mutex_unlock(&server->lock);
	return n;
}

unsigned server_questions(struct server *server)
{
	return server_get(server, &server->questions);
}

unsigned server_hailed(struct server *server)
{
	return server_get(server, &server->hailed);
}

unsigned server_asked_tcp(struct server *server)
{
	return server_get(server, &server->by_tcp);
}

unsigned server_asked_edns(struct server *server)
{
	return server_get(server, &server->with_edns);
}

unsigned server_asked_ad(struct server *server)
{
	return server_get(server, &server->with_ad);
}

unsigned server_unreadable(struct server *server)
{
	return server_get(server, &server->unreadable);
}

unsigned server_asked(struct server *server, const char *name, const char *type)
{
	const unsigned number = zone_type(type);
	unsigned n = 0;

	pthread_mutex_lock(&server->lock);
	for (const struct counted *counted = server->counted; counted; counted = counted->next)
		if (counted->type == number && strcmp(counted->name, name) == 0)
			n = counted->n;
	pthread_mutex_unlock(&server->lock);
	return n;
}
