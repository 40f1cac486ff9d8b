/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "commands" over a fake host. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "policy_help.h"

fake_register mg_builtin_commands_policy;

START_TEST(counts_a_session)
{
	fake_must_open(mg_builtin_commands_policy, "");
	fake.command = "FOO bar";
	for (int i = 0; i < 3; i++)
		ck_assert_str_eq(fake_run(MG_COMMAND), "none");
	ck_assert_str_eq(fake_run(MG_COMMAND), "too-many");
	ck_assert_str_eq(fake_value("count"), "4");
	ck_assert_ptr_nonnull(strstr(fake_said.detail, "FOO bar"));
	fake_new_message();
	ck_assert_str_eq(fake_run(MG_COMMAND), "too-many");
	ck_assert_str_eq(fake_value("count"), "5");
	fake_new_session();
	fake.command = "FOO";
	ck_assert_str_eq(fake_run(MG_COMMAND), "none");
}
END_TEST

START_TEST(max_can_be_nothing)
{
	fake_must_open(mg_builtin_commands_policy, "max 0");
	fake.command = "FOO";
	ck_assert_str_eq(fake_run(MG_COMMAND), "too-many");
}
END_TEST

START_TEST(max_is_checked)
{
	static const char *const blocks[] = { "max -1", "max many", "max 1000001", "maximum 3",
					      "max" };

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		ck_assert_int_eq(fake_open(mg_builtin_commands_policy, blocks[i]), -1);
		ck_assert_str_ne(fake_opened.errors, "");
	}
}
END_TEST

int main(void)
{
	TCase *all = policy_tests("commands");

	tcase_add_test(all, counts_a_session);
	tcase_add_test(all, max_can_be_nothing);
	tcase_add_test(all, max_is_checked);
	return run_tests("commands", all);
}
