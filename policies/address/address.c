/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks how senders and recipients are written (RFC 5321, section 4.1.2; RFC 6531): MTAs take
 * forms that no program writes which sends honest mail.
 */
#include <millgate/policy.h>

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

struct address {
	bool allow_dots;
};

enum { MALFORMED, ROUTED, UNQUALIFIED, AMBIGUOUS, RESULTS };

static const struct mg_result results[] = {
	[MALFORMED] = {
		.name = "malformed",
		.action = "reject",
		.help = "It is no mailbox of RFC 5321: it has, for instance, a blank, a comment, "
			"text outside of the angle brackets, a dot behind the domain, or "
			"characters beyond ASCII without SMTPUTF8. Programs that send mail write "
			"mailboxes.",
		.further_needs = "allow-dots",
	},
	[ROUTED] = {
		.name = "routed",
		.action = "reject",
		.help = "It asks to be sent by way of another host: user%host@relay, "
			"host!user@relay, an @ in quotes, or a source route. Hosts need no such "
			"help (RFC 5321, appendix F.2); it is a way around rules for addresses.",
		.further_needs = "",
	},
	[UNQUALIFIED] = {
		.name = "unqualified",
		.action = "reject",
		.help = "It has no domain, or one of a single label (user@localhost). The "
			"recipient postmaster needs none. Nobody else can answer such a sender; "
			"Postfix's reject_non_fqdn_sender and reject_non_fqdn_recipient refuse it, "
			"too.",
		.further_needs = "",
	},
	[AMBIGUOUS] = {
		.name = "ambiguous",
		.action = "reject",
		.help = "It is a mailbox in quotes or at an address literal, and the MTA reads "
			"another address in it. It is written to have one address checked and "
			"another one delivered to.",
		.further_needs = "",
	},
	{ .name = NULL },
};

static const char *const values[] = { "kind", "path", "reading", NULL };

static const struct mg_item items[] = {
	MG_ITEM_BOOL(struct address, allow_dots, "allow-dots", .initial = "no",
		     .syntax = "yes | no",
		     .help = "Whether a local part may have dots at its ends and next to each "
			     "other, as old addresses of Japanese mobile carriers do."),
	{ .name = NULL },
};

/* ---- Syntax ---- */

/* An address while it is read. Each function moves at past what it reads, or returns false. */
struct reader {
	const char *at;
	bool utf8, allow_dots;
	bool quoted;     /* the local part is */
	char local[256]; /* without quotes; no path is longer (RFC 5321, section 4.5.3.1.3) */
	size_t size;
};

static bool is_beyond_ascii(const struct reader *reader, char c)
{
	return reader->utf8 && c & 0x80;
}

