/* SPDX-License-Identifier: BSD-2-Clause */
/* The conditions of "skip" and "only", read and checked: each must be able to be known in time. */
#include <config.h>

#include <string.h>

#include "base/line.h"
#include "config/condition.h"
#include "config/instance.h"
#include "config/plan.h"

struct condition_reader {
	const struct condition_names *names;
	struct errors *errors;
	const struct instance *of;    /* NULL: of none, so any class is known in time */
	const struct condition **end; /* of the list */
	const struct mg_line *line;
	size_t word;
};

static void condition_add(struct condition_reader *r, const struct class *class,
			  const struct instance *instance, size_t result)
{
	struct condition *condition = arena_zalloc(r->errors->arena, sizeof(*condition));

	condition->class = class;
	condition->instance = instance;
	condition->result = result;
	*r->end = condition;
	r->end = &condition->next;
}

/* The stages of the facts that are known when the instance is last asked. */
static bool condition_known_in_time(const struct instance *of, unsigned facts)
{
	return !of || facts < MG_BIT(plan_last(of) + 1);
}

static void condition_read_class(struct condition_reader *r, const char *name)
{
	const size_t n = r->names->nclasses;
	const char **names = arena_zalloc(r->errors->arena, (n + 1) * sizeof(*names));

	for (size_t i = 0; i < n; i++) {
		const struct class *class = &r->names->classes[i];

		names[i] = class->name;
		if (strcmp(class->name, name) != 0)
			continue;
		if (!condition_known_in_time(r->of, class->facts))
			errors_at(r->errors, r->line, r->word,
				  "class %s needs facts that are known only after %s decides: give "
				  "%s a later reply-at",
				  name, r->of->name, r->of->name);
		condition_add(r, class, NULL, 0);
		return;
	}
	errors_at(r->errors, r->line, r->word, "no class is called \"%s\"%s", name,
		  r->of ? "; a policy's result is written POLICY=RESULT" : "");

	const char *near = errors_nearest(name, names);

	if (near)
		errors_hint(r->errors, "did you mean \"%s\"?", near);
}

/* Whether "spf" or "dnsbl/zen" names the instance: its whole name, or its type. */
static bool condition_names(const struct instance *instance, const char *name)
{
	return strcmp(instance->name, name) == 0 || strcmp(instance->type->name, name) == 0;
}

/* What one instance wants to know of another must be found before it asks. */
static void condition_check_order(const struct condition_reader *r, const struct instance *other)
{
	const struct instance *of = r->of;

	if (other == of) {
		errors_at(r->errors, r->line, r->word, "%s cannot depend on itself", of->name);
	} else if (plan_first(other) > plan_last(of)) {
		errors_at(r->errors, r->line, r->word,
			  "%s is found only at %s, after %s decides at %s", other->name,
			  plan_stage_name(plan_first(other)), of->name,
			  plan_stage_name(plan_last(of)));
	} else if (other->index > of->index && plan_first(other) >= plan_first(of)) {
		errors_at(r->errors, r->line, r->word,
			  "%s runs later than %s: move \"policy %s\" of line %u above line %u",
			  other->name, of->name, other->type->name, other->line->words[0].line,
			  of->line->words[0].line);
	}
}

static bool condition_read_result(struct condition_reader *r, const struct instance *other,
				  const char *result)
{
	for (size_t i = 0; i < other->nresults; i++) {
		if (strcmp(other->result_names[i], result) == 0) {
			condition_check_order(r, other);
			condition_add(r, NULL, other, i);
			return true;
		}
	}
	return false;
}

static void condition_report_result(struct condition_reader *r, const struct instance *other,
				    const char *result)
{
	const char **names = arena_zalloc(r->errors->arena, (other->nresults + 1) * sizeof(*names));

	memcpy(names, other->result_names, other->nresults * sizeof(*names));
	errors_at(r->errors, r->line, r->word, "policy %s has no result \"%s\"", other->name,
		  result);

	const char *near = errors_nearest(result, names);

	if (near)
		errors_hint(r->errors, "did you mean \"%s\"?", near);
}

static void condition_read_policy(struct condition_reader *r, const char *word, const char *equals)
{
	const char *name = arena_strndup(r->errors->arena, word, (size_t)(equals - word));
	const struct instance *named = NULL;
	bool found = false;

	for (size_t i = 0; i < r->names->ninstances; i++) {
		const struct instance *other = &r->names->instances[i];

		if (!condition_names(other, name) ||
		    (other == r->of && strcmp(other->name, name) != 0))
			continue;
		named = other;
		found = condition_read_result(r, other, equals + 1) || found;
	}
	if (!named)
		errors_at(r->errors, r->line, r->word, "no policy is called \"%s\" here", name);
	else if (!found)
		condition_report_result(r, named, equals + 1);
}

static bool condition_reads(const struct instance *of, const char *type)
{
	for (const char *const *read = of->type->reads; read && *read; read++)
		if (strcmp(*read, type) == 0)
			return true;
	return false;
}

/* An instance whose first hook comes after this one has decided can have no findings for it. */
static bool condition_is_too_late(const struct instance *of, const struct instance *other)
{
	return other->stages == 0 || (enum mg_stage)__builtin_ctz(other->stages) > plan_last(of);
}

void condition_check_reads(const struct condition_names *names, const struct instance *of)
{
	struct errors *errors = names->errors;
	struct condition_reader r = {
		.names = names, .errors = errors, .of = of, .line = of->line, .word = 1
	};

	for (size_t i = 0; of->stages && i < names->ninstances; i++) {
		const struct instance *other = &names->instances[i];
		const size_t before = errors->count;

		if (condition_reads(of, other->type->name) && !condition_is_too_late(of, other))
			condition_check_order(&r, other);
		if (errors->count > before)
			errors_hint(errors, "policy %s reads the results of %s", of->name,
				    other->name);
	}
}

const struct condition *condition_read(const struct condition_names *names,
				       const struct mg_lines *lines, const struct instance *of)
{
	const struct condition *first = NULL;
	struct errors *errors = names->errors;
	struct condition_reader r = { .names = names, .errors = errors, .of = of, .end = &first };

	for (size_t i = 0; i < lines->n; i++) {
		r.line = lines->v[i];
		if (mg_line_words(r.line) < 2)
			errors_at(errors, r.line, 0, "%s takes classes and results of policies",
				  mg_line_word(r.line, 0));
		for (r.word = 1; r.word < mg_line_words(r.line); r.word++) {
			const char *word = mg_line_word(r.line, r.word);
			const char *equals = strchr(word, '=');

			if (equals)
				condition_read_policy(&r, word, equals);
			else
				condition_read_class(&r, word);
		}
	}
	return first;
}

const struct condition *condition_read_classes(const struct condition_names *names,
					       const struct mg_lines *lines, bool *all_r)
{
	const struct condition *first = NULL;
	struct errors *errors = names->errors;
	struct condition_reader r = { .names = names, .errors = errors, .end = &first };

	*all_r = false;
	for (size_t i = 0; i < lines->n; i++) {
		r.line = lines->v[i];
		if (mg_line_words(r.line) < 2 || r.line->has_block)
			errors_at(errors, r.line, 0, "%s takes names of classes, or all",
				  mg_line_word(r.line, 0));
		for (r.word = 1; r.word < mg_line_words(r.line); r.word++) {
			if (strcmp(mg_line_word(r.line, r.word), "all") == 0)
				*all_r = true;
			else
				condition_read_class(&r, mg_line_word(r.line, r.word));
		}
	}
	return first;
}
