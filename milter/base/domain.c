/* SPDX-License-Identifier: BSD-2-Clause */
/* Domains in the form in which they compare (RFC 1035, section 2.3.1; RFC 5891). */
#include <config.h>

#include "base/domain.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/utf8.h"

/*
 * The longest domain in UTF-8: a character takes at most 4 bytes there and at least 1 in an
 * A-label.
 */
#define DOMAIN_INPUT_MAX 1024

enum shape {
	SHAPE_FOLDED,  /* a domain in its final form */
	SHAPE_ASCII,   /* a domain with upper case or a final dot */
	SHAPE_UNICODE, /* it has other characters than ASCII: libidn2 decides */
	SHAPE_NONE     /* no domain */
};

static bool is_label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || ascii_is_upper(c);
}

/* The end of a label. NULL for an invalid one: empty, too long, or a hyphen at either end. */
static const char *label_end(const char *label, bool *upper)
{
	const char *p;

	for (p = label; is_label_char(*p) || *p == '-'; p++)
		*upper |= ascii_is_upper(*p);
	if (p == label || p - label > DOMAIN_LABEL_MAX || label[0] == '-' || p[-1] == '-')
		return NULL;
	return p;
}

/*
 * Four numbers are an address without its brackets, and never a name in DNS (RFC 3696, section 2).
 */
static bool is_address(const char *domain, size_t size)
{
	struct in_addr address;
	char text[INET_ADDRSTRLEN];

	if (size >= sizeof(text) || domain[0] < '0' || domain[0] > '9')
		return false;
	memcpy(text, domain, size);
	text[size] = '\0';
	return inet_pton(AF_INET, text, &address) == 1;
}

/*
 * Classifies a domain. size_r: its bytes without the final dot; not set for SHAPE_NONE and
 * SHAPE_UNICODE.
 */
static enum shape domain_shape(const char *domain, size_t *size_r)
{
	bool upper = false;
	bool dot = false;
	const char *p = domain;

	for (;;) {
		const char *end = label_end(p, &upper);

		if (!end || (*end && *end != '.'))
			return utf8_is_ascii(domain) ? SHAPE_NONE : SHAPE_UNICODE;
		p = end;
		if (!*p)
			break;
		if (!*++p) {
			dot = true;
			break;
		}
	}
	*size_r = (size_t)(p - domain) - (dot ? 1 : 0);
	if (*size_r > DOMAIN_MAX || is_address(domain, *size_r))
		return SHAPE_NONE;
	return upper || dot ? SHAPE_ASCII : SHAPE_FOLDED;
}

static const char *fold_ascii(struct arena *arena, const char *domain, enum shape shape,
			      size_t size)
{
	switch (shape) {
	case SHAPE_FOLDED:
		return domain;
	case SHAPE_ASCII:
		return ascii_fold(arena, arena_strndup(arena, domain, size));
	default:
		return NULL;
	}
}

static const char *fold_unicode(struct arena *arena, const char *domain)
{
	uint8_t *ascii = NULL;
	const char *copy;
	size_t size = 0;
	enum shape shape;

	if (strnlen(domain, DOMAIN_INPUT_MAX + 1) > DOMAIN_INPUT_MAX)
		return NULL;
	if (idn2_lookup_u8((const uint8_t *)domain, &ascii,
			   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	copy = arena_strdup(arena, (const char *)ascii);
	idn2_free(ascii);
	/* libidn2 accepts characters that no host name has. */
	shape = domain_shape(copy, &size);
	return fold_ascii(arena, copy, shape, size);
}

const char *domain_fold(struct arena *arena, const char *domain)
{
	size_t size = 0;
	enum shape shape;

	if (!domain)
		return NULL;
	shape = domain_shape(domain, &size);
	if (shape == SHAPE_UNICODE)
		return fold_unicode(arena, domain);
	return fold_ascii(arena, domain, shape, size);
}
