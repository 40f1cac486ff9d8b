/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks: DNS questions that follow from answers, without anybody waiting for them. */
#ifndef MG_DNS_WALK_H
#define MG_DNS_WALK_H

#include "dns/dns.h"

/* For whom a walk is done, and what is kept until its last question has been answered. */
struct dns_walker {
	const void *self;
	void *shared; /* of mg_dns_walk_shared() */
	void *kept;
	void (*release)(void *kept); /* on any thread; may be NULL */
};

/* As mg_dns_walk(). Takes over what walker keeps. */
void dns_walk(struct dns *dns, const struct dns_walker *walker, unsigned max, const void *data,
	      size_t size, const char *name, enum mg_dns_type type, mg_dns_then then);

#endif
