/* SPDX-License-Identifier: BSD-2-Clause */
/* What the DNS server for tests answers. */
#include <config.h>

#include "reply.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	A = 1,
	NS = 2,
	CNAME = 5,
	SOA = 6,
	PTR = 12,
	MX = 15,
	TXT = 16,
	AAAA = 28,
	OPT = 41,
	FAULT = 65280
};

struct entry {
	char *name;
	unsigned type, ttl;
	char *text; /* DATA as it stands; of a FAULT, its word */
	struct entry *next;
};

#define BUCKETS 4096 /* benchmarks have zones of thousands of names */

/* Entries by name; those of a bucket in the order of their lines. */
struct zone {
	struct entry *buckets[BUCKETS];
	unsigned soa_ttl, soa_minimum;
};

/* ---- The lines ---- */

static const struct {
	const char *word;
	unsigned type;
} types[] = { { "A", A },   { "NS", NS },   { "CNAME", CNAME }, { "SOA", SOA },    { "PTR", PTR },
	      { "MX", MX }, { "TXT", TXT }, { "AAAA", AAAA },   { "FAULT", FAULT } };

unsigned zone_type(const char *word)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].word, word) == 0)
			return types[i].type;
	fprintf(stderr, "test DNS server: no type \"%s\"\n", word);
	exit(99);
}

struct zone *zone_new(void)
{
	struct zone *zone = calloc(1, sizeof(*zone));

	if (!zone)
		abort();
	zone->soa_ttl = zone->soa_minimum = 300;
	return zone;
}

void zone_free(struct zone *zone)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		while (zone->buckets[i]) {
			struct entry *entry = zone->buckets[i];

			zone->buckets[i] = entry->next;
			free(entry->name);
			free(entry->text);
			free(entry);
		}
	}
	free(zone);
}

static size_t bucket_of(const char *name)
{
	size_t hash = 5381;

	while (*name)
		hash = hash * 33 + (unsigned char)*name++;
	return hash % BUCKETS;
}

static void zone_put(struct zone *zone, struct entry *entry)
{
	struct entry **at = &zone->buckets[bucket_of(entry->name)];

	while (*at)
		at = &(*at)->next;
	*at = entry;
}

/* The next entry of this name after one; the first when that is NULL. */
static const struct entry *zone_next(const struct zone *zone, const struct entry *after,
				     const char *name)
{
	const struct entry *entry = after ? after->next : zone->buckets[bucket_of(name)];

	while (entry && strcmp(entry->name, name) != 0)
		entry = entry->next;
	return entry;
}

