/* SPDX-License-Identifier: BSD-2-Clause */
/* The name servers: a c-ares channel each, and whether they answer. */
#include <config.h>

#include <string.h>
#include <sys/epoll.h>

#include "dns_message.h"
#include "dns_servers.h"

#define RECEIVE_BUFFER 1048576 /* many answers come at once */

/* c-ares says which of its sockets it waits for. */
static void channel_watch(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct channel *channel = arg;
	struct epoll_event event = { .events =
					     (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U),
				     .data.u64 = channel->tag | (uint32_t)fd };

	if (!readable && !writable)
		epoll_ctl(channel->epoll, EPOLL_CTL_DEL, fd, &event);
	else if (epoll_ctl(channel->epoll, EPOLL_CTL_MOD, fd, &event) < 0)
		epoll_ctl(channel->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void channel_set_server(struct ares_addr_port_node *node, const struct dns_server *addr)
{
	*node = (struct ares_addr_port_node){ .family = addr->family,
					      .udp_port = (int)addr->port,
					      .tcp_port = (int)addr->port };
	if (addr->family == AF_INET)
		node->addr.addr4 = addr->addr.in4;
	else
		memcpy(&node->addr.addr6, &addr->addr.in6, sizeof(node->addr.addr6));
}

/* All tries of UDP, each twice as long as the one before, take as long as the one by TCP may. */
static int channel_open(struct channel *channel, const struct dns_server *addr,
			const struct dns_settings *settings, bool tcp)
{
	const int tries = (int)settings->tries, timeout = (int)settings->timeout;
	char lookups[] = "b";
	char nothing[] = "/dev/null";
	struct ares_options options = {
		/* Every answer is for us to judge: SERVFAIL and truncated ones too. */
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC | ARES_FLAG_NOSEARCH |
			 ARES_FLAG_NOALIASES | ARES_FLAG_EDNS | (tcp ? ARES_FLAG_USEVC : 0),
		.timeout = tcp ? timeout * ((1 << tries) - 1) : timeout,
		.tries = tcp ? 1 : tries,
		.ednspsz = DNS_UDP_SIZE,
		.socket_receive_buffer_size = RECEIVE_BUFFER,
		.lookups = lookups,
		.resolvconf_path = nothing,
		.sock_state_cb = channel_watch,
		.sock_state_cb_data = channel,
	};
	const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
			 ARES_OPT_SOCK_RCVBUF | ARES_OPT_LOOKUPS | ARES_OPT_DOMAINS |
			 ARES_OPT_RESOLVCONF | ARES_OPT_SOCK_STATE_CB;
	struct ares_addr_port_node node;

	channel_set_server(&node, addr);
	if (ares_init_options(&channel->ares, &options, mask) != ARES_SUCCESS)
		return -1;
	if (ares_set_servers_ports(channel->ares, &node) == ARES_SUCCESS)
		return 0;
	ares_destroy(channel->ares);
	return -1;
}

static int server_open(struct server *server, const struct dns_server *addr,
		       const struct dns_settings *settings)
{
	if (channel_open(&server->channels[0], addr, settings, false) < 0)
		return -1;
	if (channel_open(&server->channels[1], addr, settings, true) == 0)
		return 0;
	ares_destroy(server->channels[0].ares);
	return -1;
}

int server_set_open(struct server_set *set, const struct dns_servers *servers,
		    const struct dns_settings *settings, int epoll)
{
	set->n = 0;
	for (size_t i = 0; i < servers->n; i++) {
		struct server *server = &set->v[i];

		*server = (struct server){ .channels = {
						   { .epoll = epoll, .tag = CHANNEL_TAG(i, 0) },
						   { .epoll = epoll, .tag = CHANNEL_TAG(i, 1) } } };
		if (server_open(server, &servers->v[i], settings) < 0) {
			server_set_close(set);
			return -1;
		}
		set->n++;
	}
	return 0;
}

void server_set_close(struct server_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		ares_destroy(set->v[i].channels[0].ares);
		ares_destroy(set->v[i].channels[1].ares);
	}
	set->n = 0;
}

int server_set_choose(const struct server_set *set, unsigned tried)
{
	int any = -1;

	for (size_t i = 0; i < set->n; i++) {
		if (tried & 1U << i)
			continue;
		if (!set->v[i].dead)
			return (int)i;
		if (any < 0)
			any = (int)i;
	}
	return any;
}

bool server_set_answers(const struct server_set *set, int64_t after)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->v[i].answered_at > after)
			return true;
	return false;
}

int server_set_probe(struct server_set *set, unsigned tried, int64_t now)
{
	for (size_t i = 0; i < set->n; i++) {
		struct server *server = &set->v[i];

		if (!server->dead || tried & 1U << i || now - server->probed_at < DNS_PROBE_US)
			continue;
		server->probed_at = now;
		return (int)i;
	}
	return -1;
}
