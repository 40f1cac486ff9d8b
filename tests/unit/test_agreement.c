/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether what was agreed on with an MTA serves the needs of another configuration. */
#include <config.h>

#include <check.h>
#include <string.h>

#include "front/agreement.h"
#include "run.h"

#define ALL 0x1fffffUL /* actions and steps that an MTA can offer */
#define RCPT MG_BIT(MG_RCPT)
#define HELO MG_BIT(MG_HELO)
#define BODY MG_BIT(MG_BODY)

static const struct {
	const char *what;
	struct mta_needs before, after;
	unsigned long actions, steps; /* that the MTA offers */
	bool want;
} changes[] = {
	{ "nothing", { .stages = RCPT }, { .stages = RCPT }, ALL, ALL, true },
	{ "one stage less", { .stages = RCPT | HELO }, { .stages = RCPT }, ALL, ALL, true },
	{ "one stage more", { .stages = RCPT }, { .stages = RCPT | HELO }, ALL, ALL, false },
	{ "one more, but the MTA leaves none out",
	  { .stages = RCPT },
	  { .stages = HELO },
	  ALL,
	  0,
	  true },
	{ "no replies any more",
	  { .stages = RCPT, .replies = RCPT },
	  { .stages = RCPT },
	  ALL,
	  ALL,
	  true },
	{ "replies", { .stages = RCPT }, { .stages = RCPT, .replies = RCPT }, ALL, ALL, false },
	{ "replies, but the MTA waits for all",
	  { .stages = RCPT },
	  { .stages = RCPT, .replies = RCPT },
	  ALL,
	  0x37f,
	  true },
	{ "a reply to a stage that is not told of any more",
	  { .stages = RCPT | HELO },
	  { .stages = RCPT, .replies = HELO },
	  ALL,
	  ALL,
	  true },
	{ "fewer actions",
	  { .edits = EDIT_BIT(EDIT_ADD_FIELD) | EDIT_BIT(EDIT_QUARANTINE) },
	  { .edits = EDIT_BIT(EDIT_ADD_FIELD) },
	  ALL,
	  ALL,
	  true },
	{ "more actions",
	  { .edits = EDIT_BIT(EDIT_ADD_FIELD) },
	  { .edits = EDIT_BIT(EDIT_ADD_FIELD) | EDIT_BIT(EDIT_QUARANTINE) },
	  ALL,
	  ALL,
	  false },
	{ "more actions, that the MTA does not have",
	  { .edits = EDIT_BIT(EDIT_ADD_FIELD) },
	  { .edits = EDIT_BIT(EDIT_ADD_FIELD) | EDIT_BIT(EDIT_QUARANTINE) },
	  0x101,
	  ALL,
	  true },
	{ "blanks of fields that nobody needed",
	  { .stages = RCPT },
	  { .exact_fields = true },
	  ALL,
	  ALL,
	  false },
	{ "blanks of fields that nobody needs any more",
	  { .stages = RCPT, .exact_fields = true },
	  { .stages = RCPT },
	  ALL,
	  ALL,
	  false },
	{ "a body", { .stages = RCPT }, { .stages = BODY }, ALL, ALL, false },
	{ "no body any more", { .stages = RCPT | BODY }, { .stages = RCPT }, ALL, ALL, true },
	{ "the same macros",
	  { .stages = RCPT, .macros[MG_RCPT] = "i {x}" },
	  { .stages = RCPT, .macros[MG_RCPT] = "i {x}" },
	  ALL,
	  ALL,
	  true },
	{ "fewer macros, in another order",
	  { .stages = RCPT, .macros[MG_RCPT] = "i {x} {y}" },
	  { .stages = RCPT, .macros[MG_RCPT] = "{y} i" },
	  ALL,
	  ALL,
	  true },
	{ "no macros any more",
	  { .stages = RCPT, .macros[MG_RCPT] = "i" },
	  { .stages = RCPT },
	  ALL,
	  ALL,
	  true },
	{ "another macro",
	  { .stages = RCPT, .macros[MG_RCPT] = "i {xx}" },
	  { .stages = RCPT, .macros[MG_RCPT] = "i {x}" },
	  ALL,
	  ALL,
	  false },
	{ "macros where there were none",
	  { .stages = RCPT },
	  { .stages = RCPT, .macros[MG_RCPT] = "i" },
	  ALL,
	  ALL,
	  false },
	{ "macros, but the MTA knows no lists",
	  { .stages = RCPT },
	  { .stages = RCPT, .macros[MG_RCPT] = "i" },
	  0x3f,
	  ALL,
	  true },
	{ "macros of a stage that is not told of",
	  { .stages = RCPT },
	  { .stages = RCPT, .macros[MG_HELO] = "i" },
	  ALL,
	  ALL,
	  true },
};

START_TEST(test_serves)
{
	const struct mta_needs *after = &changes[_i].after;
	struct agreement agreed = agreement_make(&changes[_i].before, 0, true, changes[_i].actions,
						 changes[_i].steps);

	ck_assert_msg(agreement_serves(&agreed, after, 0, true) == changes[_i].want, "%s",
		      changes[_i].what);
	agreement_keep(&agreed);
	ck_assert_msg(agreement_serves(&agreed, after, 0, true) == changes[_i].want, "%s, kept",
		      changes[_i].what);
	ck_assert(agreement_serves(&agreed, &changes[_i].before, 0, true));
	agreement_free(&agreed);
}
END_TEST

/* A kept agreement does not need the texts that it was made from. */
START_TEST(test_keeps)
{
	char rcpt[] = "i {x}", helo[] = "{y}";
	const struct mta_needs needs = { .stages = RCPT | HELO,
					 .macros[MG_RCPT] = rcpt,
					 .macros[MG_HELO] = helo };
	struct agreement agreed = agreement_make(&needs, 0, true, ALL, ALL);

	agreement_keep(&agreed);
	agreement_keep(&agreed);
	memset(rcpt, 'z', sizeof(rcpt) - 1);
	memset(helo, 'z', sizeof(helo) - 1);
	ck_assert_str_eq(agreed.macros[MG_RCPT], "i {x}");
	ck_assert_str_eq(agreed.macros[MG_HELO], "{y}");
	ck_assert_ptr_null(agreed.macros[MG_MAIL]);
	agreement_free(&agreed);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("agreement");

	tcase_add_loop_test(tc, test_serves, 0, COUNT(changes));
	tcase_add_test(tc, test_keeps);
	return run_tests("agreement", tc);
}
