/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints the offsets of the members that ABI 1 began with, and its numbers: elements.sh compares
 * those of all headers.
 */
#include <millgate/policy.h>

#include <stdio.h>

#define MEMBER(object, member)                                                     \
	printf(#object "." #member " %zu, %zu\n", offsetof(struct object, member), \
	       sizeof(((struct object *)0)->member))
#define SIZE(object) printf(#object ", %zu\n", sizeof(struct object)) /* it never grows */
#define NUMBER(name) printf(#name " %ld\n", (long)(name))

static void structs_of_modules(void)
{
	MEMBER(mg_result, name);
	MEMBER(mg_result, action);
	MEMBER(mg_result, help);
	MEMBER(mg_result, needs);
	MEMBER(mg_result, further_needs);
	MEMBER(mg_item, name);
	MEMBER(mg_item, type);
	MEMBER(mg_item, offset);
	MEMBER(mg_item, initial);
	MEMBER(mg_item, syntax);
	MEMBER(mg_item, help);
	MEMBER(mg_item, choices);
	MEMBER(mg_item, min);
	MEMBER(mg_item, max);
	MEMBER(mg_item, key);
	MEMBER(mg_item, required);
	MEMBER(mg_item, check);
	MEMBER(mg_counter, name);
	MEMBER(mg_counter, help);
	MEMBER(mg_policy, abi);
	MEMBER(mg_policy, size);
	MEMBER(mg_policy, name);
	MEMBER(mg_policy, help);
	MEMBER(mg_policy, results);
	MEMBER(mg_policy, result_size);
	MEMBER(mg_policy, values);
	MEMBER(mg_policy, items);
	MEMBER(mg_policy, item_size);
	MEMBER(mg_policy, conf_size);
	MEMBER(mg_policy, session_size);
	MEMBER(mg_policy, message_size);
	MEMBER(mg_policy, blocking);
	MEMBER(mg_policy, open);
	MEMBER(mg_policy, close);
	MEMBER(mg_policy, start);
	MEMBER(mg_policy, on);
	MEMBER(mg_policy, macros);
	MEMBER(mg_policy, facts);
	MEMBER(mg_policy, services);
	MEMBER(mg_policy, event_size);
	MEMBER(mg_policy, reads);
	MEMBER(mg_policy, several);
	MEMBER(mg_policy, record);
	MEMBER(mg_policy, authenticates);
	MEMBER(mg_policy, outcome);
	MEMBER(mg_policy, counters);
	MEMBER(mg_policy, counter_size);
	MEMBER(mg_policy, shared_size);
	MEMBER(mg_policy, shared_version);
	MEMBER(mg_policy, edits);
	MEMBER(mg_strings, n);
	MEMBER(mg_strings, v);
	SIZE(mg_strings);
	MEMBER(mg_lines, n);
	MEMBER(mg_lines, v);
	SIZE(mg_lines);
}

static void structs_of_the_host(void)
{
	MEMBER(mg_outcome, verdict);
	MEMBER(mg_outcome, policy);
	MEMBER(mg_outcome, result);
	MEMBER(mg_outcome, stage);
	MEMBER(mg_outcome, accepted);
	MEMBER(mg_outcome, refused);
	MEMBER(mg_outcome, score);
	MEMBER(mg_field, name);
	MEMBER(mg_field, value);
	MEMBER(mg_field, name_size);
	MEMBER(mg_field, value_size);
	SIZE(mg_field);
	MEMBER(mg_finding, type);
	MEMBER(mg_finding, name);
	MEMBER(mg_finding, result);
	MEMBER(mg_finding, detail);
	MEMBER(mg_finding, stage);
	MEMBER(mg_finding, recipient);
	MEMBER(mg_dns_record, u);
	MEMBER(mg_dns_record, text);
	MEMBER(mg_dns_record, size);
	SIZE(mg_dns_record);
	MEMBER(mg_dns_answer, status);
	MEMBER(mg_dns_answer, authentic);
	MEMBER(mg_dns_answer, ttl);
	MEMBER(mg_dns_answer, n);
	MEMBER(mg_dns_answer, records);
	MEMBER(mg_dns_answer, name);
	MEMBER(mg_dns_answer, why);
	MEMBER(mg_dns_answer, late);
}

