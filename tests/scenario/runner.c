/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runner FILE.scn...: plays scenarios against the real daemon.
 *
 * The daemon is $MILLGATED, run through $MILLGATED_WRAPPER if that is set (such as "valgrind -q
 * --error-exitcode=99"). With $SCENARIO_KEEP the folder of each scenario stays. A scenario passes
 * when every line holds, and SIGTERM stops the daemon with status 0 and without a report of a
 * sanitizer or valgrind. README.md lists the statements.
 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TAIL_LINES 25
#define SKIPPED 77 /* automake's exit status for a test that cannot run here */

/*
 * How much of the end of the daemon's output is shown: most often it has the reason of a failure.
 */
static void runner_show_log(const struct daemon *daemon, const char *path)
{
	char *lines[TAIL_LINES] = { NULL };
	char *text = NULL;
	size_t room = 0, n = 0, i;
	FILE *file = fopen(path, "re");

	(void)daemon;
	while (file && getline(&text, &room, file) >= 0) {
		free(lines[n % TAIL_LINES]);
		lines[n++ % TAIL_LINES] = strdup(text);
	}
	printf("  the end of the log, of %zu lines:\n", n);
	for (i = n > TAIL_LINES ? n - TAIL_LINES : 0; i < n; i++)
		printf("  | %s", lines[i % TAIL_LINES]);
	for (i = 0; i < TAIL_LINES; i++)
		free(lines[i]);
	free(text);
	if (file)
		fclose(file);
}

/* Whether it names a front end that this is not. */
static bool runner_is_for_another(const struct line *line)
{
	const char *front_end = getenv("MG_FRONT_END");
	const bool libmilter = front_end && strcmp(front_end, "libmilter") == 0;

	return (line_is(line, 1, "event") && libmilter) ||
	       (line_is(line, 1, "libmilter") && !libmilter);
}

/*
 * Whether a scenario cannot be played here: needs modules ($MG_TEST_MODULES), needs plain, needs
 * event, needs libmilter.
 */
static bool runner_lacks(const struct script *script)
{
	size_t i;

	for (i = 0; i < script->nlines; i++) {
		const struct line *line = &script->lines[i];

		if (line_is(line, 0, "needs") && line_is(line, 1, "modules") &&
		    !getenv("MG_TEST_MODULES"))
			return true;
		if (line_is(line, 0, "needs") && line_is(line, 1, "plain") &&
		    machine_is_instrumented())
			return true;
		if (line_is(line, 0, "needs") && runner_is_for_another(line))
			return true;
	}
	return false;
}

static bool runner_has(const struct script *script, const char *statement)
{
	size_t i;

	for (i = 0; i < script->nlines; i++) {
		if (line_is(&script->lines[i], 0, statement))
			return true;
		if (line_is(&script->lines[i], 0, "config") ||
		    line_is(&script->lines[i], 0, "file") ||
		    line_is(&script->lines[i], 0, "answers"))
			i = script->lines[i].end;
	}
	return false;
}

/* Plays a scenario whose folder is prepared. */
static bool runner_play(struct scenario *scenario, struct play *play)
{
	const struct script *script = scenario->script;
	const struct line *last = &script->lines[script->nlines - 1];
	bool starts = !runner_has(script, "config-error") && !runner_has(script, "config-ok");
	bool good = true;

	if (starts && !daemon_start(&scenario->daemon))
		return play_fail(play, &script->lines[0], "%s", scenario->daemon.error);
	good = play_lines(play, 0, script->nlines);
	if (mta_fd(play->mta) >= 0)
		mta_quit(play->mta);
	mta_close(play->mta);
	if (starts && daemon_is_alive(&scenario->daemon) && !daemon_stop(&scenario->daemon))
		good = play_fail(play, last, "after the last line: %s", scenario->daemon.error);
	return good && check_at_end(play);
}

static int runner_run(const char *path)
{
	struct scenario scenario = { .mutex = PTHREAD_MUTEX_INITIALIZER };
	struct play play;
	struct timespec began, ended;
	char error[400] = "";
	bool good;

	clock_gettime(CLOCK_MONOTONIC, &began);
	scenario.script = script_read(path, error, sizeof(error));
	if (!scenario.script || !scenario.script->nlines) {
		printf("FAIL %s\n  %s\n", path, *error ? error : "there is nothing in it");
		script_free(&scenario.script);
		return 1;
	}
	if (runner_lacks(scenario.script)) {
		printf("SKIP %s\n", path);
		script_free(&scenario.script);
		return SKIPPED;
	}
	play_init(&play, &scenario, 0);
	good = daemon_prepare(&scenario.daemon, scenario.script) ||
	       play_fail(&play, &scenario.script->lines[0], "%s", scenario.daemon.error);
	good = good && runner_play(&scenario, &play);
	play_done(&play);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	printf("%s %s (%.1fs): %s\n%s", good ? "ok  " : "FAIL", path,
	       (double)(ended.tv_sec - began.tv_sec) +
		       (double)(ended.tv_nsec - began.tv_nsec) / 1e9,
	       scenario.script->title, scenario.failures.data ? scenario.failures.data : "");
	if (!good)
		runner_show_log(&scenario.daemon, scenario.daemon.errors);
	daemon_clean(&scenario.daemon);
	free(scenario.failures.data);
	free(scenario.log_name);
	script_free(&scenario.script);
	fflush(stdout);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	int failed = 0, skipped = 0, i;

	if (argc < 2) {
		fprintf(stderr, "usage: MILLGATED=PROGRAM %s FILE.scn...\n", argv[0]);
		return 2;
	}
	for (i = 1; i < argc; i++) {
		int result = runner_run(argv[i]);

		failed += result == 1;
		skipped += result == SKIPPED;
	}
	if (argc > 2)
		printf("%d scenarios: %d passed, %d failed, %d skipped\n", argc - 1,
		       argc - 1 - failed - skipped, failed, skipped);
	return failed ? 1 : skipped == argc - 1 ? SKIPPED : 0;
}
