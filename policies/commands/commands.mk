# SPDX-License-Identifier: BSD-2-Clause
# The policy "commands": an archive for the daemon and for its test, or a module; its manual page.

commands_sources = policies/commands/commands.c

policies_commands_libcommands_a_SOURCES = $(commands_sources)
policies_commands_libcommands_a_CPPFLAGS = $(AM_CPPFLAGS) -DMG_BUILTIN=commands
if POLICY_COMMANDS_BUILTIN
noinst_LIBRARIES += policies/commands/libcommands.a
policy_libs += policies/commands/libcommands.a
else
EXTRA_LIBRARIES += policies/commands/libcommands.a
endif

if POLICY_COMMANDS_MODULE
pkglib_LTLIBRARIES += policies/commands/commands.la
policies_commands_commands_la_SOURCES = $(commands_sources)
policies_commands_commands_la_CFLAGS = $(MODULE_CFLAGS)
policies_commands_commands_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_commands
tests_policies_test_commands_LDADD = policies/commands/libcommands.a $(policy_test_libs)

EXTRA_DIST += policies/commands/commands.man.in
CLEANFILES += policies/commands/millgate-commands.5
if !POLICY_COMMANDS_OUT
man_MANS += policies/commands/millgate-commands.5
documented_libs += policies/commands/libcommands.a
endif
policies/commands/millgate-commands.5: policies/commands/commands.man.in \
	milter/millgate-keys$(EXEEXT)
	$(make_page)
