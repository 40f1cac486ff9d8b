/* SPDX-License-Identifier: BSD-2-Clause */
/* Class blocks, read and checked. */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "base/line.h"
#include "config/class.h"
#include "config/items.h"
#include "config/opening.h"

static void class_check_yes_no(struct mg_conf *conf, const struct mg_line *line, const void *self);
static void class_check_names(struct mg_conf *conf, const struct mg_line *line, const void *self);
static void class_check_auth(struct mg_conf *conf, const struct mg_line *line, const void *self);
static void class_check_client_name(struct mg_conf *conf, const struct mg_line *line,
				    const void *self);
static void class_check_recipient(struct mg_conf *conf, const struct mg_line *line,
				  const void *self);
static void class_check_resolve(struct mg_conf *conf, const struct mg_line *line, const void *self);

const struct mg_item class_items[] = {
	MG_ITEM_TABLE(struct class, client, "client", .key = MG_KEY_ADDRESS,
		      .syntax = "ADDRESS|NETWORK|TABLE...", .help = "The client's address."),
	MG_ITEM_TABLE(struct class, client_name, "client-name", .key = MG_KEY_NAME,
		      .syntax = "DOMAIN|TABLE...", .check = class_check_client_name,
		      .help = "The client's name, as the MTA verified it."),
	MG_ITEM_TABLE(struct class, client_ptr, "client-ptr", .key = MG_KEY_NAME,
		      .syntax = "DOMAIN|TABLE...", .check = class_check_client_name,
		      .help = "The name that the DNS gives the client's address, unverified: its "
			      "owner chooses it, so it must spare nobody."),
	MG_ITEM_STRINGS(struct class, client_resolve, "client-resolve",
			.syntax = "ok | fail | forged | temp...", .check = class_check_resolve,
			.help = "How the MTA's look-up of the client's name ended: verified, no "
				"name, a name that does not have the address, or a failure of a "
				"name server."),
	MG_ITEM_TABLE(struct class, helo, "helo", .key = MG_KEY_HOST, .syntax = "DOMAIN|TABLE...",
		      .help = "The argument of HELO or EHLO."),
	MG_ITEM_TABLE(struct class, sender, "sender", .key = MG_KEY_MAIL,
		      .syntax = "ADDRESS|DOMAIN|TABLE...",
		      .help = "The sender; <> is the null sender."),
	MG_ITEM_TABLE(struct class, recipient, "recipient", .key = MG_KEY_MAIL,
		      .syntax = "ADDRESS|DOMAIN|TABLE...", .check = class_check_recipient,
		      .help = "The recipient; after RCPT, all of the message's recipients."),
	MG_ITEM_STRINGS(struct class, auth, "auth", .syntax = "yes | no | NAME...",
			.check = class_check_auth,
			.help = "Whether the client logged in, or as whom."),
	MG_ITEM_STRINGS(struct class, tls, "tls", .syntax = "yes | no", .check = class_check_yes_no,
			.help = "Whether the connection is encrypted."),
	MG_ITEM_STRINGS(struct class, daemon, "daemon", .syntax = "NAME...",
			.check = class_check_names,
			.help = "The name of the MTA's daemon: Postfix's milter_macro_daemon_name, "
				"Sendmail's DaemonPortOptions Name."),
	MG_ITEM_STRINGS(struct class, submitted_locally, "submitted-locally", .syntax = "yes | no",
			.check = class_check_yes_no,
			.help = "Whether the message was submitted without SMTP, by sendmail(1)."),
	{ .name = NULL },
};

/* ---- Checks ---- */

static const char *class_name(const struct mg_conf *conf)
{
	return mg_line_word(conf->owner, 1);
}

/* One word, of all lines of the item together. */
static void class_check_yes_no(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	const char *item = mg_line_word(line, 0);
	bool yes;

	(void)self;
	if (mg_line_words(line) > 2 || mg_conf_item(conf, item, 1) ||
	    items_bool(mg_line_word(line, 1), &yes) < 0)
		mg_conf_error(conf, line, 1, "class %s: %s takes yes or no", class_name(conf),
			      item);
}

/* Names are compared as they are: whoever writes a table here expects something else. */
static void class_check_names(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	static const char *const foreign[] = { "/", "cidr:", "pcre:", "texthash:" };
	const char *word;

	(void)self;
	for (size_t i = 1; (word = mg_line_word(line, i)); i++)
		for (size_t j = 0; j < sizeof(foreign) / sizeof(foreign[0]); j++)
			if (strncmp(word, foreign[j], strlen(foreign[j])) == 0)
				mg_conf_error(
					conf, line, i,
					"class %s: found \"%s\" after %s, which takes names only",
					class_name(conf), word, mg_line_word(line, 0));
}

/* "yes" is any name, "no" is none: beside another value neither would mean what it says. */
static void class_check_auth(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	const struct class *class = self;
	const char *word;
	bool yes;

	for (size_t i = 1; class->auth.n > 1 && (word = mg_line_word(line, i)); i++)
		if (items_bool(word, &yes) == 0)
			mg_conf_error(
				conf, line, i,
				"class %s: auth takes yes, no, or names; found %s among others",
				class_name(conf), word);
	class_check_names(conf, line, self);
}

/* A client without a verified name has none: Postfix's word for it is no name here. */
static void class_check_client_name(struct mg_conf *conf, const struct mg_line *line,
				    const void *self)
{
	const char *item = mg_line_word(line, 0), *word;
	const bool verified = strcmp(item, "client-name") == 0;

	(void)self;
	for (size_t i = 1; (word = mg_line_word(line, i)); i++) {
		if (strcasecmp(word, "unknown") != 0 && strcasecmp(word, "unknown.") != 0)
			continue;
		mg_conf_error(conf, line, i,
			      "class %s: found \"unknown\", but a client without a%s name has "
			      "no %s, expected a domain",
			      class_name(conf), verified ? " verified" : "", item);
		errors_hint(conf->errors,
			    "a class can have client-resolve fail; a condition can be "
			    "\"rdns=missing\" or \"rdns=fail\" of policy rdns, or "
			    "a result of policy access { reject client-name unknown }");
	}
}

