/* SPDX-License-Identifier: BSD-2-Clause */
/* The milter's side of the protocol: packets in; calls of the session, and answers, out. */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue_help.h"
#include "front/protocol.h"
#include "run.h"

/* ---- The beginning ---- */

static const struct {
	struct sent sent;
	bool goes_on;
	const char *answer;
} beginnings[] = {
	{ NEGOTIATION, true, "O(6,100,400) " },
	{ P('O', "\0\0\0\2\0\0\0\x1f\0\0\0\x7f"), true, "O(2,0,0) " },
	{ P('O', "\0\0\0\7\0\0\1\xff\0\x1f\xff\xff"), true, "O(6,100,400) " },
	{ P('O', "\0\0\0\6\0\0\1\xff\0\x1f\xff\xffmore of it"), true, "O(6,100,400) " },
	{ P('O', "\0\0\0\1\0\0\1\xff\0\x1f\xff\xff"), false, "" },
	{ P('O', "\0\0\0\6\0\0\1\xff\0\x1f\xff"), false, "" },
	{ P('O', ""), false, "" },
	{ P('Q', ""), false, "" },
	{ P('H', "h\0"), false, "" },
	{ P('D', "Cj\0mx\0"), false, "" },
	{ P('A', ""), false, "" },
	{ P('K', ""), false, "" },
	{ CLIENT, false, "" },
};

START_TEST(beginning)
{
	const struct sent *sent = &beginnings[_i].sent;
	struct talk talk;

	talk_begin(&talk);
	ck_assert_uint_eq(dialogue_packet_max(&talk.dialogue), PROTOCOL_FIRST_MAX);
	ck_assert_int_eq(talk_take(&talk, sent->command, sent->data, sent->size),
			 beginnings[_i].goes_on);
	ck_assert_str_eq(talk.answers, beginnings[_i].answer);
	ck_assert_int_eq(talk.dialogue.negotiated, beginnings[_i].goes_on);
	if (beginnings[_i].goes_on)
		ck_assert_uint_eq(dialogue_packet_max(&talk.dialogue), PACKET_MAX);
	dialogue_broken(&talk.dialogue, "junk");
	dialogue_end(&talk.dialogue, "192.0.2.9");
	/* Peers that never negotiate are logged once; an MTA that breaks off is not logged. */
	ck_assert_uint_eq(talk_logged(&talk, "before it spoke the milter protocol"),
			  !beginnings[_i].goes_on);
	ck_assert_uint_eq(talk_logged(&talk, "from 192.0.2.9"), !beginnings[_i].goes_on);
	ck_assert_uint_eq(talk_logged(&talk, "the MTA sent junk"), beginnings[_i].goes_on);
	talk_end(&talk);
}
END_TEST

/* The lists of macros; and a configuration without a stage requests no macros for it. */
START_TEST(lists_of_macros)
{
	struct talk talk;

	talk_begin(&talk);
	told.needs.stages = MG_BIT(MG_CONNECT) | MG_BIT(MG_EOM);
	told.needs.macros[MG_CONNECT] = "j {daemon_name}";
	told.needs.macros[MG_MAIL] = "i";
	told.needs.macros[MG_EOM] = "{x}";
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION, { 0 } });
	ck_assert_str_eq(talk.answers, "O(6,100,37e,0:j {daemon_name},5:{x}) ");
	dialogue_end(&talk.dialogue, "");
	talk_next(&talk);
	talk.answers[0] = '\0';
	/* An MTA that does not know lists. */
	talk_take_all(&talk,
		      (const struct sent[]){ P('O', "\0\0\0\6\0\0\0\xff\0\x1f\xff\xff"), { 0 } });
	ck_assert_str_eq(talk.answers, "O(6,0,37e) ");
	dialogue_end(&talk.dialogue, "");
	talk_end(&talk);
}
END_TEST

/* ---- Dialogues ---- */

