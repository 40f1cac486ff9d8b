/* SPDX-License-Identifier: BSD-2-Clause */
/* Outcomes: policies that want to know are informed of what became of a message. */
#include <config.h>

#include "session/call.h"
#include "session/outcome.h"

const char *outcome_name(enum mg_verdict verdict)
{
	static const char *const names[] = {
		[MG_ACCEPTED] = "accepted",       [MG_REJECTED] = "rejected",
		[MG_TEMPFAILED] = "tempfailed",   [MG_DISCARDED] = "discarded",
		[MG_QUARANTINED] = "quarantined", [MG_REFUSED] = "refused",
		[MG_ABORTED] = "aborted",
	};

	return names[verdict];
}

/* Whose result ended the message; NULL for the score, and when nobody's did. */
static const struct found *outcome_cause(const struct session *session, enum mg_verdict verdict,
					 const struct decision *decision)
{
	switch (verdict) {
	case MG_REJECTED:
	case MG_TEMPFAILED:
	case MG_DISCARDED:
		return decision->found;
	case MG_QUARANTINED:
	case MG_REFUSED:
		return session->message.cause;
	default:
		return NULL;
	}
}

void outcome_report(struct session *session, enum mg_verdict verdict, enum mg_stage stage,
		    const struct decision *decision)
{
	const struct snapshot *snapshot = session->snapshot;
	const struct message *message = &session->message;

	if (!snapshot->outcomes)
		return;

	const struct found *cause = outcome_cause(session, verdict, decision);
	const struct mg_outcome outcome = {
		.verdict = verdict,
		.policy = cause ? cause->instance->name : NULL,
		.result = cause ? cause->instance->result_names[cause->result] : NULL,
		.stage = stage,
		.accepted = message->accepted,
		.refused = message->refused,
		.score = decision ? decision->score : message->score,
	};

	for (size_t i = 0; i < snapshot->ninstances; i++) {
		const struct instance *instance = &snapshot->instances[i];
		struct mg_call call = call_begin(session, instance, stage, session->event.ends);

		if (instance->type->outcome && instance->mode != MODE_OFF)
			instance->type->outcome(&call, instance->self, &outcome);
	}
}
