/* SPDX-License-Identifier: BSD-2-Clause */
/* A snapshot is read from its file, checked, and given its share of what is kept. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "config/claims.h"
#include "config/conf.h"
#include "config/dns_block.h"
#include "config/idle.h"
#include "config/instance_read.h"
#include "config/items.h"
#include "config/load.h"
#include "config/opening.h"
#include "config/plan_needs.h"
#include "config/restart.h"

/*
 * Refusals come before the rest, the hardest first, since the first that acts counts. Edits come in
 * the order of their thresholds.
 */
static const int load_order[] = {
	[ACTION_REJECT] = 0,           [ACTION_DISCARD] = 1,        [ACTION_TEMPFAIL] = 2,
	[ACTION_QUARANTINE] = 3,       [ACTION_HEADER] = 4,         [ACTION_REPLACE_HEADER] = 5,
	[ACTION_DELETE_HEADER] = 5,    [ACTION_PREFIX_SUBJECT] = 5, [ACTION_ADD_RECIPIENT] = 5,
	[ACTION_DELETE_RECIPIENT] = 5, [ACTION_REDIRECT] = 5,       [ACTION_CHANGE_SENDER] = 5,
	[ACTION_REPLACE_BODY] = 5
};

/* Whether a acts whenever b could, so that b never does. */
static bool load_outdoes(const struct action *a, const struct action *b)
{
	if (a->kind == b->kind && a->score == b->score)
		return action_collides(a, b);
	return action_refuses(a->kind) && action_refuses(b->kind) &&
	       load_order[a->kind] < load_order[b->kind] && a->score <= b->score;
}

/* A rule that could never act was meant to do something. */
static void load_check_rule(const struct snapshot *snapshot, struct errors *errors,
			    const struct mg_line *line, const struct action *rule)
{
	for (const struct action *other = snapshot->score; other; other = other->next) {
		const struct action *first = load_outdoes(other, rule) ? other : rule;
		const struct action *never = first == other ? rule : other;

		if (!load_outdoes(first, never))
			continue;
		if (first->kind == never->kind)
			errors_at(errors, line, 0, "a second %s from %lld on",
				  action_names[rule->kind], rule->score);
		else
			errors_at(errors, line, 0, "%s %lld could never act: %s %lld acts before",
				  action_names[never->kind], never->score,
				  action_names[first->kind], first->score);
	}
}

/* Of two edits of one thing the later wins: the one with the higher threshold comes later. */
static bool load_precedes(const struct action *a, const struct action *b)
{
	if (load_order[a->kind] != load_order[b->kind])
		return load_order[a->kind] < load_order[b->kind];
	return action_edits(a->kind) ? a->score <= b->score : a->score >= b->score;
}

static void load_add_rule(struct snapshot *snapshot, struct action *rule)
{
	struct action **at = &snapshot->score;

	while (*at && load_precedes(*at, rule))
		at = &(*at)->next;
	rule->next = *at;
	*at = rule;
}

static void load_read_score_mode(struct snapshot *snapshot, struct errors *errors,
				 const struct mg_line *line)
{
	static const char *const modes[] = { "enforce", "monitor", "off" };
	const char *word = mg_line_words(line) == 2 ? mg_line_word(line, 1) : "";
	size_t i = 0;

	while (i <= MODE_OFF && strcmp(modes[i], word) != 0)
		i++;
	if (i <= MODE_OFF && !line->has_block)
		snapshot->score_mode = (enum mode)i;
	else
		errors_at(errors, line, mg_line_words(line) > 1,
			  "mode takes one of: enforce, monitor, off");
}

/* A line of the block: the mode, which mode_r is for, or a threshold. */
static void load_read_score_line(struct snapshot *snapshot, struct errors *errors,
				 const struct mg_line *line, const struct mg_line **mode_r)
{
	struct action *rule;

	if (strcmp(mg_line_word(line, 0), "mode") == 0) {
		if (*mode_r)
			items_repeated(errors, line, *mode_r);
		*mode_r = line;
		load_read_score_mode(snapshot, errors, line);
		return;
	}
	rule = action_parse_rule(&snapshot->arena, errors, line);
	if (!rule)
		return;
	load_check_rule(snapshot, errors, line, rule);
	load_add_rule(snapshot, rule);
}

