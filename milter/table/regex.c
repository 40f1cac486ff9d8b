/* SPDX-License-Identifier: BSD-2-Clause */
/* Regular expressions in the format of pcre_table(5), by PCRE2. */
#include <config.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "table/regex.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "table/fault.h"

/*
 * Strangers choose the subject, so a match gives up after this many steps. This is the default of
 * PCRE2 and so of Postfix: a match there is a match here. Two ".*" and a long Subject can need a
 * tenth of it.
 */
#define REGEX_STEPS_MAX 10000000
#define REGEX_HEAP_MAX_KIB 8192

/*
 * The limit of steps holds for one place where a match may begin. To try all places of a long
 * subject could take minutes, so they are tried in portions, until the time is over. The
 * interpreter gets smaller portions: it is slower, and skips fewer hopeless places than machine
 * code.
 */
#define REGEX_PLACES 1024
#define REGEX_PLACES_INTERPRETED 128
#define REGEX_TIME_MAX_US 200000

/*
 * Nearly all matches need far fewer steps. So few are tried first; only what needs more is a long
 * match, whose portions are small, as each of its places can take long.
 */
#define REGEX_STEPS_SHORT 5000
#define REGEX_PLACES_LONG 8
#define REGEX_SHORT_MAX_US 5000 /* of one message, before others get the worker's place */

static void code_free(void *arg)
{
	pcre2_code_free(arg);
}

static void limits_free(void *arg)
{
	pcre2_match_context_free(arg);
}

/* ---- Compiling ------------------------------------------------------------- */

static void set_limits(pcre2_match_context *limits, uint32_t steps)
{
	pcre2_set_match_limit(limits, steps);
	pcre2_set_heap_limit(limits, REGEX_HEAP_MAX_KIB);
}

static void make_limits(struct arena *arena, struct regexes *all)
{
	if (all->limits)
		return;
	all->limits = pcre2_match_context_create(NULL);
	if (!all->limits)
		memory_ended();
	set_limits(all->limits, REGEX_STEPS_SHORT);
	arena_at_end(arena, limits_free, all->limits);
}

/* The second delimiter, or NULL. A delimiter after a backslash is skipped. */
static const char *pattern_end(const char *text)
{
	const char *p;

	for (p = text + 1; *p && *p != *text; p++)
		if (*p == '\\' && !*++p)
			return NULL;
	return *p ? p : NULL;
}

