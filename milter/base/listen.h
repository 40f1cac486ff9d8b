/* SPDX-License-Identifier: BSD-2-Clause */
/* The address that a daemon listens on, as the configuration and the MTAs write it. */
#ifndef MG_LISTEN_H
#define MG_LISTEN_H

#include <sys/socket.h>

#define LISTEN_ERROR_MAX 512

struct listen_address {
	struct sockaddr_storage address;
	socklen_t size;
	char path[108];     /* of a unix socket, else "" */
	char spelling[160]; /* libmilter's: "unix:PATH", "inet:PORT@[ADDRESS]" */
};

/*
 * Understands "unix:PATH", "local:PATH", "inet:PORT[@HOST]", "inet:HOST:PORT", "inet6:..." (an IPv6
 * address with a port after it in square brackets); HOST may be a name, PORT a service. Returns 0, or
 * -1 with a message in error_r.
 */
int listen_parse(struct listen_address *listen_r, const char *text, char error_r[LISTEN_ERROR_MAX]);

#endif
