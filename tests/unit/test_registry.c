/* SPDX-License-Identifier: BSD-2-Clause */
/* The checks of what a policy registers. */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/registry.h"
#include "run.h"

static int hook(struct mg_call *call, const void *self)
{
	(void)call;
	(void)self;
	return MG_NONE;
}

static void start(struct mg_call *call, const void *self)
{
	(void)call;
	(void)self;
}

static const struct mg_result some[] = { { .name = "found", .action = "reject" },
					 { .name = NULL } };

struct conf {
	long long number;
	const char *word;
};

#define RESULT(...)                  \
	(const struct mg_result[])   \
	{                            \
		{ __VA_ARGS__ },     \
		{                    \
			.name = NULL \
		}                    \
	}
#define ITEM(...)                    \
	(const struct mg_item[])     \
	{                            \
		{ __VA_ARGS__ },     \
		{                    \
			.name = NULL \
		}                    \
	}
#define VALUES(...)               \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static void outcome(struct mg_call *call, const void *self, const struct mg_outcome *end)
{
	(void)call;
	(void)self;
	(void)end;
}

#define LONG "a23456789-123456789-123456789-123456789-123456789-123456789-123"
#define ABI .abi = MG_ABI, .size = sizeof(struct mg_policy)
#define HOOKS .on = { [MG_RCPT] = hook }
#define BARE ABI, HOOKS, .name = "p", .result_size = sizeof(struct mg_result)
#define GOOD BARE, .results = some
#define NAMED(text) HOOKS, .name = (text), MG_RESULTS(some)
#define WITH_ITEM(...)                                                               \
	GOOD, .conf_size = sizeof(struct conf), .item_size = sizeof(struct mg_item), \
	      .items = ITEM(__VA_ARGS__)
#define COUNTERS(...)                                                                      \
	.counter_size = sizeof(struct mg_counter), .counters = (const struct mg_counter[]) \
	{                                                                                  \
		__VA_ARGS__,                                                               \
		{                                                                          \
			NULL, NULL                                                         \
		}                                                                          \
	}
#define NUMBER .name = "n", .type = MG_INT
#define NAME_OF "of lower-case letters, digits, - and _, fewer than 64"

