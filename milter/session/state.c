/* SPDX-License-Identifier: BSD-2-Clause */
/* What follows from a session's state alone. */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "session/state.h"

struct arena *state_arena(struct session *session, enum mg_stage hook)
{
	switch (hook) {
	case MG_CONNECT:
		return &session->arena;
	case MG_HELO:
		return &session->helo_arena;
	case MG_COMMAND:
		return &session->event_arena;
	default:
		return &session->message_arena;
	}
}

/* "postmaster" in any domain and without one (RFC 5321 section 4.5.1), perhaps quoted. */
bool state_is_exempt(const struct session *session)
{
	const struct mg_strings *exempt = &session->snapshot->settings.exempt_recipients;
	const char *local = session->message.recipient ? session->message.recipient : "";
	const char *at = strrchr(local, '@');
	size_t size = at ? (size_t)(at - local) : strlen(local);

	if (size >= 2 && local[0] == '"' && local[size - 1] == '"') {
		local++;
		size -= 2;
	}
	for (size_t i = 0; i < exempt->n; i++)
		if (strlen(exempt->v[i]) == size && strncasecmp(exempt->v[i], local, size) == 0)
			return true;
	return false;
}
