/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions to use again: a connection in steady state allocates nothing. */
#ifndef MG_POOL_H
#define MG_POOL_H

#include "session/state.h"

/* A session whose memory is empty. Other members keep the values of their last user. Never NULL. */
struct session *pool_take(struct host *host);

/* Takes back a session whose last event is over; its memory of the session's scope is released. */
void pool_give_back(struct session *session);

/* Frees those that are idle. */
void pool_free(struct host *host);

#endif
