# SPDX-License-Identifier: BSD-2-Clause
# The policy "rdns": an archive for the daemon and for its test, or a module; its manual page.

rdns_sources = \
	policies/rdns/rdns.c policies/rdns/rdns.h \
	policies/rdns/rdns_generic.c \
	policies/shared/client.h policies/shared/mapped.h policies/shared/public.h

policies_rdns_librdns_a_SOURCES = $(rdns_sources)
policies_rdns_librdns_a_CPPFLAGS = $(AM_CPPFLAGS) -DMG_BUILTIN=rdns
if POLICY_RDNS_BUILTIN
noinst_LIBRARIES += policies/rdns/librdns.a
policy_libs += policies/rdns/librdns.a
else
EXTRA_LIBRARIES += policies/rdns/librdns.a
endif

if POLICY_RDNS_MODULE
pkglib_LTLIBRARIES += policies/rdns/rdns.la
policies_rdns_rdns_la_SOURCES = $(rdns_sources)
policies_rdns_rdns_la_CFLAGS = $(MODULE_CFLAGS)
policies_rdns_rdns_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_rdns
tests_policies_test_rdns_LDADD = policies/rdns/librdns.a $(policy_test_libs)

EXTRA_DIST += policies/rdns/rdns.man.in
CLEANFILES += policies/rdns/millgate-rdns.5
if !POLICY_RDNS_OUT
man_MANS += policies/rdns/millgate-rdns.5
documented_libs += policies/rdns/librdns.a
endif
policies/rdns/millgate-rdns.5: policies/rdns/rdns.man.in milter/millgate-keys$(EXEEXT)
	$(make_page)
