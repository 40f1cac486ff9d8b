/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "spf" over a fake host and a resolver of canned answers, with each of its engines. */
#include "spf_help.h"

static const char zone[] =
	"pass.example.org TXT v=spf1 ip4:192.0.2.0/24 ip6:2001:db8:1:2:3:4:5:6 -all\n"
	"fail.example.org TXT v=spf1 ip4:198.51.100.0/24 -all exp=why.example.org\n"
	"why.example.org TXT %{i} is not one of %{d}'s, says %{o}; p=%{p}\n"
	"plain.example.org TXT v=spf1 -all\n"
	"soft.example.org TXT v=spf1 ~all\n"
	"xn--qei.example TXT v=spf1 -all\n"
	"neutral.example.org TXT v=spf1 ?all\n"
	"default.example.org TXT v=spf1\n"
	"other.example.org TXT not spf\n"
	"bad.example.org TXT v=spf1 ipv4:192.0.2.1 -all\n"
	"broken.example.org TXT !failed\n"
	"silent.example.org TXT !late\n"
	"single.example.org TXT v=spf1 include:%{l} -all\n"
	"single-redirect.example.org TXT v=spf1 redirect=%{l}\n"
	"joe TXT v=spf1 +all\n"
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
	{ "joe@PASS.example.org", "192.0.2.1", "pass", "ip4:192.0.2.0/24", "" },
	{ "joe@fail.example.org", "192.0.2.1", "fail", "-all",
	  "192.0.2.1 is not one of fail.example.org's, says fail.example.org; p=unknown" },
	{ "joe@fail.example.org", "192.0.2.5", "fail", "-all",
	  "192.0.2.5 is not one of fail.example.org's, says fail.example.org; "
	  "p=a.ptr.example.org" },
	{ "joe@plain.example.org", "192.0.2.1", "fail", "-all",
	  "plain.example.org does not permit 192.0.2.1 to send its mail" },
	{ "joe@plain.example.org.", "192.0.2.1", "fail", "-all",
	  "plain.example.org does not permit 192.0.2.1 to send its mail" },
	{ "joe@plain..example.org", "192.0.2.1", "none", "", "" },
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
	/*
	 * This question gets no answer: the sender's fault. No server answers anything: nobody's
	 * fault.
	 */
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
	{ "joe@single.example.org", "192.0.2.1", "permerror", "", "" },
	{ "joe@single-redirect.example.org", "192.0.2.1", "permerror", "", "" },
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

/* The return path as written, and the MTA's reading: the worse counts. */
static const struct {
	const char *path, *macro, *result, *domain, *detail;
} readings[] = {
	{ "<joe@pass.example.org>", "joe", "pass", "pass.example.org", "" },
	{ "<joe%pass.example.org@soft.example.org>", "joe@pass.example.org", "softfail",
	  "soft.example.org", ", pass for joe@pass.example.org" },
	{ "<joe%soft.example.org@pass.example.org>", "joe@soft.example.org", "softfail",
	  "soft.example.org", ", pass for joe%soft.example.org@pass.example.org" },
	{ "<joe%pass.example.org@plain.example.org>", "joe@pass.example.org", "fail",
	  "plain.example.org", "pass for" },
	{ "<joe%pass.example.org@nothing.example.org>", "joe@pass.example.org", "none",
	  "nothing.example.org", "pass for" },
	{ "<joe%neutral.example.org@bad.example.org>", "joe@neutral.example.org", "permerror",
	  "bad.example.org", "neutral for" },
	{ "<joe%broken.example.org@soft.example.org>", "joe@broken.example.org", "temperror",
	  "broken.example.org", "softfail for" },
	{ "<joe%dead.example.org@soft.example.org>", "joe@dead.example.org", "softfail",
	  "soft.example.org", "timeout for" },
	{ "<joe%dead.example.org@pass.example.org>", "joe@dead.example.org", "timeout",
	  "dead.example.org", "pass for" },
	{ "<\"\">", "", "fail", "helo.example.org", "" },
	{ "<MAILER-DAEMON@pass.example.org>", "mailer-daemon@pass.example.org", "fail",
	  "helo.example.org", "pass for" },
	{ "<joe@\u2764.example>", "joe@\u2764.example", "fail", "xn--qei.example", "" },
};

