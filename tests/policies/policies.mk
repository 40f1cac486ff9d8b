# SPDX-License-Identifier: BSD-2-Clause
# Unit tests of policies. The fragments of the policies fill policies_tests.

check_fake_host = tests/policies/libfakehost.a
tests_policies_libfakehost_a_SOURCES = tests/policies/fake_host.c tests/policies/fake_host.h \
	tests/policies/fake_call.c tests/policies/fake_state.h \
	tests/policies/policy_help.h tests/policies/dnsbl_help.h tests/policies/spf_help.h \
	tests/dns/stub.c tests/dns/stub.h

# The fake host has the mg_* functions, so the core's must not be linked: no MG_WHOLE_CORE here.
policy_test_libs = $(policy_libs) $(check_fake_host) $(core_archives) $(core_deps) $(CHECK_LIBS)
