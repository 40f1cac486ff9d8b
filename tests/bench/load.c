/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A load generator that speaks the milter protocol as an MTA does, for several milters in turn.
 *
 * load [-c CLIENTS] [-i IDLE] [-m MESSAGES] [-p PAUSE_US] [-s SECONDS] [-n SESSIONS] [-r ROUNDS]
 *      NAME=ADDRESS[,PID[,COUNTERS]]...
 * load -N ADDRESS
 *
 * In each round every target gets its turn of SECONDS (at most SESSIONS sessions), with CLIENTS
 * clients that work without a rest; IDLE further connections to each target are open all the
 * time. With PID the target's CPU time is taken, with COUNTERS (malloc_count.so) its allocations.
 * One line "slice" for each turn and one line "command" for each target and kind of command, as
 * name=value pairs. -N prints what the milter at ADDRESS negotiates, as options of null_milter.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "dialogue.h"
#include "malloc_count.h"

#define TARGETS_MAX 8
#define IDLE_OPENERS 16 /* connections are opened by so many at a time */

struct target {
	char *name;
	struct dialogue dialogue;
	pid_t pid; /* 0: unknown */
	clockid_t clock;
	const struct malloc_count *mallocs; /* or NULL */
	struct mta **idle;
	struct dialogue_stats all; /* of all turns */
};

struct load {
	unsigned clients, idle, rounds;
	uint64_t sessions; /* the most of one client in one turn */
	double seconds;
	unsigned ntargets;
	struct target targets[TARGETS_MAX];
};

struct worker {
	pthread_t thread;
	struct target *target;
	struct mta *mta;
	unsigned index;
	uint64_t until, sessions;
	unsigned first, last; /* idle connections to open */
	struct dialogue_stats stats;
};

static void die(const char *what, const char *detail)
{
	fprintf(stderr, "load: %s%s%s\n", what, detail ? ": " : "", detail ? detail : "");
	exit(1);
}

static void *allocate(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory)
		die("out of memory", NULL);
	return memory;
}

static uint64_t cpu_ns(clockid_t clock)
{
	struct timespec used;

	if (clock_gettime(clock, &used))
		die("a target has ended", NULL);
	return (uint64_t)used.tv_sec * 1000000000U + (uint64_t)used.tv_nsec;
}

/* A process's field in /proc/PID/status, in kB. */
static long status_kb(pid_t pid, const char *field)
{
	char path[64], line[128];
	long kb = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, field, strlen(field)))
			kb = atol(line + strlen(field));
	if (file)
		fclose(file);
	return kb;
}

/* ---- Threads ---------------------------------------------------------------- */

static void *work(void *arg)
{
	struct worker *worker = arg;
	uint64_t serial = (uint64_t)worker->index << 32;

	/* After a failure the client stops: the milter may be gone. */
	while (dialogue_now() < worker->until && worker->stats.sessions < worker->sessions &&
	       !worker->stats.failures)
		dialogue_run(&worker->target->dialogue, worker->mta, serial++, &worker->stats);
	return NULL;
}

static void *open_idle(void *arg)
{
	struct worker *worker = arg;

	for (unsigned i = worker->first; i < worker->last && !worker->stats.failures; i++) {
		worker->target->idle[i] = dialogue_new(i);
		dialogue_connect(&worker->target->dialogue, worker->target->idle[i], i,
				 &worker->stats);
	}
	return NULL;
}

static void run_workers(struct worker *workers, unsigned n, void *(*run)(void *))
{
	for (unsigned i = 0; i < n; i++)
		if (pthread_create(&workers[i].thread, NULL, run, &workers[i]))
			die("cannot start a thread", NULL);
	for (unsigned i = 0; i < n; i++)
		pthread_join(workers[i].thread, NULL);
}

static void collect(struct dialogue_stats *sum, const struct worker *workers, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct dialogue_stats *stats = &workers[i].stats;

		sum->sessions += stats->sessions;
		sum->messages += stats->messages;
		sum->replies += stats->replies;
		if (stats->failures && !sum->failures)
			memcpy(sum->error, stats->error, sizeof(sum->error));
		sum->failures += stats->failures;
		for (unsigned step = 0; step < DIALOGUE_STEPS; step++)
			hist_merge(&sum->hist[step], &stats->hist[step]);
	}
}

