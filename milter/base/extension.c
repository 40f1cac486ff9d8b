/* SPDX-License-Identifier: BSD-2-Clause */
/* Address extensions, by the rules of Postfix (recipient_delimiter in postconf(5)). */
#include <config.h>

#include "base/extension.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/mail.h"

#define REQUEST "-request"

static bool is_word(const char *local, size_t size, const char *word)
{
	return strlen(word) == size && memcmp(local, word, size) == 0;
}

/* Addresses of the mail system, and of mailing lists as they were before there were extensions. */
static bool is_whole(const char *local, size_t size, const char *delimiters)
{
	const size_t request = strlen(REQUEST);

	if (is_word(local, size, "postmaster") || is_word(local, size, "mailer-daemon") ||
	    is_word(local, size, "double-bounce"))
		return true;
	if (!strchr(delimiters, '-'))
		return false;
	return strncmp(local, "owner-", 6) == 0 ||
	       (size > request && memcmp(local + size - request, REQUEST, request) == 0);
}

const char *extension_cut(struct arena *arena, const char *address, const char *delimiters)
{
	const bool quoted = *address == '"';
	const char *local = address + quoted;
	const size_t end = mail_local_size(address);
	const size_t size = end >= 2U * quoted ? end - 2U * quoted : 0;
	size_t base;

	if (!delimiters || !*delimiters || is_whole(local, size, delimiters))
		return NULL;
	base = strcspn(local, delimiters);
	if (base == 0 || base >= size)
		return NULL;
	return mail_fold(arena, arena_printf(arena, quoted ? "\"%.*s\"%s" : "%.*s%s", (int)base,
					     local, address + end));
}
