/* SPDX-License-Identifier: BSD-2-Clause */
/* policy.h's functions while a hook of a real session runs: what is declared, NULL, lifetimes. */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/load.h"
#include "folder.h"
#include "log_help.h"
#include "run.h"
#include "session/call.h"
#include "session/session.h"

struct counted {
	unsigned n;
};

static const char *const values[] = { "number", NULL };
static const char *const macros[] = { "{declared}", NULL };
static const char *const others[] = { "{other}", NULL };

static const struct mg_policy bare = {
	.name = "test",
	.values = values,
	.session_size = sizeof(struct counted),
	.message_size = sizeof(struct counted),
	.event_size = sizeof(struct counted),
};

static char log_path[128];
static struct log *test_log;
static struct host host;
static struct snapshot *snapshot;
static struct session *session;
static struct mg_policy policy;
static struct instance_counters counters;
static struct instance instance;
static struct mg_call call;

/* Every macro has its own name for a value. */
static const char *macro(void *ctx, const char *name)
{
	(void)ctx;
	return name;
}

static const struct mta mta = { .macro = macro };

static void begin(void)
{
	char conf_path[128], error[SERVICES_ERROR_MAX];
	char sender[] = "<a@example.org>", size[] = "SIZE=1000", recipient[] = "<b@example.test>";
	char *mail[] = { sender, size, NULL }, *rcpt[] = { recipient, NULL };

	make_folder();
	/* The instance under test takes the place of this one. */
	write_file(path_in(conf_path, "conf"), "listen unix:/nowhere/sock\npolicy helo { }\n");
	snapshot = snapshot_load(conf_path, NULL, NULL, snapshot_print_errors, stderr);
	test_log = open_log(path_in(log_path, "log"), false);
	host_init(&host, test_log, NULL, NULL);
	ck_assert_int_eq(host_change(&host, snapshot, error), 0);
	session = session_new(&host, snapshot, &mta, NULL);
	session_connect(session, "unknown", NULL);
	session_helo(session, "client.example");
	session_mail(session, mail);
	session_rcpt(session, rcpt);
	policy = bare;
	memset(&counters, 0, sizeof(counters));
	instance = (struct instance){
		.type = &policy, .name = "test", .nvalues = 1, .kept.counters = &counters
	};
	call = call_begin(session, &instance, MG_RCPT, 0);
	call.also_end = &call.also; /* an on hook */
}

static void end(void)
{
	session_end(&session);
	host_destroy(&host);
	log_close(&test_log);
	remove_folder();
}

/* ---- What is declared ---- */

static const void *body(const struct mg_call *of)
{
	size_t size = 1;
	const void *bytes = mg_body(of, &size);

	ck_assert(bytes || size == 0);
	return bytes;
}

#define FACT(name)                                               \
	static const void *fact_##name(const struct mg_call *of) \
	{                                                        \
		return name(of);                                 \
	}
FACT(mg_helo)
FACT(mg_tls)
FACT(mg_header_name)
FACT(mg_header_value)
FACT(mg_command)
FACT(mg_sender)
FACT(mg_auth)
FACT(mg_mta_name)

static const struct {
	const void *(*read)(const struct mg_call *of);
	const char *name;
	enum mg_stage stage;
	const char *bit; /* NULL: it is always there */
} facts[] = {
	{ fact_mg_helo, "mg_helo", MG_HELO, "MG_HELO" },
	{ fact_mg_tls, "mg_tls", MG_HELO, "MG_HELO" },
	{ fact_mg_header_name, "mg_header_name", MG_HEADER, "MG_HEADER" },
	{ fact_mg_header_value, "mg_header_value", MG_HEADER, "MG_HEADER" },
	{ body, "mg_body", MG_BODY, "MG_BODY" },
	{ fact_mg_command, "mg_command", MG_COMMAND, "MG_COMMAND" },
	{ fact_mg_sender, "mg_sender", MG_MAIL, NULL },
	{ fact_mg_auth, "mg_auth", MG_MAIL, NULL },
	{ fact_mg_mta_name, "mg_mta_name", MG_CONNECT, NULL },
};

