/* SPDX-License-Identifier: BSD-2-Clause */
/* The front ends: calls of the session, replies to the MTA, negotiation. */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include "front_help.h"
#include "run.h"

START_TEST(dialogue)
{
	char value[102401];
	struct mta *mta;

	start(NULL, 10);
	mta = open_mta();
	ck_assert_int_eq(mta_connect(mta, "client.example", '4', "192.0.2.1", 4711), MTA_CONTINUE);
	ck_assert_int_eq(mta_helo(mta, "helo.example"), MTA_CONTINUE);
	ck_assert_int_eq(mta_unknown(mta, "XYZZY 1"), MTA_CONTINUE);
	ck_assert_int_eq(mta_mail(mta, sender), MTA_CONTINUE);
	ck_assert_int_eq(mta_rcpt(mta, recipient), MTA_CONTINUE);
	ck_assert_int_eq(mta_data(mta), MTA_CONTINUE);
	ck_assert_int_eq(mta_header(mta, "Subject", "hi"), MTA_CONTINUE);
	/* The longest field that Postfix allows. */
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	ck_assert_int_eq(mta_header(mta, "X-Long", value), MTA_CONTINUE);
	ck_assert_int_eq(mta_eoh(mta), MTA_CONTINUE);
	ck_assert_int_eq(mta_body(mta, "body\r\n", 6), MTA_CONTINUE);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	/* A second message, which the client gives up. */
	ck_assert_int_eq(mta_mail(mta, sender), MTA_CONTINUE);
	mta_abort(mta);
	mta_quit(mta);
	mta_free(&mta);
	wait_for_ends(1);
	ck_assert_str_eq(
		told.calls,
		"connect(client.example,192.0.2.1,4711) helo(helo.example) command(XYZZY 1) "
		"mail(<a@example.org>,SIZE=100) rcpt(<b@example.net>) data header(Subject:hi) "
		"header(X-Long:long) "
		"eoh body(body\r\n) eom mail(<a@example.org>,SIZE=100) abort end ");
	finish();
}
END_TEST

START_TEST(client_addresses)
{
	static const struct {
		char family;
		const char *address;
		unsigned port;
		const char *want;
	} cases[] = {
		{ '4', "192.0.2.1", 25, "connect(c,192.0.2.1,25) end " },
		{ '6', "2001:db8::12", 25, "connect(c,2001:db8::12,25) end " },
		{ '6', "IPv6:2001:db8::12", 25, "connect(c,2001:db8::12,25) end " },
		{ 'L', "/some/socket", 0, "connect(c,family 1) end " },
		{ 'U', "", 0, "connect(c,unknown) end " },
	};

	start(NULL, 10);
	for (int i = 0; i < COUNT(cases); i++) {
		struct mta *mta = open_mta();

		told.calls[0] = '\0';
		ck_assert_int_eq(
			mta_connect(mta, "c", cases[i].family, cases[i].address, cases[i].port),
			MTA_CONTINUE);
		mta_quit(mta);
		mta_free(&mta);
		wait_for_ends(i + 1);
		ck_assert_str_eq(told.calls, cases[i].want);
	}
	finish();
}
END_TEST

START_TEST(replies)
{
	static const struct {
		struct reply reply;
		enum mta_verdict verdict;
		int code;
		const char *text;
	} cases[] = {
		{ { .kind = REPLY_CONTINUE }, MTA_CONTINUE, 0, NULL },
		{ { REPLY_REJECT, 550, "5.7.1", { "no" }, NULL },
		  MTA_REPLYCODE,
		  550,
		  "550 5.7.1 no" },
		{ { REPLY_REJECT, 554, "5.7.1", { "50%% off", "two", "three" }, NULL },
		  MTA_REPLYCODE,
		  554,
		  "554-5.7.1 50% off\r\n554-5.7.1 two\r\n554 5.7.1 three" },
		{ { REPLY_TEMPFAIL, 451, "4.7.1", { "later" }, NULL },
		  MTA_REPLYCODE,
		  451,
		  "451 4.7.1 later" },
		{ { REPLY_TEMPFAIL, 421, "4.3.2", { "", NULL }, NULL },
		  MTA_REPLYCODE,
		  421,
		  "421 4.3.2 " },
		/* A wrong reply: the MTA's own text, and a line in the log. */
		{ { REPLY_REJECT, 250, "2.0.0", { "yes" }, NULL }, MTA_REJECT, 0, NULL },
	};
	struct mta *mta;

	start(NULL, 10);
	mta = open_mta();
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	mta_helo(mta, "h");
	mta_mail(mta, sender);
	for (int i = 0; i < COUNT(cases); i++) {
		told.replies[MG_RCPT] = cases[i].reply;
		ck_assert_int_eq(mta_rcpt(mta, recipient), cases[i].verdict);
		ck_assert_int_eq(mta_reply(mta)->code, cases[i].code);
		if (cases[i].text)
			ck_assert_str_eq(mta_reply(mta)->text, cases[i].text);
	}
	ck_assert_uint_eq(logged("the protocol does not take the reply"), 1);
	told.replies[MG_RCPT] = (struct reply){ .kind = REPLY_CONTINUE };
	mta_rcpt(mta, recipient);
	told.replies[MG_DATA] = (struct reply){ .kind = REPLY_DISCARD };
	ck_assert_int_eq(mta_data(mta), MTA_DISCARD);
	mta_quit(mta);
	mta_free(&mta);
	finish();
}
END_TEST

