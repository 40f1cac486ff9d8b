/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session: what is known of one connection of a client to the MTA, and how long it is known.
 * This is all that a front end calls.
 *
 * A front end makes a session for each connection of the MTA, translates each event into one
 * call, and sends the reply that it returns. Events of one session never overlap.
 *
 * Every event function is called in the order of the SMTP dialogue as the MTA reports it; an MTA
 * may leave events out, repeat them, and end the session at any point. None fails: what goes
 * wrong becomes a result and an action.
 */
#ifndef MG_SESSION_H
#define MG_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "config/needs.h"
#include "session/mta.h"

struct host;
struct session;
struct snapshot;

/*
 * A dialogue with the MTA takes the present configuration once, when it negotiates
 * (host_snapshot()), and its sessions use that one. Returns what to negotiate for them; valid as
 * long as the snapshot.
 */
const struct mta_needs *session_needs(const struct snapshot *snapshot);

/* A new session, with a reference of its own to the snapshot; never NULL. ctx is passed to mta. */
struct session *session_new(struct host *host, struct snapshot *snapshot, const struct mta *mta,
			    void *ctx);

/* The reply at CONNECT for a session beyond the limit of sessions. Counted and logged. */
const struct reply *session_refuse(struct session *session);

/*
 * The reply to any event, now that the front end had to drop one for its memory. Ends the message;
 * counted.
 */
const struct reply *session_overload(struct session *session);

/*
 * name: as the MTA reports it ("[192.0.2.1]" or "unknown" if it has none). addr: AF_INET,
 * AF_INET6, AF_UNIX, or NULL for unknown.
 */
const struct reply *session_connect(struct session *session, const char *name,
				    const struct sockaddr *addr);
const struct reply *session_helo(struct session *session, const char *helo);

/* argv: the path with or without its angle brackets, then the ESMTP parameters; NULL last. */
const struct reply *session_mail(struct session *session, char **argv);
const struct reply *session_rcpt(struct session *session, char **argv);
const struct reply *session_data(struct session *session);

/* exact: the value has the blanks after the colon; else the MTA has taken the first away. */
const struct reply *session_header(struct session *session, const char *name, const char *value,
				   bool exact);
const struct reply *session_eoh(struct session *session);
const struct reply *session_body(struct session *session, const unsigned char *body, size_t size);
const struct reply *session_eom(struct session *session);
const struct reply *session_command(struct session *session, const char *command);

/*
 * The reply to the last event was sent, and nothing has come after it: memory that holds nothing is
 * given back.
 */
void session_rest(struct session *session);

/* The message is over without an end of ours: RSET, a new HELO, a client that left. Idempotent. */
void session_abort(struct session *session);

/* The connection is closed; ends a message first. session may be NULL. The pointer is cleared. */
void session_end(struct session **session);

#endif
