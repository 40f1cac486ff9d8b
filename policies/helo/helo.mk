# SPDX-License-Identifier: BSD-2-Clause
# The policy "helo": an archive for the daemon and for its test, or a module; its manual page.

helo_sources = policies/helo/helo.c policies/helo/helo_resolve.c policies/helo/helo.h \
	policies/shared/ascii.h policies/shared/client.h policies/shared/mapped.h \
	policies/shared/public.h

policies_helo_libhelo_a_SOURCES = $(helo_sources)
policies_helo_libhelo_a_CPPFLAGS = $(AM_CPPFLAGS) -DMG_BUILTIN=helo
if POLICY_HELO_BUILTIN
noinst_LIBRARIES += policies/helo/libhelo.a
policy_libs += policies/helo/libhelo.a
else
EXTRA_LIBRARIES += policies/helo/libhelo.a
endif

if POLICY_HELO_MODULE
pkglib_LTLIBRARIES += policies/helo/helo.la
policies_helo_helo_la_SOURCES = $(helo_sources)
policies_helo_helo_la_CFLAGS = $(MODULE_CFLAGS)
policies_helo_helo_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_helo
tests_policies_test_helo_LDADD = policies/helo/libhelo.a $(policy_test_libs)

EXTRA_DIST += policies/helo/helo.man.in
CLEANFILES += policies/helo/millgate-helo.5
if !POLICY_HELO_OUT
man_MANS += policies/helo/millgate-helo.5
documented_libs += policies/helo/libhelo.a
endif
policies/helo/millgate-helo.5: policies/helo/helo.man.in milter/millgate-keys$(EXEEXT)
	$(make_page)
