# SPDX-License-Identifier: BSD-2-Clause
# Lists, and tables in Postfix's formats.

noinst_LIBRARIES += milter/table/libtable.a
milter_table_libtable_a_CPPFLAGS = $(AM_CPPFLAGS) $(PCRE2_CFLAGS)
milter_table_libtable_a_SOURCES = \
	milter/table/address.c milter/table/address.h \
	milter/table/cidr.c \
	milter/table/entry.c milter/table/entry.h \
	milter/table/fault.c milter/table/fault.h \
	milter/table/file.c milter/table/file.h \
	milter/table/hash.c milter/table/hash.h \
	milter/table/key.c milter/table/key.h \
	milter/table/networks.c milter/table/networks.h \
	milter/table/pcre.c \
	milter/table/plain.c \
	milter/table/regex.c milter/table/regex.h \
	milter/table/source.h \
	milter/table/table.c milter/table/table.h \
	milter/table/template.c milter/table/template.h \
	milter/table/texthash.c \
	milter/table/words.c
