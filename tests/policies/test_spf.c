/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "spf" over a fake host and a resolver of canned answers, with each of its engines. */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_host.h"
#include "../dns/fake_dns.h"
#include "../dns/patience.h"

fake_register mg_builtin_spf;

static const char *const engines[] = {
	"engine rfc7208\n",
#ifdef HAVE_SPF2
	"engine libspf2\n",
#endif
};
#define ENGINES ((int)(sizeof(engines) / sizeof(engines[0])))

static const char zone[] =
	"pass.example.org TXT v=spf1 ip4:192.0.2.0/24 ip6:2001:db8:1:2:3:4:5:6 -all\n"
	"fail.example.org TXT v=spf1 ip4:198.51.100.0/24 -all exp=why.example.org\n"
	"why.example.org TXT %{i} is not one of %{d}'s, says %{o}; p=%{p}\n"
	"plain.example.org TXT v=spf1 -all\n"
	"soft.example.org TXT v=spf1 ~all\n"
	"neutral.example.org TXT v=spf1 ?all\n"
	"default.example.org TXT v=spf1\n"
	"other.example.org TXT not spf\n"
	"bad.example.org TXT v=spf1 ipv4:192.0.2.1 -all\n"
	"broken.example.org TXT !failed\n"
	"silent.example.org TXT !late\n"
	"hosts.example.org TXT v=spf1 mx a:host.example.org/24//64 -all\n"
	"hosts.example.org MX 10 mx1.example.org\n"
	"hosts.example.org MX 20 mx2.example.org\n"
	"mx1.example.org A 198.51.100.1\n"
	"mx2.example.org A 203.0.113.9\n"
	"mx2.example.org AAAA 2001:db8:9::9\n"
	"host.example.org A 192.0.2.77\n"
	"host.example.org AAAA 2001:db8:7:7::1\n"
	"mxfail.example.org TXT v=spf1 mx -all\n"
	"mxfail.example.org MX 10 mxbroken.example.org\n"
	"mxfail.example.org MX 20 mx1.example.org\n"
	"mxbroken.example.org A !failed\n"
	"zero.example.org TXT v=spf1 -a:host.example.org/0//0 ip4:0.0.0.0/0 ip6:::/0 ?all\n"
	"mxzero.example.org TXT v=spf1 mx:hosts.example.org/0 ?all\n"
	"ptr.example.org TXT v=spf1 ptr -all\n"
	"5.2.0.192.in-addr.arpa PTR a.ptr.example.org\n"
	"5.2.0.192.in-addr.arpa PTR elsewhere.example.com\n"
	"a.ptr.example.org A 192.0.2.5\n"
	"elsewhere.example.com A 192.0.2.5\n"
	"6.2.0.192.in-addr.arpa PTR b.ptr.example.org\n"
	"b.ptr.example.org A 192.0.2.7\n"
	"redirected.example.org TXT v=spf1 redirect=fail.example.org exp=other.example.org\n"
	"early.example.org TXT v=spf1 redirect=pass.example.org ip4:203.0.113.0/24 -ip4:192.0.2.3\n"
	"notused.example.org TXT v=spf1 redirect=none.example.org ~all\n"
	"inc.example.org TXT v=spf1 include:pass.example.org include:plain.example.org ?all\n"
	"incnone.example.org TXT v=spf1 include:other.example.org -all\n"
	"macro.example.org TXT v=spf1 exists:%{ir}.%{l1r-}.%{v}.%{d2}.test.example.org -all\n"
	"9.2.0.192.joe.in-addr.example.org.test.example.org A 127.0.0.2\n"
	"local.example.org TXT v=spf1 ip4:127.0.0.0/8 -all\n"
	"helo.example.org TXT v=spf1 ip4:192.0.2.1 -all\n"
	"dead.example.org TXT !dead\n"
	"dead-a.example.org TXT v=spf1 a:host.dead.example.org -all\n"
	"host.dead.example.org A !dead\n"
	"host.dead.example.org AAAA !dead\n"
	"dead-exists.example.org TXT v=spf1 exists:host.dead.example.org -all\n"
	"dead-mx.example.org TXT v=spf1 mx:dead.example.org -all\n"
	"dead.example.org MX !dead\n"
	"dead-host.example.org TXT v=spf1 mx -all\n"
	"dead-host.example.org MX 10 host.dead.example.org\n"
	"dead-host.example.org MX 20 mx1.example.org\n"
	"dead-zero.example.org TXT v=spf1 mx:dead-hosts.example.org/0 -all\n"
	"dead-hosts.example.org MX 10 host.dead.example.org\n"
	"dead-include.example.org TXT v=spf1 include:dead.example.org -all\n"
	"dead-redirect.example.org TXT v=spf1 redirect=dead.example.org\n"
	"dead-exp.example.org TXT v=spf1 -all exp=dead.example.org\n"
	"dead-late.example.org TXT v=spf1 ip4:192.0.2.0/24 include:dead.example.org -all\n"
	"dead-p.example.org TXT v=spf1 exists:%{p}.test.example.org -all\n"
	"20.2.0.192.in-addr.arpa PTR !dead\n"
	"21.2.0.192.in-addr.arpa PTR host.dead.example.org\n"
	"21.2.0.192.in-addr.arpa PTR x.dead-ptr.example.org\n"
	"dead-ptr.example.org TXT v=spf1 ptr:dead.example.org ptr -all\n"
	"22.2.0.192.in-addr.arpa PTR !late\n"
	"23.2.0.192.in-addr.arpa PTR x.dead-ptr.example.org\n"
	"23.2.0.192.in-addr.arpa PTR y.dead-ptr.example.org\n"
	"x.dead-ptr.example.org A !dead\n"
	"y.dead-ptr.example.org A 192.0.2.23\n"
	"xn--bcher-kva.example TXT v=spf1 -all\n"
	"eai.example.org TXT v=spf1 exists:%{l}.test.example.org ~all\n";

