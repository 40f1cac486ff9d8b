/* SPDX-License-Identifier: BSD-2-Clause */
/* What the DNS server for tests answers: records, and faults. */
#ifndef MG_TEST_REPLY_H
#define MG_TEST_REPLY_H

#include <stdbool.h>
#include <stddef.h>

struct zone;

struct zone *zone_new(void);
void zone_free(struct zone *zone);

/* Adds a line as server_add() describes it. A malformed line ends the program. */
void zone_add(struct zone *zone, const char *lines);

/* The number of a type; ends the program for an unknown one. */
unsigned zone_type(const char *word);

struct question {
	unsigned id, type;
	unsigned by_tcp; /* how often the question came by TCP, this time included */
	bool tcp, edns, ad;
	char name[256];          /* lower case */
	unsigned char wire[256]; /* as in the question */
	size_t wire_size;
};

/* Returns 0, or -1 when it is none. */
int question_read(struct question *question_r, const unsigned char *bytes, size_t size);

struct reply {
	bool drop, close_tcp, last_tcp;
	unsigned delay_ms, slow_ms;
	size_t size;
	unsigned char bytes[65535];
};

/* To be freed with free(). */
struct reply *test_reply_make(const struct zone *zone, const struct question *question);

#endif
