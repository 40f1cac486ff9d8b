/* SPDX-License-Identifier: BSD-2-Clause */
/* The results of pcre_table(5), with $1, ${1} and $(1) for what the expression's groups matched. */
#ifndef MG_TABLE_TEMPLATE_H
#define MG_TABLE_TEMPLATE_H

struct arena;
struct fault;
struct regex_match;
struct template;

/*
 * groups: how many there are to refer to. The text is not copied. Returns NULL and what is wrong.
 */
const struct template *template_parse(struct arena *arena, const char *text, unsigned groups,
				      struct fault *fault_r);

/* The text, "$$" as "$" when it refers to no group, as written otherwise. */
const char *template_text(const struct template *template);

/* The result for a match; from scratch when it refers to a group. */
const char *template_expand(const struct template *template, struct arena *scratch,
			    const struct regex_match *match, const char *subject);

#endif
