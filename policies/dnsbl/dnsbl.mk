# SPDX-License-Identifier: BSD-2-Clause
# The policy "dnsbl": an archive for the daemon and for its test, or a module; its manual page.

dnsbl_sources = \
	policies/dnsbl/dnsbl.c policies/dnsbl/dnsbl.h \
	policies/dnsbl/dnsbl_conf.c \
	policies/dnsbl/dnsbl_watch.c \
	policies/shared/mapped.h policies/shared/public.h

policies_dnsbl_libdnsbl_a_SOURCES = $(dnsbl_sources)
policies_dnsbl_libdnsbl_a_CPPFLAGS = $(AM_CPPFLAGS) -DMG_BUILTIN=dnsbl
if POLICY_DNSBL_BUILTIN
noinst_LIBRARIES += policies/dnsbl/libdnsbl.a
policy_libs += policies/dnsbl/libdnsbl.a
else
EXTRA_LIBRARIES += policies/dnsbl/libdnsbl.a
endif

if POLICY_DNSBL_MODULE
pkglib_LTLIBRARIES += policies/dnsbl/dnsbl.la
policies_dnsbl_dnsbl_la_SOURCES = $(dnsbl_sources)
policies_dnsbl_dnsbl_la_CFLAGS = $(MODULE_CFLAGS)
policies_dnsbl_dnsbl_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_dnsbl tests/policies/test_dnsbl_watch
tests_policies_test_dnsbl_SOURCES = tests/policies/test_dnsbl.c tests/policies/dnsbl_help.h
tests_policies_test_dnsbl_LDADD = policies/dnsbl/libdnsbl.a $(policy_test_libs)
tests_policies_test_dnsbl_watch_SOURCES = tests/policies/test_dnsbl_watch.c \
	tests/policies/dnsbl_help.h
tests_policies_test_dnsbl_watch_LDADD = policies/dnsbl/libdnsbl.a $(policy_test_libs)

EXTRA_DIST += policies/dnsbl/dnsbl.man.in
CLEANFILES += policies/dnsbl/millgate-dnsbl.5
if !POLICY_DNSBL_OUT
man_MANS += policies/dnsbl/millgate-dnsbl.5
documented_libs += policies/dnsbl/libdnsbl.a
endif
policies/dnsbl/millgate-dnsbl.5: policies/dnsbl/dnsbl.man.in milter/millgate-keys$(EXEEXT)
	$(make_page)
