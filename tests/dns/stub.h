/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A resolver for tests that answers from what the test tells it, without a network: canned answers,
 * delays, failures. A name that has no records at all does not exist; one that has others gives
 * NODATA. The first question for a name and type is "asked" and takes the delay, those after it are
 * answered at once, as from a cache.
 */
#ifndef MG_STUB_H
#define MG_STUB_H

#include <limits.h>

#include "dns/dns.h"

struct dns *stub_new(void);

/*
 * Adds records, one a line:
 *     example.org         TXT    v=spf1 mx -all          (the rest of the line, as it is)
 *     example.org         MX     10 mail.example.org     ("0 ." is the null MX)
 *     mail.example.org    A      192.0.2.1
 *     mail.example.org    AAAA   2001:db8::1
 *     1.2.0.192.in-addr.arpa PTR mail.example.org
 *     www.example.org     CNAME  mail.example.org
 *     broken.example.org  TXT    !failed                 (!failed !late !dead !nodata !nxdomain)
 * The last is the answer's status; !late is MG_DNS_NO_ANSWER, !dead is MG_DNS_NO_SERVER.
 * Names in any case; empty lines and lines that begin with ";" mean nothing.
 */
void stub_add(struct dns *dns, const char *lines);

/* A TXT record of any bytes. */
void stub_add_txt(struct dns *dns, const char *name, const void *text, size_t size);

/*
 * How long the first answer for this name takes; name NULL: for every name without a delay of its
 * own. STUB_HELD: until stub_release().
 */
#define STUB_HELD UINT_MAX
void stub_delay(struct dns *dns, const char *name, unsigned ms);

/* Answers all questions under way. */
void stub_release(struct dns *dns);

/*
 * Answers in round trips: so many first questions, when all of them are under way, at once; then
 * the second round trip, and the third; later questions without a delay. Asking one question after
 * another waits in vain.
 */
void stub_round_trips(struct dns *dns, unsigned first, unsigned second, unsigned third);

/* Marks all answers as validated by DNSSEC, or not. */
void stub_authentic(struct dns *dns, bool authentic);

/*
 * How many questions were asked: different names and types, as a server behind a cache counts them;
 * and the number for one name and type.
 */
unsigned stub_questions(struct dns *dns);
unsigned stub_asked(struct dns *dns, const char *name, enum mg_dns_type type);

/*
 * The names and types that were asked, in their order, as "TXT example.org\nMX ...\n"; the caller
 * frees it.
 */
char *stub_list(struct dns *dns);

/* Forgets which questions were asked, so that all are asked anew. None may be under way. */
void stub_forget(struct dns *dns);

#endif
