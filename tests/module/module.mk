# SPDX-License-Identifier: BSD-2-Clause
# Tests of modules that misbehave, or were built elsewhere.

module_tests = $(call found,tests/module/*.sh)
module_files = \
	tests/module/bad.c \
	tests/module/misbehaving.scn \
	tests/module/outside.c \
	tests/module/outside-runs.scn
EXTRA_DIST += $(module_files)
