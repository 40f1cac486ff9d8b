/* SPDX-License-Identifier: BSD-2-Clause */
/* A session: keeps the facts, and asks the pipeline about each event. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/mail.h"
#include "session/client.h"
#include "session/edits.h"
#include "session/journal.h"
#include "session/journal_message.h"
#include "session/lookup.h"
#include "session/match.h"
#include "session/outcome.h"
#include "session/path.h"
#include "session/pipeline.h"
#include "session/recipient.h"
#include "session/reply.h"
#include "session/session.h"
#include "session/trace.h"

const struct mta_needs *session_needs(const struct snapshot *snapshot)
{
	CHECK_OBJ(snapshot, SNAPSHOT_MAGIC);
	return &snapshot->needs;
}

/* Begins an event: what belonged to the one before is forgotten. */
static void session_event(struct session *session, enum mg_stage stage)
{
	arena_reset(&session->event_arena);
	session->event = (struct event){ .stage = stage, .number = session->event.number + 1 };
	session->event.began = session->event.now = session->host->now();
	session->event.ends =
		session->event.began + session->snapshot->settings.stage_budget * 1000;
	if (session->mta->held)
		session->event.ends -= session->mta->held(session->mta_ctx);
}

/* Lets the hooks of these stages be called again; their results stay. */
static void session_ask_again(struct session *session, unsigned stages)
{
	for (size_t i = 0; i < session->snapshot->ninstances; i++)
		session->standing[i].hooks &= ~stages;
}

/* Forgets the results of these stages, so that their hooks are called again. */
static void session_forget(struct session *session, unsigned stages)
{
	for (size_t i = 0; i < session->snapshot->ninstances; i++) {
		struct standing *standing = &session->standing[i];

		standing->hooks &= ~stages;
		if (stages & MG_BIT(standing->none_stage))
			standing->none = NULL;
		for (int stage = 0; stage < MG_STAGES; stage++)
			if (stages & MG_BIT(stage))
				standing->found[stage] = NULL;
	}
}

#define SESSION_MESSAGE_STAGES                                                     \
	(MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT) | MG_BIT(MG_DATA) | MG_BIT(MG_HEADER) | \
	 MG_BIT(MG_EOH) | MG_BIT(MG_BODY) | MG_BIT(MG_EOM))

/* Everything of a message's scope is gone: the next has none of it. */
static void session_clear_message(struct session *session)
{
	session_forget(session, SESSION_MESSAGE_STAGES);
	for (size_t i = 0; i < session->snapshot->ninstances; i++) {
		struct standing *standing = &session->standing[i];

		standing->message_state = NULL;
		standing->recipients = NULL;
		standing->called = standing->skipped = standing->enough_body = false;
		standing->us = 0;
	}
	match_forget(session, MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT));
	arena_reset(&session->message_arena);
	memset(&session->message, 0, sizeof(session->message));
	session->would_rule = NULL;
}

/* Ends the message, whatever came of it: its line is written, and policies are informed. */
static void session_end_message(struct session *session, enum mg_verdict verdict,
				enum mg_stage stage, const struct decision *decision)
{
	if (!session->message.open)
		return;
	journal_message(session, outcome_name(verdict), decision);
	outcome_report(session, verdict, stage, decision);
	session_clear_message(session);
}

static enum mg_verdict session_verdict(enum action_kind kind)
{
	return kind == ACTION_REJECT     ? MG_REJECTED
	       : kind == ACTION_TEMPFAIL ? MG_TEMPFAILED
					 : MG_DISCARDED;
}

