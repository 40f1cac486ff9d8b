/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A dialogue under test, over a session of the test's own that writes down what it is told. What follows is once in a
 * process: each test is one (Check forks).
 */
#ifndef TESTS_DIALOGUE_HELP_H
#define TESTS_DIALOGUE_HELP_H

#include "dialogue.h"

#define ALL_STAGES ((1U << MG_STAGES) - 1)

/* What sessions are told, and what they shall say. */
struct told {
	char calls[8192]; /* one word for each, of all sessions */
	struct front_needs needs;
	struct reply replies[MG_STAGES];
	const char *macro; /* to look up at each event */
	unsigned made, ended, waits;
};
extern struct told told;

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
	char log_path[32], answers[8192];
};

/* Needs everything, and serves ten. */
void talk_begin(struct talk *talk);

/* The next connection of the same front end. */
void talk_next(struct talk *talk);

/* Takes a packet, and adds to talk->answers what is answered. Returns whether the connection goes on. */
bool talk_take(struct talk *talk, int command, const char *data, size_t size);

/* All but the last go on. */
bool talk_take_all(struct talk *talk, const struct sent *sent);

/* How many lines of the log have a text. */
unsigned talk_logged(const struct talk *talk, const char *text);

/* Every session was ended, once, every place was given back. */
void talk_end(struct talk *talk);

#endif
