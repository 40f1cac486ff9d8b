/* SPDX-License-Identifier: BSD-2-Clause */
/* A policy for the tests: it proposes the edits of its block, and reports the message record. */
#include <millgate/policy.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct editor {
	int at;
	struct mg_lines edits;
	bool record, show, outcome;
};

enum { FOUND };

static const struct mg_result results[] = {
	[FOUND] = { .name = "found", .help = "The stage was reached." },
	{ .name = NULL },
};

/* The record: how many fields, and each as "name:value|". */
static const char *const values[] = { "fields", "record", NULL };

#define STAGE_NAMES "connect helo mail rcpt data header eoh body eom command"

static const struct mg_item items[] = {
	MG_ITEM_CHOICE(struct editor, at, "at", .choices = STAGE_NAMES, .initial = "eom",
		       .syntax = "STAGE", .help = "The stage."),
	MG_ITEM_LINES(struct editor, edits, "do", .syntax = "EDIT ARGUMENT...",
		      .help = "An edit that is proposed."),
	MG_ITEM_BOOL(struct editor, record, "record", .initial = "yes", .syntax = "yes | no",
		     .help = "Whether it has a record."),
	MG_ITEM_BOOL(struct editor, show, "show", .initial = "yes", .syntax = "yes | no",
		     .help = "Whether its detail and values have the record."),
	MG_ITEM_BOOL(struct editor, outcome, "outcome", .initial = "no", .syntax = "yes | no",
		     .help = "Whether it logs the record at the end of a message, too."),
	{ .name = NULL },
};

static int editor_open(struct mg_conf *conf, void *self)
{
	const struct editor *editor = self;

	mg_conf_stages(conf, MG_BIT(editor->at));
	if (!editor->record)
		mg_conf_record(conf, false);
	return 0;
}

/* A word of the line, or ""; %0d in it stands for a carriage return, and so on. */
static const char *editor_word(struct mg_call *call, const struct mg_line *line, size_t index)
{
	const char *word = index < mg_line_words(line) ? mg_line_word(line, index) : "";
	char *decoded = mg_alloc(call, MG_EVENT, strlen(word) + 1), *to = decoded;
	char hex[3] = "";

	for (; *word; word++) {
		if (*word == '%' && word[1] && word[2]) {
			memcpy(hex, word + 1, 2);
			*to++ = (char)strtoul(hex, NULL, 16);
			word += 2;
		} else {
			*to++ = *word;
		}
	}
	*to = '\0';
	return decoded;
}

/* A body of so many lines: longer than a packet, or a line of the configuration. */
static void editor_long_body(struct mg_call *call, const char *lines)
{
	static const char line[] = "a line of the body\n";
	const size_t size = strlen(line), n = strtoul(lines, NULL, 10);
	char *body = mg_alloc(call, MG_EVENT, n * size + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(body + i * size, line, size);
	mg_edit_body(call, body, n * size);
}

/* Fields are named by who sends the message. */
static void editor_replace_each(struct mg_call *call, const char *value)
{
	const struct mg_field *field;

	for (size_t i = 0; (field = mg_field(call, i)); i++)
		mg_edit_replace_field(call, field->name, 1, value);
}

static void editor_propose(struct mg_call *call, const struct mg_line *line)
{
	const char *what = mg_line_word(line, 1);
	const char *a = editor_word(call, line, 2);
	const char *b = editor_word(call, line, 3);
	const char *c = editor_word(call, line, 4);

	if (strcmp(what, "add") == 0)
		mg_edit_add_field(call, strcmp(a, "end") == 0 ? MG_EDIT_END : (unsigned)atoi(a), b,
				  c);
	else if (strcmp(what, "replace") == 0)
		mg_edit_replace_field(call, a, (unsigned)atoi(b), c);
	else if (strcmp(what, "replace-each") == 0)
		editor_replace_each(call, a);
	else if (strcmp(what, "delete") == 0)
		mg_edit_delete_field(call, a, (unsigned)atoi(b));
	else if (strcmp(what, "add-recipient") == 0)
		mg_edit_add_recipient(call, a);
	else if (strcmp(what, "delete-recipient") == 0)
		mg_edit_delete_recipient(call, a);
	else if (strcmp(what, "sender") == 0)
		mg_edit_sender(call, a);
	else if (strcmp(what, "body") == 0)
		mg_edit_body(call, a, strlen(a));
	else if (strcmp(what, "long-body") == 0)
		editor_long_body(call, a);
	else if (strcmp(what, "nul-body") == 0)
		mg_edit_body(call, "a\0b", 3);
	else
		mg_log(call, MG_LOG_ERROR, "there is no edit %s", what);
}

static void editor_show(struct mg_call *call)
{
	const size_t n = mg_fields(call);
	const struct mg_field *field;
	char *text, number[24];
	size_t size = 1;

	for (size_t i = 0; (field = mg_field(call, i)); i++)
		size += field->name_size + field->value_size + 2;
	text = mg_alloc(call, MG_EVENT, size);
	*text = '\0';
	for (size_t i = 0; (field = mg_field(call, i)); i++)
		sprintf(text + strlen(text), "%s:%s|", field->name, field->value);
	snprintf(number, sizeof(number), "%zu", n);
	mg_value(call, "fields", number);
	mg_value(call, "record", text);
	mg_detail(call, "%zu fields: %s", n, text);
}

static int editor_on(struct mg_call *call, const void *self)
{
	const struct editor *editor = self;

	if (editor->show)
		editor_show(call);
	for (size_t i = 0; i < editor->edits.n; i++)
		editor_propose(call, editor->edits.v[i]);
	return FOUND;
}

static void editor_outcome(struct mg_call *call, const void *self, const struct mg_outcome *outcome)
{
	const struct editor *editor = self;
	const struct mg_field *field;

	(void)outcome;
	if (!editor->outcome)
		return;
	field = mg_field(call, 0);
	mg_log(call, MG_LOG_INFO, "of %s: %zu fields at the end, the first is %s", mg_sender(call),
	       mg_fields(call), field ? field->name : "none");
}

static const struct mg_policy policy = {
	.abi = MG_ABI,
	.size = sizeof(policy),
	.name = "editor",
	.help = "Proposes edits.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct editor),
	.open = editor_open,
	.on = {
		[MG_CONNECT] = editor_on,
		[MG_HELO] = editor_on,
		[MG_MAIL] = editor_on,
		[MG_RCPT] = editor_on,
		[MG_DATA] = editor_on,
		[MG_HEADER] = editor_on,
		[MG_EOH] = editor_on,
		[MG_BODY] = editor_on,
		[MG_EOM] = editor_on,
		[MG_COMMAND] = editor_on,
	},
	.outcome = editor_outcome,
	.record = true,
	.edits = MG_EDIT_ADD_FIELD | MG_EDIT_REPLACE_FIELD | MG_EDIT_DELETE_FIELD |
		 MG_EDIT_ADD_RECIPIENT | MG_EDIT_DELETE_RECIPIENT | MG_EDIT_SENDER | MG_EDIT_BODY,
};

MG_REGISTER(policy)
