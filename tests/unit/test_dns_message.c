/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages of DNS: which are accepted, and what hostile ones lead to. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/message.h"
#include "run.h"

static const struct dns_limits limits = { 5, 86400, 3600 };

/* ---- Messages, built byte by byte ---- */

struct builder {
	unsigned char bytes[70000];
	size_t size;
};

static void add(struct builder *b, const void *bytes, size_t size)
{
	memcpy(b->bytes + b->size, bytes, size);
	b->size += size;
}

static void add16(struct builder *b, unsigned value)
{
	const unsigned char bytes[] = { (unsigned char)(value >> 8), (unsigned char)value };

	add(b, bytes, 2);
}

static void add_name(struct builder *b, const char *name)
{
	unsigned char wire[DNS_WIRE_MAX];
	const size_t size = dns_name_from_text(wire, name);

	add(b, wire, size);
}

static void begin(struct builder *b, unsigned flags, const char *name, unsigned type)
{
	b->size = 0;
	add16(b, 4711);
	add16(b, flags);
	add16(b, 1);
	add16(b, 0);
	add16(b, 0);
	add16(b, 0);
	add_name(b, name);
	add16(b, type);
	add16(b, 1);
}

/* section: 3 answer, 4 authority, 5 additional. */
static void record(struct builder *b, unsigned section, const char *owner, unsigned type,
		   unsigned ttl, const void *data, size_t size)
{
	add_name(b, owner);
	add16(b, type);
	add16(b, 1);
	add16(b, ttl >> 16);
	add16(b, ttl & 65535);
	add16(b, (unsigned)size);
	add(b, data, size);
	b->bytes[section * 2 + 1]++;
	if (!b->bytes[section * 2 + 1])
		b->bytes[section * 2]++;
}

static struct dns_chain chain_of(const char *name, enum mg_dns_type type)
{
	struct dns_chain chain = { .type = type, .ttl = UINT_MAX };

	ck_assert_uint_gt(dns_name_from_text(chain.name, name), 0);
	return chain;
}

static const char *why;

/* Reads a copy of the exact size. */
static enum dns_reading read_built(const struct builder *b, struct dns_chain *chain,
				   struct dns_answer **answer_r)
{
	unsigned char *copy = malloc(b->size);
	enum dns_reading reading;

	memcpy(copy, b->bytes, b->size);
	*answer_r = NULL;
	reading = dns_message_read(copy, b->size, chain, &limits, answer_r, &why);
	free(copy);
	ck_assert(!*answer_r == (reading != DNS_ANSWER));
	return reading;
}

static struct builder b;

START_TEST(test_query)
{
	unsigned char query[DNS_QUERY_MAX], name[DNS_WIRE_MAX];

	dns_name_from_text(name, "a.test");
	ck_assert_uint_eq(dns_message_write(query, 0x1234, name, MG_DNS_TXT, false), 24);
	ck_assert_mem_eq(query, "\x12\x34\x01\x20\0\1\0\0\0\0\0\0\1a\4test\0\0\x10\0\1", 24);
	ck_assert_uint_eq(dns_message_write(query, 1, name, MG_DNS_TXT, true), 35);
	ck_assert_mem_eq(query + 24, "\0\0\x29\x04\xd0\0\0\0\0\0\0", 11);
	ck_assert_uint_eq(query[11], 1);
}
END_TEST

START_TEST(test_found)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_A);
	struct dns_answer *answer;
	char text[16];

	begin(&b, 0x81a0, "A.test", MG_DNS_A);
	record(&b, 3, "a.test", 5, 400, "\1B\4test", 8);
	record(&b, 3, "b.test", MG_DNS_A, 300, "\300\0\2\1", 4);
	record(&b, 3, "B.TEST", MG_DNS_A, 200, "\300\0\2\2", 4);
	record(&b, 3, "other.test", MG_DNS_A, 1, "\300\0\2\3", 4);
	record(&b, 3, "b.test", 46, 1, "signature", 9);
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_ANSWER);
	ck_assert_int_eq(answer->public.status, MG_DNS_FOUND);
	ck_assert_uint_eq(answer->public.n, 2);
	ck_assert_uint_eq(answer->public.ttl, 200);
	ck_assert(answer->public.authentic);
	ck_assert_str_eq(answer->public.name, "b.test");
	ck_assert_str_eq(inet_ntop(AF_INET, &answer->public.records[1].u.a, text, sizeof(text)),
			 "192.0.2.2");
	dns_answer_unref(answer);
}
END_TEST

