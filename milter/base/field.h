/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Header fields (RFC 5322, section 2.2): their names, and values with their folds. A fold is a line
 * feed that a blank follows, as MTAs hand it to milters and take it from them.
 */
#ifndef MG_FIELD_H
#define MG_FIELD_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

#define FIELD_LINE 78      /* where a line is folded, if it has a blank (RFC 5322 section 2.1.1) */
#define FIELD_LINE_MAX 998 /* and where it is in any case; without its CR LF */
/*
 * Of a value. Sendmail takes no packet of more than 65,535 bytes from a milter, and closes the
 * connection at a longer one; a name, a position and the length of the packet need some of it.
 */
#define FIELD_VALUE_MAX 65000

/* Printable ASCII without blanks and colons, at most 76 characters (RFC 5322 section 3.6.8). */
bool field_is_name(const char *name);

/*
 * Trace fields record what the hosts on the way did and found. Readers rely on their order, so each
 * is added above those that were there: Received, Return-Path (RFC 5321 section 4.4), Resent-* (RFC
 * 5322 section 3.6), DKIM-Signature (RFC 6376 section 3.5), Received-SPF (RFC 7208 section 9.1),
 * Authentication-Results (RFC 8601 section 4.1), ARC-* (RFC 8617).
 */
bool field_is_trace(const char *name);

/*
 * Fields that a message has only once (RFC 5322 section 3.6, RFC 2045): a second makes it
 * malformed.
 */
bool field_is_single(const char *name);

/*
 * What is wrong with a value, as a constant such as "a carriage return", or NULL: it could end its
 * field, its header, or a buffer of the MTA's. name: the field's, which stands in the first line.
 */
const char *field_check_value(const char *name, const char *value);

/*
 * A value in lines of at most line bytes, broken before blanks where it has some, and never longer
 * than FIELD_LINE_MAX. Its own folds stay, except those that leave a line of blanks, which some
 * programs take for the header's end. Blanks at both ends are removed. In the arena.
 */
const char *field_fold(struct arena *arena, const char *name, const char *value, size_t line);

#endif
