/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries and keys are checked, with hints for what was probably meant. */
#include <config.h>

#include "table/entry.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/domain.h"
#include "base/mail.h"
#include "base/utf8.h"
#include "table/address.h"
#include "table/fault.h"

#define HOST_EXPECTED "expected example.com (with its subdomains) or .example.com (only these)"
#define MAIL_EXPECTED "expected user@example.com, example.com, .example.com, user@ or <>"

/* ---- Forms ----------------------------------------------------------------- */

/*
 * Digits and dots are an address, perhaps a wrong one: the last label of a domain is never a number
 * (RFC 3696, section 2).
 */
static bool is_numbers(const char *word)
{
	return strspn(word, "0123456789.") == strlen(word);
}

/*
 * An address literal, as in HELO and after '@': "[192.0.2.1]", "[IPv6:2001:db8::1]" (RFC 5321,
 * section 4.1.3).
 */
static bool is_literal(struct arena *arena, const char *word)
{
	size_t size = strlen(word);
	struct address unused;
	const char *inner;

	if (size <= 2 || word[0] != '[' || word[size - 1] != ']' || strpbrk(word, "@ \t"))
		return false;
	inner = arena_strndup(arena, word + 1, size - 2);
	if (strncasecmp(inner, "IPv6:", 5) == 0)
		return address_parse(inner + 5, &unused);
	return !is_numbers(inner) || address_parse(inner, &unused);
}

static bool is_address(struct arena *arena, const char *word)
{
	struct address unused;

	return address_parse(word, &unused) || is_literal(arena, word);
}

static bool is_domain(struct arena *arena, const char *word)
{
	return !is_numbers(word) && domain_fold(arena, word);
}

/* A domain, or a dot and the domain whose subdomains are meant. */
static bool is_domains(struct arena *arena, const char *word)
{
	return is_domain(arena, *word == '.' ? word + 1 : word);
}

/* Without quotes a local part has none of these characters (RFC 5321, section 4.1.2). */
static bool is_local_part(const char *local, size_t size)
{
	if (size == 0 || (size > 1 && *local == '"' && local[size - 1] == '"'))
		return size > 0;
	for (size_t i = 0; i < size; i++)
		if (strchr(" \t\"@,;:<>()[]", local[i]))
			return false;
	return true;
}

/* "user@example.com" or "user@". */
static bool is_mail(struct arena *arena, const char *word)
{
	size_t local = mail_local_size(word);

	return word[local] == '@' && is_local_part(word, local) &&
	       (!word[local + 1] || is_address(arena, word + local + 1) ||
		is_domain(arena, word + local + 1));
}

/* The beginning of an address that a look-up tries: "192.0.2", "2001:db8". */
static bool is_beginning(const char *key)
{
	const size_t size = strlen(key);
	unsigned octets[3];
	int end = 0;

	if (strspn(key, "0123456789abcdefABCDEF:") == size && strpbrk(key, "0123456789") &&
	    *key != ':' && size < INET6_ADDRSTRLEN && (size <= 4 || strchr(key, ':')))
		return true;
	if (!is_numbers(key))
		return false;
	if (sscanf(key, "%3u.%3u%n.%3u%n", &octets[0], &octets[1], &end, &octets[2], &end) == 2)
		octets[2] = 0;
	return end > 0 && !key[end] && octets[0] < 256 && octets[1] < 256 && octets[2] < 256;
}

/* Joiners (U+200C, U+200D) belong to words of some languages. */
static bool is_hidden(uint32_t code)
{
	if (code == 0x200c || code == 0x200d)
		return false;
	return !utf8_is_visible(code) || code == 0xa0 || (code >= 0x2000 && code < 0x200b) ||
	       code == 0x202f || code == 0x205f || code == 0x3000;
}

/* The first character that does not show, or looks like a blank; NULL for none. */
static const char *find_hidden(const char *word)
{
	const char *end = word + strlen(word);
	uint32_t code;

	for (const char *p = word, *next; p < end; p = next) {
		next = utf8_next(p, end, &code);
		if (is_hidden(code))
			return p;
	}
	return NULL;
}

/* ---- What was probably meant ------------------------------------------------ */

/* Without what other programs write around an address: "From:", <>, quotes, "*@", a comma. */
static const char *undressed(struct arena *arena, const char *word)
{
	static const char *const tags[] = { "mailto:", "from:", "to:", "connect:", "spam:" };
	size_t size;

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strncasecmp(word, tags[i], strlen(tags[i])) == 0)
			word += strlen(tags[i]);
	word += strspn(word, "<\"");
	word += strncmp(word, "*@", 2) == 0 ? 2 : *word == '@';
	word += strncmp(word, "*.", 2) == 0;
	size = strlen(word);
	while (size > 0 && strchr(">\",;", word[size - 1]))
		size--;
	return arena_strndup(arena, word, size);
}

