/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache of DNS answers. */
#include <config.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"
#include "dns/cache.h"

#define SHARDS_MAX 64
#define SHARD_SIZE_MIN 262144 /* fewer shards rather than smaller ones: an answer can have 64 KiB */

/*
 * Less memory than the shortest answer takes: each step along a bucket misses the processor's
 * cache.
 */
#define BYTES_PER_BUCKET 128
#define MALLOC_OVERHEAD 16

/* An answer that is kept, or a query in flight. */
struct entry {
	struct entry *next;          /* in its bucket */
	struct entry *newer, *older; /* of those with an answer */
	uint64_t hash;
	struct dns_answer *answer; /* NULL: in flight */
	int64_t expires;
	struct dns_waiter *waiters;
	unsigned bytes;
	unsigned short type;
	unsigned char size;
	bool used; /* since it was last looked at for eviction */
	unsigned char name[];
};

struct shard {
	pthread_mutex_t lock;
	struct entry **buckets;
	struct entry *newest, *oldest;
	size_t bytes;
	unsigned long long hits, joined, missed, evicted, answers;
} __attribute__((aligned(64)));

struct dns_cache {
	uint64_t secret[2];
	unsigned nshards;
	size_t nbuckets;   /* of a shard; a power of two, like the shards */
	size_t shard_size; /* bytes for entries */
	atomic_uint queries;
	struct shard shards[];
};

/* ---- The hash: SipHash-1-3, so that nobody can choose names that collide ---- */

static uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

