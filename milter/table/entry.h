/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether an entry of a list, or a key of a "texthash:" file, can mean what it says. */
#ifndef MG_TABLE_ENTRY_H
#define MG_TABLE_ENTRY_H

#include <millgate/policy.h>

struct arena;
struct fault;

enum entry_grade {
	ENTRY_GOOD,
	ENTRY_ODD, /* probably a mistake: a warning */
	ENTRY_WRONG
};

/* A plain entry, which is no expression, of any kind but MG_KEY_TEXT. */
enum entry_grade entry_check(struct arena *arena, enum mg_key kind, const char *word,
			     struct fault *fault_r);

/*
 * The same for a key of a "texthash:" file. One file may serve look-ups of several kinds, as those
 * of Postfix do: what only another kind can find is odd.
 */
enum entry_grade entry_check_key(struct arena *arena, enum mg_key kind, const char *key,
				 struct fault *fault_r);

#endif
