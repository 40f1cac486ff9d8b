/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps from libmilter what it cannot read. */
#ifndef MG_FRONT_LIBMILTER_GUARD_H
#define MG_FRONT_LIBMILTER_GUARD_H

struct log;

/* Before the library reads anything; once. The log says what was kept from it. */
void guard_init(struct log *log);

#endif
