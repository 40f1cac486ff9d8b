/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks whether the sender's domain can receive mail, above all bounces (RFC 5321, section 5.1;
 * null MX: RFC 7505). The look-ups of all mail hosts' addresses start together, as soon as their
 * names are known.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../shared/mapped.h"
#include "../shared/public.h"

#define HOSTS_MAX 20

struct sender_domain {
	long long max_hosts;
	bool ask_tld; /* the configuration has an action for unknown-tld */
};

enum { EXISTS, NULL_MX, BAD_MX, NO_MAIL, UNKNOWN, UNKNOWN_TLD };

static const struct mg_result results[] = {
	[EXISTS] = {
		.name = "exists",
		.help = "The domain has a mail host (MX) with a public address; or it has no MX "
			"record, but a public address itself.",
	},
	[NULL_MX] = {
		.name = "null-mx",
		.action = "reject 550 5.7.27 \"{domain} takes no mail, so it sends none\"",
		.help = "The domain declares that it takes no mail. RFC 7505, section 4.2, has "
			"receivers refuse what claims to come from it.",
		.further_needs = "",
	},
	[BAD_MX] = {
		.name = "bad-mx",
		.help = "Its mail hosts have no address, or only private and local ones. That "
			"may be one mistake in a zone that sends mail that is wanted: score it.",
	},
	[NO_MAIL] = {
		.name = "no-mail",
		.action = "reject 550 5.1.8 \"{domain} has neither MX nor address\"",
		.help = "The domain exists, but has neither MX records nor an address: nobody "
			"can answer. Postfix's reject_unknown_sender_domain refuses this, too.",
		.further_needs = "",
	},
	[UNKNOWN] = {
		.name = "unknown",
		.action = "reject 550 5.1.8 \"{domain} does not exist\"",
		.help = "The domain does not exist, or is no domain name. The same holds as for "
			"no-mail.",
		.further_needs = "",
	},
	[UNKNOWN_TLD] = {
		.name = "unknown-tld",
		.help = "The same, and its top-level domain does not exist. Only if the "
			"configuration has an action for it, since it takes one more question; "
			"otherwise the result is unknown.",
	},
	{ .name = NULL },
};

static const char *const values[] = { "domain", "host", NULL };

static const struct mg_item items[] = {
	MG_ITEM_INT(struct sender_domain, max_hosts, "max-hosts", .initial = "5", .min = 1,
		    .max = HOSTS_MAX, .syntax = "NUMBER",
		    .help = "How many mail hosts of a domain are looked at. When none of these is "
			    "good and there are more, the result is error."),
	{ .name = NULL },
};

/* ---- What answers mean ------------------------------------------------------------- */

static bool has_public(const struct mg_dns_answer *answer, enum mg_dns_type type)
{
	for (size_t i = 0; i < answer->n; i++)
		if (type == MG_DNS_A ? public_in4(answer->records[i].u.a)
				     : public_in6(&answer->records[i].u.aaaa))
			return true;
	return false;
}

/* RFC 7505, 3: one MX record, which names the root. */
static bool is_null_mx(const struct mg_dns_answer *answer)
{
	return answer->n == 1 && !*answer->records[0].text;
}

/* Chooses the mail hosts to look at: those of the lowest preferences. */
struct ranks {
	const struct mg_dns_answer *answer;
	size_t left; /* how many more hosts may be taken */
	const struct mg_dns_record *last;
};

static struct ranks ranks_begin(const struct sender_domain *conf,
				const struct mg_dns_answer *answer)
{
	return (struct ranks){ answer, (size_t)conf->max_hosts, NULL };
}

/* Hosts of one preference come in the order of the answer. */
static bool ranks_before(const struct mg_dns_record *a, const struct mg_dns_record *b)
{
	return a->u.preference != b->u.preference ? a->u.preference < b->u.preference : a < b;
}

/*
 * The next mail host, NULL when there are no more. The answer is not sorted: it can be long, and
 * only a few hosts are used, one pass each. The root is not a host.
 */
static const char *ranks_next(struct ranks *ranks)
{
	const struct mg_dns_record *next = NULL;

	if (ranks->left == 0)
		return NULL;
	ranks->left--;
	for (size_t i = 0; i < ranks->answer->n; i++) {
		const struct mg_dns_record *record = &ranks->answer->records[i];

		if ((!ranks->last || ranks_before(ranks->last, record)) &&
		    (!next || ranks_before(record, next)))
			next = record;
	}
	ranks->last = next;
	return next ? next->text : NULL;
}

