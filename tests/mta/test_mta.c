/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the MTA's side of the tests, against a milter on libmilter and against broken ones: a
 * faulty client would spoil every scenario.
 */
#include "mta.h"
#include "echo_milter.h"

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <libmilter/mfdef.h>
#include <libmilter/mfapi.h>

static char folder[] = "/tmp/test_mta.XXXXXX";
static char address[100];
static pid_t milter = -1;

static void milter_stop(void)
{
	if (milter > 0) {
		kill(milter, SIGKILL);
		waitpid(milter, NULL, 0);
	}
	milter = -1;
	unlink(strchr(address, '/'));
}

/* Starts the milter and opens a negotiated connection to it. */
static struct mta *milter_start(struct mta_options offer, unsigned long actions,
				unsigned long protocol, const char *rcpt_macros)
{
	struct mta *mta = mta_new(offer, MTA_TIMEOUT);
	int tries;

	milter = fork();
	ck_assert_int_ge(milter, 0);
	if (milter == 0)
		_exit(echo_milter_run(address, actions, protocol, rcpt_macros) == 0 ? 0 : 1);
	for (tries = 0; mta_open(mta, address) != 0; tries++) {
		ck_assert_msg(tries < 3000, "%s", mta_error(mta));
		poll(NULL, 0, 10);
	}
	ck_assert_msg(mta_negotiate(mta) == 0, "%s", mta_error(mta));
	return mta;
}

static struct mta *milter_default(void)
{
	return milter_start(MTA_OFFER_ALL, 0x1ff, 0, NULL);
}

static const char *const sender[] = { "<a@example.org>", "SIZE=100", NULL };
static const char *const recipient[] = { "<b@example.test>", NULL };

static enum mta_verdict hello(struct mta *mta)
{
	mta_connect(mta, "mail.example.org", '4', "192.0.2.1", 4711);
	return mta_helo(mta, "mail.example.org");
}

static enum mta_verdict envelope(struct mta *mta)
{
	hello(mta);
	mta_mail(mta, sender);
	return mta_rcpt(mta, recipient);
}

/* The header field that lists the milter's callbacks. */
static const char *trace(const struct mta *mta)
{
	const struct mta_reply *reply = mta_reply(mta);
	size_t i;

	for (i = 0; i < reply->nedits; i++)
		if (reply->edits[i].name && strcmp(reply->edits[i].name, "X-Trace") == 0)
			return reply->edits[i].value;
	return "(no trace)";
}

START_TEST(the_whole_dialogue_arrives)
{
	struct mta *mta = milter_default();

	mta_macro(mta, MTA_MAIL, "auth_authen", "user1");
	ck_assert_int_eq(envelope(mta), MTA_CONTINUE);
	ck_assert_int_eq(mta_unknown(mta, "FOO bar"), MTA_CONTINUE);
	ck_assert_int_eq(mta_data(mta), MTA_CONTINUE);
	ck_assert_int_eq(mta_header(mta, "Subject", "x"), MTA_CONTINUE);
	ck_assert_int_eq(mta_eoh(mta), MTA_CONTINUE);
	ck_assert_int_eq(mta_body(mta, "12345", 5), MTA_CONTINUE);
	ck_assert_int_eq(mta_eom(mta, "123", 3), MTA_CONTINUE);
	ck_assert_str_eq(trace(mta),
			 "connect(mail.example.org,192.0.2.1,4711) helo(mail.example.org)"
			 " mail(<a@example.org>,SIZE=100,user1) rcpt(<b@example.test>,,)"
			 " unknown(FOO bar) data header(Subject,x) eoh body(5) body(3) eom");
	ck_assert_int_eq(mta_quit(mta), MTA_NO_REPLY);
	mta_free(&mta);
	ck_assert_ptr_null(mta);
}
END_TEST

static const struct {
	const char *name;
	char family;
	const char *address;
	unsigned port;
	const char *want;
} clients[] = {
	{ "v6.example.org", '6', "2001:db8::1", 25, "connect(v6.example.org,2001:db8::1,25)" },
	{ "[2001:db8::2]", '6', "IPv6:2001:db8::2", 0, "connect([2001:db8::2],2001:db8::2,0)" },
	{ "localhost", 'L', "/run/x", 0, "connect(localhost,local,0)" },
	{ "unknown", 'U', "", 0, "connect(unknown,none,0)" },
};

