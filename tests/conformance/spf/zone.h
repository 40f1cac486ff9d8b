/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A DNS server on 127.0.0.1 for the zones of a test suite: names and texts of any bytes, which the
 * lines of tests/dns/server.h cannot have. UDP only; a question without records gets NXDOMAIN or
 * NODATA.
 */
#ifndef MG_CONFORMANCE_ZONE_H
#define MG_CONFORMANCE_ZONE_H

#include <stdbool.h>
#include <stddef.h>

struct zone;

/* Starts the server, with no records. Ends the program when that fails. */
struct zone *zone_start(void);
void zone_stop(struct zone *zone);

unsigned zone_port(const struct zone *zone);

/* How many questions came since the last call. */
unsigned zone_questions(struct zone *zone);

/* Removes all records. No question may be under way. */
void zone_clear(struct zone *zone);

/* The answer of a name for types of which it has no records. */
enum zone_fault { ZONE_DROPS, ZONE_FAILS };
void zone_add_fault(struct zone *zone, const char *name, enum zone_fault fault);

/* Adds a record; data as in a message. */
void zone_add(struct zone *zone, const char *name, unsigned type, const void *data, size_t size);

/* Turns a name into its wire form (255 bytes at most). Returns its size. */
size_t zone_wire(unsigned char *wire_r, const char *name);

#endif
