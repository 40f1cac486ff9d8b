# SPDX-License-Identifier: BSD-2-Clause
# Check programs, and tests of the build. By default a program is its one source file, linked with
# the core.

build_tests = $(call found,tests/unit/*.sh)

unit_tests = \
	tests/unit/test_agreement \
	tests/unit/test_answer \
	tests/unit/test_arena \
	tests/unit/test_call \
	tests/unit/test_check \
	tests/unit/test_conf \
	tests/unit/test_dialogue \
	tests/unit/test_dns_answers \
	tests/unit/test_dns_cache \
	tests/unit/test_dns_call \
	tests/unit/test_dns_faults \
	tests/unit/test_dns_late \
	tests/unit/test_dns_life \
	tests/unit/test_dns_message \
	tests/unit/test_dns_name \
	tests/unit/test_dns_resolvconf \
	tests/unit/test_dns_settings \
	tests/unit/test_dns_time \
	tests/unit/test_dns_walk \
	tests/unit/test_domain \
	tests/unit/test_errors \
	tests/unit/test_field \
	tests/unit/test_front_event \
	tests/unit/test_front_event_life \
	tests/unit/test_front_event_limits \
	tests/unit/test_front_event_silent \
	tests/unit/test_front_socket \
	tests/unit/test_host \
	tests/unit/test_items \
	tests/unit/test_keep \
	tests/unit/test_log \
	tests/unit/test_log_sinks \
	tests/unit/test_macros \
	tests/unit/test_mail \
	tests/unit/test_memory \
	tests/unit/test_packet \
	tests/unit/test_pidfile \
	tests/unit/test_plan \
	tests/unit/test_readings \
	tests/unit/test_registry \
	tests/unit/test_reply \
	tests/unit/test_session \
	tests/unit/test_snapshot \
	tests/unit/test_table_entries \
	tests/unit/test_table_files \
	tests/unit/test_table_limits \
	tests/unit/test_table_postfix \
	tests/unit/test_table_sources \
	tests/unit/test_table_threads \
	tests/unit/test_text \
	tests/unit/test_utf8 \
	tests/unit/test_workers \
	tests/mta/test_mta \
	$(libmilter_tests)

unit_headers = \
	tests/unit/errors_help.h \
	tests/unit/folder.h \
	tests/unit/json_help.h \
	tests/unit/log_help.h \
	tests/unit/run.h \
	tests/unit/table_help.h
EXTRA_DIST += $(unit_headers)
LDADD = milter/daemon/libdaemon.a milter/front/libfront.a $(core_libs) $(JANSSON_LIBS) $(CHECK_LIBS)

# The front ends over a fake session, linked with only those parts of the core that they use.
session_test_sources = tests/unit/session_help.c tests/unit/session_help.h
front_test_sources = $(session_test_sources) tests/unit/front_help.c tests/unit/front_help.h
front_test_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests/mta $(MILTER_CFLAGS)
front_test_libs = $(mta_lib) $(front_libs) $(core_archives) $(core_deps) $(CHECK_LIBS)
tests_unit_test_front_event_SOURCES = tests/unit/test_front.c $(front_test_sources)
tests_unit_test_front_event_CPPFLAGS = $(front_test_cppflags) -DFRONT_UNDER_TEST=front_event
tests_unit_test_front_event_LDADD = $(front_test_libs)
tests_unit_test_front_event_life_SOURCES = tests/unit/test_front_life.c $(front_test_sources)
tests_unit_test_front_event_life_CPPFLAGS = $(tests_unit_test_front_event_CPPFLAGS)
tests_unit_test_front_event_life_LDADD = $(front_test_libs)
tests_unit_test_front_event_limits_SOURCES = tests/unit/test_front_limits.c $(front_test_sources)
tests_unit_test_front_event_limits_CPPFLAGS = $(tests_unit_test_front_event_CPPFLAGS)
tests_unit_test_front_event_limits_LDADD = $(front_test_libs)
tests_unit_test_front_event_silent_SOURCES = tests/unit/test_front_silent.c $(front_test_sources)
tests_unit_test_front_event_silent_CPPFLAGS = $(tests_unit_test_front_event_CPPFLAGS)
tests_unit_test_front_event_silent_LDADD = $(front_test_libs)
tests_unit_test_dialogue_SOURCES = tests/unit/test_dialogue.c tests/unit/dialogue_help.c \
	tests/unit/dialogue_help.h \
	$(session_test_sources)
tests_unit_test_dialogue_LDADD = milter/front/libfront.a $(core_archives) $(core_deps) $(CHECK_LIBS)

tests_unit_test_check_SOURCES = tests/unit/test_check.c tests/unit/check_as_configured.c \
	tests/unit/check_as_configured.h

# The DNS service over a server with faults, and over the stub resolver.
dns_test_sources = tests/unit/dns_help.c tests/unit/dns_help.h
dns_test_libs = $(dns_lib) $(core_libs) $(CHECK_LIBS)
tests_unit_test_dns_answers_SOURCES = tests/unit/test_dns_answers.c $(dns_test_sources)
tests_unit_test_dns_answers_LDADD = $(dns_test_libs)
tests_unit_test_dns_faults_SOURCES = tests/unit/test_dns_faults.c $(dns_test_sources)
tests_unit_test_dns_faults_LDADD = $(dns_test_libs)
tests_unit_test_dns_late_SOURCES = tests/unit/test_dns_late.c $(dns_test_sources)
tests_unit_test_dns_late_LDADD = $(dns_test_libs)
tests_unit_test_dns_life_SOURCES = tests/unit/test_dns_life.c $(dns_test_sources)
tests_unit_test_dns_life_LDADD = $(dns_test_libs)
tests_unit_test_dns_resolvconf_SOURCES = tests/unit/test_dns_resolvconf.c $(dns_test_sources)
tests_unit_test_dns_resolvconf_LDADD = $(dns_test_libs)
tests_unit_test_dns_time_SOURCES = tests/unit/test_dns_time.c $(dns_test_sources)
tests_unit_test_dns_time_LDADD = $(dns_test_libs)
tests_unit_test_dns_call_LDADD = $(dns_test_libs)
tests_unit_test_dns_walk_LDADD = $(dns_test_libs)
