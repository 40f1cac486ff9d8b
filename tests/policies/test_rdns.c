/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "rdns" over a fake host and a resolver with canned answers. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../dns/patience.h"
#include "policy_help.h"

fake_register mg_builtin_rdns_policy;

#define CLIENT "198.51.100.7"
#define ARPA "7.100.51.198.in-addr.arpa"
#define CLIENT6 "2001:db8:1234:5678:9abc:def0:1357:2468"
#define ARPA6 "8.6.4.2.7.5.3.1.0.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.8.b.d.0.1.0.0.2.ip6.arpa"

static void open_with(const char *block, const char *records)
{
	fake_dns = stub_new();
	stub_add(fake_dns, records);
	fake_must_open(mg_builtin_rdns_policy, block);
	fake.client = CLIENT;
}

static const char *run(void)
{
	fake_start(MG_CONNECT);
	return fake_run(MG_CONNECT);
}

static const struct {
	const char *client, *records, *want, *name, *iprev;
} cases[] = {
	{ CLIENT, ARPA " PTR mx.example.org\nmx.example.org A " CLIENT, "pass", "mx.example.org",
	  "pass" },
	{ CLIENT6, ARPA6 " PTR mx.example.org\nmx.example.org AAAA " CLIENT6, "pass",
	  "mx.example.org", "pass" },
	{ CLIENT,
	  ARPA " PTR MX.Example.Org.\nmx.example.org CNAME a.example.org\na.example.org A " CLIENT,
	  "pass", "mx.example.org", "pass" },
	{ CLIENT,
	  ARPA " PTR mx.example.org\nmx.example.org A 198.51.100.8\nmx.example.org A " CLIENT,
	  "pass", "mx.example.org", "pass" },
	{ CLIENT, ARPA " PTR a.example.org\n" ARPA " PTR mx.example.org\nmx.example.org A " CLIENT,
	  "pass", "mx.example.org", "pass" },
	/* not confirmed */
	{ CLIENT, ARPA " PTR mx.example.org\nmx.example.org A 198.51.100.8", "fail",
	  "mx.example.org", "fail" },
	{ CLIENT, ARPA " PTR mx.example.org", "fail", "mx.example.org", "fail" },
	{ CLIENT, ARPA " PTR mx.example.org\nmx.example.org AAAA 2001:db8::1", "fail",
	  "mx.example.org", "fail" },
	{ CLIENT6, ARPA6 " PTR mx.example.org\nmx.example.org A 198.51.100.7", "fail",
	  "mx.example.org", "fail" },
	/* no name, or none that a host can have */
	{ CLIENT, "", "missing", "", "permerror" },
	{ CLIENT, ARPA " PTR !nodata", "missing", "", "permerror" },
	{ CLIENT, ARPA " PTR .", "permerror", "", "permerror" },
	{ CLIENT, ARPA " PTR localhost", "permerror", "", "permerror" },
	{ CLIENT, ARPA " PTR a@b.example.org", "permerror", "", "permerror" },
	{ CLIENT, ARPA " PTR localhost\n" ARPA " PTR mx.example.org\nmx.example.org A " CLIENT,
	  "pass", "mx.example.org", "pass" },
	/* failures */
	{ CLIENT, ARPA " PTR !failed", "temperror", "", "temperror" },
	{ CLIENT, ARPA " PTR !late", "timeout", "", "temperror" },
	{ CLIENT, ARPA " PTR !dead", "timeout", "", "temperror" },
	{ CLIENT, ARPA " PTR mx.example.org\nmx.example.org A !failed", "temperror",
	  "mx.example.org", "temperror" },
	{ CLIENT, ARPA " PTR mx.example.org\nmx.example.org A !late", "timeout", "mx.example.org",
	  "temperror" },
	{ CLIENT,
	  ARPA " PTR a.example.org\n" ARPA
	       " PTR mx.example.org\na.example.org A !late\nmx.example.org A " CLIENT,
	  "pass", "mx.example.org", "pass" },
	/* generic */
	{ CLIENT, ARPA " PTR 198-51-100-7.example.org\n198-51-100-7.example.org A " CLIENT,
	  "generic", "198-51-100-7.example.org", "pass" },
	{ CLIENT,
	  ARPA " PTR 198-51-100-7.example.org\n" ARPA
	       " PTR mx.example.org\n198-51-100-7.example.org A " CLIENT
	       "\nmx.example.org A " CLIENT,
	  "pass", "mx.example.org", "pass" },
	{ CLIENT, ARPA " PTR 198-51-100-7.example.org", "fail", "198-51-100-7.example.org",
	  "fail" },
	/* clients without a public address */
	{ "10.1.2.3", "", "none", "", "" },
	{ "127.0.0.1", "", "none", "", "" },
	{ "::1", "", "none", "", "" },
	{ NULL, "", "none", "", "" },
};

