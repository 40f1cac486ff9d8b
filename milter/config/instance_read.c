/* SPDX-License-Identifier: BSD-2-Clause */
/* Policy blocks, read, checked and opened as instances. */
#include <config.h>

#include <string.h>

#include "base/line.h"
#include "config/instance_read.h"
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
	unsigned stages; /* of one that is off: where it would be asked */
};

#define INSTANCE_REPLY_AT_DEFAULT 4 /* of the choices */

static void instance_check_on(struct mg_conf *conf, const struct mg_line *line, const void *self);
static void instance_check_deadline(struct mg_conf *conf, const struct mg_line *line,
				    const void *self);
static void instance_check_reply_at(struct mg_conf *conf, const struct mg_line *line,
				    const void *self);

const struct mg_item instance_items[] = {
	MG_ITEM_LINES(
		struct instance_keys, on, "on", .syntax = "RESULT ACTION ...",
		.check = instance_check_on,
		.help = "The action for a result, instead of the default one. Several lines for "
			"one result add up; see ACTIONS."),
	MG_ITEM_CHOICE(struct instance_keys, mode, "mode", .initial = "enforce",
		       .choices = "enforce monitor off", .syntax = "enforce | monitor | off",
		       .help = "monitor does everything but act: the log says what would have been "
			       "done. A policy that is off is checked, but never called."),
	MG_ITEM_LINES(
		struct instance_keys, skip, "skip", .syntax = "CLASS | POLICY=RESULT ...",
		.help = "Does not call the policy when any of these holds: a class of sessions, "
			"or a result of a policy above."),
	MG_ITEM_LINES(struct instance_keys, only, "only", .syntax = "CLASS | POLICY=RESULT ...",
		      .help = "Calls the policy only when any of these holds."),
	MG_ITEM_DURATION(
		struct instance_keys, deadline, "deadline", .initial = "0", .max = 300000,
		.syntax = "DURATION", .check = instance_check_deadline,
		.help = "How long the policy may take for a result, within the stage's budget; "
			"0: the whole budget."),
	MG_ITEM_CHOICE(
		struct instance_keys, reply_at, "reply-at", .initial = "default",
		.choices = "connect helo mail rcpt default",
		.syntax = "connect | helo | mail | rcpt | default",
		.check = instance_check_reply_at,
		.help = "The first stage at which this policy's refusals are given; default: that "
			"of the global reply-at."),
	{ .name = NULL },
};

/* Where an instance is read. */
struct instance_reader {
	struct snapshot *snapshot;
	struct errors *errors;
	struct registry registry;
	struct instance_keys defaults;
	struct instance *instance;
	struct instance_keys *keys;
};

/* ---- Checks of keys ---- */

static int instance_find_result(const struct instance *instance, const char *name)
{
	for (size_t i = 0; i < instance->nresults; i++)
		if (strcmp(instance->result_names[i], name) == 0)
			return (int)i;
	return -1;
}

static void instance_report_result(struct mg_conf *conf, const struct mg_line *line,
				   const char *name)
{
	const struct instance *instance = conf->instance;
	const char **names = arena_zalloc(conf->arena, (instance->nresults + 1) * sizeof(*names));

	memcpy(names, instance->result_names, instance->nresults * sizeof(*names));
	mg_conf_error(conf, line, 1, "policy %s has no result \"%s\"", instance->type->name, name);

	const char *near = errors_nearest(name, names);

	if (near)
		errors_hint(conf->errors, "did you mean \"%s\"?", near);
}

