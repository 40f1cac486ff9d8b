/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pid file: one process owns it, an abandoned one is taken over, it is removed at the end; and
 * the user to run as.
 */
#include <config.h>

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "daemon/identity.h"
#include "daemon/pidfile.h"
#include "run.h"
#include "config/settings.h"

static char path[128];

static void set_up(void)
{
	make_folder();
	path_in(path, "pid");
}

static long read_pid(void)
{
	FILE *file = fopen(path, "r");
	long pid = -1;

	ck_assert_ptr_nonnull(file);
	if (fscanf(file, "%ld", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid;
}

START_TEST(no_file)
{
	struct pidfile pidfile;
	char error[PIDFILE_ERROR_MAX];

	ck_assert_int_eq(pidfile_open(&pidfile, NULL, error), 0);
	pidfile_remove(&pidfile);
}
END_TEST

START_TEST(written_and_removed)
{
	struct pidfile pidfile;
	char error[PIDFILE_ERROR_MAX];

	ck_assert_int_eq(pidfile_open(&pidfile, path, error), 0);
	ck_assert_int_eq(read_pid(), getpid());
	pidfile_remove(&pidfile);
	ck_assert_int_ne(access(path, F_OK), 0);
	pidfile_remove(&pidfile);
}
END_TEST

START_TEST(abandoned_one_is_taken_over)
{
	struct pidfile pidfile;
	char error[PIDFILE_ERROR_MAX];
	FILE *file = fopen(path, "w");

	fputs("1234567890\nand more\n", file);
	fclose(file);
	ck_assert_int_eq(pidfile_open(&pidfile, path, error), 0);
	ck_assert_int_eq(read_pid(), getpid());
	pidfile_remove(&pidfile);
}
END_TEST

START_TEST(one_process_has_it)
{
	struct pidfile pidfile, second;
	char error[PIDFILE_ERROR_MAX], want[PIDFILE_ERROR_MAX];
	int status;
	pid_t pid;

	ck_assert_int_eq(pidfile_open(&pidfile, path, error), 0);
	ck_assert_int_eq(pidfile_open(&second, path, error), -1);
	snprintf(want, sizeof(want), "already running: process %ld has the pid file %s",
		 (long)getpid(), path);
	ck_assert_str_eq(error, want);
	/* The refused process has nothing to undo. */
	pidfile_remove(&second);
	ck_assert_int_eq(read_pid(), getpid());
	pidfile_remove(&pidfile);
	/* A process that was killed leaves its file behind, unlocked. */
	pid = fork();
	if (pid == 0)
		_exit(pidfile_open(&pidfile, path, error) == 0 ? 7 : 8);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(WEXITSTATUS(status), 7);
	ck_assert_int_eq(read_pid(), pid);
	ck_assert_int_eq(pidfile_open(&pidfile, path, error), 0);
	pidfile_remove(&pidfile);
}
END_TEST

START_TEST(unusable_paths)
{
	static const struct {
		const char *path, *error;
	} cases[] = {
		{ "pid", "expected a path that begins with /" },
		{ "/nonexistent/pid",
		  "cannot open the pid file /nonexistent/pid: No such file or directory" },
		{ "/tmp", "cannot open the pid file /tmp: Is a directory" },
	};
	struct pidfile pidfile;
	char error[PIDFILE_ERROR_MAX], target[128];

	for (int i = 0; i < COUNT(cases); i++) {
		ck_assert_int_eq(pidfile_open(&pidfile, cases[i].path, error), -1);
		ck_assert_msg(strstr(error, cases[i].error) != NULL, "%s", error);
	}
	/* The daemon does not follow a link in a folder that others can write to. */
	write_file(path_in(target, "target"), "precious");
	ck_assert_int_eq(symlink(target, path), 0);
	ck_assert_int_eq(pidfile_open(&pidfile, path, error), -1);
	ck_assert_ptr_nonnull(strstr(error, "Too many levels of symbolic links"));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rename(target, path), 0);
	ck_assert_int_eq(read_pid(), 0);
}
END_TEST

START_TEST(names_are_looked_up)
{
	static const struct {
		const char *user, *group, *socket_group, *error;
	} cases[] = {
		{ "no-such-user", NULL, NULL, "user \"no-such-user\": there is no such user" },
		{ NULL, "no-such-group", NULL, "group \"no-such-group\": there is no such group" },
		{ NULL, NULL, "no-such-group",
		  "socket-group \"no-such-group\": there is no such group" },
		{ "nobody-here", "none", NULL,
		  "user \"nobody-here\": there is no such user; group \"none\": there is no "
		  "such group" },
	};
	struct settings settings = { .user = "root" };
	struct identity identity;
	char error[IDENTITY_ERROR_MAX];

	ck_assert_int_eq(identity_find(&identity, &settings, error), 0);
	ck_assert_uint_eq(identity.uid, 0);
	ck_assert_uint_eq(identity.gid, 0);
	ck_assert_uint_eq(identity.socket_gid, 0);
	identity_free(&identity);
	settings = (struct settings){ .user = NULL };
	ck_assert_int_eq(identity_find(&identity, &settings, error), 0);
	ck_assert(identity.uid == (uid_t)-1 && identity.gid == (gid_t)-1 &&
		  identity.socket_gid == (gid_t)-1);
	ck_assert_int_eq(identity_take(&identity, error), 0);
	for (int i = 0; i < COUNT(cases); i++) {
		settings = (struct settings){ .user = cases[i].user,
					      .group = cases[i].group,
					      .socket_group = cases[i].socket_group };
		ck_assert_int_eq(identity_find(&identity, &settings, error), -1);
		ck_assert_str_eq(error, cases[i].error);
	}
}
END_TEST

/* As root all ids change and cannot change back. As any other user the change is refused. */
START_TEST(user_is_changed)
{
	const struct settings settings = { .user = geteuid() == 0 ? "nobody" : "root" };
	struct identity identity;
	char error[IDENTITY_ERROR_MAX];

	ck_assert_int_eq(identity_find(&identity, &settings, error), 0);
	if (geteuid() != 0) {
		ck_assert_int_eq(identity_take(&identity, error), -1);
		ck_assert_str_eq(error, "only root can change to another user or group");
		identity_free(&identity);
		return;
	}
	ck_assert_int_eq(identity_take(&identity, error), 0);
	ck_assert_uint_eq(getuid(), identity.uid);
	ck_assert_uint_eq(getegid(), identity.gid);
	ck_assert_int_ne(setuid(0), 0);
	ck_assert_int_ne(access("/etc/shadow", R_OK), 0);
	identity_free(&identity);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pidfile");
	TCase *tc = tcase_create("pidfile"), *root = tcase_create("user");

	tcase_add_checked_fixture(tc, set_up, remove_folder);
	tcase_add_test(tc, no_file);
	tcase_add_test(tc, written_and_removed);
	tcase_add_test(tc, abandoned_one_is_taken_over);
	tcase_add_test(tc, one_process_has_it);
	tcase_add_test(tc, unusable_paths);
	suite_add_tcase(suite, tc);
	tcase_add_test(root, names_are_looked_up);
	tcase_add_test(root, user_is_changed);
	suite_add_tcase(suite, root);
	return run_suite(suite);
}
