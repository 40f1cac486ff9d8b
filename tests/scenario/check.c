/* SPDX-License-Identifier: BSD-2-Clause */
/* Statements about the daemon itself: its log, its process, its configuration. */
#include "../dns/server.h"
#include "play.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <jansson.h>

#define PAUSE_MS 10

/* ---- Effects that come a little later ------------------------------------------- */

/* One look at the daemon; it is repeated until the statement holds. */
struct look {
	struct play *play;
	const struct line *line;
	long want, got;   /* what the last look saw */
	char report[240]; /* the report of a wait in vain */
};

static bool look_until(struct look *look, bool (*holds)(struct look *look))
{
	struct machine_wait wait = machine_wait(PATIENCE_MS);

	while (!holds(look))
		if (!machine_pause(&wait, PAUSE_MS)) {
			daemon_report(&look->play->scenario->daemon, &wait, look->report);
			return false;
		}
	return true;
}

/* ---- The log ------------------------------------------------------------------------- */

/* Whether a line of the log is the one that a statement describes. */
typedef bool line_test(const char *log_line, const struct line *line, struct play *play);

/* All the words, in any order; a word with ^ must stand at the line's beginning. */
static bool line_has_words(const char *log_line, const struct line *line, struct play *play)
{
	const bool is_counted = line_is(line, 0, "log-count") || line_is(line, 0, "log-reaches");
	size_t i;

	for (i = is_counted ? 2 : 1; i < line->nwords; i++) {
		char *want = daemon_expand(&play->scenario->daemon, line->words[i].text);
		bool has =
			*want == '^' ? text_begins(log_line, want + 1) : text_has(log_line, want);

		free(want);
		if (!has)
			return false;
	}
	return true;
}

/* A value as the scenario writes it: policies.0.result */
static json_t *json_at(json_t *value, const char *path)
{
	while (value && *path) {
		char name[80];
		size_t size = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)size, path);
		value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
					     : json_object_get(value, name);
		path += size + (path[size] == '.');
	}
	return value;
}

static bool json_is(json_t *value, const char *want)
{
	char *text;
	bool is;

	if (json_is_string(value))
		return text_matches(json_string_value(value), want);
	text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	is = text && text_matches(text, want);
	free(text);
	return is;
}

/* log-json PATH=VALUE...: one object that has all of these values. */
static bool line_has_json(const char *log_line, const struct line *line, struct play *play)
{
	json_t *object = json_loads(log_line, 0, NULL);
	bool good = object != NULL;
	size_t i;

	(void)play;
	for (i = 1; good && i < line->nwords; i++) {
		const char *word = line->words[i].text;
		const char *equal = strchr(word, '=');
		char path[200];

		snprintf(path, sizeof(path), "%.*s", equal ? (int)(equal - word) : 0, word);
		good = equal && json_is(json_at(object, path), equal + 1);
	}
	json_decref(object);
	return good;
}

static bool line_is_not_json(const char *log_line, const struct line *line, struct play *play)
{
	json_t *object = json_loads(log_line, 0, NULL);
	bool good = json_is_object(object) || strncmp(log_line, "==", 2) == 0; /* valgrind's */

	(void)line;
	(void)play;
	json_decref(object);
	return !good;
}

/* The number of log lines that pass the test. */
static unsigned log_count(struct play *play, const struct line *line, line_test *test)
{
	char *path = daemon_path(&play->scenario->daemon, play->scenario->log_name);
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	ssize_t size;
	unsigned n = 0;

	while (file && (size = getline(&text, &room, file)) > 0) {
		if (text[size - 1] == '\n')
			text[size - 1] = '\0';
		n += test(text, line, play);
	}
	free(text);
	if (file)
		fclose(file);
	free(path);
	return n;
}

static bool log_has_words(struct look *look)
{
	look->got = log_count(look->play, look->line, line_has_words);
	return look->got >= look->want;
}

static bool log_has_json(struct look *look)
{
	return log_count(look->play, look->line, line_has_json) > 0;
}

/* Waits for a line that may not be written yet. */
static bool log_await(struct play *play, const struct line *line, bool (*has)(struct look *look))
{
	struct look look = { .play = play, .line = line, .want = 1 };

	return look_until(&look, has) ||
	       play_fail(play, line, "the log has no such line\n  %s", look.report);
}

/* log-reaches N "text"...: at least so many lines have come. */
static bool check_log_reaches(struct play *play, const struct line *line)
{
	struct look look = { .play = play, .line = line, .want = atol(line_word(line, 1)) };

	return look_until(&look, log_has_words) ||
	       play_fail(play, line, "wanted: %ld such lines\n  got:    %ld\n  %s", look.want,
			 look.got, look.report);
}

