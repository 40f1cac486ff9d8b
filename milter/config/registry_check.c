/* SPDX-License-Identifier: BSD-2-Clause */
/* What a policy says of itself: the mistakes of its author, found when it is registered. */
#include <config.h>

#include <string.h>

#include "config/instance_read.h"
#include "config/items.h"
#include "config/plan.h"
#include "config/registry.h"
#include "config/text.h"

#define REGISTRY_RESULTS_MAX 200
#define REGISTRY_COUNTERS_MAX 100
#define REGISTRY_STATE_MAX ((size_t)1 << 20)
#define REGISTRY_NAME "lower-case letters, digits, - and _, fewer than 64"

bool registry_is_name(const char *name)
{
	return name && *name && strlen(name) < 64 &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_")];
}

/* ---- Results and values ---- */

/*
 * "error" and "timeout" are results that every policy has: to list them sets their default
 * action.
 */
static const char *check_result(struct arena *arena, const struct mg_result *results, size_t index)
{
	const char *name = results[index].name;

	if (!registry_is_name(name))
		return arena_printf(arena, "declares a result \"%s\", expected a name of %s", name,
				    REGISTRY_NAME);
	for (size_t i = 0; i < index; i++)
		if (strcmp(results[i].name, name) == 0)
			return arena_printf(arena, "declares two results \"%s\"", name);
	return NULL;
}

static const char *check_results(struct arena *arena, const struct mg_result *results)
{
	const char *wrong = NULL;
	size_t n = 0;

	if (!results)
		return "declares no results";
	for (; !wrong && results[n].name; n++)
		wrong = n < REGISTRY_RESULTS_MAX
				? check_result(arena, results, n)
				: arena_printf(arena, "declares more than %d results",
					       REGISTRY_RESULTS_MAX);
	if (!wrong && (results[n].action || results[n].help))
		return "declares a result without a name";
	return wrong;
}

static const char *check_values(struct arena *arena, const char *const *values)
{
	for (; values && *values; values++)
		if (text_is_macro(*values))
			return arena_printf(
				arena,
				"declares a value \"%s\", which is the name of a macro of every "
				"text",
				*values);
	return NULL;
}

/* ---- Macros ---- */

/* As "x" or "{name}": a name has one form, so that of several policies is one request. */
static bool is_macro(const char *name)
{
	const size_t size = strlen(name);

	if (strcspn(name, " \t\r\n,") != size)
		return false;
	if (size == 1)
		return *name != '{' && *name != '}';
	return size > 3 && *name == '{' && strcspn(name + 1, "{}") == size - 2 &&
	       name[size - 1] == '}';
}

static const char *check_macros(struct arena *arena, const struct mg_policy *policy)
{
	/* The milter protocol has lists of macros for the other stages only. */
	static const unsigned without = MG_BIT(MG_HEADER) | MG_BIT(MG_BODY) | MG_BIT(MG_COMMAND);

	for (int stage = MG_CONNECT; stage < MG_STAGES; stage++) {
		const char *const *name = policy->macros[stage];

		if (name && without & MG_BIT(stage))
			return arena_printf(
				arena,
				"declares macros at %s, where no MTA sends any: declare them at "
				"an earlier stage",
				plan_stage_name((enum mg_stage)stage));
		for (; name && *name; name++)
			if (!is_macro(*name))
				return arena_printf(
					arena,
					"declares a macro \"%s\", expected \"x\" or \"{name}\"",
					*name);
	}
	return NULL;
}

/* ---- Counters, and what is read of others ---- */

