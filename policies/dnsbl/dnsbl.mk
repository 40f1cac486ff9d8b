# SPDX-License-Identifier: BSD-2-Clause
# The policy "dnsbl".

dnsbl_sources = \
	policies/dnsbl/dnsbl.c policies/dnsbl/dnsbl.h policies/dnsbl/dnsbl_conf.c \
	policies/dnsbl/dnsbl_watch.c
policies_libpolicies_a_SOURCES += $(dnsbl_sources)

if POLICY_DNSBL_MODULE
pkglib_LTLIBRARIES += policies/dnsbl/dnsbl.la
policies_dnsbl_dnsbl_la_SOURCES = $(dnsbl_sources)
policies_dnsbl_dnsbl_la_CFLAGS = $(MODULE_CFLAGS)
policies_dnsbl_dnsbl_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_dnsbl tests/policies/test_dnsbl_watch
tests_policies_test_dnsbl_LDADD = $(policy_test_libs)
tests_policies_test_dnsbl_watch_LDADD = $(policy_test_libs)
