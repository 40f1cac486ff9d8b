/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks whether the domain of the sender, or of HELO, permits this client (SPF, RFC 7208). */
#include <millgate/policy.h>

#include <string.h>
#include <strings.h>

#include "spf_check.h"
#include "spf_received.h"

struct spf {
	struct mg_strings identities;
	int engine;
	const char *explanation;
	const struct mg_table *relays;
	spf_check *check;
};

/* A block that says what is checked, or how, is there to check. */
#define SPF_KEYS "identities relays explanation engine"

static const struct mg_result results[] = {
	[SPF_NONE] = {
		.name = "none",
		.help = "The domain has no SPF record, or there is no domain that could have one.",
	},
	[SPF_NEUTRAL] = {
		.name = "neutral",
		.help = "The domain makes no statement about this client.",
	},
	[SPF_PASS] = {
		.name = "pass",
		.help = "The domain permits this client.",
	},
	[SPF_FAIL] = {
		.name = "fail",
		.action = "reject 550 5.7.23 \"{explanation}\"",
		.help = "The domain does not permit this client. Its owner asks for refusals "
			"(RFC 7208, section 8.4), at the price of forwarded mail: see relays.",
		.further_needs = SPF_KEYS,
	},
	[SPF_SOFTFAIL] = {
		.name = "softfail",
		.help = "The domain thinks that this client is probably not permitted. RFC 7208, "
			"section 8.5, allows no refusal for that alone.",
	},
	[SPF_TEMPERROR] = {
		.name = "temperror",
		.action = "tempfail 451 4.4.3 \"The SPF record of {domain} cannot be looked up "
			"now\"",
		.help = "DNS had no answer; another attempt may have one. The default action is "
			"that of RFC 7208, section 8.6: it keeps out mail whose result could be "
			"fail. With neutral such mail gets in.",
		.further_needs = SPF_KEYS,
	},
	[SPF_PERMERROR] = {
		.name = "permerror",
		.help = "The domain's record is wrong, or costs more than the standard allows: "
			"only its owner can help, and a refusal would punish the mistake.",
	},
	{ .name = NULL },
};

static const char *const values[] = { "domain",  "mechanism",    "explanation", "identity",
				      "problem", "received_spf", NULL };

static const struct mg_item items[] = {
	MG_ITEM_STRINGS(
		struct spf, identities, "identities", .initial = "mailfrom",
		.syntax = "mailfrom|helo...",
		.help = "What is checked: the sender's domain (mailfrom) at MAIL, for the null "
			"sender the HELO name; and the HELO name by itself (helo) at HELO. Each "
			"that is named gives a result of its own."),
	MG_ITEM_TABLE(
		struct spf, relays, "relays", .key = MG_KEY_ADDRESS,
		.syntax = "ADDRESS|NETWORK|cidr:FILE...",
		.help = "Clients that bring mail from elsewhere with its sender unchanged: our "
			"own relays and backup MX hosts, and forwarders that work for us. They "
			"are not checked, and there is no result."),
	MG_ITEM_STRING(struct spf, explanation, "explanation",
		       .initial = "\"%{d} does not permit %{c} to send its mail\"",
		       .syntax = "TEXT",
		       .help = "The explanation for domains that have none, with the macros of RFC "
			       "7208, section 7."),
	MG_ITEM_CHOICE(
		struct spf, engine, "engine", .initial = "rfc7208", .choices = "rfc7208 libspf2",
		.syntax = "rfc7208|libspf2",
		.help = "What evaluates records: Millgate itself, or the library libspf2, which "
			"gets only valid records, and DNS within the limits of RFC 7208. libspf2 "
			"is an error if Millgate was built without it."),
	{ .name = NULL },
};

/* ---- The identity to check ---- */

/*
 * The domain in A-labels and without a final dot; a name that has no such form stays as written, so
 * that texts show it.
 */
static const char *ascii_domain(struct mg_call *call, const char *domain)
{
	const char *c = domain;
	const char *folded;

	while (*c && (unsigned char)*c < 0x80)
		c++;
	if (*c) {
		folded = mg_domain(call, domain);
		return folded ? folded : "";
	}
	return c > domain && c[-1] == '.'
		       ? mg_printf(call, MG_EVENT, "%.*s", (int)(c - domain - 1), domain)
		       : domain;
}

static void query_client(const struct mg_call *call, struct spf_query *query)
{
	const struct sockaddr *addr = mg_client_addr(call);
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)(const void *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)addr;

	query->family = addr ? addr->sa_family : AF_UNSPEC;
	if (query->family == AF_INET)
		memcpy(query->address, &in4->sin_addr, 4);
	else if (query->family == AF_INET6)
		memcpy(query->address, &in6->sin6_addr, 16);
}

