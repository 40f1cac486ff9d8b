/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name servers as one thread of the engine sees them: a c-ares channel each, and whether they answer. A channel that has
 * one server only repeats a question to that one: which server is asked when is for the engine to say, as c-ares would ask a
 * dead one first with every question. TCP has a channel of its own, as c-ares would give it only the time of one attempt.
 */
#ifndef MG_DNS_SERVERS_H
#define MG_DNS_SERVERS_H

#include <ares.h>
#include <stdint.h>

#include "dns/message.h"
#include "dns/settings.h"

#define DNS_PROBE_US 5000000 /* how often a dead server is asked, besides one that lives */

/* A query that a server was sent, until c-ares has ended it. */
struct sent_attempt {
	struct sent_attempt *next, *before;
	const struct dns_chain *chain;
	unsigned id;
};

struct server {
	struct channel {
		ares_channel ares;
		int epoll;
		uint64_t tag; /* of its sockets' events: CHANNEL_TAG */
	} channels[2];        /* UDP and TCP */
	bool dead;
	bool no_edns;
	unsigned open;             /* what it was asked and has not answered */
	unsigned tcp_answers;      /* that it has sent by TCP */
	struct sent_attempt *sent; /* the last one first */
	int64_t silent_since; /* when it had been asked and said nothing more; if any is open */
	int64_t hailed_at;    /* when it was last asked whether it is there; 0: never */
	int64_t answered_at;  /* microseconds; its last message */
	int64_t probed_at;    /* when it was last asked although dead */
};

/* The upper half of the tag says which channel it is, the lower is the socket. */
#define CHANNEL_TAG(server, tcp) ((uint64_t)((server)*2 + (tcp)) << 32)

struct server_set {
	size_t n;
	struct server v[DNS_SERVERS_MAX];
};

/* The sockets of the channels are watched by the epoll. Returns 0, or -1 with an empty set. */
int server_set_open(struct server_set *set, const struct dns_servers *servers,
		    const struct dns_settings *settings, int epoll);

void server_note_sent(struct server *server, struct sent_attempt *attempt);
void server_note_ended(struct server *server, struct sent_attempt *attempt);

/* c-ares calls back for every question that is open: ARES_EDESTRUCTION. */
void server_set_close(struct server_set *set);

/* The first that lives and is not among the tried (bits), else the first that is not among them; -1: none. */
int server_set_choose(const struct server_set *set, unsigned tried);

/* Whether any has sent a message after that moment. */
bool server_set_answers(const struct server_set *set, int64_t after);

/* A dead one that it is time to ask again, or -1. */
int server_set_probe(struct server_set *set, unsigned tried, int64_t now);

#endif
