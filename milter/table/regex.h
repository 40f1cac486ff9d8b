/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Regular expressions as Postfix writes them, "/pattern/flags", with limits that no subject gets
 * around.
 */
#ifndef MG_TABLE_REGEX_H
#define MG_TABLE_REGEX_H

#include <stdbool.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;

struct pcre2_real_code_8;
struct pcre2_real_match_context_8;
struct pcre2_real_match_data_8;

/* Those of one table. All zero is none. */
struct regexes {
	struct pcre2_real_match_context_8
		*limits; /* only read once it is made, so shared by threads */
	uint32_t groups; /* the most that one of them has */
};

struct regex {
	struct pcre2_real_code_8 *code;
	uint32_t groups; /* its "()"s */
	bool compiled;   /* to machine code: else it is interpreted */
	bool anchored;   /* matches at the subject's beginning, or nowhere */
};

/* What one look-up needs for matching; all zero at first. Lives in an arena. */
struct regex_match {
	struct pcre2_real_match_data_8 *data;
};

/*
 * Compiles the expression that text begins with; its first character is the delimiter. end_r: what
 * follows its flags, which toggle as in Postfix's files or only switch on. The arena frees it. Returns 0, or -1 and what is wrong.
 */
int regex_compile(struct arena *arena, struct regexes *all, const char *text, bool toggles,
		  struct regex *r, const char **end_r, struct fault *fault_r);

/* 1 it matches, 0 not, -1 undecided: a limit was hit. scratch: for the match's memory. */
int regex_find(const struct regexes *all, const struct regex *regex, struct arena *scratch,
	       struct regex_match *match, const char *subject);

/* What group number group (1..) of the last find that returned 1 is; empty when it took no part. */
void regex_group(const struct regex_match *match, const char *subject, unsigned group,
		 const char **text_r, size_t *size_r);

#endif
