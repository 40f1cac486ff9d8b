/* SPDX-License-Identifier: BSD-2-Clause */
/* The client of a session, as the MTA reports it at CONNECT. */
#include <config.h>

#include "session/client.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/domain.h"

static void client_set_address(struct client *client, const struct sockaddr *addr)
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)(const void *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)addr;
	struct sockaddr_in mapped = { .sin_family = AF_INET };

	strcpy(client->text, addr ? "local" : "unknown");
	if (!addr || (addr->sa_family != AF_INET && addr->sa_family != AF_INET6))
		return;
	if (addr->sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		memcpy(&mapped.sin_addr, &in6->sin6_addr.s6_addr[12], sizeof(mapped.sin_addr));
		mapped.sin_port = in6->sin6_port;
		in4 = &mapped;
		addr = (const struct sockaddr *)&mapped;
	}
	client->has_addr = true;
	client->port = ntohs(in4->sin_port); /* at the same place in both */
	if (addr->sa_family == AF_INET) {
		memcpy(&client->addr, in4, sizeof(*in4));
		inet_ntop(AF_INET, &in4->sin_addr, client->text, sizeof(client->text));
	} else {
		memcpy(&client->addr, in6, sizeof(*in6));
		inet_ntop(AF_INET6, &in6->sin6_addr, client->text, sizeof(client->text));
	}
}

/*
 * Postfix reports local mail to non_smtpd_milters as an SMTP dialogue: from 127.0.0.1, port 0,
 * and with a queue id from the start. No SMTP session has one that early.
 */
static bool client_is_local(const struct client *client, const char *queue_id)
{
	return client->has_addr && client->port == 0 && strcmp(client->text, "127.0.0.1") == 0 &&
	       queue_id;
}

/* A name, folded if it is a domain; NULL for what MTAs give without one. */
static const char *client_find_name(struct session *session, const char *name)
{
	const char *folded;

	/* The address in brackets (Sendmail), or "unknown" (Postfix). */
	if (!name || !*name || *name == '[' || strcasecmp(name, "unknown") == 0)
		return NULL;
	folded = domain_fold(&session->arena, name);
	return arena_strdup(&session->arena, folded ? folded : ascii_fold(&session->arena, name));
}

/* Sendmail and Postfix report {client_resolve}. Another MTA may report only both names. */
static enum mg_client_resolve client_find_resolve(const struct client *client, const char *resolve,
						  bool has_ptr)
{
	static const char *const words[] = { [MG_RESOLVE_OK] = "OK",
					     [MG_RESOLVE_FAIL] = "FAIL",
					     [MG_RESOLVE_FORGED] = "FORGED",
					     [MG_RESOLVE_TEMP] = "TEMP" };

	for (int i = MG_RESOLVE_OK; resolve && i <= MG_RESOLVE_TEMP; i++)
		if (strcasecmp(words[i], resolve) == 0)
			return (enum mg_client_resolve)i;
	if (client->name)
		return MG_RESOLVE_OK;
	if (!has_ptr)
		return MG_RESOLVE_UNKNOWN;
	return client->ptr ? MG_RESOLVE_FORGED : MG_RESOLVE_FAIL;
}

void client_read(struct session *session, const char *name, const struct sockaddr *addr,
		 const char *queue_id)
{
	struct client *client = &session->client;
	const char *ptr;

	memset(client, 0, sizeof(*client));
	client_set_address(client, addr);
	/* An MTA that could not verify a name gives the address in brackets, or "unknown". */
	if (name && *name != '[' && strcasecmp(name, "unknown") != 0)
		client->name = domain_fold(&session->arena, name);
	if (client->name)
		client->name = arena_strdup(&session->arena, client->name);
	ptr = state_macro(session, "{client_ptr}");
	client->ptr = ptr ? client_find_name(session, ptr) : client->name;
	client->resolve =
		client_find_resolve(client, state_macro(session, "{client_resolve}"), ptr != NULL);
	client->submitted_locally = client_is_local(client, queue_id);
}
