# SPDX-License-Identifier: BSD-2-Clause
# The core (all but main and the front ends), the daemon, and the program that completes manuals.

noinst_LIBRARIES += milter/libmillgate.a
milter_libmillgate_a_CPPFLAGS = $(AM_CPPFLAGS) $(MG_PATHS) \
	$(PCRE2_CFLAGS) $(IDN2_CFLAGS) $(UNISTRING_CFLAGS) $(CARES_CFLAGS)
milter_libmillgate_a_SOURCES = \
	milter/action.c milter/action.h \
	milter/agreement.c milter/agreement.h \
	milter/answer.c milter/answer.h \
	milter/arena.c milter/arena.h \
	milter/call.c milter/call.h \
	milter/class.c milter/class.h \
	milter/condition.c milter/condition.h \
	milter/conf.c milter/conf.h \
	milter/conf_lex.c milter/conf_lex.h \
	milter/dialogue.c milter/dialogue.h \
	milter/dns.c milter/dns.h \
	milter/dns_answer.c milter/dns_answer.h \
	milter/dns_block.c milter/dns_block.h \
	milter/dns_cache.c milter/dns_cache.h \
	milter/dns_call.c milter/dns_call.h \
	milter/dns_engine.c milter/dns_engine.h \
	milter/dns_job.c milter/dns_job.h \
	milter/dns_message.c milter/dns_message.h \
	milter/dns_name.c milter/dns_name.h \
	milter/dns_resolvconf.c milter/dns_resolvconf.h \
	milter/dns_servers.c milter/dns_servers.h \
	milter/dns_settings.c milter/dns_settings.h \
	milter/dns_wait.c \
	milter/dns_walk.c \
	milter/domain.c milter/domain.h \
	milter/domain_mail.c \
	milter/errors.c milter/errors.h \
	milter/needs.h \
	milter/front_end.h \
	milter/front_socket.c milter/front_socket.h \
	milter/host.c milter/host.h \
	milter/identity.c milter/identity.h \
	milter/instance.c milter/instance.h \
	milter/items.c milter/items.h \
	milter/journal.c milter/journal.h \
	milter/line.c milter/line.h \
	milter/listen.c milter/listen.h \
	milter/log.c milter/log.h \
	milter/log_record.c milter/log_record.h \
	milter/log_sink.c milter/log_sink.h \
	milter/macros.c milter/macros.h \
	milter/match.c milter/match.h \
	milter/opening.c milter/opening.h \
	milter/packet.c milter/packet.h \
	milter/pidfile.c milter/pidfile.h \
	milter/pipeline.c milter/pipeline.h \
	milter/plan.c milter/plan.h \
	milter/pool.c milter/pool.h \
	milter/registry.c milter/registry.h \
	milter/registry_elf.c \
	milter/protocol.h \
	milter/render.c milter/render.h \
	milter/reply.c milter/reply.h \
	milter/session.c milter/session.h \
	milter/settings.c milter/settings.h \
	milter/snapshot.c milter/snapshot.h \
	milter/state.c milter/state.h \
	milter/table.c milter/table.h \
	milter/table_address.c milter/table_address.h \
	milter/table_cidr.c \
	milter/table_file.c milter/table_file.h \
	milter/table_hash.c milter/table_hash.h \
	milter/table_networks.c \
	milter/table_pcre.c \
	milter/table_plain.c \
	milter/table_regex.c milter/table_regex.h \
	milter/table_source.h \
	milter/table_template.c milter/table_template.h \
	milter/table_texthash.c \
	milter/table_words.c \
	milter/text.c milter/text.h \
	milter/utf8.c milter/utf8.h

# Modules may call every mg_* function, also those that nothing here calls: so the daemon is linked
# with the whole archive (MG_WHOLE_CORE). It is named a second time for make, which cannot see it
# inside the linker's option.
core_libs = @MG_WHOLE_CORE@ $(policy_libs) milter/libmillgate.a $(core_deps)
core_deps = $(PCRE2_LIBS) $(IDN2_LIBS) $(UNISTRING_LIBS) $(CARES_LIBS) $(SPF2_LIBS) $(DL_LIBS)

sbin_PROGRAMS += milter/millgated
milter_millgated_SOURCES = \
	milter/daemon.c milter/daemon.h \
	milter/front_conns.c milter/front_conns.h \
	milter/front_event.c \
	milter/front_libmilter.c \
	milter/main.c \
	milter/workers.c milter/workers.h
milter_millgated_CPPFLAGS = $(AM_CPPFLAGS) $(MG_PATHS) $(MILTER_CFLAGS)
milter_millgated_LDFLAGS = $(AM_LDFLAGS) -Wl,--dynamic-list=$(srcdir)/milter/exports.list
milter_millgated_LDADD = $(core_libs) $(MILTER_LIBS)
EXTRA_milter_millgated_DEPENDENCIES = milter/exports.list
EXTRA_DIST += milter/exports.list

noinst_PROGRAMS += milter/millgate-keys
milter_millgate_keys_SOURCES = milter/keys.c milter/registry.c
milter_millgate_keys_CPPFLAGS = $(AM_CPPFLAGS) $(MG_PATHS) -DMG_KEYS
milter_millgate_keys_LDADD = $(documented_libs) milter/libmillgate.a $(core_deps)

DISTCLEANFILES = milter/builtin.h
