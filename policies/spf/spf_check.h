/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The evaluation of SPF, by one of two engines; and its questions, asked ahead of it (RFC 7208,
 * section 4).
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
 * How many questions are asked ahead, but for those for hosts, which MG_DNS_WALK_LAST bounds:
 * that of the record, and one for each term that may be evaluated. When more terms were found
 * than that, the first are asked ahead, and evaluation asks for the others as it comes to them:
 * so a tree of includes costs at most twice as many, however it grows.
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
	SPF_LATE /* the deadline came first, or DNS is dead */
};

/* The strings live to the end of the call; "" for none. */
struct spf_outcome {
	enum spf_result result;
	const char
		*mechanism; /* as it stands in the sender's record; "default" when none matched */
	const char *explanation; /* of SPF_FAIL */
	const char *problem;     /* of the errors, and of SPF_LATE */
};

/* explanation: an explain-string for domains that have none of their own, valid. */
typedef void spf_check(struct mg_call *call, const struct spf_query *query, const char *explanation,
		       struct spf_outcome *outcome_r);

/* Our own. */
spf_check spf_check_host;

struct spf_engine {
	const char *name; /* as in the configuration */
	spf_check *check; /* NULL when it was left out of this build */
};

#define SPF_ENGINES 2
extern const struct spf_engine spf_engines[SPF_ENGINES];

/* Begins the questions that evaluation will ask. Never blocks. */
void spf_ask_ahead(struct mg_call *call, const struct spf_query *query);

/*
 * Whether a question could be put at all: a name of at least two labels, and no address literal
 * (section 4.3).
 */
bool spf_is_domain(const char *domain);

/* Whether name is domain, or below it. */
bool spf_name_is_below(const char *name, const char *domain);

/* Of the macro p, and of the explanation: what both engines do alike. */
const char *spf_validated_name(struct spf_hosts *hosts, const char *domain);
const char *spf_explain(struct spf_hosts *hosts, const char *domain, const char *spec, size_t size,
			const char *otherwise);

/*
 * Whether there is no answer for lack of time, or of any server: that says nothing about the
 * domain.
 */
bool spf_is_late(const struct mg_dns_answer *answer);

/* What spf_record_digest() found wrong in the record of a domain, as a text. */
const char *spf_record_problem(struct mg_call *call, const char *domain, const char *what,
			       const struct spf_term *where);

/* Formats into the call's memory. */
__attribute__((nonnull)) char *spf_printf(struct mg_call *call, const char *fmt, ...)
	MG_PRINTF(2, 3);

#endif
