/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The socket that the MTA connects to: how it is written, who else has it, its mode and owner.
 *
 * Knows nothing of a front end: those open it by their own means, between front_socket_claim() and
 * front_socket_give().
 */
#ifndef MG_FRONT_SOCKET_H
#define MG_FRONT_SOCKET_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

#define FRONT_ERROR_MAX 512

struct front_socket {
	struct sockaddr_storage address;
	socklen_t size;
	char path[108]; /* of a unix socket, else "" */
	char conn[160]; /* libmilter's spelling: "unix:PATH", "inet:PORT@[ADDRESS]" */
	bool made;      /* device and inode are those of the socket that was given */
	dev_t device;
	ino_t inode;
};

/*
 * Understands "unix:PATH", "local:PATH", "inet:PORT[@HOST]", "inet:HOST:PORT", "inet6:..." (an IPv6
 * address with a port after it in square brackets); HOST may be a name, PORT a service. All return
 * 0, or -1 with a message in error_r.
 */
int front_socket_parse(struct front_socket *sock, const char *listen,
		       char error_r[FRONT_ERROR_MAX]);

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
