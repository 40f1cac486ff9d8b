/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "dnsbl" over a fake host and a resolver with canned answers. */
#include "dnsbl_help.h"

/* ---- One list of addresses ---- */

static const struct {
	const char *line, *answer, *want;
} answers[] = {
	{ "zone a.test", "127.0.0.2", "listed" },
	{ "zone a.test", "127.0.0.255", "listed" },
	{ "zone a.test", "127.0.1.1", "listed" },
	{ "zone a.test", "!nxdomain", "unlisted" },
	{ "zone a.test", "!nodata", "unlisted" },
	{ "zone a.test", "!failed", "error" },
	{ "zone a.test", "!late", "timeout" },
	{ "zone a.test", "!dead", "timeout" },
	/* refusals, and addresses that no list answers with */
	{ "zone a.test", "127.255.255.252", "error" },
	{ "zone a.test", "127.255.255.254", "error" },
	{ "zone a.test", "127.255.255.1", "error" },
	{ "zone a.test 127.0.0.0/8", "127.255.255.254", "error" },
	{ "zone a.test 127.255.254-255.254", "127.255.255.254", "error" },
	{ "zone a.test", "127.255.254.1", "listed" },
	{ "zone a.test", "127.0.0.1", "error" },
	{ "zone a.test 127.0.0.1", "127.0.0.1", "listed" },
	{ "zone a.test 127.0.0.2", "127.0.0.1", "unlisted" },
	{ "zone a.test", "203.0.113.80", "error" },
	{ "zone a.test 0.0.0.0/0", "203.0.113.80", "error" },
	/* masks */
	{ "zone a.test 127.0.0.2", "127.0.0.2", "listed" },
	{ "zone a.test 127.0.0.2", "127.0.0.3", "unlisted" },
	{ "zone a.test 127.0.0.2-11", "127.0.0.2", "listed" },
	{ "zone a.test 127.0.0.2-11", "127.0.0.11", "listed" },
	{ "zone a.test 127.0.0.2-11", "127.0.0.12", "unlisted" },
	{ "zone a.test 127.0.0.2-11", "127.0.1.2", "unlisted" },
	{ "zone a.test 127.0.0.2,4,9", "127.0.0.4", "listed" },
	{ "zone a.test 127.0.0.2,4,9", "127.0.0.9", "listed" },
	{ "zone a.test 127.0.0.2,4,9", "127.0.0.3", "unlisted" },
	{ "zone a.test 127.0.0.2,4,9-11", "127.0.0.10", "listed" },
	{ "zone a.test 127.0.0-10.1-3", "127.0.10.3", "listed" },
	{ "zone a.test 127.0.0-10.1-3", "127.0.10.4", "unlisted" },
	{ "zone a.test 127.0.0-10.1-3", "127.0.11.3", "unlisted" },
	{ "zone a.test 127.0.0.0/24", "127.0.0.200", "listed" },
	{ "zone a.test 127.0.0.0/24", "127.0.1.0", "unlisted" },
	{ "zone a.test 127.0.0.4/30", "127.0.0.7", "listed" },
	{ "zone a.test 127.0.0.5/30", "127.0.0.4", "listed" },
	{ "zone a.test 127.0.0.4/30", "127.0.0.8", "unlisted" },
	{ "zone a.test 127.0.0.4/30", "127.0.0.3", "unlisted" },
	{ "zone a.test 127.0.64.0/18", "127.0.127.9", "listed" },
	{ "zone a.test 127.0.64.0/18", "127.0.128.9", "unlisted" },
	{ "zone a.test 127.0.0.2 127.0.0.4", "127.0.0.4", "listed" },
	{ "zone a.test 127.0.0.255", "127.0.0.255", "listed" },
	{ "zone a.test 127.0.0.63-64", "127.0.0.64", "listed" },
	/* weights */
	{ "zone a.test weight 2; zone b.test; threshold 3", "127.0.0.2", "unlisted" },
	{ "zone a.test weight 3; threshold 3", "127.0.0.2", "listed" },
	{ "zone a.test weight -1", "127.0.0.2", "allowed" },
	{ "zone a.test weight -1; zone b.test weight -1; allow-threshold -2", "127.0.0.2",
	  "unlisted" },
	{ "zone a.test weight -1", "!nxdomain", "unlisted" },
	{ "zone a.test weight 2; zone b.test; threshold 3", "!late", "unlisted" },
	{ "zone a.test.; threshold 1", "127.0.0.2", "listed" },
	{ "zone a.test weight +3; threshold 3", "127.0.0.2", "listed" },
	{ "zone a.test weight 3; threshold 3", "!late", "timeout" },
	{ "zone a.test weight -1", "!failed", "error" },
	/* several lines of a zone */
	{ "zone a.test 127.0.0.2 weight 2; zone a.test 127.0.0.4 weight 3; threshold 3",
	  "127.0.0.2", "unlisted" },
	{ "zone a.test 127.0.0.2 weight 2; zone a.test 127.0.0.4 weight 3; threshold 3",
	  "127.0.0.4", "listed" },
	{ "zone a.test 127.0.0.2 weight 2; zone a.test 127.0.0.0/24 weight 1; threshold 3",
	  "127.0.0.2", "listed" },
	/* kinds of clients */
	{ "zone a.test ipv4", "127.0.0.2", "listed" },
	{ "zone a.test ipv6", "127.0.0.2", "none" },
	{ "zone a.test ipv6; zone b.test", "127.0.0.2", "unlisted" },
};

