/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients that have one whole session after another while the daemon is reloaded. */
#ifndef TESTS_RELOAD_CLIENTS_H
#define TESTS_RELOAD_CLIENTS_H

#define CLIENTS 64

void clients_start(void);

/*
 * Lets each client finish its session. Fails when any answer was not "go on". Returns the number of
 * sessions.
 */
unsigned long long clients_stop(void);

/* Whether a client with this address is refused at RCPT, in a session of its own. */
int client_is_refused(const char *address);

#endif
