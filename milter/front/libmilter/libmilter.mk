# SPDX-License-Identifier: BSD-2-Clause
# The front end on Sendmail's libmilter; configure can leave it out (--without-libmilter).

milter_front_libmilter_libfrontlibmilter_a_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS)
milter_front_libmilter_libfrontlibmilter_a_SOURCES = \
	milter/front/libmilter/answer.c milter/front/libmilter/answer.h \
	milter/front/libmilter/conns.c milter/front/libmilter/conns.h \
	milter/front/libmilter/guard.c milter/front/libmilter/guard.h \
	milter/front/libmilter/libmilter.c milter/front/libmilter/libmilter.h
EXTRA_DIST += milter/front/libmilter/interposed

tests_unit_test_front_libmilter_SOURCES = $(tests_unit_test_front_event_SOURCES)
tests_unit_test_front_libmilter_CPPFLAGS = $(front_test_cppflags) -DFRONT_UNDER_TEST=front_libmilter
tests_unit_test_front_libmilter_LDADD = $(front_test_libs)
tests_unit_test_front_libmilter_life_SOURCES = $(tests_unit_test_front_event_life_SOURCES)
tests_unit_test_front_libmilter_life_CPPFLAGS = $(tests_unit_test_front_libmilter_CPPFLAGS)
tests_unit_test_front_libmilter_life_LDADD = $(front_test_libs)

if LIBMILTER
noinst_LIBRARIES += milter/front/libmilter/libfrontlibmilter.a
libmilter_libs = milter/front/libmilter/libfrontlibmilter.a $(MILTER_LIBS)
libmilter_tests += tests/unit/test_front_libmilter tests/unit/test_front_libmilter_life
else
EXTRA_LIBRARIES += milter/front/libmilter/libfrontlibmilter.a
endif

# The scenarios and the tests with real MTAs, without those that only the other front end passes;
# and the scenarios of this one alone.
libmilter_scenarios = $(call found,tests/scenario/libmilter/*.scn)
EXTRA_DIST += $(libmilter_scenarios)
.PHONY: check-libmilter
check-libmilter: all
	$(AM_V_at)MG_FRONT_END=libmilter; export MG_FRONT_END; $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS="$(e2e_tests) $(libmilter_scenarios) \
			`cd $(srcdir) && grep -L '^needs event' $(scenario_tests) | tr '\n' ' '`"
