/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal: the log lines about sessions, messages and decisions. */
#include <config.h>

#include <stdio.h>

#include "session/journal.h"
#include "config/plan.h"

void journal_who(struct log_record *r, struct session *session)
{
	const struct message *message = &session->message;

	record_str(r, "id", session->id);
	record_str(r, "queue_id", message->queue_id);
	record_str(r, "client", session->client.text);
	record_str(r, "client_name", session->client.name);
	record_str(r, "helo", session->helo);
	record_str(r, "auth", state_macro(session, "{auth_authen}"));
	if (message->open)
		record_str(r, "sender", *message->sender ? message->sender : "<>");
	record_str(r, "recipient", message->recipient);
}

static void journal_found(struct log_record *r, const struct found *found)
{
	record_str(r, "policy", found->instance->name);
	record_str(r, "result", found->instance->result_names[found->result]);
	record_str(r, "detail", found->detail);
}

static void journal_cause(struct log_record *r, const struct decision *decision,
			  enum mg_stage stage)
{
	const struct found *found = decision->found;

	record_text(r, "%s at %s: ", action_names[decision->action->kind], plan_stage_name(stage));
	if (found)
		record_text(r, "policy %s found %s", found->instance->name,
			    found->instance->result_names[found->result]);
	else
		record_text(r, "the score is %lld", decision->score);
}

static void journal_cause_fields(struct log_record *r, const struct decision *decision,
				 enum mg_stage stage)
{
	record_str(r, "action", action_names[decision->action->kind]);
	record_str(r, "stage", plan_stage_name(stage));
	if (decision->found)
		journal_found(r, decision->found);
	if (decision->score)
		record_int(r, "score", decision->score);
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
	record_begin(&r, session->host->log, MG_LOG_INFO, "decision");
	journal_cause(&r, decision, stage);
	first[0] = '\0';
	if (reply->kind == REPLY_REJECT || reply->kind == REPLY_TEMPFAIL) {
		journal_first_line(first, sizeof(first), reply);
		record_text(&r, ": ");
		record_quoted(&r, first);
	}
	journal_who(&r, session);
	journal_cause_fields(&r, decision, stage);
	record_str(&r, "reply", *first ? first : NULL);
	log_write(&r);
}

void journal_exempt(struct session *session, const struct decision *decision, enum mg_stage stage)
{
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	record_begin(&r, session->host->log, MG_LOG_INFO, "exempt");
	record_text(&r, "not refused (%s): ",
		    session->client.submitted_locally ? "submitted locally" : "exempt recipient");
	journal_cause(&r, decision, stage);
	journal_who(&r, session);
	journal_cause_fields(&r, decision, stage);
	log_write(&r);
}

void journal_quarantine(struct session *session, const struct found *found, long long score,
			const char *reason)
{
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	record_begin(&r, session->host->log, MG_LOG_INFO, "decision");
	record_text(&r, "quarantine at eom: ");
	if (found)
		record_text(&r, "policy %s found %s: ", found->instance->name,
			    found->instance->result_names[found->result]);
	else
		record_text(&r, "the score is %lld: ", score);
	record_quoted(&r, reason);
	journal_who(&r, session);
	record_str(&r, "action", "quarantine");
	record_str(&r, "stage", "eom");
	if (found)
		journal_found(&r, found);
	if (score)
		record_int(&r, "score", score);
	record_str(&r, "reply", reason);
	log_write(&r);
}

void journal_bad_edit(struct session *session, const struct found *found, const struct edit *edit,
		      const char *wrong)
{
	const char *policy = found ? found->instance->name : "score";
	struct log_record r;

	record_begin(&r, session->host->log, MG_LOG_ERROR, "edit");
	record_text(&r, "%s%s: %s ", found ? "policy " : "", policy, action_names[edit->kind]);
	if (edit->name)
		record_quoted(&r, edit->name);
	record_text(&r, "%sis not made: %s", edit->name ? " " : "", wrong);
	journal_who(&r, session);
	record_str(&r, "policy", policy);
	record_str(&r, "action", action_names[edit->kind]);
	log_write(&r);
}

void journal_no_recipient(struct session *session)
{
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	record_begin(&r, session->host->log, MG_LOG_INFO, "edit");
	record_text(&r, "no recipient is left: the message is delivered to nobody");
	journal_who(&r, session);
	log_write(&r);
}

void journal_accept(struct session *session, struct found *found)
{
	struct log_record r;

	if (found->said || !log_wants(session->host->log, MG_LOG_INFO))
		return;
	found->said = true;
	record_begin(&r, session->host->log, MG_LOG_INFO, "decision");
	record_text(&r, "accept at %s: policy %s found %s", plan_stage_name(session->event.stage),
		    found->instance->name, found->instance->result_names[found->result]);
	journal_who(&r, session);
	record_str(&r, "action", "accept");
	record_str(&r, "stage", plan_stage_name(session->event.stage));
	journal_found(&r, found);
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

	record_text(r, "%s", action_names[action->kind]);
	if (action->kind == ACTION_SCORE)
		record_text(r, " %lld", action->score);
	if (action_edits(action->kind) && action->name)
		record_text(r, " %s", *action->name ? action->name : "<>");
	for (const struct edit *edit = action->kind == ACTION_EDIT ? found->edits : NULL; edit;
	     edit = edit->next) {
		record_text(r, "%s%s%s", *after ? after : " (", action_names[edit->kind],
			    edit->name ? " " : "");
		if (edit->name)
			record_quoted(r, edit->name);
		after = ", ";
	}
	record_text(r, "%s%s", *after ? ")" : "", action->next ? " and " : "");
}

