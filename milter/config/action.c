/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions, such as "reject 550 5.7.1 TEXT": parsed and checked when the configuration is read. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/field.h"
#include "base/line.h"
#include "base/mail.h"
#include "config/action.h"
#include "config/items.h"

const char *const action_names[] = {
	[ACTION_NEUTRAL] = "neutral",
	[ACTION_ACCEPT] = "accept",
	[ACTION_REJECT] = "reject",
	[ACTION_TEMPFAIL] = "tempfail",
	[ACTION_DISCARD] = "discard",
	[ACTION_QUARANTINE] = "quarantine",
	[ACTION_SCORE] = "score",
	[ACTION_HEADER] = "header",
	[ACTION_REPLACE_HEADER] = "replace-header",
	[ACTION_DELETE_HEADER] = "delete-header",
	[ACTION_PREFIX_SUBJECT] = "prefix-subject",
	[ACTION_ADD_RECIPIENT] = "add-recipient",
	[ACTION_DELETE_RECIPIENT] = "delete-recipient",
	[ACTION_REDIRECT] = "redirect",
	[ACTION_CHANGE_SENDER] = "change-sender",
	[ACTION_REPLACE_BODY] = "replace-body",
	[ACTION_EDIT] = "edit",
	NULL,
};

/* Decides the dialogue, rather than adding to it: at most one of a result's actions. */
static bool action_is_terminal(enum action_kind kind)
{
	return kind <= ACTION_DISCARD;
}

bool action_refuses(enum action_kind kind)
{
	return kind == ACTION_REJECT || kind == ACTION_TEMPFAIL || kind == ACTION_DISCARD;
}

bool action_loses(enum action_kind kind)
{
	return action_refuses(kind) || kind == ACTION_QUARANTINE || kind == ACTION_REDIRECT ||
	       kind == ACTION_DELETE_RECIPIENT || kind == ACTION_REPLACE_BODY;
}

bool action_edits(enum action_kind kind)
{
	return kind > ACTION_HEADER;
}

/* One to three digits, without a needless leading zero (RFC 3463 section 2). */
static const char *action_status_number(const char *p)
{
	size_t n = strspn(p, "0123456789");

	return n >= 1 && n <= 3 && (n == 1 || *p != '0') ? p + n : NULL;
}

/* The end of an enhanced status code at the beginning of a text, or NULL. */
static const char *action_status_end(const char *p)
{
	if (*p != '2' && *p != '4' && *p != '5')
		return NULL;
	if (*++p != '.')
		return NULL;
	p = action_status_number(p + 1);
	if (!p || *p != '.')
		return NULL;
	return action_status_number(p + 1);
}

static bool action_is_status(const char *word)
{
	const char *end = action_status_end(word);

	return end && !*end;
}

static bool action_is_code(const char *word)
{
	return strlen(word) == 3 && strspn(word, "0123456789") == 3;
}

const char *action_check_reply(int code, const char *status)
{
	if (code && (code < 400 || code > 599 || code / 10 % 10 > 5))
		return "a code of 4xx or 5xx whose second digit is 0 to 5 (RFC 5321 section 4.2)";
	if (*status && !action_is_status(status))
		return "an enhanced status code such as 5.7.1 (RFC 3463)";
	if (code && *status && code / 100 != *status - '0')
		return "a code and an enhanced status code of the same class";
	return NULL;
}

struct action_reader {
	struct arena *arena;
	struct errors *errors;
	const struct mg_line *line;
	size_t word; /* the next to read */
	const struct mg_policy *type;
	bool text_read;
};

static const char *action_next(const struct action_reader *r)
{
	return mg_line_word(r->line, r->word);
}

#define ACTION_SCORE_MAX 1000000
#define ACTION_THRESHOLD_MAX 1000000000

static bool action_is_name(const char *word)
{
	for (int i = 0; action_names[i]; i++)
		if (strcmp(action_names[i], word) == 0)
			return true;
	return false;
}

/* "550 5.7.1 no" or "5.7.1 no", all of it within quotes: the codes would be sent twice. */
static bool action_is_quoted_reply(const char *text)
{
	const char *end;

	if (strspn(text, "0123456789") == 3 && text[3] == ' ')
		text += 4;
	end = action_status_end(text);
	return end && (!*end || *end == ' ');
}

