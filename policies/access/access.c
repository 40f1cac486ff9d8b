/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks up what is known of a client and its mail in lists of the configuration and in tables of
 * the kind that Postfix describes in access(5) and header_checks(5).
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../shared/mapped.h"
#include "access_outcome.h"

struct rule;

struct access {
	/*
	 * The lines of the verb that was read last: open() reads the lines of all verbs, in file
	 * order.
	 */
	struct mg_lines lines;
	struct rule *rules;
	size_t nrules;
};

static const struct mg_result results[] = {
	[OK] = {
		.name = "ok",
		.action = "accept",
		.help = "A line ok matched, or a table says OK or a number.",
	},
	[REJECT] = {
		.name = "reject",
		.action = "reject",
		.help = "A line reject matched, or a table says REJECT or 5NN. The table's "
			"code, enhanced code and text are used where the configuration gives "
			"none.",
	},
	[DEFER] = {
		.name = "defer",
		.action = "tempfail",
		.help = "A line defer matched, or a table says DEFER, DEFER_IF_PERMIT or 4NN. "
			"The table's code, enhanced code and text are used where the "
			"configuration gives none.",
	},
	[DISCARD] = {
		.name = "discard",
		.action = "discard",
		.help = "A line discard matched, or a table says DISCARD.",
	},
	[HOLD] = {
		.name = "hold",
		.action = "quarantine \"{text}\"",
		.help = "A line hold matched, or a table says HOLD.",
	},
	{ .name = NULL },
};

static const char *const values[] = { "kind", "key", "text", NULL };

/* ---- The lines of the configuration ------------------------------------------- */

static const char *key_client(struct mg_call *call)
{
	return mg_client_addr(call) ? mg_client(call) : NULL;
}

/* Postfix's name for a client without a verified one. */
static const char *key_client_name(struct mg_call *call)
{
	const char *name = mg_client_name(call);

	return name ? name : "unknown";
}

/* Postfix's reverse_client_hostname. */
static const char *key_client_ptr(struct mg_call *call)
{
	const char *name = mg_client_ptr(call);

	return name ? name : "unknown";
}

static const char *key_helo(struct mg_call *call)
{
	return mg_helo(call);
}

/* Of an address each reading is judged; whatever else a key is, it has only one. */
static const struct mg_reading *reading_of(struct mg_call *call, size_t index)
{
	return mg_stage(call) == MG_MAIL ? mg_sender_reading(call, index)
					 : mg_recipient_reading(call, index);
}

/*
 * "Name: value" on one line. Obsolete blanks before the colon are dropped (RFC 5322, section
 * 4.5).
 */
static const char *key_header(struct mg_call *call)
{
	const char *name = mg_header_name(call);
	const char *value = mg_header_value(call);
	size_t size = strlen(name);
	char *key, *end;

	while (size > 0 && isblank((unsigned char)name[size - 1]))
		size--;
	key = end = mg_printf(call, MG_EVENT, "%.*s: %s", (int)size, name,
			      value + strspn(value, " \t\r\n"));
	for (const char *c = key; *c; c++)
		if (*c != '\r' && *c != '\n')
			*end++ = *c;
	*end = '\0';
	return key;
}

static const struct kind {
	const char *name;
	enum mg_stage stage;
	enum mg_key key;
	const char *(*find)(struct mg_call *call); /* NULL: the readings of an address */
	const char *rejected;                      /* what is said without a text in a table */
	const char *deferred;
} kinds[] = {
	{ "client", MG_CONNECT, MG_KEY_ADDRESS, key_client, "Client host rejected",
	  "Client host deferred" },
	{ "client-name", MG_CONNECT, MG_KEY_NAME, key_client_name, "Client host rejected",
	  "Client host deferred" },
	{ "client-ptr", MG_CONNECT, MG_KEY_NAME, key_client_ptr, "Client host rejected",
	  "Client host deferred" },
	{ "helo", MG_HELO, MG_KEY_HOST, key_helo, "Helo command rejected",
	  "Helo command deferred" },
	{ "sender", MG_MAIL, MG_KEY_MAIL, NULL, "Sender address rejected",
	  "Sender address deferred" },
	{ "recipient", MG_RCPT, MG_KEY_MAIL, NULL, "Recipient address rejected",
	  "Recipient address deferred" },
	{ "header", MG_HEADER, MG_KEY_TEXT, key_header, "Message header rejected",
	  "Message header deferred" },
};

