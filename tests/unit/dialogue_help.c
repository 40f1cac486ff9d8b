/* SPDX-License-Identifier: BSD-2-Clause */
/* A dialogue under test, over a session of the test's own. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dialogue_help.h"
#include "log.h"
#include "protocol.h"
#include "session.h"

/* ---- A session that writes down what it is told ---- */

struct session {
	const struct front_mta *mta;
	void *ctx;
	struct reply reply;
};

struct told told;

static void tell(const char *fmt, ...) MG_PRINTF(1, 2);

static void tell(const char *fmt, ...)
{
	const size_t n = strlen(told.calls);
	va_list args;

	va_start(args, fmt);
	vsnprintf(told.calls + n, sizeof(told.calls) - n, fmt, args);
	va_end(args);
}

static const struct reply *say(struct session *session, enum mg_stage stage)
{
	const char *value = told.macro ? session->mta->macro(session->ctx, told.macro) : NULL;

	if (value)
		tell("[%s] ", value);
	if (stage == MG_RCPT)
		session->mta->waits(session->ctx);
	session->reply = told.replies[stage];
	return &session->reply;
}

struct session *session_new(struct host *host, const struct front_mta *mta, void *ctx)
{
	struct session *session = calloc(1, sizeof(*session));

	ck_assert_ptr_null(host);
	session->mta = mta;
	session->ctx = ctx;
	told.made++;
	return session;
}

const struct front_needs *session_needs(const struct session *session)
{
	ck_assert_ptr_nonnull(session);
	return &told.needs;
}

const struct reply *session_refuse(struct session *session)
{
	tell("refuse ");
	session->reply = (struct reply){ REPLY_TEMPFAIL, 421, "4.3.2", { "too many" }, NULL };
	return &session->reply;
}

const struct reply *session_connect(struct session *session, const char *name,
				    const struct sockaddr *addr)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)addr;
	char text[INET6_ADDRSTRLEN] = "";

	if (!addr)
		tell("connect(%s,unknown) ", name);
	else if (addr->sa_family == AF_INET)
		tell("connect(%s,%s,%u) ", name,
		     inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)), ntohs(in->sin_port));
	else if (addr->sa_family == AF_INET6)
		tell("connect(%s,%s,%u) ", name,
		     inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text)),
		     ntohs(in6->sin6_port));
	else
		tell("connect(%s,family %d) ", name, addr->sa_family);
	return say(session, MG_CONNECT);
}

const struct reply *session_helo(struct session *session, const char *helo)
{
	tell("helo(%s) ", helo);
	return say(session, MG_HELO);
}

static void tell_path(const char *stage, char **argv)
{
	size_t n = 0;

	tell("%s(%s", stage, argv[0]);
	while (argv[++n])
		if (n <= 3)
			tell(",%s", argv[n]);
	if (n > 4)
		tell(",... %zu", n);
	tell(") ");
}

const struct reply *session_mail(struct session *session, char **argv)
{
	tell_path("mail", argv);
	return say(session, MG_MAIL);
}

const struct reply *session_rcpt(struct session *session, char **argv)
{
	tell_path("rcpt", argv);
	return say(session, MG_RCPT);
}

const struct reply *session_data(struct session *session)
{
	tell("data ");
	return say(session, MG_DATA);
}

const struct reply *session_header(struct session *session, const char *name, const char *value)
{
	tell("header(%s:%s) ", name, value);
	return say(session, MG_HEADER);
}

const struct reply *session_eoh(struct session *session)
{
	tell("eoh ");
	return say(session, MG_EOH);
}

const struct reply *session_body(struct session *session, const unsigned char *body, size_t size)
{
	tell("body(%.*s) ", (int)size, (const char *)body);
	return say(session, MG_BODY);
}

const struct reply *session_eom(struct session *session)
{
	tell("eom ");
	return say(session, MG_EOM);
}

