/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: any bytes as a DNS server's answer. The first byte chooses the type of the
 * question; its name is taken from the message, so that answers pass the comparison of names.
 */
#include <config.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "dns/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

/* Reads everything that an answer promises. */
static void visit(const struct dns_answer *answer, enum mg_dns_type type)
{
	const struct mg_dns_answer *public = &answer->public;

	require((public->status == MG_DNS_FOUND) == (public->n > 0));
	require(public->n <= DNS_RECORDS_MAX);
	require(public->status != MG_DNS_LATE);
	require(strlen(public->name) < DNS_TEXT_MAX);
	require((public->status == MG_DNS_FAILED) == (*public->why != '\0'));
	require(public->ttl <= 86400);
	for (size_t i = 0; i < public->n; i++) {
		const struct mg_dns_record *record = &public->records[i];

		require(record->text[record->size] == '\0');
		if (type == MG_DNS_MX || type == MG_DNS_PTR) {
			require(strlen(record->text) == record->size);
			for (size_t j = 0; j < record->size; j++)
				require(record->text[j] > ' ' && record->text[j] < 0x7f);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum mg_dns_type types[] = { MG_DNS_A, MG_DNS_AAAA, MG_DNS_MX, MG_DNS_TXT,
						  MG_DNS_PTR };
	static const struct dns_limits limits = { 5, 86400, 3600 };
	struct dns_chain chain = { .ttl = UINT_MAX };
	struct dns_answer *answer = NULL;
	const char *why = NULL;
	unsigned char *message;
	size_t at = 12;

	if (size < 1 || size > 65536)
		return 0;
	chain.type = types[data[0] % 5];
	size--;
	message = malloc(size + !size);
	require(message != NULL);
	memcpy(message, data + 1, size);
	if (dns_name_read(chain.name, message, size, &at) && size - at >= 4) {
		message[at] = 0;
		message[at + 1] = (unsigned char)chain.type;
	}

	const struct dns_chain before = chain;
	const enum dns_reading reading =
		dns_message_read(message, size, &chain, &limits, &answer, &why);

	require((answer != NULL) == (reading == DNS_ANSWER));
	if (answer)
		visit(answer, chain.type);
	else if (reading == DNS_CHAIN)
		require(chain.links > before.links && chain.links <= DNS_LINKS_MAX);
	else
		require(*why && memcmp(&chain, &before, sizeof(chain)) == 0);
	dns_answer_unref(answer);
	free(message);
	return 0;
}
