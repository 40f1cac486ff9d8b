/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast the DNS service is: answers from the cache, and answers from a server beside what c-ares
 * alone makes of it.
 *     dns_bench PORT SECONDS THREADS [ROUNDS]
 * The server is at 127.0.0.1 and has an A record for every name below bench.test.
 * In pairs that differ in nothing else; the same questions by UDP, EDNS of the same size, the same
 * time-outs and socket buffers:
 *     by callback: as many threads as the service has, and always 160 questions in flight: an
 *         answer's callback asks the next one, as a walk does
 *     waiting: 16 clients, threads all, ask 10 names at once and wait for all of them, as policies
 *         do; c-ares has a channel for each
 * And across: waiting clients of the service beside callbacks of c-ares, which then has nobody to
 * wake up and always more in flight. The service finds each name in its cache and keeps each answer
 * besides. The lines "result" at the end are for programs.
 */
#include <config.h>

#include <ares.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "dns/dns.h"
#include "dns/settings.h"
#include "dns/wait.h"

#define BATCH 10
#define CLIENTS 16
#define NAMES 1000
#define CACHE_THREADS 4
#define ROUNDS_MAX 100

static unsigned port;
static double seconds;
static unsigned rounds = 5;
static struct dns_settings settings;

struct client {
	pthread_t thread;
	struct dns *dns;
	unsigned index, batch;
	unsigned long long done, wrong;
};

static double now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Runs so many clients for the time. Returns look-ups a second. */
static double run(const char *what, void *(*body)(void *), unsigned n, struct dns *dns,
		  unsigned batch)
{
	struct client *clients = calloc(n, sizeof(*clients));
	const double began = now(), cpu_began = cpu();
	unsigned long long done = 0, wrong = 0;
	double took;

	for (unsigned i = 0; i < n; i++) {
		clients[i] = (struct client){ .dns = dns, .index = i, .batch = batch };
		if (pthread_create(&clients[i].thread, NULL, body, &clients[i]) != 0)
			abort();
	}
	for (unsigned i = 0; i < n; i++) {
		pthread_join(clients[i].thread, NULL);
		done += clients[i].done;
		wrong += clients[i].wrong;
	}
	free(clients);
	took = now() - began;
	printf("%-44s %10.0f /s  %6.2f us CPU each  %llu failed\n", what, (double)done / took,
	       (cpu() - cpu_began) * 1e6 / (double)(done ? done : 1), wrong);
	fflush(stdout);
	return (double)done / took;
}

/* ---- From the cache ---- */

static void *cached_client(void *arg)
{
	struct client *client = arg;
	const double end = now() + seconds;
	unsigned seed = client->index * 7919U;
	char name[64];

	while (now() < end) {
		for (int i = 0; i < 1000; i++) {
			struct dns_answer *answer;

			seed = seed * 1103515245U + 12345U;
			memcpy(name, "c000.bench.test", 16);
			name[1] = (char)('0' + (seed >> 16) % 10);
			name[2] = (char)('0' + (seed >> 20) % 10);
			name[3] = (char)('0' + (seed >> 24) % 10);
			answer = dns_wait(client->dns, name, MG_DNS_A, 5000000);
			client->wrong += answer->public.status != MG_DNS_FOUND;
			dns_answer_unref(answer);
		}
		client->done += 1000;
	}
	return NULL;
}

static void fill(struct dns *dns)
{
	char name[64];

	for (unsigned i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "c%03u.bench.test", i);
		dns_answer_unref(dns_wait(dns, name, MG_DNS_A, 5000000));
	}
}

/* ---- From the server ---- */

static unsigned run_number;

static void make_name(char *name, size_t size, const struct client *client, unsigned number)
{
	snprintf(name, size, "r%uc%un%u.bench.test", run_number, client->index, number);
}

static void *service_client(void *arg)
{
	struct client *client = arg;
	const double end = now() + seconds;
	char names[BATCH][64];
	unsigned number = 0;

	while (now() < end) {
		for (int i = 0; i < BATCH; i++) {
			make_name(names[i], sizeof(names[i]), client, number++);
			dns_answer_unref(client->dns->ask(client->dns, names[i], MG_DNS_A, NULL));
		}
		for (int i = 0; i < BATCH; i++) {
			struct dns_answer *answer =
				dns_wait(client->dns, names[i], MG_DNS_A, 5000000);

			client->wrong += answer->public.status != MG_DNS_FOUND;
			dns_answer_unref(answer);
		}
		client->done += BATCH;
	}
	return NULL;
}

