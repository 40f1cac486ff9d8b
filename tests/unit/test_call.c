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
#include "config/opening.h"
#include "run.h"
#include "session/call.h"
#include "session/edits.h"
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

/* The log has a line like this one, once. */
static bool logged(const char *line)
{
	return count_lines(log_path, line) == 1;
}

static bool edit_is_ignored(const char *edit)
{
	char line[128];

	snprintf(line, sizeof(line), "proposes the edit %s with a NULL pointer", edit);
	return count_lines(log_path, line) > 0 && (!call.found || !call.found->edits);
}

static bool dns_asks_nothing(void)
{
	mg_dns_prefetch(&call, NULL, MG_DNS_A);
	mg_dns_walk(&call, 1, NULL, 0, NULL, MG_DNS_A, NULL);
	return mg_dns(&call, NULL, MG_DNS_A)->status == MG_DNS_NXDOMAIN;
}

static bool nothing_at_end(void)
{
	mg_at_end(&call, MG_MESSAGE, NULL, NULL);
	return true;
}

static bool value_without_name(void)
{
	mg_value(&call, NULL, "x");
	return logged("sets the value NULL, which it does not declare");
}

static bool number_without_name(void)
{
	mg_value_int(&call, NULL, 1);
	return logged("sets the value NULL, which it does not declare");
}

static bool value_of_null(void)
{
	mg_value(&call, "number", NULL);
	return !call.found->values[0];
}

static bool reply_of_null(void)
{
	mg_reply(&call, 0, NULL, NULL);
	return !call.found->status && !call.found->text;
}

/* A NULL type is none: it is not even undeclared. */
static bool finding_of_null(void)
{
	return !mg_finding(&call, NULL, 0) && !mg_finding_value(&call, NULL, 0, "x") &&
	       !session->event.undeclared;
}

static bool finding_value_without_name(void)
{
	return !mg_finding_value(&call, "helo", 0, NULL) && !session->event.undeclared;
}

static bool body_of_null(void)
{
	mg_edit_body(&call, NULL, 1);
	return edit_is_ignored("replace-body");
}

static bool empty_body(void)
{
	mg_edit_body(&call, NULL, 0);
	return call.found->edits->size == 0 && count_lines(log_path, "NULL pointer") == 0;
}

static bool conf_of_null(void)
{
	struct mg_conf conf = { .arena = &session->event_arena };
	const struct mg_table *table = mg_conf_table(&conf, NULL, 0, MG_KEY_TEXT, NULL);

	return !mg_conf_item(&conf, NULL, 0) && mg_table_find(&call, table, "x", NULL) == 0;
}

#define EDIT(function, edit, ...)                       \
	static bool null_##function(void)               \
	{                                               \
		mg_edit_##function(&call, __VA_ARGS__); \
		return edit_is_ignored(edit);           \
	}
EDIT(add_field, "header", 0, NULL, "x")
EDIT(replace_field, "replace-header", "X", 1, NULL)
EDIT(delete_field, "delete-header", NULL, 1)
EDIT(add_recipient, "add-recipient", NULL)
EDIT(delete_recipient, "delete-recipient", NULL)
EDIT(sender, "change-sender", NULL)

static bool value_of_field(void)
{
	mg_edit_add_field(&call, 0, "X", NULL);
	return edit_is_ignored("header");
}

static bool name_of_replaced(void)
{
	mg_edit_replace_field(&call, NULL, 1, "x");
	return edit_is_ignored("replace-header");
}

#define HOLDS(name, expression)       \
	static bool null_##name(void) \
	{                             \
		return expression;    \
	}
HOLDS(macro, !mg_macro(&call, NULL))
HOLDS(sender_param, !mg_sender_param(&call, NULL))
HOLDS(recipient_param, !mg_recipient_param(&call, NULL))
HOLDS(body, !mg_body(&call, NULL))
HOLDS(domain, !mg_domain(&call, NULL))
HOLDS(table, mg_table_find(&call, NULL, "x", NULL) == 0)
HOLDS(table_key, mg_table_find(&call, NULL, NULL, NULL) == 0)
HOLDS(dns_reverse, !mg_dns_reverse(&call, NULL, NULL))
HOLDS(line_words, mg_line_words(NULL) == 0)
HOLDS(line_word, !mg_line_word(NULL, 0))

/* What each function does with each of its pointers that can be NULL. */
static const struct {
	const char *name;
	bool (*holds)(void);
} nulls[] = {
	{ "mg_macro", null_macro },
	{ "mg_sender_param", null_sender_param },
	{ "mg_recipient_param", null_recipient_param },
	{ "mg_body", null_body },
	{ "mg_value: name", value_without_name },
	{ "mg_value_int: name", number_without_name },
	{ "mg_value: value", value_of_null },
	{ "mg_reply", reply_of_null },
	{ "mg_edit_add_field: name", null_add_field },
	{ "mg_edit_add_field: value", value_of_field },
	{ "mg_edit_replace_field: name", name_of_replaced },
	{ "mg_edit_replace_field: value", null_replace_field },
	{ "mg_edit_delete_field", null_delete_field },
	{ "mg_edit_add_recipient", null_add_recipient },
	{ "mg_edit_delete_recipient", null_delete_recipient },
	{ "mg_edit_sender", null_sender },
	{ "mg_edit_body", body_of_null },
	{ "mg_edit_body: nothing", empty_body },
	{ "mg_finding: type", finding_of_null },
	{ "mg_finding_value: name", finding_value_without_name },
	{ "mg_at_end: done", nothing_at_end },
	{ "mg_table_find: table", null_table },
	{ "mg_table_find: key", null_table_key },
	{ "mg_domain", null_domain },
	{ "mg_dns and its kin: name", dns_asks_nothing },
	{ "mg_dns_reverse: addr", null_dns_reverse },
	{ "mg_conf_table, mg_conf_item", conf_of_null },
	{ "mg_line_words", null_line_words },
	{ "mg_line_word", null_line_word },
};

START_TEST(null_arguments)
{
	static const char *const reads[] = { "helo", NULL };

	instance.facts = policy.edits = ~0U;
	policy.reads = reads;
	ck_assert_msg(nulls[_i].holds(), "%s", nulls[_i].name);
}
END_TEST

START_TEST(parameters_by_name)
{
	ck_assert_str_eq(mg_sender_param(&call, "size"), "1000");
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
	tcase_add_loop_test(tcase, null_arguments, 0, COUNT(nulls));
	tcase_add_test(tcase, parameters_by_name);
	tcase_add_test(tcase, numbers_and_strings);
	tcase_add_test(tcase, wall_clock);
	tcase_add_test(tcase, state_by_scope);
	tcase_add_test(tcase, state_of_no_size);
	return run_tests("call", tcase);
}
