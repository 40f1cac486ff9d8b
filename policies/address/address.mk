# SPDX-License-Identifier: BSD-2-Clause
# The policy "address".

address_sources = policies/address/address.c
policies_libpolicies_a_SOURCES += $(address_sources)

if POLICY_ADDRESS_MODULE
pkglib_LTLIBRARIES += policies/address/address.la
policies_address_address_la_SOURCES = $(address_sources)
policies_address_address_la_CFLAGS = $(MODULE_CFLAGS)
policies_address_address_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_address
tests_policies_test_address_LDADD = $(policy_test_libs)
