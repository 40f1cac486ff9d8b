/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists of networks: for each length of prefix a sorted array, so that a look-up takes as many
 * binary searches as there are lengths, whatever the number of networks.
 */
#ifndef MG_TABLE_NETWORKS_H
#define MG_TABLE_NETWORKS_H

#include <stdbool.h>

struct address;
struct arena;
struct network;
struct networks;

/* A list is filled, finished, and then only read. The arena frees it. value is not copied. */
struct networks *networks_new(struct arena *arena);
void networks_add(struct networks *networks, const struct network *network, const char *value);
void networks_finish(struct networks *networks);

/* The value of the first network, in the order in which they were added, that has the address. */
bool networks_find(const struct networks *networks, const struct address *address,
		   const char **value_r);

#endif
