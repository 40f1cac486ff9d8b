/* SPDX-License-Identifier: BSD-2-Clause */
/* The name servers: their c-ares channels, what was sent to them, and whether they answer. */
#include <config.h>

#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/memory.h"
#include "dns/servers.h"

#define RECEIVE_BUFFER 1048576 /* many answers come at once */

/* The upper half of the tag says which channel it is, the lower is the socket. */
#define CHANNEL_TAG(server, tcp) ((uint64_t)((server)*2 + (tcp)) << 32)

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

/* ---- Sockets ---- */

static ares_socket_t socket_open(int family, int type, int protocol, void *arg)
{
	const int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	const int size = RECEIVE_BUFFER;

	(void)arg;
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

/* c-ares knows no zones: a link-local address gets its own here, as the interfaces are now. */
static int socket_connect(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t size,
			  void *arg)
{
	const struct server *server = arg;
	struct sockaddr_in6 in6;

	if (!*server->zone || to->sa_family != AF_INET6 || size < sizeof(in6))
		return connect(fd, to, size);
	memcpy(&in6, to, sizeof(in6));
	in6.sin6_scope_id = if_nametoindex(server->zone);
	if (!in6.sin6_scope_id)
		in6.sin6_scope_id = (uint32_t)strtoul(server->zone, NULL, 10);
	return connect(fd, (const struct sockaddr *)&in6, sizeof(in6));
}

static ares_ssize_t socket_send(ares_socket_t fd, const struct iovec *parts, int n, void *arg)
{
	(void)arg;
	return writev(fd, parts, n);
}

static int socket_close(ares_socket_t fd, void *arg)
{
	(void)arg;
	return close(fd);
}

static const struct attempt *server_find(const struct server *server, unsigned id)
{
	const struct attempt *attempt = server->attempts;

	while (attempt && attempt->id != id)
		attempt = attempt->next;
	return attempt;
}

/*
 * c-ares drops an answer that does not repeat the question, though it is an error. After a FORMERR
 * without an OPT record it cuts 11 bytes off the question, whatever they are, and from then on all
 * answers at 512 bytes. It passes one that has both on to the query.
 */
static size_t server_complete(const struct server *server, unsigned char *message, size_t size,
			      size_t room)
{
	const struct attempt *attempt = NULL;

	if (dns_message_is_incomplete(message, size))
		attempt = server_find(server, (unsigned)message[0] << 8 | message[1]);
	return attempt ? dns_message_complete(message, size, room, attempt->chain) : size;
}

static ares_ssize_t udp_receive(ares_socket_t fd, void *message, size_t room, int flags,
				struct sockaddr *from, ares_socklen_t *from_size, void *arg)
{
	const ares_ssize_t size = recvfrom(fd, message, room, flags, from, from_size);

	return size > 0 ? (ares_ssize_t)server_complete(arg, message, (size_t)size, room) : size;
}

static ares_ssize_t tcp_receive(ares_socket_t fd, void *bytes, size_t room, int flags,
				struct sockaddr *from, ares_socklen_t *from_size, void *arg)
{
	(void)arg;
	return recvfrom(fd, bytes, room, flags, from, from_size);
}

static const struct ares_socket_functions udp_functions = { .asocket = socket_open,
							    .aclose = socket_close,
							    .aconnect = socket_connect,
							    .arecvfrom = udp_receive,
							    .asendv = socket_send };

static const struct ares_socket_functions tcp_functions = { .asocket = socket_open,
							    .aclose = socket_close,
							    .aconnect = socket_connect,
							    .arecvfrom = tcp_receive,
							    .asendv = socket_send };

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

/* By TCP there is one try, which may take as long as all those by UDP together. */
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
	if (channel_open(&server->channels[1], addr, settings, true) < 0) {
		ares_destroy(server->channels[0].ares);
		return -1;
	}
	memcpy(server->zone, addr->zone, sizeof(server->zone));
	if (*server->zone)
		ares_set_socket_functions(server->channels[1].ares, &tcp_functions, server);
	return 0;
}

void server_set_init(struct server_set *set, const struct dns_settings *settings,
		     struct server_counters *counters, int epoll)
{
	set->n = 0;
	set->settings = settings;
	set->counters = counters;
	set->epoll = epoll;
	set->ended = NULL;
	set->ended_end = &set->ended;
	set->random_left = 0;
}

