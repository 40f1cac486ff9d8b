/* SPDX-License-Identifier: BSD-2-Clause */
/* Domains in the form in which they compare (RFC 1035, RFC 5890). */
#ifndef MG_DOMAIN_H
#define MG_DOMAIN_H

#include <stddef.h>

struct arena;

#define DOMAIN_MAX 253 /* bytes of a domain without its final dot */
#define DOMAIN_LABEL_MAX 63

/*
 * A domain in lower case, its U-labels as A-labels (IDNA 2008, non-transitional), without a final
 * dot. Labels that IDNA 2008 refuses, such as symbols, become A-labels all the same. Underscores
 * are allowed (_dmarc.example.com). Returns NULL for NULL and for what is no
 * domain name: malformed, too long, an IP address. A domain that has this form already is
 * returned itself, without an allocation.
 */
const char *domain_fold(struct arena *arena, const char *domain);

#endif
