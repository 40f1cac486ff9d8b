# SPDX-License-Identifier: BSD-2-Clause
# The policy "sender-domain".

sender_domain_sources = policies/sender-domain/sender_domain.c
policies_libpolicies_a_SOURCES += $(sender_domain_sources)

if POLICY_SENDER_DOMAIN_MODULE
pkglib_LTLIBRARIES += policies/sender-domain/sender-domain.la
policies_sender_domain_sender_domain_la_SOURCES = $(sender_domain_sources)
policies_sender_domain_sender_domain_la_CFLAGS = $(MODULE_CFLAGS)
policies_sender_domain_sender_domain_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_sender_domain
tests_policies_test_sender_domain_LDADD = $(policy_test_libs)
