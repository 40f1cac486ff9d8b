/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients of the MTA that have whole sessions, one after another, while the daemon is reloaded. */
#ifndef TESTS_RELOAD_CLIENTS_H
#define TESTS_RELOAD_CLIENTS_H

#define CLIENTS 64

void clients_start(void);

/*
 * Lets each finish its session. Fails when any had another answer than "go on". Returns how many
 * sessions there were.
 */
unsigned long long clients_stop(void);

/* Whether a client with this address is refused at RCPT, in a session of its own. */
int client_is_refused(const char *address);

#endif
