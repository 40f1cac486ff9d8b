/* SPDX-License-Identifier: BSD-2-Clause */
/* A decision: what comes of the results of a stage. */
#ifndef MG_DECISION_H
#define MG_DECISION_H

#include <stdbool.h>
#include <stddef.h>

#include "config/action.h"

struct found;
struct instance;

/* What one policy has added to a score. */
struct contribution {
	const struct instance *instance;
	long long score;
	struct contribution *next;
};

struct decision {
	enum action_kind kind;       /* NEUTRAL, or one that refuses */
	const struct action *action; /* that kind's, or what is not done; NULL when there is none */
	const struct found *found;   /* what caused it; NULL: the score */
	bool apart;                  /* the recipient must come in a message of its own */
	bool exempt;     /* it would have been refused, but must not be: kind is NEUTRAL */
	bool accepted;   /* a policy accepted, now or at an earlier stage: no further one runs */
	size_t cut;      /* the index of the accepting policy; else the number of instances */
	long long score; /* of all that was found so far */
	/* The score if no policy were in mode monitor, and of whom; in the order of the file. */
	long long would_score;
	struct contribution *scores;
};

#endif
