/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log service: opening, reopening, counting what is lost; the sinks are in log_sink.c.
 *
 * libc's syslog(3) is not used, because it holds a lock over its I/O: one slow syslog daemon
 * would make all sessions wait for each other.
 */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

struct log {
	struct log_sink sink;
	atomic_bool json;
	_Atomic enum mg_level level;
	atomic_ullong untold; /* lost lines that the log has not reported yet */
};

struct log *log_open(const struct log_settings *settings, const char **error_r)
{
	struct log *log = calloc(1, sizeof(*log));

	if (log == NULL || sink_open(&log->sink, settings->target, settings->path) < 0) {
		*error_r = strerrordesc_np(errno);
		free(log);
		return NULL;
	}
	log->json = settings->json;
	log->level = settings->level;
	/* Read the time zone's file now, not with the first line. */
	tzset();
	return log;
}

int log_reopen(struct log *log)
{
	if (sink_reopen(&log->sink) == 0)
		return 0;
	log_say(log, MG_LOG_ERROR, "log",
		"the log file cannot be opened again, the present one is kept: %s",
		strerrordesc_np(errno));
	return -1;
}

int log_prepare(const struct log *log, const struct log_settings *settings, int *fd_r,
		const char **error_r)
{
	if (sink_prepare(&log->sink, settings->path, fd_r) == 0)
		return 0;
	*error_r = strerrordesc_np(errno);
	return -1;
}

void log_change(struct log *log, const struct log_settings *settings, int fd)
{
	sink_change(&log->sink, settings->path, fd);
	log->json = settings->json;
	log->level = settings->level;
}

void log_discard(int fd)
{
	if (fd >= 0)
		close(fd);
}

int log_give(struct log *log, uid_t uid, gid_t gid)
{
	return sink_give(&log->sink, uid, gid);
}

void log_close(struct log **log)
{
	if (*log == NULL)
		return;
	sink_close(&(*log)->sink);
	free(*log);
	*log = NULL;
}

bool log_wants(const struct log *log, enum mg_level level)
{
	return log != NULL && level <= log->level;
}

bool log_is_in_file(const struct log *log)
{
	return log->sink.target == LOG_TO_FILE;
}

bool log_is_read_here(const struct log *log)
{
	return log != NULL && !log->json && log->sink.target == LOG_TO_STDERR;
}

void log_begin(struct log_record *record, struct log *log, enum mg_level level, const char *event)
{
	log_record_init(record, log != NULL && log->json, level, event);
	record->log = log;
}

/* Reports the number of lost lines, now that the log takes lines again. */
static void tell_dropped(struct log *log)
{
	/* A log of errors only shows this as an error. */
	const enum mg_level level = log_wants(log, MG_LOG_WARNING) ? MG_LOG_WARNING : MG_LOG_ERROR;
	unsigned long long n = atomic_exchange(&log->untold, 0);

	/*
	 * This line may be lost too. It is counted then, and the others are counted again with
	 * it.
	 */
	if (n > 0) {
		log_say(log, level, "log", "%llu lines of this log were lost", n);
		if (atomic_load(&log->untold) > 0)
			atomic_fetch_add(&log->untold, n);
	}
}

void log_write(struct log_record *record)
{
	struct log *log = record->log;
	size_t size;
	const char *line = log_record_end(record, &size);

	if (log == NULL || (!record->forced && !log_wants(log, record->level)))
		return;
	if (sink_write(&log->sink, record->level, record->json, line, size) < 0) {
		atomic_fetch_add(&log->untold, 1);
		return;
	}
	if (atomic_load(&log->untold) > 0)
		tell_dropped(log);
}

void log_say(struct log *log, enum mg_level level, const char *event, const char *fmt, ...)
{
	struct log_record record;
	char words[LOG_VALUE_MAX + 8];
	va_list args;

	if (!log_wants(log, level))
		return;
	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	log_begin(&record, log, level, event);
	log_text(&record, "%s", words);
	log_write(&record);
}
