/* SPDX-License-Identifier: BSD-2-Clause */
/* The pipeline: calls the policies of a stage in file order, and combines their results. */
#include <config.h>

#include "session/call.h"
#include "session/edits.h"
#include "session/journal.h"
#include "session/match.h"
#include "session/pipeline.h"
#include "session/recipient.h"
#include "session/trace.h"
#include "config/plan.h"

/*
 * What a hook returned, as an index of the instance's results. When it has read what its policy did
 * not declare, that is an error; what comes after the deadline is a timeout.
 */
static size_t pipeline_result(struct mg_call *call, int returned, int64_t now)
{
	const char *undeclared = call->session->event.undeclared;

	if (!undeclared && (returned == MG_TIMEOUT || now <= call->deadline))
		return call_result(call, returned, "returned");
	call_disown(call);
	if (undeclared) {
		mg_detail(call, "%s", undeclared);
		return call->instance->error;
	}
	mg_detail(call, "answered %lld ms after its deadline",
		  (long long)(now - call->deadline) / 1000);
	return call->instance->timeout;
}

static const char *pipeline_copy(struct arena *arena, const char *string)
{
	return string ? arena_strdup(arena, string) : NULL;
}

/* Takes what was said in the call along to where the result belongs. */
static struct found *pipeline_keep(const struct session *session, struct arena *arena,
				   const struct found *said)
{
	const struct instance *instance = said->instance;
	struct found *found = arena_alloc(arena, sizeof(*found));

	*found = *said;
	found->next = NULL;
	found->recipient = said->stage == MG_RCPT ? session->message.recipient : NULL;
	found->detail = pipeline_copy(arena, said->detail);
	found->status = pipeline_copy(arena, said->status);
	found->text = pipeline_copy(arena, said->text);
	found->edits = edits_copy(arena, said->edits);
	if (said->values) {
		found->values =
			arena_alloc(arena, (instance->nvalues + 1) * sizeof(*found->values));
		for (size_t i = 0; i <= instance->nvalues; i++)
			found->values[i] = pipeline_copy(arena, said->values[i]);
	}
	return found;
}

/*
 * A field or chunk with a result that an earlier one had adds nothing: there can be any number of
 * them. But each result of one hook counts. fresh_r: the first that this hook has added.
 */
static void pipeline_record(struct session *session, const struct found *said, unsigned us,
			    const struct found **fresh_r)
{
	const struct instance *instance = said->instance;
	const size_t result = said->result;
	struct found **at = &session->standing[instance->index].found[said->stage];

	if (session->traced)
		trace_call(session, instance, said->stage, said, result, us);
	atomic_fetch_add_explicit(instance->kept.found[result], 1, memory_order_relaxed);
	while (*at && *at != *fresh_r && (*at)->result != result)
		at = &(*at)->next;
	if (*at && *at != *fresh_r) {
		(*at)->us += us;
		edits_add(state_arena(session, said->stage), &(*at)->edits, said->edits);
		return;
	}
	while (*at)
		at = &(*at)->next;
	*at = pipeline_keep(session, state_arena(session, said->stage), said);
	(*at)->us = us;
	if (!*fresh_r)
		*fresh_r = *at;
	/* That DNS is dead is logged once, not for each mail. */
	if ((result == instance->error || result == instance->timeout) && !said->dns_dead)
		journal_trouble(session, *at);
}

/* A timeout of a hook that was answered that DNS is dead is of that. */
static void pipeline_note_dead(struct mg_call *call)
{
	struct found *found = call_found(call);

	if (!call->dns_dead || found->result != call->instance->timeout)
		return;
	found->dns_dead = true;
	if (!found->text)
		found->text = "DNS is not available here, try again later";
}

/* Why there is no result: the first reason, until its stage is called for something else. */
static void pipeline_keep_none(struct session *session, const struct mg_call *call)
{
	struct standing *standing = &session->standing[call->instance->index];

	/* What an event's memory has is gone before the line of the message. */
	if (standing->none || !call->found || !call->found->detail || call->stage == MG_COMMAND)
		return;
	standing->none = pipeline_copy(state_arena(session, call->stage), call->found->detail);
	standing->none_stage = call->stage;
}