/* The chain may come in any order. */
START_TEST(test_chain_order)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_A);
	struct dns_answer *answer;

	begin(&b, 0x8180, "a.test", MG_DNS_A);
	record(&b, 3, "c.test", MG_DNS_A, 300, "\300\0\2\1", 4);
	record(&b, 3, "b.test", 5, 3, "\1c\4test", 8);
	record(&b, 3, "a.test", 5, 400, "\1b\4test", 8);
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_ANSWER);
	ck_assert_uint_eq(answer->public.n, 1);
	ck_assert_uint_eq(answer->public.ttl, 5); /* the floor */
	dns_answer_unref(answer);
}
END_TEST

START_TEST(test_mx)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_MX);
	struct dns_answer *answer;

	begin(&b, 0x8180, "a.test", MG_DNS_MX);
	record(&b, 3, "a.test", MG_DNS_MX, 0xffffffff, "\0\12\2Mx\300\14", 7);
	record(&b, 3, "a.test", MG_DNS_MX, 300000, "\1\0\0", 3);
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_ANSWER);
	ck_assert_uint_eq(answer->public.n, 2);
	ck_assert_uint_eq(answer->public.records[0].u.preference, 10);
	ck_assert_str_eq(answer->public.records[0].text, "mx.a.test");
	ck_assert_uint_eq(answer->public.records[0].size, 9);
	ck_assert_uint_eq(answer->public.records[1].u.preference, 256);
	ck_assert_str_eq(answer->public.records[1].text, "");
	ck_assert_uint_eq(answer->public.ttl, 5); /* a TTL with its first bit is 0 */
	dns_answer_unref(answer);
}
END_TEST

START_TEST(test_txt)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_TXT);
	struct dns_answer *answer;

	begin(&b, 0x8180, "a.test", MG_DNS_TXT);
	record(&b, 3, "a.test", MG_DNS_TXT, 300000, "\3a\0b\0\2cd", 8);
	record(&b, 3, "a.test", MG_DNS_TXT, 300000, "\0", 1);
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_ANSWER);
	ck_assert_uint_eq(answer->public.records[0].size, 5);
	ck_assert_mem_eq(answer->public.records[0].text, "a\0bcd", 6);
	ck_assert_uint_eq(answer->public.records[1].size, 0);
	ck_assert_uint_eq(answer->public.ttl, 86400); /* the ceiling */
	dns_answer_unref(answer);
}
END_TEST

#define SOA(minimum)  \
	"\2ns\0\1h\0" \
	"\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1" minimum
#define SOA_SIZE 27

static const struct {
	unsigned flags, soa_ttl; /* 0: none */
	const char *minimum;
	enum mg_dns_status want;
	unsigned ttl;
} negatives[] = {
	{ 0x8183, 300, "\0\0\0\36", MG_DNS_NXDOMAIN, 30 },
	{ 0x8180, 300, "\0\0\0\36", MG_DNS_NODATA, 30 },
	{ 0x8180, 20, "\0\0\0\36", MG_DNS_NODATA, 20 },
	{ 0x8180, 300, "\0\0\0\1", MG_DNS_NODATA, 5 },
	{ 0x8183, 90000, "\0\1\0\0", MG_DNS_NXDOMAIN, 3600 },
	{ 0x8183, 0, NULL, MG_DNS_NXDOMAIN, 5 },
	{ 0x8180, 0, NULL, MG_DNS_NODATA, 5 },
};

START_TEST(test_negative)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_A);
	struct dns_answer *answer;
	unsigned char soa[SOA_SIZE] = SOA("");

	begin(&b, negatives[_i].flags, "a.test", MG_DNS_A);
	if (negatives[_i].minimum) {
		memcpy(soa + SOA_SIZE - 4, negatives[_i].minimum, 4);
		record(&b, 4, "test", 6, negatives[_i].soa_ttl, soa, SOA_SIZE);
	}
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_ANSWER);
	ck_assert_int_eq(answer->public.status, negatives[_i].want);
	ck_assert_uint_eq(answer->public.ttl, negatives[_i].ttl);
	ck_assert_uint_eq(answer->public.n, 0);
	dns_answer_unref(answer);
}
END_TEST

static const struct {
	unsigned flags;
	enum dns_reading want;
	const char *why;
} codes[] = {
	{ 0x8181, DNS_NO_EDNS, "FORMERR" },
	{ 0x8184, DNS_REFUSED, "NOTIMP" },
	{ 0x8185, DNS_REFUSED, "REFUSED" },
	{ 0x8182, DNS_REFUSED, "SERVFAIL" },
	{ 0x8189, DNS_REFUSED, "an error of the server" },
	{ 0x8380, DNS_TRUNCATED, "a truncated answer" },
	{ 0x0100, DNS_GARBAGE, "an answer that is none" },
	{ 0xa980, DNS_GARBAGE, "an answer that is none" },
};

