/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fake session: it records its calls, and returns what the test chose. The state below exists
 * once in a process: each test is one (Check forks).
 */
#ifndef TESTS_SESSION_HELP_H
#define TESTS_SESSION_HELP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "session/session.h"

#define ALL_STAGES ((1U << MG_STAGES) - 1)

/* The host of such sessions: they have no use for it but to see that it is theirs. */
#define THE_HOST ((struct host *)(uintptr_t)&told)

/* What sessions are told, and what they shall say. */
struct told {
	pthread_mutex_t lock;
	char calls[8192]; /* one word for each call, of all sessions */
	atomic_uint made, ended, refused;
	struct mta_needs needs;   /* of the snapshot that is made when the first is asked for */
	struct snapshot *present; /* NULL until then */
	atomic_uint unused;       /* snapshots that were given back for the last time */
	struct reply replies[MG_STAGES];
	const char *macro;   /* to look up at each event: its value follows the call, in brackets */
	atomic_uint slow_ms; /* how long RCPT waits */
	atomic_bool held;    /* and, besides, as long as this is set */
	atomic_bool in_rcpt;
	atomic_uint rcpts; /* begun */
};

extern struct told told;

/* As a reload does. */
void change_needs(struct mta_needs needs);

/* Whether these are all calls so far. Do not read told.calls otherwise while sessions run. */
bool told_only(const char *calls);

#endif
