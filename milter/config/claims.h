/* SPDX-License-Identifier: BSD-2-Clause */
/* Results that rest on what a client only claims, see mg_conf_claimed(). */
#ifndef MG_CLAIMS_H
#define MG_CLAIMS_H

struct snapshot;

/* Warns where such a result accepts mail before a policy that authenticates is called for it. */
void claims_warn(struct snapshot *snapshot);

#endif