START_TEST(test_codes)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_A);
	struct dns_answer *answer;

	begin(&b, codes[_i].flags, "a.test", MG_DNS_A);
	ck_assert_int_eq(read_built(&b, &chain, &answer), codes[_i].want);
	ck_assert_str_eq(why, codes[_i].why);
}
END_TEST

/*
 * Further records do not turn them into answers to another question: a DNAME with its CNAME,
 * signatures.
 */
START_TEST(test_alias_to_nothing)
{
	struct dns_chain chain = chain_of("a.b.test", MG_DNS_TXT);
	struct dns_answer *answer;

	begin(&b, 0x8180, "a.b.test", MG_DNS_TXT);
	record(&b, 3, "b.test", 39, 300, "\1c\4test", 8);
	record(&b, 3, "b.test", 46, 300, "signature", 9);
	record(&b, 3, "a.b.test", 5, 300, "\1a\1c\4test", 10);
	record(&b, 4, "test", 6, 300, SOA("\0\0\0\36"), SOA_SIZE);
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_ANSWER);
	ck_assert_int_eq(answer->public.status, MG_DNS_NODATA);
	ck_assert_str_eq(answer->public.name, "a.c.test");
	dns_answer_unref(answer);
}
END_TEST

START_TEST(test_half_chain)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_A);
	struct dns_answer *answer;
	char text[DNS_TEXT_MAX];

	begin(&b, 0x8180, "a.test", MG_DNS_A);
	record(&b, 3, "a.test", 5, 77, "\1b\4test", 8);
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_CHAIN);
	dns_name_to_text(text, chain.name);
	ck_assert_str_eq(text, "b.test");
	ck_assert_uint_eq(chain.ttl, 77);
	ck_assert_uint_eq(chain.links, 1);

	begin(&b, 0x8180, "b.test", MG_DNS_A);
	record(&b, 3, "b.test", MG_DNS_A, 300, "\300\0\2\1", 4);
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_ANSWER);
	ck_assert_uint_eq(answer->public.ttl, 77);
	ck_assert_str_eq(answer->public.name, "b.test");
	dns_answer_unref(answer);
}
END_TEST

START_TEST(test_referral)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_A);
	struct dns_answer *answer;

	begin(&b, 0x8100, "a.test", MG_DNS_A);
	record(&b, 4, "test", 2, 300, "\2ns\0", 4);
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_REFUSED);
}
END_TEST

static const struct {
	unsigned flags;
	const char *name; /* in the question; NULL: there is none */
	bool complete;
	enum dns_reading reading;
} incompletes[] = {
	{ 0x8181, NULL, true, DNS_NO_EDNS },   { 0x8181, "A.test", true, DNS_NO_EDNS },
	{ 0x8182, NULL, true, DNS_REFUSED },   { 0x8185, NULL, true, DNS_REFUSED },
	{ 0x8184, NULL, true, DNS_REFUSED },   { 0x818f, NULL, true, DNS_REFUSED },
	{ 0x8183, NULL, true, DNS_ANSWER },    { 0x8383, NULL, true, DNS_TRUNCATED },
	{ 0x8380, NULL, true, DNS_TRUNCATED }, { 0x8181, "b.test", false, 0 },
	{ 0x8180, "a.test", false, 0 },        { 0x8180, NULL, false, 0 },
	{ 0x8182, "a.test", false, 0 },        { 0x8182, "b.test", false, 0 },
	{ 0x8183, "a.test", false, 0 },        { 0x0102, NULL, false, 0 },
	{ 0x0101, "a.test", false, 0 },        { 0x8181, "", false, 0 },
};

/* It becomes one that c-ares hands on unchanged: with the question, and with an OPT record. */
START_TEST(test_incomplete)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_A);
	unsigned char query[DNS_QUERY_MAX];
	struct dns_answer *answer;
	size_t size, want;

	begin(&b, incompletes[_i].flags, incompletes[_i].name ? incompletes[_i].name : "",
	      MG_DNS_A);
	if (!incompletes[_i].name) {
		b.bytes[5] = 0;
		b.size = 12;
	}
	size = b.size;
	if (dns_message_is_incomplete(b.bytes, b.size))
		b.size = dns_message_complete(b.bytes, b.size, sizeof(b.bytes), &chain);
	if (!incompletes[_i].complete) {
		ck_assert_uint_eq(b.size, size);
		return;
	}
	want = dns_message_write(query, 4711, chain.name, MG_DNS_A, true);
	ck_assert_uint_eq(b.size, want);
	ck_assert_mem_eq(b.bytes + 4, query + 4, want - 4);
	ck_assert_int_eq(read_built(&b, &chain, &answer), incompletes[_i].reading);
	if (incompletes[_i].reading == DNS_ANSWER) {
		ck_assert_int_eq(answer->public.status, MG_DNS_NXDOMAIN);
		dns_answer_unref(answer);
	}
	/* Without room nothing is written. */
	ck_assert_uint_eq(dns_message_complete(b.bytes, 12, DNS_QUERY_MAX - 1, &chain), 12);
}
END_TEST

