/* SPDX-License-Identifier: BSD-2-Clause */
/* A front end under test, over a session of the test's own that records what it is told. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "front_help.h"
#include "front_end.h"
#include "log.h"
#include "session.h"

struct session {
	const struct front_mta *mta;
	void *ctx;
	struct reply reply;
};

const struct front_end *const front_end = &FRONT_UNDER_TEST;

struct told told = { .lock = PTHREAD_MUTEX_INITIALIZER };
struct running running;

static void tell(const char *fmt, ...) MG_PRINTF(1, 2);

static void tell(const char *fmt, ...)
{
	va_list args;
	size_t n;

	pthread_mutex_lock(&told.lock);
	n = strlen(told.calls);
	va_start(args, fmt);
	vsnprintf(told.calls + n, sizeof(told.calls) - n, fmt, args);
	va_end(args);
	pthread_mutex_unlock(&told.lock);
}

bool told_nothing(void)
{
	bool nothing;

	pthread_mutex_lock(&told.lock);
	nothing = !*told.calls;
	pthread_mutex_unlock(&told.lock);
	return nothing;
}

struct session *session_new(struct host *host, const struct front_mta *mta, void *ctx)
{
	struct session *session = calloc(1, sizeof(*session));

	ck_assert_ptr_eq(host, (struct host *)(uintptr_t)&told);
	session->mta = mta;
	session->ctx = ctx;
	told.made++;
	return session;
}

const struct front_needs *session_needs(const struct session *session)
{
	(void)session;
	return &told.needs;
}

const struct reply *session_refuse(struct session *session)
{
	told.refused++;
	session->reply = (struct reply){
		.kind = REPLY_TEMPFAIL, .code = 421, .status = "4.7.0", .lines = { "too many" }
	};
	return &session->reply;
}

/* The reply is a copy in the session, as valid as a real one's. */
static const struct reply *say(struct session *session, enum mg_stage stage)
{
	session->reply = told.replies[stage];
	return &session->reply;
}

const struct reply *session_connect(struct session *session, const char *name,
				    const struct sockaddr *addr)
{
	char number[INET6_ADDRSTRLEN] = "?";
	unsigned port = 0;

	if (addr && addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)addr;

		inet_ntop(AF_INET, &in->sin_addr, number, sizeof(number));
		port = ntohs(in->sin_port);
	} else if (addr && addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)addr;

		inet_ntop(AF_INET6, &in6->sin6_addr, number, sizeof(number));
		port = ntohs(in6->sin6_port);
	} else if (addr && addr->sa_family == AF_UNIX) {
		strcpy(number, "unix");
	}
	tell("connect(%s,%s,%u) ", name, number, port);
	return say(session, MG_CONNECT);
}

const struct reply *session_helo(struct session *session, const char *helo)
{
	tell("helo(%s) ", helo);
	return say(session, MG_HELO);
}

static void tell_path(const char *stage, char **argv)
{
	tell("%s(%s", stage, argv[0]);
	for (int i = 1; argv[i]; i++)
		tell(",%s", argv[i]);
	tell(") ");
}

const struct reply *session_mail(struct session *session, char **argv)
{
	const char *value = told.macro ? session->mta->macro(session->ctx, told.macro) : NULL;

	tell_path("mail", argv);
	if (told.macro)
		tell("[%s=%s] ", told.macro, value ? value : "(none)");
	return say(session, MG_MAIL);
}

const struct reply *session_rcpt(struct session *session, char **argv)
{
	told.in_rcpt = true;
	usleep(told.slow_ms * 1000);
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
	tell("header(%s:%s) ", name, strlen(value) > 100 ? "long" : value);
	return say(session, MG_HEADER);
}

const struct reply *session_eoh(struct session *session)
{
	tell("eoh ");
	return say(session, MG_EOH);
}

const struct reply *session_body(struct session *session, const unsigned char *body, size_t size)
{
	(void)body;
	tell("body(%zu) ", size);
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

static void on_ended(void *arg)
{
	(void)arg;
	running.has_ended = true;
}

void start(const char *listen, size_t max_connections)
{
	struct log_settings log_settings = { .target = LOG_TO_FILE,
					     .path = running.log_path,
					     .level = MG_LOG_DEBUG };
	struct front_settings settings = {
		.mode = 0600,
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.max_connections = max_connections,
		.host = (struct host *)(uintptr_t)&told,
	};
	char error[FRONT_ERROR_MAX];
	const char *log_error;

	strcpy(running.folder, "/tmp/test_front.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(running.folder));
	snprintf(running.where, sizeof(running.where), "unix:%s/s", running.folder);
	if (listen)
		strcpy(running.where, listen);
	snprintf(running.log_path, sizeof(running.log_path), "%s/log", running.folder);
	running.log = log_open(&log_settings, &log_error);
	ck_assert_ptr_nonnull(running.log);
	settings.listen = running.where;
	settings.log = running.log;
	if (!told.needs.stages)
		told.needs = (struct front_needs){ .stages = ALL_STAGES, .replies = ALL_STAGES };
	running.front = front_end->open(&settings, error);
	ck_assert_msg(running.front != NULL, "%s", error);
	ck_assert_int_eq(front_end->start(running.front, on_ended, NULL), 0);
}

double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Stops; every session that was made has been ended, once. */
void finish(void)
{
	char command[128];

	ck_assert_uint_eq(front_end->stop(running.front, 5000), 0);
	ck_assert_uint_eq(told.ended, told.made);
	ck_assert(running.has_ended);
	log_close(&running.log);
	snprintf(command, sizeof(command), "rm -rf %s", running.folder);
	ck_assert_int_eq(system(command), 0);
}

void wait_for_ends(unsigned n)
{
	ck_await(told.ended >= n);
	ck_assert_uint_eq(told.ended, n);
}

/* How often the log has a text. */
unsigned logged(const char *text)
{
	FILE *file = fopen(running.log_path, "r");
	char line[LOG_LINE_MAX];
	unsigned n = 0;

	while (fgets(line, sizeof(line), file))
		n += strstr(line, text) != NULL;
	fclose(file);
	return n;
}

/* libmilter closes connections when it comes to it. */
void wait_for_log(const char *text, unsigned n)
{
	ck_await(logged(text) >= n);
	ck_assert_uint_eq(logged(text), n);
}

/*
 * As long as a socket is bound to it that does not listen, the kernel gives the port to nobody who asks for any, and
 * the front end, which wants this one, can have it. It stays so until the test's process ends.
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
