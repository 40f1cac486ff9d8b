/* SPDX-License-Identifier: BSD-2-Clause */
/* A dialogue under test, over a session that stands in (session_help.h). */
#ifndef TESTS_DIALOGUE_HELP_H
#define TESTS_DIALOGUE_HELP_H

#include "front/dialogue.h"
#include "session_help.h"

/* A packet of the MTA's. A list of them ends with one without a command. */
struct sent {
	int command;
	const char *data;
	size_t size;
};
#define P(command, data)                        \
	{                                       \
		command, data, sizeof(data) - 1 \
	}

#define NEGOTIATION P('O', "\0\0\0\6\0\0\1\xff\0\x1f\xff\xff")
#define CLIENT                  \
	P('C', "c\0004\x12\x34" \
	       "192.0.2.1\0")
#define AGREED "O(6,100,400) "

struct talk {
	struct dialogues all;
	struct dialogue dialogue;
	struct bytes out;
	char log_path[128], answers[8192];
	unsigned waits; /* how often a hook was about to wait */
};

/* Begins with a configuration that needs everything; ten connections are served. */
void talk_begin(struct talk *talk);

/* The next connection of the same front end. */
void talk_next(struct talk *talk);

/*
 * Handles a packet, and adds the reply to talk->answers. Returns whether the connection
 * continues.
 */
bool talk_take(struct talk *talk, int command, const char *data, size_t size);

/* Handles packets; all but the last keep the connection. */
bool talk_take_all(struct talk *talk, const struct sent *sent);

/* The number of log lines with a text. */
unsigned talk_logged(const struct talk *talk, const char *text);

/* Checks that every session was ended once, and every place was given back. */
void talk_end(struct talk *talk);

#endif
