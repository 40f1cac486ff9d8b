/* SPDX-License-Identifier: BSD-2-Clause */
/* The file with the daemon's process id. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "daemon/pidfile.h"

static void pidfile_forget(struct pidfile *pidfile)
{
	free(pidfile->path);
	pidfile->path = NULL;
}

static int fail(struct pidfile *pidfile, const char *what, char error_r[PIDFILE_ERROR_MAX])
{
	snprintf(error_r, PIDFILE_ERROR_MAX, "cannot %s the pid file %s: %s", what, pidfile->path,
		 strerrordesc_np(errno));
	if (pidfile->fd >= 0)
		close(pidfile->fd);
	pidfile_forget(pidfile);
	return -1;
}

static int fail_taken(struct pidfile *pidfile, char error_r[PIDFILE_ERROR_MAX])
{
	char text[32] = "";
	ssize_t n = pread(pidfile->fd, text, sizeof(text) - 1, 0);
	long pid = n > 0 ? strtol(text, NULL, 10) : 0;

	if (pid > 0)
		snprintf(error_r, PIDFILE_ERROR_MAX,
			 "already running: process %ld has the pid file %s", pid, pidfile->path);
	else
		snprintf(error_r, PIDFILE_ERROR_MAX,
			 "already running: another process has the pid file %s", pidfile->path);
	close(pidfile->fd);
	pidfile_forget(pidfile);
	return -1;
}

/* The process that had the lock before may have removed the file. */
static bool is_there(const struct pidfile *pidfile)
{
	struct stat named, locked;

	return stat(pidfile->path, &named) == 0 && fstat(pidfile->fd, &locked) == 0 &&
	       named.st_dev == locked.st_dev && named.st_ino == locked.st_ino;
}

int pidfile_open(struct pidfile *pidfile, const char *path, char error_r[PIDFILE_ERROR_MAX])
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	bool taken = false;

	pidfile->fd = -1;
	pidfile->path = path ? strdup(path) : NULL;
	if (!path)
		return 0;
	if (!pidfile->path)
		memory_ended();
	if (path[0] != '/') {
		/* A daemon leaves the directory that it was started in. */
		snprintf(error_r, PIDFILE_ERROR_MAX,
			 "found the pid file \"%s\", expected a path that begins with /", path);
		pidfile_forget(pidfile);
		return -1;
	}
	while (!taken) {
		pidfile->fd =
			open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0644);
		if (pidfile->fd < 0)
			return fail(pidfile, "open", error_r);
		if (fcntl(pidfile->fd, F_OFD_SETLK, &lock) < 0)
			return errno == EAGAIN || errno == EACCES ? fail_taken(pidfile, error_r)
								  : fail(pidfile, "lock", error_r);
		taken = is_there(pidfile);
		if (!taken)
			close(pidfile->fd);
	}
	if (ftruncate(pidfile->fd, 0) < 0 || dprintf(pidfile->fd, "%ld\n", (long)getpid()) < 0)
		return fail(pidfile, "write", error_r);
	return 0;
}

void pidfile_remove(struct pidfile *pidfile)
{
	if (!pidfile->path)
		return;
	if (unlink(pidfile->path) < 0 && ftruncate(pidfile->fd, 0) < 0)
		errno = 0; /* the lock says enough */
	close(pidfile->fd);
	pidfile_forget(pidfile);
}