static void load_read_score(struct snapshot *snapshot, struct errors *errors)
{
	const struct mg_line *mode = NULL;
	const struct mg_lines *blocks = &snapshot->settings.scores;

	for (size_t i = 0; i < blocks->n; i++) {
		if (i)
			items_repeated(errors, blocks->v[i], blocks->v[0]);
		if (!blocks->v[i]->has_block || mg_line_words(blocks->v[i]) > 1)
			errors_at(errors, blocks->v[i], 0,
				  "score takes a block: score { reject 10; quarantine 7 }");
		else if (!blocks->v[i]->block ||
			 (!blocks->v[i]->block->next &&
			  strcmp(mg_line_word(blocks->v[i]->block, 0), "mode") == 0))
			errors_at(errors, blocks->v[i], 0,
				  "this block has no threshold: expected one such as reject 10");
		for (const struct mg_line *line = blocks->v[i]->block; line; line = line->next)
			load_read_score_line(snapshot, errors, line, &mode);
	}
	if (snapshot->score_mode == MODE_OFF)
		snapshot->score = NULL;
}

/*
 * The most that an instance can add for one recipient, in mode monitor too; -1 when nothing
 * bounds it.
 */
static long long load_score_of(const struct instance *instance)
{
	const unsigned often = MG_BIT(MG_HEADER) | MG_BIT(MG_BODY) | MG_BIT(MG_COMMAND);
	long long most = 0;

	for (size_t i = 0; i < instance->nresults; i++)
		if (action_score(instance->actions[i]) > most)
			most = action_score(instance->actions[i]);
	if (most > 0 && instance->stages & (often | instance->type->several))
		return -1;
	return most * __builtin_popcount(instance->stages);
}

static void load_warn_thresholds(struct snapshot *snapshot, long long most)
{
	for (const struct action *rule = snapshot->score; rule; rule = rule->next)
		if (rule->score > most)
			errors_at(&snapshot->warnings, rule->line, 1,
				  "threshold %lld cannot be reached: the highest possible score is "
				  "%lld",
				  rule->score, most);
}

/* A score that nothing looks at, and a threshold that no score reaches. */
static void load_warn_scores(struct snapshot *snapshot)
{
	const bool has_block = snapshot->settings.scores.n > 0;
	bool bounded = true;
	long long sum = 0;

	for (size_t i = 0; i < snapshot->ninstances; i++) {
		const struct instance *instance = &snapshot->instances[i];
		const long long most = load_score_of(instance);

		bounded = bounded && most >= 0;
		sum += most;
		if (most != 0 && !has_block) {
			errors_at(&snapshot->warnings, instance->line, 0,
				  "policy %s gives a score, but there is no block \"score\" that "
				  "does something about it",
				  instance->name);
			return;
		}
	}
	if (bounded && has_block)
		load_warn_thresholds(snapshot, sum);
}

/* Whether protected recipients need anything. */
static void load_note_protected(struct snapshot *snapshot)
{
	const struct mg_line *line = snapshot->lines;
	const struct action *rule = snapshot->score;

	if (!snapshot->settings.protect_recipients)
		return;
	while (rule && !action_loses(rule->kind))
		rule = rule->next;
	snapshot->protects = rule && snapshot->score_mode == MODE_ENFORCE;
	while (line && strcmp(mg_line_word(line, 0), "protect-recipients") != 0)
		line = line->next;
	if (!rule && line)
		errors_at(&snapshot->warnings, line, 0,
			  "this has no effect: no score refuses or quarantines");
}

/* Classes, and which of them name the sessions that are traced. */
static void load_read_classes(struct snapshot *snapshot, struct errors *errors)
{
	const struct settings *settings = &snapshot->settings;
	const struct mg_conf top = { .arena = &snapshot->arena,
				     .errors = errors,
				     .warnings = &snapshot->warnings,
				     .delimiters = settings->delimiters,
				     .stage_budget = settings->stage_budget };
	struct condition_names names = { .errors = errors };

	snapshot->classes = class_read_all(&top, &settings->classes, &snapshot->nclasses);
	names.classes = snapshot->classes;
	names.nclasses = snapshot->nclasses;
	snapshot->debug.classes =
		condition_read_classes(&names, &settings->debug_lines, &snapshot->debug.all);
}

