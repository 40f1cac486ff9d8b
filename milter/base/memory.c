/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of memory. */
#include <config.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"

#define WORDS "out of memory: the process ends"

/* Process-wide: memory ends in functions that know nothing but sizes. */
static struct {
	void (*write)(void *arg, const char *words);
	void *arg;
	atomic_flag begun;
} last_line = { .begun = ATOMIC_FLAG_INIT };

void memory_last_line(void (*write)(void *arg, const char *words), void *arg)
{
	last_line.write = write;
	last_line.arg = arg;
}

_Noreturn void memory_ended(void)
{
	/* Another thread has begun the line, and ends the process after it. */
	if (atomic_flag_test_and_set(&last_line.begun))
		for (;;)
			pause();
	if (last_line.write)
		last_line.write(last_line.arg, WORDS);
	else
		fputs("millgated: error: " WORDS "\n", stderr);
	abort();
}
