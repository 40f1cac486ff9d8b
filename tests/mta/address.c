/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a milter listens, in the syntaxes of Sendmail (inet:PORT@HOST) and Postfix
 * (inet:HOST:PORT).
 */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* Connects without blocking for longer than timeout_ms. Returns 0 or -1 and errno. */
static int address_reach(int fd, const struct sockaddr *address, socklen_t size, int timeout_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t error_size = sizeof(error);

	if (connect(fd, address, size) == 0)
		return 0;
	if (errno != EINPROGRESS && errno != EAGAIN)
		return -1;
	if (errno == EAGAIN) { /* only waiting helps with a unix socket whose queue is full */
		poll(NULL, 0, 10);
		return timeout_ms > 0 ? address_reach(fd, address, size, timeout_ms - 10) : -1;
	}
	if (poll(&pollfd, 1, timeout_ms) != 1) {
		errno = ETIMEDOUT;
		return -1;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_size) < 0)
		return -1;
	errno = error;
	return error ? -1 : 0;
}

/* From here on the socket blocks, but only for a short time. */
static int address_limit(int fd)
{
	struct timeval limit = { .tv_usec = WIRE_PAUSE_MS * 1000 };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return -1;
	return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
}

static int address_open(int family, const struct sockaddr *address, socklen_t size, int timeout_ms,
			char *error, size_t room)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 && address_reach(fd, address, size, timeout_ms) == 0 && address_limit(fd) == 0)
		return fd;
	snprintf(error, room, "connect: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int address_unix(const char *path, int timeout_ms, char *error, size_t room)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path)) {
		snprintf(error, room, "the path is too long: %s", path);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	return address_open(AF_UNIX, (struct sockaddr *)&address, sizeof(address), timeout_ms,
			    error, room);
}

/* rest: PORT@HOST, HOST:PORT, or PORT; host_r and port_r point into text. */
static void address_split(char *text, const char **host_r, const char **port_r, int family)
{
	char *at = strchr(text, '@');
	char *colon = strrchr(text, ':');

	*host_r = family == AF_INET6 ? "::1" : "127.0.0.1";
	*port_r = text;
	if (at) {
		*at = '\0';
		*host_r = at + 1;
	} else if (colon) {
		*colon = '\0';
		*host_r = text;
		*port_r = colon + 1;
	}
	if (**host_r == '[') {
		char *host = text + (*host_r - text) + 1;

		host[strcspn(host, "]")] = '\0';
		*host_r = host;
	}
}

static int address_inet(const char *rest, int family, int timeout_ms, char *error, size_t room)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_family = family,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	const char *host, *port;
	char text[256];
	int fd, wrong;

	snprintf(text, sizeof(text), "%s", rest);
	address_split(text, &host, &port, family);
	wrong = getaddrinfo(host, port, &hints, &found);
	if (wrong) {
		snprintf(error, room, "%s: %s", rest, gai_strerror(wrong));
		return -1;
	}
	fd = address_open(found->ai_family, found->ai_addr, found->ai_addrlen, timeout_ms, error,
			  room);
	freeaddrinfo(found);
	return fd;
}

int address_connect(const char *address, int timeout_ms, char *error, size_t room)
{
	const char *rest = strchr(address, ':');

	if (strncmp(address, "unix:", 5) == 0 || strncmp(address, "local:", 6) == 0)
		return address_unix(rest + 1, timeout_ms, error, room);
	if (strncmp(address, "inet:", 5) == 0)
		return address_inet(rest + 1, AF_UNSPEC, timeout_ms, error, room);
	if (strncmp(address, "inet6:", 6) == 0)
		return address_inet(rest + 1, AF_INET6, timeout_ms, error, room);
	if (*address == '/')
		return address_unix(address, timeout_ms, error, room);
	snprintf(error, room, "not a milter's address: %s", address);
	return -1;
}