/* Records what a hook reported, in that order; what it returned comes last. */
static void pipeline_record_all(struct session *session, struct mg_call *call, int returned,
				int64_t now, unsigned us)
{
	const bool late = now > call->deadline;
	const bool undeclared = session->event.undeclared;
	const struct found *fresh = NULL;

	if (undeclared || (late && returned != MG_TIMEOUT))
		call->also = NULL;
	for (const struct found *also = call->also; also; also = also->next)
		pipeline_record(session, also, us, &fresh);
	if (returned == MG_NONE && !late && !undeclared) {
		pipeline_keep_none(session, call);
		if (session->traced && !call->also)
			trace_call(session, call->instance, call->stage, NULL, 0, us);
		return;
	}
	call_found(call)->result = pipeline_result(call, returned, now);
	pipeline_note_dead(call);
	pipeline_record(session, call_found(call), us, &fresh);
}

static int64_t pipeline_deadline(const struct session *session, const struct instance *instance)
{
	const int64_t own = session->event.now + instance->deadline * 1000;

	return instance->deadline && own < session->event.ends ? own : session->event.ends;
}

/* Whether the instance would read a record that is not whole. */
static bool pipeline_lacks_record(const struct session *session, const struct instance *instance,
				  enum mg_stage hook)
{
	return instance->record && session->message.record.cut && hook >= MG_EOH && hook <= MG_EOM;
}

static int pipeline_hook(struct session *session, struct mg_call *call)
{
	const struct mg_policy *type = call->instance->type;

	if (pipeline_lacks_record(session, call->instance, call->stage)) {
		mg_detail(call, "the header is longer than header-limit");
		return MG_ERROR;
	}
	if (call->instance->blocking & MG_BIT(call->stage) && session->mta->waits)
		session->mta->waits(session->mta_ctx);
	return type->on[call->stage](call, call->instance->self);
}

/* Runs one hook. One that may block is not begun when the stage's budget is used up. */
static void pipeline_call(struct session *session, const struct instance *instance,
			  enum mg_stage hook)
{
	struct standing *standing = &session->standing[instance->index];
	struct mg_call call =
		call_begin(session, instance, hook, pipeline_deadline(session, instance));
	const int64_t before = session->event.now;
	const bool late = instance->blocking & MG_BIT(hook) && before >= call.deadline;

	call.also_end = &call.also;
	session->event.undeclared = NULL;

	const int returned = late ? MG_TIMEOUT : pipeline_hook(session, &call);

	session->event.now = session->host->now();

	const unsigned us = (unsigned)(session->event.now - before);

	standing->hooks |= MG_BIT(hook);
	standing->called = true;
	standing->us += us;
	atomic_fetch_add_explicit(&instance->kept.counters->asked, 1, memory_order_relaxed);
	if (late)
		mg_detail(&call, "not called: the stage's budget was used up");
	pipeline_record_all(session, &call, returned, late ? before : session->event.now, us);
}

/* Whether the instance is to be asked now; keeps for the log that it was not. */
static bool pipeline_allows(struct session *session, const struct instance *instance)
{
	struct standing *standing = &session->standing[instance->index];

	standing->skipped = !match_allows(session, instance);
	if (standing->skipped && session->traced)
		trace_skip(session, instance);
	return !standing->skipped;
}

void pipeline_start(struct session *session, enum mg_stage stage)
{
	const struct snapshot *snapshot = session->snapshot;

	if (snapshot->debug.all || snapshot->debug.classes)
		trace_event(session, stage);
	if (!(snapshot->starts & MG_BIT(stage)))
		return;
	for (size_t i = 0; i < snapshot->ninstances; i++) {
		const struct instance *instance = &snapshot->instances[i];
		struct mg_call call;

		if (!(instance->starts & MG_BIT(stage)) || !match_allows(session, instance) ||
		    pipeline_lacks_record(session, instance, stage))
			continue;
		if (session->traced)
			trace_start(session, instance, stage);
		call = call_begin(session, instance, stage, pipeline_deadline(session, instance));
		instance->type->start[stage](&call, instance->self);
	}
}

