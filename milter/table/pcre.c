/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of regular expressions in the format of pcre_table(5). The first match wins. */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "table/fault.h"
#include "table/file.h"
#include "table/source.h"
#include "table/template.h"

#define PCRE_EXPECTED                                                            \
	"expected \"/expression/flags result\", \"!/expression/flags result\", " \
	"\"if /expression/flags\" or \"endif\""
#define IF_EXPECTED "expected the end of the line; the lines inside must not begin with a blank"

struct rule {
	struct regex regex;
	bool negated;
	bool is_if;
	size_t end; /* is_if: the rule after its "endif" */
	const struct template *value;
};

struct pcre {
	struct table_source source;
	struct rule *rules;
	size_t n, room;
};

static int pcre_find(const struct table_source *source, struct table_key *key, const char **value_r)
{
	const struct pcre *pcre = (const struct pcre *)source;
	const char *subject;
	size_t i = 0;

	while (i < pcre->n) {
		const struct rule *rule = &pcre->rules[i++];
		int found = table_key_match(key, &rule->regex, &subject);

		if (found < 0)
			return -1;
		if (rule->is_if) {
			if ((found == 1) == rule->negated)
				i = rule->end;
		} else if ((found == 1) != rule->negated) {
			*value_r = template_expand(rule->value, key->scratch, &key->match, subject);
			return 1;
		}
	}
	return 0;
}

static bool pcre_has_value(const struct table_source *source, bool (*is)(const char *value))
{
	const struct pcre *pcre = (const struct pcre *)source;

	for (size_t i = 0; i < pcre->n; i++)
		if (pcre->rules[i].value && is(template_text(pcre->rules[i].value)))
			return true;
	return false;
}

static void pcre_free(void *arg)
{
	struct pcre *pcre = arg;

	free(pcre->rules);
}

static void add_rule(struct pcre *pcre, const struct rule *rule)
{
	pcre->rules = array_grow(pcre->rules, pcre->n, &pcre->room, sizeof(*pcre->rules));
	pcre->rules[pcre->n++] = *rule;
}

/* ---- Lines ------------------------------------------------------------------ */

/*
 * Reads "!/expression/flags". rest_r: the rest, after blanks. Returns 0, or -1 after reporting an
 * error.
 */
static int read_pattern(struct mg_table *table, struct table_file *file, char *at,
			struct rule *rule, char **rest_r)
{
	char *pattern = table_file_negation(at, &rule->negated);
	const char *end;
	struct fault fault;

	if (regex_compile(table->arena, &table->regexes, pattern, true, &rule->regex, &end,
			  &fault) != 0) {
		table_file_fault(file, pattern, &fault);
		return -1;
	}
	if (regex_is_doubtful(&table->regexes, &rule->regex, table->kind == MG_KEY_MAIL,
			      table->arena, &fault))
		table_file_warning(file, pattern, &fault);
	*rest_r = table_file_cut(pattern + (end - pattern));
	return 0;
}

static void read_if(struct mg_table *table, struct table_file *file, struct pcre *pcre, char *at)
{
	struct rule rule = { .is_if = true, .end = SIZE_MAX };
	char *rest;

	if (read_pattern(table, file, at, &rule, &rest) == 0 && *rest)
		table_file_error(file, rest, "there is text after the expression of \"if\"",
				 IF_EXPECTED);
	add_rule(pcre, &rule);
	table_file_if(file, pcre->n - 1);
}

static void read_endif(struct table_file *file, struct pcre *pcre, const char *rest)
{
	size_t rule;

	if (table_file_endif(file, rest, &rule))
		pcre->rules[rule].end = pcre->n;
}

static void read_rule(struct mg_table *table, struct table_file *file, struct pcre *pcre)
{
	struct rule rule = { 0 };
	unsigned groups;
	struct fault fault;
	char *value;

	if (read_pattern(table, file, file->line, &rule, &value) != 0)
		return;
	groups = rule.negated ? 0 : rule.regex.groups;
	rule.value = template_parse(table->arena, value, groups, &fault);
	if (!rule.value) {
		if (rule.negated)
			fault_hint(&fault,
				   "a \"!\" rule has no groups; \"$$\" stands for a dollar sign");
		table_file_fault(file, value, &fault);
		return;
	}
	if (table_file_value(file, value, template_text(rule.value)))
		add_rule(pcre, &rule);
}

struct table_source *table_pcre_load(struct mg_table *table, struct table_file *file)
{
	struct pcre *pcre = arena_zalloc(table->arena, sizeof(*pcre));
	char *rest;

	pcre->source.find = pcre_find;
	pcre->source.has_value = pcre_has_value;
	arena_at_end(table->arena, pcre_free, pcre);
	while (table_file_next(file)) {
		char first = file->line[0] | 0x20;

		if (table_file_keyword(file, "if", &rest))
			read_if(table, file, pcre, rest);
		else if (table_file_keyword(file, "endif", &rest))
			read_endif(file, pcre, rest);
		else if ((first >= 'a' && first <= 'z') || (first >= '0' && first <= '9'))
			table_file_error(file, file->line, "this is no rule", PCRE_EXPECTED);
		else
			read_rule(table, file, pcre);
	}
	table_file_end(file);
	return &pcre->source;
}
