/* SPDX-License-Identifier: BSD-2-Clause */
/* The log line for each message; millgated(8) has its schema. */
#ifndef MG_JOURNAL_MESSAGE_H
#define MG_JOURNAL_MESSAGE_H

#include "session/decision.h"
#include "session/state.h"

/* A header field came: keeps it for the line if log-fields names it. */
void journal_keep_field(struct session *session, const char *name, const char *value);

/*
 * Written at the message's end. decision: the last one, for the score; NULL if the message ended
 * without one.
 */
void journal_message(struct session *session, const char *verdict, const struct decision *decision);

#endif
