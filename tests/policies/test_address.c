/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "address" over a fake host. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "policy_help.h"

fake_register mg_builtin_address_policy;

#define D60 "0123456789.0123456789.0123456789.0123456789.0123456789.0123."
#define L64 "0123456789012345678901234567890123456789012345678901234567890123"

/* The same for a sender and a recipient. */
static const struct {
	const char *path, *macro, *want;
} cases[] = {
	{ "<a@b.example>", "a@b.example", "none" },
	{ "<a@b.example>", "a", "none" },
	{ "a@b.example", "a@b.example", "none" },
	{ "<A.b+c=d_e@x.B-c.example>", NULL, "none" },
	{ "<SRS0=HHH=TT=b.example=a@c.example>", NULL, "none" },
	{ "<\"a b\"@b.example>", "\"a b\"@b.example", "none" },
	{ "<\"a\\\"b\"@b.example>", NULL, "none" },
	{ "<\"a..b\"@b.example>", NULL, "none" },
	{ "<\"\"@b.example>", NULL, "none" },
	{ "<a@[192.0.2.1]>", "a@[192.0.2.1]", "none" },
	{ "<a@[IPv6:2001:db8::1]>", NULL, "none" },
	{ "<a@my_host.example>", NULL, "none" },
	{ "<" L64 L64 "@b.example>", NULL, "none" },
	{ "<100%@b.example>", NULL, "none" },
	{ "<wow!@b.example>", NULL, "none" },
	/* mapped by tables of the MTA's */
	{ "<secret@virt.example>", "mapped", "none" },
	{ "<secret@virt.example>", "m@r.example", "none" },
	/* no mailbox */
	{ "< >", "", "malformed" },
	{ "<()>", "", "malformed" },
	{ "x<>", "", "malformed" },
	{ "<\"\">", "", "unqualified" },
	{ "<g:;>", "", "malformed" },
	{ "<a b@c.example>", NULL, "malformed" },
	{ "<a @b.example>", "a@b.example", "malformed" },
	{ "<a@ b.example>", "a@b.example", "malformed" },
	{ "<a(x)@b.example>", "a@b.example", "malformed" },
	{ "<a@b.example(x)>", "a@b.example", "malformed" },
	{ "x<a@b.example>", "a@b.example", "malformed" },
	{ "<a@b.example>x", "a@b.example", "malformed" },
	{ "<<a@b.example>>", "a@b.example", "malformed" },
	{ "<<a>@b.example>", "a", "malformed" },
	{ "<a@b.example", "a@b.example", "malformed" },
	{ "<a@b.example.>", "a@b.example", "malformed" },
	{ "<a@b..example>", NULL, "malformed" },
	{ "<a@.example>", NULL, "malformed" },
	{ "<a@-b.example>", NULL, "malformed" },
	{ "<a@>", NULL, "malformed" },
	{ "<@b.example>", NULL, "malformed" },
	{ "<a@b.example,>", "a@b.example", "malformed" },
	{ "<a@b@c.example>", NULL, "malformed" },
	{ "<a\\@b.example>", "a@b.example", "malformed" },
	{ "<a\\b@c.example>", "ab@c.example", "malformed" },
	{ "<\"a\"b@c.example>", "ab@c.example", "malformed" },
	{ "<\"a@b.example>", NULL, "malformed" },
	{ "<\"a\\", NULL, "malformed" },
	{ "<\"a\x01\"@b.example>", NULL, "malformed" },
	{ "<a@\"b.example\">", "a@b.example", "malformed" },
	{ "<.a@b.example>", NULL, "malformed" },
	{ "<a.@b.example>", NULL, "malformed" },
	{ "<a..b@c.example>", NULL, "malformed" },
	{ "<.@b.example>", NULL, "malformed" },
	{ "<a@192.0.2.1>", NULL, "malformed" },
	{ "<a@[192.0.2]>", NULL, "malformed" },
	{ "<a@[192.0.2.1>", NULL, "malformed" },
	{ "<a@[192.0.2.1]x>", NULL, "malformed" },
	{ "<a@[IPv6:192.0.2.1]>", NULL, "malformed" },
	{ "<a@[]>", NULL, "malformed" },
	{ "<\u00e9@b.example>", NULL, "malformed" },
	{ "<\"\u00e9\"@b.example>", NULL, "malformed" },
	{ "<a@b\u00fccher.example>", NULL, "malformed" },
	{ "<a@" D60 D60 D60 D60 "0123456789.0>", NULL, "none" },
	{ "<a@" D60 D60 D60 D60 "0123456789.0123>", NULL, "malformed" },
	{ "<" L64 L64 L64 L64 "0@b.example>", NULL, "malformed" },
	/* by way of another host */
	{ "<a%b.example@c.example>", "a@b.example", "routed" },
	{ "<a%b.example>", "a@b.example", "routed" },
	{ "<b.example!a>", "a@b.example", "routed" },
	{ "<b.example!a@c.example>", NULL, "routed" },
	{ "<\"a@b.example\"@c.example>", "a@b.example", "routed" },
	{ "<\"a\\@b.example\"@c.example>", NULL, "routed" },
	{ "<\"b.example!a\"@c.example>", NULL, "routed" },
	{ "<\"a%b.example\"@c.example>", NULL, "routed" },
	{ "<@b.example:a@c.example>", "a@c.example", "routed" },
	{ "<@b.example,@d.example:a@c.example>", "a@c.example", "routed" },
	/* without a domain */
	{ "<a>", "a@b.example", "unqualified" },
	{ "a", "a", "unqualified" },
	{ "<\"a\">", "a@b.example", "unqualified" },
	{ "<a@localhost>", "a@localhost", "unqualified" },
	/* the MTA reads another address */
	{ "<\"a b\"@c.example>", "x@c.example", "ambiguous" },
	{ "<\"mailer-daemon\"@c.example>", "x@c.example", "ambiguous" },
	{ "<a@[192.0.2.1]>", "a", "ambiguous" },
	{ "<a@[192.0.2.1]>", "a@mx.example", "ambiguous" },
};