void journal_would(struct session *session, struct found *found)
{
	const struct action *action = found->instance->actions[found->result];
	const enum action_kind kind = action_terminal(action)->kind;
	const bool again = session->event.stage == MG_RCPT && action_refuses(kind);
	struct log_record r;

	if (action->kind == ACTION_NEUTRAL || (found->said && !again))
		return;
	found->said = true;
	atomic_fetch_add_explicit(&found->instance->counters->would, 1, memory_order_relaxed);
	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	record_begin(&r, session->host->log, MG_LOG_INFO, "monitor");
	record_text(&r, "would ");
	for (const struct action *a = action; a; a = a->next)
		journal_action(&r, a, found);
	record_text(&r, " at %s: policy %s found %s", plan_stage_name(session->event.stage),
		    found->instance->name, found->instance->result_names[found->result]);
	journal_who(&r, session);
	record_str(&r, "would", action_names[kind != ACTION_NEUTRAL ? kind : action->kind]);
	record_str(&r, "stage", plan_stage_name(session->event.stage));
	journal_found(&r, found);
	log_write(&r);
}

void journal_trouble(struct session *session, const struct found *found)
{
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_WARNING))
		return;
	record_begin(&r, session->host->log, MG_LOG_WARNING, "trouble");
	record_text(&r, "policy %s: %s at %s: %s", found->instance->name,
		    found->instance->result_names[found->result], plan_stage_name(found->stage),
		    found->detail ? "" : "no detail given");
	if (found->detail)
		record_quoted(&r, found->detail);
	journal_who(&r, session);
	journal_found(&r, found);
	log_write(&r);
}

void journal_policy(struct session *session, const struct instance *instance, enum mg_level level,
		    const char *fmt, va_list args)
{
	struct log_record r;

	if (!session->traced && !log_wants(session->host->log, level))
		return;
	record_begin(&r, session->host->log, level, "policy");
	if (session->traced)
		record_force(&r);
	record_text(&r, "policy %s: ", instance->name);
	record_quoted(&r, arena_vprintf(&session->event_arena, fmt, args));
	record_str(&r, "id", session->id);
	record_str(&r, "policy", instance->name);
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
	record_begin(&r, session->host->log, MG_LOG_WARNING, "refused");
	record_text(&r, "connections refused: max-connections is reached");
	record_int(&r, "refused", (long long)atomic_load(&host->counters.refused));
	record_str(&r, "id", session->id);
	log_write(&r);
}

/* ---- The line for each message ---- */

static void journal_result(struct log_record *r, const struct instance *instance,
			   const char *result, unsigned us, const char *detail)
{
	record_item_begin(r);
	record_str(r, "policy", instance->name);
	record_str(r, "result", result);
	record_int(r, "us", us);
	record_str(r, "detail", detail);
	record_item_end(r);
}

static bool journal_results_in(struct log_record *r, const struct found *found)
{
	const bool any = found != NULL;

	for (; found; found = found->next)
		journal_result(r, found->instance, found->instance->result_names[found->result],
			       found->us, found->detail);
	return any;
}

/*
 * The results of an instance for this message and its accepted recipients; else "none" or
 * "skipped".
 */
static void journal_instance(struct log_record *r, struct session *session,
			     const struct instance *instance)
{
	const struct standing *standing = &session->standing[instance->index];
	bool any = false;

	for (int stage = 0; stage < MG_STAGES; stage++)
		any = journal_results_in(r, standing->found[stage]) || any;
	for (const struct found *found = session->message.kept; found; found = found->kept) {
		if (found->instance != instance)
			continue;
		journal_result(r, instance, instance->result_names[found->result], found->us,
			       found->detail);
		any = true;
	}
	if (!any && instance->mode != MODE_OFF)
		journal_result(r, instance,
			       standing->skipped                     ? "skipped"
			       : standing->hooks || standing->called ? "none"
								     : "not-asked",
			       standing->us, NULL);
}

static void journal_recipients(struct log_record *r, const struct message *message)
{
	record_list_begin(r, "recipients");
	for (const struct recipient *recipient = message->recipients; recipient;
	     recipient = recipient->next)
		record_element(r, recipient->address);
	record_list_end(r);
	if (message->refused)
		record_int(r, "recipients_refused", message->refused);
}

static void journal_edits(struct log_record *r, const struct edit_made *made)
{
	if (!made)
		return;
	record_list_begin(r, "edits");
	for (; made; made = made->next) {
		record_item_begin(r);
		record_str(r, "policy", made->policy);
		record_str(r, "action", action_names[made->kind]);
		record_str(r, "name", made->name && !*made->name ? "<>" : made->name);
		if (made->kind != ACTION_HEADER && made->index)
			record_int(r, "nth", made->index);
		record_item_end(r);
	}
	record_list_end(r);
}

void journal_end(struct session *session)
{
	struct log_record r;

	if (session->explained || !log_wants(session->host->log, MG_LOG_INFO))
		return;
	record_begin(&r, session->host->log, MG_LOG_INFO, "session");
	record_text(&r, "the session ended without a message");
	journal_who(&r, session);
	log_write(&r);
}

void journal_message(struct session *session, const char *verdict, const struct decision *decision)
{
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	session->explained = true;
	record_begin(&r, session->host->log, MG_LOG_INFO, "message");
	record_text(&r, "message %s", verdict);
	journal_who(&r, session);
	journal_recipients(&r, &session->message);
	record_str(&r, "verdict", verdict);
	record_int(&r, "score", decision ? decision->score : session->message.score);
	record_int(&r, "us", session->host->now() - session->message.began);
	journal_edits(&r, session->message.made);
	record_list_begin(&r, "policies");
	for (size_t i = 0; i < session->snapshot->ninstances; i++)
		journal_instance(&r, session, &session->snapshot->instances[i]);
	record_list_end(&r);
	log_write(&r);
}