void pipeline_collect(struct session *session, enum mg_stage stage)
{
	const struct snapshot *snapshot = session->snapshot;

	for (size_t i = 0; i < session->message.cut; i++) {
		const struct instance *instance = &snapshot->instances[i];

		if (instance->stages & MG_BIT(stage) && pipeline_allows(session, instance))
			pipeline_call(session, instance, stage);
	}
}

/* The memory of a decision: it goes on to the next stage of a message. */
static struct arena *pipeline_arena(struct session *session)
{
	return session->message.open && session->event.stage != MG_COMMAND ? &session->message_arena
									   : &session->event_arena;
}

/* The policy's part of a score; made if need be. */
static struct contribution *pipeline_part(struct session *session, struct decision *decision,
					  const struct instance *instance)
{
	struct contribution **at = &decision->scores, *part;

	while (*at && (*at)->instance->index < instance->index)
		at = &(*at)->next;
	if (*at && (*at)->instance == instance)
		return *at;
	part = arena_zalloc(pipeline_arena(session), sizeof(*part));
	part->instance = instance;
	part->next = *at;
	*at = part;
	return part;
}

/* Adds a result's score; in mode monitor only to that which would be. */
static void pipeline_add_score(struct session *session, struct decision *decision,
			       const struct found *found)
{
	const long long score = action_score(state_actions(found));

	if (score == 0)
		return;
	decision->would_score += score;
	if (found->instance->mode != MODE_MONITOR)
		decision->score += score;
	pipeline_part(session, decision, found->instance)->score += score;
}

/* Combines one more result with those before it. Returns whether further policies run. */
static bool pipeline_combine(struct decision *decision, const struct found *found)
{
	const struct action *actions = state_actions(found);
	const struct action *terminal = action_terminal(actions);

	switch (terminal->kind) {
	case ACTION_ACCEPT:
		decision->accepted = true;
		decision->cut = found->instance->index;
		return false;
	case ACTION_TEMPFAIL:
	case ACTION_DISCARD:
		if (decision->kind != ACTION_NEUTRAL)
			return true;
		break;
	case ACTION_REJECT:
		break;
	default:
		return true;
	}
	decision->kind = terminal->kind;
	decision->action = terminal;
	decision->found = found;
	return terminal->kind == ACTION_TEMPFAIL;
}

static enum action_kind pipeline_kind(const struct found *found)
{
	return action_terminal(state_actions(found))->kind;
}

/* Whether a result came of an earlier unknown command, whose reply has been given. */
static bool pipeline_is_past(const struct session *session, const struct found *found)
{
	return found->stage == MG_COMMAND && session->event.stage != MG_COMMAND;
}

/* Applies a result, or logs what it would have done. Returns whether further policies run. */
static bool pipeline_consider(struct session *session, struct decision *decision,
			      struct found *found)
{
	bool goes_on;
	const enum action_kind kind = pipeline_kind(found);
	const bool replied = pipeline_is_past(session, found) &&
			     (kind == ACTION_REJECT || kind == ACTION_TEMPFAIL);

	pipeline_add_score(session, decision, found);
	if (found->instance->mode == MODE_MONITOR) {
		found->tried = session->messages;
		if (!replied)
			journal_would(session, found);
		return true;
	}
	found->counted = session->messages;
	if (replied)
		return true;
	goes_on = pipeline_combine(decision, found);
	if (decision->accepted && !goes_on)
		journal_accept(session, found);
	return goes_on;
}

/*
 * A result that was decided on at an earlier chunk counts once, and so does one of a command that
 * the score of the recipients has already.
 */
static bool pipeline_is_settled(const struct session *session, const struct found *found)
{
	const bool late = session->event.stage == MG_EOM && found->stage == MG_COMMAND;

	return (found->stage == MG_BODY || late) &&
	       (found->counted == session->messages || found->tried == session->messages);
}

