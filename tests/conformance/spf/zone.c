/* SPDX-License-Identifier: BSD-2-Clause */
/* A DNS server for the zones of a test suite (RFC 1035, section 4). */
#include <config.h>

#include "zone.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CNAME 5
#define FAULT 65280 /* a private type, whose data is one byte: the enum */
#define NAME_MAX_WIRE 255
#define MESSAGE_MAX 4096
#define CHAIN_MAX 8

struct record {
	unsigned char name[NAME_MAX_WIRE]; /* wire form, lower case */
	size_t name_size;
	unsigned type;
	size_t size;
	struct record *next;
	unsigned char data[];
};

struct zone {
	int fd, stop[2];
	unsigned port;
	pthread_t thread;
	pthread_mutex_t lock;
	struct record *first, **last;
	atomic_uint questions;
};

struct message {
	unsigned char bytes[MESSAGE_MAX];
	size_t size;
	unsigned answers;
};

static void die(const char *what)
{
	perror(what);
	exit(99);
}

size_t zone_wire(unsigned char *wire_r, const char *name)
{
	size_t size = 0;

	while (*name) {
		const size_t label = strcspn(name, ".");

		if (label == 0 || label > 63 || size + label + 2 > NAME_MAX_WIRE)
			break;
		wire_r[size++] = (unsigned char)label;
		for (size_t i = 0; i < label; i++)
			wire_r[size++] = (unsigned char)name[i];
		name += label + (name[label] == '.');
	}
	wire_r[size++] = 0;
	return size;
}

static void fold(unsigned char *wire, size_t size)
{
	for (size_t i = 0; i < size; i++)
		wire[i] = (unsigned char)tolower(wire[i]);
}

/* ---- Records ---- */

void zone_add(struct zone *zone, const char *name, unsigned type, const void *data, size_t size)
{
	struct record *record = calloc(1, sizeof(*record) + size);

	if (!record)
		die("calloc");
	record->name_size = zone_wire(record->name, name);
	fold(record->name, record->name_size);
	record->type = type;
	record->size = size;
	memcpy(record->data, data, size);
	pthread_mutex_lock(&zone->lock);
	*zone->last = record;
	zone->last = &record->next;
	pthread_mutex_unlock(&zone->lock);
}

void zone_add_fault(struct zone *zone, const char *name, enum zone_fault fault)
{
	const unsigned char byte = (unsigned char)fault;

	zone_add(zone, name, FAULT, &byte, 1);
}

void zone_clear(struct zone *zone)
{
	pthread_mutex_lock(&zone->lock);
	while (zone->first) {
		struct record *record = zone->first;

		zone->first = record->next;
		free(record);
	}
	zone->last = &zone->first;
	pthread_mutex_unlock(&zone->lock);
}

static const struct record *zone_find(const struct record *from, const unsigned char *name,
				      size_t size, int type)
{
	for (; from; from = from->next)
		if (from->name_size == size && memcmp(from->name, name, size) == 0 &&
		    (type < 0 || from->type == (unsigned)type))
			return from;
	return NULL;
}

/* ---- Answers ---- */

static void put16(struct message *message, unsigned value)
{
	message->bytes[message->size++] = (unsigned char)(value >> 8);
	message->bytes[message->size++] = (unsigned char)value;
}

static void put_record(struct message *message, const unsigned char *name, size_t name_size,
		       const struct record *record)
{
	if (message->size + name_size + record->size + 10 > MESSAGE_MAX)
		die("an answer is too long");
	memcpy(message->bytes + message->size, name, name_size);
	message->size += name_size;
	put16(message, record->type);
	put16(message, 1);
	put16(message, 0);
	put16(message, 300);
	put16(message, (unsigned)record->size);
	memcpy(message->bytes + message->size, record->data, record->size);
	message->size += record->size;
	message->answers++;
}

