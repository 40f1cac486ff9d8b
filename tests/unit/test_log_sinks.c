/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log's sinks: a file, the syslog daemon, standard error; when they appear, vanish and are
 * stuck.
 */
#include <config.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "folder.h"
#include "json_help.h"
#include "log_help.h"
#include "run.h"

/* A file's text. */
static char *read_all(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	ck_assert_ptr_nonnull(file);
	if (getdelim(&text, &size, EOF, file) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(file);
	return text;
}

START_TEST(levels)
{
	char path[128];
	struct log_settings settings = { .target = LOG_TO_FILE,
					 .path = path,
					 .level = MG_LOG_WARNING };
	const char *error;
	struct log *log;
	char *text;

	snprintf(path, sizeof(path), "%s/levels", folder);
	log = log_open(&settings, &error);
	ck_assert(log_wants(log, MG_LOG_ERROR));
	ck_assert(log_wants(log, MG_LOG_WARNING));
	ck_assert(!log_wants(log, MG_LOG_INFO));
	ck_assert(!log_wants(NULL, MG_LOG_ERROR));
	log_say(log, MG_LOG_INFO, "e", "not wanted");
	log_say(log, MG_LOG_WARNING, "e", "%s", "wanted");
	log_say(NULL, MG_LOG_ERROR, "e", "nowhere");
	text = read_all(path);
	ck_assert_ptr_nonnull(strstr(text, "]: warning: wanted\n"));
	ck_assert_ptr_null(strstr(text, "not wanted"));
	free(text);
	log_close(&log);
	ck_assert_ptr_null(log);
	log_close(&log);
}
END_TEST

START_TEST(file_is_opened_anew)
{
	char path[128], old[160];
	struct log *log = open_log(path_in(path, "log"), false);
	struct stat st;
	char *text;

	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777 & ~0640U, 0);
	log_say(log, MG_LOG_INFO, "e", "first");
	snprintf(old, sizeof(old), "%s.1", path);
	ck_assert_int_eq(rename(path, old), 0);
	log_say(log, MG_LOG_INFO, "e", "second");
	ck_assert_int_eq(log_reopen(log), 0);
	log_say(log, MG_LOG_INFO, "e", "third");
	text = read_all(old);
	ck_assert_ptr_nonnull(strstr(text, "first\n"));
	ck_assert_ptr_nonnull(strstr(text, "second\n"));
	ck_assert_ptr_null(strstr(text, "third"));
	free(text);
	text = read_all(path);
	ck_assert_ptr_nonnull(strstr(text, "third\n"));
	free(text);

	/* A file that cannot be opened: the log keeps the present one, and reports that there. */
	snprintf(old, sizeof(old), "%s.2", path);
	ck_assert_int_eq(rename(path, old), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(log_reopen(log), -1);
	log_say(log, MG_LOG_INFO, "e", "fourth");
	text = read_all(old);
	ck_assert_ptr_nonnull(strstr(text, "]: error: the log file cannot be opened again, "
					   "the present one is kept: Is a directory\n"));
	ck_assert_ptr_nonnull(strstr(text, "fourth\n"));
	free(text);
	ck_assert_uint_eq(count_lines(old, "were lost"), 0);
	log_close(&log);
}
END_TEST

START_TEST(unusable_settings)
{
	const struct log_settings missing = { .target = LOG_TO_FILE, .path = "/nonexistent/log" };
	struct log_settings long_path = { .target = LOG_TO_SYSLOG };
	char path[200];
	const char *error = NULL;

	ck_assert_ptr_null(log_open(&missing, &error));
	ck_assert_str_eq(error, "No such file or directory");
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	long_path.path = path;
	ck_assert_ptr_null(log_open(&long_path, &error));
	ck_assert_str_eq(error, "File name too long");
}
END_TEST

#define WRITERS 4
#define LINES 2000

static void *write_lines(void *arg)
{
	for (int i = 0; i < LINES; i++)
		log_say(arg, MG_LOG_INFO, "e",
			"line %04d of a writer, long enough to be seen when it is torn apart", i);
	return NULL;
}

/* Several threads write while the file is renamed and opened anew: no line is lost or torn. */
START_TEST(threads_and_reopening)
{
	char path[128], old[160];
	struct log *log = open_log(path_in(path, "log"), false);
	pthread_t threads[WRITERS];
	unsigned whole = 0, lines = 0;

	for (int i = 0; i < WRITERS; i++)
		pthread_create(&threads[i], NULL, write_lines, log);
	for (int i = 0; i < 20; i++) {
		snprintf(old, sizeof(old), "%s.%d", path, i);
		rename(path, old);
		log_reopen(log);
		usleep(1000);
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	for (int i = -1; i < 20; i++) {
		char line[300];
		FILE *file;

		if (i >= 0)
			snprintf(old, sizeof(old), "%s.%d", path, i);
		file = fopen(i < 0 ? path : old, "r");
		while (file && fgets(line, sizeof(line), file)) {
			char rest[300] = "";
			int n;

			lines++;
			whole += sscanf(line, "%*[^ ] millgated[%*d]: info: line %d of %[^\n]", &n,
					rest) == 2 &&
				 strcmp(rest,
					"a writer, long enough to be seen when it is torn apart") ==
					 0;
		}
		if (file)
			fclose(file);
	}
	ck_assert_uint_eq(lines, WRITERS * LINES);
	ck_assert_uint_eq(whole, WRITERS * LINES);
	log_close(&log);
}
END_TEST

/* A syslog daemon's socket. */
static int serve(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval wait = { .tv_sec = 1 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	unlink(path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

/* The text of the next datagram after "TAG[PID]: "; checks the part before it. */
static const char *receive(int fd, char *buffer, size_t size, int want_priority)
{
	char month[4], want[32], tag[64];
	int priority, day, hour, minute, second, end = 0;
	ssize_t n = recv(fd, buffer, size - 1, 0);

	ck_assert_msg(n > 0, "nothing came: %s", strerror(errno));
	buffer[n] = '\0';
	ck_assert_int_eq(sscanf(buffer, "<%d>%3s %2d %2d:%2d:%2d %63s%n", &priority, month, &day,
				&hour, &minute, &second, tag, &end),
			 7);
	ck_assert_int_eq(priority, want_priority);
	snprintf(want, sizeof(want), "millgated[%ld]:", (long)getpid());
	ck_assert_str_eq(tag, want);
	return buffer + end + 1;
}

static struct log *open_syslog_log(char path_r[128], bool json, enum mg_level level)
{
	struct log_settings settings = {
		.target = LOG_TO_SYSLOG, .path = path_r, .json = json, .level = level
	};
	const char *error;
	struct log *log;

	snprintf(path_r, 128, "%s/dev-log", folder);
	log = log_open(&settings, &error);
	ck_assert_ptr_nonnull(log);
	return log;
}

START_TEST(syslog_datagrams)
{
	static const struct {
		enum mg_level level;
		int priority;
	} cases[] = { { MG_LOG_ERROR, 19 },
		      { MG_LOG_WARNING, 20 },
		      { MG_LOG_INFO, 22 },
		      { MG_LOG_DEBUG, 23 } };
	char path[128], buffer[LOG_LINE_MAX + 100];
	struct log *log = open_syslog_log(path, false, MG_LOG_DEBUG);
	int fd = serve(path);

	for (int i = 0; i < COUNT(cases); i++) {
		log_say(log, cases[i].level, "e", "hello %d", i);
		ck_assert_int_eq(strncmp(receive(fd, buffer, sizeof(buffer), cases[i].priority),
					 "hello ", 6),
				 0);
		ck_assert_ptr_null(strchr(buffer, '\n'));
	}
	log_close(&log);
	log = open_syslog_log(path, true, MG_LOG_DEBUG);
	log_say(log, MG_LOG_INFO, "e", "hello");
	json_decref(parse(receive(fd, buffer, sizeof(buffer), 22)));
	log_close(&log);
	close(fd);
}
END_TEST

START_TEST(syslog_comes_and_goes)
{
	char path[128], buffer[1000];
	struct log *log = open_syslog_log(path, false, MG_LOG_DEBUG);
	int fd;

	/* The daemon is not there yet. */
	log_say(log, MG_LOG_INFO, "e", "lost");
	fd = serve(path);
	log_say(log, MG_LOG_INFO, "e", "one");
	ck_assert_str_eq(receive(fd, buffer, sizeof(buffer), 22), "one");
	ck_assert_str_eq(receive(fd, buffer, sizeof(buffer), 20), "1 lines of this log were lost");
	/* The daemon is gone and left its socket's file; then another comes. */
	close(fd);
	log_say(log, MG_LOG_INFO, "e", "lost");
	fd = serve(path);
	log_say(log, MG_LOG_INFO, "e", "two");
	ck_assert_str_eq(receive(fd, buffer, sizeof(buffer), 22), "two");
	ck_assert_str_eq(receive(fd, buffer, sizeof(buffer), 20), "1 lines of this log were lost");
	ck_assert_int_lt(recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT), 0);
	log_close(&log);
	close(fd);
}
END_TEST

/* Lost lines are reported also in a log without warnings. */
START_TEST(syslog_of_errors_only)
{
	char path[128], buffer[1000];
	struct log *log = open_syslog_log(path, false, MG_LOG_ERROR);
	int fd;

	log_say(log, MG_LOG_ERROR, "e", "lost");
	fd = serve(path);
	log_say(log, MG_LOG_ERROR, "e", "one");
	ck_assert_str_eq(receive(fd, buffer, sizeof(buffer), 19), "one");
	ck_assert_str_eq(receive(fd, buffer, sizeof(buffer), 19), "1 lines of this log were lost");
	log_say(log, MG_LOG_ERROR, "e", "two");
	ck_assert_str_eq(receive(fd, buffer, sizeof(buffer), 19), "two");
	ck_assert_int_lt(recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT), 0);
	log_close(&log);
	close(fd);
}
END_TEST

/* The text is "N lines of this log were lost". */
static unsigned lost(const char *text)
{
	unsigned n = 0;
	int end = 0;

	sscanf(text, "%u lines of this log were lost%n", &n, &end);
	ck_assert_msg(end > 0, "got: %s", text);
	return n;
}

/*
 * Writes many lines to a reader that does not read. Only the first line without room waits a
 * little; with a wait for each line it would take many times as long.
 */
static void write_to_stuck(struct log *log, int lines)
{
	const int64_t began = now_us();
	int64_t longest = 0;

	for (int i = 0; i < lines; i++) {
		const int64_t from = now_us();

		log_say(log, MG_LOG_INFO, "e",
			"a line that fills a pipe when it comes often enough: %d", i);
		if (now_us() - from > longest)
			longest = now_us() - from;
	}
	ck_assert_int_lt(now_us() - began, longest * lines / 20);
}

/* A syslog daemon that does not read costs only one short wait. */
START_TEST(syslog_is_stuck)
{
	char path[128], buffer[1000];
	struct log *log = open_syslog_log(path, false, MG_LOG_DEBUG);
	int fd = serve(path);
	unsigned written = 0;

	write_to_stuck(log, 2000);
	while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		written++;
	log_say(log, MG_LOG_INFO, "e", "again");
	ck_assert_str_eq(receive(fd, buffer, sizeof(buffer), 22), "again");
	ck_assert_uint_eq(written + lost(receive(fd, buffer, sizeof(buffer), 20)), 2000);
	log_close(&log);
	close(fd);
}
END_TEST

/* The output on standard error, with this JOURNAL_STREAM. */
static void stderr_line(const char *stream, bool json, char *line_r, size_t size)
{
	const struct log_settings settings = { .target = LOG_TO_STDERR,
					       .json = json,
					       .level = MG_LOG_DEBUG };
	int saved = dup(STDERR_FILENO), ends[2];
	char own[64];
	const char *error;
	struct log *log;
	struct stat st;
	ssize_t n;

	ck_assert_int_eq(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	fstat(STDERR_FILENO, &st);
	snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	if (stream)
		setenv("JOURNAL_STREAM", *stream ? stream : own, 1);
	else
		unsetenv("JOURNAL_STREAM");
	log = log_open(&settings, &error);
	dup2(saved, STDERR_FILENO);
	ck_assert_ptr_nonnull(log);
	log_say(log, MG_LOG_WARNING, "e", "hello");
	n = read(ends[0], line_r, size - 1);
	ck_assert_int_gt(n, 0);
	line_r[n] = '\0';
	log_close(&log);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

START_TEST(standard_error)
{
	char line[1000];

	stderr_line(NULL, false, line, sizeof(line));
	ck_assert_str_eq(line, "millgated: warning: hello\n");
	stderr_line("1:2", false, line, sizeof(line));
	ck_assert_str_eq(line, "millgated: warning: hello\n");
	stderr_line("", false, line, sizeof(line));
	ck_assert_str_eq(line, "<4>hello\n");
	stderr_line(NULL, true, line, sizeof(line));
	json_decref(parse(line));
	stderr_line("", true, line, sizeof(line));
	ck_assert_int_eq(strncmp(line, "<4>{", 4), 0);
	json_decref(parse(line + 3));
}
END_TEST

/* A reader of standard error that does not read. */
START_TEST(standard_error_is_stuck)
{
	const struct log_settings settings = { .target = LOG_TO_STDERR, .level = MG_LOG_DEBUG };
	int saved = dup(STDERR_FILENO), ends[2];
	char line[65536];
	const char *error;
	struct log *log;
	ssize_t n;

	unsetenv("JOURNAL_STREAM");
	ck_assert_int_eq(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	log = log_open(&settings, &error);
	dup2(saved, STDERR_FILENO);
	write_to_stuck(log, 5000);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	while (read(ends[0], line, sizeof(line)) > 0)
		;
	log_say(log, MG_LOG_INFO, "e", "again");
	n = read(ends[0], line, sizeof(line) - 1);
	ck_assert_int_gt(n, 0);
	line[n] = '\0';
	ck_assert_ptr_nonnull(strstr(line, " lines of this log were lost\n"));
	log_close(&log);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

#define LONG_LINES 100

static void *write_long_lines(void *arg)
{
	char value[1201];
	struct log_record record;

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (int i = 0; i < LONG_LINES; i++) {
		log_begin(&record, arg, MG_LOG_INFO, "e");
		for (int field = 0; field < i % 6; field++)
			log_str(&record, field == 0 ? "a" : field == 1 ? "b" : "c", value);
		log_write(&record);
	}
	return NULL;
}

/* The log on a pipe; the end to read from. */
static int open_pipe_log(struct log **log_r, bool json)
{
	const struct log_settings settings = { .target = LOG_TO_STDERR,
					       .json = json,
					       .level = MG_LOG_DEBUG };
	int saved = dup(STDERR_FILENO), ends[2];
	const char *error;

	unsetenv("JOURNAL_STREAM");
	ck_assert_int_eq(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	*log_r = log_open(&settings, &error);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[1]);
	ck_assert_ptr_nonnull(*log_r);
	return ends[0];
}

/* A pipe keeps only PIPE_BUF bytes together: lines of many threads come whole all the same. */
START_TEST(pipe_of_long_lines)
{
	struct log *log;
	FILE *reader = fdopen(open_pipe_log(&log, true), "r");
	pthread_t threads[WRITERS];
	char line[2 * LOG_LINE_MAX];
	unsigned n = 0;

	for (int i = 0; i < WRITERS; i++)
		pthread_create(&threads[i], NULL, write_long_lines, log);
	while (n < WRITERS * LONG_LINES && fgets(line, sizeof(line), reader)) {
		json_t *object = json_loads(line, 0, NULL);

		ck_assert_msg(object != NULL, "a torn line: %.100s", line);
		json_decref(object);
		/* Lines may be lost on a busy machine; then a line says how many. */
		n++;
		n += strstr(line, "of this log were lost") ? WRITERS * LONG_LINES : 0;
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	log_close(&log);
	fclose(reader);
}
END_TEST

/* A line that was cut since the disk was full ends before the next, in this process or a later. */
START_TEST(file_on_a_full_disk)
{
	char path[128], *text;
	struct log *log = open_log(path_in(path, "log"), false);
	struct rlimit limit = { 60, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	log_say(log, MG_LOG_INFO, "e", "1");
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	log_say(log, MG_LOG_INFO, "e", "a line that is cut");
	log_say(log, MG_LOG_INFO, "e", "a line that is lost");
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	if (_i) {
		log_close(&log);
		log = open_log(path, false);
	}
	log_say(log, MG_LOG_INFO, "e", "the next");
	text = read_all(path);
	ck_assert_ptr_nonnull(strstr(text, _i ? "\n" : "a line that is cut\n"));
	ck_assert_ptr_nonnull(strstr(text, "]: info: the next\n"));
	/* It begins a line of its own. */
	ck_assert_uint_eq(count_lines(path, "the next"), 1);
	ck_assert_uint_eq(count_lines(path, "cutthe next"), 0);
	for (char *at = text; (at = strstr(at, "Z millgated[")); at++)
		ck_assert(at - text == 23 || at[-24] == '\n');
	free(text);
	log_close(&log);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("log_sinks");

	tcase_add_checked_fixture(tc, make_folder, remove_folder);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, levels);
	tcase_add_test(tc, file_is_opened_anew);
	tcase_add_test(tc, unusable_settings);
	tcase_add_test(tc, threads_and_reopening);
	tcase_add_test(tc, syslog_datagrams);
	tcase_add_test(tc, syslog_comes_and_goes);
	tcase_add_test(tc, syslog_of_errors_only);
	tcase_add_test(tc, syslog_is_stuck);
	tcase_add_test(tc, standard_error);
	tcase_add_test(tc, standard_error_is_stuck);
	tcase_add_test(tc, pipe_of_long_lines);
	tcase_add_loop_test(tc, file_on_a_full_disk, 0, 2);
	return run_tests("log_sinks", tc);
}
