/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of the MTA's side of the milter protocol, and what an MTA does about the replies. */
#include "wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <libmilter/mfdef.h>
#include <libmilter/mfapi.h>

/*
 * As much as Postfix's stream keeps before it writes: commands without a reply are sent together.
 */
#define OUTPUT_KEPT 16384

#define STAGE_BIT(stage) (1U << (stage))

struct mta *mta_new(struct mta_options offer, int timeout_ms)
{
	struct mta *mta = calloc(1, sizeof(*mta));

	if (!mta)
		abort();
	mta->offer = offer;
	mta->timeout_ms = timeout_ms;
	mta->fd = -1;
	mta->blocking = true;
	return mta;
}

void mta_free(struct mta **mta_p)
{
	struct mta *mta = *mta_p;

	*mta_p = NULL;
	if (!mta)
		return;
	mta_close(mta);
	mta_forget_macros(mta);
	buffer_free(&mta->out);
	buffer_free(&mta->in);
	buffer_free(&mta->text);
	free(mta->edits);
	free(mta->edits_at);
	free(mta);
}

void mta_close(struct mta *mta)
{
	if (mta->fd >= 0)
		close(mta->fd);
	mta->fd = -1;
	mta->out.size = mta->out_sent = 0;
	mta->in.size = mta->in_next = 0;
	mta->connection_decided = mta->message_decided = false;
	mta->skipped = 0;
	negotiate_forget(mta);
}

int mta_open(struct mta *mta, const char *address)
{
	mta_close(mta);
	mta->chosen = (struct mta_options){ 0, 0, 0 };
	mta->fd = address_connect(address, mta->timeout_ms, mta->error, sizeof(mta->error));
	return mta->fd < 0 ? -1 : 0;
}

/* ---- Commands ------------------------------------------------------------------------ */

/* What a reply means for the commands after it. */
static void mta_obey(struct mta *mta, enum mta_verdict verdict)
{
	bool early = mta->stage == MTA_CONNECT || mta->stage == MTA_HELO;

	switch (verdict) {
	case MTA_SKIP:
		mta->skipped |= STAGE_BIT(mta->stage);
		break;
	case MTA_ACCEPT:
	case MTA_DISCARD:
		*(early ? &mta->connection_decided : &mta->message_decided) = true;
		break;
	case MTA_REJECT:
	case MTA_TEMPFAIL:
	case MTA_REPLYCODE:
	case MTA_SHUTDOWN:
	case MTA_CONN_FAIL:
		if (early)
			mta->connection_decided = true;
		else if (mta->stage != MTA_RCPT && mta->stage != MTA_UNKNOWN)
			mta->message_decided = true; /* a new MAIL ends its effect */
		break;
	default:
		break;
	}
	if (mta->stage == MTA_EOM)
		mta->message_decided = false;
}

enum mta_verdict mta_resume(struct mta *mta)
{
	const char *packet;
	size_t size;
	int n;

	if (mta->fd < 0)
		return wire_fail(mta, MTA_FAILED, "there is no connection");
	n = wire_flush(mta);
	/* A milter may have sent something before it closed the connection. */
	if (n < 0 && mta->reply.verdict != MTA_CLOSED)
		return mta->reply.verdict;
	if (mta->reply.verdict != MTA_WAITING && n >= 0)
		return mta->reply.verdict;
	for (;;) {
		n = wire_receive(mta, &packet, &size);
		if (n <= 0)
			return mta->reply.verdict;
		mta->reply.verdict = MTA_WAITING;
		if (reply_take(mta, packet, size)) {
			mta_obey(mta, mta->reply.verdict);
			return mta->reply.verdict;
		}
	}
}

/*
 * Whether an MTA would report this stage now; its macros are sent in any case, except in the first
 * two.
 */
