/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps from libmilter what it cannot read. */
#ifndef MG_FRONT_LIBMILTER_GUARD_H
#define MG_FRONT_LIBMILTER_GUARD_H

struct log;

/*
 * Before the library reads anything; once. The log says what was kept from it. -1: the library has
 * no such function that could be guarded.
 */
int guard_init(struct log *log);

#endif
