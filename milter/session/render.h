/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the macros of texts get their values from in a session. */
#ifndef MG_RENDER_H
#define MG_RENDER_H

#include "session/state.h"

/*
 * Renders a text; the result is in the arena. found: NULL when the score decided. folds: as of
 * text_render().
 */
const char *render_text(struct arena *arena, const struct text *text, struct session *session,
			const struct found *found, long long score, bool folds);

#endif
