/* SPDX-License-Identifier: BSD-2-Clause */
/* The header field Received-SPF (RFC 7208, section 9.1). */
#include "spf_received.h"

#include <stdio.h>
#include <string.h>

#define FIELD_MAX 990
#define VALUE_MAX 100  /* the most that other values take */
#define SENDER_MAX 254 /* RFC 5321, 4.5.3.1.3 */

struct field {
	char text[FIELD_MAX + 1];
	size_t size;
};

static void field_char(struct field *field, char c)
{
	if (field->size < FIELD_MAX)
		field->text[field->size++] = c;
}

static void field_text(struct field *field, const char *text)
{
	while (*text)
		field_char(field, *text++);
}

/*
 * A character that is not printable ASCII would need an encoding, which this field does not have.
 */
static char field_safe(char c)
{
	return c >= 0x20 && c <= 0x7e ? c : '?';
}

/* A name in a comment, which a bracket in it would end. */
static void field_name(struct field *field, const char *name)
{
	for (size_t i = 0; name[i] && i < VALUE_MAX; i++)
		field_char(field, strchr("()\\\"", name[i]) ? '?' : field_safe(name[i]));
}

/* Adds key="value", always quoted, so that no value needs to be examined first. */
static void field_pair(struct field *field, const char *key, const char *value, size_t max)
{
	field_text(field, key);
	field_text(field, "=\"");
	for (size_t i = 0; value[i] && i < max; i++) {
		if (value[i] == '"' || value[i] == '\\')
			field_char(field, '\\');
		field_char(field, field_safe(value[i]));
	}
	field_text(field, "\"");
}

static const char *const comments[] = {
	[SPF_NONE] = "no SPF record of",
	[SPF_NEUTRAL] = "no statement about this client by",
	[SPF_PASS] = "client is permitted by",
	[SPF_FAIL] = "client is not permitted by",
	[SPF_SOFTFAIL] = "client is probably not permitted by",
	[SPF_TEMPERROR] = "temporary error in SPF of",
	[SPF_PERMERROR] = "permanent error in SPF of",
};

const char *spf_received(struct mg_call *call, const struct spf_query *query,
			 const struct spf_outcome *outcome, const char *result,
			 const char *identity)
{
	struct field field = { .size = 0 };

	field_text(&field, result);
	field_text(&field, " (");
	field_name(&field, query->receiver);
	field_text(&field, ": ");
	field_text(&field, comments[outcome->result]);
	field_text(&field, " ");
	field_name(&field, query->domain);
	field_text(&field, ") identity=");
	field_text(&field, identity);
	field_text(&field, "; ");
	field_pair(&field, "client-ip", mg_client(call), VALUE_MAX);
	field_text(&field, "; ");
	field_pair(&field, "helo", query->helo, VALUE_MAX);
	field_text(&field, "; ");
	field_pair(&field, "receiver", query->receiver, VALUE_MAX);
	if (strcmp(identity, "mailfrom") == 0) {
		field_text(&field, "; ");
		field_pair(&field, "envelope-from", query->sender, SENDER_MAX);
	}
	if (outcome->mechanism[0] || outcome->problem[0]) {
		const bool is_problem = outcome->problem[0] != '\0';

		field_text(&field, "; ");
		field_pair(&field, is_problem ? "problem" : "mechanism",
			   is_problem ? outcome->problem : outcome->mechanism, VALUE_MAX);
	}
	field.text[field.size] = '\0';
	return mg_printf(call, MG_EVENT, "%s", field.text);
}
