/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of the milter protocol on a socket: four bytes of length, a command, its data. */
#include <config.h>

#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define LENGTH_BYTES 4
#define PACKET_MAX (1 << 20)

static void buffer_reserve(struct buffer *buffer, size_t more)
{
	size_t room = buffer->room ? buffer->room : 1024;

	if (buffer->room - buffer->size >= more)
		return;
	while (room - buffer->size < more)
		room *= 2;
	buffer->data = realloc(buffer->data, room);
	if (!buffer->data)
		abort();
	buffer->room = room;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t size)
{
	buffer_reserve(buffer, size + 1);
	if (size)
		memcpy(buffer->data + buffer->size, bytes, size);
	buffer->size += size;
}

void buffer_add_string(struct buffer *buffer, const char *string)
{
	buffer_add(buffer, string, strlen(string) + 1);
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ NULL, 0, 0 };
}

enum mta_verdict wire_fail(struct mta *mta, enum mta_verdict verdict, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(mta->error, sizeof(mta->error), fmt, args);
	va_end(args);
	mta->reply.verdict = verdict;
	return verdict;
}

size_t wire_begin(struct mta *mta, char command)
{
	size_t begin = mta->out.size;

	buffer_add(&mta->out, "\0\0\0\0", LENGTH_BYTES);
	buffer_add(&mta->out, &command, 1);
	return begin;
}

void wire_end(struct mta *mta, size_t begin)
{
	uint32_t length = htonl((uint32_t)(mta->out.size - begin - LENGTH_BYTES));

	memcpy(mta->out.data + begin, &length, LENGTH_BYTES);
}

static void wire_out_of_patience(struct mta *mta, const char *what)
{
	struct ucred milter = { .pid = 0 };
	socklen_t size = sizeof(milter);
	char report[240];

	getsockopt(mta->fd, SOL_SOCKET, SO_PEERCRED, &milter, &size);
	wire_fail(mta, MTA_FAILED, "the milter did not %s within %d ms: %s", what, mta->timeout_ms,
		  machine_report(&mta->wait, milter.pid, report));
}

/*
 * Whether to try again: a call on the socket, begun then, has blocked for its full time. False:
 * patience has run out.
 */
static bool wire_waits(struct mta *mta, int64_t began)
{
	if (!mta->wait.left)
		mta->wait = machine_wait(mta->timeout_ms);
	return machine_paused(&mta->wait, WIRE_PAUSE_MS, began);
}

/*
 * A socket call, begun then, failed. Returns 1 to try again, 0 when it would block, -1 for a
 * failure that the verdict names.
 */
static int wire_errno(struct mta *mta, const char *what, int64_t began)
{
	if (errno == EINTR)
		return 1;
	if (errno == EPIPE || errno == ECONNRESET)
		wire_fail(mta, MTA_CLOSED, "the milter closed the connection");
	else if (errno != EAGAIN && errno != EWOULDBLOCK)
		wire_fail(mta, MTA_FAILED, "%s: %s", what, strerror(errno));
	else if (!mta->blocking)
		return 0;
	else if (wire_waits(mta, began))
		return 1;
	else
		wire_out_of_patience(mta, what);
	return -1;
}

int wire_flush(struct mta *mta)
{
	mta->wait.left = 0;
	while (mta->out_sent < mta->out.size) {
		const int64_t began = now_us();
		ssize_t n =
			send(mta->fd, mta->out.data + mta->out_sent, mta->out.size - mta->out_sent,
			     MSG_NOSIGNAL | (mta->blocking ? 0 : MSG_DONTWAIT));

		if (n >= 0) {
			mta->out_sent += (size_t)n;
			mta->wait.left = 0;
		} else {
			int again = wire_errno(mta, "read", began);

			if (again <= 0)
				return again;
		}
	}
	mta->out.size = mta->out_sent = 0;
	return 1;
}

/* Reads what has come. Returns 1 when something came, 0 when it would block, -1 on failure. */
static int wire_read(struct mta *mta)
{
	struct buffer *in = &mta->in;
	ssize_t n;
	int again;

	if (mta->in_next) { /* only the unread rest is kept */
		memmove(in->data, in->data + mta->in_next, in->size - mta->in_next);
		in->size -= mta->in_next;
		mta->in_next = 0;
	}
	buffer_reserve(in, 4096);
	mta->wait.left = 0;
	do {
		const int64_t began = now_us();

		n = recv(mta->fd, in->data + in->size, in->room - in->size,
			 mta->blocking ? 0 : MSG_DONTWAIT);
		again = n < 0 ? wire_errno(mta, "answer", began) : 0;
	} while (again == 1);
	if (n < 0)
		return again;
	if (n == 0) {
		wire_fail(mta, MTA_CLOSED, "the milter closed the connection%s",
			  in->size ? " within a packet" : "");
		return -1;
	}
	in->size += (size_t)n;
	return 1;
}

int wire_receive(struct mta *mta, const char **packet_r, size_t *size_r)
{
	for (;;) {
		size_t have = mta->in.size - mta->in_next;
		uint32_t length = 0;
		int n;

		if (have >= LENGTH_BYTES) {
			memcpy(&length, mta->in.data + mta->in_next, LENGTH_BYTES);
			length = ntohl(length);
			if (length < 1 || length > PACKET_MAX) {
				wire_fail(mta, MTA_FAILED, "a packet of %lu bytes",
					  (unsigned long)length);
				return -1;
			}
			if (have - LENGTH_BYTES >= length) {
				*packet_r = mta->in.data + mta->in_next + LENGTH_BYTES;
				*size_r = length;
				mta->in_next += LENGTH_BYTES + length;
				return 1;
			}
		}
		n = wire_read(mta);
		if (n <= 0)
			return n;
	}
}