static const struct {
	const char *sender, *client, *result, *mechanism, *explanation;
} cases[] = {
	{ "joe@pass.example.org", "192.0.2.1", "pass", "ip4:192.0.2.0/24", "" },
	{ "joe@pass.example.org", "2001:db8:1:2:3:4:5:6", "pass", "ip6:2001:db8:1:2:3:4:5:6", "" },
	{ "joe@pass.example.org", "2001:db8:1:2:3:4:6:5", "fail", "-all",
	  "pass.example.org does not permit 2001:db8:1:2:3:4:6:5 to send its mail" },
	{ "joe@pass.example.org", "::ffff:192.0.2.1", "pass", "ip4:192.0.2.0/24", "" },
	{ "joe@PASS.example.org", "192.0.2.1", "pass", "ip4:192.0.2.0/24", "" },
	{ "joe@fail.example.org", "192.0.2.1", "fail", "-all",
	  "192.0.2.1 is not one of fail.example.org's, says fail.example.org; p=unknown" },
	{ "joe@fail.example.org", "192.0.2.5", "fail", "-all",
	  "192.0.2.5 is not one of fail.example.org's, says fail.example.org; p=a.ptr.example.org" },
	{ "joe@plain.example.org", "192.0.2.1", "fail", "-all",
	  "plain.example.org does not permit 192.0.2.1 to send its mail" },
	{ "joe@soft.example.org", "192.0.2.1", "softfail", "~all", "" },
	{ "joe@neutral.example.org", "192.0.2.1", "neutral", "?all", "" },
	{ "joe@default.example.org", "192.0.2.1", "neutral", "default", "" },
	{ "joe@other.example.org", "192.0.2.1", "none", "", "" },
	{ "joe@nothing.example.org", "192.0.2.1", "none", "", "" },
	{ "joe@org", "192.0.2.1", "none", "", "" },
	{ "joe@[192.0.2.1]", "192.0.2.1", "none", "", "" },
	{ "joe", "192.0.2.1", "none", "", "" },
	{ "joe@", "192.0.2.1", "none", "", "" },
	{ "joe@a..example.org", "192.0.2.1", "none", "", "" },
	{ "joe@bad.example.org", "192.0.2.1", "permerror", "", "" },
	{ "joe@broken.example.org", "192.0.2.1", "temperror", "", "" },
	{ "joe@silent.example.org", "192.0.2.1", "temperror", "", "" },
	/* Nobody answers this question: the sender's fault. No server answers anything: nobody's that mail is for. */
	{ "joe@dead.example.org", "192.0.2.1", "timeout", "", "" },
	{ "joe@dead-a.example.org", "192.0.2.1", "timeout", "", "" },
	{ "joe@dead-a.example.org", "2001:db8::1", "timeout", "", "" },
	{ "joe@dead-exists.example.org", "192.0.2.1", "timeout", "", "" },
	{ "joe@dead-mx.example.org", "192.0.2.1", "timeout", "", "" },
	{ "joe@dead-host.example.org", "192.0.2.1", "timeout", "", "" },
	{ "joe@dead-host.example.org", "198.51.100.1", "pass", "mx", "" },
	{ "joe@dead-zero.example.org", "192.0.2.1", "timeout", "", "" },
	{ "joe@dead-include.example.org", "192.0.2.1", "timeout", "", "" },
	{ "joe@dead-redirect.example.org", "192.0.2.1", "timeout", "", "" },
	{ "joe@dead-late.example.org", "192.0.2.1", "pass", "ip4:192.0.2.0/24", "" },
	{ "joe@dead-exp.example.org", "192.0.2.1", "fail", "-all",
	  "dead-exp.example.org does not permit 192.0.2.1 to send its mail" },
	{ "joe@ptr.example.org", "192.0.2.20", "timeout", "", "" },
	{ "joe@dead-ptr.example.org", "192.0.2.21", "timeout", "", "" },
	{ "joe@ptr.example.org", "192.0.2.22", "fail", "-all", NULL },
	{ "joe@dead-ptr.example.org", "192.0.2.23", "pass", "ptr", "" },
	{ "joe@dead-p.example.org", "192.0.2.20", "timeout", "", "" },
	{ "joe@dead-p.example.org", "192.0.2.21", "timeout", "", "" },
	{ "joe@dead-p.example.org", "192.0.2.22", "fail", "-all", NULL },
	{ "joe@hosts.example.org", "203.0.113.9", "pass", "mx", "" },
	{ "joe@hosts.example.org", "2001:db8:9::9", "pass", "mx", "" },
	{ "joe@hosts.example.org", "192.0.2.1", "pass", "a:host.example.org/24//64", "" },
	{ "joe@hosts.example.org", "2001:db8:7:7:8::1", "pass", "a:host.example.org/24//64", "" },
	{ "joe@hosts.example.org", "2001:db8:7:8:7::1", "fail", "-all", NULL },
	{ "joe@mxfail.example.org", "198.51.100.1", "pass", "mx", "" },
	{ "joe@mxfail.example.org", "198.51.100.2", "temperror", "", "" },
	{ "joe@zero.example.org", "192.0.2.1", "fail", "-a:host.example.org/0//0", NULL },
	{ "joe@zero.example.org", "2001:db8::1", "fail", "-a:host.example.org/0//0", NULL },
	{ "joe@mxzero.example.org", "192.0.2.1", "pass", "mx:hosts.example.org/0", "" },
	{ "joe@ptr.example.org", "192.0.2.5", "pass", "ptr", "" },
	{ "joe@ptr.example.org", "192.0.2.6", "fail", "-all", NULL },
	{ "joe@ptr.example.org", "192.0.2.7", "fail", "-all", NULL },
	{ "joe@redirected.example.org", "192.0.2.1", "fail", "-all",
	  "192.0.2.1 is not one of fail.example.org's, says redirected.example.org; p=unknown" },
	{ "joe@early.example.org", "192.0.2.3", "fail", "-ip4:192.0.2.3", NULL },
	{ "joe@early.example.org", "192.0.2.4", "pass", "ip4:192.0.2.0/24", "" },
	{ "joe@notused.example.org", "192.0.2.4", "softfail", "~all", "" },
	{ "joe@inc.example.org", "192.0.2.4", "pass", "include:pass.example.org", "" },
	{ "joe@inc.example.org", "198.51.100.4", "neutral", "?all", "" },
	{ "joe@incnone.example.org", "198.51.100.4", "permerror", "", "" },
	{ "joe-x@macro.example.org", "192.0.2.9", "pass", NULL, "" },
	{ "joe-x@macro.example.org", "192.0.2.8", "fail", NULL, NULL },
	{ "joe@local.example.org", "127.0.0.1", "pass", "ip4:127.0.0.0/8", "" },
	{ "joe@plain.example.org", "127.0.0.1", "fail", "-all", NULL },
	{ "joe@plain.example.org", "::1", "fail", "-all", NULL },
	{ "joe@bücher.example", "192.0.2.1", "fail", "-all",
	  "xn--bcher-kva.example does not permit 192.0.2.1 to send its mail" },
	{ "jö@eai.example.org", "192.0.2.1", "softfail", "~all", "" },
	{ "", "192.0.2.1", "pass", "ip4:192.0.2.1", "" },
	{ "", "192.0.2.2", "fail", "-all",
	  "helo.example.org does not permit 192.0.2.2 to send its mail" },
};

