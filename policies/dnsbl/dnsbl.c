/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks a client, its names and the sender up in lists of addresses and domains (RFC 5782). Each
 * question starts as soon as its subject is known. The answers are weighed once: at CONNECT if
 * they concern only the client, else at MAIL, when all is known.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../shared/public.h"
#include "dnsbl.h"

enum { LISTED, ALLOWED, UNLISTED };

static const struct mg_result results[] = {
	[LISTED] = {
		.name = "listed",
		.action = "reject 550 5.7.1 \"{subject} is listed by {zone}: {txt}\"",
		.help = "The weights of the lists that have an entry add up to threshold, or to "
			"more. There is no list but those that you chose.",
	},
	[ALLOWED] = {
		.name = "allowed",
		.help = "The sum is allow-threshold or less: lists of negative weight speak for "
			"the client.",
	},
	[UNLISTED] = {
		.name = "unlisted",
		.help = "The sum is between the two.",
	},
	{ .name = NULL },
};

static const char *const values[] = { "subject", "zone", "answer", "txt", "zones", "sum", NULL };

static const struct mg_counter counters[] = {
	[DNSBL_UNANSWERED] = { "unanswered",
			       "Questions to which a list gave no answer, or a strange one." },
	[DNSBL_DISBELIEVED] = { "disbelieved",
				"Entries not counted: the test of their list failed, or is not "
				"back." },
	{ NULL, NULL },
};

static const struct mg_item items[] = {
	MG_ITEM_LINES(struct dnsbl, zone_lines, "zone",
		      .syntax = "NAME [as NAME] [ANSWER ...] [weight NUMBER] [ipv4|ipv6]",
		      .help = "A list of addresses, in which the client is looked up; see LISTS."),
	MG_ITEM_LINES(
		struct dnsbl, domain_zone_lines, "domain-zone",
		.syntax = "NAME [as NAME] [client-name] [helo] [sender] [ANSWER ...] "
			  "[weight NUMBER]",
		.help = "A list of domains, in which the names given here are looked up, or all "
			"three."),
	MG_ITEM_INT(
		struct dnsbl, threshold, "threshold", .initial = "1", .min = 1, .max = 1000000,
		.syntax = "NUMBER",
		.help = "The least sum of weights with the result listed. The lists must be able "
			"to reach it."),
	MG_ITEM_INT(
		struct dnsbl, allow_threshold, "allow-threshold", .initial = "-1", .min = -1000000,
		.max = -1, .syntax = "NUMBER",
		.help = "The highest sum of weights with the result allowed. If given, the lists "
			"must be able to reach it."),
	MG_ITEM_DURATION(
		struct dnsbl, test_interval, "test-interval", .initial = "6h",
		.max = 30 * 86400000LL, .syntax = "DURATION",
		.help = "How often the test entries of each list (RFC 5782) are looked up, 1s at "
			"least; 0: never, for your own lists without test entries."),
	{ .name = NULL },
};

/* ---- Questions ------------------------------------------------------------------------- */

/* A domain that can be looked up: in ASCII, with a dot, and no address. */
static const char *domain_of(struct mg_call *call, const char *name)
{
	const char *domain = name ? mg_domain(call, name) : NULL;

	return domain && strchr(domain, '.') ? domain : NULL;
}

/* The domain of a reading of the sender, or NULL. */
static const char *sender_subject(struct mg_call *call, size_t index)
{
	const struct mg_reading *reading = mg_sender_reading(call, index);
	const char *at = reading ? strrchr(reading->address, '@') : NULL;

	return at ? domain_of(call, at + 1) : NULL;
}

/* What a list is asked about, or NULL when there is nothing to ask. reading: of the sender. */
static const char *subject_of(struct mg_call *call, enum dnsbl_about about, size_t reading)
{
	switch (about) {
	case DNSBL_CLIENT:
		return public_addr(mg_client_addr(call)) ? mg_client(call) : NULL;
	case DNSBL_CLIENT_NAME:
		return domain_of(call, mg_client_name(call));
	case DNSBL_HELO:
		return domain_of(call, mg_helo(call));
	default:
		return sender_subject(call, reading);
	}
}

/* The name to ask for, or NULL when this list is not to be asked. */
static const char *question_of(struct mg_call *call, const struct dnsbl_zone *zone,
			       enum dnsbl_about about, const char *subject)
{
	const struct sockaddr *addr = mg_client_addr(call);

