/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan: the stage at which the result of a hook is decided on. */
#include <config.h>

#include "config/instance.h"
#include "config/plan.h"

const char *plan_stage_name(enum mg_stage stage)
{
	static const char *const names[] = {
		[MG_CONNECT] = "connect", [MG_HELO] = "helo", [MG_MAIL] = "mail",
		[MG_RCPT] = "rcpt",       [MG_DATA] = "data", [MG_HEADER] = "header",
		[MG_EOH] = "eoh",         [MG_BODY] = "body", [MG_EOM] = "eom",
		[MG_COMMAND] = "command",
	};

	return names[stage];
}

enum mg_stage plan_due(const struct instance *instance, enum mg_stage hook)
{
	if (hook == MG_HEADER)
		return MG_EOH;
	return hook < instance->reply_at && hook <= MG_RCPT ? instance->reply_at : hook;
}

unsigned plan_hooks(const struct instance *instance, enum mg_stage stage)
{
	const unsigned commands = instance->lasting ? MG_BIT(MG_COMMAND) : 0;

	if (stage == MG_HEADER)
		return 0;
	if (stage == MG_EOH)
		return instance->stages & (MG_BIT(MG_HEADER) | MG_BIT(MG_EOH));
	if (stage == MG_EOM)
		return (instance->stages & MG_BIT(MG_EOM)) | commands;
	if (stage > MG_RCPT)
		return instance->stages & MG_BIT(stage);
	if (stage < instance->reply_at)
		return 0;
	return (instance->stages & (MG_BIT(stage + 1) - 1)) | commands;
}

enum mg_stage plan_first(const struct instance *instance)
{
	enum mg_stage first = MG_COMMAND;

	for (int hook = MG_CONNECT; hook < MG_COMMAND; hook++)
		if (instance->stages & MG_BIT(hook) &&
		    plan_due(instance, (enum mg_stage)hook) < first)
			first = plan_due(instance, (enum mg_stage)hook);
	return first == MG_COMMAND ? MG_CONNECT : first;
}

enum mg_stage plan_last(const struct instance *instance)
{
	enum mg_stage last = MG_CONNECT;

	for (int hook = MG_CONNECT; hook < MG_COMMAND; hook++)
		if (instance->stages & MG_BIT(hook) &&
		    plan_due(instance, (enum mg_stage)hook) > last)
			last = plan_due(instance, (enum mg_stage)hook);
	return instance->stages & MG_BIT(MG_COMMAND) ? MG_EOM : last;
}

unsigned plan_macro_stages(const struct mg_policy *type)
{
	unsigned stages = 0;

	for (int stage = MG_CONNECT; stage < MG_STAGES; stage++)
		if (type->macros[stage])
			stages |= MG_BIT(stage);
	return stages;
}
