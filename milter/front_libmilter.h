/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front end on libmilter. There can be one in a process, because libmilter has one state in a
 * process.
 *
 * Order: front_open() (one thread; any privileges), front_start(), front_stop(). It replaces
 * sigwait(3) in the whole process, because libmilter would stop at each HUP: use sigwaitinfo(2). It
 * uses URG for itself.
 */
#ifndef MG_FRONT_LIBMILTER_H
#define MG_FRONT_LIBMILTER_H

#include <stddef.h>
#include <sys/types.h>

#include "front_socket.h"
#include "log.h"

struct front;
struct host;

struct front_settings {
	const char *listen; /* as front_socket_parse() understands it */
	mode_t mode;        /* of a unix socket */
	uid_t uid;          /* its owner; (uid_t)-1 as it is */
	gid_t gid;          /* its group; (gid_t)-1 as it is */
	size_t max_connections;
	struct host *host;
	struct log *log;
};

/* Opens the socket. Changes the umask for a moment. Returns NULL with a message in error_r. */
struct front *front_open(const struct front_settings *settings, char error_r[FRONT_ERROR_MAX]);

/*
 * Serves the MTA, in threads that have all other signals blocked. ended(arg) is called on one of
 * them when it serves no more, for whatever reason. Returns 0 or an errno.
 */
int front_start(struct front *front, void (*ended)(void *arg), void *arg);

/*
 * Serves no more, if it did: sessions are ended, those in the middle of an event within wait_ms.
 * Removes the socket. Returns how many sessions are still busy: as long as there are some, host and
 * log must stay as they are. The front itself is never freed, because libmilter's threads cannot be
 * waited for.
 */
size_t front_stop(struct front *front, int wait_ms);

#endif
