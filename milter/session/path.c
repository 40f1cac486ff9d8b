/* SPDX-License-Identifier: BSD-2-Clause */
/* The paths of MAIL and RCPT, and their ESMTP parameters (RFC 5321 section 4.1.2). */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "base/mail.h"
#include "session/path.h"

/*
 * Clients may write addresses with blanks, comments, a bang or a percent sign. RFC 5321 has no
 * such forms, but MTAs rewrite them before delivery. Policies judge the rewritten address, which
 * is in the macro. Sendmail's macro has no domain for local addresses, and is not always a
 * mailbox.
 */
static const char *path_address(struct session *session, const char *written, const char *macro)
{
	struct arena *arena = &session->message_arena;
	const size_t local = mail_local_size(written);
	const char *resolved, *plain;

	if (!*written ||
	    (mail_is_mailbox(written) && (*written == '"' || strcspn(written, "%!") >= local)))
		return written;
	resolved = state_macro(session, macro);
	if (resolved && mail_is_mailbox(resolved))
		return arena_strdup(arena, resolved);
	if (resolved && (!*resolved || strchr(resolved, '@')))
		resolved = NULL;
	plain = mail_plain(arena, written, resolved);
	return plain ? plain : written;
}

const char *path_read(struct session *session, const char *path, const char *macro)
{
	size_t size = strlen(path);

	if (size >= 2 && path[0] == '<' && path[size - 1] == '>') {
		path++;
		size -= 2;
	}
	if (*path == '@') {
		const char *colon = memchr(path, ':', size);

		if (colon) {
			size -= (size_t)(colon + 1 - path);
			path = colon + 1;
		}
	}
	return path_address(session, arena_strndup(&session->message_arena, path, size), macro);
}

const char *const *path_params(struct arena *arena, char **argv)
{
	size_t n = 0;

	while (argv[n])
		n++;

	const char **params = arena_alloc(arena, (n + 1) * sizeof(*params));

	for (size_t i = 0; i < n; i++)
		params[i] = arena_strdup(arena, argv[i]);
	params[n] = NULL;
	return params;
}

bool path_has_param(const char *const *params, const char *name)
{
	for (; *params; params++)
		if (strcasecmp(*params, name) == 0)
			return true;
	return false;
}