static bool is_delimiter(char c)
{
	return c > ' ' && c < 0x7f && c != '\\' && !(c >= '0' && c <= '9') &&
	       !((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/*
 * In files of Postfix a flag toggles an option: "i" switches off the default. In our own entries a
 * flag switches on, as everybody expects. PCRE2 always behaves as with X.
 */
static int parse_flags(const char *text, const char *flags, bool toggles, uint32_t *options_r,
		       const char **end_r, struct fault *fault_r)
{
	static const struct {
		char name;
		uint32_t option;
	} known[] = {
		{ 'i', PCRE2_CASELESS }, { 'm', PCRE2_MULTILINE },
		{ 's', PCRE2_DOTALL },   { 'x', PCRE2_EXTENDED },
		{ 'A', PCRE2_ANCHORED }, { 'E', PCRE2_DOLLAR_ENDONLY },
		{ 'U', PCRE2_UNGREEDY }, { 'X', 0 },
	};
	size_t n = sizeof(known) / sizeof(*known);

	*options_r = PCRE2_CASELESS | PCRE2_DOTALL;
	for (; *flags && !strchr(" \t\n\v\f\r", *flags); flags++) {
		size_t i = 0;

		while (i < n && known[i].name != *flags)
			i++;
		if (i == n) {
			fault_set(fault_r, (size_t)(flags - text),
				  "unknown flag after the expression");
			fault_hint(fault_r,
				   "expected one of i m s x A E U X, then a blank or the end");
			return -1;
		}
		if (toggles)
			*options_r ^= known[i].option;
		else
			*options_r |= known[i].option;
	}
	*end_r = flags;
	return 0;
}

static pcre2_code *compile(const char *pattern, size_t size, uint32_t options,
			   struct fault *fault_r)
{
	PCRE2_UCHAR8 why[256];
	PCRE2_SIZE offset;
	int error;
	pcre2_code *code;

	code = pcre2_compile((PCRE2_SPTR8)pattern, size, options | PCRE2_USE_OFFSET_LIMIT, &error,
			     &offset, NULL);
	if (code)
		return code;
	if (pcre2_get_error_message(error, why, sizeof(why)) < 0)
		why[0] = '\0';
	fault_set(fault_r, offset + 1, "wrong regular expression: %s", (const char *)why);
	fault_hint(fault_r, "at character %zu of \"%.*s\"", utf8_count(pattern, offset) + 1,
		   size > 150 ? 150 : (int)size, pattern);
	return NULL;
}

static void learn(struct regex *r)
{
	uint32_t options = 0;
	size_t machine_code = 0;

#ifdef MG_JIT
	/*
	 * Fails on systems that forbid writable and executable memory; the interpreter is used
	 * then.
	 */
	(void)pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);
#endif
	(void)pcre2_pattern_info(r->code, PCRE2_INFO_JITSIZE, &machine_code);
	r->compiled = machine_code > 0;
	r->groups = 0;
	(void)pcre2_pattern_info(r->code, PCRE2_INFO_CAPTURECOUNT, &r->groups);
	(void)pcre2_pattern_info(r->code, PCRE2_INFO_ALLOPTIONS, &options);
	r->anchored = options & PCRE2_ANCHORED;
}

int regex_compile(struct arena *arena, struct regexes *all, const char *text, bool toggles,
		  struct regex *r, const char **end_r, struct fault *fault_r)
{
	const char *end;
	uint32_t options;

	if (!is_delimiter(*text)) {
		fault_set(fault_r, 0, "there is no regular expression here");
		fault_hint(fault_r, "expected /expression/flags");
		return -1;
	}
	end = pattern_end(text);
	if (!end) {
		fault_set(fault_r, 0, "the regular expression has no closing \"%c\"", *text);
		fault_hint(fault_r, "expected %c after the expression, then its flags", *text);
		return -1;
	}
	if (parse_flags(text, end + 1, toggles, &options, end_r, fault_r) != 0)
		return -1;
	r->code = compile(text + 1, (size_t)(end - text - 1), options, fault_r);
	if (!r->code)
		return -1;
	arena_at_end(arena, code_free, r->code);
	r->text = arena_strndup(arena, text, (size_t)(*end_r - text));
	learn(r);
	if (r->groups > all->groups)
		all->groups = r->groups;
	make_limits(arena, all);
	return 0;
}

/* ---- Matching ---------------------------------------------------------------- */

static void *scratch_alloc(size_t size, void *arena)
{
	return arena_alloc(arena, size);
}

static void scratch_free(void *memory, void *arena)
{
	(void)memory;
	(void)arena;
}

/* A match takes its memory from the arena of the look-up: no malloc(), and nothing to free. */
static pcre2_general_context *memory_of(struct arena *scratch)
{
	return pcre2_general_context_create(scratch_alloc, scratch_free, scratch);
}

static void make_match(const struct regexes *all, struct arena *scratch, struct regex_match *match)
{
	if (!match->data)
		match->data = pcre2_match_data_create(all->groups + 1, memory_of(scratch));
}

/* The CPU time of this thread, so that the load of others does not change a result. */
static int64_t worked_us(void)
{
	return clock_read(CLOCK_THREAD_CPUTIME_ID);
}

/* One look-up of one expression. */
struct search {
	const struct regexes *all;
	const struct regex *regex;
	struct arena *scratch;
	struct regex_match *match;
	const char *subject;
	size_t size;
};

/* How a subject is searched in portions. */
struct pace {
	bool machine; /* the machine code */
	uint32_t steps;
	size_t places;
	int64_t work_us; /* CPU time */
	int64_t until;   /* on the clock */
};

/* Returns what pcre2_match() does. */
static int match_by_places(const struct search *s, const struct pace *pace)
{
	pcre2_match_context *limits = pcre2_match_context_create(memory_of(s->scratch));
	const int64_t began = worked_us();
	size_t at = 0;
	int r;

	set_limits(limits, pace->steps);
	for (;;) {
		pcre2_set_offset_limit(limits, at + pace->places - 1);
		r = pcre2_match(s->regex->code, (PCRE2_SPTR8)s->subject, s->size, at,
				pace->machine ? 0 : PCRE2_NO_JIT, s->match->data, limits);
		at += pace->places;
		if (r != PCRE2_ERROR_NOMATCH || s->regex->anchored || at > s->size)
			break;
		if (worked_us() - began > pace->work_us || clock_now() > pace->until) {
			r = PCRE2_ERROR_MATCHLIMIT;
			break;
		}
	}
	return r;
}

/* Machine code has a small stack; the interpreter may use the heap. */
static int match_either(const struct search *s, struct pace *pace, size_t interpreted)
{
	int r = PCRE2_ERROR_JIT_STACKLIMIT;

	pace->machine = s->regex->compiled;
	if (pace->machine)
		r = match_by_places(s, pace);
	if (r != PCRE2_ERROR_JIT_STACKLIMIT)
		return r;
	pace->machine = false;
	pace->places = interpreted;
	return match_by_places(s, pace);
}

static int match_shortly(const struct search *s)
{
	struct pace pace = { .steps = REGEX_STEPS_SHORT,
			     .places = REGEX_PLACES,
			     .work_us = REGEX_TIME_MAX_US,
			     .until = INT64_MAX };

	if (s->regex->compiled && s->size < REGEX_PLACES)
		return pcre2_match(s->regex->code, (PCRE2_SPTR8)s->subject, s->size, 0, 0,
				   s->match->data, s->all->limits);
	return match_either(s, &pace, REGEX_PLACES_INTERPRETED);
}

/* Short matches of a message add up: many fields, and a place for each in the expression. */
static int match_first(const struct search *s, struct regex_effort *effort)
{
	int64_t began;
	int r;

	if (!effort)
		return match_shortly(s);
	if (effort->short_us > REGEX_SHORT_MAX_US && effort->waits)
		effort->waits(effort->arg);
	began = clock_now();
	r = match_shortly(s);
	effort->short_us += clock_now() - began;
	return r;
}

/* A short subject has no time limit but that of the effort. */
static int match_at_length(const struct search *s, struct regex_effort *effort)
{
	const int64_t began = clock_now();
	struct pace pace = { .steps = REGEX_STEPS_MAX,
			     .places = REGEX_PLACES_LONG,
			     .work_us = s->size < REGEX_PLACES ? INT64_MAX : REGEX_TIME_MAX_US,
			     .until = effort ? began + effort->left_us : INT64_MAX };
	int r;

	if (effort && effort->left_us <= 0)
		return PCRE2_ERROR_MATCHLIMIT;
	if (effort && effort->waits)
		effort->waits(effort->arg);
	r = match_either(s, &pace, REGEX_PLACES_LONG);
	if (effort)
		effort->left_us -= clock_now() - began;
	return r;
}

int regex_find(const struct regexes *all, const struct regex *regex, struct arena *scratch,
	       struct regex_match *match, struct regex_effort *effort, const char *subject)
{
	const struct search search = { all, regex, scratch, match, subject, strlen(subject) };
	int r;

	make_match(all, scratch, match);
	r = match_first(&search, effort);
	if (r == PCRE2_ERROR_MATCHLIMIT || r == PCRE2_ERROR_JIT_STACKLIMIT)
		r = match_at_length(&search, effort);
	if (r == PCRE2_ERROR_NOMATCH)
		return 0;
	if (r < 0 && effort)
		effort->failed = regex->text;
	return r < 0 ? -1 : 1;
}

static bool matches_all(const struct regexes *all, const struct regex *regex, struct arena *scratch)
{
	static const char *const deliberate[] = { "", "^", "$", ".*", "^.*", ".*$", "^.*$" };
	static const char *const probes[] = { "", "\001", "\001\n\002" };
	const size_t size = (size_t)(pattern_end(regex->text) - regex->text) - 1;
	struct regex_match match = { 0 };

	for (size_t i = 0; i < sizeof(deliberate) / sizeof(deliberate[0]); i++)
		if (strlen(deliberate[i]) == size &&
		    memcmp(deliberate[i], regex->text + 1, size) == 0)
			return false;
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		if (regex_find(all, regex, scratch, &match, NULL, probes[i]) != 1)
			return false;
	return true;
}

/* "<>", the null sender, is the only one that has them. */
static bool wants_brackets(const struct regex *regex)
{
	return strncmp(regex->text + 1, "^<", 2) == 0 && !strchr(">?*([|{", regex->text[3]);
}

bool regex_is_doubtful(const struct regexes *all, const struct regex *regex, bool for_mail,
		       struct arena *scratch, struct fault *fault_r)
{
	if (for_mail && wants_brackets(regex)) {
		fault_set(fault_r, 0, "this expression wants a <, which no address begins with");
		fault_hint(fault_r, "addresses have no angle brackets here: expected /^user@/");
		return true;
	}
	if (!matches_all(all, regex, scratch))
		return false;
	fault_set(fault_r, 0, "this expression matches everything");
	fault_hint(fault_r, "a part that may be empty, as in /a*/ or /a|/, matches anywhere; /^/ "
			    "says that everything is meant");
	return true;
}

void regex_group(const struct regex_match *match, const char *subject, unsigned group,
		 const char **text_r, size_t *size_r)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(match->data);
	PCRE2_SIZE begin = offsets[2 * group];
	PCRE2_SIZE end = offsets[2 * group + 1];

	*text_r = subject;
	*size_r = 0;
	/* \K in a look-ahead can put the end before the beginning. */
	if (begin == PCRE2_UNSET || end < begin)
		return;
	*text_r = subject + begin;
	*size_r = end - begin;
}
