# SPDX-License-Identifier: BSD-2-Clause
# The policy "size": an archive for the daemon and for its test, or a module; its manual page.

size_sources = policies/size/size.c policies/shared/mapped.h

policies_size_libsize_a_SOURCES = $(size_sources)
policies_size_libsize_a_CPPFLAGS = $(AM_CPPFLAGS) -DMG_BUILTIN=size
if POLICY_SIZE_BUILTIN
noinst_LIBRARIES += policies/size/libsize.a
policy_libs += policies/size/libsize.a
else
EXTRA_LIBRARIES += policies/size/libsize.a
endif

if POLICY_SIZE_MODULE
pkglib_LTLIBRARIES += policies/size/size.la
policies_size_size_la_SOURCES = $(size_sources)
policies_size_size_la_CFLAGS = $(MODULE_CFLAGS)
policies_size_size_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_size
tests_policies_test_size_LDADD = policies/size/libsize.a $(policy_test_libs)

EXTRA_DIST += policies/size/size.man.in
CLEANFILES += policies/size/millgate-size.5
if !POLICY_SIZE_OUT
man_MANS += policies/size/millgate-size.5
documented_libs += policies/size/libsize.a
endif
policies/size/millgate-size.5: policies/size/size.man.in milter/millgate-keys$(EXEEXT)
	$(make_page)