START_TEST(the_worse_of_two_readings_counts)
{
	const size_t i = (size_t)_i / (size_t)ENGINES;

	must_open(_i % ENGINES, "");
	fake.client = "192.0.2.2";
	fake.sender_macro = readings[i].macro;
	ck_assert_msg(strcmp(run(readings[i].path), readings[i].result) == 0,
		      "%s: got %s (%s), want %s", readings[i].path, fake_said.result,
		      fake_said.detail, readings[i].result);
	ck_assert_str_eq(fake_value("domain"), readings[i].domain);
	ck_assert_msg(strstr(fake_said.detail, readings[i].detail) != NULL, "%s", fake_said.detail);
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
	ck_assert_str_eq(fake_said.detail, "not checked: the client is one of the relays");
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
	ck_assert_str_eq(fake_said.detail, "nothing to ask: submitted locally");
	fake.submitted_locally = false;
	fake.client = NULL;
	ck_assert_str_eq(run("joe@plain.example.org"), "none");
	ck_assert_str_eq(fake_said.detail, "nothing to ask: the client has no address");
	ck_assert_uint_eq(stub_questions(fake_dns), 0);
}
END_TEST

START_TEST(says_why_there_is_none)
{
	must_open(_i, "");
	ck_assert_str_eq(run("joe@other.example.org"), "none");
	ck_assert_str_eq(fake_said.detail, "mailfrom other.example.org: no SPF record");
	ck_assert_str_eq(run("joe@nothing.example.org"), "none");
	ck_assert_str_eq(fake_said.detail, "mailfrom nothing.example.org: no SPF record");
	ck_assert_str_eq(run("joe@org"), "none");
	ck_assert_str_eq(fake_said.detail, "mailfrom org: no domain that could have a record");
}
END_TEST

START_TEST(writes_received_spf)
{
	must_open(_i, "");
	fake.mta_name = "mx.example.net";
	run("\"a\\\"b\"@default.example.org");
	if (_i == 0)
		ck_assert_str_eq(fake_value("received_spf"),
				 "neutral (mx.example.net: no statement about this client by "
				 "default.example.org) identity=mailfrom; client-ip=\"192.0.2.1\"; "
				 "helo=\"helo.example.org\"; receiver=\"mx.example.net\"; "
				 "envelope-from=\"\\\"a\\\\\\\"b\\\"@default.example.org\"; "
				 "mechanism=\"default\"");
	fake.helo = "x)(y\r\nz";
	run("joe@bad.example.org");
	ck_assert_ptr_null(strpbrk(fake_value("received_spf"), "\r\n"));
	ck_assert_ptr_nonnull(
		strstr(fake_value("received_spf"), "problem=\"the record of bad.example.org"));
	ck_assert(strncmp(fake_value("received_spf"), "permerror (", 11) == 0);
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
	/* CVE-2023-42118, and the same through a modifier and through an explanation. */
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

	ck_assert_int_eq(fake_open(mg_builtin_spf_policy, blocks[_i]), -1);
}
END_TEST

/* The library that configure has found is an engine, in the daemon and in these tests. */
START_TEST(engines_built_in)
{
#ifdef HAVE_LIBSPF2
	ck_assert_int_eq(ENGINES, 2);
#else
	ck_assert_int_eq(ENGINES, 1);
#endif
}
END_TEST

START_TEST(engines_left_out)
{
	const char *engine = spf_engines[_i].name;
	char text[100];

	snprintf(text, sizeof(text), "engine %s", engine);
	ck_assert_int_eq(fake_open(mg_builtin_spf_policy, text), -1);
	snprintf(text, sizeof(text), "without %s", engine);
	ck_assert_ptr_nonnull(strstr(fake_opened.errors, text));
}
END_TEST

int main(void)
{
	TCase *tests = spf_tests("spf", begin);

	tcase_add_loop_test(tests, judges_senders, 0, ENGINES * COUNT(cases));
	tcase_add_loop_test(tests, the_worse_of_two_readings_counts, 0, ENGINES * COUNT(readings));
	tcase_add_loop_test(tests, checks_helo_when_asked, 0, ENGINES);
	tcase_add_loop_test(tests, checks_no_helo_by_itself, 0, ENGINES);
	tcase_add_loop_test(tests, spares_relays, 0, ENGINES);
	tcase_add_loop_test(tests, spares_local_and_unknown_clients, 0, ENGINES);
	tcase_add_loop_test(tests, says_why_there_is_none, 0, ENGINES);
	tcase_add_loop_test(tests, writes_received_spf, 0, ENGINES);
	tcase_add_loop_test(tests, hostile_records, 0, ENGINES);
	tcase_add_loop_test(tests, bad_configuration, 0, 5);
	tcase_add_test(tests, engines_built_in);
	tcase_add_loop_test(tests, engines_left_out, ENGINES, SPF_ENGINES);
	return run_tests("spf", tests);
}
