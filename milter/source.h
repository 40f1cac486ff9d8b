/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the macros of texts get their values from in a session. */
#ifndef MG_SOURCE_H
#define MG_SOURCE_H

#include "pipeline.h"

struct source {
	struct session *session;
	const struct found *found; /* NULL: the score decided */
	long long score;
	char number[24]; /* for those that are numbers */
};

/* A text's source over *source, which must outlive it. */
struct text_source source_text(struct source *source);

/* Renders a text; the result is in the arena. */
const char *source_render(struct arena *arena, const struct text *text, struct session *session,
			  const struct found *found, long long score);

#endif
