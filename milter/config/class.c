/* SPDX-License-Identifier: BSD-2-Clause */
/* Class blocks, read and checked. */
#include <config.h>

#include <string.h>

#include "config/class.h"
#include "base/line.h"
#include "config/items.h"
#include "config/snapshot.h"

#define AT(member) offsetof(struct class, member)

const struct mg_item class_items[] = {
	{ .name = "client",
	  .type = MG_TABLE,
	  .offset = AT(client),
	  .key = MG_KEY_ADDRESS,
	  .syntax = "ADDRESS|NETWORK|TABLE...",
	  .help = "The client's address." },
	{ .name = "client-name",
	  .type = MG_TABLE,
	  .offset = AT(client_name),
	  .key = MG_KEY_NAME,
	  .syntax = "DOMAIN|TABLE...",
	  .help = "The client's name, as the MTA verified it." },
	{ .name = "helo",
	  .type = MG_TABLE,
	  .offset = AT(helo),
	  .key = MG_KEY_HOST,
	  .syntax = "DOMAIN|TABLE...",
	  .help = "The argument of HELO or EHLO." },
	{ .name = "sender",
	  .type = MG_TABLE,
	  .offset = AT(sender),
	  .key = MG_KEY_MAIL,
	  .syntax = "ADDRESS|DOMAIN|TABLE...",
	  .help = "The sender; <> is the null sender." },
	{ .name = "recipient",
	  .type = MG_TABLE,
	  .offset = AT(recipient),
	  .key = MG_KEY_MAIL,
	  .syntax = "ADDRESS|DOMAIN|TABLE...",
	  .help = "The recipient; after RCPT, all of the message's recipients." },
	{ .name = "auth",
	  .type = MG_STRINGS,
	  .offset = AT(auth),
	  .syntax = "yes | no | NAME...",
	  .help = "Whether the client logged in, or as whom." },
	{ .name = "tls",
	  .type = MG_STRINGS,
	  .offset = AT(tls),
	  .syntax = "yes | no",
	  .help = "Whether the connection is encrypted." },
	{ .name = "daemon",
	  .type = MG_STRINGS,
	  .offset = AT(daemon),
	  .syntax = "NAME...",
	  .help = "The name of the MTA's daemon: Postfix's milter_macro_daemon_name, Sendmail's DaemonPortOptions Name." },
	{ .name = "submitted-locally",
	  .type = MG_STRINGS,
	  .offset = AT(submitted_locally),
	  .syntax = "yes | no",
	  .help = "Whether the message was submitted without SMTP, by sendmail(1)." },
	{ .name = NULL },
};

static void class_check_yes_no(struct errors *errors, const struct class *class,
			       const struct mg_strings *values, const char *item)
{
	bool yes;

	if (values->n > 1 || (values->n == 1 && items_bool(values->v[0], &yes) < 0))
		errors_at(errors, class->line, 1, "class %s: %s takes yes or no", class->name,
			  item);
}

/* Names, compared as they are: who writes a table there means something else. */
static void class_check_names(struct errors *errors, const struct class *class,
			      const struct mg_strings *names, const char *item)
{
	static const char *const foreign[] = { "/", "cidr:", "pcre:", "texthash:" };

	for (size_t i = 0; i < names->n; i++)
		for (size_t j = 0; j < sizeof(foreign) / sizeof(foreign[0]); j++)
			if (strncmp(names->v[i], foreign[j], strlen(foreign[j])) == 0)
				errors_at(errors, class->line, 1,
					  "class %s: found \"%s\" after %s, which takes names only",
					  class->name, names->v[i], item);
}

/* "yes" is any name, "no" is none: beside another value neither would mean what it says. */
static void class_check_auth(struct errors *errors, const struct class *class)
{
	const struct mg_strings *auth = &class->auth;
	bool yes;

	for (size_t i = 0; auth->n > 1 && i < auth->n; i++)
		if (items_bool(auth->v[i], &yes) == 0)
			errors_at(errors, class->line, 1,
				  "class %s: auth takes yes, no, or names; found %s among others",
				  class->name, auth->v[i]);
	class_check_names(errors, class, auth, "auth");
}

/* What is submitted without SMTP has none of these. */
static void class_check_local(struct errors *errors, const struct class *class)
{
	bool local = false, auth = class->auth.n > 0, tls = false;

	if (class->submitted_locally.n)
		items_bool(class->submitted_locally.v[0], &local);
	if (auth)
		items_bool(class->auth.v[0], &auth); /* a name leaves it true */
	if (class->tls.n)
		items_bool(class->tls.v[0], &tls);
	if (local && (class->helo || auth || tls))
		errors_at(
			errors, class->line, 1,
			"class %s would name no session: what is submitted locally has no helo, auth or tls",
			class->name);
}

static unsigned class_facts(const struct class *class)
{
	unsigned facts = 0;

	if (class->client || class->client_name || class->daemon.n || class->submitted_locally.n)
		facts |= MG_BIT(MG_CONNECT);
	if (class->helo || class->tls.n)
		facts |= MG_BIT(MG_HELO);
	if (class->sender || class->auth.n)
		facts |= MG_BIT(MG_MAIL);
	if (class->recipient)
		facts |= MG_BIT(MG_RCPT);
	return facts;
}

static bool class_is_taken(const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->nclasses; i++)
		if (strcmp(snapshot->classes[i].name, name) == 0)
			return true;
	return false;
}

static void class_read(struct snapshot *snapshot, struct errors *errors, const struct mg_line *line)
{
	struct class *class = &snapshot->classes[snapshot->nclasses];
	const struct item_set set = { class_items, class };

	if (mg_line_words(line) != 2 || !line->has_block) {
		errors_at(errors, line, 0, "class takes a name and a block: class NAME { ... }");
		return;
	}
	class->name = mg_line_word(line, 1);
	class->line = line;
	class->index = snapshot->nclasses;
	if (!*class->name || strpbrk(class->name, "=/ \t\n"))
		errors_at(errors, line, 1, "found \"%s\", expected a name without blanks, = and /",
			  class->name);
	else if (class_is_taken(snapshot, class->name))
		errors_at(errors, line, 1, "class \"%s\": there is one of this name already",
			  class->name);
	/* A class with an error still takes its name, so that what uses it is not reported too. */
	snapshot->nclasses++;
	if (items_fill(&snapshot->arena, errors, line, line->block, &set, 1) < 0)
		return;
	class_check_yes_no(errors, class, &class->tls, "tls");
	class_check_yes_no(errors, class, &class->submitted_locally, "submitted-locally");
	class_check_auth(errors, class);
	class_check_names(errors, class, &class->daemon, "daemon");
	class_check_local(errors, class);
	class->facts = class_facts(class);
	if (!class->facts)
		errors_at(errors, line, 1, "class %s is empty: it would name no session",
			  class->name);
}

void class_read_all(struct snapshot *snapshot, struct errors *errors)
{
	const struct mg_lines *lines = &snapshot->settings.classes;

	snapshot->classes =
		arena_zalloc(&snapshot->arena, (lines->n + 1) * sizeof(*snapshot->classes));
	for (size_t i = 0; i < lines->n; i++)
		class_read(snapshot, errors, lines->v[i]);
}
