/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of DNS (RFC 1035 section 4). Whoever controls a domain that mail claims to come from
 * writes what is read here: nothing in it is believed before it was checked.
 */
#include <config.h>

#include <limits.h>
#include <string.h>

#include "dns/message.h"

#define HEADER_SIZE 12
#define OPT_SIZE 11
#define RCODE_MASK 15       /* of the fourth byte */
#define FLAG_TRUNCATED 0x02 /* of the third */
#define TEXT_MAX 65536      /* of all records of one answer */

enum { TYPE_CNAME = 5, TYPE_SOA = 6, TYPE_OPT = 41, CLASS_IN = 1 };
enum {
	RCODE_OK = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5
};

struct record {
	size_t owner; /* where in the message */
	unsigned type, class;
	unsigned ttl;
	size_t data, data_size;
};

struct reader {
	const unsigned char *message;
	size_t size;
	size_t at;
	unsigned rcode;
	unsigned answers, authorities, additionals;
	struct record records[DNS_RECORDS_MAX]; /* of the answer section */
};

/* What is built of the records. */
struct building {
	struct mg_dns_record records[DNS_RECORDS_MAX];
	size_t n;
	size_t used;
	char text[TEXT_MAX];
};

static unsigned get16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static unsigned get32(const unsigned char *at)
{
	return get16(at) << 16 | get16(at + 2);
}

