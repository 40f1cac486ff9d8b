/* SPDX-License-Identifier: BSD-2-Clause */
/* Replies of a session as packets of the milter protocol. */
#ifndef MG_ANSWER_H
#define MG_ANSWER_H

#include "front/agreement.h"
#include "front/packet.h"

/* Puts a reply, and at MG_EOM the edits before it, as far as they were agreed on. Logs the rest. */
void answer_put(struct bytes *out, const struct agreement *agreed, enum mg_stage stage,
		const struct reply *reply, struct log *log);

#endif
