/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log line for each message. What explains comes first and leaves room for what follows; the
 * recipients, of which there can be any number, are last.
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "session/journal.h"
#include "session/journal_message.h"

#define JOURNAL_FIELD_MAX 300

/* The beginning of a value without its folds; longer than what is shown, to show that it is cut. */
static const char *journal_unfolded(struct arena *arena, const char *value)
{
	char *copy = arena_alloc(arena, JOURNAL_FIELD_MAX + 2), *to = copy;

	value += strspn(value, " \t\r\n");
	for (; *value && to <= copy + JOURNAL_FIELD_MAX; value++)
		if (*value != '\r' && *value != '\n')
			*to++ = *value == '\t' ? ' ' : *value;
	*to = '\0';
	return copy;
}

void journal_keep_field(struct session *session, const char *name, const char *value)
{
	const unsigned wanted = session->snapshot->settings.log_fields;
	const char **kept = session->message.log_fields;

	for (size_t i = 0; i < LOG_FIELDS; i++)
		if (wanted & 1U << i && !kept[i] && strcasecmp(log_field_forms[i].name, name) == 0)
			kept[i] = journal_unfolded(&session->message_arena, value);
}

static void journal_fields(struct log_record *r, const struct message *message)
{
	log_bound_values(r, JOURNAL_FIELD_MAX);
	for (size_t i = 0; i < LOG_FIELDS; i++)
		log_str(r, log_field_forms[i].key, message->log_fields[i]);
	log_bound_values(r, LOG_VALUE_MAX);
}

/* About what a result takes without its detail. */
#define JOURNAL_RESULT 100
/* Room behind the policies: for the numbers of recipients, and a few of these. */
#define JOURNAL_RECIPIENTS 600

/* It leaves room for what is to follow. */
static void journal_detail(struct log_record *r, const char *detail, size_t room)
{
	log_bound_values(r, log_room(r) > room ? log_room(r) - room : 0);
	log_str(r, "detail", detail);
	log_bound_values(r, LOG_VALUE_MAX);
}

/* times: for so many recipients. room: for what is to follow. */
static void journal_result(struct log_record *r, const struct found *found, unsigned us,
			   unsigned times, size_t room)
{
	log_item_begin(r);
	log_str(r, "policy", found->instance->name);
	log_str(r, "result", found->instance->result_names[found->result]);
	log_int(r, "us", us);
	if (times > 1)
		log_int(r, "recipients", times);
	journal_detail(r, found->detail, room);
	log_item_end(r);
}

static bool journal_results_in(struct log_record *r, const struct found *found, size_t room)
{
	const bool any = found != NULL;

	for (; found; found = found->next)
		journal_result(r, found, found->us, 1, room);
	return any;
}

/* The next of an instance's results among those of the recipients; any: of any result. */
static const struct found *journal_next(const struct found *found, const struct instance *instance,
					const size_t *result)
{
	while (found && (found->instance != instance || (result && found->result != *result)))
		found = found->kept;
	return found;
}

/* A result that many recipients have is there once, with the time of all. */
static void journal_common_result(struct log_record *r, const struct session *session,
				  const struct instance *instance, size_t result, size_t room)
{
	const struct found *first = journal_next(session->message.kept, instance, &result);
	unsigned us = 0;

	for (const struct found *f = first; f; f = journal_next(f->kept, instance, &result))
		us += f->us;
	if (first)
		journal_result(r, first, us, session->standing[instance->index].recipients[result],
			       room);
}

static bool journal_results_of_recipients(struct log_record *r, const struct session *session,
					  const struct instance *instance, size_t room)
{
	const struct found *found = session->message.kept;
	const unsigned *recipients = session->standing[instance->index].recipients;

	if (!recipients)
		return false;
	for (size_t i = 0; session->message.accepted > 1 && i < instance->nresults; i++)
		if (recipients[i])
			journal_common_result(r, session, instance, i, room);
	for (; session->message.accepted == 1 && found; found = found->kept)
		if (found->instance == instance)
			journal_result(r, found, found->us, 1, room);
	return true;
}

