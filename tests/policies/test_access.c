/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "access" over a fake host. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy_help.h"

fake_register mg_builtin_access_policy;

/* A block with names of files in it. */
static const char *block(const char *fmt, const char *file)
{
	static char text[1024];
	size_t used = 0;

	for (; *fmt && used < sizeof(text) - 1; fmt++) {
		if (*fmt == '@')
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", file);
		else
			text[used++] = *fmt;
	}
	text[used] = '\0';
	return text;
}

/* ---- Kinds ---------------------------------------------------------------------------- */

static const struct {
	const char *lines;
	enum mg_stage stage;
	const char *fact, *want;
} kinds[] = {
	{ "reject client 192.0.2.1", MG_CONNECT, "192.0.2.1", "reject" },
	{ "reject client 192.0.2.1", MG_CONNECT, "192.0.2.10", "none" },
	{ "reject client 192.0.2.0/24 10.0.0.0/8", MG_CONNECT, "10.9.8.7", "reject" },
	{ "reject client 2001:db8:12:34::/64", MG_CONNECT, "2001:db8:12:34:5:6:7:8", "reject" },
	{ "reject client 2001:db8:12:34::/64", MG_CONNECT, "2001:db8:12:43::1", "none" },
	{ "reject client 192.0.2.1", MG_CONNECT, NULL, "none" },
	{ "defer helo mx.example.com", MG_HELO, "MX.example.com", "defer" },
	{ "defer helo example.com", MG_HELO, "mx.example.com", "defer" },
	{ "defer helo example.com", MG_HELO, "mx.example.org", "none" },
	{ "defer helo bücher.example", MG_HELO, "xn--bcher-kva.example", "defer" },
	{ "defer helo /^mx[0-9]/", MG_HELO, "mx1.example.org", "defer" },
	{ "discard sender a@example.com", MG_MAIL, "A@EXAMPLE.com", "discard" },
	{ "discard sender a@example.com", MG_MAIL, "b@example.com", "none" },
	{ "discard sender example.com", MG_MAIL, "b@mx.example.com", "discard" },
	{ "discard sender a@", MG_MAIL, "a@example.org", "discard" },
	{ "discard sender <>", MG_MAIL, "", "discard" },
	{ "discard sender <>", MG_MAIL, "a@example.org", "none" },
	{ "discard sender /^<>$/", MG_MAIL, "", "discard" },
	{ "discard sender jürgen@bücher.example", MG_MAIL, "jürgen@xn--bcher-kva.example",
	  "discard" },
	{ "discard sender jürgen@bücher.example", MG_MAIL, "JÜRGEN@BÜCHER.example", "discard" },
	{ "discard sender example.com", MG_MAIL, NULL, "none" },
	{ "hold recipient sales@example.com", MG_RCPT, "sales@example.com", "hold" },
	{ "hold recipient sales@example.com", MG_RCPT, "info@example.com", "none" },
	{ "hold recipient 用户@例え.jp", MG_RCPT, "用户@xn--r8jz45g.jp", "hold" },
	{ "ok sender example.com", MG_MAIL, "a@example.com", "ok" },
	{ "dunno sender example.com", MG_MAIL, "a@example.com", "none" },
	{ "reject client-name example.com", MG_CONNECT, "192.0.2.1", "none" },
	{ "reject client-name unknown", MG_CONNECT, "192.0.2.1", "reject" },
};

START_TEST(finds_each_kind)
{
	const char *fact = kinds[_i].fact;

	fake_must_open(mg_builtin_access_policy, kinds[_i].lines);
	ck_assert_uint_eq(fake_opened.stages, MG_BIT(kinds[_i].stage));
	if (kinds[_i].stage == MG_CONNECT)
		fake.client = fact;
	else if (kinds[_i].stage == MG_HELO)
		fake.helo = fact;
	else if (kinds[_i].stage == MG_MAIL)
		fake.sender = fact;
	else
		fake.recipient = fact;
	ck_assert_msg(strcmp(fake_run(kinds[_i].stage), kinds[_i].want) == 0,
		      "%s: %s is %s, want %s", kinds[_i].lines, fact ? fact : "NULL",
		      fake_said.result, kinds[_i].want);
	ck_assert_int_eq(fake_said.detail[0] != '\0', strcmp(kinds[_i].want, "none") != 0);
}
END_TEST

START_TEST(finds_client_names)
{
	fake_must_open(mg_builtin_access_policy, "reject client-name example.com");
	fake.client = "192.0.2.1";
	fake.client_name = "mx.example.com";
	ck_assert_str_eq(fake_run(MG_CONNECT), "reject");
	ck_assert_str_eq(fake_value("kind"), "client-name");
	ck_assert_str_eq(fake_value("key"), "mx.example.com");
	fake.client_name = "mx.example.org";
	ck_assert_str_eq(fake_run(MG_CONNECT), "none");
}
END_TEST

