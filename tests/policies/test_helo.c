/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "helo" over a fake host. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy_help.h"

fake_register mg_builtin_helo_policy;

#define OWN \
	"own-names mail.example.org BÜCHER.example\nown-addresses 192.0.2.25 2001:db8:12:34::/64\n"
#define LABEL63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

static const struct {
	const char *client, *helo, *want;
} cases[] = {
	{ "198.51.100.7", "mx.example.com", "ok" },
	{ "198.51.100.7", "MX.Example.COM", "ok" },
	{ "198.51.100.7", "m_x.example.com", "ok" },
	{ "198.51.100.7", "bücher.example.com", "ok" },
	{ "198.51.100.7", "xn--bcher-kva.example.com", "ok" },
	{ "198.51.100.7", LABEL63 ".example.com", "ok" },
	{ NULL, "mx.example.com", "ok" },
	/* one final dot */
	{ "198.51.100.7", "mx.example.com.", "ok" },
	{ "198.51.100.7", "bücher.example.com.", "ok" },
	{ "198.51.100.7", "m_x.example.com.", "ok" },
	{ "198.51.100.7", "laptop.", "not-qualified" },
	{ "127.0.0.1", "localhost.", "ok" },
	{ "198.51.100.7", "198.51.100.7.", "bare-address" },
	{ "198.51.100.7", "192.0.2.25.", "impostor" },
	/* syntax */
	{ "198.51.100.7", "", "syntax" },
	{ "198.51.100.7", ".", "syntax" },
	{ "198.51.100.7", "mx..example.com", "syntax" },
	{ "198.51.100.7", ".example.com", "syntax" },
	{ "198.51.100.7", "mx.example.com..", "syntax" },
	{ "198.51.100.7", "..", "syntax" },
	{ "198.51.100.7", "mx-.", "syntax" },
	{ "198.51.100.7", "[198.51.100.7].", "syntax" },
	{ "198.51.100.7", "-mx.example.com", "syntax" },
	{ "198.51.100.7", "mx-.example.com", "syntax" },
	{ "198.51.100.7", "mx example.com", "syntax" },
	{ "198.51.100.7", "mx\texample.com", "syntax" },
	{ "198.51.100.7", "m@x.example.com", "syntax" },
	{ "198.51.100.7", "mx.example.com\x7f", "syntax" },
	{ "198.51.100.7", "m\xffx.example.com", "syntax" },
	{ "198.51.100.7", LABEL63 "l.example.com", "syntax" },
	{ "198.51.100.7", LABEL63 "." LABEL63 "." LABEL63 "." LABEL63 ".a", "syntax" },
	{ "198.51.100.7", "mx%s.example.com", "syntax" },
	/* addresses without brackets */
	{ "198.51.100.7", "198.51.100.7", "bare-address" },
	{ "198.51.100.7", "203.0.113.1", "bare-address" },
	{ "2001:db8::7", "2001:db8::7", "bare-address" },
	{ "2001:db8::7", "IPv6:2001:db8::7", "bare-address" },
	{ "198.51.100.7", "198.51.100.777", "bare-address" },
	{ "198.51.100.7", "1.2.3", "bare-address" },
	{ "198.51.100.7", "12345", "bare-address" },
	{ "198.51.100.7", "0", "bare-address" },
	{ "127.0.0.1", "0", "bare-address" },
	/* literals */
	{ "198.51.100.7", "[198.51.100.7]", "ok" },
	{ "2001:db8:1:2:3:4:5:6", "[IPv6:2001:db8:1:2:3:4:5:6]", "ok" },
	{ "2001:db8:1:2:3:4:5:6", "[ipv6:2001:DB8:1:2:3:4:5:6]", "ok" },
	{ "198.51.100.7", "[IPv6:::ffff:198.51.100.7]", "ok" },
	{ NULL, "[198.51.100.7]", "ok" },
	{ "198.51.100.7", "[198.51.100.8]", "wrong-literal" },
	{ "2001:db8:1:2:3:4:5:6", "[IPv6:2001:db8:1:2:3:4:5:7]", "wrong-literal" },
	{ "2001:db8:1:2:3:4:5:6", "[IPv6:2001:db8:1:2:3:4:6:5]", "wrong-literal" },
	{ "2001:db8::7", "[2001:db8::7]", "syntax" },
	{ "198.51.100.7", "[198.51.100.7", "syntax" },
	{ "198.51.100.7", "[198.51.100.7]x", "syntax" },
	{ "198.51.100.7", "[]", "syntax" },
	{ "198.51.100.7", "[", "syntax" },
	{ "198.51.100.7", "[198.51.100]", "syntax" },
	{ "198.51.100.7", "[198.51.100.7.1]", "syntax" },
	{ "198.51.100.7", "[mx.example.com]", "syntax" },
	{ "198.51.100.7", "[IPv6:2001:db8::7:2001:db8::7:2001:db8::7:2001:db8::7:2001:db8::7]",
	  "syntax" },
	{ NULL, "[198.51.100]", "syntax" },
	/* no dot */
	{ "198.51.100.7", "laptop", "not-qualified" },
	{ "198.51.100.7", "localhost", "not-qualified" },
	{ "127.0.0.1", "laptop", "not-qualified" },
	{ "127.0.0.1", "LocalHost", "ok" },
	{ "::1", "localhost", "ok" },
	/* our own: own-names, macro j, own-addresses, the daemon's address */
	{ "198.51.100.7", "MAIL.example.org", "impostor" },
	{ "198.51.100.7", "bücher.example", "impostor" },
	{ "198.51.100.7", "xn--bcher-kva.example", "impostor" },
	{ "198.51.100.7", "mx1.example.net", "impostor" },
	{ "198.51.100.7", "Mx1.example.net.", "impostor" },
	{ "198.51.100.7", "mail.example.org.", "impostor" },
	{ "198.51.100.7", "bücher.example.", "impostor" },
	{ "198.51.100.7", "mail.example.org..", "syntax" },
	{ "198.51.100.7", "[192.0.2.25]", "impostor" },
	{ "198.51.100.7", "192.0.2.25", "impostor" },
	{ "198.51.100.7", "[192.0.2.26]", "impostor" },
	{ "198.51.100.7", "192.0.2.26", "impostor" },
	{ "2001:db8::7", "[IPv6:2001:db8:12:34::5]", "impostor" },
	{ "2001:db8::7", "2001:db8:12:34:5:6:7:8", "impostor" },
	{ "198.51.100.7", "a.mail.example.org", "ok" },
	{ "198.51.100.7", "example.org", "ok" },
	{ "2001:db8::7", "[IPv6:2001:db8:12:43::5]", "wrong-literal" },
	/* clients that may use them */
	{ "127.0.0.1", "mail.example.org", "ok" },
	{ "127.0.0.9", "[192.0.2.25]", "wrong-literal" },
	{ "::1", "mx1.example.net", "ok" },
	{ "192.0.2.25", "mail.example.org", "ok" },
	{ "192.0.2.25", "mail.example.org.", "ok" },
	{ "192.0.2.26", "[192.0.2.26]", "ok" },
	{ "2001:db8:12:34::1", "mail.example.org", "ok" },
	{ "192.0.2.25", "192.0.2.26", "bare-address" },
	{ NULL, "mail.example.org", "ok" },
};

