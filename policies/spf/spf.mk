# SPDX-License-Identifier: BSD-2-Clause
# The policy "spf": an archive for the daemon and for its tests, or a module; its manual page.

spf_sources = \
	policies/spf/spf.c \
	policies/spf/spf_ahead.c \
	policies/spf/spf_engines.c \
	policies/spf/spf_check.c policies/spf/spf_check.h \
	policies/spf/spf_macro.c policies/spf/spf_macro.h \
	policies/spf/spf_received.c policies/spf/spf_received.h \
	policies/spf/spf_record.c policies/spf/spf_record.h \
	policies/spf/spf_validated.c policies/spf/spf_validated.h
spf_flags =
spf_libs =
spf_suite_tests = tests/conformance/spf/rfc7208.sh
include policies/spf/libspf2/libspf2.mk

policies_spf_libspf_a_SOURCES = $(spf_sources)
policies_spf_libspf_a_CPPFLAGS = $(AM_CPPFLAGS) $(spf_flags) -DMG_BUILTIN=spf
if POLICY_SPF_BUILTIN
noinst_LIBRARIES += policies/spf/libspf.a
policy_libs += policies/spf/libspf.a
else
EXTRA_LIBRARIES += policies/spf/libspf.a
endif

if POLICY_SPF_MODULE
pkglib_LTLIBRARIES += policies/spf/spf.la
policies_spf_spf_la_SOURCES = $(spf_sources)
policies_spf_spf_la_CPPFLAGS = $(AM_CPPFLAGS) $(spf_flags)
policies_spf_spf_la_CFLAGS = $(MODULE_CFLAGS)
policies_spf_spf_la_LDFLAGS = $(MODULE_LDFLAGS)
policies_spf_spf_la_LIBADD = $(spf_libs)
endif

policies_tests += tests/policies/test_spf tests/policies/test_spf_limits
tests_policies_test_spf_SOURCES = tests/policies/test_spf.c tests/policies/spf_help.h
tests_policies_test_spf_LDADD = policies/spf/libspf.a $(policy_test_libs)
tests_policies_test_spf_limits_LDADD = policies/spf/libspf.a $(policy_test_libs)

EXTRA_DIST += policies/spf/spf.man.in
CLEANFILES += policies/spf/millgate-spf.5
if !POLICY_SPF_OUT
man_MANS += policies/spf/millgate-spf.5
documented_libs += policies/spf/libspf.a
endif
policies/spf/millgate-spf.5: policies/spf/spf.man.in milter/millgate-keys$(EXEEXT)
	$(make_page)

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
