/* SPDX-License-Identifier: BSD-2-Clause */
/* Classes, which name sets of sessions. */
#ifndef MG_CLASS_H
#define MG_CLASS_H

#include <millgate/policy.h>

#include "base/arena.h"
#include "base/errors.h"

struct mg_conf;

/* What a class wants of a fact that holds or not. */
enum class_want { CLASS_ANY, CLASS_NO, CLASS_YES };

struct class
{
	const char *name;
	size_t index;
	const struct mg_table *client;
	const struct mg_table *client_name;
	const struct mg_table *client_ptr;
	const struct mg_table *helo;
	const struct mg_table *sender;
	const struct mg_table *recipient;
	struct mg_strings daemon;
	struct mg_strings client_resolve;               /* as in the file */
	unsigned resolves;                              /* 1 << enum mg_client_resolve; 0: any */
	struct mg_strings auth, tls, submitted_locally; /* as in the file */
	enum class_want has_tls, is_local;
	enum class_want has_auth; /* when it is CLASS_ANY, auth are names of users, if any */
	unsigned facts;           /* MG_BIT()s of the stages whose facts it asks for */
	const struct mg_line *line;
};

extern const struct mg_item class_items[];

/*
 * Reads the class blocks, in their order. top: where memory comes from and errors go. Returns an
 * array of n_r classes.
 */
struct class *class_read_all(const struct mg_conf *top, const struct mg_lines *blocks, size_t *n_r);

#endif