START_TEST(judges)
{
	open_with("", cases[_i].records);
	fake.client = cases[_i].client;
	ck_assert_msg(strcmp(run(), cases[_i].want) == 0, "%d: got %s (%s), want %s", _i,
		      fake_said.result, fake_said.detail, cases[_i].want);
	ck_assert_str_eq(fake_value("name"), cases[_i].name);
	ck_assert_str_eq(fake_value("iprev"), cases[_i].iprev);
	if (strcmp(cases[_i].want, "none") == 0)
		ck_assert_uint_eq(stub_questions(fake_dns), 0);
}
END_TEST

static const struct {
	const char *client, *name;
	bool generic;
} names[] = {
	{ CLIENT, "mx.example.org", false },
	{ CLIENT, "mail7.example.org", false },
	{ CLIENT, "mail-100-7.example.org", false },
	{ CLIENT, "198-51-100-7.example.org", true },
	{ CLIENT, "ip-198-51-100-7.net.example.org", true },
	{ CLIENT, "7.100.51.198.example.org", true },
	{ CLIENT, "host7-100-51.example.org", true },
	{ CLIENT, "c51x100x7.example.org", true },
	{ CLIENT, "198051100007.example.org", true },
	{ CLIENT, "p198.051.100.007.example.org", true },
	{ CLIENT, "c6336407.example.org", true },
	{ CLIENT, "076433c6.example.org", true },
	{ CLIENT, "198-51-100.example.org", true },
	{ CLIENT, "51-198-7-100.example.org", false },
	{ CLIENT, "static-198-51-100-7.example.org", false },
	{ CLIENT, "198-51-100-7.fixed.example.org", false },
	{ CLIENT, "ab12.dyn.example.org", true },
	{ CLIENT, "dynamic123.example.org", true },
	{ CLIENT, "a.pool.isp.example.org", true },
	{ CLIENT, "dsl-abc.example.org", true },
	{ CLIENT, "dyndns.example.org", false },
	{ CLIENT, "carpool.example.org", false },
	{ CLIENT, "dsl.org", false },
	{ CLIENT, "mx.dsl.org", false },
	{ CLIENT, "dynamic.org", false },
	{ CLIENT, "198-51-100-7.org", false },
	{ CLIENT, "99999999999999999999.51.100.7.example.org", true },
	/* only what is left of the registered domain counts */
	{ CLIENT, "mail.mobile.com.au", false },
	{ CLIENT, "mail.home.co.uk", false },
	{ CLIENT, "mx.user.com.br", false },
	{ CLIENT, "www.dsl.co.uk", false },
	{ CLIENT, "a.dsl.isp.co.uk", true },
	{ CLIENT, "dsl.isp.com.au", true },
	{ CLIENT, "www.pool.gov.uk", false },
	{ CLIENT, "a.pool.unknown", false },
	{ CLIENT, "a.pool.isp.unknown", true },
	{ CLIENT, "a.user.xn--55qx5d.cn", false },
	{ CLIENT, "a.dsl.www.ck", true },
	{ CLIENT, "dsl.www.ck", true },
	{ CLIENT, "a.dsl.co.ck", false },
	{ CLIENT, "co.uk", false },
	{ CLIENT, "198-51-100-7.co.uk", false },
	{ CLIENT, "host-198-51-100-7.compute-1.amazonaws.com", true },
	{ CLIENT, "198-51-100-7.dyndns.org", true },
	/* names of mail servers */
	{ CLIENT, "mta-198-51-100.host.example", false },
	{ "156.70.34.223", "mta-70-34-223.host.example", false },
	{ CLIENT, "out-198-51-100-7.mail.example.org", false },
	{ CLIENT, "198-51-100-7.smtp.example.org", false },
	{ CLIENT, "smtp7.customers.example.org", false },
	{ CLIENT, "a198-51-100-7.smtp-out.example.org", false },
	{ CLIENT, "mx-198-51-100-7.example.org", false },
	{ CLIENT, "mx-ll-198.51.100-7.dynamic.example.org", true },
	{ CLIENT, "mailbox198-51-100-7.example.org", true },
	{ CLIENT, "198-51-100-7.smtp.org", true },
	{ CLIENT6, "mx.example.org", false },
	{ CLIENT6, "mta-9abcdef013572468.example.org", false },
	{ CLIENT6, "9abcdef013572468.example.org", true },
	{ CLIENT6, "2001-db8-1234-5678-9abc-def0-1357-2468.v6.example.org", true },
	{ CLIENT6, "9abc-def0-1357-2486.example.org", false },
	{ "2001:db8::1", "0000000000000001.example.org", false },
	{ "2001:db8::1", "mail1.example.org", false },
	{ "2001:db8::12:3456:789a:bcde", "h-12-3456-789a-bcde.example.org", true },
};