START_TEST(every_kind_of_client_arrives)
{
	struct mta *mta = milter_default();

	ck_assert_int_eq(mta_connect(mta, clients[_i].name, clients[_i].family, clients[_i].address,
				     clients[_i].port),
			 MTA_CONTINUE);
	mta_mail(mta, sender);
	mta_rcpt(mta, recipient);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	ck_assert_msg(strncmp(trace(mta), clients[_i].want, strlen(clients[_i].want)) == 0,
		      "got %s", trace(mta));
	mta_free(&mta);
}
END_TEST

static const struct {
	const char *word;
	enum mta_verdict want;
	int code;
	const char *text;
} replies[] = {
	{ "<reject@x>", MTA_REJECT, 0, NULL },
	{ "<tempfail@x>", MTA_TEMPFAIL, 0, NULL },
	{ "<accept@x>", MTA_ACCEPT, 0, NULL },
	{ "<code@x>", MTA_REPLYCODE, 550, "550 5.7.1 100% sure" },
	{ "<multi@x>", MTA_REPLYCODE, 451, "451-4.7.1 first\r\n451 4.7.1 second" },
	{ "<nothing@x>", MTA_CONTINUE, 0, NULL },
	{ "<discard@x>", MTA_DISCARD, 0, NULL },
};

START_TEST(every_reply_is_understood)
{
	struct mta *mta = milter_default();
	const char *const path[] = { replies[_i].word, NULL };

	hello(mta);
	ck_assert_int_eq(mta_mail(mta, path), replies[_i].want);
	ck_assert_int_eq(mta_reply(mta)->code, replies[_i].code);
	if (replies[_i].text)
		ck_assert_str_eq(mta_reply(mta)->text, replies[_i].text);
	else
		ck_assert_ptr_null(mta_reply(mta)->text);
	mta_free(&mta);
}
END_TEST

START_TEST(every_edit_is_understood)
{
	static const struct {
		enum mta_edit_kind kind;
		uint32_t index;
		const char *name, *value;
	} want[] = {
		{ MTA_INSERT_HEADER, 1, "X-Inserted", "one" },
		{ MTA_CHANGE_HEADER, 2, "Subject", "" },
		{ MTA_ADD_RCPT, 0, "<new@example.test>", NULL },
		{ MTA_ADD_RCPT, 0, "<par@example.test>", "NOTIFY=NEVER" },
		{ MTA_DELETE_RCPT, 0, "<old@example.test>", NULL },
		{ MTA_CHANGE_FROM, 0, "<from@example.test>", NULL },
		{ MTA_REPLACE_BODY, 0, NULL, "a" },
		{ MTA_QUARANTINE, 0, NULL, "to look at" },
	};
	const size_t n = sizeof(want) / sizeof(*want);
	struct mta *mta = milter_default();
	const struct mta_reply *reply;
	size_t i;

	envelope(mta);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	reply = mta_reply(mta);
	ck_assert_uint_eq(reply->progress, 1);
	ck_assert_uint_eq(reply->nedits, n + 1);
	ck_assert_int_eq(reply->edits[0].kind, MTA_ADD_HEADER);
	for (i = 0; i < n; i++) {
		const struct mta_edit *got = &reply->edits[i + 1];

		ck_assert_int_eq(got->kind, want[i].kind);
		ck_assert_uint_eq(got->index, want[i].index);
		ck_assert_pstr_eq(got->name, want[i].name);
		ck_assert_pstr_eq(got->value, want[i].value);
	}
	ck_assert_uint_eq(reply->edits[7].size, 3);
	ck_assert_mem_eq(reply->edits[7].value, "a\0b", 3);
	mta_free(&mta);
}
END_TEST