START_TEST(weighs_answers)
{
	char records[200];

	snprintf(records, sizeof(records), NAME "a.test A %s\n" GOOD("a.test"), answers[_i].answer);
	open_with(answers[_i].line, records);
	ck_assert_msg(strcmp(run(MG_CONNECT), answers[_i].want) == 0,
		      "%s with %s: got %s (%s), want %s", answers[_i].line, answers[_i].answer,
		      fake_said.result, fake_said.detail, answers[_i].want);
}
END_TEST

/* Distinct nibbles, so that every slip shows. */
START_TEST(ipv6_nibbles)
{
	open_with("zone a.test", NIBBLES "a.test A 127.0.0.2\n");
	fake.client = CLIENT6;
	ck_assert_str_eq(run(MG_CONNECT), "listed");
	ck_assert_str_eq(fake_value("subject"), CLIENT6);
	fake.client = "2001:db8:1234:5678:9abc:def0:1357:2486";
	ck_assert_str_eq(run(MG_CONNECT), "unlisted");
	policy_close();

	open_with("zone a.test ipv4", NIBBLES "a.test A 127.0.0.2\n");
	fake.client = CLIENT6;
	ck_assert_str_eq(run(MG_CONNECT), "none");
}
END_TEST

START_TEST(values_and_text)
{
	char *list;

	open_with("zone a.test weight 2; zone b.test weight 5 ; zone c.test weight -3; zone d.test",
		  NAME "a.test A 127.0.0.2\n" NAME "a.test TXT of a\n" NAME
		       "b.test A 127.0.0.9\n" NAME "b.test TXT of b\n" NAME "c.test A 127.0.0.3\n");
	ck_assert_str_eq(run(MG_CONNECT), "listed");
	ck_assert_str_eq(fake_value("subject"), CLIENT);
	ck_assert_str_eq(fake_value("zone"), "b.test");
	ck_assert_str_eq(fake_value("answer"), "127.0.0.9");
	ck_assert_str_eq(fake_value("txt"), "of b");
	ck_assert_str_eq(fake_value("zones"), "a.test, b.test, c.test");
	ck_assert_str_eq(fake_value("sum"), "4");
	ck_assert_msg(strstr(fake_said.detail, "b.test 127.0.0.9 (+5)") != NULL, "%s",
		      fake_said.detail);
	/*
	 * Texts are asked for where there is an entry, but not in lists that speak for the client.
	 */
	ck_assert_uint_eq(stub_asked(fake_dns, NAME "a.test", MG_DNS_TXT), 1);
	ck_assert_uint_eq(stub_asked(fake_dns, NAME "c.test", MG_DNS_TXT), 0);
	ck_assert_uint_eq(stub_asked(fake_dns, NAME "d.test", MG_DNS_TXT), 0);
	list = stub_list(fake_dns);
	ck_assert_msg(strstr(list, "A " NAME "a.test\nTXT " NAME "a.test\nA " NAME "b.test\n") ==
			      list,
		      "%s", list);
	free(list);
}
END_TEST

