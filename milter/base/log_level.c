/* SPDX-License-Identifier: BSD-2-Clause */
/* The levels of the log, as words and as severities of syslog. */
#include <config.h>

#include "base/log_level.h"

static const struct {
	const char *name;
	int severity;
} levels[] = {
	[MG_LOG_ERROR] = { "error", 3 },
	[MG_LOG_WARNING] = { "warning", 4 },
	[MG_LOG_INFO] = { "info", 6 },
	[MG_LOG_DEBUG] = { "debug", 7 },
};

/* A module may hand in any number. */
static enum mg_level known(enum mg_level level)
{
	return (unsigned)level < sizeof(levels) / sizeof(levels[0]) ? level : MG_LOG_DEBUG;
}

const char *log_level_name(enum mg_level level)
{
	return levels[known(level)].name;
}

int log_level_severity(enum mg_level level)
{
	return levels[known(level)].severity;
}