static const struct {
	const char *entry, *name, *value, *want;
} headers[] = {
	{ "\"/^Subject: .*casino/\"", "Subject", "Win at the CASINO", "reject" },
	{ "\"/^Subject: .*casino/\"", "Subject", "  Win at\r\n\tthe casino", "reject" },
	{ "\"/^Subject: .*casino/\"", "X-Subject", "casino", "none" },
	{ "\"/^Subject: Win at\\\\tthe casino$/\"", "Subject", " Win at\n\tthe casino", "reject" },
	{ "\"/^Subject: $/\"", "Subject", "", "reject" },
	{ "\"/^Subject: $/\"", "Subject", " \n ", "reject" },
	{ "\"x-spam: yes\"", "X-Spam", "Yes", "reject" },
	{ "\"x-spam: yes\"", "X-Spam", "Yes, it is", "none" },
	{ "\"x-spam: yes\"", "X-Spam \t", "Yes", "reject" },
	{ "\"/^Subject: .*casino/\"", "Subject ", "casino", "reject" },
	{ "\"/^: x$/\"", " ", "x", "reject" },
};

START_TEST(finds_headers)
{
	char line[128];

	snprintf(line, sizeof(line), "reject header %s", headers[_i].entry);
	fake_must_open(mg_builtin_access_policy, line);
	fake.header_name = headers[_i].name;
	fake.header_value = headers[_i].value;
	ck_assert_str_eq(fake_run(MG_HEADER), headers[_i].want);
}
END_TEST

/* ---- Right-hand sides --------------------------------------------------------------------- */

static const struct {
	const char *rhs, *want;
	int code;
	const char *status, *text; /* of the reply; text is also the value */
} outcomes[] = {
	{ "OK", "ok", 0, "", "" },
	{ "ok", "ok", 0, "", "" },
	{ "OK a partner", "ok", 0, "", "" },
	{ "OK 5.7.1 as it were", "ok", 0, "", "" },
	{ "RELAY", "ok", 0, "", "" },
	{ "1234567890", "ok", 0, "", "" },
	{ "1", "ok", 0, "", "" },
	{ "250", "ok", 0, "", "" },
	{ "DUNNO", "none", 0, "", "" },
	{ "dunno whatever", "none", 0, "", "" },
	{ "REJECT", "reject", 0, "", "Sender address rejected" },
	{ "REJECT No thanks", "reject", 0, "", "No thanks" },
	{ "Reject 5.7.26 No thanks", "reject", 0, "5.7.26", "No thanks" },
	{ "REJECT 5.7.1", "reject", 0, "5.7.1", "Sender address rejected" },
	{ "REJECT 5.7 million reasons", "reject", 0, "", "5.7 million reasons" },
	{ "REJECT 5.7.1.2 reasons", "reject", 0, "", "5.7.1.2 reasons" },
	{ "REJECT {client} 100%", "reject", 0, "", "{client} 100%" },
	{ "DEFER", "defer", 0, "", "Sender address deferred" },
	{ "DEFER 4.3.2 Later", "defer", 0, "4.3.2", "Later" },
	{ "DEFER_IF_PERMIT Later", "defer", 0, "", "Later" },
	{ "450 Busy", "defer", 450, "", "Busy" },
	{ "421 4.7.0 Busy", "defer", 421, "4.7.0", "Busy" },
	{ "554 5.7.1 Go away", "reject", 554, "5.7.1", "Go away" },
	{ "550   Go   away", "reject", 550, "", "Go   away" },
	{ "550 5.1.1", "reject", 550, "5.1.1", "Sender address rejected" },
	{ "DISCARD", "discard", 0, "", "" },
	{ "DISCARD spam trap", "discard", 0, "", "" },
	{ "HOLD", "hold", 0, "", "" },
	{ "HOLD look at it", "hold", 0, "", "" },
};

START_TEST(follows_tables)
{
	char text[128];

	snprintf(text, sizeof(text), "a@example.com %s\n", outcomes[_i].rhs);
	fake_must_open(mg_builtin_access_policy,
		       block("check sender texthash:@", fake_file("senders", text)));
	fake.sender = "a@example.com";
	ck_assert_msg(strcmp(fake_run(MG_MAIL), outcomes[_i].want) == 0, "%s is %s, want %s",
		      outcomes[_i].rhs, fake_said.result, outcomes[_i].want);
	ck_assert_int_eq(fake_said.code, outcomes[_i].code);
	ck_assert_str_eq(fake_said.status, outcomes[_i].status);
	ck_assert_str_eq(fake_said.text, outcomes[_i].text);
}
END_TEST

