/* SPDX-License-Identifier: BSD-2-Clause */
/* What a policy may say of itself. */
#include <config.h>

#include <check.h>
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
	tcase_add_test(tcase, builtins);
	return run_tests("registry", tcase);
}
