/* SPDX-License-Identifier: BSD-2-Clause */
/* The checks of objects: on here, whatever this build is configured with; and as it is. */
#include <config.h>

#ifdef MG_CHECKS
#define CONFIGURED_ON
#else
#define MG_CHECKS 1
#endif
#include "base/check.h"

#include <check.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_as_configured.h"
#include "run.h"

#define BOX_MAGIC 0xb0c5b0c5U
#define BAG_MAGIC 0xba65ba65U

struct box {
	MG_MAGIC
	int size;
};

static void box_use(struct box *box)
{
	CHECK_OBJ(box, BOX_MAGIC);
}

/* Runs use(box) in a child; returns its exit status, and its output in said_r. */
static int end_of(void (*use)(void *box), void *box, char said_r[512])
{
	int ends[2], status;
	ssize_t n;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		use(box);
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], said_r, 511);
	said_r[n < 0 ? 0 : n] = '\0';
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void use(void *box)
{
	box_use(box);
}

START_TEST(test_what_it_should_be)
{
	struct box box = { MAGIC(BOX_MAGIC).size = 1 };
	char said[512];

	ck_assert_int_eq(end_of(use, &box, said), 0);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(test_another_object)
{
	struct box box = { MAGIC(BAG_MAGIC).size = 1 };
	char said[512];

	ck_assert_int_eq(end_of(use, &box, said), SIGABRT);
	ck_assert_ptr_nonnull(strstr(said, "test_check.c:"));
	ck_assert_ptr_nonnull(strstr(said, ": box_use(): \"box\" has the magic 0xba65ba65, "
					   "expected BOX_MAGIC (0xb0c5b0c5)\n"));
}
END_TEST

START_TEST(test_object_that_is_gone)
{
	struct box box = { MAGIC(BOX_MAGIC).size = 1 };
	char said[512];

	MAGIC_SET(&box, 0);
	ck_assert_int_eq(end_of(use, &box, said), SIGABRT);
	ck_assert_ptr_nonnull(strstr(said, "has the magic 0x00000000"));
}
END_TEST

START_TEST(test_null)
{
	char said[512];

	ck_assert_int_eq(end_of(use, NULL, said), SIGABRT);
	ck_assert_ptr_nonnull(strstr(said, ": box_use(): \"box\" is NULL, expected BOX_MAGIC\n"));
}
END_TEST

/* The seams of this build as it is configured: either all check, or there is no number to check. */
START_TEST(test_seams)
{
	const struct seam *seam = &seams[_i];
	char said[512];

#ifdef CONFIGURED_ON
	ck_assert_int_eq(end_of(seam->use, seam->wrong, said), SIGABRT);
	ck_assert_ptr_nonnull(strstr(said, seam->says));
#else
	ck_assert_uint_eq(seam->magic_size, 0);
	(void)said;
#endif
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("check");

	tcase_add_test(tcase, test_what_it_should_be);
	tcase_add_test(tcase, test_another_object);
	tcase_add_test(tcase, test_object_that_is_gone);
	tcase_add_test(tcase, test_null);
	tcase_add_loop_test(tcase, test_seams, 0, SEAMS);
	return run_tests("check", tcase);
}
