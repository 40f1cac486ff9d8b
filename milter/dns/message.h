/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of DNS (RFC 1035 section 4): writes questions, and reads what servers answer, however
 * hostile it is.
 */
#ifndef MG_DNS_MESSAGE_H
#define MG_DNS_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "dns/answer.h"
#include "dns/name.h"

#define DNS_QUERY_MAX (12 + DNS_WIRE_MAX + 4 + 11)
#define DNS_UDP_SIZE \
	1232 /* that we offer to take (EDNS, RFC 6891): fits every path without fragments */
#define DNS_LINKS_MAX 16    /* CNAMEs in one chain */
#define DNS_RECORDS_MAX 512 /* in one answer */
#define DNS_FAILED_TTL 1    /* seconds that a failure is kept: enough for all that ask at once */
#define DNS_TYPE_NS 2       /* no policy asks for it */

/*
 * Writes a question: recursion is desired, and whether the answer is authentic (RFC 6840 section
 * 5.7). With EDNS it ends in an OPT record of 11 bytes. Returns its size.
 */
size_t dns_message_write(unsigned char query_r[DNS_QUERY_MAX], unsigned id,
			 const unsigned char *name, unsigned type, bool edns);

struct dns_chain;

/*
 * Whether a message lacks what c-ares expects of it: a FORMERR, which need not have an OPT record,
 * or another error or a truncated answer that does not repeat the question.
 */
bool dns_message_is_incomplete(const unsigned char *message, size_t size);

/*
 * If such a message may be to this question it is rewritten to have both, and nothing else but its
 * code. Returns its size; room: how large it may become.
 */
size_t dns_message_complete(unsigned char *message, size_t size, size_t room,
			    const struct dns_chain *chain);

/* What a message is. */
enum dns_reading {
	DNS_ANSWER,    /* an answer, be it negative: another server will say the same */
	DNS_CHAIN,     /* only the beginning of a CNAME chain: its end is to be asked for */
	DNS_REFUSED,   /* this server does not say (REFUSED, SERVFAIL, a referral): another may */
	DNS_NO_EDNS,   /* the server does not know EDNS */
	DNS_TRUNCATED, /* it does not fit: to be asked for by TCP */
	DNS_GARBAGE    /* no answer to this question: malformed, too large */
};

struct dns_limits {
	unsigned ttl_min, ttl_max, negative_ttl_max; /* seconds */
};

/* One question, as far as it was answered. */
struct dns_chain {
	unsigned char name[DNS_WIRE_MAX]; /* the name to ask for now */
	enum mg_dns_type type;
	unsigned ttl;   /* the least so far; UINT_MAX at first */
	unsigned links; /* CNAMEs so far */
};

/*
 * Reads a message as the answer to a question. DNS_ANSWER: *answer_r is one with one reference.
 * DNS_CHAIN: the chain has the next question. DNS_REFUSED, DNS_NO_EDNS, DNS_TRUNCATED, DNS_GARBAGE:
 * *why_r is a constant text.
 */
enum dns_reading dns_message_read(const unsigned char *message, size_t size,
				  struct dns_chain *chain, const struct dns_limits *limits,
				  struct dns_answer **answer_r, const char **why_r);

#endif
