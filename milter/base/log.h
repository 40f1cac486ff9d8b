/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: which lines are written, and where.
 *
 * All threads may use it. Lines never mix. Nothing here waits longer than a fifth of a second: a
 * line that cannot be written by then is dropped and counted, and the next line that can be written
 * is followed by their number.
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
	const char *path; /* of the file, or of a socket other than /dev/log; copied */
	bool json;
	enum mg_level level; /* the least important one that is written */
};

struct log;

/*
 * Opens a log. A syslog daemon that does not run (yet) is no error. On failure returns NULL, with
 * the system's constant message about the path in error_r (the caller adds the path).
 */
struct log *log_open(const struct log_settings *settings, const char **error_r);

/*
 * Opens the file anew, after it was renamed. Returns 0. On failure logs an error, keeps the present
 * file and returns -1.
 */
int log_reopen(struct log *log);

/*
 * Changes level, form and, of a log in a file, the file: settings name the same target. First opens
 * what log_change() needs, or log_discard() drops. 0, or -1 with a constant in error_r.
 */
int log_prepare(const struct log *log, const struct log_settings *settings, int *fd_r,
		const char **error_r);

/* Lines that are being written meanwhile may go to either. Cannot fail; main thread. */
void log_change(struct log *log, const struct log_settings *settings, int fd);
void log_discard(int fd);

/*
 * Makes the user that the daemon will run as the owner of the file, for log_reopen(). Returns 0, or
 * -1 with errno.
 */
int log_give(struct log *log, uid_t uid, gid_t gid);

/* Closes the log; no thread may be using it. *log may be NULL, and is cleared. */
void log_close(struct log **log);

/* Whether lines of this level are written. log may be NULL: no. */
bool log_wants(const struct log *log, enum mg_level level);

bool log_is_in_file(const struct log *log);

/* Whether the log is text on standard error, where other programs may write between its lines. */
bool log_is_read_here(const struct log *log);

/*
 * Begins a line of this log. event: "message", "decision", "session", ...: the kind of line, the
 * discriminator of the JSON schema. log may be NULL: log_write() will write nothing.
 */
void log_begin(struct log_record *record, struct log *log, enum mg_level level, const char *event);

/* Ends the record, and writes its line if the log wants its level. */
void log_write(struct log_record *record);

/* A line that has only a human part: log_begin, log_text, log_write. */
void log_say(struct log *log, enum mg_level level, const char *event, const char *fmt, ...)
	MG_PRINTF(4, 5);

#endif