START_TEST(judges)
{
	fake_must_open(mg_builtin_address_policy, "");
	fake.sender = fake.recipient = cases[_i].path;
	fake.sender_macro = fake.recipient_macro = cases[_i].macro;
	for (int stage = MG_MAIL; stage <= MG_RCPT; stage++) {
		const bool sender = stage == MG_MAIL;

		ck_assert_msg(strcmp(fake_run((enum mg_stage)stage), cases[_i].want) == 0,
			      "%s: got %s, want %s", cases[_i].path, fake_said.result,
			      cases[_i].want);
		if (strcmp(cases[_i].want, "none") == 0)
			continue;
		ck_assert_int_eq(fake_said.code, 553);
		ck_assert_str_eq(fake_said.status, sender ? "5.1.7" : "5.1.3");
		ck_assert_str_eq(fake_value("kind"), sender ? "sender" : "recipient");
		ck_assert_str_eq(fake_value("path"), cases[_i].path);
	}
}
END_TEST

START_TEST(null_sender_and_postmaster)
{
	fake_must_open(mg_builtin_address_policy, "");
	fake.sender = "<>";
	fake.sender_macro = "";
	ck_assert_str_eq(fake_run(MG_MAIL), "none");
	fake.sender = "<postmaster>";
	fake.sender_macro = "postmaster";
	ck_assert_str_eq(fake_run(MG_MAIL), "unqualified");
	fake.recipient = "<Postmaster>";
	ck_assert_str_eq(fake_run(MG_RCPT), "none");
	fake.recipient = "<>";
	ck_assert_str_eq(fake_run(MG_RCPT), "malformed");
}
END_TEST

START_TEST(internationalised_mail)
{
	static const char *const params[] = { "SIZE=1", "SMTPUTF8", NULL };
	static const char *const good[] = { "<\u00e9@b.example>", "<\"\u00e9\"@b.example>",
					    "<a@b\u00fccher.example>", "<a@\u2764.example>" };

	fake_must_open(mg_builtin_address_policy, "");
	fake.sender_params = params;
	for (size_t i = 0; i < COUNT(good); i++) {
		fake.sender = fake.recipient = good[i];
		ck_assert_str_eq(fake_run(MG_MAIL), "none");
		ck_assert_str_eq(fake_run(MG_RCPT), "none");
	}
	fake.sender = "<a@b\u2028.example>";
	ck_assert_str_eq(fake_run(MG_MAIL), "malformed");
}
END_TEST

START_TEST(local_mail)
{
	fake_must_open(mg_builtin_address_policy, "");
	fake.submitted_locally = true;
	fake.sender = fake.recipient = "<root>";
	ck_assert_str_eq(fake_run(MG_MAIL), "none");
	ck_assert_str_eq(fake_run(MG_RCPT), "none");
}
END_TEST

START_TEST(dots_can_be_allowed)
{
	static const char *const paths[] = { "<a..b@c.example>", "<a.@b.example>",
					     "<.a@b.example>" };

	fake_must_open(mg_builtin_address_policy, "allow-dots yes");
	for (size_t i = 0; i < COUNT(paths); i++) {
		fake.sender = paths[i];
		ck_assert_str_eq(fake_run(MG_MAIL), "none");
	}
	policy_close();
	ck_assert_int_eq(fake_open(mg_builtin_address_policy, "allow-dots 3"), -1);
}
END_TEST

START_TEST(shows_what_the_mta_reads)
{
	fake_must_open(mg_builtin_address_policy, "");
	fake.sender = "<\"\">";
	fake.sender_macro = "";
	ck_assert_str_eq(fake_run(MG_MAIL), "unqualified");
	ck_assert_str_eq(fake_value("reading"), "<>");
	fake.sender = "<\"a b\"@c.example>";
	fake.sender_macro = "x@c.example";
	ck_assert_str_eq(fake_run(MG_MAIL), "ambiguous");
	ck_assert_str_eq(fake_value("reading"), "x@c.example");
	ck_assert_str_eq(fake_said.text,
			 "Sender address rejected: it can be read as another address");
}
END_TEST

int main(void)
{
	TCase *all = policy_tests("address");

	tcase_add_loop_test(all, judges, 0, COUNT(cases));
	tcase_add_test(all, null_sender_and_postmaster);
	tcase_add_test(all, internationalised_mail);
	tcase_add_test(all, local_mail);
	tcase_add_test(all, dots_can_be_allowed);
	tcase_add_test(all, shows_what_the_mta_reads);
	return run_tests("address", all);
}
