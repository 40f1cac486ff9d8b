# SPDX-License-Identifier: BSD-2-Clause
# From the file to a checked, constant snapshot; policy types.

noinst_LIBRARIES += milter/config/libconfig.a
milter_config_libconfig_a_CPPFLAGS = $(AM_CPPFLAGS) $(MG_PATHS)
milter_config_libconfig_a_SOURCES = \
	milter/config/action.c milter/config/action.h \
	milter/config/claims.c milter/config/claims.h \
	milter/config/class.c milter/config/class.h \
	milter/config/condition.c milter/config/condition.h \
	milter/config/conf.c milter/config/conf.h \
	milter/config/dns_block.c milter/config/dns_block.h \
	milter/config/idle.c milter/config/idle.h \
	milter/config/instance.h \
	milter/config/instance_read.c milter/config/instance_read.h \
	milter/config/items.c milter/config/items.h \
	milter/config/items_values.c \
	milter/config/keep.c milter/config/keep.h \
	milter/config/lex.c milter/config/lex.h \
	milter/config/load.c milter/config/load.h \
	milter/config/needs.h \
	milter/config/opening.c milter/config/opening.h \
	milter/config/plan.c milter/config/plan.h \
	milter/config/plan_needs.c milter/config/plan_needs.h \
	milter/config/registry.c milter/config/registry.h \
	milter/config/registry_adopt.c \
	milter/config/registry_check.c \
	milter/config/registry_elf.c \
	milter/config/restart.c milter/config/restart.h \
	milter/config/settings.c milter/config/settings.h \
	milter/config/snapshot.c milter/config/snapshot.h \
	milter/config/text.c milter/config/text.h
