/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of memory: one line says so, in the log if there is one, however many threads meet it. */
#include <config.h>

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "folder.h"
#include "log_help.h"
#include "run.h"

#define THREADS 4

static void write_line(void *log, const char *words)
{
	log_say(log, MG_LOG_ERROR, "memory", "%s", words);
}

static void *end(void *arg)
{
	(void)arg;
	memory_ended();
}

/* In a process of its own. path: of the log; NULL: of standard error. */
static void end_in_child(const char *log_path, const char *stderr_path)
{
	const struct rlimit no_core = { 0, 0 };
	pthread_t threads[THREADS];

	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGABRT, SIG_DFL);
	if (!freopen(stderr_path, "w", stderr))
		_exit(1);
	setvbuf(stderr, NULL, _IONBF, 0);
	if (log_path)
		memory_last_line(write_line, open_log(log_path, false));
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, end, NULL) != 0)
			_exit(1);
	pause();
	_exit(1);
}

START_TEST(one_line)
{
	char log_path[128], stderr_path[128];
	int status;
	pid_t pid;

	make_folder();
	path_in(log_path, "log");
	path_in(stderr_path, "stderr");
	write_bytes(stderr_path, "", 0);
	write_bytes(log_path, "", 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		end_in_child(_i ? log_path : NULL, stderr_path);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	ck_assert_uint_eq(count_lines(_i ? log_path : stderr_path, "error: out of memory"), 1);
	ck_assert_uint_eq(count_lines(_i ? stderr_path : log_path, ""), 0);
	remove_folder();
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("memory");

	tcase_add_loop_test(tc, one_line, 0, 2);
	return run_tests("memory", tc);
}
