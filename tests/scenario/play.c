/* SPDX-License-Identifier: BSD-2-Clause */
/* Plays the lines of a scenario, one after another or on parallel connections. */
#include "play.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS_MAX 512

bool play_fail(struct play *play, const struct line *line, const char *fmt, ...)
{
	struct scenario *scenario = play->scenario;
	char *what = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&what, fmt, args) < 0)
		abort();
	va_end(args);
	pthread_mutex_lock(&scenario->mutex);
	text_format(&scenario->failures, "%s:%u: %s\n  %s\n", scenario->script->path, line->number,
		    line->raw, what);
	pthread_mutex_unlock(&scenario->mutex);
	free(what);
	return false;
}

void play_init(struct play *play, struct scenario *scenario, unsigned number)
{
	*play = (struct play){ .scenario = scenario, .number = number, .offer = MTA_OFFER_ALL };
	play->mta = mta_new(play->offer, PATIENCE_MS);
	mta_use_postfix_macros(play->mta);
}

void play_done(struct play *play)
{
	expect_no_more_edits(play);
	free(play->got.data);
	mta_free(&play->mta);
}

/* ---- Parallel connections ------------------------------------------------------------ */

struct connection {
	struct play play;
	size_t begin, end;
	pthread_t thread;
	bool good, started;
};

static void *connection_play(void *arg)
{
	struct connection *connection = arg;
	struct play *play = &connection->play;

	connection->good = play_lines(play, connection->begin, connection->end);
	if (mta_fd(play->mta) >= 0)
		mta_quit(play->mta);
	return NULL;
}

/*
 * connections N ... [meanwhile ...] end: runs the first lines N times at once, and the others
 * beside them.
 */
static bool play_connections(struct play *play, size_t begin)
{
	const struct line *line = &play->scenario->script->lines[begin];
	size_t i, n = line->nwords > 1 ? strtoul(line_word(line, 1), NULL, 10) : 0;
	struct connection *connections;
	bool good = true;

	if (n < 1 || n > CONNECTIONS_MAX)
		return play_fail(play, line, "from 1 to %d connections", CONNECTIONS_MAX);
	connections = calloc(n, sizeof(*connections));
	if (!connections)
		abort();
	for (i = 0; i < n; i++) {
		struct connection *connection = &connections[i];

		play_init(&connection->play, play->scenario, (unsigned)i + 1);
		connection->begin = begin + 1;
		connection->end = line->meanwhile;
		connection->started =
			pthread_create(&connection->thread, NULL, connection_play, connection) == 0;
	}
	if (line->meanwhile < line->end)
		good = play_lines(play, line->meanwhile + 1, line->end);
	for (i = 0; i < n; i++) {
		if (connections[i].started)
			pthread_join(connections[i].thread, NULL);
		good = connections[i].good && good;
		play_done(&connections[i].play);
	}
	free(connections);
	return good;
}

static bool play_repeat(struct play *play, size_t begin)
{
	const struct line *line = &play->scenario->script->lines[begin];
	unsigned long times = line->nwords > 1 ? strtoul(line_word(line, 1), NULL, 10) : 0;

	while (times--)
		if (!play_lines(play, begin + 1, line->end))
			return false;
	return true;
}

/* ---- One after another ------------------------------------------------------------------ */

static bool play_line(struct play *play, const struct line *line)
{
	int result = expect_edit(play, line);

	if (result >= 0)
		return result;
	if (!expect_no_more_edits(play))
		return false;
	/*
	 * An MTA buffers commands without a reply until it waits for one; so does the scenario,
	 * until it checks their effect.
	 */
	if (line_is(line, 0, "log") || line_is(line, 0, "log-json") ||
	    line_is(line, 0, "log-reaches") || line_is(line, 0, "wait") ||
	    line_is(line, 0, "daemon"))
		mta_flush(play->mta);
	result = check_statement(play, line);
	if (result < 0)
		result = connection_statement(play, line);
	if (result < 0)
		result = dialogue_statement(play, line);
	return result < 0 ? play_fail(play, line, "an unknown statement") : result;
}

bool play_lines(struct play *play, size_t begin, size_t end)
{
	const struct line *lines = play->scenario->script->lines;
	bool good = true;
	size_t i;

	for (i = begin; good && i < end; i++) {
		if (line_is(&lines[i], 0, "connections"))
			good = play_connections(play, i);
		else if (line_is(&lines[i], 0, "repeat"))
			good = play_repeat(play, i);
		else if (!lines[i].end)
			good = play_line(play, &lines[i]);
		if (lines[i].end)
			i = lines[i].end;
	}
	return good && expect_no_more_edits(play);
}