#define KEY "h4xk2v7pq9tz5w3m8c6r1b0ydn"

static const struct {
	const char *zone, *as, *shown;
} shown[] = {
	{ "zen.example.org", "", "zen.example.org" },
	{ KEY ".zen.dq.example", "", "*.zen.dq.example" },
	{ KEY ".zen.dq.example", " as zen", "zen" },
	{ KEY ".zen.dq.example", " as \"the list zen\"", "the list zen" },
	{ "zen." KEY ".dq.example", "", "zen.*.dq.example" },
	{ "0123456789abcdef0123456789abcdef.combined.mail.example", "", "*.combined.mail.example" },
	{ "3f2504e0-4f89-11d3-9a0c-0305e82c3301.bl.example.org", "", "*.bl.example.org" },
	{ "H4XK2V7PQ9TZ.bl.example.org", "", "*.bl.example.org" },
	{ "qwertzuiopasdfghjklyxcvbnm.bl.example.org", "", "*.bl.example.org" },
	{ "20241201.bl.example.org", "", "*.bl.example.org" },
	/* no keys */
	{ "backscatter.spameatingmonkey.example", "", "backscatter.spameatingmonkey.example" },
	{ "list2.b.barracuda.example", "", "list2.b.barracuda.example" },
	{ "bl24x7.example.org", "", "bl24x7.example.org" },
	{ "dnsbl-2.uceprotect.example", "", "dnsbl-2.uceprotect.example" },
	{ "hostkarma.junkemailfilter.example", "", "hostkarma.junkemailfilter.example" },
	{ "blacklist2024list.example", "", "blacklist2024list.example" },
	{ "a." KEY ".example", "", "a." KEY ".example" },
};

/* The key is in the question, and in nothing that is shown. */
START_TEST(keys_are_masked)
{
	char block[200], records[600], detail[100];

	snprintf(block, sizeof(block), "zone %s%s", shown[_i].zone, shown[_i].as);
	snprintf(records, sizeof(records), NAME "%s A 127.0.0.2\n", shown[_i].zone);
	open_with(block, records);
	ck_assert_str_eq(run(MG_CONNECT), "listed");
	ck_assert_str_eq(fake_value("zone"), shown[_i].shown);
	ck_assert_str_eq(fake_value("zones"), shown[_i].shown);
	snprintf(detail, sizeof(detail), CLIENT ": %s 127.0.0.2 (+1)", shown[_i].shown);
	ck_assert_str_eq(fake_said.detail, detail);
	snprintf(detail, sizeof(detail), "the list %s does not list", shown[_i].shown);
	ck_assert_msg(strstr(fake_log(), detail) != NULL, "%s", fake_log());
	policy_close();

	snprintf(records, sizeof(records), NAME "%s A !failed\n", shown[_i].zone);
	open_with(block, records);
	ck_assert_str_eq(run(MG_CONNECT), "error");
	snprintf(detail, sizeof(detail), "%s: ", shown[_i].shown);
	ck_assert_msg(strncmp(fake_said.detail, detail, strlen(detail)) == 0, "%s",
		      fake_said.detail);
	snprintf(detail, sizeof(detail), "the list %s gives no answer", shown[_i].shown);
	ck_assert_msg(strstr(fake_log(), detail) != NULL, "%s", fake_log());
}
END_TEST

