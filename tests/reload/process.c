/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon under reloads. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"

#define PATH_MAX_HERE 512
#define STEP_US 1000
#define PATIENCE 120000  /* steps without a line, while the machine has other work */
#define LINES_MAX 100000 /* of other events */

char process_address[PATH_MAX_HERE + sizeof("unix:")];
static char folder[] = "/tmp/reload.XXXXXX";
static pid_t process;
static FILE *log_file;
static char line[16384]; /* longer than any line of the log */

static const char *path_of(const char *name)
{
	static char path[PATH_MAX_HERE];

	snprintf(path, sizeof(path), "%s/%.200s", folder, name);
	return path;
}

static void remove_folder(void)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlink(path_of(entry->d_name));
	if (dir)
		closedir(dir);
	rmdir(folder);
}

void process_fail(const char *file, int number, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: ", file, number);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\nthe log is in %s; its last line that was read:\n%s\n", folder, line);
	if (process > 0)
		kill(process, SIGKILL);
	_exit(EXIT_FAILURE);
}

void process_make_folder(void)
{
	if (!mkdtemp(folder))
		fail("%s: %s", folder, strerror(errno));
	snprintf(process_address, sizeof(process_address), "unix:%s", path_of("sock"));
}

/* Replaces each of the two variables. */
static void put_expanded(FILE *file, const char *text)
{
	for (; *text; text++) {
		if (strncmp(text, "$DIR", 4) == 0) {
			fputs(folder, file);
			text += 3;
		} else if (strncmp(text, "$SOCKET", 7) == 0) {
			fputs(process_address, file);
			text += 6;
		} else {
			fputc(*text, file);
		}
	}
}

void process_write(const char *name, const char *fmt, ...)
{
	char text[4096], old[PATH_MAX_HERE];
	va_list args;
	FILE *file;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	strcpy(old, path_of("new"));
	file = fopen(old, "we");
	if (!file)
		fail("%s: %s", old, strerror(errno));
	put_expanded(file, text);
	if (fclose(file) != 0 || rename(old, path_of(name)) < 0)
		fail("%s: %s", name, strerror(errno));
}

/* In the child. */
static void become_daemon(void)
{
	const char *wrapper = getenv("MILLGATED_WRAPPER"), *program = getenv("MILLGATED");
	char *words = strdup(wrapper ? wrapper : ""), *argv[40], *word;
	const int fd = open(path_of("log"), O_WRONLY | O_CREAT | O_APPEND, 0644);
	size_t n = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(126);
	while (n < 30 && (word = strsep(&words, " ")))
		if (*word)
			argv[n++] = word;
	argv[n++] = strdup(program ? program : "millgated");
	argv[n++] = strdup("-f");
	argv[n++] = strdup("-c");
	argv[n++] = strdup(path_of("millgate.conf"));
	argv[n] = NULL;
	execvp(argv[0], argv);
	_exit(127);
}

void process_start(void)
{
	process = fork();
	if (process == 0)
		become_daemon();
	if (process < 0)
		fail("fork: %s", strerror(errno));
	while (!log_file) {
		log_file = fopen(path_of("log"), "re");
		usleep(STEP_US);
	}
	process_await(" serves ");
}

void process_signal(int number)
{
	if (kill(process, number) < 0)
		fail("the daemon is gone");
}

/* Reads a whole line; the beginning of one stays for the next call. */
static bool read_line(void)
{
	const long at = ftell(log_file);

	clearerr(log_file);
	if (fgets(line, sizeof(line), log_file) && strchr(line, '\n'))
		return true;
	fseek(log_file, at, SEEK_SET);
	return false;
}

void process_await(const char *text)
{
	for (unsigned steps = 0, lines = 0; steps < PATIENCE && lines < LINES_MAX; steps++) {
		for (; lines < LINES_MAX && read_line(); lines++) {
			steps = 0;
			if (strstr(line, text))
				return;
		}
		if (waitpid(process, NULL, WNOHANG) == process)
			fail("the daemon ended, and not with \"%s\"", text);
		usleep(STEP_US);
	}
	fail("nothing says \"%s\"", text);
}

bool process_said(const char *text)
{
	return strstr(line, text) != NULL;
}

long long process_number(const char *text)
{
	const char *at = strstr(line, text);

	if (!at)
		fail("no %s", text);
	return strtoll(at + strlen(text), NULL, 10);
}

long process_memory(void)
{
	char path[40], text[200];
	long kib = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)process);
	file = fopen(path, "re");
	while (file && fgets(text, sizeof(text), file))
		if (strncmp(text, "VmRSS:", 6) == 0)
			kib = strtol(text + 6, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}

long process_files(void)
{
	char path[40];
	long n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)process);
	dir = opendir(path);
	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

/* The log also has the reports of a sanitizer or valgrind. */
static void check_complaints(void)
{
	static const char *const complaints[] = { "Sanitizer",           "runtime error: ",
						  "Invalid read",        "Invalid write",
						  "uninitialised value", "definitely lost: " };

	rewind(log_file);
	while (fgets(line, sizeof(line), log_file))
		for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
			if (strstr(line, complaints[i]) && !strstr(line, " lost: 0 bytes"))
				fail("a complaint");
}

void process_stop(void)
{
	int status;

	process_signal(SIGTERM);
	if (waitpid(process, &status, 0) != process || status != 0)
		fail("the daemon ended with status %d", status);
	process = 0;
	check_complaints();
	fclose(log_file);
	remove_folder();
}

bool process_is_plain(void)
{
	const char *sanitizer = getenv("MG_SANITIZER"), *wrapper = getenv("MILLGATED_WRAPPER");

	return (!sanitizer || !*sanitizer || strcmp(sanitizer, "no") == 0) &&
	       (!wrapper || !*wrapper);
}
