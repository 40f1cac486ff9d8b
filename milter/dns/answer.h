/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers of DNS: shared, constant, counted references. */
#ifndef MG_DNS_ANSWER_H
#define MG_DNS_ANSWER_H

#include <stdatomic.h>
#include <stddef.h>

#include <millgate/policy.h>

struct dns_answer {
	struct mg_dns_answer public;
	atomic_uint references;
	unsigned size; /* in memory, all of it */
};

/*
 * A copy of an answer with all that it points to, in one piece of memory; one reference. Strings
 * may be NULL for "".
 */
struct dns_answer *dns_answer_copy(const struct mg_dns_answer *answer);

/* An answer without records. */
struct dns_answer *dns_answer_none(enum mg_dns_status status, unsigned ttl, const char *why);

/* One that did not come. */
struct dns_answer *dns_answer_late(enum mg_dns_late late, unsigned ttl, const char *why);

struct dns_answer *dns_answer_ref(struct dns_answer *answer);

/* Frees with the last reference. answer may be NULL. */
void dns_answer_unref(struct dns_answer *answer);

#endif
