# SPDX-License-Identifier: BSD-2-Clause
# Memory, messages with their place, the log, names and addresses in the form that is compared.

noinst_LIBRARIES += milter/base/libbase.a
milter_base_libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(IDN2_CFLAGS) $(UNISTRING_CFLAGS)
milter_base_libbase_a_SOURCES = \
	milter/base/arena.c milter/base/arena.h \
	milter/base/array.c milter/base/array.h \
	milter/base/ascii.c milter/base/ascii.h \
	milter/base/check.c milter/base/check.h \
	milter/base/clock.c milter/base/clock.h \
	milter/base/counters.c milter/base/counters.h \
	milter/base/domain.c milter/base/domain.h \
	milter/base/errors.c milter/base/errors.h \
	milter/base/extension.c milter/base/extension.h \
	milter/base/field.c milter/base/field.h \
	milter/base/line.c milter/base/line.h \
	milter/base/listen.c milter/base/listen.h \
	milter/base/log.c milter/base/log.h \
	milter/base/log_counters.c milter/base/log_counters.h \
	milter/base/log_level.c milter/base/log_level.h \
	milter/base/log_record.c milter/base/log_record.h \
	milter/base/log_sink.c milter/base/log_sink.h \
	milter/base/mail.c milter/base/mail.h \
	milter/base/memory.c milter/base/memory.h \
	milter/base/punycode.c milter/base/punycode.h \
	milter/base/read.c milter/base/read.h \
	milter/base/sanitizer.h \
	milter/base/service.h \
	milter/base/utf8.c milter/base/utf8.h