static void begin(void)
{
	fake_dns = stub_new();
	stub_add(fake_dns, zone);
}

static void end(void)
{
	fake_close();
	dns_close(&fake_dns);
}

static void must_open(int engine, const char *more)
{
	char block[500];

	snprintf(block, sizeof(block), "%s%s", engines[engine], more);
	fake_must_open(mg_builtin_spf, block);
	fake.helo = "helo.example.org";
	fake.client = "192.0.2.1";
}

static const char *run(const char *sender)
{
	fake.sender = sender;
	fake_start(MG_MAIL);
	return fake_run(MG_MAIL);
}

START_TEST(judges_senders)
{
	const size_t i = (size_t)_i / (size_t)ENGINES;
	const bool has_mechanism = _i % ENGINES == 0;

	must_open(_i % ENGINES, "");
	fake.client = cases[i].client;
	ck_assert_msg(strcmp(run(cases[i].sender), cases[i].result) == 0,
		      "%s from %s: got %s (%s), want %s", cases[i].sender, cases[i].client,
		      fake_said.result, fake_said.detail, cases[i].result);
	if (has_mechanism && cases[i].mechanism)
		ck_assert_str_eq(fake_value("mechanism"), cases[i].mechanism);
	if (cases[i].explanation)
		ck_assert_str_eq(fake_value("explanation"), cases[i].explanation);
	ck_assert_str_eq(fake_value("identity"), "mailfrom");
	ck_assert_int_eq(strstr(fake_said.result, "error") ||
				 strcmp(fake_said.result, "timeout") == 0,
			 fake_value("problem")[0] != '\0');
}
END_TEST

