/* SPDX-License-Identifier: BSD-2-Clause */
/* Results of pcre_table(5), in which $1, ${1} and $(1) stand for groups of the expression. */
#ifndef MG_TABLE_TEMPLATE_H
#define MG_TABLE_TEMPLATE_H

struct arena;
struct fault;
struct regex_match;
struct template;

/*
 * Parses a result. groups: the number of groups of the expression. The text is not copied. Returns
 * NULL with a fault.
 */
const struct template *template_parse(struct arena *arena, const char *text, unsigned groups,
				      struct fault *fault_r);

/* The text. Without a reference to a group "$$" has become "$"; with one it is as written. */
const char *template_text(const struct template *template);

/* The result for a match; in scratch if it refers to a group. */
const char *template_expand(const struct template *template, struct arena *scratch,
			    const struct regex_match *match, const char *subject);

#endif
