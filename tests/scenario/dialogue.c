/* SPDX-License-Identifier: BSD-2-Clause */
/* Statements that are steps of an SMTP dialogue, as the MTA reports them to the daemon. */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 65535

/* Whether the message goes on after a reply. */
static bool is_good(enum mta_verdict verdict)
{
	return verdict == MTA_NOT_SENT || verdict == MTA_NO_REPLY || verdict == MTA_CONTINUE ||
	       verdict == MTA_SKIP;
}

static bool say_connect(struct play *play, const struct line *line)
{
	const char *address = line_word(line, 1);
	const char *name = line_word(line, 2);
	char shown[300], port[12];
	char family = strchr(address, ':') ? '6' : '4';
	unsigned number = 4711;
	size_t i;

	play->submitted = strcmp(address, "submitted") == 0;
	for (i = 2; i + 1 < line->nwords; i++)
		if (line_is(line, i, "port"))
			number = (unsigned)strtoul(line_word(line, i + 1), NULL, 10);
	snprintf(shown, sizeof(shown), "%s%s%s", name ? "" : "[", name ? name : address,
		 name ? "" : "]");
	if (name && strcmp(name, "port") == 0)
		snprintf(shown, sizeof(shown), "[%s]", address);
	if (strcmp(address, "unknown") == 0 || strcmp(address, "unix") == 0) {
		family = *address == 'u' && address[2] == 'k' ? 'U' : 'L';
		snprintf(shown, sizeof(shown), "%s",
			 name            ? name
			 : family == 'U' ? "unknown"
					 : "localhost");
		address = "/run/submit";
	} else if (play->submitted) { /* Postfix's cleanup, for sendmail(1) and non_smtpd_milters */
		family = '4';
		number = 0;
		address = "127.0.0.1";
		snprintf(shown, sizeof(shown), "localhost");
		mta_macro(play->mta, MTA_CONNECT, "{daemon_name}", NULL);
		mta_macro(play->mta, MTA_CONNECT, "{daemon_addr}", NULL);
		mta_macro(play->mta, MTA_CONNECT, "i", "SUBMITTED");
	}
	snprintf(port, sizeof(port), "%u", number);
	mta_macro(play->mta, MTA_CONNECT, "{client_addr}", address);
	mta_macro(play->mta, MTA_CONNECT, "{client_name}", *shown == '[' ? "unknown" : shown);
	mta_macro(play->mta, MTA_CONNECT, "{client_port}", port);
	return expect_reply(play, line, mta_connect(play->mta, shown, family, address, number));
}

static bool say_helo(struct play *play, const struct line *line)
{
	return expect_reply(play, line,
			    mta_helo(play->mta, line->nwords > 1 ? line_word(line, 1) : ""));
}

/* Defines {PREFIX_addr}, {PREFIX_host}, {PREFIX_mailer} as an MTA does. */
static void define_address(struct play *play, enum mta_stage stage, const char *prefix,
			   const char *path)
{
	char name[40], address[1100];
	size_t size = strlen(path);
	const char *at;

	if (play->understands)
		snprintf(address, sizeof(address), "%s", play->understood);
	else if (size >= 2 && path[0] == '<' && path[size - 1] == '>')
		snprintf(address, sizeof(address), "%.*s", (int)size - 2, path + 1);
	else
		snprintf(address, sizeof(address), "%s", path);
	snprintf(name, sizeof(name), "{%s_addr}", prefix);
	mta_macro(play->mta, stage, name, address);
	at = strrchr(address, '@');
	snprintf(name, sizeof(name), "{%s_host}", prefix);
	mta_macro(play->mta, stage, name, at ? at + 1 : "");
	snprintf(name, sizeof(name), "{%s_mailer}", prefix);
	mta_macro(play->mta, stage, name, "smtp");
	play->understands = false;
}

static bool say_understood(struct play *play, const struct line *line)
{
	snprintf(play->understood, sizeof(play->understood), "%s", line_word(line, 1));
	play->understands = true;
	return true;
}

