# SPDX-License-Identifier: BSD-2-Clause
# The policy "sender-domain": an archive for the daemon and for its test, or a module; its manual
# page.

sender_domain_sources = \
	policies/sender-domain/sender_domain.c \
	policies/shared/mapped.h policies/shared/public.h

policies_sender_domain_libsender_domain_a_SOURCES = $(sender_domain_sources)
policies_sender_domain_libsender_domain_a_CPPFLAGS = $(AM_CPPFLAGS) -DMG_BUILTIN=sender_domain
if POLICY_SENDER_DOMAIN_BUILTIN
noinst_LIBRARIES += policies/sender-domain/libsender_domain.a
policy_libs += policies/sender-domain/libsender_domain.a
else
EXTRA_LIBRARIES += policies/sender-domain/libsender_domain.a
endif

if POLICY_SENDER_DOMAIN_MODULE
pkglib_LTLIBRARIES += policies/sender-domain/sender-domain.la
policies_sender_domain_sender_domain_la_SOURCES = $(sender_domain_sources)
policies_sender_domain_sender_domain_la_CFLAGS = $(MODULE_CFLAGS)
policies_sender_domain_sender_domain_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_sender_domain
tests_policies_test_sender_domain_LDADD = policies/sender-domain/libsender_domain.a \
	$(policy_test_libs)

EXTRA_DIST += policies/sender-domain/sender-domain.man.in
CLEANFILES += policies/sender-domain/millgate-sender-domain.5
if !POLICY_SENDER_DOMAIN_OUT
man_MANS += policies/sender-domain/millgate-sender-domain.5
documented_libs += policies/sender-domain/libsender_domain.a
endif
policies/sender-domain/millgate-sender-domain.5: policies/sender-domain/sender-domain.man.in \
	milter/millgate-keys$(EXEEXT)
	$(make_page)
