/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "dnsbl": reads the lines that name its lists, and the answers that count (RFC 5782, 2.3). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dnsbl.h"

#define WEIGHT_MAX 1000000
#define ZONE_MAX 180 /* octets: an IPv6 address in nibbles must fit before it */

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

/* Reads 127.0.0.2, 127.0.0.2-11, 127.0.0.2,4,9, 127.0.0-10.1-3 or 127.0.0.0/24. No list answers with anything else. */
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

/* 127.255.255.0/24 is what operators refuse with; other addresses than 127.0.0.0/8 are some web server's, not a list's. */
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
	/* Unless a mask names it, this is another way to refuse. */
	return host == 0x7f000001 ? DNSBL_REFUSED : DNSBL_COUNTS;
}

enum dnsbl_meaning dnsbl_read_answer(const struct dnsbl_zone *zone,
				     const struct mg_dns_answer *answer, struct in_addr *addr_r)
{
	enum dnsbl_meaning meaning = DNSBL_NOTHING;

	for (size_t i = 0; i < answer->n; i++) {
		const enum dnsbl_meaning one = read_address(zone, answer->records[i].u.a);

		/* A refusal among other records makes all of them doubtful; else what counts counts. */
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

/* Where a block is read. */
struct reader {
	struct mg_conf *conf;
	struct dnsbl *dnsbl;
	const struct mg_line *line;
	bool domains; /* a line of a list of domains */
	bool failed;
};

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

static bool weight_read(const char *word, long long *weight_r)
{
	char *end;

	if (!word)
		return false;
	*weight_r = strtoll(word, &end, 10);
	return end != word && !*end && *weight_r != 0 && llabs(*weight_r) <= WEIGHT_MAX;
}

/* The words that say what a list is asked about. Returns false when the word is none of them. */
static bool zone_read_about(struct dnsbl_zone *zone, bool domains, const char *word)
{
	static const struct {
		const char *word;
		enum dnsbl_about about;
	} names[] = { { "client-name", DNSBL_CLIENT_NAME },
		      { "helo", DNSBL_HELO },
		      { "sender", DNSBL_SENDER } };

	for (size_t i = 0; domains && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].word, word) == 0) {
			zone->about |= DNSBL_BIT(names[i].about);
			return true;
		}
	}
	if (domains || (strcmp(word, "ipv4") != 0 && strcmp(word, "ipv6") != 0))
		return false;
	zone->ipv4 = zone->ipv4 || word[3] == '4';
	zone->ipv6 = zone->ipv6 || word[3] == '6';
	zone->ipv6_entries = zone->ipv6;
	return true;
}

static void zone_read_word(struct reader *r, struct dnsbl_zone *zone, struct dnsbl_mask *mask,
			   size_t word)
{
	const char *text = mg_line_word(r->line, word);

	if (zone_read_about(zone, r->domains, text))
		return;
	if (mask_read(text, mask)) {
		zone->nmasks++;
		return;
	}
	mg_conf_error(
		r->conf, r->line, word,
		"found \"%s\", expected weight NUMBER, %s, or answers as 127.0.0.2, 127.0.0.2-11, 127.0.0.2,4,9 or "
		"127.0.0.0/24",
		text, r->domains ? "client-name, helo, sender" : "ipv4, ipv6");
	r->failed = true;
}

static void zone_read_words(struct reader *r, struct dnsbl_zone *zone)
{
	struct dnsbl_mask *masks = mg_conf_alloc(r->conf, mg_line_words(r->line) * sizeof(*masks));

	zone->masks = masks;
	for (size_t i = 2; i < mg_line_words(r->line); i++) {
		if (strcmp(mg_line_word(r->line, i), "weight") != 0) {
			zone_read_word(r, zone, &masks[zone->nmasks], i);
		} else if (!weight_read(mg_line_word(r->line, ++i), &zone->weight)) {
			mg_conf_error(r->conf, r->line, i - 1,
				      "weight takes a whole number from -%d to %d other than 0",
				      WEIGHT_MAX, WEIGHT_MAX);
			r->failed = true;
		}
	}
}

/* The same list, on an earlier line: what is known of it is known of both. */
static struct dnsbl_watch *zone_watch(struct reader *r, const struct dnsbl_zone *zone)
{
	for (size_t i = 0; i < r->dnsbl->nzones; i++) {
		const struct dnsbl_zone *other = &r->dnsbl->zones[i];

		if (!(zone->about & DNSBL_NAMES) == !(other->about & DNSBL_NAMES) &&
		    strcasecmp(zone->name, other->name) == 0)
			return other->watch;
	}
	return mg_conf_alloc(r->conf, sizeof(struct dnsbl_watch));
}

static void zone_read(struct reader *r)
{
	struct dnsbl_zone *zone = &r->dnsbl->zones[r->dnsbl->nzones];
	const char *name = mg_line_word(r->line, 1);

	if (!name || !zone_is_name(name)) {
		mg_conf_error(r->conf, r->line, name ? 1 : 0,
			      "%s takes the name of a list's zone first, as zen.example.org",
			      mg_line_word(r->line, 0));
		r->failed = true;
		return;
	}
	zone->name = name;
	zone->weight = 1;
	zone_read_words(r, zone);
	if (!r->domains)
		zone->about = DNSBL_BIT(DNSBL_CLIENT);
	else if (!zone->about)
		zone->about = DNSBL_NAMES;
	if (!zone->ipv4 && !zone->ipv6)
		zone->ipv4 = zone->ipv6 = true;
	zone->watch = zone_watch(r, zone);
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

/* Whether a text of the block can name what the list says: if not, it is not asked for. */
static bool text_is_wanted(struct mg_conf *conf)
{
	bool mapped = false;
	const struct mg_line *line;

	for (size_t i = 0; (line = mg_conf_item(conf, "on", i)); i++) {
		mapped = mapped ||
			 (mg_line_word(line, 1) && strcmp(mg_line_word(line, 1), "listed") == 0);
		for (size_t word = 2; word < mg_line_words(line); word++)
			if (strstr(mg_line_word(line, word), "{txt}"))
				return true;
	}
	return !mapped; /* the default text of "listed" has it */
}

/* The stages at which there is something to begin, or to decide: see dnsbl.c. */
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
	zones_read(&r, &dnsbl->zone_lines, false);
	zones_read(&r, &dnsbl->domain_zone_lines, true);
	if (lines == 0) {
		mg_conf_error(
			conf, NULL, 0,
			"dnsbl has no list to ask: expected a line \"zone NAME\" or \"domain-zone NAME\"");
		r.failed = true;
	}
	if (dnsbl->allow_threshold >= dnsbl->threshold) {
		mg_conf_error(conf, mg_conf_item(conf, "threshold", 0), 0,
			      "threshold must be more than allow-threshold, %lld",
			      dnsbl->allow_threshold);
		r.failed = true;
	}
	dnsbl->text = text_is_wanted(conf);
	/* After an error all, so that it is not reported as a policy that never runs, too. */
	if (!r.failed)
		mg_conf_stages(conf, stages_needed(dnsbl->about));
	return r.failed ? -1 : 0;
}
