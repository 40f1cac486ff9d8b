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

/* The host of such sessions: they only check that it is theirs. */
#define THE_HOST ((struct host *)(uintptr_t)&told)

/* The calls of sessions, and the replies that they shall give. */
struct told {
	pthread_mutex_t lock;
	char calls[8192]; /* the calls of all sessions, one word each */
	atomic_uint made, ended, refused;
	struct mta_needs needs;   /* of the snapshot, which is made when first asked for */
	struct snapshot *present; /* NULL until then */
	atomic_uint unused;       /* snapshots whose last reference was given back */
	struct reply replies[MG_STAGES];
	const char *macro;   /* looked up at each event: its value follows the call in brackets */
	atomic_uint slow_ms; /* how long RCPT waits */
	atomic_bool held;    /* RCPT also waits as long as this is set */
	atomic_bool in_rcpt;
	atomic_uint rcpts; /* how many RCPTs have begun */
	atomic_uint over;  /* of these, those whose budget was used up before */
};

extern struct told told;

/* Changes the needs, as a reload does. */
void change_needs(struct mta_needs needs);

/* Whether these are all calls so far. Do not read told.calls otherwise while sessions run. */
bool told_only(const char *calls);

#endif