	if (!subject || !(zone->about & DNSBL_BIT(about)))
		return NULL;
	if (about == DNSBL_CLIENT)
		return (addr->sa_family == AF_INET ? zone->ipv4 : zone->ipv6)
			       ? mg_dns_reverse(call, addr, zone->name)
			       : NULL;
	return mg_printf(call, MG_EVENT, "%s.%s", subject, zone->name);
}

/* A question of a list, as its walk knows it. */
struct question {
	size_t zone;
	bool text; /* an entry's text is asked for */
	bool test; /* an entry is believed only after another test */
};

/* What an entry needs is asked for as soon as it is known that there is one. */
static void ask_further(struct mg_dns_walk *walk, const char *name,
			const struct mg_dns_answer *answer, const void *data, const void *self)
{
	const struct dnsbl *dnsbl = self;
	const struct question *question = data;
	const struct dnsbl_zone *zone = &dnsbl->zones[question->zone];
	struct in_addr addr;

	if (dnsbl_read_answer(zone, answer, &addr) != DNSBL_COUNTS)
		return;
	if (question->text)
		mg_dns_walk_ask(walk, name, MG_DNS_TXT, NULL);
	if (question->test)
		mg_dns_walk_ask(walk, zone->list->tests[dnsbl_watch_deciding(zone)], MG_DNS_A,
				NULL);
}

static void ask(struct mg_call *call, const struct dnsbl *dnsbl, size_t index, const char *name)
{
	const struct dnsbl_zone *zone = &dnsbl->zones[index];
	const struct question question = { .zone = index,
					   .text = dnsbl->text && zone->weight > 0,
					   .test = dnsbl_watch_is_old(call, dnsbl, zone) };

	if (question.text || question.test)
		mg_dns_walk(call, 3, &question, sizeof(question), name, MG_DNS_A, ask_further);
	else
		mg_dns_prefetch(call, name, MG_DNS_A);
}

static void begin_reading(struct mg_call *call, const struct dnsbl *dnsbl, enum dnsbl_about about,
			  size_t reading)
{
	const char *subject =
		dnsbl->about & DNSBL_BIT(about) ? subject_of(call, about, reading) : NULL;

	for (size_t i = 0; subject && i < dnsbl->nzones; i++) {
		const char *name = question_of(call, &dnsbl->zones[i], about, subject);

		if (name)
			ask(call, dnsbl, i, name);
	}
}

static void begin(struct mg_call *call, const struct dnsbl *dnsbl, enum dnsbl_about about)
{
	begin_reading(call, dnsbl, about, 0);
}

static void dnsbl_start_connect(struct mg_call *call, const void *self)
{
	begin(call, self, DNSBL_CLIENT);
	begin(call, self, DNSBL_CLIENT_NAME);
	dnsbl_watch_start(call, self);
}

static void dnsbl_start_helo(struct mg_call *call, const void *self)
{
	begin(call, self, DNSBL_HELO);
	dnsbl_watch_start(call, self);
}

static void dnsbl_start_mail(struct mg_call *call, const void *self)
{
	for (size_t i = 0; mg_sender_reading(call, i); i++)
		begin_reading(call, self, DNSBL_SENDER, i);
	dnsbl_watch_start(call, self);
}

/* ---- What the lists say ---------------------------------------------------------------- */

/* One entry of a list. */
struct entry {
	const struct dnsbl_zone *zone;
	const char *subject, *name;
	struct in_addr answer;
};

/*
 * The answers so far. low and high: the bounds of the sum, given the lists without an answer
 * yet.
 */
struct tally {
	long long sum, low, high;
	struct entry worst, best; /* the highest positive weight, and the lowest negative */
	unsigned asked, unknown;
	bool late;
	char why[300];   /* why a list gave no answer */
	char zones[600]; /* those that have an entry */
	char detail[900];
};

static void append(char *text, size_t room, const char *word)
{
	const size_t size = strlen(text);

	snprintf(text + size, room - size, "%s%s", size ? ", " : "", word);
}

static void tally_entry(struct tally *tally, const struct entry *entry)
{
	const struct dnsbl_zone *zone = entry->zone;
	char answer[INET_ADDRSTRLEN] = "";
	char text[500];

	tally->sum += zone->weight;
	if (zone->weight > 0 && (!tally->worst.zone || zone->weight > tally->worst.zone->weight))
		tally->worst = *entry;
	if (zone->weight < 0 && (!tally->best.zone || zone->weight < tally->best.zone->weight))
		tally->best = *entry;
	inet_ntop(AF_INET, &entry->answer, answer, sizeof(answer));
	snprintf(text, sizeof(text), "%s: %s %s (%+lld)", entry->subject, zone->shown, answer,
		 zone->weight);
	append(tally->detail, sizeof(tally->detail), text);
	append(tally->zones, sizeof(tally->zones), zone->shown);
}

