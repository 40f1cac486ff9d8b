/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A configuration snapshot: one reading of the configuration, checked, immutable and shared by
 * all sessions that began under it. The session's code reads these structs; only load.c and
 * what it calls writes them, before anybody else sees them.
 */
#ifndef MG_SNAPSHOT_H
#define MG_SNAPSHOT_H

#include <stdatomic.h>

#include "config/action.h"
#include "base/arena.h"
#include "base/check.h"
#include "config/condition.h"
#include "config/instance.h"
#include "config/keep.h"
#include "base/errors.h"
#include "config/needs.h"
#include "config/settings.h"

struct module_file;

#define SNAPSHOT_MAGIC 0x54a95407U
/* By number of the bit in MG_SERVICE_... . */
enum { SERVICE_DNS, SNAPSHOT_SERVICES };

struct snapshot {
	MG_MAGIC
	struct arena arena;
	atomic_uint references;
	/*
	 * Called on the thread that gave the last reference back, after that: the owner calls
	 * snapshot_free(), on the main thread. NULL: it is freed at once.
	 */
	void (*unused)(void *arg);
	void *unused_arg;
	struct snapshot *older;           /* the host's list of those that are not freed */
	void *service[SNAPSHOT_SERVICES]; /* that the host opened for it; NULL: not in use */
	const struct mg_line *lines;      /* the directives of the top level */
	struct module_file *modules;      /* restart.c */
	struct settings settings;
	struct mta_needs needs;
	unsigned starts;   /* MG_BIT()s of stages that any start[] hook is for */
	unsigned services; /* MG_SERVICE_...s that any instance uses */
	bool outcomes;     /* whether any instance has an outcome hook */
	size_t ninstances;
	struct instance *instances; /* in file order; one whose mode is off has no hooks */
	size_t nclasses;
	struct class *classes;
	struct {
		const struct condition *classes; /* NULL for none */
		bool all;                        /* sessions */
	} debug;                                 /* those of "debug-session" */
	struct mg_strings edited; /* names of the header fields that actions change */
	struct action *score;     /* each with its threshold; refusals first, the hardest first */
	enum mode score_mode;     /* when it is off there is no score */
	bool protects; /* there are protected recipients, and scores that could lose mail */
	struct errors warnings; /* what is probably not meant, but can be right */
};

struct snapshot *snapshot_ref(struct snapshot *snapshot);

/* Any thread; the pointer, which may point to NULL, is cleared. */
void snapshot_unref(struct snapshot **snapshot);

/* Closes the instances and frees all; there are no references. */
void snapshot_free(struct snapshot *snapshot);

#endif