static bool mta_begin(struct mta *mta, enum mta_stage stage)
{
	reply_begin(mta);
	mta->stage = stage;
	mta->is_eom = stage == MTA_EOM;
	mta->reply.verdict = MTA_NOT_SENT;
	if (mta->fd < 0) {
		wire_fail(mta, MTA_FAILED, "there is no connection");
		return false;
	}
	if (stage == MTA_MAIL || stage == MTA_HELO) {
		mta->message_decided = false;
		mta->skipped = 0;
	}
	if (!mta->persistent && (mta->connection_decided || mta->message_decided))
		return false;
	macros_send(mta, stage);
	return mta_is_sent(mta, stage) && !(mta->skipped & STAGE_BIT(stage));
}

/* Sends the packet, which is complete, and waits if a reply is to come. */
static enum mta_verdict mta_finish(struct mta *mta, bool replied)
{
	mta->reply.verdict = replied ? MTA_WAITING : MTA_NO_REPLY;
	if (replied)
		return mta_resume(mta);
	if (mta->out.size - mta->out_sent > OUTPUT_KEPT && wire_flush(mta) < 0)
		return mta->reply.verdict;
	return MTA_NO_REPLY;
}

static enum mta_verdict mta_command(struct mta *mta, enum mta_stage stage, const void *bytes,
				    size_t size)
{
	size_t begin;

	if (!mta_begin(mta, stage))
		return mta->reply.verdict;
	begin = wire_begin(mta, stage_forms[stage].command);
	buffer_add(&mta->out, bytes, size);
	wire_end(mta, begin);
	return mta_finish(mta, mta_is_replied(mta, stage));
}

enum mta_verdict mta_connect(struct mta *mta, const char *name, char family, const char *address,
			     unsigned port)
{
	uint16_t wire_port = htons((uint16_t)port);
	size_t begin;

	if (!mta_begin(mta, MTA_CONNECT))
		return mta->reply.verdict;
	begin = wire_begin(mta, SMFIC_CONNECT);
	buffer_add_string(&mta->out, name);
	buffer_add(&mta->out, &family, 1);
	if (family != SMFIA_UNKNOWN) {
		buffer_add(&mta->out, &wire_port, sizeof(wire_port));
		buffer_add_string(&mta->out, address);
	}
	wire_end(mta, begin);
	return mta_finish(mta, mta_is_replied(mta, MTA_CONNECT));
}

enum mta_verdict mta_helo(struct mta *mta, const char *helo)
{
	return mta_command(mta, MTA_HELO, helo, strlen(helo) + 1);
}

static enum mta_verdict mta_path(struct mta *mta, enum mta_stage stage, const char *const *argv)
{
	size_t begin;

	if (!mta_begin(mta, stage))
		return mta->reply.verdict;
	begin = wire_begin(mta, stage_forms[stage].command);
	for (; *argv; argv++)
		buffer_add_string(&mta->out, *argv);
	wire_end(mta, begin);
	return mta_finish(mta, mta_is_replied(mta, stage));
}

enum mta_verdict mta_mail(struct mta *mta, const char *const *argv)
{
	return mta_path(mta, MTA_MAIL, argv);
}

enum mta_verdict mta_rcpt(struct mta *mta, const char *const *argv)
{
	return mta_path(mta, MTA_RCPT, argv);
}

enum mta_verdict mta_data(struct mta *mta)
{
	enum mta_verdict verdict = mta_command(mta, MTA_DATA, NULL, 0);

	/*
	 * Postfix hands the connection from smtpd to cleanup here: smtpd sends what it has kept
	 * first.
	 */
	if ((verdict == MTA_NO_REPLY || verdict == MTA_NOT_SENT) && wire_flush(mta) < 0)
		return mta->reply.verdict;
	return verdict;
}

static enum mta_verdict mta_send_field(struct mta *mta, const char *name, const char *blank,
				       const char *value)
{
	size_t begin;

	if (!mta_begin(mta, MTA_HEADER))
		return mta->reply.verdict;
	begin = wire_begin(mta, SMFIC_HEADER);
	buffer_add_string(&mta->out, name);
	buffer_add(&mta->out, blank, strlen(blank));
	buffer_add_string(&mta->out, value);
	wire_end(mta, begin);
	return mta_finish(mta, mta_is_replied(mta, MTA_HEADER));
}