static void class_check_recipient(struct mg_conf *conf, const struct mg_line *line,
				  const void *self)
{
	const char *word;

	(void)self;
	for (size_t i = 1; (word = mg_line_word(line, i)); i++)
		if (strcmp(word, "<>") == 0)
			mg_conf_warning(conf, line, i,
					"class %s: no recipient is <>, which is the null sender",
					class_name(conf));
}

/* MG_RESOLVE_UNKNOWN for another word. */
static enum mg_client_resolve class_resolve(const char *word)
{
	static const char *const words[] = { [MG_RESOLVE_OK] = "ok",
					     [MG_RESOLVE_FAIL] = "fail",
					     [MG_RESOLVE_FORGED] = "forged",
					     [MG_RESOLVE_TEMP] = "temp" };

	for (int i = MG_RESOLVE_OK; i <= MG_RESOLVE_TEMP; i++)
		if (strcmp(words[i], word) == 0)
			return (enum mg_client_resolve)i;
	return MG_RESOLVE_UNKNOWN;
}

static void class_check_resolve(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	const char *word;

	(void)self;
	for (size_t i = 1; (word = mg_line_word(line, i)); i++)
		if (class_resolve(word) == MG_RESOLVE_UNKNOWN)
			mg_conf_error(conf, line, i,
				      "class %s: found \"%s\" after client-resolve, expected ok, "
				      "fail, forged or temp",
				      class_name(conf), word);
}

/* ---- Derived from the items ---- */

static enum class_want class_want(const struct mg_strings *values)
{
	bool yes;

	if (values->n != 1 || items_bool(values->v[0], &yes) < 0)
		return CLASS_ANY;
	return yes ? CLASS_YES : CLASS_NO;
}

/* What is submitted without SMTP has none of these. */
static void class_check_local(struct mg_conf *conf, const struct class *class)
{
	const bool auth = class->auth.n > 0 && class->has_auth != CLASS_NO;

	if (class->is_local == CLASS_YES && (class->helo || auth || class->has_tls == CLASS_YES))
		mg_conf_error(
			conf, class->line, 1,
			"class %s would match no session: mail that is submitted locally has no "
			"helo, auth or tls",
			class->name);
}

static unsigned class_facts(const struct class *class)
{
	unsigned facts = 0;

	if (class->client || class->client_name || class->client_ptr || class->client_resolve.n ||
	    class->daemon.n || class->submitted_locally.n)
		facts |= MG_BIT(MG_CONNECT);
	if (class->helo || class->tls.n)
		facts |= MG_BIT(MG_HELO);
	if (class->sender || class->auth.n)
		facts |= MG_BIT(MG_MAIL);
	if (class->recipient)
		facts |= MG_BIT(MG_RCPT);
	return facts;
}

/* The class of this name that was read before, or NULL. */
static const struct class *class_before(const struct class *classes, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(classes[i].name, name) == 0)
			return &classes[i];
	return NULL;
}

/* Fills a class from its block. */
static void class_fill(struct class *class, const struct mg_conf *top)
{
	struct item_set set = { .items = class_items,
				.target = class,
				.delimiters = top->delimiters };
	struct mg_conf conf = *top;

	conf.owner = class->line;
	conf.sets = &set;
	conf.nsets = 1;
	if (items_fill(conf.arena, conf.errors, class->line, class->line->block, &set, 1) < 0)
		return;
	items_check(&set, &conf, conf.errors);
	for (size_t i = 0; i < class->client_resolve.n; i++)
		class->resolves |= 1U << class_resolve(class->client_resolve.v[i]);
	class->has_auth = class_want(&class->auth);
	class->has_tls = class_want(&class->tls);
	class->is_local = class_want(&class->submitted_locally);
	class_check_local(&conf, class);
	class->facts = class_facts(class);
	if (!class->facts)
		mg_conf_error(&conf, class->line, 1, "class %s is empty: it would match no session",
			      class->name);
}

/* Reads one more class behind the n that are there. */
static void class_read(struct class *classes, size_t *n, const struct mg_conf *top,
		       const struct mg_line *line)
{
	struct class *class = &classes[*n];
	struct errors *errors = top->errors;
	const struct class *before;

	if (mg_line_words(line) != 2 || !line->has_block) {
		errors_at(errors, line, 0, "class takes a name and a block: class NAME { ... }");
		return;
	}
	class->name = mg_line_word(line, 1);
	class->line = line;
	class->index = *n;
	before = class_before(classes, *n, class->name);
	if (!*class->name || strpbrk(class->name, "=/ \t\n")) {
		errors_at(errors, line, 1, "found \"%s\", expected a name without blanks, = and /",
			  class->name);
	} else if (before) {
		errors_at(errors, line, 1, "class \"%s\": there is one of this name already",
			  class->name);
		items_hint_first(errors, line, before->line);
	}
	/* A class with an error still takes its name, so that what uses it is not reported too. */
	++*n;
	class_fill(class, top);
}

struct class *class_read_all(const struct mg_conf *top, const struct mg_lines *blocks, size_t *n_r)
{
	struct class *classes = arena_zalloc(top->arena, (blocks->n + 1) * sizeof(*classes));

	*n_r = 0;
	for (size_t i = 0; i < blocks->n; i++)
		class_read(classes, n_r, top, blocks->v[i]);
	return classes;
}
