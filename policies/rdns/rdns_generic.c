/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "rdns": distinguishes names that providers generate from names that somebody chose. */
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpsl.h>

#include "rdns.h"

#define NAME_ROOM 256
#define NUMBERS_MAX 32

static const char *const dynamic_words[] = {
	"adsl",   "broadband", "cable",      "cablemodem", "client",      "clients", "cpe",
	"cust",   "customer",  "customers",  "dhcp",       "dial",        "dialin",  "dialup",
	"dip",    "dsl",       "dyn",        "dynamic",    "dynamicip",   "dynip",   "fiber",
	"ftth",   "gprs",      "home",       "hsia",       "hsd",         "ip",      "ipconnect",
	"ippool", "kabel",     "lte",        "mobile",     "modem",       "nat",     "pool",
	"pools",  "ppp",       "pppoe",      "res",        "residential", "sdsl",    "subscriber",
	"subs",   "umts",      "unassigned", "unused",     "user",        "users",   "vdsl",
	"vpdn",   "wifi",      "wimax",      "wireless",   "wlan",        "xdsl",    NULL
};

static const char *const static_words[] = { "static", "statip", "fixed", "fix", NULL };

/*
 * Words of names that somebody gave to a mail server. Large senders number theirs with the address
 * behind such a word.
 */
static const char *const mail_words[] = { "email",    "mail",  "mailer", "mailhost", "mailout",
					  "mails",    "mout",  "mta",    "out",      "outbound",
					  "outgoing", "relay", "smtp",   "smtpout",  NULL };

/* Lines of customers begin with this word, too, but then have another that says so. */
static const char *const mx_words[] = { "mx", NULL };

/*
 * The part of the name that is its owner's to choose: without the domain that was registered below
 * a public suffix. The suffixes of companies, below which customers have domains, do not count: a
 * company names its lines below them.
 */
static size_t host_size(const char *name)
{
	const psl_ctx_t *suffixes = psl_builtin();
	const char *registered = name, *dot;

	/* A library without the list. */
	if (!suffixes)
		return strlen(name);
	for (const char *at = name; !psl_is_public_suffix2(suffixes, at, PSL_TYPE_ICANN);
	     at = dot + 1) {
		registered = at;
		dot = strchr(at, '.');
		if (!dot)
			break;
	}
	return registered > name ? (size_t)(registered - name) - 1 : 0;
}

/* Whether one of the words stands in the host's part, between what are no letters. */
static const char *find_word(const char *host, const char *const *words)
{
	while (*host) {
		const size_t skip = strcspn(host, "abcdefghijklmnopqrstuvwxyz");
		const size_t size = strspn(host + skip, "abcdefghijklmnopqrstuvwxyz");

		for (size_t i = 0; size && words[i]; i++)
			if (strlen(words[i]) == size && memcmp(words[i], host + skip, size) == 0)
				return words[i];
		host += skip + size;
	}
	return NULL;
}

/* The decimal numbers in a name, up to five digits: parts of an address are never longer. */
static size_t find_numbers(const char *host, unsigned *numbers)
{
	size_t n = 0;

	while (n < NUMBERS_MAX) {
		host += strcspn(host, "0123456789");
		if (!*host)
			break;
		const size_t size = strspn(host, "0123456789");

		numbers[n++] = size > 5 ? 100000 : (unsigned)strtoul(host, NULL, 10);
		host += size;
	}
	return n;
}

/* Three adjacent octets of four: many providers omit the first or the last from the name. */
static bool has_octets(const char *host, const unsigned char *octets)
{
	unsigned numbers[NUMBERS_MAX];
	const size_t n = find_numbers(host, numbers);

	for (size_t i = 0; i + 2 < n; i++) {
		for (size_t from = 0; from < 2; from++) {
			const unsigned char *o = octets + from;

			if ((numbers[i] == o[0] && numbers[i + 1] == o[1] &&
			     numbers[i + 2] == o[2]) ||
			    (numbers[i] == o[2] && numbers[i + 1] == o[1] &&
			     numbers[i + 2] == o[0]))
				return true;
		}
	}
	return false;
}

/* The address in one piece: decimal with leading zeros, or hexadecimal, in either order. */
static bool has_piece(const char *host, const unsigned char *o)
{
	char piece[4][16];

	snprintf(piece[0], sizeof(piece[0]), "%03u%03u%03u%03u", o[0], o[1], o[2], o[3]);
	snprintf(piece[1], sizeof(piece[1]), "%03u%03u%03u%03u", o[3], o[2], o[1], o[0]);
	snprintf(piece[2], sizeof(piece[2]), "%02x%02x%02x%02x", o[0], o[1], o[2], o[3]);
	snprintf(piece[3], sizeof(piece[3]), "%02x%02x%02x%02x", o[3], o[2], o[1], o[0]);
	for (size_t i = 0; i < 4; i++)
		if (strstr(host, piece[i]))
			return true;
	return false;
}

/*
 * The last 64 bits of an IPv6 address identify the host. Generated names have them, in full or
 * in groups.
 */
static bool has_interface(const char *host, const struct in6_addr *addr)
{
	const unsigned char *o = addr->s6_addr + 8;
	char full[17], grouped[20];
	char plain[NAME_ROOM];
	size_t n = 0;

	for (size_t i = 0; i < 8; i++)
		snprintf(full + 2 * i, 3, "%02x", o[i]);
	for (; *host && n < sizeof(plain) - 1; host++)
		if (isxdigit((unsigned char)*host))
			plain[n++] = *host;
		else if (*host != '-' && *host != '.')
			plain[n++] = '!';
	plain[n] = '\0';
	if (strspn(full, "0") < 12 && strstr(plain, full))
		return true;
	snprintf(grouped, sizeof(grouped), "%x%x%x%x", o[0] << 8 | o[1], o[2] << 8 | o[3],
		 o[4] << 8 | o[5], o[6] << 8 | o[7]);
	/* Short ones are in many names by chance. */
	return strlen(grouped) >= 12 && strstr(plain, grouped);
}

static bool has_address(const char *host, const struct sockaddr *addr)
{
	const unsigned char *octets;

	if (addr->sa_family == AF_INET6)
		return has_interface(host,
				     &((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr);
	octets = (const unsigned char *)&((const struct sockaddr_in *)(const void *)addr)->sin_addr;
	return has_octets(host, octets) || has_piece(host, octets);
}

const char *rdns_generic(const char *name, const struct sockaddr *addr)
{
	char host[NAME_ROOM];
	const size_t size = host_size(name);
	const char *word;

	if (size == 0 || size >= sizeof(host))
		return NULL;
	memcpy(host, name, size);
	host[size] = '\0';
	if (find_word(host, static_words) || find_word(host, mail_words))
		return NULL;
	word = find_word(host, dynamic_words);
	return word || find_word(host, mx_words) || !has_address(host, addr) ? word : "its address";
}
