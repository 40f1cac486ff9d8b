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
#include "config/text.h"

struct host;
struct session;
struct snapshot;

enum reply_kind {
	REPLY_CONTINUE,
	REPLY_REJECT,   /* code 5xx */
	REPLY_TEMPFAIL, /* code 4xx */
	REPLY_DISCARD,  /* the message is taken and thrown away */
	REPLY_SKIP      /* at MG_BODY: continue, and no more of this body */
};

/*
 * An edit of the message, at its end. Strings are free of CR, and of LF but for folds in values;
 * addresses stand in angle brackets.
 */
struct reply_edit {
	enum edit_kind kind;
	unsigned index;   /* INSERT_FIELD, CHANGE_FIELD */
	const char *name; /* of a field */
	/*
	 * Of a field, without the blank after the colon; of CHANGE_FIELD NULL: it is deleted. Or
	 * an address, a body with CR LF, the reason of the quarantine.
	 */
	const char *value;
	size_t size; /* BODY */
	struct reply_edit *next;
};

/* The answer to one event. Belongs to the session; valid until its next event. */
struct reply {
	enum reply_kind kind;
	int code; /* REJECT, TEMPFAIL: SMTP reply code, of the class that kind says */
	const char
		*status; /* REJECT, TEMPFAIL: enhanced status code (RFC 3463) of the same class */
	const char *lines[TEXT_LINES_MAX + 1]; /* NULL last; sanitized, bounded, every % doubled */
	const struct reply_edit *edits;        /* at MG_EOM, in order; done before the reply */
};

/* The MTA as a session sees it: what its front end can be called for. */
struct mta {
	/*
	 * An MTA macro ("{auth_authen}", "j") as known now, or NULL; valid until the event's
	 * end.
	 */
	const char *(*macro)(void *ctx, const char *name);

	/*
	 * The event is about to wait for a policy that may block, so other users of this thread
	 * should move to another. May come several times in an event. NULL if the front end does
	 * not need it.
	 */
	void (*waits)(void *ctx);

	/* EDIT_BIT()s of the edits that were agreed on with the MTA. NULL: all. */
	unsigned (*edits)(void *ctx);
};

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

/* The message is over without an end of ours: RSET, a new HELO, a client that left. Idempotent. */
void session_abort(struct session *session);

/* The connection is closed; ends a message first. session may be NULL. The pointer is cleared. */
void session_end(struct session **session);

#endif