static bool is_atext(const struct reader *reader, char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       is_beyond_ascii(reader, c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static bool keep(struct reader *reader, char c)
{
	if (reader->size == sizeof(reader->local))
		return false;
	reader->local[reader->size++] = c;
	return true;
}

static bool read_quoted(struct reader *reader)
{
	reader->quoted = true;
	for (reader->at++; *reader->at != '"'; reader->at++) {
		if (*reader->at == '\\')
			reader->at++;
		if (is_control(*reader->at) || (*reader->at & 0x80 && !reader->utf8) ||
		    !keep(reader, *reader->at))
			return false;
	}
	reader->at++;
	return true;
}

static bool read_dot_string(struct reader *reader)
{
	const char *begin = reader->at;
	bool dots = false;

	for (; is_atext(reader, *reader->at) || *reader->at == '.'; reader->at++) {
		const bool first = reader->at == begin || reader->at[-1] == '.';

		dots = dots || (*reader->at == '.' && (first || !is_atext(reader, reader->at[1])));
		if (!keep(reader, *reader->at))
			return false;
	}
	return reader->at > begin && (!dots || reader->allow_dots);
}

static bool read_local(struct reader *reader)
{
	return *reader->at == '"' ? read_quoted(reader) : read_dot_string(reader);
}

/* RFC 5321, section 4.1.3: an IPv4 address, or a tag and what it says. */
static bool is_literal(const char *domain)
{
	const size_t size = strlen(domain);
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (size < 3 || domain[size - 1] != ']' || strpbrk(domain + 1, "[\\ ") ||
	    strchr(domain, ']') != domain + size - 1)
		return false;
	if (size - 2 >= sizeof(text))
		return strchr(domain, ':');
	memcpy(text, domain + 1, size - 2);
	text[size - 2] = '\0';
	if (strncasecmp(text, "IPv6:", 5) == 0)
		return inet_pton(AF_INET6, text + 5, &address) == 1;
	return strchr(text, ':') || inet_pton(AF_INET, text, &address) == 1;
}

/* A domain that DNS can carry. The dot that may end a name elsewhere is no part of a mailbox. */
static bool is_domain(struct mg_call *call, const struct reader *reader, const char *domain)
{
	const size_t size = strlen(domain);

	for (const char *p = domain; *p; p++)
		if (*p & 0x80 && !reader->utf8)
			return false;
	return size > 0 && domain[size - 1] != '.' && mg_domain(call, domain);
}

/* Whether c stands between others. */
static bool has_inside(const struct reader *reader, char c)
{
	const char *at = memchr(reader->local, c, reader->size);

	return at && at > reader->local && at < reader->local + reader->size - 1;
}

static bool is_routed(const struct reader *reader)
{
	return memchr(reader->local, '@', reader->size) || has_inside(reader, '%') ||
	       has_inside(reader, '!');
}

/* ---- Judging ---- */

/* The address of MAIL or RCPT. */
struct subject {
	const char *kind, *status;
	const char *path;
	const struct mg_reading *other; /* what else the MTA reads in it; NULL for nothing */
};

/* Without its brackets; NULL when they are not where they belong. */
static const char *unwrap(struct mg_call *call, const char *path)
{
	const size_t size = strlen(path);

	if (*path != '<')
		return path;
	return size >= 2 && path[size - 1] == '>'
		       ? mg_printf(call, MG_EVENT, "%.*s", (int)size - 2, path + 1)
		       : NULL;
}

static bool is_postmaster(const struct subject *subject, const struct reader *reader)
{
	return subject->kind[0] == 'r' && reader->size == strlen("postmaster") &&
	       strncasecmp(reader->local, "postmaster", reader->size) == 0;
}

/* What follows the local part. */
static int judge_domain(struct mg_call *call, const struct subject *subject,
			const struct reader *reader)
{
	const char *domain = reader->at + 1;
	const bool literal = *reader->at == '@' && *domain == '[';

	if (*reader->at && *reader->at != '@')
		return MALFORMED;
	if (*reader->at && !(literal ? is_literal(domain) : is_domain(call, reader, domain)))
		return MALFORMED;
	if (is_routed(reader))
		return ROUTED;
	if (!*reader->at)
		return is_postmaster(subject, reader) ? MG_NONE : UNQUALIFIED;
	if (!literal && !strchr(domain, '.') && !strchr(mg_domain(call, domain), '.'))
		return UNQUALIFIED;
	/* Tables of the MTA's lead plain addresses elsewhere in honest mail, too. */
	return subject->other && (reader->quoted || literal) ? AMBIGUOUS : MG_NONE;
}

static int judge_path(struct mg_call *call, const struct address *conf,
		      const struct subject *subject)
{
	struct reader reader = { .utf8 = mg_sender_param(call, "SMTPUTF8") != NULL,
				 .allow_dots = conf->allow_dots };
	const char *address = unwrap(call, subject->path);

	if (!address)
		return MALFORMED;
	if (!*address && subject->kind[0] == 's')
		return MG_NONE;
	if (*address == '@' && strchr(address, ':'))
		return ROUTED;
	reader.at = address;
	return read_local(&reader) ? judge_domain(call, subject, &reader) : MALFORMED;
}

static const char *const texts[RESULTS] = {
	[MALFORMED] = "not a mailbox of RFC 5321",
	[ROUTED] = "routes in addresses are not accepted",
	[UNQUALIFIED] = "no fully qualified domain",
	[AMBIGUOUS] = "it can be read as another address",
};

static int judge(struct mg_call *call, const struct address *conf, const struct subject *subject)
{
	int result;

	if (!subject->path || mg_is_submitted_locally(call))
		return MG_NONE;
	result = judge_path(call, conf, subject);
	if (result == MG_NONE)
		return MG_NONE;
	mg_value(call, "kind", subject->kind);
	mg_value(call, "path", subject->path);
	if (subject->other)
		mg_value(call, "reading",
			 subject->other->address[0] ? subject->other->address : "<>");
	mg_detail(call, "%s %s", subject->kind, subject->path);
	mg_reply(call, 553, subject->status,
		 mg_printf(call, MG_EVENT, "%s address rejected: %s",
			   subject->kind[0] == 's' ? "Sender" : "Recipient", texts[result]));
	return result;
}

/* The reading beside the written one. */
static const struct mg_reading *other_of(const struct mg_reading *first,
					 const struct mg_reading *second)
{
	return first && first->written ? second : first;
}

static int address_mail(struct mg_call *call, const void *self)
{
	const struct subject subject = {
		.kind = "sender",
		.status = "5.1.7",
		.path = mg_sender_path(call),
		.other = other_of(mg_sender_reading(call, 0), mg_sender_reading(call, 1)),
	};

	return judge(call, self, &subject);
}

static int address_rcpt(struct mg_call *call, const void *self)
{
	const struct subject subject = {
		.kind = "recipient",
		.status = "5.1.3",
		.path = mg_recipient_path(call),
		.other = other_of(mg_recipient_reading(call, 0), mg_recipient_reading(call, 1)),
	};

	return judge(call, self, &subject);
}

static const struct mg_policy address_policy = {
	.abi = MG_ABI,
	.size = sizeof(address_policy),
	.name = "address",
	.help = "Checks how the addresses of senders and recipients are written.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct address),
	.on = { [MG_MAIL] = address_mail, [MG_RCPT] = address_rcpt },
};

MG_REGISTER(address_policy)