/* The words after the first, as arguments of mta_mail and mta_rcpt. */
static void say_path(const struct line *line, const char *argv[20])
{
	size_t n = 0;

	while (n < 18 && n + 1 < line->nwords) {
		argv[n] = line_word(line, n + 1);
		n++;
	}
	argv[n] = NULL;
}

static bool say_mail(struct play *play, const struct line *line)
{
	const char *argv[20];

	say_path(line, argv);
	play->messages++;
	play->accepted = 0;
	if (!mta_chosen(play->mta)->version)
		return play_fail(play, line, "there is no connection; begin with: client ADDRESS");
	if (!play->submitted)
		mta_macro(play->mta, MTA_RCPT, "i", NULL);
	define_address(play, MTA_MAIL, "mail", argv[0] ? argv[0] : "");
	return expect_reply(play, line, mta_mail(play->mta, argv));
}

static bool say_rcpt(struct play *play, const struct line *line)
{
	const char *argv[20];
	enum mta_verdict verdict;
	char id[40];

	say_path(line, argv);
	define_address(play, MTA_RCPT, "rcpt", argv[0] ? argv[0] : "");
	verdict = mta_rcpt(play->mta, argv);
	if (is_good(verdict) && play->accepted++ == 0 &&
	    !play->submitted) { /* Postfix makes the queue id with the first accepted recipient */
		snprintf(id, sizeof(id), "QUEUE%u%s%.0u", play->messages, play->number ? "x" : "",
			 play->number);
		mta_macro(play->mta, MTA_RCPT, "i", id);
	}
	return expect_reply(play, line, verdict);
}

static bool say_data(struct play *play, const struct line *line)
{
	return expect_reply(play, line, mta_data(play->mta));
}

/* header NAME: VALUE, taken literally; or header NAME "VALUE" with escapes. */
static bool say_header(struct play *play, const struct line *line)
{
	const char *rest = line_rest(line, 1);
	const char *colon = strchr(rest, ':');
	char name[2000];

	if (line->nwords == 3 && strchr(line->raw, '"') && !strchr(line_word(line, 1), ':'))
		return expect_reply(play, line,
				    mta_header(play->mta, line_word(line, 1), line_word(line, 2)));
	if (!colon)
		return play_fail(play, line, "say: header NAME: VALUE, or: header NAME \"VALUE\"");
	snprintf(name, sizeof(name), "%.*s", (int)(colon - rest), rest);
	colon++;
	return expect_reply(play, line, mta_field(play->mta, name, colon));
}

static bool say_eoh(struct play *play, const struct line *line)
{
	return expect_reply(play, line, mta_eoh(play->mta));
}

/* The bytes of "TEXT" or N bytes; the caller frees them. */
static char *body_make(const struct line *line, size_t word, size_t *size_r)
{
	const struct word *given = word < line->nwords ? &line->words[word] : NULL;
	char *bytes;
	size_t i;

	if (given && line_is(line, word + 1, "bytes")) {
		*size_r = strtoul(given->text, NULL, 10);
		bytes = malloc(*size_r + 1);
		for (i = 0; bytes && i < *size_r; i++)
			bytes[i] = i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : 'x';
	} else {
		*size_r = given ? given->size : 0;
		bytes = malloc(*size_r + 1);
		if (bytes && given)
			memcpy(bytes, given->text, given->size);
	}
	if (!bytes)
		abort();
	return bytes;
}

/* Sends chunks, as an MTA does, until a reply is not "continue". */
static bool say_body(struct play *play, const struct line *line)
{
	size_t size, done = 0;
	char *bytes = body_make(line, 1, &size);
	enum mta_verdict verdict;

	do {
		size_t chunk = size - done < CHUNK ? size - done : CHUNK;

		verdict = mta_body(play->mta, bytes + done, chunk);
		done += chunk;
	} while (done < size &&
		 (verdict == MTA_CONTINUE || verdict == MTA_NO_REPLY || verdict == MTA_NOT_SENT));
	free(bytes);
	return expect_reply(play, line, verdict);
}

