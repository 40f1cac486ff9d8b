/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks the names of a client's address: whether there is one, whether it leads back to the
 * address (iprev, RFC 8601, sections 2.7.3 and 3), and whether it looks generic. The look-up of
 * their addresses starts as soon as the names are known.
 */
#include <stdio.h>
#include <string.h>

#include "../shared/client.h"
#include "../shared/mapped.h"
#include "../shared/public.h"
#include "rdns.h"

#define NAMES_MAX 20

struct rdns {
	long long max_names;
	bool builtin;
	const struct mg_table *generic, *chosen;
};

enum { PASS, GENERIC, FAIL, MISSING, TEMPERROR, PERMERROR };

static const struct mg_result results[] = {
	[PASS] = {
		.name = "pass",
		.help = "The address has a name, and one of its names has that address.",
	},
	[GENERIC] = {
		.name = "generic",
		.help = "The same; but every such name looks like one that a provider makes for "
			"the lines of its customers.",
	},
	[FAIL] = {
		.name = "fail",
		.help = "The address has a name, but none of its names has the address.",
	},
	[MISSING] = {
		.name = "missing",
		.help = "The address has no name. (RFC 8601 calls this permerror.)",
	},
	[TEMPERROR] = {
		.name = "temperror",
		.help = "No name server gave an answer.",
	},
	[PERMERROR] = {
		.name = "permerror",
		.help = "The address has names, but none that a host can have: they cannot be "
			"looked up.",
	},
	{ .name = NULL },
};

static const char *const iprev[] = {
	[PASS] = "pass",         [GENERIC] = "pass",        [FAIL] = "fail",
	[MISSING] = "permerror", [TEMPERROR] = "temperror", [PERMERROR] = "permerror",
};

static const char *const values[] = { "name", "iprev", NULL };

static const struct mg_item items[] = {
	MG_ITEM_INT(struct rdns, max_names, "max-names", .initial = "5", .min = 1, .max = NAMES_MAX,
		    .syntax = "NUMBER",
		    .help = "How many different names of an address are looked at, if it has "
			    "several. With more of them, and none that decides, the result is "
			    "error."),
	MG_ITEM_BOOL(
		struct rdns, builtin, "builtin-patterns", .initial = "yes", .syntax = "yes|no",
		.help = "Whether the policy's own patterns make a name look generic; see GENERIC "
			"NAMES."),
	MG_ITEM_TABLE(struct rdns, generic, "generic", .key = MG_KEY_NAME,
		      .syntax = "DOMAIN|/REGEX/|pcre:FILE|texthash:FILE...",
		      .help = "Further names that look generic."),
	MG_ITEM_TABLE(struct rdns, chosen, "chosen", .key = MG_KEY_NAME,
		      .syntax = "DOMAIN|/REGEX/|pcre:FILE|texthash:FILE...",
		      .help = "Names that never look generic, whatever pattern they match."),
	{ .name = NULL },
};

/* ---- Beginning --------------------------------------------------------------------- */

/* Whether a host can have the name: a dot inside; letters, digits, hyphens and underscores. */
static bool is_host_name(const char *name)
{
	return strchr(name, '.') &&
	       !name[strspn(name,
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")];
}

/* The names that are looked at. */
struct host_names {
	const char *v[NAMES_MAX];
	size_t n;
	bool more; /* there are more than max-names */
};

static bool host_names_have(const struct host_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->v[i], name) == 0)
			return true;
	return false;
}

/* The first max-names distinct names that a host can have. */
static void host_names_find(const struct rdns *rdns, const struct mg_dns_answer *answer,
			    struct host_names *names_r)
{
	*names_r = (struct host_names){ .n = 0 };
	for (size_t i = 0; i < answer->n && !names_r->more; i++) {
		const char *name = answer->records[i].text;

		if (!is_host_name(name) || host_names_have(names_r, name))
			continue;
		if (names_r->n == (size_t)rdns->max_names)
			names_r->more = true;
		else
			names_r->v[names_r->n++] = name;
	}
}

/* data: the type to ask the names for. */
static void ask_names(struct mg_dns_walk *walk, const char *name,
		      const struct mg_dns_answer *answer, const void *data, const void *self)
{
	const enum mg_dns_type *type = data;
	struct host_names names;

	(void)name;
	host_names_find(self, answer, &names);
	for (size_t i = 0; i < names.n; i++)
		mg_dns_walk_ask(walk, names.v[i], *type, NULL);
}

static void rdns_start(struct mg_call *call, const void *self)
{
	const struct sockaddr *addr = mg_client_addr(call);
	enum mg_dns_type type;

	(void)self;
	if (!public_addr(addr))
		return;
	type = client_record_type(addr);
	mg_dns_walk(call, NAMES_MAX + 1, &type, sizeof(type), mg_dns_reverse(call, addr, NULL),
		    MG_DNS_PTR, ask_names);
}

/* ---- Judging ----------------------------------------------------------------------- */

/* MG_ERROR, with what is known all the same in the words of RFC 8601. */
static int undecided(struct mg_call *call, const char *known)
{
	mg_value(call, "iprev", known);
	return MG_ERROR;
}