START_TEST(judges_names)
{
	fake_must_open(mg_builtin_helo_policy, OWN);
	fake.client = cases[_i].client;
	fake.helo = cases[_i].helo;
	fake.mta_name = "mx1.example.net";
	fake.daemon_addr = "192.0.2.26";
	ck_assert_msg(strcmp(fake_run(MG_HELO), cases[_i].want) == 0,
		      "%s says %s: got %s (%s), want %s",
		      cases[_i].client ? cases[_i].client : "unknown", cases[_i].helo,
		      fake_said.result, fake_said.detail, cases[_i].want);
	ck_assert_str_eq(fake_run(MG_MAIL), "none");
}
END_TEST

START_TEST(knows_little_without_configuration)
{
	fake_must_open(mg_builtin_helo_policy, "");
	fake.client = "198.51.100.7";
	fake.helo = "mail.example.org";
	ck_assert_str_eq(fake_run(MG_HELO), "ok");
	fake.helo = "[192.0.2.25]";
	ck_assert_str_eq(fake_run(MG_HELO), "wrong-literal");
	fake.daemon_addr = "0.0.0.0 what?";
	ck_assert_str_eq(fake_run(MG_HELO), "wrong-literal");
	fake.daemon_addr = "IPv6:2001:db8::25";
	fake.helo = "[IPv6:2001:db8::25]";
	ck_assert_str_eq(fake_run(MG_HELO), "impostor");
}
END_TEST

START_TEST(the_system_is_us)
{
	char name[256] = "";

	ck_assert_int_eq(gethostname(name, sizeof(name) - 1), 0);
	fake_must_open(mg_builtin_helo_policy, "");
	fake.client = "198.51.100.7";
	fake.helo = name;
	ck_assert_str_eq(fake_run(MG_HELO), "impostor");
}
END_TEST

