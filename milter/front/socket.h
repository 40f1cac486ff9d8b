/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The socket that the MTA connects to: who else has it, its mode and owner.
 *
 * Knows nothing of a front end: those open it by their own means, between front_socket_claim() and
 * front_socket_give().
 */
#ifndef MG_FRONT_SOCKET_H
#define MG_FRONT_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/listen.h"

#define FRONT_ERROR_MAX LISTEN_ERROR_MAX

struct front_socket {
	struct listen_address listen;
	bool made; /* device and inode are those of the socket that was given */
	dev_t device;
	ino_t inode;
};

/*
 * Makes sure that the socket can be had: an abandoned unix socket is removed, one on which somebody
 * answers is an error, and so is an address that cannot be bound.
 */
int front_socket_claim(const struct front_socket *sock, char error_r[FRONT_ERROR_MAX]);

/*
 * Sets owner and mode of a unix socket that was made under a umask of 0777. (uid_t)-1, (gid_t)-1:
 * as it is. One that cannot be given is removed.
 */
int front_socket_give(struct front_socket *sock, uid_t uid, gid_t gid, mode_t mode,
		      char error_r[FRONT_ERROR_MAX]);

/* Removes a unix socket, if it is still the one that was given. */
void front_socket_remove(const struct front_socket *sock);

#endif
