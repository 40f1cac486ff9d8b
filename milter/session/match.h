/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether classes and conditions hold for a session, as far as its facts are known. */
#ifndef MG_MATCH_H
#define MG_MATCH_H

#include "session/state.h"

/* Forgets what was worked out from the facts of these stages (MG_BIT()s), which have changed. */
void match_forget(struct session *session, unsigned stages);

/* Whether "skip" and "only" let the instance be called. */
bool match_allows(struct session *session, const struct instance *instance);

/*
 * The recipients for which a condition must hold after RCPT, and the readings of an address: for
 * "skip" all of them, for "only" any of them. So no message avoids a policy by a further recipient,
 * or by an address that the MTA reads in another way.
 */
enum match_whom { MATCH_ALL, MATCH_ANY };

/* The first condition of a list that holds; NULL for none. */
const struct condition *match_first(struct session *session, const struct condition *condition,
				    enum match_whom whom);

#endif