/* Registrations with and without mistakes of their authors. */
static const struct {
	struct mg_policy policy;
	const char *type;
	const char *want; /* the beginning of the message; NULL: it is accepted */
} cases[] = {
	{ { GOOD }, "p", NULL },
	{ { NAMED("p"), .size = sizeof(struct mg_policy), .abi = 2 }, "p",
	  "F: is built for ABI 2, this is ABI 1: build it anew against the installed "
	  "<millgate/policy.h>" },
	{ { NAMED("p"), .abi = MG_ABI, .size = 8 }, "p",
	  "F: says that its struct mg_policy has 8 bytes, expected " },
	{ { NAMED("p"), .abi = MG_ABI, .size = 65537 }, "p",
	  "F: says that its struct mg_policy has 65537 bytes, expected " },
	{ { GOOD }, "q", "F: registers a policy of another name: p" },
	{ { ABI, NAMED(NULL) }, "p", "F: registers a policy of another name" },
	{ { ABI, NAMED("P") }, "P", "F: registers a policy of another name: P" },
	{ { ABI, NAMED(LONG) }, LONG, NULL },
	{ { ABI, NAMED(LONG "4") }, LONG "4", "F: registers a policy of another name: " LONG "4" },
	{ { ABI, .name = "p", MG_RESULTS(some) }, "p", "F: registers a policy that has no hooks" },
	{ { GOOD, .session_size = 1 << 20 }, "p", NULL },
	{ { GOOD, .conf_size = (1 << 20) + 1 }, "p", "F: asks for more than 1 MiB of state" },
	{ { GOOD, .session_size = (1 << 20) + 1 }, "p", "F: asks for more than 1 MiB of state" },
	{ { GOOD, .message_size = (1 << 20) + 1 }, "p", "F: asks for more than 1 MiB of state" },
	{ { GOOD, .event_size = (1 << 20) + 1 }, "p", "F: asks for more than 1 MiB of state" },

	/* Macros. */
	{ { GOOD, .macros = { [MG_HELO] = VALUES("j", "{cipher}"), [MG_EOM] = VALUES("i") } },
	  "p", NULL },
	{ { GOOD, .macros = { [MG_HEADER] = VALUES("j") } }, "p",
	  "F: declares macros at header, where no MTA sends any" },
	{ { GOOD, .macros = { [MG_BODY] = VALUES("j") } }, "p",
	  "F: declares macros at body, where no MTA sends any" },
	{ { GOOD, .macros = { [MG_COMMAND] = VALUES("j") } }, "p",
	  "F: declares macros at command, where no MTA sends any" },
	{ { GOOD, .macros = { [MG_MAIL] = VALUES("{j}") } }, "p",
	  "F: declares a macro \"{j}\", expected \"x\" or \"{name}\"" },
	{ { GOOD, .macros = { [MG_MAIL] = VALUES("cipher") } }, "p",
	  "F: declares a macro \"cipher\", expected" },
	{ { GOOD, .macros = { [MG_MAIL] = VALUES("") } }, "p",
	  "F: declares a macro \"\", expected" },
	{ { GOOD, .macros = { [MG_MAIL] = VALUES("{a b}") } }, "p",
	  "F: declares a macro \"{a b}\", expected" },

	/* What a later header may have. */
	{ { GOOD, .services = MG_SERVICE_DNS, .edits = 127, .several = 0x3ff, .blocking = 0x3ff,
	    .facts = 0x3ff },
	  "p", NULL },
	{ { GOOD, .services = 6 | MG_SERVICE_DNS }, "p",
	  "F: needs a newer millgated: this one does not know 0x6 in services" },
	{ { GOOD, .edits = 128 | MG_EDIT_BODY }, "p",
	  "F: needs a newer millgated: this one does not know 0x80 in edits" },
	{ { GOOD, .several = MG_BIT(MG_STAGES) }, "p",
	  "F: needs a newer millgated: this one does not know 0x400 in several" },
	{ { GOOD, .blocking = 1U << 31 }, "p",
	  "F: needs a newer millgated: this one does not know 0x80000000 in blocking" },
	{ { GOOD, .facts = MG_BIT(11) }, "p",
	  "F: needs a newer millgated: this one does not know 0x800 in facts" },
	{ { ABI, .name = "p", MG_RESULTS(some), .on = { [MG_STAGES] = hook } }, "p",
	  "F: needs a newer millgated: this one does not know stage 10, of on" },
	{ { GOOD, .start = { [MG_STAGES_MAX - 1] = start } }, "p",
	  "F: needs a newer millgated: this one does not know stage 15, of start" },
	{ { GOOD, .macros = { [MG_STAGES] = VALUES("j") } }, "p",
	  "F: needs a newer millgated: this one does not know stage 10, of macros" },

	/* Results. */
	{ { ABI, HOOKS, .name = "p", .results = some }, "p",
	  "F: says that one of its results has 0 bytes, expected " },
	{ { ABI, HOOKS, .name = "p", .results = some, .result_size = 25 }, "p",
	  "F: says that one of its results has 25 bytes, expected " },
	{ { ABI, HOOKS, .name = "p", .results = some,
	    .result_size = offsetof(struct mg_result, help) },
	  "p", "F: says that one of its results has 16 bytes, expected 40 or more" },
	{ { ABI, HOOKS, .name = "p" }, "p", "F: declares no results" },
	{ { BARE, .results = RESULT(.name = "Found") }, "p",
	  "F: declares a result \"Found\", expected a name " NAME_OF },
	{ { BARE, .results = RESULT(.name = "") }, "p",
	  "F: declares a result \"\", expected a name " NAME_OF },
	{ { BARE, .results = RESULT(.action = "reject") }, "p",
	  "F: declares a result without a name" },
	{ { BARE, .results = RESULT(.help = "x") }, "p", "F: declares a result without a name" },
	{ { BARE, .results = RESULT(.name = "a" }, { .name = "a") }, "p",
	  "F: declares two results \"a\"" },
	{ { BARE, .results = RESULT(.name = "a", .further_needs = "") }, "p", NULL },
	{ { BARE, .results = RESULT(.name = "a", .needs = "n") }, "p",
	  "F: declares a result that needs \"n\", which is none of its items" },
	{ { BARE, .results = RESULT(.name = "a", .needs = " ") }, "p",
	  "F: declares a result that needs no item: its default never holds" },
	{ { BARE, .conf_size = sizeof(struct conf), .item_size = sizeof(struct mg_item),
	    .items = ITEM(NUMBER), .results = RESULT(.name = "a", .needs = "n") },
	  "p", NULL },
	{ { BARE, .conf_size = sizeof(struct conf), .item_size = sizeof(struct mg_item),
	    .items = ITEM(NUMBER), .results = RESULT(.name = "a", .further_needs = "n m") },
	  "p", "F: declares a result that further_needs \"m\", which is none of its items" },

	/* Values. */
	{ { GOOD, .values = VALUES("zone", "clients") }, "p", NULL },
	{ { GOOD, .values = VALUES("zone", "client") }, "p",
	  "F: declares a value \"client\", which is the name of a macro of every text" },

	/* Counters, types that are read, and a policy with nothing but an outcome hook. */
	{ { GOOD, .shared_size = 1 << 20 }, "p", NULL },
	{ { GOOD, .shared_size = (1 << 20) + 1 }, "p", "F: asks for more than 1 MiB of state" },
	{ { GOOD, COUNTERS({ "two_2", "help" }, { "one", "help" }) }, "p", NULL },
	{ { GOOD, .counters = (const struct mg_counter[]){ { NULL, NULL } } }, "p",
	  "F: says that one of its counters has 0 bytes, expected " },
	{ { GOOD, .counters = (const struct mg_counter[]){ { NULL, NULL } },
	    .counter_size = sizeof(char *) },
	  "p", "F: says that one of its counters has 8 bytes, expected 16 or more" },
	{ { GOOD, COUNTERS({ "two-2", "help" }) }, "p",
	  "F: declares a counter \"two-2\", expected a name of lower-case letters, digits and _" },
	{ { GOOD, COUNTERS({ "one", "a" }, { "one", "b" }) }, "p",
	  "F: declares two counters \"one\"" },
	{ { GOOD, COUNTERS({ "asked", "help" }, { "policy", "help" }) }, "p", NULL },
	{ { GOOD, COUNTERS({ "one", "" }) }, "p", "F: declares a counter \"one\" without help" },
	{ { GOOD, .reads = VALUES("dkim", "dnsbl") }, "p", NULL },
	{ { GOOD, .reads = VALUES("dkim", "p") }, "p", "F: reads its own type" },
	{ { GOOD, .reads = VALUES("Dkim") }, "p",
	  "F: reads a type \"Dkim\", which no policy can be" },
	{ { ABI, .name = "p", MG_RESULTS(some), .outcome = outcome }, "p", NULL },

	/* Items. */
	{ { WITH_ITEM(NUMBER) }, "p", NULL },
	{ { WITH_ITEM(NUMBER, .offset = 8) }, "p", NULL },
	{ { GOOD, .conf_size = sizeof(struct conf), .items = ITEM(NUMBER) }, "p",
	  "F: says that one of its items has 0 bytes, expected " },
	{ { WITH_ITEM(NUMBER, .offset = 16) }, "p",
	  "F: declares an item \"n\" that lies outside of its struct, see conf_size" },
	{ { WITH_ITEM(NUMBER, .offset = (size_t)-8) }, "p",
	  "F: declares an item \"n\" that lies outside of its struct, see conf_size" },
	{ { GOOD, .conf_size = 7, .item_size = sizeof(struct mg_item), .items = ITEM(NUMBER) }, "p",
	  "F: declares an item \"n\" that lies outside of its struct, see conf_size" },
	{ { WITH_ITEM(NUMBER, .offset = 4) }, "p",
	  "F: declares an item \"n\" that lies where no member of its type can be" },
	{ { WITH_ITEM(.name = "n") }, "p", "F: declares an item \"n\" that is of an unknown type" },
	{ { WITH_ITEM(.name = "n", .type = 10) }, "p",
	  "F: declares an item \"n\" that is of an unknown type" },
	{ { WITH_ITEM(.type = MG_INT) }, "p", "F: declares an item without a name" },
	{ { WITH_ITEM(.help = "x") }, "p", "F: declares an item without a name" },
	{ { WITH_ITEM(.name = "N", .type = MG_INT) }, "p",
	  "F: declares an item \"N\" that has a name that is not " NAME_OF },
	{ { WITH_ITEM(.name = "mode", .type = MG_INT) }, "p",
	  "F: declares an item \"mode\" that has the name of a key that every policy has" },
	{ { WITH_ITEM(NUMBER }, { NUMBER) }, "p",
	  "F: declares an item \"n\" that is there already" },
	{ { WITH_ITEM(.name = "n", .type = MG_CHOICE) }, "p",
	  "F: declares an item \"n\" that is a choice without its words" },
	{ { WITH_ITEM(.name = "n", .type = MG_CHOICE, .choices = " ") }, "p",
	  "F: declares an item \"n\" that is a choice without its words" },
	{ { WITH_ITEM(.name = "n", .type = MG_TABLE) }, "p",
	  "F: declares an item \"n\" that is a table without its kind of key" },
	{ { WITH_ITEM(.name = "n", .type = MG_LINES, .initial = "x") }, "p",
	  "F: declares an item \"n\" that has a default, which lines cannot have" },
	{ { WITH_ITEM(NUMBER, .initial = "1", .required = true) }, "p",
	  "F: declares an item \"n\" that is required, and has a default" },
};

