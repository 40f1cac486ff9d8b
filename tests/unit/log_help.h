/* SPDX-License-Identifier: BSD-2-Clause */
/* A log into a file, to be read by a test. */
#ifndef TESTS_LOG_HELP_H
#define TESTS_LOG_HELP_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* path: lives as long as the log. */
static inline struct log *open_log(const char *path, bool json)
{
	const struct log_settings how = {
		.target = LOG_TO_FILE, .path = path, .json = json, .level = MG_LOG_DEBUG
	};
	const char *error;
	struct log *log = log_open(&how, &error);

	ck_assert_ptr_nonnull(log);
	return log;
}

/* The number of the log's lines with a text. */
static inline unsigned count_lines(const char *path, const char *text)
{
	FILE *file = fopen(path, "r");
	char line[LOG_LINE_MAX];
	unsigned n = 0;

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file))
		n += strstr(line, text) != NULL;
	fclose(file);
	return n;
}

#endif
