/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run of one hook: the host's side of policy.h's "struct mg_call".
 *
 * Where the functions of policy.h are:
 *
 *     what is known of the client and its message         call_facts.c
 *     mg_fields(), mg_field(), mg_edit_...()              call_edits.c
 *     mg_finding(), mg_finding_value()                    findings.c
 *     what is reported besides a result; time, memory,
 *       tables, the log                                   call.c
 *     mg_dns(), mg_dns_prefetch(), mg_dns_reverse(),
 *       mg_dns_walk()                                     call_dns.c
 *     mg_dns_walk_...()                                   dns/walk.c
 *     mg_conf_...()                                       config/opening.c
 *     mg_line_...()                                       base/line.c
 */
#ifndef MG_CALL_H
#define MG_CALL_H

#include "session/call_services.h"
#include "session/state.h"

#define CALL_MAGIC 0x0ca11ed0U

struct mg_call {
	const struct call_services *services; /* first, as in every host */
	MG_MAGIC
	struct session *session;
	const struct instance *instance;
	enum mg_stage stage; /* of the hook, which may be earlier than the event's */
	int64_t deadline;    /* microseconds */
	struct found *found; /* made when the hook first says something */
	/*
	 * Results that the hook has reported before the one that it returns, linked by next.
	 * also_end is NULL for a start and an outcome hook: they have none, and must not block.
	 */
	struct found *also, **also_end;
	unsigned nalso;
	bool dns_dead;             /* an answer to the hook was that DNS is dead */
	struct findings *findings; /* what the hook reads of other policies; see findings.c */
};

/* A call of a start or an outcome hook. */
struct mg_call call_begin(struct session *session, const struct instance *instance,
			  enum mg_stage stage, int64_t deadline);

/* What the hook found now, for the caller to complete; made if need be. */
struct found *call_found(struct mg_call *call);

/* Forgets what was said about the present result: it does not count. */
void call_disown(struct mg_call *call);

/*
 * A hook that reads what its policy did not declare learns nothing, and might refuse all mail for
 * it: its result becomes an error, see pipeline.c. fact: the bit under which the log says so once.
 */
void call_undeclared(const struct mg_call *call, unsigned fact, const char *fmt, ...)
	MG_PRINTF(3, 4);

#define CALL_FACT_MACRO (1U << 31) /* bits that are no stage's */
#define CALL_FACT_RECORD (1U << 30)
#define CALL_FACT_READS (1U << 29)
#define CALL_FACT_SEVERAL (1U << 28)

/*
 * What a hook returned or reported, as an index of its instance's results; what it must not
 * report is an error. how: "returned" or "reported", for the log.
 */
size_t call_result(struct mg_call *call, int result, const char *how);

#endif