/* The lines of the reported errors. */
static char *reported(struct errors *errors)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	errors_print(errors, stream);
	fclose(stream);
	return text;
}

START_TEST(checks_a_policy)
{
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	struct registry registry = { .arena = &arena, .errors = &errors };
	const char *got = NULL;
	const struct policy_type *type =
		registry_adopt(&registry, &cases[_i].policy, "F", cases[_i].type, &got);

	ck_assert_msg(!got == !cases[_i].want &&
			      (!got || strncmp(got, cases[_i].want, strlen(cases[_i].want)) == 0),
		      "want %s\ngot %s", cases[_i].want, got);
	ck_assert_int_eq(type == NULL, got != NULL);
	ck_assert_uint_eq(errors.count, 0);
	arena_free(&arena);
}
END_TEST

/* Defaults that are wrong: with their place in the default. */
static const struct {
	struct mg_policy policy;
	const char *want;
} bad_defaults[] = {
	{ { WITH_ITEM(NUMBER, .initial = "x") },
	  "F, default of n:1:1: found x, expected a whole number\nx\n^\n" },
	{ { BARE, .results = RESULT(.name = "a", .action = "rejct") },
	  "F, default of a:1:1: unknown action \"rejct\", expected an action: " },
	{ { BARE, .results = RESULT(.name = "a", .action = "reject 450") },
	  "F, default of a:1:8: reject takes 5xx and 5.x.x, found 450\nreject 450\n       ^\n" },
	{ { BARE, .results = RESULT(.name = "a", .action = "reject \"{clinet}\"") },
	  "F, default of a:1:8: unknown macro {clinet}" },
	{ { BARE, .results = RESULT(.name = "a", .action = "score 5; accept; reject") },
	  "F, default of a:1:18: reject cannot be added to accept, which this already has\n" },
	{ { BARE, .results = RESULT(.name = "a", .action = "") },
	  "F, default of a: found nothing, expected an action\n" },
	{ { BARE, .results = RESULT(.name = "a", .action = "reject { }") },
	  "F, default of a:1:8: found a brace, expected words\n" },
};

