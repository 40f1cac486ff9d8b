/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters as lines of the log: one a group. */
#ifndef MG_LOG_COUNTERS_H
#define MG_LOG_COUNTERS_H

#include "base/counters.h"
#include "base/log.h"

/* All members but the first belong to log_counters.c. */
struct log_counters {
	struct counter_visitor visitor; /* first; counters are shown to it between begin and end */
	struct log *log;
	struct log_record record;
	char event[64];
	bool open, in_list;
};

/*
 * Lines of the events "counters" (of the host) and "KIND-counters", with NAME=VALUE for each
 * counter. Counters with a label become a list named after them: results=[fail found=3].
 */
void log_counters_begin(struct log_counters *lines, struct log *log);

/* Writes the last line. */
void log_counters_end(struct log_counters *lines);

#endif
