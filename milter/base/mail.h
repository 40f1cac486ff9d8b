/* SPDX-License-Identifier: BSD-2-Clause */
/* Mail addresses in the form in which they compare (RFC 5321, RFC 6531). */
#ifndef MG_BASE_MAIL_H
#define MG_BASE_MAIL_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/*
 * A mail address (without angle brackets): the domain by domain_fold(), the local part in lower
 * case (ASCII; NFC and Unicode's lower case when it is UTF-8), quoted only where it must be. What
 * is no domain (such as an address literal) only loses its ASCII case. Any text is allowed; only
 * NULL gives NULL. An address that has this form already is returned itself.
 */
const char *mail_fold(struct arena *arena, const char *address);

/* The size of the local part as written: the '@' or the end follows it. */
size_t mail_local_size(const char *address);

/*
 * Whether an address (without angle brackets) has the syntax of a Mailbox (RFC 5321, section 4.1.2;
 * RFC 6531): a local part that is a dot-string or quoted, and a domain or an address literal. The
 * characters of a domain are checked, not its lengths.
 */
bool mail_is_mailbox(const char *address);

/*
 * What is wrong with an address as a path of ours, as a constant such as "no mailbox such as
 * user@example.com", or NULL. utf8: bytes beyond ASCII are good (RFC 6531).
 */
const char *mail_check_mailbox(const char *address, bool utf8);

/*
 * Makes a mailbox of an address by removing what RFC 822, section 3.4, allows inside of one:
 * comments, blanks, needless quotes and backslashes; and a dot at the end of the domain. Returns
 * NULL when the result is no mailbox.
 */
const char *mail_plain(struct arena *arena, const char *address);

/*
 * The address in a path of MAIL or RCPT: what stands between the last angle bracket that opens and
 * the next that closes, outside of quotes and comments, without source routes; all of a path
 * without brackets.
 */
const char *mail_of_path(struct arena *arena, const char *path);

/* Whether a path has a comma outside of quotes and comments. */
bool mail_has_comma(const char *path);

/* What is left of an address without its comments, blanks, quotes and backslashes. */
const char *mail_flat(struct arena *arena, const char *address);

/* A local part as it stands in a mailbox: in quotes if need be. */
const char *mail_quote_local(struct arena *arena, const char *text);

#endif