/*
 * Without quotes, a text must not look like a code or an action: a misspelt one would be sent as
 * the text.
 */
static int action_check_text(const struct action_reader *r, const struct action *action)
{
	const char *text = action_next(r);
	const bool replies = action->kind == ACTION_REJECT || action->kind == ACTION_TEMPFAIL;

	if (replies && r->line->words[r->word].quoted && action_is_quoted_reply(text)) {
		errors_at(r->errors, r->line, r->word,
			  "found a code within the quotes, expected it before them: %s %s \"...\"",
			  action_names[action->kind],
			  action->kind == ACTION_REJECT ? "5.7.1" : "4.7.1");
		return -1;
	}
	if (r->line->words[r->word].quoted ||
	    !((replies && *text >= '0' && *text <= '9') || action_is_name(text)))
		return 0;
	errors_at(r->errors, r->line, r->word, "found %s, expected %sa text in quotes", text,
		  replies ? "[CODE] [STATUS], such as 550 5.7.1, or " : "");
	return -1;
}

static int action_read_text(struct action_reader *r, struct action *action)
{
	const bool body = action->kind == ACTION_REPLACE_BODY;
	size_t lines = 1;

	if (!action_next(r))
		return 0;
	if (action_check_text(r, action) < 0)
		return -1;
	for (const char *p = action_next(r); *p; p++)
		lines += *p == '\n' && p[1];
	if (lines > TEXT_LINES_MAX && !body) {
		errors_at(r->errors, r->line, r->word, "a text of %zu lines, expected at most %d",
			  lines, TEXT_LINES_MAX);
		return -1;
	}
	r->text_read = true;
	action->text = text_compile(r->arena, r->errors, r->line, r->word++, r->type);
	return action->text ? 0 : -1;
}

/* [CODE] [STATUS] ["TEXT"] of reject and tempfail. */
static int action_read_reply(struct action_reader *r, struct action *action)
{
	const int class = action->kind == ACTION_REJECT ? 5 : 4;
	const size_t first = r->word;
	const char *word = action_next(r);

	if (word && action_is_code(word)) {
		action->code = atoi(word);
		r->word++;
		word = action_next(r);
	}
	if (word && action_is_status(word)) {
		strcpy(action->status, word);
		r->word++;
	}

	const bool wrong_class = action->code && action->code / 100 != class;
	const char *expected =
		wrong_class ? NULL : action_check_reply(action->code, action->status);

	if (expected) {
		errors_at(r->errors, r->line, first, "found %d%s%s, expected %s", action->code,
			  *action->status ? " " : "", action->status, expected);
		return -1;
	}
	if (wrong_class || (*action->status && *action->status - '0' != class)) {
		errors_at(r->errors, r->line, first, "%s takes %dxx and %d.x.x, found %s",
			  action_names[action->kind], class, class, mg_line_word(r->line, first));
		return -1;
	}
	return action_read_text(r, action);
}

static int action_read_score(struct action_reader *r, struct action *action)
{
	const char *word = action_next(r);

	if (!word || items_number(word + (*word == '+'), &action->score) < 0 ||
	    action->score == 0 || llabs(action->score) > ACTION_SCORE_MAX) {
		errors_at(r->errors, r->line, word ? r->word : r->word - 1,
			  "score takes a whole number from -%d to %d other than 0%s%s",
			  ACTION_SCORE_MAX, ACTION_SCORE_MAX, word ? ", found " : "",
			  word ? word : "");
		if (word && action->score == 0 && strspn(word, "+-0") == strlen(word))
			errors_hint(r->errors, "to do nothing, write neutral");
		return -1;
	}
	r->word++;
	return 0;
}

/* The text of an action that is nothing without one. */
static int action_read_value(struct action_reader *r, struct action *action)
{
	const char *name = action_names[action->kind];

	if (action_next(r))
		return action_read_text(r, action);
	errors_at(r->errors, r->line, r->word - 1, "%s%s%s has no text", name,
		  action->name ? " " : "", action->name ? action->name : "");
	return -1;
}