const struct reply *session_command(struct session *session, const char *command)
{
	tell("command(%s) ", command);
	return say(session, MG_COMMAND);
}

void session_abort(struct session *session)
{
	ck_assert_ptr_nonnull(session);
	tell("abort ");
}

void session_end(struct session **session)
{
	if (!*session)
		return;
	tell("end ");
	told.ended++;
	free(*session);
	*session = NULL;
}

/* ---- A dialogue ---- */

static void on_waits(void *arg)
{
	ck_assert_ptr_eq(arg, &told);
	told.waits++;
}

void talk_next(struct talk *talk)
{
	talk->dialogue =
		(struct dialogue){ .all = &talk->all, .waits = on_waits, .waits_arg = &told };
}

void talk_begin(struct talk *talk)
{
	struct log_settings settings = { .target = LOG_TO_FILE, .level = MG_LOG_DEBUG };
	const char *error;

	memset(&told, 0, sizeof(told));
	told.needs = (struct front_needs){ .stages = ALL_STAGES, .replies = ALL_STAGES };
	memset(talk, 0, sizeof(*talk));
	strcpy(talk->log_path, "/tmp/test_dialogue.XXXXXX");
	close(mkstemp(talk->log_path));
	settings.path = talk->log_path;
	talk->all.log = log_open(&settings, &error);
	ck_assert_ptr_nonnull(talk->all.log);
	talk->all.max = 10;
	talk->all.quiet = true;
	talk_next(talk);
}

unsigned talk_logged(const struct talk *talk, const char *text)
{
	FILE *file = fopen(talk->log_path, "r");
	char line[LOG_LINE_MAX];
	unsigned n = 0;

	while (fgets(line, sizeof(line), file))
		n += strstr(line, text) != NULL;
	fclose(file);
	return n;
}

void talk_end(struct talk *talk)
{
	bytes_free(&talk->out);
	log_close(&talk->all.log);
	unlink(talk->log_path);
	ck_assert_uint_eq(told.made, told.ended);
	ck_assert_uint_eq(talk->all.served, 0);
}

/* What was answered, to be read: a letter, and its data with | for each NUL, or its numbers. */
static void talk_read_answers(struct talk *talk)
{
	struct packet packet;
	char *to = talk->answers + strlen(talk->answers);
	uint32_t version, actions, steps;

	while (packet_take(&talk->out, PACKET_MAX, &packet) == PACKET_WHOLE) {
		*to++ = (char)packet.command;
		if (packet.command == COMMAND_NEGOTIATE) {
			packet_number(&packet, &version);
			packet_number(&packet, &actions);
			packet_number(&packet, &steps);
			to += sprintf(to, "(%u,%x,%x", version, actions, steps);
			while (packet_number(&packet, &version))
				to += sprintf(to, ",%u:%s", version, packet_string(&packet));
			*to++ = ')';
		} else if (packet.size > 0) {
			*to++ = '(';
			for (size_t i = 0; i < packet.size; i++)
				*to++ = (char)(packet.data[i] ? packet.data[i] : '|');
			*to++ = ')';
		}
		*to++ = ' ';
	}
	*to = '\0';
	ck_assert_uint_eq(talk->out.begin, talk->out.end);
}

/* From memory of its own, so that a sanitizer sees what is read beyond it. */
bool talk_take(struct talk *talk, int command, const char *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	struct packet packet = { command, copy, size };
	bool goes_on;

	memcpy(copy, data, size);
	goes_on = dialogue_take(&talk->dialogue, &packet, &talk->out);
	free(copy);
	talk_read_answers(talk);
	return goes_on;
}

/* All but the last go on. */
bool talk_take_all(struct talk *talk, const struct sent *sent)
{
	bool goes_on = true;

	for (; sent->command; sent++) {
		ck_assert(goes_on);
		goes_on = talk_take(talk, sent->command, sent->data, sent->size);
	}
	return goes_on;
}