START_TEST(wrong_defaults)
{
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	struct registry registry = { .arena = &arena, .errors = &errors };
	const char *error = NULL;
	char *got;

	ck_assert_ptr_null(registry_adopt(&registry, &bad_defaults[_i].policy, "F", "p", &error));
	ck_assert_str_eq(error, "F: declares defaults that are wrong");
	got = reported(&errors);
	ck_assert_msg(strncmp(got, bad_defaults[_i].want, strlen(bad_defaults[_i].want)) == 0,
		      "want %s\ngot %s", bad_defaults[_i].want, got);
	free(got);
	arena_free(&arena);
}
END_TEST

/*
 * Several actions for a result; the two results that all policies have; the actions of an instance
 * without lines.
 */
START_TEST(completes_a_policy)
{
	static const struct mg_result results[] = {
		{ .name = "a", .action = "quarantine \"{zone}\"; score 5;header X-A b" },
		{ .name = "timeout", .action = "tempfail" },
		{ .name = "b" },
		{ .name = NULL },
	};
	static const struct mg_item items[] = {
		MG_ITEM_INT(struct conf, number, "number", .initial = "7"),
		MG_ITEM_STRING(struct conf, word, "word", .initial = "\"a b\""),
		{ .name = NULL },
	};
	static const char *const values[] = { "zone", NULL };
	static const struct mg_policy policy = { ABI,
						 HOOKS,
						 .name = "p",
						 MG_RESULTS(results),
						 .values = values,
						 MG_ITEMS(items),
						 .conf_size = sizeof(struct conf) };
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	struct registry registry = { .arena = &arena, .errors = &errors };
	const char *error = NULL;
	const struct policy_type *type = registry_adopt(&registry, &policy, "F", "p", &error);
	const struct conf *conf;

	ck_assert_pstr_eq(error, NULL);
	ck_assert_uint_eq(type->nown, 3);
	ck_assert_uint_eq(type->nresults, 4);
	ck_assert_uint_eq(type->nvalues, 1);
	ck_assert_uint_eq(type->timeout, 1);
	ck_assert_uint_eq(type->error, 3);
	ck_assert_str_eq(type->result_names[3], "error");
	ck_assert_int_eq(type->actions[0]->kind, ACTION_QUARANTINE);
	ck_assert_int_eq(type->actions[0]->next->score, 5);
	ck_assert_str_eq(type->actions[0]->next->next->name, "X-A");
	ck_assert_int_eq(type->actions[1]->kind, ACTION_TEMPFAIL);
	ck_assert_int_eq(type->actions[2]->kind, ACTION_NEUTRAL);
	ck_assert_int_eq(type->actions[3]->kind, ACTION_NEUTRAL);
	conf = type->defaults;
	ck_assert_int_eq(conf->number, 7);
	ck_assert_str_eq(conf->word, "a b");
	arena_free(&arena);
}
END_TEST