static const struct {
	const char *name;
	int want;
} own_names[] = {
	{ "mail.example.org", 0 },
	{ "mail.example.org.", 0 },
	{ "m_x.example.org", 0 },
	{ "localhost", 0 },
	{ "bücher.example", 0 },
	{ "mail..x", -1 },
	{ "-a-.b", -1 },
	{ "\"x y\"", -1 },
	{ "\"\"", -1 },
	{ ".", -1 },
	{ ".example.org", -1 },
	{ "192.0.2.1", -1 },
	{ "2001:db8::1", -1 },
	{ "[192.0.2.1]", -1 },
	{ "/mail/", -1 },
	{ "/bücher/", -1 },
	{ ".bücher.example", -1 },
	{ "bücher..example", -1 },
	{ LABEL63 "l.example.org", -1 },
};

START_TEST(own_names_are_names)
{
	char block[256];

	snprintf(block, sizeof(block), "own-names mx.example.org %s", own_names[_i].name);
	ck_assert_msg(fake_open(mg_builtin_helo_policy, block) == own_names[_i].want, "%s: %s",
		      own_names[_i].name, fake_opened.errors);
	ck_assert_int_eq(fake_opened.errors[0] != '\0', own_names[_i].want < 0);
}
END_TEST

START_TEST(missing_at_mail)
{
	fake_must_open(mg_builtin_helo_policy, "");
	fake.client = "198.51.100.7";
	ck_assert_str_eq(fake_run(MG_HELO), "none");
	ck_assert_str_eq(fake_run(MG_MAIL), "missing");
	fake.helo = "mx.example.com";
	ck_assert_str_eq(fake_run(MG_MAIL), "none");
}
END_TEST

START_TEST(local_mail_has_no_helo)
{
	fake_must_open(mg_builtin_helo_policy, "");
	fake.client = "127.0.0.1";
	fake.submitted_locally = true;
	ck_assert_str_eq(fake_run(MG_MAIL), "none");
	fake.helo = "local host";
	ck_assert_str_eq(fake_run(MG_HELO), "none");
}
END_TEST

START_TEST(underscores)
{
	fake_must_open(mg_builtin_helo_policy, "allow-underscore no");
	fake.client = "198.51.100.7";
	fake.helo = "m_x.example.com";
	ck_assert_str_eq(fake_run(MG_HELO), "syntax");
}
END_TEST

START_TEST(a_table_that_fails)
{
	static const char *const names[] = { "[192.0.2.25]", "192.0.2.25", "mail.example.org" };

	fake_must_open(mg_builtin_helo_policy, OWN);
	fake.client = "198.51.100.7";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fake.helo = names[i];
		fake_failing_tables = 1;
		ck_assert_str_eq(fake_run(MG_HELO), "error");
		ck_assert_str_ne(fake_said.detail, "");
	}
}
END_TEST

/* ---- Looking the name up ---- */

#define RESOLVE "resolve yes\n"
#define CLIENT6 "2001:db8:1234:5678:9abc:def0:1357:2468"

static const struct {
	const char *client, *helo, *records, *want;
	unsigned questions;
} lookups[] = {
	{ "198.51.100.7", "mx.example.com", "mx.example.com A 198.51.100.7", "ok", 1 },
	{ "198.51.100.7", "MX.Example.com", "mx.example.com A 198.51.100.7", "ok", 1 },
	{ "198.51.100.7", "mx.example.com",
	  "mx.example.com A 198.51.100.8\nmx.example.com A 198.51.100.7", "ok", 1 },
	{ "198.51.100.7", "mx.example.com",
	  "mx.example.com CNAME a.example.com\na.example.com A 198.51.100.7", "ok", 1 },
	{ CLIENT6, "mx.example.com", "mx.example.com AAAA " CLIENT6, "ok", 1 },
	{ "198.51.100.7", "bücher.example", "xn--bcher-kva.example A 198.51.100.7", "ok", 1 },
	{ "198.51.100.7", "mx.example.com", "mx.example.com A 198.51.100.8", "mismatch", 1 },
	{ "198.51.100.7", "mx.example.com", "mx.example.com AAAA " CLIENT6, "mismatch", 3 },
	{ CLIENT6, "mx.example.com", "mx.example.com A 198.51.100.7", "mismatch", 3 },
	{ "198.51.100.7", "example.com", "example.com MX 10 mx.example.com", "mismatch", 3 },
	{ "198.51.100.7", "mx.example.com", "", "unresolved", 1 },
	{ "198.51.100.7", "mx.example.com.", "mx.example.com A 198.51.100.7", "ok", 1 },
	{ "198.51.100.7", "mx.example.com", "mx.example.com TXT hello", "unresolved", 3 },
	{ "198.51.100.7", "mx.example.com", "mx.example.com A !failed", "error", 1 },
	{ "198.51.100.7", "mx.example.com", "mx.example.com A !late", "timeout", 1 },
	{ "198.51.100.7", "mx.example.com", "mx.example.com A !dead", "timeout", 1 },
	{ "198.51.100.7", "mx.example.com", "mx.example.com A !nodata\nmx.example.com MX !late",
	  "timeout", 3 },
	{ "198.51.100.7", "mx.example.com",
	  "mx.example.com A !nodata\nmx.example.com AAAA !failed\nmx.example.com MX 1 a.example",
	  "mismatch", 3 },
	/* not looked up: another fault, an address, a client without a name in the DNS */
	{ "198.51.100.7", "[198.51.100.7]", "", "ok", 0 },
	{ "198.51.100.7", "198.51.100.7", "", "bare-address", 0 },
	{ "198.51.100.7", "1.2.3", "", "bare-address", 0 },
	{ "198.51.100.7", "laptop", "", "not-qualified", 0 },
	{ "198.51.100.7", "mx..example.com", "", "syntax", 0 },
	{ "198.51.100.7", "m@x.example.com", "", "syntax", 0 },
	{ "10.1.2.3", "mx.example.com", "", "ok", 0 },
	{ "127.0.0.1", "mx.example.com", "", "ok", 0 },
	{ "::1", "mx.example.com", "", "ok", 0 },
	{ NULL, "mx.example.com", "", "ok", 0 },
};

