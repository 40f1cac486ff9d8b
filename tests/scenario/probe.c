/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A policy for the scenarios: it has the results that its block lists, at the stages that it lists,
 * so that each case can be tried at each stage.
 */
#include <millgate/policy.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct probe {
	struct mg_strings at, start, when, also;
	const char *gate;
	int result;
	long long wait;
	bool reply, enough, outcome, miscounts;
	int counts;              /* an enum mg_scope */
	unsigned stages, starts; /* MG_BIT()s */
};

struct count {
	unsigned calls;
};

struct shared {
	atomic_uint calls; /* of all sessions together */
};

enum { FOUND, OTHER };

static const struct mg_result results[] = {
	[FOUND] = { .name = "found", .help = "The stage was reached." },
	[OTHER] = { .name = "other", .help = "Another one." },
	{ .name = NULL },
};

static const char *const values[] = { "fact", "count", "shared", NULL };

static const struct mg_counter counters[] = {
	{ "calls", "How often it was called." },
	{ "outcomes", "How many messages it was informed of." },
	{ NULL, NULL },
};

static const char *const stage_names[MG_STAGES] = { "connect", "helo", "mail", "rcpt", "data",
						    "header",  "eoh",  "body", "eom",  "command" };

/* The values of "result"; the last four are what a hook may return only by mistake, or must not. */
static const int returned[] = { FOUND, OTHER, MG_NONE, MG_ERROR, MG_TIMEOUT, 77 };

static const struct mg_item items[] = {
	MG_ITEM_STRINGS(struct probe, at, "at", .syntax = "STAGE...",
			.help = "Where it finds something."),
	MG_ITEM_STRINGS(struct probe, start, "start", .syntax = "STAGE...",
			.help = "Where it begins to look something up."),
	MG_ITEM_STRINGS(struct probe, when, "when", .syntax = "TEXT...",
			.help = "Only if what the stage is about is one of these."),
	MG_ITEM_CHOICE(struct probe, result, "result", .initial = "found",
		       .choices = "found other none error timeout wrong", .syntax = "RESULT",
		       .help = "What it finds."),
	MG_ITEM_DURATION(struct probe, wait, "wait", .initial = "0s", .min = 0, .max = 60000,
			 .syntax = "DURATION", .help = "How long it takes."),
	MG_ITEM_STRING(
		struct probe, gate, "gate", .syntax = "FILE",
		.help = "It says in the log that it waits, and goes on when this file is there."),
	MG_ITEM_BOOL(struct probe, reply, "reply", .initial = "no", .syntax = "yes|no",
		     .help = "Whether it has a reply of its own: 554 5.7.99, with a text."),
	MG_ITEM_BOOL(struct probe, enough, "enough", .initial = "no", .syntax = "yes|no",
		     .help = "Whether it needs no more of the body after the first chunk."),
	MG_ITEM_CHOICE(struct probe, counts, "counts", .initial = "session",
		       .choices = "session message event", .syntax = "SCOPE",
		       .help = "Whose state its count of calls is in."),
	MG_ITEM_STRINGS(struct probe, also, "also", .syntax = "RESULT...",
			.help = "What it reports before that."),
	MG_ITEM_BOOL(struct probe, outcome, "outcome", .initial = "no", .syntax = "yes|no",
		     .help = "Whether it logs what became of a message."),
	MG_ITEM_BOOL(struct probe, miscounts, "miscounts", .initial = "no", .syntax = "yes|no",
		     .help = "Whether it counts what it does not declare."),
	{ .name = NULL },
};

static unsigned probe_bits(struct mg_conf *conf, const struct mg_strings *names)
{
	unsigned bits = 0;
	size_t i;
	int stage;

	for (i = 0; i < names->n; i++) {
		for (stage = 0; stage < MG_STAGES && strcmp(stage_names[stage], names->v[i]) != 0;
		     stage++)
			;
		if (stage == MG_STAGES)
			mg_conf_error(conf, NULL, 0, "no stage is called %s", names->v[i]);
		else
			bits |= MG_BIT(stage);
	}
	return bits;
}

static int probe_open(struct mg_conf *conf, void *self)
{
	struct probe *probe = self;

	probe->stages = probe_bits(conf, &probe->at);
	probe->starts = probe_bits(conf, &probe->start);
	mg_conf_stages(conf, probe->stages | probe->starts);
	return 0;
}

/* The subject of the stage. */
static const char *probe_fact(struct mg_call *call)
{
	const char *fact;
	char *text;
	size_t size;

	switch (mg_stage(call)) {
	case MG_CONNECT:
		return mg_client(call);
	case MG_HELO:
		fact = mg_helo(call);
		break;
	case MG_MAIL:
		fact = mg_sender(call);
		break;
	case MG_RCPT:
		fact = mg_recipient(call);
		break;
	case MG_HEADER:
		fact = mg_header_name(call);
		break;
	case MG_COMMAND:
		fact = mg_command(call);
		break;
	case MG_BODY:
		mg_body(call, &size);
		text = mg_alloc(call, MG_EVENT, 24);
		snprintf(text, 24, "%zu", size);
		return text;
	default:
		fact = "";
	}
	return fact ? fact : "";
}