START_TEST(looks_generic)
{
	const bool v6 = strchr(names[_i].client, ':') != NULL;
	char records[400];

	snprintf(records, sizeof(records), "%s %s %s\n", names[_i].name, v6 ? "AAAA" : "A",
		 names[_i].client);
	fake_dns = stub_new();
	stub_add(fake_dns, records);
	fake_must_open(mg_builtin_rdns_policy, "");
	fake.client = names[_i].client;
	/* The reverse name that the policy asks for. */
	fake_run(MG_CONNECT);

	char *list = stub_list(fake_dns);
	char reverse[100];

	ck_assert_int_eq(sscanf(list, "PTR %99s", reverse), 1);
	free(list);
	stub_forget(fake_dns);
	snprintf(records, sizeof(records), "%s PTR %s\n", reverse, names[_i].name);
	stub_add(fake_dns, records);
	ck_assert_msg(strcmp(run(), names[_i].generic ? "generic" : "pass") == 0,
		      "%s for %s: got %s (%s)", names[_i].name, names[_i].client, fake_said.result,
		      fake_said.detail);
}
END_TEST

static const struct {
	const char *block, *name, *want;
} patterns[] = {
	{ "builtin-patterns no", "198-51-100-7.example.org", "pass" },
	{ "generic example.org", "mx.example.org", "generic" },
	{ "generic .example.org", "example.org", "pass" },
	{ "generic \"/^mx[0-9]+\\\\./\"", "mx12.example.org", "generic" },
	{ "generic \"/^mx[0-9]+\\\\./\"", "mx.example.org", "pass" },
	{ "chosen example.org", "198-51-100-7.example.org", "pass" },
	{ "chosen mx.example.org; generic example.org", "mx.example.org", "pass" },
	{ "chosen mx.example.org; generic example.org", "my.example.org", "generic" },
};

static void records_for(const char *name)
{
	char records[300];

	snprintf(records, sizeof(records), ARPA " PTR %s\n%s A " CLIENT, name, name);
	stub_add(fake_dns, records);
}

START_TEST(configured_patterns)
{
	open_with(patterns[_i].block, "");
	records_for(patterns[_i].name);
	ck_assert_msg(strcmp(run(), patterns[_i].want) == 0, "%s: %s: got %s", patterns[_i].block,
		      patterns[_i].name, fake_said.result);
}
END_TEST

START_TEST(a_table_that_fails)
{
	open_with("generic example.net", "");
	records_for("mx.example.org");
	fake_failing_tables = 1;
	ck_assert_str_eq(run(), "error");
	ck_assert_str_ne(fake_said.detail, "");
	ck_assert_str_eq(fake_value("iprev"), "pass");
}
END_TEST

