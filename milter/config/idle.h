/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands in the configuration without doing anything. */
#ifndef MG_IDLE_H
#define MG_IDLE_H

struct snapshot;

/* Warns of it. The snapshot has no errors. */
void idle_warn(struct snapshot *snapshot);

#endif
