/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy "dnsbl": notices lists that cannot be used, by the test entries that each must and
 * must not have (RFC 5782, 5). The first session begins the test, for which no mail waits; later
 * sessions log its result, and repeat the test after test-interval. An entry is believed only with
 * a fresh test: a list may begin to list everything at any time.
 */
#include "dnsbl.h"

#define WATCH_AGAIN_MS (5 * 60 * 1000LL) /* after a test without an answer */
#define WATCH_FRESH_MS (2 * 60 * 1000LL) /* how old a test may be when an entry is believed */
#define WATCH_COMPLAIN_MS (60 * 60 * 1000LL)

/* The data of a question of the test's walk. */
struct watch_step {
	size_t zone;
	enum dnsbl_entry entry;
};

/*
 * Takes over the watch that was tested longest ago: it belongs to a block that is gone, as half of
 * all watches do.
 */
static struct dnsbl_watch *watch_take_over(struct dnsbl_shared *shared, unsigned long long key)
{
	struct dnsbl_watch *oldest = &shared->watches[0];
	unsigned long long list;

	for (size_t i = 1; i < DNSBL_WATCHES; i++)
		if (atomic_load(&shared->watches[i].tested) < atomic_load(&oldest->tested))
			oldest = &shared->watches[i];
	list = atomic_load(&oldest->list);
	if (list != key && atomic_compare_exchange_strong(&oldest->list, &list, key)) {
		atomic_store(&oldest->state, 0);
		atomic_store(&oldest->complained, 0);
		atomic_store(&oldest->checked, 0);
		atomic_store(&oldest->tested, 0);
	}
	return oldest;
}

/* What is remembered of a list, for all sessions. */
static struct dnsbl_watch *watch_of(struct dnsbl_shared *shared, const struct dnsbl_list *list)
{
	for (size_t i = 0; i < DNSBL_WATCHES; i++) {
		struct dnsbl_watch *watch = &shared->watches[(list->key + i) % DNSBL_WATCHES];
		unsigned long long key = atomic_load(&watch->list);

		/*
		 * Another session may take the place at this moment, for the same list or another.
		 */
		if (key == 0 && atomic_compare_exchange_strong(&watch->list, &key, list->key))
			return watch;
		if (key == list->key)
			return watch;
	}
	return watch_take_over(shared, list->key);
}

static bool watch_is_domains(const struct dnsbl_zone *zone)
{
	return zone->about & DNSBL_NAMES;
}

static bool watch_is_wrong(enum dnsbl_entry entry, enum dnsbl_meaning meaning)
{
	if (entry == DNSBL_LISTED || entry == DNSBL_LISTED6)
		return meaning == DNSBL_NOTHING || meaning == DNSBL_NONSENSE;
	return meaning != DNSBL_NOTHING;
}

enum dnsbl_entry dnsbl_watch_deciding(const struct dnsbl_zone *zone)
{
	return zone->list->entries & DNSBL_ENTRIES4 ? DNSBL_NOT_LISTED : DNSBL_NOT_LISTED6;
}

/* Notes the answer about one entry. Runs on a thread of the DNS service. */
static void watch_then(struct mg_dns_walk *walk, const char *name,
		       const struct mg_dns_answer *answer, const void *data, const void *self)
{
	const struct dnsbl *dnsbl = self;
	const struct watch_step *step = data;
	const struct dnsbl_zone *zone = &dnsbl->zones[step->zone];
	struct dnsbl_watch *watch = watch_of(mg_dns_walk_shared(walk), zone->list);
	const unsigned bit = 1U << step->entry;
	const enum dnsbl_meaning meaning = dnsbl_read_answer(zone, answer, &(struct in_addr){ 0 });

	(void)name;
	if (answer->status == MG_DNS_FAILED || answer->status == MG_DNS_LATE ||
	    meaning == DNSBL_REFUSED) {
		atomic_fetch_or(&watch->state, DNSBL_NO_ANSWER);
	} else if (watch_is_wrong(step->entry, meaning)) {
		atomic_fetch_or(&watch->state, bit);
		atomic_fetch_and(&watch->state, ~DNSBL_TOLD);
	} else {
		atomic_fetch_and(&watch->state, ~bit);
	}
}

static void watch_begin(struct mg_call *call, const struct dnsbl *dnsbl, size_t index,
			struct dnsbl_watch *watch)
{
	const struct dnsbl_zone *zone = &dnsbl->zones[index];

	atomic_fetch_and(&watch->state, ~DNSBL_NO_ANSWER);
	for (int entry = 0; entry < DNSBL_ENTRIES; entry++) {
		const struct watch_step step = { index, (enum dnsbl_entry)entry };

		if (zone->list->entries & 1U << entry)
			mg_dns_walk(call, 1, &step, sizeof(step), zone->list->tests[entry],
				    MG_DNS_A, watch_then);
	}
}

/* Several sessions may find the test due at the same time: one of them begins it. */
static bool watch_is_due(struct dnsbl_watch *watch, long long interval, long long now)
{
	long long tested = atomic_load(&watch->tested);

	return (tested == 0 || now - tested >= interval) &&
	       atomic_compare_exchange_strong(&watch->tested, &tested, now);
}

static long long watch_interval(const struct dnsbl *dnsbl, struct dnsbl_watch *watch)
{
	const bool again = atomic_load(&watch->state) & DNSBL_NO_ANSWER &&
			   dnsbl->test_interval > WATCH_AGAIN_MS;

	return again ? WATCH_AGAIN_MS : dnsbl->test_interval;
}