#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

enum verb {
	VERB_OK,
	VERB_REJECT,
	VERB_DEFER,
	VERB_DISCARD,
	VERB_HOLD,
	VERB_DUNNO,
	VERB_CHECK,
	VERBS
};

/* The lines are read by open(), which needs those of all verbs in their order. */
#define VERB_ITEM(verb, text) \
	MG_ITEM_LINES(struct access, lines, verb, .syntax = "KIND ENTRY...", .help = (text))

static const struct mg_item items[VERBS + 1] = {
	[VERB_OK] = VERB_ITEM("ok", "A match among the entries has the result ok. KIND is client, "
				    "client-name, client-ptr, helo, sender, recipient or "
				    "header."),
	[VERB_REJECT] = VERB_ITEM("reject", "A match among the entries has the result reject."),
	[VERB_DEFER] = VERB_ITEM("defer", "A match among the entries has the result defer."),
	[VERB_DISCARD] = VERB_ITEM("discard", "A match among the entries has the result discard."),
	[VERB_HOLD] = VERB_ITEM("hold", "A match among the entries has the result hold."),
	[VERB_DUNNO] = VERB_ITEM("dunno", "A match among the entries is not looked up in the lines "
					  "of this KIND that follow: an exception to them."),
	[VERB_CHECK] = MG_ITEM_LINES(
		struct access, lines, "check", .syntax = "KIND TABLE...",
		.help = "The right-hand side of the first match in the tables (cidr:FILE, "
			"pcre:FILE, texthash:FILE) decides. With DUNNO, or without a match, the "
			"lines that follow are searched."),
};

struct rule {
	enum verb verb;
	const struct kind *kind;
	const struct mg_table *table;
};