void dns_cache_hash(const struct dns_cache *cache, struct dns_key *key)
{
	uint64_t v[4] = { cache->secret[0] ^ 0x736f6d6570736575,
			  cache->secret[1] ^ 0x646f72616e646f6d,
			  cache->secret[0] ^ 0x6c7967656e657261,
			  cache->secret[1] ^ 0x7465646279746573 };
	uint64_t word;
	size_t i = 0;

	for (; i + sizeof(word) <= key->size; i += sizeof(word)) {
		memcpy(&word, key->name + i, sizeof(word));
		sip_word(v, word);
	}
	word = 0;
	memcpy(&word, key->name + i, key->size - i);
	sip_word(v, word);
	sip_word(v, (uint64_t)key->type << 32 | key->size);
	v[2] ^= 0xff;
	for (int round = 0; round < 3; round++)
		sip_round(v);
	key->hash = v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- Entries; all with the shard's lock ---- */

static struct shard *shard_of(struct dns_cache *cache, const struct dns_key *key)
{
	return &cache->shards[key->hash >> 32 & (cache->nshards - 1)];
}

static struct entry **shard_find(const struct dns_cache *cache, const struct shard *shard,
				 const struct dns_key *key)
{
	struct entry **at = &shard->buckets[key->hash & (cache->nbuckets - 1)];

	while (*at && ((*at)->hash != key->hash || (*at)->type != key->type ||
		       (*at)->size != key->size || memcmp((*at)->name, key->name, key->size) != 0))
		at = &(*at)->next;
	return at;
}

static void shard_link(struct shard *shard, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = shard->newest;
	if (shard->newest)
		shard->newest->newer = entry;
	else
		shard->oldest = entry;
	shard->newest = entry;
}

static void shard_unlink(struct shard *shard, struct entry *entry)
{
	*(entry->newer ? &entry->newer->older : &shard->newest) = entry->older;
	*(entry->older ? &entry->older->newer : &shard->oldest) = entry->newer;
}

static void entry_free(struct entry *entry)
{
	dns_answer_unref(entry->answer);
	free(entry);
}

/* Takes an entry out of its bucket and frees it. */
static void shard_drop(struct shard *shard, struct entry **at)
{
	struct entry *entry = *at;

	*at = entry->next;
	shard->bytes -= entry->bytes;
	if (entry->answer) {
		shard_unlink(shard, entry);
		shard->answers--;
	}
	entry_free(entry);
}

static void shard_drop_entry(const struct dns_cache *cache, struct shard *shard,
			     struct entry *entry)
{
	struct entry **at = &shard->buckets[entry->hash & (cache->nbuckets - 1)];

	while (*at != entry)
		at = &(*at)->next;
	shard_drop(shard, at);
}

/* Makes room: drops the oldest answers. One that was used since it came gets a second chance. */
static void shard_evict(const struct dns_cache *cache, struct shard *shard)
{
	while (shard->bytes > cache->shard_size && shard->oldest) {
		struct entry *oldest = shard->oldest;

		if (oldest->used && oldest != shard->newest) {
			oldest->used = false;
			shard_unlink(shard, oldest);
			shard_link(shard, oldest);
			continue;
		}
		shard->evicted++;
		shard_drop_entry(cache, shard, oldest);
	}
}

/* Inserts at the head of the bucket: the entry is looked up again soon. */
static void shard_add(const struct dns_cache *cache, struct shard *shard, const struct dns_key *key,
		      struct dns_waiter *waiter)
{
	struct entry **bucket = &shard->buckets[key->hash & (cache->nbuckets - 1)];
	const size_t bytes = sizeof(struct entry) + key->size;
	struct entry *entry = malloc(bytes);

	if (!entry)
		memory_ended();
	*entry = (struct entry){ .next = *bucket,
				 .hash = key->hash,
				 .waiters = waiter,
				 .bytes = (unsigned)(bytes + MALLOC_OVERHEAD),
				 .type = (unsigned short)key->type,
				 .size = (unsigned char)key->size };
	memcpy(entry->name, key->name, key->size);
	if (waiter)
		waiter->next = NULL;
	*bucket = entry;
	shard->bytes += entry->bytes;
}

/* ---- What others call ---- */

static enum dns_cached cache_join(struct shard *shard, struct entry *entry,
				  struct dns_waiter *waiter)
{
	shard->joined++;
	if (waiter) {
		waiter->next = entry->waiters;
		entry->waiters = waiter;
	}
	return DNS_JOINED;
}

static enum dns_cached cache_find(struct dns_cache *cache, struct shard *shard,
				  const struct dns_key *key, int64_t now, struct dns_waiter *waiter,
				  struct dns_answer **answer_r)
{
	struct entry **at = shard_find(cache, shard, key);
	struct entry *entry = *at;

	if (entry && !entry->answer)
		return cache_join(shard, entry, waiter);
	if (entry && entry->expires > now) {
		entry->used = true;
		shard->hits++;
		*answer_r = dns_answer_ref(entry->answer);
		return DNS_HIT;
	}
	if (entry)
		shard_drop(shard, at);
	if (atomic_fetch_add_explicit(&cache->queries, 1, memory_order_relaxed) >=
	    DNS_QUERIES_MAX) {
		atomic_fetch_sub_explicit(&cache->queries, 1, memory_order_relaxed);
		return DNS_FULL;
	}
	shard->missed++;
	shard_add(cache, shard, key, waiter);
	return DNS_ASK;
}

enum dns_cached dns_cache_find(struct dns_cache *cache, const struct dns_key *key, int64_t now,
			       struct dns_waiter *waiter, struct dns_answer **answer_r)
{
	struct shard *shard = shard_of(cache, key);
	enum dns_cached found;

	pthread_mutex_lock(&shard->lock);
	found = cache_find(cache, shard, key, now, waiter, answer_r);
	pthread_mutex_unlock(&shard->lock);
	return found;
}

/* The entry in flight becomes one with an answer, or goes. Returns the waiters. */
static struct dns_waiter *cache_settle(struct dns_cache *cache, struct shard *shard,
				       struct entry **at, int64_t now, struct dns_answer *answer)
{
	struct entry *entry = *at;
	struct dns_waiter *waiters = entry->waiters;

	if (!answer || answer->public.ttl == 0 || answer->size > cache->shard_size / 2) {
		shard_drop(shard, at);
		return waiters;
	}
	shard->bytes += answer->size + MALLOC_OVERHEAD;
	shard->answers++;
	entry->bytes += answer->size + MALLOC_OVERHEAD;
	entry->answer = dns_answer_ref(answer);
	entry->waiters = NULL;
	entry->expires = now + (int64_t)answer->public.ttl * 1000000;
	shard_link(shard, entry);
	shard_evict(cache, shard);
	return waiters;
}

struct dns_waiter *dns_cache_fill(struct dns_cache *cache, const struct dns_key *key, int64_t now,
				  struct dns_answer *answer)
{
	struct shard *shard = shard_of(cache, key);
	struct dns_waiter *waiters;

	pthread_mutex_lock(&shard->lock);
	waiters = cache_settle(cache, shard, shard_find(cache, shard, key), now, answer);
	pthread_mutex_unlock(&shard->lock);
	atomic_fetch_sub_explicit(&cache->queries, 1, memory_order_relaxed);
	return waiters;
}

void dns_cache_count(struct dns_cache *cache, struct dns_cache_counters *r)
{
	*r = (struct dns_cache_counters){ .queries = atomic_load(&cache->queries) };
	for (unsigned i = 0; i < cache->nshards; i++) {
		struct shard *shard = &cache->shards[i];

		pthread_mutex_lock(&shard->lock);
		r->hits += shard->hits;
		r->joined += shard->joined;
		r->missed += shard->missed;
		r->evicted += shard->evicted;
		r->answers += shard->answers;
		r->bytes += shard->bytes + cache->nbuckets * sizeof(*shard->buckets);
		pthread_mutex_unlock(&shard->lock);
	}
}

/* ---- Its life ---- */

struct dns_cache *dns_cache_new(size_t size)
{
	struct dns_cache *cache;
	unsigned nshards = 1;
	size_t nbuckets = 64;

	while (nshards < SHARDS_MAX && size / (nshards * 2) >= SHARD_SIZE_MIN)
		nshards *= 2;
	while (nbuckets * 2 * BYTES_PER_BUCKET <= size / nshards)
		nbuckets *= 2;
	cache = aligned_alloc(64,
			      (sizeof(*cache) + nshards * sizeof(cache->shards[0]) + 63) / 64 * 64);
	if (!cache)
		memory_ended();
	memset(cache, 0, sizeof(*cache) + nshards * sizeof(cache->shards[0]));
	cache->nshards = nshards;
	cache->nbuckets = nbuckets;
	cache->shard_size = size / nshards - nbuckets * sizeof(struct entry *);
	if (getrandom(cache->secret, sizeof(cache->secret), 0) != (ssize_t)sizeof(cache->secret))
		abort();
	for (unsigned i = 0; i < nshards; i++) {
		cache->shards[i].buckets = calloc(nbuckets, sizeof(struct entry *));
		if (!cache->shards[i].buckets)
			memory_ended();
		pthread_mutex_init(&cache->shards[i].lock, NULL);
	}
	return cache;
}

void dns_cache_free(struct dns_cache *cache)
{
	for (unsigned i = 0; i < cache->nshards; i++) {
		struct shard *shard = &cache->shards[i];

		for (struct entry *entry = shard->newest, *older; entry; entry = older) {
			older = entry->older;
			entry_free(entry);
		}
		free(shard->buckets);
		pthread_mutex_destroy(&shard->lock);
	}
	free(cache);
}
