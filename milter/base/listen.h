/* SPDX-License-Identifier: BSD-2-Clause */
/* The address that the daemon listens on, in the spellings of Postfix and of Sendmail. */
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
 * Parses "unix:PATH", "local:PATH", "inet:PORT[@HOST]", "inet:HOST:PORT" and "inet6:...". HOST
 * may be a name, and PORT a service. An IPv6 address before ":PORT" needs square brackets.
 * Returns 0, or -1 with a message in error_r.
 */
int listen_parse(struct listen_address *listen_r, const char *text, char error_r[LISTEN_ERROR_MAX]);

/* Makes a message of what is wrong with a socket. Returns -1. */
int listen_fail(char error_r[LISTEN_ERROR_MAX], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
