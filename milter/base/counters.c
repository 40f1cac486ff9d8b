/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters, as whoever has them shows them. */
#include <config.h>

#include "base/counters.h"

void counter_show(struct counter_visitor *visitor, const char *name, const char *help,
		  unsigned long long value)
{
	const struct counter counter = { .name = name, .help = help, .value = value };

	visitor->counter(visitor, &counter);
}

void counter_show_gauge(struct counter_visitor *visitor, const char *name, const char *help,
			unsigned long long value)
{
	const struct counter counter = {
		.name = name, .help = help, .value = value, .gauge = true
	};

	visitor->counter(visitor, &counter);
}
