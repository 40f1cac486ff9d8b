# SPDX-License-Identifier: BSD-2-Clause
# The policy "headers": an archive for the daemon and for its test, or a module; its manual page.

headers_sources = \
	policies/headers/headers.c \
	policies/headers/headers_from.c policies/headers/headers_from.h \
	policies/shared/ascii.h policies/shared/mapped.h

policies_headers_libheaders_a_SOURCES = $(headers_sources)
policies_headers_libheaders_a_CPPFLAGS = $(AM_CPPFLAGS) -DMG_BUILTIN=headers
if POLICY_HEADERS_BUILTIN
noinst_LIBRARIES += policies/headers/libheaders.a
policy_libs += policies/headers/libheaders.a
else
EXTRA_LIBRARIES += policies/headers/libheaders.a
endif

if POLICY_HEADERS_MODULE
pkglib_LTLIBRARIES += policies/headers/headers.la
policies_headers_headers_la_SOURCES = $(headers_sources)
policies_headers_headers_la_CFLAGS = $(MODULE_CFLAGS)
policies_headers_headers_la_LDFLAGS = $(MODULE_LDFLAGS)
endif

policies_tests += tests/policies/test_headers
tests_policies_test_headers_LDADD = policies/headers/libheaders.a $(policy_test_libs)

EXTRA_DIST += policies/headers/headers.man.in
CLEANFILES += policies/headers/millgate-headers.5
if !POLICY_HEADERS_OUT
man_MANS += policies/headers/millgate-headers.5
documented_libs += policies/headers/libheaders.a
endif
policies/headers/millgate-headers.5: policies/headers/headers.man.in milter/millgate-keys$(EXEEXT)
	$(make_page)
