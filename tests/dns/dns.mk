# SPDX-License-Identifier: BSD-2-Clause
# DNS for tests: a resolver with canned answers, and a server with faults.

dns_lib = tests/dns/libdnstest.a
tests_dns_libdnstest_a_SOURCES = \
	tests/dns/machine.h tests/dns/patience.h \
	tests/dns/reply.c tests/dns/reply.h \
	tests/dns/server.c tests/dns/server.h \
	tests/dns/stub.c tests/dns/stub.h

dns_server = tests/dns/dns_server
tests_dns_dns_server_LDADD = $(dns_lib)
