/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers of the tests of the policy "spf": its engines, and an evaluation by one of them over a
 * resolver of canned answers.
 */
#ifndef MG_SPF_HELP_H
#define MG_SPF_HELP_H

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../dns/patience.h"
#include "policy_help.h"
#include "../../policies/spf/spf_check.h"

fake_register mg_builtin_spf_policy;

/* The engines of this build: those that were left out are the last. */
#define ENGINES (spf_engines[SPF_ENGINES - 1].check ? SPF_ENGINES : SPF_ENGINES - 1)

static inline void must_open(int engine, const char *more)
{
	char block[500];

	snprintf(block, sizeof(block), "engine %s\n%s", spf_engines[engine].name, more);
	fake_must_open(mg_builtin_spf_policy, block);
	fake.helo = "helo.example.org";
	fake.client = "192.0.2.1";
}

static inline const char *run(const char *sender)
{
	fake.sender = sender;
	fake_start(MG_MAIL);
	return fake_run(MG_MAIL);
}

/* begin() makes the resolver. */
static inline TCase *spf_tests(const char *name, void (*begin)(void))
{
	TCase *tests = policy_tests(name);

	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_set_timeout(tests, 60);
	return tests;
}

#endif
