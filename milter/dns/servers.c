/* SPDX-License-Identifier: BSD-2-Clause */
/* The name servers: a c-ares channel each, and whether they answer. */
#include <config.h>

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "dns/servers.h"

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

/* ---- UDP sockets ---- */

static ares_socket_t udp_open(int family, int type, int protocol, void *arg)
{
	const int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	const int size = RECEIVE_BUFFER;

	(void)arg;
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

static int udp_connect(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t size, void *arg)
{
	(void)arg;
	return connect(fd, to, size);
}

static ares_ssize_t udp_send(ares_socket_t fd, const struct iovec *parts, int n, void *arg)
{
	(void)arg;
	return writev(fd, parts, n);
}

static int udp_close(ares_socket_t fd, void *arg)
{
	(void)arg;
	return close(fd);
}

static const struct sent_attempt *server_find(const struct server *server, unsigned id)
{
	const struct sent_attempt *attempt = server->sent;

	while (attempt && attempt->id != id)
		attempt = attempt->next;
	return attempt;
}

/*
 * c-ares drops a FORMERR that does not repeat the question. After one without an OPT record it cuts 11 bytes off the question, whatever
 * they are, and from then on all answers at 512 bytes. One that has both it hands over: what to make of it is for the engine to say.
 */
static size_t server_complete(const struct server *server, unsigned char *message, size_t size,
			      size_t room)
{
	const struct sent_attempt *attempt = NULL;

	if (dns_message_is_formerr(message, size))
		attempt = server_find(server, (unsigned)message[0] << 8 | message[1]);
	return attempt ? dns_formerr_complete(message, size, room, attempt->chain) : size;
}

static ares_ssize_t udp_receive(ares_socket_t fd, void *message, size_t room, int flags,
				struct sockaddr *from, ares_socklen_t *from_size, void *arg)
{
	const ares_ssize_t size = recvfrom(fd, message, room, flags, from, from_size);

	return size > 0 ? (ares_ssize_t)server_complete(arg, message, (size_t)size, room) : size;
}

static const struct ares_socket_functions udp_functions = { .asocket = udp_open,
							    .aclose = udp_close,
							    .aconnect = udp_connect,
							    .arecvfrom = udp_receive,
							    .asendv = udp_send };

/* ---- Channels ---- */

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
			 ARES_FLAG_NOALIASES | (tcp ? ARES_FLAG_USEVC : ARES_FLAG_EDNS),
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
	ares_set_socket_functions(server->channels[0].ares, &udp_functions, server);
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

void server_note_sent(struct server *server, struct sent_attempt *attempt)
{
	attempt->before = NULL;
	attempt->next = server->sent;
	if (attempt->next)
		attempt->next->before = attempt;
	server->sent = attempt;
}

void server_note_ended(struct server *server, struct sent_attempt *attempt)
{
	*(attempt->before ? &attempt->before->next : &server->sent) = attempt->next;
	if (attempt->next)
		attempt->next->before = attempt->before;
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
