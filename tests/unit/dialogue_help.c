/* SPDX-License-Identifier: BSD-2-Clause */
/* A dialogue under test, over a session that stands in. */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue_help.h"
#include "folder.h"
#include "log_help.h"
#include "front/protocol.h"

static void on_waits(void *arg)
{
	struct talk *talk = arg;

	talk->waits++;
}

void talk_next(struct talk *talk)
{
	talk->dialogue = (struct dialogue){ MAGIC(DIALOGUE_MAGIC).all = &talk->all,
					    .waits = on_waits, .waits_arg = talk };
}

void talk_begin(struct talk *talk)
{
	told.needs = (struct mta_needs){ .stages = ALL_STAGES, .replies = ALL_STAGES };
	memset(talk, 0, sizeof(*talk));
	make_folder();
	talk->all.log = open_log(path_in(talk->log_path, "log"), false);
	talk->all.host = THE_HOST;
	talk->all.max = 10;
	talk->all.quiet = true;
	talk_next(talk);
}

unsigned talk_logged(const struct talk *talk, const char *text)
{
	return count_lines(talk->log_path, text);
}

void talk_end(struct talk *talk)
{
	bytes_free(&talk->out);
	log_close(&talk->all.log);
	remove_folder();
	ck_assert_uint_eq(told.made, told.ended);
	ck_assert_uint_eq(talk->all.served, 0);
}

/* The answers in readable form: a letter, and the data with | for each NUL, or its numbers. */
static void talk_read_answers(struct talk *talk)
{
	struct packet packet;
	char *to = talk->answers + strlen(talk->answers);
	uint32_t version, actions, steps;

	while (packet_take(&talk->out, PACKET_MAX, &packet) == PACKET_WHOLE) {
		*to++ = (char)packet.command;
		if (packet.command == COMMAND_NEGOTIATE) {
			packet_number(&packet, &version);
			packet_number(&packet, &actions);
			packet_number(&packet, &steps);
			to += sprintf(to, "(%u,%x,%x", version, actions, steps);
			while (packet_number(&packet, &version))
				to += sprintf(to, ",%u:%s", version, packet_string(&packet));
			*to++ = ')';
		} else if (packet.size > 0) {
			*to++ = '(';
			for (size_t i = 0; i < packet.size; i++)
				*to++ = (char)(packet.data[i] ? packet.data[i] : '|');
			*to++ = ')';
		}
		*to++ = ' ';
	}
	*to = '\0';
	ck_assert_uint_eq(talk->out.begin, talk->out.end);
}

/* The packet gets memory of its own, so that a sanitizer sees each byte read beyond it. */
bool talk_take(struct talk *talk, int command, const char *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	struct packet packet = { command, copy, size };
	bool goes_on;

	memcpy(copy, data, size);
	goes_on = dialogue_take(&talk->dialogue, &packet, &talk->out);
	free(copy);
	talk_read_answers(talk);
	return goes_on;
}

/* All packets but the last keep the connection. */
bool talk_take_all(struct talk *talk, const struct sent *sent)
{
	bool goes_on = true;

	for (; sent->command; sent++) {
		ck_assert(goes_on);
		goes_on = talk_take(talk, sent->command, sent->data, sent->size);
	}
	return goes_on;
}