static const char *tld_of(const char *domain)
{
	const char *dot = strrchr(domain, '.');

	return dot ? dot + 1 : NULL;
}

/* ---- Beginning --------------------------------------------------------------------- */

/* The other family's addresses are asked for only when this one has none. */
static void then_address(struct mg_dns_walk *walk, const char *name,
			 const struct mg_dns_answer *answer, const void *data, const void *self)
{
	(void)data;
	(void)self;
	if (answer->status != MG_DNS_NXDOMAIN && !has_public(answer, MG_DNS_A))
		mg_dns_walk_ask(walk, name, MG_DNS_AAAA, NULL);
}

static void then_mx(struct mg_dns_walk *walk, const char *name, const struct mg_dns_answer *answer,
		    const void *data, const void *self)
{
	const struct sender_domain *conf = self;
	struct ranks ranks = ranks_begin(conf, answer);
	const char *host;

	(void)data;
	if (answer->status == MG_DNS_NODATA) {
		/* Both types at once: most often the domain has neither. */
		mg_dns_walk_ask(walk, name, MG_DNS_A, NULL);
		mg_dns_walk_ask(walk, name, MG_DNS_AAAA, NULL);
	} else if (answer->status == MG_DNS_NXDOMAIN && conf->ask_tld && tld_of(name)) {
		mg_dns_walk_ask(walk, tld_of(name), MG_DNS_A, NULL);
	}
	while ((host = ranks_next(&ranks)))
		if (*host)
			mg_dns_walk_ask(walk, host, MG_DNS_A, then_address);
}

/* The domain part, or NULL without one to look up: no sender, no domain, an address literal. */
static const char *domain_part(const struct mg_call *call, const struct mg_reading *reading)
{
	const char *at = reading ? strrchr(reading->address, '@') : NULL;

	return at && at[1] && at[1] != '[' && !mg_is_submitted_locally(call) ? at + 1 : NULL;
}

static void sender_domain_start(struct mg_call *call, const void *self)
{
	const struct mg_reading *reading;

	(void)self;
	for (size_t i = 0; (reading = mg_sender_reading(call, i)); i++) {
		const char *domain = mg_domain(call, domain_part(call, reading));

		if (domain)
			mg_dns_walk(call, 2 * HOSTS_MAX + 2, NULL, 0, domain, MG_DNS_MX, then_mx);
	}
}

/* ---- Judging ----------------------------------------------------------------------- */

/* The hosts as far as they were looked at. */
struct hosts {
	const char *domain;     /* whose hosts they are */
	const char *first;      /* the first host looked at */
	const char *good;       /* a host with a public address */
	const char *not_public; /* a host that has only other addresses */
	const char *unknown;    /* a host whose look-up failed or was late, and why */
	const char *why;
	bool late;
};

/*
 * Looks at one type of address. Returns false when the name does not exist, so no other type does.
 */
static bool look_at_type(struct mg_call *call, struct hosts *hosts, const char *host,
			 enum mg_dns_type type)
{
	const struct mg_dns_answer *answer = mg_dns(call, host, type);

	if (has_public(answer, type)) {
		hosts->good = host;
	} else if (answer->n > 0) {
		hosts->not_public = host;
	} else if (answer->status == MG_DNS_FAILED || answer->status == MG_DNS_LATE) {
		hosts->unknown = host;
		hosts->why = answer->why;
		hosts->late = hosts->late || answer->status == MG_DNS_LATE;
	}
	return answer->status != MG_DNS_NXDOMAIN;
}

static void look_at(struct mg_call *call, struct hosts *hosts, const char *host)
{
	if (!hosts->first)
		hosts->first = host;
	if (look_at_type(call, hosts, host, MG_DNS_A) && !hosts->good)
		look_at_type(call, hosts, host, MG_DNS_AAAA);
}

static int undecided(struct mg_call *call, const char *name, const char *why, bool late)
{
	mg_detail(call, "%s: %s", name, why);
	return late ? MG_TIMEOUT : MG_ERROR;
}

/* What is wrong with a domain's hosts, for the log and for a refusal. */
static int bad_hosts(struct mg_call *call, const struct hosts *hosts)
{
	const char *wrong = hosts->not_public ? mg_printf(call, MG_EVENT,
							  "%s has only a private or local address",
							  hosts->not_public)
					      : "no mail host has an address";

	mg_detail(call, "%s", wrong);
	mg_reply(call, 550, "5.1.8", mg_printf(call, MG_EVENT, "%s: %s", hosts->domain, wrong));
	return BAD_MX;
}

