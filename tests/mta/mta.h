/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MTA's side of the milter protocol, version 6, for tests, benchmarks and fuzzers.
 *
 * One struct mta is one connection to one milter. Different ones may be used by different
 * threads; there are no globals. It honours what was negotiated as Postfix and Sendmail do: a
 * stage that was negotiated away is not sent, a reply that was negotiated away is not waited
 * for, a command without a reply stays in the buffer until the next one that has a reply, and
 * a message (or connection) that the milter has decided on is not reported further.
 *
 * Buffers belong to the struct mta and are reused: in steady state no command allocates.
 * Nothing here ends the process but running out of memory.
 */
#ifndef TESTS_MTA_H
#define TESTS_MTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mta_stage {
	MTA_CONNECT,
	MTA_HELO,
	MTA_MAIL,
	MTA_RCPT,
	MTA_DATA,
	MTA_HEADER,
	MTA_EOH,
	MTA_BODY,
	MTA_EOM,
	MTA_UNKNOWN,
	MTA_STAGES
};

/* What became of a command. */
enum mta_verdict {
	MTA_NOT_SENT, /* negotiated away, skipped, or the milter had decided before */
	MTA_NO_REPLY, /* sent (or about to be); no reply was negotiated */
	MTA_WAITING,  /* only when not blocking: the reply has not come yet, see mta_resume() */
	MTA_CONTINUE,
	MTA_ACCEPT,
	MTA_REJECT,    /* with the MTA's own text */
	MTA_TEMPFAIL,  /* with the MTA's own text */
	MTA_REPLYCODE, /* with the milter's code and text */
	MTA_DISCARD,
	MTA_SKIP, /* the milter wants no more of this stage in this message */
	MTA_SHUTDOWN,
	MTA_CONN_FAIL,
	MTA_CLOSED, /* the milter closed the connection */
	MTA_FAILED  /* timeout, broken packet, system error: mta_error() says which */
};

enum mta_edit_kind {
	MTA_ADD_HEADER,    /* name, value */
	MTA_INSERT_HEADER, /* index, name, value */
	MTA_CHANGE_HEADER, /* index, name, value; "" deletes it */
	MTA_ADD_RCPT,      /* name: the address, value: its ESMTP parameters or NULL */
	MTA_DELETE_RCPT,   /* name: the address */
	MTA_CHANGE_FROM,   /* name: the address, value: its ESMTP parameters or NULL */
	MTA_REPLACE_BODY,  /* value, size: one chunk */
	MTA_QUARANTINE     /* value: the reason */
};

struct mta_edit {
	enum mta_edit_kind kind;
	uint32_t index;
	const char *name;  /* NULL where the kind has none */
	const char *value; /* ends in NUL, which size does not count */
	size_t size;
};

/* The last command's reply; valid until the next command. */
struct mta_reply {
	enum mta_verdict verdict;
	int code; /* MTA_REPLYCODE: 421 ...; 0 otherwise */
	/* MTA_REPLYCODE: the reply with each %% undone: "550 5.7.1 text", lines end in CR LF. */
	const char *text;
	unsigned progress; /* how many packets "still at work" came before it */
	size_t nedits;
	const struct mta_edit *edits;
};

/*
 * What an MTA offers, and what a milter chose of it. Bits: SMFIF_* and SMFIP_* of
 * <libmilter/mfdef.h>.
 */
struct mta_options {
	uint32_t version;
	uint32_t actions;
	uint32_t protocol;
};

/* Everything that Postfix 3.7 and Sendmail 8.17 offer. */
#define MTA_OFFER_ALL ((struct mta_options){ 6, 0x1ff, 0x1fffff })

#define MTA_TIMEOUT 30000 /* ms; Postfix's for a command */

struct mta;

/* timeout_ms: for each single wait. Never NULL. */
struct mta *mta_new(struct mta_options offer, int timeout_ms);

/* Closes the connection without a QUIT, frees it, clears the pointer. *mta may be NULL. */
void mta_free(struct mta **mta);

/*
 * Connects to a milter: unix:PATH, local:PATH, inet:PORT@HOST, inet6:PORT@HOST, inet:HOST:PORT
 * (HOST numeric; an IPv6 address may stand in brackets). An open connection is closed first. 0,
 * or -1 and mta_error().
 */
int mta_open(struct mta *mta, const char *address);

/* Sends the offer and reads what the milter chose, always blocking. 0, or -1 and mta_error(). */
int mta_negotiate(struct mta *mta);

/* Drops the connection without a QUIT. The macros stay. */
void mta_close(struct mta *mta);

/* ---- What was negotiated ------------------------------------------------------ */

const struct mta_options *mta_chosen(const struct mta *mta);
bool mta_is_sent(const struct mta *mta, enum mta_stage stage);    /* not negotiated away */
bool mta_is_replied(const struct mta *mta, enum mta_stage stage); /* sent, and a reply is to come */

