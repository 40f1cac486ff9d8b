/* SPDX-License-Identifier: BSD-2-Clause */
/* The header field Received-SPF (RFC 7208, section 9.1). */
#ifndef MG_SPF_RECEIVED_H
#define MG_SPF_RECEIVED_H

#include "spf_check.h"

/*
 * Makes the field's value: one line below 998 characters, in the event's memory. result: its name;
 * identity: "mailfrom" or "helo".
 */
const char *spf_received(struct mg_call *call, const struct spf_query *query,
			 const struct spf_outcome *outcome, const char *result,
			 const char *identity);

#endif
