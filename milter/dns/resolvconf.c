/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name servers of resolv.conf(5). It is looked at by stat(2), which sees the file behind a
 * symbolic link too, whatever replaces it and however: most systems write it elsewhere.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "dns/resolvconf.h"

static bool resolvconf_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

#define BLANKS " \t\r\n"

/* Whether a line names a server, however it is written. */
static bool resolvconf_names(const char *line)
{
	const char *word = line + strspn(line, BLANKS "\xef\xbb\xbf");

	return strncasecmp(word, "nameserver", 10) == 0 && strchr(BLANKS ":=", word[10]);
}

/* Adds the server of such a line. Returns NULL, or what was expected. Cuts the line. */
static const char *resolvconf_add(char *line, struct dns_servers *servers)
{
	char *word = line + 10, *rest;
	const char *expected;

	if (strncmp(line, "nameserver", 10) != 0 || !strchr(BLANKS, line[10]))
		return "\"nameserver\" at the line's beginning, in small letters, and a blank";
	word += strspn(word, BLANKS);
	rest = word + strcspn(word, BLANKS);
	if (*rest)
		*rest++ = '\0';
	expected = dns_servers_add(servers, word);
	rest += strspn(rest, BLANKS);
	if (!expected && *rest && *rest != '#' && *rest != ';')
		expected = "one address in a line: what follows the first is not used";
	return expected;
}

static void resolvconf_read_lines(const struct dns_resolvconf *file, FILE *stream,
				  struct dns_servers *servers)
{
	char *line = NULL, *copy;
	const char *expected;
	size_t room = 0;
	bool any = false;

	for (unsigned number = 1; getline(&line, &room, stream) >= 0; number++) {
		if (!resolvconf_names(line))
			continue;
		any = true;
		copy = strdup(line);
		if (!copy)
			memory_ended();
		expected = resolvconf_add(copy, servers);
		free(copy);
		if (expected && file->report)
			file->report(file->arg, number, line, expected);
	}
	free(line);
	if (!any)
		dns_servers_add(servers, "127.0.0.1");
}

bool dns_resolvconf_read(struct dns_resolvconf *file, struct dns_servers *servers_r)
{
	struct stat now = { .st_ino = 0 };
	FILE *stream;

	if (stat(file->path, &now) < 0)
		memset(&now, 0, sizeof(now));
	if (file->was_read && resolvconf_is_same(&now, &file->seen))
		return false;
	file->was_read = true;
	file->seen = now;
	servers_r->n = 0;
	stream = fopen(file->path, "re");
	if (!stream) {
		dns_servers_add(servers_r, "127.0.0.1");
		return true;
	}
	resolvconf_read_lines(file, stream, servers_r);
	fclose(stream);
	return true;
}