static const struct {
	const char *block;
	unsigned texts;
} text_cases[] = {
	{ "zone a.test", 1 },
	{ "zone a.test; on listed reject \"no\"", 0 },
	{ "zone a.test; on listed reject \"{zone} says {txt}\"", 1 },
	{ "zone a.test; on listed score 3; on listed header X-List \"{txt}\"", 1 },
	{ "zone a.test 127.0.0.4", 0 },
	{ "zone a.test; on unlisted score 1", 1 },
};

START_TEST(text_only_when_used)
{
	open_with(text_cases[_i].block, NAME "a.test A 127.0.0.2\n");
	run(MG_CONNECT);
	ck_assert_uint_eq(stub_asked(fake_dns, NAME "a.test", MG_DNS_TXT), text_cases[_i].texts);
	if (strcmp(fake_said.result, "listed") == 0)
		ck_assert_str_eq(fake_value("txt"), "127.0.0.2"); /* the list has no text */
}
END_TEST

/* ---- Several lists, some without an answer ---- */

static const struct {
	const char *a, *b, *white, *want;
} several[] = {
	/* a weighs 2, b 1, white -3; threshold 2 */
	{ "127.0.0.2", "!nxdomain", "!nxdomain", "listed" },
	{ "127.0.0.2", "127.0.0.2", "127.0.0.2", "unlisted" },
	{ "!nxdomain", "!nxdomain", "127.0.0.2", "allowed" },
	{ "!nxdomain", "127.0.0.2", "127.0.0.2", "allowed" },
	{ "127.0.0.2", "127.0.0.2", "!nxdomain", "listed" },
	{ "!nxdomain", "!late", "!nxdomain", "unlisted" },
	{ "!late", "!nxdomain", "!nxdomain", "timeout" },
	{ "!failed", "!nxdomain", "!nxdomain", "error" },
	{ "!failed", "!late", "!nxdomain", "timeout" },
	{ "127.0.0.2", "!late", "!nxdomain", "listed" },
	{ "127.0.0.2", "!nxdomain", "!late", "timeout" },
	{ "127.0.0.2", "!nxdomain", "127.255.255.254", "error" },
	{ "!nxdomain", "!failed", "127.0.0.2", "allowed" },
	{ "127.255.255.254", "127.0.0.2", "!nxdomain", "error" },
};

START_TEST(what_is_known_decides)
{
	char records[400];

	snprintf(records, sizeof(records),
		 NAME "a.test A %s\n" NAME "b.test A %s\n" NAME "white.test A %s\n", several[_i].a,
		 several[_i].b, several[_i].white);
	open_with("zone a.test weight 2; zone b.test; zone white.test weight -3; threshold 2",
		  records);
	ck_assert_msg(strcmp(run(MG_CONNECT), several[_i].want) == 0, "%d: got %s (%s), want %s",
		      _i, fake_said.result, fake_said.detail, several[_i].want);
	if (fake_said.result[0] == 't' || fake_said.result[0] == 'e')
		ck_assert_str_ne(fake_said.detail, "");
}
END_TEST

/* The detail says how many lists are unknown, and why one is. */
START_TEST(several_unknown_lists)
{
	open_with("zone a.test; zone b.test; zone c.test",
		  NAME "a.test A !late\n" NAME "b.test A !failed\n" NAME "c.test A !nxdomain\n");
	ck_assert_str_eq(run(MG_CONNECT), "timeout");
	ck_assert_str_eq(fake_said.detail, "2 of 3 look-ups have no usable answer, the last: "
					   "b.test: as the test says");
}
END_TEST

