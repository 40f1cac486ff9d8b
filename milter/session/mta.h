/* SPDX-License-Identifier: BSD-2-Clause */
/* The MTA as a session sees it: what it is answered, and what its front end can be called for. */
#ifndef MG_MTA_H
#define MG_MTA_H

#include <stddef.h>
#include <stdint.h>

#include "config/needs.h"
#include "config/text.h"

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

/* What the front end of a session can be called for. */
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

	/*
	 * For how many microseconds the front end has held the event back: they count of its
	 * budget. NULL: it never does.
	 */
	int64_t (*held)(void *ctx);

	/* EDIT_BIT()s of the edits that were agreed on with the MTA. NULL: all. */
	unsigned (*edits)(void *ctx);
};

#endif
