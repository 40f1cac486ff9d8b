/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A front end under test, over a fake session (session_help.h). A process uses a front end once,
 * so each test is a process (Check forks). Each test program is built once for each front end,
 * as FRONT_UNDER_TEST.
 */
#ifndef TESTS_FRONT_HELP_H
#define TESTS_FRONT_HELP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "front/front.h"
#ifdef HAVE_LIBMILTER
#include "front/libmilter/libmilter.h"
#endif
#include "mta.h"
#include "session_help.h"

/* As a configuration has it by default. */
#define PACKET_MEMORY (64 << 20)

/* The front end, once it is started. Its times and limits may be changed before. */
struct running {
	struct front *front;
	struct log *log;
	struct front_limits limits;
	int stranger_ms, silence_ms;
	char where[128]; /* as in a configuration */
	char log_path[128];
	atomic_bool has_ended;
};

extern const struct front_end *const front_end;

/* Whether the test runs on libmilter, which differs in some points. */
#ifdef HAVE_LIBMILTER
#define ON_LIBMILTER (front_end == &front_libmilter)
#else
#define ON_LIBMILTER false
#endif

extern struct running running;

/* listen: NULL for a unix socket in a folder of its own. */
void start(const char *listen, size_t max_connections);

/* Stops; checks that every session was ended once. */
void finish(void);

/* After a stop by the test itself: ends the rest. */
void leave(void);

void wait_for_ends(unsigned n);

/* How often the log has a text; and a wait until it has it n times. */
unsigned logged(const char *text);
void wait_for_log(const char *text, unsigned n);

/* A port that is free now, as a "listen". */
const char *free_port(char listen_r[64]);

struct mta *open_mta(void);
struct mta *open_mta_offering(struct mta_options offer);

extern const char *const sender[], *const recipient[];

#endif
