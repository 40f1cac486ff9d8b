/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers of DNS: shared, constant, with counted references. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "dns/answer.h"

static size_t answer_text_size(const struct mg_dns_answer *answer)
{
	size_t size = 2;

	size += answer->name ? strlen(answer->name) : 0;
	size += answer->why ? strlen(answer->why) : 0;
	for (size_t i = 0; i < answer->n; i++)
		size += answer->records[i].size + 1;
	return size;
}

/* Copies and goes on behind the copy's NUL. */
static const char *answer_put(char **at, const char *text, size_t size)
{
	char *copy = *at;

	if (size)
		memcpy(copy, text, size);
	copy[size] = '\0';
	*at += size + 1;
	return copy;
}

struct dns_answer *dns_answer_copy(const struct mg_dns_answer *answer)
{
	const size_t records_size = answer->n * sizeof(*answer->records);
	const size_t size = sizeof(struct dns_answer) + records_size + answer_text_size(answer);
	struct dns_answer *copy = malloc(size);
	struct mg_dns_record *records;
	char *text;

	if (!copy)
		memory_ended();
	records = (struct mg_dns_record *)(void *)(copy + 1);
	text = (char *)(records + answer->n);
	copy->public = *answer;
	copy->public.records = answer->n ? records : NULL;
	copy->public.name =
		answer_put(&text, answer->name, answer->name ? strlen(answer->name) : 0);
	copy->public.why = answer_put(&text, answer->why, answer->why ? strlen(answer->why) : 0);
	for (size_t i = 0; i < answer->n; i++) {
		records[i] = answer->records[i];
		records[i].text =
			answer_put(&text, answer->records[i].text, answer->records[i].size);
	}
	atomic_init(&copy->references, 1);
	copy->size = (unsigned)size;
	return copy;
}

struct dns_answer *dns_answer_none(enum mg_dns_status status, unsigned ttl, const char *why)
{
	const struct mg_dns_answer answer = { .status = status, .ttl = ttl, .why = why };

	return dns_answer_copy(&answer);
}

struct dns_answer *dns_answer_late(enum mg_dns_late late, unsigned ttl, const char *why)
{
	const struct mg_dns_answer answer = {
		.status = MG_DNS_LATE, .ttl = ttl, .why = why, .late = late
	};

	return dns_answer_copy(&answer);
}

struct dns_answer *dns_answer_ref(struct dns_answer *answer)
{
	atomic_fetch_add_explicit(&answer->references, 1, memory_order_relaxed);
	return answer;
}

void dns_answer_unref(struct dns_answer *answer)
{
	if (answer && atomic_fetch_sub_explicit(&answer->references, 1, memory_order_acq_rel) == 1)
		free(answer);
}
