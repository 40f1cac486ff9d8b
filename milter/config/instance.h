/* SPDX-License-Identifier: BSD-2-Clause */
/* An instance: one policy block, read and opened. */
#ifndef MG_INSTANCE_H
#define MG_INSTANCE_H

#include <stdatomic.h>
#include <stdbool.h>

#include <millgate/policy.h>

struct action;
struct condition;
struct instance_counters;
struct keep_entry;

enum mode { MODE_ENFORCE, MODE_MONITOR, MODE_OFF };

/* One policy block. */
struct instance {
	const struct mg_policy *type;
	const char *name; /* "spf", "dnsbl/zen" */
	size_t index;     /* in file order */
	void *self;
	enum mode mode;
	enum mg_stage reply_at;
	long long deadline; /* ms; 0: only the stage budget */
	unsigned stages;    /* MG_BIT()s of on[] hooks in use */
	unsigned starts;    /* and of start[] hooks */
	unsigned blocking;  /* and of on[] hooks that may block */
	unsigned services;  /* MG_SERVICE_...s in use */
	bool lasting;       /* results of unknown commands have actions for messages, too */
	unsigned facts;     /* MG_BIT()s of the stages whose facts its hooks may read */
	bool record;        /* its hooks read the message record */
	size_t nown;        /* results that the type lists */
	size_t nresults;    /* and "error" and "timeout", which all have */
	size_t error, timeout;
	const char *const *result_names;
	struct action **actions;       /* by result; none is NULL */
	const struct action *dns_dead; /* of a timeout while DNS is dead; NULL: of any timeout */
	size_t nvalues;
	const struct condition *skip, *only; /* lists; NULL for none */
	const struct mg_line *line;
	struct {
		const struct mg_line *line; /* NULL: of no result */
		size_t result;
	} claimed; /* the first of mg_conf_claimed() */
	/* In the keep, see keep.h: what changes, and outlives the snapshot. */
	struct {
		struct keep_entry *entry;
		struct instance_counters *counters;
		atomic_ullong **found; /* by result: how often it was found */
		size_t nown;
		atomic_ullong **own; /* by index: the policy's own counters */
		void *shared;        /* of mg_shared(); NULL for none */
	} kept;
};

#endif
