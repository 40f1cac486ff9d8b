/* SPDX-License-Identifier: BSD-2-Clause */
/* The name servers of resolv.conf(5), followed when the file changes. */
#ifndef MG_DNS_RESOLVCONF_H
#define MG_DNS_RESOLVCONF_H

#include <sys/stat.h>

#include "dns/settings.h"

/* A zeroed one, with a path, has not been read. */
struct dns_resolvconf {
	const char *path;

	/* Called for a line that cannot be used as it is. expected: a constant. May be NULL. */
	void (*report)(void *arg, unsigned number, const char *line, const char *expected);
	void *arg;

	bool was_read;
	struct stat seen;
};

/*
 * Reads the file if it is not the one that was read last. Returns whether it did. As with
 * resolv.conf(5) no file, or none that names a server, means the one on this host; only the
 * "nameserver" lines are used. When there are some, and none can be used, there is no server.
 */
bool dns_resolvconf_read(struct dns_resolvconf *file, struct dns_servers *servers_r);

#endif