/* Returns PASS or GENERIC, or MG_ERROR when a table could not be searched. */
static int judge_look(struct mg_call *call, const struct rdns *rdns, const char *name,
		      const struct sockaddr *addr)
{
	const int chosen = rdns->chosen ? mg_table_find(call, rdns->chosen, name, NULL) : 0;
	const int generic =
		rdns->generic && chosen == 0 ? mg_table_find(call, rdns->generic, name, NULL) : 0;
	const char *why = generic > 0 ? "the configuration" : NULL;

	if (chosen < 0 || generic < 0) {
		mg_detail(call, "the patterns could not be searched for %s", name);
		return undecided(call, "pass");
	}
	if (chosen == 0 && !why && rdns->builtin)
		why = rdns_generic(name, addr);
	mg_detail(call, why ? "%s looks generic by %s" : "%s", name, why);
	return why ? GENERIC : PASS;
}

/* What is known of the names so far. */
struct names {
	int result; /* of names that lead back: PASS, GENERIC or MG_ERROR; MG_NONE: no name does */
	const char *name;          /* the name that the result is about */
	const char *late, *failed; /* a name whose look-up was late, or failed */
};

/* Judges one name. Returns true when the other names need not be judged. */
static bool judge_name(struct mg_call *call, const struct rdns *rdns, struct names *names,
		       const char *name)
{
	const struct sockaddr *addr = mg_client_addr(call);
	const struct mg_dns_answer *answer = mg_dns(call, name, client_record_type(addr));

	if (answer->status == MG_DNS_LATE)
		names->late = name;
	else if (answer->status == MG_DNS_FAILED)
		names->failed = name;
	if (!client_is_among(answer, addr))
		return false;
	names->name = name;
	names->result = judge_look(call, rdns, name, addr);
	return names->result != GENERIC;
}

/* The result when no name leads back that was looked at, or only generic ones do. */
static int judge_rest(struct mg_call *call, const struct names *names,
		      const struct host_names *hosts)
{
	if (names->late || names->failed) {
		mg_detail(call, "%s: %s", names->late ? names->late : names->failed,
			  names->late ? "no answer in time" : "no answer");
		return names->late ? MG_TIMEOUT : TEMPERROR;
	}
	if (hosts->more) {
		mg_detail(call, "no good name among the first %zu, and there are more", hosts->n);
		return undecided(call, names->result == GENERIC ? "pass" : "temperror");
	}
	if (names->result == GENERIC)
		return GENERIC;
	mg_detail(call, hosts->n ? "%s does not have the address" : "no name is a valid host name",
		  hosts->v[0]);
	return hosts->n ? FAIL : PERMERROR;
}

static int judge_names(struct mg_call *call, const struct rdns *rdns,
		       const struct mg_dns_answer *answer)
{
	struct names names = { .result = MG_NONE };
	struct host_names hosts;

	host_names_find(rdns, answer, &hosts);
	for (size_t i = 0; i < hosts.n; i++)
		if (judge_name(call, rdns, &names, hosts.v[i]))
			break;
	mg_value(call, "name", names.name ? names.name : hosts.v[0]);
	return names.result == PASS || names.result == MG_ERROR ? names.result
								: judge_rest(call, &names, &hosts);
}

static int judge(struct mg_call *call, const struct rdns *rdns)
{
	const struct mg_dns_answer *answer =
		mg_dns(call, mg_dns_reverse(call, mg_client_addr(call), NULL), MG_DNS_PTR);

	switch (answer->status) {
	case MG_DNS_FOUND:
		return judge_names(call, rdns, answer);
	case MG_DNS_LATE:
		mg_detail(call, "%s", answer->why);
		return MG_TIMEOUT;
	case MG_DNS_FAILED:
		mg_detail(call, "%s", answer->why);
		return TEMPERROR;
	default:
		mg_detail(call, "the address has no name");
		return MISSING;
	}
}

static int rdns_connect(struct mg_call *call, const void *self)
{
	int result;

	if (!public_addr(mg_client_addr(call)))
		return MG_NONE;
	result = judge(call, self);
	if (result != MG_ERROR)
		mg_value(call, "iprev", result >= 0 ? iprev[result] : "temperror");
	return result;
}

/* An action for generic names, or an exception from it, needs a source of generic patterns. */
static int rdns_open(struct mg_conf *conf, void *self)
{
	const struct rdns *rdns = self;
	static const char expected[] = "builtin-patterns yes, or a line generic";
	const struct mg_line *chosen = mg_conf_item(conf, "chosen", 0);

	if (rdns->builtin || mg_conf_item(conf, "generic", 0))
		return 0;
	if (chosen)
		mg_conf_error(conf, chosen, 0, "no name looks generic here: expected %s", expected);
	return mapped_in_vain(conf, results[GENERIC].name, expected) < 0 || chosen ? -1 : 0;
}

static const struct mg_policy rdns_policy = {
	.abi = MG_ABI,
	.size = sizeof(rdns_policy),
	.name = "rdns",
	.help = "Checks the names of the client's address.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct rdns),
	.blocking = MG_BIT(MG_CONNECT),
	.open = rdns_open,
	.start = { [MG_CONNECT] = rdns_start },
	.on = { [MG_CONNECT] = rdns_connect },
	.services = MG_SERVICE_DNS,
};

MG_REGISTER(rdns_policy)
