/* SPDX-License-Identifier: BSD-2-Clause */
/* The fake host's side of one run of a hook: policy.h's functions over facts that the test sets. */
#include <config.h>

#include "fake_state.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/domain.h"
#include "session/readings.h"
#include "table/table.h"

/* ---- Facts ---------------------------------------------------------------------------- */

/*
 * The host's error when a policy reads a fact of a stage for which it has no hook, and which is not
 * among its facts.
 */
static void must_know(enum mg_stage stage)
{
	const unsigned always =
		MG_BIT(MG_CONNECT) | MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT) | MG_BIT(MG_EOM);

	if (!((always | fake_opened.stages | host.policy->facts) & MG_BIT(stage)))
		abort();
}

#define FACT(type, name, stage, member)       \
	type name(const struct mg_call *call) \
	{                                     \
		(void)call;                   \
		must_know(stage);             \
		return fake.member;           \
	}

FACT(unsigned, mg_client_port, MG_CONNECT, client_port)
FACT(const char *, mg_client_name, MG_CONNECT, client_name)
FACT(const char *, mg_client_ptr, MG_CONNECT, client_ptr)
FACT(enum mg_client_resolve, mg_client_resolve, MG_CONNECT, client_resolve)
FACT(bool, mg_is_submitted_locally, MG_CONNECT, submitted_locally)
FACT(const char *, mg_mta_name, MG_CONNECT, mta_name)
FACT(const char *, mg_daemon_name, MG_CONNECT, daemon_name)
FACT(const char *, mg_daemon_addr, MG_CONNECT, daemon_addr)
FACT(const char *, mg_helo, MG_HELO, helo)
FACT(unsigned, mg_recipients, MG_RCPT, recipients)
FACT(const char *, mg_auth, MG_MAIL, auth)
FACT(const char *, mg_auth_type, MG_MAIL, auth_type)
FACT(const char *, mg_tls, MG_HELO, tls)
FACT(const char *, mg_queue_id, MG_RCPT, queue_id)
FACT(const char *, mg_header_name, MG_HEADER, header_name)
FACT(const char *, mg_header_value, MG_HEADER, header_value)
FACT(const char *, mg_command, MG_COMMAND, command)

/* ---- Addresses -------------------------------------------------------------------------- */

static const struct readings *fake_readings(const char *path, const char *macro, bool is_sender)
{
	return path ? readings_make(&host.message, path, macro, is_sender) : NULL;
}

static const struct readings *fake_sender(void)
{
	must_know(MG_MAIL);
	return fake_readings(fake.sender, fake.sender_macro, true);
}

static const struct readings *fake_recipient(void)
{
	must_know(MG_RCPT);
	return fake_readings(fake.recipient, fake.recipient_macro, false);
}

#define READINGS_FACTS(who)                                                                        \
	const char *mg_##who(const struct mg_call *call)                                           \
	{                                                                                          \
		const struct readings *readings = fake_##who();                                    \
                                                                                                   \
		(void)call;                                                                        \
		return readings ? readings->list[0].address : NULL;                                \
	}                                                                                          \
	const char *mg_##who##_path(const struct mg_call *call)                                    \
	{                                                                                          \
		(void)call;                                                                        \
		return fake.who;                                                                   \
	}                                                                                          \
	const struct mg_reading *mg_##who##_reading(const struct mg_call *call, size_t index)      \
	{                                                                                          \
		const struct readings *readings = fake_##who();                                    \
                                                                                                   \
		(void)call;                                                                        \
		return readings && index < readings->n ? &readings->list[index] : NULL;            \
	}                                                                                          \
	int mg_table_find_##who(struct mg_call *call, const struct mg_table *table,                \
				enum mg_readings which, const char **value_r)                      \
	{                                                                                          \
		const struct readings *readings = fake_##who();                                    \
                                                                                                   \
		(void)call;                                                                        \
		return readings                                                                    \
			       ? readings_find(readings, which, table, &host.event, NULL, value_r) \
			       : 0;                                                                \
	}

READINGS_FACTS(sender)
READINGS_FACTS(recipient)

