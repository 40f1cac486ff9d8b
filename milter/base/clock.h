/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, read in microseconds. */
#ifndef MG_CLOCK_H
#define MG_CLOCK_H

#include <stdint.h>
#include <time.h>

int64_t clock_read(clockid_t clock);

/* The clock that nobody sets and that never goes backwards: CLOCK_MONOTONIC. */
int64_t clock_now(void);

/* What that clock will show in so many microseconds, not negative: how long to wait for. */
struct timespec clock_after(int64_t us);

#endif
