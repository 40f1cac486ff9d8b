/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges what a client calls itself in HELO or EHLO (RFC 5321, 4.1.1.1, 4.1.2 and 4.1.3). */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../shared/ascii.h"
#include "../shared/mapped.h"
#include "../shared/public.h"
#include "helo.h"

#define NAME_MAX_OCTETS 255 /* RFC 5321, 4.5.3.1.2 */
#define LABEL_MAX_OCTETS 63 /* RFC 1035, 2.3.4 */

#define UNDECIDED "own-addresses could not be searched"

struct helo {
	bool allow_underscore;
	bool resolve;
	struct mg_strings own_names;
	const struct mg_table *own_addresses;
	const char *hostname; /* of the system; NULL when it has none */
};

enum {
	MISSING,
	SYNTAX,
	BARE_ADDRESS,
	WRONG_LITERAL,
	NOT_QUALIFIED,
	IMPOSTOR,
	UNRESOLVED,
	MISMATCH,
	OK
};

static const struct mg_result results[] = {
	[MISSING] = {
		.name = "missing",
		.action = "reject 503 5.5.1 \"Send HELO or EHLO first\"",
		.help = "MAIL came without any HELO or EHLO before it. Never the result for mail "
			"that is submitted locally. No mail server leaves it out (RFC 5321, "
			"section 4.1.1.1).",
		.further_needs = "",
	},
	[SYNTAX] = {
		.name = "syntax",
		.action = "reject 501 5.5.2 \"HELO {helo}: {detail}\"",
		.help = "Neither a domain nor an address literal: an illegal character, an "
			"empty or over-long label, a hyphen at the end of a label, more than "
			"255 octets, or a malformed literal. Postfix's "
			"reject_invalid_helo_hostname refuses these, too, as does many a mail "
			"server.",
		.further_needs = "allow-underscore",
	},
	[BARE_ADDRESS] = {
		.name = "bare-address",
		.action = "reject 501 5.5.2 \"HELO {helo}: an address belongs in brackets\"",
		.help = "An IPv4 or IPv6 address without its brackets, or a name of nothing but "
			"digits and dots. The same holds as for syntax; mail servers have names.",
		.further_needs = "",
	},
	[WRONG_LITERAL] = {
		.name = "wrong-literal",
		.help = "An address literal that is not the address of the client, such as the "
			"one that it has behind a router. RFC 5321, section 4.1.4, allows no "
			"refusal for that: score it.",
	},
	[NOT_QUALIFIED] = {
		.name = "not-qualified",
		.action = "reject 504 5.5.2 \"HELO {helo}: a fully-qualified name is needed\"",
		.help = "A name without a dot; but a client at a loopback address may call "
			"itself localhost. Postfix's reject_non_fqdn_helo_hostname refuses these, "
			"too.",
		.further_needs = "",
	},
	[IMPOSTOR] = {
		.name = "impostor",
		.action = "reject 550 5.7.1 \"HELO {helo}: that is not you\"",
		.help = "A stranger claims a name or an address of our own. Our names are those "
			"of own-names, the MTA's (macro j) and the system's; our addresses "
			"those of own-addresses and the one that the client is connected to. A "
			"client at a loopback address, or at one of ours, is no stranger. Nobody "
			"else has a reason to call himself so.",
		.further_needs = "own-names own-addresses",
	},
	[UNRESOLVED] = {
		.name = "unresolved",
		.help = "The name has neither address nor MX in the DNS. Only with "
			"resolve.",
	},
	[MISMATCH] = {
		.name = "mismatch",
		.help = "The name is in the DNS, but not with the client's address. Only with "
			"resolve.",
	},
	[OK] = {
		.name = "ok",
		.help = "None of the others.",
	},
	{ .name = NULL },
};

static const struct mg_item items[] = {
	MG_ITEM_STRINGS(
		struct helo, own_names, "own-names", .syntax = "NAME...",
		.help = "Names of this host, besides the MTA's and the system's, that nobody "
			"else may claim. A name does not stand for its subdomains."),
	MG_ITEM_TABLE(
		struct helo, own_addresses, "own-addresses", .key = MG_KEY_ADDRESS,
		.syntax = "ADDRESS|NETWORK|cidr:FILE...",
		.help = "Addresses of this host, besides the one that the client is connected "
			"to, that nobody else may claim."),
	MG_ITEM_BOOL(
		struct helo, allow_underscore, "allow-underscore", .initial = "yes",
		.syntax = "yes|no",
		.help = "Whether a name may have underscores. The standard does not allow them; "
			"many clients have them."),
	MG_ITEM_BOOL(struct helo, resolve, "resolve", .initial = "no", .syntax = "yes|no",
		     .help = "Whether names are looked up in the DNS. An on line for unresolved or "
			     "mismatch has the same effect; without either no name is looked up."),
	{ .name = NULL },
};

