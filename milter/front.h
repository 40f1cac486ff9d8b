/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam between a front end (which speaks the milter protocol with the MTA) and the
 * session (which knows nothing of it).
 *
 * A front end makes a session for each connection of the MTA, translates each event into one
 * call of session.h, and sends the reply that it returns. Events of one session never overlap.
 */
#ifndef MG_FRONT_H
#define MG_FRONT_H

#include <stdbool.h>
#include <stddef.h>

#include <millgate/policy.h>

/* What a configuration wants of the MTA; a front end negotiates no more than this. */
struct front_needs {
	unsigned stages;  /* MG_BIT()s of the stages to be told of */
	unsigned replies; /* of these, the ones that can be answered other than "continue" */
	bool adds_headers;
	bool quarantines;
	const char *macros[MG_STAGES]; /* names for each stage, parted by blanks; NULL for none */
};

enum reply_kind {
	REPLY_CONTINUE,
	REPLY_REJECT,   /* code 5xx */
	REPLY_TEMPFAIL, /* code 4xx */
	REPLY_DISCARD,  /* the message is taken and thrown away */
	REPLY_SKIP      /* at MG_BODY: continue, and no more of this body */
};

#define REPLY_LINES_MAX 32 /* libmilter's limit */

/* An edit of the message, at its end. Name and value are free of CR, LF and NUL, but for "\n\t" folds in the value. */
struct reply_edit {
	enum { EDIT_ADD_HEADER, EDIT_INSERT_HEADER /* at the top */, EDIT_QUARANTINE } kind;
	const char *name;  /* EDIT_ADD_HEADER, EDIT_INSERT_HEADER */
	const char *value; /* or the reason of the quarantine */
	const struct reply_edit *next;
};

/* The answer to one event. Belongs to the session; valid until its next event. */
struct reply {
	enum reply_kind kind;
	int code; /* REJECT, TEMPFAIL: SMTP reply code, of the class that kind says */
	const char
		*status; /* REJECT, TEMPFAIL: enhanced status code (RFC 3463) of the same class */
	const char *lines[REPLY_LINES_MAX + 1]; /* NULL last; sanitized, bounded, every % doubled */
	const struct reply_edit *edits;         /* at MG_EOM, in order; done before the reply */
};

/* What a session asks of its front end. */
struct front_mta {
	/* A macro of the MTA ("{auth_authen}", "j"), as known now, or NULL; valid until the event's end. */
	const char *(*macro)(void *ctx, const char *name);

	/*
	 * The event is about to wait, for a policy that may block: whoever else shares its thread should go on
	 * elsewhere. May come several times in an event. NULL when the front end has no use for it.
	 */
	void (*waits)(void *ctx);
};

#endif
