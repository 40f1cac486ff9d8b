# SPDX-License-Identifier: BSD-2-Clause
# The policy "headers".

headers_sources = \
	policies/headers/headers.c policies/headers/headers_from.c \
	policies/headers/headers_from.h
policies_libpolicies_a_SOURCES += $(headers_sources)

if POLICY_HEADERS_MODULE
pkglib_LTLIBRARIES += policies/headers/headers.la
policies_headers_headers_la_SOURCES = $(headers_sources)
policies_headers_headers_la_CFLAGS = $(MODULE_CFLAGS)
policies_headers_headers_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_headers
tests_policies_test_headers_LDADD = $(policy_test_libs)