/* ---- Further facts ---------------------------------------------------------------------- */

const struct sockaddr *mg_client_addr(const struct mg_call *call)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)&host.addr;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&host.addr;

	(void)call;
	memset(&host.addr, 0, sizeof(host.addr));
	if (!fake.client)
		return NULL;
	if (inet_pton(AF_INET, fake.client, &in4->sin_addr) == 1)
		in4->sin_family = AF_INET;
	else if (inet_pton(AF_INET6, fake.client, &in6->sin6_addr) == 1)
		in6->sin6_family = AF_INET6;
	/* The host shows IPv4-mapped addresses as what they are. */
	if (!host.addr.ss_family ||
	    (host.addr.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)))
		abort();
	return (const struct sockaddr *)&host.addr;
}

const char *mg_client(const struct mg_call *call)
{
	(void)call;
	return fake.client ? fake.client : "unknown";
}

const char *mg_sender_param(const struct mg_call *call, const char *name)
{
	const size_t size = name ? strlen(name) : 0;

	(void)call;
	for (const char *const *param = fake.sender_params; name && param && *param; param++)
		if (strncasecmp(*param, name, size) == 0 &&
		    ((*param)[size] == '=' || !(*param)[size]))
			return *param + size + ((*param)[size] == '=');
	return NULL;
}

const char *mg_recipient_param(const struct mg_call *call, const char *name)
{
	(void)call;
	(void)name;
	return NULL;
}

const char *mg_macro(const struct mg_call *call, const char *name)
{
	(void)call;
	(void)name;
	return NULL;
}

const unsigned char *mg_body(const struct mg_call *call, size_t *size_r)
{
	(void)call;
	must_know(MG_BODY);
	if (size_r)
		*size_r = fake.body_size;
	return fake.body;
}

const char *mg_session_id(const struct mg_call *call)
{
	(void)call;
	return "TESTSESSION1";
}

enum mg_stage mg_stage(const struct mg_call *call)
{
	return call->stage;
}

/* ---- A hook's report ---- */

void mg_detail(struct mg_call *call, const char *fmt, ...)
{
	va_list args;

	(void)call;
	va_start(args, fmt);
	fake_said.detail = arena_vprintf(&host.event, fmt, args);
	va_end(args);
}

void mg_value(struct mg_call *call, const char *name, const char *value)
{
	(void)call;
	for (size_t i = 0; host.policy->values && host.policy->values[i]; i++) {
		if (strcmp(host.policy->values[i], name) == 0) {
			fake_said.value[i] = arena_strdup(&host.event, value ? value : "");
			return;
		}
	}
	abort(); /* the policy does not declare this name */
}

void mg_value_int(struct mg_call *call, const char *name, long long value)
{
	mg_value(call, name, arena_printf(&host.event, "%lld", value));
}

void mg_reply(struct mg_call *call, int code, const char *status, const char *text)
{
	(void)call;
	if ((code && (code < 400 || code > 599)) ||
	    (code && status && status[0] - '0' != code / 100))
		abort();
	fake_said.code = code;
	fake_said.status = status ? arena_strdup(&host.event, status) : "";
	fake_said.text = text ? arena_strdup(&host.event, text) : "";
}

void mg_also(struct mg_call *call, int result)
{
	const bool enough = fake_said.enough_body;

	if (!(host.policy->several & MG_BIT(call->stage)) || nfake_also == FAKE_ALSO_MAX)
		abort();
	fake_said.result = fake_result_name(result);
	fake_also[nfake_also++] = fake_said;
	fake_say_nothing();
	fake_said.enough_body = enough;
}

void mg_count(struct mg_call *call, size_t index, unsigned long long more)
{
	(void)call;
	for (size_t i = 0; i <= index; i++)
		if (!host.policy->counters || !fake_counter_at(i)->name)
			abort();
	host.counted[index] += more;
}

static bool is_read(const char *type)
{
	for (const char *const *read = host.policy->reads; read && *read; read++)
		if (strcmp(*read, type) == 0)
			return true;
	return false;
}

