/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal: the log lines about sessions, messages and decisions. */
#include <config.h>

#include <stdio.h>

#include "session/journal.h"
#include "session/reply.h"
#include "config/plan.h"

#define JOURNAL_READING_MAX 300

/* All of them, where they differ. */
static void journal_readings(struct log_record *r, const char *key, const struct readings *readings)
{
	if (!readings || readings->n < 2)
		return;
	/* They must not take the room of what a line explains. */
	log_bound_values(r, JOURNAL_READING_MAX);
	log_list_begin(r, key);
	for (size_t i = 0; i < readings->n; i++)
		log_element(r, readings_name(readings->list[i].address));
	log_list_end(r);
	log_bound_values(r, LOG_VALUE_MAX);
}

void journal_who(struct log_record *r, struct session *session)
{
	const struct message *message = &session->message;

	log_str(r, "id", session->id);
	log_str(r, "queue_id", message->queue_id);
	log_str(r, "client", session->client.text);
	log_str(r, "client_name", session->client.name);
	log_str(r, "helo", session->helo);
	log_str(r, "auth", state_macro(session, "{auth_authen}"));
	if (message->open)
		log_str(r, "sender", readings_name(message->sender));
	journal_readings(r, "sender_readings", message->sender_readings);
	log_str(r, "recipient", message->recipient);
	journal_readings(r, "recipient_readings", message->recipient_readings);
}

/* Room for the numbers behind a list that is cut. */
#define JOURNAL_NUMBERS 64

void journal_recipients(struct log_record *r, const struct message *message)
{
	const struct recipient *recipient = message->recipients;
	unsigned said = 0;

	log_keep_free(r, JOURNAL_NUMBERS);
	log_list_begin(r, "recipients");
	for (; recipient && log_element(r, recipient->address); recipient = recipient->next)
		said++;
	log_list_end(r);
	log_keep_free(r, 0);
	if (said < message->accepted)
		log_int(r, "recipients_omitted", message->accepted - said);
}

/* Whom a decision is about that is not about one recipient. */
static void journal_whom(struct log_record *r, const struct message *message)
{
	if (!message->recipient && message->recipients)
		journal_recipients(r, message);
}

static void journal_found(struct log_record *r, const struct found *found)
{
	log_str(r, "policy", found->instance->name);
	log_str(r, "result", found->instance->result_names[found->result]);
	log_str(r, "detail", found->detail);
}

static void journal_cause(struct log_record *r, const struct decision *decision,
			  enum mg_stage stage)
{
	const struct found *found = decision->found;

	log_text(r, "%s at %s: ", action_names[decision->action->kind], plan_stage_name(stage));
	if (decision->apart)
		log_text(r, "protect-recipients keeps this recipient and others apart");
	else if (found)
		log_text(r, "policy %s found %s", found->instance->name,
			 found->instance->result_names[found->result]);
	else
		log_text(r, "the score is %lld", decision->score);
}

void journal_scores(struct log_record *r, const struct decision *decision)
{
	if (decision->would_score != decision->score)
		log_int(r, "would_score", decision->would_score);
	if (!decision->scores)
		return;
	log_list_begin(r, "scores");
	for (const struct contribution *c = decision->scores; c; c = c->next) {
		const bool monitored = c->instance->mode == MODE_MONITOR;

		log_item_begin(r);
		log_str(r, "policy", c->instance->name);
		log_int(r, monitored ? "would_score" : "score", c->score);
		log_item_end(r);
	}
	log_list_end(r);
}

static void journal_cause_fields(struct log_record *r, const struct decision *decision,
				 enum mg_stage stage)
{
	log_str(r, "action", action_names[decision->action->kind]);
	log_str(r, "stage", plan_stage_name(stage));
	if (decision->found)
		journal_found(r, decision->found);
	if (decision->scores)
		log_int(r, "score", decision->score);
	journal_scores(r, decision);
}

void journal_first_line(char *to, size_t size, const struct reply *reply)
{
	size_t n = (size_t)snprintf(to, size, "%d %s ", reply->code, reply->status);

	for (const char *p = reply->lines[0]; *p && n + 1 < size; p++) {
		to[n++] = *p;
		if (*p == '%' && p[1] == '%')
			p++;
	}
	to[n] = '\0';
}

void journal_decision(struct session *session, const struct decision *decision, enum mg_stage stage,
		      const struct reply *reply)
{
	struct log_record r;
	char first[JOURNAL_LINE_MAX];

	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	session->explained = true;
	log_begin(&r, session->host->log, MG_LOG_INFO, "decision");
	journal_cause(&r, decision, stage);
	first[0] = '\0';
	if (reply->kind == REPLY_REJECT || reply->kind == REPLY_TEMPFAIL) {
		journal_first_line(first, sizeof(first), reply);
		log_text(&r, ": ");
		log_quoted(&r, first);
	}
	journal_who(&r, session);
	journal_cause_fields(&r, decision, stage);
	log_str(&r, "reply", *first ? first : NULL);
	journal_whom(&r, &session->message);
	log_write(&r);
}

