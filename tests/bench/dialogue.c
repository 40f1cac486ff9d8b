/* SPDX-License-Identifier: BSD-2-Clause */
/* The dialogue of one client of the load generator, with the timing of each command. */
#include "dialogue.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BODY_SIZE 3000

const char *const dialogue_steps[DIALOGUE_STEPS] = {
	[MTA_CONNECT] = "connect", [MTA_HELO] = "helo",      [MTA_MAIL] = "mail",
	[MTA_RCPT] = "rcpt",       [MTA_DATA] = "data",      [MTA_HEADER] = "header",
	[MTA_EOH] = "eoh",         [MTA_BODY] = "body",      [MTA_EOM] = "eom",
	[MTA_UNKNOWN] = "unknown", [DIALOGUE_OPEN] = "open",
};

static const char *const headers[][2] = {
	{ "Received", "from client.example.org (client.example.org [198.51.100.7])\n"
		      "\tby mx.example.net (Postfix) with ESMTP id 4XyZ2B3kQwz9sT\n"
		      "\tfor <user@example.net>; Sun, 22 Nov 2026 21:00:00 +0000 (UTC)" },
	{ "Date", "Sun, 22 Nov 2026 21:00:00 +0000" },
	{ "From", "Some Sender <sender@example.org>" },
	{ "To", "Some User <user@example.net>" },
	{ "Subject", "The minutes of the last meeting, and what we agreed on" },
	{ "Message-ID", "<20261122210000.4XyZ2B3kQwz9sT@client.example.org>" },
	{ "MIME-Version", "1.0" },
	{ "Content-Type", "text/plain; charset=utf-8" },
};

/* Postfix 3.7's default macros (milter_*_macros), and those that it sends on request. */
static const struct {
	enum mta_stage stage;
	const char *name, *value;
} macros[] = {
	{ MTA_CONNECT, "j", "mx.example.net" },
	{ MTA_CONNECT, "{daemon_name}", "mx.example.net" },
	{ MTA_CONNECT, "{daemon_addr}", "192.0.2.25" },
	{ MTA_CONNECT, "v", "Postfix 3.7.11" },
	{ MTA_CONNECT, "_", "client.example.org [198.51.100.7]" },
	{ MTA_CONNECT, "{client_addr}", "198.51.100.7" },
	{ MTA_CONNECT, "{client_name}", "client.example.org" },
	{ MTA_CONNECT, "{client_port}", "40000" },
	{ MTA_CONNECT, "{client_ptr}", "client.example.org" },
	{ MTA_CONNECT, "{client_connections}", "1" },
	{ MTA_HELO, "{tls_version}", "TLSv1.3" },
	{ MTA_HELO, "{cipher}", "TLS_AES_256_GCM_SHA384" },
	{ MTA_HELO, "{cipher_bits}", "256" },
	{ MTA_MAIL, "{mail_addr}", "sender@example.org" },
	{ MTA_MAIL, "{mail_host}", "example.org" },
	{ MTA_MAIL, "{mail_mailer}", "smtp" },
	{ MTA_RCPT, "{rcpt_addr}", "user@example.net" },
	{ MTA_RCPT, "{rcpt_host}", "example.net" },
	{ MTA_RCPT, "{rcpt_mailer}", "smtp" },
	{ MTA_DATA, "i", "4XyZ2B3kQwz9sT" },
};

uint64_t dialogue_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

struct mta *dialogue_new(unsigned client)
{
	struct mta *mta = mta_new(MTA_OFFER_ALL, MTA_TIMEOUT);
	char port[8];

	for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
		mta_macro(mta, macros[i].stage, macros[i].name, macros[i].value);
	snprintf(port, sizeof(port), "%u", 40000 + client % 20000);
	mta_macro(mta, MTA_CONNECT, "{client_port}", port);
	return mta;
}

static int failed(struct dialogue_stats *stats, const char *step, const char *why)
{
	if (!stats->failures++)
		snprintf(stats->error, sizeof(stats->error), "%s: %s", step, why);
	return -1;
}

static uint64_t step_begin(const struct dialogue *dialogue)
{
	if (dialogue->pause_us)
		usleep(dialogue->pause_us);
	return dialogue_now();
}

