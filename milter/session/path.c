/* SPDX-License-Identifier: BSD-2-Clause */
/* The paths of MAIL and RCPT, and their ESMTP parameters (RFC 5321 section 4.1.2). */
#include <config.h>

#include <strings.h>

#include "session/path.h"

const struct readings *path_read(struct session *session, const char *path, const char *macro)
{
	return readings_make(&session->message_arena, path, state_macro(session, macro),
			     session->event.stage == MG_MAIL);
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
