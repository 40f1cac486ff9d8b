/* SPDX-License-Identifier: BSD-2-Clause */
/* The socket that the MTA connects to, in the spellings of Postfix and of Sendmail. */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "front_socket.h"

static int fail(char error_r[FRONT_ERROR_MAX], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int fail(char error_r[FRONT_ERROR_MAX], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(error_r, FRONT_ERROR_MAX, fmt, args);
	va_end(args);
	return -1;
}

/* The rest of string after a prefix, or NULL. */
static const char *after(const char *string, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(string, prefix, n) == 0 ? string + n : NULL;
}

static int parse_unix(struct front_socket *sock, const char *path, char error_r[FRONT_ERROR_MAX])
{
	struct sockaddr_un *address = (struct sockaddr_un *)&sock->address;

	/* A daemon leaves the directory that it was started in. */
	if (path[0] != '/')
		return fail(error_r, "found the socket \"%s\", expected a path that begins with /",
			    path);
	if (strlen(path) >= sizeof(address->sun_path))
		return fail(
			error_r,
			"the socket's path \"%s\" is longer than the %zu bytes that a unix socket can have",
			path, sizeof(address->sun_path) - 1);
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	strcpy(sock->path, path);
	sock->size = sizeof(*address);
	snprintf(sock->conn, sizeof(sock->conn), "unix:%s", path);
	return 0;
}

/* Splits "PORT@HOST", "HOST:PORT" or "PORT"; host_r is "" without one. */
static int split_inet(const char *listen, const char *text, char host_r[256], char port_r[32],
		      char error_r[FRONT_ERROR_MAX])
{
	const char *at = strchr(text, '@');
	const char *colon = strrchr(text, ':');
	const char *host = at ? at + 1 : colon ? text : "";
	const char *port = at || !colon ? text : colon + 1;
	size_t host_size = at || !colon ? strlen(host) : (size_t)(colon - text);
	size_t port_size = at ? (size_t)(at - text) : strlen(port);
	bool bracketed = host_size >= 2 && host[0] == '[' && host[host_size - 1] == ']';

	if (bracketed) {
		host++;
		host_size -= 2;
	}
	if (!at && !bracketed && memchr(host, ':', host_size))
		return fail(
			error_r,
			"in \"%s\" it cannot be told where the address ends: write inet6:[ADDRESS]:PORT",
			listen);
	if (port_size == 0 || (host_size == 0 && (at || colon)))
		return fail(
			error_r,
			"found \"%s\", expected PORT, PORT@ADDRESS or ADDRESS:PORT after \"inet:\"",
			listen);
	if (host_size >= 256 || port_size >= 32)
		return fail(error_r, "\"%s\" is too long", listen);
	memcpy(host_r, host, host_size);
	host_r[host_size] = '\0';
	memcpy(port_r, port, port_size);
	port_r[port_size] = '\0';
	return 0;
}

static int parse_inet(struct front_socket *sock, const char *listen, int family, const char *text,
		      char error_r[FRONT_ERROR_MAX])
{
	struct addrinfo hints = { .ai_family = family,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE };
	struct addrinfo *found;
	char host[256], port[32], number[64], service[16];
	int rc;

	if (split_inet(listen, text, host, port, error_r) < 0)
		return -1;
	if (strspn(port, "0123456789") == strlen(port) &&
	    (strlen(port) > 5 || atoi(port) < 1 || atoi(port) > 65535))
		return fail(error_r, "found the port %s, expected one from 1 to 65535", port);
	rc = getaddrinfo(*host ? host : NULL, port, &hints, &found);
	if (rc != 0)
		return fail(error_r, "\"%s\" is no address of this kind: %s", listen,
			    rc == EAI_SYSTEM ? strerrordesc_np(errno) : gai_strerror(rc));
	memcpy(&sock->address, found->ai_addr, found->ai_addrlen);
	sock->size = found->ai_addrlen;
	freeaddrinfo(found);
	getnameinfo((struct sockaddr *)&sock->address, sock->size, number, sizeof(number), service,
		    sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(sock->conn, sizeof(sock->conn), "%s:%s@[%s]", family == AF_INET ? "inet" : "inet6",
		 service, number);
	return 0;
}

int front_socket_parse(struct front_socket *sock, const char *listen, char error_r[FRONT_ERROR_MAX])
{
	const char *rest;

	memset(sock, 0, sizeof(*sock));
	if ((rest = after(listen, "unix:")) || (rest = after(listen, "local:")))
		return parse_unix(sock, rest, error_r);
	if ((rest = after(listen, "inet:")))
		return parse_inet(sock, listen, AF_INET, rest, error_r);
	if ((rest = after(listen, "inet6:")))
		return parse_inet(sock, listen, AF_INET6, rest, error_r);
	return fail(error_r,
		    "found \"%s\", expected unix:PATH, inet:PORT@ADDRESS or inet6:PORT@ADDRESS",
		    listen);
}

/* What became of a connection: 0, or errno. Does not wait. */
static int try_connect(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc;

	if (fd < 0)
		return errno;
	rc = connect(fd, address, size) < 0 ? errno : 0;
	close(fd);
	return rc;
}

static int remove_abandoned(const struct front_socket *sock, char error_r[FRONT_ERROR_MAX])
{
	struct stat st;
	int rc;

	if (lstat(sock->path, &st) < 0)
		/* Any other trouble shows, with its reason, when the socket is bound. */
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return fail(error_r, "%s is there and is not a socket", sock->path);
	rc = try_connect((const struct sockaddr *)&sock->address, sock->size);
	/* EAGAIN: somebody listens, with a full queue. */
	if (rc == 0 || rc == EAGAIN)
		return fail(error_r, "another process listens on the socket %s", sock->path);
	if (rc != ECONNREFUSED && rc != ENOENT)
		return fail(error_r, "cannot find out who has the socket %s: %s", sock->path,
			    strerrordesc_np(rc));
	if (unlink(sock->path) < 0 && errno != ENOENT)
		return fail(error_r, "cannot remove the abandoned socket %s: %s", sock->path,
			    strerrordesc_np(errno));
	return 0;
}

int front_socket_claim(const struct front_socket *sock, char error_r[FRONT_ERROR_MAX])
{
	const int on = 1;
	int fd, rc;

	if (*sock->path && remove_abandoned(sock, error_r) < 0)
		return -1;
	fd = socket(sock->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(error_r, "cannot make the socket %s: %s", sock->conn,
			    strerrordesc_np(errno));
	if (!*sock->path)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	rc = bind(fd, (const struct sockaddr *)&sock->address, sock->size);
	if (rc == 0 && *sock->path)
		unlink(sock->path);
	else if (rc == 0)
		rc = listen(fd, 1);
	if (rc < 0)
		fail(error_r, "cannot make the socket %s: %s", sock->conn, strerrordesc_np(errno));
	close(fd);
	return rc;
}

int front_socket_give(struct front_socket *sock, uid_t uid, gid_t gid, mode_t mode,
		      char error_r[FRONT_ERROR_MAX])
{
	struct stat st;

	if (!*sock->path)
		return 0;
	if (lstat(sock->path, &st) < 0)
		return fail(error_r, "cannot look at the socket %s: %s", sock->path,
			    strerrordesc_np(errno));
	sock->made = true;
	sock->device = st.st_dev;
	sock->inode = st.st_ino;
	if (lchown(sock->path, uid, gid) < 0)
		fail(error_r, "cannot give the socket %s to its user and group: %s", sock->path,
		     strerrordesc_np(errno));
	else if (chmod(sock->path, mode) < 0)
		fail(error_r, "cannot set the mode of the socket %s: %s", sock->path,
		     strerrordesc_np(errno));
	else
		return 0;
	/* Nobody could connect, not even to find out that nobody listens. */
	front_socket_remove(sock);
	return -1;
}

void front_socket_remove(const struct front_socket *sock)
{
	struct stat st;

	if (sock->made && lstat(sock->path, &st) == 0 && st.st_dev == sock->device &&
	    st.st_ino == sock->inode)
		unlink(sock->path);
}
