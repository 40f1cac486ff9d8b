/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: SPF records and macros of any bytes. The input is a record (or an explanation);
 * if it is valid it is expanded, and the result must keep its bounds.
 */
#include <config.h>

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../policies/spf/spf_macro.h"
#include "../../policies/spf/spf_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct spf_query query = {
	.sender = "strong-bad@email.example.com",
	.local = "strong-bad",
	.domain = "email.example.com",
	.helo = "a..b.%{s}.-+,/_=",
	.receiver = "mx.example.net",
	.family = AF_INET6,
	.address = { 0x20, 1, 0x0d, 0xb8, [15] = 1 },
};
static const struct spf_macros macros = { .query = &query,
					  .domain = "email.example.com",
					  .validated = "p.example.com" };

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

static void expand(const char *text, size_t size)
{
	char name[SPF_NAME_MAX + 1];
	char expanded[SPF_TEXT_MAX + 1];

	if (spf_macro_name(&macros, text, size, name))
		require(spf_name_is_valid(name) && strlen(name) <= SPF_NAME_MAX);
	require(spf_macro_text(&macros, text, size, expanded) == strlen(expanded));
}

static void read_record(const char *text, size_t size)
{
	const char *what;
	struct spf_digest digest;
	struct spf_term term;
	bool is_valid = spf_record_digest(text, size, &query, &digest, &what, &term);
	size_t at = 0;
	int r = 0;

	require(digest.n == digest.lookups + digest.ends && digest.lookups <= SPF_LOOKUPS_MAX + 1);
	while (is_valid && (r = spf_record_next(text, size, &at, &term)) == 1) {
		require(term.text >= text && term.text + term.size <= text + size && term.size > 0);
		require(term.cidr4 <= 32 && term.cidr6 <= 128);
		if (term.spec) {
			require(term.spec >= term.text &&
				term.spec + term.spec_size <= term.text + term.size);
			expand(term.spec, term.spec_size);
		}
	}
	require(r == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A buffer of the exact size shows each byte read beyond it. */
	char *text = malloc(size ? size : 1);
	struct mg_dns_record txt = { .text = text, .size = size };
	const struct mg_dns_answer answer = { .n = 1, .records = &txt };
	const char *record;
	size_t record_size;

	require(text != NULL);
	if (size)
		memcpy(text, data, size);
	if (spf_record_select(&answer, &record, &record_size) == SPF_ONE)
		read_record(record, record_size);
	if (spf_macro_is_explanation(text, size))
		expand(text, size);
	if (spf_macro_is_domain(text, size))
		require(spf_macro_is_string(text, size));
	free(text);
	return 0;
}
