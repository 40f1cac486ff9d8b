/* SPDX-License-Identifier: BSD-2-Clause */
/* The agreement with the MTA: no stage, reply or action that the configuration does not use. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "front/agreement.h"
#include "base/log.h"
#include "base/memory.h"
#include "front/protocol.h"

/* The end of the message always comes and always has a reply. */
const struct agreement_stage agreement_stages[MG_STAGES] = {
	[MG_CONNECT] = { 0x001, 0x01000, 0 },
	[MG_HELO] = { 0x002, 0x02000, 1 },
	[MG_MAIL] = { 0x004, 0x04000, 2 },
	[MG_RCPT] = { 0x008, 0x08000, 3 },
	[MG_DATA] = { 0x200, 0x10000, 4 },
	[MG_HEADER] = { 0x020, 0x00080, -1 },
	[MG_EOH] = { 0x040, 0x40000, 6 },
	[MG_BODY] = { 0x010, 0x80000, -1 },
	[MG_EOM] = { 0, 0, 5 },
	[MG_COMMAND] = { 0x100, 0x20000, -1 },
};

const struct mta_needs agreement_refusal = { .stages = MG_BIT(MG_CONNECT),
					     .replies = MG_BIT(MG_CONNECT) };

const struct agreement_edit agreement_edits[EDIT_KINDS] = {
	[EDIT_ADD_FIELD] = { ACTIONS_HEADERS, "add a header field" },
	[EDIT_INSERT_FIELD] = { ACTIONS_HEADERS, "add a header field" },
	[EDIT_CHANGE_FIELD] = { ACTIONS_CHANGE_HEADERS, "change a header field" },
	[EDIT_ADD_RECIPIENT] = { ACTIONS_ADD_RECIPIENTS, "add a recipient" },
	[EDIT_DELETE_RECIPIENT] = { ACTIONS_DELETE_RECIPIENTS, "delete a recipient" },
	[EDIT_SENDER] = { ACTIONS_SENDER, "change the sender" },
	[EDIT_BODY] = { ACTIONS_BODY, "replace the body" },
	[EDIT_QUARANTINE] = { ACTIONS_QUARANTINE, "quarantine a message" },
};

static unsigned long want_actions(const struct mta_needs *needs)
{
	unsigned long actions = 0;

	for (int kind = 0; kind < EDIT_KINDS; kind++)
		if (needs->edits & EDIT_BIT(kind))
			actions |= agreement_edits[kind].action;
	return actions;
}

struct agreement agreement_make(const struct mta_needs *needs, unsigned extra, bool quiet,
				unsigned long offered_actions, unsigned long offered_steps)
{
	struct agreement agreed = { .actions = (want_actions(needs) | ACTIONS_MACROS) &
					       offered_actions,
				    .offered_actions = offered_actions,
				    .offered_steps = offered_steps };
	/*
	 * On TCP, steps without a reply meet the kernel's delayed acknowledgements: up to 44 ms
	 * a message. So quiet is false there. Postfix sends the macros of DATA even if that step
	 * is left out, so it is requested there.
	 */
	const unsigned stages = needs->stages | extra | (quiet ? 0 : MG_BIT(MG_DATA));

	for (int stage = 0; stage < MG_STAGES; stage++) {
		const struct agreement_stage *of = &agreement_stages[stage];

		if (!(stages & MG_BIT(stage))) {
			agreed.steps |= of->left_out & offered_steps;
		} else if (!(needs->replies & MG_BIT(stage)) && quiet &&
			   of->no_reply & offered_steps) {
			agreed.steps |= of->no_reply;
			agreed.no_reply |= MG_BIT(stage);
		}
	}
	agreed.skips = needs->stages & MG_BIT(MG_BODY) && offered_steps & STEPS_SKIP;
	if (agreed.skips)
		agreed.steps |= STEPS_SKIP;
	agreed.exact_fields = needs->exact_fields && offered_steps & STEPS_LEADING_SPACE;
	if (agreed.exact_fields)
		agreed.steps |= STEPS_LEADING_SPACE;
	for (int stage = 0; stage < MG_STAGES; stage++)
		if (agreed.actions & ACTIONS_MACROS && needs->stages & MG_BIT(stage) &&
		    agreement_stages[stage].macros >= 0)
			agreed.macros[stage] = needs->macros[stage];
	return agreed;
}