static bool check_reply_id(struct play *play, const struct line *line)
{
	struct word words[2] = { { NULL, 0 }, { play->scenario->reply_id, 0 } };
	struct line wanted = {
		.number = line->number, .raw = line->raw, .nwords = 2, .words = words
	};
	static char name[] = "log";

	words[0].text = name;
	if (!*play->scenario->reply_id)
		return play_fail(play, line, "no reply had an id");
	return log_await(play, &wanted, log_has_words);
}

static bool check_log_file(struct play *play, const struct line *line)
{
	free(play->scenario->log_name);
	play->scenario->log_name = line->nwords > 1 ? strdup(line_word(line, 1)) : NULL;
	return true;
}

/* create NAME: an empty file in the daemon's folder, for a probe that waits for it. */
static bool check_create(struct play *play, const struct line *line)
{
	char *path = daemon_path(&play->scenario->daemon, line_word(line, 1));
	FILE *file = fopen(path, "we");
	bool good = file != NULL || play_fail(play, line, "%s: %s", path, strerror(errno));

	if (file)
		fclose(file);
	free(path);
	return good;
}

/* rename A B, in the daemon's folder. */
/* In the daemon's folder, or where a variable says. */
static char *check_path(struct play *play, const char *name)
{
	const struct daemon *daemon = &play->scenario->daemon;

	return *name == '$' ? daemon_expand(daemon, name) : daemon_path(daemon, name);
}

static bool check_rename(struct play *play, const struct line *line)
{
	char *from = check_path(play, line_word(line, 1));
	char *to = check_path(play, line_word(line, 2));
	bool good = rename(from, to) == 0;

	if (!good)
		play_fail(play, line, "%s: %s", from, strerror(errno));
	free(from);
	free(to);
	return good;
}

static bool socket_has_mode(struct look *look)
{
	struct stat status;

	look->got = stat(look->play->scenario->daemon.socket, &status) == 0
			    ? (long)(status.st_mode & 07777)
			    : -1;
	return look->got == look->want;
}

/* socket-mode 0660: of the daemon's socket, which gets its mode after it was made. */
static bool check_socket_mode(struct play *play, const struct line *line)
{
	struct look look = { play, line, strtol(line_word(line, 1), NULL, 8), 0, "" };

	if (look_until(&look, socket_has_mode))
		return true;
	if (look.got < 0)
		return play_fail(play, line, "there is no %s", play->scenario->daemon.socket);
	return play_fail(play, line, "wanted: %s\n  got:    %04lo\n  %s", line_word(line, 1),
			 look.got, look.report);
}

/* ---- The process ------------------------------------------------------------------------ */

static bool process_signal(struct play *play, const struct line *line)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = { { "HUP", SIGHUP },
			{ "TERM", SIGTERM },
			{ "INT", SIGINT },
			{ "kill", SIGKILL },
			{ "USR1", SIGUSR1 } };
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (line_is(line, 2, signals[i].name))
			return daemon_signal(&play->scenario->daemon, signals[i].number) ||
			       play_fail(play, line, "the daemon does not run");
	return play_fail(play, line, "an unknown signal");
}

/* daemon exits [STATUS]: a signal was sent, which stops or kills it: status 137 is signal 9. */
static bool process_exits(struct play *play, const struct line *line)
{
	struct daemon *daemon = &play->scenario->daemon;
	int want = line->nwords > 2 ? atoi(line_word(line, 2)) : 0;
	int got;

	if (!daemon_wait(daemon))
		return play_fail(play, line, "%s", daemon->error);
	got = WIFEXITED(daemon->status) ? WEXITSTATUS(daemon->status)
					: 128 + WTERMSIG(daemon->status);
	return got == want ||
	       play_fail(play, line, "wanted: exit status %d\n  got:    %d", want, got);
}

static bool process_has_connections(struct look *look)
{
	look->got = daemon_connections(&look->play->scenario->daemon);
	return look->got == look->want;
}

/* daemon connections N: connections that were closed need not be gone at once. */
static bool process_connections(struct play *play, const struct line *line, long n)
{
	struct look look = { play, line, n, 0, "" };

	return look_until(&look, process_has_connections) ||
	       play_fail(play, line, "wanted: %ld connections\n  got:    %ld\n  %s", n, look.got,
			 look.report);
}

/* daemon remember: its memory and descriptors, when there is no connection but ours. */
static bool process_remember(struct play *play, const struct line *line)
{
	struct scenario *scenario = play->scenario;

	if (!process_connections(play, line, mta_fd(play->mta) >= 0))
		return false;
	scenario->fds = daemon_fds(&scenario->daemon);
	scenario->memory = daemon_memory(&scenario->daemon);
	return true;
}

