/* SPDX-License-Identifier: BSD-2-Clause */
/* Classes, which name sets of sessions. */
#ifndef MG_CLASS_H
#define MG_CLASS_H

#include <millgate/policy.h>

#include "base/arena.h"
#include "base/errors.h"

struct snapshot;

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

extern const struct mg_item class_items[];

/* Reads the class blocks into the snapshot. */
void class_read_all(struct snapshot *snapshot, struct errors *errors);

#endif
