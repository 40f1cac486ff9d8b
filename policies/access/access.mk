# SPDX-License-Identifier: BSD-2-Clause
# The policy "access": an archive for the daemon and for its test, or a module; its manual page.

access_sources = policies/access/access.c policies/shared/mapped.h

policies_access_libaccess_a_SOURCES = $(access_sources)
policies_access_libaccess_a_CPPFLAGS = $(AM_CPPFLAGS) -DMG_BUILTIN=access
if POLICY_ACCESS_BUILTIN
noinst_LIBRARIES += policies/access/libaccess.a
policy_libs += policies/access/libaccess.a
else
EXTRA_LIBRARIES += policies/access/libaccess.a
endif

if POLICY_ACCESS_MODULE
pkglib_LTLIBRARIES += policies/access/access.la
policies_access_access_la_SOURCES = $(access_sources)
policies_access_access_la_CFLAGS = $(MODULE_CFLAGS)
policies_access_access_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_access
tests_policies_test_access_LDADD = policies/access/libaccess.a $(policy_test_libs)

EXTRA_DIST += policies/access/access.man.in
CLEANFILES += policies/access/millgate-access.5
if !POLICY_ACCESS_OUT
man_MANS += policies/access/millgate-access.5
documented_libs += policies/access/libaccess.a
endif
policies/access/millgate-access.5: policies/access/access.man.in milter/millgate-keys$(EXEEXT)
	$(make_page)
