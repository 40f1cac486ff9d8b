/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps, replies, macros and edits that the MTA must agree to for what is configured. */
#ifndef MG_PLAN_NEEDS_H
#define MG_PLAN_NEEDS_H

#include "config/snapshot.h"

/* Fills the snapshot's needs, starts, services, outcomes and edited. */
void plan_needs(struct snapshot *snapshot);

/* EDIT_BIT()s of the edits that an action of this kind may need; 0 for ACTION_EDIT. */
unsigned plan_edits(enum action_kind kind);

#endif
