/* SPDX-License-Identifier: BSD-2-Clause */
/* A snapshot is read from its file, checked, and given its share of what is kept. */
#ifndef MG_LOAD_H
#define MG_LOAD_H

#include "config/snapshot.h"

/*
 * Reads and checks a configuration. keep: where its instances find what those of the same name have
 * counted and shared so far, and which must outlive it; NULL when there is none before or after it.
 * present: the snapshots of which it is to be a successor, newest first: what cannot change without
 * a restart is an error then; NULL: there are none. Returns a snapshot with one reference, or NULL
 * after having called report(arg, errors).
 */
struct snapshot *snapshot_load(const char *path, struct keep *keep, const struct snapshot *present,
			       void (*report)(void *arg, const struct errors *errors), void *arg);

/* A report that prints every error to arg, a FILE *. */
void snapshot_print_errors(void *arg, const struct errors *errors);

#endif