static bool process_has_fds(struct look *look)
{
	look->got = daemon_fds(&look->play->scenario->daemon);
	return look->got <= look->want;
}

/* daemon fds unchanged: everything that was opened since then is closed. */
static bool process_fds(struct play *play, const struct line *line)
{
	struct look look = { play, line, play->scenario->fds, 0, "" };

	if (!process_connections(play, line, mta_fd(play->mta) >= 0))
		return false;
	return look_until(&look, process_has_fds) ||
	       play_fail(play, line, "wanted: %ld file descriptors at most\n  got:    %ld\n  %s",
			 look.want, look.got, look.report);
}

/* daemon memory grown less than N: in KiB since it was remembered. */
static bool process_memory(struct play *play, const struct line *line)
{
	long limit = line->nwords > 5 ? atol(line_word(line, 5)) : 0;
	long grown = daemon_memory(&play->scenario->daemon) - play->scenario->memory;

	return grown < limit ||
	       play_fail(play, line, "wanted: less than %ld KiB more\n  got:    %ld", limit, grown);
}

/*
 * daemon second: a second daemon with the same configuration must not start; its exit status is 1.
 */
static bool process_second(struct play *play, const struct line *line)
{
	struct daemon second = play->scenario->daemon;
	int status;

	if (!daemon_run(&second, "-f", &status))
		return play_fail(play, line, "%s", second.error);
	return (WIFEXITED(status) && WEXITSTATUS(status) == 1) ||
	       play_fail(play, line, "the second daemon starts");
}

static bool check_daemon(struct play *play, const struct line *line)
{
	struct daemon *daemon = &play->scenario->daemon;

	if (line_is(line, 1, "signal"))
		return process_signal(play, line);
	if (line_is(line, 1, "exits"))
		return process_exits(play, line);
	if (line_is(line, 1, "alive"))
		return daemon_is_alive(daemon) || play_fail(play, line, "the daemon has ended");
	if (line_is(line, 1, "starts"))
		return daemon_start(daemon) || play_fail(play, line, "%s", daemon->error);
	if (line_is(line, 1, "stops"))
		return daemon_stop(daemon) || play_fail(play, line, "%s", daemon->error);
	if (line_is(line, 1, "second"))
		return process_second(play, line);
	if (line_is(line, 1, "connections") && line->nwords > 2)
		return process_connections(play, line, atol(line_word(line, 2)));
	if (line_is(line, 1, "remember"))
		return process_remember(play, line);
	if (line_is(line, 1, "fds"))
		return process_fds(play, line);
	if (line_is(line, 1, "memory"))
		return process_memory(play, line);
	return play_fail(play, line, "daemon what?");
}

/* ---- The configuration --------------------------------------------------------------------- */

/* Whether a line begins with FILE:LINE:COLUMN, as every message does. */
static bool line_is_message(const char *log_line, const struct line *line, struct play *play)
{
	const char *conf = play->scenario->daemon.dir;
	const char *s = log_line + strlen(conf);

	(void)line;
	if (strncmp(log_line, conf, strlen(conf)) != 0)
		return false;
	s += strcspn(s, ":");
	if (*s != ':' || !isdigit((unsigned char)s[1]))
		return false;
	s += 1 + strspn(s + 1, "0123456789");
	return *s == ':';
}

