/* SPDX-License-Identifier: BSD-2-Clause */
/* The address that a daemon listens on, in the spellings of Postfix and of Sendmail. */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/listen.h"

int listen_fail(char error_r[LISTEN_ERROR_MAX], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(error_r, LISTEN_ERROR_MAX, fmt, args);
	va_end(args);
	return -1;
}

/* The rest of string after a prefix, or NULL. */
static const char *after(const char *string, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(string, prefix, n) == 0 ? string + n : NULL;
}

static int parse_unix(struct listen_address *listen_r, const char *path,
		      char error_r[LISTEN_ERROR_MAX])
{
	struct sockaddr_un *address = (struct sockaddr_un *)&listen_r->address;

	/* The daemon changes its working directory. */
	if (path[0] != '/')
		return listen_fail(error_r,
				   "found the socket \"%s\", expected a path that begins with /",
				   path);
	if (strlen(path) >= sizeof(address->sun_path))
		return listen_fail(error_r,
				   "the path \"%s\" is longer than the %zu bytes of a unix socket",
				   path, sizeof(address->sun_path) - 1);
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	strcpy(listen_r->path, path);
	listen_r->size = sizeof(*address);
	snprintf(listen_r->spelling, sizeof(listen_r->spelling), "unix:%s", path);
	return 0;
}

/* Splits "PORT@HOST", "HOST:PORT" or "PORT". host_r: "" when there is no host. */
static int split_inet(const char *whole, const char *text, char host_r[256], char port_r[32],
		      char error_r[LISTEN_ERROR_MAX])
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
		return listen_fail(
			error_r,
			"found \"%s\", expected an IPv6 address in brackets: inet6:[ADDRESS]:PORT",
			whole);
	if (port_size == 0 || (host_size == 0 && (at || colon)))
		return listen_fail(
			error_r,
			"found \"%s\", expected PORT, PORT@ADDRESS or ADDRESS:PORT after \"inet:\"",
			whole);
	if (host_size >= 256 || port_size >= 32)
		return listen_fail(error_r, "\"%s\" is too long", whole);
	memcpy(host_r, host, host_size);
	host_r[host_size] = '\0';
	memcpy(port_r, port, port_size);
	port_r[port_size] = '\0';
	return 0;
}

static int parse_inet(struct listen_address *listen_r, const char *whole, int family,
		      const char *text, char error_r[LISTEN_ERROR_MAX])
{
	struct addrinfo hints = { .ai_family = family,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE };
	struct addrinfo *found;
	char host[256], port[32], number[64], service[16];
	int rc;

	if (split_inet(whole, text, host, port, error_r) < 0)
		return -1;
	if (strspn(port, "0123456789") == strlen(port) &&
	    (strlen(port) > 5 || atoi(port) < 1 || atoi(port) > 65535))
		return listen_fail(error_r, "found the port %s, expected one from 1 to 65535",
				   port);
	rc = getaddrinfo(*host ? host : NULL, port, &hints, &found);
	if (rc != 0)
		return listen_fail(error_r, "\"%s\" is no such address: %s", whole,
				   rc == EAI_SYSTEM ? strerrordesc_np(errno) : gai_strerror(rc));
	memcpy(&listen_r->address, found->ai_addr, found->ai_addrlen);
	listen_r->size = found->ai_addrlen;
	freeaddrinfo(found);
	getnameinfo((struct sockaddr *)&listen_r->address, listen_r->size, number, sizeof(number),
		    service, sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(listen_r->spelling, sizeof(listen_r->spelling), "%s:%s@[%s]",
		 family == AF_INET ? "inet" : "inet6", service, number);
	return 0;
}

int listen_parse(struct listen_address *listen_r, const char *text, char error_r[LISTEN_ERROR_MAX])
{
	const char *rest;

	memset(listen_r, 0, sizeof(*listen_r));
	if ((rest = after(text, "unix:")) || (rest = after(text, "local:")))
		return parse_unix(listen_r, rest, error_r);
	if ((rest = after(text, "inet:")))
		return parse_inet(listen_r, text, AF_INET, rest, error_r);
	if ((rest = after(text, "inet6:")))
		return parse_inet(listen_r, text, AF_INET6, rest, error_r);
	return listen_fail(
		error_r,
		"found \"%s\", expected unix:PATH, inet:PORT@ADDRESS or inet6:PORT@ADDRESS", text);
}
