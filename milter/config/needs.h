/* SPDX-License-Identifier: BSD-2-Clause */
/* What a configuration needs of the MTA: stages, replies, macros and edits. */
#ifndef MG_NEEDS_H
#define MG_NEEDS_H

#include <stdbool.h>
#include <stdint.h>

#include <millgate/policy.h>

/* What a milter can change of a message at its end. */
enum edit_kind {
	EDIT_ADD_FIELD, /* at the end of the header */
	/* Above the field at an index, 0 for the first; the MTA's own fields count. */
	EDIT_INSERT_FIELD,
	/* Replace or delete the n-th of its name, from 1; the MTA's own fields do not count. */
	EDIT_CHANGE_FIELD,
	EDIT_ADD_RECIPIENT,
	EDIT_DELETE_RECIPIENT,
	EDIT_SENDER,
	EDIT_BODY,
	EDIT_QUARANTINE,
	EDIT_KINDS
};
#define EDIT_BIT(kind) (1U << (kind))

/* A front end negotiates no more than this. */
struct mta_needs {
	unsigned stages;   /* MG_BIT()s of the stages that the MTA shall report */
	unsigned replies;  /* of these, the ones that can be answered other than "continue" */
	unsigned edits;    /* EDIT_BIT()s of what can come of a message */
	bool record;       /* all header fields are kept, see session/record.h */
	bool exact_fields; /* and the blanks after their colons */
	unsigned waits;    /* MG_BIT()s of the stages at which a policy may block */
	int64_t budget;    /* how long it may at most, in microseconds */
	const char *macros[MG_STAGES]; /* names for each stage, parted by blanks; NULL for none */
};

#endif