static const char *const wrong_outcomes[] = {
	"PREPEND X-Seen: yes",
	"FILTER smtp:[127.0.0.1]",
	"REDIRECT a@example.com",
	"BCC a@example.com",
	"WARN me",
	"INFO",
	"IGNORE",
	"STRIP",
	"REPLACE X: y",
	"permit",
	"reject_unauth_destination",
	"DEFER_IF_REJECT",
	"OKAY",
	"REJECTED",
	"550",
	"450",
	"599 z",
	"569 no",
	"460 later",
	"499 x",
	"550 4.7.1 no",
	"450 5.7.1 no",
	"REJECT 4.7.1 no",
	"DEFER 5.7.1 no",
	"REJECT 2.0.0 no",
	"250 2.0.0 fine",
	"350 go on",
	"650 no",
	"5500 no",
	"55 no",
	"550no",
	"550-no",
	"5.7.1 no",
};

START_TEST(refuses_what_it_cannot_do)
{
	char text[128];

	snprintf(text, sizeof(text), "a@example.com OK\nb@example.com %s\n", wrong_outcomes[_i]);
	ck_assert_int_eq(fake_open(mg_builtin_access_policy,
				   block("check sender texthash:@", fake_file("senders", text))),
			 -1);
	ck_assert_msg(strstr(fake_opened.errors, ":2:") != NULL, "%s", fake_opened.errors);
	ck_assert_msg(strstr(fake_opened.errors, "expected ") != NULL, "%s", fake_opened.errors);
}
END_TEST

START_TEST(says_hold_and_discard)
{
	fake_must_open(mg_builtin_access_policy,
		       block("check sender texthash:@",
			     fake_file("senders", "a@example.com HOLD look at it\n"
						  "b@example.com DISCARD\n")));
	fake.sender = "a@example.com";
	ck_assert_str_eq(fake_run(MG_MAIL), "hold");
	ck_assert_str_eq(fake_value("text"), "look at it");
	ck_assert_str_eq(fake_said.detail, "sender a@example.com: hold look at it");
	fake.sender = "b@example.com";
	ck_assert_str_eq(fake_run(MG_MAIL), "discard");
	ck_assert_str_eq(fake_value("text"), "discard");
	ck_assert_str_eq(fake_value("key"), "b@example.com");
}
END_TEST

START_TEST(names_the_null_sender)
{
	fake_must_open(mg_builtin_access_policy, "reject sender <>");
	fake.sender = "";
	ck_assert_str_eq(fake_run(MG_MAIL), "reject");
	ck_assert_str_eq(fake_value("key"), "<>");
}
END_TEST

/* What each reading of a recipient comes to; the worst counts. */
static const struct {
	const char *lines, *path, *macro, *want, *key;
} readings[] = {
	{ "reject recipient a@x.example", "<a@x.example>", "a", "reject", "a@x.example" },
	{ "reject recipient a@x.example", "<a%x.example@r.example>", "a@x.example", "reject",
	  "a@x.example" },
	{ "reject recipient r.example", "<a%x.example@r.example>", "a@x.example", "reject",
	  "a%x.example@r.example" },
	{ "ok recipient a@x.example", "<a%x.example@r.example>", "a@x.example", "none", "" },
	{ "ok recipient x.example r.example", "<a%x.example@r.example>", "a@x.example", "ok",
	  "a@x.example" },
	{ "ok recipient r.example; reject recipient x.example", "<a%x.example@r.example>",
	  "a@x.example", "reject", "a@x.example" },
	{ "dunno recipient r.example; hold recipient x.example r.example",
	  "<a%x.example@r.example>", "a@x.example", "hold", "a@x.example" },
	{ "defer recipient x.example; hold recipient r.example", "<a%x.example@r.example>",
	  "a@x.example", "defer", "a@x.example" },
	{ "hold recipient x.example; discard recipient r.example", "<a%x.example@r.example>",
	  "a@x.example", "discard", "a%x.example@r.example" },
	/* users of Sendmail's own */
	{ "reject recipient a@x.example", "<a>", "a", "reject", "a" },
	{ "ok recipient a@x.example", "<a>", "a", "none", "" },
	{ "ok recipient a@", "<a>", "a", "ok", "a" },
	{ "dunno recipient a@x.example; reject recipient a@y.example", "<a>", "a", "reject", "a" },
	{ "ok recipient v@x.example", "<v@x.example>", "mapped", "ok", "v@x.example" },
	{ "ok recipient v@x.example; reject recipient mapped@", "<v@x.example>", "mapped", "reject",
	  "mapped" },
	{ "ok recipient v@x.example", "<v@x.example>", "m@r.example", "none", "" },
};