static void fill_idle(struct target *target, unsigned idle)
{
	struct worker *workers = allocate(IDLE_OPENERS, sizeof(*workers));
	struct dialogue_stats *sum = allocate(1, sizeof(*sum));
	long before = status_kb(target->pid, "VmRSS:");
	uint64_t begin = dialogue_now();

	target->idle = allocate(idle, sizeof(struct mta *));
	for (unsigned i = 0; i < IDLE_OPENERS; i++) {
		workers[i].target = target;
		workers[i].first = idle * i / IDLE_OPENERS;
		workers[i].last = idle * (i + 1) / IDLE_OPENERS;
	}
	run_workers(workers, IDLE_OPENERS, open_idle);
	collect(sum, workers, IDLE_OPENERS);
	if (sum->failures)
		die(target->name, sum->error);
	printf("idle target=%s idle=%u seconds=%.3f rss_kb_each=%.2f\n", target->name, idle,
	       (double)(dialogue_now() - begin) / 1e9,
	       (double)(status_kb(target->pid, "VmRSS:") - before) / idle);
	free(workers);
	free(sum);
}

/* ---- Turns ------------------------------------------------------------------- */

struct sample {
	uint64_t time, cpu, own_cpu, mallocs, bytes;
};

static struct sample sample(const struct target *target)
{
	struct sample now = { .time = dialogue_now(), .own_cpu = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) };

	if (target->pid)
		now.cpu = cpu_ns(target->clock);
	if (target->mallocs) {
		now.mallocs = atomic_load(&target->mallocs->calls);
		now.bytes = atomic_load(&target->mallocs->bytes);
	}
	return now;
}

static double each(uint64_t end, uint64_t begin, uint64_t n)
{
	return (double)(end - begin) / (double)(n ? n : 1);
}

static void print_turn(const struct load *load, const struct target *target, unsigned round,
		       const struct dialogue_stats *sum, struct sample begin, struct sample end)
{
	double seconds = (double)(end.time - begin.time) / 1e9;

	printf("slice target=%s round=%u clients=%u idle=%u seconds=%.3f sessions=%llu "
	       "replies=%llu sessions_s=%.1f messages_s=%.1f cpu_us=%.2f load_cpu_us=%.2f "
	       "cores=%.2f load_cores=%.2f",
	       target->name, round, load->clients, load->idle, seconds,
	       (unsigned long long)sum->sessions, (unsigned long long)sum->replies,
	       (double)sum->sessions / seconds, (double)sum->messages / seconds,
	       each(end.cpu, begin.cpu, sum->sessions) / 1e3,
	       each(end.own_cpu, begin.own_cpu, sum->sessions) / 1e3,
	       (double)(end.cpu - begin.cpu) / 1e9 / seconds,
	       (double)(end.own_cpu - begin.own_cpu) / 1e9 / seconds);
	if (target->mallocs)
		printf(" mallocs=%.2f malloc_bytes=%.0f",
		       each(end.mallocs, begin.mallocs, sum->sessions),
		       each(end.bytes, begin.bytes, sum->sessions));
	printf(" failures=%llu\n", (unsigned long long)sum->failures);
	fflush(stdout);
}

static void merge_all(struct dialogue_stats *all, const struct dialogue_stats *sum)
{
	all->sessions += sum->sessions;
	for (unsigned step = 0; step < DIALOGUE_STEPS; step++)
		hist_merge(&all->hist[step], &sum->hist[step]);
}

/* Round 0 warms up and is not counted. */
static void take_turn(const struct load *load, struct target *target, unsigned round)
{
	struct worker *workers = allocate(load->clients, sizeof(*workers));
	struct dialogue_stats *sum = allocate(1, sizeof(*sum));
	double seconds = round ? load->seconds : load->seconds / 4;
	struct sample begin, end;

	for (unsigned i = 0; i < load->clients; i++) {
		workers[i].target = target;
		workers[i].index = i;
		workers[i].sessions = load->sessions;
		workers[i].mta = dialogue_new(i);
	}
	begin = sample(target);
	for (unsigned i = 0; i < load->clients; i++)
		workers[i].until = begin.time + (uint64_t)(seconds * 1e9);
	run_workers(workers, load->clients, work);
	end = sample(target);
	collect(sum, workers, load->clients);
	if (sum->failures)
		die(target->name, sum->error);
	if (round) {
		print_turn(load, target, round, sum, begin, end);
		merge_all(&target->all, sum);
	}
	for (unsigned i = 0; i < load->clients; i++)
		mta_free(&workers[i].mta);
	free(workers);
	free(sum);
}

