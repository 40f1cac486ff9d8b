# SPDX-License-Identifier: BSD-2-Clause
# End to end with a real Postfix, and a real Sendmail (root only).

e2e_tests = $(filter-out %/e2e.sh,$(call found,tests/e2e/*.sh))
EXTRA_DIST += tests/e2e/e2e.sh tests/e2e/address_forms.pl

# A policy that reports a result at a configured stage: in tests/e2e/.libs.
tests_e2e_stages_la_SOURCES = tests/e2e/stages.c
tests_e2e_stages_la_CFLAGS = $(MODULE_CFLAGS)
tests_e2e_stages_la_LDFLAGS = $(MODULE_LDFLAGS) -rpath /nowhere