int server_set_open(struct server_set *set, const struct dns_servers *servers)
{
	set->n = 0;
	for (size_t i = 0; i < servers->n; i++) {
		struct server *server = &set->v[i];

		*server = (struct server){
			.channels = { { .epoll = set->epoll, .tag = CHANNEL_TAG(i, 0) },
				      { .epoll = set->epoll, .tag = CHANNEL_TAG(i, 1) } }
		};
		if (server_open(server, &servers->v[i], set->settings) < 0) {
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

void server_set_event(struct server_set *set, uint64_t data, uint32_t events)
{
	const ares_socket_t fd = (ares_socket_t)(data & UINT32_MAX);
	const size_t channel = data >> 32;
	const bool readable = events & (EPOLLIN | EPOLLERR | EPOLLHUP);

	if (channel / 2 < set->n)
		ares_process_fd(set->v[channel / 2].channels[channel & 1].ares,
				readable ? fd : ARES_SOCKET_BAD,
				events & EPOLLOUT ? fd : ARES_SOCKET_BAD);
}

void server_set_tick(struct server_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		for (size_t j = 0; j < 2; j++)
			ares_process_fd(set->v[i].channels[j].ares, ARES_SOCKET_BAD,
					ARES_SOCKET_BAD);
}

/* ---- Attempts ---- */

/* The id must be unpredictable: a forged answer has to guess it. */
static unsigned server_set_random(struct server_set *set)
{
	unsigned id;

	if (set->random_left < sizeof(unsigned short)) {
		if (getrandom(set->random, sizeof(set->random), 0) != (ssize_t)sizeof(set->random))
			abort();
		set->random_left = sizeof(set->random);
	}
	set->random_left -= 2;
	id = set->random[set->random_left];
	return id << 8 | set->random[set->random_left + 1];
}

static void server_link(struct server *server, struct attempt *attempt)
{
	attempt->before = NULL;
	attempt->next = server->attempts;
	if (attempt->next)
		attempt->next->before = attempt;
	server->attempts = attempt;
}

static void server_unlink(struct server *server, struct attempt *attempt)
{
	*(attempt->before ? &attempt->before->next : &server->attempts) = attempt->next;
	if (attempt->next)
		attempt->next->before = attempt->before;
}

/* c-ares says ARES_ECONNREFUSED whenever a socket fails or the server ends a connection. */
static enum attempt_end attempt_end(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return ATTEMPT_ANSWERED;
	case ARES_ETIMEOUT:
		return ATTEMPT_SILENT;
	case ARES_ECONNREFUSED:
		return ATTEMPT_CUT;
	case ARES_EDESTRUCTION:
		return ATTEMPT_DROPPED;
	default:
		return ATTEMPT_FAILED;
	}
}

static unsigned char *attempt_keep(const unsigned char *message, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);

	if (!copy)
		memory_ended();
	return size ? memcpy(copy, message, size) : copy;
}

/* c-ares may call this before ares_send() returns: so nothing follows from it here. */
static void attempt_on_end(void *arg, int status, int timeouts, unsigned char *message, int size)
{
	struct attempt *attempt = arg;
	struct server_set *set = attempt->set;

	(void)timeouts;
	server_unlink(&set->v[attempt->server], attempt);
	attempt->end = attempt_end(status);
	if (attempt->end == ATTEMPT_ANSWERED) {
		attempt->message = attempt_keep(message, (size_t)size);
		attempt->size = (size_t)size;
	}
	attempt->next = NULL;
	*set->ended_end = attempt;
	set->ended_end = &attempt->next;
}

void server_set_send(struct server_set *set, const struct attempt *like, int64_t now)
{
	struct server *server = &set->v[like->server];
	struct attempt *attempt = malloc(sizeof(*attempt));
	unsigned char message[DNS_QUERY_MAX];
	size_t size;

	if (!attempt)
		memory_ended();
	*attempt = *like;
	attempt->set = set;
	attempt->id = server_set_random(set);
	attempt->tcp_answers = server->tcp_answers;
	attempt->message = NULL;
	server_link(server, attempt);
	size = dns_message_write(message, attempt->id, attempt->chain->name,
				 (unsigned)attempt->chain->type, attempt->edns);
	if (server->open++ == 0)
		server->silent_since = now;
	atomic_fetch_add_explicit(&set->counters->sent, 1, memory_order_relaxed);
	ares_send(server->channels[attempt->tcp].ares, message, (int)size, attempt_on_end, attempt);
}

/* Notes what the end of an attempt says about its server. */
static void server_set_note(struct server_set *set, const struct attempt *attempt, int64_t now)
{
	struct server *server = &set->v[attempt->server];

	server->open--;
	if (attempt->end == ATTEMPT_ANSWERED) {
		server->dead = false;
		server->answered_at = server->silent_since = now;
		server->tcp_answers += attempt->tcp;
	} else if (attempt->end == ATTEMPT_CUT && !attempt->tcp) {
		server_set_note_dead(set, attempt->server, now);
	}
}

struct attempt *server_set_ended(struct server_set *set, int64_t now)
{
	struct attempt *attempt = set->ended;

	if (!attempt)
		return NULL;
	set->ended = attempt->next;
	if (!set->ended)
		set->ended_end = &set->ended;
	if (attempt->end != ATTEMPT_DROPPED)
		server_set_note(set, attempt, now);
	return attempt;
}

void attempt_free(struct attempt *attempt)
{
	free(attempt->message);
	free(attempt);
}

/* ---- Which server answers ---- */

int64_t server_set_patience(const struct server_set *set)
{
	return set->settings->timeout * 1000 * ((1 << set->settings->tries) - 1);
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

void server_set_note_dead(struct server_set *set, unsigned index, int64_t now)
{
	struct server *server = &set->v[index];

	if (server->dead || set->n == 1)
		return;
	server->dead = true;
	server->probed_at = now;
	atomic_fetch_add_explicit(&set->counters->dead, 1, memory_order_relaxed);
}

/*
 * Every server knows the name servers of the root. They are asked for when an attempt has been open
 * for half of its time, so that the answer is there when the query is given up.
 */
void server_set_hail(struct server_set *set, int64_t now, bool dead)
{
	static const struct dns_chain root = { .type = (enum mg_dns_type)DNS_TYPE_NS };
	const int64_t patience = server_set_patience(set) / 2;
	const int64_t pause = dead ? DNS_HAIL_US : 2 * patience;

	for (size_t i = 0; i < set->n; i++) {
		struct server *server = &set->v[i];
		const struct attempt hail = { .chain = &root,
					      .server = (unsigned)i,
					      .edns = !server->no_edns };

		if (!dead && (!server->open || now - server->silent_since < patience))
			continue;
		if (server->hailed_at && now - server->hailed_at < pause)
			continue;
		server->hailed_at = now;
		server_set_send(set, &hail, now);
	}
}
