# SPDX-License-Identifier: BSD-2-Clause
# Reloads under load, with the real daemon.

reload_tests = tests/reload/busy
tests_reload_busy_SOURCES = tests/reload/busy.c \
	tests/reload/clients.c tests/reload/clients.h \
	tests/reload/process.c tests/reload/process.h \
	tests/bench/dialogue.c tests/bench/dialogue.h \
	tests/bench/hist.c tests/bench/hist.h
tests_reload_busy_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS)
tests_reload_busy_LDADD = $(mta_lib) $(dns_lib)
