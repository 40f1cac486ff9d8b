# SPDX-License-Identifier: BSD-2-Clause
# The DNS service.

noinst_LIBRARIES += milter/dns/libdns.a
milter_dns_libdns_a_CPPFLAGS = $(AM_CPPFLAGS) $(CARES_CFLAGS)
milter_dns_libdns_a_SOURCES = \
	milter/dns/answer.c milter/dns/answer.h \
	milter/dns/cache.c milter/dns/cache.h \
	milter/dns/dns.c milter/dns/dns.h \
	milter/dns/engine.c milter/dns/engine.h \
	milter/dns/health.c milter/dns/health.h \
	milter/dns/query.c milter/dns/query.h \
	milter/dns/message.c milter/dns/message.h \
	milter/dns/name.c milter/dns/name.h \
	milter/dns/resolvconf.c milter/dns/resolvconf.h \
	milter/dns/servers.c milter/dns/servers.h \
	milter/dns/service.c milter/dns/service.h \
	milter/dns/settings.c milter/dns/settings.h \
	milter/dns/wait.c milter/dns/wait.h \
	milter/dns/waiter.h \
	milter/dns/walk.c milter/dns/walk.h