void journal_exempt(struct session *session, const struct decision *decision, enum mg_stage stage)
{
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	log_begin(&r, session->host->log, MG_LOG_INFO, "exempt");
	log_text(&r, "not refused (%s): ",
		 session->client.submitted_locally ? "submitted locally" : "exempt recipient");
	journal_cause(&r, decision, stage);
	journal_who(&r, session);
	journal_cause_fields(&r, decision, stage);
	journal_whom(&r, &session->message);
	log_write(&r);
}

void journal_quarantine(struct session *session, const struct found *found, long long score,
			const char *reason)
{
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	log_begin(&r, session->host->log, MG_LOG_INFO, "decision");
	log_text(&r, "quarantine at eom: ");
	if (found)
		log_text(&r, "policy %s found %s: ", found->instance->name,
			 found->instance->result_names[found->result]);
	else
		log_text(&r, "the score is %lld: ", score);
	log_quoted(&r, reason);
	journal_who(&r, session);
	log_str(&r, "action", "quarantine");
	log_str(&r, "stage", "eom");
	if (found)
		journal_found(&r, found);
	if (score)
		log_int(&r, "score", score);
	log_str(&r, "reply", reason);
	journal_whom(&r, &session->message);
	log_write(&r);
}

void journal_bad_edit(struct session *session, const struct found *found, const struct edit *edit,
		      const char *wrong)
{
	const char *policy = found ? found->instance->name : "score";
	struct log_record r;

	log_begin(&r, session->host->log, MG_LOG_ERROR, "edit");
	log_text(&r, "%s%s: %s ", found ? "policy " : "", policy, action_names[edit->kind]);
	if (edit->name)
		log_quoted(&r, edit->name);
	log_text(&r, "%sis not made: %s", edit->name ? " " : "", wrong);
	journal_who(&r, session);
	log_str(&r, "policy", policy);
	log_str(&r, "action", action_names[edit->kind]);
	log_write(&r);
}

void journal_no_recipient(struct session *session)
{
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	log_begin(&r, session->host->log, MG_LOG_INFO, "edit");
	log_text(&r, "no recipient is left: the message is delivered to nobody");
	journal_who(&r, session);
	log_write(&r);
}

void journal_accept(struct session *session, struct found *found)
{
	struct log_record r;

	if (found->said || !log_wants(session->host->log, MG_LOG_INFO))
		return;
	found->said = true;
	log_begin(&r, session->host->log, MG_LOG_INFO, "decision");
	log_text(&r, "accept at %s: policy %s found %s", plan_stage_name(session->event.stage),
		 found->instance->name, found->instance->result_names[found->result]);
	journal_who(&r, session);
	log_str(&r, "action", "accept");
	log_str(&r, "stage", plan_stage_name(session->event.stage));
	journal_found(&r, found);
	journal_whom(&r, &session->message);
	log_write(&r);
}

/*
 * "score 3 and redirect box@example.test"; the action edit becomes the policy's proposals, one by
 * one.
 */
static void journal_action(struct log_record *r, const struct action *action,
			   const struct found *found)
{
	const char *after = "";

	log_text(r, "%s", action_names[action->kind]);
	if (action->kind == ACTION_SCORE)
		log_text(r, " %lld", action->score);
	if (action_edits(action->kind) && action->name)
		log_text(r, " %s", *action->name ? action->name : "<>");
	for (const struct edit *edit = action->kind == ACTION_EDIT ? found->edits : NULL; edit;
	     edit = edit->next) {
		log_text(r, "%s%s%s", *after ? after : " (", action_names[edit->kind],
			 edit->name ? " " : "");
		if (edit->name)
			log_quoted(r, edit->name);
		after = ", ";
	}
	log_text(r, "%s%s", *after ? ")" : "", action->next ? " and " : "");
}

/* The reply that a refusal would have been given. */
static void journal_would_reply(struct log_record *r, struct session *session,
				const struct decision *decision)
{
	const struct reply *reply;
	char first[JOURNAL_LINE_MAX];

	if (decision->kind != ACTION_REJECT && decision->kind != ACTION_TEMPFAIL)
		return;
	/* The event's own reply is not made yet. */
	reply = reply_make(session, decision);
	journal_first_line(first, sizeof(first), reply);
	log_str(r, "reply", first);
}

