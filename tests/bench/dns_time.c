/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long RCPT waits for DNS, and what happens when DNS is dead.
 *
 * dns_time zone N                     prints the zone of N sessions, for tests/dns/dns_server
 * dns_time early MILTER PORT DELAY_MS PAUSE_MS N CLIENTS
 * dns_time dead MILTER BUDGET_MS N    N sessions at once
 *
 * No two sessions have a name in common: nothing comes from a cache. The longest chain of questions
 * begins at MAIL: the sender's SPF record, a record that it includes, an address that this one
 * names.
 *
 * early: the client pauses before HELO, MAIL and RCPT. The bound of a session's RCPT is the time at
 * which its slowest chain can have an answer, less the time that has passed. Beside it, asked of
 * the server itself: all the questions of a session one after another; and that chain alone, which
 * tells how late the machine and the server are.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dialogue.h"

#define SEQUENTIAL 12 /* sessions whose questions are asked one after another */
#define ROUNDS_CONNECT 2
#define ROUNDS_HELO 1
#define ROUNDS_MAIL 3
#define MS 1000000.0

struct bench {
	const char *milter;
	unsigned delay_ms, pause_ms, n;
	bool dead;
	atomic_uint next, failures;
	pthread_barrier_t together;
	double *wait, *over; /* ms, of each session's RCPT; over its bound */
	double *slowest;     /* ms, each session's slowest reply */
	double *end;         /* ms, from the start of all */
	double *other;       /* ms, each session's slowest reply to another command than RCPT */
	double *open;        /* ms, until it was negotiated */
	atomic_uint at[DIALOGUE_STEPS]; /* how often a command was its session's slowest */
	uint64_t began;
};

static void die(const char *what)
{
	fprintf(stderr, "dns_time: %s\n", what);
	exit(1);
}

static double *numbers(unsigned n)
{
	double *v = calloc(n, sizeof(*v));

	if (!v)
		die("out of memory");
	return v;
}

/* ---- The zone ---- */

static void print_zone(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const unsigned a = i >> 8, b = i & 255;

		printf("%u.%u.0.11.in-addr.arpa PTR c%u.bench.test\n", b, a, i);
		printf("c%u.bench.test A 11.0.%u.%u\n", i, a, b);
		printf("h%u.bench.test A 11.0.%u.%u\n", i, a, b);
		printf("s%u.bench.test MX 10 m%u.bench.test\n", i, i);
		printf("m%u.bench.test A 11.1.%u.%u\n", i, a, b);
		printf("s%u.bench.test TXT v=spf1 include:j%u.bench.test include:i%u.bench.test "
		       "-all\n",
		       i, i, i);
		printf("j%u.bench.test TXT v=spf1 ip4:11.2.0.0/16 -all\n", i);
		printf("i%u.bench.test TXT v=spf1 a:a%u.bench.test -all\n", i, i);
		printf("a%u.bench.test A 11.0.%u.%u\n", i, a, b);
	}
}

/* ---- One after another ---- */

/* The questions of the policies about session i, in the order of the dialogue. */
static unsigned questions_of(unsigned i, char name_r[16][80], unsigned type_r[16])
{
	static const struct {
		char kind; /* the first letter of a name, or 'r': the client's address in reverse */
		const char *below;
		unsigned type;
	} all[] = {
		{ 'r', ".in-addr.arpa", 12 },
		{ 'c', "", 1 },
		{ 'r', ".bl1.test", 1 },
		{ 'r', ".bl2.test", 1 },
		{ 'r', ".bl3.test", 1 },
		{ 'c', ".dbl.test", 1 },
		{ 'h', "", 1 },
		{ 'h', ".dbl.test", 1 },
		{ 's', ".dbl.test", 1 },
		{ 's', "", 16 },
		{ 'j', "", 16 },
		{ 'i', "", 16 },
		{ 'a', "", 1 },
		{ 's', "", 15 },
		{ 'm', "", 1 },
	};
	const unsigned n = sizeof(all) / sizeof(all[0]);

	for (unsigned q = 0; q < n; q++) {
		if (all[q].kind == 'r')
			snprintf(name_r[q], 80, "%u.%u.0.11%s", i & 255, i >> 8, all[q].below);
		else
			snprintf(name_r[q], 80, "%c%u.bench.test%s", all[q].kind, i, all[q].below);
		type_r[q] = all[q].type;
	}
	return n;
}