/* All lists are asked before any answers, then all their texts: two round trips, not ten. */
START_TEST(all_at_once)
{
	open_with("zone a.test; zone b.test; zone c.test; zone d.test; zone e.test; threshold "
		  "5; test-interval 0",
		  NAME "a.test A 127.0.0.2\n" NAME "b.test A 127.0.0.2\n" NAME
		       "c.test A 127.0.0.2\n" NAME "d.test A 127.0.0.2\n" NAME
		       "e.test A 127.0.0.2\n");
	stub_round_trips(fake_dns, 5, 5, 0);
	fake_start(MG_CONNECT);
	ck_assert_uint_eq(stub_questions(fake_dns), 5);
	ck_assert_str_eq(fake_run(MG_CONNECT), "listed");
	ck_assert_uint_eq(stub_questions(fake_dns), 10);
}
END_TEST

START_TEST(late_is_a_timeout)
{
	open_with("zone a.test; zone b.test; test-interval 0", NAME "a.test A 127.0.0.2\n");
	stub_delay(fake_dns, NAME "a.test", STUB_HELD);
	fake_time = 50;
	ck_assert_str_eq(run(MG_CONNECT), "timeout");
}
END_TEST

/* ---- What is looked up in lists ---- */

START_TEST(private_clients_are_not_asked_about)
{
	static const char *const clients[] = {
		"10.1.2.3",    "127.0.0.1",  "192.168.1.1", "172.31.255.255",
		"169.254.1.1", "100.64.0.1", "::1",         "fe80::1",
		"fd00::1",     "224.0.0.1",  "0.0.0.0",     NULL
	};

	open_with("zone a.test", "");
	for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
		fake.client = clients[i];
		fake_start(MG_CONNECT);
		ck_assert_str_eq(fake_run(MG_CONNECT), "none");
	}
	ck_assert_uint_eq(stub_questions(fake_dns), 2); /* the test entries */
	fake.client = "172.32.0.1";
	ck_assert_str_eq(fake_run(MG_CONNECT), "unlisted");
	fake.client = "100.128.0.1";
	ck_assert_str_eq(fake_run(MG_CONNECT), "unlisted");
}
END_TEST

static const struct {
	const char *line, *client_name, *helo, *sender, *listed;
	enum mg_stage decides;
	const char *want, *subject;
} domains[] = {
	{ "domain-zone d.test", "c.example", "h.example", "a@s.example", "s.example", MG_MAIL,
	  "listed", "s.example" },
	{ "domain-zone d.test", "c.example", "h.example", "a@s.example", "h.example", MG_MAIL,
	  "listed", "h.example" },
	{ "domain-zone d.test", "c.example", "h.example", "a@s.example", "c.example", MG_MAIL,
	  "listed", "c.example" },
	{ "domain-zone d.test", "c.example", "h.example", "a@s.example", "x.example", MG_MAIL,
	  "unlisted", "" },
	{ "domain-zone d.test sender", "c.example", "h.example", "a@s.example", "h.example",
	  MG_MAIL, "unlisted", "" },
	{ "domain-zone d.test helo", "c.example", "h.example", "a@s.example", "h.example", MG_MAIL,
	  "listed", "h.example" },
	{ "domain-zone d.test helo", "c.example", "h.example", "a@s.example", "s.example", MG_MAIL,
	  "unlisted", "" },
	{ "domain-zone d.test client-name", "c.example", "h.example", "a@s.example", "c.example",
	  MG_CONNECT, "listed", "c.example" },
	{ "domain-zone d.test client-name", NULL, "h.example", "a@s.example", "c.example",
	  MG_CONNECT, "none", "" },
	{ "domain-zone d.test sender", "c.example", "h.example", "", "s.example", MG_MAIL, "none",
	  "" },
	{ "domain-zone d.test sender", "c.example", "h.example", "postmaster", "s.example", MG_MAIL,
	  "none", "" },
	{ "domain-zone d.test sender", "c.example", "h.example", "a@[192.0.2.1]", "s.example",
	  MG_MAIL, "none", "" },
	{ "domain-zone d.test sender", "c.example", "h.example", "\"a@b\"@S.Example", "s.example",
	  MG_MAIL, "listed", "s.example" },
	{ "domain-zone d.test sender", "c.example", "h.example", "a@bücher.example",
	  "xn--bcher-kva.example", MG_MAIL, "listed", "xn--bcher-kva.example" },
	{ "domain-zone d.test helo", "c.example", "[198.51.100.7]", "a@s.example", "h.example",
	  MG_MAIL, "none", "" },
	{ "domain-zone d.test helo", "c.example", "198.51.100.7", "a@s.example", "h.example",
	  MG_MAIL, "none", "" },
	{ "domain-zone d.test helo", "c.example", "laptop", "a@s.example", "h.example", MG_MAIL,
	  "none", "" },
	{ "domain-zone d.test helo", "c.example", NULL, "a@s.example", "h.example", MG_MAIL, "none",
	  "" },
	{ "domain-zone d.test; threshold 2", "h.example", "H.example", "a@h.example", "h.example",
	  MG_MAIL, "unlisted", "h.example" },
	{ "domain-zone d.test; threshold 2; zone a.test", "h.example", "h.example", "a@x.example",
	  "h.example", MG_MAIL, "listed", CLIENT },
	{ "domain-zone d.test 127.0.1.2-99", "c.example", "h.example", "a@s.example", "s.example",
	  MG_MAIL, "unlisted", "" },
};