static void session_count(struct host *host, enum action_kind kind)
{
	atomic_ullong *counter = kind == ACTION_REJECT     ? &host->counters.rejected
				 : kind == ACTION_TEMPFAIL ? &host->counters.tempfailed
							   : &host->counters.discarded;

	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/*
 * Makes the reply for a decision; it is valid until the next event. Counts it, and writes the
 * log.
 */
static const struct reply *session_carry_out(struct session *session, enum mg_stage stage,
					     const struct decision *decision)
{
	const struct reply *reply = reply_make(session, decision);

	if (session->traced)
		trace_reply(session, decision, stage, reply);
	if (decision->exempt)
		journal_exempt(session, decision, stage);
	if (decision->kind == ACTION_NEUTRAL)
		return reply;
	session_count(session->host, decision->kind);
	if (decision->found)
		atomic_fetch_add_explicit(&decision->found->instance->kept.counters->acted, 1,
					  memory_order_relaxed);
	journal_decision(session, decision, stage, reply);
	return reply;
}

/* Answers a stage before there is a message, or beside it. */
static const struct reply *session_answer(struct session *session, enum mg_stage stage)
{
	const struct decision decision = pipeline_decide(session, stage);

	return session_carry_out(session, stage, &decision);
}

/* A message that is refused as a whole, or discarded, is over. */
static void session_end_refused(struct session *session, const struct decision *decision)
{
	if (decision->kind != ACTION_NEUTRAL)
		session_end_message(session, session_verdict(decision->kind), session->event.stage,
				    decision);
}

/* ---- The session ---- */

/*
 * Twelve letters and digits. Unique in this process; the time at the beginning makes them unique
 * among later processes too.
 */
static void session_name(struct session *session)
{
	static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
	uint64_t id = atomic_fetch_add_explicit(&session->host->next_id, 1, memory_order_relaxed);

	for (size_t i = SESSION_ID_SIZE - 1; i-- > 0; id >>= 5)
		session->id[i] = digits[id & 31];
	session->id[SESSION_ID_SIZE - 1] = '\0';
}

struct session *session_new(struct host *host, struct snapshot *snapshot, const struct mta *mta,
			    void *ctx)
{
	CHECK_OBJ(host, HOST_MAGIC);
	struct session *session = state_take(host);

	session->host = host;
	session->snapshot = snapshot_ref(snapshot);
	session->mta = mta;
	session->mta_ctx = ctx;
	lookup_begin(session);
	strcpy(session->client.text, "unknown");
	session->standing = arena_zalloc(&session->arena,
					 (snapshot->ninstances + 1) * sizeof(*session->standing));
	session->classes = arena_alloc(&session->arena, 2 * snapshot->nclasses + 1);
	memset(session->classes, -1, 2 * snapshot->nclasses + 1);
	session_name(session);
	atomic_fetch_add_explicit(&host->counters.sessions, 1, memory_order_relaxed);
	return session;
}

const struct reply *session_connect(struct session *session, const char *name,
				    const struct sockaddr *addr)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	session_event(session, MG_CONNECT);
	client_read(session, name, addr, state_macro(session, "i"));
	match_forget(session, MG_BIT(MG_CONNECT));
	pipeline_start(session, MG_CONNECT);
	return session_answer(session, MG_CONNECT);
}

const struct reply *session_refuse(struct session *session)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	atomic_fetch_add_explicit(&session->host->counters.refused, 1, memory_order_relaxed);
	journal_refused(session);
	return reply_plain(session, REPLY_TEMPFAIL, 421, "4.3.2",
			   "Too many connections, try again later");
}

const struct reply *session_overload(struct session *session)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	session_abort(session);
	arena_reset(&session->event_arena);
	atomic_fetch_add_explicit(&session->host->counters.overload, 1, memory_order_relaxed);
	return reply_plain(session, REPLY_TEMPFAIL, 421, "4.3.2",
			   "Too much is being received, try again later");
}

const struct reply *session_helo(struct session *session, const char *helo)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	session_abort(session);
	session_event(session, MG_HELO);
	lookup_begin(session);
	session_forget(session, MG_BIT(MG_HELO));
	arena_reset(&session->helo_arena);
	session->helo = helo ? arena_strdup(&session->helo_arena, helo) : NULL;
	match_forget(session, MG_BIT(MG_HELO));
	pipeline_start(session, MG_HELO);
	return session_answer(session, MG_HELO);
}

/* ---- The envelope ---- */

static void session_open_message(struct session *session)
{
	const struct snapshot *snapshot = session->snapshot;
	struct message *message = &session->message;

	message->open = true;
	message->began = session->event.began;
	message->cut = snapshot->ninstances;
	message->recipients_end = &message->recipients;
	message->kept_end = &message->kept;
	message->record = (struct record){ .arena = &session->message_arena,
					   .limit = (size_t)snapshot->settings.header_limit,
					   .edited = &snapshot->edited };
}

const struct reply *session_mail(struct session *session, char **argv)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	struct message *message = &session->message;
	struct arena *arena = &session->message_arena;

	session_abort(session);
	session_event(session, MG_MAIL);
	lookup_begin(session);
	/* Hooks of earlier stages may have used the message's state. */
	session_clear_message(session);
	session_open_message(session);
	message->sender_readings = path_read(session, argv[0] ? argv[0] : "", "{mail_addr}");
	message->sender = message->sender_readings->list[0].address;
	message->sender_params = path_params(arena, argv[0] ? argv + 1 : argv);
	message->smtputf8 = path_has_param(message->sender_params, "SMTPUTF8");
	session->messages++;
	atomic_fetch_add_explicit(&session->host->counters.messages, 1, memory_order_relaxed);
	pipeline_start(session, MG_MAIL);

	const struct decision decision = pipeline_decide(session, MG_MAIL);
	const struct reply *reply = session_carry_out(session, MG_MAIL, &decision);

	session_end_refused(session, &decision);
	return reply;
}

/* The refusal of a recipient that the MTA may deliver to all the same. */
struct doubted {
	struct decision decision;
	const char *recipient;
	const struct readings *readings;
};

