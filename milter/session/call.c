/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of one hook: the mg_* functions that a policy calls meanwhile. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "session/call.h"
#include "base/clock.h"
#include "base/domain.h"
#include "config/plan.h"
#include "session/journal.h"
#include "session/lookup.h"

/* ---- A call ---- */

static const struct call_services call_services;

struct mg_call call_begin(struct session *session, const struct instance *instance,
			  enum mg_stage stage, int64_t deadline)
{
	return (struct mg_call){ .services = &call_services,
				 MAGIC(CALL_MAGIC).session = session,
				 .instance = instance,
				 .stage = stage,
				 .deadline = deadline };
}

void call_undeclared(const struct mg_call *call, unsigned fact, const char *fmt, ...)
{
	struct session *session = call->session;
	const struct instance *instance = call->instance;
	va_list args, again;

	va_start(args, fmt);
	va_copy(again, args);
	session->event.undeclared = arena_vprintf(&session->event_arena, fmt, args);
	if (!(atomic_fetch_or_explicit(&instance->kept.counters->said, fact, memory_order_relaxed) &
	      fact))
		journal_policy(session, instance, MG_LOG_ERROR, fmt, again);
	va_end(again);
	va_end(args);
}

/* ---- What a hook says besides its result ---- */

/* In the event's memory: most of what is said is not kept (pipeline.c keeps what is). */
struct found *call_found(struct mg_call *call)
{
	if (!call->found) {
		call->found = arena_zalloc(&call->session->event_arena, sizeof(*call->found));
		call->found->instance = call->instance;
		call->found->stage = call->stage;
	}
	return call->found;
}

/* What was said belongs to a result that does not count. */
void call_disown(struct mg_call *call)
{
	struct found *found = call_found(call);

	*found = (struct found){ .instance = found->instance, .stage = found->stage };
}

size_t call_result(struct mg_call *call, int result, const char *how)
{
	const struct instance *instance = call->instance;

	if (result == MG_TIMEOUT)
		return instance->timeout;
	if (result >= 0 && (size_t)result < instance->nown)
		return (size_t)result;
	if (result != MG_ERROR) {
		call_disown(call);
		mg_detail(call, "%s %d, which is none of its results", how, result);
	}
	return instance->error;
}

void mg_detail(struct mg_call *call, const char *fmt, ...)
{
	CHECK_OBJ(call, CALL_MAGIC);
	const char *detail;
	va_list args;

	va_start(args, fmt);
	detail = arena_vprintf(&call->session->event_arena, fmt, args);
	va_end(args);
	call_found(call)->detail = *detail ? detail : NULL;
}

void mg_value(struct mg_call *call, const char *name, const char *value)
{
	CHECK_OBJ(call, CALL_MAGIC);
	struct arena *arena = &call->session->event_arena;
	const struct instance *instance = call->instance;
	struct found *found = call_found(call);

	if (!found->values)
		found->values =
			arena_zalloc(arena, (instance->nvalues + 1) * sizeof(*found->values));
	for (size_t i = 0; i < instance->nvalues; i++) {
		if (name && strcmp(instance->type->values[i], name) == 0) {
			found->values[i] = value ? arena_strdup(arena, value) : NULL;
			return;
		}
	}
	mg_log(call, MG_LOG_ERROR, "sets the value %s, which it does not declare",
	       name ? name : "NULL");
}

void mg_value_int(struct mg_call *call, const char *name, long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", value);
	mg_value(call, name, text);
}

void mg_reply(struct mg_call *call, int code, const char *status, const char *text)
{
	CHECK_OBJ(call, CALL_MAGIC);
	struct arena *arena = &call->session->event_arena;
	struct found *found = call_found(call);
	const char *wrong = action_check_reply(code, status ? status : "");

	if (wrong) {
		mg_log(call, MG_LOG_ERROR, "proposes the reply %d%s%s, expected %s", code,
		       status ? " " : "", status ? status : "", wrong);
		code = 0;
		status = NULL;
	}
	found->code = code;
	found->status = status ? arena_strdup(arena, status) : NULL;
	found->text = text && *text ? arena_strdup(arena, text) : NULL;
}

/* What is said afterwards begins a result of its own. */
static void call_end_result(struct mg_call *call)
{
	*call->also_end = call_found(call);
	call->also_end = &call->found->next;
	call->found = NULL;
	call->nalso++;
}

/* A start and an outcome hook have no results: what they say is lost. */
void mg_also(struct mg_call *call, int result)
{
	CHECK_OBJ(call, CALL_MAGIC);
	if (!call->also_end)
		return;
	if (!(call->instance->type->several & MG_BIT(call->stage))) {
		call_undeclared(call, CALL_FACT_SEVERAL,
				"calls mg_also() at %s, which needs that stage in several in its "
				"struct mg_policy",
				plan_stage_name(call->stage));
	} else if (call->nalso < MG_ALSO_MAX) {
		call_found(call)->result = call_result(call, result, "reported");
		call_end_result(call);
	} else if (call->nalso++ == MG_ALSO_MAX) {
		mg_log(call, MG_LOG_ERROR, "reports more than %d results at %s: the rest is lost",
		       MG_ALSO_MAX, plan_stage_name(call->stage));
	}
}