static bool mta_is_exact(const struct mta *mta)
{
	return mta->chosen.protocol & SMFIP_HDR_LEADSPC;
}

enum mta_verdict mta_header(struct mta *mta, const char *name, const char *value)
{
	return mta_send_field(mta, name, mta_is_exact(mta) ? " " : "", value);
}

enum mta_verdict mta_field(struct mta *mta, const char *name, const char *exact)
{
	return mta_send_field(mta, name, "", exact + (!mta_is_exact(mta) && *exact == ' '));
}

enum mta_verdict mta_eoh(struct mta *mta)
{
	return mta_command(mta, MTA_EOH, NULL, 0);
}

enum mta_verdict mta_body(struct mta *mta, const void *body, size_t size)
{
	if (size > MILTER_CHUNK_SIZE) {
		reply_begin(mta);
		return wire_fail(mta, MTA_FAILED, "a chunk of the body is too large: %zu bytes",
				 size);
	}
	return mta_command(mta, MTA_BODY, body, size);
}

enum mta_verdict mta_eom(struct mta *mta, const void *body, size_t size)
{
	if (!mta_is_sent(mta, MTA_BODY) || mta->skipped & STAGE_BIT(MTA_BODY))
		size = 0;
	return mta_command(mta, MTA_EOM, body, size);
}

enum mta_verdict mta_unknown(struct mta *mta, const char *command)
{
	return mta_command(mta, MTA_UNKNOWN, command, strlen(command) + 1);
}

/* A command without a reply and without a stage. */
static enum mta_verdict mta_tell(struct mta *mta, char command)
{
	reply_begin(mta);
	mta->reply.verdict = MTA_NO_REPLY;
	if (mta->fd < 0)
		return wire_fail(mta, MTA_FAILED, "there is no connection");
	wire_end(mta, wire_begin(mta, command));
	wire_flush(mta);
	return mta->reply.verdict;
}

enum mta_verdict mta_abort(struct mta *mta)
{
	if (mta->connection_decided && !mta->persistent) {
		reply_begin(mta);
		return mta->reply.verdict = MTA_NOT_SENT;
	}
	mta->message_decided = false;
	mta->skipped = 0;
	return mta_tell(mta, SMFIC_ABORT);
}

enum mta_verdict mta_quit(struct mta *mta)
{
	return mta_tell(mta, SMFIC_QUIT);
}

enum mta_verdict mta_quit_new(struct mta *mta)
{
	mta->connection_decided = mta->message_decided = false;
	mta->skipped = 0;
	return mta_tell(mta, SMFIC_QUIT_NC);
}

const struct mta_reply *mta_reply(const struct mta *mta)
{
	return &mta->reply;
}

const char *mta_error(const struct mta *mta)
{
	return mta->error;
}

void mta_set_blocking(struct mta *mta, bool blocking)
{
	mta->blocking = blocking;
}

bool mta_has_output(const struct mta *mta)
{
	return mta->out_sent < mta->out.size;
}

int mta_fd(const struct mta *mta)
{
	return mta->fd;
}

bool mta_has_input(const struct mta *mta)
{
	char byte;

	if (mta->in.size > mta->in_next)
		return true;
	return mta->fd >= 0 && recv(mta->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void mta_set_persistent(struct mta *mta, bool persistent)
{
	mta->persistent = persistent;
}

int mta_flush(struct mta *mta)
{
	return mta->fd >= 0 && wire_flush(mta) >= 0 ? 0 : -1;
}

int mta_raw(struct mta *mta, const void *bytes, size_t size)
{
	reply_begin(mta);
	buffer_add(&mta->out, bytes, size);
	return mta_flush(mta);
}

int mta_packet(struct mta *mta, char command, const void *bytes, size_t size)
{
	size_t begin = wire_begin(mta, command);

	reply_begin(mta);
	mta->is_eom = command == SMFIC_BODYEOB;
	buffer_add(&mta->out, bytes, size);
	wire_end(mta, begin);
	return mta_flush(mta);
}

enum mta_verdict mta_await(struct mta *mta)
{
	reply_begin(mta);
	return mta_resume(mta);
}