/* Calls a hook unless that was done in its scope; what was found in headers is there already. */
static void pipeline_call_once(struct session *session, const struct instance *instance,
			       enum mg_stage hook)
{
	const struct standing *standing = &session->standing[instance->index];

	if (standing->hooks & MG_BIT(hook) || hook == MG_HEADER ||
	    (hook == MG_BODY && standing->enough_body))
		return;
	pipeline_call(session, instance, hook);
}

/* The worst first. */
static int pipeline_rank(const struct found *found)
{
	static const int ranks[] = {
		[ACTION_REJECT] = 0,  [ACTION_DISCARD] = 1, [ACTION_TEMPFAIL] = 2,
		[ACTION_NEUTRAL] = 3, [ACTION_ACCEPT] = 4,
	};

	return ranks[pipeline_kind(found)];
}

static bool pipeline_is_before(const struct found *a, const struct found *b)
{
	const int rank = pipeline_rank(a), other = pipeline_rank(b);

	return rank < other ||
	       (rank == other && action_refuses(pipeline_kind(a)) && a->result < b->result);
}

/*
 * The order of fields is the sender's, and must decide nothing: what they showed is sorted. Where
 * the order does not matter it stays.
 */
static void pipeline_sort(struct found **list)
{
	struct found *sorted = NULL;

	while (*list) {
		struct found *found = *list, **at = &sorted;

		*list = found->next;
		while (*at && !pipeline_is_before(found, *at))
			at = &(*at)->next;
		found->next = *at;
		*at = found;
	}
	*list = sorted;
}

/* Calls the hooks of an instance that are due and were not called in their scope yet. */
static bool pipeline_ask(struct session *session, struct decision *decision,
			 const struct instance *instance, enum mg_stage stage)
{
	struct standing *standing = &session->standing[instance->index];
	const unsigned hooks = plan_hooks(instance, stage);

	pipeline_sort(&standing->found[MG_HEADER]);
	for (int hook = MG_CONNECT; hook < MG_STAGES; hook++) {
		if (!(hooks & MG_BIT(hook)))
			continue;
		if (hook != MG_COMMAND || stage == MG_COMMAND)
			pipeline_call_once(session, instance, (enum mg_stage)hook);
		for (struct found *found = standing->found[hook]; found; found = found->next)
			if (!pipeline_is_settled(session, found) &&
			    !pipeline_consider(session, decision, found))
				return false;
	}
	return true;
}

/* The refusal that a score causes: the hardest; NULL for none. */
static const struct action *pipeline_rule(const struct snapshot *snapshot, long long score)
{
	const struct action *rule = snapshot->score;

	while (rule && action_refuses(rule->kind) && score < rule->score)
		rule = rule->next;
	return rule && action_refuses(rule->kind) ? rule : NULL;
}

/* Whether nothing is refused at this stage, whatever was found. */
static bool pipeline_is_exempt(struct session *session, enum mg_stage stage)
{
	const bool local = session->client.submitted_locally && stage <= MG_RCPT;

	return local || (stage == MG_RCPT && state_is_exempt(session));
}

/* Logs the refusal that the score would cause: once, and for each recipient. */
static void pipeline_would(struct session *session, const struct decision *decision,
			   enum mg_stage stage)
{
	const struct action *rule = pipeline_rule(session->snapshot, decision->would_score);

	if (!rule || pipeline_is_exempt(session, stage) ||
	    (stage != MG_RCPT && session->would_rule == rule))
		return;
	session->would_rule = rule;
	journal_would_score(session, decision, rule);
}

static void pipeline_score(struct session *session, struct decision *decision, enum mg_stage stage)
{
	const struct snapshot *snapshot = session->snapshot;
	const struct action *rule = pipeline_rule(snapshot, decision->score);

	/* A message whose recipients are all exempt or accepted is not refused for its score. */
	if (stage > MG_RCPT && (!session->message.scored || session->message.protected))
		return;
	if (stage == MG_RCPT && recipient_is_protected(session))
		return;
	if (!rule || snapshot->score_mode == MODE_MONITOR) {
		pipeline_would(session, decision, stage);
		return;
	}
	decision->kind = rule->kind;
	decision->action = rule;
}