/* Why an action must leave a field alone, or NULL. */
static const char *action_check_field(enum action_kind kind, const char *name)
{
	if (kind == ACTION_HEADER)
		return field_is_single(name)
			       ? "of which a message has one: replace-header changes it"
			       : NULL;
	if (strcasecmp(name, "Received") == 0)
		return "which no host may change or delete (RFC 5321 section 4.4)";
	if (kind == ACTION_DELETE_HEADER &&
	    (strcasecmp(name, "From") == 0 || strcasecmp(name, "Date") == 0))
		return "without which a message is malformed (RFC 5322 section 3.6)";
	return NULL;
}

static int action_read_field(struct action_reader *r, struct action *action)
{
	const char *kind = action_names[action->kind];
	const char *name = action_next(r), *wrong;

	if (!name || !field_is_name(name)) {
		errors_at(r->errors, r->line, name ? r->word : r->word - 1,
			  "%s takes a field name%s, found %s", kind,
			  action->kind == ACTION_DELETE_HEADER ? "" : " and a text",
			  name ? name : "none");
		return -1;
	}
	wrong = action_check_field(action->kind, name);
	if (wrong) {
		errors_at(r->errors, r->line, r->word, "found %s, %s", name, wrong);
		return -1;
	}
	action->name = name;
	r->word++;
	return 0;
}

static int action_read_header(struct action_reader *r, struct action *action)
{
	return action_read_field(r, action) < 0 ? -1 : action_read_value(r, action);
}

#define ACTION_NTH_MAX 10000

/* NAME [N] */
static int action_read_deletion(struct action_reader *r, struct action *action)
{
	const char *word;
	long long nth;

	if (action_read_field(r, action) < 0)
		return -1;
	word = action_next(r);
	if (!word)
		return 0;
	if (items_number(word, &nth) < 0 || nth < 1 || nth > ACTION_NTH_MAX) {
		errors_at(r->errors, r->line, r->word,
			  "found \"%s\", expected which of the fields, from 1 to %d, or "
			  "nothing for all",
			  word, ACTION_NTH_MAX);
		return -1;
	}
	action->nth = (unsigned)nth;
	r->word++;
	return 0;
}

/*
 * Where mail goes, and where it comes back to, is the administrator's alone to say: there are no
 * macros in addresses.
 */
static int action_read_address(struct action_reader *r, struct action *action)
{
	const char *kind = action_names[action->kind];
	const char *address = action_next(r), *wrong;

	if (!address) {
		errors_at(r->errors, r->line, r->word - 1, "%s takes an address, found none", kind);
		return -1;
	}
	wrong = action->kind == ACTION_CHANGE_SENDER && strcmp(address, "<>") == 0
			? NULL
			: mail_check_mailbox(address, false);
	if (!wrong && strpbrk(address, "{}"))
		wrong = "a brace: an address takes no macros";
	if (wrong) {
		errors_at(r->errors, r->line, r->word, "%s takes an address, found \"%s\": %s",
			  kind, address, wrong);
		return -1;
	}
	action->name = strcmp(address, "<>") == 0 ? "" : address;
	r->word++;
	return 0;
}

static int action_check_edit(const struct action_reader *r)
{
	if (r->type && r->type->edits)
		return 0;
	errors_at(r->errors, r->line, r->word - 1, "found edit, but %s%s proposes no edits",
		  r->type ? "policy " : "a score", r->type ? r->type->name : "");
	return -1;
}

static int action_read_kind(struct action_reader *r, struct action *action)
{
	const char *word = action_next(r);

	for (int i = 0; word && action_names[i]; i++) {
		if (strcmp(action_names[i], word) == 0) {
			action->kind = (enum action_kind)i;
			r->word++;
			return 0;
		}
	}
	errors_at(r->errors, r->line, word ? r->word : r->word - 1,
		  "%s%s%s, expected an action: neutral, accept, reject, tempfail, discard, "
		  "quarantine, score, header or an edit",
		  word ? "unknown action \"" : "no action", word ? word : "", word ? "\"" : "");

	const char *near = word ? errors_nearest(word, action_names) : NULL;

	if (near)
		errors_hint(r->errors, "did you mean \"%s\"?", near);
	return -1;
}