START_TEST(checks_helo_when_asked)
{
	must_open(_i, "identities helo mailfrom\n");
	fake_start(MG_HELO);
	ck_assert_str_eq(fake_run(MG_HELO), "pass");
	ck_assert_str_eq(fake_value("identity"), "helo");
	fake.client = "192.0.2.2";
	ck_assert_str_eq(fake_run(MG_HELO), "fail");
	ck_assert_str_eq(fake_value("domain"), "helo.example.org");
	fake.helo = "[192.0.2.2]";
	ck_assert_str_eq(fake_run(MG_HELO), "none");
}
END_TEST

START_TEST(checks_no_helo_by_itself)
{
	must_open(_i, "");
	ck_assert_str_eq(fake_run(MG_HELO), "not asked");
	fake_close();
	must_open(_i, "identities helo\n");
	ck_assert_str_eq(run("joe@plain.example.org"), "not asked");
}
END_TEST

START_TEST(spares_relays)
{
	must_open(_i, "relays 192.0.2.0/28 2001:db8::/32\n");
	ck_assert_str_eq(run("joe@plain.example.org"), "none");
	ck_assert_int_eq(fake_said.result == NULL, false);
	ck_assert_uint_eq(stub_questions(fake_dns), 0);
	fake.client = "192.0.2.16";
	ck_assert_str_eq(run("joe@plain.example.org"), "fail");
	fake.client = "192.0.2.1";
	fake_failing_tables = 2;
	ck_assert_str_eq(run("joe@plain.example.org"), "error");
}
END_TEST

START_TEST(spares_local_and_unknown_clients)
{
	must_open(_i, "");
	fake.submitted_locally = true;
	ck_assert_str_eq(run("joe@plain.example.org"), "none");
	fake.submitted_locally = false;
	fake.client = NULL;
	ck_assert_str_eq(run("joe@plain.example.org"), "none");
	ck_assert_uint_eq(stub_questions(fake_dns), 0);
}
END_TEST