START_TEST(number_of_results)
{
	struct mg_result results[202] = { { .name = NULL } };
	const struct mg_policy policy = { ABI, HOOKS, .name = "p", MG_RESULTS(results) };
	struct arena arena = { 0 };

	for (int i = 0; i < 200; i++)
		results[i].name = arena_printf(&arena, "found%d", i);
	ck_assert_pstr_eq(registry_check(&arena, &policy, "p"), NULL);
	results[200].name = "found";
	ck_assert_str_eq(registry_check(&arena, &policy, "p"), "declares more than 200 results");
	arena_free(&arena);
}
END_TEST

START_TEST(number_of_counters)
{
	struct mg_counter counters[102] = { { NULL, NULL } };
	const struct mg_policy policy = { GOOD, MG_COUNTERS(counters) };
	struct arena arena = { 0 };

	for (int i = 0; i < 100; i++)
		counters[i] = (struct mg_counter){ arena_printf(&arena, "c%d", i), "help" };
	ck_assert_pstr_eq(registry_check(&arena, &policy, "p"), NULL);
	counters[100] = (struct mg_counter){ "c", "help" };
	ck_assert_str_eq(registry_check(&arena, &policy, "p"), "declares more than 100 counters");
	arena_free(&arena);
}
END_TEST

/* Structs of a later version have members that this host does not know. */
START_TEST(longer_elements)
{
	static const struct {
		struct mg_counter counter;
		const char *unit;
	} counters[] = { { { "one", "a" }, "ms" },
			 { { "two", "b" }, "s" },
			 { { NULL, NULL }, NULL } };
	static const struct {
		struct mg_result result;
		const char *more;
	} results[] = { { { .name = "a", .action = "reject" }, "x" },
			{ { .name = "b", .action = "tempfail" }, "y" },
			{ { .name = NULL }, NULL } };
	const struct mg_policy policy = { ABI,
					  HOOKS,
					  .name = "p",
					  .results = &results[0].result,
					  .result_size = sizeof(results[0]),
					  .counters = &counters[0].counter,
					  .counter_size = sizeof(counters[0]) };
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	struct registry registry = { .arena = &arena, .errors = &errors };
	const char *error = NULL;
	const struct policy_type *type = registry_adopt(&registry, &policy, "F", "p", &error);

	ck_assert_pstr_eq(error, NULL);
	ck_assert_uint_eq(type->ncounters, 2);
	ck_assert_str_eq(type->policy->counters[1].name, "two");
	ck_assert_uint_eq(type->nown, 2);
	ck_assert_str_eq(type->policy->results[1].action, "tempfail");
	arena_free(&arena);
}
END_TEST