static bool probe_is_meant(const struct probe *probe, const char *fact)
{
	size_t i;

	for (i = 0; i < probe->when.n; i++)
		if (strcmp(probe->when.v[i], fact) == 0)
			return true;
	return probe->when.n == 0;
}

static void probe_wait(struct mg_call *call, const struct probe *probe)
{
	const struct timespec pause = { .tv_sec = probe->wait / 1000,
					.tv_nsec = probe->wait % 1000 * 1000000 };
	const struct timespec step = { .tv_nsec = 20000000 };

	if (probe->wait)
		nanosleep(&pause, NULL);
	if (!probe->gate)
		return;
	mg_log(call, MG_LOG_INFO, "waits at %s", stage_names[mg_stage(call)]);
	while (access(probe->gate, F_OK) < 0)
		nanosleep(&step, NULL);
}

static int probe_returned(const char *name)
{
	static const char *const names[] = { "found", "other", "none", "error", "timeout" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) && strcmp(names[i], name) != 0; i++)
		;
	return returned[i];
}

/* Reports several results, each with its own detail and value. */
static void probe_also(struct mg_call *call, const struct probe *probe)
{
	char number[32];
	size_t i;

	for (i = 0; i < probe->also.n; i++) {
		snprintf(number, sizeof(number), "also-%zu", i + 1);
		mg_value(call, "fact", number);
		mg_detail(call, "%s at %s", number, stage_names[mg_stage(call)]);
		mg_also(call, probe_returned(probe->also.v[i]));
	}
}

static int probe_on(struct mg_call *call, const void *self)
{
	const struct probe *probe = self;
	struct count *count = mg_state(call, (enum mg_scope)probe->counts);
	struct shared *shared = mg_shared(call);
	const char *fact = probe_fact(call);
	char number[16];

	if (!(probe->stages & MG_BIT(mg_stage(call))) || !probe_is_meant(probe, fact))
		return MG_NONE;
	probe_wait(call, probe);
	mg_count(call, probe->miscounts ? 99 : 0, 1);
	probe_also(call, probe);
	snprintf(number, sizeof(number), "%u", atomic_fetch_add(&shared->calls, 1) + 1);
	mg_value(call, "shared", number);
	snprintf(number, sizeof(number), "%u", ++count->calls);
	mg_value(call, "fact", fact);
	mg_value(call, "count", number);
	mg_detail(call, "call %s at %s: %s", number, stage_names[mg_stage(call)], fact);
	if (probe->reply)
		mg_reply(call, 554, "5.7.99", "the policy's own text, 100%");
	if (probe->enough)
		mg_enough_body(call);
	return returned[probe->result];
}

static void probe_start(struct mg_call *call, const void *self)
{
	const struct probe *probe = self;

	if (probe->starts & MG_BIT(mg_stage(call)))
		mg_log(call, MG_LOG_INFO, "started at %s: %s", stage_names[mg_stage(call)],
		       probe_fact(call));
}

static void probe_outcome(struct mg_call *call, const void *self, const struct mg_outcome *outcome)
{
	static const char *const verdicts[] = { "",           "accepted",  "rejected",
						"tempfailed", "discarded", "quarantined",
						"refused",    "aborted" };
	const struct probe *probe = self;

	mg_count(call, 1, 1);
	if (probe->outcome)
		mg_log(call, MG_LOG_INFO,
		       "outcome %s by %s %s at %s: %u accepted, %u refused, score %lld, sender %s",
		       verdicts[outcome->verdict], outcome->policy ? outcome->policy : "nobody",
		       outcome->result ? outcome->result : "-", stage_names[outcome->stage],
		       outcome->accepted, outcome->refused, outcome->score, mg_sender(call));
}

#define EVERY_STAGE(hook)                                                                  \
	{                                                                                  \
		[MG_CONNECT] = hook, [MG_HELO] = hook, [MG_MAIL] = hook, [MG_RCPT] = hook, \
		[MG_DATA] = hook, [MG_HEADER] = hook, [MG_EOH] = hook, [MG_BODY] = hook,   \
		[MG_EOM] = hook, [MG_COMMAND] = hook                                       \
	}

static const struct mg_policy policy = {
	.abi = MG_ABI,
	.size = sizeof(policy),
	.name = "probe",
	.help = "Finds that a stage was reached.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct probe),
	.session_size = sizeof(struct count),
	.message_size = sizeof(struct count),
	.event_size = sizeof(struct count),
	.blocking = MG_BIT(MG_STAGES) - 1,
	.open = probe_open,
	.start = EVERY_STAGE(probe_start),
	.on = EVERY_STAGE(probe_on),
	.several = MG_BIT(MG_STAGES) - 1,
	.outcome = probe_outcome,
	MG_COUNTERS(counters),
	.shared_size = sizeof(struct shared),
};

MG_REGISTER(policy)
