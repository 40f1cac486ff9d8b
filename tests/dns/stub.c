/* SPDX-License-Identifier: BSD-2-Clause */
/* A resolver for tests: canned answers, delays, failures. */
#include <config.h>

#include "stub.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STUB_CNAME 5
#define STUB_TTL 300
#define STUB_DEAD 100        /* MG_DNS_LATE, as if no server answered */
#define STUB_RECORDS_MAX 256 /* in one answer */
#define STUB_LINKS_MAX 16
#define STUB_ROUND_TRIPS 3
#define STUB_NEVER INT64_MAX /* the due time of a question that is held */

struct record {
	char *name; /* lower case, no final dot */
	unsigned type;
	int status; /* enum mg_dns_status, or STUB_DEAD */
	struct mg_dns_record data;
	char *text;
	struct record *next;
};

struct delay {
	char *name;
	unsigned ms;
	struct delay *next;
};

struct question {
	char *name;
	unsigned type;
	int64_t due; /* ms */
	bool answered;
	struct dns_answer *answer;
	struct dns_waiter *waiters;
	struct question *next;
};

struct stub {
	struct dns dns;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool closing, authentic;
	unsigned delay;
	unsigned round_trips
		[STUB_ROUND_TRIPS]; /* of the round trips still to come: questions each, or 0 */
	struct record *records, **records_end;
	struct delay *delays;
	struct question *questions, **questions_end;
};