/* otherwise: the result when no host has an address. */
static int judge_hosts(struct mg_call *call, const struct hosts *hosts, int otherwise)
{
	mg_value(call, "host",
		 hosts->good         ? hosts->good
		 : hosts->unknown    ? hosts->unknown
		 : hosts->not_public ? hosts->not_public
				     : hosts->first);
	if (hosts->good)
		return EXISTS;
	if (hosts->unknown)
		return undecided(call, hosts->unknown, hosts->why, hosts->late);
	if (hosts->not_public || otherwise == BAD_MX)
		return bad_hosts(call, hosts);
	mg_detail(call, "neither MX nor address");
	return otherwise;
}

static int judge_mx(struct mg_call *call, const struct sender_domain *conf, const char *domain,
		    const struct mg_dns_answer *answer)
{
	struct ranks ranks = ranks_begin(conf, answer);
	struct hosts hosts = { .domain = domain };
	const char *host;

	if (is_null_mx(answer)) {
		mg_value(call, "host", ".");
		mg_detail(call, "null MX");
		return NULL_MX;
	}
	while (!hosts.good && (host = ranks_next(&ranks)))
		if (*host)
			look_at(call, &hosts, host);
	/* Several records, and all name the root. */
	if (!hosts.first)
		hosts.first = ".";
	if (!hosts.unknown && answer->n > (size_t)conf->max_hosts) {
		hosts.unknown = hosts.first;
		hosts.why = "no good address, and more mail hosts than max-hosts";
	}
	return judge_hosts(call, &hosts, BAD_MX);
}

static int judge_no_mx(struct mg_call *call, const char *domain)
{
	struct hosts hosts = { .domain = domain };

	look_at(call, &hosts, domain);
	return judge_hosts(call, &hosts, NO_MAIL);
}

static int judge_unknown(struct mg_call *call, const struct sender_domain *conf, const char *domain)
{
	const char *tld = conf->ask_tld ? tld_of(domain) : NULL;

	if (tld && mg_dns(call, tld, MG_DNS_A)->status == MG_DNS_NXDOMAIN) {
		mg_detail(call, "there is no top-level domain %s", tld);
		return UNKNOWN_TLD;
	}
	mg_detail(call, "no such domain");
	return UNKNOWN;
}

static int judge_reading(struct mg_call *call, const struct sender_domain *conf,
			 const struct mg_reading *reading)
{
	const char *sent = domain_part(call, reading);
	const char *domain = mg_domain(call, sent);
	const struct mg_dns_answer *answer;

	if (!sent)
		return MG_NONE;
	mg_value(call, "domain", domain ? domain : sent);
	if (!domain) {
		mg_detail(call, "not a domain name");
		return UNKNOWN;
	}
	answer = mg_dns(call, domain, MG_DNS_MX);
	switch (answer->status) {
	case MG_DNS_FOUND:
		return judge_mx(call, conf, domain, answer);
	case MG_DNS_NODATA:
		return judge_no_mx(call, domain);
	case MG_DNS_NXDOMAIN:
		return judge_unknown(call, conf, domain);
	default:
		return undecided(call, domain, answer->why, answer->status == MG_DNS_LATE);
	}
}

/*
 * Each reading of a sender has its result, and the actions that these have decide: which of them
 * is the worse is the configuration's to say.
 */
static int sender_domain_mail(struct mg_call *call, const void *self)
{
	const struct mg_reading *reading = mg_sender_reading(call, 0), *next;
	int result;

	for (size_t i = 1; (next = mg_sender_reading(call, i)); i++) {
		result = judge_reading(call, self, reading);
		if (result != MG_NONE)
			mg_also(call, result);
		reading = next;
	}
	return judge_reading(call, self, reading);
}

static int sender_domain_open(struct mg_conf *conf, void *self)
{
	struct sender_domain *sender_domain = self;

	sender_domain->ask_tld = mapped_line(conf, results[UNKNOWN_TLD].name) != NULL;
	return 0;
}

static const struct mg_policy sender_domain_policy = {
	.abi = MG_ABI,
	.size = sizeof(sender_domain_policy),
	.name = "sender-domain",
	.help = "Checks whether the sender's domain can receive mail.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct sender_domain),
	.blocking = MG_BIT(MG_MAIL),
	.several = MG_BIT(MG_MAIL),
	.open = sender_domain_open,
	.start = { [MG_MAIL] = sender_domain_start },
	.on = { [MG_MAIL] = sender_domain_mail },
	.services = MG_SERVICE_DNS,
};

MG_REGISTER(sender_domain_policy)
