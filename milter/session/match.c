/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether classes and conditions hold for a session. The result of a class is kept for the facts
 * that it depends on.
 */
#include <config.h>

#include <string.h>

#include "session/match.h"
#include "table/table.h"

void match_forget(struct session *session, unsigned stages)
{
	const struct snapshot *snapshot = session->snapshot;

	for (size_t i = 0; i < snapshot->nclasses; i++)
		if (snapshot->classes[i].facts & stages)
			session->classes[i] = -1;
}

/* What cannot be decided (a regular expression ran into its limit) does not match. */
static bool match_table(struct session *session, const struct mg_table *table, const char *key)
{
	return !table || (key && table_find(table, &session->event_arena, key, NULL) == 1);
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

static const char *match_null(const char *address)
{
	return address && !*address ? "<>" : address;
}

/* At RCPT this recipient; later all that were accepted must match. */
static bool match_recipients(struct session *session, const struct mg_table *table)
{
	const struct message *message = &session->message;

	if (!table)
		return true;
	if (message->recipient)
		return match_table(session, table, match_null(message->recipient));
	for (const struct recipient *r = message->recipients; r; r = r->next)
		if (!match_table(session, table, match_null(r->address)))
			return false;
	return message->recipients != NULL;
}

static const char *match_macro(const struct session *session, const char *name)
{
	return session->mta->macro(session->mta_ctx, name);
}

/* The MTA is asked only for what the class wants to know. */
static bool match_macros(const struct session *session, const struct class *class)
{
	if (class->daemon.n && !match_word(&class->daemon, match_macro(session, "{daemon_name}")))
		return false;
	if (class->has_tls != CLASS_ANY &&
	    !match_wanted(class->has_tls, match_macro(session, "{tls_version}") != NULL))
		return false;
	if (class->has_auth != CLASS_ANY)
		return match_wanted(class->has_auth, match_macro(session, "{auth_authen}") != NULL);
	return class->auth.n == 0 ||
	       match_word(&class->auth, match_macro(session, "{auth_authen}"));
}

static bool match_work_out(struct session *session, const struct class *class)
{
	return match_table(session, class->client,
			   session->client.has_addr ? session->client.text : NULL) &&
	       match_table(session, class->client_name, session->client.name) &&
	       match_wanted(class->is_local, session->client.submitted_locally) &&
	       match_table(session, class->helo, session->helo) &&
	       match_table(session, class->sender, match_null(session->message.sender)) &&
	       match_macros(session, class) && match_recipients(session, class->recipient);
}

static bool match_class(struct session *session, const struct class *class)
{
	signed char *known = &session->classes[class->index];

	if (*known < 0)
		*known = match_work_out(session, class);
	return *known > 0;
}

/* As with classes: at RCPT this recipient must have the result, later all accepted ones. */
static bool match_found(const struct session *session, const struct condition *condition)
{
	const struct standing *standing = &session->standing[condition->instance->index];
	const struct message *message = &session->message;

	if (!message->recipient && standing->recipients &&
	    standing->recipients[condition->result] == message->accepted)
		return true;
	for (int stage = 0; stage < MG_STAGES; stage++)
		for (const struct found *found = standing->found[stage]; found; found = found->next)
			if (found->result == condition->result)
				return true;
	return false;
}

const struct condition *match_first(struct session *session, const struct condition *condition)
{
	while (condition && !(condition->class ? match_class(session, condition->class)
					       : match_found(session, condition)))
		condition = condition->next;
	return condition;
}

bool match_allows(struct session *session, const struct instance *instance)
{
	if (match_first(session, instance->skip))
		return false;
	return !instance->only || match_first(session, instance->only);
}
