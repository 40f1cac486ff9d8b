# SPDX-License-Identifier: BSD-2-Clause
# The policy "access".

access_sources = policies/access/access.c \
	policies/access/access_outcome.c policies/access/access_outcome.h
policies_libpolicies_a_SOURCES += $(access_sources)

if POLICY_ACCESS_MODULE
pkglib_LTLIBRARIES += policies/access/access.la
policies_access_access_la_SOURCES = $(access_sources)
policies_access_access_la_CFLAGS = $(MODULE_CFLAGS)
policies_access_access_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_access
tests_policies_test_access_LDADD = $(policy_test_libs)
