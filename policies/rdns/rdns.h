/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "rdns": names that look as if nobody had chosen them. */
#ifndef MG_RDNS_H
#define MG_RDNS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Why a host name looks generic, or NULL: it has the client's address in it, or a word that
 * providers give to the lines of their customers, left of the domain's last two labels. A name
 * with the word "static" is not judged so. name: lower case.
 */
const char *rdns_generic(const char *name, const struct sockaddr *addr);

#endif
