/* SPDX-License-Identifier: BSD-2-Clause */
/* What instances make the host request of the MTA. */
#include <config.h>

#include <check.h>

#include "config/plan.h"
#include "config/plan_needs.h"
#include "run.h"

#define NAMES(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static const struct mg_policy tls = {
	.macros = { [MG_HELO] = NAMES("{cipher}", "{tls_version}"), [MG_RCPT] = NAMES("i") }
};
static const struct mg_policy more = {
	.macros = { [MG_HELO] = NAMES("{cipher}", "{cert}"), [MG_EOH] = NAMES("{ciph}", "x") }
};
static const struct mg_policy off = { .macros = { [MG_DATA] = NAMES("{off}") } };

static void plan(struct snapshot *snapshot)
{
	snapshot->instances = (struct instance[]){
		{ .type = &tls, .mode = MODE_ENFORCE },
		{ .type = &more, .mode = MODE_MONITOR },
		{ .type = &off, .mode = MODE_OFF },
		{ .type = &tls, .mode = MODE_ENFORCE },
	};
	snapshot->ninstances = 4;
	plan_needs(snapshot);
}

/* Each is requested once, at each of its stages, and not for what is off. */
START_TEST(macros)
{
	struct snapshot snapshot = { .nclasses = 0 };

	plan(&snapshot);
	ck_assert_str_eq(snapshot.needs.macros[MG_HELO], "{tls_version} {cipher} {cert}");
	ck_assert_str_eq(snapshot.needs.macros[MG_RCPT], "i {rcpt_addr}");
	ck_assert_str_eq(snapshot.needs.macros[MG_EOH], "i {ciph} x");
	ck_assert_str_eq(snapshot.needs.macros[MG_DATA], "i");
	arena_free(&snapshot.arena);
}
END_TEST

/* The MTA sends them with their stages. */
START_TEST(stages_of_macros)
{
	struct snapshot snapshot = { .nclasses = 0 };

	plan(&snapshot);
	ck_assert_uint_eq(plan_macro_stages(&more), MG_BIT(MG_HELO) | MG_BIT(MG_EOH));
	ck_assert(snapshot.needs.stages & MG_BIT(MG_HELO));
	ck_assert(snapshot.needs.stages & MG_BIT(MG_EOH));
	ck_assert(!(snapshot.needs.stages & MG_BIT(MG_DATA)));
	arena_free(&snapshot.arena);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("plan");

	tcase_add_test(tcase, macros);
	tcase_add_test(tcase, stages_of_macros);
	return run_tests("plan", tcase);
}
