/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name servers as one thread of the engine sees them: the c-ares channels of each, the attempts
 * that were sent to it, and whether it answers. Only this module asks c-ares, and what c-ares calls
 * back does nothing but append the attempt to those that have ended.
 *
 * A channel has one server only and so repeats an attempt to that one: with several, c-ares would
 * send every query to a dead one first. TCP has a channel of its own, as c-ares would allow it only
 * the time of one try.
 */
#ifndef MG_DNS_SERVERS_H
#define MG_DNS_SERVERS_H

#include <ares.h>
#include <stdint.h>

#include "dns/message.h"
#include "dns/settings.h"

#define DNS_HAIL_US 1000000  /* how often all are asked whether they are back, while DNS is dead */
#define DNS_PROBE_US 5000000 /* how often a dead server is sent a query, besides one that lives */

struct dns_query;

/* How an attempt ended. */
enum attempt_end {
	ATTEMPT_ANSWERED, /* there is a message */
	ATTEMPT_SILENT,   /* nothing came in time */
	ATTEMPT_CUT,      /* the socket failed, or the server ended the connection */
	ATTEMPT_FAILED,   /* c-ares could not send it */
	ATTEMPT_DROPPED   /* the channels were closed */
};

/* One sending of a query to one server, which c-ares repeats by itself. */
struct attempt {
	/* Set by the sender. */
	struct dns_query *query;       /* NULL: it only finds out whether the server is there */
	const struct dns_chain *chain; /* what to ask for; lives until the attempt has ended */
	unsigned server, round;
	bool edns, tcp;
	int64_t began; /* microseconds */
	unsigned cut;  /* connections that ended without any answer */

	/* Private to the servers. */
	struct server_set *set;
	struct attempt *next, *before; /* of those of its server, then of those that have ended */
	unsigned id;
	unsigned tcp_answers; /* of the server, when it was sent */

	/* Valid once it has ended. */
	enum attempt_end end;
	unsigned char *message; /* ATTEMPT_ANSWERED */
	size_t size;
};

struct server {
	struct channel {
		ares_channel ares;
		int epoll;
		uint64_t tag;    /* of its sockets' events */
	} channels[2];           /* UDP and TCP */
	char zone[DNS_ZONE_MAX]; /* of a link-local address, else "" */
	bool dead;
	bool no_edns;
	unsigned open;            /* attempts that it has not answered */
	unsigned tcp_answers;     /* that it has sent by TCP */
	struct attempt *attempts; /* the last one first */

	/* Microseconds. */
	int64_t silent_since; /* its last message, or the first attempt after it; if any is open */
	int64_t hailed_at;    /* when it was last asked whether it is there; 0: never */
	int64_t answered_at;  /* its last message */
	int64_t probed_at;    /* when a query was last sent although it was dead */
};

/* Shared by all threads. */
struct server_counters {
	atomic_ullong sent; /* attempts; the repetitions of c-ares are not counted */
	atomic_ullong dead; /* how often a server was found not to answer */
};

struct server_set {
	size_t n;
	struct server v[DNS_SERVERS_MAX];

	const struct dns_settings *settings;
	struct server_counters *counters;
	int epoll;
	struct attempt *ended, **ended_end; /* the completion queue */
	unsigned char random[256];
	size_t random_left;
};

/* An empty set. The settings and the counters must live as long as the set. */
void server_set_init(struct server_set *set, const struct dns_settings *settings,
		     struct server_counters *counters, int epoll);

/* The sockets of the channels are watched by the epoll. Returns 0, or -1 with an empty set. */
int server_set_open(struct server_set *set, const struct dns_servers *servers);

/* All attempts that are under way end, as ATTEMPT_DROPPED. */
void server_set_close(struct server_set *set);

/* Handles an event of the epoll: data is that of the event. */
void server_set_event(struct server_set *set, uint64_t data, uint32_t events);

/* Ends the attempts whose time is over: c-ares has no clock of its own. */
void server_set_tick(struct server_set *set);

/* Sends a copy of the attempt. */
void server_set_send(struct server_set *set, const struct attempt *attempt, int64_t now);

/* The next attempt that has ended, for the caller to free; NULL: there is none. */
struct attempt *server_set_ended(struct server_set *set, int64_t now);
void attempt_free(struct attempt *attempt);

/* How long all tries of an attempt take, in microseconds. */
int64_t server_set_patience(const struct server_set *set);

/* The first living server that is not among the tried (bits), else the first dead; -1: none. */
int server_set_choose(const struct server_set *set, unsigned tried);

/* Whether any has sent a message after that moment. */
bool server_set_answers(const struct server_set *set, int64_t after);

/* A dead one that it is time to send a query to again, or -1. */
int server_set_probe(struct server_set *set, unsigned tried, int64_t now);

/* Notes that a server does not answer. A single server is never dead. */
void server_set_note_dead(struct server_set *set, unsigned index, int64_t now);

/*
 * Asks the servers that have been silent for long whether they are there: this distinguishes a
 * query that no server answers from dead servers. dead: DNS is, so it asks all, in turns.
 */
void server_set_hail(struct server_set *set, int64_t now, bool dead);

#endif
