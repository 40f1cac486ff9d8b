# SPDX-License-Identifier: BSD-2-Clause
# The examples of the manual pages, each with a message that shows what it does.

examples_tests = $(call found,tests/examples/*.sh)
EXTRA_DIST += $(call found,tests/examples/*.example)