/*
 * Sendmail 8.17 answers the refusal of a path with a comma, such as <<a>@b.example,>, and delivers
 * when the message has another recipient. So the first of these decides at the end of the message.
 */
static void session_refuse_recipient(struct session *session, const struct decision *decision)
{
	struct message *message = &session->message;
	struct doubted *doubted;

	if (message->refused < MESSAGE_REFUSALS)
		message->refusals[message->refused] = message->recipient;
	message->refused++;
	message->cause = decision->found;
	recipient_refuse(session, decision);
	if (message->doubted || !mail_has_comma(message->recipient_readings->path))
		return;
	doubted = arena_alloc(&session->message_arena, sizeof(*doubted));
	*doubted = (struct doubted){ *decision, message->recipient, message->recipient_readings };
	message->doubted = doubted;
}

/* What a doubted refusal makes of the decision at the end of the message. */
static void session_refuse_doubted(struct session *session, struct decision *decision)
{
	struct message *message = &session->message;
	const struct doubted *doubted = message->doubted;

	if (!doubted || decision->kind != ACTION_NEUTRAL)
		return;
	message->recipient = doubted->recipient;
	message->recipient_readings = doubted->readings;
	*decision = doubted->decision;
}

static void session_note_queue_id(struct session *session)
{
	struct message *message = &session->message;
	const char *id = message->queue_id ? NULL : state_macro(session, "i");

	if (id)
		message->queue_id = arena_strdup(&session->message_arena, id);
}

/* The reply without a message: the refusal of the DATA before, or "continue". */
static const struct reply *session_refusal(struct session *session)
{
	const struct reply *refusal = session->message.refusal;

	return refusal ? refusal : reply_continue(session);
}

/* The next recipient is a scope of its own. */
static void session_leave_recipient(struct session *session)
{
	session_forget(session, MG_BIT(MG_RCPT));
	session->message.recipient = NULL;
	session->message.recipient_readings = NULL;
	match_forget(session, MG_BIT(MG_RCPT));
}

const struct reply *session_rcpt(struct session *session, char **argv)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	struct message *message = &session->message;
	struct arena *arena = &session->message_arena;

	session_event(session, MG_RCPT);
	if (!message->open)
		return session_refusal(session);
	message->recipient_readings = path_read(session, argv[0] ? argv[0] : "", "{rcpt_addr}");
	message->recipient = message->recipient_readings->list[0].address;
	message->recipient_params = path_params(arena, argv[0] ? argv + 1 : argv);
	session_note_queue_id(session);
	match_forget(session, MG_BIT(MG_RCPT));
	pipeline_start(session, MG_RCPT);

	const struct decision decision = pipeline_decide(session, MG_RCPT);
	const struct reply *reply = session_carry_out(session, MG_RCPT, &decision);

	if (decision.kind == ACTION_DISCARD) {
		session_end_refused(session, &decision);
		return reply;
	}
	if (decision.kind == ACTION_NEUTRAL)
		recipient_accept(session, &decision, argv[0] ? argv[0] : "");
	else
		session_refuse_recipient(session, &decision);
	session_leave_recipient(session);
	return reply;
}

/* ---- The content ---- */

/* Decides at a stage of the content; the score goes on to the next. */
static const struct reply *session_content(struct session *session, enum mg_stage stage)
{
	const struct decision decision = pipeline_decide(session, stage);
	const struct reply *reply = session_carry_out(session, stage, &decision);

	session->message.score = decision.score;
	session->message.would_score = decision.would_score;
	session->message.scores = decision.scores;
	session->message.cut = decision.cut;
	session_end_refused(session, &decision);
	return reply;
}

/*
 * Neither Postfix nor Sendmail ends a transaction when DATA is refused: the client can add
 * recipients and send DATA again. Earlier decisions stand until the next message.
 */
static void session_keep_refusal(struct session *session, const struct reply *reply)
{
	struct arena *arena = &session->message_arena;
	struct reply *kept;

	if (reply->kind != REPLY_REJECT && reply->kind != REPLY_TEMPFAIL)
		return;
	kept = arena_zalloc(arena, sizeof(*kept));
	kept->kind = reply->kind;
	kept->code = reply->code;
	kept->status = reply->status ? arena_strdup(arena, reply->status) : NULL;
	for (size_t i = 0; i < TEXT_LINES_MAX && reply->lines[i]; i++)
		kept->lines[i] = arena_strdup(arena, reply->lines[i]);
	session->message.refusal = kept;
}

const struct reply *session_data(struct session *session)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	const struct reply *reply;

	session_event(session, MG_DATA);
	if (!session->message.open)
		return session_refusal(session);
	session_note_queue_id(session);
	pipeline_start(session, MG_DATA);
	reply = session_content(session, MG_DATA);
	session_keep_refusal(session, reply);
	return reply;
}