static void tally_unknown(struct tally *tally, const struct dnsbl_zone *zone, const char *why)
{
	if (zone->weight > 0)
		tally->high += zone->weight;
	else
		tally->low += zone->weight;
	tally->unknown++;
	snprintf(tally->why, sizeof(tally->why), "%s: %s", zone->shown, why);
}

static void tally_answer(struct mg_call *call, const struct dnsbl *dnsbl, struct tally *tally,
			 struct entry *entry)
{
	const struct mg_dns_answer *answer = mg_dns(call, entry->name, MG_DNS_A);
	const enum dnsbl_meaning meaning = dnsbl_read_answer(entry->zone, answer, &entry->answer);
	const enum dnsbl_trust trust =
		dnsbl_watch_judge(call, dnsbl, entry->zone, meaning == DNSBL_COUNTS);
	char text[INET_ADDRSTRLEN] = "", why[100];

	if (answer->status == MG_DNS_LATE || answer->status == MG_DNS_FAILED) {
		mg_count(call, DNSBL_UNANSWERED, 1);
		snprintf(why, sizeof(why), "gives no answer: %s", answer->why);
		/* A list is not to blame for a budget that is over, or for dead DNS. */
		if (answer->late != MG_DNS_NO_TIME && answer->late != MG_DNS_NO_SERVER)
			dnsbl_watch_complain(call, entry->zone, why);
		tally->late = tally->late || answer->status == MG_DNS_LATE;
		tally_unknown(tally, entry->zone, answer->why);
	} else if (meaning == DNSBL_REFUSED || meaning == DNSBL_NONSENSE) {
		mg_count(call, DNSBL_UNANSWERED, 1);
		inet_ntop(AF_INET, &entry->answer, text, sizeof(text));
		snprintf(why, sizeof(why), "answers %s: %s", text,
			 meaning == DNSBL_REFUSED ? "it refuses to answer"
						  : "that is not the answer of a list");
		dnsbl_watch_complain(call, entry->zone, why);
		tally_unknown(tally, entry->zone, why);
	} else if (meaning == DNSBL_COUNTS && trust != DNSBL_BELIEVED) {
		mg_count(call, DNSBL_DISBELIEVED, 1);
		tally->late = tally->late || trust == DNSBL_UNTESTED;
		tally_unknown(tally, entry->zone,
			      trust == DNSBL_UNTESTED ? "its test has not come back"
						      : "lists everything");
	} else if (meaning == DNSBL_COUNTS) {
		tally_entry(tally, entry);
	}
}

/* Adds up one list. A name that is, say, both the client's and its HELO counts as one entry. */
static void tally_zone(struct mg_call *call, const struct dnsbl *dnsbl, struct tally *tally,
		       const struct dnsbl_zone *zone, const char *const *subjects)
{
	const char *names[DNSBL_ABOUTS];

	for (int about = 0; about < DNSBL_ABOUTS; about++) {
		struct entry entry = { zone, subjects[about], NULL, { 0 } };
		bool again = false;

		entry.name = names[about] =
			question_of(call, zone, (enum dnsbl_about)about, entry.subject);
		for (int i = 0; entry.name && i < about; i++)
			again = again || (names[i] && strcmp(names[i], entry.name) == 0);
		if (!entry.name || again)
			continue;
		tally->asked++;
		tally_answer(call, dnsbl, tally, &entry);
	}
}

static int classify(const struct dnsbl *dnsbl, long long sum)
{
	return sum >= dnsbl->threshold         ? LISTED
	       : sum <= dnsbl->allow_threshold ? ALLOWED
					       : UNLISTED;
}

/* Of several lists one says why: they mostly have the same cause. */
static void say_unknown(struct mg_call *call, const struct tally *tally)
{
	if (tally->unknown > 1)
		mg_detail(call, "%u of %u look-ups have no usable answer, the last: %s",
			  tally->unknown, tally->asked, tally->why);
	else
		mg_detail(call, "%s", tally->why);
}

