/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the policies share: each ends with the instance and its DNS closed, whatever
 * it opened.
 */
#ifndef MG_POLICY_HELP_H
#define MG_POLICY_HELP_H

#include "../dns/stub.h"
#include "../unit/run.h"
#include "fake_host.h"

static inline void policy_close(void)
{
	fake_close();
	dns_close(&fake_dns);
}

static inline TCase *policy_tests(const char *name)
{
	TCase *tests = tcase_create(name);

	tcase_add_checked_fixture(tests, NULL, policy_close);
	return tests;
}

#endif