static char *fold(const char *name)
{
	const size_t size = strlen(name);
	char *copy = strdup(name);

	if (!copy)
		abort();
	for (size_t i = 0; i < size; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	if (size > 1 && copy[size - 1] == '.')
		copy[size - 1] = '\0';
	return copy;
}

static void zone_add_line(struct zone *zone, const char *line)
{
	char name[300], word[16];
	unsigned ttl = 300;
	int at = -1;
	struct entry *entry;

	if (sscanf(line, " %299s", name) != 1 || *name == ';')
		return;
	if ((sscanf(line, " %*s %u %15s %n", &ttl, word, &at) != 2 &&
	     sscanf(line, " %*s %15s %n", word, &at) != 1) ||
	    at < 0) {
		fprintf(stderr, "test DNS server: cannot read \"%s\"\n", line);
		exit(99);
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry || !(entry->text = strdup(line + at)))
		abort();
	entry->name = fold(name);
	entry->type = zone_type(word);
	entry->ttl = ttl;
	zone_put(zone, entry);
	if (entry->type == SOA) {
		zone->soa_ttl = ttl;
		zone->soa_minimum = (unsigned)strtoul(entry->text, NULL, 10);
	}
}

void zone_add(struct zone *zone, const char *lines)
{
	char *copy = strdup(lines), *at = copy;

	if (!copy)
		abort();
	for (char *line; (line = strsep(&at, "\n"));)
		zone_add_line(zone, line);
	free(copy);
}

static const struct entry *zone_find(const struct zone *zone, const char *name, unsigned type)
{
	const struct entry *entry = NULL;

	while ((entry = zone_next(zone, entry, name)))
		if (entry->type == type)
			return entry;
	return NULL;
}

static bool zone_has_name(const struct zone *zone, const char *name)
{
	const struct entry *entry = NULL;

	while ((entry = zone_next(zone, entry, name)))
		if (entry->type != FAULT && entry->type != SOA)
			return true;
	return false;
}

/* Returns whether a name itself has this fault. */
static bool zone_has_fault(const struct zone *zone, const char *name, const char *fault,
			   unsigned *value_r)
{
	const size_t size = strlen(fault);
	const struct entry *entry = NULL;

	while ((entry = zone_next(zone, entry, name))) {
		if (entry->type != FAULT || strncmp(entry->text, fault, size) != 0 ||
		    (entry->text[size] && entry->text[size] != '='))
			continue;
		*value_r =
			entry->text[size] ? (unsigned)strtoul(entry->text + size + 1, NULL, 10) : 1;
		return true;
	}
	return false;
}

/*
 * The number after "=" in a fault of this name, or of all names; 1 without a number, 0 without the
 * fault.
 */
static unsigned zone_fault(const struct zone *zone, const char *name, const char *fault)
{
	unsigned value = 0;

	if (!zone_has_fault(zone, name, fault, &value))
		zone_has_fault(zone, "*", fault, &value);
	return value;
}

/* ---- Questions ---- */

static unsigned get16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

int question_read(struct question *question_r, const unsigned char *bytes, size_t size)
{
	size_t at = 12, out = 0;

	if (size < 12 || get16(bytes + 4) != 1)
		return -1;
	while (at < size && bytes[at]) {
		const size_t label = bytes[at];

		if (label > 63 || label >= size - at || out + label + 1 > 255)
			return -1;
		if (out)
			question_r->name[out++] = '.';
		for (size_t i = 1; i <= label; i++)
			question_r->name[out++] = (char)tolower(bytes[at + i]);
		at += label + 1;
	}
	at++;
	if (at + 4 > size)
		return -1;
	question_r->name[out] = '\0';
	question_r->wire_size = at - 12;
	memcpy(question_r->wire, bytes + 12, question_r->wire_size);
	question_r->id = get16(bytes);
	question_r->by_tcp = 0;
	question_r->type = get16(bytes + at);
	question_r->ad = bytes[3] & 0x20;
	question_r->edns = get16(bytes + 10) == 1 && size >= at + 4 + 11;
	return 0;
}

/* ---- Replies ---- */

static void put(struct reply *reply, const void *bytes, size_t size)
{
	if (size > sizeof(reply->bytes) - reply->size)
		abort();
	memcpy(reply->bytes + reply->size, bytes, size);
	reply->size += size;
}

static void put8(struct reply *reply, unsigned value)
{
	const unsigned char byte = (unsigned char)value;

	put(reply, &byte, 1);
}

static void put16(struct reply *reply, unsigned value)
{
	put8(reply, value >> 8);
	put8(reply, value & 255);
}

static void put32(struct reply *reply, unsigned value)
{
	put16(reply, value >> 16);
	put16(reply, value & 65535);
}

static void put_name(struct reply *reply, const char *name)
{
	while (*name && strcmp(name, ".") != 0) {
		const size_t label = strcspn(name, ".");

		put8(reply, (unsigned)label);
		put(reply, name, label);
		name += label + (name[label] == '.');
	}
	put8(reply, 0);
}

static void put_strings(struct reply *reply, const char *text)
{
	size_t left = strlen(text);

	do {
		const size_t size = left > 255 ? 255 : left;

		put8(reply, (unsigned)size);
		put(reply, text, size);
		text += size;
		left -= size;
	} while (left > 0);
}

static void put_data(struct reply *reply, const struct entry *entry)
{
	unsigned char addr[16];
	unsigned preference;
	char name[300];

	switch (entry->type) {
	case A:
	case AAAA:
		if (inet_pton(entry->type == A ? AF_INET : AF_INET6, entry->text, addr) != 1)
			abort();
		put(reply, addr, entry->type == A ? 4 : 16);
		return;
	case MX:
		if (sscanf(entry->text, "%u %299s", &preference, name) != 2)
			abort();
		put16(reply, preference);
		put_name(reply, name);
		return;
	case TXT:
		put_strings(reply, entry->text);
		return;
	default:
		put_name(reply, entry->text);
	}
}

static void count_up(struct reply *reply, size_t counter)
{
	unsigned n = get16(reply->bytes + counter) + 1;

	reply->bytes[counter] = (unsigned char)(n >> 8);
	reply->bytes[counter + 1] = (unsigned char)n;
}

/* Returns the place of the data's length. */
static size_t begin_record(struct reply *reply, const char *owner, unsigned type, unsigned ttl)
{
	put_name(reply, owner);
	put16(reply, type);
	put16(reply, 1);
	put32(reply, ttl);
	put16(reply, 0);
	return reply->size - 2;
}

static void end_record(struct reply *reply, size_t length, size_t counter)
{
	const size_t size = reply->size - length - 2;

	reply->bytes[length] = (unsigned char)(size >> 8);
	reply->bytes[length + 1] = (unsigned char)size;
	count_up(reply, counter);
}

static void put_record(struct reply *reply, const struct zone *zone, const char *owner,
		       const struct entry *entry)
{
	const size_t length =
		begin_record(reply, zone_fault(zone, owner, "wrong-owner") ? "other.test" : owner,
			     entry->type, entry->ttl);

	put_data(reply, entry);
	if (zone_fault(zone, owner, "bad-data"))
		put8(reply, 0);
	end_record(reply, length, 6);
}

static void put_soa(struct reply *reply, const struct zone *zone)
{
	const size_t length = begin_record(reply, "", SOA, zone->soa_ttl);

	put_name(reply, "ns.test");
	put_name(reply, "hostmaster.test");
	for (int i = 0; i < 4; i++)
		put32(reply, 3600);
	put32(reply, zone->soa_minimum);
	end_record(reply, length, 8);
}

static void put_referral(struct reply *reply)
{
	const size_t length = begin_record(reply, "test", NS, 300);

	put_name(reply, "ns.test");
	end_record(reply, length, 8);
}

static void put_many(struct reply *reply, const struct question *question)
{
	for (unsigned i = 0; i < 600; i++) {
		const size_t length = begin_record(reply, question->name, question->type, 300);

		put32(reply, 0xc0000200U + i);
		end_record(reply, length, 6);
	}
}

static void put_big(struct reply *reply, const struct question *question)
{
	const size_t length = begin_record(reply, question->name, TXT, 300);
	char text[256];

	memset(text, 'x', sizeof(text));
	text[255] = '\0';
	for (int i = 0; i < 234; i++)
		put_strings(reply, text);
	end_record(reply, length, 6);
}

/* A record whose owner is a compression pointer to itself. */
static void put_loop(struct reply *reply)
{
	put16(reply, 0xc000U + (unsigned)reply->size);
	put16(reply, A);
	put16(reply, 1);
	put32(reply, 300);
	put16(reply, 4);
	put32(reply, 0xc0000201U);
	count_up(reply, 6);
}

static void set_rcode(struct reply *reply, unsigned rcode)
{
	reply->bytes[3] = (unsigned char)((reply->bytes[3] & 0xf0) | rcode);
}

/* Answers with the records, along the CNAMEs; negatively when there are none. */
static void put_answer(struct reply *reply, const struct zone *zone,
		       const struct question *question)
{
	const char *name = question->name;
	const struct entry *alias, *entry = NULL;
	bool found = false;

	for (int links = 0; links < 40 && (alias = zone_find(zone, name, CNAME)) &&
			    !zone_find(zone, name, question->type);
	     links++) {
		put_record(reply, zone, name, alias);
		name = alias->text;
		if (zone_fault(zone, question->name, "chain"))
			return;
	}
	while ((entry = zone_next(zone, entry, name))) {
		if (entry->type != question->type)
			continue;
		put_record(reply, zone, name, entry);
		found = true;
	}
	if (found)
		return;
	if (!zone_has_name(zone, name))
		set_rcode(reply, 3);
	if (!zone_fault(zone, question->name, "no-soa"))
		put_soa(reply, zone);
}

static void begin_reply(struct reply *reply, const struct zone *zone,
			const struct question *question)
{
	put16(reply, question->id ^ zone_fault(zone, question->name, "wrong-id"));
	put8(reply, 0x81); /* an answer; recursion was desired */
	put8(reply, question->ad && !zone_fault(zone, question->name, "bogus") ? 0xa0 : 0x80);
	put16(reply, 1);
	put16(reply, 0);
	put32(reply, 0);
	if (zone_fault(zone, question->name, "wrong-name"))
		put_name(reply, "other.test");
	else
		put(reply, question->wire, question->wire_size);
	put16(reply, zone_fault(zone, question->name, "wrong-type") ? 99 : question->type);
	put16(reply, 1);
}

static void put_badvers(struct reply *reply)
{
	const size_t length = begin_record(reply, "", OPT, 1U << 24);

	end_record(reply, length, 10);
}

static void leave_header(struct reply *reply)
{
	memset(reply->bytes + 4, 0, 8);
	reply->size = 12;
}

/* Makes the faults that replace the answer. Returns whether there is one. */
static bool put_fault(struct reply *reply, const struct zone *zone, const struct question *question)
{
	static const struct {
		const char *fault;
		unsigned rcode;
	} errors[] = { { "formerr", 1 }, { "servfail", 2 }, { "notimp", 4 }, { "refused", 5 } };
	const char *name = question->name;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (zone_fault(zone, name, errors[i].fault)) {
			set_rcode(reply, errors[i].rcode);
			return true;
		}
	}
	if (question->edns && zone_fault(zone, name, "no-edns-bare")) {
		set_rcode(reply, 1);
		leave_header(reply);
	} else if (question->edns && zone_fault(zone, name, "no-edns"))
		set_rcode(reply, 1);
	else if (question->edns && zone_fault(zone, name, "badvers"))
		put_badvers(reply);
	else if (zone_fault(zone, name, "truncate-tcp") ||
		 (!question->tcp && zone_fault(zone, name, "truncate")))
		reply->bytes[2] |= 2;
	else if (zone_fault(zone, name, "many"))
		put_many(reply, question);
	else if (zone_fault(zone, name, "big"))
		put_big(reply, question);
	else if (zone_fault(zone, name, "loop"))
		put_loop(reply);
	else if (zone_fault(zone, name, "referral")) {
		reply->bytes[3] &= 0x7f;
		put_referral(reply);
	} else
		return false;
	return true;
}