START_TEST(a_stage_that_was_negotiated_away_is_not_sent)
{
	struct mta *mta = milter_start(MTA_OFFER_ALL, 0x1ff,
				       SMFIP_NOHELO | SMFIP_NOHDRS | SMFIP_NOBODY | SMFIP_NODATA |
					       SMFIP_NOUNKNOWN | SMFIP_NOEOH,
				       NULL);

	ck_assert_int_eq(hello(mta), MTA_NOT_SENT);
	ck_assert_int_eq(mta_unknown(mta, "FOO"), MTA_NOT_SENT);
	ck_assert_int_eq(mta_mail(mta, sender), MTA_CONTINUE);
	ck_assert_int_eq(mta_rcpt(mta, recipient), MTA_CONTINUE);
	ck_assert_int_eq(mta_data(mta), MTA_NOT_SENT);
	ck_assert_int_eq(mta_header(mta, "A", "b"), MTA_NOT_SENT);
	ck_assert_int_eq(mta_eoh(mta), MTA_NOT_SENT);
	ck_assert_int_eq(mta_body(mta, "a", 1), MTA_NOT_SENT);
	ck_assert_int_eq(mta_eom(mta, "a", 1), MTA_CONTINUE);
	ck_assert_str_eq(trace(mta),
			 "connect(mail.example.org,192.0.2.1,4711) mail(<a@example.org>,SIZE=100,)"
			 " rcpt(<b@example.test>,,) eom");
	mta_free(&mta);
}
END_TEST

START_TEST(a_reply_that_was_negotiated_away_is_not_waited_for)
{
	struct mta *mta =
		milter_start(MTA_OFFER_ALL, 0x1ff,
			     SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_DATA |
				     SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY | SMFIP_NR_UNKN,
			     NULL);

	ck_assert_int_eq(envelope(mta), MTA_CONTINUE);
	ck_assert_int_eq(mta_unknown(mta, "FOO"), MTA_NO_REPLY);
	ck_assert_int_eq(mta_data(mta), MTA_NO_REPLY);
	ck_assert_int_eq(mta_header(mta, "A", "b"), MTA_NO_REPLY);
	ck_assert_int_eq(mta_eoh(mta), MTA_NO_REPLY);
	ck_assert_int_eq(mta_body(mta, "a", 1), MTA_NO_REPLY);
	ck_assert(!mta_has_input(mta));
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	ck_assert_str_eq(trace(mta),
			 "connect(mail.example.org,192.0.2.1,4711) helo(mail.example.org)"
			 " mail(<a@example.org>,SIZE=100,) rcpt(<b@example.test>,,) unknown(FOO)"
			 " data header(A,b) eoh body(1) eom");
	mta_free(&mta);
}
END_TEST

START_TEST(an_old_mta_offers_less)
{
	struct mta *mta =
		milter_start((struct mta_options){ 3, 0x3f, 0x17f }, 0x1ff, 0x1fffff, NULL);

	ck_assert_uint_eq(mta_chosen(mta)->actions, 0x3f);
	ck_assert_uint_eq(mta_chosen(mta)->protocol, 0x17f);
	ck_assert_int_eq(hello(mta), MTA_NOT_SENT);
	ck_assert_int_eq(mta_data(mta), MTA_NOT_SENT);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	mta_free(&mta);
}
END_TEST

START_TEST(a_list_of_macros_chooses_among_those_that_are_known)
{
	struct mta *mta = milter_start(MTA_OFFER_ALL, 0x1ff, 0, "j {rcpt_mailer} {never}");

	ck_assert_str_eq(mta_symlist(mta, MTA_RCPT), "j {rcpt_mailer} {never}");
	ck_assert_ptr_null(mta_symlist(mta, MTA_MAIL));
	mta_macro(mta, MTA_CONNECT, "j", "mx.example.test");
	mta_macro(mta, MTA_RCPT, "{rcpt_mailer}", "smtp");
	mta_macro(mta, MTA_RCPT, "{rcpt_host}", "not asked for");
	envelope(mta);
	mta_eom(mta, NULL, 0);
	ck_assert_msg(strstr(trace(mta), "rcpt(<b@example.test>,mx.example.test,smtp)"), "got %s",
		      trace(mta));
	mta_free(&mta);
}
END_TEST

START_TEST(a_decided_message_is_not_reported_further)
{
	struct mta *mta = milter_default();
	const char *const decided[] = { "<discard@x>", NULL };

	hello(mta);
	ck_assert_int_eq(mta_mail(mta, decided), MTA_DISCARD);
	ck_assert_int_eq(mta_rcpt(mta, recipient), MTA_NOT_SENT);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_NOT_SENT);
	ck_assert_int_eq(mta_mail(mta, sender), MTA_CONTINUE);
	ck_assert_int_eq(mta_rcpt(mta, recipient), MTA_CONTINUE);
	mta_free(&mta);
}
END_TEST