START_TEST(judges_each_reading)
{
	fake_must_open(mg_builtin_access_policy, readings[_i].lines);
	fake.recipient = readings[_i].path;
	fake.recipient_macro = readings[_i].macro;
	ck_assert_msg(strcmp(fake_run(MG_RCPT), readings[_i].want) == 0, "%d: got %s, want %s", _i,
		      fake_said.result, readings[_i].want);
	ck_assert_str_eq(fake_value("key"), readings[_i].key);
}
END_TEST

START_TEST(a_user_in_several_domains_is_the_worst)
{
	fake_must_open(mg_builtin_access_policy,
		       block("check recipient texthash:@",
			     fake_file("recipients", "a@x.example OK\na@y.example HOLD\n"
						     "a@z.example REJECT Gone\n")));
	fake.recipient = fake.recipient_macro = "a";
	ck_assert_str_eq(fake_run(MG_RCPT), "reject");
	ck_assert_str_eq(fake_value("text"), "Gone");
}
END_TEST

START_TEST(computes_results)
{
	fake_must_open(mg_builtin_access_policy,
		       block("check sender pcre:@",
			     fake_file("senders", "/^(.*)@x\\.example$/ 550 5.7.1 Not $1\n"
						  "/^(.*)@z\\.example$/ 550 $1\n")));
	fake.sender = "joe@x.example";
	ck_assert_str_eq(fake_run(MG_MAIL), "reject");
	ck_assert_str_eq(fake_said.text, "Not joe");
	fake.sender = "@z.example";
	ck_assert_str_eq(fake_run(MG_MAIL), "reject");
	ck_assert_int_eq(fake_said.code, 550);
}
END_TEST

/* An enhanced code of the sender's is text: it does not turn the table's refusal into an error. */
START_TEST(a_sender_cannot_spoil_a_refusal)
{
	const char *file = fake_file("senders", "/^(.*)@y\\.example$/ REJECT $1\n"
						"/^(.*)@z\\.example$/ 550 $1\n");

	fake_must_open(mg_builtin_access_policy, block("check sender pcre:@", file));
	fake.sender = "4.0.0@y.example";
	ck_assert_str_eq(fake_run(MG_MAIL), "reject");
	ck_assert_str_eq(fake_said.text, "4.0.0");
	ck_assert_str_eq(fake_said.status, "");
	fake.sender = "4.0.0@z.example";
	ck_assert_str_eq(fake_run(MG_MAIL), "reject");
	ck_assert_int_eq(fake_said.code, 550);
	ck_assert_str_eq(fake_said.status, "");
}
END_TEST

/* ---- Order ----------------------------------------------------------------------------------- */

static const struct {
	const char *lines, *client, *want;
} orders[] = {
	{ "reject client 192.0.2.0/24\nok client 192.0.2.1", "192.0.2.1", "reject" },
	{ "ok client 192.0.2.1\nreject client 192.0.2.0/24", "192.0.2.1", "ok" },
	{ "ok client 192.0.2.1\nreject client 192.0.2.0/24", "192.0.2.2", "reject" },
	{ "hold client 10.0.0.0/8\nok client 192.0.2.1\nhold client 192.0.2.0/24\n"
	  "defer client 192.0.2.0/24",
	  "192.0.2.2", "hold" },
	/* dunno: an exception from the later lines of its kind */
	{ "dunno client 192.0.2.1\nreject client 192.0.2.0/24", "192.0.2.1", "none" },
	{ "dunno client 192.0.2.1\nreject client 192.0.2.0/24", "192.0.2.2", "reject" },
	{ "dunno client 192.0.2.1\nreject client-name unknown", "192.0.2.1", "reject" },
	{ "reject client 192.0.2.0/24\ndunno client 192.0.2.1", "192.0.2.1", "reject" },
	/* DUNNO in a table: an exception from this table only, as in access(5) */
	{ "check client cidr:@\nreject client 192.0.2.0/24", "192.0.2.1", "reject" },
	{ "check client cidr:@\nreject client 192.0.2.0/24", "192.0.2.9", "ok" },
	{ "check client cidr:@", "192.0.2.1", "none" },
	{ "check client cidr:@", "192.0.2.2", "defer" },
	/* after a verb the file is a mere list */
	{ "hold client cidr:@", "192.0.2.2", "hold" },
};

