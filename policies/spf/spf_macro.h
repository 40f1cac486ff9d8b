/* SPDX-License-Identifier: BSD-2-Clause */
/* The macros of SPF: their grammar and their expansion (RFC 7208, section 7). */
#ifndef MG_SPF_MACRO_H
#define MG_SPF_MACRO_H

#include <stdbool.h>
#include <stddef.h>

#define SPF_NAME_MAX 253  /* of a domain name in text form */
#define SPF_TEXT_MAX 1024 /* of an expanded explanation; the rest is cut off */

/* The arguments of an evaluation, constant while it runs. */
struct spf_query {
	const char *sender; /* local part, "@", domain */
	const char *local;  /* "postmaster" when there is none */
	const char *domain; /* of the sender, in A-labels */
	const char *helo;
	const char *receiver; /* our own name, which explanations show */
	int family;           /* AF_INET or AF_INET6, the latter never IPv4-mapped */
	unsigned char address[16];
};

struct spf_macros {
	const struct spf_query *query;
	const char *domain;    /* the current domain: the one whose record is evaluated */
	const char *validated; /* the value of macro p; needed if spf_macro_has() 'p' */
};

/* Whether text is a domain-spec, a macro-string, an explain-string. */
bool spf_macro_is_domain(const char *text, size_t size);
bool spf_macro_is_string(const char *text, size_t size);
bool spf_macro_is_explanation(const char *text, size_t size);

/* Whether a valid text has a macro of this letter (lower case). */
bool spf_macro_has(const char *text, size_t size, char letter);

/*
 * Expands a valid domain-spec to a name, without its final dot, of at most SPF_NAME_MAX: labels
 * that are too many are left out on the left. Returns false when no name comes of it that DNS
 * could carry: an empty label, or one over 63 bytes; when the macros' values are 16 KiB and
 * more; or when it contains bytes of an internationalised local part (RFC 8616, section 4): such
 * a term does not match.
 */
bool spf_macro_name(const struct spf_macros *macros, const char *spec, size_t size,
		    char name_r[SPF_NAME_MAX + 1]);

/* Expands a valid explain-string, cut at SPF_TEXT_MAX. Returns the size of the text. */
size_t spf_macro_text(const struct spf_macros *macros, const char *spec, size_t size,
		      char text_r[SPF_TEXT_MAX + 1]);

/* Whether a name has at least one label, and none that DNS could not carry. */
bool spf_name_is_valid(const char *name);

#endif
