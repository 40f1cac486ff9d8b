/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "sender-domain" over a fake host and a resolver with canned answers. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../dns/patience.h"
#include "policy_help.h"

fake_register mg_builtin_sender_domain_policy;

#define TLD "on unknown-tld reject"

static void open_with(const char *block, const char *records)
{
	fake_dns = stub_new();
	stub_add(fake_dns, records);
	fake_must_open(mg_builtin_sender_domain_policy, block);
	fake.client = "198.51.100.7";
	fake.sender = "a@example.org";
}

static const char *run(void)
{
	fake_start(MG_MAIL);
	return fake_run(MG_MAIL);
}

static const struct {
	const char *block, *sender, *records, *want, *host;
	unsigned questions;
} cases[] = {
	/* nothing to look up */
	{ "", "", "", "none", "", 0 },
	{ "", "postmaster", "", "none", "", 0 },
	{ "", "a@", "", "none", "", 0 },
	{ "", "a@[192.0.2.1]", "", "none", "", 0 },
	{ "", "a@[IPv6:2001:db8::1]", "", "none", "", 0 },
	/* MX */
	{ "", "a@example.org", "example.org MX 10 mx.example.net\nmx.example.net A 192.0.2.1",
	  "exists", "mx.example.net", 2 },
	{ "", "a@EXAMPLE.org", "example.org MX 10 mx.example.net\nmx.example.net A 192.0.2.1",
	  "exists", "mx.example.net", 2 },
	{ "", "\"a@b\"@example.org", "example.org MX 10 mx.example.net\nmx.example.net A 192.0.2.1",
	  "exists", "mx.example.net", 2 },
	{ "", "a@bücher.example",
	  "xn--bcher-kva.example MX 10 mx.example.net\nmx.example.net A 192.0.2.1", "exists",
	  "mx.example.net", 2 },
	{ "", "a@example.org", "example.org MX 10 mx.example.net\nmx.example.net AAAA 2001:db8::1",
	  "exists", "mx.example.net", 3 },
	{ "", "a@example.org",
	  "example.org MX 20 b.example.net\nexample.org MX 10 a.example.net\n"
	  "a.example.net A 192.0.2.1\nb.example.net A 192.0.2.2",
	  "exists", "a.example.net", 3 },
	{ "", "a@example.org",
	  "example.org MX 10 a.example.net\nexample.org MX 20 b.example.net\n"
	  "b.example.net A 192.0.2.2",
	  "exists", "b.example.net", 3 },
	{ "", "a@example.org",
	  "example.org MX 10 a.example.net\nexample.org MX 20 b.example.net\n"
	  "a.example.net A !failed\n"
	  "b.example.net A 192.0.2.2",
	  "exists", "b.example.net", 4 },
	/* null MX (RFC 7505) */
	{ "", "a@example.org", "example.org MX 0 .", "null-mx", ".", 1 },
	{ "", "a@example.org", "example.org MX 10 .", "null-mx", ".", 1 },
	{ "", "a@example.org",
	  "example.org MX 0 .\nexample.org MX 10 mx.example.net\nmx.example.net A 192.0.2.1",
	  "exists", "mx.example.net", 2 },
	{ "", "a@example.org", "example.org MX 0 .\nexample.org MX 10 .", "bad-mx", ".", 1 },
	/* MX without an address, or with addresses that are not public */
	{ "", "a@example.org", "example.org MX 10 mx.example.net", "bad-mx", "mx.example.net", 2 },
	{ "", "a@example.org", "example.org MX 10 localhost\nlocalhost A 127.0.0.1", "bad-mx",
	  "localhost", 3 },
	{ "", "a@example.org", "example.org MX 10 mx.example.net\nmx.example.net A 10.1.2.3",
	  "bad-mx", "mx.example.net", 3 },
	{ "", "a@example.org", "example.org MX 10 mx.example.net\nmx.example.net A 172.31.255.1",
	  "bad-mx", "mx.example.net", 3 },
	{ "", "a@example.org", "example.org MX 10 mx.example.net\nmx.example.net A 192.168.1.1",
	  "bad-mx", "mx.example.net", 3 },
	{ "", "a@example.org", "example.org MX 10 mx.example.net\nmx.example.net A 0.0.0.0",
	  "bad-mx", "mx.example.net", 3 },
	{ "", "a@example.org", "example.org MX 10 mx.example.net\nmx.example.net AAAA ::1",
	  "bad-mx", "mx.example.net", 3 },
	{ "", "a@example.org", "example.org MX 10 mx.example.net\nmx.example.net AAAA fe80::1",
	  "bad-mx", "mx.example.net", 3 },
	{ "", "a@example.org",
	  "example.org MX 10 mx.example.net\nmx.example.net AAAA ::ffff:127.0.0.1", "bad-mx",
	  "mx.example.net", 3 },
	{ "", "a@example.org",
	  "example.org MX 10 mx.example.net\nmx.example.net A 10.1.2.3\nmx.example.net A 192.0.2.1",
	  "exists", "mx.example.net", 2 },
	{ "", "a@example.org", "example.org MX 10 192.0.2.1", "bad-mx", "192.0.2.1", 2 },
	{ "", "a@example.org",
	  "example.org MX 20 b.example.net\nexample.org MX 10 a.example.net\nexample.org MX 5 .",
	  "bad-mx", "a.example.net", 3 },
	/* no MX: the domain's own address (RFC 5321, 5.1) */
	{ "", "a@example.org", "example.org A 192.0.2.1", "exists", "example.org", 3 },
	{ "", "a@example.org", "example.org AAAA 2001:db8::1", "exists", "example.org", 3 },
	{ "", "a@example.org", "example.org A 127.0.0.1", "bad-mx", "example.org", 3 },
	{ "", "a@example.org", "example.org TXT hello", "no-mail", "example.org", 3 },
	/* no such domain */
	{ "", "a@example.org", "", "unknown", "", 1 },
	{ "", "a@ex$ample.org", "", "unknown", "", 0 },
	{ "", "a@example..org", "", "unknown", "", 0 },
	{ TLD, "a@example.org", "", "unknown-tld", "", 2 },
	{ TLD, "a@example.org", "org TXT here", "unknown", "", 2 },
	{ TLD, "a@example.org", "org A !failed", "unknown", "", 2 },
	{ TLD, "a@example.org", "example.org A 192.0.2.1", "exists", "example.org", 3 },
	/* failures */
	{ "", "a@example.org", "example.org MX !failed", "error", "", 1 },
	{ "", "a@example.org", "example.org MX !late", "timeout", "", 1 },
	{ "", "a@example.org", "example.org MX !dead", "timeout", "", 1 },
	{ "", "a@example.org", "example.org MX 10 mx.example.net\nmx.example.net A !failed",
	  "error", "mx.example.net", 3 },
	{ "", "a@example.org", "example.org MX 10 mx.example.net\nmx.example.net A !late",
	  "timeout", "mx.example.net", 3 },
	{ "", "a@example.org",
	  "example.org MX 10 mx.example.net\nmx.example.net A !failed\n"
	  "mx.example.net AAAA 2001:db8::1",
	  "exists", "mx.example.net", 3 },
	{ "", "a@example.org", "example.org MX !nodata\nexample.org A !failed", "error",
	  "example.org", 3 },
};

