/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engines of the policy "spf" on long records: some beside the limit of libspf2, and 10,000
 * random trees. Each engine must give the result that is known from how a tree was made. The number
 * of a tree is its seed, so that every run has the same trees.
 */
#include "spf_help.h"

#include <stdarg.h>

#define TREES 10000
#define TREES_AT_ONCE 200
#define TEXT_MAX (SPF_RECORD_MAX + 1000)

enum outcome { UNDECIDED, NEUTRAL, PASS, FAIL, SOFTFAIL, PERMERROR };
static const char *const outcomes[] = { "neutral", "neutral",  "pass",
					"fail",    "softfail", "permerror" };

/* A tree while it is made; also what an evaluation has counted up to here. */
struct tree {
	uint64_t random;
	const char *client;
	bool is_ip6;
	unsigned names, lookups, voids;
};

struct record {
	char text[TEXT_MAX];
	size_t size;
	enum outcome outcome;
	bool is_wrong; /* its syntax */
	char redirect[32];
};

static void make_record(struct tree *tree, const char *name, enum outcome *outcome_r);

static unsigned choose(struct tree *tree, unsigned of)
{
	tree->random = tree->random * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(tree->random >> 33) % of;
}

static void new_name(struct tree *tree, char name_r[32])
{
	snprintf(name_r, 32, "n%u.example.org", tree->names++);
}

static void put(struct record *record, const char *fmt, ...) MG_PRINTF(2, 3);

static void put(struct record *record, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	record->size +=
		(size_t)vsnprintf(record->text + record->size, TEXT_MAX - record->size, fmt, args);
	va_end(args);
}

/* Puts a blank and a qualifier. Returns what the result is when the term matches. */
static enum outcome put_qualifier(struct tree *tree, struct record *record)
{
	static const struct {
		const char *text;
		enum outcome outcome;
	} qualifiers[] = { { " ", PASS },      { " +", PASS },    { " -", FAIL },
			   { " ~", SOFTFAIL }, { " ?", NEUTRAL }, { "  ", PASS } };
	const unsigned i = choose(tree, COUNT(qualifiers));

	put(record, "%s", qualifiers[i].text);
	return qualifiers[i].outcome;
}

static void decide(struct record *record, enum outcome outcome)
{
	if (record->outcome == UNDECIDED)
		record->outcome = outcome;
}

static void begin(void)
{
	fake_dns = stub_new();
}

/* ---- Networks ---- */

/* Networks that have none of the clients. */
static void put_other_network(struct tree *tree, struct record *record)
{
	if (choose(tree, 3) > 0)
		put(record, "%s:%u.%u.%u.%u", choose(tree, 9) ? "ip4" : "IP4",
		    10 + choose(tree, 90), choose(tree, 256), choose(tree, 256), choose(tree, 256));
	else
		put(record, "ip6:fd00:%x::%x", choose(tree, 65536), choose(tree, 65536));
	if (choose(tree, 3) == 0)
		put(record, "/%u", 8 + choose(tree, 25));
}

static void put_client_network(struct tree *tree, struct record *record)
{
	put(record, "%s:%s", tree->is_ip6 ? "ip6" : "ip4", tree->client);
	if (choose(tree, 2))
		put(record, "/%u", choose(tree, tree->is_ip6 ? 129 : 33));
}

static void make_network(struct tree *tree, struct record *record, bool matches)
{
	const enum outcome outcome = put_qualifier(tree, record);

	if (!matches) {
		put_other_network(tree, record);
		return;
	}
	put_client_network(tree, record);
	decide(record, outcome);
}

/* ---- Terms that ask DNS ---- */

/* Counts a look-up of a record that is still undecided. */
static void count_lookup(struct tree *tree, struct record *record)
{
	if (record->outcome == UNDECIDED && ++tree->lookups > 10)
		record->outcome = PERMERROR;
}

static void count_void(struct tree *tree, struct record *record)
{
	if (record->outcome == UNDECIDED && ++tree->voids > 2)
		record->outcome = PERMERROR;
}

