# SPDX-License-Identifier: BSD-2-Clause
# The policy "size".

size_sources = policies/size/size.c
policies_libpolicies_a_SOURCES += $(size_sources)

if POLICY_SIZE_MODULE
pkglib_LTLIBRARIES += policies/size/size.la
policies_size_size_la_SOURCES = $(size_sources)
policies_size_size_la_CFLAGS = $(MODULE_CFLAGS)
policies_size_size_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_size
tests_policies_test_size_LDADD = $(policy_test_libs)
