# SPDX-License-Identifier: BSD-2-Clause
# The front end on Sendmail's libmilter.

noinst_LIBRARIES += milter/front/libmilter/libfrontlibmilter.a
milter_front_libmilter_libfrontlibmilter_a_CPPFLAGS = $(AM_CPPFLAGS) $(MILTER_CFLAGS)
milter_front_libmilter_libfrontlibmilter_a_SOURCES = \
	milter/front/libmilter/conns.c milter/front/libmilter/conns.h \
	milter/front/libmilter/libmilter.c