/* The answers to a term of these kinds. */
static void add_answers(struct tree *tree, enum spf_kind kind, const char *name, bool is_client)
{
	const char *other = tree->is_ip6 ? "fd00::5" : "77.1.2.3";
	char lines[200];

	if (kind == SPF_MX)
		snprintf(lines, sizeof(lines), "%s MX 10 mx.%s", name, name);
	else
		snprintf(lines, sizeof(lines), "%s A 127.0.0.2", name);
	if (kind != SPF_A)
		stub_add(fake_dns, lines);
	snprintf(lines, sizeof(lines), "%s%s %s %s", kind == SPF_MX ? "mx." : "", name,
		 tree->is_ip6 ? "AAAA" : "A", is_client ? tree->client : other);
	if (kind != SPF_EXISTS)
		stub_add(fake_dns, lines);
}

/* A name that is the client's, another's, or nobody's. */
static void make_host(struct tree *tree, struct record *record)
{
	static const struct {
		const char *text;
		enum spf_kind kind;
	} terms[] = { { "a", SPF_A }, { "mx", SPF_MX }, { "exists", SPF_EXISTS } };
	const unsigned i = choose(tree, COUNT(terms));
	const unsigned whose = choose(tree, 8);
	const enum outcome outcome = put_qualifier(tree, record);
	char name[32];

	new_name(tree, name);
	put(record, "%s:%s", terms[i].text, name);
	if (terms[i].kind != SPF_EXISTS && choose(tree, 2))
		put(record, "/%u//%u", 8 + choose(tree, 25), 32 + choose(tree, 97));
	count_lookup(tree, record);
	if (whose == 0)
		count_void(tree, record);
	else
		add_answers(tree, terms[i].kind, name, whose == 1);
	if (whose == 1 || (whose > 1 && terms[i].kind == SPF_EXISTS))
		decide(record, outcome);
}

static void make_include(struct tree *tree, struct record *record)
{
	const enum outcome outcome = put_qualifier(tree, record);
	enum outcome included = UNDECIDED;
	char name[32];

	new_name(tree, name);
	put(record, "include:%s", name);
	count_lookup(tree, record);
	if (record->outcome != UNDECIDED)
		return;
	make_record(tree, name, &included);
	if (included == PASS || included == PERMERROR)
		decide(record, included == PASS ? outcome : PERMERROR);
}

static void make_redirect(struct tree *tree, struct record *record)
{
	if (record->redirect[0])
		return;
	new_name(tree, record->redirect);
	put(record, " redirect=%s", record->redirect);
}

/* At the record's end: the redirect counts if no term has matched. */
static void follow_redirect(struct tree *tree, struct record *record)
{
	if (!record->redirect[0] || record->outcome != UNDECIDED || record->is_wrong)
		return;
	count_lookup(tree, record);
	if (record->outcome == UNDECIDED)
		make_record(tree, record->redirect, &record->outcome);
}

/* ---- Records ---- */

static void make_all(struct tree *tree, struct record *record)
{
	const enum outcome outcome = put_qualifier(tree, record);

	put(record, "all");
	decide(record, outcome);
}

/* Most are networks of others, so that evaluation comes far. */
static void make_term(struct tree *tree, struct record *record)
{
	const unsigned dice = choose(tree, 1200);

	if (dice < 5)
		make_network(tree, record, true);
	else if (dice < 15)
		make_host(tree, record);
	else if (dice < 25)
		make_include(tree, record);
	else if (dice < 28)
		make_redirect(tree, record);
	else if (dice < 29)
		make_all(tree, record);
	else if (dice < 32)
		put(record, " x-%u=%%{d}.%u", dice, dice);
	else
		make_network(tree, record, false);
}

/* 65 networks of IPv4 have 780 letters at least. */
static size_t choose_size(struct tree *tree)
{
	if (choose(tree, 60) == 0)
		return 15000 + choose(tree, 1800);
	return 800 + choose(tree, 2000);
}

