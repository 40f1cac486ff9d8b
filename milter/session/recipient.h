/* SPDX-License-Identifier: BSD-2-Clause */
/* A recipient that joins the message. */
#ifndef MG_RECIPIENT_H
#define MG_RECIPIENT_H

#include "session/decision.h"
#include "session/state.h"

/* The present recipient is accepted. written: its address as the MTA has it. */
void recipient_accept(struct session *session, const struct decision *decision,
		      const char *written);

/* The present recipient is refused. While all are, the log shows the highest score. */
void recipient_refuse(struct session *session, const struct decision *decision);

#endif
