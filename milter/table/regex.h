/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Regular expressions in the syntax of Postfix, "/pattern/flags". Limits hold whatever the subject.
 */
#ifndef MG_TABLE_REGEX_H
#define MG_TABLE_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;

struct pcre2_real_code_8;
struct pcre2_real_match_context_8;
struct pcre2_real_match_data_8;

/* What the expressions of one table share. Initially zero. */
struct regexes {
	/* Threads share it: it is only read after it was made. Of the first, short attempt. */
	struct pcre2_real_match_context_8 *limits;
	uint32_t groups; /* the largest number of groups in an expression */
};

/* What the matches of several look-ups may cost together. */
struct regex_effort {
	int64_t left_us;  /* for long matches; afterwards none begins */
	int64_t short_us; /* that short matches have taken, which go on */
	/* Called before a long match, and when short ones add up; NULL: nobody wants to know. */
	void (*waits)(void *arg);
	void *arg;
	const char *failed; /* the last expression that hit a limit; NULL: none has */
};

struct regex {
	const char *text; /* with its delimiters and flags, for messages */
	struct pcre2_real_code_8 *code;
	uint32_t groups; /* the number of its "()" */
	bool compiled;   /* to machine code; otherwise it is interpreted */
	bool anchored;   /* matches only at the beginning of the subject */
};

/* The memory of one look-up for matching, in an arena. Initially zero. */
struct regex_match {
	struct pcre2_real_match_data_8 *data;
};

/*
 * Compiles the expression at the beginning of text, whose first character is the delimiter.
 * toggles: whether flags toggle, as in files of Postfix, or switch on. end_r: the text after the
 * flags. The arena frees the expression. Returns 0, or -1 with a fault.
 */
int regex_compile(struct arena *arena, struct regexes *all, const char *text, bool toggles,
		  struct regex *r, const char **end_r, struct fault *fault_r);

/*
 * Returns 1 for a match, 0 for none, -1 when a limit was hit. scratch: memory for the match. effort
 * NULL: each match has its own limits only.
 */
int regex_find(const struct regexes *all, const struct regex *regex, struct arena *scratch,
	       struct regex_match *match, struct regex_effort *effort, const char *subject);

/*
 * Whether less or something else is probably meant by an expression, with the reason: one that
 * matches any text, though it is none of the usual ones for this, such as /^/; and, for mail
 * addresses, one that wants the angle brackets, which these have not got.
 */
bool regex_is_doubtful(const struct regexes *all, const struct regex *regex, bool for_mail,
		       struct arena *scratch, struct fault *fault_r);

/* The text of a group (1..) after a match; empty when the group took no part in it. */
void regex_group(const struct regex_match *match, const char *subject, unsigned group,
		 const char **text_r, size_t *size_r);

#endif
