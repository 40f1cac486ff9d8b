/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of one hook: the host's side of policy.h's "struct mg_call". */
#ifndef MG_CALL_H
#define MG_CALL_H

#include "session/call_services.h"
#include "session/state.h"

#define CALL_MAGIC 0x0ca11ed0U

struct mg_call {
	const struct call_services *services; /* first, as in every host */
	MG_MAGIC
	struct session *session;
	const struct instance *instance;
	enum mg_stage stage; /* of the hook, which may be earlier than the event's */
	int64_t deadline;    /* microseconds */
	struct found *found; /* made when the hook first says something */
	bool start;          /* a start hook, which must not block */
};

/* The daemon's. */
extern const struct call_services call_services;

/* What the hook found, for the caller to complete; made if need be. */
struct found *call_found(struct mg_call *call);

#endif
