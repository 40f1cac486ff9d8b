/* SPDX-License-Identifier: BSD-2-Clause */
/* Instances: policy blocks, read, checked and opened. */
#include <config.h>

#include <string.h>

#include "config/conf.h"
#include "config/instance.h"
#include "config/items.h"
#include "config/opening.h"
#include "config/plan.h"
#include "config/registry.h"

/* The common keys as they stand in a block. */
struct instance_keys {
	struct mg_lines on;
	struct mg_lines skip, only;
	int mode;
	long long deadline;
	int reply_at;
};

#define AT(member) offsetof(struct instance_keys, member)
#define INSTANCE_REPLY_AT_DEFAULT 4 /* of the choices */

const struct mg_item instance_items[] = {
	{ .name = "on",
	  .type = MG_LINES,
	  .offset = AT(on),
	  .syntax = "RESULT ACTION ...",
	  .help = "What is done about a result; instead of its default. Several lines for one result add up; see ACTIONS." },
	{ .name = "mode",
	  .type = MG_CHOICE,
	  .offset = AT(mode),
	  .initial = "enforce",
	  .choices = "enforce monitor off",
	  .syntax = "enforce | monitor | off",
	  .help = "monitor does everything but act: the log says what would have been done. A policy that is off is "
		  "checked, but never asked." },
	{ .name = "skip",
	  .type = MG_LINES,
	  .offset = AT(skip),
	  .syntax = "CLASS | POLICY=RESULT ...",
	  .help = "Does not ask the policy when any of these holds: a class of sessions, or what a policy above found." },
	{ .name = "only",
	  .type = MG_LINES,
	  .offset = AT(only),
	  .syntax = "CLASS | POLICY=RESULT ...",
	  .help = "Asks the policy only when any of these holds." },
	{ .name = "deadline",
	  .type = MG_DURATION,
	  .offset = AT(deadline),
	  .initial = "0",
	  .max = 300000,
	  .syntax = "DURATION",
	  .help = "How long the policy may take for a result, within the stage's budget; 0: as long as that lasts." },
	{ .name = "reply-at",
	  .type = MG_CHOICE,
	  .offset = AT(reply_at),
	  .initial = "default",
	  .choices = "connect helo mail rcpt default",
	  .syntax = "connect | helo | mail | rcpt",
	  .help = "The first stage at which this policy's refusals are given; the global reply-at when not given." },
	{ .name = NULL },
};

/* Where an instance is read. */
struct instance_reader {
	struct snapshot *snapshot;
	struct errors *errors;
	struct instance *instance;
	struct instance_keys *keys;
	struct errors *silent; /* for defaults, which are ours to get right */
};

/* The index of a result that every policy has; appended when the type does not list it itself. */
static size_t instance_add_result(struct instance *instance, const char **names, const char *name)
{
	size_t i = 0;

	while (i < instance->nresults && strcmp(names[i], name) != 0)
		i++;
	if (i == instance->nresults)
		names[instance->nresults++] = name;
	return i;
}