/*
 * The macros that the milter asked for at a stage, separated by blanks, or NULL when it asked for
 * none in particular.
 */
const char *mta_symlist(const struct mta *mta, enum mta_stage stage);

/* ---- Macros --------------------------------------------------------------------- */

/*
 * Defines a macro ("j", "{auth_authen}") that is known from this stage on. At a stage for which
 * the milter set a list, all macros of that list which are known are sent; at another stage
 * those that were defined for exactly that stage. value NULL undefines it. Copied.
 */
void mta_macro(struct mta *mta, enum mta_stage stage, const char *name, const char *value);
void mta_forget_macros(struct mta *mta);

/*
 * Has at each stage without a list of the milter's what Postfix sends by default
 * (milter_connect_macros and the like) of the macros that are known, and nothing else.
 */
void mta_use_postfix_macros(struct mta *mta);

/* ---- Commands: each returns what came of it ------------------------------------- */

/* family: '4', '6', 'L' (unix) or 'U' (unknown: no address is sent). address: as on the wire. */
enum mta_verdict mta_connect(struct mta *mta, const char *name, char family, const char *address,
			     unsigned port);
enum mta_verdict mta_helo(struct mta *mta, const char *helo);

/* argv: the path in angle brackets, then the ESMTP parameters; NULL last. */
enum mta_verdict mta_mail(struct mta *mta, const char *const *argv);
enum mta_verdict mta_rcpt(struct mta *mta, const char *const *argv);
enum mta_verdict mta_data(struct mta *mta);
/*
 * value: without the blank after the colon, which is sent when the milter chose SMFIP_HDR_LEADSPC.
 */
enum mta_verdict mta_header(struct mta *mta, const char *name, const char *value);

/*
 * The same for everything that stands after the colon; without SMFIP_HDR_LEADSPC the first blank is
 * not sent.
 */
enum mta_verdict mta_field(struct mta *mta, const char *name, const char *exact);
enum mta_verdict mta_eoh(struct mta *mta);

/* One chunk of at most 65,535 bytes. */
enum mta_verdict mta_body(struct mta *mta, const void *body, size_t size);

/*
 * body: a last chunk with the end of the message, which the protocol allows, but Postfix and
 * Sendmail send theirs with mta_body(); or NULL. Left out when the body was negotiated away or
 * skipped.
 */
enum mta_verdict mta_eom(struct mta *mta, const void *body, size_t size);
enum mta_verdict mta_unknown(struct mta *mta, const char *command);

/* The message is over (RSET, a new HELO, a rejected DATA). No reply. */
enum mta_verdict mta_abort(struct mta *mta);

/* The SMTP client left. No reply; mta_close() next. */
enum mta_verdict mta_quit(struct mta *mta);

/*
 * The SMTP client left, and another client's mta_connect() follows on the same connection. No
 * reply. libmilter takes it only after the end of a message; elsewhere it ignores it, and what
 * follows.
 */
enum mta_verdict mta_quit_new(struct mta *mta);

/* The reply to the last command. */
const struct mta_reply *mta_reply(const struct mta *mta);

/* What went wrong, after -1, MTA_FAILED or MTA_CLOSED; never NULL. */
const char *mta_error(const struct mta *mta);

/* ---- Without blocking ------------------------------------------------------------- */

/*
 * Not blocking, a command returns MTA_WAITING when its reply has not come; then poll mta_fd()
 * for reading, and for writing if mta_has_output(), and call mta_resume() until it returns
 * something else. Timeouts are the caller's then.
 */
void mta_set_blocking(struct mta *mta, bool blocking);
enum mta_verdict mta_resume(struct mta *mta);
bool mta_has_output(const struct mta *mta);
int mta_fd(const struct mta *mta); /* -1 when closed */

/* ---- For hostile tests --------------------------------------------------------------- */

/* Sends what is in the buffer. 0 or -1. */
int mta_flush(struct mta *mta);

/* Sends these bytes unchanged, after the bytes in the buffer. 0 or -1. */
int mta_raw(struct mta *mta, const void *bytes, size_t size);

/* Any packet, well formed; the reply, if one is to come, is read with mta_await(). */
int mta_packet(struct mta *mta, char command, const void *bytes, size_t size);

/*
 * Waits for one reply, or for the end of the connection (MTA_CLOSED), whichever command was sent.
 */
enum mta_verdict mta_await(struct mta *mta);

/* Whether the milter has sent something that no command has read: a reply without a command. */
bool mta_has_input(const struct mta *mta);

/* Report every stage, also those that an MTA leaves out after the milter's decision. */
void mta_set_persistent(struct mta *mta, bool persistent);

#endif
