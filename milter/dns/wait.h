/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for a DNS answer, but not longer than there is time. */
#ifndef MG_DNS_WAIT_H
#define MG_DNS_WAIT_H

#include "dns/dns.h"

/*
 * Asks and waits for at most wait_us microseconds. Returns a reference that the caller gives back;
 * never NULL: without an answer in time one with MG_DNS_LATE.
 */
struct dns_answer *dns_wait(struct dns *dns, const char *name, enum mg_dns_type type,
			    int64_t wait_us);

#endif
