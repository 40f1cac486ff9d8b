/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks: DNS questions that follow from answers, without anybody waiting for them. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "dns/walk.h"

struct mg_dns_walk {
	struct dns *dns;
	struct dns_walker walker;
	atomic_uint references; /* questions under way, and who is about to ask */
	/* Questions that may still be asked: by mg_dns_walk_ask(), and by mg_dns_walk_last(). */
	atomic_uint left, last_left;
	void *data;
};

/* Waits for the answer to one question of a walk; the name is behind it. */
struct walk_waiter {
	struct dns_waiter waiter;
	struct mg_dns_walk *walk;
	mg_dns_then then;
	char name[];
};

static void walk_unref(struct mg_dns_walk *walk)
{
	if (atomic_fetch_sub_explicit(&walk->references, 1, memory_order_acq_rel) != 1)
		return;
	if (walk->walker.release)
		walk->walker.release(walk->walker.kept);
	free(walk->data);
	free(walk);
}

static void walk_waiter_done(struct dns_waiter *waiter, struct dns_answer *answer)
{
	struct walk_waiter *own = (struct walk_waiter *)waiter; /* its first member */
	struct mg_dns_walk *walk = own->walk;

	if (answer && own->then)
		own->then(walk, own->name, &answer->public, walk->data, walk->walker.self);
	free(own);
	walk_unref(walk);
}

static bool walk_may_ask(atomic_uint *left_of)
{
	unsigned left = atomic_load_explicit(left_of, memory_order_relaxed);

	while (left > 0)
		if (atomic_compare_exchange_weak_explicit(
			    left_of, &left, left - 1, memory_order_relaxed, memory_order_relaxed))
			return true;
	return false;
}

static void walk_ask(struct mg_dns_walk *walk, const char *name, enum mg_dns_type type,
		     mg_dns_then then)
{
	const size_t size = strlen(name) + 1;
	struct dns_answer *answer;
	struct walk_waiter *waiter;

	waiter = malloc(sizeof(*waiter) + size);
	if (!waiter)
		memory_ended();
	waiter->waiter.done = walk_waiter_done;
	waiter->walk = walk;
	waiter->then = then;
	memcpy(waiter->name, name, size);
	atomic_fetch_add_explicit(&walk->references, 1, memory_order_relaxed);
	answer = walk->dns->ask(walk->dns, name, type, &waiter->waiter);
	if (answer) {
		/*
		 * Known answers recurse: each asks the next from its then, so no deeper than
		 * MG_DNS_WALK_MAX, and one more for a last question.
		 */
		walk_waiter_done(&waiter->waiter, answer);
		dns_answer_unref(answer);
	}
}

bool mg_dns_walk_ask(struct mg_dns_walk *walk, const char *name, enum mg_dns_type type,
		     mg_dns_then then)
{
	if (!name || !walk_may_ask(&walk->left))
		return false;
	walk_ask(walk, name, type, then);
	return true;
}

bool mg_dns_walk_last(struct mg_dns_walk *walk, const char *name, enum mg_dns_type type)
{
	if (!name || !walk_may_ask(&walk->last_left))
		return false;
	walk_ask(walk, name, type, NULL);
	return true;
}

void *mg_dns_walk_shared(struct mg_dns_walk *walk)
{
	return walk->walker.shared;
}

void dns_walk(struct dns *dns, const struct dns_walker *walker, unsigned max, const void *data,
	      size_t size, const char *name, enum mg_dns_type type, mg_dns_then then)
{
	struct mg_dns_walk *walk = calloc(1, sizeof(*walk));

	if (!walk)
		memory_ended();
	walk->dns = dns;
	walk->walker = *walker;
	atomic_init(&walk->references, 1);
	atomic_init(&walk->left, max < MG_DNS_WALK_MAX ? max : MG_DNS_WALK_MAX);
	atomic_init(&walk->last_left, MG_DNS_WALK_LAST);
	if (data && size) {
		walk->data = malloc(size);
		if (!walk->data)
			memory_ended();
		memcpy(walk->data, data, size);
	}
	mg_dns_walk_ask(walk, name, type, then);
	walk_unref(walk);
}
