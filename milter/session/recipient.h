/* SPDX-License-Identifier: BSD-2-Clause */
/* A recipient that joins the message. */
#ifndef MG_RECIPIENT_H
#define MG_RECIPIENT_H

#include "session/decision.h"
#include "session/state.h"

/* Whether the present recipient must not lose its mail to the score. */
bool recipient_is_protected(struct session *session);

/* Whether the score may refuse the present recipient's mail, once the recipient is accepted. */
bool recipient_is_scored(struct session *session, const struct decision *decision);

/* The present recipient is accepted. written: its address as the MTA has it. */
void recipient_accept(struct session *session, const struct decision *decision,
		      const char *written);

/* The present recipient is refused. While all are, the log shows the highest score. */
void recipient_refuse(struct session *session, const struct decision *decision);

#endif
