/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replies: turns a decision into the reply to the MTA. All that the protocol demands of its text
 * is checked here: length and number of lines, line ends, control characters, 8-bit bytes and
 * percent signs.
 */
#ifndef MG_REPLY_H
#define MG_REPLY_H

#include "session/decision.h"
#include "session/state.h"

/*
 * The reply of a stage, in the session's memory of the event. It is valid until the next event,
 * even if a scope ends before.
 */
const struct reply *reply_make(struct session *session, const struct decision *decision);

/* A reply that is not a policy's: kind REJECT or TEMPFAIL, the text a constant. */
const struct reply *reply_plain(struct session *session, enum reply_kind kind, int code,
				const char *status, const char *text);

/* Whatever else happens: go on. */
const struct reply *reply_continue(struct session *session);

/*
 * Splits a text into lines at "\n" and where it is too long, and makes every line fit for
 * sending. utf8: 8-bit characters may stay. tail: added to the last line, or NULL. The lines
 * are in the arena.
 */
void reply_lines(struct arena *arena, const char *text, const char *tail, bool utf8,
		 const char **lines_r);

#endif