/* ---- Addresses -------------------------------------------------------------- */

struct address {
	int family; /* 0: none */
	unsigned char bytes[16];
};

/* An IPv4-mapped address that a client claims is the IPv4 address, as which the host shows it. */
static void address_unmap(struct address *address)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (address->family != AF_INET6 || memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
		return;
	memmove(address->bytes, address->bytes + sizeof(mapped), 4);
	memset(address->bytes + 4, 0, sizeof(address->bytes) - 4);
	address->family = AF_INET;
}

static bool address_read_family(int family, const char *text, struct address *address_r)
{
	*address_r = (struct address){ .family = family };
	if (inet_pton(family, text, address_r->bytes) != 1)
		return false;
	address_unmap(address_r);
	return true;
}

/* Reads "192.0.2.1", "2001:db8::1" or "IPv6:2001:db8::1". */
static bool address_read(const char *text, struct address *address_r)
{
	if (strncasecmp(text, "IPv6:", 5) == 0)
		return address_read_family(AF_INET6, text + 5, address_r);
	return address_read_family(AF_INET, text, address_r) ||
	       address_read_family(AF_INET6, text, address_r);
}

/*
 * The text between the brackets of a literal: with a tag for IPv6, without for IPv4 (RFC 5321,
 * section 4.1.3).
 */
static bool address_read_literal(const char *text, struct address *address_r)
{
	if (strncasecmp(text, "IPv6:", 5) == 0)
		return address_read_family(AF_INET6, text + 5, address_r);
	return address_read_family(AF_INET, text, address_r);
}