static const struct {
	struct sent sent[16]; /* after the negotiation */
	bool goes_on;
	const char *calls, *answers; /* calls: without the last end */
} dialogues[] = {
	{ { CLIENT, P('H', "h\0"), P('M', "<a>\0SIZE=1\0BODY=8BITMIME\0"), P('R', "<b>\0"),
	    P('T', ""), P('L', "Subject\0\0"), P('N', ""), P('B', "text"), P('E', ""),
	    P('U', "FOO\0"), P('A', ""), P('Q', "") },
	  false,
	  "connect(c,192.0.2.1,4660) helo(h) mail(<a>,SIZE=1,BODY=8BITMIME) rcpt(<b>) data "
	  "header(Subject:) eoh body(text) eom command(FOO) abort ",
	  "c c c c c c c c c c " },
	/* The last chunk with the end: one answer. */
	{ { P('E', "last") }, true, "body(last) eom ", "c " },
	/* An MTA may leave out every step, and its client may send nothing. */
	{ { P('H', "\0") }, true, "helo() ", "c " },
	{ { P('R', "\0") }, true, "rcpt() ", "c " },
	{ { P('B', "") }, true, "body() ", "c " },
	{ { P('U', "\0") }, true, "command() ", "c " },
	{ { P('L', "\0\0") }, true, "header(:) ", "c " },
	/* Bytes after the known data of a packet are ignored. */
	{ { P('H', "h\0more") }, true, "helo(h) ", "c " },
	{ { P('T', "more") }, true, "data ", "c " },
	/* Clients. */
	{ { P('C', "c\0U") }, true, "connect(c,unknown) ", "c " },
	{ { P('C', "c\0U\0\0\0") }, true, "connect(c,unknown) ", "c " },
	{ { P('C', "c\0L\0\0/socket\0") }, true, "connect(c,family 1) ", "c " },
	{ { P('C', "c\0006\0\x19IPv6:2001:db8::1\0") }, true, "connect(c,2001:db8::1,25) ", "c " },
	{ { P('C', "c\0006\0\x19"
		   "fe80::1%eth0\0") },
	  true,
	  "connect(c,fe80::1,25) ",
	  "c " },
	{ { P('C', "c\0004\0\x19no address\0") }, true, "connect(c,unknown) ", "c " },
	{ { P('C', "c\0006\0\x19\0") }, true, "connect(c,unknown) ", "c " },
	{ { P('C', "\0U") }, true, "connect(,unknown) ", "c " },
	/* A second client without a word between has a session of its own. */
	{ { CLIENT, P('M', "<a>\0"), P('C', "d\0U"), P('M', "<b>\0") },
	  true,
	  "connect(c,192.0.2.1,4660) mail(<a>) end connect(d,unknown) mail(<b>) ",
	  "c c c c " },
	/* The same with an end between, whatever was known of the first client. */
	{ { CLIENT, P('M', "<a>\0"), P('K', ""), P('C', "d\0U"), P('K', ""), P('K', ""),
	    P('R', "<b>\0") },
	  true,
	  "connect(c,192.0.2.1,4660) mail(<a>) end connect(d,unknown) end rcpt(<b>) ",
	  "c c c c " },
	/* An abort may come at any time, also without a session. */
	{ { P('A', ""), P('K', ""), P('A', ""), P('A', "") }, true, "abort end ", "" },
	/* Malformed packets. */
	{ { P('C', "") }, false, "", "" },
	{ { P('C', "c") }, false, "", "" },
	{ { P('C', "c\0") }, false, "", "" },
	{ { P('C', "c\0X\0\0x\0") }, false, "", "" },
	{ { P('C', "c\0004\0") }, false, "", "" },
	{ { P('C', "c\0004\0\x19") }, false, "", "" },
	{ { P('C', "c\0004\0\x19"
		   "1.2.3.4") },
	  false,
	  "",
	  "" },
	{ { P('H', "") }, false, "", "" },
	{ { P('H', "h") }, false, "", "" },
	{ { P('M', "") }, false, "", "" },
	{ { P('M', "<a>") }, false, "", "" },
	{ { P('M', "<a>\0x") }, false, "", "" },
	{ { P('R', "") }, false, "", "" },
	{ { P('L', "Subject\0") }, false, "", "" },
	{ { P('L', "Subject\0x") }, false, "", "" },
	{ { P('L', "") }, false, "", "" },
	{ { P('U', "FOO") }, false, "", "" },
	{ { P('D', "") }, false, "", "" },
	{ { P('D', "Cj") }, false, "", "" },
	{ { NEGOTIATION }, false, "", "" },
	{ { P('?', "") }, false, "", "" },
	{ { P(1, "") }, false, "", "" },
	{ { P(0xff, "") }, false, "", "" },
};

