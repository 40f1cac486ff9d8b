/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: both engines of the policy spf evaluate the same zones, and must agree. The
 * input's bytes choose among records, so that most of them are valid. Without libspf2 there is
 * nothing to compare with.
 */
#include <config.h>

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../policies/spf/spf_check.h"

#define NAMES 8
#define TEXT_MAX 2000
#define MANY 80 /* networks: more than libspf2 keeps of a record */
#define ADDRESSES_MAX 3
#define HOSTS_MAX 12
#define BLOCKS_MAX 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct mg_call {
	const uint8_t *data;
	size_t size;
	struct {
		char txt[TEXT_MAX];
		struct mg_dns_record records[5][HOSTS_MAX]; /* A, AAAA, MX, TXT, PTR */
		struct mg_dns_answer answers[5];
	} zone[NAMES];
	void *blocks[BLOCKS_MAX];
	size_t nblocks;
	unsigned questions;
};

static const char *const names[NAMES] = { "a.test",
					  "b.test",
					  "c.a.test",
					  "d.test",
					  "1.a.test",
					  "joe.a.test",
					  "1.0.0.127.in-addr.arpa",
					  "*" };
enum { IN_A, IN_AAAA, IN_MX, IN_TXT, IN_PTR };

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

/* ---- The parts of the host that the engines need ---- */

void *mg_alloc(struct mg_call *call, enum mg_scope scope, size_t size)
{
	(void)scope;
	require(call->nblocks < BLOCKS_MAX);
	call->blocks[call->nblocks] = malloc(size ? size : 1);
	require(call->blocks[call->nblocks] != NULL);
	return call->blocks[call->nblocks++];
}

char *mg_printf(struct mg_call *call, enum mg_scope scope, const char *fmt, ...)
{
	va_list args;
	char *text;
	int size;

	va_start(args, fmt);
	size = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	require(size >= 0);
	text = mg_alloc(call, scope, (size_t)size + 1);
	va_start(args, fmt);
	vsnprintf(text, (size_t)size + 1, fmt, args);
	va_end(args);
	return text;
}

int64_t mg_now(const struct mg_call *call)
{
	(void)call;
	return 0;
}

int64_t mg_deadline(const struct mg_call *call)
{
	(void)call;
	return 10000;
}

const char *mg_dns_reverse(struct mg_call *call, const struct sockaddr *addr, const char *zone)
{
	(void)call;
	(void)addr;
	(void)zone;
	return "1.0.0.127.in-addr.arpa";
}

void mg_dns_prefetch(struct mg_call *call, const char *name, enum mg_dns_type type)
{
	(void)call;
	(void)name;
	(void)type;
}

const struct mg_dns_answer *mg_dns(struct mg_call *call, const char *name, enum mg_dns_type type)
{
	const int kind = type == MG_DNS_A      ? IN_A
			 : type == MG_DNS_AAAA ? IN_AAAA
			 : type == MG_DNS_MX   ? IN_MX
			 : type == MG_DNS_TXT  ? IN_TXT
					       : IN_PTR;
	size_t i = 0;

	require(++call->questions <= 300);
	require(spf_name_is_valid(name));
	while (i < NAMES - 1 && strcasecmp(names[i], name) != 0)
		i++;
	return &call->zone[i].answers[kind];
}

/* ---- Zones from bytes ---- */

static unsigned choose(struct mg_call *call, unsigned of)
{
	if (call->size == 0)
		return 0;
	call->size--;
	return *call->data++ % of;
}

static void add(char *text, const char *more)
{
	if (strlen(text) + strlen(more) < TEXT_MAX)
		strcat(text, more);
}

static void make_term(struct mg_call *call, char *text)
{
	static const char *const qualifiers[] = { "", "+", "-", "~", "?", "" };
	static const char *const terms[] = { "all",  "include:", "a",         "mx",   "ptr", "ip4:",
					     "ip6:", "exists:",  "redirect=", "exp=", "x=",  "a:",
					     "mx:",  "ptr:",     "include:",  "junk" };
	static const char *const specs[] = { "a.test",       "b.test",        "c.a.test",
					     "d.test",       "%{d}",          "%{l}.%{d2}",
					     "%{p}",         "%{ir}.test",    "%{h}",
					     "1.a.test.",    "a..test",       "%",
					     "nowhere.test", "%{l1r-}.a.test" };
	static const char *const networks[] = { "127.0.0.1",   "127.0.0.2", "10.0.0.0",
						"2001:db8::1", "::",        "1.2.3" };
	static const char *const lengths[] = { "",     "",       "/0",    "/8",  "/32",
					       "//64", "/24//0", "/0//0", "/33", "//128" };
	const unsigned term = choose(call, 16);

	add(text, " ");
	if (term < 8 || term > 10)
		add(text, qualifiers[choose(call, 6)]);
	add(text, terms[term]);
	if (term == 5 || term == 6)
		add(text, networks[choose(call, 6)]);
	else if (strpbrk(terms[term], ":="))
		add(text, specs[choose(call, 14)]);
	if (term == 2 || term == 3 || term == 5 || term == 6 || term == 11 || term == 12)
		add(text, lengths[choose(call, 10)]);
}

