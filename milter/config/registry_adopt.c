/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a module registers, in the host's own sizes: its structs may be older and smaller, or
 * newer and larger than the host's. Then what is worked out once for all instances of a policy
 * type.
 */
#include <config.h>

#include <stdalign.h>
#include <string.h>

#include "base/line.h"
#include "config/conf.h"
#include "config/items.h"
#include "config/registry.h"

#define SIZE_MAX_SANE ((size_t)65536)
#define END_OF(type, member) (offsetof(struct type, member) + sizeof(((struct type *)0)->member))

/* All members up to the last that the first release of this ABI had. */
const struct registry_sizes registry_first = { .policy = END_OF(mg_policy, edits),
					       .result = END_OF(mg_result, further_needs),
					       .item = END_OF(mg_item, check),
					       .counter = END_OF(mg_counter, help) };

/* The reading of one registration. */
struct adoption {
	struct registry *registry;
	const char *from; /* what its messages begin with */
	const char *error;
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* ---- Sizes ---- */

static const struct registry_sizes *first_sizes(const struct adoption *a)
{
	return a->registry->first_sizes ? a->registry->first_sizes : &registry_first;
}

/* An array of the module. Its structs begin with a name; the first without one ends it. */
struct elements {
	const char *what, *macro;
	const void *first;
	size_t size;            /* of an element in the module */
	size_t min, own, align; /* of the host's */
};

static const char *element_name(const struct elements *array, size_t index)
{
	const char *name;

	memcpy(&name, (const char *)array->first + index * array->size, sizeof(name));
	return name;
}

static int check_stride(struct adoption *a, const struct elements *array)
{
	if (array->size >= array->min && array->size <= SIZE_MAX_SANE &&
	    array->size % array->align == 0)
		return 0;
	a->error = arena_printf(
		a->registry->arena,
		"%s: says that one of its %s has %zu bytes, expected %zu or more: see %s()",
		a->from, array->what, array->size, array->min, array->macro);
	return -1;
}

/* The elements in the host's size, and one that ends them. NULL for none, and after an error. */
static void *copy_elements(struct adoption *a, const struct elements *array)
{
	char *copy;
	size_t n = 0;

	if (a->error || !array->first || check_stride(a, array) < 0)
		return NULL;
	while (element_name(array, n))
		n++;
	copy = arena_zalloc(a->registry->arena, (n + 1) * array->own);
	for (size_t i = 0; i <= n; i++)
		memcpy(copy + i * array->own, (const char *)array->first + i * array->size,
		       least(array->size, array->own));
	return copy;
}

static const struct mg_policy *copy_policy(struct adoption *a, const struct mg_policy *theirs)
{
	const struct registry_sizes *first = first_sizes(a);
	struct mg_policy *policy = arena_zalloc(a->registry->arena, sizeof(*policy));

	memcpy(policy, theirs, least(theirs->size, sizeof(*policy)));

	const struct elements results = { "results",
					  "MG_RESULTS",
					  policy->results,
					  policy->result_size,
					  first->result,
					  sizeof(struct mg_result),
					  alignof(struct mg_result) };
	const struct elements items = { "items",
					"MG_ITEMS",
					policy->items,
					policy->item_size,
					first->item,
					sizeof(struct mg_item),
					alignof(struct mg_item) };
	const struct elements counters = { "counters",
					   "MG_COUNTERS",
					   policy->counters,
					   policy->counter_size,
					   first->counter,
					   sizeof(struct mg_counter),
					   alignof(struct mg_counter) };

	policy->results = copy_elements(a, &results);
	policy->items = copy_elements(a, &items);
	policy->counters = copy_elements(a, &counters);
	policy->counter_size = sizeof(struct mg_counter);
	policy->size = sizeof(*policy);
	policy->result_size = sizeof(struct mg_result);
	policy->item_size = sizeof(struct mg_item);
	return policy;
}

static int check_version(struct adoption *a, const struct mg_policy *theirs)
{
	struct arena *arena = a->registry->arena;

	if (!theirs)
		a->error = arena_printf(arena, "%s: registers no policy", a->from);
	else if (theirs->abi != MG_ABI)
		a->error = arena_printf(
			arena,
			"%s: is built for ABI %u, this is ABI %u: build it anew against the "
			"installed <millgate/policy.h>",
			a->from, theirs->abi, MG_ABI);
	else if (theirs->size < first_sizes(a)->policy || theirs->size > SIZE_MAX_SANE)
		a->error = arena_printf(
			arena,
			"%s: says that its struct mg_policy has %u bytes, expected %zu or more",
			a->from, theirs->size, first_sizes(a)->policy);
	return a->error ? -1 : 0;
}

/* ---- Results ---- */

/* The index of a result that every policy has; appended when the type does not list it itself. */
static size_t add_result(struct policy_type *type, const char **names, const char *name)
{
	size_t i = 0;

	while (i < type->nresults && strcmp(names[i], name) != 0)
		i++;
	if (i == type->nresults)
		names[type->nresults++] = name;
	return i;
}

static void name_results(struct arena *arena, struct policy_type *type)
{
	const struct mg_result *results = type->policy->results;
	const char **names;

	while (results[type->nown].name)
		type->nown++;
	names = arena_zalloc(arena, (type->nown + 3) * sizeof(*names));
	for (size_t i = 0; i < type->nown; i++)
		names[i] = results[i].name;
	type->result_names = names;
	type->nresults = type->nown;
	type->error = add_result(type, names, "error");
	type->timeout = add_result(type, names, "timeout");
}

/*
 * The default actions of a result, which are text of the policy's, read as if they stood in the
 * file.
 */
static struct action *default_actions(struct adoption *a, const struct mg_policy *policy,
				      const struct mg_result *result)
{
	struct arena *arena = a->registry->arena;
	struct errors *errors = a->registry->errors;
	const char *name = arena_printf(arena, "%s, default of %s", a->from, result->name);
	const struct mg_line *line = conf_words(arena, errors, name, result->action);
	struct action *list = NULL;

	if (!line)
		errors_in_file(errors, name, 0, 0, NULL, "found nothing, expected an action");
	for (; line; line = line->next) {
		struct action *action = action_parse(arena, errors, line, 0, policy);

		if (action)
			action_add(&list, action, errors, line, 0);
	}
	return list;
}

static void read_actions(struct adoption *a, struct policy_type *type)
{
	struct arena *arena = a->registry->arena;
	struct action **actions = arena_zalloc(arena, type->nresults * sizeof(*actions));

	for (size_t i = 0; i < type->nresults; i++) {
		const struct mg_result *result = &type->policy->results[i];

		if (i < type->nown && result->action)
			actions[i] = default_actions(a, type->policy, result);
		if (!actions[i])
			actions[i] = arena_zalloc(arena, sizeof(**actions));
	}
	type->actions = actions;
}

/* ---- The whole ---- */

static void read_defaults(struct adoption *a, struct policy_type *type)
{
	struct arena *arena = a->registry->arena;
	void *defaults = arena_zalloc(arena, type->policy->conf_size + 1);

	items_defaults(arena, a->registry->errors, a->from, type->policy->items, defaults);
	type->defaults = defaults;
}

/* What follows from the policy for all of its instances. */
static struct policy_type *complete(struct adoption *a, const struct mg_policy *policy)
{
	struct arena *arena = a->registry->arena;
	const size_t before = a->registry->errors->count;
	struct policy_type *type = arena_zalloc(arena, sizeof(*type));

	type->policy = policy;
	while (policy->values && policy->values[type->nvalues])
		type->nvalues++;
	while (policy->counters && policy->counters[type->ncounters].name)
		type->ncounters++;
	name_results(arena, type);
	read_actions(a, type);
	read_defaults(a, type);
	if (a->registry->errors->count == before)
		return type;
	a->error = arena_printf(arena, "%s: declares defaults that are wrong", a->from);
	return NULL;
}

struct policy_type *registry_adopt(struct registry *registry, const struct mg_policy *theirs,
				   const char *from, const char *type, const char **error_r)
{
	struct adoption a = { .registry = registry, .from = from };
	struct policy_type *adopted = NULL;
	const struct mg_policy *policy;
	const char *wrong;

	if (check_version(&a, theirs) == 0) {
		policy = copy_policy(&a, theirs);
		wrong = a.error ? NULL : registry_check(registry->arena, policy, type);
		if (wrong)
			a.error = arena_printf(registry->arena, "%s: %s", from, wrong);
		if (!a.error)
			adopted = complete(&a, policy);
	}
	*error_r = a.error;
	return adopted;
}