void dnsbl_watch_start(struct mg_call *call, const struct dnsbl *dnsbl)
{
	const long long now = mg_now(call) + 1; /* never 0 */

	for (size_t i = 0; dnsbl->test_interval > 0 && i < dnsbl->nzones; i++) {
		struct dnsbl_watch *watch = watch_of(mg_shared(call), dnsbl->zones[i].list);

		if (watch_is_due(watch, watch_interval(dnsbl, watch), now))
			watch_begin(call, dnsbl, i, watch);
	}
}

static void watch_tell(struct mg_call *call, const struct dnsbl_zone *zone, unsigned state)
{
	static const struct {
		const char *entry, *domain, *what;
	} entries[DNSBL_ENTRIES] = {
		[DNSBL_LISTED] = { "127.0.0.2", "test", "does not list" },
		[DNSBL_NOT_LISTED] = { "127.0.0.1", "invalid", "lists" },
		[DNSBL_LISTED6] = { "::ffff:7f00:2", "", "does not list" },
		[DNSBL_NOT_LISTED6] = { "::ffff:7f00:1", "", "lists" },
	};

	for (int i = 0; i < DNSBL_ENTRIES; i++)
		if (state & (1U << i))
			mg_log(call, MG_LOG_WARNING,
			       "the list %s %s its test entry %s (RFC 5782): %s", zone->shown,
			       entries[i].what,
			       watch_is_domains(zone) ? entries[i].domain : entries[i].entry,
			       i == DNSBL_NOT_LISTED || i == DNSBL_NOT_LISTED6
				       ? "it lists everything, and is not believed"
				       : "it may have ended; is its name right?");
}

static long long watch_fresh(const struct dnsbl *dnsbl)
{
	return dnsbl->test_interval < WATCH_FRESH_MS ? dnsbl->test_interval : WATCH_FRESH_MS;
}

bool dnsbl_watch_is_old(struct mg_call *call, const struct dnsbl *dnsbl,
			const struct dnsbl_zone *zone)
{
	struct dnsbl_watch *watch = watch_of(mg_shared(call), zone->list);
	const long long tested = atomic_load(&watch->tested);
	const long long checked = atomic_load(&watch->checked);
	const long long last = checked > tested ? checked : tested;

	/* A list that was never tested is tested now, see dnsbl_watch_start(). */
	return dnsbl->test_interval > 0 && last > 0 &&
	       mg_now(call) + 1 - last >= watch_fresh(dnsbl);
}

/*
 * Waits for the entry that must be absent, which others may have asked for already: at the first
 * test together with the client's question, later when the list's entry for the client came.
 */
static enum dnsbl_trust watch_check(struct mg_call *call, const struct dnsbl *dnsbl,
				    const struct dnsbl_zone *zone, struct dnsbl_watch *watch)
{
	const long long now = mg_now(call) + 1;
	const char *name = zone->list->tests[dnsbl_watch_deciding(zone)];
	const struct mg_dns_answer *answer;
	enum dnsbl_meaning meaning;

	if (watch_is_due(watch, watch_fresh(dnsbl), now))
		watch_begin(call, dnsbl, (size_t)(zone - dnsbl->zones), watch);
	answer = mg_dns(call, name, MG_DNS_A);
	if (answer->late == MG_DNS_NO_TIME)
		return DNSBL_UNTESTED;
	meaning = dnsbl_read_answer(zone, answer, &(struct in_addr){ 0 });
	if (meaning != DNSBL_NOTHING && meaning != DNSBL_REFUSED)
		return DNSBL_LISTS_ALL;
	/* A test without an answer shows nothing against the list, and has to be made again. */
	if (meaning == DNSBL_NOTHING && answer->status != MG_DNS_FAILED &&
	    answer->status != MG_DNS_LATE)
		atomic_store(&watch->checked, now);
	return DNSBL_BELIEVED;
}

enum dnsbl_trust dnsbl_watch_judge(struct mg_call *call, const struct dnsbl *dnsbl,
				   const struct dnsbl_zone *zone, bool lists)
{
	struct dnsbl_watch *watch = watch_of(mg_shared(call), zone->list);
	const long long checked = atomic_load(&watch->checked);
	const bool old = checked == 0 || mg_now(call) + 1 - checked >= watch_fresh(dnsbl);
	const bool unsure = lists && dnsbl->test_interval > 0 && old;
	const enum dnsbl_trust trust =
		unsure ? watch_check(call, dnsbl, zone, watch) : DNSBL_BELIEVED;
	const unsigned state = atomic_load(&watch->state);

	if (state & DNSBL_WRONG && !(state & DNSBL_TOLD) &&
	    !(atomic_fetch_or(&watch->state, DNSBL_TOLD) & DNSBL_TOLD))
		watch_tell(call, zone, state);
	return state & (1U << DNSBL_NOT_LISTED | 1U << DNSBL_NOT_LISTED6) ? DNSBL_LISTS_ALL : trust;
}

void dnsbl_watch_complain(struct mg_call *call, const struct dnsbl_zone *zone, const char *why)
{
	const long long now = mg_now(call) + 1;
	struct dnsbl_watch *watch = watch_of(mg_shared(call), zone->list);
	long long before = atomic_load(&watch->complained);

	if (before != 0 && now - before < WATCH_COMPLAIN_MS)
		return;
	if (atomic_compare_exchange_strong(&watch->complained, &before, now))
		mg_log(call, MG_LOG_WARNING, "the list %s %s", zone->shown, why);
}