static size_t packet_make(unsigned char *packet, unsigned id, const char *name, unsigned type)
{
	unsigned char *at = packet + 12;

	memset(packet, 0, 12);
	packet[0] = (unsigned char)(id >> 8);
	packet[1] = (unsigned char)id;
	packet[2] = 1; /* recursion desired */
	packet[5] = 1;
	while (*name) {
		const size_t label = strcspn(name, ".");

		*at++ = (unsigned char)label;
		memcpy(at, name, label);
		at += label;
		name += label + (name[label] == '.');
	}
	memcpy(at, (const unsigned char[]){ 0, 0, (unsigned char)type, 0, 1 }, 5);
	return (size_t)(at + 5 - packet);
}

/* Milliseconds until the answer. */
static double ask(int fd, const char *name, unsigned type)
{
	unsigned char packet[512];
	const size_t size = packet_make(packet, 1, name, type);
	const uint64_t begin = dialogue_now();

	if (send(fd, packet, size, 0) < 0 || recv(fd, packet, sizeof(packet), 0) < 12)
		die("the name server does not answer");
	return (double)(dialogue_now() - begin) / MS;
}

static int smaller(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value that this part of the sorted values does not exceed. */
static double part_of(const double *v, unsigned n, double part)
{
	const unsigned i = (unsigned)(part * n);

	return v[i < n ? i : n - 1];
}

static int server_socket(unsigned port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	const struct timeval limit = { .tv_sec = 5 };
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("no socket");
	return fd;
}

static void sequential(unsigned port, unsigned first)
{
	const int fd = server_socket(port);
	double sums[SEQUENTIAL], each[SEQUENTIAL * 16];
	unsigned n = 0, per = 0;

	for (unsigned i = 0; i < SEQUENTIAL; i++) {
		char name[16][80];
		unsigned type[16];

		sums[i] = 0;
		per = questions_of(first + i, name, type);
		for (unsigned q = 0; q < per; q++)
			sums[i] += each[n++] = ask(fd, name[q], type[q]);
	}
	close(fd);
	qsort(sums, SEQUENTIAL, sizeof(*sums), smaller);
	qsort(each, n, sizeof(*each), smaller);
	printf("sequential questions=%u sum_ms_p50=%.1f sum_ms_min=%.1f sum_ms_max=%.1f "
	       "answer_ms_p50=%.2f answer_ms_max=%.2f\n",
	       per, sums[SEQUENTIAL / 2], sums[0], sums[SEQUENTIAL - 1], each[n / 2], each[n - 1]);
}

/* ---- What the machine itself takes ---- */

struct control {
	struct bench *bench;
	unsigned port;
};

/* Sends the slowest chain alone, without a milter: shows how late it ends on this machine, now. */
static void *control_client(void *arg)
{
	const struct control *control = arg;
	struct bench *bench = control->bench;
	const int fd = server_socket(control->port);
	unsigned i;

	while ((i = atomic_fetch_add(&bench->next, 1)) < bench->n) {
		double took = 0;

		usleep(bench->pause_ms * 1000);
		for (unsigned round = 0; round < ROUNDS_MAIL; round++) {
			char name[32];

			snprintf(name, sizeof(name), "a%u.bench.test", i);
			took += ask(fd, name, 1);
		}
		bench->over[i] = took - ROUNDS_MAIL * bench->delay_ms;
	}
	close(fd);
	return NULL;
}

static void threads_run(unsigned n, void *(*client)(void *arg), void *arg)
{
	pthread_t *threads = calloc(n, sizeof(*threads));

	if (!threads)
		die("out of memory");
	for (unsigned i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, client, arg))
			die("no thread");
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	free(threads);
}

static void control_run(const struct bench *like, unsigned port, unsigned clients)
{
	struct bench bench = { .n = like->n,
			       .delay_ms = like->delay_ms,
			       .pause_ms = like->pause_ms };
	struct control control = { &bench, port };

	bench.over = numbers(bench.n);
	threads_run(clients, control_client, &control);
	qsort(bench.over, bench.n, sizeof(double), smaller);
	printf("control over_ms_p50=%.2f over_ms_p95=%.2f over_ms_p99=%.2f over_ms_max=%.2f\n",
	       part_of(bench.over, bench.n, 0.5), part_of(bench.over, bench.n, 0.95),
	       part_of(bench.over, bench.n, 0.99), part_of(bench.over, bench.n, 1));
	free(bench.over);
}

/* ---- Sessions ---- */

struct timing {
	uint64_t connect, helo, mail, rcpt, end, slowest;
	uint64_t other; /* the slowest command but RCPT */
	unsigned step;  /* of the slowest */
};

