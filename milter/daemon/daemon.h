/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon's life: start, wait for signals, stop. */
#ifndef MG_DAEMON_H
#define MG_DAEMON_H

#include <stdbool.h>

struct daemon_options {
	const char *conf; /* the configuration file */
	bool foreground;  /* stay; the log is standard error unless the file has a place for it */
};

/*
 * Reads and checks the configuration and says what is wrong, or that it is not. Returns the exit
 * status.
 */
int daemon_test(const struct daemon_options *options);

/* Runs until it is told to stop. Returns the exit status. */
int daemon_run(const struct daemon_options *options);

#endif