START_TEST(dialogue)
{
	const struct sent *last = dialogues[_i].sent;
	char calls[1024], answers[1024];
	struct talk talk;
	bool quits;

	while (last[1].command)
		last++;
	quits = last->command == COMMAND_QUIT;
	snprintf(calls, sizeof(calls), "%send ", dialogues[_i].calls);
	snprintf(answers, sizeof(answers), AGREED "%s", dialogues[_i].answers);
	talk_begin(&talk);
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION, { 0 } });
	ck_assert_uint_eq(talk.all.served, 1);
	ck_assert_int_eq(talk_take_all(&talk, dialogues[_i].sent), dialogues[_i].goes_on);
	ck_assert_uint_eq(talk_logged(&talk, "warning: the MTA sent "),
			  !dialogues[_i].goes_on && !quits);
	/* The abort has ended the session already, and no other began. */
	if (last->command == COMMAND_ABORT)
		calls[strlen(calls) - 4] = '\0';
	dialogue_end(&talk.dialogue, "");
	ck_assert_str_eq(told.calls, calls);
	ck_assert_str_eq(talk.answers, answers);
	talk_end(&talk);
}
END_TEST

/* Any number of parameters: a client can make Postfix send as many as fit on its line. */
START_TEST(arguments)
{
	static const unsigned counts[] = { 1, 15, 16, 17, 128, 129, 300, 5000 };
	const unsigned n = counts[_i];
	char *data = calloc(n, 7), want[64];
	struct talk talk;

	for (unsigned i = 0; i < n; i++)
		strcpy(data + i * 7, "SIZE=1");
	snprintf(want, sizeof(want),
		 n > 4 ? "mail(SIZE=1,SIZE=1,SIZE=1,SIZE=1,... %u) end " : "mail(SIZE=1) end ", n);
	talk_begin(&talk);
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION, { 0 } });
	ck_assert(talk_take(&talk, 'M', data, (size_t)n * 7));
	dialogue_end(&talk.dialogue, "");
	ck_assert_str_eq(told.calls, want);
	free(data);
	talk_end(&talk);
}
END_TEST

/* ---- Answers ---- */

/* A refusal of the last chunk is the message's: the session gets no further call. */
START_TEST(last_chunk)
{
	static const struct {
		enum reply_kind kind;
		const char *calls, *answers;
	} cases[] = {
		{ REPLY_CONTINUE, "body(x) eom end ", AGREED "d " },
		{ REPLY_SKIP, "body(x) eom end ", AGREED "d " },
		{ REPLY_REJECT, "body(x) end ", AGREED "r " },
		{ REPLY_TEMPFAIL, "body(x) end ", AGREED "t " },
		{ REPLY_DISCARD, "body(x) end ", AGREED "d " },
	};
	struct talk talk;

	talk_begin(&talk);
	told.replies[MG_BODY].kind = cases[_i].kind;
	told.replies[MG_EOM].kind = REPLY_DISCARD;
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION, P('E', "x"), { 0 } });
	dialogue_end(&talk.dialogue, "");
	ck_assert_str_eq(told.calls, cases[_i].calls);
	ck_assert_str_eq(talk.answers, cases[_i].answers);
	talk_end(&talk);
}
END_TEST