/* One of the questions that are in flight. */
struct slot {
	struct dns_waiter waiter;
	struct window *window;
	char name[64];
};

/* Asked by callback. */
struct window {
	struct client client;
	struct slot slots[CLIENTS * BATCH];
	atomic_uint open, number;
	atomic_ullong done, wrong;
	atomic_bool over;
};

static void slot_ask(struct slot *slot);

static void slot_done(struct dns_waiter *waiter, struct dns_answer *answer)
{
	struct slot *slot = (struct slot *)waiter;
	struct window *window = slot->window;

	atomic_fetch_add_explicit(&window->done, 1, memory_order_relaxed);
	if (!answer || answer->public.status != MG_DNS_FOUND)
		atomic_fetch_add_explicit(&window->wrong, 1, memory_order_relaxed);
	if (atomic_load_explicit(&window->over, memory_order_relaxed))
		atomic_fetch_sub(&window->open, 1);
	else
		slot_ask(slot);
}

static void slot_ask(struct slot *slot)
{
	struct window *window = slot->window;

	make_name(slot->name, sizeof(slot->name), &window->client,
		  atomic_fetch_add_explicit(&window->number, 1, memory_order_relaxed));
	/* No name is asked for twice, so no answer is there at once. */
	dns_answer_unref(
		window->client.dns->ask(window->client.dns, slot->name, MG_DNS_A, &slot->waiter));
}

static void *window_client(void *arg)
{
	struct client *client = arg;
	struct window *window = calloc(1, sizeof(*window));

	if (!window)
		abort();
	window->client = *client;
	atomic_store(&window->open, CLIENTS * BATCH);
	for (size_t i = 0; i < CLIENTS * BATCH; i++) {
		window->slots[i] = (struct slot){ .waiter.done = slot_done, .window = window };
		slot_ask(&window->slots[i]);
	}
	usleep((useconds_t)(seconds * 1e6));
	atomic_store(&window->over, true);
	while (atomic_load(&window->open) > 0)
		usleep(500);
	client->done = atomic_load(&window->done);
	client->wrong = atomic_load(&window->wrong);
	free(window);
	return NULL;
}

struct bare {
	struct client *client;
	ares_channel channel;
	int epoll;
	unsigned open;
};

static void on_answer(void *arg, int status, int timeouts, unsigned char *message, int size)
{
	struct bare *bare = arg;
	struct ares_addrttl addrs[8];
	int n = 8;

	(void)timeouts;
	if (status != ARES_SUCCESS ||
	    ares_parse_a_reply(message, size, NULL, addrs, &n) != ARES_SUCCESS || n != 1)
		bare->client->wrong++;
	bare->client->done++;
	bare->open--;
}

static void on_socket(void *arg, ares_socket_t fd, int readable, int writable)
{
	const struct bare *bare = arg;
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (readable || writable)
		epoll_ctl(bare->epoll, EPOLL_CTL_ADD, fd, &event);
	else
		epoll_ctl(bare->epoll, EPOLL_CTL_DEL, fd, &event);
}