/* Structs of an earlier version lack members, which are zero then. */
START_TEST(shorter_elements)
{
	static const struct {
		const char *name, *action;
	} results[] = { { "a", "reject" }, { "b", "tempfail" }, { NULL, NULL } };
	struct {
		char bytes[offsetof(struct mg_item, check)];
	} items[3];
	const struct mg_item number = { NUMBER, .help = "x" };
	struct mg_policy policy = { ABI,
				    HOOKS,
				    .name = "p",
				    .results = (const struct mg_result *)(const void *)results,
				    .result_size = sizeof(results[0]),
				    .items = (const struct mg_item *)(const void *)items,
				    .item_size = sizeof(items[0]),
				    .conf_size = sizeof(struct conf),
				    .event_size = 1,
				    .shared_size = 2 };
	const struct registry_sizes sizes = { .policy = offsetof(struct mg_policy, services) +
							sizeof(unsigned),
					      .result = sizeof(results[0]),
					      .item = sizeof(items[0]),
					      .counter = sizeof(struct mg_counter) };
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	struct registry registry = { .arena = &arena, .errors = &errors, .first_sizes = &sizes };
	const char *error = NULL;
	const struct policy_type *type;

	memset(items, 0, sizeof(items));
	memcpy(items, &number, sizeof(items[0]));
	policy.size = (unsigned)sizes.policy;
	type = registry_adopt(&registry, &policy, "F", "p", &error);
	ck_assert_pstr_eq(error, NULL);
	ck_assert_pstr_eq(type->policy->results[1].name, "b");
	ck_assert_pstr_eq(type->policy->results[1].help, NULL);
	ck_assert_pstr_eq(type->policy->items[0].help, "x");
	ck_assert(!type->policy->items[0].check);
	ck_assert_pstr_eq(type->policy->items[1].name, NULL);
	ck_assert_uint_eq(type->policy->event_size, 0);
	ck_assert_uint_eq(type->policy->shared_size, 0);
	arena_free(&arena);
}
END_TEST

/* The first release has these structs whole, and no room for more at their ends. */
START_TEST(first_release)
{
	ck_assert_uint_eq(registry_first.policy, sizeof(struct mg_policy));
	ck_assert_uint_eq(registry_first.result, sizeof(struct mg_result));
	ck_assert_uint_eq(registry_first.item, sizeof(struct mg_item));
	ck_assert_uint_eq(registry_first.counter, sizeof(struct mg_counter));
}
END_TEST

START_TEST(builtins)
{
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	struct registry registry = { .arena = &arena, .errors = &errors };

	for (size_t i = 0; registry_builtins[i]; i++) {
		const char *name = registry_builtins[i]()->name, *error = NULL;
		const struct policy_type *type = registry_find(&registry, name, &error);

		ck_assert_msg(type && errors.count == 0, "%s: %s", name, error);
		ck_assert_ptr_eq(registry_find(&registry, name, &error), type);
	}
	arena_free(&arena);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("registry");

	tcase_add_loop_test(tcase, checks_a_policy, 0, COUNT(cases));
	tcase_add_loop_test(tcase, wrong_defaults, 0, COUNT(bad_defaults));
	tcase_add_test(tcase, completes_a_policy);
	tcase_add_test(tcase, number_of_results);
	tcase_add_test(tcase, number_of_counters);
	tcase_add_test(tcase, longer_elements);
	tcase_add_test(tcase, shorter_elements);
	tcase_add_test(tcase, first_release);
	tcase_add_test(tcase, builtins);
	return run_tests("registry", tcase);
}
