/* SPDX-License-Identifier: BSD-2-Clause */
/* What a policy may say of itself. */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "config/registry.h"
#include "run.h"

static int hook(struct mg_call *call, const void *self)
{
	(void)call;
	(void)self;
	return MG_NONE;
}

static const struct mg_result some[] = { { .name = "found" }, { .name = NULL } };
static const struct mg_result loud[] = { { .name = "Found" }, { .name = NULL } };
static const char *const own[] = { "zone", "clients", NULL };
static const char *const taken[] = { "zone", "client", NULL };
static const struct mg_item outside[] = { { .name = "n", .type = MG_INT, .offset = 1 },
					  { .name = NULL } };

static const struct mg_counter counted[] = { { "two_2", "help" },
					     { "one", "help" },
					     { NULL, NULL } };
static const struct mg_counter dashed[] = { { "two-2", "help" }, { NULL, NULL } };
static const struct mg_counter twice[] = { { "one", "help" }, { "one", "help" }, { NULL, NULL } };
static const struct mg_counter everybodys[] = { { "asked", "help" }, { NULL, NULL } };
static const struct mg_counter helpless[] = { { "one", "" }, { NULL, NULL } };
static const char *const others[] = { "dkim", "dnsbl", NULL };
static const char *const itself[] = { "dkim", "p", NULL };
static const char *const nobody[] = { "Dkim", NULL };

static void outcome(struct mg_call *call, const void *self, const struct mg_outcome *end)
{
	(void)call;
	(void)self;
	(void)end;
}

#define LONG "a23456789-123456789-123456789-123456789-123456789-123456789-123"
#define GOOD .name = "p", .results = some, .on = { [MG_RCPT] = hook }

static const struct {
	struct mg_policy policy;
	const char *type;
	const char *want; /* in what is said; NULL: it may */
} cases[] = {
	{ { GOOD }, "p", NULL },
	{ { GOOD, .values = own }, "p", NULL },
	{ { GOOD, .values = taken }, "p", "a value that has the name of a macro" },
	{ { GOOD }, "q", "of another name" },
	{ { .name = "P", .results = some, .on = { [MG_RCPT] = hook } }, "P", "of another name" },
	{ { .name = LONG, .results = some, .on = { [MG_RCPT] = hook } }, LONG, NULL },
	{ { .name = LONG "4", .results = some, .on = { [MG_RCPT] = hook } },
	  LONG "4",
	  "of another name" },
	{ { .name = "p", .results = some }, "p", "no hooks" },
	{ { .name = "p", .on = { [MG_RCPT] = hook } }, "p", "no results" },
	{ { .name = "p", .results = loud, .on = { [MG_RCPT] = hook } },
	  "p",
	  "a result whose name" },
	{ { GOOD, .session_size = 1 << 20 }, "p", NULL },
	{ { GOOD, .session_size = (1 << 20) + 1 }, "p", "more than 1 MiB" },
	{ { GOOD, .shared_size = 1 << 20 }, "p", NULL },
	{ { GOOD, .shared_size = (1 << 20) + 1 }, "p", "more than 1 MiB" },
	{ { GOOD, MG_COUNTERS(counted) }, "p", NULL },
	{ { GOOD, .counters = counted }, "p", "counters without their size" },
	{ { GOOD, MG_COUNTERS(dashed) }, "p", "a counter whose name" },
	{ { GOOD, MG_COUNTERS(twice) }, "p", "two counters of one name" },
	{ { GOOD, MG_COUNTERS(everybodys) }, "p", "the name of one of every policy" },
	{ { GOOD, MG_COUNTERS(helpless) }, "p", "a counter without help" },
	{ { GOOD, .reads = others }, "p", NULL },
	{ { GOOD, .reads = itself }, "p", "reads its own type" },
	{ { GOOD, .reads = nobody }, "p", "reads a type whose name" },
	{ { .name = "p", .results = some, .outcome = outcome }, "p", NULL },
	{ { GOOD, .conf_size = sizeof(long long), .items = outside },
	  "p",
	  "outside of its struct" },
};

START_TEST(checks_a_policy)
{
	const char *got = registry_check(&cases[_i].policy, cases[_i].type);

	if (cases[_i].want)
		ck_assert_msg(got && strstr(got, cases[_i].want), "case %d: got %s", _i,
			      got ? got : "nothing");
	else
		ck_assert_msg(!got, "case %d: got %s", _i, got);
}
END_TEST

START_TEST(number_of_results)
{
	struct mg_result results[202] = { { .name = NULL } };
	const struct mg_policy policy = { .name = "p",
					  .results = results,
					  .on = { [MG_RCPT] = hook } };

	for (int i = 0; i < 200; i++)
		results[i].name = "found";
	ck_assert_ptr_null(registry_check(&policy, "p"));
	results[200].name = "found";
	ck_assert_ptr_nonnull(registry_check(&policy, "p"));
}
END_TEST

/* A counter of a later version has members that this host does not know. */
START_TEST(longer_counters)
{
	static const struct {
		struct mg_counter counter;
		const char *unit;
	} longer[] = { { { "one", "help" }, "ms" },
		       { { "two", "help" }, NULL },
		       { { NULL, NULL }, NULL } };
	const struct mg_policy policy = { GOOD, .counters = &longer[0].counter,
					  .counter_size = sizeof(longer[0]) };

	ck_assert_ptr_null(registry_check(&policy, "p"));
	ck_assert_str_eq(registry_counter(&policy, 0)->name, "one");
	ck_assert_str_eq(registry_counter(&policy, 1)->name, "two");
	ck_assert_ptr_null(registry_counter(&policy, 2));
}
END_TEST

START_TEST(number_of_counters)
{
	static char names[101][8];
	struct mg_counter counters[102] = { { NULL, NULL } };
	const struct mg_policy policy = { GOOD, MG_COUNTERS(counters) };

	for (int i = 0; i < 101; i++) {
		ck_assert_ptr_eq(registry_check(&policy, "p"), NULL);
		snprintf(names[i], sizeof(names[i]), "c%d", i);
		counters[i] = (struct mg_counter){ names[i], "help" };
	}
	ck_assert_ptr_nonnull(registry_check(&policy, "p"));
}
END_TEST

/* Those that are built in are not checked when they are found. */
START_TEST(builtins)
{
	for (size_t i = 0; registry_builtins[i]; i++) {
		const struct mg_policy *policy = registry_builtins[i]();
		const char *wrong = registry_check(policy, policy->name);

		ck_assert_msg(!wrong, "%s %s", policy->name, wrong);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("registry");

	tcase_add_loop_test(tcase, checks_a_policy, 0, COUNT(cases));
	tcase_add_test(tcase, number_of_results);
	tcase_add_test(tcase, longer_counters);
	tcase_add_test(tcase, number_of_counters);
	tcase_add_test(tcase, builtins);
	return run_tests("registry", tcase);
}
