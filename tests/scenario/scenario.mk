# SPDX-License-Identifier: BSD-2-Clause
# Scenarios: the real daemon, one behaviour a file; the runner plays them.

scenario_runner = tests/scenario/runner
tests_scenario_runner_SOURCES = \
	tests/scenario/check.c \
	tests/scenario/connection.c \
	tests/scenario/daemon.c tests/scenario/daemon.h \
	tests/scenario/dialogue.c \
	tests/scenario/expect.c \
	tests/scenario/play.c tests/scenario/play.h \
	tests/scenario/runner.c \
	tests/scenario/script.c tests/scenario/script.h \
	tests/scenario/text.c tests/scenario/text.h
tests_scenario_runner_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS) $(JANSSON_CFLAGS) -D_GNU_SOURCE
tests_scenario_runner_LDADD = $(mta_lib) $(dns_lib) $(JANSSON_LIBS)
SCN_LOG_COMPILER = tests/scenario/runner
EXTRA_DIST += tests/scenario/README.md

# A policy that reports the results that a scenario configures, at the stages that it configures: in
# tests/scenario/.libs.
tests_scenario_probe_la_SOURCES = tests/scenario/probe.c
tests_scenario_probe_la_CFLAGS = $(MODULE_CFLAGS)
tests_scenario_probe_la_LDFLAGS = $(MODULE_LDFLAGS) -rpath /nowhere

# And one that reads what it found.
tests_scenario_reader_la_SOURCES = tests/scenario/reader.c
tests_scenario_reader_la_CFLAGS = $(MODULE_CFLAGS)
tests_scenario_reader_la_LDFLAGS = $(MODULE_LDFLAGS) -rpath /nowhere

# A policy that proposes edits and reads the message record, beside it.
tests_scenario_editor_la_SOURCES = tests/scenario/editor.c
tests_scenario_editor_la_CFLAGS = $(MODULE_CFLAGS)
tests_scenario_editor_la_LDFLAGS = $(MODULE_LDFLAGS) -rpath /nowhere

scenario_tests = $(call found,tests/scenario/*.scn tests/policies/*.scn)
