# SPDX-License-Identifier: BSD-2-Clause
# The policy "commands".

commands_sources = policies/commands/commands.c
policies_libpolicies_a_SOURCES += $(commands_sources)

if POLICY_COMMANDS_MODULE
pkglib_LTLIBRARIES += policies/commands/commands.la
policies_commands_commands_la_SOURCES = $(commands_sources)
policies_commands_commands_la_CFLAGS = $(MODULE_CFLAGS)
policies_commands_commands_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_commands
tests_policies_test_commands_LDADD = $(policy_test_libs)
