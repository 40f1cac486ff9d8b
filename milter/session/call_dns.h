/* SPDX-License-Identifier: BSD-2-Clause */
/* What the DNS functions of policy.h need to know of a call: the one place where they meet the host, or a test's. */
#ifndef MG_DNS_CALL_H
#define MG_DNS_CALL_H

#include "dns/dns.h"

struct dns_caller {
	struct dns *dns; /* NULL: there is no service */
	int64_t wait_us; /* how long the hook may block for; not positive: not at all */
};

/* In call.c; in tests/dns/fake_dns.c for tests of policies. */
struct dns_caller call_dns(struct mg_call *call);

/* For whom a walk is done; the configuration is kept for it. */
struct dns_walker call_walker(struct mg_call *call);

#endif
