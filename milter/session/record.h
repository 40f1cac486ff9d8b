/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message record: all header fields of a message, in order and byte for byte, kept once for all
 * policies that read it (mg_field()), and for edits, which must know how many fields of a name
 * there are. In the message's arena.
 */
#ifndef MG_RECORD_H
#define MG_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include <millgate/policy.h>

struct arena;

#define RECORD_FIELD 40 /* what a field counts of the header-limit besides its own bytes */

/* Zero but for the first three; arena NULL: there is no message. */
struct record {
	struct arena *arena; /* the message's */
	size_t limit;
	const struct mg_strings *edited; /* names that edits of the configuration need */
	struct mg_field *fields;
	size_t n, room;
	size_t size; /* of the header-limit */
	bool cut;    /* the header was longer: the fields that came first are kept */
	bool whole;  /* the header has ended, and was not cut: policies may see the record */
	/*
	 * By the edited names: how many fields of that name came beyond the limit; NULL
	 * before.
	 */
	unsigned *beyond;
};

/* Keeps a field. exact: as of session_header(). */
void record_keep(struct record *record, const char *name, const char *value, bool exact);

/* The header has ended. */
void record_close(struct record *record);

/* How many fields of this name came with the message, in any case. */
unsigned record_count(const struct record *record, const char *name);

#endif