/*
 * Steps without a reply get none, whatever the session returns. Replies to other steps are
 * unchanged.
 */
START_TEST(no_reply)
{
	struct talk talk;

	talk_begin(&talk);
	told.needs.replies = MG_BIT(MG_RCPT) | MG_BIT(MG_EOM);
	told.replies[MG_HELO].kind = REPLY_REJECT;
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION,
						    CLIENT,
						    P('H', "h\0"),
						    P('M', "<a>\0"),
						    P('R', "<b>\0"),
						    P('T', ""),
						    P('L', "a\0b\0"),
						    P('N', ""),
						    P('B', "x"),
						    P('U', "FOO\0"),
						    { 0 } });
	ck_assert_str_eq(talk.answers, "O(6,100,f7480) c ");
	ck_assert_ptr_nonnull(strstr(told.calls, "helo(h) mail(<a>) rcpt(<b>) data "));
	talk_take_all(&talk, (const struct sent[]){ P('E', "x"), { 0 } });
	ck_assert_str_eq(talk.answers, "O(6,100,f7480) c c ");
	dialogue_end(&talk.dialogue, "");
	talk_end(&talk);
}
END_TEST

/* A hook that waits tells the front end: once for each RCPT of this session. */
START_TEST(waits)
{
	struct talk talk;

	talk_begin(&talk);
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION, CLIENT, P('R', "<b>\0"), { 0 } });
	ck_assert_uint_eq(talk.waits, 1);
	/* A front end without a function for this. */
	talk.dialogue.waits = NULL;
	talk_take_all(&talk, (const struct sent[]){ P('R', "<b>\0"), { 0 } });
	ck_assert_uint_eq(talk.waits, 1);
	dialogue_end(&talk.dialogue, "");
	talk_end(&talk);
}
END_TEST

/* Macros are known from their command to the end of the message, or of the client's session. */
START_TEST(macros)
{
	struct talk talk;

	talk_begin(&talk);
	told.macro = "i";
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION,
						    P('D', "Ci\0one\0"),
						    CLIENT,
						    P('D', "Mi\0two\0"),
						    P('M', "<a>\0"),
						    P('D', "Ei\0three\0"),
						    P('E', ""),
						    P('H', "h\0"),
						    P('D', "Mi\0four\0"),
						    P('M', "<b>\0"),
						    P('A', ""),
						    P('T', ""),
						    P('D', "Ri\0five\0"),
						    P('R', "<b>\0"),
						    P('M', "<c>\0"),
						    P('K', ""),
						    P('H', "i\0"),
						    { 0 } });
	ck_assert_str_eq(
		told.calls,
		"connect(c,192.0.2.1,4660) [one] mail(<a>) [two] eom [three] helo(h) [one] "
		"mail(<b>) [four] abort data [one] rcpt(<b>) [five] mail(<c>) [one] end helo(i) ");
	dialogue_end(&talk.dialogue, "");
	talk_end(&talk);
}
END_TEST

/* ---- The cap ---- */

START_TEST(cap)
{
	struct talk talk;
	struct dialogue first;

	talk_begin(&talk);
	talk.all.max = 1;
	told.needs.stages = MG_BIT(MG_RCPT);
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION, { 0 } });
	first = talk.dialogue;
	talk_next(&talk);
	talk.answers[0] = '\0';
	/*
	 * Beyond the cap CONNECT is negotiated and refused, and so is every other step. No session
	 * is called. A connection that the MTA would keep is closed.
	 */
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION,
						    P('D', "Cj\0mx\0"),
						    CLIENT,
						    P('R', "<b>\0"),
						    P('E', "x"),
						    P('A', ""),
						    { 0 } });
	ck_assert(!talk_take(&talk, 'K', "", 0));
	ck_assert_str_eq(talk.answers, "O(6,100,37e) y(421 4.3.2 too many|) t t ");
	ck_assert_str_eq(told.calls, "refuse abort end ");
	ck_assert_uint_eq(talk.all.served, 1);
	/* The refused connection had no place to give back. */
	dialogue_end(&talk.dialogue, "");
	ck_assert_uint_eq(talk.all.served, 1);
	dialogue_end(&first, "");
	ck_assert_uint_eq(talk.all.served, 0);
	talk_next(&talk);
	talk.answers[0] = '\0';
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION, P('R', "<b>\0"), { 0 } });
	ck_assert_str_eq(talk.answers, "O(6,100,377) c ");
	dialogue_end(&talk.dialogue, "");
	ck_assert_uint_eq(talk_logged(&talk, "before it spoke"), 0);
	talk_end(&talk);
}
END_TEST

