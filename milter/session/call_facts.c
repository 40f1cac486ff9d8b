/* SPDX-License-Identifier: BSD-2-Clause */
/* The facts that a hook reads: those of policy.h, of which some must have been declared. */
#include <config.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "session/call.h"

/* ---- What is declared ---- */

/*
 * Whether the MTA reports this stage to this instance's policy. function: the function that was
 * called; bit: the name of the stage, for the log.
 */
static bool call_knows(const struct mg_call *call, enum mg_stage stage, const char *function,
		       const char *bit)
{
	if (call->instance->facts & MG_BIT(stage))
		return true;
	call_undeclared(call, MG_BIT(stage),
			"calls %s(), which needs facts = MG_BIT(%s) in its struct mg_policy",
			function, bit);
	return false;
}

#define CALL_KNOWS(call, stage) call_knows(call, stage, __func__, #stage)

static bool call_declares(const struct mg_call *call, const char *macro)
{
	const struct mg_policy *type = call->instance->type;

	for (int stage = MG_CONNECT; stage < MG_STAGES; stage++)
		for (const char *const *name = type->macros[stage]; name && *name; name++)
			if (strcmp(*name, macro) == 0)
				return true;
	call_undeclared(call, CALL_FACT_MACRO,
			"calls mg_macro(\"%s\"), which needs that name among the macros of its "
			"struct mg_policy",
			macro);
	return false;
}

/* ---- Facts ---- */

const struct sockaddr *mg_client_addr(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	const struct client *client = &call->session->client;

	return client->has_addr ? (const struct sockaddr *)&client->addr : NULL;
}

const char *mg_client(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->client.text;
}

unsigned mg_client_port(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->client.port;
}

const char *mg_client_name(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->client.name;
}

const char *mg_client_ptr(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->client.ptr;
}

enum mg_client_resolve mg_client_resolve(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->client.resolve;
}

bool mg_is_submitted_locally(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->client.submitted_locally;
}

const char *mg_macro(const struct mg_call *call, const char *name)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return name && call_declares(call, name) ? state_macro(call->session, name) : NULL;
}

const char *mg_mta_name(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return state_macro(call->session, "j");
}

const char *mg_daemon_name(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return state_macro(call->session, "{daemon_name}");
}

/* Sendmail's daemon address is not that of the client's connection if it listens everywhere. */
const char *mg_daemon_addr(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	static const struct in6_addr any = IN6ADDR_ANY_INIT;
	const char *text = state_macro(call->session, "{if_addr}");
	struct in6_addr addr;

	if (!text)
		text = state_macro(call->session, "{daemon_addr}");
	if (text && strncasecmp(text, "IPv6:", 5) == 0)
		text += 5;
	if (!text || strcmp(text, "0.0.0.0") == 0)
		return NULL;
	if (inet_pton(AF_INET6, text, &addr) == 1 && memcmp(&addr, &any, sizeof(any)) == 0)
		return NULL;
	return text;
}

const char *mg_helo(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return CALL_KNOWS(call, MG_HELO) ? call->session->helo : NULL;
}

const char *mg_sender(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->message.sender;
}

const char *mg_recipient(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->stage == MG_RCPT ? call->session->message.recipient : NULL;
}

unsigned mg_recipients(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	const struct message *message = &call->session->message;

	return message->accepted + (call->stage == MG_RCPT && message->recipient);
}

static const char *call_param(const char *const *params, const char *name)
{
	const size_t size = name ? strlen(name) : 0;

	for (; name && params && *params; params++)
		if (strncasecmp(*params, name, size) == 0 &&
		    ((*params)[size] == '=' || !(*params)[size]))
			return *params + size + ((*params)[size] == '=');
	return NULL;
}

const char *mg_sender_param(const struct mg_call *call, const char *name)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call_param(call->session->message.sender_params, name);
}

const char *mg_recipient_param(const struct mg_call *call, const char *name)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->stage == MG_RCPT ? call_param(call->session->message.recipient_params, name)
				      : NULL;
}

const char *mg_auth(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return state_macro(call->session, "{auth_authen}");
}

const char *mg_auth_type(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return state_macro(call->session, "{auth_type}");
}

const char *mg_tls(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return CALL_KNOWS(call, MG_HELO) ? state_macro(call->session, "{tls_version}") : NULL;
}

const char *mg_queue_id(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->message.queue_id;
}

const char *mg_header_name(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return CALL_KNOWS(call, MG_HEADER) ? call->session->event.header_name : NULL;
}

const char *mg_header_value(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return CALL_KNOWS(call, MG_HEADER) ? call->session->event.header_value : NULL;
}

const unsigned char *mg_body(const struct mg_call *call, size_t *size_r)
{
	CHECK_OBJ(call, CALL_MAGIC);
	const bool known = CALL_KNOWS(call, MG_BODY);

	if (size_r)
		*size_r = known ? call->session->event.body_size : 0;
	return known ? call->session->event.body : NULL;
}

const char *mg_command(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return CALL_KNOWS(call, MG_COMMAND) ? call->session->event.command : NULL;
}

const char *mg_session_id(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->id;
}

enum mg_stage mg_stage(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->stage;
}