static void put16(unsigned char *at, unsigned value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

size_t dns_message_write(unsigned char query_r[DNS_QUERY_MAX], unsigned id,
			 const unsigned char *name, unsigned type, bool edns)
{
	const size_t name_size = dns_name_size(name);
	unsigned char *at = query_r + HEADER_SIZE;

	memset(query_r, 0, HEADER_SIZE);
	put16(query_r, id);
	query_r[2] = 0x01; /* recursion desired */
	query_r[3] = 0x20; /* authentic data */
	put16(query_r + 4, 1);
	put16(query_r + 10, edns);
	memcpy(at, name, name_size);
	at += name_size;
	put16(at, type);
	put16(at + 2, CLASS_IN);
	at += 4;
	if (edns) {
		memset(at, 0, OPT_SIZE);
		put16(at + 1, TYPE_OPT);
		put16(at + 3, DNS_UDP_SIZE);
		at += OPT_SIZE;
	}
	return (size_t)(at - query_r);
}

/* ---- The parts of a message ---- */

static int read_record(struct reader *r, struct record *record_r)
{
	unsigned char name[DNS_WIRE_MAX];
	const unsigned char *fixed;

	record_r->owner = r->at;
	if (!dns_name_read(name, r->message, r->size, &r->at) || r->size - r->at < 10)
		return -1;
	fixed = r->message + r->at;
	record_r->type = get16(fixed);
	record_r->class = get16(fixed + 2);
	record_r->ttl = get32(fixed + 4);
	/* RFC 2181 section 8. */
	if (record_r->ttl > INT_MAX)
		record_r->ttl = 0;
	record_r->data = r->at + 10;
	record_r->data_size = get16(fixed + 8);
	if (record_r->data_size > r->size - record_r->data)
		return -1;
	r->at = record_r->data + record_r->data_size;
	return 0;
}

/* Reads the question, and returns whether it is ours. */
static bool read_question(struct reader *r, const struct dns_chain *chain)
{
	const unsigned char *message = r->message;
	unsigned char name[DNS_WIRE_MAX];
	size_t size;

	r->at = HEADER_SIZE;
	size = get16(message + 4) == 1 ? dns_name_read(name, message, r->size, &r->at) : 0;
	if (!size || size != dns_name_size(chain->name) || memcmp(name, chain->name, size) != 0 ||
	    r->size - r->at < 4 || get16(message + r->at) != (unsigned)chain->type ||
	    get16(message + r->at + 2) != CLASS_IN)
		return false;
	r->at += 4;
	return true;
}

/* Returns NULL, or what is wrong. */
static const char *read_head(struct reader *r, const struct dns_chain *chain)
{
	const unsigned char *message = r->message;

	if (r->size < HEADER_SIZE)
		return "an answer that is too short";
	if ((message[2] & 0xf8) != 0x80)
		return "an answer that is none";
	r->rcode = message[3] & RCODE_MASK;
	r->answers = get16(message + 6);
	r->authorities = get16(message + 8);
	r->additionals = get16(message + 10);
	return read_question(r, chain) ? NULL : "an answer to another question";
}

bool dns_message_is_incomplete(const unsigned char *message, size_t size)
{
	unsigned rcode;

	if (size < HEADER_SIZE || (message[2] & 0xf8) != 0x80)
		return false;
	rcode = message[3] & RCODE_MASK;
	return rcode == RCODE_FORMERR ||
	       (get16(message + 4) == 0 && (rcode != RCODE_OK || message[2] & FLAG_TRUNCATED));
}

size_t dns_message_complete(unsigned char *message, size_t size, size_t room,
			    const struct dns_chain *chain)
{
	const unsigned char flags[] = { message[2], message[3] };
	struct reader r; /* large: not cleared */

	r.message = message;
	r.size = size;
	if (room < DNS_QUERY_MAX || (get16(message + 4) != 0 && !read_question(&r, chain)))
		return size;
	size = dns_message_write(message, get16(message), chain->name, chain->type, true);
	message[2] |= 0x80 | (flags[0] & FLAG_TRUNCATED);
	message[3] = flags[1] & RCODE_MASK;
	return size;
}

static const char *read_answers(struct reader *r)
{
	if (r->answers > DNS_RECORDS_MAX)
		return "an answer with too many records";
	for (unsigned i = 0; i < r->answers; i++)
		if (read_record(r, &r->records[i]) < 0)
			return "a malformed answer";
	return NULL;
}

/* Whether a record belongs to the name. */
static bool owns(const struct reader *r, const struct record *record, const unsigned char *name)
{
	unsigned char owner[DNS_WIRE_MAX];
	size_t at = record->owner;
	const size_t size = dns_name_read(owner, r->message, r->size, &at);

	return record->class == CLASS_IN && size && memcmp(owner, name, size) == 0;
}

static const struct record *find(const struct reader *r, unsigned type, const unsigned char *name)
{
	for (unsigned i = 0; i < r->answers; i++)
		if (r->records[i].type == type && owns(r, &r->records[i], name))
			return &r->records[i];
	return NULL;
}

/* Goes on to the last name for which the message has a CNAME. Returns NULL, or what is wrong. */
static const char *follow(const struct reader *r, struct dns_chain *chain)
{
	const struct record *alias;

	while (!find(r, chain->type, chain->name) && (alias = find(r, TYPE_CNAME, chain->name))) {
		size_t at = alias->data;

		if (!dns_name_read(chain->name, r->message, alias->data + alias->data_size, &at) ||
		    at != alias->data + alias->data_size)
			return "a malformed answer";
		if (alias->ttl < chain->ttl)
			chain->ttl = alias->ttl;
		if (++chain->links > DNS_LINKS_MAX)
			return "a CNAME chain that is too long or loops";
	}
	return NULL;
}

/* ---- The records of an answer ---- */

static int build_text(struct building *b, struct mg_dns_record *record, const void *text,
		      size_t size)
{
	if (size >= TEXT_MAX - b->used)
		return -1;
	memcpy(b->text + b->used, text, size);
	record->text = b->text + b->used;
	record->size += size;
	b->used += size;
	return 0;
}

static int build_name(struct building *b, struct mg_dns_record *record, const struct reader *r,
		      size_t at, size_t end)
{
	unsigned char name[DNS_WIRE_MAX];
	char text[DNS_TEXT_MAX];

	if (!dns_name_read(name, r->message, end, &at) || at != end)
		return -1;
	return build_text(b, record, text, dns_name_to_text(text, name));
}

/* Character-strings, which fill the record exactly. */
static int build_strings(struct building *b, struct mg_dns_record *record,
			 const unsigned char *data, size_t size)
{
	const char *const begin = b->text + b->used;

	if (size == 0)
		return -1;
	while (size > 0) {
		const size_t length = data[0];

		if (length >= size || build_text(b, record, data + 1, length) < 0)
			return -1;
		data += length + 1;
		size -= length + 1;
	}
	record->text = begin;
	return 0;
}

static int build_record(struct building *b, const struct reader *r, const struct record *from)
{
	struct mg_dns_record *record = &b->records[b->n];
	const unsigned char *data = r->message + from->data;
	const size_t size = from->data_size, end = from->data + size;

	*record = (struct mg_dns_record){ .text = "" };
	b->n++;
	switch (from->type) {
	case MG_DNS_A:
		if (size != sizeof(record->u.a))
			return -1;
		memcpy(&record->u.a, data, size);
		return 0;
	case MG_DNS_AAAA:
		if (size != sizeof(record->u.aaaa))
			return -1;
		memcpy(&record->u.aaaa, data, size);
		return 0;
	case MG_DNS_MX:
		if (size < 3)
			return -1;
		record->u.preference = get16(data);
		return build_name(b, record, r, from->data + 2, end);
	case MG_DNS_PTR:
		return build_name(b, record, r, from->data, end);
	case MG_DNS_TXT:
		return build_strings(b, record, data, size);
	default:
		return -1;
	}
}

static unsigned clamp(unsigned ttl, unsigned min, unsigned max)
{
	return ttl < min ? min : ttl > max ? max : ttl;
}

static struct dns_answer *make(const struct reader *r, const struct dns_chain *chain,
			       struct mg_dns_answer *answer)
{
	char name[DNS_TEXT_MAX];

	dns_name_to_text(name, chain->name);
	answer->name = name;
	answer->authentic = r->message[3] & 0x20;
	return dns_answer_copy(answer);
}

/* Returns NULL when a record is malformed, or all are too large. */
static struct dns_answer *build(const struct reader *r, const struct dns_chain *chain,
				const struct dns_limits *limits)
{
	struct building b; /* large: not cleared */
	unsigned ttl = chain->ttl;

	b.n = b.used = 0;
	for (unsigned i = 0; i < r->answers; i++) {
		const struct record *record = &r->records[i];

		if (record->type != (unsigned)chain->type || !owns(r, record, chain->name))
			continue;
		if (build_record(&b, r, record) < 0)
			return NULL;
		if (record->ttl < ttl)
			ttl = record->ttl;
	}
	return make(r, chain,
		    &(struct mg_dns_answer){ .status = MG_DNS_FOUND,
					     .n = b.n,
					     .records = b.records,
					     .ttl = clamp(ttl, limits->ttl_min, limits->ttl_max) });
}

/* ---- Negative answers (RFC 2308) ---- */

struct rest {
	unsigned ttl; /* of the SOA; UINT_MAX without one */
	bool has_ns;
	unsigned extended_rcode;
};

/*
 * How long the negative answer holds: the SOA's own TTL or its last number, whichever is less
 * (section 5).
 */
static int read_soa(const struct reader *r, const struct record *soa, struct rest *rest)
{
	unsigned char name[DNS_WIRE_MAX];
	const size_t end = soa->data + soa->data_size;
	size_t at = soa->data;

	if (!dns_name_read(name, r->message, end, &at) ||
	    !dns_name_read(name, r->message, end, &at) || end - at != 20)
		return -1;

	const unsigned minimum = get32(r->message + at + 16);

	rest->ttl = minimum < soa->ttl ? minimum : soa->ttl;
	return 0;
}

static int read_rest(struct reader *r, struct rest *rest)
{
	struct record record;

	*rest = (struct rest){ .ttl = UINT_MAX };
	for (unsigned i = 0; i < r->authorities + r->additionals; i++) {
		if (read_record(r, &record) < 0)
			return -1;
		if (record.type == TYPE_OPT)
			rest->extended_rcode = record.ttl >> 24;
		if (i >= r->authorities || record.class != CLASS_IN)
			continue;
		rest->has_ns = rest->has_ns || record.type == DNS_TYPE_NS;
		if (record.type == TYPE_SOA && read_soa(r, &record, rest) < 0)
			return -1;
	}
	return 0;
}

/* No record was found for the last name of the chain. */
static enum dns_reading read_negative(struct reader *r, struct dns_chain *chain, unsigned links,
				      const struct dns_limits *limits, struct dns_answer **answer_r,
				      const char **why_r)
{
	struct mg_dns_answer answer = { .status = r->rcode == RCODE_NXDOMAIN ? MG_DNS_NXDOMAIN
									     : MG_DNS_NODATA };
	struct rest rest;

	*why_r = "an answer to something else";
	if (r->answers && chain->links == links)
		return DNS_GARBAGE;
	*why_r = "a malformed answer";
	if (read_rest(r, &rest) < 0)
		return DNS_GARBAGE;
	*why_r = "no EDNS";
	if (rest.extended_rcode)
		return DNS_NO_EDNS;
	if (r->rcode == RCODE_OK && rest.ttl == UINT_MAX) {
		if (chain->links > links)
			return DNS_CHAIN;
		*why_r = "a referral: the server does not look names up";
		/* Neither recursion nor authority. */
		if (rest.has_ns && !(r->message[3] & 0x80) && !(r->message[2] & 0x04))
			return DNS_REFUSED;
	}
	/* Without an SOA it is not to be kept (section 5): for the least time. */
	if (rest.ttl > chain->ttl)
		rest.ttl = chain->ttl;
	if (rest.ttl == UINT_MAX)
		rest.ttl = 0;
	answer.ttl = clamp(rest.ttl, limits->ttl_min, limits->negative_ttl_max);
	*answer_r = make(r, chain, &answer);
	return DNS_ANSWER;
}

static enum dns_reading read_sections(struct reader *r, struct dns_chain *chain,
				      const struct dns_limits *limits, struct dns_answer **answer_r,
				      const char **why_r)
{
	const unsigned links = chain->links;

	*why_r = read_answers(r);
	if (!*why_r)
		*why_r = follow(r, chain);
	if (*why_r)
		return DNS_GARBAGE;
	if (!find(r, chain->type, chain->name))
		return read_negative(r, chain, links, limits, answer_r, why_r);
	*why_r = "records and NXDOMAIN in one answer";
	if (r->rcode != RCODE_OK)
		return DNS_GARBAGE;
	*why_r = "a malformed or too large answer";
	*answer_r = build(r, chain, limits);
	return *answer_r ? DNS_ANSWER : DNS_GARBAGE;
}

/* What is no good answer leaves the chain as it is: another server may still have one. */
static enum dns_reading read_body(struct reader *r, struct dns_chain *chain,
				  const struct dns_limits *limits, struct dns_answer **answer_r,
				  const char **why_r)
{
	struct dns_chain followed = *chain;
	const enum dns_reading reading = read_sections(r, &followed, limits, answer_r, why_r);

	if (reading == DNS_CHAIN)
		*chain = followed;
	return reading;
}

enum dns_reading dns_message_read(const unsigned char *message, size_t size,
				  struct dns_chain *chain, const struct dns_limits *limits,
				  struct dns_answer **answer_r, const char **why_r)
{
	struct reader r; /* large: not cleared */

	r.message = message;
	r.size = size;
	*why_r = read_head(&r, chain);
	if (*why_r)
		return DNS_GARBAGE;
	*why_r = "a truncated answer";
	if (message[2] & FLAG_TRUNCATED)
		return DNS_TRUNCATED;
	switch (r.rcode) {
	case RCODE_OK:
	case RCODE_NXDOMAIN:
		return read_body(&r, chain, limits, answer_r, why_r);
	case RCODE_FORMERR:
		*why_r = "FORMERR";
		return DNS_NO_EDNS;
	case RCODE_NOTIMP:
		*why_r = "NOTIMP";
		return DNS_REFUSED;
	case RCODE_REFUSED:
		*why_r = "REFUSED";
		return DNS_REFUSED;
	case RCODE_SERVFAIL:
		*why_r = "SERVFAIL";
		return DNS_REFUSED;
	default:
		*why_r = "an error of the server";
		return DNS_REFUSED;
	}
}