static void instance_name_results(struct arena *arena, struct instance *instance)
{
	const struct mg_result *results = instance->type->results;
	const char **names;
	size_t n = 0;

	while (results[n].name)
		n++;
	names = arena_zalloc(arena, (n + 2) * sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = results[i].name;
	instance->result_names = names;
	instance->nown = instance->nresults = n;
	instance->error = instance_add_result(instance, names, "error");
	instance->timeout = instance_add_result(instance, names, "timeout");
	instance->actions = arena_zalloc(arena, instance->nresults * sizeof(*instance->actions));
}

static int instance_find_result(const struct instance *instance, const char *name)
{
	for (size_t i = 0; i < instance->nresults; i++)
		if (strcmp(instance->result_names[i], name) == 0)
			return (int)i;
	return -1;
}

static void instance_report_result(struct instance_reader *r, const struct mg_line *line,
				   const char *name)
{
	const struct instance *instance = r->instance;
	const char **names =
		arena_zalloc(&r->snapshot->arena, (instance->nresults + 1) * sizeof(*names));

	memcpy(names, instance->result_names, instance->nresults * sizeof(*names));
	errors_at(r->errors, line, 1, "policy %s has no result \"%s\"", instance->type->name, name);

	const char *near = errors_nearest(name, names);

	if (near)
		errors_hint(r->errors, "did you mean \"%s\"?", near);
}

static void instance_read_on(struct instance_reader *r, const struct mg_line *line)
{
	const char *name = mg_line_word(line, 1);
	const int result = name ? instance_find_result(r->instance, name) : -1;

	if (!name)
		errors_at(r->errors, line, 0, "on takes a result and an action");
	else if (result < 0)
		instance_report_result(r, line, name);
	if (result < 0)
		return;

	struct action *action =
		action_parse(&r->snapshot->arena, r->errors, line, 2, r->instance->type);

	if (action)
		action_add(&r->instance->actions[result], action, r->errors, line, 2);
}

/* The default action of a result is text of the policy's, read as if it stood in the file. */
static void instance_read_default(struct instance_reader *r, const struct mg_result *result)
{
	const int index = instance_find_result(r->instance, result->name);
	struct arena *arena = &r->snapshot->arena;
	const struct mg_line *line;
	const char *text;

	if (!result->action || r->instance->actions[index])
		return;
	text = arena_printf(arena, "on %s %s", result->name, result->action);
	line = conf_parse(arena, r->silent, r->instance->type->name, text, strlen(text));

	struct action *action =
		line ? action_parse(arena, r->silent, line, 2, r->instance->type) : NULL;

	if (action)
		r->instance->actions[index] = action;
	else
		errors_at(r->errors, r->instance->line, 0,
			  "policy %s: its default action \"%s\" of %s is wrong",
			  r->instance->type->name, result->action, result->name);
}

static void instance_read_actions(struct instance_reader *r)
{
	struct instance *instance = r->instance;

	for (size_t i = 0; i < r->keys->on.n; i++)
		instance_read_on(r, r->keys->on.v[i]);
	for (size_t i = 0; instance->type->results[i].name; i++)
		instance_read_default(r, &instance->type->results[i]);
	for (size_t i = 0; i < instance->nresults; i++)
		if (!instance->actions[i])
			instance->actions[i] =
				arena_zalloc(&r->snapshot->arena, sizeof(**instance->actions));
}

/* Whether every required item has a line in the block. */
static bool instance_has_required(const struct instance *instance)
{
	const struct mg_item *item = instance->type->items;

	for (; item && item->name; item++) {
		const struct mg_line *line = instance->line->block;

		while (line &&
		       (mg_line_words(line) < 2 || strcmp(mg_line_word(line, 0), item->name) != 0))
			line = line->next;
		if (item->required && !line)
			return false;
	}
	return true;
}

static const struct mg_line *instance_line(const struct instance *instance, const char *key)
{
	const struct mg_line *line = instance->line->block;

	while (line && strcmp(mg_line_word(line, 0), key) != 0)
		line = line->next;
	return line;
}

/* A deadline that the stage's budget always comes before, and a stage of replies for what is found after all of these. */
static void instance_warn(struct instance_reader *r)
{
	const struct instance *instance = r->instance;
	const struct mg_line *deadline = instance_line(instance, "deadline");
	const struct mg_line *reply_at = instance_line(instance, "reply-at");
	struct errors *warnings = &r->snapshot->warnings;

	if (deadline && instance->deadline > r->snapshot->settings.stage_budget)
		errors_at(warnings, deadline, 1,
			  "found %s, more than the stage-budget, which ends before it",
			  mg_line_word(deadline, 1));
	if (reply_at && instance->stages && !(instance->stages & (MG_BIT(MG_RCPT + 1) - 1)))
		errors_at(warnings, reply_at, 0, "reply-at has no effect: %s decides at %s",
			  instance->name,
			  plan_stage_name(plan_due(
				  instance, (enum mg_stage)__builtin_ctz(instance->stages))));
}

/* Fills the type's items and opens the instance. */
static void instance_open(struct instance_reader *r)
{
	struct instance *instance = r->instance;
	const struct item_set sets[] = { { instance_items, r->keys },
					 { instance->type->items, instance->self } };
	struct opening opening = {
		.snapshot = r->snapshot, .errors = r->errors, .instance = instance, .stages = ~0U
	};

	const int filled = items_fill(&r->snapshot->arena, r->errors, instance->line,
				      instance->line->block, sets, 2);

	/* Wrong values have their defaults, so that open() can report more; but none has what is required. */
	if (filled < 0 && !instance_has_required(instance))
		return;
	opening_run(&opening);
	instance->mode = (enum mode)r->keys->mode;
	instance->deadline = r->keys->deadline;
	instance->reply_at = r->keys->reply_at == INSTANCE_REPLY_AT_DEFAULT
				     ? (enum mg_stage)r->snapshot->settings.reply_at
				     : (enum mg_stage)r->keys->reply_at;
	instance->stages = opening.stages;
	instance->starts = opening.starts;
	instance->services = opening.services;
	/* Who declares a service blocks for nothing else. */
	if (opening.services || !instance->type->services)
		instance->blocking = instance->type->blocking;
	if (instance->mode == MODE_OFF)
		instance->stages = instance->starts = 0;
	else if (!instance->stages && !instance->type->outcome)
		errors_at(r->errors, instance->line, 0,
			  "policy %s can never run: nothing in its block asks it for anything",
			  instance->name);
	instance_warn(r);
}

static const char *instance_name(struct instance_reader *r, const struct mg_line *line)
{
	const char *type = mg_line_word(line, 1);
	const char *name = mg_line_word(line, 2);

	if (name && (!*name || strpbrk(name, "=/ \t\n")))
		errors_at(r->errors, line, 2,
			  "found \"%s\", expected a name without blanks, = and /", name);
	return name ? arena_printf(&r->snapshot->arena, "%s/%s", type, name) : type;
}

static void instance_check_name(struct instance_reader *r)
{
	for (size_t i = 0; i < r->instance->index; i++)
		if (strcmp(r->snapshot->instances[i].name, r->instance->name) == 0)
			errors_at(
				r->errors, r->instance->line, 1,
				"there is a policy %s already, in line %u: give one of them a name: policy %s NAME { ... }",
				r->instance->name, r->snapshot->instances[i].line->words[0].line,
				r->instance->type->name);
}

static void instance_report_type(struct instance_reader *r, const struct mg_line *line,
				 const char *message)
{
	const char *near =
		errors_nearest(mg_line_word(line, 1), registry_names(&r->snapshot->arena));

	errors_at(r->errors, line, 1, "%s", message);
	if (near)
		errors_hint(r->errors, "did you mean \"%s\"?", near);
}

static void instance_read(struct instance_reader *r, const struct mg_line *line)
{
	struct snapshot *snapshot = r->snapshot;
	struct instance *instance = r->instance = &snapshot->instances[snapshot->ninstances];
	const char *message = NULL;

	if (mg_line_words(line) < 2 || mg_line_words(line) > 3 || !line->has_block) {
		errors_at(
			r->errors, line, 0,
			"policy takes a type, perhaps a name, and a block: policy TYPE [NAME] { ... }");
		return;
	}
	instance->type = registry_find(&snapshot->arena, snapshot->settings.modules,
				       mg_line_word(line, 1), &message);
	if (!instance->type) {
		instance_report_type(r, line, message);
		return;
	}
	instance->line = line;
	instance->index = snapshot->ninstances;
	instance->name = instance_name(r, line);
	instance->self = arena_zalloc(&snapshot->arena, instance->type->conf_size + 1);
	instance_check_name(r);
	instance_name_results(&snapshot->arena, instance);
	while (instance->type->values && instance->type->values[instance->nvalues])
		instance->nvalues++;
	snapshot->ninstances++;
	instance_open(r);
	instance_read_actions(r);
}

static bool instance_is_skipped_always(const struct instance *instance)
{
	for (const struct condition *only = instance->only; only; only = only->next) {
		const struct condition *skip = instance->skip;

		if (only->instance && only->instance->mode == MODE_OFF)
			continue;
		while (skip && (skip->class != only->class || skip->instance != only->instance ||
				skip->result != only->result))
			skip = skip->next;
		if (!skip)
			return false;
	}
	return instance->only != NULL;
}

static void instance_read_conditions(struct instance_reader *r)
{
	struct instance *instance = r->instance;

	instance->skip = condition_read(r->snapshot, r->errors, &r->keys->skip, instance);
	instance->only = condition_read(r->snapshot, r->errors, &r->keys->only, instance);
	condition_check_reads(r->snapshot, r->errors, instance);
	if (instance_is_skipped_always(instance))
		errors_at(r->errors, instance->line, 0,
			  "policy %s can never run: all that \"only\" names is skipped too, or off",
			  instance->name);
}

void instance_read_all(struct snapshot *snapshot, struct errors *errors)
{
	const struct mg_lines *lines = &snapshot->settings.policies;
	struct errors silent = { .arena = &snapshot->arena };
	struct instance_reader r = { .snapshot = snapshot, .errors = errors, .silent = &silent };
	struct instance_keys *keys = arena_zalloc(&snapshot->arena, (lines->n + 1) * sizeof(*keys));

	snapshot->instances =
		arena_zalloc(&snapshot->arena, (lines->n + 1) * sizeof(*snapshot->instances));
	for (size_t i = 0; i < lines->n; i++) {
		r.keys = &keys[snapshot->ninstances];
		instance_read(&r, lines->v[i]);
	}
	for (size_t i = 0; i < snapshot->ninstances; i++) {
		r.instance = &snapshot->instances[i];
		r.keys = &keys[i];
		instance_read_conditions(&r);
	}
}
