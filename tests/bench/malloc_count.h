/* SPDX-License-Identifier: BSD-2-Clause */
/* The file in which malloc_count.so keeps its counters. */
#ifndef BENCH_MALLOC_COUNT_H
#define BENCH_MALLOC_COUNT_H

#include <stdatomic.h>

struct malloc_count {
	_Atomic unsigned long long
		calls; /* of malloc, calloc, realloc and their aligned relatives */
	_Atomic unsigned long long bytes; /* bytes that were asked for */
};

#endif
