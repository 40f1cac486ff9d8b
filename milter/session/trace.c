/* SPDX-License-Identifier: BSD-2-Clause */
/* The trace: log lines that follow a session through its stages. */
#include <config.h>

#include "config/plan.h"
#include "session/journal.h"
#include "session/match.h"
#include "session/trace.h"

/* Written whatever log-level says: the administrator asked for this session. */
static void trace_begin(struct log_record *r, struct session *session)
{
	log_begin(r, session->host->log, MG_LOG_DEBUG, "trace");
	log_force(r);
	log_text(r, "trace at %s: ", plan_stage_name(session->event.stage));
}

static void trace_step(struct log_record *r, const struct session *session, const char *step)
{
	log_str(r, "id", session->id);
	log_str(r, "stage", plan_stage_name(session->event.stage));
	log_str(r, "step", step);
}

static bool trace_wants(struct session *session)
{
	const struct snapshot *snapshot = session->snapshot;

	return session->traced || snapshot->debug.all ||
	       match_first(session, snapshot->debug.classes, MATCH_ANY) != NULL;
}

void trace_event(struct session *session, enum mg_stage stage)
{
	const struct event *event = &session->event;
	struct log_record r;

	session->traced = trace_wants(session);
	if (!session->traced)
		return;
	trace_begin(&r, session);
	log_text(&r, "event");
	journal_who(&r, session);
	log_str(&r, "stage", plan_stage_name(stage));
	log_str(&r, "step", "event");
	log_str(&r, "header_name", event->header_name);
	log_str(&r, "header_value", event->header_value);
	log_str(&r, "command", event->command);
	if (stage == MG_BODY)
		log_int(&r, "body_size", (long long)event->body_size);
	log_write(&r);
}

void trace_start(struct session *session, const struct instance *instance, enum mg_stage hook)
{
	struct log_record r;

	trace_begin(&r, session);
	log_text(&r, "policy %s starts", instance->name);
	trace_step(&r, session, "start");
	log_str(&r, "policy", instance->name);
	log_str(&r, "hook", plan_stage_name(hook));
	log_write(&r);
}

/* The actions of a result; in mode monitor, those that it would have. */
static void trace_actions(struct log_record *r, const struct found *found)
{
	const char *name = found->instance->mode == MODE_MONITOR ? "would" : "actions";

	log_list_begin(r, name);
	for (const struct action *action = state_actions(found); action; action = action->next)
		log_element(r, action_names[action->kind]);
	log_list_end(r);
}

void trace_call(struct session *session, const struct instance *instance, enum mg_stage hook,
		const struct found *found, size_t result, unsigned us)
{
	const char *name = found ? instance->result_names[result] : "none";
	struct log_record r;

	trace_begin(&r, session);
	log_text(&r, "policy %s found %s", instance->name, name);
	trace_step(&r, session, "call");
	log_str(&r, "policy", instance->name);
	log_str(&r, "hook", plan_stage_name(hook));
	log_str(&r, "result", name);
	if (found) {
		log_str(&r, "detail", found->detail);
		trace_actions(&r, found);
	}
	log_int(&r, "us", us);
	log_write(&r);
}

/* "skip trusted", "skip spf=pass". */
static void trace_condition(struct log_record *r, const char *key,
			    const struct condition *condition)
{
	if (condition->class)
		log_text(r, "%s %s", key, condition->class->name);
	else
		log_text(r, "%s %s is %s", key, condition->instance->name,
			 condition->instance->result_names[condition->result]);
}

void trace_skip(struct session *session, const struct instance *instance)
{
	const struct condition *skip = match_first(session, instance->skip, MATCH_ALL);
	struct log_record r;

	trace_begin(&r, session);
	log_text(&r, "policy %s is skipped: ", instance->name);
	if (skip)
		trace_condition(&r, "skip", skip);
	else
		log_text(&r, "none of its only holds");
	trace_step(&r, session, "skip");
	log_str(&r, "policy", instance->name);
	log_write(&r);
}

static void trace_why_rest(struct log_record *r, const struct decision *decision)
{
	if ((decision->kind == ACTION_REJECT || decision->kind == ACTION_DISCARD) &&
	    decision->found)
		log_text(r, "after %s by policy %s", action_names[decision->kind],
			 decision->found->instance->name);
	else
		log_text(r, "after an accept");
}

void trace_rest(struct session *session, const struct decision *decision, enum mg_stage stage,
		size_t from)
{
	const struct snapshot *snapshot = session->snapshot;
	struct log_record r;

	while (from < snapshot->ninstances && !plan_hooks(&snapshot->instances[from], stage))
		from++;
	if (from == snapshot->ninstances)
		return;
	trace_begin(&r, session);
	log_text(&r, "no further policy is called, ");
	trace_why_rest(&r, decision);
	trace_step(&r, session, "skip");
	log_list_begin(&r, "policies");
	for (; from < snapshot->ninstances; from++)
		if (plan_hooks(&snapshot->instances[from], stage))
			log_element(&r, snapshot->instances[from].name);
	log_list_end(&r);
	log_write(&r);
}

void trace_reply(struct session *session, const struct decision *decision, enum mg_stage stage,
		 const struct reply *reply)
{
	static const char *const kinds[] = { [REPLY_CONTINUE] = "continue",
					     [REPLY_REJECT] = "reject",
					     [REPLY_TEMPFAIL] = "tempfail",
					     [REPLY_DISCARD] = "discard",
					     [REPLY_SKIP] = "skip" };
	struct log_record r;
	char first[JOURNAL_LINE_MAX];

	trace_begin(&r, session);
	log_text(&r, "reply %s", kinds[reply->kind]);
	trace_step(&r, session, "reply");
	if (reply->kind == REPLY_REJECT || reply->kind == REPLY_TEMPFAIL) {
		journal_first_line(first, sizeof(first), reply);
		log_str(&r, "reply", first);
	}
	if (decision->exempt)
		log_str(&r, "exempt", "yes");
	if (stage != MG_COMMAND)
		log_int(&r, "score", decision->score);
	log_int(&r, "us", session->host->now() - session->event.began);
	log_write(&r);
}

void trace_end(struct session *session)
{
	struct log_record r;

	log_begin(&r, session->host->log, MG_LOG_DEBUG, "trace");
	log_force(&r);
	log_text(&r, "trace: the session ends");
	log_str(&r, "id", session->id);
	log_str(&r, "step", "end");
	log_write(&r);
}
