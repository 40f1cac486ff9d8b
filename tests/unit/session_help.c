/* SPDX-License-Identifier: BSD-2-Clause */
/* A session that stands in for the real one. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session/host.h"
#include "session/session.h"
#include "session_help.h"

#define SHOWN_MAX 100 /* of a value; a longer one is shown as "long" */
#define ARGUMENTS_MAX 4

struct session {
	const struct mta *mta;
	void *ctx;
	struct reply reply;
};

struct told told = { .lock = PTHREAD_MUTEX_INITIALIZER };

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

bool told_only(const char *calls)
{
	bool only;

	pthread_mutex_lock(&told.lock);
	only = strcmp(told.calls, calls) == 0;
	pthread_mutex_unlock(&told.lock);
	return only;
}

static void on_unused(void *arg)
{
	told.unused++;
	free(arg);
}

static struct snapshot *present(void)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	snapshot->needs = told.needs;
	MAGIC_SET(snapshot, SNAPSHOT_MAGIC);
	snapshot->references = 1;
	snapshot->unused = on_unused;
	snapshot->unused_arg = snapshot;
	return snapshot;
}

struct snapshot *host_snapshot(struct host *host)
{
	struct snapshot *snapshot;

	ck_assert_ptr_eq(host, THE_HOST);
	pthread_mutex_lock(&told.lock);
	if (!told.present)
		told.present = present();
	snapshot = snapshot_ref(told.present);
	pthread_mutex_unlock(&told.lock);
	return snapshot;
}

void change_needs(struct mta_needs needs)
{
	pthread_mutex_lock(&told.lock);
	told.needs = needs;
	snapshot_unref(&told.present);
	pthread_mutex_unlock(&told.lock);
}

struct session *session_new(struct host *host, struct snapshot *snapshot, const struct mta *mta,
			    void *ctx)
{
	struct session *session = calloc(1, sizeof(*session));

	ck_assert_ptr_eq(host, THE_HOST);
	ck_assert_ptr_nonnull(snapshot);
	session->mta = mta;
	session->ctx = ctx;
	told.made++;
	return session;
}

const struct mta_needs *session_needs(const struct snapshot *snapshot)
{
	return &snapshot->needs;
}

const struct reply *session_refuse(struct session *session)
{
	tell("refuse ");
	told.refused++;
	session->reply = (struct reply){ REPLY_TEMPFAIL, 421, "4.3.2", { "too many" }, NULL };
	return &session->reply;
}

void session_rest(struct session *session)
{
	ck_assert_ptr_nonnull(session);
}

const struct reply *session_overload(struct session *session)
{
	tell("overload ");
	session->reply = (struct reply){ REPLY_TEMPFAIL, 421, "4.3.2", { "too much" }, NULL };
	return &session->reply;
}

/* The session keeps a copy of the reply: it is valid as long as a real one's. */
static const struct reply *say(struct session *session, enum mg_stage stage)
{
	const char *value = told.macro ? session->mta->macro(session->ctx, told.macro) : NULL;

	if (value)
		tell("[%s] ", value);
	session->reply = told.replies[stage];
	return &session->reply;
}

const struct reply *session_connect(struct session *session, const char *name,
				    const struct sockaddr *addr)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)addr;
	char number[INET6_ADDRSTRLEN];

	if (!addr)
		tell("connect(%s,unknown) ", name);
	else if (addr->sa_family == AF_INET)
		tell("connect(%s,%s,%u) ", name,
		     inet_ntop(AF_INET, &in->sin_addr, number, sizeof(number)),
		     ntohs(in->sin_port));
	else if (addr->sa_family == AF_INET6)
		tell("connect(%s,%s,%u) ", name,
		     inet_ntop(AF_INET6, &in6->sin6_addr, number, sizeof(number)),
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
		if (n < ARGUMENTS_MAX)
			tell(",%s", argv[n]);
	if (n > ARGUMENTS_MAX)
		tell(",... %zu", n);
	tell(") ");
}

const struct reply *session_mail(struct session *session, char **argv)
{
	tell_path("mail", argv);
	return say(session, MG_MAIL);
}

/* Whether the event was held back for all of its budget. */
static bool is_over(struct session *session)
{
	return told.needs.budget > 0 && session->mta->held &&
	       session->mta->held(session->ctx) >= told.needs.budget;
}

static void wait_for_policies(struct session *session)
{
	if (session->mta->waits)
		session->mta->waits(session->ctx);
	usleep(told.slow_ms * 1000);
	while (told.held)
		usleep(1000);
}

const struct reply *session_rcpt(struct session *session, char **argv)
{
	told.in_rcpt = true;
	told.rcpts++;
	if (is_over(session))
		told.over++;
	else
		wait_for_policies(session);
	tell_path("rcpt", argv);
	return say(session, MG_RCPT);
}

const struct reply *session_data(struct session *session)
{
	tell("data ");
	return say(session, MG_DATA);
}

const struct reply *session_header(struct session *session, const char *name, const char *value,
				   bool exact)
{
	ck_assert_int_eq(exact, told.needs.exact_fields);
	tell("header(%s:%s) ", name, strlen(value) > SHOWN_MAX ? "long" : value);
	return say(session, MG_HEADER);
}

const struct reply *session_eoh(struct session *session)
{
	tell("eoh ");
	return say(session, MG_EOH);
}

const struct reply *session_body(struct session *session, const unsigned char *body, size_t size)
{
	if (size > SHOWN_MAX)
		tell("body(long) ");
	else
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
