/* SPDX-License-Identifier: BSD-2-Clause */
/* Mailboxes (RFC 5321, section 4.1.2) that are put into the envelope by us. */
#ifndef MG_MAILBOX_H
#define MG_MAILBOX_H

#include <stdbool.h>

/*
 * What is wrong with an address as a path of ours, as a constant such as "no mailbox such as
 * user@example.com", or NULL. utf8: bytes beyond ASCII are good (RFC 6531).
 */
const char *mailbox_check(const char *address, bool utf8);

#endif
