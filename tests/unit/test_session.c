/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions without a front end, with a fake clock: tests that need more than an MTA dialogue. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"
#include "folder.h"
#include "session/host.h"
#include "log_help.h"
#include "run.h"
#include "session/session.h"
#include "session/state.h"

static char log_path[128];
static struct log *test_log;
static struct host host;
static int64_t now; /* microseconds */

static int64_t clock_now(void)
{
	return now;
}

static const char *no_macro(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return NULL;
}

static const struct mta mta = { .macro = no_macro };

/* The host's. */
static struct snapshot *snapshot;

static void begin(void)
{
	char conf_path[128], error[SERVICES_ERROR_MAX];

	make_folder();
	write_file(path_in(conf_path, "conf"),
		   "listen unix:/nowhere/sock\n"
		   "policy access { reject client fe80::1; reject header \"/^: bad/\" }\n");
	snapshot = snapshot_load(conf_path, NULL, NULL, snapshot_print_errors, stderr);
	ck_assert_ptr_nonnull(snapshot);
	test_log = open_log(path_in(log_path, "log"), false);
	host_init(&host, test_log, NULL, NULL);
	host.now = clock_now;
	ck_assert_int_eq(host_change(&host, snapshot, error), 0);
	now = 5000000;
}

static void end(void)
{
	host_destroy(&host);
	log_close(&test_log);
	remove_folder();
}

static void refuse_one(void)
{
	struct session *session = session_new(&host, snapshot, &mta, NULL);

	ck_assert_int_eq(session_refuse(session)->code, 421);
	session_end(&session);
}

/* However many sessions are refused, the log reports it once a second, with their number. */
START_TEST(test_refused_once_a_second)
{
	for (int i = 0; i < 100; i++) {
		refuse_one();
		now += 9999;
	}
	ck_assert_uint_eq(count_lines(log_path, "connections refused"), 1);
	ck_assert_uint_eq(count_lines(log_path, "refused=1 "), 1);
	now += 100;
	refuse_one();
	refuse_one();
	ck_assert_uint_eq(count_lines(log_path, "connections refused"), 2);
	ck_assert_uint_eq(count_lines(log_path, "refused=101 "), 1);
	now += 999999;
	refuse_one();
	ck_assert_uint_eq(count_lines(log_path, "connections refused"), 2);
	now += 1;
	refuse_one();
	ck_assert_uint_eq(count_lines(log_path, "refused=104 "), 1);
}
END_TEST

/* Sends a message of one header field from a client at an interface. */
static enum reply_kind field(const char *client, const char *name, const char *value)
{
	struct session *session = session_new(&host, snapshot, &mta, NULL);
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_scope_id = 3 };
	char sender[] = "<a@example.org>", recipient[] = "<b@example.test>";
	char *mail[] = { sender, NULL }, *rcpt[] = { recipient, NULL };
	enum reply_kind kind;

	ck_assert_int_eq(inet_pton(AF_INET6, client, &address.sin6_addr), 1);
	session_connect(session, "unknown", (struct sockaddr *)&address);
	ck_assert_str_eq(session->client.text, client);
	session_mail(session, mail);
	kind = session_rcpt(session, rcpt)->kind;
	if (kind == REPLY_CONTINUE) {
		session_data(session);
		session_header(session, name, value, false);
		kind = session_eoh(session)->kind;
	}
	if (kind == REPLY_CONTINUE)
		kind = session_eom(session)->kind;
	session_end(&session);
	return kind;
}

/* libmilter passes on neither a link-local client's interface nor a field without a name. */
START_TEST(test_scope_and_nameless_field)
{
	ck_assert_int_eq(field("fe80::1", "X", "y"), REPLY_REJECT);
	ck_assert_int_eq(field("fe80::2", "", "good"), REPLY_CONTINUE);
	ck_assert_int_eq(field("fe80::2", "", ""), REPLY_CONTINUE);
	ck_assert_int_eq(field("fe80::2", "", "bad"), REPLY_REJECT);
	ck_assert_uint_eq(count_lines(log_path, "verdict=accepted"), 2);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("session");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, test_refused_once_a_second);
	tcase_add_test(tcase, test_scope_and_nameless_field);
	return run_tests("session", tcase);
}
