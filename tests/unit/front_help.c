/* SPDX-License-Identifier: BSD-2-Clause */
/* A front end under test. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "folder.h"
#include "front/front.h"
#include "front_help.h"
#include "log_help.h"

const struct front_end *const front_end = &FRONT_UNDER_TEST;

struct running running = { .stranger_ms = FRONT_STRANGER_MS,
			   .silence_ms = FRONT_SILENCE_MS,
			   .limits = { .waiting = 500, .packet_memory = PACKET_MEMORY } };

static void on_ended(void *arg)
{
	(void)arg;
	running.has_ended = true;
}

void start(const char *listen, size_t max_connections)
{
	struct front_settings settings = {
		.mode = 0600,
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.limits = running.limits,
		.stranger_ms = running.stranger_ms,
		.silence_ms = running.silence_ms,
		.host = THE_HOST,
	};
	char error[FRONT_ERROR_MAX];

	settings.limits.connections = max_connections;
	make_folder();
	snprintf(running.where, sizeof(running.where), "unix:%s/s", folder);
	if (listen)
		strcpy(running.where, listen);
	running.log = open_log(path_in(running.log_path, "log"), false);
	settings.listen = running.where;
	settings.log = running.log;
	if (!told.needs.stages)
		told.needs = (struct mta_needs){ .stages = ALL_STAGES, .replies = ALL_STAGES };
	running.front = front_end->open(&settings, error);
	ck_assert_msg(running.front != NULL, "%s", error);
	ck_assert_int_eq(front_end->start(running.front, on_ended, NULL), 0);
}

void leave(void)
{
	log_close(&running.log);
	remove_folder();
}

void finish(void)
{
	ck_assert_uint_eq(front_end->stop(running.front, 5000), 0);
	ck_assert_uint_eq(told.ended, told.made);
	ck_assert(running.has_ended);
	leave();
}

void wait_for_ends(unsigned n)
{
	ck_await(told.ended >= n);
	ck_assert_uint_eq(told.ended, n);
}

unsigned logged(const char *text)
{
	return count_lines(running.log_path, text);
}

/* libmilter may close connections with a delay. */
void wait_for_log(const char *text, unsigned n)
{
	ck_await(logged(text) >= n);
	ck_assert_uint_eq(logged(text), n);
}

/*
 * While a socket is bound to the port but does not listen, the kernel gives the port to no other
 * user of an arbitrary port, and the front end can still use it. It stays bound until the test's
 * process ends.
 */
const char *free_port(char listen_r[64])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	const int on = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, size), 0);
	getsockname(fd, (struct sockaddr *)&address, &size);
	snprintf(listen_r, 64, "inet:%u@127.0.0.1", ntohs(address.sin_port));
	return listen_r;
}

struct mta *open_mta_offering(struct mta_options offer)
{
	struct mta *mta = mta_new(offer, MTA_TIMEOUT);

	ck_assert_msg(mta_open(mta, running.where) == 0, "%s", mta_error(mta));
	ck_assert_msg(mta_negotiate(mta) == 0, "%s", mta_error(mta));
	return mta;
}

struct mta *open_mta(void)
{
	return open_mta_offering(MTA_OFFER_ALL);
}

const char *const sender[] = { "<a@example.org>", "SIZE=100", NULL };
const char *const recipient[] = { "<b@example.net>", NULL };