START_TEST(test_badvers)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_A);
	struct dns_answer *answer;

	begin(&b, 0x8180, "a.test", MG_DNS_A);
	record(&b, 5, "", 41, 1U << 24, "", 0);
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_NO_EDNS);
}
END_TEST

/* ---- Hostile messages; each leaves the chain unchanged ---- */

static void build_loop(void)
{
	record(&b, 3, "a.test", 5, 300, "\1b\4test", 8);
	record(&b, 3, "b.test", 5, 300, "\1a\4test", 8);
}

static void build_self(void)
{
	record(&b, 3, "a.test", 5, 300, "\1a\4test", 8);
}

static void build_long_chain(void)
{
	char owner[] = "a.test", target[] = "\1b\4test";

	for (int i = 0; i < DNS_LINKS_MAX + 1; i++, owner[0]++, target[1]++)
		record(&b, 3, owner, 5, 300, target, 8);
	record(&b, 3, owner, MG_DNS_A, 300, "\300\0\2\1", 4);
}

static void build_short_address(void)
{
	record(&b, 3, "a.test", MG_DNS_A, 300, "\300\0\2", 3);
}

static void build_long_address(void)
{
	record(&b, 3, "a.test", MG_DNS_A, 300, "\300\0\2\1\1", 5);
}

static void build_missing_record(void)
{
	record(&b, 3, "a.test", MG_DNS_A, 300, "\300\0\2\1", 4);
	b.bytes[7]++;
}

static void build_cut_record(void)
{
	record(&b, 3, "a.test", MG_DNS_A, 300, "\300\0\2\1", 4);
	b.size--;
}

static void build_many(void)
{
	for (int i = 0; i < DNS_RECORDS_MAX + 1; i++)
		record(&b, 3, "a.test", MG_DNS_A, 300, "\300\0\2\1", 4);
}

static void build_alias_beyond(void)
{
	record(&b, 3, "a.test", 5, 300, "\1b\4test", 7);
	add(&b, "\0", 1);
}

static void build_alias_and_more(void)
{
	record(&b, 3, "a.test", 5, 300, "\1b\0x", 4);
}

static void build_bad_soa(void)
{
	record(&b, 4, "test", 6, 300, "\2ns\0\1h\0\0\0", 9);
}

static void build_other_question(void)
{
	begin(&b, 0x8180, "b.test", MG_DNS_A);
}

static void build_other_type(void)
{
	begin(&b, 0x8180, "a.test", MG_DNS_TXT);
}

static void build_no_question(void)
{
	b.bytes[5] = 0;
}

static void build_two_questions(void)
{
	b.bytes[5] = 2;
}

static void build_lie(void)
{
	record(&b, 3, "a.test", MG_DNS_A, 300, "\300\0\2\1", 4);
	b.bytes[3] = 0x83;
}

static void build_wrong_type(void)
{
	record(&b, 3, "a.test", MG_DNS_AAAA, 300, "\300\0\2\1", 4);
}

static void build_wrong_owner(void)
{
	record(&b, 3, "evil.test", MG_DNS_A, 300, "\300\0\2\1", 4);
	record(&b, 4, "test", 6, 300, SOA("\0\0\0\36"), SOA_SIZE);
}

static void build_wrong_class(void)
{
	record(&b, 3, "a.test", MG_DNS_A, 300, "\300\0\2\1", 4);
	b.bytes[b.size - 11] = 3; /* CH */
}

static void build_other_names_end(void)
{
	record(&b, 3, "evil.test", 5, 300, "\1c\4test", 8);
	b.bytes[3] = 0x83;
}

static void build_header_only(void)
{
	b.size = 12;
}

static void build_nothing(void)
{
	b.size = 5;
}