START_TEST(domain_lists)
{
	char records[300];

	snprintf(records, sizeof(records), "%s.d.test A 127.0.0.2\n" NAME "a.test A 127.0.0.2\n",
		 domains[_i].listed);
	open_with(domains[_i].line, records);
	fake.client_name = domains[_i].client_name;
	fake.helo = domains[_i].helo;
	fake.sender = domains[_i].sender;
	ck_assert_msg(strcmp(run(domains[_i].decides), domains[_i].want) == 0,
		      "%d: got %s (%s), want %s", _i, fake_said.result, fake_said.detail,
		      domains[_i].want);
	ck_assert_str_eq(fake_value("subject"), domains[_i].subject);
}
END_TEST

/* A list of good domains counts for both, one of bad ones for any. */
START_TEST(the_worse_of_two_readings_counts)
{
	static const char *const paths[] = { "<a%good.example@bad.example>",
					     "<a%bad.example@good.example>" };

	for (int i = 0; i < 2; i++) {
		open_with("domain-zone d.test sender; test-interval 0",
			  "bad.example.d.test A 127.0.0.2");
		fake.sender = paths[i];
		fake.sender_macro = i == 0 ? "a@good.example" : "a@bad.example";
		ck_assert_str_eq(run(MG_MAIL), "listed");
		ck_assert_str_eq(fake_value("subject"), "bad.example");
		policy_close();
		open_with("domain-zone d.test sender weight -2; allow-threshold -2; "
			  "test-interval 0",
			  "good.example.d.test A 127.0.0.2");
		fake.sender = paths[i];
		fake.sender_macro = i == 0 ? "a@good.example" : "a@bad.example";
		ck_assert_str_eq(run(MG_MAIL), "unlisted");
		policy_close();
	}
}
END_TEST

START_TEST(domains_are_asked_for_early)
{
	open_with("domain-zone d.test; test-interval 0", "");
	fake.client_name = "c.example";
	fake_start(MG_CONNECT);
	ck_assert_uint_eq(stub_asked(fake_dns, "c.example.d.test", MG_DNS_A), 1);
	fake.helo = "h.example";
	fake_start(MG_HELO);
	ck_assert_uint_eq(stub_asked(fake_dns, "h.example.d.test", MG_DNS_A), 1);
	fake.sender = "a@s.example";
	fake_start(MG_MAIL);
	ck_assert_uint_eq(stub_asked(fake_dns, "s.example.d.test", MG_DNS_A), 1);
	ck_assert_str_eq(fake_run(MG_MAIL), "unlisted");
	ck_assert_uint_eq(stub_questions(fake_dns), 3);
}
END_TEST

