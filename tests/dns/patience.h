/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time in tests. Where a test can, it tells right from wrong by what comes and how often, not by when. Where it cannot,
 * the limit is seconds away from both: a machine may be busy with something else.
 */
#ifndef MG_PATIENCE_H
#define MG_PATIENCE_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static inline int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline int64_t now_ms(void)
{
	return now_us() / 1000;
}

/* Watched by valgrind: no limit holds. */
static inline bool is_slow(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

/* How much longer all takes under a sanitizer. */
static inline int patience(void)
{
	const char *sanitizer = getenv("MG_SANITIZER");

	return sanitizer && *sanitizer && strcmp(sanitizer, "no") != 0 ? 3 : 1;
}

#define ck_assert_took_lt(took, most)                               \
	do {                                                        \
		const long long took_ = (took);                     \
		if (!is_slow())                                     \
			ck_assert_int_lt(took_, (most)*patience()); \
	} while (0)

/* For what comes soon, on any thread: a look each 5 ms, for half a minute. */
#define ck_await(condition)                                                   \
	do {                                                                  \
		for (int looks_ = 0; looks_ < 6000 && !(condition); looks_++) \
			usleep(5000);                                         \
		ck_assert(condition);                                         \
	} while (0)

#endif