static const struct kind *kind_find(const char *name)
{
	for (size_t i = 0; name && i < NKINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* VERBS for another key of the block. */
static enum verb verb_find(const char *name)
{
	enum verb verb = 0;

	while (verb < VERBS && strcmp(items[verb].name, name) != 0)
		verb++;
	return verb;
}

static bool is_table(const char *word)
{
	return strncmp(word, "cidr:", 5) == 0 || strncmp(word, "pcre:", 5) == 0 ||
	       strncmp(word, "texthash:", 9) == 0;
}

/* "hash:/etc/postfix/x" and its like: the host knows which tables there are, and says more. */
static bool is_typed(const char *word)
{
	size_t size = strspn(word, "abcdefghijklmnopqrstuvwxyz");

	return size > 0 && word[size] == ':' && word[size + 1] && word[size + 1] != ':';
}

/* Only files have right-hand sides. Returns 0, or -1 after reporting the entries. */
static int check_is_files(struct mg_conf *conf, const struct mg_line *line,
			  bool (*is_file)(const char *word))
{
	int status = 0;

	for (size_t i = 2; i < mg_line_words(line); i++) {
		const char *word = mg_line_word(line, i);

		if (is_file(word))
			continue;
		mg_conf_error(conf, line, i,
			      "\"%s\" has no right-hand side that \"check\" could use; "
			      "expected cidr:FILE, pcre:FILE or texthash:FILE",
			      word);
		status = -1;
	}
	return status;
}

/* Who writes an action behind the entries takes them for the line of a table. */
static int check_no_actions(struct mg_conf *conf, const struct mg_line *line)
{
	int status = 0;

	for (size_t i = 2; i < mg_line_words(line); i++) {
		const char *word = mg_line_word(line, i);

		if (access_check_outcome(word))
			continue;
		mg_conf_error(conf, line, i,
			      "\"%s\" is an action of tables, and would be an entry here: "
			      "the line's verb, %s, says what happens to its entries",
			      word, mg_line_word(line, 0));
		status = -1;
	}
	return status;
}

/* A header field is compared as a whole: an entry that is no "Name: value" could never match. */
static int check_headers(struct mg_conf *conf, const struct mg_line *line)
{
	int status = 0;

	for (size_t i = 2; i < mg_line_words(line); i++) {
		const char *word = mg_line_word(line, i);
		const char *colon = strchr(word, ':');

		if (strncmp(word, "texthash:", 9) == 0) {
			mg_conf_error(conf, line, i,
				      "no key of a texthash: file can match a header field, since "
				      "it has no blanks; expected pcre:FILE");
			status = -1;
			continue;
		}
		if (*word == '/' || is_table(word) || (colon && colon > word && colon[1] == ' '))
			continue;
		mg_conf_error(conf, line, i,
			      "\"%s\" is no header; expected a whole one, \"Name: value\", or an "
			      "expression, \"/^Name: .*value/\"",
			      word);
		status = -1;
	}
	return status;
}

static bool is_ok(const char *value)
{
	struct outcome outcome;

	return !access_read_outcome(value, &outcome) && outcome.result == OK;
}

/* A sender and a HELO name are what the client says. */
static void report_claim(struct mg_conf *conf, const struct mg_line *line, const struct rule *rule)
{
	if (rule->kind->stage != MG_MAIL && rule->kind->stage != MG_HELO)
		return;
	if (rule->verb == VERB_OK)
		mg_conf_claimed(conf, line, OK, NULL, NULL);
	else if (rule->verb == VERB_CHECK)
		mg_conf_claimed(conf, line, OK, rule->table, is_ok);
}

static void warn_of_null(struct mg_conf *conf, const struct mg_line *line)
{
	for (size_t i = 2; i < mg_line_words(line); i++)
		if (strcmp(mg_line_word(line, i), "<>") == 0)
			mg_conf_warning(conf, line, i,
					"no recipient is <>: the null sender is found by the kind "
					"sender");
}

static int rule_read(struct mg_conf *conf, const struct mg_line *line, struct rule *rule)
{
	const char *name = mg_line_word(line, 1);

	rule->kind = kind_find(name);
	if (!rule->kind) {
		mg_conf_error(
			conf, line, 1,
			"%s%s%sexpected client, client-name, client-ptr, helo, sender, recipient "
			"or header",
			name ? "unknown kind \"" : "", name ? name : "", name ? "\"; " : "");
		return -1;
	}
	if (mg_line_words(line) < 3) {
		mg_conf_error(conf, line, 2, "nothing to compare the %s with; expected %s", name,
			      rule->verb == VERB_CHECK ? "a table" : "entries or tables");
		return -1;
	}
	if (rule->verb == VERB_CHECK ? check_is_files(conf, line, is_typed) < 0
				     : check_no_actions(conf, line) < 0)
		return -1;
	if (rule->kind->stage == MG_RCPT)
		warn_of_null(conf, line);
	if (rule->verb == VERB_OK && rule->kind->find == key_client_ptr)
		mg_conf_warning(conf, line, 1,
				"ok by client-ptr spares whoever gives his address such a name: "
				"client-name is verified");
	rule->table = mg_conf_table(conf, line, 2, rule->kind->key,
				    rule->verb == VERB_CHECK ? access_check_outcome : NULL);
	if (!rule->table || (rule->kind->key == MG_KEY_TEXT && check_headers(conf, line) < 0))
		return -1;
	return rule->verb == VERB_CHECK ? check_is_files(conf, line, is_table) : 0;
}

/* How many lines the block has, those of other keys included. */
static size_t count_lines(struct mg_conf *conf)
{
	size_t n = 0;

	while (mg_conf_item(conf, NULL, n))
		n++;
	return n;
}

/* A result comes from the lines with the verb of its name, and from tables. */
static int results_check(struct mg_conf *conf)
{
	char expected[40];
	int status = 0;

	for (size_t i = 0; results[i].name && !mg_conf_item(conf, "check", 0); i++) {
		if (mg_conf_item(conf, results[i].name, 0))
			continue;
		snprintf(expected, sizeof(expected), "a line %s or check", results[i].name);
		if (mapped_in_vain(conf, results[i].name, expected) < 0)
			status = -1;
	}
	return status;
}

static int access_open(struct mg_conf *conf, void *self)
{
	struct access *access = self;
	size_t nlines = count_lines(conf);
	unsigned stages = 0;
	int status = 0;

	access->rules = mg_conf_alloc(conf, (nlines + 1) * sizeof(*access->rules));
	for (size_t i = 0; i < nlines; i++) {
		const struct mg_line *line = mg_conf_item(conf, NULL, i);
		struct rule *rule = &access->rules[access->nrules];

		rule->verb = verb_find(mg_line_word(line, 0));
		if (rule->verb == VERBS)
			continue;
		if (rule_read(conf, line, rule) < 0) {
			status = -1;
		} else {
			stages |= MG_BIT(rule->kind->stage);
			report_claim(conf, line, rule);
		}
		access->nrules++;
	}
	if (access->nrules == 0) {
		mg_conf_error(
			conf, NULL, 0,
			"nothing to check; expected lines such as \"reject client 192.0.2.0/24\"");
		return -1;
	}
	if (results_check(conf) < 0)
		status = -1;
	if (status == 0)
		mg_conf_stages(conf, stages);
	return status;
}

/* ---- The look-up ---------------------------------------------------------------- */

/* What a match of the rule means. */
static void rule_outcome(const struct rule *rule, const char *value, struct outcome *outcome_r)
{
	static const int result[VERBS] = {
		[VERB_OK] = OK,           [VERB_REJECT] = REJECT, [VERB_DEFER] = DEFER,
		[VERB_DISCARD] = DISCARD, [VERB_HOLD] = HOLD,     [VERB_DUNNO] = MG_NONE,
	};

	*outcome_r = (struct outcome){ .result = result[rule->verb], .text = "" };
	/*
	 * The file was checked, so only an enhanced code of another class can be wrong, and only if
	 * it came with $1. It stays text: $1 is the client's, who must not talk himself out of a
	 * refusal.
	 */
	if (rule->verb == VERB_CHECK)
		(void)access_read_outcome(value, outcome_r);
}

static int access_say(struct mg_call *call, const struct kind *kind, const char *key,
		      const struct outcome *outcome)
{
	const char *name = results[outcome->result].name;
	const char *text = outcome->text;
	const char *otherwise = outcome->result == REJECT  ? kind->rejected
				: outcome->result == DEFER ? kind->deferred
							   : name;

	mg_value(call, "kind", kind->name);
	mg_value(call, "key", key);
	mg_value(call, "text", text[0] ? text : otherwise);
	mg_detail(call, "%s %s: %s%s%s", kind->name, key, name, text[0] ? " " : "", text);
	if (outcome->result == REJECT || outcome->result == DEFER)
		mg_reply(call, outcome->code, outcome->status[0] ? outcome->status : NULL,
			 text[0] ? text : otherwise);
	return outcome->result;
}

/* How much of a key a message shows: a header field can have any length. */
#define KEY_SHOWN 100

/* What the lines come to for one reading of a key. */
struct verdict {
	const struct kind *kind; /* of the line that matched; NULL: none did */
	const char *key;
	struct outcome outcome; /* its result may be MG_NONE or MG_ERROR */
};

static int access_error(struct mg_call *call, const struct verdict *verdict)
{
	mg_value(call, "kind", verdict->kind->name);
	mg_value(call, "key", verdict->key);
	mg_detail(call, "%s %.*s: the table could not be searched", verdict->kind->name, KEY_SHOWN,
		  verdict->key);
	return MG_ERROR;
}

/* The worse a result is, the higher. */
static int rank(int result)
{
	static const int ranks[] = {
		[OK] = 0, [HOLD] = 3, [DEFER] = 4, [DISCARD] = 5, [REJECT] = 6,
	};

	return result == MG_NONE ? 1 : result == MG_ERROR ? 2 : ranks[result];
}

/*
 * Sendmail's own users have no domain: an entry for that user at any domain may be meant. It can
 * only refuse.
 */
static bool match_user(struct mg_call *call, const struct rule *rule, const char *key,
		       struct outcome *outcome_r)
{
	struct outcome outcome;
	const char *value = "";

	*outcome_r = (struct outcome){ .result = MG_NONE };
	for (size_t i = 0; mg_table_find_user(call, rule->table, key, i, &value); i++) {
		rule_outcome(rule, value, &outcome);
		if (rank(outcome.result) > rank(outcome_r->result))
			*outcome_r = outcome;
	}
	return outcome_r->result != MG_NONE;
}

/* Whether the line says something; if not, the result tells an exception from no match. */
static bool match_rule(struct mg_call *call, const struct rule *rule, const char *key, bool user,
		       struct outcome *outcome_r)
{
	const char *value = "";
	const int found = mg_table_find(call, rule->table, key, &value);

	if (found == 0)
		return user && match_user(call, rule, key, outcome_r);
	if (found < 0)
		*outcome_r = (struct outcome){ .result = MG_ERROR };
	else
		rule_outcome(rule, value, outcome_r);
	return true;
}

static const char *find_key(struct mg_call *call, const struct kind *kind,
			    const struct mg_reading *reading)
{
	if (kind->find)
		return kind->find(call);
	return reading && !reading->address[0] ? "<>" : reading ? reading->address : NULL;
}

/* The first line that matches decides. */
static struct verdict search(struct mg_call *call, const struct access *access,
			     const struct mg_reading *reading)
{
	struct verdict verdict = { .outcome = { .result = MG_NONE } };
	const char *keys[NKINDS] = { NULL };
	bool excepted[NKINDS] = { false };

	for (size_t i = 0; i < access->nrules; i++) {
		const struct rule *rule = &access->rules[i];
		size_t k = (size_t)(rule->kind - kinds);

		if (rule->kind->stage != mg_stage(call) || excepted[k])
			continue;
		if (!keys[k])
			keys[k] = find_key(call, rule->kind, reading);
		if (!keys[k] ||
		    !match_rule(call, rule, keys[k], reading && reading->user, &verdict.outcome))
			continue;
		verdict.kind = rule->kind;
		verdict.key = keys[k];
		if (verdict.outcome.result != MG_NONE)
			break;
		excepted[k] = rule->verb == VERB_DUNNO;
	}
	return verdict;
}

/* The worst of the readings counts, so that OK is for an address of which all are OK. */
static struct verdict search_all(struct mg_call *call, const struct access *access)
{
	const struct mg_reading *reading = reading_of(call, 0);
	struct verdict worst = search(call, access, reading);

	for (size_t i = 1; reading && (reading = reading_of(call, i)); i++) {
		const struct verdict verdict = search(call, access, reading);

		if (rank(verdict.outcome.result) > rank(worst.outcome.result) &&
		    !(reading->mapped && verdict.outcome.result == MG_NONE))
			worst = verdict;
	}
	return worst;
}

static int access_search(struct mg_call *call, const void *self)
{
	const struct verdict verdict = search_all(call, self);

	if (verdict.outcome.result == MG_NONE)
		return MG_NONE;
	if (verdict.outcome.result == MG_ERROR)
		return access_error(call, &verdict);
	return access_say(call, verdict.kind, verdict.key, &verdict.outcome);
}

static const struct mg_policy access_policy = {
	.abi = MG_ABI,
	.size = sizeof(access_policy),
	.name = "access",
	.help = "Looks up clients, senders, recipients and header fields in lists and in "
		"Postfix's tables.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct access),
	.open = access_open,
	.on = {
		[MG_CONNECT] = access_search,
		[MG_HELO] = access_search,
		[MG_MAIL] = access_search,
		[MG_RCPT] = access_search,
		[MG_HEADER] = access_search,
	},
};

MG_REGISTER(access_policy)