/* Warns of macros that are empty where the instance decides. Called once it is open. */
static void instance_warn_text(struct mg_conf *conf, const struct mg_line *line,
			       const struct text *text)
{
	static const struct {
		enum text_macro macro;
		enum mg_stage since;
	} facts[] = { { TEXT_HELO, MG_HELO },
		      { TEXT_SENDER, MG_MAIL },
		      { TEXT_RECIPIENT, MG_RCPT } };
	const struct instance *instance = conf->instance;
	const size_t word = mg_line_words(line) - 1;

	for (size_t i = 0; instance->stages && i < sizeof(facts) / sizeof(facts[0]); i++) {
		if (!text_has(text, facts[i].macro))
			continue;
		if (plan_last(instance) < facts[i].since)
			mg_conf_warning(conf, line, word,
					"{%s} is empty: %s decides at %s, before it is known",
					text_macro_names[facts[i].macro].name, instance->name,
					plan_stage_name(plan_last(instance)));
		else if (facts[i].since == MG_RCPT && plan_first(instance) > MG_RCPT)
			mg_conf_warning(conf, line, word,
					"{recipient} is empty: %s decides at %s, for all "
					"recipients together",
					instance->name, plan_stage_name(plan_first(instance)));
	}
}

/* The lines of a result are its actions. */
static void instance_check_on(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	struct instance *instance = conf->instance;
	const char *name = mg_line_word(line, 1);
	const int result = name ? instance_find_result(instance, name) : -1;

	(void)self;
	if (!name) {
		mg_conf_error(conf, line, 0, "on takes a result and an action");
		return;
	}
	if (result < 0)
		instance_report_result(conf, line, name);

	struct action *action = action_parse(conf->arena, conf->errors, line, 2, instance->type);

	if (!action || result < 0)
		return;
	action_add(&instance->actions[result], action, conf->errors, line, 2);
	instance_warn_text(conf, line, action->text);
}

/* Warns of a deadline beyond the stage's budget, which always comes first. */
static void instance_check_deadline(struct mg_conf *conf, const struct mg_line *line,
				    const void *self)
{
	const struct instance_keys *keys = self;

	if (keys->deadline > conf->stage_budget)
		mg_conf_warning(conf, line, 1,
				"found %s, more than the stage-budget, which ends before it",
				mg_line_word(line, 1));
}

/* Whether what unknown commands show has other actions than the reply to the command itself. */
static bool instance_is_lasting(const struct instance *instance)
{
	if (!(instance->stages & MG_BIT(MG_COMMAND)))
		return false;
	for (size_t i = 0; i < instance->nresults; i++)
		for (const struct action *a = instance->actions[i]; a; a = a->next)
			if (a->kind != ACTION_NEUTRAL && a->kind != ACTION_REJECT &&
			    a->kind != ACTION_TEMPFAIL)
				return true;
	return false;
}

/*
 * Warns of a reply-at that changes nothing, since the instance decides later anyway. Called once
 * the instance is open.
 */
static void instance_check_reply_at(struct mg_conf *conf, const struct mg_line *line,
				    const void *self)
{
	const struct instance *instance = conf->instance;

	(void)self;
	if (instance->stages && !(instance->stages & (MG_BIT(MG_RCPT) - 1)) &&
	    !instance_is_lasting(instance))
		mg_conf_warning(conf, line, 0, "reply-at has no effect: %s decides at %s",
				instance->name,
				plan_stage_name(plan_due(
					instance, (enum mg_stage)__builtin_ctz(instance->stages))));
}

/* ---- Opening ---- */

static void instance_use_keys(struct instance_reader *r)
{
	struct instance *instance = r->instance;

	instance->mode = (enum mode)r->keys->mode;
	instance->deadline = r->keys->deadline;
	instance->reply_at = r->keys->reply_at == INSTANCE_REPLY_AT_DEFAULT
				     ? (enum mg_stage)r->snapshot->settings.reply_at
				     : (enum mg_stage)r->keys->reply_at;
	if (instance->mode == MODE_OFF) {
		r->keys->stages = instance->stages;
		instance->stages = instance->starts = 0;
	} else if (!instance->stages && !instance->type->outcome) {
		errors_at(r->errors, instance->line, 0,
			  "policy %s can never run: nothing in its block gives it anything to do",
			  instance->name);
	}
}

/* The main block of its type: the one without a name, else the first. */
static bool instance_is_main(const struct instance_reader *r)
{
	const struct mg_lines *lines = &r->snapshot->settings.policies;
	const struct mg_line *main = NULL;

	for (size_t i = 0; i < lines->n; i++) {
		const char *type = mg_line_word(lines->v[i], 1);

		if (!type || strcmp(type, r->instance->type->name) != 0)
			continue;
		if (!main || (mg_line_words(main) > 2 && mg_line_words(lines->v[i]) == 2))
			main = lines->v[i];
	}
	return main == r->instance->line;
}