START_TEST(writes_received_spf)
{
	must_open(_i, "");
	fake.mta_name = "mx.example.net";
	run("\"a\\\"b\"@default.example.org");
	if (_i == 0)
		ck_assert_str_eq(
			fake_value("received_spf"),
			"neutral (mx.example.net: no statement about this client by default.example.org) "
			"identity=mailfrom; client-ip=\"192.0.2.1\"; helo=\"helo.example.org\"; "
			"receiver=\"mx.example.net\"; envelope-from=\"\\\"a\\\\\\\"b\\\"@default.example.org\"; "
			"mechanism=\"default\"");
	fake.helo = "x)(y\r\nz";
	run("joe@bad.example.org");
	ck_assert_ptr_null(strpbrk(fake_value("received_spf"), "\r\n"));
	ck_assert_ptr_nonnull(
		strstr(fake_value("received_spf"), "problem=\"the record of bad.example.org"));
	ck_assert(strncmp(fake_value("received_spf"), "permerror (", 11) == 0);
}
END_TEST

/* A tree of includes, five at each of seven levels: 97,656 questions for a naive evaluation. */
static void add_tree(const char *name, unsigned depth)
{
	char line[600], child[80];
	int size = snprintf(line, sizeof(line), "%s TXT v=spf1", name);

	for (unsigned i = 0; i < 5 && depth > 0; i++)
		size += snprintf(line + size, sizeof(line) - (size_t)size, " include:%u.%s", i,
				 name);
	snprintf(line + size, sizeof(line) - (size_t)size, " -all");
	stub_add(fake_dns, line);
	for (unsigned i = 0; i < 5 && depth > 0; i++) {
		snprintf(child, sizeof(child), "%u.%s", i, name);
		add_tree(child, depth - 1);
	}
}

START_TEST(an_attack_costs_20_questions)
{
	must_open(_i, "");
	add_tree("tree.example.org", 4); /* no deeper than the limit ever gets */
	ck_assert_str_eq(run("joe@tree.example.org"), "permerror");
	ck_assert_str_eq(fake_value("problem"), "more than 10 terms that ask DNS");
	ck_assert_uint_le(stub_questions(fake_dns), 20);
	ck_assert_uint_ge(stub_questions(fake_dns), 11);
}
END_TEST

START_TEST(a_record_that_includes_itself)
{
	must_open(_i, "");
	stub_add(fake_dns, "loop.example.org TXT v=spf1 include:loop.example.org -all");
	ck_assert_str_eq(run("joe@loop.example.org"), "permerror");
	ck_assert_uint_eq(stub_questions(fake_dns), 1);
}
END_TEST

/* The time is up before DNS answers: that is not the sender's fault, and no result of SPF. */
START_TEST(no_answer_in_time)
{
	must_open(_i, "");
	stub_delay(fake_dns, "slow.example.org", 60000);
	stub_add(fake_dns, "slow.example.org TXT v=spf1 -all");
	fake_time = 2;
	ck_assert_str_eq(run("joe@slow.example.org"), "timeout");
	ck_assert_str_ne(fake_said.detail, "");
}
END_TEST

START_TEST(nine_includes_take_two_round_trips)
{
	struct timespec from, to;
	char line[100];
	long ms;

	must_open(_i, "");
	stub_add(
		fake_dns,
		"nine.example.org TXT v=spf1 include:1.example.org include:2.example.org include:3.example.org "
		"include:4.example.org include:5.example.org include:6.example.org include:7.example.org "
		"include:8.example.org include:9.example.org -all");
	for (int i = 1; i <= 9; i++) {
		snprintf(line, sizeof(line), "%d.example.org TXT v=spf1 ip4:198.51.100.%d", i, i);
		stub_add(fake_dns, line);
	}
	stub_delay(fake_dns, NULL, 500);
	clock_gettime(CLOCK_MONOTONIC, &from);
	ck_assert_str_eq(run("joe@nine.example.org"), "fail");
	clock_gettime(CLOCK_MONOTONIC, &to);
	ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
	ck_assert_int_ge(ms, 990);
	ck_assert_took_lt(ms, 4500); /* one after another: 5000 */
	ck_assert_uint_eq(stub_questions(fake_dns), 10);
}
END_TEST

