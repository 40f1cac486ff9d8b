/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names in the form in which they compare: domains (RFC 1035, RFC 5890) and mail addresses
 * (RFC 5321, RFC 6531).
 */
#ifndef MG_DOMAIN_H
#define MG_DOMAIN_H

#include <stddef.h>

#include <stdbool.h>

struct arena;

#define DOMAIN_MAX 253 /* bytes of a domain without its final dot */
#define DOMAIN_LABEL_MAX 63

/*
 * A domain in lower case, its U-labels as A-labels (IDNA 2008, non-transitional), without a final
 * dot. Underscores are taken (_dmarc.example.com). NULL when it is no domain name: malformed, too
 * long, an IP address, NULL. Returns the argument itself when it has that form already; nothing
 * is allocated then.
 */
const char *domain_fold(struct arena *arena, const char *domain);

/*
 * A mail address (without angle brackets): the domain by domain_fold(), the local part in lower
 * case (ASCII; NFC and Unicode's lower case when it is UTF-8), quoted only where it must be. What
 * is no domain (an address literal, say) is compared without regard to ASCII case. Takes anything
 * and is never NULL, but for NULL. Returns the argument itself when it has that form already.
 */
const char *mail_fold(struct arena *arena, const char *address);

/* How long the local part is, as written: the '@' follows, or the end. */
size_t mail_local_size(const char *address);

/*
 * Whether an address (without angle brackets) is written as a Mailbox of RFC 5321, section 4.1.2, or RFC 6531: a local part that is
 * a dot-string or quoted, and a domain, whose form alone is looked at, or an address literal.
 */
bool mail_is_mailbox(const char *address);

/*
 * An address as a mailbox: without what RFC 822, section 3.4, lets be written in one, comments and blanks, needless quotes and
 * backslashes, and without a dot at the end of the domain. local: its local part, when that is known better, and is a dot-string; or NULL. NULL when no
 * mailbox comes of it.
 */
const char *mail_plain(struct arena *arena, const char *address, const char *local);

/* Text without regard to ASCII case: the argument itself when it has no upper case. */
const char *ascii_fold(struct arena *arena, const char *text);

#endif