static bool is_expression(const char *word)
{
	return *word == '/' && strchr(word + 1, '/');
}

/* Hints at what could have been meant by a word that is wrong. */
static void hint_meant(struct arena *arena, enum mg_key kind, const char *word,
		       const char *expected, struct fault *fault_r)
{
	const char *meant = undressed(arena, word);

	if (is_expression(word))
		fault_hint(fault_r, "regular expressions belong into a \"pcre:\" file");
	else if (strcmp(meant, word) != 0 && *meant == '.' && is_domains(arena, meant))
		fault_hint(fault_r, "did you mean \"%s\"? It stands for all subdomains", meant);
	else if (strcmp(meant, word) != 0 &&
		 (is_domains(arena, meant) || (kind == MG_KEY_MAIL && is_mail(arena, meant))))
		fault_hint(fault_r, "did you mean \"%s\"?", meant);
	else
		fault_hint(fault_r, "%s", expected);
}

/* "192.0.2.*", "192.0.2." and "192.0.2" are meant to be a network. network_parse() has failed. */
static void hint_network(const char *word, struct fault *fault_r)
{
	unsigned a, b, c;
	int end = 0;

	if (sscanf(word, "%3u.%3u.%3u%n", &a, &b, &c, &end) == 3 && a < 256 && b < 256 && c < 256 &&
	    strspn(word + end, ".*xX") == strlen(word + end))
		fault_hint(fault_r, "did you mean \"%u.%u.%u.0/24\"?", a, b, c);
	else if (strspn(word, "0123456789.*") == strlen(word) &&
		 sscanf(word, "%3u.%3u%n", &a, &b, &end) == 2 && a < 256 && b < 256 &&
		 strspn(word + end, ".*") == strlen(word + end))
		fault_hint(fault_r, "did you mean \"%u.%u.0.0/16\"?", a, b);
}

/* ---- Kinds ------------------------------------------------------------------ */

static enum entry_grade check_network(const char *word, struct fault *fault_r)
{
	struct network network;

	if (network_parse(word, &network, fault_r) != 0) {
		hint_network(word, fault_r);
		return ENTRY_WRONG;
	}
	/* with a prefix it is meant: lists of networks that nobody may use have it */
	if (strchr(word, '/') || !address_is_nobodys(&network.address))
		return ENTRY_GOOD;
	fault_set(fault_r, 0, "no client has the address %s", word);
	fault_hint(fault_r, "did you mean \"%s/0\"? It stands for all addresses",
		   network.address.bits == 32 ? "0.0.0.0" : "::");
	return ENTRY_WRONG;
}

static enum entry_grade check_host(struct arena *arena, enum mg_key kind, const char *word,
				   struct fault *fault_r)
{
	const bool address = is_address(arena, word);

	if (is_domains(arena, word) || (address && kind == MG_KEY_HOST))
		return ENTRY_GOOD;
	fault_set(fault_r, 0,
		  address ? "\"%s\" is an address, and no domain" : "\"%s\" is no domain", word);
	if (strchr(word, '@'))
		fault_hint(fault_r, HOST_EXPECTED);
	else
		hint_meant(arena, kind, word, HOST_EXPECTED, fault_r);
	return ENTRY_WRONG;
}

/* The domain without a dot that mail has; others are local parts, most likely. */
static enum entry_grade check_mail_domain(const char *word, struct fault *fault_r)
{
	if (strchr(word, '.') || *word == '[' || strcasecmp(word, "localhost") == 0)
		return ENTRY_GOOD;
	fault_set(fault_r, 0, "\"%s\" without '@' is a domain", word);
	fault_hint(fault_r, "did you mean \"%s@\"? A top-level domain is written \".%s\"", word,
		   word);
	return ENTRY_ODD;
}

static enum entry_grade check_asterisk(const char *word, struct fault *fault_r)
{
	const size_t local = mail_local_size(word);

	if (*word == '"' || !memchr(word, '*', local))
		return ENTRY_GOOD;
	fault_set(fault_r, 0, "the * in \"%s\" stands for itself", word);
	if (local == 1 && word[2])
		fault_hint(fault_r, "did you mean \"%s\"?", word + 2);
	else
		fault_hint(fault_r, "a part of an address is an expression, such as /^info.*@/");
	return local == 1 ? ENTRY_WRONG : ENTRY_ODD;
}

static enum entry_grade check_mail(struct arena *arena, const char *word, struct fault *fault_r)
{
	struct address unused;