static void print_commands(const struct load *load, const struct target *target)
{
	for (unsigned step = 0; step < DIALOGUE_STEPS; step++) {
		const struct hist *hist = &target->all.hist[step];

		if (hist->n)
			printf("command target=%s clients=%u idle=%u command=%s n=%llu"
			       " p50_us=%.0f p99_us=%.0f max_us=%.0f\n",
			       target->name, load->clients, load->idle, dialogue_steps[step],
			       (unsigned long long)hist->n,
			       (double)hist_percentile(hist, 0.5) / 1e3,
			       (double)hist_percentile(hist, 0.99) / 1e3, (double)hist->max / 1e3);
	}
}

/* ---- Arguments --------------------------------------------------------------- */

static const struct malloc_count *map_counters(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *shared = MAP_FAILED;

	if (fd >= 0)
		shared = mmap(NULL, sizeof(struct malloc_count), PROT_READ, MAP_SHARED, fd, 0);
	if (shared == MAP_FAILED)
		die("cannot map", path);
	close(fd);
	return shared;
}

static void parse_target(struct target *target, char *word)
{
	char *address = strchr(word, '=');
	char *pid = address ? strchr(address, ',') : NULL;
	char *counters = pid ? strchr(pid + 1, ',') : NULL;

	if (!address)
		die("a target is NAME=ADDRESS[,PID[,COUNTERS]]", word);
	*address = '\0';
	target->name = word;
	target->dialogue.address = address + 1;
	if (pid) {
		*pid = '\0';
		target->pid = (pid_t)atol(pid + 1);
		if (clock_getcpuclockid(target->pid, &target->clock))
			die("no such process", pid + 1);
	}
	if (counters)
		target->mallocs = map_counters(counters + 1);
}

/* Bits of SMFIM_*: the numbers of the stages for null_milter's -m. */
static int print_negotiated(const char *address)
{
	static const enum mta_stage stages[] = { MTA_CONNECT, MTA_HELO, MTA_MAIL, MTA_RCPT,
						 MTA_DATA,    MTA_EOM,  MTA_EOH };
	struct mta *mta = mta_new(MTA_OFFER_ALL, MTA_TIMEOUT);
	const char *list;

	if (mta_open(mta, address) || mta_negotiate(mta))
		die(address, mta_error(mta));
	printf("-a\n%x\n-p\n%x\n", mta_chosen(mta)->actions, mta_chosen(mta)->protocol);
	for (unsigned i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		list = mta_symlist(mta, stages[i]);
		if (list)
			printf("-m\n%u=%s\n", i, list);
	}
	mta_quit(mta);
	mta_free(&mta);
	return 0;
}

static void parse_options(struct load *load, struct dialogue *dialogue, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "c:i:m:p:s:n:r:N:")) != -1) {
		switch (option) {
		case 'c':
			load->clients = (unsigned)atoi(optarg);
			break;
		case 'i':
			load->idle = (unsigned)atoi(optarg);
			break;
		case 'm':
			dialogue->messages = (unsigned)atoi(optarg);
			break;
		case 'p':
			dialogue->pause_us = (unsigned)atoi(optarg);
			break;
		case 's':
			load->seconds = atof(optarg);
			break;
		case 'n':
			load->sessions = strtoull(optarg, NULL, 10);
			break;
		case 'r':
			load->rounds = (unsigned)atoi(optarg);
			break;
		case 'N':
			exit(print_negotiated(optarg));
		default:
			exit(1);
		}
	}
	if (!load->clients || optind == argc || argc - optind > TARGETS_MAX)
		die("1 client or more, and 1 to 8 targets, please", NULL);
}

static void raise_open_files(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(int argc, char **argv)
{
	struct load *load = allocate(1, sizeof(*load));
	struct dialogue dialogue = { .messages = 1 };

	*load = (struct load){ .clients = 1, .rounds = 5, .seconds = 1, .sessions = 1000000 };
	parse_options(load, &dialogue, argc, argv);
	raise_open_files();
	for (int i = optind; i < argc; i++) {
		struct target *target = &load->targets[load->ntargets++];

		target->dialogue = dialogue;
		parse_target(target, argv[i]);
		if (load->idle)
			fill_idle(target, load->idle);
	}
	for (unsigned round = 0; round <= load->rounds; round++)
		for (unsigned i = 0; i < load->ntargets; i++)
			take_turn(load, &load->targets[i], round);
	for (unsigned i = 0; i < load->ntargets; i++)
		print_commands(load, &load->targets[i]);
	return 0;
}