START_TEST(the_first_line_decides)
{
	const char *file =
		fake_file("clients", "192.0.2.1 DUNNO\n192.0.2.2 DEFER\n192.0.2.0/28 OK\n");

	fake_must_open(mg_builtin_access_policy, block(orders[_i].lines, file));
	fake.client = orders[_i].client;
	ck_assert_str_eq(fake_run(MG_CONNECT), orders[_i].want);
}
END_TEST

START_TEST(stages_are_apart)
{
	fake_must_open(mg_builtin_access_policy,
		       "reject recipient a@example.com\nok sender b@example.com\n"
		       "reject sender example.com");
	ck_assert_uint_eq(fake_opened.stages, MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT));
	fake.sender = "b@example.com";
	fake.recipient = "a@example.com";
	ck_assert_str_eq(fake_run(MG_CONNECT), "not asked");
	ck_assert_str_eq(fake_run(MG_MAIL), "ok");
	ck_assert_str_eq(fake_run(MG_RCPT), "reject");
}
END_TEST

START_TEST(a_table_that_fails)
{
	fake_must_open(mg_builtin_access_policy,
		       "ok sender a@example.com\nreject sender example.com");
	fake.sender = "b@example.com";
	fake_failing_tables = 1;
	ck_assert_str_eq(fake_run(MG_MAIL), "error");
	ck_assert_str_ne(fake_said.detail, "");
	ck_assert_str_eq(fake_run(MG_MAIL), "reject");
}
END_TEST

static const char *const wrong_blocks[] = {
	"",
	"reject",
	"reject clients 192.0.2.1",
	"reject client",
	"reject client mx.example.com",
	"reject client 192.0.2.1/24",
	"reject sender /(/",
	"check client 192.0.2.1",
	"check sender /x/",
	"check client cidr:/nonexistent/file",
	"reject 192.0.2.1",
	"accept client 192.0.2.1",
	"check header",
	"reject recipient postmaster",
	"reject sender example.com Postmaster",
	"reject client 192.0.2.1; on defer tempfail",
	"dunno client 192.0.2.1; on ok accept",
};

static const char *const right_blocks[] = {
	"reject client 192.0.2.1; on defer neutral",
	"reject client 192.0.2.1; defer helo a.example; on defer reject; on error tempfail",
};

START_TEST(refuses_wrong_lines)
{
	ck_assert_int_eq(fake_open(mg_builtin_access_policy, wrong_blocks[_i]), -1);
	ck_assert_str_ne(fake_opened.errors, "");
}
END_TEST

/* For a result without a line that causes it, only an action that does nothing is accepted. */
START_TEST(takes_right_lines)
{
	ck_assert_msg(fake_open(mg_builtin_access_policy, right_blocks[_i]) == 0, "%s",
		      fake_opened.errors);
}
END_TEST

START_TEST(reports_all_errors)
{
	ck_assert_int_eq(fake_open(mg_builtin_access_policy,
				   "reject clients 1\nreject client\ncheck client 192.0.2.1"),
			 -1);
	ck_assert_ptr_nonnull(strstr(fake_opened.errors, ":2:"));
	ck_assert_ptr_nonnull(strstr(fake_opened.errors, ":3:"));
	ck_assert_ptr_nonnull(strstr(fake_opened.errors, ":4:"));
}
END_TEST

int main(void)
{
	TCase *all = policy_tests("access");

	tcase_add_loop_test(all, finds_each_kind, 0, COUNT(kinds));
	tcase_add_test(all, finds_client_names);
	tcase_add_loop_test(all, finds_headers, 0, COUNT(headers));
	tcase_add_loop_test(all, follows_tables, 0, COUNT(outcomes));
	tcase_add_loop_test(all, refuses_what_it_cannot_do, 0, COUNT(wrong_outcomes));
	tcase_add_test(all, says_hold_and_discard);
	tcase_add_test(all, names_the_null_sender);
	tcase_add_loop_test(all, judges_each_reading, 0, COUNT(readings));
	tcase_add_test(all, a_user_in_several_domains_is_the_worst);
	tcase_add_test(all, computes_results);
	tcase_add_test(all, a_sender_cannot_spoil_a_refusal);
	tcase_add_loop_test(all, the_first_line_decides, 0, COUNT(orders));
	tcase_add_test(all, stages_are_apart);
	tcase_add_test(all, a_table_that_fails);
	tcase_add_loop_test(all, refuses_wrong_lines, 0, COUNT(wrong_blocks));
	tcase_add_loop_test(all, takes_right_lines, 0, COUNT(right_blocks));
	tcase_add_test(all, reports_all_errors);
	return run_tests("access", all);
}