START_TEST(looks_up)
{
	fake_dns = stub_new();
	stub_add(fake_dns, lookups[_i].records);
	fake_must_open(mg_builtin_helo_policy, RESOLVE);
	fake.client = lookups[_i].client;
	fake.helo = lookups[_i].helo;
	fake_start(MG_HELO);
	ck_assert_msg(strcmp(fake_run(MG_HELO), lookups[_i].want) == 0, "%d: got %s (%s), want %s",
		      _i, fake_said.result, fake_said.detail, lookups[_i].want);
	ck_assert_msg(stub_questions(fake_dns) == lookups[_i].questions, "%d: %u questions", _i,
		      stub_questions(fake_dns));
}
END_TEST

static const struct {
	const char *block;
	bool resolves;
} resolve_cases[] = {
	{ "", false },
	{ "on impostor reject", false },
	{ "resolve no", false },
	{ "resolve yes", true },
	{ "on unresolved score 2", true },
	{ "on syntax reject; on mismatch neutral", true },
	{ "resolve yes; on mismatch score 1", true },
	{ "resolve no; on mismatch neutral", false },
};

/* Without a use for the DNS the configuration does not start it, and no look-up begins. */
START_TEST(asks_only_when_wanted)
{
	fake_dns = stub_new();
	fake_must_open(mg_builtin_helo_policy, resolve_cases[_i].block);
	ck_assert_uint_eq(fake_opened.services, resolve_cases[_i].resolves ? MG_SERVICE_DNS : 0);
	fake.client = "198.51.100.7";
	fake.helo = "mx.example.com";
	fake_start(MG_HELO);
	ck_assert_str_eq(fake_run(MG_HELO), resolve_cases[_i].resolves ? "unresolved" : "ok");
	ck_assert_uint_eq(stub_questions(fake_dns), resolve_cases[_i].resolves);
}
END_TEST

START_TEST(bad_configuration)
{
	static const char *const blocks[] = { "own-addresses mail.example.org",
					      "allow-underscore perhaps",
					      "own-names",
					      "own-address 192.0.2.1",
					      "resolve no; on unresolved reject",
					      "on mismatch score 1; resolve no" };

	ck_assert_int_eq(fake_open(mg_builtin_helo_policy, blocks[_i]), -1);
}
END_TEST

int main(void)
{
	TCase *all = policy_tests("helo");

	tcase_add_loop_test(all, judges_names, 0, COUNT(cases));
	tcase_add_test(all, knows_little_without_configuration);
	tcase_add_test(all, the_system_is_us);
	tcase_add_loop_test(all, own_names_are_names, 0, COUNT(own_names));
	tcase_add_test(all, missing_at_mail);
	tcase_add_test(all, local_mail_has_no_helo);
	tcase_add_test(all, underscores);
	tcase_add_test(all, a_table_that_fails);
	tcase_add_loop_test(all, looks_up, 0, COUNT(lookups));
	tcase_add_loop_test(all, asks_only_when_wanted, 0, COUNT(resolve_cases));
	tcase_add_loop_test(all, bad_configuration, 0, 6);
	return run_tests("helo", all);
}