/* Every command must be let through. */
static int replied(struct mta *mta, unsigned step, enum mta_verdict verdict, uint64_t begin,
		   struct timing *timing)
{
	const uint64_t took = dialogue_now() - begin;

	if (step != MTA_RCPT && took > timing->other)
		timing->other = took;
	if (took > timing->slowest) {
		timing->slowest = took;
		timing->step = step;
	}
	if (verdict == MTA_CONTINUE || verdict == MTA_NO_REPLY || verdict == MTA_NOT_SENT ||
	    verdict == MTA_SKIP || verdict == MTA_ACCEPT)
		return 0;
	fprintf(stderr, "dns_time: %s: %s\n", dialogue_steps[step],
		verdict == MTA_REPLYCODE ? mta_reply(mta)->text : mta_error(mta));
	return -1;
}

static uint64_t pause_then_now(const struct bench *bench)
{
	usleep(bench->pause_ms * 1000);
	return dialogue_now();
}

static int content(struct mta *mta, struct timing *timing)
{
	uint64_t begin = dialogue_now();

	if (replied(mta, MTA_DATA, mta_data(mta), begin, timing))
		return -1;
	begin = dialogue_now();
	if (replied(mta, MTA_HEADER, mta_header(mta, "Subject", "x"), begin, timing))
		return -1;
	begin = dialogue_now();
	if (replied(mta, MTA_EOH, mta_eoh(mta), begin, timing))
		return -1;
	begin = dialogue_now();
	return replied(mta, MTA_EOM, mta_eom(mta, NULL, 0), begin, timing);
}

static int session(const struct bench *bench, struct mta *mta, unsigned i, struct timing *timing)
{
	const char *argv[] = { NULL, NULL };
	char text[4][64];

	snprintf(text[0], 64, "c%u.bench.test", i);
	snprintf(text[1], 64, "11.0.%u.%u", i >> 8, i & 255);
	snprintf(text[2], 64, "h%u.bench.test", i);
	snprintf(text[3], 64, "<u@s%u.bench.test>", i);
	timing->connect = dialogue_now();
	if (replied(mta, MTA_CONNECT, mta_connect(mta, text[0], '4', text[1], 40000),
		    timing->connect, timing))
		return -1;
	timing->helo = pause_then_now(bench);
	if (replied(mta, MTA_HELO, mta_helo(mta, text[2]), timing->helo, timing))
		return -1;
	timing->mail = pause_then_now(bench);
	argv[0] = text[3];
	if (replied(mta, MTA_MAIL, mta_mail(mta, argv), timing->mail, timing))
		return -1;
	timing->rcpt = pause_then_now(bench);
	argv[0] = "<user@example.net>";
	if (replied(mta, MTA_RCPT, mta_rcpt(mta, argv), timing->rcpt, timing))
		return -1;
	timing->end = dialogue_now();
	return content(mta, timing);
}

