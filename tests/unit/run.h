/* SPDX-License-Identifier: BSD-2-Clause */
/* The main part of every program of Check tests: runs its suite, and reports whether all passed. */
#ifndef MG_RUN_H
#define MG_RUN_H

#include <check.h>
#include <stdlib.h>

/* The number of cases in a table. */
#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* Returns the program's exit status. */
static inline int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The same, for a suite of one test case. */
static inline int run_tests(const char *name, TCase *tcase)
{
	Suite *suite = suite_create(name);

	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}

#endif
