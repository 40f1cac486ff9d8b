/* SPDX-License-Identifier: BSD-2-Clause */
/* Sessions without a front end, on a clock of the test's own: what no dialogue with an MTA can show. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "session.h"
#include "state.h"

static char conf_path[64], log_path[64];
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

static const struct front_mta mta = { .macro = no_macro };

static void write_file(char path_r[64], const char *text)
{
	strcpy(path_r, "/tmp/test_session.XXXXXX");

	const int fd = mkstemp(path_r);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void begin(void)
{
	const struct log_settings settings = { .target = LOG_TO_FILE,
					       .path = log_path,
					       .level = MG_LOG_INFO };
	struct snapshot *snapshot;
	const char *error;

	write_file(log_path, "");
	write_file(conf_path,
		   "listen unix:/nowhere/sock\n"
		   "policy access { reject client fe80::1; reject header \"/^: bad/\" }\n");
	snapshot = snapshot_load(conf_path, stderr);
	ck_assert_ptr_nonnull(snapshot);
	test_log = log_open(&settings, &error);
	ck_assert_ptr_nonnull(test_log);
	host_init(&host, snapshot, test_log);
	host.now = clock_now;
	now = 5000000;
}

static void end(void)
{
	host_destroy(&host);
	log_close(&test_log);
	unlink(conf_path);
	unlink(log_path);
}

/* How many lines of the log have the text. */
static unsigned logged(const char *text)
{
	FILE *file = fopen(log_path, "r");
	char line[4096];
	unsigned n = 0;

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file))
		n += strstr(line, text) != NULL;
	fclose(file);
	return n;
}

static void refuse_one(void)
{
	struct session *session = session_new(&host, &mta, NULL);

	ck_assert_int_eq(session_refuse(session)->code, 421);
	session_end(&session);
}

/* However many are refused, the log says so once in a second, with how many it were. */
START_TEST(test_refused_once_a_second)
{
	for (int i = 0; i < 100; i++) {
		refuse_one();
		now += 9999;
	}
	ck_assert_uint_eq(logged("connections refused"), 1);
	ck_assert_uint_eq(logged("refused=1 "), 1);
	now += 100;
	refuse_one();
	refuse_one();
	ck_assert_uint_eq(logged("connections refused"), 2);
	ck_assert_uint_eq(logged("refused=101 "), 1);
	now += 999999;
	refuse_one();
	ck_assert_uint_eq(logged("connections refused"), 2);
	now += 1;
	refuse_one();
	ck_assert_uint_eq(logged("refused=104 "), 1);
}
END_TEST

/* What becomes of a message of one header field from a client at an interface. */
static enum reply_kind field(const char *client, const char *name, const char *value)
{
	struct session *session = session_new(&host, &mta, NULL);
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
		session_header(session, name, value);
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
	ck_assert_uint_eq(logged("verdict=accepted"), 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("session");
	TCase *tcase = tcase_create("session");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, test_refused_once_a_second);
	tcase_add_test(tcase, test_scope_and_nameless_field);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
