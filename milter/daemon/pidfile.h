/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file with the daemon's process id: locked as long as the daemon runs, so that an abandoned
 * one is known as such.
 */
#ifndef MG_PIDFILE_H
#define MG_PIDFILE_H

#define PIDFILE_ERROR_MAX 256

struct pidfile {
	char *path; /* NULL: none */
	int fd;
};

/*
 * Writes this process's id. path may be NULL. 0, or -1 with a message in error_r, also when another
 * process has it.
 */
int pidfile_open(struct pidfile *pidfile, const char *path, char error_r[PIDFILE_ERROR_MAX]);

/* Removes it; where this process may not do that any more, empties it. */
void pidfile_remove(struct pidfile *pidfile);

#endif
