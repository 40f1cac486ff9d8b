/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Domain names as they stand in messages ("wire form": labels with their lengths, RFC 1035 section
 * 3.1), in lower case.
 */
#ifndef MG_DNS_NAME_H
#define MG_DNS_NAME_H

#include <stddef.h>

#define DNS_WIRE_MAX 255  /* with the root's zero */
#define DNS_TEXT_MAX 1024 /* every byte of it escaped, with the NUL */

/* Returns the size of the name, or 0 when DNS cannot carry it. */
size_t dns_name_from_text(unsigned char wire_r[DNS_WIRE_MAX], const char *text);

/* As struct mg_dns_record says. Returns the size of the text without its NUL. */
size_t dns_name_to_text(char text_r[DNS_TEXT_MAX], const unsigned char *wire);

/* The size of a name in wire form. */
size_t dns_name_size(const unsigned char *wire);

/*
 * Reads a name, compressed or not, from a message, at *at. Returns its size and sets *at to what
 * follows it; 0 when it is malformed, runs out of the message, or its pointers do not lead
 * backwards.
 */
size_t dns_name_read(unsigned char wire_r[DNS_WIRE_MAX], const unsigned char *message, size_t size,
		     size_t *at);

#endif