static int action_read_rest(struct action_reader *r, struct action *action)
{
	switch (action->kind) {
	case ACTION_REJECT:
	case ACTION_TEMPFAIL:
		return action_read_reply(r, action);
	case ACTION_QUARANTINE:
		return action_read_text(r, action);
	case ACTION_SCORE:
		return action_read_score(r, action);
	case ACTION_HEADER:
	case ACTION_REPLACE_HEADER:
		return action_read_header(r, action);
	case ACTION_DELETE_HEADER:
		return action_read_deletion(r, action);
	case ACTION_PREFIX_SUBJECT:
	case ACTION_REPLACE_BODY:
		return action_read_value(r, action);
	case ACTION_ADD_RECIPIENT:
	case ACTION_DELETE_RECIPIENT:
	case ACTION_REDIRECT:
	case ACTION_CHANGE_SENDER:
		return action_read_address(r, action);
	case ACTION_EDIT:
		return action_check_edit(r);
	case ACTION_NEUTRAL:
	case ACTION_ACCEPT:
	case ACTION_DISCARD:
		break;
	}
	return 0;
}

/* Nothing may follow. */
static int action_read_end(struct action_reader *r, const struct action *action)
{
	if (!action_next(r))
		return 0;
	errors_at(r->errors, r->line, r->word,
		  "found \"%s\" after the end of the action %s; a text with blanks is quoted",
		  action_next(r), action_names[action->kind]);
	return -1;
}

static bool action_takes_address(enum action_kind kind)
{
	return kind == ACTION_ADD_RECIPIENT || kind == ACTION_DELETE_RECIPIENT ||
	       kind == ACTION_REDIRECT || kind == ACTION_CHANGE_SENDER;
}

/* After an error of the line, its text can have errors all the same. */
static void action_check_unread(const struct action_reader *r, enum action_kind kind)
{
	const size_t last = r->line->nwords - 1;

	if (!r->text_read && last >= r->word && r->line->words[last].quoted &&
	    !action_takes_address(kind))
		(void)text_compile(r->arena, r->errors, r->line, last, r->type);
}

struct action *action_parse(struct arena *arena, struct errors *errors, const struct mg_line *line,
			    size_t word, const struct mg_policy *type)
{
	struct action_reader r = { arena, errors, line, word, type, false };
	struct action *action = arena_zalloc(arena, sizeof(*action));

	if (action_read_kind(&r, action) == 0 && action_read_rest(&r, action) == 0 &&
	    action_read_end(&r, action) == 0)
		return action;
	action_check_unread(&r, action->kind);
	return NULL;
}

/* The threshold of a score: only actions that a score can cause have one. */
static int action_read_threshold(struct action_reader *r, struct action *action)
{
	const char *word = action_next(r);

	if (action->kind == ACTION_NEUTRAL || action->kind == ACTION_ACCEPT ||
	    action->kind == ACTION_SCORE) {
		errors_at(
			r->errors, r->line, 0,
			"a score can reject, tempfail, discard, quarantine, add a header or edit, "
			"found %s",
			action_names[action->kind]);
		return -1;
	}
	if (!word || items_number(word, &action->score) < 0 || action->score < 1 ||
	    action->score > ACTION_THRESHOLD_MAX) {
		errors_at(r->errors, r->line, r->word,
			  "%s takes a threshold: a whole number from 1 to %d",
			  action_names[action->kind], ACTION_THRESHOLD_MAX);
		return -1;
	}
	r->word++;
	return 0;
}

struct action *action_parse_rule(struct arena *arena, struct errors *errors,
				 const struct mg_line *line)
{
	struct action_reader r = { .arena = arena, .errors = errors, .line = line };
	struct action *action = arena_zalloc(arena, sizeof(*action));

	action->line = line;
	if (line->has_block)
		errors_at(errors, line, 0, "\"%s\" takes no block", mg_line_word(line, 0));
	if (action_read_kind(&r, action) < 0 || action_read_threshold(&r, action) < 0 ||
	    action_read_rest(&r, action) < 0 || action_read_end(&r, action) < 0)
		return NULL;
	return action;
}

static bool action_is_one_of(const struct action *a, enum action_kind kind, enum action_kind other)
{
	return a->kind == kind || a->kind == other;
}