static void constants(void)
{
	NUMBER(MG_ABI);
	NUMBER(MG_STAGES_MAX);
	NUMBER(MG_NONE);
	NUMBER(MG_ERROR);
	NUMBER(MG_TIMEOUT);
	NUMBER(MG_EDIT_ADD_FIELD);
	NUMBER(MG_EDIT_REPLACE_FIELD);
	NUMBER(MG_EDIT_DELETE_FIELD);
	NUMBER(MG_EDIT_ADD_RECIPIENT);
	NUMBER(MG_EDIT_DELETE_RECIPIENT);
	NUMBER(MG_EDIT_SENDER);
	NUMBER(MG_EDIT_BODY);
	NUMBER(MG_SERVICE_DNS);
	NUMBER(MG_ALSO_MAX);
	NUMBER(MG_EDIT_END);
	NUMBER(MG_DNS_WALK_MAX);
	NUMBER(MG_DNS_WALK_LAST);
}

static void enumerators(void)
{
	NUMBER(MG_CONNECT);
	NUMBER(MG_HELO);
	NUMBER(MG_MAIL);
	NUMBER(MG_RCPT);
	NUMBER(MG_DATA);
	NUMBER(MG_HEADER);
	NUMBER(MG_EOH);
	NUMBER(MG_BODY);
	NUMBER(MG_EOM);
	NUMBER(MG_COMMAND);
	NUMBER(MG_SESSION);
	NUMBER(MG_MESSAGE);
	NUMBER(MG_EVENT);
	NUMBER(MG_BOOL);
	NUMBER(MG_INT);
	NUMBER(MG_SIZE);
	NUMBER(MG_DURATION);
	NUMBER(MG_STRING);
	NUMBER(MG_STRINGS);
	NUMBER(MG_CHOICE);
	NUMBER(MG_TABLE);
	NUMBER(MG_LINES);
	NUMBER(MG_KEY_ADDRESS);
	NUMBER(MG_KEY_HOST);
	NUMBER(MG_KEY_MAIL);
	NUMBER(MG_KEY_TEXT);
	NUMBER(MG_KEY_NAME);
	NUMBER(MG_ACCEPTED);
	NUMBER(MG_REJECTED);
	NUMBER(MG_TEMPFAILED);
	NUMBER(MG_DISCARDED);
	NUMBER(MG_QUARANTINED);
	NUMBER(MG_REFUSED);
	NUMBER(MG_ABORTED);
	NUMBER(MG_LOG_ERROR);
	NUMBER(MG_LOG_WARNING);
	NUMBER(MG_LOG_INFO);
	NUMBER(MG_LOG_DEBUG);
	NUMBER(MG_DNS_A);
	NUMBER(MG_DNS_PTR);
	NUMBER(MG_DNS_MX);
	NUMBER(MG_DNS_TXT);
	NUMBER(MG_DNS_AAAA);
	NUMBER(MG_DNS_FOUND);
	NUMBER(MG_DNS_NODATA);
	NUMBER(MG_DNS_NXDOMAIN);
	NUMBER(MG_DNS_FAILED);
	NUMBER(MG_DNS_LATE);
	NUMBER(MG_DNS_NOT_LATE);
	NUMBER(MG_DNS_NO_TIME);
	NUMBER(MG_DNS_NO_ANSWER);
	NUMBER(MG_DNS_NO_SERVER);
}

int main(void)
{
	structs_of_modules();
	structs_of_the_host();
	constants();
	enumerators();
	return 0;
}
