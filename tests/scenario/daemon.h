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
	char errors[96];    /* what it writes to stderr */
	unsigned port;      /* $PORT */
	int reserved;       /* the socket that keeps $PORT for the daemon, or -1 */
	bool is_quiet;      /* its log level does not let it say that it serves */
	long said;          /* the size of errors when it was started */
	struct server *dns; /* answers as the script says ($DNS), NULL when it says nothing */
	pid_t pid;          /* 0: does not run */
	bool waited;        /* it has ended, and this is how: */
	int status;
	char error[400]; /* what went wrong, after false */
};

/* Makes the folder, and in it the configuration and the files of the script. */
bool daemon_prepare(struct daemon *daemon, const struct script *script);

/* Starts it (through $MILLGATED_WRAPPER, if set) and waits until it serves. */
bool daemon_start(struct daemon *daemon);

/* Runs it to its end with these arguments before "-c FILE"; what it wrote is in errors. */
bool daemon_run(struct daemon *daemon, const char *option, int *status_r);

/* Whether it still runs; notices its end. */
bool daemon_is_alive(struct daemon *daemon);

bool daemon_signal(struct daemon *daemon, int signal);

/* Waits for its end. False when patience has run out. */
bool daemon_wait(struct daemon *daemon);

/* What to say of a wait for the daemon that was in vain. */
const char *daemon_report(const struct daemon *daemon, const struct machine_wait *wait,
			  char text_r[240]);

/*
 * Stops it by SIGTERM; false when it did not end well: status, time, or what a sanitizer or
 * valgrind said.
 */
bool daemon_stop(struct daemon *daemon);

/* Kills what still runs and removes the folder. */
void daemon_clean(struct daemon *daemon);

/*
 * How many connections there are to where it listens, as the kernel knows: those that it has not
 * accepted yet, too.
 */
unsigned daemon_connections(const struct daemon *daemon);

/* The number of its open file descriptors, its resident memory in KiB; -1 when it does not run. */
long daemon_fds(const struct daemon *daemon);
long daemon_memory(const struct daemon *daemon);

/* text with $DIR, $SOCKET, $PORT, $DNS, $CONF, $MODULES replaced; the caller frees it. */
char *daemon_expand(const struct daemon *daemon, const char *text);

/* The path of a file in its folder: NAME, or stderr for NULL; the caller frees it. */
char *daemon_path(const struct daemon *daemon, const char *name);

#endif
