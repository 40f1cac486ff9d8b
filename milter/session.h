/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session: what is known of one connection of a client to the MTA, and how long it is known.
 * This is all that a front end calls.
 *
 * Every event function is called in the order of the SMTP dialogue as the MTA reports it; an MTA
 * may leave events out, repeat them, and end the session at any point. None fails: what goes
 * wrong becomes a result and an action.
 */
#ifndef MG_SESSION_H
#define MG_SESSION_H

#include "front.h"

struct host;
struct session;

/* A new session over the present configuration; never NULL. ctx is handed to mta's functions. */
struct session *session_new(struct host *host, const struct front_mta *mta, void *ctx);

/* What to negotiate for this session; valid as long as the session. */
const struct front_needs *session_needs(const struct session *session);

/*
 * A reply for a session that is refused because there are too many: to be given at connect. Counted and logged.
 */
const struct reply *session_refuse(struct session *session);

/* name: as the MTA gives it ("[192.0.2.1]" or "unknown" when it has none). addr: AF_INET, AF_INET6, AF_UNIX, or NULL for unknown. */
const struct reply *session_connect(struct session *session, const char *name,
				    const struct sockaddr *addr);
const struct reply *session_helo(struct session *session, const char *helo);

/* argv: the path with or without its angle brackets, then the ESMTP parameters; NULL last. */
const struct reply *session_mail(struct session *session, char **argv);
const struct reply *session_rcpt(struct session *session, char **argv);
const struct reply *session_data(struct session *session);
const struct reply *session_header(struct session *session, const char *name, const char *value);
const struct reply *session_eoh(struct session *session);
const struct reply *session_body(struct session *session, const unsigned char *body, size_t size);
const struct reply *session_eom(struct session *session);
const struct reply *session_command(struct session *session, const char *command);

/* The message is over without an end of ours: RSET, a new HELO, a client that left. Idempotent. */
void session_abort(struct session *session);

/* The connection is closed; ends a message first. session may be NULL. The pointer is cleared. */
void session_end(struct session **session);

#endif
