/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A histogram of durations, exact to 1/32 (3 %), of constant size, for percentiles of many
 * samples.
 */
#ifndef BENCH_HIST_H
#define BENCH_HIST_H

#include <stdint.h>

#define HIST_SUB 32 /* buckets within a power of two */
#define HIST_BUCKETS (HIST_SUB * 32)

/* All zero is an empty histogram. */
struct hist {
	uint32_t bucket[HIST_BUCKETS];
	uint64_t n;
	uint64_t max;
};

void hist_add(struct hist *hist, uint64_t ns);
void hist_merge(struct hist *into, const struct hist *from);

/* The duration that part (0..1) of the samples do not exceed; 0 when there are none. */
uint64_t hist_percentile(const struct hist *hist, double part);

#endif