/* What surely is not evaluated is not asked. */
START_TEST(asks_no_more_than_it_needs)
{
	must_open(_i, "");
	stub_add(
		fake_dns,
		"match.example.org TXT v=spf1 ip4:192.0.2.1 include:never.example.org a mx ptr -all");
	ck_assert_str_eq(run("joe@match.example.org"), "pass");
	ck_assert_uint_eq(stub_questions(fake_dns), 1);
}
END_TEST

START_TEST(limits_of_mx_and_void)
{
	char line[100];

	must_open(_i, "");
	stub_add(fake_dns,
		 "many.example.org TXT v=spf1 mx -all\nten.example.org TXT v=spf1 mx -all");
	for (int i = 1; i <= 11; i++) {
		snprintf(line, sizeof(line), "%s MX %d m%d.example.org",
			 i <= 10 ? "ten.example.org" : "many.example.org", i, i);
		stub_add(fake_dns, line);
		snprintf(line, sizeof(line), "many.example.org MX 1%d m%d.example.org", i, i);
		stub_add(fake_dns, line);
		snprintf(line, sizeof(line), "m%d.example.org A 198.51.100.%d", i, i);
		stub_add(fake_dns, line);
	}
	stub_add(
		fake_dns,
		"void2.example.org TXT v=spf1 a mx ?all\nvoid3.example.org TXT v=spf1 a mx exists:no.example.org ?all");
	ck_assert_str_eq(run("joe@many.example.org"), "permerror");
	fake.client = "198.51.100.10";
	ck_assert_str_eq(run("joe@ten.example.org"), "pass");
	ck_assert_str_eq(run("joe@void2.example.org"), "neutral");
	ck_assert_str_eq(run("joe@void3.example.org"), "permerror");
}
END_TEST

/* A record of so many "mx:", each of so many hosts of its own. */
static void add_mx(const char *name, int terms, int hosts)
{
	char record[600], line[200];
	int size = snprintf(record, sizeof(record), "%s TXT v=spf1", name);

	for (int i = 0; i < terms; i++) {
		size += snprintf(record + size, sizeof(record) - (size_t)size, " mx:m%d.%s", i,
				 name);
		for (int j = 0; j < hosts; j++) {
			snprintf(line, sizeof(line), "m%d.%s MX %d h%d.m%d.%s", i, name, j, j, i,
				 name);
			stub_add(fake_dns, line);
		}
	}
	snprintf(record + size, sizeof(record) - (size_t)size, " ?all");
	stub_add(fake_dns, record);
}

static const struct {
	int terms, hosts;
	const char *result;
	unsigned most; /* questions */
} hosts_cases[] = {
	{ 1, 10, "neutral", 1 + 1 + 10 },    { 1, 11, "permerror", 1 + 1 },
	{ 3, 7, "neutral", 1 + 3 + 21 },     { 10, 10, "neutral", 1 + 10 + 100 },
	{ 11, 1, "permerror", 1 + 10 + 10 },
};

/* The most that the standard allows: ten hosts of each of ten terms. */
START_TEST(limit_of_hosts)
{
	const size_t i = (size_t)_i / (size_t)ENGINES;

	must_open(_i % ENGINES, "");
	add_mx("mx.example.org", hosts_cases[i].terms, hosts_cases[i].hosts);
	ck_assert_str_eq(run("joe@mx.example.org"), hosts_cases[i].result);
	ck_assert_msg(stub_questions(fake_dns) <= hosts_cases[i].most, "%u questions:\n%s",
		      stub_questions(fake_dns), stub_list(fake_dns));
}
END_TEST

/* The hosts of a term that is never evaluated are not asked for, but for the few that were asked for ahead. */
START_TEST(hosts_as_needed)
{
	must_open(_i, "");
	add_mx("mx.example.org", 10, 10);
	stub_add(fake_dns, "h7.m1.mx.example.org A 192.0.2.77");
	fake.client = "192.0.2.77";
	ck_assert_str_eq(run("joe@mx.example.org"), "pass");
	ck_assert_str_eq(fake_value("mechanism"), _i == 0 ? "mx:m1.mx.example.org" : "");
	ck_assert_msg(stub_questions(fake_dns) <= 1 + 10 + 20, "%u questions:\n%s",
		      stub_questions(fake_dns), stub_list(fake_dns));
}
END_TEST