void mg_count(struct mg_call *call, size_t index, unsigned long long more)
{
	CHECK_OBJ(call, CALL_MAGIC);
	const struct instance *instance = call->instance;

	if (index < instance->kept.nown)
		atomic_fetch_add_explicit(instance->kept.own[index], more, memory_order_relaxed);
	else
		mg_log(call, MG_LOG_ERROR, "counts in counter %zu, which it does not declare",
		       index);
}

void mg_enough_body(struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	call->session->standing[call->instance->index].enough_body = true;
}

/* ---- Services ---- */

int64_t mg_now(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->host->now() / 1000;
}

int64_t mg_time(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return clock_read(CLOCK_REALTIME) / 1000;
}

#define CALL_MARGIN_US 100000

/* A wait ends this margin before the deadline: a twentieth of the time that is left, or less. */
static int64_t call_before(int64_t begins, int64_t ends)
{
	const int64_t part = (ends - begins) / 20;

	return ends - (part < CALL_MARGIN_US ? part : CALL_MARGIN_US);
}

/*
 * The hook's result must come before its deadline. The reply must come within the stage's
 * budget, however many hooks wait one after another, and on a busy machine too.
 */
static int64_t call_until(const struct mg_call *call)
{
	const struct event *event = &call->session->event;
	const int64_t own = call_before(event->now, call->deadline);
	const int64_t stage = call_before(event->began, event->ends);

	return own < stage ? own : stage;
}

int64_t mg_deadline(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call_until(call) / 1000;
}

static struct arena *call_scope(struct mg_call *call, enum mg_scope scope)
{
	switch (scope) {
	case MG_SESSION:
		return &call->session->arena;
	case MG_MESSAGE:
		return &call->session->message_arena;
	case MG_EVENT:
		break;
	}
	return &call->session->event_arena;
}

/* The event's memory is gone with it, without a word to those who have a pointer into it. */
static void *call_event_state(struct mg_call *call, struct standing *standing)
{
	struct session *session = call->session;

	if (standing->state_event != session->event.number) {
		standing->state_event = session->event.number;
		standing->event_state =
			arena_zalloc(&session->event_arena, call->instance->type->event_size);
	}
	return standing->event_state;
}

void *mg_state(struct mg_call *call, enum mg_scope scope)
{
	CHECK_OBJ(call, CALL_MAGIC);
	const struct mg_policy *type = call->instance->type;
	struct session *session = call->session;
	struct standing *standing = &session->standing[call->instance->index];

	switch (scope) {
	case MG_SESSION:
		if (!standing->session_state)
			standing->session_state = arena_zalloc(&session->arena, type->session_size);
		return standing->session_state;
	case MG_MESSAGE:
		if (!standing->message_state)
			standing->message_state =
				arena_zalloc(&session->message_arena, type->message_size);
		return standing->message_state;
	case MG_EVENT:
		break;
	}
	return call_event_state(call, standing);
}

void *mg_shared(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->instance->kept.shared;
}

void *mg_alloc(struct mg_call *call, enum mg_scope scope, size_t size)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return arena_alloc(call_scope(call, scope), size);
}

char *mg_printf(struct mg_call *call, enum mg_scope scope, const char *fmt, ...)
{
	va_list args;
	char *text;

	CHECK_OBJ(call, CALL_MAGIC);
	va_start(args, fmt);
	text = arena_vprintf(call_scope(call, scope), fmt, args);
	va_end(args);
	return text;
}

void mg_at_end(struct mg_call *call, enum mg_scope scope, void (*done)(void *arg), void *arg)
{
	CHECK_OBJ(call, CALL_MAGIC);
	if (done)
		arena_at_end(call_scope(call, scope), done, arg);
}

int mg_table_find(struct mg_call *call, const struct mg_table *table, const char *key,
		  const char **value_r)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return key ? lookup_find(call->session, table, key, value_r) : 0;
}

const char *mg_domain(struct mg_call *call, const char *domain)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return domain ? domain_fold(&call->session->event_arena, domain) : NULL;
}

/* ---- What its services are ---- */

static struct dns *call_dns(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->instance->services & MG_SERVICE_DNS
		       ? call->session->snapshot->service[SERVICE_DNS]
		       : NULL;
}

/* A start hook, and a hook that is not declared to block, must not wait. */
static int64_t call_wait_us(const struct mg_call *call)
{
	if (!call->also_end || !(call->instance->blocking & MG_BIT(call->stage)))
		return 0;
	return call_until(call) - call->session->host->now();
}

static void call_dns_is_dead(struct mg_call *call)
{
	call->dns_dead = true;
}

static void call_release_snapshot(void *arg)
{
	struct snapshot *snapshot = arg;

	snapshot_unref(&snapshot);
}

/* The walk holds a reference to the configuration, which may outlive its session. */
static struct dns_walker call_walker(const struct mg_call *call)
{
	return (struct dns_walker){ .self = call->instance->self,
				    .shared = call->instance->kept.shared,
				    .kept = snapshot_ref(call->session->snapshot),
				    .release = call_release_snapshot };
}

static const struct call_services call_services = { .dns = call_dns,
						    .dns_is_dead = call_dns_is_dead,
						    .wait_us = call_wait_us,
						    .walker = call_walker };

/* ---- Logging ---- */

void mg_log(struct mg_call *call, enum mg_level level, const char *fmt, ...)
{
	CHECK_OBJ(call, CALL_MAGIC);
	va_list args;

	va_start(args, fmt);
	journal_policy(call->session, call->instance, level, fmt, args);
	va_end(args);
}