static bool address_of_client(const struct mg_call *call, struct address *address_r)
{
	const struct sockaddr *addr = mg_client_addr(call);

	*address_r = (struct address){ .family = addr ? addr->sa_family : 0 };
	if (!addr)
		return false;
	if (addr->sa_family == AF_INET)
		memcpy(address_r->bytes,
		       &((const struct sockaddr_in *)(const void *)addr)->sin_addr, 4);
	else
		memcpy(address_r->bytes,
		       &((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr, 16);
	return true;
}

static bool address_is_same(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool address_is_loopback(const struct address *address)
{
	if (address->family == AF_INET)
		return address->bytes[0] == 127;
	return IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)(const void *)address->bytes);
}

/* Returns 1 when it is one of ours, 0 when not, -1 when that could not be decided. */
static int address_is_own(struct mg_call *call, const struct helo *helo,
			  const struct address *address)
{
	const char *daemon = mg_daemon_addr(call);
	char text[INET6_ADDRSTRLEN];
	struct address own;

	if (daemon && address_read(daemon, &own) && address_is_same(address, &own))
		return 1;
	if (!helo->own_addresses || !inet_ntop(address->family, address->bytes, text, sizeof(text)))
		return 0;
	return mg_table_find(call, helo->own_addresses, text, NULL);
}

/* ---- Names ------------------------------------------------------------------ */

static bool name_is_same(struct mg_call *call, const char *name, const char *own)
{
	const char *folded;

	if (!own)
		return false;
	folded = mg_domain(call, own);
	return strcasecmp(name, folded ? folded : own) == 0;
}

static bool name_is_own(struct mg_call *call, const struct helo *helo, const char *name)
{
	if (name_is_same(call, name, mg_mta_name(call)) || name_is_same(call, name, helo->hostname))
		return true;
	for (size_t i = 0; i < helo->own_names.n; i++)
		if (name_is_same(call, name, helo->own_names.v[i]))
			return true;
	return false;
}

static bool is_name_char(const struct helo *helo, char c)
{
	return isalnum((unsigned char)c) || c == '-' || (c == '_' && helo->allow_underscore);
}

/* Returns NULL, or what is wrong with a label. */
static const char *label_check(const struct helo *helo, const char *label, size_t size)
{
	if (size == 0)
		return "a label is empty";
	if (size > LABEL_MAX_OCTETS)
		return "a label is longer than 63 octets";
	if (label[0] == '-' || label[size - 1] == '-')
		return "a label begins or ends with a hyphen";
	for (size_t i = 0; i < size; i++)
		if (!is_name_char(helo, label[i]))
			return "an illegal character";
	return NULL;
}

/* Returns NULL, or what is wrong with a name in ASCII. */
static const char *name_check(const struct helo *helo, const char *name)
{
	if (strlen(name) > NAME_MAX_OCTETS)
		return "longer than 255 octets";
	for (;;) {
		size_t size = strcspn(name, ".");
		const char *wrong = label_check(helo, name, size);

		if (wrong || !name[size])
			return wrong;
		name += size + 1;
	}
}

/*
 * What the client sent, without a final dot: the name is that of the same node of the DNS, and MTAs
 * take it. After a literal the dot belongs to no name.
 */
static const char *name_sent(struct mg_call *call)
{
	const char *sent = mg_helo(call);
	const size_t size = sent ? strlen(sent) : 0;

	if (size < 2 || sent[0] == '[' || sent[size - 1] != '.' || sent[size - 2] == '.')
		return sent;
	return mg_printf(call, MG_EVENT, "%.*s", (int)size - 1, sent);
}

/* ---- The hooks -------------------------------------------------------------- */

/* Whether the client is known not to be this host. Returns 1, 0, or -1 if undecided. */
static int is_stranger(struct mg_call *call, const struct helo *helo)
{
	struct address client;
	int own;

	if (!address_of_client(call, &client) || address_is_loopback(&client))
		return 0;
	own = address_is_own(call, helo, &client);
	return own < 0 ? -1 : !own;
}

/* Programs on this host may call themselves localhost when they send mail to it. */
static bool is_localhost(const struct mg_call *call, const char *name)
{
	struct address client;

	return strcasecmp(name, "localhost") == 0 && address_of_client(call, &client) &&
	       address_is_loopback(&client);
}

/* otherwise: the result unless a stranger claims an address of ours. */
static int judge_address(struct mg_call *call, const struct helo *helo,
			 const struct address *claimed, int otherwise)
{
	int stranger = is_stranger(call, helo);
	int own = stranger == 1 ? address_is_own(call, helo, claimed) : 0;

	if (stranger < 0 || own < 0) {
		mg_detail(call, "%s", UNDECIDED);
		return MG_ERROR;
	}
	if (!own)
		return otherwise;
	mg_detail(call, "our own address");
	return IMPOSTOR;
}

/* name: the text behind the opening bracket. */
static int judge_literal(struct mg_call *call, const struct helo *helo, const char *name)
{
	char text[INET6_ADDRSTRLEN + sizeof("[IPv6:]")];
	struct address claimed, client;
	size_t size = strlen(name);
	int result;

	if (size == 0 || size > sizeof(text) || name[size - 1] != ']') {
		mg_detail(call, "a malformed address literal");
		return SYNTAX;
	}
	memcpy(text, name, size - 1);
	text[size - 1] = '\0';
	if (!address_read_literal(text, &claimed)) {
		mg_detail(call, "a malformed address literal");
		return SYNTAX;
	}
	result = judge_address(call, helo, &claimed, OK);
	if (result != OK || !address_of_client(call, &client) || address_is_same(&claimed, &client))
		return result;
	mg_detail(call, "not the client's address, %s", mg_client(call));
	mg_reply(call, 550, "5.7.1",
		 mg_printf(call, MG_EVENT, "HELO [%s: not the client's address, %s", name,
			   mg_client(call)));
	return WRONG_LITERAL;
}

/* sent: without its final dot. */
static int judge_name(struct mg_call *call, const struct helo *helo, const char *sent)
{
	/* The A-labels of an internationalised name are what the rules are about. */
	const char *name = is_ascii(sent) ? sent : mg_domain(call, sent);
	const char *wrong = name ? name_check(helo, name) : "not a domain name";
	const char *folded = name ? mg_domain(call, name) : NULL;
	int stranger = name && name_is_own(call, helo, folded ? folded : name)
			       ? is_stranger(call, helo)
			       : 0;

	if (stranger) {
		mg_detail(call, "%s", stranger < 0 ? UNDECIDED : "our own name");
		return stranger < 0 ? MG_ERROR : IMPOSTOR;
	}
	if (wrong) {
		mg_detail(call, "%s", wrong);
		return SYNTAX;
	}
	if (!name[strspn(name, "0123456789.")])
		return BARE_ADDRESS;
	return strchr(name, '.') || is_localhost(call, name) ? OK : NOT_QUALIFIED;
}

/*
 * The name to look up, or NULL. Only names without another fault, and only for clients that can
 * have a name in the DNS: names of private networks often have other addresses there.
 */
static const char *name_to_resolve(struct mg_call *call, const struct helo *helo)
{
	const char *sent = name_sent(call);
	const char *name = sent && helo->resolve && public_addr(mg_client_addr(call))
				   ? mg_domain(call, sent)
				   : NULL;
	struct address claimed;

	if (!name || name_check(helo, is_ascii(sent) ? sent : name) || !strchr(name, '.') ||
	    address_read(sent, &claimed))
		return NULL;
	return name[strspn(name, "0123456789.")] ? name : NULL;
}

static void helo_start(struct mg_call *call, const void *self)
{
	const char *name = name_to_resolve(call, self);

	if (name && !mg_is_submitted_locally(call))
		helo_lookup_start(call, name);
}

/* Judges what the DNS has about a name without another fault. */
static int judge_resolved(struct mg_call *call, const struct helo *helo)
{
	const char *name = name_to_resolve(call, helo);
	const int found = name ? helo_lookup(call, name) : HELO_MATCHES;

	if (found < 0)
		return found;
	return found == HELO_MATCHES ? OK : found == HELO_MISMATCH ? MISMATCH : UNRESOLVED;
}

static int helo_helo(struct mg_call *call, const void *self)
{
	const struct helo *helo = self;
	const char *name = name_sent(call);
	struct address claimed;
	int result;

	if (!name || mg_is_submitted_locally(call))
		return MG_NONE;
	if (name[0] == '[')
		return judge_literal(call, helo, name + 1);
	if (address_read(name, &claimed))
		return judge_address(call, helo, &claimed, BARE_ADDRESS);
	result = judge_name(call, helo, name);
	return result == OK ? judge_resolved(call, helo) : result;
}

static int helo_mail(struct mg_call *call, const void *self)
{
	(void)self;
	return mg_helo(call) || mg_is_submitted_locally(call) ? MG_NONE : MISSING;
}

/* An action for a result that only the DNS gives turns look-ups on, unless they are forbidden. */
static int resolve_check(struct mg_conf *conf, struct helo *helo)
{
	static const int found[] = { UNRESOLVED, MISMATCH };
	const bool forbidden = mg_conf_item(conf, "resolve", 0) && !helo->resolve;
	int status = 0;

	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		const char *name = results[found[i]].name;

		if (forbidden && mapped_in_vain(conf, name, "resolve yes") < 0)
			status = -1;
		helo->resolve = helo->resolve || (!forbidden && mapped_line(conf, name));
	}
	return status;
}

