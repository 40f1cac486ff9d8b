/* SPDX-License-Identifier: BSD-2-Clause */
/* Where log lines go: the syslog daemon's socket, standard error, or a file. */
#ifndef MG_LOG_SINK_H
#define MG_LOG_SINK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <millgate/policy.h>

#include "base/log_record.h"

#define SINK_HEADER_MAX 96
#define SINK_LINE_MAX (SINK_HEADER_MAX + LOG_LINE_MAX + 1) /* with its line feed */

enum log_target {
	LOG_TO_SYSLOG, /* datagrams to /dev/log (RFC 3164), facility mail */
	LOG_TO_STDERR, /* with systemd's <N> before the line when stderr is the journal */
	LOG_TO_FILE    /* appended to path, made with mode 0640 */
};

struct log_sink {
	enum log_target target;
	int fd;                     /* stays the same while the sink is open, see sink_reopen() */
	bool journal;               /* standard error is the journal: <N> before each line */
	char *path;                 /* LOG_TO_FILE */
	struct sockaddr_un syslog;  /* LOG_TO_SYSLOG */
	atomic_llong stalled_until; /* ms of the monotonic clock; no waiting before then */

	/* All but syslog: one line at a time. The lock is of writing, not held while it is done. */
	pthread_mutex_t lock;
	pthread_cond_t turn;
	bool writing;
	bool file;                /* a regular one: a line of any length, unless the disk is full */
	char rest[SINK_LINE_MAX]; /* what is missing of the last line, to be written first */
	size_t nrest;
};

/* All return 0, or -1 with errno. path: as in struct log_settings. */
int sink_open(struct log_sink *sink, enum log_target target, const char *path);
int sink_reopen(struct log_sink *sink);

/* For a log in a file: opens another one for sink_change(). *fd_r is -1 for other logs. */
int sink_prepare(const struct log_sink *sink, const char *path, int *fd_r);
void sink_change(struct log_sink *sink, const char *path, int fd);

int sink_give(struct log_sink *sink, uid_t uid, gid_t gid);
void sink_close(struct log_sink *sink);

/*
 * Writes a line (given without line feed), whole and with nothing of another line in between. All
 * threads may call it.
 */
int sink_write(struct log_sink *sink, enum mg_level level, bool json, const char *line,
	       size_t size);

#endif
