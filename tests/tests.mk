# SPDX-License-Identifier: BSD-2-Clause
# The tests: "make check" runs all, "make check-KIND" one kind: build unit policies scenario
# examples module conformance e2e. Scenarios and scripts are found by their names; the fragment of
# each folder lists its programs.

# The files of the source tree with such names: no fragment needs to list them, EXTRA_DIST neither.
found = $(patsubst $(srcdir)/%,%,$(wildcard $(addprefix $(srcdir)/,$(1))))

# No script, scenario and program of a folder may have the same name: they would share a log.
TEST_EXTENSIONS = .scn .sh
# Check's default time limits (CK_...) are for an idle machine.
AM_TESTS_ENVIRONMENT = \
	MILLGATED=$${MILLGATED-'$(abs_top_builddir)/milter/millgated'}; \
	MG_TOP_SRCDIR='$(abs_top_srcdir)'; MG_TOP_BUILDDIR='$(abs_top_builddir)'; \
	MG_HARDENING='@enable_hardening@'; MG_SANITIZER='@enable_sanitizer@'; \
	MG_TEST_MODULES='$(abs_top_builddir)/tests/scenario/.libs'; \
	CC='$(CC)'; \
	CK_DEFAULT_TIMEOUT=$${CK_DEFAULT_TIMEOUT-30}; \
	CK_TIMEOUT_MULTIPLIER=$${CK_TIMEOUT_MULTIPLIER-10}; \
	export MILLGATED MG_TOP_SRCDIR MG_TOP_BUILDDIR MG_HARDENING MG_SANITIZER \
		MG_TEST_MODULES CC CK_DEFAULT_TIMEOUT CK_TIMEOUT_MULTIPLIER;

include tests/unit/unit.mk
include tests/mta/mta.mk
include tests/dns/dns.mk
include tests/policies/policies.mk
include tests/scenario/scenario.mk
include tests/examples/examples.mk
include tests/reload/reload.mk
include tests/module/module.mk
include tests/e2e/e2e.mk
include tests/fuzz/fuzz.mk
include tests/bench/bench.mk

# ---- How they are built and run.

# Modules for tests. Without -rpath libtool would make no shared object of what is not installed.
test_modules = tests/scenario/probe.la tests/scenario/reader.la tests/scenario/editor.la \
	tests/e2e/stages.la

if TESTS_WANTED
check_LIBRARIES += $(mta_lib) $(dns_lib) $(check_fake_host)
check_PROGRAMS += $(unit_tests) $(policies_tests) $(scenario_runner) $(dns_server) \
	$(reload_tests)
check_LTLIBRARIES += $(test_modules)
TESTS += $(unit_tests) $(policies_tests) $(conformance_tests) $(reload_tests)
# Automake reads the words of TESTS and would take these for names.
$(eval TESTS += $(build_tests) $(scenario_tests) $(examples_tests) $(module_tests))
if E2E
$(eval TESTS += $(e2e_tests))
endif
else
EXTRA_LIBRARIES += $(mta_lib) $(dns_lib) $(check_fake_host)
EXTRA_LTLIBRARIES = $(test_modules)
endif
CLEANFILES += $(bench_objects) $(bench_programs)
EXTRA_DIST += $(build_tests) $(scenario_tests) $(examples_tests) $(module_tests) $(e2e_tests)

# Scenarios under a sanitizer or valgrind, without those that measure the daemon itself. BESIDES:
# other tests.
.PHONY: check-instrumented
check-instrumented: all
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) check \
		TESTS="$(BESIDES) `cd $(srcdir) && grep -L '^needs plain' $(scenario_tests) | \
		tr '\n' ' '`"

check_kinds = check-build check-unit check-policies check-scenario check-examples check-module \
	check-conformance check-reload check-e2e
.PHONY: $(check_kinds)
$(check_kinds): all
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) check TESTS='$($(@:check-%=%)_tests)'
