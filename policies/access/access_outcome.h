/* SPDX-License-Identifier: BSD-2-Clause */
/* The right-hand sides of tables, Postfix's access(5). */
#ifndef MG_ACCESS_OUTCOME_H
#define MG_ACCESS_OUTCOME_H

#include <millgate/policy.h>

/* The policy's results. */
enum { OK, REJECT, DEFER, DISCARD, HOLD };

struct outcome {
	int result;       /* MG_NONE: the search goes on */
	int code;         /* 0: not given */
	char status[12];  /* "": not given */
	const char *text; /* "": not given */
};

/* Reads a right-hand side. Returns NULL, or what was expected instead. */
const char *access_read_outcome(const char *value, struct outcome *outcome);

/* The same, for mg_conf_table(). */
const char *access_check_outcome(const char *value);

#endif