/* A host that two terms are about is asked for once. */
START_TEST(hosts_asked_once)
{
	must_open(_i, "");
	add_mx("m.example.org", 1, 10);
	stub_add(fake_dns, "same.example.org TXT v=spf1 mx:m0.m.example.org mx:m0.m.example.org/24 "
			   "mx:m0.m.example.org/16 mx:m0.m.example.org/8 ?all");
	ck_assert_str_eq(run("joe@same.example.org"), "neutral");
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 1 + 10);
}
END_TEST

/* The client has ten names that count, whatever an MX has. */
START_TEST(limit_of_names)
{
	char line[200];

	must_open(_i, "");
	add_mx("m.example.org", 2, 10);
	for (int i = 0; i < 15; i++) {
		snprintf(line, sizeof(line), "30.2.0.192.in-addr.arpa PTR n%d.many.example.org", i);
		stub_add(fake_dns, line);
	}
	stub_add(
		fake_dns,
		"many.example.org TXT v=spf1 ptr ?all\n"
		"both.example.org TXT v=spf1 mx:m0.m.example.org ptr:many.example.org ?all\n"
		"p.example.org TXT v=spf1 mx:m0.m.example.org mx:m1.m.example.org exists:%{p}.example.org ?all\n"
		"exp.example.org TXT v=spf1 mx:m0.m.example.org mx:m1.m.example.org -all exp=p.%{d}\n"
		"p.exp.example.org TXT %{p}\n");
	fake.client = "192.0.2.30";
	ck_assert_str_eq(run("joe@many.example.org"), "neutral");
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 1 + 10);
	ck_assert_str_eq(run("joe@both.example.org"), "neutral");
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 1 + 10 + 1 + 1 + 10);
	ck_assert_str_eq(run("joe@p.example.org"), "neutral");
	ck_assert_str_eq(run("joe@exp.example.org"), "fail");
	ck_assert_str_eq(fake_value("explanation"), "unknown");
}
END_TEST

/* What is asked ahead keeps to the limits: of eleven includes ten. */
START_TEST(eleven_includes_cost_ten)
{
	char line[100];

	must_open(_i, "");
	stub_add(fake_dns,
		 "eleven.example.org TXT v=spf1 include:i1.example.org include:i2.example.org "
		 "include:i3.example.org include:i4.example.org include:i5.example.org "
		 "include:i6.example.org include:i7.example.org include:i8.example.org "
		 "include:i9.example.org include:i10.example.org include:i11.example.org -all");
	for (int i = 1; i <= 11; i++) {
		snprintf(line, sizeof(line), "i%d.example.org TXT v=spf1 ip4:198.51.100.%d", i, i);
		stub_add(fake_dns, line);
	}
	ck_assert_str_eq(run("joe@eleven.example.org"), "permerror");
	ck_assert_uint_eq(stub_asked(fake_dns, "i10.example.org", MG_DNS_TXT), 1);
	ck_assert_uint_eq(stub_asked(fake_dns, "i11.example.org", MG_DNS_TXT), 0);
	ck_assert_uint_eq(stub_questions(fake_dns), 11);
	stub_forget(fake_dns);
	fake.client = "198.51.100.10";
	ck_assert_str_eq(run("joe@eleven.example.org"), "pass");
	ck_assert_uint_eq(stub_questions(fake_dns), 11);
}
END_TEST

static void add_hostile(const char *name, const char *head, const char *part, unsigned times,
			unsigned letters)
{
	const size_t max = strlen(head) + strlen(part) * times + letters + 1;
	char *text = malloc(max);
	size_t size = strlen(strcpy(text, head));

	for (unsigned i = 0; i < times; i++)
		size += strlen(strcpy(text + size, part));
	memset(text + size, 'a', letters);
	stub_add_txt(fake_dns, name, text, size + letters);
	free(text);
}