static bool journal_is_called(const struct standing *standing)
{
	return standing->skipped || standing->hooks || standing->called;
}

/*
 * The results of an instance for this message and its accepted recipients; else "none" or
 * "skipped". One that was not asked is in a list of its own: see journal_not_asked().
 */
static bool journal_instance(struct log_record *r, const struct session *session,
			     const struct instance *instance, size_t room)
{
	const struct standing *standing = &session->standing[instance->index];
	bool any = false;

	for (int stage = 0; stage < MG_STAGES; stage++)
		any = journal_results_in(r, standing->found[stage], room) || any;
	any = journal_results_of_recipients(r, session, instance, room) || any;
	if (any || instance->mode == MODE_OFF)
		return true;
	if (!journal_is_called(standing))
		return false;
	log_item_begin(r);
	log_str(r, "policy", instance->name);
	log_str(r, "result", standing->skipped ? "skipped" : "none");
	log_int(r, "us", standing->us);
	if (!standing->skipped)
		journal_detail(r, standing->none, room);
	log_item_end(r);
	return true;
}

/* The policies that have nothing, because the message did not come that far. */
static void journal_not_asked(struct log_record *r, const struct session *session,
			      const bool *is_said)
{
	bool any = false;

	for (size_t i = 0; i < session->snapshot->ninstances; i++) {
		if (is_said[i])
			continue;
		if (!any)
			log_list_begin(r, "not_asked");
		any = true;
		log_element(r, session->snapshot->instances[i].name);
	}
	if (any)
		log_list_end(r);
}

static void journal_policies(struct log_record *r, struct session *session)
{
	const size_t n = session->snapshot->ninstances;
	bool *is_said = arena_alloc(&session->event_arena, n + 1);

	log_list_begin(r, "policies");
	for (size_t i = 0; i < n; i++)
		is_said[i] = journal_instance(r, session, &session->snapshot->instances[i],
					      (n - i) * JOURNAL_RESULT);
	log_list_end(r);
	journal_not_asked(r, session, is_said);
}

static void journal_refused_recipients(struct log_record *r, const struct message *message)
{
	if (!message->refused)
		return;
	log_int(r, "recipients_refused", message->refused);
	log_keep_free(r, JOURNAL_RECIPIENTS / 2);
	log_list_begin(r, "refused");
	for (unsigned i = 0; i < message->refused && i < MESSAGE_REFUSALS; i++)
		log_element(r, message->refusals[i]);
	log_list_end(r);
}

/* Returns whether there was room. */
static bool journal_edit(struct log_record *r, const struct edit_made *made)
{
	log_item_begin(r);
	log_str(r, "policy", made->policy);
	log_str(r, "action", action_names[made->kind]);
	log_str(r, "name", made->name && !*made->name ? "<>" : made->name);
	if (made->kind != ACTION_HEADER && made->index)
		log_int(r, "nth", made->index);
	return log_item_end(r);
}

static void journal_edits(struct log_record *r, const struct edit_made *made)
{
	if (!made)
		return;
	log_list_begin(r, "edits");
	while (made && journal_edit(r, made))
		made = made->next;
	log_list_end(r);
}

void journal_message(struct session *session, const char *verdict, const struct decision *decision)
{
	const struct message *message = &session->message;
	const struct decision kept = { .score = message->score,
				       .would_score = message->would_score,
				       .scores = message->scores };
	const struct decision last = decision ? *decision : kept;
	struct log_record r;

	if (!log_wants(session->host->log, MG_LOG_INFO))
		return;
	session->explained = true;
	log_begin(&r, session->host->log, MG_LOG_INFO, "message");
	log_text(&r, "message %s", verdict);
	journal_who(&r, session);
	log_str(&r, "verdict", verdict);
	log_int(&r, "score", last.score);
	journal_scores(&r, &last);
	log_int(&r, "us", session->host->now() - session->message.began);
	journal_fields(&r, &session->message);
	log_keep_free(&r, JOURNAL_RECIPIENTS);
	journal_policies(&r, session);
	journal_edits(&r, session->message.made);
	journal_refused_recipients(&r, &session->message);
	journal_recipients(&r, &session->message);
	log_write(&r);
}
