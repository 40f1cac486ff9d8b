/* SPDX-License-Identifier: BSD-2-Clause */
/* What milter and MTA agree on when a connection begins: steps, replies and edits. */
#ifndef MG_AGREEMENT_H
#define MG_AGREEMENT_H

#include <stdbool.h>

#include "session/session.h"

struct log;

struct agreement {
	unsigned long actions; /* enum protocol_action */
	unsigned long steps;   /* that the MTA leaves out, or waits for no answer at */
	unsigned no_reply;     /* MG_BIT()s of the stages that it waits for no reply at */
	bool skips;            /* it understands that it shall send no more of a body */
	unsigned long offered_actions, offered_steps;
	const char *macros[MG_STAGES]; /* the lists that were asked for; NULL: the MTA's own */
	char *kept;                    /* the memory of macros; NULL: they are a snapshot's */
	bool exact_fields; /* values of header fields have the blank after the colon, both ways */
};

/* The numbers of a stage in the protocol. */
struct agreement_stage {
	unsigned long left_out, no_reply;
	int macros; /* its list of macros; -1: it has none of its own */
};
extern const struct agreement_stage agreement_stages[MG_STAGES];

/* The action that an edit is, and what it is called: "cannot ADD A HEADER FIELD". */
struct agreement_edit {
	unsigned long action; /* enum protocol_action */
	const char *name;
};
extern const struct agreement_edit agreement_edits[EDIT_KINDS];

/* Beyond the cap only CONNECT is needed, in order to refuse it. */
extern const struct mta_needs agreement_refusal;

/*
 * The smallest agreement that satisfies needs, within the MTA's offer. quiet: steps without a
 * reply may be used. extra: MG_BIT()s of stages that the front end itself needs.
 */
struct agreement agreement_make(const struct mta_needs *needs, unsigned extra, bool quiet,
				unsigned long offered_actions, unsigned long offered_steps);

/*
 * Whether what was agreed on serves these needs as well as a new agreement with the same MTA would.
 * extra and quiet: as in agreement_make().
 */
bool agreement_serves(const struct agreement *agreed, const struct mta_needs *needs, unsigned extra,
		      bool quiet);

/* Copies what the agreement borrows from needs; agreement_free() frees the copies. */
void agreement_keep(struct agreement *agreed);

void agreement_free(struct agreement *agreed);

/*
 * Logs what the configuration needs and the MTA does not offer. Returns whether anything is
 * missing.
 */
bool agreement_lacks(const struct mta_needs *needs, unsigned long offered_actions,
		     unsigned long offered_steps, struct log *log);

/* EDIT_BIT()s of the edits that were agreed on. */
unsigned agreement_grants(const struct agreement *agreed);

#endif
