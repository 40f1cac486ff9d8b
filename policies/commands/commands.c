/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts the commands of a session that the MTA does not know (RFC 5321, 4.2.4): their sender is
 * hardly a mail client. The smallest policy, and so the one to begin a new one with.
 */
#include <millgate/policy.h>

/* The configuration of one instance; filled in from the items below, constant afterwards. */
struct commands {
	long long max;
};

/* What is remembered of one session; all zero when it begins. */
struct session {
	unsigned unknown;
};

/* The results: the indices of results[]. */
enum { TOO_MANY };

static const struct mg_result results[] = {
	[TOO_MANY] = {
		.name = "too-many",
		.action = "tempfail 421 4.7.0 \"Too many unknown commands\"",
		.further_needs = "max",
		.help = "The client has sent more unknown commands than max in this session. A "
			"mail server has no use for even one.",
	},
	{ .name = NULL },
};

static const char *const values[] = { "count", NULL };

static const struct mg_item items[] = {
	MG_ITEM_INT(struct commands, max, "max", .initial = "3", .min = 0, .max = 1000000,
		    .syntax = "NUMBER",
		    .help = "How many unknown commands a client may send before the result is "
			    "too-many."),
	{ .name = NULL },
};

static int commands_command(struct mg_call *call, const void *self)
{
	const struct commands *commands = self;
	struct session *session = mg_state(call, MG_SESSION);

	session->unknown++;
	if (session->unknown <= commands->max)
		return MG_NONE;
	mg_value_int(call, "count", session->unknown);
	mg_detail(call, "%u unknown commands, the last: %s", session->unknown, mg_command(call));
	return TOO_MANY;
}

static const struct mg_policy commands_policy = {
	.abi = MG_ABI,
	.size = sizeof(commands_policy),
	.name = "commands",
	.help = "Counts the commands that the MTA does not know.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct commands),
	.session_size = sizeof(struct session),
	.on = { [MG_COMMAND] = commands_command },
};

MG_REGISTER(commands_policy)
