/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host: what all sessions share. It is passed to session_new(), so that a test can make its
 * own.
 */
#ifndef MG_HOST_H
#define MG_HOST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/check.h"
#include "base/log.h"
#include "config/snapshot.h"
#include "session/pool.h"
#include "session/services.h"

struct counter_visitor;

struct host_counters {
	atomic_ullong sessions;
	atomic_ullong refused;  /* sessions over max-connections */
	atomic_ullong overload; /* commands answered 421 for packet-memory */
	atomic_ullong messages;
	atomic_ullong rejected; /* decisions, by what they were */
	atomic_ullong tempfailed;
	atomic_ullong discarded;
	atomic_ullong quarantined;
	atomic_ullong edited; /* messages: changed other than by a quarantine */
	atomic_ullong would;  /* actions that the score would have caused */
};

#define HOST_MAGIC 0x05057e11U

struct host {
	MG_MAGIC
	struct log *log;
	int64_t (*now)(void); /* the clock: microseconds, never backwards */
	struct host_counters counters;
	pthread_mutex_t lock;     /* of present; held for a pointer's exchange */
	struct snapshot *present; /* the newest; NULL before the first */
	struct pool idle;         /* sessions to use again */
	atomic_ullong next_id;
	atomic_llong refused_said; /* when the log last said that sessions are refused */

	/* The main thread's. */
	struct services services;
	struct snapshot *snapshots;    /* all that are not freed, newest first */
	unsigned long long generation; /* of the present snapshot: 1, 2, ... */
	void (*unused)(void *arg);     /* a snapshot is to be freed: host_tidy() is called soon */
	void *unused_arg;
};

/*
 * The log stays the caller's, and may be NULL. unused(arg) is called on any thread when there is
 * something for host_tidy() to do; it may be NULL.
 */
void host_init(struct host *host, struct log *log, void (*unused)(void *arg), void *arg);

/*
 * Makes a snapshot the present one, with the services that it needs, and takes over the reference
 * to it. Sessions go on with the snapshot that they began with. 0, or -1 with a message in error_r:
 * then nothing has changed. Main thread.
 */
int host_change(struct host *host, struct snapshot *snapshot, char error_r[SERVICES_ERROR_MAX]);

/* The present snapshot, for a dialogue with the MTA: a reference, to be given back. Any thread. */
struct snapshot *host_snapshot(struct host *host);

/* Frees the snapshots that nobody uses any more, and closes their services. Main thread. */
void host_tidy(struct host *host);

/* Every session must have ended. */
void host_destroy(struct host *host);

/*
 * Shows all counters: the host's own, those of the services, and those of the policies of the
 * present snapshot. Main thread.
 */
void host_count(struct host *host, struct counter_visitor *visitor);

/* Writes them to the log, a line for each group. */
void host_log_counters(struct host *host);

#endif
