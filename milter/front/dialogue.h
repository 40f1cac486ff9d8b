/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The milter's side of the protocol on one connection: packets in, calls of session.h, answers out.
 * Knows no socket and no thread.
 *
 * What comes is not trusted: a packet that is no packet of the protocol, or out of its place, ends
 * the connection. Stages may come in any order, as session.h allows.
 */
#ifndef MG_DIALOGUE_H
#define MG_DIALOGUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/check.h"
#include "front/agreement.h"
#include "front/macros.h"
#include "front/packet.h"

/* What the connections of a front end have in common. Set up before the first, all else zero. */
struct dialogues {
	struct host *host;
	struct log *log;
	atomic_size_t max; /* how many are served at a time, the others are refused */
	bool quiet;        /* steps without a reply may be agreed on */
	atomic_size_t served;
	atomic_bool told_of_actions;
	atomic_ullong strangers, broken;
};

/* Initially zero, except its magic, all and, optionally, waits. */
#define DIALOGUE_MAGIC 0x0d1a1063U

struct dialogue {
	MG_MAGIC
	struct dialogues *all;
	struct snapshot *snapshot; /* that was negotiated for; NULL until then */
	struct session *session;   /* NULL until it is needed */
	struct macros macros;
	struct agreement agreed;
	bool negotiated;
	bool refused;   /* beyond the cap */
	bool connected; /* the session was told of its client */
	int64_t held;   /* microseconds that the next event was held back for */
	bool dropped;   /* a packet was dropped for its memory: its client is answered 421 */

	/* As those of struct mta. */
	void (*waits)(void *arg);
	void *waits_arg;
};

/* The largest packet that may come next. */
size_t dialogue_packet_max(const struct dialogue *dialogue);

/* Handles a packet, and adds the reply to out. Returns false when the connection must be closed. */
bool dialogue_take(struct dialogue *dialogue, struct packet *packet, struct bytes *out);

/* Whether a command's event may wait for policies, and for how many microseconds at most. */
bool dialogue_may_wait(const struct dialogue *dialogue, int command);
int64_t dialogue_budget(const struct dialogue *dialogue);

/* All that came was handled, and all replies were sent. */
void dialogue_rest(struct dialogue *dialogue);

/* The connection brought something that is no packet; say so before dialogue_end(). */
void dialogue_broken(struct dialogue *dialogue, const char *what);

/*
 * Ends the session of a closed connection, and frees its data. from: the peer's address for the
 * log, or "".
 */
void dialogue_end(struct dialogue *dialogue, const char *from);

#endif
