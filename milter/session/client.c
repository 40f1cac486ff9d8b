/* SPDX-License-Identifier: BSD-2-Clause */
/* The client of a session, as the MTA reports it at CONNECT. */
#include <config.h>

#include "session/client.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

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

void client_read(struct session *session, const char *name, const struct sockaddr *addr,
		 const char *queue_id)
{
	struct client *client = &session->client;

	memset(client, 0, sizeof(*client));
	client_set_address(client, addr);
	/* An MTA that could not verify a name gives the address in brackets, or "unknown". */
	if (name && *name != '[' && strcasecmp(name, "unknown") != 0)
		client->name = domain_fold(&session->arena, name);
	if (client->name)
		client->name = arena_strdup(&session->arena, client->name);
	client->submitted_locally = client_is_local(client, queue_id);
}
