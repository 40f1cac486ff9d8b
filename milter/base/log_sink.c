/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sinks of the log: RFC 3164 datagrams to the syslog daemon, standard error, a file.
 *
 * There is no lock: a line is one system call, and the kernel does not mix lines (datagrams,
 * O_APPEND). A reader that is stuck delays one thread by WAIT_MS, at most once in STALL_MS.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
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

int sink_open(struct log_sink *sink, enum log_target target, const char *path)
{
	memset(sink, 0, sizeof(*sink));
	sink->target = target;
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
	if (sink->fd >= 0)
		return 0;
	free(sink->path);
	return -1;
}

/*
 * dup3() puts the new file on the old descriptor in one step: no thread can write to a descriptor
 * that is closed, or that another file has just got.
 */
int sink_reopen(struct log_sink *sink)
{
	int fd, rc;

	if (sink->target != LOG_TO_FILE)
		return 0;
	fd = open_file(sink->path);
	if (fd < 0)
		return -1;
	rc = dup3(fd, sink->fd, O_CLOEXEC);
	close(fd);
	return rc < 0 ? -1 : 0;
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
	if (!copy || dup3(fd, sink->fd, O_CLOEXEC) < 0)
		abort(); /* both numbers are ours and open */
	close(fd);
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
}

/* Whether to wait for a slow reader: not if a line has waited in vain within STALL_MS. */
static bool may_wait(struct log_sink *sink)
{
	long long stalled_until = atomic_load(&sink->stalled_until);

	return stalled_until == 0 || clock_now() / 1000 >= stalled_until;
}

static void note_stall(struct log_sink *sink)
{
	atomic_store(&sink->stalled_until, clock_now() / 1000 + STALL_MS);
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

/* Waits until a write will succeed. A file is always writable. */
static bool is_writable(struct log_sink *sink)
{
	struct pollfd poll_fd = { .fd = sink->fd, .events = POLLOUT };
	bool wait = may_wait(sink);
	int n;

	while ((n = poll(&poll_fd, 1, wait ? WAIT_MS : 0)) < 0 && errno == EINTR)
		;
	if (n == 0 && wait)
		note_stall(sink);
	if (n == 0)
		errno = EAGAIN;
	return n > 0;
}

static ssize_t write_all(struct log_sink *sink, const struct iovec *iov)
{
	ssize_t n;

	while ((n = writev(sink->fd, iov, 3)) < 0 && errno == EINTR)
		;
	return n;
}

/* Standard error may block, so poll() comes first. Our own files are non-blocking. */
static int write_line(struct log_sink *sink, const struct iovec *iov)
{
	size_t size = iov[0].iov_len + iov[1].iov_len + iov[2].iov_len;
	ssize_t n;

	if (sink->target != LOG_TO_FILE && !is_writable(sink))
		return -1;
	n = write_all(sink, iov);
	if (n < 0 && errno == EAGAIN && is_writable(sink))
		n = write_all(sink, iov);
	return n == (ssize_t)size ? 0 : -1;
}

int sink_write(struct log_sink *sink, enum mg_level level, bool json, const char *line, size_t size)
{
	char header[96];
	char end[] = "\n";
	struct iovec iov[3] = { { header, 0 }, { (void *)(uintptr_t)line, size }, { end, 1 } };

	if (sink->target == LOG_TO_SYSLOG) {
		iov[0].iov_len = (size_t)syslog_header(header, sizeof(header), level);
		return write_syslog(sink, iov);
	}
	iov[0].iov_len = (size_t)line_header(sink, header, sizeof(header), level, json);
	return write_line(sink, iov);
}
