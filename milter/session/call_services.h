/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services that a call is handed: all that policy.h's functions for services need of the host.
 * Every host's struct mg_call begins with a pointer to such a struct, so that these functions are
 * the same in the daemon and in a test that is its own host.
 */
#ifndef MG_CALL_SERVICES_H
#define MG_CALL_SERVICES_H

#include "dns/walk.h"

struct call_services {
	/* NULL: there is no DNS service, or none for this policy. */
	struct dns *(*dns)(const struct mg_call *call);

	/* How many microseconds the hook may block for; not positive: not at all. */
	int64_t (*wait_us)(const struct mg_call *call);

	/* The hook was answered that DNS is dead. May be NULL. */
	void (*dns_is_dead)(struct mg_call *call);

	/* For whom a walk is done. The caller takes over what it keeps. */
	struct dns_walker (*walker)(const struct mg_call *call);
};

#endif
