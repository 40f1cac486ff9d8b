/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cache of DNS answers: shards, each with a lock and its part of the memory; and the questions
 * that are in flight, so that each is asked once however many wait for it. Any thread.
 */
#ifndef MG_DNS_CACHE_H
#define MG_DNS_CACHE_H

#include <stdint.h>

#include "dns/name.h"
#include "dns/waiter.h"

#define DNS_QUERIES_MAX 20000 /* queries in flight */

struct dns_cache;

/* What to ask: the name in wire form, and a hash of both that the cache made. */
struct dns_key {
	uint64_t hash;
	unsigned type;
	unsigned size;
	unsigned char name[DNS_WIRE_MAX];
};

struct dns_cache_counters {
	unsigned long long hits, joined, missed, evicted;
	unsigned long long answers, bytes; /* that are kept now */
	unsigned queries;                  /* queries in flight now */
};

enum dns_cached {
	DNS_HIT,    /* the answer is returned */
	DNS_JOINED, /* the question is in flight */
	DNS_ASK,    /* the caller asks, and then fills the answer in */
	DNS_FULL    /* too many questions are in flight */
};

/* size: in bytes, of all that the cache allocates for answers. */
struct dns_cache *dns_cache_new(size_t size);

/* Nothing must be in flight. */
void dns_cache_free(struct dns_cache *cache);

/* Completes a key whose other members are set. */
void dns_cache_hash(const struct dns_cache *cache, struct dns_key *key);

/*
 * Looks a question up. DNS_HIT: *answer_r is a reference for the caller. DNS_JOINED, DNS_ASK: the
 * waiter, which may be NULL, will be among those that dns_cache_fill() returns. now: microseconds.
 */
enum dns_cached dns_cache_find(struct dns_cache *cache, const struct dns_key *key, int64_t now,
			       struct dns_waiter *waiter, struct dns_answer **answer_r);

/*
 * Ends a query in flight: keeps the answer as long as its TTL says. NULL: there is none. Returns
 * the waiters, for the caller to call.
 */
struct dns_waiter *dns_cache_fill(struct dns_cache *cache, const struct dns_key *key, int64_t now,
				  struct dns_answer *answer);

void dns_cache_count(struct dns_cache *cache, struct dns_cache_counters *r);

#endif
