/* SPDX-License-Identifier: BSD-2-Clause */
/* The macros that an MTA has sent. */
#include <config.h>

#include <string.h>

#include "front/macros.h"
#include "front/protocol.h"

/* In the order in which they come in a dialogue. */
static const int commands[MACROS_COMMANDS] = { COMMAND_CONNECT, COMMAND_HELO, COMMAND_MAIL,
					       COMMAND_RCPT,    COMMAND_DATA, COMMAND_EOH,
					       COMMAND_EOM };
#define AT_MAIL 2

static size_t command_index(int command)
{
	size_t i = 0;

	while (i < MACROS_COMMANDS && commands[i] != command)
		i++;
	return i;
}

/* Drops the macros of the commands from i on. */
static void macros_cut(struct macros *macros, size_t i)
{
	macros->text.end = i > 0 ? macros->ends[i - 1] : 0;
	for (; i < MACROS_COMMANDS; i++)
		macros->ends[i] = macros->text.end;
}

bool macros_take(struct macros *macros, struct packet *packet)
{
	size_t i;

	if (packet->size == 0)
		return false;
	i = command_index((unsigned char)*packet->data++);
	packet->size--;
	/* Sendmail can be configured to send macros for other commands. Nothing requests those. */
	if (i == MACROS_COMMANDS)
		return true;
	macros_cut(macros, i);
	if (macros->text.end + packet->size > MACROS_MAX)
		return false;
	/* No more than they need: idle connections keep them. */
	bytes_fit(&macros->text, macros->text.end + packet->size);
	while (packet->size > 0) {
		const char *name = packet_string(packet);
		const char *value = name ? packet_string(packet) : NULL;

		if (!value)
			return false;
		packet_put_string(&macros->text, name);
		packet_put_string(&macros->text, value);
	}
	for (; i < MACROS_COMMANDS; i++)
		macros->ends[i] = macros->text.end;
	return true;
}

void macros_begin(struct macros *macros, int command)
{
	const size_t i = command_index(command);

	if (i < MACROS_COMMANDS)
		macros_cut(macros, i + 1);
}

void macros_end_message(struct macros *macros)
{
	macros_cut(macros, AT_MAIL);
}

void macros_forget(struct macros *macros)
{
	macros_cut(macros, 0);
}

/* A name without its braces. */
static const char *bare(const char *name, size_t *size_r)
{
	const size_t size = strlen(name);
	const bool braces = size > 2 && name[0] == '{' && name[size - 1] == '}';

	*size_r = braces ? size - 2 : size;
	return braces ? name + 1 : name;
}

const char *macros_get(const struct macros *macros, const char *name)
{
	const char *text = (const char *)macros->text.data, *value = NULL;
	size_t size, other_size;

	name = bare(name, &size);
	/* The last one is the latest. */
	for (size_t at = 0; at < macros->text.end;) {
		const char *other = bare(text + at, &other_size);

		at += strlen(text + at) + 1;
		if (other_size == size && memcmp(other, name, size) == 0)
			value = text + at;
		at += strlen(text + at) + 1;
	}
	return value;
}

void macros_free(struct macros *macros)
{
	bytes_free(&macros->text);
}
