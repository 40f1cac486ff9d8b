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

struct front_settings {
	const char *listen; /* as listen_parse() understands it */
	mode_t mode;        /* of a unix socket */
	uid_t uid;          /* its owner; (uid_t)-1 as it is */
	gid_t gid;          /* its group; (gid_t)-1 as it is */
	size_t max_connections;
	/*
	 * How long somebody may take to begin, and an MTA may be silent; a front end may have
	 * its own.
	 */
	int stranger_ms, silence_ms;
	struct host *host;
	struct log *log;
};

struct front_end {
	/*
	 * Opens the socket. Changes the umask for a moment. Returns NULL with a message in
	 * error_r.
	 */
	struct front *(*open)(const struct front_settings *settings, char error_r[FRONT_ERROR_MAX]);

	/*
	 * Serves the MTA, in threads that have the daemon's signals blocked. ended(arg) is
	 * called on one of them when it serves no more, for whatever reason. Returns 0 or an
	 * errno.
	 */
	int (*start)(struct front *front, void (*ended)(void *arg), void *arg);

	/*
	 * Serves no more, if it did: sessions are ended, those in the middle of an event within
	 * wait_ms. Removes the socket. Returns how many sessions are still busy: as long as
	 * there are some, host and log must stay as they are. The front is gone, but for what
	 * such sessions use.
	 */
	size_t (*stop)(struct front *front, int wait_ms);

	/*
	 * Changes how many connections are served at a time. Those that there are stay. Any
	 * thread.
	 */
	void (*limit)(struct front *front, size_t max_connections);
};

/* Ours: an event loop and workers, see event.c. */
extern const struct front_end front_event;

#endif