void journal_would_score(struct session *session, const struct decision *decision,
			 const struct action *rule)
{
	const char *stage = plan_stage_name(session->event.stage);
	const struct decision would = { .kind = rule->kind,
					.action = rule,
					.score = decision->would_score };
	struct action alone = *rule;
	struct log_record r;

	alone.next = NULL;
	atomic_fetch_add_explicit(&session->host->counters.would, 1, memory_order_relaxed);
	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	log_begin(&r, session->host->log, MG_LOG_INFO, "monitor");
	log_text(&r, "would ");
	journal_action(&r, &alone, NULL);
	log_text(&r, " at %s: the score would be %lld", stage, decision->would_score);
	journal_who(&r, session);
	log_str(&r, "would", action_names[rule->kind]);
	log_str(&r, "stage", stage);
	log_int(&r, "score", decision->score);
	journal_scores(&r, decision);
	journal_would_reply(&r, session, &would);
	journal_whom(&r, &session->message);
	log_write(&r);
}

void journal_would(struct session *session, struct found *found)
{
	const struct action *action = state_actions(found);
	const enum action_kind kind = action_terminal(action)->kind;
	const bool again = session->event.stage == MG_RCPT && action_refuses(kind);
	const struct decision would = { .kind = kind,
					.action = action_terminal(action),
					.found = found };
	struct log_record r;

	if (action->kind == ACTION_NEUTRAL || (found->said && !again))
		return;
	found->said = true;
	atomic_fetch_add_explicit(&found->instance->kept.counters->would, 1, memory_order_relaxed);
	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	log_begin(&r, session->host->log, MG_LOG_INFO, "monitor");
	log_text(&r, "would ");
	for (const struct action *a = action; a; a = a->next)
		journal_action(&r, a, found);
	log_text(&r, " at %s: policy %s found %s", plan_stage_name(session->event.stage),
		 found->instance->name, found->instance->result_names[found->result]);
	journal_who(&r, session);
	log_str(&r, "would", action_names[kind != ACTION_NEUTRAL ? kind : action->kind]);
	log_str(&r, "stage", plan_stage_name(session->event.stage));
	journal_found(&r, found);
	journal_would_reply(&r, session, &would);
	journal_whom(&r, &session->message);
	log_write(&r);
}

void journal_trouble(struct session *session, const struct found *found)
{
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_WARNING))
		return;
	log_begin(&r, session->host->log, MG_LOG_WARNING, "trouble");
	log_text(&r, "policy %s: %s at %s: %s", found->instance->name,
		 found->instance->result_names[found->result], plan_stage_name(found->stage),
		 found->detail ? "" : "no detail given");
	if (found->detail)
		log_quoted(&r, found->detail);
	journal_who(&r, session);
	journal_found(&r, found);
	journal_whom(&r, &session->message);
	log_write(&r);
}

void journal_expression(struct session *session, const char *expression, bool is_message)
{
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_WARNING))
		return;
	log_begin(&r, session->host->log, MG_LOG_WARNING, "trouble");
	log_text(&r, "an expression at %s: %s: ", plan_stage_name(session->event.stage),
		 is_message ? "those of the message have used up the stage-budget, the last with"
			    : "ran into its limit");
	log_quoted(&r, expression);
	journal_who(&r, session);
	log_str(&r, "expression", expression);
	log_write(&r);
}

void journal_policy(struct session *session, const struct instance *instance, enum mg_level level,
		    const char *fmt, va_list args)
{
	struct log_record r;

	if (!session->traced && !log_wants(session->host->log, level))
		return;
	log_begin(&r, session->host->log, level, "policy");
	if (session->traced)
		log_force(&r);
	log_text(&r, "policy %s: ", instance->name);
	log_quoted(&r, arena_vprintf(&session->event_arena, fmt, args));
	log_str(&r, "id", session->id);
	log_str(&r, "policy", instance->name);
	log_write(&r);
}

/* At most one line a second: there can be many. */
void journal_refused(struct session *session)
{
	struct host *host = session->host;
	struct log_record r;
	long long last = atomic_load(&host->refused_said);
	const long long now = host->now();

	session->explained = true;
	if (now - last < 1000000 ||
	    !atomic_compare_exchange_strong(&host->refused_said, &last, now))
		return;
	log_begin(&r, session->host->log, MG_LOG_WARNING, "refused");
	log_text(&r, "connections refused: max-connections is reached");
	log_int(&r, "refused", (long long)atomic_load(&host->counters.refused));
	log_str(&r, "id", session->id);
	log_write(&r);
}

void journal_end(struct session *session)
{
	struct log_record r;

	if (session->explained || !log_wants(session->host->log, MG_LOG_INFO))
		return;
	log_begin(&r, session->host->log, MG_LOG_INFO, "session");
	log_text(&r, "the session ended without a message");
	journal_who(&r, session);
	log_write(&r);
}