/* A sender without a local part stands for its postmaster (RFC 7208, section 4.3). */
static void query_sender(struct mg_call *call, const char *sender, struct spf_query *query)
{
	const char *at = strrchr(sender, '@');

	query->domain = ascii_domain(call, at ? at + 1 : sender);
	query->local = at && at > sender
			       ? mg_printf(call, MG_EVENT, "%.*s", (int)(at - sender), sender)
			       : "postmaster";
	query->sender = mg_printf(call, MG_EVENT, "%s@%s", query->local, query->domain);
}

enum query { QUERY_NONE, QUERY_ONE, QUERY_UNDECIDED };

/*
 * sender: "" for the HELO name. For the null sender the identity is the postmaster of the HELO name
 * (section 2.4).
 */
static enum query query_make(struct mg_call *call, const struct spf *spf, const char *sender,
			     struct spf_query *query_r)
{
	int is_relay;

	*query_r = (struct spf_query){ .helo = mg_helo(call), .receiver = mg_mta_name(call) };
	query_client(call, query_r);
	if (!sender || mg_is_submitted_locally(call) || query_r->family == AF_UNSPEC) {
		mg_detail(call, "nothing to ask: %s",
			  !sender                         ? "no sender"
			  : mg_is_submitted_locally(call) ? "submitted locally"
							  : "the client has no address");
		return QUERY_NONE;
	}
	is_relay = spf->relays ? mg_table_find(call, spf->relays, mg_client(call), NULL) : 0;
	if (is_relay > 0)
		mg_detail(call, "not checked: the client is one of the relays");
	if (is_relay)
		return is_relay > 0 ? QUERY_NONE : QUERY_UNDECIDED;
	query_r->helo = ascii_domain(call, query_r->helo ? query_r->helo : "");
	if (!query_r->receiver)
		query_r->receiver = "unknown";
	query_sender(call, sender[0] ? sender : query_r->helo, query_r);
	return QUERY_ONE;
}

/* ---- Identities ---- */

/*
 * The return path as written, and where the MTA makes another of it, that too. A user of the MTA's
 * own has no domain that could be asked, so it counts only when there is nothing else.
 */
static const char *identity(struct mg_call *call, bool is_helo, size_t index)
{
	const struct mg_reading *reading;

	if (is_helo)
		return index == 0 ? "" : NULL;
	for (size_t i = 0; (reading = mg_sender_reading(call, i)); i++)
		if ((!reading->user || !mg_sender_reading(call, 1)) && index-- == 0)
			return reading->address;
	return NULL;
}

/* One identity with what came of it. */
struct checked {
	struct spf_query query;
	struct spf_outcome outcome;
};

/* The worse a result is, the higher. */
static int rank(enum spf_result result)
{
	static const int ranks[] = {
		[SPF_PASS] = 0, [SPF_NONE] = 1,     [SPF_NEUTRAL] = 2,   [SPF_PERMERROR] = 3,
		[SPF_LATE] = 4, [SPF_SOFTFAIL] = 5, [SPF_TEMPERROR] = 6, [SPF_FAIL] = 7,
	};

	return ranks[result];
}

static const char *name_of(enum spf_result result)
{
	return result == SPF_LATE ? "timeout" : results[result].name;
}

/*
 * Checks all identities; the worst counts. beside_r: the others and their results, for the log; ""
 * for none.
 */
static enum query check_all(struct mg_call *call, const struct spf *spf, bool is_helo,
			    struct checked *worst_r, const char **beside_r)
{
	const char *sender;

	*beside_r = "";
	for (size_t i = 0; (sender = identity(call, is_helo, i)); i++) {
		struct checked checked, better;
		const enum query query = query_make(call, spf, sender, &checked.query);

		if (query != QUERY_ONE)
			return query;
		spf->check(call, &checked.query, spf->explanation, &checked.outcome);
		better = checked;
		if (i == 0 || rank(checked.outcome.result) > rank(worst_r->outcome.result)) {
			better = i > 0 ? *worst_r : checked;
			*worst_r = checked;
		}
		if (i > 0)
			*beside_r = mg_printf(call, MG_EVENT, "%s, %s for %s", *beside_r,
					      name_of(better.outcome.result), better.query.sender);
	}
	return identity(call, is_helo, 0) ? QUERY_ONE : QUERY_NONE;
}

/* ---- The hooks ---- */

/* What decided: the problem, the mechanism, or why there is no record. "": nothing did. */
static const char *reason(const struct checked *checked)
{
	const struct spf_outcome *outcome = &checked->outcome;

	if (outcome->problem[0])
		return outcome->problem;
	if (outcome->result != SPF_NONE)
		return outcome->mechanism;
	return spf_is_domain(checked->query.domain) ? "no SPF record"
						    : "no domain that could have a record";
}