static int64_t stub_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static char *stub_fold(const char *name)
{
	char *copy = strdup(name);
	size_t size = strlen(name);

	if (!copy)
		abort();
	for (size_t i = 0; i < size; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	if (size > 0 && copy[size - 1] == '.')
		copy[size - 1] = '\0';
	return copy;
}

/* ---- Its answers ---- */

static bool stub_is_name(const char *name)
{
	size_t size = strlen(name);
	size_t label = 0;

	if (size > 0 && name[size - 1] == '.')
		size--;
	for (size_t i = 0; i < size; i++) {
		label = name[i] == '.' ? 0 : label + 1;
		if (label > 63 || (name[i] == '.' && (i == 0 || name[i - 1] == '.')))
			return false;
	}
	return size <= 253 && (size == 0 || name[size - 1] != '.');
}

static const struct record *stub_find(const struct stub *stub, const char *name, unsigned type)
{
	for (const struct record *record = stub->records; record; record = record->next)
		if (record->type == type && strcmp(record->name, name) == 0)
			return record;
	return NULL;
}

static bool stub_exists(const struct stub *stub, const char *name)
{
	for (const struct record *record = stub->records; record; record = record->next)
		if (record->status == MG_DNS_FOUND && strcmp(record->name, name) == 0)
			return true;
	return false;
}

static struct dns_answer *stub_no_answer(int status)
{
	static const char why[] = "as the test says";

	if (status == STUB_DEAD)
		return dns_answer_late(MG_DNS_NO_SERVER, STUB_TTL, why);
	if (status == MG_DNS_LATE)
		return dns_answer_late(MG_DNS_NO_ANSWER, STUB_TTL, why);
	return dns_answer_none((enum mg_dns_status)status, STUB_TTL, why);
}

static struct dns_answer *stub_answer(const struct stub *stub, const char *name, unsigned type)
{
	struct mg_dns_record records[STUB_RECORDS_MAX];
	struct mg_dns_answer answer = { .status = MG_DNS_FOUND,
					.ttl = STUB_TTL,
					.authentic = stub->authentic,
					.records = records,
					.name = name };
	unsigned links = 0;
	const struct record *alias;

	if (!stub_is_name(name))
		return dns_answer_none(MG_DNS_NXDOMAIN, STUB_TTL, NULL);
	while (!stub_find(stub, answer.name, type) &&
	       (alias = stub_find(stub, answer.name, STUB_CNAME))) {
		answer.name = alias->text;
		if (++links > STUB_LINKS_MAX)
			return dns_answer_none(MG_DNS_FAILED, 0,
					       "the names are aliases without an end");
	}
	for (const struct record *record = stub->records; record && answer.n < STUB_RECORDS_MAX;
	     record = record->next) {
		if (record->type != type || strcmp(record->name, answer.name) != 0)
			continue;
		if (record->status != MG_DNS_FOUND)
			return stub_no_answer(record->status);
		records[answer.n++] = record->data;
	}
	if (answer.n == 0)
		answer.status = stub_exists(stub, answer.name) ? MG_DNS_NODATA : MG_DNS_NXDOMAIN;
	return dns_answer_copy(&answer);
}

/* ---- Asking ---- */

static unsigned stub_delay_of(const struct stub *stub, const char *name)
{
	for (const struct delay *delay = stub->delays; delay; delay = delay->next)
		if (strcmp(delay->name, name) == 0)
			return delay->ms;
	return stub->delay;
}

static unsigned stub_held(const struct stub *stub)
{
	unsigned n = 0;

	for (const struct question *question = stub->questions; question; question = question->next)
		n += question->due == STUB_NEVER;
	return n;
}

/* Caller holds the lock. */
static void stub_release_held(struct stub *stub)
{
	for (struct question *question = stub->questions; question; question = question->next)
		if (question->due == STUB_NEVER)
			question->due = stub_now();
	pthread_cond_signal(&stub->changed);
}

/* Ends the round trip once all its questions have come. */
static void stub_round_trip(struct stub *stub)
{
	if (stub_held(stub) != stub->round_trips[0])
		return;
	stub_release_held(stub);
	for (int i = 0; i < STUB_ROUND_TRIPS; i++)
		stub->round_trips[i] = i + 1 < STUB_ROUND_TRIPS ? stub->round_trips[i + 1] : 0;
}

static int64_t stub_due(const struct stub *stub, const char *name)
{
	const unsigned delay = stub_delay_of(stub, name);

	if (stub->round_trips[0] || delay == STUB_HELD)
		return STUB_NEVER;
	return stub_now() + delay;
}

static struct question *stub_question(struct stub *stub, const char *name, unsigned type)
{
	char *folded = stub_fold(name);
	struct question *question = stub->questions;

	while (question && (question->type != type || strcmp(question->name, folded) != 0))
		question = question->next;
	if (question) {
		free(folded);
		return question;
	}
	question = calloc(1, sizeof(*question));
	if (!question)
		abort();
	question->name = folded;
	question->type = type;
	question->answer = stub_answer(stub, folded, type);
	question->due = stub_due(stub, folded);
	question->answered = question->due <= stub_now();
	*stub->questions_end = question;
	stub->questions_end = &question->next;
	if (stub->round_trips[0])
		stub_round_trip(stub);
	pthread_cond_signal(&stub->changed);
	return question;
}

static struct dns_answer *stub_ask(struct dns *dns, const char *name, enum mg_dns_type type,
				   struct dns_waiter *waiter)
{
	struct stub *stub = (struct stub *)dns;
	struct dns_answer *answer = NULL;
	struct question *question;

	pthread_mutex_lock(&stub->lock);
	question = stub_question(stub, name, type);
	if (question->answered) {
		answer = dns_answer_ref(question->answer);
	} else if (waiter) {
		waiter->next = question->waiters;
		question->waiters = waiter;
	}
	pthread_mutex_unlock(&stub->lock);
	return answer;
}

/* Needs the lock, which is released while waiters are called. */
static void stub_tell(struct stub *stub, struct question *question, struct dns_answer *answer)
{
	struct dns_waiter *waiter = question->waiters;

	question->answered = true;
	question->waiters = NULL;
	pthread_mutex_unlock(&stub->lock);
	while (waiter) {
		struct dns_waiter *next = waiter->next;

		waiter->done(waiter, answer);
		waiter = next;
	}
	pthread_mutex_lock(&stub->lock);
}

static struct question *stub_first(struct stub *stub)
{
	struct question *first = NULL;

	for (struct question *question = stub->questions; question; question = question->next)
		if (!question->answered && (!first || question->due < first->due))
			first = question;
	return first;
}

static void *stub_run(void *arg)
{
	struct stub *stub = arg;

	pthread_mutex_lock(&stub->lock);
	while (!stub->closing) {
		struct question *first = stub_first(stub);

		if (!first || first->due == STUB_NEVER) {
			pthread_cond_wait(&stub->changed, &stub->lock);
		} else if (first->due <= stub_now()) {
			stub_tell(stub, first, first->answer);
		} else {
			const struct timespec until = { first->due / 1000,
							first->due % 1000 * 1000000 };

			pthread_cond_timedwait(&stub->changed, &stub->lock, &until);
		}
	}
	for (struct question *first; (first = stub_first(stub));)
		stub_tell(stub, first, NULL);
	pthread_mutex_unlock(&stub->lock);
	return NULL;
}

/* ---- Its life ---- */

void stub_forget(struct dns *dns)
{
	struct stub *stub = (struct stub *)dns;

	pthread_mutex_lock(&stub->lock);
	while (stub->questions) {
		struct question *question = stub->questions;

		stub->questions = question->next;
		dns_answer_unref(question->answer);
		free(question->name);
		free(question);
	}
	stub->questions_end = &stub->questions;
	pthread_mutex_unlock(&stub->lock);
}

static void stub_close(struct dns *dns)
{
	struct stub *stub = (struct stub *)dns;

	pthread_mutex_lock(&stub->lock);
	stub->closing = true;
	pthread_cond_signal(&stub->changed);
	pthread_mutex_unlock(&stub->lock);
	pthread_join(stub->thread, NULL);
	stub_forget(dns);
	while (stub->records) {
		struct record *record = stub->records;

		stub->records = record->next;
		free(record->name);
		free(record->text);
		free(record);
	}
	while (stub->delays) {
		struct delay *delay = stub->delays;

		stub->delays = delay->next;
		free(delay->name);
		free(delay);
	}
	pthread_cond_destroy(&stub->changed);
	pthread_mutex_destroy(&stub->lock);
	free(stub);
}

struct dns *stub_new(void)
{
	struct stub *stub = calloc(1, sizeof(*stub));
	pthread_condattr_t attr;

	if (!stub)
		abort();
	stub->dns = (struct dns){ .ask = stub_ask, .close = stub_close };
	stub->records_end = &stub->records;
	stub->questions_end = &stub->questions;
	pthread_mutex_init(&stub->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&stub->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&stub->thread, NULL, stub_run, stub) != 0)
		abort();
	return &stub->dns;
}

