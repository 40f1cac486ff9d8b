/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * millgate-keys: completes the template of a manual page from the tables in the code, so that
 * the two cannot differ. A line "@ITEMS NAME@" becomes the keys of NAME (a policy's type, or
 * settings, policy, class, dns), "@RESULTS NAME@", "@VALUES NAME@" and "@COUNTERS NAME@" a
 * policy's results, values and counters, "@MACROS@" the macros that every text may have. Run
 * when Millgate is built: millgate-keys TEMPLATE > PAGE
 */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/class.h"
#include "config/dns_block.h"
#include "config/instance_read.h"
#include "config/items.h"
#include "config/registry.h"
#include "config/settings.h"
#include "config/text.h"

/* Text as roff prints it: no hyphen becomes a typographic one, nothing is a request. */
static void keys_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			printf("\\%s", *text == '-' ? "-" : "e");
		else
			putchar(*text);
	}
}

static void keys_range(const struct mg_item *item)
{
	struct arena arena = { 0 };
	const char *range = items_range(&arena, item);

	if (range) {
		printf("\n%c", toupper((unsigned char)*range));
		keys_text(range + 1);
		putchar('.');
	}
	arena_free(&arena);
}

static void keys_item(const struct mg_item *item)
{
	fputs(".TP\n\\fB", stdout);
	keys_text(item->name);
	fputs("\\fR \\fI", stdout);
	keys_text(item->syntax ? item->syntax : "");
	fputs("\\fR\n", stdout);
	keys_text(item->help);
	keys_range(item);
	if (item->initial) {
		fputs("\nDefault: ", stdout);
		keys_text(*item->initial ? item->initial : "none");
		putchar('.');
	}
	if (item->required)
		fputs("\nRequired.", stdout);
	putchar('\n');
}

static const struct mg_policy *keys_policy(const char *name)
{
	for (size_t i = 0; registry_builtins[i]; i++)
		if (strcmp(registry_builtins[i]()->name, name) == 0)
			return registry_builtins[i]();
	return NULL;
}

static int keys_items(const char *name)
{
	const struct mg_policy *policy = keys_policy(name);
	const struct mg_item *items = strcmp(name, "settings") == 0 ? settings_items
				      : strcmp(name, "policy") == 0 ? instance_items
				      : strcmp(name, "class") == 0  ? class_items
				      : strcmp(name, "dns") == 0    ? dns_block_items
				      : policy                      ? policy->items
								    : NULL;

	for (; items && items->name; items++)
		keys_item(items);
	return items ? 0 : -1;
}

/* "max-line or max-length" */
static void keys_names(const char *names)
{
	for (; *names; names += strspn(names, " ")) {
		const size_t size = strcspn(names, " ");

		fputs("\\fB", stdout);
		for (size_t i = 0; i < size; i++)
			printf("%s%c", names[i] == '-' ? "\\" : "", names[i]);
		fputs("\\fR", stdout);
		names += size;
		fputs(*names ? " or " : "", stdout);
	}
}

/* The default action of a result, and in which blocks it holds. */
static void keys_action(const struct mg_result *result)
{
	fputs("\\fR (", stdout);
	if (result->needs) {
		fputs("neutral; with ", stdout);
		keys_names(result->needs);
		fputs(": ", stdout);
	}
	keys_text(result->action ? result->action : "neutral");
	fputs(")\n", stdout);
	keys_text(result->help);
	if (result->action && result->further_needs && !result->needs) {
		fputs("\nIn a further block of this type: neutral", stdout);
		if (*result->further_needs)
			fputs(", but with ", stdout);
		keys_names(result->further_needs);
		putchar('.');
	}
	putchar('\n');
}

static int keys_results(const char *name)
{
	const struct mg_policy *policy = keys_policy(name);

	for (const struct mg_result *result = policy ? policy->results : NULL;
	     result && result->name; result++) {
		fputs(".TP\n\\fB", stdout);
		keys_text(result->name);
		keys_action(result);
	}
	return policy ? 0 : -1;
}

static int keys_values(const char *name)
{
	const struct mg_policy *policy = keys_policy(name);

	for (size_t i = 0; policy && policy->values && policy->values[i]; i++) {
		fputs(".TP\n\\fB{", stdout);
		keys_text(policy->values[i]);
		fputs("}\\fR\n", stdout);
	}
	return policy ? 0 : -1;
}

static int keys_counters(const char *name)
{
	const struct mg_policy *policy = keys_policy(name);
	const struct mg_counter *counter = policy ? policy->counters : NULL;

	for (; counter && counter->name; counter++) {
		fputs(".TP\n\\fB", stdout);
		keys_text(REGISTRY_OWN_COUNTER);
		keys_text(counter->name);
		fputs("\\fR\n", stdout);
		keys_text(counter->help);
		putchar('\n');
	}
	return policy ? 0 : -1;
}

static int keys_macros(void)
{
	for (size_t i = 0; text_macro_names[i].name; i++) {
		fputs(".TP\n\\fB{", stdout);
		keys_text(text_macro_names[i].name);
		fputs("}\\fR\n", stdout);
		keys_text(text_macro_names[i].help);
		putchar('\n');
	}
	return 0;
}

/* Completes a line, or copies it. */
static int keys_line(const char *line)
{
	char word[16], name[64];

	if (strcmp(line, "@VERSION@\n") == 0)
		return puts(PACKAGE_VERSION) < 0 ? -1 : 0;
	if (strcmp(line, "@MACROS@\n") == 0)
		return keys_macros();
	if (sscanf(line, "@%15[A-Z] %63[a-z0-9-]@", word, name) != 2)
		return fputs(line, stdout) < 0 ? -1 : 0;
	if (strcmp(word, "ITEMS") == 0)
		return keys_items(name);
	if (strcmp(word, "RESULTS") == 0)
		return keys_results(name);
	if (strcmp(word, "COUNTERS") == 0)
		return keys_counters(name);
	return strcmp(word, "VALUES") == 0 ? keys_values(name) : -1;
}

int main(int argc, char **argv)
{
	FILE *template = argc == 2 ? fopen(argv[1], "r") : NULL;
	char line[1024];

	if (!template) {
		fprintf(stderr, "usage: millgate-keys TEMPLATE\n");
		return 2;
	}
	while (fgets(line, sizeof(line), template)) {
		if (keys_line(line) < 0) {
			fprintf(stderr, "%s: cannot complete: %s", argv[1], line);
			return 1;
		}
	}
	fclose(template);
	return fflush(stdout) == 0 ? 0 : 1;
}