/* Returns the RCODE, or -1 for no answer at all. */
static int answer_name(const struct zone *zone, struct message *message, unsigned char *name,
		       size_t size, unsigned type)
{
	const struct record *record, *alias;

	for (unsigned links = 0; links < CHAIN_MAX; links++) {
		record = zone_find(zone->first, name, size, (int)type);
		alias = record ? NULL : zone_find(zone->first, name, size, CNAME);
		for (; record; record = zone_find(record->next, name, size, (int)type))
			put_record(message, name, size, record);
		if (message->answers > links)
			return 0;
		record = zone_find(zone->first, name, size, FAULT);
		if (record)
			return record->data[0] == ZONE_DROPS ? -1 : 2;
		if (!alias)
			return links || zone_find(zone->first, name, size, -1) ? 0 : 3;
		put_record(message, name, size, alias);
		memcpy(name, alias->data, alias->size);
		size = alias->size;
		fold(name, size);
	}
	return 0;
}

/* Makes the answer of a question, in place. Returns false for a question that gets none. */
static bool answer(struct zone *zone, struct message *message)
{
	unsigned char name[NAME_MAX_WIRE];
	size_t end = 12;
	unsigned type;
	int status;

	while (end < message->size && message->bytes[end] && message->bytes[end] < 64)
		end += message->bytes[end] + 1U;
	if (end + 5 > message->size || end - 11 > sizeof(name))
		return false;
	end++;
	memcpy(name, message->bytes + 12, end - 12);
	fold(name, end - 12);
	type = (unsigned)message->bytes[end] << 8 | message->bytes[end + 1];
	message->size = end + 4;
	pthread_mutex_lock(&zone->lock);
	status = answer_name(zone, message, name, end - 12, type);
	pthread_mutex_unlock(&zone->lock);
	if (status < 0)
		return false;
	message->bytes[2] = (unsigned char)(0x84 | (message->bytes[2] & 1));
	message->bytes[3] = (unsigned char)(0x80 | status);
	memset(message->bytes + 4, 0, 8);
	message->bytes[5] = 1;
	message->bytes[7] = (unsigned char)message->answers;
	return true;
}

static void *serve(void *arg)
{
	struct zone *zone = arg;
	struct pollfd fds[2] = { { .fd = zone->fd, .events = POLLIN },
				 { .fd = zone->stop[0], .events = POLLIN } };
	struct sockaddr_in peer;

	while (poll(fds, 2, -1) > 0 && !fds[1].revents) {
		struct message message = { .answers = 0 };
		socklen_t peer_size = sizeof(peer);
		const ssize_t got = recvfrom(zone->fd, message.bytes, sizeof(message.bytes), 0,
					     (struct sockaddr *)&peer, &peer_size);

		if (got < 17)
			continue;
		message.size = (size_t)got;
		atomic_fetch_add(&zone->questions, 1);
		if (answer(zone, &message))
			sendto(zone->fd, message.bytes, message.size, 0, (struct sockaddr *)&peer,
			       peer_size);
	}
	return NULL;
}

/* ---- Starting and stopping ---- */

struct zone *zone_start(void)
{
	struct zone *zone = calloc(1, sizeof(*zone));
	struct sockaddr_in here = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(here);

	if (!zone)
		die("calloc");
	zone->last = &zone->first;
	pthread_mutex_init(&zone->lock, NULL);
	zone->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (zone->fd < 0 || bind(zone->fd, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    getsockname(zone->fd, (struct sockaddr *)&here, &size) < 0 || pipe(zone->stop) < 0)
		die("socket");
	zone->port = ntohs(here.sin_port);
	if (pthread_create(&zone->thread, NULL, serve, zone) != 0)
		die("pthread_create");
	return zone;
}

void zone_stop(struct zone *zone)
{
	if (write(zone->stop[1], "", 1) != 1)
		die("write");
	pthread_join(zone->thread, NULL);
	zone_clear(zone);
	close(zone->fd);
	close(zone->stop[0]);
	close(zone->stop[1]);
	pthread_mutex_destroy(&zone->lock);
	free(zone);
}

unsigned zone_port(const struct zone *zone)
{
	return zone->port;
}

unsigned zone_questions(struct zone *zone)
{
	return atomic_exchange(&zone->questions, 0);
}
