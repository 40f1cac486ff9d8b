/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies: a decision becomes what the MTA is told. All that the protocol demands of a reply's
 * text is seen to here: its lines' length and number, line ends, control characters, 8-bit bytes
 * and percent signs.
 */
#ifndef MG_REPLY_H
#define MG_REPLY_H

#include "session/pipeline.h"

/*
 * The reply of a stage, in the session and its event's memory: valid until the next event,
 * whatever ends before.
 */
const struct reply *reply_make(struct session *session, const struct decision *decision);

/* A reply that is not a policy's: kind REJECT or TEMPFAIL, the text a constant. */
const struct reply *reply_plain(struct session *session, enum reply_kind kind, int code,
				const char *status, const char *text);

/* Whatever else happens: go on. */
const struct reply *reply_continue(struct session *session);

/*
 * Makes lines of a text: breaks it at "\n" and where it is too long, and makes every line fit to
 * be sent. utf8: 8-bit characters may stay. tail, if not NULL, is added to the last line. The
 * lines are in the arena.
 */
void reply_lines(struct arena *arena, const char *text, const char *tail, bool utf8,
		 const char **lines_r);

#endif
