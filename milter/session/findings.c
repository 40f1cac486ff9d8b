/* SPDX-License-Identifier: BSD-2-Clause */
/* Findings: what a hook reads of other policies' results. */
#include <config.h>

#include <string.h>

#include "session/call.h"
#include "session/match.h"

struct finding {
	struct mg_finding public;
	const struct found *found;
};

/* The findings of one type, in the event's memory: they cannot change while the hook runs. */
struct findings {
	const char *type;
	size_t n;
	struct finding *v;
	struct findings *next; /* of another type */
};

static void findings_add(struct findings *findings, const struct found *found)
{
	const struct instance *instance = found->instance;
	struct finding *finding = &findings->v[findings->n++];

	finding->public = (struct mg_finding){ .type = instance->type->name,
					       .name = instance->name,
					       .result = instance->result_names[found->result],
					       .detail = found->detail,
					       .stage = found->stage,
					       .recipient = found->recipient };
	finding->found = found;
}

/*
 * Calls add for what an instance has found that holds now, or only counts it when findings is
 * NULL. At RCPT the present recipient's is in its standing; after it that of the accepted ones
 * is kept with the message.
 */
static size_t findings_walk(const struct session *session, const struct instance *instance,
			    struct findings *findings)
{
	const struct standing *standing = &session->standing[instance->index];
	const struct message *message = &session->message;
	size_t n = 0;

	for (int stage = MG_CONNECT; stage < MG_STAGES; stage++) {
		for (const struct found *f = standing->found[stage]; f; f = f->next, n++)
			if (findings)
				findings_add(findings, f);
		if (stage != MG_RCPT || message->recipient)
			continue;
		for (const struct found *f = message->kept; f; f = f->kept) {
			if (f->instance != instance)
				continue;
			n++;
			if (findings)
				findings_add(findings, f);
		}
	}
	return n;
}

static size_t findings_walk_all(struct session *session, const char *type,
				struct findings *findings)
{
	const struct snapshot *snapshot = session->snapshot;
	size_t n = 0;

	for (size_t i = 0; i < snapshot->ninstances; i++) {
		const struct instance *instance = &snapshot->instances[i];

		if (strcmp(instance->type->name, type) == 0 && match_allows(session, instance))
			n += findings_walk(session, instance, findings);
	}
	return n;
}

static struct findings *findings_collect(struct mg_call *call, const char *type)
{
	struct arena *arena = &call->session->event_arena;
	struct findings *findings = arena_zalloc(arena, sizeof(*findings));

	findings->type = type;
	findings->v = arena_alloc(arena, (findings_walk_all(call->session, type, NULL) + 1) *
						 sizeof(*findings->v));
	findings_walk_all(call->session, type, findings);
	findings->next = call->findings;
	call->findings = findings;
	return findings;
}

/* The name under which the policy declares that it reads the type; NULL when it does not. */
static const char *findings_declared(const struct mg_policy *policy, const char *type)
{
	for (const char *const *read = policy->reads; read && *read; read++)
		if (strcmp(*read, type) == 0)
			return *read;
	return NULL;
}

/* function: the one that was called, for the log. */
static const struct finding *findings_get(struct mg_call *call, const char *function,
					  const char *type, size_t index)
{
	const char *declared = type ? findings_declared(call->instance->type, type) : NULL;
	struct findings *findings = call->findings;

	if (!type)
		return NULL;
	if (!declared) {
		call_undeclared(call, CALL_FACT_READS,
				"calls %s(\"%s\"), which needs that type in reads in its "
				"struct mg_policy",
				function, type);
		return NULL;
	}
	while (findings && findings->type != declared)
		findings = findings->next;
	if (!findings)
		findings = findings_collect(call, declared);
	return index < findings->n ? &findings->v[index] : NULL;
}

const struct mg_finding *mg_finding(struct mg_call *call, const char *type, size_t index)
{
	CHECK_OBJ(call, CALL_MAGIC);
	const struct finding *finding = findings_get(call, __func__, type, index);

	return finding ? &finding->public : NULL;
}

const char *mg_finding_value(struct mg_call *call, const char *type, size_t index, const char *name)
{
	CHECK_OBJ(call, CALL_MAGIC);
	const struct finding *finding = findings_get(call, __func__, type, index);
	const struct found *found = finding ? finding->found : NULL;

	if (!found || !found->values || !name)
		return NULL;
	for (size_t i = 0; i < found->instance->nvalues; i++)
		if (strcmp(found->instance->type->values[i], name) == 0)
			return found->values[i];
	return NULL;
}
