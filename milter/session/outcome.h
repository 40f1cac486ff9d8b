/* SPDX-License-Identifier: BSD-2-Clause */
/* Outcomes: policies that want to know are informed of what became of a message. */
#ifndef MG_OUTCOME_H
#define MG_OUTCOME_H

#include "session/decision.h"
#include "session/state.h"

/*
 * Calls the outcome hooks, in the order of the file. stage: at which the message ended; its
 * facts and what was found of it are still there. decision: the last one; NULL when the message
 * ended without one.
 */
void outcome_report(struct session *session, enum mg_verdict verdict, enum mg_stage stage,
		    const struct decision *decision);

/* "accepted", "rejected", ... */
const char *outcome_name(enum mg_verdict verdict);

#endif
