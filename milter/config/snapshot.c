/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a snapshot lives. */
#include <config.h>

#include <stdlib.h>

#include "config/snapshot.h"

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
	CHECK_OBJ(snapshot, SNAPSHOT_MAGIC);
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	return snapshot;
}

void snapshot_unref(struct snapshot **snapshot)
{
	struct snapshot *old = *snapshot;
	void (*unused)(void *arg);
	void *arg;

	*snapshot = NULL;
	if (!old)
		return;
	CHECK_OBJ(old, SNAPSHOT_MAGIC);
	/* With the last reference its owner may free it at any time. */
	unused = old->unused;
	arg = old->unused_arg;
	if (atomic_fetch_sub_explicit(&old->references, 1, memory_order_acq_rel) != 1)
		return;
	if (unused)
		unused(arg);
	else
		snapshot_free(old);
}

void snapshot_free(struct snapshot *snapshot)
{
	CHECK_OBJ(snapshot, SNAPSHOT_MAGIC);
	arena_free(&snapshot->arena);
	MAGIC_SET(snapshot, 0);
	free(snapshot);
}
