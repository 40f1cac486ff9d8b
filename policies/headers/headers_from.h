/* SPDX-License-Identifier: BSD-2-Clause */
/* The field From of a message: RFC 5322, section 3.6.2. */
#ifndef MG_HEADERS_FROM_H
#define MG_HEADERS_FROM_H

/*
 * Returns how many mailboxes a list has, those in groups included; -1 when it is none. One address
 * in brackets at its end is one mailbox, however the display name before it is written, unless that
 * could be, or hold, another address.
 */
int headers_count_from(const char *value);

#endif
