/* SPDX-License-Identifier: BSD-2-Clause */
/* Upper limits of time in tests: they hold for nobody who is watched by valgrind. */
#ifndef MG_PATIENCE_H
#define MG_PATIENCE_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool is_slow(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

#define ck_assert_took_lt(took, most)                    \
	do {                                             \
		const long long took_ = (took);          \
		if (!is_slow())                          \
			ck_assert_int_lt(took_, (most)); \
	} while (0)

#endif
