/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "dnsbl": its lists, as the configuration names them. */
#ifndef MG_DNSBL_H
#define MG_DNSBL_H

#include <millgate/policy.h>

#include <stdatomic.h>

/* The policy's counters, by index. */
enum dnsbl_counter { DNSBL_UNANSWERED, DNSBL_DISBELIEVED };

/* What a list is asked about. */
enum dnsbl_about { DNSBL_CLIENT, DNSBL_CLIENT_NAME, DNSBL_HELO, DNSBL_SENDER, DNSBL_ABOUTS };
#define DNSBL_BIT(about) (1U << (about))
#define DNSBL_NAMES (DNSBL_BIT(DNSBL_CLIENT_NAME) | DNSBL_BIT(DNSBL_HELO) | DNSBL_BIT(DNSBL_SENDER))

/*
 * Test entries that a list must or must not have (RFC 5782, section 5). Lists of domains use the
 * first two.
 */
enum dnsbl_entry {
	DNSBL_LISTED,
	DNSBL_NOT_LISTED,
	DNSBL_LISTED6,
	DNSBL_NOT_LISTED6,
	DNSBL_ENTRIES
};
#define DNSBL_ENTRIES4 (1U << DNSBL_LISTED | 1U << DNSBL_NOT_LISTED)
#define DNSBL_ENTRIES6 (1U << DNSBL_LISTED6 | 1U << DNSBL_NOT_LISTED6)

/* A list's test: which entries gave a wrong answer (1 << entry), and whether that was logged. */
#define DNSBL_WRONG ((1U << DNSBL_ENTRIES) - 1)
#define DNSBL_TOLD (1U << DNSBL_ENTRIES)
#define DNSBL_NO_ANSWER (2U << DNSBL_ENTRIES)

/*
 * What is remembered of a list: only when it was tested, the result of the test, and when it was
 * last complained about. All sessions of an instance share this memory, so all of it is atomic. It
 * survives a reload, so that lists are not tested anew.
 */
struct dnsbl_watch {
	atomic_ullong list;      /* whose it is: the list's key; 0 for a free place */
	atomic_llong tested;     /* when its test was begun: ms, 0 for never */
	atomic_llong checked;    /* when the entry that must be absent was last waited for */
	atomic_llong complained; /* when the log last had a missing or strange answer of it */
	atomic_uint state;
};

#define DNSBL_LISTS_MAX 64 /* different ones of one block */
/* Half of them are for lists of blocks that are gone; see watch_take_over(). */
#define DNSBL_WATCHES 128

struct dnsbl_shared {
	struct dnsbl_watch watches[DNSBL_WATCHES];
};

/* A list, of all lines that name it. */
struct dnsbl_list {
	uint64_t key;                     /* of its name and kind; not 0 */
	unsigned entries;                 /* 1 << entry: the test entries that its lines need */
	const char *tests[DNSBL_ENTRIES]; /* their names in the zone */
};

/* Answers, by octet: a bit for each value. */
struct dnsbl_mask {
	uint64_t octets[4][4];
};

/* One line of the block: a list, its answers that count, and their weight. */
struct dnsbl_zone {
	const char *name;
	const char *shown; /* what texts and the log call it: the name may have a secret key */
	unsigned about;    /* DNSBL_BIT()s */
	bool ipv4, ipv6;   /* which clients it is asked about; both for a list of domains */
	size_t nmasks;     /* 0: all that are answers of a list */
	const struct dnsbl_mask *masks;
	long long weight;
	const struct dnsbl_list *list;
};

struct dnsbl {
	struct mg_lines zone_lines, domain_zone_lines;
	long long threshold, allow_threshold;
	long long test_interval; /* ms; 0: never */
	size_t nzones;
	struct dnsbl_zone *zones;
	size_t nlists;
	struct dnsbl_list *lists;
	unsigned about; /* of all zones */
	bool text;      /* some reply has {txt}, so texts are looked up */
};

/* What an answer of a list means. */
enum dnsbl_meaning {
	DNSBL_COUNTS,
	DNSBL_OTHER,   /* an answer of the list, but none that this line counts */
	DNSBL_NOTHING, /* not listed */
	DNSBL_REFUSED, /* the operator refuses to answer us */
	DNSBL_NONSENSE /* nothing that a list would answer */
};

/* addr_r: the first record that has this meaning; not set for DNSBL_NOTHING. */
enum dnsbl_meaning dnsbl_read_answer(const struct dnsbl_zone *zone,
				     const struct mg_dns_answer *answer, struct in_addr *addr_r);

/* open(): reads the lines. */
int dnsbl_open(struct mg_conf *conf, void *self);

/* Begins to look up the test entries of all lists whose test is due. Never blocks. */
void dnsbl_watch_start(struct mg_call *call, const struct dnsbl *dnsbl);

/*
 * Whether the last test is too old for an entry that is found now. Then the name of
 * dnsbl_watch_deciding() is asked for early.
 */
bool dnsbl_watch_is_old(struct mg_call *call, const struct dnsbl *dnsbl,
			const struct dnsbl_zone *zone);

/* The test entry whose answer is needed before the list is believed. */
enum dnsbl_entry dnsbl_watch_deciding(const struct dnsbl_zone *zone);

/* Whether a list is believed when it speaks against somebody. */
enum dnsbl_trust {
	DNSBL_BELIEVED,
	DNSBL_LISTS_ALL, /* no: it has the entry that must be absent */
	DNSBL_UNTESTED   /* no: its test was not answered in time */
};

/*
 * Logs the result of the test, once. lists: the list has the client or a name of it, which is
 * believed only with a test that is minutes old at most.
 */
enum dnsbl_trust dnsbl_watch_judge(struct mg_call *call, const struct dnsbl *dnsbl,
				   const struct dnsbl_zone *zone, bool lists);

/* Logs, once an hour, that a list refuses, gives a strange answer, or does not answer. */
void dnsbl_watch_complain(struct mg_call *call, const struct dnsbl_zone *zone, const char *why);

#endif
