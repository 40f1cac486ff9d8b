/* SPDX-License-Identifier: BSD-2-Clause */
/* The client of a session, as the MTA reports it at CONNECT. */
#ifndef MG_CLIENT_H
#define MG_CLIENT_H

#include "session/state.h"

/*
 * Sets session->client. name, addr: as session_connect() gets them; queue_id: the MTA's (macro i),
 * or NULL.
 */
void client_read(struct session *session, const char *name, const struct sockaddr *addr,
		 const char *queue_id);

#endif
