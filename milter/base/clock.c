/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, read in microseconds. */
#include <config.h>

#include "base/clock.h"

int64_t clock_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_now(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

struct timespec clock_after(int64_t us)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_sec += us / 1000000;
	time.tv_nsec += us % 1000000 * 1000;
	if (time.tv_nsec >= 1000000000) {
		time.tv_sec++;
		time.tv_nsec -= 1000000000;
	}
	return time;
}