/*
 * The content has one reply for all recipients. So a recipient who must not lose mail to the score
 * and one who may do not share a message: whoever comes second is to come again.
 */
static void pipeline_keep_apart(struct session *session, struct decision *decision)
{
	static const struct action later = { .kind = ACTION_TEMPFAIL,
					     .code = 452,
					     .status = "4.5.3" };
	const struct message *message = &session->message;
	const bool meets_protected = message->protected && recipient_is_scored(session, decision);
	const bool meets_scored = message->scored && recipient_is_protected(session);

	if (session->client.submitted_locally || !(meets_protected || meets_scored))
		return;
	decision->kind = ACTION_TEMPFAIL;
	decision->action = &later;
	decision->apart = true;
}

/* Takes back a refusal that must not be given at this stage. */
static void pipeline_spare(struct session *session, struct decision *decision, enum mg_stage stage)
{
	if (decision->kind == ACTION_NEUTRAL)
		return;
	decision->exempt = pipeline_is_exempt(session, stage);
	/* A message can be discarded only where there is one. */
	if (decision->exempt ||
	    (decision->kind == ACTION_DISCARD && (stage < MG_MAIL || stage == MG_COMMAND)))
		decision->kind = ACTION_NEUTRAL;
}

struct decision pipeline_decide(struct session *session, enum mg_stage stage)
{
	const struct snapshot *snapshot = session->snapshot;
	const bool content = stage > MG_RCPT && stage != MG_COMMAND;
	const size_t end = content ? session->message.cut : snapshot->ninstances;
	struct decision decision = { .kind = ACTION_NEUTRAL,
				     .cut = end,
				     .score = content ? session->message.score : 0,
				     .would_score = content ? session->message.would_score : 0,
				     .scores = content ? session->message.scores : NULL,
				     .accepted = end < snapshot->ninstances };

	size_t i;

	for (i = 0; i < end; i++) {
		const struct instance *instance = &snapshot->instances[i];

		if (plan_hooks(instance, stage) && pipeline_allows(session, instance) &&
		    !pipeline_ask(session, &decision, instance, stage))
			break;
	}
	if (session->traced)
		trace_rest(session, &decision, stage, i < end ? i + 1 : end);
	if (decision.kind == ACTION_NEUTRAL && !decision.accepted && stage != MG_COMMAND)
		pipeline_score(session, &decision, stage);
	if (decision.kind == ACTION_NEUTRAL && stage == MG_RCPT && snapshot->protects)
		pipeline_keep_apart(session, &decision);
	pipeline_spare(session, &decision, stage);
	return decision;
}

/* ---- Unknown commands ---- */

void pipeline_begin_command(struct session *session)
{
	for (size_t i = 0; i < session->snapshot->ninstances; i++) {
		struct standing *standing = &session->standing[i];

		standing->hooks &= ~MG_BIT(MG_COMMAND);
		standing->found[MG_COMMAND] = NULL;
	}
}

/* Adds a result of this command to those before it, unless it is there. */
static void pipeline_add_command(struct session *session, struct found **list,
				 const struct found *found)
{
	while (*list && (*list)->result != found->result)
		list = &(*list)->next;
	if (*list)
		return;
	*list = pipeline_keep(session, &session->arena, found);
	(*list)->counted = (*list)->tried = 0;
}

void pipeline_end_command(struct session *session)
{
	for (size_t i = 0; i < session->snapshot->ninstances; i++) {
		struct standing *standing = &session->standing[i];
		const struct found *found = standing->found[MG_COMMAND];

		for (; found; found = found->next)
			pipeline_add_command(session, &standing->commands, found);
		standing->found[MG_COMMAND] = standing->commands;
		standing->hooks &= ~MG_BIT(MG_COMMAND);
	}
}