/* ---- Configuration ---- */

static const struct {
	const char *block, *want;
} wrong[] = {
	{ "", "has no list" },
	{ "zone", "takes the name" },
	{ "zone ..", "takes the name" },
	{ "zone a..test", "takes the name" },
	{ "zone a.test weight", "weight takes a whole number" },
	{ "zone a.test weight 0", "weight takes a whole number" },
	{ "zone a.test weight 1.5", "weight takes a whole number" },
	{ "zone a.test weight 99999999999999999999", "weight takes a whole number" },
	{ "zone a.test weight -99999999999999999999", "weight takes a whole number" },
	{ "zone a.test 127.0.0", "found \"127.0.0\"" },
	{ "zone a.test 127.0.0.256", "found \"127.0.0.256\"" },
	{ "zone a.test 127.0.0.9-2", "found \"127.0.0.9-2\"" },
	{ "zone a.test 127.0.0.2-", "found \"127.0.0.2-\"" },
	{ "zone a.test 127.0.0.2,", "found \"127.0.0.2,\"" },
	{ "zone a.test 127.0.0.2.3", "found \"127.0.0.2.3\"" },
	{ "zone a.test 127.0.0.0/33", "found \"127.0.0.0/33\"" },
	{ "zone a.test 127.0.0.2-4/24", "found \"127.0.0.2-4/24\"" },
	{ "zone a.test sender", "found \"sender\"" },
	{ "domain-zone a.test ipv4", "found \"ipv4\"" },
	{ "zone a.test as", "test.conf:2:13: as takes the name that texts and the log show" },
	{ "zone a.test as \"\"", "as takes the name" },
	{ "zone a.test as \"b\303\266se\"", "as takes the name" },
	{ "zone a.test as b as c", "found a second \"as\"" },
	{ "zone a.test as b weight", "weight takes a whole number" },
	{ "domain-zone a.test as", "as takes the name" },
	/* a threshold that no sum reaches, or without any weight of its sign */
	{ "zone a.test; threshold 0", "found 0, expected a whole number from 1" },
	{ "zone a.test; allow-threshold 0", "found 0, expected a whole number from -1000000" },
	{ "zone a.test; threshold 2",
	  "the result listed cannot occur: the weights of the lists add up to 1" },
	{ "zone a.test weight 2 ipv4; zone b.test ipv6 weight 2; threshold 3", "add up to 2" },
	{ "domain-zone a.test weight 2; threshold 7", "add up to 6, expected threshold 7" },
	{ "zone a.test weight -1; threshold 1", "add up to 0" },
	{ "zone a.test weight -1; on listed reject",
	  "test.conf:2:27: the result listed cannot occur" },
	{ "zone a.test weight -1; zone b.test weight 5; allow-threshold -2",
	  "the result allowed cannot occur: the weights of the lists add up to -1" },
	{ "zone a.test; on allowed accept", "the result allowed cannot occur" },
	/* twice */
	{ "zone a.test weight 1 weight 2", "test.conf:2:22: found a second \"weight\"" },
	{ "zone a.test ipv4 ipv4", "found a second \"ipv4\"" },
	{ "domain-zone a.test sender helo sender", "found a second \"sender\"" },
	{ "zone a.test; zone A.test. weight 2", "the list A.test has such a line already" },
	{ "zone a.test 127.0.0.2; zone b.test; zone a.test 127.0.0.2", "has such a line already" },
	/* answers that never count, or malformed values */
	{ "zone a.test 127.255.255.254", "found \"127.255.255.254\", with which operators refuse" },
	{ "zone a.test 127.255.255.0/24", "with which operators refuse" },
	{ "zone a.test weight \" 2\"", "weight takes a whole number" },
	{ "zone a.test; test-interval 999ms", "expected 0, or 1s at least" },
	{ "zone a.test 127.0.0.999; zone b.test 127.0.0.888", "127.0.0.888" },
};

