/* SPDX-License-Identifier: BSD-2-Clause */
/* What a configuration cannot change in a daemon that runs. */
#ifndef MG_RESTART_H
#define MG_RESTART_H

#include "config/snapshot.h"

/*
 * Reports every key of the snapshot that differs from what the daemon runs with, and every module
 * whose file differs from the one that is loaded. present: all snapshots in use, newest first.
 */
void restart_check(struct snapshot *snapshot, struct errors *errors,
		   const struct snapshot *present);

/* Notes which files the snapshot's modules are. */
void restart_note_modules(struct snapshot *snapshot);

#endif