static void make_record(struct tree *tree, const char *name, enum outcome *outcome_r)
{
	struct record *record = calloc(1, sizeof(*record));
	const size_t size = choose_size(tree);

	ck_assert_ptr_nonnull(record);
	put(record, "v=spf1");
	while (record->size < size)
		make_term(tree, record);
	if (choose(tree, 2))
		make_all(tree, record);
	record->is_wrong = record->size > SPF_RECORD_MAX;
	if (choose(tree, 200) == 0) {
		put(record, " ip4:192.0.2.256");
		record->is_wrong = true;
	}
	stub_add_txt(fake_dns, name, record->text, record->size);
	follow_redirect(tree, record);
	*outcome_r = record->is_wrong ? PERMERROR : record->outcome ? record->outcome : NEUTRAL;
	free(record);
}

/* Makes the tree of this number. Returns the result of an evaluation. */
static const char *make_tree(unsigned number)
{
	static const char *const clients[] = { "192.0.2.1", "2001:db8::1", "127.0.0.1", "::1" };
	struct tree tree = { .random = number };
	enum outcome outcome = UNDECIDED;
	char name[32];

	tree.client = clients[choose(&tree, 16) < 14 ? number % 2 : 2 + number % 2];
	tree.is_ip6 = number % 2;
	new_name(&tree, name);
	make_record(&tree, name, &outcome);
	fake.client = tree.client;
	return outcomes[outcome];
}

START_TEST(long_records)
{
	const unsigned first = (unsigned)(_i / ENGINES) * TREES_AT_ONCE;

	must_open(_i % ENGINES, "");
	for (unsigned number = first; number < first + TREES_AT_ONCE; number++) {
		const char *wanted;

		dns_close(&fake_dns);
		fake_dns = stub_new();
		fake_new_message();
		wanted = make_tree(number);
		ck_assert_msg(strcmp(run("joe@n0.example.org"), wanted) == 0,
			      "tree %u: got %s (%s), want %s", number, fake_said.result,
			      fake_value("problem"), wanted);
	}
}
END_TEST

/* Records just beyond what libspf2 keeps of one: 512 bytes, in its compiled form. */
static const struct {
	const char *term; /* its number follows it */
	unsigned terms;
	const char *more, *result;
} full[] = {
	{ "ip4:198.51.100.", 63, "-all", "fail" },
	{ "ip4:198.51.100.", 64, "-all", "fail" },
	{ "ip4:198.51.100.", 70, "ip4:192.0.2.1 -all", "pass" },
	{ "ip4:198.51.100.", 46,
	  "include:no.example.org include:no.example.org include:no.example.org "
	  "include:no.example.org include:no.example.org include:no.example.org ~all",
	  "softfail" },
	{ "a:other.example.org/24//1", 10, "-ip4:192.0.2.0/24 ?all", "fail" },
	{ "mx:mx.example.org/24//1", 9, "ip4:0.0.0.0/0 ?all", "pass" },
	{ "exists:void.example", 2, "redirect=no.example.org", "fail" },
	{ "a:other.example", 200, "-all", "permerror" },
};

START_TEST(full_records)
{
	const size_t i = (size_t)_i / (size_t)ENGINES;
	char *text = calloc(1, SPF_RECORD_MAX);
	size_t size = (size_t)sprintf(text, "v=spf1");

	must_open(_i % ENGINES, "");
	stub_add(fake_dns, "no.example.org TXT v=spf1 -all\nother.example.org A 198.51.100.1\n"
			   "mx.example.org MX 10 other.example.org\n"
			   "list.example.org TXT v=spf1 include:full.example.org -all");
	for (unsigned n = 1; n <= full[i].terms; n++)
		size += (size_t)sprintf(text + size, " %s%u", full[i].term, n);
	size += (size_t)sprintf(text + size, " %s", full[i].more);
	stub_add_txt(fake_dns, "full.example.org", text, size);
	free(text);
	ck_assert_str_eq(run("joe@full.example.org"), full[i].result);
	fake_new_message();
	if (strcmp(full[i].result, "pass") == 0)
		ck_assert_str_eq(run("joe@list.example.org"), "pass");
}
END_TEST

int main(void)
{
	TCase *tests = spf_tests("spf_engines", begin);

	tcase_add_loop_test(tests, full_records, 0, ENGINES * COUNT(full));
	tcase_add_loop_test(tests, long_records, 0, TREES / TREES_AT_ONCE * ENGINES);
	return run_tests("spf_engines", tests);
}
