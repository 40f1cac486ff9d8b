/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A policy for the scenarios: it logs the results of "probe" that a policy can read at each stage.
 */
#include <millgate/policy.h>

#include <stdio.h>
#include <string.h>

struct reader {
	struct mg_strings at;
	bool undeclared, outcome;
	unsigned stages; /* MG_BIT()s */
};

enum { SEEN, NOTHING };

static const struct mg_result results[] = {
	[SEEN] = { .name = "seen", .help = "There was something to read." },
	[NOTHING] = { .name = "nothing", .help = "There was not." },
	{ .name = NULL },
};

static const char *const reads[] = { "probe", "nowhere", NULL };

static const char *const stage_names[MG_STAGES] = { "connect", "helo", "mail", "rcpt", "data",
						    "header",  "eoh",  "body", "eom",  "command" };

static const struct mg_item items[] = {
	MG_ITEM_STRINGS(struct reader, at, "at", .syntax = "STAGE...", .help = "Where it reads."),
	MG_ITEM_BOOL(struct reader, undeclared, "undeclared", .initial = "no", .syntax = "yes|no",
		     .help = "Whether it does what it does not declare."),
	MG_ITEM_BOOL(struct reader, outcome, "outcome", .initial = "no", .syntax = "yes|no",
		     .help = "Whether it reads at the end of a message, too."),
	{ .name = NULL },
};

static int reader_open(struct mg_conf *conf, void *self)
{
	struct reader *reader = self;
	size_t i, stage;

	for (i = 0; i < reader->at.n; i++)
		for (stage = 0; stage < MG_STAGES; stage++)
			if (strcmp(stage_names[stage], reader->at.v[i]) == 0)
				reader->stages |= MG_BIT(stage);
	mg_conf_stages(conf, reader->stages);
	return 0;
}

static const char *reader_or(const char *text)
{
	return text ? text : "-";
}

static size_t reader_read(struct mg_call *call, const char *when)
{
	const struct mg_finding *finding;
	size_t n;

	for (n = 0; (finding = mg_finding(call, "probe", n)); n++)
		mg_log(call, MG_LOG_INFO, "reads at %s: %s %s %s at %s of %s, fact %s, detail %s",
		       when, finding->type, finding->name, finding->result,
		       stage_names[finding->stage], reader_or(finding->recipient),
		       reader_or(mg_finding_value(call, "probe", n, "fact")),
		       reader_or(finding->detail));
	if (mg_finding(call, "nowhere", 0) || mg_finding_value(call, "nowhere", 0, "fact") ||
	    mg_finding_value(call, "probe", n, "fact"))
		mg_log(call, MG_LOG_ERROR, "reads what is not there");
	return n;
}

static int reader_on(struct mg_call *call, const void *self)
{
	const struct reader *reader = self;

	if (reader->undeclared) {
		mg_also(call, NOTHING);
		return mg_finding(call, "access", 0) ? SEEN : NOTHING;
	}
	return reader_read(call, stage_names[mg_stage(call)]) > 0 ? SEEN : NOTHING;
}

static void reader_outcome(struct mg_call *call, const void *self, const struct mg_outcome *outcome)
{
	const struct reader *reader = self;

	(void)outcome;
	if (reader->outcome)
		reader_read(call, "the end");
}

static const struct mg_policy policy = {
	.abi = MG_ABI,
	.size = sizeof(policy),
	.name = "reader",
	.help = "Reads what the policy probe found.",
	MG_RESULTS(results),
	MG_ITEMS(items),
	.conf_size = sizeof(struct reader),
	.open = reader_open,
	.on = { [MG_CONNECT] = reader_on,
		[MG_HELO] = reader_on,
		[MG_MAIL] = reader_on,
		[MG_RCPT] = reader_on,
		[MG_DATA] = reader_on,
		[MG_EOM] = reader_on },
	.reads = reads,
	.outcome = reader_outcome,
};

MG_REGISTER(policy)
