/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A policy as somebody outside of the source tree would write it: it knows the installed header,
 * and nothing else.
 */
#include <millgate/policy.h>

#include <stdlib.h>
#include <string.h>

struct outside {
	const char *word;
	const struct mg_table *friends;
};

struct session {
	bool started;
};

struct message {
	unsigned headers;
};

enum { SEEN, FRIEND };

static const struct mg_result results[] = {
	[SEEN] = { .name = "seen",
		   .action = "reject 550 5.7.1 \"{word} of {sender}\"",
		   .help = "It was there." },
	[FRIEND] = { .name = "friend", .action = "accept", .help = "A friend." },
	{ .name = "error", .action = "tempfail", .help = "It failed." },
	{ .name = NULL },
};

static const char *const values[] = { "word", NULL };

static void outside_check_word(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	const struct outside *outside = self;

	if (strcmp(outside->word, "forbidden") == 0)
		mg_conf_error(conf, line, 1, "found forbidden, expected another word");
	if (strlen(outside->word) < 3)
		mg_conf_warning(conf, line, 1, "%s is in every other subject", outside->word);
}

static const struct mg_item items[] = {
	MG_ITEM_STRING(struct outside, word, "word", .required = true, .syntax = "WORD",
		       .help = "The word.", .check = outside_check_word),
	MG_ITEM_TABLE(struct outside, friends, "friends", .key = MG_KEY_MAIL,
		      .syntax = "ADDRESS...", .help = "Who is spared."),
	{ .name = NULL },
};

static void outside_connect_start(struct mg_call *call, const void *self)
{
	struct session *session = mg_state(call, MG_SESSION);

	(void)self;
	session->started = true;
}

static void outside_message_ended(void *arg)
{
	free(arg);
}

static int outside_mail(struct mg_call *call, const void *self)
{
	const struct outside *outside = self;
	const struct session *session = mg_state(call, MG_SESSION);

	if (!session->started) {
		mg_detail(call, "the start hook was not called");
		return MG_ERROR;
	}
	/* Memory of a library's own, which is released when the message ends. */
	mg_at_end(call, MG_MESSAGE, outside_message_ended, malloc(1));
	switch (mg_table_find(call, outside->friends, mg_sender(call), NULL)) {
	case 1:
		return FRIEND;
	case 0:
		return MG_NONE;
	default:
		return MG_ERROR;
	}
}

static int outside_header(struct mg_call *call, const void *self)
{
	const struct outside *outside = self;
	struct message *message = mg_state(call, MG_MESSAGE);

	message->headers++;
	if (!strstr(mg_header_value(call), outside->word))
		return MG_NONE;
	mg_value(call, "word", outside->word);
	mg_detail(call, "in %s, field %u", mg_header_name(call), message->headers);
	return SEEN;
}

static const struct mg_policy policy = {
	.abi = MG_ABI,
	.size = sizeof(policy),
	.name = "outside",
	.help = "Looks for a word.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct outside),
	.session_size = sizeof(struct session),
	.message_size = sizeof(struct message),
	.start = { [MG_CONNECT] = outside_connect_start },
	.on = { [MG_MAIL] = outside_mail, [MG_HEADER] = outside_header },
};

MG_REGISTER(policy)