/* Once for all config-error lines: neither option accepts the configuration. */
static bool config_refused(struct play *play, const struct line *line)
{
	struct daemon *daemon = &play->scenario->daemon;
	static const char *const options[] = { "-f", "-t" };
	size_t i;

	for (i = 0; i < 2; i++) {
		int status;

		remove(daemon->errors);
		if (!daemon_run(daemon, options[i], &status))
			return play_fail(play, line, "%s", daemon->error);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
			return play_fail(
				play, line, "wanted: exit status 1 with %s\n  got:    %s %d",
				options[i], WIFEXITED(status) ? "status" : "signal",
				WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	}
	return true;
}

static bool config_error(struct play *play, const struct line *line)
{
	if (!daemon_is_alive(&play->scenario->daemon) && !play->scenario->daemon.waited &&
	    !config_refused(play, line))
		return false;
	return log_count(play, line, line_has_words) > 0 ||
	       play_fail(play, line, "there is no such message");
}

/* config-errors N: the number of all messages. */
static bool config_errors(struct play *play, const struct line *line)
{
	unsigned want = (unsigned)atoi(line_word(line, 1));
	unsigned got = log_count(play, line, line_is_message);

	return got == want || play_fail(play, line, "wanted: %u messages\n  got:    %u", want, got);
}

static bool config_ok(struct play *play, const struct line *line)
{
	int status;

	if (!daemon_run(&play->scenario->daemon, "-t", &status))
		return play_fail(play, line, "%s", play->scenario->daemon.error);
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
	       play_fail(play, line, "the daemon does not accept the file");
}

/* ---- The table of all statements ------------------------------------------------ */

/* no-reply: the daemon has sent nothing so far. */
static bool check_no_reply(struct play *play, const struct line *line)
{
	return !mta_has_input(play->mta) || play_fail(play, line, "the daemon has replied");
}

static bool check_wait(struct play *play, const struct line *line)
{
	(void)play;
	poll(NULL, 0, atoi(line_word(line, 1)));
	return true;
}

static bool dns_was_asked(struct look *look)
{
	struct server *dns = look->play->scenario->daemon.dns;

	look->got = dns ? server_asked(dns, line_word(look->line, 1), line_word(look->line, 2)) : 0;
	return look->got >= look->want;
}

/*
 * asked NAME TYPE N: how often the DNS server got this question so far; not every question holds up
 * a reply.
 */
static bool check_asked(struct play *play, const struct line *line)
{
	struct look look = { play, line, atol(line_word(line, 3)), 0, "" };

	return (look_until(&look, dns_was_asked) && look.got == look.want) ||
	       play_fail(play, line, "wanted: %s\n  got:    %ld\n  %s", line->raw, look.got,
			 look.report);
}

static bool dns_was_asked_anything(struct look *look)
{
	struct server *dns = look->play->scenario->daemon.dns;

	look->got = dns ? server_questions(dns) : 0;
	return look->got >= look->want;
}

/* asked-in-all N */
static bool check_asked_in_all(struct play *play, const struct line *line)
{
	struct look look = { play, line, atol(line_word(line, 1)), 0, "" };

	return (look_until(&look, dns_was_asked_anything) && look.got == look.want) ||
	       play_fail(play, line, "wanted: %s\n  got:    %ld\n  %s", line->raw, look.got,
			 look.report);
}

int check_statement(struct play *play, const struct line *line)
{
	static const struct {
		const char *name;
		size_t words;
		bool (*check)(struct play *play, const struct line *line);
	} checks[] = {
		{ "log-file", 1, check_log_file },
		{ "log-has-reply-id", 1, check_reply_id },
		{ "log-reaches", 3, check_log_reaches },
		{ "create", 2, check_create },
		{ "rename", 3, check_rename },
		{ "socket-mode", 2, check_socket_mode },
		{ "daemon", 2, check_daemon },
		{ "config-error", 2, config_error },
		{ "config-errors", 2, config_errors },
		{ "config-ok", 1, config_ok },
		{ "wait", 2, check_wait },
		{ "asked", 4, check_asked },
		{ "no-reply", 1, check_no_reply },
		{ "asked-in-all", 2, check_asked_in_all },
	};
	size_t i;

	if (line_is(line, 0, "log"))
		return log_await(play, line, log_has_words);
	if (line_is(line, 0, "log-json"))
		return log_await(play, line, log_has_json);
	if (line_is(line, 0, "no-log") || line_is(line, 0, "log-count") ||
	    line_is(line, 0, "log-is-json") || line_is(line, 0, "needs"))
		return true; /* judged at the end; needs: before the start */
	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		if (line_is(line, 0, checks[i].name))
			return line->nwords >= checks[i].words
				       ? checks[i].check(play, line)
				       : play_fail(play, line, "something is missing");
	return -1;
}

bool check_at_end(struct play *play)
{
	const struct script *script = play->scenario->script;
	bool good = true;
	size_t i;

	for (i = 0; i < script->nlines; i++) {
		const struct line *line = &script->lines[i];

		if (line_is(line, 0, "config") || line_is(line, 0, "file") ||
		    line_is(line, 0, "answers")) {
			i = line->end;
		} else if (line_is(line, 0, "no-log") && log_count(play, line, line_has_words)) {
			good = play_fail(play, line, "the log has such a line");
		} else if (line_is(line, 0, "log-is-json") &&
			   log_count(play, line, line_is_not_json)) {
			good = play_fail(play, line,
					 "the log has a line that is not a JSON object");
		} else if (line_is(line, 0, "log-count") && line->nwords > 2) {
			unsigned want = (unsigned)atoi(line_word(line, 1)),
				 got = log_count(play, line, line_has_words);

			if (got != want)
				good = play_fail(play, line, "wanted: %u such lines\n  got:    %u",
						 want, got);
		}
	}
	return good;
}