/* Whether a list has all words of the other. NULL: it has none. */
static bool has_words(const char *list, const char *words)
{
	for (size_t size; words && *words; words += size) {
		const char *at = list;
		size_t length;

		words += strspn(words, " ");
		size = strcspn(words, " ");
		for (; at && *at; at += length) {
			at += strspn(at, " ");
			length = strcspn(at, " ");
			if (length == size && memcmp(at, words, size) == 0)
				break;
		}
		if (size > 0 && (!at || !*at))
			return false;
	}
	return true;
}

/* Steps that belong to no stage must be the same, except that a body may be sent to its end. */
static unsigned long other_steps(unsigned long steps)
{
	for (int stage = 0; stage < MG_STAGES; stage++)
		steps &= ~(agreement_stages[stage].left_out | agreement_stages[stage].no_reply);
	return steps & ~(unsigned long)STEPS_SKIP;
}

bool agreement_serves(const struct agreement *agreed, const struct mta_needs *needs, unsigned extra,
		      bool quiet)
{
	const struct agreement wanted =
		agreement_make(needs, extra, quiet, agreed->offered_actions, agreed->offered_steps);

	if (wanted.actions & ~agreed->actions ||
	    other_steps(wanted.steps) != other_steps(agreed->steps))
		return false;
	for (int stage = 0; stage < MG_STAGES; stage++) {
		const unsigned long left_out = agreement_stages[stage].left_out;

		if (wanted.steps & left_out)
			continue;
		if (agreed->steps & left_out ||
		    agreed->no_reply & ~wanted.no_reply & MG_BIT(stage) ||
		    !has_words(agreed->macros[stage], wanted.macros[stage]))
			return false;
	}
	return true;
}

void agreement_keep(struct agreement *agreed)
{
	size_t size = 1;
	char *to;

	if (agreed->kept)
		return;
	for (int stage = 0; stage < MG_STAGES; stage++)
		size += agreed->macros[stage] ? strlen(agreed->macros[stage]) + 1 : 0;
	to = agreed->kept = malloc(size);
	if (!to)
		memory_ended();
	for (int stage = 0; stage < MG_STAGES; stage++) {
		if (!agreed->macros[stage])
			continue;
		size = strlen(agreed->macros[stage]) + 1;
		agreed->macros[stage] = memcpy(to, agreed->macros[stage], size);
		to += size;
	}
}

void agreement_free(struct agreement *agreed)
{
	free(agreed->kept);
	agreed->kept = NULL;
}

bool agreement_lacks(const struct mta_needs *needs, unsigned long offered_actions,
		     unsigned long offered_steps, struct log *log)
{
	const unsigned long lacks = want_actions(needs) & ~offered_actions;
	const bool exact = needs->exact_fields && !(offered_steps & STEPS_LEADING_SPACE);
	unsigned long said = 0;
	char what[256] = "";

	for (int kind = 0; kind < EDIT_KINDS; kind++) {
		const struct agreement_edit *edit = &agreement_edits[kind];

		if (!(lacks & edit->action & ~said))
			continue;
		said |= edit->action;
		strcat(strcat(what, *what ? ", " : ""), edit->name);
	}
	if (exact)
		strcat(strcat(what, *what ? ", " : ""), "show the blanks of header fields");
	if (*what)
		log_say(log, MG_LOG_ERROR, "front",
			"the MTA does not offer what the configuration needs: %s", what);
	return *what;
}

unsigned agreement_grants(const struct agreement *agreed)
{
	unsigned granted = 0;

	for (int kind = 0; kind < EDIT_KINDS; kind++)
		if (agreed->actions & agreement_edits[kind].action)
			granted |= EDIT_BIT(kind);
	return granted;
}