static void bare_process(struct bare *bare)
{
	struct epoll_event events[8];
	const int n = epoll_wait(bare->epoll, events, 8, 10);

	for (int i = 0; i < n; i++)
		ares_process_fd(bare->channel, events[i].data.fd, ARES_SOCKET_BAD);
	if (n == 0)
		ares_process_fd(bare->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

/*
 * Keeps as many questions in flight as batch says: all at once, or (with one client's worth) batch
 * after batch.
 */
static void *bare_client(void *arg)
{
	struct client *client = arg;
	struct bare bare = { .client = client, .epoll = epoll_create1(EPOLL_CLOEXEC) };
	struct ares_options options = { .flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS,
					.timeout = 200,
					.tries = 4,
					.ednspsz = 1232,
					.sock_state_cb = on_socket,
					.sock_state_cb_data = &bare,
					.socket_receive_buffer_size = 1 << 20 };
	struct ares_addr_port_node node = { .family = AF_INET,
					    .udp_port = (int)port,
					    .tcp_port = (int)port };
	const double end = now() + seconds;
	unsigned number = 0;
	char name[64];

	node.addr.addr4.s_addr = htonl(INADDR_LOOPBACK);
	if (ares_init_options(&bare.channel, &options,
			      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
				      ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB |
				      ARES_OPT_SOCK_RCVBUF) != ARES_SUCCESS ||
	    ares_set_servers_ports(bare.channel, &node) != ARES_SUCCESS)
		abort();
	while (now() < end) {
		while (bare.open < client->batch) {
			make_name(name, sizeof(name), client, number++);
			bare.open++;
			ares_query(bare.channel, name, 1, MG_DNS_A, on_answer, &bare);
		}
		do
			bare_process(&bare);
		while (bare.open > (client->batch > BATCH ? client->batch - BATCH : 0));
	}
	while (bare.open > 0)
		bare_process(&bare);
	ares_destroy(bare.channel);
	close(bare.epoll);
	return NULL;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values)
{
	qsort(values, rounds, sizeof(*values), compare);
	return values[rounds / 2];
}

/*
 * Measures round by round, side by side, as the machine may have other work. The result is the
 * median of the rounds' ratios.
 */
static void uncached(struct dns *dns)
{
	const unsigned threads = (unsigned)settings.threads;
	double callback[ROUNDS_MAX], waiting[ROUNDS_MAX], across[ROUNDS_MAX];
	char alone[80], window[80], ours[80];

	snprintf(alone, sizeof(alone), "by callback: c-ares, %u thread(s)", threads);
	snprintf(window, sizeof(window), "by callback: service, %u thread(s)", threads);
	snprintf(ours, sizeof(ours), "16 waiting: service, %u thread(s)", threads);
	run("(the cache is filled)", service_client, CLIENTS, dns, BATCH);
	for (unsigned i = 0; i < rounds; i++) {
		double bare, clients, engine, service;

		run_number++;
		bare = run(alone, bare_client, threads, NULL, CLIENTS * BATCH / threads);
		run_number++;
		engine = run(window, window_client, 1, dns, 0);
		run_number++;
		clients = run("16 waiting: c-ares, 16 threads", bare_client, CLIENTS, NULL, BATCH);
		run_number++;
		service = run(ours, service_client, CLIENTS, dns, BATCH);
		callback[i] = engine / bare;
		waiting[i] = service / clients;
		across[i] = service / bare;
	}
	printf("service / c-ares: by callback %.2f, waiting %.2f, across %.2f\n", median(callback),
	       median(waiting), median(across));
	printf("result callback %.2f\nresult waiting %.2f\nresult across %.2f\n", median(callback),
	       median(waiting), median(across));
}

int main(int argc, char **argv)
{
	const char *error;
	struct dns *dns;
	char server[32];
	double cached;

	if (argc == 5)
		rounds = (unsigned)strtoul(argv[4], NULL, 10);
	if (argc < 4 || argc > 5 || rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: dns_bench PORT SECONDS THREADS [ROUNDS]\n");
		return 2;
	}
	port = (unsigned)strtoul(argv[1], NULL, 10);
	seconds = strtod(argv[2], NULL);
	settings = (struct dns_settings){ .timeout = 200,
					  .tries = 4,
					  .cache_size = 16 << 20,
					  .ttl_min = 60000,
					  .ttl_max = 86400000,
					  .negative_ttl_max = 3600000,
					  .threads = strtol(argv[3], NULL, 10) };
	snprintf(server, sizeof(server), "127.0.0.1:%u", port);
	if (dns_servers_add(&settings.servers, server) ||
	    ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		abort();
	dns = dns_open(&settings, NULL, &error);
	if (!dns) {
		fprintf(stderr, "dns_bench: %s\n", error);
		return 1;
	}
	fill(dns);
	run("from the cache, 1 thread", cached_client, 1, dns, 0);
	cached = run("from the cache, 4 threads", cached_client, CACHE_THREADS, dns, 0);
	uncached(dns);
	printf("result cached_4 %.0f\n", cached);
	dns_close(&dns);
	ares_library_cleanup();
	return 0;
}
