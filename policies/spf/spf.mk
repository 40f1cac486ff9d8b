# SPDX-License-Identifier: BSD-2-Clause
# The policy "spf".

spf_sources = \
	policies/spf/spf.c policies/spf/spf_ahead.c policies/spf/spf_engines.c \
	policies/spf/spf_check.c policies/spf/spf_check.h policies/spf/spf_macro.c \
	policies/spf/spf_macro.h policies/spf/spf_received.c policies/spf/spf_received.h \
	policies/spf/spf_record.c policies/spf/spf_record.h policies/spf/spf_validated.c \
	policies/spf/spf_validated.h
spf_libs =
spf_suite_tests = tests/conformance/spf/rfc7208.sh
include policies/spf/libspf2/libspf2.mk
policies_libpolicies_a_SOURCES += $(spf_sources)

if POLICY_SPF_MODULE
pkglib_LTLIBRARIES += policies/spf/spf.la
policies_spf_spf_la_SOURCES = $(spf_sources)
policies_spf_spf_la_CFLAGS = $(MODULE_CFLAGS)
policies_spf_spf_la_LDFLAGS = $(MODULE_LDFLAGS)
policies_spf_spf_la_LIBADD = $(spf_libs)
endif

policies_tests += tests/policies/test_spf tests/policies/test_spf_engines \
	tests/policies/test_spf_limits
tests_policies_test_spf_LDADD = $(policy_test_libs)
tests_policies_test_spf_engines_LDADD = $(policy_test_libs)
tests_policies_test_spf_limits_LDADD = $(policy_test_libs)

# ---- The test suites of the standard, through the daemon: "make check" runs all with each engine.

spf_suite = tests/conformance/spf/run
tests_conformance_spf_run_SOURCES = \
	tests/conformance/spf/run.c \
	tests/conformance/spf/suite.c tests/conformance/spf/suite.h \
	tests/conformance/spf/zone.c tests/conformance/spf/zone.h
tests_conformance_spf_run_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/mta $(MILTER_CFLAGS)
tests_conformance_spf_run_LDADD = tests/mta/libmta.a $(YAML_LIBS)
EXTRA_DIST += $(spf_suite_tests) tests/conformance/spf/suites.sh tests/conformance/spf/exceptions
if TESTS_WANTED
if POLICY_SPF_BUILTIN
check_PROGRAMS += $(spf_suite)
conformance_tests += $(spf_suite_tests)
endif
endif