/* ---- The test's orders ---- */

static void stub_put(struct stub *stub, const char *name, unsigned type, int status,
		     struct mg_dns_record data)
{
	struct record *record = calloc(1, sizeof(*record));

	if (!record || !(record->text = malloc(data.size + 1)))
		abort();
	if (data.size)
		memcpy(record->text, data.text, data.size);
	record->text[data.size] = '\0';
	record->name = stub_fold(name);
	record->type = type;
	record->status = status;
	record->data = data;
	record->data.text = record->text;
	pthread_mutex_lock(&stub->lock);
	*stub->records_end = record;
	stub->records_end = &record->next;
	pthread_mutex_unlock(&stub->lock);
}

void stub_add_txt(struct dns *dns, const char *name, const void *text, size_t size)
{
	stub_put((struct stub *)dns, name, MG_DNS_TXT, MG_DNS_FOUND,
		 (struct mg_dns_record){ .text = text, .size = size });
}

static int stub_status(const char *word)
{
	static const struct {
		const char *word;
		int status;
	} words[] = { { "!failed", MG_DNS_FAILED },
		      { "!late", MG_DNS_LATE },
		      { "!dead", STUB_DEAD },
		      { "!nodata", MG_DNS_NODATA },
		      { "!nxdomain", MG_DNS_NXDOMAIN } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].status;
	return MG_DNS_FOUND;
}

static unsigned stub_type(const char *word)
{
	static const struct {
		const char *word;
		unsigned type;
	} words[] = { { "A", MG_DNS_A },     { "AAAA", MG_DNS_AAAA }, { "MX", MG_DNS_MX },
		      { "PTR", MG_DNS_PTR }, { "TXT", MG_DNS_TXT },   { "CNAME", STUB_CNAME } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].type;
	fprintf(stderr, "stub resolver: no type \"%s\"\n", word);
	abort();
}

