/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sinks of the log: RFC 3164 datagrams to the syslog daemon, standard error, a file.
 *
 * A datagram needs no lock. All else has one writer at a time: a pipe keeps only PIPE_BUF bytes
 * together. When a line is cut, by a reader that is stuck or a full disk, its rest is written
 * before the next. A reader that is stuck delays threads by WAIT_MS, at most once in STALL_MS.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log_level.h"
#include "base/log_sink.h"
#include "base/memory.h"

#define SYSLOG_SOCKET "/dev/log"
#define IDENT "millgated"
#define FACILITY_MAIL (2 << 3)
#define WAIT_MS 200
#define STALL_MS 5000

static int open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
}

static int open_syslog(struct log_sink *sink, const char *path)
{
	struct timeval wait = { .tv_usec = WAIT_MS * 1000 };
	int fd;

	if (strlen(path) >= sizeof(sink->syslog.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	sink->syslog.sun_family = AF_UNIX;
	strcpy(sink->syslog.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	return fd;
}

/* JOURNAL_STREAM has device and inode of the journal's stream (systemd.exec(5)). */
static bool is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

/* Whether the file ends in the middle of a line; then somebody's disk was full. */
static bool is_cut(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) < 0)
		last = '\n';
	if (fd >= 0)
		close(fd);
	return last != '\n';
}

/* ---- Turns: one thread writes at a time, and the lock is not held meanwhile ---- */

static void turn_init(struct log_sink *sink)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&sink->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&sink->turn, &attributes);
	pthread_condattr_destroy(&attributes);
}

/* until: ms of the monotonic clock; 0: no waiting. Returns whether the turn came. */
static bool turn_take(struct log_sink *sink, long long until)
{
	const struct timespec time = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000L };
	bool came;

	pthread_mutex_lock(&sink->lock);
	while (sink->writing && until)
		if (pthread_cond_timedwait(&sink->turn, &sink->lock, &time) == ETIMEDOUT)
			break;
	came = !sink->writing;
	sink->writing = true;
	pthread_mutex_unlock(&sink->lock);
	return came;
}

static void turn_end(struct log_sink *sink)
{
	pthread_mutex_lock(&sink->lock);
	sink->writing = false;
	pthread_cond_signal(&sink->turn);
	pthread_mutex_unlock(&sink->lock);
}

/* ---- The target ---- */

/* Notes what the descriptor is. path: of a log in a file, else NULL. */
static void sink_look(struct log_sink *sink, const char *path)
{
	struct stat st;

	sink->file = fstat(sink->fd, &st) == 0 && S_ISREG(st.st_mode);
	sink->nrest = sink->file && path && is_cut(path);
	sink->rest[0] = '\n';
}

int sink_open(struct log_sink *sink, enum log_target target, const char *path)
{
	memset(sink, 0, sizeof(*sink));
	sink->target = target;
	turn_init(sink);
	switch (target) {
	case LOG_TO_SYSLOG:
		sink->fd = open_syslog(sink, path != NULL ? path : SYSLOG_SOCKET);
		break;
	case LOG_TO_STDERR:
		sink->fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
		sink->journal = is_journal(STDERR_FILENO);
		break;
	case LOG_TO_FILE:
		sink->path = strdup(path);
		sink->fd = sink->path == NULL ? -1 : open_file(path);
		break;
	}
	if (sink->fd >= 0) {
		sink_look(sink, sink->path);
		return 0;
	}
	free(sink->path);
	return -1;
}

/*
 * dup3() puts the new file on the old descriptor in one step: no thread can write to a descriptor
 * that is closed, or that another file has just got. Returns 0, or -1 with errno.
 */
static int sink_exchange(struct log_sink *sink, const char *path, int fd)
{
	int rc;

	turn_take(sink, LLONG_MAX);
	rc = dup3(fd, sink->fd, O_CLOEXEC);
	if (rc >= 0)
		sink_look(sink, path);
	turn_end(sink);
	close(fd);
	return rc < 0 ? -1 : 0;
}

int sink_reopen(struct log_sink *sink)
{
	int fd;

	if (sink->target != LOG_TO_FILE)
		return 0;
	fd = open_file(sink->path);
	return fd < 0 ? -1 : sink_exchange(sink, sink->path, fd);
}

int sink_prepare(const struct log_sink *sink, const char *path, int *fd_r)
{
	*fd_r = -1;
	if (sink->target != LOG_TO_FILE || strcmp(path, sink->path) == 0)
		return 0;
	*fd_r = open_file(path);
	return *fd_r < 0 ? -1 : 0;
}

/* The new file takes the old one's number, as in sink_reopen(). */
void sink_change(struct log_sink *sink, const char *path, int fd)
{
	char *copy;

	if (fd < 0)
		return;
	copy = strdup(path);
	if (!copy)
		memory_ended();
	if (sink_exchange(sink, path, fd) < 0)
		abort(); /* both numbers are ours and open */
	free(sink->path);
	sink->path = copy;
}

