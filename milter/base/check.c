/* SPDX-License-Identifier: BSD-2-Clause */
/* Aborts the process when an object is not what it should be. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"

/* Standard error, since the log may be what is broken. */
void check_failed(const char *file, int line, const char *function, const char *object,
		  const char *name, uint32_t wanted, const uint32_t *found)
{
	if (found)
		fprintf(stderr, "%s:%d: %s(): \"%s\" has the magic 0x%08x, expected %s (0x%08x)\n",
			file, line, function, object, (unsigned)*found, name, (unsigned)wanted);
	else
		fprintf(stderr, "%s:%d: %s(): \"%s\" is NULL, expected %s\n", file, line, function,
			object, name);
	abort();
}
