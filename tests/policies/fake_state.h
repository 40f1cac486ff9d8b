/* SPDX-License-Identifier: BSD-2-Clause */
/* The fake host's own state: fake_host.c keeps it, and fake_call.c shows it to the policy. */
#ifndef MG_FAKE_STATE_H
#define MG_FAKE_STATE_H

#include "fake_host.h"

#include <sys/socket.h>

#include "base/arena.h"
#include "session/call_services.h"

struct mg_call {
	const struct call_services *services; /* first, as in every host */
	enum mg_stage stage;
};

#define FAKE_COUNTERS_MAX 100

struct fake_state {
	const struct mg_policy *policy;
	fake_register *get;
	void *self;
	void *shared;
	unsigned long long counted[FAKE_COUNTERS_MAX];
	struct arena instance, session, message, event;
	void *session_state, *message_state, *event_state;
	struct sockaddr_storage addr;
	char folder[64];
	const char *log;
};

extern struct fake_state host;

/* The name of the result that a hook returned. */
const char *fake_result_name(int result);

/* Forgets the report about the last result. */
void fake_say_nothing(void);

const struct mg_counter *fake_counter_at(size_t index);

#endif
