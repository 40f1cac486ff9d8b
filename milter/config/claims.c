/* SPDX-License-Identifier: BSD-2-Clause */
/* Warns where mail is accepted for a sender or a HELO name that anybody can claim. */
#include <config.h>

#include "base/line.h"
#include "config/claims.h"
#include "config/class.h"
#include "config/plan.h"
#include "config/snapshot.h"

/* Whether a class wants something of its sessions that a client cannot just say. */
static bool class_proves(const struct class *class)
{
	return class->client || class->client_name || class->has_auth != CLASS_ANY ||
	       class->auth.n > 0 || class->daemon.n > 0 || class->is_local == CLASS_YES;
}

/* Whether "only" restricts the instance to mail of which more than a claim is known. */
static bool is_proven(const struct instance *instance)
{
	for (const struct condition *only = instance->only; only; only = only->next)
		if (only->class && !class_proves(only->class))
			return false;
	return instance->only != NULL;
}

static bool accepts_claims(const struct instance *instance)
{
	return instance->claimed.line && instance->mode == MODE_ENFORCE &&
	       action_terminal(instance->actions[instance->claimed.result])->kind ==
		       ACTION_ACCEPT &&
	       !is_proven(instance);
}

/* Whether an accept of the first one keeps the other from being called. */
static bool is_spared(const struct instance *first, const struct instance *other)
{
	return other->index > first->index && other->type->authenticates &&
	       other->mode != MODE_OFF && plan_last(other) >= plan_first(first);
}

void claims_warn(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->ninstances; i++) {
		const struct instance *instance = &snapshot->instances[i];
		size_t j = i + 1;

		if (!accepts_claims(instance))
			continue;
		while (j < snapshot->ninstances && !is_spared(instance, &snapshot->instances[j]))
			j++;
		if (j == snapshot->ninstances)
			continue;
		errors_at(&snapshot->warnings, instance->claimed.line, 0,
			  "whoever claims such a sender or HELO name is accepted before policy %s "
			  "of line %u can prove it wrong",
			  snapshot->instances[j].name, snapshot->instances[j].line->words[0].line);
		errors_hint(&snapshot->warnings,
			    "move this policy below %s, with \"only %s=pass\" in its block",
			    snapshot->instances[j].name, snapshot->instances[j].name);
	}
}