/* Whether a result's default action holds in this block. */
static bool instance_is_for(struct mg_conf *conf, const struct mg_result *result, bool is_main)
{
	const char *needs = result->needs || is_main ? result->needs : result->further_needs;
	const char *const *keys = needs ? items_choices(conf->arena, needs) : NULL;

	while (keys && *keys && !mg_conf_item(conf, *keys, 0))
		keys++;
	return !keys || *keys;
}

/* Those of results without a line, and what lines leave out. */
static void instance_default_actions(struct instance_reader *r, struct mg_conf *conf,
				     const struct policy_type *type)
{
	const struct mg_result *results = type->policy->results;
	struct action **actions = r->instance->actions;
	const bool is_main = instance_is_main(r);

	for (size_t i = 0; i < type->nresults; i++)
		if (actions[i])
			action_complete(actions[i], type->actions[i]);
		else if (i >= type->nown || instance_is_for(conf, &results[i], is_main))
			actions[i] = type->actions[i];
		else
			actions[i] = arena_zalloc(conf->arena, sizeof(**actions));
}

/* RFC 3463: the routing server is not available for now. */
static const struct action dns_dead_tempfail = { .kind = ACTION_TEMPFAIL,
						 .code = 451,
						 .status = "4.4.3" };

/* Fills the type's items and opens the instance. */
static void instance_open(struct instance_reader *r, const struct policy_type *type)
{
	struct instance *instance = r->instance;
	struct item_set sets[] = {
		{ .items = instance_items, .target = r->keys, .defaults = &r->defaults },
		{ .items = type->policy->items,
		  .target = instance->self,
		  .delimiters = r->snapshot->settings.delimiters,
		  .defaults = type->defaults },
	};
	struct mg_conf conf = { .arena = &r->snapshot->arena,
				.errors = r->errors,
				.warnings = &r->snapshot->warnings,
				.owner = instance->line,
				.sets = sets,
				.nsets = 2,
				.delimiters = r->snapshot->settings.delimiters,
				.stage_budget = r->snapshot->settings.stage_budget,
				.instance = instance };

	items_fill(conf.arena, r->errors, instance->line, instance->line->block, sets, 2);
	items_check(&sets[1], &conf, r->errors);
	/*
	 * Wrong values have their defaults, so that open() can report more; but none has what is
	 * required.
	 */
	if (items_has_required(&sets[1])) {
		opening_run(&conf);
		instance_use_keys(r);
	}
	items_check(&sets[0], &conf, r->errors);
	if (!instance->actions[instance->timeout] && instance->services & MG_SERVICE_DNS &&
	    r->snapshot->settings.dns_dead == DNS_DEAD_TEMPFAIL)
		instance->dns_dead = &dns_dead_tempfail;
	instance_default_actions(r, &conf, type);
	instance->lasting = instance_is_lasting(instance);
}

/* What all instances of a type have alike. */
static void instance_take_type(struct instance *instance, const struct policy_type *type,
			       struct arena *arena)
{
	const size_t n = type->nresults;

