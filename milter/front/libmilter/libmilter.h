/* SPDX-License-Identifier: BSD-2-Clause */
/* The front end on libmilter. */
#ifndef MG_FRONT_LIBMILTER_H
#define MG_FRONT_LIBMILTER_H

#include "front/front.h"

/*
 * It replaces sigwait(3) in the whole process (use sigwaitinfo(2)) and the library's mi_rd_cmd(),
 * uses URG for itself, and opens syslog(3), the only place where libmilter says anything.
 */
extern const struct front_end front_libmilter;

#endif
