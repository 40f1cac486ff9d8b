/* SPDX-License-Identifier: BSD-2-Clause */
/* policy.h's functions for the readings of addresses. */
#include <config.h>

#include "session/call.h"
#include "session/lookup.h"
#include "table/table.h"

static const struct readings *call_sender(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->session->message.sender_readings;
}

static const struct readings *call_recipient(const struct mg_call *call)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return call->stage == MG_RCPT ? call->session->message.recipient_readings : NULL;
}

static const struct mg_reading *call_reading(const struct readings *readings, size_t index)
{
	return readings && index < readings->n ? &readings->list[index] : NULL;
}

const struct mg_reading *mg_sender_reading(const struct mg_call *call, size_t index)
{
	return call_reading(call_sender(call), index);
}

const struct mg_reading *mg_recipient_reading(const struct mg_call *call, size_t index)
{
	return call_reading(call_recipient(call), index);
}

const char *mg_sender_path(const struct mg_call *call)
{
	const struct readings *readings = call_sender(call);

	return readings ? readings->path : NULL;
}

const char *mg_recipient_path(const struct mg_call *call)
{
	const struct readings *readings = call_recipient(call);

	return readings ? readings->path : NULL;
}

static int call_find(struct mg_call *call, const struct readings *readings,
		     const struct mg_table *table, enum mg_readings which, const char **value_r)
{
	return readings ? lookup_find_readings(call->session, table, readings, which, value_r) : 0;
}

int mg_table_find_sender(struct mg_call *call, const struct mg_table *table, enum mg_readings which,
			 const char **value_r)
{
	return call_find(call, call_sender(call), table, which, value_r);
}

int mg_table_find_recipient(struct mg_call *call, const struct mg_table *table,
			    enum mg_readings which, const char **value_r)
{
	return call_find(call, call_recipient(call), table, which, value_r);
}

bool mg_table_find_user(struct mg_call *call, const struct mg_table *table, const char *local,
			size_t index, const char **value_r)
{
	CHECK_OBJ(call, CALL_MAGIC);
	return local && table_find_local(table, &call->session->event_arena, local, index, value_r);
}
