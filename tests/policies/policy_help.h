/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers of the policies' tests. Each test ends with its instance and DNS closed. */
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
