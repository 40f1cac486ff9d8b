# SPDX-License-Identifier: BSD-2-Clause
# The policy "helo".

helo_sources = policies/helo/helo.c policies/helo/helo_resolve.c policies/helo/helo.h
policies_libpolicies_a_SOURCES += $(helo_sources)

if POLICY_HELO_MODULE
pkglib_LTLIBRARIES += policies/helo/helo.la
policies_helo_helo_la_SOURCES = $(helo_sources)
policies_helo_helo_la_CFLAGS = $(MODULE_CFLAGS)
policies_helo_helo_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_helo
tests_policies_test_helo_LDADD = $(policy_test_libs)
