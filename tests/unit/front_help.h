/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A front end under test, over a session of the test's own that records what it is told. A front end
 * is used once in a process, so each test is a process (Check forks), and what follows is once in
 * a process too. Each test program is built for each front end, as FRONT_UNDER_TEST.
 */
#ifndef TESTS_FRONT_HELP_H
#define TESTS_FRONT_HELP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "front.h"
#include "front_end.h"
#include "mta.h"

#define ALL_STAGES ((1U << MG_STAGES) - 1)

/* What sessions are told, and what they shall say. */
struct told {
	pthread_mutex_t lock;
	char calls[4096]; /* one word for each call, of all sessions */
	atomic_uint made, ended, refused;
	struct front_needs needs; /* everything, when a test does not say */
	struct reply replies[MG_STAGES];
	const char *macro;   /* to look up at MAIL */
	atomic_uint slow_ms; /* how long RCPT takes */
	atomic_bool in_rcpt;
};

/* The front end, once it is started. */
struct running {
	struct front *front;
	struct log *log;
	char where[128]; /* as in a configuration */
	char folder[64];
	char log_path[128];
	atomic_bool has_ended;
};

extern const struct front_end *const front_end;
extern struct told told;
extern struct running running;

/* Whether no session has been told anything so far. While sessions are served, told.calls is not to be read otherwise. */
bool told_nothing(void);

/* listen: NULL for a unix socket in a folder of its own. */
void start(const char *listen, size_t max_connections);

/* Stops; every session that was made has been ended, once. */
void finish(void);

double seconds(void);
void wait_for_ends(unsigned n);

/* How often the log has a text, and when it has it n times. */
unsigned logged(const char *text);
void wait_for_log(const char *text, unsigned n);

/* A port that is free now, as a "listen". */
const char *free_port(char listen_r[64]);

struct mta *open_mta(void);
struct mta *open_mta_offering(struct mta_options offer);

extern const char *const sender[], *const recipient[];

#endif