	if (strcmp(word, "<>") == 0)
		return ENTRY_GOOD;
	/*
	 * The only address without a domain (RFC 5321, section 4.1.1.3); other words are domains.
	 */
	if (strcasecmp(word, "postmaster") == 0) {
		fault_set(fault_r, 0, "\"%s\" without '@' would be a domain", word);
		fault_hint(fault_r, "did you mean \"%s@\"?", word);
		return ENTRY_WRONG;
	}
	if (address_parse(word, &unused)) {
		fault_set(fault_r, 0,
			  "\"%s\" is an address of a host, and no mail address or domain", word);
		fault_hint(fault_r,
			   "a mail address has it in brackets: [192.0.2.1], [IPv6:2001:db8::1]");
		return ENTRY_WRONG;
	}
	if (is_domains(arena, word) || is_literal(arena, word))
		return check_mail_domain(word, fault_r);
	if (is_mail(arena, word))
		return check_asterisk(word, fault_r);
	fault_set(fault_r, 0, "\"%s\" is no mail address or part of one", word);
	hint_meant(arena, MG_KEY_MAIL, word, MAIL_EXPECTED, fault_r);
	return ENTRY_WRONG;
}

enum entry_grade entry_check(struct arena *arena, enum mg_key kind, const char *word,
			     struct fault *fault_r)
{
	const char *hidden = find_hidden(word);

	if (hidden) {
		fault_set(fault_r, (size_t)(hidden - word),
			  "\"%s\" has a character that is invisible or a blank", word);
		fault_hint(fault_r, "remove it, or write the entry anew");
		return ENTRY_WRONG;
	}
	switch (kind) {
	case MG_KEY_ADDRESS:
		return check_network(word, fault_r);
	case MG_KEY_MAIL:
		return check_mail(arena, word, fault_r);
	default:
		return check_host(arena, kind, word, fault_r);
	}
}

/* ---- Keys of files ---------------------------------------------------------- */

/* Whether a look-up of another kind could find the key. */
static bool is_key_of_another(struct arena *arena, enum mg_key kind, const char *key)
{
	struct address unused;

	if (kind != MG_KEY_ADDRESS && (is_beginning(key) || address_parse(key, &unused)))
		return true;
	if (kind == MG_KEY_MAIL)
		return false;
	return is_literal(arena, key) || is_domains(arena, key) || is_mail(arena, key) ||
	       strcmp(key, "<>") == 0;
}

/* An address of a client, or the beginning of one. */
static enum entry_grade check_address_key(const char *key, struct fault *fault_r)
{
	struct address address;
	const bool parsed = address_parse(key, &address);

	if (parsed && address_is_nobodys(&address)) {
		fault_set(fault_r, 0, "no client has the address %s", key);
		fault_hint(fault_r,
			   "networks belong into a \"cidr:\" file: %s/0 stands for all addresses",
			   address.bits == 32 ? "0.0.0.0" : "::");
		return ENTRY_ODD;
	}
	if (parsed || is_beginning(key))
		return ENTRY_GOOD;
	fault_set(fault_r, 0, "\"%s\" is no IP address or network", key);
	fault_hint(fault_r, "expected an address, or the beginning of one: 192.0.2, 2001:db8");
	return ENTRY_WRONG;
}

static enum entry_grade check_network_key(const char *key, struct fault *fault_r)
{
	struct network network;

	if (!strchr(key, '/') || network_parse(key, &network, fault_r) != 0)
		return ENTRY_GOOD;
	fault_set(fault_r, 0, "\"%s\" is never found in a \"texthash:\" file", key);
	fault_hint(fault_r, "networks belong into a \"cidr:\" file, or are written as 192.0.2");
	return ENTRY_WRONG;
}

static enum entry_grade check_colon(const char *key, struct fault *fault_r)
{
	const size_t size = strlen(key);

	if (size < 2 || key[size - 1] != ':')
		return ENTRY_GOOD;
	fault_set(fault_r, size - 1, "the key \"%s\" ends with a colon", key);
	fault_hint(fault_r, "expected \"key result\"; is this an aliases file?");
	return ENTRY_WRONG;
}

static const char *kind_name(enum mg_key kind)
{
	return kind == MG_KEY_ADDRESS ? "client addresses"
	       : kind == MG_KEY_MAIL  ? "mail addresses"
				      : "names of hosts";
}

enum entry_grade entry_check_key(struct arena *arena, enum mg_key kind, const char *key,
				 struct fault *fault_r)
{
	enum entry_grade grade = check_network_key(key, fault_r);

	if (grade == ENTRY_GOOD && kind != MG_KEY_ADDRESS)
		grade = check_colon(key, fault_r);
	if (grade == ENTRY_GOOD)
		grade = kind == MG_KEY_ADDRESS ? check_address_key(key, fault_r)
					       : entry_check(arena, kind, key, fault_r);
	if (grade != ENTRY_WRONG || !is_key_of_another(arena, kind, key))
		return grade;
	fault_set(fault_r, 0, "\"%s\" is never found among %s", key, kind_name(kind));
	fault_hint(fault_r, "it can be, where the file is looked up for another kind of key");
	return ENTRY_ODD;
}
