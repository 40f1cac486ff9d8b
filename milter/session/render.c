/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the macros of texts get their values from in a session. */
#include <config.h>

#include <stdio.h>

#include "session/render.h"

struct rendering {
	struct session *session;
	struct arena *arena;
	const struct found *found; /* NULL: the score decided */
	long long score;
	char number[24]; /* for those that are numbers */
};

static const char *render_number(struct rendering *rendering, long long number)
{
	snprintf(rendering->number, sizeof(rendering->number), "%lld", number);
	return rendering->number;
}

static const char *render_session(struct rendering *rendering, enum text_macro macro)
{
	static const char *const resolves[] = { [MG_RESOLVE_UNKNOWN] = NULL,
						[MG_RESOLVE_OK] = "ok",
						[MG_RESOLVE_FAIL] = "fail",
						[MG_RESOLVE_FORGED] = "forged",
						[MG_RESOLVE_TEMP] = "temp" };
	const struct session *session = rendering->session;

	switch (macro) {
	case TEXT_CLIENT:
		return session->client.text;
	case TEXT_CLIENT_NAME:
		return session->client.name ? session->client.name : "unknown";
	case TEXT_CLIENT_PTR:
		return session->client.ptr ? session->client.ptr : "unknown";
	case TEXT_CLIENT_RESOLVE:
		return resolves[session->client.resolve];
	case TEXT_CLIENT_PORT:
		return render_number(rendering, session->client.port);
	case TEXT_HELO:
		return session->helo;
	case TEXT_ID:
		return session->id;
	default:
		return NULL;
	}
}

static const char *render_readings(const struct rendering *rendering,
				   const struct readings *readings)
{
	return readings ? readings_text(rendering->arena, readings) : NULL;
}

static const char *render_message(const struct rendering *rendering, enum text_macro macro)
{
	const struct message *message = &rendering->session->message;

	switch (macro) {
	case TEXT_SENDER:
		return render_readings(rendering, message->sender_readings);
	case TEXT_RECIPIENT:
		return render_readings(rendering, message->recipient_readings);
	case TEXT_QUEUE_ID:
		return message->queue_id;
	default:
		return NULL;
	}
}

static const char *render_found(struct rendering *rendering, enum text_macro macro)
{
	const struct found *found = rendering->found;

	switch (macro) {
	case TEXT_POLICY:
		return found ? found->instance->name : "score";
	case TEXT_RESULT:
		return found ? found->instance->result_names[found->result] : NULL;
	case TEXT_DETAIL:
		return found ? found->detail : NULL;
	case TEXT_SCORE:
		return render_number(rendering, rendering->score);
	default:
		return NULL;
	}
}

/* A macro has one source; the others have no value for it. */
static const char *render_macro(void *ctx, enum text_macro macro)
{
	static const char *const of_mta[TEXT_MACROS] = {
		[TEXT_DAEMON] = "{daemon_name}",
		[TEXT_AUTH] = "{auth_authen}",
		[TEXT_TLS] = "{tls_version}",
	};
	struct rendering *rendering = ctx;
	const char *value;

	if (of_mta[macro])
		return state_macro(rendering->session, of_mta[macro]);
	value = render_session(rendering, macro);
	if (!value)
		value = render_message(rendering, macro);
	return value ? value : render_found(rendering, macro);
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
	struct rendering rendering = {
		.session = session, .arena = arena, .found = found, .score = score
	};
	const struct text_source from = { render_macro, render_value, &rendering };

	return text_render(text, &from, arena, folds);
}
