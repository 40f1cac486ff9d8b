/* SPDX-License-Identifier: BSD-2-Clause */
/* What a configuration needs of the MTA: stages, replies, macros and edits. */
#ifndef MG_NEEDS_H
#define MG_NEEDS_H

#include <stdbool.h>

#include <millgate/policy.h>

/* A front end negotiates no more than this. */
struct mta_needs {
	unsigned stages;  /* MG_BIT()s of the stages to be told of */
	unsigned replies; /* of these, the ones that can be answered other than "continue" */
	bool adds_headers;
	bool quarantines;
	const char *macros[MG_STAGES]; /* names for each stage, parted by blanks; NULL for none */
};

#endif
