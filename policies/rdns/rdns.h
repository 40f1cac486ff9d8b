/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "rdns": names that look as if nobody had chosen them. */
#ifndef MG_RDNS_H
#define MG_RDNS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Why a host name looks generic, or NULL. It contains the client's address, or a word that
 * providers use for customers' lines, left of the domain that is registered below a public suffix.
 * Names that say "static" are not generic, nor are those of mail servers. name: lower case, and
 * resolves to the client's address.
 */
const char *rdns_generic(const char *name, const struct sockaddr *addr);

#endif
