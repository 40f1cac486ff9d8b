/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name servers of resolv.conf(5). It is looked at by stat(2), which sees the file behind a
 * symbolic link too, whatever replaces it and however: most systems write it elsewhere.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "dns/resolvconf.h"

static bool resolvconf_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

bool dns_resolvconf_read(struct dns_resolvconf *file, struct dns_servers *servers_r)
{
	struct stat now = { .st_ino = 0 };
	char line[512], server[64];
	FILE *stream;

	if (stat(file->path, &now) < 0)
		memset(&now, 0, sizeof(now));
	if (file->was_read && resolvconf_is_same(&now, &file->seen))
		return false;
	file->was_read = true;
	file->seen = now;
	servers_r->n = 0;
	stream = fopen(file->path, "re");
	while (stream && fgets(line, sizeof(line), stream))
		if (sscanf(line, "nameserver%*[ \t]%63s", server) == 1)
			dns_servers_add(servers_r, server);
	if (stream)
		fclose(stream);
	if (servers_r->n == 0)
		dns_servers_add(servers_r, "127.0.0.1");
	return true;
}