static const struct {
	const char *what;
	void (*build)(void);
} hostile[] = {
	{ "CNAMEs in a circle", build_loop },
	{ "a CNAME to itself", build_self },
	{ "too many CNAMEs", build_long_chain },
	{ "an address of 3 bytes", build_short_address },
	{ "an address of 5 bytes", build_long_address },
	{ "a record less than announced", build_missing_record },
	{ "a record that is cut", build_cut_record },
	{ "too many records", build_many },
	{ "a CNAME that goes on behind its data", build_alias_beyond },
	{ "a CNAME with something behind it", build_alias_and_more },
	{ "a short SOA", build_bad_soa },
	{ "another name's answer", build_other_question },
	{ "another type's answer", build_other_type },
	{ "no question", build_no_question },
	{ "two questions", build_two_questions },
	{ "NXDOMAIN with records", build_lie },
	{ "another type's record", build_wrong_type },
	{ "another name's record", build_wrong_owner },
	{ "another class's record", build_wrong_class },
	{ "NXDOMAIN with another name's record", build_other_names_end },
	{ "a header only", build_header_only },
	{ "5 bytes", build_nothing },
};

START_TEST(test_hostile)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_A);
	const struct dns_chain before = chain;
	struct dns_answer *answer;

	begin(&b, 0x8180, "a.test", MG_DNS_A);
	hostile[_i].build();
	ck_assert_msg(read_built(&b, &chain, &answer) == DNS_GARBAGE, "%s is read as an answer",
		      hostile[_i].what);
	ck_assert_mem_eq(chain.name, before.name, dns_name_size(before.name));
	ck_assert_uint_eq(chain.links, 0);
	ck_assert(why && *why);
}
END_TEST

static const struct {
	enum mg_dns_type type;
	const char *data;
	size_t size;
} bad_data[] = {
	{ MG_DNS_AAAA, "\0\0\0\0", 4 },    { MG_DNS_MX, "\0\12", 2 },
	{ MG_DNS_MX, "\0\12\1", 3 },       { MG_DNS_MX, "\0\12\0\0", 4 },
	{ MG_DNS_MX, "\0\12\300\377", 4 }, { MG_DNS_PTR, "", 0 },
	{ MG_DNS_PTR, "\1a", 2 },          { MG_DNS_TXT, "", 0 },
	{ MG_DNS_TXT, "\5abc", 4 },        { MG_DNS_TXT, "\1a\1", 3 },
};

START_TEST(test_bad_data)
{
	struct dns_chain chain = chain_of("a.test", bad_data[_i].type);
	struct dns_answer *answer;

	begin(&b, 0x8180, "a.test", bad_data[_i].type);
	record(&b, 3, "a.test", bad_data[_i].type, 300, bad_data[_i].data, bad_data[_i].size);
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_GARBAGE);
}
END_TEST

/* Compressed names can make an answer many times as large as the message: there is a limit. */
START_TEST(test_too_large)
{
	struct dns_chain chain = chain_of("a.test", MG_DNS_MX);
	struct dns_answer *answer;
	unsigned char data[300] = { 0, 10 };
	size_t first;

	begin(&b, 0x8180, "a.test", MG_DNS_MX);
	for (size_t i = 0; i < 3; i++) {
		data[2 + i * 64] = 63;
		memset(data + 3 + i * 64, 1, 63);
	}
	first = b.size + 8 + 10 + 2;
	record(&b, 3, "a.test", MG_DNS_MX, 300, data, 2 + 3 * 64 + 1);
	for (int i = 0; i < 400; i++) {
		const unsigned char pointer[] = { 0, 10, (unsigned char)(0xc0 | first >> 8),
						  (unsigned char)first };

		record(&b, 3, "a.test", MG_DNS_MX, 300, pointer, 4);
	}
	ck_assert_int_eq(read_built(&b, &chain, &answer), DNS_GARBAGE);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_test(tcase, test_query);
	tcase_add_test(tcase, test_found);
	tcase_add_test(tcase, test_chain_order);
	tcase_add_test(tcase, test_mx);
	tcase_add_test(tcase, test_txt);
	tcase_add_loop_test(tcase, test_negative, 0, COUNT(negatives));
	tcase_add_loop_test(tcase, test_codes, 0, COUNT(codes));
	tcase_add_test(tcase, test_alias_to_nothing);
	tcase_add_test(tcase, test_half_chain);
	tcase_add_test(tcase, test_referral);
	tcase_add_loop_test(tcase, test_incomplete, 0, COUNT(incompletes));
	tcase_add_test(tcase, test_badvers);
	tcase_add_loop_test(tcase, test_hostile, 0, COUNT(hostile));
	tcase_add_loop_test(tcase, test_bad_data, 0, COUNT(bad_data));
	tcase_add_test(tcase, test_too_large);
	return run_tests("dns_message", tcase);
}
