/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting in Check tests; machine.h says how tests deal with time. */
#ifndef MG_PATIENCE_H
#define MG_PATIENCE_H

#include <check.h>

#include "machine.h"

/* Looks each 5 ms, as often as fits into so many ms. Whether the condition became true. */
#define ck_await_ms(condition, ms)                                                       \
	do {                                                                             \
		struct machine_wait wait_ = machine_wait(ms);                            \
		char report_[240];                                                       \
                                                                                         \
		while (!(condition))                                                     \
			if (!machine_pause(&wait_, 5))                                   \
				ck_abort_msg("not \"%s\": %s", #condition,               \
					     machine_report(&wait_, getpid(), report_)); \
	} while (0)

/* For events that come soon, on any thread. */
#define ck_await(condition) ck_await_ms(condition, PATIENCE_MS)

/* For computations: processor time of this thread, which other processes do not use up. */
static inline int64_t cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Not checked under instrumentation. */
#define ck_assert_cpu_lt(used_ms, most_ms)                  \
	do {                                                \
		const long long used_ = (used_ms);          \
		if (!machine_is_instrumented())             \
			ck_assert_int_lt(used_, (most_ms)); \
	} while (0)

#endif
