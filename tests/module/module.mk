# SPDX-License-Identifier: BSD-2-Clause
# Tests of modules that misbehave, or were built elsewhere.

module_tests = $(call found,tests/module/*.sh)
module_files = \
	tests/module/abi/policy-1.h \
	tests/module/bad.c \
	tests/module/declared-facts.scn \
	tests/module/elements.c \
	tests/module/elements.scn.in \
	tests/module/example-runs.scn \
	tests/module/layout.c \
	tests/module/misbehaving.scn \
	tests/module/module-stays.scn \
	tests/module/outside.c \
	tests/module/outside-runs.scn \
	tests/module/undeclared.c \
	tests/module/undeclared-facts.scn
EXTRA_DIST += $(module_files)
