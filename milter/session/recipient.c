/* SPDX-License-Identifier: BSD-2-Clause */
/* Adds an accepted recipient to the message, with its results and its score. */
#include <config.h>

#include "session/lookup.h"
#include "session/recipient.h"

/* One recipient can have the same result several times: see mg_also(). */
static bool recipient_is_first(const struct found *of, const struct found *found)
{
	while (of != found && of->result != found->result)
		of = of->next;
	return of == found;
}

/* Keeps the recipient's results with the message, for the stages after RCPT. */
static void recipient_keep_found(struct session *session)
{
	struct message *message = &session->message;

	for (size_t i = 0; i < session->snapshot->ninstances; i++) {
		struct standing *standing = &session->standing[i];

		for (struct found *found = standing->found[MG_RCPT]; found; found = found->next) {
			*message->kept_end = found;
			message->kept_end = &found->kept;
			if (!standing->recipients)
				standing->recipients = arena_zalloc(
					&session->message_arena,
					found->instance->nresults * sizeof(*standing->recipients));
			if (recipient_is_first(standing->found[MG_RCPT], found))
				standing->recipients[found->result]++;
		}
	}
}

/*
 * A rule that spares: all readings of the address must match. An exempt recipient is never
 * deferred, so it cannot be kept apart from the others, and protects no message.
 */
bool recipient_is_protected(struct session *session)
{
	const struct snapshot *snapshot = session->snapshot;

	return snapshot->protects && session->message.recipient_readings &&
	       !state_is_exempt(session) &&
	       lookup_find_readings(session, snapshot->settings.protect_recipients,
				    session->message.recipient_readings, MG_ALL_READINGS, NULL) > 0;
}

bool recipient_is_scored(struct session *session, const struct decision *decision)
{
	return !decision->accepted && !state_is_exempt(session) && !recipient_is_protected(session);
}

/* Whether the recipient of this decision counts more than those before. */
static bool recipient_is_higher(const struct message *message, const struct decision *decision)
{
	return decision->score > message->score ||
	       (decision->score == message->score && decision->would_score > message->would_score);
}

static void recipient_take_score(struct message *message, const struct decision *decision)
{
	message->score = decision->score;
	message->would_score = decision->would_score;
	message->scores = decision->scores;
}

void recipient_refuse(struct session *session, const struct decision *decision)
{
	struct message *message = &session->message;

	if (message->accepted == 0 && recipient_is_higher(message, decision))
		recipient_take_score(message, decision);
}

/* The highest score, and the highest that would be: of what they consist is the former's. */
static void recipient_combine_score(struct message *message, const struct decision *decision)
{
	const long long would_score = message->would_score;

	if (recipient_is_higher(message, decision))
		recipient_take_score(message, decision);
	message->would_score =
		would_score > decision->would_score ? would_score : decision->would_score;
}

/*
 * The content is judged by the highest score among the recipients whom a score applies to.
 * Scores of exempt or accepted recipients never reject a message.
 */
static void recipient_keep_score(struct session *session, const struct decision *decision)
{
	struct message *message = &session->message;
	const bool was_scored = message->scored;
	const bool scored = recipient_is_scored(session, decision);

	if (was_scored && !scored)
		return;
	message->scored = scored;
	/* Scores found before the content do not count for local submissions. */
	if (session->client.submitted_locally)
		return;
	if (message->accepted == 0 || scored != was_scored)
		recipient_take_score(message, decision);
	else
		recipient_combine_score(message, decision);
}

void recipient_accept(struct session *session, const struct decision *decision, const char *written)
{
	struct message *message = &session->message;
	struct recipient *recipient = arena_zalloc(&session->message_arena, sizeof(*recipient));

	recipient->address = message->recipient;
	recipient->readings = message->recipient_readings;
	if (session->snapshot->needs.edits & EDIT_BIT(EDIT_DELETE_RECIPIENT))
		recipient->written = arena_strdup(&session->message_arena, written);
	*message->recipients_end = recipient;
	message->recipients_end = &recipient->next;
	/* A recipient's accept spares the message the later policies only if all have one. */
	if (message->accepted == 0 || decision->cut > message->cut)
		message->cut = decision->cut;
	message->protected = message->protected || recipient_is_protected(session);
	recipient_keep_score(session, decision);
	recipient_keep_found(session);
	message->accepted++;
}
