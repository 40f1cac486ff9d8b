/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon under test: its folder, its configuration, its process, its log. */
#ifndef SCENARIO_DAEMON_H
#define SCENARIO_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../dns/machine.h"

struct script;
struct server;

struct daemon {
	char dir[64]; /* its private folder */
	char conf[96];
	char socket[96];    /* $SOCKET, also when it listens elsewhere */
	char address[160];  /* where it listens */
	char errors[96];    /* its standard error */
	unsigned port;      /* $PORT */
	int reserved;       /* the socket that keeps $PORT for the daemon, or -1 */
	bool is_quiet;      /* its log level hides the line that it serves */
	long said;          /* the size of errors at its start */
	struct server *dns; /* its server ($DNS), with the script's answers; NULL without any */
	pid_t pid;          /* 0: it is not running */
	bool waited;        /* it has ended, with this status: */
	int status;
	char error[400]; /* the error, after false */
};

/* Makes the folder, and in it the configuration and the files of the script. */
bool daemon_prepare(struct daemon *daemon, const struct script *script);

/* Starts it (through $MILLGATED_WRAPPER, if set) and waits until it serves. */
bool daemon_start(struct daemon *daemon);

/* Runs it to its end with these arguments before "-c FILE"; errors has its output. */
bool daemon_run(struct daemon *daemon, const char *option, int *status_r);

/* Whether it is still running; notices its end. */
bool daemon_is_alive(struct daemon *daemon);

bool daemon_signal(struct daemon *daemon, int signal);

/* Waits until it ends. False when patience has run out. */
bool daemon_wait(struct daemon *daemon);

/* The text of a wait for the daemon that failed. */
const char *daemon_report(const struct daemon *daemon, const struct machine_wait *wait,
			  char text_r[240]);

/*
 * Stops it by SIGTERM; false when its end was not clean: status, time, or a report of a sanitizer
 * or valgrind.
 */
bool daemon_stop(struct daemon *daemon);

/* Kills it if it is running, and removes the folder. */
void daemon_clean(struct daemon *daemon);

/*
 * How many connections there are to its socket, as the kernel counts them: also those that it has
 * not accepted yet.
 */
unsigned daemon_connections(const struct daemon *daemon);

/*
 * Its number of open file descriptors, and its resident memory in KiB; -1 when it is not running.
 */
long daemon_fds(const struct daemon *daemon);
long daemon_memory(const struct daemon *daemon);

/* text with $DIR, $SOCKET, $PORT, $DNS, $CONF, $MODULES replaced; the caller frees it. */
char *daemon_expand(const struct daemon *daemon, const char *text);

/* The path of a file in its folder: NAME, or stderr for NULL; the caller frees it. */
char *daemon_path(const struct daemon *daemon, const char *name);

#endif
