/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal: log lines about sessions, messages and decisions; millgated(8) has their schema. */
#ifndef MG_JOURNAL_H
#define MG_JOURNAL_H

#include "base/log.h"
#include "session/decision.h"
#include "session/edit.h"
#include "session/state.h"

/* The fields that identify a line's session and message. */
void journal_who(struct log_record *r, struct session *session);

/*
 * The accepted recipients, as many as there is room for, and the number of the others: the last
 * field of a line.
 */
void journal_recipients(struct log_record *r, const struct message *message);

#define JOURNAL_LINE_MAX 1100

/* Code, status and first line of a refusal, as the client sees them: the MTA makes one % of two. */
void journal_first_line(char *to, size_t size, const struct reply *reply);

/* A decision that refuses, with the reply that was given (NULL for discard). */
void journal_decision(struct session *session, const struct decision *decision, enum mg_stage stage,
		      const struct reply *reply);

/* A message that is put on hold, and why; found: NULL for the score. */
void journal_quarantine(struct session *session, const struct found *found, long long score,
			const char *reason);

/* An edit that is not made, and what is wrong with it; found: NULL for the score. */
void journal_bad_edit(struct session *session, const struct found *found, const struct edit *edit,
		      const char *wrong);

/* A message whose recipients were all deleted. */
void journal_no_recipient(struct session *session);

/* An accept, after which no further policy runs; once in the scope of its result. */
void journal_accept(struct session *session, struct found *found);

/* Logs a result in monitor mode, and the action that it would have had; nothing if none. */
void journal_would(struct session *session, struct found *found);

/* Logs the action that the score would have caused, were nothing in mode monitor. */
void journal_would_score(struct session *session, const struct decision *decision,
			 const struct action *rule);

/* What a score consists of, where it has any part. */
void journal_scores(struct log_record *r, const struct decision *decision);

/* Logs a decision without effect: the recipient is exempt, or the message submitted locally. */
void journal_exempt(struct session *session, const struct decision *decision, enum mg_stage stage);

/* A policy could not decide, or not in time. */
void journal_trouble(struct session *session, const struct found *found);

/* A regular expression ran into its limit, or into that of all of the message (is_message). */
void journal_expression(struct session *session, const char *expression, bool is_message);

/* What a policy has to say itself. */
void journal_policy(struct session *session, const struct instance *instance, enum mg_level level,
		    const char *fmt, va_list args) __attribute__((format(printf, 4, 0)));

/* A session that ends, and of which the log has nothing yet. */
void journal_end(struct session *session);

/* A session that was refused, because there are too many. */
void journal_refused(struct session *session);

#endif