static int judge(struct mg_call *call, const struct spf *spf, bool is_helo)
{
	const char *name = is_helo ? "helo" : "mailfrom";
	const char *beside;
	struct checked worst;
	const struct spf_query *query = &worst.query;
	const struct spf_outcome *outcome = &worst.outcome;

	switch (check_all(call, spf, is_helo, &worst, &beside)) {
	case QUERY_NONE:
		return MG_NONE;
	case QUERY_UNDECIDED:
		mg_detail(call, "relays could not be searched");
		return MG_ERROR;
	case QUERY_ONE:
		break;
	}
	mg_detail(call, "%s %s%s%s%s", name, query->domain[0] ? query->domain : query->sender,
		  reason(&worst)[0] ? ": " : "", reason(&worst), beside);
	mg_value(call, "domain", query->domain);
	mg_value(call, "identity", name);
	mg_value(call, "problem", outcome->problem);
	if (outcome->result == SPF_LATE)
		return MG_TIMEOUT;
	mg_value(call, "mechanism", outcome->mechanism);
	mg_value(call, "explanation", outcome->explanation);
	mg_value(call, "received_spf",
		 spf_received(call, query, outcome, results[outcome->result].name, name));
	return (int)outcome->result;
}

static int spf_helo(struct mg_call *call, const void *self)
{
	return judge(call, self, true);
}

static int spf_mail(struct mg_call *call, const void *self)
{
	return judge(call, self, false);
}

static void begin(struct mg_call *call, const struct spf *spf, bool is_helo)
{
	struct spf_query query;
	const char *sender;

	for (size_t i = 0; (sender = identity(call, is_helo, i)); i++)
		if (query_make(call, spf, sender, &query) == QUERY_ONE)
			spf_ask_ahead(call, &query);
}

static void spf_begin_helo(struct mg_call *call, const void *self)
{
	begin(call, self, true);
}

static void spf_begin_mail(struct mg_call *call, const void *self)
{
	begin(call, self, false);
}

/* ---- Opening ---- */

static int open_identities(struct mg_conf *conf, const struct spf *spf)
{
	const struct mg_line *line;
	unsigned stages = 0;
	int status = 0;

	for (size_t i = 0; i < spf->identities.n; i++) {
		const char *word = spf->identities.v[i];

		if (strcasecmp(word, "mailfrom") == 0)
			stages |= MG_BIT(MG_MAIL);
		else if (strcasecmp(word, "helo") == 0)
			stages |= MG_BIT(MG_HELO);
	}
	for (size_t i = 0; (line = mg_conf_item(conf, "identities", i)); i++) {
		for (size_t word = 1; word < mg_line_words(line); word++) {
			if (strcasecmp(mg_line_word(line, word), "mailfrom") == 0 ||
			    strcasecmp(mg_line_word(line, word), "helo") == 0)
				continue;
			mg_conf_error(conf, line, word,
				      "\"%s\" is no identity; expected mailfrom or helo",
				      mg_line_word(line, word));
			status = -1;
		}
	}
	/* After an error without this, so that a policy that never runs is not reported as well. */
	if (status == 0)
		mg_conf_stages(conf, stages);
	return status;
}

static int spf_open(struct mg_conf *conf, void *self)
{
	struct spf *spf = self;
	int status = open_identities(conf, spf);

	spf->check = spf_engines[spf->engine].check;
	if (!spf->check) {
		mg_conf_error(conf, mg_conf_item(conf, "engine", 0), 1,
			      "this build is without %s; expected engine %s",
			      spf_engines[spf->engine].name, spf_engines[0].name);
		status = -1;
	}
	if (!spf_macro_is_explanation(spf->explanation, strlen(spf->explanation))) {
		mg_conf_error(conf, mg_conf_item(conf, "explanation", 0), 1,
			      "not a text with macros as in RFC 7208, section 7: \"%%\" alone "
			      "is \"%%%%\"");
		status = -1;
	}
	return status;
}

static const struct mg_policy spf_policy = {
	.abi = MG_ABI,
	.size = sizeof(spf_policy),
	.name = "spf",
	.help = "Checks whether the domain that a sender claims permits the client.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct spf),
	.blocking = MG_BIT(MG_HELO) | MG_BIT(MG_MAIL),
	.open = spf_open,
	.start = { [MG_HELO] = spf_begin_helo, [MG_MAIL] = spf_begin_mail },
	.on = { [MG_HELO] = spf_helo, [MG_MAIL] = spf_mail },
	.facts = MG_BIT(MG_CONNECT) | MG_BIT(MG_HELO),
	.services = MG_SERVICE_DNS,
	.authenticates = true,
};

MG_REGISTER(spf_policy)