static void load_read(struct snapshot *snapshot, struct errors *errors, const char *path,
		      const struct snapshot *present)
{
	snapshot->lines = conf_read(&snapshot->arena, errors, path);
	/* What cannot be read says nothing about its keys. */
	if (!snapshot->lines && errors->count > 0)
		return;
	/* After errors the rest is read all the same: all are reported in one run. */
	settings_read(&snapshot->settings, errors, &snapshot->warnings, snapshot->lines);
	load_read_classes(snapshot, errors);
	load_read_score(snapshot, errors);
	instance_read_all(snapshot, errors);
	load_warn_scores(snapshot);
	load_note_protected(snapshot);
	plan_needs(snapshot);
	if (snapshot->services & MG_SERVICE_DNS)
		dns_block_check_file(&snapshot->settings.dns, errors, &snapshot->warnings,
				     present != NULL);
	restart_note_modules(snapshot);
	if (present)
		restart_check(snapshot, errors, present);
	/* What was meant by a wrong line may use the rest. */
	if (errors->count > 0)
		return;
	idle_warn(snapshot);
	claims_warn(snapshot);
}

static void load_unkeep(void *arg)
{
	const struct instance *instance = arg;

	if (instance->kept.shared)
		keep_unshare(instance->kept.entry, instance->kept.shared);
	keep_release(instance->kept.entry);
}

static void load_keep_counters(struct snapshot *snapshot, struct instance *instance)
{
	const struct mg_policy *type = instance->type;
	struct keep_entry *entry = instance->kept.entry;

	instance->kept.counters = &entry->counters;
	instance->kept.found =
		arena_alloc(&snapshot->arena, instance->nresults * sizeof(*instance->kept.found));
	for (size_t i = 0; i < instance->nresults; i++)
		instance->kept.found[i] = keep_result(entry, instance->result_names[i]);
	instance->kept.own = arena_alloc(&snapshot->arena,
					 (instance->kept.nown + 1) * sizeof(*instance->kept.own));
	for (size_t i = 0; i < instance->kept.nown; i++)
		instance->kept.own[i] = keep_counter(entry, type->counters[i].name);
}

/* Only a snapshot that will be used takes its share: one in error leaves nothing behind. */
static void load_keep_instance(struct snapshot *snapshot, struct keep *keep,
			       struct instance *instance)
{
	const struct mg_policy *type = instance->type;

	instance->kept.entry = keep_take(keep, instance->name);
	load_keep_counters(snapshot, instance);
	if (type->shared_size > 0 &&
	    keep_share(instance->kept.entry, type->shared_version, type->shared_size,
		       &instance->kept.shared) == KEEP_ANEW)
		errors_at(&snapshot->warnings, instance->line, 1,
			  "policy %s begins with new memory: the old one is of another version "
			  "of %s.so",
			  instance->name, type->name);
	arena_at_end(&snapshot->arena, load_unkeep, instance);
}

struct snapshot *snapshot_load(const char *path, struct keep *keep, const struct snapshot *present,
			       void (*report)(void *arg, const struct errors *errors), void *arg)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	struct errors errors = { 0 };

	if (!snapshot)
		memory_ended();
	MAGIC_SET(snapshot, SNAPSHOT_MAGIC);
	atomic_init(&snapshot->references, 1);
	errors.arena = snapshot->warnings.arena = &snapshot->arena;
	snapshot->warnings.kind = "warning: ";
	errors.warnings = &snapshot->warnings;
	load_read(snapshot, &errors, path, present);
	if (errors.count) {
		report(arg, &errors);
		snapshot_unref(&snapshot);
		return NULL;
	}
	for (size_t i = 0; i < snapshot->ninstances; i++)
		load_keep_instance(snapshot, keep, &snapshot->instances[i]);
	return snapshot;
}

void snapshot_print_errors(void *arg, const struct errors *errors)
{
	errors_print(errors, arg);
}
