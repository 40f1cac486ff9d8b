/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DNS for tests of policies on the fake host: mg_dns() and its like are the daemon's own code over the resolver that the
 * test sets, most of all the stub's (stub.h). The test closes the resolver (dns_close()) after fake_close().
 */
#ifndef MG_FAKE_DNS_H
#define MG_FAKE_DNS_H

#include "../dns/stub.h"

extern struct dns *fake_dns; /* NULL: there is no DNS service */

#endif