START_TEST(judges)
{
	open_with(cases[_i].block, cases[_i].records);
	fake.sender = cases[_i].sender;
	ck_assert_msg(strcmp(run(), cases[_i].want) == 0, "%d: got %s (%s), want %s", _i,
		      fake_said.result, fake_said.detail, cases[_i].want);
	ck_assert_str_eq(fake_value("host"), cases[_i].host);
	ck_assert_msg(stub_questions(fake_dns) == cases[_i].questions, "%d: %u questions:\n%s", _i,
		      stub_questions(fake_dns), stub_list(fake_dns));
}
END_TEST

/* The results of both readings, in their order. */
static void must_find_both(const char *sender, const char *macro, const char *first,
			   const char *domain, const char *second)
{
	open_with("", "example.org MX 0 .\nexample.net A 192.0.2.1\n");
	fake.sender = sender;
	fake.sender_macro = macro;
	ck_assert_str_eq(run(), second);
	ck_assert_uint_eq(nfake_also, 1);
	ck_assert_str_eq(fake_also[0].result, first);
	ck_assert_str_eq(fake_also[0].value[0], domain);
	policy_close();
}

START_TEST(both_readings_count)
{
	must_find_both("<a%example.net@example.org>", "a@example.net", "exists", "example.net",
		       "null-mx");
	must_find_both("<a%example.org@example.net>", "a@example.org", "null-mx", "example.org",
		       "exists");
	must_find_both("<a%example.net@b.example.net>", "a@example.net", "exists", "example.net",
		       "unknown");
}
END_TEST

