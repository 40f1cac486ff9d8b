/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy "helo": looks up the client's HELO name (RFC 5321, section 4.1.4). The first
 * question is for addresses of the client's family: most names have one. Without one, further
 * questions show whether the name has any address or MX.
 */
#include "../shared/client.h"
#include "helo.h"

static enum mg_dns_type own_type(struct mg_call *call)
{
	return client_record_type(mg_client_addr(call));
}

static enum mg_dns_type other_type(enum mg_dns_type type)
{
	return type == MG_DNS_A ? MG_DNS_AAAA : MG_DNS_A;
}

/* Asks for other types when the first has no records. data: the type that was asked for. */
static void then_others(struct mg_dns_walk *walk, const char *name,
			const struct mg_dns_answer *answer, const void *data, const void *self)
{
	(void)self;
	if (answer->status != MG_DNS_NODATA)
		return;
	mg_dns_walk_ask(walk, name, other_type(*(const enum mg_dns_type *)data), NULL);
	mg_dns_walk_ask(walk, name, MG_DNS_MX, NULL);
}

void helo_lookup_start(struct mg_call *call, const char *name)
{
	const enum mg_dns_type type = own_type(call);

	mg_dns_walk(call, 3, &type, sizeof(type), name, type, then_others);
}

/* The result of a look-up that failed or came late. */
static int undecided(struct mg_call *call, const struct mg_dns_answer *answer)
{
	mg_detail(call, "%s", answer->why);
	return answer->status == MG_DNS_LATE ? MG_TIMEOUT : MG_ERROR;
}

static bool is_unknown(const struct mg_dns_answer *answer)
{
	return answer->status == MG_DNS_LATE || answer->status == MG_DNS_FAILED;
}

/* The name has no address of the client's family: does it have any other, or an MX? */
static int lookup_others(struct mg_call *call, const char *name)
{
	const struct mg_dns_answer *other = mg_dns(call, name, other_type(own_type(call)));
	const struct mg_dns_answer *mx = other->n > 0 ? other : mg_dns(call, name, MG_DNS_MX);

	if (other->n > 0 || mx->n > 0) {
		mg_detail(call, "has %s, but not the address %s",
			  other->n > 0 ? "an address" : "an MX", mg_client(call));
		return HELO_MISMATCH;
	}
	if (is_unknown(other) || is_unknown(mx))
		return undecided(call, is_unknown(other) ? other : mx);
	mg_detail(call, "has neither address nor MX");
	return HELO_UNRESOLVED;
}

int helo_lookup(struct mg_call *call, const char *name)
{
	const struct mg_dns_answer *own = mg_dns(call, name, own_type(call));

	if (is_unknown(own))
		return undecided(call, own);
	if (own->status == MG_DNS_NODATA)
		return lookup_others(call, name);
	if (own->status == MG_DNS_NXDOMAIN) {
		mg_detail(call, "does not exist");
		return HELO_UNRESOLVED;
	}
	if (client_is_among(own, mg_client_addr(call)))
		return HELO_MATCHES;
	mg_detail(call, "does not have the address %s", mg_client(call));
	return HELO_MISMATCH;
}
