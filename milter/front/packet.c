/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of the milter protocol: a length, a command, its data. */
#include <config.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "front/packet.h"

#define LENGTH_SIZE sizeof(uint32_t)
#define ROOM_MIN 1024

static void bytes_move_to_begin(struct bytes *bytes)
{
	const size_t size = bytes->end - bytes->begin;

	if (bytes->begin > 0)
		memmove(bytes->data, bytes->data + bytes->begin, size);
	bytes->begin = 0;
	bytes->end = size;
}

static void bytes_grow(struct bytes *bytes, size_t room)
{
	bytes->data = realloc(bytes->data, room);
	if (!bytes->data)
		memory_ended();
	bytes->room = room;
}

void bytes_reserve(struct bytes *bytes, size_t more)
{
	size_t room = bytes->room ? bytes->room : ROOM_MIN;

	if (bytes->room - bytes->end >= more)
		return;
	bytes_move_to_begin(bytes);
	while (room - bytes->end < more)
		room *= 2;
	if (room != bytes->room)
		bytes_grow(bytes, room);
}

void bytes_fit(struct bytes *bytes, size_t size)
{
	bytes_move_to_begin(bytes);
	if (size > bytes->room)
		bytes_grow(bytes, size);
}

void bytes_add(struct bytes *bytes, const void *more, size_t size)
{
	bytes_reserve(bytes, size);
	memcpy(bytes->data + bytes->end, more, size);
	bytes->end += size;
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){ NULL, 0, 0, 0 };
}

static uint32_t get_number(const void *bytes)
{
	uint32_t number;

	memcpy(&number, bytes, sizeof(number));
	return ntohl(number);
}

enum packet_state packet_take(struct bytes *in, size_t max, struct packet *packet_r)
{
	const size_t size = in->end - in->begin;
	uint32_t length;

	if (size < LENGTH_SIZE)
		return PACKET_PART;
	length = get_number(in->data + in->begin);
	/* Checked before the data has come: nobody waits for a packet that is too long. */
	if (length == 0 || length > max)
		return PACKET_BROKEN;
	if (size < LENGTH_SIZE + length)
		return PACKET_PART;
	packet_r->command = in->data[in->begin + LENGTH_SIZE];
	packet_r->data = (char *)in->data + in->begin + LENGTH_SIZE + 1;
	packet_r->size = length - 1;
	in->begin += LENGTH_SIZE + length;
	if (in->begin == in->end)
		in->begin = in->end = 0;
	return PACKET_WHOLE;
}

size_t packet_missing(const struct bytes *in)
{
	const size_t size = in->end - in->begin;

	if (size <= LENGTH_SIZE)
		return 0;
	return LENGTH_SIZE + get_number(in->data + in->begin) - size;
}

int packet_command(const struct bytes *in)
{
	return in->end - in->begin > LENGTH_SIZE ? in->data[in->begin + LENGTH_SIZE] : 0;
}

char *packet_string(struct packet *packet)
{
	char *string = packet->data;
	const char *nul = packet->size ? memchr(string, '\0', packet->size) : NULL;

	if (!nul)
		return NULL;
	packet->data += nul + 1 - string;
	packet->size -= (size_t)(nul + 1 - string);
	return string;
}

bool packet_number(struct packet *packet, uint32_t *number_r)
{
	if (packet->size < sizeof(*number_r))
		return false;
	*number_r = get_number(packet->data);
	packet->data += sizeof(*number_r);
	packet->size -= sizeof(*number_r);
	return true;
}

size_t packet_begin(struct bytes *out, int command)
{
	const unsigned char byte = (unsigned char)command;
	size_t size = out->end - out->begin;

	packet_put_number(out, 0);
	bytes_add(out, &byte, 1);
	return size;
}

void packet_end(struct bytes *out, size_t begin)
{
	const size_t size = out->end - out->begin - begin - LENGTH_SIZE;
	const uint32_t length = htonl((uint32_t)size);

	memcpy(out->data + out->begin + begin, &length, sizeof(length));
}

void packet_put_number(struct bytes *out, uint32_t number)
{
	number = htonl(number);
	bytes_add(out, &number, sizeof(number));
}

void packet_put_string(struct bytes *out, const char *string)
{
	bytes_add(out, string, strlen(string) + 1);
}

void packet_put(struct bytes *out, int command)
{
	packet_end(out, packet_begin(out, command));
}
