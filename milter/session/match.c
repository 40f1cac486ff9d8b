/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether classes and conditions hold for a session. The result of a class is kept for the facts
 * that it depends on.
 */
#include <config.h>

#include <string.h>

#include "session/lookup.h"
#include "session/match.h"

void match_forget(struct session *session, unsigned stages)
{
	const struct snapshot *snapshot = session->snapshot;

	for (size_t i = 0; i < snapshot->nclasses; i++)
		if (snapshot->classes[i].facts & stages)
			session->classes[2 * i + MATCH_ALL] = session->classes[2 * i + MATCH_ANY] =
				-1;
}

/*
 * What cannot be decided (a regular expression ran into its limit) spares no mail: it does not
 * match for "skip", and does for "only".
 */
static bool match_table(struct session *session, const struct mg_table *table, const char *key,
			enum match_whom whom)
{
	const int found = table && key ? lookup_find(session, table, key, NULL) : 0;

	return !table || found == 1 || (found < 0 && whom == MATCH_ANY);
}

static bool match_wanted(enum class_want want, bool is)
{
	return want == CLASS_ANY || (want == CLASS_YES) == is;
}

static bool match_word(const struct mg_strings *values, const char *word)
{
	for (size_t i = 0; i < values->n; i++)
		if (word && strcmp(values->v[i], word) == 0)
			return true;
	return values->n == 0;
}

/* As with recipients: all readings of an address for "skip", any for "only". */
static bool match_readings(struct session *session, const struct mg_table *table,
			   const struct readings *readings, enum match_whom whom)
{
	const enum mg_readings which = whom == MATCH_ANY ? MG_ANY_READING : MG_ALL_READINGS;
	const int found =
		table && readings ? lookup_find_readings(session, table, readings, which, NULL) : 0;

	return !table || found == 1 || (found < 0 && whom == MATCH_ANY);
}

/* At RCPT this recipient; later those that were accepted. */
static bool match_recipients(struct session *session, const struct mg_table *table,
			     enum match_whom whom)
{
	const struct message *message = &session->message;

	if (!table)
		return true;
	if (message->recipient)
		return match_readings(session, table, message->recipient_readings, whom);
	for (const struct recipient *r = message->recipients; r; r = r->next)
		if (match_readings(session, table, r->readings, whom) != (whom == MATCH_ALL))
			return whom == MATCH_ANY;
	return whom == MATCH_ALL && message->recipients != NULL;
}

/* The MTA is asked only for what the class wants to know. */
static bool match_macros(const struct session *session, const struct class *class)
{
	if (class->daemon.n && !match_word(&class->daemon, state_macro(session, "{daemon_name}")))
		return false;
	if (class->has_tls != CLASS_ANY &&
	    !match_wanted(class->has_tls, state_macro(session, "{tls_version}") != NULL))
		return false;
	if (class->has_auth != CLASS_ANY)
		return match_wanted(class->has_auth, state_macro(session, "{auth_authen}") != NULL);
	return class->auth.n == 0 ||
	       match_word(&class->auth, state_macro(session, "{auth_authen}"));
}

static bool match_work_out(struct session *session, const struct class *class, enum match_whom whom)
{
	return match_table(session, class->client,
			   session->client.has_addr ? session->client.text : NULL, whom) &&
	       match_table(session, class->client_name, session->client.name, whom) &&
	       match_table(session, class->client_ptr, session->client.ptr, whom) &&
	       (!class->resolves || class->resolves & 1U << session->client.resolve) &&
	       match_wanted(class->is_local, session->client.submitted_locally) &&
	       match_table(session, class->helo, session->helo, whom) &&
	       match_readings(session, class->sender, session->message.sender_readings, whom) &&
	       match_macros(session, class) && match_recipients(session, class->recipient, whom);
}

static bool match_class(struct session *session, const struct class *class, enum match_whom whom)
{
	signed char *known = &session->classes[2 * class->index + whom];

	if (*known < 0)
		*known = match_work_out(session, class, whom);
	return *known > 0;
}

/* As with classes: at RCPT this recipient must have the result, later accepted ones. */
static bool match_found(const struct session *session, const struct condition *condition,
			enum match_whom whom)
{
	const struct standing *standing = &session->standing[condition->instance->index];
	const struct message *message = &session->message;

	if (!message->recipient && standing->recipients &&
	    standing->recipients[condition->result] >= (whom == MATCH_ALL ? message->accepted : 1))
		return true;
	for (int stage = 0; stage < MG_STAGES; stage++)
		for (const struct found *found = standing->found[stage]; found; found = found->next)
			if (found->result == condition->result)
				return true;
	return false;
}

const struct condition *match_first(struct session *session, const struct condition *condition,
				    enum match_whom whom)
{
	while (condition && !(condition->class ? match_class(session, condition->class, whom)
					       : match_found(session, condition, whom)))
		condition = condition->next;
	return condition;
}

bool match_allows(struct session *session, const struct instance *instance)
{
	if (match_first(session, instance->skip, MATCH_ALL))
		return false;
	return !instance->only || match_first(session, instance->only, MATCH_ANY);
}