static double bound_ms(const struct bench *bench, const struct timing *timing)
{
	const double chains[] = {
		ROUNDS_CONNECT * bench->delay_ms - (double)(timing->rcpt - timing->connect) / MS,
		ROUNDS_HELO * bench->delay_ms - (double)(timing->rcpt - timing->helo) / MS,
		ROUNDS_MAIL * bench->delay_ms - (double)(timing->rcpt - timing->mail) / MS,
	};
	double bound = 0;

	for (unsigned i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		if (chains[i] > bound)
			bound = chains[i];
	return bound;
}

static void *client(void *arg)
{
	struct bench *bench = arg;
	struct mta *mta = dialogue_new(0);
	unsigned i;

	if (bench->dead)
		pthread_barrier_wait(&bench->together);
	while ((i = atomic_fetch_add(&bench->next, 1)) < bench->n) {
		struct timing timing = { .slowest = 0 };

		if (mta_open(mta, bench->milter) || mta_negotiate(mta) ||
		    session(bench, mta, i, &timing)) {
			atomic_fetch_add(&bench->failures, 1);
		} else {
			bench->wait[i] = (double)(timing.end - timing.rcpt) / MS;
			bench->over[i] = bench->wait[i] - bound_ms(bench, &timing);
		}
		atomic_fetch_add(&bench->at[timing.step], 1);
		bench->slowest[i] = (double)timing.slowest / MS;
		bench->other[i] = (double)timing.other / MS;
		bench->end[i] = (double)(dialogue_now() - bench->began) / MS;
		mta_quit(mta);
		mta_close(mta);
		if (bench->dead)
			break;
	}
	mta_free(&mta);
	return NULL;
}

static void clients_run(struct bench *bench, unsigned n)
{
	if (pthread_barrier_init(&bench->together, NULL, n))
		die("no barrier");
	bench->wait = numbers(bench->n);
	bench->over = numbers(bench->n);
	bench->slowest = numbers(bench->n);
	bench->end = numbers(bench->n);
	bench->open = numbers(bench->n);
	bench->other = numbers(bench->n);
	bench->began = dialogue_now();
	threads_run(n, client, bench);
	qsort(bench->wait, bench->n, sizeof(double), smaller);
	qsort(bench->over, bench->n, sizeof(double), smaller);
	qsort(bench->slowest, bench->n, sizeof(double), smaller);
	qsort(bench->end, bench->n, sizeof(double), smaller);
	qsort(bench->open, bench->n, sizeof(double), smaller);
	qsort(bench->other, bench->n, sizeof(double), smaller);
}

static void early(struct bench *bench, unsigned port, unsigned clients)
{
	unsigned within = 0;

	sequential(port, bench->n);
	control_run(bench, port, clients);
	clients_run(bench, clients);
	for (unsigned i = 0; i < bench->n; i++)
		within += bench->over[i] <= 5;
	printf("early sessions=%u failures=%u wait_ms_p50=%.1f wait_ms_p99=%.1f wait_ms_max=%.1f "
	       "over_ms_min=%.2f over_ms_p50=%.2f over_ms_p95=%.2f over_ms_p99=%.2f "
	       "over_ms_max=%.2f "
	       "within=%u\n",
	       bench->n, atomic_load(&bench->failures), part_of(bench->wait, bench->n, 0.5),
	       part_of(bench->wait, bench->n, 0.99), part_of(bench->wait, bench->n, 1),
	       bench->over[0], part_of(bench->over, bench->n, 0.5),
	       part_of(bench->over, bench->n, 0.95), part_of(bench->over, bench->n, 0.99),
	       part_of(bench->over, bench->n, 1), within);
}

static void dead(struct bench *bench, unsigned budget_ms)
{
	unsigned within = 0, stalled = 0;

	bench->dead = true;
	clients_run(bench, bench->n);
	for (unsigned i = 0; i < bench->n; i++)
		within += bench->slowest[i] <= budget_ms;
	for (unsigned i = 0; i < bench->n; i++)
		stalled += bench->end[i] > budget_ms + 500;
	printf("dead sessions=%u failures=%u reply_ms_p50=%.0f reply_ms_p99=%.0f "
	       "reply_ms_max=%.0f within=%u all_ms=%.0f end_ms_p50=%.0f "
	       "open_ms_p50=%.0f open_ms_max=%.0f",
	       bench->n, atomic_load(&bench->failures), part_of(bench->slowest, bench->n, 0.5),
	       part_of(bench->slowest, bench->n, 0.99), part_of(bench->slowest, bench->n, 1),
	       within, part_of(bench->end, bench->n, 1), part_of(bench->end, bench->n, 0.5),
	       part_of(bench->open, bench->n, 0.5), part_of(bench->open, bench->n, 1));
	printf(" other_ms_max=%.0f stalled=%u", part_of(bench->other, bench->n, 1), stalled);
	for (unsigned i = 0; i < DIALOGUE_STEPS; i++)
		if (atomic_load(&bench->at[i]))
			printf(" slowest_%s=%u", dialogue_steps[i], atomic_load(&bench->at[i]));
	printf("\n");
}

static unsigned number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
	struct bench bench = { .n = 0 };

	if (argc == 3 && strcmp(argv[1], "zone") == 0) {
		print_zone(number(argv[2]));
	} else if (argc == 8 && strcmp(argv[1], "early") == 0) {
		bench.milter = argv[2];
		bench.delay_ms = number(argv[4]);
		bench.pause_ms = number(argv[5]);
		bench.n = number(argv[6]);
		early(&bench, number(argv[3]), number(argv[7]));
	} else if (argc == 5 && strcmp(argv[1], "dead") == 0) {
		bench.milter = argv[2];
		bench.n = number(argv[4]);
		dead(&bench, number(argv[3]));
	} else {
		die("usage: dns_time zone|early|dead ...");
	}
	free(bench.wait);
	free(bench.over);
	free(bench.slowest);
	free(bench.end);
	free(bench.open);
	free(bench.other);
	return 0;
}