#define ALWAYS (MG_BIT(MG_CONNECT) | MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT) | MG_BIT(MG_EOM))

START_TEST(undeclared_facts)
{
	char want[128];

	instance.facts = ALWAYS;
	if (!facts[_i].bit) {
		ck_assert_ptr_nonnull(facts[_i].read(&call));
		ck_assert_ptr_null(session->event.undeclared);
		ck_assert_uint_eq(count_lines(log_path, "which needs"), 0);
		return;
	}
	snprintf(want, sizeof(want), "calls %s(), which needs facts = MG_BIT(%s) in its struct ",
		 facts[_i].name, facts[_i].bit);
	for (int i = 0; i < 3; i++) {
		session->event.undeclared = NULL;
		ck_assert_ptr_null(facts[_i].read(&call));
		ck_assert_ptr_nonnull(session->event.undeclared);
		ck_assert_msg(strstr(session->event.undeclared, want) != NULL, "got %s",
			      session->event.undeclared);
	}
	/* Logged once per instance and fact. */
	ck_assert_uint_eq(count_lines(log_path, want), 1);
	ck_assert_uint_eq(count_lines(log_path, "error: policy test: "), 1);
}
END_TEST

START_TEST(declared_facts)
{
	instance.facts = ALWAYS | MG_BIT(facts[_i].stage);
	facts[_i].read(&call);
	ck_assert_ptr_null(session->event.undeclared);
	ck_assert_uint_eq(count_lines(log_path, "which needs"), 0);
}
END_TEST

START_TEST(macros_of_a_policy)
{
	ck_assert_ptr_null(mg_macro(&call, "{declared}"));
	ck_assert_ptr_nonnull(session->event.undeclared);
	session->event.undeclared = NULL;
	policy.macros[MG_HELO] = others;
	policy.macros[MG_RCPT] = macros;
	ck_assert_str_eq(mg_macro(&call, "{declared}"), "{declared}");
	ck_assert_ptr_null(mg_macro(&call, NULL));
	ck_assert_ptr_null(session->event.undeclared);
	ck_assert_ptr_null(mg_macro(&call, "declared"));
	ck_assert_ptr_nonnull(strstr(session->event.undeclared, "calls mg_macro(\"declared\")"));
	ck_assert_uint_eq(count_lines(log_path, "calls mg_macro"), 1);
}
END_TEST

/* ---- NULL ---- */

START_TEST(null_arguments)
{
	instance.facts = ~0U;
	ck_assert_ptr_null(mg_sender_param(&call, NULL));
	ck_assert_str_eq(mg_sender_param(&call, "size"), "1000");
	ck_assert_ptr_null(mg_recipient_param(&call, NULL));
	ck_assert_ptr_null(mg_body(&call, NULL));
	ck_assert_ptr_null(mg_domain(&call, NULL));
	ck_assert_int_eq(mg_table_find(&call, NULL, "x", NULL), 0);
	ck_assert_int_eq(mg_table_find(&call, NULL, NULL, NULL), 0);
	ck_assert_ptr_null(mg_dns_reverse(&call, NULL, NULL));
	ck_assert_int_eq(mg_dns(&call, NULL, MG_DNS_A)->status, MG_DNS_NXDOMAIN);
	mg_dns_prefetch(&call, NULL, MG_DNS_A);
	mg_dns_walk(&call, 1, NULL, 0, NULL, MG_DNS_A, NULL);
	mg_at_end(&call, MG_MESSAGE, NULL, NULL);
	mg_value(&call, NULL, "x");
	ck_assert_uint_eq(count_lines(log_path, "sets the value NULL, which it does not declare"),
			  1);
	mg_value(&call, "number", NULL);
	ck_assert_ptr_null(call.found->values[0]);
	mg_reply(&call, 0, NULL, NULL);
	ck_assert_ptr_null(call.found->text);
	ck_assert_uint_eq(mg_line_words(NULL), 0);
	ck_assert_ptr_null(mg_line_word(NULL, 0));
}
END_TEST