START_TEST(bad_configuration)
{
	ck_assert_int_eq(fake_open(mg_builtin_dnsbl_policy, wrong[_i].block), -1);
	ck_assert_msg(strstr(fake_opened.errors, wrong[_i].want) != NULL, "%s", fake_opened.errors);
	fake_close();
}
END_TEST

/* Similar lines without an error. */
static const char *const fine[] = {
	"zone a.test 127.0.0.2; zone a.test 127.0.0.3",
	"zone a.test ipv4; zone a.test ipv6 weight 2",
	"zone a.test; domain-zone a.test",
	"domain-zone a.test sender; domain-zone a.test helo",
	"domain-zone a.test weight 2; threshold 6",
	"domain-zone a.test helo sender weight -2; allow-threshold -4; on allowed accept",
	"zone a.test weight -1; on unlisted reject",
	"zone a.test weight -1; on listed neutral; on allowed accept",
	"zone a.test weight 1; on listed score 2; on allowed neutral",
	"zone a.test weight 2 127.0.0.2; zone a.test 127.0.0.4; threshold 3",
	"zone a.test 127.0.0.0/8 127.255.254-255.1",
	"zone a.test; test-interval 1s",
};

START_TEST(good_configuration)
{
	ck_assert_msg(fake_open(mg_builtin_dnsbl_policy, fine[_i]) == 0, "%s", fake_opened.errors);
	fake_close();
}
END_TEST

static const struct {
	const char *block;
	unsigned stages;
} stages[] = {
	{ "zone a.test", MG_BIT(MG_CONNECT) },
	{ "domain-zone a.test client-name", MG_BIT(MG_CONNECT) },
	{ "domain-zone a.test helo", MG_BIT(MG_HELO) | MG_BIT(MG_MAIL) },
	{ "domain-zone a.test sender", MG_BIT(MG_MAIL) },
	{ "zone a.test; domain-zone b.test",
	  MG_BIT(MG_CONNECT) | MG_BIT(MG_HELO) | MG_BIT(MG_MAIL) },
};

START_TEST(asks_for_no_stage_in_vain)
{
	fake_must_open(mg_builtin_dnsbl_policy, stages[_i].block);
	ck_assert_uint_eq(fake_opened.stages, stages[_i].stages);
	fake_close();
}
END_TEST

int main(void)
{
	TCase *all = policy_tests("dnsbl");

	tcase_add_loop_test(all, weighs_answers, 0, COUNT(answers));
	tcase_add_test(all, ipv6_nibbles);
	tcase_add_test(all, values_and_text);
	tcase_add_loop_test(all, keys_are_masked, 0, COUNT(shown));
	tcase_add_loop_test(all, text_only_when_used, 0, COUNT(text_cases));
	tcase_add_loop_test(all, what_is_known_decides, 0, COUNT(several));
	tcase_add_test(all, several_unknown_lists);
	tcase_add_test(all, all_at_once);
	tcase_add_test(all, late_is_a_timeout);
	tcase_add_test(all, private_clients_are_not_asked_about);
	tcase_add_loop_test(all, domain_lists, 0, COUNT(domains));
	tcase_add_test(all, domains_are_asked_for_early);
	tcase_add_test(all, the_worse_of_two_readings_counts);
	tcase_add_loop_test(all, bad_configuration, 0, COUNT(wrong));
	tcase_add_loop_test(all, good_configuration, 0, COUNT(fine));
	tcase_add_loop_test(all, asks_for_no_stage_in_vain, 0, COUNT(stages));
	return run_tests("dnsbl", all);
}