/* Drops the first blank, as MTAs do for milters that did not ask for exact values. */
static const char *session_value(const char *value, bool exact)
{
	return value + (exact && *value == ' ');
}

const struct reply *session_header(struct session *session, const char *name, const char *value,
				   bool exact)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	session_event(session, MG_HEADER);
	if (!session->message.open)
		return session_refusal(session);
	session->event.header_name = name;
	session->event.header_value = session_value(value, exact);
	if (session->snapshot->settings.log_fields)
		journal_keep_field(session, name, session->event.header_value);
	if (session->snapshot->needs.record)
		record_keep(&session->message.record, name, value, exact);
	pipeline_start(session, MG_HEADER);
	pipeline_collect(session, MG_HEADER);
	return reply_continue(session);
}

const struct reply *session_eoh(struct session *session)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	session_event(session, MG_EOH);
	if (!session->message.open)
		return session_refusal(session);
	session_note_queue_id(session);
	record_close(&session->message.record);
	pipeline_start(session, MG_EOH);
	return session_content(session, MG_EOH);
}

static bool session_wants_body(const struct session *session)
{
	const struct snapshot *snapshot = session->snapshot;

	for (size_t i = 0; i < session->message.cut; i++)
		if (snapshot->instances[i].stages & MG_BIT(MG_BODY) &&
		    !session->standing[i].enough_body && !session->standing[i].skipped)
			return true;
	return false;
}

const struct reply *session_body(struct session *session, const unsigned char *body, size_t size)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	session_event(session, MG_BODY);
	if (!session->message.open)
		return session_refusal(session);
	session->event.body = body;
	session->event.body_size = size;
	session_note_queue_id(session);
	record_close(&session->message.record); /* the MTA may have been told to leave EOH out */
	session_ask_again(session, MG_BIT(MG_BODY));
	pipeline_start(session, MG_BODY);

	const struct reply *reply = session_content(session, MG_BODY);

	if (reply->kind == REPLY_CONTINUE && !session_wants_body(session))
		session->reply.kind = REPLY_SKIP;
	return reply;
}

static void session_count_once(atomic_ullong *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* The edits of a message that goes on. Returns what becomes of it. */
static enum mg_verdict session_edit(struct session *session, const struct decision *decision)
{
	struct host_counters *counters = &session->host->counters;
	bool quarantined = false, edited = false;

	edits_make(session, decision);
	for (const struct reply_edit *edit = session->reply.edits; edit; edit = edit->next) {
		quarantined = quarantined || edit->kind == EDIT_QUARANTINE;
		edited = edited || edit->kind != EDIT_QUARANTINE;
	}
	if (quarantined)
		session_count_once(&counters->quarantined);
	if (edited)
		session_count_once(&counters->edited);
	return quarantined ? MG_QUARANTINED : MG_ACCEPTED;
}

const struct reply *session_eom(struct session *session)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	session_event(session, MG_EOM);
	if (!session->message.open)
		return session_refusal(session);
	session_note_queue_id(session);
	record_close(&session->message.record);
	pipeline_start(session, MG_EOM);

	struct decision decision = pipeline_decide(session, MG_EOM);
	const struct reply *reply;

	session_refuse_doubted(session, &decision);
	reply = session_carry_out(session, MG_EOM, &decision);
	session_end_message(session,
			    decision.kind == ACTION_NEUTRAL ? session_edit(session, &decision)
							    : session_verdict(decision.kind),
			    MG_EOM, &decision);
	return reply;
}

const struct reply *session_command(struct session *session, const char *command)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	const struct reply *reply;

	session_event(session, MG_COMMAND);
	pipeline_begin_command(session);
	session->event.command = command;
	pipeline_start(session, MG_COMMAND);
	reply = session_answer(session, MG_COMMAND);
	pipeline_end_command(session);
	return reply;
}

/* ---- The end ---- */

void session_rest(struct session *session)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	arena_free(&session->event_arena);
	arena_trim(&session->message_arena);
	arena_trim(&session->helo_arena);
}

void session_abort(struct session *session)
{
	CHECK_OBJ(session, SESSION_MAGIC);
	struct message *message = &session->message;
	const enum mg_stage last = session->event.stage;

	message->refusal = NULL;
	if (!message->open)
		return;
	session_event(session, message->accepted ? MG_EOM : MG_RCPT);
	session_end_message(session,
			    message->refused && !message->accepted ? MG_REFUSED : MG_ABORTED, last,
			    NULL);
}

void session_end(struct session **session)
{
	struct session *ended = *session;

	*session = NULL;
	if (!ended)
		return;
	session_abort(ended);
	journal_end(ended);
	if (ended->traced)
		trace_end(ended);
	state_give_back(ended);
}
