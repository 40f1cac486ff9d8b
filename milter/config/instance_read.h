/* SPDX-License-Identifier: BSD-2-Clause */
/* Policy blocks, read, checked and opened as instances. */
#ifndef MG_INSTANCE_READ_H
#define MG_INSTANCE_READ_H

#include "base/errors.h"
#include "config/snapshot.h"

/* The keys that every policy block has besides those of its type. */
extern const struct mg_item instance_items[];

/*
 * Reads all policy blocks into the snapshot: every instance is opened, and its conditions are
 * known, or errors were reported.
 */
void instance_read_all(struct snapshot *snapshot, struct errors *errors);

#endif
