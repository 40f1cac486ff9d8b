/* SPDX-License-Identifier: BSD-2-Clause */
/* The host: what all sessions share. It is handed to session_new(), so that a test can make its own. */
#ifndef MG_HOST_H
#define MG_HOST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/check.h"
#include "base/log.h"
#include "config/snapshot.h"

struct counter_visitor;
struct dns;

struct host_counters {
	atomic_ullong sessions;
	atomic_ullong refused; /* sessions over max-connections */
	atomic_ullong messages;
	atomic_ullong rejected; /* decisions, by what they were */
	atomic_ullong tempfailed;
	atomic_ullong discarded;
	atomic_ullong quarantined;
};

#define HOST_MAGIC 0x05057e11U

struct host {
	MG_MAGIC
	struct snapshot *snapshot;
	struct log *log;
	struct dns *dns;      /* NULL unless a policy uses it; not the host's to close */
	int64_t (*now)(void); /* the clock: microseconds, never backwards */
	struct host_counters counters;
	pthread_mutex_t lock; /* of idle; held for a pointer's exchange */
	struct session *idle; /* sessions to use again, with their memory */
	unsigned nidle;
	atomic_ullong next_id;
	atomic_llong refused_said; /* when the log last said that sessions are refused */
};

/* Takes over the reference to the snapshot; the log stays the caller's, and may be NULL. */
void host_init(struct host *host, struct snapshot *snapshot, struct log *log);

/* Every session must have ended. */
void host_destroy(struct host *host);

/* Shows all counters: the host's own, those of the services, and those of the policies. */
void host_count(struct host *host, struct counter_visitor *visitor);

/* Writes them to the log, a line for each group. */
void host_log_counters(struct host *host);

#endif