/* The list's own text, or else what it answered. */
static void say_entry(struct mg_call *call, const struct dnsbl *dnsbl, const struct entry *entry)
{
	char answer[INET_ADDRSTRLEN] = "";
	const struct mg_dns_answer *text = NULL;

	if (!entry->zone)
		return;
	inet_ntop(AF_INET, &entry->answer, answer, sizeof(answer));
	if (dnsbl->text && entry->zone->weight > 0)
		text = mg_dns(call, entry->name, MG_DNS_TXT);
	mg_value(call, "subject", entry->subject);
	mg_value(call, "zone", entry->zone->shown);
	mg_value(call, "answer", answer);
	mg_value(call, "txt",
		 text && text->n > 0 && *text->records[0].text ? text->records[0].text : answer);
}

static int judge_reading(struct mg_call *call, const struct dnsbl *dnsbl, size_t reading)
{
	const char *subjects[DNSBL_ABOUTS];
	struct tally tally = { .sum = 0 };
	char sum[24];
	int result;

	for (int about = 0; about < DNSBL_ABOUTS; about++)
		subjects[about] = dnsbl->about & DNSBL_BIT(about)
					  ? subject_of(call, (enum dnsbl_about)about, reading)
					  : NULL;
	for (size_t i = 0; i < dnsbl->nzones; i++)
		tally_zone(call, dnsbl, &tally, &dnsbl->zones[i], subjects);
	if (tally.asked == 0)
		return MG_NONE;
	result = classify(dnsbl, tally.sum + tally.low);
	/* The answers so far decide, unless the missing ones could change the result. */
	if (result != classify(dnsbl, tally.sum + tally.high)) {
		say_unknown(call, &tally);
		return tally.late ? MG_TIMEOUT : MG_ERROR;
	}
	snprintf(sum, sizeof(sum), "%lld", tally.sum);
	mg_value(call, "sum", sum);
	mg_value(call, "zones", tally.zones);
	say_entry(call, dnsbl, result == ALLOWED || !tally.worst.zone ? &tally.best : &tally.worst);
	mg_detail(call, "%s", tally.detail);
	return result;
}

/* The worse a result is, the higher. */
static int rank(int result)
{
	return result == ALLOWED                            ? 0
	       : result == LISTED                           ? 3
	       : result == MG_ERROR || result == MG_TIMEOUT ? 2
							    : 1;
}

/* Of a sender with several readings the worst counts. */
static int judge(struct mg_call *call, const struct dnsbl *dnsbl)
{
	const bool several = dnsbl->about & DNSBL_BIT(DNSBL_SENDER) && mg_sender_reading(call, 1);
	int result = judge_reading(call, dnsbl, 0), highest = rank(result);
	size_t worst = 0;

	for (size_t i = 1; several && mg_sender_reading(call, i); i++) {
		result = judge_reading(call, dnsbl, i);
		if (rank(result) <= highest)
			continue;
		highest = rank(result);
		worst = i;
	}
	/* What is said is about the last that was judged; its answers are known by now. */
	return several ? judge_reading(call, dnsbl, worst) : result;
}

static bool is_about_names(const struct dnsbl *dnsbl)
{
	return dnsbl->about & (DNSBL_BIT(DNSBL_HELO) | DNSBL_BIT(DNSBL_SENDER));
}

static int dnsbl_connect(struct mg_call *call, const void *self)
{
	return is_about_names(self) ? MG_NONE : judge(call, self);
}

static int dnsbl_mail(struct mg_call *call, const void *self)
{
	return judge(call, self);
}

static const struct mg_policy dnsbl_policy = {
	.abi = MG_ABI,
	.size = sizeof(dnsbl_policy),
	.name = "dnsbl",
	.help = "Looks up the client, its names and the sender in DNS lists.",
	MG_RESULTS(results),
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct dnsbl),
	.blocking = MG_BIT(MG_CONNECT) | MG_BIT(MG_MAIL),
	.open = dnsbl_open,
	.start = { [MG_CONNECT] = dnsbl_start_connect,
		   [MG_HELO] = dnsbl_start_helo,
		   [MG_MAIL] = dnsbl_start_mail },
	.on = { [MG_CONNECT] = dnsbl_connect, [MG_MAIL] = dnsbl_mail },
	.services = MG_SERVICE_DNS,
	MG_COUNTERS(counters),
	.shared_size = sizeof(struct dnsbl_shared),
};

MG_REGISTER(dnsbl_policy)
