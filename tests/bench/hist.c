/* SPDX-License-Identifier: BSD-2-Clause */
/* A histogram of durations: linear within each power of two. */
#include "hist.h"

static unsigned hist_bucket(uint64_t ns)
{
	unsigned shift, index;

	if (ns < HIST_SUB)
		return (unsigned)ns;
	shift = 58 - (unsigned)__builtin_clzll(ns); /* leaves HIST_SUB..2*HIST_SUB-1 */
	index = HIST_SUB * shift + (unsigned)(ns >> shift);
	return index < HIST_BUCKETS ? index : HIST_BUCKETS - 1;
}

static uint64_t hist_upper(unsigned index)
{
	unsigned shift = index < 2 * HIST_SUB ? 0 : index / HIST_SUB - 1;

	return ((uint64_t)(index - HIST_SUB * shift + 1) << shift) - 1;
}

void hist_add(struct hist *hist, uint64_t ns)
{
	hist->bucket[hist_bucket(ns)]++;
	hist->n++;
	if (ns > hist->max)
		hist->max = ns;
}

void hist_merge(struct hist *into, const struct hist *from)
{
	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		into->bucket[i] += from->bucket[i];
	into->n += from->n;
	if (from->max > into->max)
		into->max = from->max;
}

uint64_t hist_percentile(const struct hist *hist, double part)
{
	uint64_t wanted = (uint64_t)(part * (double)hist->n + 0.5), seen = 0, upper;

	if (!hist->n)
		return 0;
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		seen += hist->bucket[i];
		if (seen && seen >= wanted) {
			upper = hist_upper(i);
			return upper < hist->max ? upper : hist->max;
		}
	}
	return hist->max;
}
