/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Edits: what is changed of a message at its end, as actions say and policies propose. This is the
 * one place where each is checked, put into the order that MTAs need, and put into the log.
 *
 * Order. Edits apply one after another in the order of the file, each to what those before it left:
 * so of two new senders the later stands, and a subject that was replaced is what a prefix is put
 * before. Deleting a field is about what came with the message, never about what is added. What the
 * MTA is told comes in an order of its own: changed and deleted fields first, of each name from the
 * last to the first, since Postfix counts anew after each deletion and Sendmail does not; then
 * those inserted, from the last to the first, as each goes above the one before it; then all else.
 */
#ifndef MG_EDITS_H
#define MG_EDITS_H

#include "session/decision.h"
#include "session/edit.h"
#include "session/state.h"

/*
 * Makes the edits that the message's results and score ask for: the reply's. decision: that of its
 * end.
 */
void edits_make(struct session *session, const struct decision *decision);

/* A list of proposals, copied into the arena. */
struct edit *edits_copy(struct arena *arena, const struct edit *edits);

/* Adds a copy of further proposals to a list; not without end. */
void edits_add(struct arena *arena, struct edit **list, const struct edit *more);

#endif
