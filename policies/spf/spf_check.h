/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Evaluates SPF, by one of two engines, and asks the questions of an evaluation ahead of it (RFC
 * 7208, section 4).
 */
#ifndef MG_SPF_CHECK_H
#define MG_SPF_CHECK_H

#include <millgate/policy.h>

#include "spf_record.h"
#include "spf_validated.h"

/* RFC 7208, section 4.6.4. */
#define SPF_VOIDS_MAX 2
#define SPF_MX_MAX 10
#define SPF_PTR_MAX 10

/*
 * How many questions are asked ahead: the record's, and one for each term that may be evaluated.
 * (Questions for hosts have the bound MG_DNS_WALK_LAST.) If records have more terms, the first ones
 * are asked ahead, and evaluation asks for the others when it comes to them. So a tree of includes
 * costs at most twice as many questions, however it grows.
 */
#define SPF_AHEAD_MAX (1 + SPF_LOOKUPS_MAX)

/* The names of RFC 8601, section 2.7.2. */
enum spf_result {
	SPF_NONE,
	SPF_NEUTRAL,
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_TEMPERROR,
	SPF_PERMERROR,
	SPF_LATE /* the deadline came first, or DNS is dead: SPF has no such result */
};

/* The strings live to the end of the event; "" for none. */
struct spf_outcome {
	enum spf_result result;
	const char *mechanism;   /* as in the sender's record; "default" when none matched */
	const char *explanation; /* of SPF_FAIL */
	const char *problem;     /* of the errors, and of SPF_LATE */
};

/* explanation: an explain-string for domains that have none of their own, valid. */
typedef void spf_check(struct mg_call *call, const struct spf_query *query, const char *explanation,
		       struct spf_outcome *outcome_r);

/* One of the two engines. */
spf_check spf_check_host;

struct spf_engine {
	const char *name; /* its name in the configuration */
	spf_check *check; /* NULL when this build has been made without it */
};

#define SPF_ENGINES 2
extern const struct spf_engine spf_engines[SPF_ENGINES];

/* Begins the questions that evaluation will ask. Never blocks. */
void spf_ask_ahead(struct mg_call *call, const struct spf_query *query);

/*
 * Whether DNS can be asked for a domain: at least two labels, and no address literal (section 4.3).
 */
bool spf_is_domain(const char *domain);

/* Whether name is domain, or below it. */
bool spf_name_is_below(const char *name, const char *domain);

/* What both engines do alike: find the value of the macro p, and make the explanation. */
const char *spf_validated_name(struct spf_hosts *hosts, const char *domain);
const char *spf_explain(struct spf_hosts *hosts, const char *domain, const char *spec, size_t size,
			const char *otherwise);

/*
 * Whether an answer is missing because time ran out or no server answers: this is no fault of the
 * domain.
 */
bool spf_is_late(const struct mg_dns_answer *answer);

/* The text of an error that spf_record_digest() found in the record of a domain. */
const char *spf_record_problem(struct mg_call *call, const char *domain, const char *what,
			       const struct spf_term *where);

#endif
