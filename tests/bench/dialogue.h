/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dialogue that a client of the load generator holds with a milter, as Postfix would report
 * it.
 */
#ifndef BENCH_DIALOGUE_H
#define BENCH_DIALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "hist.h"
#include "../mta/mta.h"

enum {
	DIALOGUE_OPEN = MTA_STAGES, /* connecting to the socket, and negotiating */
	DIALOGUE_STEPS
};

extern const char *const dialogue_steps[DIALOGUE_STEPS]; /* names of the steps */

struct dialogue {
	const char *address;
	unsigned messages; /* in a session */
	unsigned pause_us; /* before each command */
};

/* The record of one client. All zero to begin with. */
struct dialogue_stats {
	uint64_t sessions;
	uint64_t messages;
	uint64_t replies;
	uint64_t failures;
	char error[160];                  /* of the first failure */
	struct hist hist[DIALOGUE_STEPS]; /* of the commands that got a reply */
};

/* A connection with the macros that Postfix has; never NULL. */
struct mta *dialogue_new(unsigned client);

/*
 * A whole session; serial makes addresses and numbers of recipients differ. 0, or -1 and
 * stats->error.
 */
int dialogue_run(const struct dialogue *dialogue, struct mta *mta, uint64_t serial,
		 struct dialogue_stats *stats);

/*
 * The beginning of a session: the client connects and then sends nothing; the connection stays
 * open.
 */
int dialogue_connect(const struct dialogue *dialogue, struct mta *mta, uint64_t serial,
		     struct dialogue_stats *stats);

/* Nanoseconds on a clock that only goes forward. */
uint64_t dialogue_now(void);

#endif
