/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints the offsets of the members that ABI 1 began with: elements.sh compares those of all
 * headers.
 */
#include <millgate/policy.h>

#include <stdio.h>

#define MEMBER(object, member) printf(#object "." #member " %zu\n", offsetof(struct object, member))
#define NUMBER(name) printf(#name " %d\n", (int)(name))

int main(void)
{
	MEMBER(mg_result, name);
	MEMBER(mg_result, action);
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
	NUMBER(MG_ABI);
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
	NUMBER(MG_LINES);
	NUMBER(MG_KEY_ADDRESS);
	NUMBER(MG_KEY_NAME);
	NUMBER(MG_NONE);
	NUMBER(MG_ERROR);
	NUMBER(MG_TIMEOUT);
	return 0;
}
