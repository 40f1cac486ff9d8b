# SPDX-License-Identifier: BSD-2-Clause
# Programs beside the daemon: the one that completes manual pages from the tables in the code.

noinst_PROGRAMS += milter/millgate-keys
milter_millgate_keys_SOURCES = milter/tools/keys.c milter/config/registry.c
milter_millgate_keys_CPPFLAGS = $(AM_CPPFLAGS) $(MG_PATHS) -DMG_KEYS
milter_millgate_keys_LDADD = $(policy_libs) $(core_archives) $(core_deps)