	instance->type = type->policy;
	instance->self = arena_alloc(arena, type->policy->conf_size + 1);
	memcpy(instance->self, type->defaults, type->policy->conf_size);
	instance->nown = type->nown;
	instance->nresults = n;
	instance->error = type->error;
	instance->timeout = type->timeout;
	instance->result_names = type->result_names;
	instance->nvalues = type->nvalues;
	instance->kept.nown = type->ncounters;
	instance->actions = arena_zalloc(arena, n * sizeof(*instance->actions));
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
			errors_at(r->errors, r->instance->line, 1,
				  "there is a policy %s already, in line %u: give one of them a "
				  "name: policy %s NAME { ... }",
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
	const struct policy_type *type;
	const char *message = NULL;

	if (mg_line_words(line) < 2 || mg_line_words(line) > 3 || !line->has_block) {
		errors_at(r->errors, line, 0,
			  "policy takes a type, perhaps a name, and a block: policy TYPE [NAME] { "
			  "... }");
		return;
	}
	type = registry_find(&r->registry, mg_line_word(line, 1), &message);
	if (!type) {
		instance_report_type(r, line, message);
		return;
	}
	instance_take_type(instance, type, &snapshot->arena);
	instance->line = line;
	instance->index = snapshot->ninstances;
	instance->name = instance_name(r, line);
	instance_check_name(r);
	snapshot->ninstances++;
	instance_open(r, type);
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
	const struct snapshot *snapshot = r->snapshot;
	struct instance *instance = r->instance;
	const bool off = instance->mode == MODE_OFF;
	const struct condition_names names = { .errors = r->errors,
					       .classes = snapshot->classes,
					       .nclasses = snapshot->nclasses,
					       .instances = snapshot->instances,
					       .ninstances = snapshot->ninstances };

	/* They are checked for where the policy would run if it were not off. */
	if (off)
		instance->stages = r->keys->stages;
	instance->skip = condition_read(&names, &r->keys->skip, instance);
	instance->only = condition_read(&names, &r->keys->only, instance);
	if (off)
		instance->stages = 0;
	condition_check_reads(&names, instance);
	if (!off && instance_is_skipped_always(instance))
		errors_at(r->errors, instance->line, 0,
			  "policy %s can never run: all that \"only\" names is skipped too, or off",
			  instance->name);
}

static bool instance_is_condition_of(const struct instance *instance, const struct instance *other)
{
	for (const struct condition *skip = other->skip; skip; skip = skip->next)
		if (skip->instance == instance)
			return true;
	for (const struct condition *only = other->only; only; only = only->next)
		if (only->instance == instance)
			return true;
	return false;
}

/* Whether a result has an action, or a condition of another instance names one. */
static bool instance_has_effect(const struct snapshot *snapshot, const struct instance *instance)
{
	for (size_t i = 0; i < instance->nresults; i++)
		if (instance->actions[i]->kind != ACTION_NEUTRAL)
			return true;
	for (size_t i = 0; i < snapshot->ninstances; i++)
		if (instance_is_condition_of(instance, &snapshot->instances[i]))
			return true;
	return false;
}

/* A block without an effect, whose type has default actions that do not hold in it. */
static void instance_warn_if_idle(struct instance_reader *r)
{
	const struct instance *instance = r->instance;
	const struct mg_result *result = instance->type->results;

	while (result->name && !(result->action && (result->needs || result->further_needs)))
		result++;
	if (!result->name || !instance->stages || instance_has_effect(r->snapshot, instance) ||
	    r->keys->on.n)
		return;
	errors_at(&r->snapshot->warnings, instance->line, 0,
		  "policy %s does nothing: none of its results has an action; \"on\" lines give "
		  "them one, and so do the keys that its page names for its results",
		  instance->name);
}

void instance_read_all(struct snapshot *snapshot, struct errors *errors)
{
	const struct mg_lines *lines = &snapshot->settings.policies;
	struct instance_reader r = { .snapshot = snapshot,
				     .errors = errors,
				     .registry = { .arena = &snapshot->arena,
						   .errors = errors,
						   .directory = snapshot->settings.modules } };
	struct instance_keys *keys = arena_zalloc(&snapshot->arena, (lines->n + 1) * sizeof(*keys));

	items_defaults(&snapshot->arena, errors, "policy", instance_items, &r.defaults);
	snapshot->instances =
		arena_zalloc(&snapshot->arena, (lines->n + 1) * sizeof(*snapshot->instances));
	for (size_t i = 0; i < lines->n; i++) {
		r.keys = &keys[snapshot->ninstances];
		*r.keys = r.defaults;
		instance_read(&r, lines->v[i]);
	}
	for (size_t i = 0; i < snapshot->ninstances; i++) {
		r.instance = &snapshot->instances[i];
		r.keys = &keys[i];
		instance_read_conditions(&r);
	}
	for (size_t i = 0; i < snapshot->ninstances; i++) {
		r.instance = &snapshot->instances[i];
		r.keys = &keys[i];
		instance_warn_if_idle(&r);
	}
}
