/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The milter protocol's numbers, version 6, as Sendmail 8.14 and later and Postfix 2.6 and later
 * speak it. There is no RFC: they are those of Sendmail's libmilter (its mfdef.h).
 *
 * A packet is a length (four bytes, network order, of what follows), a command and its data.
 * Strings in it end with NUL.
 */
#ifndef MG_PROTOCOL_H
#define MG_PROTOCOL_H

#define PROTOCOL_VERSION 6
#define PROTOCOL_VERSION_MIN 2
#define PROTOCOL_FIRST_MAX 1024 /* version, actions, steps, and what a later version may add */

/* What the MTA sends. */
enum protocol_command {
	COMMAND_ABORT = 'A',
	COMMAND_BODY = 'B',
	COMMAND_CONNECT = 'C',
	COMMAND_MACROS = 'D', /* for the command that is its first byte */
	COMMAND_EOM = 'E',    /* may have a last chunk of the body */
	COMMAND_HELO = 'H',
	COMMAND_QUIT_NEW = 'K', /* the client is gone, another may follow on the same connection */
	COMMAND_HEADER = 'L',
	COMMAND_MAIL = 'M',
	COMMAND_EOH = 'N',
	COMMAND_NEGOTIATE = 'O',
	COMMAND_QUIT = 'Q',
	COMMAND_RCPT = 'R',
	COMMAND_DATA = 'T',
	COMMAND_UNKNOWN = 'U'
};

/* What is answered, and at the end of a message what is edited. */
enum protocol_answer {
	ANSWER_CONTINUE = 'c',
	ANSWER_DISCARD = 'd',
	ANSWER_REJECT = 'r',
	ANSWER_SKIP = 's',
	ANSWER_TEMPFAIL = 't',
	ANSWER_REPLY = 'y', /* a code and text of ours */
	ANSWER_ADD_HEADER = 'h',
	ANSWER_INSERT_HEADER = 'i',
	ANSWER_CHANGE_HEADER = 'm', /* an empty value deletes it */
	ANSWER_ADD_RECIPIENT = '+',
	ANSWER_DELETE_RECIPIENT = '-',
	ANSWER_CHANGE_SENDER = 'e',
	ANSWER_REPLACE_BODY = 'b', /* several make one body */
	ANSWER_QUARANTINE = 'q'
};

/* Families of the client's address. */
enum protocol_family {
	FAMILY_UNKNOWN = 'U',
	FAMILY_UNIX = 'L',
	FAMILY_INET = '4',
	FAMILY_INET6 = '6'
};

/* What a milter may do to a message, and that it says which macros it wants. */
enum protocol_action {
	ACTIONS_HEADERS = 0x001, /* add or insert header fields */
	ACTIONS_BODY = 0x002,
	ACTIONS_ADD_RECIPIENTS = 0x004,
	ACTIONS_DELETE_RECIPIENTS = 0x008,
	ACTIONS_CHANGE_HEADERS = 0x010,
	ACTIONS_QUARANTINE = 0x020,
	ACTIONS_SENDER = 0x040,
	ACTIONS_MACROS = 0x100
};

/* Steps that the MTA leaves out, or waits for no answer at; those of a stage are in agreement.c. */
#define STEPS_SKIP 0x400UL /* the MTA understands ANSWER_SKIP */
/*
 * The first blank of a field's value is neither taken away from what comes, nor put before what is
 * added.
 */
#define STEPS_LEADING_SPACE 0x100000UL

/* The most of a body that one packet carries. */
#define PROTOCOL_CHUNK_MAX 65535U

#endif