/* ---- Values, strings, the wall clock ---- */

START_TEST(numbers_and_strings)
{
	static const struct {
		long long value;
		const char *want;
	} numbers[] = { { 0, "0" },
			{ -1, "-1" },
			{ INT64_MAX, "9223372036854775807" },
			{ INT64_MIN, "-9223372036854775808" } };
	char *text;

	for (size_t i = 0; i < (size_t)COUNT(numbers); i++) {
		mg_value_int(&call, "number", numbers[i].value);
		ck_assert_str_eq(call.found->values[0], numbers[i].want);
	}
	text = mg_printf(&call, MG_EVENT, "%s-%05d-%1000s", "a", 7, "b");
	ck_assert_uint_eq(strlen(text), 1008);
	ck_assert_int_eq(strncmp(text, "a-00007- ", 9), 0);
	text = mg_printf(&call, MG_SESSION, "%s", "kept");
	session_helo(session, "again");
	ck_assert_str_eq(text, "kept");
}
END_TEST

START_TEST(wall_clock)
{
	const int64_t before = (int64_t)time(NULL) * 1000;
	const int64_t got = mg_time(&call);

	ck_assert_int_ge(got, before);
	ck_assert_int_le(got, (int64_t)(time(NULL) + 1) * 1000);
}
END_TEST

/* ---- State ---- */

static unsigned count(enum mg_scope scope)
{
	struct counted *counted = mg_state(&call, scope);

	return ++counted->n;
}

static void next_recipient(void)
{
	char recipient[] = "<c@example.test>";
	char *rcpt[] = { recipient, NULL };

	session_rcpt(session, rcpt);
}

/* The state of an event is shared by its hooks, and begins anew with each event. */
START_TEST(state_by_scope)
{
	ck_assert_uint_eq(count(MG_EVENT), 1);
	ck_assert_uint_eq(count(MG_EVENT), 2);
	ck_assert_uint_eq(count(MG_MESSAGE), 1);
	ck_assert_uint_eq(count(MG_SESSION), 1);
	call.stage = MG_HELO;
	ck_assert_uint_eq(count(MG_EVENT), 3);
	next_recipient();
	ck_assert_uint_eq(count(MG_EVENT), 1);
	ck_assert_uint_eq(count(MG_MESSAGE), 2);
	session_abort(session);
	next_recipient();
	ck_assert_uint_eq(count(MG_EVENT), 1);
	ck_assert_uint_eq(count(MG_MESSAGE), 1);
	ck_assert_uint_eq(count(MG_SESSION), 2);
}
END_TEST

/* A state that is not declared has no size, but its pointer is not NULL. */
START_TEST(state_of_no_size)
{
	policy.session_size = policy.message_size = policy.event_size = 0;
	ck_assert_ptr_nonnull(mg_state(&call, MG_SESSION));
	ck_assert_ptr_nonnull(mg_state(&call, MG_MESSAGE));
	ck_assert_ptr_nonnull(mg_state(&call, MG_EVENT));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("call");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_loop_test(tcase, undeclared_facts, 0, COUNT(facts));
	tcase_add_loop_test(tcase, declared_facts, 0, COUNT(facts));
	tcase_add_test(tcase, macros_of_a_policy);
	tcase_add_test(tcase, null_arguments);
	tcase_add_test(tcase, numbers_and_strings);
	tcase_add_test(tcase, wall_clock);
	tcase_add_test(tcase, state_by_scope);
	tcase_add_test(tcase, state_of_no_size);
	return run_tests("call", tcase);
}