START_TEST(a_refused_connection_is_not_reported_further)
{
	struct mta *mta = milter_default();

	ck_assert_int_eq(mta_connect(mta, "reject", '4', "192.0.2.1", 1), MTA_REJECT);
	ck_assert_int_eq(mta_helo(mta, "x"), MTA_NOT_SENT);
	ck_assert_int_eq(mta_mail(mta, sender), MTA_NOT_SENT);
	mta_free(&mta);
}
END_TEST

START_TEST(skip_ends_the_body_of_this_message)
{
	struct mta *mta = milter_default();

	envelope(mta);
	ck_assert_int_eq(mta_body(mta, "skip", 4), MTA_SKIP);
	ck_assert_int_eq(mta_body(mta, "more", 4), MTA_NOT_SENT);
	ck_assert_int_eq(mta_eom(mta, "more", 4), MTA_CONTINUE);
	ck_assert_msg(strstr(trace(mta), "body(4) eom"), "got %s", trace(mta));
	mta_mail(mta, sender);
	mta_rcpt(mta, recipient);
	ck_assert_int_eq(mta_body(mta, "more", 4), MTA_CONTINUE);
	mta_free(&mta);
}
END_TEST

START_TEST(one_connection_serves_several_clients)
{
	struct mta *mta = milter_default();

	envelope(mta);
	ck_assert_int_eq(mta_abort(mta), MTA_NO_REPLY);
	ck_assert_int_eq(mta_mail(mta, sender), MTA_CONTINUE);
	mta_rcpt(mta, recipient);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	ck_assert_msg(strstr(trace(mta), "abort mail"), "got %s", trace(mta));
	/* Only here: at other points libmilter ignores it, and everything after it. */
	ck_assert_int_eq(mta_quit_new(mta), MTA_NO_REPLY);
	ck_assert_int_eq(mta_connect(mta, "second", '4', "192.0.2.2", 2), MTA_CONTINUE);
	mta_mail(mta, sender);
	mta_rcpt(mta, recipient);
	ck_assert_int_eq(mta_eom(mta, NULL, 0), MTA_CONTINUE);
	ck_assert_msg(strncmp(trace(mta), "connect(second,192.0.2.2,2) mail", 32) == 0, "got %s",
		      trace(mta));
	mta_free(&mta);
}
END_TEST

START_TEST(without_blocking_the_caller_waits)
{
	struct mta *mta = milter_default();
	enum mta_verdict verdict;
	unsigned waits = 0;

	mta_set_blocking(mta, false);
	verdict = mta_connect(mta, "x", '4', "192.0.2.1", 1);
	while (verdict == MTA_WAITING) {
		struct pollfd pollfd = { .fd = mta_fd(mta), .events = POLLIN };

		if (mta_has_output(mta))
			pollfd.events |= POLLOUT;
		ck_assert_int_eq(poll(&pollfd, 1, MTA_TIMEOUT), 1);
		ck_assert_uint_lt(waits++, 100);
		verdict = mta_resume(mta);
	}
	ck_assert_int_eq(verdict, MTA_CONTINUE);
	mta_free(&mta);
}
END_TEST

/* ---- Broken milters: a socket that answers the negotiation, and then sends these bytes ---- */

static const struct {
	const char *what;
	const char *bytes;
	size_t size;
	enum mta_verdict want;
} broken[] = {
	{ "nothing, and closes", "", 0, MTA_CLOSED },
	{ "half a packet", "\0\0\0\5y5", 6, MTA_CLOSED },
	{ "a packet of no bytes", "\0\0\0\0", 4, MTA_FAILED },
	{ "an enormous packet", "\x7f\xff\xff\xffy", 5, MTA_FAILED },
	{ "an unknown reply", "\0\0\0\1?", 5, MTA_FAILED },
	{ "a continue with data", "\0\0\0\2cx", 6, MTA_FAILED },
	{ "a single %", "\0\0\0\x10y550 5.7.1 50% x", 20, MTA_FAILED },
	{ "a text that does not end", "\0\0\0\x07y550 ab", 11, MTA_FAILED },
	{ "another code in the second line", "\0\0\0\x0ey550-a\r\n551 b\0", 18, MTA_FAILED },
	{ "a bare LF", "\0\0\0\x0ay550 a\nb\0\0", 14, MTA_FAILED },
	{ "a code 250", "\0\0\0\x08y250 ok\0", 12, MTA_FAILED },
	{ "an edit at MAIL", "\0\0\0\5hA\0b\0", 9, MTA_FAILED },
	{ "continue after progress", "\0\0\0\1p\0\0\0\1c", 10, MTA_CONTINUE },
};