/* After a dropped packet there is only 421, and nothing of it for the next client. */
START_TEST(dropped_packet)
{
	struct talk talk;

	talk_begin(&talk);
	talk_take_all(&talk, (const struct sent[]){ NEGOTIATION, CLIENT, { 0 } });
	talk.dialogue.dropped = true;
	talk.answers[0] = told.calls[0] = '\0';
	ck_assert(!talk_take_all(
		&talk,
		(const struct sent[]){
			P('D', ""), P('L', ""), P('E', ""), P('A', ""), P('K', ""), { 0 } }));
	ck_assert_str_eq(talk.answers, "y(421 4.3.2 too much|) y(421 4.3.2 too much|) ");
	ck_assert_str_eq(told.calls, "overload overload abort end ");
	dialogue_end(&talk.dialogue, "");
	talk_end(&talk);
}
END_TEST

/* The first protocol error and the first foreign peer are logged at a level that everybody sees. */
START_TEST(says_it_once)
{
	struct talk talk;

	talk_begin(&talk);
	for (int i = 0; i < 3; i++) {
		talk_next(&talk);
		talk_take_all(&talk, (const struct sent[]){ NEGOTIATION, P('?', ""), { 0 } });
		dialogue_end(&talk.dialogue, "");
		talk_next(&talk);
		dialogue_end(&talk.dialogue, "");
	}
	ck_assert_uint_eq(talk_logged(&talk, "warning: the MTA sent a command"), 1);
	ck_assert_uint_eq(talk_logged(&talk, "debug: the MTA sent a command"), 2);
	ck_assert_uint_eq(talk_logged(&talk, "(3 so far"), 2);
	ck_assert_uint_eq(talk_logged(&talk, "info: a connection ended"), 1);
	ck_assert_uint_eq(talk_logged(&talk, "debug: a connection ended"), 2);
	talk_end(&talk);
}
END_TEST

/* Something that the MTA does not offer is logged once, not for each connection. */
START_TEST(lacking_actions)
{
	struct talk talk;

	talk_begin(&talk);
	told.needs.edits = EDIT_BIT(EDIT_ADD_FIELD);
	for (int i = 0; i < 3; i++) {
		talk_next(&talk);
		talk_take_all(&talk, (const struct sent[]){
					     P('O', "\0\0\0\6\0\0\1\xfe\0\x1f\xff\xff"), { 0 } });
		dialogue_end(&talk.dialogue, "");
	}
	ck_assert_uint_eq(talk_logged(&talk, "does not offer what the configuration needs"), 1);
	talk_end(&talk);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("dialogue");

	tcase_add_loop_test(tc, beginning, 0, COUNT(beginnings));
	tcase_add_test(tc, lists_of_macros);
	tcase_add_loop_test(tc, dialogue, 0, COUNT(dialogues));
	tcase_add_loop_test(tc, arguments, 0, 8);
	tcase_add_loop_test(tc, last_chunk, 0, 5);
	tcase_add_test(tc, no_reply);
	tcase_add_test(tc, waits);
	tcase_add_test(tc, macros);
	tcase_add_test(tc, cap);
	tcase_add_test(tc, dropped_packet);
	tcase_add_test(tc, says_it_once);
	tcase_add_test(tc, lacking_actions);
	return run_tests("dialogue", tc);
}