/* Both are about one header field. */
static bool action_is_same_field(const struct action *a, const struct action *b)
{
	return a->name && b->name && strcasecmp(a->name, b->name) == 0;
}

/* Kinds of which the one makes the other of the same field pointless. */
static bool action_undoes(const struct action *a, const struct action *b)
{
	if (a->kind == ACTION_REPLACE_HEADER)
		return action_is_one_of(b, ACTION_HEADER, ACTION_DELETE_HEADER) &&
		       action_is_same_field(a, b);
	if (a->kind == ACTION_PREFIX_SUBJECT)
		return b->kind == ACTION_DELETE_HEADER && strcasecmp(b->name, "Subject") == 0;
	return a->kind == ACTION_REDIRECT && b->kind == ACTION_DELETE_RECIPIENT;
}

bool action_collides(const struct action *a, const struct action *b)
{
	if (a->kind != b->kind)
		return action_undoes(a, b) || action_undoes(b, a);
	switch (a->kind) {
	case ACTION_SCORE:
		return false;
	case ACTION_HEADER:
	case ACTION_REPLACE_HEADER:
	case ACTION_ADD_RECIPIENT:
	case ACTION_DELETE_RECIPIENT:
		return action_is_same_field(a, b);
	case ACTION_DELETE_HEADER:
		return action_is_same_field(a, b) && (!a->nth || !b->nth || a->nth == b->nth);
	default:
		return true;
	}
}

static bool action_conflicts(const struct action *a, const struct action *b)
{
	/* To do nothing contradicts doing something. */
	if (a->kind == ACTION_NEUTRAL || b->kind == ACTION_NEUTRAL)
		return true;
	return (action_is_terminal(a->kind) && action_is_terminal(b->kind)) ||
	       action_collides(a, b);
}

/* A refused message is not edited. */
static bool action_is_lost(const struct action *a, const struct action *b)
{
	return action_refuses(a->kind) && action_edits(b->kind);
}

void action_add(struct action **list, struct action *action, struct errors *errors,
		const struct mg_line *line, size_t word)
{
	const char *name = action_names[action->kind];

	while (*list) {
		const char *other = action_names[(*list)->kind];

		if (action_conflicts(*list, action)) {
			errors_at(errors, line, word,
				  "%s cannot be added to %s, which this already has", name, other);
			return;
		}
		if (action_is_lost(*list, action) || action_is_lost(action, *list)) {
			errors_at(errors, line, word,
				  "%s stands beside %s of the same result: a message that is "
				  "refused is not edited",
				  name, other);
			return;
		}
		list = &(*list)->next;
	}
	*list = action;
}

const struct action *action_terminal(const struct action *list)
{
	static const struct action neutral = { .kind = ACTION_NEUTRAL };

	for (; list; list = list->next)
		if (action_is_terminal(list->kind))
			return list;
	return &neutral;
}

/* Codes go together, and take the class of the action that they come to. */
static void action_inherit(struct action *action, const struct action *from)
{
	const bool bare = !action->code && !*action->status;

	if (!action->text)
		action->text = from->text;
	if (bare && action->kind == from->kind)
		action->code = from->code;
	if (bare && *from->status) {
		strcpy(action->status, from->status);
		*action->status = action->kind == ACTION_REJECT ? '5' : '4';
	}
}

/* Whether the kinds have texts for the same purpose. */
static bool action_is_like(const struct action *a, const struct action *b)
{
	return a->kind == ACTION_QUARANTINE
		       ? b->kind == ACTION_QUARANTINE
		       : action_is_one_of(a, ACTION_REJECT, ACTION_TEMPFAIL) &&
				 action_is_one_of(b, ACTION_REJECT, ACTION_TEMPFAIL);
}

void action_complete(struct action *list, const struct action *defaults)
{
	for (; list; list = list->next)
		for (const struct action *from = defaults; from; from = from->next)
			if (action_is_like(list, from))
				action_inherit(list, from);
}

long long action_score(const struct action *list)
{
	long long sum = 0;

	for (; list; list = list->next)
		if (list->kind == ACTION_SCORE)
			sum += list->score;
	return sum;
}
