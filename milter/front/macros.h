/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The macros that an MTA has sent. Each is known from its command on, until an earlier command
 * comes, or the MTA sends new ones for that command. An MTA that sends none for a command means
 * the last ones. They lie on a stack: macros of CONNECT below those of HELO, these below those
 * of MAIL, and so on.
 */
#ifndef MG_MACROS_H
#define MG_MACROS_H

#include "front/packet.h"

#define MACROS_COMMANDS 7
#define MACROS_MAX (64U << 10) /* bytes of all; those of an MTA of today are a few thousand */

struct macros {
	struct bytes text;            /* names and values, each with its NUL */
	size_t ends[MACROS_COMMANDS]; /* where those of each command end in it */
};

/* Takes a packet of macros. Returns false when it is broken or they are too many. */
bool macros_take(struct macros *macros, struct packet *packet);

/* A command has come: drops the macros of later ones. No effect if it has no macros. */
void macros_begin(struct macros *macros, int command);

/* A message is over: its macros, from MAIL on, are gone. */
void macros_end_message(struct macros *macros);

/* All are gone, the memory stays. */
void macros_forget(struct macros *macros);

/* The latest value, or NULL; valid until macros change. "x" and "{x}" are the same name. */
const char *macros_get(const struct macros *macros, const char *name);

void macros_free(struct macros *macros);

#endif