START_TEST(longest_reply)
{
	char line[981];
	struct reply reply = { .kind = REPLY_REJECT, .code = 550, .status = "5.7.1" };
	struct mta *mta;
	unsigned lines = 1;

	memset(line, 'x', 960);
	line[960] = '\0';
	for (int i = 0; i < TEXT_LINES_MAX; i++)
		reply.lines[i] = line;
	start(NULL, 10);
	mta = open_mta();
	told.replies[MG_CONNECT] = reply;
	ck_assert_int_eq(mta_connect(mta, "c", '4', "192.0.2.1", 25), MTA_REPLYCODE);
	for (const char *s = mta_reply(mta)->text; (s = strchr(s, '\n')); s++)
		lines++;
	ck_assert_uint_eq(lines, TEXT_LINES_MAX);
	mta_free(&mta);
	finish();
}
END_TEST

START_TEST(edits)
{
	static struct reply_edit third = { EDIT_QUARANTINE, 0, NULL, "looks odd", 0, NULL };
	static struct reply_edit second = { EDIT_ADD_FIELD, 0, "X-B", "b\n\tfolded", 0, &third };
	static struct reply_edit first = { EDIT_ADD_FIELD, 0, "X-A", "a", 0, &second };
	const struct mta_reply *reply;
	struct mta *mta;

	told.needs =
		(struct mta_needs){ .stages = ALL_STAGES,
				    .replies = ALL_STAGES,
				    .edits = EDIT_BIT(EDIT_ADD_FIELD) | EDIT_BIT(EDIT_QUARANTINE) };
	told.replies[MG_EOM] = (struct reply){ .kind = REPLY_CONTINUE, .edits = &first };
	start(NULL, 10);
	mta = open_mta();
	ck_assert_uint_eq(mta_chosen(mta)->actions,
			  SMFIF_ADDHDRS | SMFIF_QUARANTINE | SMFIF_SETSYMLIST);
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	mta_mail(mta, sender);
	mta_rcpt(mta, recipient);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	reply = mta_reply(mta);
	ck_assert_uint_eq(reply->nedits, 3);
	ck_assert_int_eq(reply->edits[0].kind, MTA_ADD_HEADER);
	ck_assert_str_eq(reply->edits[0].name, "X-A");
	ck_assert_str_eq(reply->edits[1].value, "b\n\tfolded");
	ck_assert_int_eq(reply->edits[2].kind, MTA_QUARANTINE);
	ck_assert_str_eq(reply->edits[2].value, "looks odd");
	mta_free(&mta);
	finish();
}
END_TEST

static const char mail_macros[] = "{auth_authen} i";

/*
 * Stages that the configuration needs, and those of them that need replies; then what is negotiated
 * on a unix and on an inet socket.
 */
static const struct {
	unsigned stages, replies;
	uint32_t offered, unix_wants, inet_wants;
} negotiations[] = {
	{ ALL_STAGES, ALL_STAGES, 0x1fffff, SMFIP_SKIP, SMFIP_SKIP },
	{ MG_BIT(MG_RCPT), MG_BIT(MG_RCPT), 0x1fffff,
	  SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOMAIL | SMFIP_NODATA | SMFIP_NOHDRS |
		  SMFIP_NOEOH | SMFIP_NOBODY | SMFIP_NOUNKNOWN,
	  SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOMAIL | SMFIP_NOHDRS | SMFIP_NOEOH |
		  SMFIP_NOBODY | SMFIP_NOUNKNOWN },
	{ MG_BIT(MG_CONNECT) | MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT) | MG_BIT(MG_HEADER) |
		  MG_BIT(MG_EOH) | MG_BIT(MG_EOM),
	  MG_BIT(MG_RCPT) | MG_BIT(MG_EOH) | MG_BIT(MG_EOM), 0x1fffff,
	  SMFIP_NR_CONN | SMFIP_NOHELO | SMFIP_NR_MAIL | SMFIP_NODATA | SMFIP_NR_HDR |
		  SMFIP_NOBODY | SMFIP_NOUNKNOWN,
	  SMFIP_NOHELO | SMFIP_NOBODY | SMFIP_NOUNKNOWN },
	/* An old MTA: no NR_*, no SKIP, no NODATA, no NOUNKNOWN. */
	{ MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT) | MG_BIT(MG_BODY), MG_BIT(MG_RCPT) | MG_BIT(MG_BODY),
	  0x7f, SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOHDRS | SMFIP_NOEOH,
	  SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOHDRS | SMFIP_NOEOH },
};

