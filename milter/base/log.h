/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: where lines go, and which.
 *
 * Safe from all threads. A line is one system call, no lock is held over it, and nothing here waits
 * longer than a fifth of a second: a line that cannot be written by then is dropped and counted,
 * and the next one that can be says how many were.
 */
#ifndef MG_LOG_H
#define MG_LOG_H

#include <stdbool.h>
#include <sys/types.h>

#include <millgate/policy.h>

#include "base/log_record.h"
#include "base/log_sink.h"

struct log_settings {
	enum log_target target;
	const char *path; /* of the file, or of another socket than /dev/log; copied */
	bool json;
	enum mg_level level; /* the least important that is written */
};

struct log;

/*
 * Opens a log. A syslog daemon that does not run (yet) is no error. Returns NULL with a constant in
 * error_r: what the system says of the path (the caller names it).
 */
struct log *log_open(const struct log_settings *settings, const char **error_r);

/*
 * Opens the file anew, after it was renamed. Returns 0, or -1 when it cannot: then the present one
 * is kept, with a line that says so.
 */
int log_reopen(struct log *log);

/*
 * Gives the file to the user that the daemon will run as, so that it can be opened anew. 0, or -1
 * with errno.
 */
int log_give(struct log *log, uid_t uid, gid_t gid);

/* Nobody may be using it. *log may be NULL; it is cleared. */
void log_close(struct log **log);

/* Whether a line of this level would be written at all. log may be NULL: no. */
bool log_wants(const struct log *log, enum mg_level level);

/*
 * Begins a line of this log. event: "message", "decision", "session", ...: the kind of line, the
 * discriminator of the JSON schema. log may be NULL: log_write() will write nothing.
 */
void record_begin(struct log_record *record, struct log *log, enum mg_level level,
		  const char *event);

/* Writes the line of a record, when its level is wanted, and ends the record. */
void log_write(struct log_record *record);

/* A line of words only, for the daemon itself: record_begin, record_text, log_write. */
void log_say(struct log *log, enum mg_level level, const char *event, const char *fmt, ...)
	MG_PRINTF(4, 5);

#endif
