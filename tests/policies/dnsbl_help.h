/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the policy "dnsbl" share: an instance with canned answers, and a whole
 * dialogue.
 */
#ifndef MG_DNSBL_HELP_H
#define MG_DNSBL_HELP_H

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../dns/patience.h"
#include "policy_help.h"

fake_register mg_builtin_dnsbl_policy;

#define CLIENT "198.51.100.7"
#define NAME "7.100.51.198."
#define CLIENT6 "2001:db8:1234:5678:9abc:def0:1357:2468"
#define NIBBLES "8.6.4.2.7.5.3.1.0.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.8.b.d.0.1.0.0.2."
#define GOOD(zone) "2.0.0.127." zone " A 127.0.0.2\n"

static inline void open_with(const char *block, const char *records)
{
	fake_dns = stub_new();
	stub_add(fake_dns, records);
	fake_must_open(mg_builtin_dnsbl_policy, block);
	fake.client = CLIENT;
}

/* Runs a whole dialogue: all start hooks, and the stage that decides, whose result it returns. */
static inline const char *run(enum mg_stage decides)
{
	const char *result = "not asked";

	for (int stage = MG_CONNECT; stage <= MG_MAIL; stage++)
		fake_start((enum mg_stage)stage);
	for (int stage = MG_CONNECT; stage <= MG_MAIL; stage++) {
		const char *found = fake_run((enum mg_stage)stage);

		if (stage == (int)decides)
			return found;
		ck_assert_msg(strcmp(found, "none") == 0 || strcmp(found, "not asked") == 0,
			      "stage %d: %s", stage, found);
		result = found;
	}
	return result;
}

#endif