static void make_txt(struct mg_call *call, char *text)
{
	const unsigned n = choose(call, 14);

	strcpy(text, "v=spf1");
	for (unsigned i = 0; n == 13 && i < MANY; i++)
		add(text, " -ip4:10.8.0.0/16");
	for (unsigned i = 0; i < n; i++)
		make_term(call, text);
	if (choose(call, 16) == 0)
		strcpy(text, "Because %{i} is not %{d}; %{p}");
}

static void make_address(struct mg_call *call, struct mg_dns_record *record, int family)
{
	static const char *const in4[] = { "127.0.0.1", "127.0.0.2", "10.9.8.7" };
	static const char *const in6[] = { "2001:db8::1", "2001:db8::2", "fe80::1" };

	if (family == AF_INET)
		inet_pton(AF_INET, in4[choose(call, 3)], &record->u.a);
	else
		inet_pton(AF_INET6, in6[choose(call, 3)], &record->u.aaaa);
	record->text = "";
}

static void make_name(struct mg_call *call, struct mg_dns_record *record)
{
	record->text = names[choose(call, NAMES - 2)];
	if (choose(call, 8) == 0)
		record->text = "";
	record->size = strlen(record->text);
}

static void make_answer(struct mg_call *call, size_t name, int kind)
{
	static const unsigned most[] = { ADDRESSES_MAX, ADDRESSES_MAX, HOSTS_MAX, 2, HOSTS_MAX };
	struct mg_dns_record *records = call->zone[name].records[kind];
	struct mg_dns_answer *answer = &call->zone[name].answers[kind];
	const unsigned status = choose(call, 13);

	*answer = (struct mg_dns_answer){ .status = status < 9 ? MG_DNS_FOUND
							       : (enum mg_dns_status)(status - 8),
					  .records = records,
					  .name = names[name],
					  .why = "as it was chosen" };
	if (answer->status == MG_DNS_LATE)
		answer->late = choose(call, 2) ? MG_DNS_NO_SERVER : MG_DNS_NO_ANSWER;
	if (answer->status != MG_DNS_FOUND)
		return;
	answer->n = 1 + choose(call, kind == IN_TXT ? 1 : most[kind]);
	if (kind == IN_TXT && choose(call, 20) == 19)
		answer->n = 2;
	for (size_t i = 0; i < answer->n; i++) {
		if (kind == IN_A || kind == IN_AAAA)
			make_address(call, &records[i], kind == IN_A ? AF_INET : AF_INET6);
		else if (kind != IN_TXT)
			make_name(call, &records[i]);
	}
	if (kind == IN_PTR)
		for (size_t i = 0; i < answer->n; i++)
			if (records[i].size == 0)
				records[i].text = "b.test", records[i].size = 6;
	if (kind != IN_TXT)
		return;
	make_txt(call, call->zone[name].txt);
	for (size_t i = 0; i < answer->n; i++)
		records[i] = (struct mg_dns_record){ .text = call->zone[name].txt,
						     .size = strlen(call->zone[name].txt) };
}

static void make_query(struct mg_call *call, struct spf_query *query)
{
	static const char *const clients[] = { "127.0.0.1", "10.9.8.7", "2001:db8::1", "::1" };
	const char *client = clients[choose(call, 4)];

	*query = (struct spf_query){ .sender = "joe@a.test",
				     .local = "joe",
				     .domain = "a.test",
				     .helo = "helo.b.test",
				     .receiver = "mx.test" };
	query->family = strchr(client, ':') ? AF_INET6 : AF_INET;
	inet_pton(query->family, client, query->address);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mg_call *call = calloc(1, sizeof(*call));
	struct spf_outcome ours, theirs;
	struct spf_query query;

	require(call != NULL);
	call->data = data;
	call->size = size;
	make_query(call, &query);
	for (size_t i = 0; i < NAMES; i++)
		for (int kind = IN_TXT; kind >= 0; kind--)
			make_answer(call, i, kind);
	for (size_t i = 0; i < NAMES; i++)
		make_answer(call, i, IN_PTR);
	spf_check_host(call, &query, "No %{d}", &ours);
	call->questions = 0;
	if (spf_engines[1].check) {
		spf_engines[1].check(call, &query, "No %{d}", &theirs);
		if (ours.result != theirs.result ||
		    strcmp(ours.explanation, theirs.explanation) != 0) {
			for (size_t i = 0; i < NAMES; i++)
				fprintf(stderr, "%s: %s\n", names[i], call->zone[i].txt);
			fprintf(stderr, "ours: %d \"%s\" %s %s; libspf2: %d \"%s\" %s\n",
				(int)ours.result, ours.explanation, ours.mechanism, ours.problem,
				(int)theirs.result, theirs.explanation, theirs.problem);
			abort();
		}
	}
	for (size_t i = 0; i < call->nblocks; i++)
		free(call->blocks[i]);
	free(call);
	return 0;
}