struct reply *test_reply_make(const struct zone *zone, const struct question *question)
{
	struct reply *reply = malloc(sizeof(*reply));
	const char *name = question->name;

	if (!reply)
		abort();
	reply->size = 0;
	reply->drop = zone_fault(zone, name, "drop");
	reply->delay_ms = zone_fault(zone, name, "delay");
	if (!question->tcp && zone_fault(zone, name, "hold"))
		reply->delay_ms = UINT_MAX;
	reply->slow_ms = zone_fault(zone, name, "slow-tcp");
	reply->close_tcp = zone_fault(zone, name, "no-tcp") ||
			   question->by_tcp <= zone_fault(zone, name, "cut-tcp");
	reply->last_tcp = zone_fault(zone, name, "once-tcp");
	begin_reply(reply, zone, question);
	if (!put_fault(reply, zone, question))
		put_answer(reply, zone, question);
	if (zone_fault(zone, name, "lie"))
		set_rcode(reply, 3);
	if (!question->tcp && zone_fault(zone, name, "bare"))
		leave_header(reply);
	if (zone_fault(zone, name, "short"))
		reply->size = (reply->size + 12) / 2;
	if (zone_fault(zone, name, "garbage"))
		memset(reply->bytes + 12 + question->wire_size + 4, 0xff,
		       reply->size - 12 - question->wire_size - 4);
	/* An answer that does not fit is truncated: it is asked for again by TCP. */
	if (!question->tcp && reply->size > (question->edns ? 1232U : 512U)) {
		reply->size = 12 + question->wire_size + 4;
		memset(reply->bytes + 6, 0, 6);
		reply->bytes[2] |= 2;
	}
	return reply;
}
