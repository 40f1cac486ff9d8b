/* SPDX-License-Identifier: BSD-2-Clause */
/* A milter on libmilter that does what the commands' arguments say: the peer of test_mta.c. */
#ifndef TESTS_ECHO_MILTER_H
#define TESTS_ECHO_MILTER_H

/*
 * Serves on the socket until it is killed. actions, protocol: what to choose of the offer
 * (SMFIF_*, SMFIP_*); rcpt_macros: the list to ask for at RCPT, or NULL. Words in HELO, MAIL,
 * RCPT and header values choose the reply: "reject", "tempfail", "discard", "accept", "code",
 * "multi", "skip". At the end of the message every kind of edit that was negotiated is made, and
 * a header X-Trace lists the callbacks.
 */
int echo_milter_run(const char *socket, unsigned long actions, unsigned long protocol,
		    const char *rcpt_macros);

#endif
