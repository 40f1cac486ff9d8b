/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A module whose structs are smaller or larger than the host's: elements.sh compiles it with a
 * frozen header, with the installed one, with one whose structs have further members at their ends
 * (then with LATER, which fills these with what no host must follow), and with some that lack
 * members. NAME is the policy's.
 */
#include <millgate/policy.h>

#include <string.h>

#ifdef LATER
#define LATER_MEMBERS .later = { (void *)1, (void *)2, (void *)3 },
#else
#define LATER_MEMBERS
#endif

struct elements {
	bool flag;
	long long number, size, time;
	const char *word;
	struct mg_strings words;
	int choice;
	const struct mg_table *table;
	struct mg_lines lines;
	bool plain_flag; /* no default, here and below */
	const char *plain_word;
	const struct mg_table *plain_table;
};

enum { FOUND, SCORED, HELD, LAST };

static const struct mg_result results[] = {
	[FOUND] = { .name = "found", .action = "reject 550 5.7.1 \"found {word}\"", LATER_MEMBERS },
	[SCORED] = { .name = "scored",
		     .action = "score 3; header X-Elements \"{word}\"",
		     LATER_MEMBERS },
	[HELD] = { .name = "held", LATER_MEMBERS },
	[LAST] = { .name = "last", .action = "tempfail 451 4.7.1 \"the last\"", LATER_MEMBERS },
	{ .name = "error", .action = "tempfail 450 4.3.0 \"an error\"", LATER_MEMBERS },
	{ .name = NULL },
};

static const char *const values[] = { "word", NULL };

static const struct mg_item items[] = {
	MG_ITEM_BOOL(struct elements, flag, "flag", .initial = "yes", LATER_MEMBERS),
	MG_ITEM_INT(struct elements, number, "number", .initial = "-7", .min = -10, .max = 10,
		    LATER_MEMBERS),
	MG_ITEM_SIZE(struct elements, size, "size", .initial = "10K", LATER_MEMBERS),
	MG_ITEM_DURATION(struct elements, time, "time", .initial = "90s", LATER_MEMBERS),
	MG_ITEM_STRING(struct elements, word, "word", .initial = "\"the word\"", LATER_MEMBERS),
	MG_ITEM_STRINGS(struct elements, words, "words", .initial = "a b", LATER_MEMBERS),
	MG_ITEM_CHOICE(struct elements, choice, "choice", .initial = "two",
		       .choices = "one two three", LATER_MEMBERS),
	MG_ITEM_TABLE(struct elements, table, "table", .initial = "192.0.2.0/24",
		      .key = MG_KEY_ADDRESS, LATER_MEMBERS),
	MG_ITEM_LINES(struct elements, lines, "lines", LATER_MEMBERS),
	MG_ITEM_BOOL(struct elements, plain_flag, "plain-flag", LATER_MEMBERS),
	MG_ITEM_STRING(struct elements, plain_word, "plain-word", LATER_MEMBERS),
	MG_ITEM_TABLE(struct elements, plain_table, "plain-table", .key = MG_KEY_MAIL,
		      LATER_MEMBERS),
	{ .name = NULL },
};

static bool is(const char *got, const char *want)
{
	return got && strcmp(got, want) == 0;
}

/* A block without lines, except for "word". */
static bool has_defaults(const struct elements *e)
{
	return e->flag && e->number == -7 && e->size == 10240 && e->time == 90000 &&
	       e->words.n == 2 && is(e->words.v[0], "a") && is(e->words.v[1], "b") &&
	       e->choice == 1 && e->table && e->lines.n == 0 && !e->plain_flag && !e->plain_word &&
	       !e->plain_table;
}

/* The second block of elements.scn. */
static bool has_values(const struct elements *e)
{
	return !e->flag && e->number == 10 && e->size == 1048576 && e->time == 500 &&
	       e->words.n == 3 && is(e->words.v[2], "e") && e->choice == 2 && e->lines.n == 2 &&
	       is(mg_line_word(e->lines.v[1], 2), "there") && e->plain_flag &&
	       is(e->plain_word, "plain") && e->plain_table;
}

static int elements_open(struct mg_conf *conf, void *self)
{
	const struct elements *elements = self;

	if (elements->lines.n ? has_values(elements) : has_defaults(elements))
		return 0;
	mg_conf_error(conf, mg_conf_item(conf, "lines", 0), 0, "the items are not as they should");
	return -1;
}

/* The result that the recipient's local part names. */
static int elements_rcpt(struct mg_call *call, const void *self)
{
	const struct elements *elements = self;
	const char *rcpt = mg_recipient(call);

	mg_value(call, "word", elements->word);
	if (mg_table_find(call, elements->table, mg_client(call), NULL) != 1)
		return MG_NONE;
	for (int i = 0; i <= LAST; i++)
		if (strncmp(rcpt, results[i].name, strlen(results[i].name)) == 0)
			return i;
	return strncmp(rcpt, "error", 5) == 0 ? MG_ERROR : MG_NONE;
}

#define STRING_(text) #text
#define STRING(text) STRING_(text)

static const struct mg_policy policy = { .abi = MG_ABI,
					 .size = sizeof(policy),
					 .name = STRING(NAME),
					 .help = "Finds what the recipient is called.",
					 MG_RESULTS(results),
					 .values = values,
					 MG_ITEMS(items),
					 .conf_size = sizeof(struct elements),
					 .open = elements_open,
					 .on = { [MG_RCPT] = elements_rcpt },
					 LATER_MEMBERS };

MG_REGISTER(policy)
