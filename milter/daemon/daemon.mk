# SPDX-License-Identifier: BSD-2-Clause
# The daemon: arguments, start, signals, stop.

noinst_LIBRARIES += milter/daemon/libdaemon.a
milter_daemon_libdaemon_a_CPPFLAGS = $(AM_CPPFLAGS) $(MG_PATHS)
milter_daemon_libdaemon_a_SOURCES = \
	milter/daemon/daemon.c milter/daemon/daemon.h \
	milter/daemon/identity.c milter/daemon/identity.h \
	milter/daemon/pidfile.c milter/daemon/pidfile.h \
	milter/daemon/reload.c milter/daemon/reload.h

sbin_PROGRAMS += milter/millgated
milter_millgated_SOURCES = milter/daemon/main.c
milter_millgated_CPPFLAGS = $(AM_CPPFLAGS) $(MG_PATHS)
milter_millgated_LDFLAGS = $(AM_LDFLAGS) -Wl,--dynamic-list=$(srcdir)/milter/daemon/exports.list
milter_millgated_LDADD = milter/daemon/libdaemon.a $(front_libs) $(core_libs)
EXTRA_milter_millgated_DEPENDENCIES = milter/daemon/exports.list
EXTRA_DIST += milter/daemon/exports.list
