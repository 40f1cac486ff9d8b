/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "dnsbl": parses the lines of its lists, and the answers that count (RFC 5782, 2.3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../shared/mapped.h"
#include "dnsbl.h"

#define WEIGHT_MAX 1000000
#define TEST_INTERVAL_MIN 1000 /* ms */
#define ZONE_MAX 180           /* octets: an IPv6 address in nibbles must fit before it */

/* ---- Answers that count ------------------------------------------------------------ */

static void mask_set(struct dnsbl_mask *mask, unsigned octet, unsigned first, unsigned last)
{
	for (unsigned value = first; value <= last; value++)
		mask->octets[octet][value / 64] |= (uint64_t)1 << value % 64;
}

static bool mask_has(const struct dnsbl_mask *mask, struct in_addr addr)
{
	const unsigned char *bytes = (const unsigned char *)&addr;

	for (unsigned i = 0; i < 4; i++)
		if (!(mask->octets[i][bytes[i] / 64] >> bytes[i] % 64 & 1))
			return false;
	return true;
}

/* Reads a number up to max; returns what follows, or NULL. */
static const char *number_read(const char *text, unsigned max, unsigned *number_r)
{
	*number_r = 0;
	if (*text < '0' || *text > '9')
		return NULL;
	for (; *text >= '0' && *text <= '9'; text++) {
		*number_r = *number_r * 10 + (unsigned)(*text - '0');
		if (*number_r > max)
			return NULL;
	}
	return text;
}

/* Reads "2,4,9-11"; returns what follows, or NULL. */
static const char *octet_read(const char *text, struct dnsbl_mask *mask, unsigned octet)
{
	unsigned first, last;

	for (;;) {
		text = number_read(text, 255, &first);
		last = first;
		if (text && *text == '-')
			text = number_read(text + 1, 255, &last);
		if (!text || last < first)
			return NULL;
		mask_set(mask, octet, first, last);
		if (*text != ',')
			return text;
		text++;
	}
}

/* The network of an address and so many bits: of each octet a range. */
static bool mask_widen(struct dnsbl_mask *mask, const char *bits)
{
	unsigned n;
	const char *end = number_read(bits, 32, &n);

	if (!end || *end)
		return false;
	for (unsigned i = 0; i < 4; i++) {
		const unsigned fixed = n > i * 8 ? n - i * 8 : 0;
		const unsigned host = fixed >= 8 ? 0 : 0xffU >> fixed;
		unsigned value = 0;

		while (!(mask->octets[i][value / 64] >> value % 64 & 1))
			value++;
		mask_set(mask, i, value & ~host, value | host);
	}
	return true;
}

/*
 * Parses 127.0.0.2, 127.0.0.2-11, 127.0.0.2,4,9, 127.0.0-10.1-3 or 127.0.0.0/24. Lists answer with
 * addresses of 127.0.0.0/8 only.
 */
static bool mask_read(const char *text, struct dnsbl_mask *mask)
{
	const bool plain = !strpbrk(text, "-,");

	memset(mask, 0, sizeof(*mask));
	for (unsigned i = 0; i < 4; i++) {
		if (i > 0 && *text++ != '.')
			return false;
		text = octet_read(text, mask, i);
		if (!text)
			return false;
	}
	if (*text && !(plain && *text == '/' && mask_widen(mask, text + 1)))
		return false;
	return mask->octets[0][127 / 64] >> 127 % 64 & 1;
}

static bool mask_has_only(const struct dnsbl_mask *mask, unsigned octet, unsigned value)
{
	struct dnsbl_mask only = { 0 };

	mask_set(&only, octet, value, value);
	return memcmp(mask->octets[octet], only.octets[octet], sizeof(only.octets[octet])) == 0;
}

/*
 * Whether a mask has only addresses by which operators refuse, which never count: see
 * read_address().
 */
static bool mask_is_refusal(const struct dnsbl_mask *mask)
{
	return mask_has_only(mask, 0, 127) && mask_has_only(mask, 1, 255) &&
	       mask_has_only(mask, 2, 255);
}

/*
 * Operators refuse service with 127.255.255.0/24. Addresses outside of 127.0.0.0/8 belong to
 * some web server, not to a list.
 */
static enum dnsbl_meaning read_address(const struct dnsbl_zone *zone, struct in_addr addr)
{
	const uint32_t host = ntohl(addr.s_addr);

	if (host >> 8 == 0x7fffff)
		return DNSBL_REFUSED;
	if (host >> 24 != 0x7f)
		return DNSBL_NONSENSE;
	for (size_t i = 0; i < zone->nmasks; i++)
		if (mask_has(&zone->masks[i], addr))
			return DNSBL_COUNTS;
	if (zone->nmasks > 0)
		return DNSBL_OTHER;
	/* 127.0.0.1 is another way to refuse, unless a mask names it. */
	return host == 0x7f000001 ? DNSBL_REFUSED : DNSBL_COUNTS;
}

enum dnsbl_meaning dnsbl_read_answer(const struct dnsbl_zone *zone,
				     const struct mg_dns_answer *answer, struct in_addr *addr_r)
{
	enum dnsbl_meaning meaning = DNSBL_NOTHING;

	for (size_t i = 0; i < answer->n; i++) {
		const enum dnsbl_meaning one = read_address(zone, answer->records[i].u.a);

		/* A refusal among the records makes all of them doubtful. */
		if (one >= DNSBL_REFUSED || one == DNSBL_COUNTS)
			*addr_r = answer->records[i].u.a;
		if (one >= DNSBL_REFUSED)
			return one;
		if (one == DNSBL_COUNTS || meaning == DNSBL_NOTHING)
			meaning = one;
	}
	return meaning;
}

/* ---- Lines ------------------------------------------------------------------------- */

/* The reading of a block. */
struct reader {
	struct mg_conf *conf;
	struct dnsbl *dnsbl;
	const struct mg_line *line;
	bool domains; /* a line of a list of domains */
	bool failed;
	unsigned said; /* of the line: its SAID_... words */
};

/* Words that a line may have once, besides those of DNSBL_NAMES. */
#define SAID_IPV4 (1U << DNSBL_ABOUTS)
#define SAID_IPV6 (2U << DNSBL_ABOUTS)
#define SAID_WEIGHT (4U << DNSBL_ABOUTS)
#define SAID_AS (8U << DNSBL_ABOUTS)

static bool zone_is_name(const char *name)
{
	size_t label = 0, size = 0;

	if (strspn(name, "0123456789.") == strlen(name))
		return false;
	for (const char *at = name; *at; at++, size++) {
		const char c = *at;

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_' || c == '.'))
			return false;
		if (c == '.' && label == 0)
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return size > 0 && size <= ZONE_MAX;
}

/* ---- What texts and the log call a list ---------------------------------------------- */

#define SHOWN_MAX 100  /* octets of "as NAME" */
#define KEY_MIN 12     /* octets of a key that has letters and digits */
#define KEY_LETTERS 20 /* octets of one that has only letters: no word is as long */
#define KEY_DIGITS 6   /* octets of one that has only digits */

/* ASCII, so that any client's reply can have it. */
static bool shown_is_name(const char *name)
{
	size_t size = 0;

	while (name[size] >= ' ' && name[size] <= '~')
		size++;
	return !name[size] && size > 0 && size <= SHOWN_MAX;
}

/* Whether a label looks like the key of an account, by which a paid list knows its customers. */
static bool label_is_key(const char *label, size_t size)
{
	size_t digits = 0;

	for (size_t i = 0; i < size; i++)
		digits += label[i] >= '0' && label[i] <= '9';
	return size >= (digits == size ? KEY_DIGITS : digits > 0 ? KEY_MIN : KEY_LETTERS);
}

/* The name of the zone, with "*" for labels that look like keys, but for the last two labels. */
static const char *shown_make(struct mg_conf *conf, const char *zone)
{
	char *shown = mg_conf_alloc(conf, strlen(zone) + 1), *end = shown;

	for (size_t size; *zone; zone += size) {
		const char *dot = strchr(zone, '.');
		const bool inner = dot && strchr(dot + 1, '.');

		size = dot ? (size_t)(dot - zone) : strlen(zone);
		if (inner && label_is_key(zone, size))
			*end++ = '*';
		else
			end = (char *)memcpy(end, zone, size) + size;
		if (dot) {
			*end++ = '.';
			size++;
		}
	}
	return shown;
}

/* ---- The words of a line ------------------------------------------------------------- */

static bool weight_read(const char *word, long long *weight_r)
{
	char *end;

	if (!word || strspn(word, "+-0123456789") != strlen(word))
		return false;
	*weight_r = strtoll(word, &end, 10);
	return end != word && !*end && *weight_r != 0 && *weight_r >= -WEIGHT_MAX &&
	       *weight_r <= WEIGHT_MAX;
}

/* The bit of a word that a line may have once; 0 for other words. */
static unsigned word_said(bool domains, const char *word)
{
	static const struct {
		const char *word;
		bool addresses, domains; /* the kinds of lists whose lines may have it */
		unsigned said;
	} words[] = { { "weight", true, true, SAID_WEIGHT },
		      { "as", true, true, SAID_AS },
		      { "ipv4", true, false, SAID_IPV4 },
		      { "ipv6", true, false, SAID_IPV6 },
		      { "client-name", false, true, DNSBL_BIT(DNSBL_CLIENT_NAME) },
		      { "helo", false, true, DNSBL_BIT(DNSBL_HELO) },
		      { "sender", false, true, DNSBL_BIT(DNSBL_SENDER) } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((domains ? words[i].domains : words[i].addresses) &&
		    strcmp(words[i].word, word) == 0)
			return words[i].said;
	return 0;
}

static void zone_read_answer(struct reader *r, struct dnsbl_zone *zone, struct dnsbl_mask *mask,
			     size_t word)
{
	const char *text = mg_line_word(r->line, word);
	const bool is_answer = mask_read(text, mask);

	if (is_answer && !mask_is_refusal(mask)) {
		zone->nmasks++;
		return;
	}
	if (is_answer)
		mg_conf_error(
			r->conf, r->line, word,
			"found \"%s\", with which operators refuse to answer: it never counts",
			text);
	else
		mg_conf_error(r->conf, r->line, word,
			      "found \"%s\", expected weight NUMBER, as NAME, %s, or answers as "
			      "127.0.0.2, 127.0.0.2-11, 127.0.0.2,4,9 or 127.0.0.0/24",
			      text, r->domains ? "client-name, helo, sender" : "ipv4, ipv6");
	r->failed = true;
}

/* The value of the word at the index, which is weight or as. */
static void zone_read_value(struct reader *r, struct dnsbl_zone *zone, unsigned said, size_t word)
{
	const char *value = mg_line_word(r->line, word + 1);

	if (said == SAID_AS && value && shown_is_name(value)) {
		zone->shown = value;
	} else if (said == SAID_AS) {
		mg_conf_error(r->conf, r->line, word,
			      "as takes the name that texts and the log show, of 1 to %d printable "
			      "characters",
			      SHOWN_MAX);
		r->failed = true;
	} else if (!weight_read(value, &zone->weight)) {
		mg_conf_error(r->conf, r->line, word,
			      "weight takes a whole number from -%d to %d other than 0", WEIGHT_MAX,
			      WEIGHT_MAX);
		r->failed = true;
	}
}

static void zone_read_words(struct reader *r, struct dnsbl_zone *zone)
{
	struct dnsbl_mask *masks = mg_conf_alloc(r->conf, mg_line_words(r->line) * sizeof(*masks));

	zone->masks = masks;
	r->said = 0;
	for (size_t i = 2; i < mg_line_words(r->line); i++) {
		const unsigned said = word_said(r->domains, mg_line_word(r->line, i));

		if (r->said & said) {
			mg_conf_error(r->conf, r->line, i, "found a second \"%s\"",
				      mg_line_word(r->line, i));
			r->failed = true;
		}
		r->said |= said;
		if (!said)
			zone_read_answer(r, zone, &masks[zone->nmasks], i);
		else if (said & (SAID_WEIGHT | SAID_AS))
			zone_read_value(r, zone, said, i++);
	}
}

/* Without a final dot, so that all spellings of a name are the same list. */
static const char *zone_name(struct reader *r, const char *word)
{
	const size_t size = strlen(word);
	char *name = strcpy(mg_conf_alloc(r->conf, size + 1), word);

	if (name[size - 1] == '.')
		name[size - 1] = '\0';
	return name;
}

/*
 * FNV-1a of the name without regard to case, and of the kind: a list of addresses and one of
 * domains may have the same name.
 */
static uint64_t list_key(const char *name, bool domains)
{
	uint64_t key = 0xcbf29ce484222325;

	for (; *name; name++) {
		const unsigned char c = (unsigned char)*name;

		key = (key ^ (c >= 'A' && c <= 'Z' ? c | 0x20U : c)) * 0x100000001b3;
	}
	key = (key ^ domains) * 0x100000001b3;
	return key ? key : 1;
}

/* The names of a list's test entries, of which RFC 5782 gives both kinds in section 5. */
static void list_name_tests(struct reader *r, struct dnsbl_list *list, const char *zone)
{
	static const char *const labels[2][DNSBL_ENTRIES] = {
		{ [DNSBL_LISTED] = "2.0.0.127",
		  [DNSBL_NOT_LISTED] = "1.0.0.127",
		  [DNSBL_LISTED6] =
			  "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
		  [DNSBL_NOT_LISTED6] =
			  "1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0" },
		{ [DNSBL_LISTED] = "test", [DNSBL_NOT_LISTED] = "invalid" },
	};

	for (int i = 0; i < DNSBL_ENTRIES; i++) {
		const char *label = labels[r->domains][i];
		const size_t size = label ? strlen(label) + 1 + strlen(zone) + 1 : 0;
		char *name = label ? mg_conf_alloc(r->conf, size) : NULL;

		if (name)
			snprintf(name, size, "%s.%s", label, zone);
		list->tests[i] = name;
	}
}

/* All lines that name a list share what is known of it. */
static struct dnsbl_list *zone_list(struct reader *r, const struct dnsbl_zone *zone)
{
	const uint64_t key = list_key(zone->name, zone->about & DNSBL_NAMES);
	struct dnsbl *dnsbl = r->dnsbl;
	size_t i = 0;

	while (i < dnsbl->nlists && dnsbl->lists[i].key != key)
		i++;
	if (i == dnsbl->nlists) {
		dnsbl->nlists++;
		dnsbl->lists[i].key = key;
		list_name_tests(r, &dnsbl->lists[i], zone->name);
	}
	if (dnsbl->nlists == DNSBL_LISTS_MAX + 1 && i == DNSBL_LISTS_MAX) {
		mg_conf_error(r->conf, r->line, 1,
			      "found list number %d, expected %d at most in one block",
			      DNSBL_LISTS_MAX + 1, DNSBL_LISTS_MAX);
		r->failed = true;
	}
	return &dnsbl->lists[i];
}

/* Reports a line that repeats an earlier one: each entry would count twice. */
static void zone_check_new(struct reader *r, const struct dnsbl_zone *zone)
{
	for (const struct dnsbl_zone *other = r->dnsbl->zones; other < zone; other++) {
		if (other->list != zone->list || other->about != zone->about ||
		    other->ipv4 != zone->ipv4 || other->ipv6 != zone->ipv6 ||
		    other->nmasks != zone->nmasks ||
		    memcmp(other->masks, zone->masks, zone->nmasks * sizeof(*zone->masks)) != 0)
			continue;
		mg_conf_error(r->conf, r->line, 1,
			      "the list %s has such a line already: expected other answers, or "
			      "one line with the weight of both",
			      zone->name);
		r->failed = true;
		return;
	}
}

static void zone_read(struct reader *r)
{
	struct dnsbl_zone *zone = &r->dnsbl->zones[r->dnsbl->nzones];
	const char *name = mg_line_word(r->line, 1);
	struct dnsbl_list *list;

	if (!name || !zone_is_name(name)) {
		mg_conf_error(r->conf, r->line, name ? 1 : 0,
			      "%s takes the name of a list's zone first, as zen.example.org",
			      mg_line_word(r->line, 0));
		r->failed = true;
		return;
	}
	zone->name = zone_name(r, name);
	zone->shown = shown_make(r->conf, zone->name);
	zone->weight = 1;
	zone_read_words(r, zone);
	zone->about = r->said & DNSBL_NAMES ? r->said & DNSBL_NAMES
		      : r->domains          ? DNSBL_NAMES
					    : DNSBL_BIT(DNSBL_CLIENT);
	zone->ipv4 = !(r->said & SAID_IPV6) || r->said & SAID_IPV4;
	zone->ipv6 = !(r->said & SAID_IPV4) || r->said & SAID_IPV6;
	zone->list = list = zone_list(r, zone);
	zone_check_new(r, zone);
	if (zone->ipv4)
		list->entries |= DNSBL_ENTRIES4;
	if (r->said & SAID_IPV6) /* the line states that the list has these */
		list->entries |= DNSBL_ENTRIES6;
	r->dnsbl->about |= zone->about;
	r->dnsbl->nzones++;
}

static void zones_read(struct reader *r, const struct mg_lines *lines, bool domains)
{
	r->domains = domains;
	for (size_t i = 0; i < lines->n; i++) {
		r->line = lines->v[i];
		zone_read(r);
	}
}

/* Whether a text of the block can show the list's text: if none does, it is not looked up. */
static bool text_is_wanted(struct mg_conf *conf)
{
	const struct mg_line *line;

	for (size_t i = 0; (line = mg_conf_item(conf, "on", i)); i++)
		for (size_t word = 2; word < mg_line_words(line); word++)
			if (strstr(mg_line_word(line, word), "{txt}"))
				return true;
	return !mapped_line(conf, "listed"); /* the result's default text has {txt} */
}

/* The most that a line adds to the sum of a client of one family: its weight for each name. */
static long long zone_weighs(const struct dnsbl_zone *zone, bool ipv6)
{
	return (ipv6 ? zone->ipv6 : zone->ipv4) ? zone->weight * __builtin_popcount(zone->about)
						: 0;
}

/* The highest (sign 1) or lowest (-1) sum that any client's entries can make. */
static long long sum_reached(const struct dnsbl *dnsbl, int sign)
{
	long long sums[2] = { 0, 0 };

	for (size_t i = 0; i < dnsbl->nzones; i++)
		for (int ipv6 = 0; ipv6 < 2 && dnsbl->zones[i].weight * sign > 0; ipv6++)
			sums[ipv6] += zone_weighs(&dnsbl->zones[i], ipv6);
	return sums[0] * sign > sums[1] * sign ? sums[0] : sums[1];
}

/* Reports a threshold that no sum reaches, if it is in the file or its result has an action. */
static void threshold_check(struct reader *r, int sign, const char *item, long long threshold,
			    const char *result)
{
	const long long sum = sum_reached(r->dnsbl, sign);
	const struct mg_line *line = mg_conf_item(r->conf, item, 0);

	if (!line)
		line = mapped_action(r->conf, result);
	if (!line || sum * sign >= threshold * sign)
		return;
	mg_conf_error(r->conf, line, 1,
		      "the result %s cannot occur: the weights of the lists add up to %lld, "
		      "expected %s %lld",
		      result, sum, item, threshold);
	r->failed = true;
}

/* The stages at which look-ups begin or the result is decided: see dnsbl.c. */
static unsigned stages_needed(unsigned about)
{
	unsigned stages = 0;

	if (about & (DNSBL_BIT(DNSBL_CLIENT) | DNSBL_BIT(DNSBL_CLIENT_NAME)))
		stages |= MG_BIT(MG_CONNECT);
	if (about & DNSBL_BIT(DNSBL_HELO))
		stages |= MG_BIT(MG_HELO);
	if (about & (DNSBL_BIT(DNSBL_HELO) | DNSBL_BIT(DNSBL_SENDER)))
		stages |= MG_BIT(MG_MAIL);
	return stages;
}

int dnsbl_open(struct mg_conf *conf, void *self)
{
	struct dnsbl *dnsbl = self;
	struct reader r = { .conf = conf, .dnsbl = dnsbl };
	const size_t lines = dnsbl->zone_lines.n + dnsbl->domain_zone_lines.n;

	dnsbl->zones = mg_conf_alloc(conf, (lines + 1) * sizeof(*dnsbl->zones));
	dnsbl->lists = mg_conf_alloc(conf, (lines + 1) * sizeof(*dnsbl->lists));
	zones_read(&r, &dnsbl->zone_lines, false);
	zones_read(&r, &dnsbl->domain_zone_lines, true);
	if (lines == 0) {
		mg_conf_error(conf, NULL, 0,
			      "dnsbl has no list: expected a line \"zone NAME\" or "
			      "\"domain-zone NAME\"");
		r.failed = true;
	}
	if (dnsbl->test_interval > 0 && dnsbl->test_interval < TEST_INTERVAL_MIN) {
		mg_conf_error(conf, mg_conf_item(conf, "test-interval", 0), 1,
			      "found a test-interval of %lldms, expected 0, or 1s at least",
			      dnsbl->test_interval);
		r.failed = true;
	}
	if (!r.failed) {
		threshold_check(&r, 1, "threshold", dnsbl->threshold, "listed");
		threshold_check(&r, -1, "allow-threshold", dnsbl->allow_threshold, "allowed");
	}
	dnsbl->text = text_is_wanted(conf);
	/* After an error all stages, so that a policy that never runs is not reported as well. */
	if (!r.failed)
		mg_conf_stages(conf, stages_needed(dnsbl->about));
	return r.failed ? -1 : 0;
}
