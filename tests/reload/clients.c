/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients of the MTA that have whole sessions. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../bench/dialogue.h"
#include "clients.h"
#include "process.h"

#define PAUSE_US 2000 /* before each command, so that sessions are longer than a reload */

static struct client {
	pthread_t thread;
	unsigned number;
	struct dialogue_stats stats;
} clients[CLIENTS];

static atomic_bool stopping;
static unsigned long long alone; /* sessions of client_is_refused() */

static void *client_run(void *arg)
{
	struct client *client = arg;
	const struct dialogue dialogue = { process_address, 1, PAUSE_US };
	struct mta *mta = dialogue_new(client->number);
	uint64_t serial = client->number;

	while (!stopping && client->stats.failures == 0)
		dialogue_run(&dialogue, mta, serial++, &client->stats);
	mta_free(&mta);
	return NULL;
}

void clients_start(void)
{
	stopping = false;
	for (unsigned i = 0; i < CLIENTS; i++) {
		clients[i].number = i;
		if (pthread_create(&clients[i].thread, NULL, client_run, &clients[i]) != 0)
			fail("no thread");
	}
}

unsigned long long clients_stop(void)
{
	unsigned long long sessions = alone;

	stopping = true;
	for (unsigned i = 0; i < CLIENTS; i++)
		pthread_join(clients[i].thread, NULL);
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (clients[i].stats.failures > 0)
			fail("client %u: %s", i, clients[i].stats.error);
		sessions += clients[i].stats.sessions;
	}
	return sessions;
}

int client_is_refused(const char *address)
{
	static const char *const sender[] = { "<a@example.org>", NULL };
	static const char *const recipient[] = { "<b@example.net>", NULL };
	struct mta *mta = mta_new(MTA_OFFER_ALL, MTA_TIMEOUT);
	enum mta_verdict verdict;

	if (mta_open(mta, process_address) < 0 || mta_negotiate(mta) < 0)
		fail("%s", mta_error(mta));
	mta_connect(mta, "unknown", '4', address, 40000);
	mta_helo(mta, "client.example.org");
	mta_mail(mta, sender);
	verdict = mta_rcpt(mta, recipient);
	if (verdict != MTA_CONTINUE && verdict != MTA_REPLYCODE)
		fail("%s: verdict %d: %s", address, verdict, mta_error(mta));
	mta_quit(mta);
	mta_free(&mta);
	alone++;
	return verdict == MTA_REPLYCODE;
}