static void stub_add_line(struct stub *stub, const char *line)
{
	char name[512], word[16], rest[2048], target[512] = "";
	struct mg_dns_record data = { .text = rest };
	const int n = sscanf(line, " %511s %15s %2047[^\n]", name, word, rest);

	if (n < 1 || *name == ';')
		return;
	if (n != 3) {
		fprintf(stderr, "stub resolver: cannot read \"%s\"\n", line);
		abort();
	}

	const unsigned type = stub_type(word);
	const int status = stub_status(rest);

	if (status != MG_DNS_FOUND) {
		data.text = NULL;
	} else if (type == MG_DNS_TXT) {
		data.size = strlen(rest);
	} else if (type == MG_DNS_A || type == MG_DNS_AAAA) {
		if (inet_pton(type == MG_DNS_A ? AF_INET : AF_INET6, rest, &data.u) != 1)
			abort();
	} else {
		if (type == MG_DNS_MX ? sscanf(rest, "%u %511s", &data.u.preference, target) != 2
				      : sscanf(rest, "%511s", target) != 1)
			abort();

		char *folded = stub_fold(target);

		data.size = strlen(folded);
		memcpy(rest, folded, data.size + 1);
		free(folded);
	}
	stub_put(stub, name, type, status, data);
}

void stub_add(struct dns *dns, const char *lines)
{
	char *copy = strdup(lines), *at = copy;

	if (!copy)
		abort();
	for (char *line; (line = strsep(&at, "\n"));)
		stub_add_line((struct stub *)dns, line);
	free(copy);
}

void stub_delay(struct dns *dns, const char *name, unsigned ms)
{
	struct stub *stub = (struct stub *)dns;
	struct delay *delay = calloc(1, sizeof(*delay));

	if (!delay)
		abort();
	pthread_mutex_lock(&stub->lock);
	if (name) {
		*delay = (struct delay){ stub_fold(name), ms, stub->delays };
		stub->delays = delay;
	} else {
		stub->delay = ms;
		free(delay);
	}
	pthread_mutex_unlock(&stub->lock);
}

void stub_release(struct dns *dns)
{
	struct stub *stub = (struct stub *)dns;

	pthread_mutex_lock(&stub->lock);
	stub_release_held(stub);
	pthread_mutex_unlock(&stub->lock);
}

void stub_round_trips(struct dns *dns, unsigned first, unsigned second, unsigned third)
{
	struct stub *stub = (struct stub *)dns;

	pthread_mutex_lock(&stub->lock);
	stub->round_trips[0] = first;
	stub->round_trips[1] = second;
	stub->round_trips[2] = third;
	pthread_mutex_unlock(&stub->lock);
}

void stub_authentic(struct dns *dns, bool authentic)
{
	struct stub *stub = (struct stub *)dns;

	pthread_mutex_lock(&stub->lock);
	stub->authentic = authentic;
	pthread_mutex_unlock(&stub->lock);
}

unsigned stub_questions(struct dns *dns)
{
	struct stub *stub = (struct stub *)dns;
	unsigned n = 0;

	pthread_mutex_lock(&stub->lock);
	for (const struct question *question = stub->questions; question; question = question->next)
		n++;
	pthread_mutex_unlock(&stub->lock);
	return n;
}

unsigned stub_asked(struct dns *dns, const char *name, enum mg_dns_type type)
{
	struct stub *stub = (struct stub *)dns;
	char *folded = stub_fold(name);
	unsigned n = 0;

	pthread_mutex_lock(&stub->lock);
	for (const struct question *question = stub->questions; question; question = question->next)
		n += question->type == (unsigned)type && strcmp(question->name, folded) == 0;
	pthread_mutex_unlock(&stub->lock);
	free(folded);
	return n;
}

static const char *stub_type_name(unsigned type)
{
	return type == MG_DNS_A      ? "A"
	       : type == MG_DNS_AAAA ? "AAAA"
	       : type == MG_DNS_MX   ? "MX"
	       : type == MG_DNS_PTR  ? "PTR"
				     : "TXT";
}

char *stub_list(struct dns *dns)
{
	struct stub *stub = (struct stub *)dns;
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		abort();
	pthread_mutex_lock(&stub->lock);
	for (const struct question *question = stub->questions; question; question = question->next)
		fprintf(stream, "%s %s\n", stub_type_name(question->type), question->name);
	pthread_mutex_unlock(&stub->lock);
	fclose(stream);
	return text;
}
