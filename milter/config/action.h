/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions: what the configuration says is done about a result or a score. */
#ifndef MG_ACTION_H
#define MG_ACTION_H

#include "base/arena.h"
#include "base/errors.h"
#include "config/text.h"

enum action_kind {
	ACTION_NEUTRAL,
	ACTION_ACCEPT,
	ACTION_REJECT,
	ACTION_TEMPFAIL,
	ACTION_DISCARD,
	/* Those above exclude one another; those below add up. */
	ACTION_QUARANTINE,
	ACTION_SCORE,
	ACTION_HEADER
};

struct action {
	enum action_kind kind;
	int code;                   /* REJECT, TEMPFAIL; 0: not given */
	char status[12];            /* "5.7.1"; "": not given */
	const struct text *text;    /* REJECT, TEMPFAIL, QUARANTINE, HEADER; NULL: not given */
	const char *header;         /* HEADER: the field's name */
	bool on_top;                /* HEADER: above what the message came with */
	long long score;            /* SCORE: what it adds; of a score rule: the threshold */
	const struct mg_line *line; /* of a score rule */
	struct action *next;
};

extern const char *const action_names[]; /* by kind, NULL last */

/* "reject", "tempfail" and "discard": the client does not get its message through. */
bool action_refuses(enum action_kind kind);

/*
 * Reads an action from the line's words from word on. type: the policy whose values texts may name, or NULL.
 * Returns NULL after having reported the error.
 */
struct action *action_parse(struct arena *arena, struct errors *errors, const struct mg_line *line,
			    size_t word, const struct mg_policy *type);

/* Reads a line of the block "score": ACTION THRESHOLD REST. NULL after having reported the error. */
struct action *action_parse_rule(struct arena *arena, struct errors *errors,
				 const struct mg_line *line);

/* Appends to a list of actions; reports a second terminal action, or a second of the same header. */
void action_add(struct action **list, struct action *action, struct errors *errors,
		const struct mg_line *line, size_t word);

/* The terminal action of a list: NEUTRAL when it has none. */
const struct action *action_terminal(const struct action *list);

/* The sum of a list's scores. */
long long action_score(const struct action *list);

/* A code of three digits and an enhanced status code (RFC 3463) of the same class; NULL, or what was expected. */
const char *action_check_reply(int code, const char *status);

#endif
