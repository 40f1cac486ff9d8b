# SPDX-License-Identifier: BSD-2-Clause
# The policy "rdns".

rdns_sources = policies/rdns/rdns.c policies/rdns/rdns.h policies/rdns/rdns_generic.c
policies_libpolicies_a_SOURCES += $(rdns_sources)
policy_deps += $(PSL_LIBS)

if POLICY_RDNS_MODULE
pkglib_LTLIBRARIES += policies/rdns/rdns.la
policies_rdns_rdns_la_SOURCES = $(rdns_sources)
policies_rdns_rdns_la_CPPFLAGS = $(AM_CPPFLAGS) $(PSL_CFLAGS)
policies_rdns_rdns_la_CFLAGS = $(MODULE_CFLAGS)
policies_rdns_rdns_la_LDFLAGS = $(MODULE_LDFLAGS)
policies_rdns_rdns_la_LIBADD = $(PSL_LIBS)
endif

policies_tests += tests/policies/test_rdns
tests_policies_test_rdns_LDADD = $(policy_test_libs)
