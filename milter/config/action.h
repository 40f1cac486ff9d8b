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
	ACTION_HEADER,
	/* Those below change the message that came, and do not stand beside a refusal. */
	ACTION_REPLACE_HEADER,
	ACTION_DELETE_HEADER,
	ACTION_PREFIX_SUBJECT,
	ACTION_ADD_RECIPIENT,
	ACTION_DELETE_RECIPIENT,
	ACTION_REDIRECT,
	ACTION_CHANGE_SENDER,
	ACTION_REPLACE_BODY,
	ACTION_EDIT /* what the policy proposes */
};

struct action {
	enum action_kind kind;
	int code;                   /* REJECT, TEMPFAIL; 0: not given */
	char status[12];            /* "5.7.1"; "": not given */
	const struct text *text;    /* of the kinds that take one; NULL: not given */
	const char *name;           /* of the header field, or an address without angle brackets */
	unsigned nth;               /* DELETE_HEADER: which of that name, from 1; 0: all */
	long long score;            /* SCORE: what it adds; of a score rule: the threshold */
	const struct mg_line *line; /* of a score rule */
	struct action *next;
};

extern const char *const action_names[]; /* by kind, NULL last */

/* "reject", "tempfail" and "discard": the client does not get its message through. */
bool action_refuses(enum action_kind kind);

/* Those after which a recipient may not have the message as it came, or at all. */
bool action_loses(enum action_kind kind);

/* Those that change the message that came. */
bool action_edits(enum action_kind kind);

/*
 * Reads an action from the line, beginning at this word. type: the policy whose values texts may
 * name, or NULL. Returns NULL after reporting the error.
 */
struct action *action_parse(struct arena *arena, struct errors *errors, const struct mg_line *line,
			    size_t word, const struct mg_policy *type);

/* Reads a line of the block "score": ACTION THRESHOLD REST. NULL after reporting an error. */
struct action *action_parse_rule(struct arena *arena, struct errors *errors,
				 const struct mg_line *line);

/* Whether a and b do something about the same thing, so that one of the two is a mistake. */
bool action_collides(const struct action *a, const struct action *b);

/* Appends to a list of actions; reports what cannot stand beside what is there. */
void action_add(struct action **list, struct action *action, struct errors *errors,
		const struct mg_line *line, size_t word);

/*
 * Gives actions for a result what they leave out and the default ones have: a refusal its code,
 * status and text, a quarantine its text. A refusal of the other kind has the status in its own
 * class, and its own code.
 */
void action_complete(struct action *list, const struct action *defaults);

/* The terminal action of a list: NEUTRAL when it has none. */
const struct action *action_terminal(const struct action *list);

/* The sum of a list's scores. */
long long action_score(const struct action *list);

/*
 * Checks that a code has three digits, and that the enhanced status code (RFC 3463) has the same
 * class. Returns NULL, or what was expected.
 */
const char *action_check_reply(int code, const char *status);

#endif