/* N names, of which one leads back. */
static const struct {
	const char *block;
	int n;
	const char *dead, *good, *want, *iprev;
	unsigned asked;
} many[] = {
	{ "", 8, NULL, "mx7", "error", "temperror", 5 },
	{ "", 50, NULL, "mx5", "error", "temperror", 5 },
	{ "", 6, NULL, NULL, "error", "temperror", 5 },
	{ "", 5, NULL, NULL, "fail", "fail", 5 },
	{ "", 5, NULL, "mx4", "pass", "pass", 5 },
	{ "", 50, NULL, "mx4", "pass", "pass", 5 },
	{ "max-names 8", 8, NULL, "mx7", "pass", "pass", 8 },
	{ "max-names 8", 8, NULL, NULL, "fail", "fail", 8 },
	{ "max-names 8", 9, NULL, "mx8", "error", "temperror", 8 },
	{ "max-names 1", 2, NULL, "mx1", "error", "temperror", 1 },
	/* a generic name, and others that were not looked at */
	{ "max-names 1; generic mx0.example.org", 2, NULL, "mx0", "error", "pass", 1 },
	{ "max-names 2; generic mx0.example.org", 2, NULL, "mx0", "generic", "pass", 2 },
	/* one name before the others, five times: it counts once, or not at all */
	{ "", 1, "dead.example.org", "mx0", "pass", "pass", 2 },
	{ "", 4, "dead.example.org", "mx3", "pass", "pass", 5 },
	{ "", 5, "dead.example.org", "mx4", "error", "temperror", 5 },
	{ "", 5, "localhost", "mx4", "pass", "pass", 5 },
	{ "", 1, "a@b.example.org", NULL, "fail", "fail", 1 },
};

START_TEST(number_of_names_is_bounded)
{
	char line[100];

	open_with(many[_i].block, "");
	for (int i = 0; many[_i].dead && i < 5; i++) {
		snprintf(line, sizeof(line), ARPA " PTR %s", many[_i].dead);
		stub_add(fake_dns, line);
	}
	for (int i = 0; i < many[_i].n; i++) {
		snprintf(line, sizeof(line), ARPA " PTR mx%d.example.org", i);
		stub_add(fake_dns, line);
	}
	if (many[_i].good) {
		snprintf(line, sizeof(line), "%s.example.org A " CLIENT, many[_i].good);
		stub_add(fake_dns, line);
	}
	ck_assert_msg(strcmp(run(), many[_i].want) == 0, "%d: got %s (%s), want %s", _i,
		      fake_said.result, fake_said.detail, many[_i].want);
	ck_assert_str_eq(fake_value("iprev"), many[_i].iprev);
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + many[_i].asked);
}
END_TEST

/* The names' addresses are asked for all at once. */
START_TEST(two_round_trips)
{
	open_with("", ARPA " PTR a.example.org\n" ARPA " PTR b.example.org\n" ARPA
			   " PTR c.example.org\n");
	stub_round_trips(fake_dns, 1, 3, 0);
	ck_assert_str_eq(run(), "fail");
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 3);
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
	static const char *const blocks[] = { "max-names 0",
					      "max-names 21",
					      "generic \"/(/\"",
					      "builtin-patterns perhaps",
					      "builtin-patterns no; on generic reject",
					      "builtin-patterns no; chosen example.org" };

	ck_assert_int_eq(fake_open(mg_builtin_rdns_policy, blocks[_i]), -1);
	fake_close();
}
END_TEST

START_TEST(good_configuration)
{
	static const char *const blocks[] = {
		"builtin-patterns no; on fail reject",
		"builtin-patterns no; generic a.example; on generic reject",
		"chosen example.org; on generic reject"
	};

	ck_assert_msg(fake_open(mg_builtin_rdns_policy, blocks[_i]) == 0, "%s", fake_opened.errors);
	fake_close();
}
END_TEST

int main(void)
{
	TCase *all = policy_tests("rdns");

	tcase_add_loop_test(all, judges, 0, COUNT(cases));
	tcase_add_loop_test(all, looks_generic, 0, COUNT(names));
	tcase_add_loop_test(all, configured_patterns, 0, COUNT(patterns));
	tcase_add_test(all, a_table_that_fails);
	tcase_add_loop_test(all, number_of_names_is_bounded, 0, COUNT(many));
	tcase_add_test(all, two_round_trips);
	tcase_add_test(all, late_is_a_timeout);
	tcase_add_loop_test(all, bad_configuration, 0, 6);
	tcase_add_loop_test(all, good_configuration, 0, 3);
	return run_tests("rdns", all);
}