START_TEST(hostile_records)
{
	must_open(_i, "");
	/* CVE-2023-42118, and its like through a modifier and through an explanation. */
	add_hostile("h1.example.org", "v=spf1 a:", "%{d}", 127, 5000);
	add_hostile("h2.example.org", "v=spf1 ?all x=", "%{d}", 127, 5000);
	add_hostile("h3.example.org", "%", "%{d}", 127, 5000);
	add_hostile("h4.example.org", "v=spf1", " ip4:10.1.2.3/30", 900, 0);
	add_hostile("h5.example.org", "v=spf1", " ip4:10.1.2.3/30", 4000, 0);
	add_hostile("h6.example.org", "v=spf1", " a:%{d}%{d}%{d}%{d}", 12, 0);
	stub_add_txt(fake_dns, "h7.example.org", "v=spf1 +all\0 -all", 17);
	stub_add_txt(fake_dns, "h8.example.org", "v=spf1\0+all", 11);
	stub_add(fake_dns, "h9.example.org TXT v=spf1 -all exp=h3.example.org");
	ck_assert_str_eq(run("joe@h1.example.org"), "permerror");
	ck_assert_str_eq(run("joe@h2.example.org"), "neutral");
	ck_assert_str_eq(run("joe@h4.example.org"), "neutral");
	ck_assert_str_eq(run("joe@h5.example.org"), "permerror");
	ck_assert_str_eq(run("joe@h6.example.org"), "permerror");
	ck_assert_str_eq(run("joe@h7.example.org"), "permerror");
	ck_assert_str_eq(run("joe@h8.example.org"), "none");
	ck_assert_str_eq(run("joe@h9.example.org"), "fail");
}
END_TEST

START_TEST(bad_configuration)
{
	static const char *const blocks[] = { "engine perhaps", "identities from",
					      "relays example.org", "explanation \"100%\"",
					      "explanation \"%{x}\"" };

	ck_assert_int_eq(fake_open(mg_builtin_spf, blocks[_i]), -1);
}
END_TEST

#ifndef HAVE_SPF2
START_TEST(without_libspf2)
{
	ck_assert_int_eq(fake_open(mg_builtin_spf, "engine libspf2"), -1);
	ck_assert_ptr_nonnull(strstr(fake_opened.errors, "without libspf2"));
}
END_TEST
#endif

int main(void)
{
	Suite *suite = suite_create("spf");
	TCase *tests = tcase_create("spf");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, begin, end);
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, judges_senders, 0,
			    ENGINES * (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_loop_test(tests, checks_helo_when_asked, 0, ENGINES);
	tcase_add_loop_test(tests, checks_no_helo_by_itself, 0, ENGINES);
	tcase_add_loop_test(tests, spares_relays, 0, ENGINES);
	tcase_add_loop_test(tests, spares_local_and_unknown_clients, 0, ENGINES);
	tcase_add_loop_test(tests, writes_received_spf, 0, ENGINES);
	tcase_add_loop_test(tests, an_attack_costs_20_questions, 0, ENGINES);
	tcase_add_loop_test(tests, a_record_that_includes_itself, 0, ENGINES);
	tcase_add_loop_test(tests, no_answer_in_time, 0, ENGINES);
	tcase_add_loop_test(tests, nine_includes_take_two_round_trips, 0, ENGINES);
	tcase_add_loop_test(tests, asks_no_more_than_it_needs, 0, ENGINES);
	tcase_add_loop_test(tests, limits_of_mx_and_void, 0, ENGINES);
	tcase_add_loop_test(tests, limit_of_hosts, 0,
			    ENGINES * (int)(sizeof(hosts_cases) / sizeof(hosts_cases[0])));
	tcase_add_loop_test(tests, hosts_as_needed, 0, ENGINES);
	tcase_add_loop_test(tests, hosts_asked_once, 0, ENGINES);
	tcase_add_loop_test(tests, limit_of_names, 0, ENGINES);
	tcase_add_loop_test(tests, eleven_includes_cost_ten, 0, ENGINES);
	tcase_add_loop_test(tests, hostile_records, 0, ENGINES);
	tcase_add_loop_test(tests, bad_configuration, 0, 5);
#ifndef HAVE_SPF2
	tcase_add_test(tests, without_libspf2);
#endif
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
