/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the daemon knows of a front end: how to open, start and stop it.
 *
 * Order: open (one thread; any privileges), start, stop. One front end, once, in a process.
 */
#ifndef MG_FRONT_END_H
#define MG_FRONT_END_H

#include <stddef.h>
#include <sys/types.h>

#include "front/socket.h"
#include "base/log.h"

struct front;
struct host;

#define FRONT_STRANGER_MS 60000  /* an MTA begins at once */
#define FRONT_SILENCE_MS 7210000 /* longer than an MTA's timeouts */

/* What a reload can change; a front end may have no use for some. */
struct front_limits {
	size_t connections;   /* how many are served at a time */
	size_t waiting;       /* how many may wait for policies at a time */
	size_t packet_memory; /* bytes that unfinished packets may take together */
};

struct front_settings {
	const char *listen; /* as listen_parse() understands it */
	mode_t mode;        /* of a unix socket */
	uid_t uid;          /* its owner; (uid_t)-1 as it is */
	gid_t gid;          /* its group; (gid_t)-1 as it is */
	struct front_limits limits;
	/*
	 * Time limits for a peer's first packet, and for a silent MTA; a front end may have its
	 * own.
	 */
	int stranger_ms, silence_ms;
	struct host *host;
	struct log *log;
};

struct front_end {
	/*
	 * Opens the socket. Changes the umask briefly. NULL with a message in error_r on
	 * failure.
	 */
	struct front *(*open)(const struct front_settings *settings, char error_r[FRONT_ERROR_MAX]);

	/*
	 * Serves the MTA in threads that block the daemon's signals. One of them calls
	 * ended(arg) when service ends, for whatever reason. Returns 0 or an errno.
	 */
	int (*start)(struct front *front, void (*ended)(void *arg), void *arg);

	/*
	 * Stops serving. Sessions end, those in the middle of an event within wait_ms. Removes
	 * the socket. Returns how many sessions are still busy: until they end, host and log
	 * must stay as they are. The front is freed, except for what such sessions use.
	 */
	size_t (*stop)(struct front *front, int wait_ms);

	/* Changes the limits. Existing connections stay. Any thread. */
	void (*limit)(struct front *front, const struct front_limits *limits);
};

/* Ours: an event loop and workers, see event.c. */
extern const struct front_end front_event;

#endif
