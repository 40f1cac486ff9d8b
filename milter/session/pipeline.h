/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pipeline: asks the policies of a stage in file order, and combines what they found into
 * one decision.
 *
 * The first reject ends the asking. A tempfail is held: a later reject wins over it. accept ends
 * the asking as far as its result reaches: one of the session or the message for the whole
 * message, one of a recipient for that recipient; policies that stand before the one that
 * accepted are still asked at later stages. discard ends it too. When nothing refused and
 * nothing accepted, the score decides.
 */
#ifndef MG_PIPELINE_H
#define MG_PIPELINE_H

#include "session/state.h"

struct decision {
	enum action_kind kind;       /* NEUTRAL, or one that refuses */
	const struct action *action; /* that kind's, or what is not done; NULL when there is none */
	const struct found *found;   /* what caused it; NULL: the score */
	bool exempt;     /* it would have been refused, but must not be: kind is NEUTRAL */
	bool accepted;   /* a policy's accept ended the asking, now or at an earlier stage */
	size_t cut;      /* then: the index of that policy; else the number of instances */
	long long score; /* of all that was found so far */
};

/* Runs the start hooks of a stage whose facts have just become known. */
void pipeline_start(struct session *session, enum mg_stage stage);

/* Runs the on hooks of a stage that is decided on later (HEADER). */
void pipeline_collect(struct session *session, enum mg_stage stage);

/*
 * Asks what is due at a stage, and decides. What follows from the decision is the caller's to
 * do.
 */
struct decision pipeline_decide(struct session *session, enum mg_stage stage);

#endif
