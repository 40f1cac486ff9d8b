/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with an entry of a table. */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>

#include "table/fault.h"

void fault_set(struct fault *fault, size_t offset, const char *fmt, ...)
{
	va_list args;

	fault->offset = offset;
	fault->hint[0] = '\0';
	va_start(args, fmt);
	(void)vsnprintf(fault->text, sizeof(fault->text), fmt, args);
	va_end(args);
}

void fault_hint(struct fault *fault, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(fault->hint, sizeof(fault->hint), fmt, args);
	va_end(args);
}
