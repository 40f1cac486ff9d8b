/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A policy for the end-to-end tests: its result is "hit" at the stage that its block names, so that
 * each action can be tried at each stage.
 */
#include <millgate/policy.h>

#include <string.h>
#include <time.h>

struct stages {
	int at;
	long long wait;
	struct mg_strings only;
};

enum { HIT };

static const struct mg_result results[] = {
	[HIT] = { .name = "hit", .help = "The stage was reached." },
	{ .name = NULL },
};

/* In the order of enum mg_stage. */
#define STAGE_NAMES "connect helo mail rcpt data header eoh body eom command"

static const struct mg_item items[] = {
	MG_ITEM_CHOICE(struct stages, at, "at", .choices = STAGE_NAMES, .required = true,
		       .syntax = "STAGE", .help = "The stage."),
	MG_ITEM_DURATION(struct stages, wait, "wait", .initial = "0s", .min = 0, .max = 60000,
			 .syntax = "DURATION", .help = "How long to take for it."),
	MG_ITEM_STRINGS(struct stages, only, "recipient", .syntax = "ADDRESS...",
			.help = "At rcpt: only for these recipients."),
	{ .name = NULL },
};

static const char *const values[] = { "header", NULL };

static int stages_open(struct mg_conf *conf, void *self)
{
	const struct stages *stages = self;

	mg_conf_stages(conf, MG_BIT(stages->at));
	return 0;
}

static bool is_asked(struct mg_call *call, const struct stages *stages)
{
	if (mg_stage(call) != MG_RCPT || stages->only.n == 0)
		return true;
	for (size_t i = 0; i < stages->only.n; i++)
		if (strcmp(stages->only.v[i], mg_recipient(call)) == 0)
			return true;
	return false;
}

static int stages_on(struct mg_call *call, const void *self)
{
	const struct stages *stages = self;
	const struct timespec pause = { .tv_sec = stages->wait / 1000,
					.tv_nsec = stages->wait % 1000 * 1000000 };

	if (!is_asked(call, stages))
		return MG_NONE;
	if (stages->wait) {
		mg_log(call, MG_LOG_INFO, "waits for %lld ms", stages->wait);
		nanosleep(&pause, NULL);
	}
	if (mg_stage(call) == MG_HEADER)
		mg_value(call, "header", mg_header_name(call));
	mg_detail(call, "the stage was reached");
	return HIT;
}

static const struct mg_policy policy = {
	.abi = MG_ABI,
	.size = sizeof(policy),
	.name = "stages",
	.help = "Finds that a stage was reached.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct stages),
	.blocking = (1U << MG_STAGES) - 1,
	.open = stages_open,
	.on = {
		[MG_CONNECT] = stages_on,
		[MG_HELO] = stages_on,
		[MG_MAIL] = stages_on,
		[MG_RCPT] = stages_on,
		[MG_DATA] = stages_on,
		[MG_HEADER] = stages_on,
		[MG_EOH] = stages_on,
		[MG_BODY] = stages_on,
		[MG_EOM] = stages_on,
		[MG_COMMAND] = stages_on,
	},
};

MG_REGISTER(policy)
