/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters as lines of the log: one a group. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/log_counters.h"

static void lines_end_list(struct log_counters *lines)
{
	if (lines->in_list)
		log_list_end(&lines->record);
	lines->in_list = false;
}

static void lines_write(struct log_counters *lines)
{
	if (!lines->open)
		return;
	lines_end_list(lines);
	log_write(&lines->record);
	lines->open = false;
}

static void lines_group(struct counter_visitor *visitor, const char *kind, const char *name)
{
	struct log_counters *lines = (struct log_counters *)visitor;
	const bool host = strcmp(kind, "host") == 0;

	lines_write(lines);
	snprintf(lines->event, sizeof(lines->event), "%s%scounters", host ? "" : kind,
		 host ? "" : "-");
	log_begin(&lines->record, lines->log, MG_LOG_INFO, lines->event);
	log_str(&lines->record, kind, name);
	lines->open = true;
}

static void lines_counter(struct counter_visitor *visitor, const struct counter *counter)
{
	struct log_counters *lines = (struct log_counters *)visitor;
	struct log_record *record = &lines->record;
	char list[64];

	if (!counter->label) {
		lines_end_list(lines);
		log_int(record, counter->name, (long long)counter->value);
		return;
	}
	if (!lines->in_list) {
		snprintf(list, sizeof(list), "%ss", counter->label);
		log_list_begin(record, list);
		lines->in_list = true;
	}
	log_item_begin(record);
	log_str(record, counter->label, counter->of);
	log_int(record, counter->name, (long long)counter->value);
	log_item_end(record);
}

void log_counters_begin(struct log_counters *lines, struct log *log)
{
	lines->visitor = (struct counter_visitor){ lines_group, lines_counter };
	lines->log = log;
	lines->open = lines->in_list = false;
}

void log_counters_end(struct log_counters *lines)
{
	lines_write(lines);
}