/*
 * The error in a name of own-names, or NULL. Checks ASCII names, and names that a table would
 * read as another kind of entry.
 */
static const char *own_name_check(struct mg_conf *conf, const char *name)
{
	static const struct helo lenient = { .allow_underscore = true };
	size_t size = strlen(name);
	struct address unused;
	char *copy;

	if (address_read(name, &unused))
		return "an address, which belongs in own-addresses";
	if (!is_ascii(name))
		return strpbrk(name, "/:[") || name[0] == '.' ? "an illegal character" : NULL;
	copy = strcpy(mg_conf_alloc(conf, size + 1), name);
	if (size > 1 && copy[size - 1] == '.')
		copy[size - 1] = '\0';
	return name_check(&lenient, copy);
}

/* A name that no client can send would never be found. */
static int own_names_check(struct mg_conf *conf, const struct mg_line *line)
{
	bool ascii = true;
	int status = 0;

	for (size_t i = 1; i < mg_line_words(line); i++) {
		const char *name = mg_line_word(line, i);
		/* The host reports empty names. */
		const char *wrong = *name ? own_name_check(conf, name) : NULL;

		ascii = ascii && is_ascii(name);
		if (!wrong)
			continue;
		mg_conf_error(conf, line, i, "\"%s\" is no name of a host: %s", name, wrong);
		status = -1;
	}
	if (status < 0 || ascii)
		return status;
	/* The host checks internationalised names. */
	return mg_conf_table(conf, line, 1, MG_KEY_HOST, NULL) ? 0 : -1;
}

static int helo_open(struct mg_conf *conf, void *self)
{
	struct helo *helo = self;
	char name[NAME_MAX_OCTETS + 1] = "";
	const struct mg_line *line;
	int status = 0;

	for (size_t i = 0; (line = mg_conf_item(conf, "own-names", i)); i++)
		if (own_names_check(conf, line) < 0)
			status = -1;
	if (resolve_check(conf, helo) < 0)
		status = -1;
	if (!helo->resolve)
		mg_conf_services(conf, 0);
	if (gethostname(name, sizeof(name) - 1) == 0 && name[0])
		helo->hostname = strcpy(mg_conf_alloc(conf, strlen(name) + 1), name);
	return status;
}

static const struct mg_policy helo_policy = {
	.abi = MG_ABI,
	.size = sizeof(helo_policy),
	.name = "helo",
	.help = "Judges what a client calls itself in HELO or EHLO.",
	MG_RESULTS(results),
	MG_ITEMS(items),
	.conf_size = sizeof(struct helo),
	.blocking = MG_BIT(MG_HELO),
	.open = helo_open,
	.start = { [MG_HELO] = helo_start },
	.services = MG_SERVICE_DNS,
	.on = { [MG_HELO] = helo_helo, [MG_MAIL] = helo_mail },
};

MG_REGISTER(helo_policy)
