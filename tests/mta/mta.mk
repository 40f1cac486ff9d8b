# SPDX-License-Identifier: BSD-2-Clause
# The MTA's side of the milter protocol, for unit tests, scenarios and benchmark.

mta_lib = tests/mta/libmta.a
tests_mta_libmta_a_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS)
tests_mta_libmta_a_SOURCES = \
	tests/mta/address.c \
	tests/mta/macros.c \
	tests/mta/mta.c tests/mta/mta.h \
	tests/mta/negotiate.c \
	tests/mta/reply.c \
	tests/mta/wire.c tests/mta/wire.h

tests_mta_test_mta_SOURCES = tests/mta/test_mta.c tests/mta/echo_milter.c tests/mta/echo_milter.h
tests_mta_test_mta_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS)
tests_mta_test_mta_LDADD = $(mta_lib) $(MILTER_LIBS) $(CHECK_LIBS)
