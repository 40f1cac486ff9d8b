/* SPDX-License-Identifier: BSD-2-Clause */
/* Domains in the form in which they compare (RFC 1035, section 2.3.1; RFC 5891). */
#include <config.h>

#include "base/domain.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/punycode.h"
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

/* ---- Names that IDNA 2008 refuses ---- */

#define IDEOGRAPHIC_STOP 0x3002 /* a dot between labels (UTS 46, section 4.5) */
#define A_LABEL "xn--"
#define A_LABEL_SIZE (sizeof(A_LABEL) - 1)

/* Controls, blanks and what is not assigned are in no name that an MTA takes. */
static bool is_name_char(ucs4_t c)
{
	return !uc_is_general_category(c, UC_CATEGORY_C) &&
	       !uc_is_general_category(c, UC_CATEGORY_Z);
}

/* What UTS 46 drops, such as the variant of an emoji. */
static bool is_ignorable(ucs4_t c)
{
	return uc_is_property_default_ignorable_code_point(c);
}

/* Lower case, without compatibility forms and ignorable characters; freed by the caller. */
static uint32_t *forced_text(const char *domain, size_t *n_r)
{
	size_t size = 0, n = 0;
	/* Normalised before too: a mathematical capital becomes a letter by that alone. */
	uint8_t *plain =
		u8_normalize(UNINORM_NFKC, (const uint8_t *)domain, strlen(domain), NULL, &size);
	uint8_t *lower = plain ? u8_tolower(plain, size, NULL, UNINORM_NFKC, NULL, &size) : NULL;
	uint32_t *text = lower ? u8_to_u32(lower, size, NULL, &size) : NULL;

	free(plain);
	free(lower);
	for (size_t i = 0; text && i < size; i++)
		if (!is_ignorable(text[i]))
			text[n++] = text[i] == IDEOGRAPHIC_STOP ? '.' : text[i];
	*n_r = n;
	return text;
}

/* Writes a label as an A-label, if it is none yet, and NUL. Returns false for no label. */
static bool force_label(const uint32_t *label, size_t n, char to[DOMAIN_LABEL_MAX + 1])
{
	bool ascii = true;
	size_t size = n;

	for (size_t i = 0; i < n; i++) {
		if (!is_name_char(label[i]))
			return false;
		ascii = ascii && label[i] < 0x80;
	}
	if (n > DOMAIN_LABEL_MAX)
		return false;
	for (size_t i = 0; ascii && i < n; i++)
		to[i] = (char)label[i];
	if (!ascii) {
		memcpy(to, A_LABEL, A_LABEL_SIZE);
		size = punycode_encode(label, n, to + A_LABEL_SIZE,
				       DOMAIN_LABEL_MAX - A_LABEL_SIZE);
		if (size == 0)
			return false;
		size += A_LABEL_SIZE;
	}
	to[size] = '\0';
	return true;
}

/* The labels one after another; NULL when one of them is none. */
static const char *force_labels(struct arena *arena, const uint32_t *text, size_t n)
{
	const char *domain = "";
	char label[DOMAIN_LABEL_MAX + 1];

	for (size_t i = 0, end; i <= n; i = end + 1) {
		for (end = i; end < n && text[end] != '.';)
			end++;
		if (!force_label(text + i, end - i, label))
			return NULL;
		domain = arena_printf(arena, "%s%s%s", domain, i > 0 ? "." : "", label);
		if (strlen(domain) > DOMAIN_MAX + 1)
			return NULL;
	}
	return domain;
}

/*
 * MTAs take names with symbols, which IDNA 2008 refuses and older rules had (UTS 46): they are
 * looked up and delivered to as A-labels.
 */
static const char *fold_forced(struct arena *arena, const char *domain)
{
	size_t n;
	uint32_t *text = utf8_malformed(domain, strlen(domain)) ? NULL : forced_text(domain, &n);
	const char *forced = text ? force_labels(arena, text, n) : NULL;

	free(text);
	return forced;
}

static const char *fold_unicode(struct arena *arena, const char *domain)
{
	uint8_t *ascii = NULL;
	const char *copy = NULL;
	size_t size = 0;
	enum shape shape;

	if (strnlen(domain, DOMAIN_INPUT_MAX + 1) > DOMAIN_INPUT_MAX)
		return NULL;
	if (idn2_lookup_u8((const uint8_t *)domain, &ascii,
			   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK)
		copy = arena_strdup(arena, (const char *)ascii);
	else
		copy = fold_forced(arena, domain);
	idn2_free(ascii);
	if (!copy)
		return NULL;
	/* Neither way leaves out characters that no host name has. */
	shape = domain_shape(copy, &size);
	return shape == SHAPE_UNICODE ? NULL : fold_ascii(arena, copy, shape, size);
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
