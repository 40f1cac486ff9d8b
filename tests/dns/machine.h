/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting in tests. A test judges by what comes, how often and in what order, not by the clock: the
 * machine may have other work. It waits for an event with patience, which is counted in pauses: a
 * machine that stops, or is slow to wake sleepers, makes the pauses longer, not fewer. A wrong
 * program takes longer than the patience, or never ends.
 */
#ifndef MG_TEST_MACHINE_H
#define MG_TEST_MACHINE_H

#include <dirent.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* For events that come at once on an idle machine: as long as Postfix waits for a reply. */
#define PATIENCE_MS 30000

/* How many times more patience a test needs under a sanitizer or valgrind. */
#define PATIENCE_INSTRUMENTED 10

static inline int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline int64_t now_ms(void)
{
	return now_us() / 1000;
}

static inline bool machine_has(const char *variable, const char *part)
{
	const char *value = getenv(variable);

	return value && *value && strcmp(value, "no") != 0 && strstr(value, part);
}

/* Whether the test itself runs under valgrind. */
static inline bool machine_is_valgrind(void)
{
	return machine_has("LD_PRELOAD", "vgpreload");
}

/* Whether a sanitizer or valgrind watches test or daemon: it changes their memory and time. */
static inline bool machine_is_instrumented(void)
{
	return machine_is_valgrind() || machine_has("MG_SANITIZER", "") ||
	       machine_has("MILLGATED_WRAPPER", "");
}

/* A wait with patience, and what the machine did meanwhile. */
struct machine_wait {
	int64_t began;  /* us */
	int64_t left;   /* us of pauses */
	int64_t late;   /* us by which the pauses together were too long */
	int64_t latest; /* the longest delay of one pause */
	unsigned pauses;
};

static inline struct machine_wait machine_wait(int ms)
{
	const int64_t times = machine_is_instrumented() ? PATIENCE_INSTRUMENTED : 1;

	return (struct machine_wait){ .began = now_us(), .left = ms * times * 1000 };
}

/* Notes a pause that began then and was to take so long. False: patience has run out. */
static inline bool machine_paused(struct machine_wait *wait, int ms, int64_t began)
{
	const int64_t late = now_us() - began - ms * 1000LL;

	wait->pauses++;
	wait->left -= ms * 1000LL;
	wait->late += late > 0 ? late : 0;
	if (late > wait->latest)
		wait->latest = late;
	return wait->left > 0;
}

static inline bool machine_pause(struct machine_wait *wait, int ms)
{
	const int64_t began = now_us();

	poll(NULL, 0, ms);
	return machine_paused(wait, ms, began);
}

/*
 * How long the threads of a process have run, and have waited for a processor, in s; 0 if unknown.
 */
static inline void machine_usage(pid_t pid, double *ran_r, double *queued_r)
{
	char path[64];
	DIR *tasks;
	struct dirent *task;

	*ran_r = *queued_r = 0;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (task = readdir(tasks))) {
		double ran, queued;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/task/%.16s/schedstat", (int)pid,
			 task->d_name);
		file = *task->d_name == '.' ? NULL : fopen(path, "re");
		if (file && fscanf(file, "%lf %lf", &ran, &queued) == 2) {
			*ran_r += ran / 1e9;
			*queued_r += queued / 1e9;
		}
		if (file)
			fclose(file);
	}
	if (tasks)
		closedir(tasks);
}

/* The text of a failed wait: whether the machine was slow, or what is tested. */
static inline const char *machine_report(const struct machine_wait *wait, pid_t pid,
					 char text_r[240])
{
	double load = 0, ran, queued;

	machine_usage(pid, &ran, &queued);
	if (getloadavg(&load, 1) < 1)
		load = -1;
	snprintf(text_r, 240,
		 "waited %.1f s in %u pauses, which ended %.1f s late in all, %.0f ms at most; "
		 "load %.1f; the process has run for %.1f s, and waited %.1f s for a processor",
		 (double)(now_us() - wait->began) / 1e6, wait->pauses, (double)wait->late / 1e6,
		 (double)wait->latest / 1e3, load, ran, queued);
	return text_r;
}

#endif