START_TEST(local_mail)
{
	open_with("", "");
	fake.submitted_locally = true;
	ck_assert_str_eq(run(), "none");
	ck_assert_uint_eq(stub_questions(fake_dns), 0);
}
END_TEST

START_TEST(number_of_hosts_is_bounded)
{
	char line[100];

	open_with("", "");
	for (int i = 0; i < 50; i++) {
		snprintf(line, sizeof(line), "example.org MX %d mx%d.example.net", 100 - i, i);
		stub_add(fake_dns, line);
	}
	stub_add(fake_dns, "mx44.example.net A 192.0.2.1"); /* the sixth host is not looked at */
	ck_assert_str_eq(run(), "error");                   /* it may be good */
	ck_assert_str_eq(fake_value("host"), "mx49.example.net");
	ck_assert_ptr_nonnull(strstr(fake_said.detail, "more mail hosts than max-hosts"));
	ck_assert_uint_eq(stub_asked(fake_dns, "mx49.example.net", MG_DNS_A), 1);
	ck_assert_uint_eq(stub_asked(fake_dns, "mx44.example.net", MG_DNS_A), 0);
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 5);
	policy_close();

	open_with("max-hosts 6", "");
	for (int i = 0; i < 50; i++) {
		snprintf(line, sizeof(line), "example.org MX %d mx%d.example.net", 100 - i, i);
		stub_add(fake_dns, line);
	}
	stub_add(fake_dns, "mx44.example.net A 192.0.2.1");
	ck_assert_str_eq(run(), "exists");
}
END_TEST

/* One round trip each: the mail hosts, all their IPv4 addresses, their IPv6 addresses. */
START_TEST(three_round_trips_at_most)
{
	open_with("", "example.org MX 1 a.example.net\nexample.org MX 2 b.example.net\n"
		      "example.org MX 3 c.example.net\n"
		      "example.org MX 4 d.example.net\na.example.net TXT x\nb.example.net TXT x\n"
		      "c.example.net TXT x\nd.example.net TXT x\n");
	stub_round_trips(fake_dns, 1, 4, 4);
	ck_assert_str_eq(run(), "bad-mx");
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 4 + 4);
}
END_TEST

START_TEST(late_is_a_timeout)
{
	open_with("", "");
	stub_delay(fake_dns, NULL, STUB_HELD);
	fake_time = 50;
	ck_assert_str_eq(run(), "timeout");
}
END_TEST

START_TEST(bad_configuration)
{
	static const char *const blocks[] = { "max-hosts 0", "max-hosts 21", "max-host 3" };

	ck_assert_int_eq(fake_open(mg_builtin_sender_domain_policy, blocks[_i]), -1);
	fake_close();
}
END_TEST

/* Many mail hosts, two of each preference; those that are looked at come last. */
START_TEST(long_answers)
{
	enum { RECORDS = 256, MESSAGES = 2000 };
	char *records = NULL;
	size_t size;
	FILE *text = open_memstream(&records, &size);
	int64_t began;

	for (int i = 0; i < RECORDS; i++)
		fprintf(text, "example.org MX %d h%d.example.net\n", (RECORDS - i) / 2, i);
	fprintf(text, "h%d.example.net A 192.0.2.1\n", RECORDS - 19);
	fclose(text);
	open_with("max-hosts 20", records);
	free(records);
	ck_assert_msg(strcmp(run(), "exists") == 0, "%s", fake_said.detail);
	ck_assert_str_eq(fake_value("host"), "h237.example.net");
	began = cpu_ms();
	for (int i = 0; i < MESSAGES; i++)
		fake_start(MG_MAIL);
	ck_assert_cpu_lt(cpu_ms() - began, 1000);
}
END_TEST

int main(void)
{
	TCase *all = policy_tests("sender-domain");

	tcase_add_loop_test(all, judges, 0, COUNT(cases));
	tcase_add_test(all, both_readings_count);
	tcase_add_test(all, local_mail);
	tcase_add_test(all, number_of_hosts_is_bounded);
	tcase_add_test(all, three_round_trips_at_most);
	tcase_add_test(all, late_is_a_timeout);
	tcase_add_loop_test(all, bad_configuration, 0, 3);
	tcase_add_test(all, long_answers);
	return run_tests("sender-domain", all);
}