START_TEST(negotiation)
{
	bool inet = _i % 2;
	size_t n = (size_t)_i / 2;
	char listen[64];
	struct mta *mta;

	told.needs.stages = negotiations[n].stages;
	told.needs.replies = negotiations[n].replies;
	told.needs.macros[MG_MAIL] = mail_macros;
	told.macro = "{auth_authen}";
	start(inet ? free_port(listen) : NULL, 10);
	mta = open_mta_offering((struct mta_options){ 6, 0x1ff, negotiations[n].offered });
	/*
	 * NR_HDR is in 0x7f's successor only, so an old MTA's is not sent: libmilter answers by
	 * itself.
	 */
	ck_assert_uint_eq(mta_chosen(mta)->protocol,
			  inet ? negotiations[n].inet_wants : negotiations[n].unix_wants);
	ck_assert_uint_eq(mta_chosen(mta)->actions, SMFIF_SETSYMLIST);
	if (negotiations[n].stages & MG_BIT(MG_MAIL))
		ck_assert_str_eq(mta_symlist(mta, MTA_MAIL), "{auth_authen} i");
	else
		ck_assert_ptr_null(mta_symlist(mta, MTA_MAIL));
	mta_macro(mta, MTA_MAIL, "{auth_authen}", "joe");
	/* Whatever was negotiated, a dialogue goes through. */
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	mta_helo(mta, "h");
	mta_mail(mta, sender);
	ck_assert_int_eq(mta_rcpt(mta, recipient), MTA_CONTINUE);
	mta_data(mta);
	mta_header(mta, "Subject", "x");
	mta_eoh(mta);
	mta_body(mta, "x", 1);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	ck_assert(!mta_has_input(mta));
	mta_quit(mta);
	mta_free(&mta);
	finish();
	if (negotiations[n].stages & MG_BIT(MG_MAIL))
		ck_assert_ptr_nonnull(strstr(told.calls, "mail(<a@example.org>,SIZE=100) [joe] "));
}
END_TEST

START_TEST(skips_the_body)
{
	struct mta *mta;

	start(NULL, 10);
	told.replies[MG_BODY] = (struct reply){ .kind = REPLY_SKIP };
	mta = open_mta();
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	mta_mail(mta, sender);
	mta_rcpt(mta, recipient);
	ck_assert_int_eq(mta_body(mta, "x", 1), MTA_SKIP);
	ck_assert_int_eq(mta_body(mta, "x", 1), MTA_NOT_SENT);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	mta_free(&mta);
	/* An MTA without SKIP gets continue. */
	mta = open_mta_offering((struct mta_options){ 6, 0x1ff, 0x1fffff & ~(uint32_t)SMFIP_SKIP });
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	mta_mail(mta, sender);
	mta_rcpt(mta, recipient);
	ck_assert_int_eq(mta_body(mta, "x", 1), MTA_CONTINUE);
	ck_assert_int_eq(mta_body(mta, "x", 1), MTA_CONTINUE);
	mta_free(&mta);
	finish();
}
END_TEST

START_TEST(content_after_unknown_command)
{
	static const unsigned wanted[] = { MG_BIT(MG_COMMAND) | MG_BIT(MG_RCPT),
					   MG_BIT(MG_COMMAND) | MG_BIT(MG_RCPT) |
						   MG_BIT(MG_HEADER) | MG_BIT(MG_EOH) };
	char listen[64];
	struct mta *mta;

	told.needs = (struct mta_needs){ .stages = wanted[_i / 2], .replies = wanted[_i / 2] };
	start(_i % 2 ? free_port(listen) : NULL, 10);
	mta = open_mta();
	mta_connect(mta, "c", '4', "192.0.2.1", 25);
	mta_mail(mta, sender);
	ck_assert_int_eq(mta_rcpt(mta, recipient), MTA_CONTINUE);
	ck_assert_int_eq(mta_unknown(mta, "FOO"), MTA_CONTINUE);
	/*
	 * libmilter's state machine knows no way from an unknown command to the content but by
	 * way of DATA.
	 */
	ck_assert_int_eq(mta_data(mta), _i % 2         ? MTA_CONTINUE
					: ON_LIBMILTER ? MTA_NO_REPLY
						       : MTA_NOT_SENT);
	mta_header(mta, "Subject", "x");
	mta_eoh(mta);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	mta_quit(mta);
	mta_free(&mta);
	finish();
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("front");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, dialogue);
	tcase_add_test(tc, client_addresses);
	tcase_add_test(tc, replies);
	tcase_add_test(tc, longest_reply);
	tcase_add_test(tc, edits);
	tcase_add_loop_test(tc, negotiation, 0, 2 * COUNT(negotiations));
	tcase_add_test(tc, skips_the_body);
	tcase_add_loop_test(tc, content_after_unknown_command, 0, 4);
	return run_tests("front", tc);
}