static bool say_eom(struct play *play, const struct line *line)
{
	size_t size;
	char *bytes = body_make(line, 1, &size);
	enum mta_verdict verdict = mta_eom(play->mta, size ? bytes : NULL, size);

	free(bytes);
	return expect_message(play, line, verdict);
}

/*
 * message, or message N bytes: everything from DATA on. The expected reply is the first that is not
 * "go on", or the last.
 */
static bool say_message(struct play *play, const struct line *line)
{
	static const char *const headers[][2] = {
		{ "From", "Alice <alice@example.org>" },
		{ "To", "bob@example.test" },
		{ "Date", "Sun, 22 Nov 2026 21:00:00 +0000" },
		{ "Message-ID", "<1@example.org>" },
		{ "Subject", "a message" },
	};
	size_t i, size;
	char *bytes = body_make(line, 1, &size);
	enum mta_verdict verdict = mta_data(play->mta);

	for (i = 0; is_good(verdict) && i < sizeof(headers) / sizeof(*headers); i++)
		verdict = mta_header(play->mta, headers[i][0], headers[i][1]);
	if (is_good(verdict))
		verdict = mta_eoh(play->mta);
	if (is_good(verdict) && !size)
		verdict = mta_body(play->mta, "Hello.\r\n", 8);
	for (i = 0; is_good(verdict) && i < size; i += CHUNK)
		verdict = mta_body(play->mta, bytes + i, size - i < CHUNK ? size - i : CHUNK);
	if (is_good(verdict))
		verdict = mta_eom(play->mta, NULL, 0);
	free(bytes);
	return expect_message(play, line, verdict);
}

static bool say_command(struct play *play, const struct line *line)
{
	return expect_reply(play, line,
			    mta_unknown(play->mta, line->nwords > 1 ? line_word(line, 1) : ""));
}

static bool say_rset(struct play *play, const struct line *line)
{
	play->accepted = 0;
	return expect_reply(play, line, mta_abort(play->mta));
}

static bool say_quit_new(struct play *play, const struct line *line)
{
	return expect_reply(play, line, mta_quit_new(play->mta));
}

/* wait-reply: the reply to bytes that raw and packet have sent. */
static bool say_await(struct play *play, const struct line *line)
{
	return expect_reply(play, line, mta_await(play->mta));
}

static const struct {
	const char *name;
	size_t words; /* pauses for at least this time */
	bool (*say)(struct play *play, const struct line *line);
} steps[] = {
	{ "next-client", 2, say_connect },
	{ "helo", 1, say_helo },
	{ "understood", 2, say_understood },
	{ "mail", 1, say_mail },
	{ "rcpt", 1, say_rcpt },
	{ "data", 1, say_data },
	{ "header", 2, say_header },
	{ "eoh", 1, say_eoh },
	{ "body", 1, say_body },
	{ "eom", 1, say_eom },
	{ "message", 1, say_message },
	{ "command", 1, say_command },
	{ "rset", 1, say_rset },
	{ "quit-new", 1, say_quit_new },
	{ "wait-reply", 1, say_await },
};

int dialogue_statement(struct play *play, const struct line *line)
{
	bool is_client = line_is(line, 0, "client");
	size_t i, n = sizeof(steps) / sizeof(*steps);

	for (i = 0; i < n && !is_client && !line_is(line, 0, steps[i].name); i++)
		;
	if (i == n)
		return -1;
	if (line->nwords < (is_client ? 2 : steps[i].words))
		return play_fail(play, line, "something is missing after %s", line->raw);
	/* A reply without a command would be taken for the next command's. */
	if (strcmp(line_word(line, 0), "wait-reply") != 0 && mta_has_input(play->mta))
		return play_fail(play, line,
				 "the daemon has sent something that it was not asked for");
	return is_client ? say_connect(play, line) : steps[i].say(play, line);
}