int sink_give(struct log_sink *sink, uid_t uid, gid_t gid)
{
	struct stat st;

	if (sink->target != LOG_TO_FILE || fstat(sink->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	return fchown(sink->fd, uid, gid);
}

void sink_close(struct log_sink *sink)
{
	close(sink->fd);
	free(sink->path);
	pthread_cond_destroy(&sink->turn);
	pthread_mutex_destroy(&sink->lock);
}

static long long now_ms(void)
{
	return clock_now() / 1000;
}

/* Whether to wait for a slow reader: not if a line has waited in vain within STALL_MS. */
static bool may_wait(struct log_sink *sink)
{
	long long stalled_until = atomic_load(&sink->stalled_until);

	return stalled_until == 0 || now_ms() >= stalled_until;
}

static void note_stall(struct log_sink *sink)
{
	atomic_store(&sink->stalled_until, now_ms() + STALL_MS);
}

/*
 * "<N>Mmm dd hh:mm:ss TAG[PID]: " in local time (RFC 3164, section 4.1), which local syslog daemons
 * parse.
 */
static int syslog_header(char *out, size_t size, enum mg_level level)
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	return snprintf(out, size, "<%d>%s %2d %02d:%02d:%02d " IDENT "[%ld]: ",
			FACILITY_MAIL | log_level_severity(level), months[tm.tm_mon], tm.tm_mday,
			tm.tm_hour, tm.tm_min, tm.tm_sec, (long)getpid());
}

/*
 * Each datagram has the address, so that a restarted syslog daemon gets the next one without a
 * reconnect.
 */
static int write_syslog(struct log_sink *sink, struct iovec *iov)
{
	struct msghdr message = { .msg_name = &sink->syslog,
				  .msg_namelen = sizeof(sink->syslog),
				  .msg_iov = iov,
				  .msg_iovlen = 2 };
	int flags = MSG_NOSIGNAL | (may_wait(sink) ? 0 : MSG_DONTWAIT);
	ssize_t n;

	while ((n = sendmsg(sink->fd, &message, flags)) < 0 && errno == EINTR)
		;
	if (n < 0 && flags == MSG_NOSIGNAL && (errno == EAGAIN || errno == EWOULDBLOCK))
		note_stall(sink);
	return n < 0 ? -1 : 0;
}

/*
 * "2026-11-22T21:56:37.123Z millgated[PID]: warning: ". The journal needs only the level; standard
 * error needs no time and process id.
 */
static int line_header(const struct log_sink *sink, char *out, size_t size, enum mg_level level,
		       bool json)
{
	struct timespec now;
	struct tm tm;

	if (sink->journal)
		return snprintf(out, size, "<%d>", log_level_severity(level));
	if (json)
		return 0;
	if (sink->target == LOG_TO_STDERR)
		return snprintf(out, size, IDENT ": %s: ", log_level_name(level));
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	return snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ " IDENT "[%ld]: %s: ",
			tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
			tm.tm_sec, now.tv_nsec / 1000000, (long)getpid(), log_level_name(level));
}

/* Until when a line may wait: 0, not at all. */
static long long wait_until(struct log_sink *sink)
{
	return may_wait(sink) ? now_ms() + WAIT_MS : 0;
}

/* The line is given up. */
static int give_up(struct log_sink *sink, long long until)
{
	if (until)
		note_stall(sink);
	errno = EAGAIN;
	return -1;
}

/* Waits until the descriptor takes PIPE_BUF bytes, whether it blocks or not; or gives up. */
static int await_room(struct log_sink *sink, long long until)
{
	struct pollfd poll_fd = { .fd = sink->fd, .events = POLLOUT };
	long long left;
	int n;

	do {
		left = until ? until - now_ms() : 0;
		n = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : give_up(sink, until);
}

/* Returns how much was written; less than size: with errno. Caller has the turn. */
static size_t write_bytes(struct log_sink *sink, const char *bytes, size_t size, long long until)
{
	size_t done = 0;

	while (done < size) {
		const size_t left = size - done;
		const size_t step = sink->file || left < PIPE_BUF ? left : PIPE_BUF;
		ssize_t n;

		if (!sink->file && await_room(sink, until) < 0)
			break;
		n = write(sink->fd, bytes + done, step);
		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || (errno != EINTR && (errno != EAGAIN || now_ms() >= until)))
			break;
	}
	return done;
}

/* Writes what is missing of the line before. Returns whether nothing is missing any more. */
static bool write_rest(struct log_sink *sink, long long until)
{
	const size_t done = write_bytes(sink, sink->rest, sink->nrest, until);

	sink->nrest -= done;
	memmove(sink->rest, sink->rest + done, sink->nrest);
	return sink->nrest == 0;
}

static int write_line(struct log_sink *sink, const char *line, size_t size)
{
	const long long until = wait_until(sink);
	size_t done = 0;

	if (!turn_take(sink, until))
		return give_up(sink, until);
	if (write_rest(sink, until))
		done = write_bytes(sink, line, size, until);
	if (done > 0) {
		sink->nrest = size - done;
		memcpy(sink->rest, line + done, sink->nrest);
	}
	turn_end(sink);
	return done > 0 ? 0 : -1;
}

static int write_datagram(struct log_sink *sink, enum mg_level level, const char *line, size_t size)
{
	char header[SINK_HEADER_MAX];
	struct iovec iov[2] = { { header, 0 }, { (void *)(uintptr_t)line, size } };

	iov[0].iov_len = (size_t)syslog_header(header, sizeof(header), level);
	return write_syslog(sink, iov);
}

int sink_write(struct log_sink *sink, enum mg_level level, bool json, const char *line, size_t size)
{
	char whole[SINK_LINE_MAX];
	size_t n;

	if (sink->target == LOG_TO_SYSLOG)
		return write_datagram(sink, level, line, size);
	n = (size_t)line_header(sink, whole, SINK_HEADER_MAX, level, json);
	memcpy(whole + n, line, size);
	n += size;
	whole[n++] = '\n';
	return write_line(sink, whole, n);
}
