/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connections of the event loop: each is read by one worker at a time, and costs nothing while
 * it is idle.
 *
 * What has come of packets that are not whole yet may take memory_max bytes together. Beyond it the
 * connection that has most of it loses its packet: the rest of it is thrown away as it comes, and
 * is then answered 421.
 *
 * An event that may wait for a policy is held back while too many wait, but no longer than its
 * budget: then it is served without waiting.
 */
#ifndef MG_CONNECTIONS_H
#define MG_CONNECTIONS_H

#include "front/dialogue.h"
#include "front/workers.h"

struct conn;

/* Zeroed, with its workers, dialogues, log and times set, before connections_init(). */
struct connections {
	struct dialogues dialogues;
	struct workers workers;
	struct log *log;
	int stranger_ms, silence_ms; /* as front_settings has them */
	atomic_size_t memory_max;
	atomic_bool stopping;

	/* Private. */
	atomic_size_t memory;      /* of unfinished packets */
	atomic_llong dropped_said; /* when the log last said that one was dropped */
	atomic_llong held_said;    /* and that one was held back */
	pthread_mutex_t lock;      /* of what follows */
	struct conn *first;
	size_t n;
	struct conn *held, **held_end; /* in the order in which they came */
};

/* Returns 0, or -1 and errno. */
int connections_init(struct connections *all);
void connections_free(struct connections *all);

/* A new connection, which the workers serve from now on. */
void connections_add(struct connections *all, int fd);

/*
 * Ends connections that nobody speaks on any more: a worker sees the end, and closes. Such that are
 * being served have just spoken.
 */
void connections_end_silent(struct connections *all);

/* Has the workers end each that is not in an event. Returns how many there still are. */
size_t connections_end(struct connections *all);

#endif