/* Every reply must be "go on": a refusal would make the session cheaper than it should be. */
static int step_end(struct mta *mta, unsigned step, uint64_t begin, enum mta_verdict verdict,
		    struct dialogue_stats *stats)
{
	switch (verdict) {
	case MTA_CONTINUE:
	case MTA_SKIP:
		stats->replies++;
		hist_add(&stats->hist[step], dialogue_now() - begin);
		return 0;
	case MTA_NOT_SENT:
	case MTA_NO_REPLY:
		return 0;
	case MTA_CLOSED:
	case MTA_FAILED:
		return failed(stats, dialogue_steps[step], mta_error(mta));
	default:
		return failed(stats, dialogue_steps[step], "the milter did not say \"continue\"");
	}
}

int dialogue_connect(const struct dialogue *dialogue, struct mta *mta, uint64_t serial,
		     struct dialogue_stats *stats)
{
	uint64_t begin = dialogue_now();
	char client[32];

	if (mta_open(mta, dialogue->address) || mta_negotiate(mta))
		return failed(stats, "open", mta_error(mta));
	hist_add(&stats->hist[DIALOGUE_OPEN], dialogue_now() - begin);
	snprintf(client, sizeof(client), "198.51.%u.%u", 64 + (unsigned)(serial >> 8 & 63),
		 (unsigned)(serial & 255));
	begin = step_begin(dialogue);
	return step_end(mta, MTA_CONNECT, begin,
			mta_connect(mta, "client.example.org", '4', client, 40000), stats);
}

static int dialogue_envelope(const struct dialogue *dialogue, struct mta *mta, uint64_t serial,
			     struct dialogue_stats *stats)
{
	static const char *const rcpts[] = { "<user@example.net>", "<other@example.net>",
					     "<third.one@sub.example.net>" };
	const char *argv[] = { "<sender@example.org>", "SIZE=3600", "BODY=8BITMIME", NULL };
	uint64_t begin = step_begin(dialogue);

	if (step_end(mta, MTA_MAIL, begin, mta_mail(mta, argv), stats))
		return -1;
	argv[1] = NULL;
	for (uint64_t i = 0; i <= serial % 3; i++) {
		argv[0] = rcpts[i];
		begin = step_begin(dialogue);
		if (step_end(mta, MTA_RCPT, begin, mta_rcpt(mta, argv), stats))
			return -1;
	}
	begin = step_begin(dialogue);
	if (step_end(mta, MTA_DATA, begin, mta_data(mta), stats))
		return -1;
	/* smtpd hands the connection over to cleanup: what is in its buffer goes out first. */
	return mta_flush(mta) ? failed(stats, "data", mta_error(mta)) : 0;
}

static int dialogue_content(struct mta *mta, struct dialogue_stats *stats)
{
	static const char body[BODY_SIZE];
	uint64_t begin;

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		begin = dialogue_now();
		if (step_end(mta, MTA_HEADER, begin, mta_header(mta, headers[i][0], headers[i][1]),
			     stats))
			return -1;
	}
	begin = dialogue_now();
	if (step_end(mta, MTA_EOH, begin, mta_eoh(mta), stats))
		return -1;
	begin = dialogue_now();
	if (step_end(mta, MTA_BODY, begin, mta_body(mta, body, sizeof(body)), stats))
		return -1;
	begin = dialogue_now();
	return step_end(mta, MTA_EOM, begin, mta_eom(mta, NULL, 0), stats);
}

int dialogue_run(const struct dialogue *dialogue, struct mta *mta, uint64_t serial,
		 struct dialogue_stats *stats)
{
	uint64_t begin;

	if (dialogue_connect(dialogue, mta, serial, stats))
		return -1;
	begin = step_begin(dialogue);
	if (step_end(mta, MTA_HELO, begin, mta_helo(mta, "client.example.org"), stats))
		return -1;
	for (unsigned i = 0; i < dialogue->messages; i++) {
		if (dialogue_envelope(dialogue, mta, serial + i, stats) ||
		    dialogue_content(mta, stats))
			return -1;
		stats->messages++;
		mta_abort(mta); /* Postfix's smtpd sends this after each message */
	}
	mta_quit(mta);
	mta_close(mta);
	stats->sessions++;
	return 0;
}