static const char *check_counter(struct arena *arena, const struct mg_counter *counters,
				 size_t index)
{
	const char *name = counters[index].name, *help = counters[index].help;

	if (!*name || strlen(name) >= 64 ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")])
		return arena_printf(
			arena,
			"declares a counter \"%s\", expected a name of lower-case letters, digits "
			"and _, fewer than 64",
			name);
	if (!help || !*help)
		return arena_printf(arena, "declares a counter \"%s\" without help", name);
	for (size_t i = 0; i < index; i++)
		if (strcmp(counters[i].name, name) == 0)
			return arena_printf(arena, "declares two counters \"%s\"", name);
	return NULL;
}

static const char *check_counters(struct arena *arena, const struct mg_counter *counters)
{
	const char *wrong = NULL;

	for (size_t n = 0; !wrong && counters && counters[n].name; n++)
		wrong = n < REGISTRY_COUNTERS_MAX
				? check_counter(arena, counters, n)
				: arena_printf(arena, "declares more than %d counters",
					       REGISTRY_COUNTERS_MAX);
	return wrong;
}

static const char *check_reads(struct arena *arena, const struct mg_policy *policy)
{
	for (const char *const *type = policy->reads; type && *type; type++) {
		if (!registry_is_name(*type))
			return arena_printf(arena, "reads a type \"%s\", which no policy can be",
					    *type);
		if (strcmp(*type, policy->name) == 0)
			return "reads its own type: an instance keeps its results in its state";
	}
	return NULL;
}

/* ---- Items ---- */

/* Where the item's member is. */
static const char *check_member(const struct mg_policy *policy, const struct mg_item *item)
{
	const size_t size = items_member_size(item->type);

	if (size == 0)
		return "is of an unknown type";
	if (item->offset > policy->conf_size || size > policy->conf_size - item->offset)
		return "lies outside of its struct, see conf_size";
	if (item->offset % items_member_alignment(item->type) != 0)
		return "lies where no member of its type can be";
	return NULL;
}

/* What the item says about its values. */
static const char *check_value(const struct mg_item *item)
{
	if (item->type == MG_CHOICE &&
	    (!item->choices || !item->choices[strspn(item->choices, " ")]))
		return "is a choice without its words";
	if (item->type == MG_TABLE && (item->key < MG_KEY_ADDRESS || item->key > MG_KEY_NAME))
		return "is a table without its kind of key";
	if (item->type == MG_LINES && item->initial)
		return "has a default, which lines cannot have";
	if (item->required && item->initial)
		return "is required, and has a default";
	return NULL;
}

static bool is_in(const struct mg_item *items, const struct mg_item *end, const char *name)
{
	for (; items && items != end && items->name; items++)
		if (strcmp(items->name, name) == 0)
			return true;
	return false;
}

static const char *check_item(struct arena *arena, const struct mg_policy *policy,
			      const struct mg_item *item)
{
	const char *wrong = check_member(policy, item);

	if (!wrong)
		wrong = check_value(item);
	if (!registry_is_name(item->name))
		wrong = "has a name that is not of " REGISTRY_NAME;
	else if (is_in(policy->items, item, item->name))
		wrong = "is there already";
	else if (is_in(instance_items, NULL, item->name))
		wrong = "has the name of a key that every policy has";
	return wrong ? arena_printf(arena, "declares an item \"%s\" that %s", item->name, wrong)
		     : NULL;
}

static const char *check_items(struct arena *arena, const struct mg_policy *policy)
{
	const struct mg_item *item = policy->items;
	const char *wrong = NULL;

	for (; !wrong && item && item->name; item++)
		wrong = check_item(arena, policy, item);
	if (!wrong && item && (item->type || item->offset || item->initial || item->help))
		return "declares an item without a name";
	return wrong;
}

/* ---- What only a later header has ---- */

#define STAGES_KNOWN (MG_BIT(MG_STAGES) - 1)
#define SERVICES_KNOWN MG_SERVICE_DNS
#define EDITS_KNOWN                                                         \
	(MG_EDIT_ADD_FIELD | MG_EDIT_REPLACE_FIELD | MG_EDIT_DELETE_FIELD | \
	 MG_EDIT_ADD_RECIPIENT | MG_EDIT_DELETE_RECIPIENT | MG_EDIT_SENDER | MG_EDIT_BODY)

/* Bits that this host does not know: to ignore them would be to break a promise of the header. */
static const char *check_bits(struct arena *arena, const struct mg_policy *policy)
{
	const struct {
		const char *member;
		unsigned bits, known;
	} members[] = {
		{ "services", policy->services, SERVICES_KNOWN },
		{ "edits", policy->edits, EDITS_KNOWN },
		{ "several", policy->several, STAGES_KNOWN },
		{ "blocking", policy->blocking, STAGES_KNOWN },
		{ "facts", policy->facts, STAGES_KNOWN },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (members[i].bits & ~members[i].known)
			return arena_printf(
				arena, "needs a newer millgated: this one does not know 0x%x in %s",
				members[i].bits & ~members[i].known, members[i].member);
	return NULL;
}

/* Hooks and macros of stages that this host does not know. */
static const char *check_stages(struct arena *arena, const struct mg_policy *policy)
{
	for (int stage = MG_STAGES; stage < MG_STAGES_MAX; stage++) {
		const char *member = policy->on[stage]       ? "on"
				     : policy->start[stage]  ? "start"
				     : policy->macros[stage] ? "macros"
							     : NULL;

		if (member)
			return arena_printf(
				arena,
				"needs a newer millgated: this one does not know stage %d, of %s",
				stage, member);
	}
	return NULL;
}

/* ---- What default actions need ---- */

static const char *check_names(struct arena *arena, const struct mg_policy *policy,
			       const char *member, const char *names)
{
	const char *const *name = items_choices(arena, names ? names : "");

	for (; *name; name++)
		if (!is_in(policy->items, NULL, *name))
			return arena_printf(
				arena,
				"declares a result that %s \"%s\", which is none of its items",
				member, *name);
	return NULL;
}

static const char *check_needs(struct arena *arena, const struct mg_policy *policy)
{
	const char *wrong = NULL;

	for (const struct mg_result *result = policy->results; !wrong && result->name; result++) {
		wrong = check_names(arena, policy, "needs", result->needs);
		if (!wrong)
			wrong = check_names(arena, policy, "further_needs", result->further_needs);
		if (!wrong && result->needs && !result->needs[strspn(result->needs, " ")])
			wrong = "declares a result that needs no item: its default never holds";
	}
	return wrong;
}

/* ---- The whole ---- */

static bool has_hooks(const struct mg_policy *policy)
{
	for (int i = 0; i < MG_STAGES; i++)
		if (policy->on[i])
			return true;
	return policy->outcome;
}

static bool asks_for_too_much(const struct mg_policy *policy)
{
	return policy->conf_size > REGISTRY_STATE_MAX ||
	       policy->session_size > REGISTRY_STATE_MAX ||
	       policy->message_size > REGISTRY_STATE_MAX ||
	       policy->event_size > REGISTRY_STATE_MAX || policy->shared_size > REGISTRY_STATE_MAX;
}

const char *registry_check(struct arena *arena, const struct mg_policy *policy, const char *type)
{
	const char *wrong;

	if (!registry_is_name(policy->name) || strcmp(policy->name, type) != 0)
		return arena_printf(arena, "registers a policy of another name%s%s",
				    policy->name ? ": " : "", policy->name ? policy->name : "");
	wrong = check_bits(arena, policy);
	if (!wrong)
		wrong = check_stages(arena, policy);
	if (wrong)
		return wrong;
	if (!has_hooks(policy))
		return "registers a policy that has no hooks";
	if (asks_for_too_much(policy))
		return "asks for more than 1 MiB of state";
	wrong = check_results(arena, policy->results);
	if (!wrong)
		wrong = check_macros(arena, policy);
	if (!wrong)
		wrong = check_values(arena, policy->values);
	if (!wrong)
		wrong = check_counters(arena, policy->counters);
	if (!wrong)
		wrong = check_reads(arena, policy);
	if (!wrong)
		wrong = check_items(arena, policy);
	return wrong ? wrong : check_needs(arena, policy);
}
