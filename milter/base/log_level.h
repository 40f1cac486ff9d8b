/* SPDX-License-Identifier: BSD-2-Clause */
/* The levels of the log, as words and as severities of syslog. */
#ifndef MG_LOG_LEVEL_H
#define MG_LOG_LEVEL_H

#include <millgate/policy.h>

/* "error", "warning", "info", "debug". */
const char *log_level_name(enum mg_level level);

/* As in RFC 3164, section 4.1.1, and sd-daemon(3). */
int log_level_severity(enum mg_level level);

#endif
