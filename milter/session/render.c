/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the macros of texts get their values from in a session. */
#include <config.h>

#include <stdio.h>

#include "session/render.h"

struct rendering {
	struct session *session;
	const struct found *found; /* NULL: the score decided */
	long long score;
	char number[24]; /* for those that are numbers */
};

static const char *render_number(struct rendering *rendering, long long number)
{
	snprintf(rendering->number, sizeof(rendering->number), "%lld", number);
	return rendering->number;
}

static const char *render_macro(void *ctx, enum text_macro macro)
{
	struct rendering *rendering = ctx;
	const struct session *session = rendering->session;
	const struct found *found = rendering->found;

	switch (macro) {
	case TEXT_CLIENT:
		return session->client.text;
	case TEXT_CLIENT_NAME:
		return session->client.name ? session->client.name : "unknown";
	case TEXT_CLIENT_PORT:
		return render_number(rendering, session->client.port);
	case TEXT_DAEMON:
		return state_macro(session, "{daemon_name}");
	case TEXT_HELO:
		return session->helo;
	case TEXT_SENDER:
		return session->message.sender && !*session->message.sender
			       ? "<>"
			       : session->message.sender;
	case TEXT_RECIPIENT:
		return session->message.recipient;
	case TEXT_AUTH:
		return state_macro(session, "{auth_authen}");
	case TEXT_TLS:
		return state_macro(session, "{tls_version}");
	case TEXT_QUEUE_ID:
		return session->message.queue_id;
	case TEXT_ID:
		return session->id;
	case TEXT_POLICY:
		return found ? found->instance->name : "score";
	case TEXT_RESULT:
		return found ? found->instance->result_names[found->result] : NULL;
	case TEXT_DETAIL:
		return found ? found->detail : NULL;
	case TEXT_SCORE:
		return render_number(rendering, rendering->score);
	case TEXT_MACROS:
		break;
	}
	return NULL;
}

static const char *render_value(void *ctx, size_t index)
{
	const struct rendering *rendering = ctx;

	return rendering->found && rendering->found->values ? rendering->found->values[index]
							    : NULL;
}

const char *render_text(struct arena *arena, const struct text *text, struct session *session,
			const struct found *found, long long score, bool folds)
{
	struct rendering rendering = { .session = session, .found = found, .score = score };
	const struct text_source from = { render_macro, render_value, &rendering };

	return text_render(text, &from, arena, folds);
}
