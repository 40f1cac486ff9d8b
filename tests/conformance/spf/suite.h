/* SPDX-License-Identifier: BSD-2-Clause */
/* The openspf test suites, in YAML: their scenarios, each a zone and its cases. */
#ifndef MG_CONFORMANCE_SUITE_H
#define MG_CONFORMANCE_SUITE_H

#include <stdbool.h>

#include "zone.h"

#define SUITE_WANTED_MAX 4

/* One case; the strings are valid while it is visited. */
struct suite_case {
	const char *name;
	const char *helo, *host, *mailfrom;
	const char *wanted[SUITE_WANTED_MAX + 1]; /* results, any of which is right; NULL last */
	const char *explanation;                  /* NULL: any */
};

struct suite_visitor {
	void (*begin)(void *arg); /* called when the zone has a scenario's records */
	void (*visit)(void *arg, const struct suite_case *test);
	void (*end)(void *arg);
	void *arg;
};

/* Goes through all scenarios of a file. Ends the program when it cannot be read. */
void suite_read(const char *path, struct zone *zone, const struct suite_visitor *visitor);

#endif