static void serve_broken(int listener, const char *bytes, size_t size)
{
	static const char chosen[] = "\0\0\0\x0dO\0\0\0\6\0\0\0\0\0\0\0\0";
	char in[4096];
	int fd = accept(listener, NULL, NULL);

	if (fd < 0 || recv(fd, in, sizeof(in), 0) <= 0 || send(fd, chosen, 17, 0) != 17 ||
	    recv(fd, in, sizeof(in), 0) <= 0)
		_exit(1);
	if (size && send(fd, bytes, size, 0) < 0)
		_exit(1);
	close(fd);
	_exit(0);
}

START_TEST(a_broken_milter_is_found_out)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	struct mta *mta = mta_new(MTA_OFFER_ALL, MTA_TIMEOUT);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(where.sun_path, sizeof(where.sun_path), "%s", strchr(address, '/'));
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&where, sizeof(where)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	milter = fork();
	if (milter == 0)
		serve_broken(listener, broken[_i].bytes, broken[_i].size);
	close(listener);
	ck_assert_int_eq(mta_open(mta, address), 0);
	ck_assert_msg(mta_negotiate(mta) == 0, "%s", mta_error(mta));
	ck_assert_msg(mta_mail(mta, sender) == broken[_i].want, "%s: verdict %d, %s",
		      broken[_i].what, mta_reply(mta)->verdict, mta_error(mta));
	mta_free(&mta);
}
END_TEST

START_TEST(a_silent_milter_is_not_waited_for_without_end)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	struct mta *mta = mta_new(MTA_OFFER_ALL, 50);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(where.sun_path, sizeof(where.sun_path), "%s", strchr(address, '/'));
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&where, sizeof(where)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(mta_open(mta, address), 0);
	ck_assert_int_eq(mta_negotiate(mta), -1);
	ck_assert_msg(
		strncmp(mta_error(mta), "the milter did not answer within 50 ms: waited ", 47) == 0,
		"%s", mta_error(mta));
	close(listener);
	mta_free(&mta);
}
END_TEST

START_TEST(a_wrong_address_is_an_error)
{
	static const char *const wrong[] = { "unix:/nowhere/at/all", "nonsense",
					     "inet:not-numeric:25", "inet:1@127.0.0.1" };
	struct mta *mta = mta_new(MTA_OFFER_ALL, 1000);
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		ck_assert_int_eq(mta_open(mta, wrong[i]), -1);
		ck_assert_str_ne(mta_error(mta), "");
		ck_assert_int_eq(mta_helo(mta, "x"), MTA_FAILED);
	}
	mta_free(&mta);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mta");
	TCase *tcase = tcase_create("mta");
	SRunner *runner;
	int failed;

	if (!mkdtemp(folder))
		return 99;
	snprintf(address, sizeof(address), "unix:%s/sock", folder);
	tcase_add_checked_fixture(tcase, NULL, milter_stop);
	tcase_add_test(tcase, the_whole_dialogue_arrives);
	tcase_add_loop_test(tcase, every_kind_of_client_arrives, 0,
			    sizeof(clients) / sizeof(*clients));
	tcase_add_loop_test(tcase, every_reply_is_understood, 0,
			    sizeof(replies) / sizeof(*replies));
	tcase_add_test(tcase, every_edit_is_understood);
	tcase_add_test(tcase, a_stage_that_was_negotiated_away_is_not_sent);
	tcase_add_test(tcase, a_reply_that_was_negotiated_away_is_not_waited_for);
	tcase_add_test(tcase, an_old_mta_offers_less);
	tcase_add_test(tcase, a_list_of_macros_chooses_among_those_that_are_known);
	tcase_add_test(tcase, a_decided_message_is_not_reported_further);
	tcase_add_test(tcase, a_refused_connection_is_not_reported_further);
	tcase_add_test(tcase, skip_ends_the_body_of_this_message);
	tcase_add_test(tcase, one_connection_serves_several_clients);
	tcase_add_test(tcase, without_blocking_the_caller_waits);
	tcase_add_loop_test(tcase, a_broken_milter_is_found_out, 0,
			    sizeof(broken) / sizeof(*broken));
	tcase_add_test(tcase, a_silent_milter_is_not_waited_for_without_end);
	tcase_add_test(tcase, a_wrong_address_is_an_error);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	rmdir(folder);
	return failed ? 1 : 0;
}
