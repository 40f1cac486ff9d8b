/* SPDX-License-Identifier: BSD-2-Clause */
/* Classes, which name sets of sessions, and the conditions of "skip" and "only". */
#ifndef MG_CLASS_H
#define MG_CLASS_H

#include <millgate/policy.h>

#include "arena.h"
#include "errors.h"

struct snapshot;
struct instance;

struct class
{
	const char *name;
	size_t index;
	const struct mg_table *client;
	const struct mg_table *client_name;
	const struct mg_table *helo;
	const struct mg_table *sender;
	const struct mg_table *recipient;
	struct mg_strings daemon;
	struct mg_strings auth; /* "yes", "no", or names */
	struct mg_strings tls;  /* "yes" or "no" */
	struct mg_strings submitted_locally;
	unsigned facts; /* MG_BIT()s of the stages whose facts it asks for */
	const struct mg_line *line;
};

/* One word after "skip" or "only": a class, or a result of another policy. */
struct condition {
	const struct class *class;       /* or */
	const struct instance *instance; /* and */
	size_t result;                   /* of it */
	const struct condition *next;
};

extern const struct mg_item class_items[];

/* Reads the class blocks into the snapshot. */
void class_read_all(struct snapshot *snapshot, struct errors *errors);

/*
 * Reads the conditions of the lines' words for an instance that decides at its reply_at. verb: "skip" or "only".
 * Names of unknown classes, policies and results, and of what can never be known in time, are reported.
 */
const struct condition *condition_read(struct snapshot *snapshot, struct errors *errors,
				       const struct mg_lines *lines, const struct instance *of);

#endif
