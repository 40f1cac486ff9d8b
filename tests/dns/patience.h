/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time in tests. Where a test can, it tells right from wrong by what comes and how often, not by when. Where it cannot,
 * the limit is seconds away from both: a machine may be busy with something else.
 */
#ifndef MG_PATIENCE_H
#define MG_PATIENCE_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