static const struct fake_finding *finding_at(const char *type, size_t index)
{
	const struct fake_finding *at = fake_findings;

	if (!is_read(type))
		abort(); /* the policy does not declare this edit */
	for (; at && at->finding.type; at++)
		if (strcmp(at->finding.type, type) == 0 && index-- == 0)
			return at;
	return NULL;
}

const struct mg_finding *mg_finding(struct mg_call *call, const char *type, size_t index)
{
	const struct fake_finding *of = finding_at(type, index);

	(void)call;
	return of ? &of->finding : NULL;
}

const char *mg_finding_value(struct mg_call *call, const char *type, size_t index, const char *name)
{
	const struct fake_finding *of = finding_at(type, index);

	(void)call;
	for (size_t i = 0; of && i < 2 * FAKE_VALUES_MAX && of->value[i]; i += 2)
		if (strcmp(of->value[i], name) == 0)
			return of->value[i + 1];
	return NULL;
}

void mg_enough_body(struct mg_call *call)
{
	if (call->stage != MG_BODY)
		abort();
	fake_said.enough_body = true;
}

/* ---- Services ------------------------------------------------------------------------------ */

int64_t mg_now(const struct mg_call *call)
{
	(void)call;
	return fake_now;
}

int64_t mg_deadline(const struct mg_call *call)
{
	(void)call;
	return fake_now + fake_time;
}

int64_t mg_time(const struct mg_call *call)
{
	(void)call;
	return fake_wall;
}

static struct arena *scope_arena(enum mg_scope scope)
{
	return scope == MG_SESSION   ? &host.session
	       : scope == MG_MESSAGE ? &host.message
				     : &host.event;
}

void *mg_state(struct mg_call *call, enum mg_scope scope)
{
	const struct mg_policy *policy = host.policy;
	void **state = scope == MG_SESSION   ? &host.session_state
		       : scope == MG_MESSAGE ? &host.message_state
					     : &host.event_state;
	size_t size = scope == MG_SESSION   ? policy->session_size
		      : scope == MG_MESSAGE ? policy->message_size
					    : policy->event_size;

	(void)call;
	if (size == 0)
		abort(); /* the policy declares no such state */
	if (!*state)
		*state = arena_zalloc(scope_arena(scope), size);
	return *state;
}

void *mg_shared(const struct mg_call *call)
{
	(void)call;
	return host.shared;
}

void *mg_alloc(struct mg_call *call, enum mg_scope scope, size_t size)
{
	void *memory = arena_alloc(scope_arena(scope), size);

	(void)call;
	return memset(memory, 0xa5,
		      size); /* not zeroed: a policy that relies on zeros shall fail */
}

char *mg_printf(struct mg_call *call, enum mg_scope scope, const char *fmt, ...)
{
	va_list args;
	char *text;

	(void)call;
	va_start(args, fmt);
	text = arena_vprintf(scope_arena(scope), fmt, args);
	va_end(args);
	return text;
}

void mg_at_end(struct mg_call *call, enum mg_scope scope, void (*done)(void *arg), void *arg)
{
	(void)call;
	arena_at_end(scope_arena(scope), done, arg);
}

int mg_table_find(struct mg_call *call, const struct mg_table *table, const char *key,
		  const char **value_r)
{
	(void)call;
	if (fake_failing_tables > 0) {
		fake_failing_tables--;
		return -1;
	}
	return key ? table_find(table, &host.event, key, value_r) : 0;
}

bool mg_table_find_user(struct mg_call *call, const struct mg_table *table, const char *local,
			size_t index, const char **value_r)
{
	(void)call;
	return local && table_find_local(table, &host.event, local, index, value_r);
}

const char *mg_domain(struct mg_call *call, const char *domain)
{
	(void)call;
	return domain ? domain_fold(&host.event, domain) : NULL;
}

void mg_log(struct mg_call *call, enum mg_level level, const char *fmt, ...)
{
	va_list args;

	(void)call;
	(void)level;
	va_start(args, fmt);
	host.log = arena_printf(&host.instance, "%s%s\n", fake_log(),
				arena_vprintf(&host.instance, fmt, args));
	va_end(args);
}
