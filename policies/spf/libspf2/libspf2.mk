# SPDX-License-Identifier: BSD-2-Clause
# The engine libspf2 of the policy "spf"; configure can leave it out (--without-libspf2).

libspf2_sources = \
	policies/spf/libspf2/libspf2.c \
	policies/spf/libspf2/rewrite.c policies/spf/libspf2/rewrite.h
libspf2_suite_tests = policies/spf/libspf2/conformance.sh
EXTRA_DIST += $(libspf2_sources) $(libspf2_suite_tests)
if SPF2
spf_sources += $(libspf2_sources)
spf_libs += $(SPF2_LIBS)
policy_deps += $(SPF2_LIBS)
spf_suite_tests += $(libspf2_suite_tests)
endif
