/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of networks. */
#include <config.h>

#include <stdlib.h>

#include "base/arena.h"
#include "base/array.h"
#include "table/address.h"
#include "table/networks.h"

struct entry {
	struct network network;
	unsigned order;
	const char *value;
};

/* The networks of one family and length. */
struct group {
	const struct entry *entries;
	size_t n;
	unsigned bits, prefix;
	unsigned first; /* the least order of its entries */
};

struct networks {
	struct entry *entries;
	size_t n, room;
	struct group *groups; /* by first */
	size_t ngroups;
};

static void networks_free(void *arg)
{
	struct networks *networks = arg;

	free(networks->entries);
	free(networks->groups);
}

struct networks *networks_new(struct arena *arena)
{
	struct networks *networks = arena_zalloc(arena, sizeof(*networks));

	arena_at_end(arena, networks_free, networks);
	return networks;
}

void networks_add(struct networks *networks, const struct network *network, const char *value)
{
	networks->entries = array_grow(networks->entries, networks->n, &networks->room,
				       sizeof(*networks->entries));
	networks->entries[networks->n] = (struct entry){ .network = *network,
							 .order = (unsigned)networks->n,
							 .value = value };
	networks->n++;
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_addresses(const struct address *a, const struct address *b)
{
	return a->high != b->high ? COMPARE(a->high, b->high) : COMPARE(a->low, b->low);
}

static int compare_group(const struct network *a, const struct network *b)
{
	if (a->address.bits != b->address.bits)
		return COMPARE(a->address.bits, b->address.bits);
	return COMPARE(a->prefix, b->prefix);
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;
	int r = compare_group(&x->network, &y->network);

	if (r == 0)
		r = compare_addresses(&x->network.address, &y->network.address);
	return r ? r : COMPARE(x->order, y->order);
}

static int compare_first(const void *a, const void *b)
{
	const struct group *x = a;
	const struct group *y = b;

	return COMPARE(x->first, y->first);
}

/* Of several entries for one network only the first can be found. */
static void drop_repeated(struct networks *networks)
{
	size_t kept = 0;

	for (size_t i = 0; i < networks->n; i++) {
		const struct network *this = &networks->entries[i].network;
		const struct network *last = kept ? &networks->entries[kept - 1].network : NULL;

		if (last && compare_group(this, last) == 0 &&
		    compare_addresses(&this->address, &last->address) == 0)
			continue;
		networks->entries[kept++] = networks->entries[i];
	}
	networks->n = kept;
}

static void add_group(struct networks *networks, size_t begin, size_t *room)
{
	const struct network *network = &networks->entries[begin].network;

	networks->groups =
		array_grow(networks->groups, networks->ngroups, room, sizeof(*networks->groups));
	networks->groups[networks->ngroups++] = (struct group){
		.entries = networks->entries + begin,
		.bits = network->address.bits,
		.prefix = network->prefix,
		.first = networks->entries[begin].order,
	};
}

void networks_finish(struct networks *networks)
{
	size_t room = 0;

	if (networks->n == 0)
		return;
	qsort(networks->entries, networks->n, sizeof(*networks->entries), compare_entries);
	drop_repeated(networks);
	for (size_t i = 0; i < networks->n; i++) {
		struct group *group;

		if (i == 0 || compare_group(&networks->entries[i].network,
					    &networks->entries[i - 1].network) != 0)
			add_group(networks, i, &room);
		group = &networks->groups[networks->ngroups - 1];
		group->n++;
		if (networks->entries[i].order < group->first)
			group->first = networks->entries[i].order;
	}
	qsort(networks->groups, networks->ngroups, sizeof(*networks->groups), compare_first);
}

static const struct entry *group_find(const struct group *group, const struct address *address)
{
	struct network wanted = { .address = *address, .prefix = group->prefix };
	size_t low = 0;
	size_t high = group->n;

	network_mask(&wanted);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct entry *entry = &group->entries[middle];
		int r = compare_addresses(&wanted.address, &entry->network.address);

		if (r == 0)
			return entry;
		if (r < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

bool networks_find(const struct networks *networks, const struct address *address,
		   const char **value_r)
{
	const struct entry *best = NULL;

	for (size_t i = 0; i < networks->ngroups; i++) {
		const struct group *group = &networks->groups[i];
		const struct entry *found;

		if (best && best->order < group->first)
			break;
		if (group->bits != address->bits)
			continue;
		found = group_find(group, address);
		if (found && (!best || found->order < best->order))
			best = found;
	}
	if (!best)
		return false;
	*value_r = best->value;
	return true;
}
