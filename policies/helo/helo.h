/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "helo": looks up the name that a client gives. */
#ifndef MG_HELO_H
#define MG_HELO_H

#include <millgate/policy.h>

/* Begins to look a name up. The client has an address. */
void helo_lookup_start(struct mg_call *call, const char *name);

/* The result of the look-up: HELO_..., or MG_ERROR or MG_TIMEOUT with a detail. */
enum { HELO_MATCHES, HELO_MISMATCH, HELO_UNRESOLVED };
int helo_lookup(struct mg_call *call, const char *name);

#endif
