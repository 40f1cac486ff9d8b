/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps, replies, macros and edits that the MTA must agree to for what is configured. */
#include <config.h>

#include <string.h>

#include "config/plan.h"
#include "config/plan_needs.h"

/* Whether anything that the instance finds can change the dialogue. */
static bool plan_can_refuse(const struct snapshot *snapshot, const struct instance *instance)
{
	if (instance->mode != MODE_ENFORCE)
		return false;
	if (instance->dns_dead)
		return true;
	for (size_t i = 0; i < instance->nresults; i++) {
		if (action_refuses(action_terminal(instance->actions[i])->kind))
			return true;
		if (snapshot->score && snapshot->score_mode == MODE_ENFORCE &&
		    action_score(instance->actions[i]) != 0)
			return true;
	}
	return false;
}

#define PLAN_SETS_FIELD (EDIT_BIT(EDIT_ADD_FIELD) | EDIT_BIT(EDIT_CHANGE_FIELD))

static const unsigned edits_of[] = {
	[ACTION_QUARANTINE] = EDIT_BIT(EDIT_QUARANTINE),
	[ACTION_HEADER] = EDIT_BIT(EDIT_ADD_FIELD),
	[ACTION_REPLACE_HEADER] = PLAN_SETS_FIELD,
	[ACTION_DELETE_HEADER] = EDIT_BIT(EDIT_CHANGE_FIELD),
	[ACTION_PREFIX_SUBJECT] = PLAN_SETS_FIELD,
	[ACTION_ADD_RECIPIENT] = EDIT_BIT(EDIT_ADD_RECIPIENT),
	[ACTION_DELETE_RECIPIENT] = EDIT_BIT(EDIT_DELETE_RECIPIENT),
	[ACTION_REDIRECT] = EDIT_BIT(EDIT_ADD_RECIPIENT) | EDIT_BIT(EDIT_DELETE_RECIPIENT),
	[ACTION_CHANGE_SENDER] = EDIT_BIT(EDIT_SENDER),
	[ACTION_REPLACE_BODY] = EDIT_BIT(EDIT_BODY),
	[ACTION_EDIT] = 0, /* see plan_proposed() */
};

unsigned plan_edits(enum action_kind kind)
{
	return kind >= ACTION_QUARANTINE ? edits_of[kind] : 0;
}

/* What proposals of these MG_EDIT_...s can do to a message. */
static unsigned plan_proposed(unsigned edits)
{
	static const struct {
		unsigned proposed;
		enum action_kind action;
	} forms[] = {
		{ MG_EDIT_ADD_FIELD, ACTION_HEADER },
		{ MG_EDIT_REPLACE_FIELD, ACTION_REPLACE_HEADER },
		{ MG_EDIT_DELETE_FIELD, ACTION_DELETE_HEADER },
		{ MG_EDIT_ADD_RECIPIENT, ACTION_ADD_RECIPIENT },
		{ MG_EDIT_DELETE_RECIPIENT, ACTION_DELETE_RECIPIENT },
		{ MG_EDIT_SENDER, ACTION_CHANGE_SENDER },
		{ MG_EDIT_BODY, ACTION_REPLACE_BODY },
	};
	unsigned needed = 0;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (edits & forms[i].proposed)
			needed |= plan_edits(forms[i].action);
	return needed;
}

/* Fields can be changed only where it is known how many of a name there are. */
static void plan_need_edits(struct mta_needs *needs, const struct mg_policy *type,
			    const struct action *action)
{
	for (; action; action = action->next)
		needs->edits |= action->kind == ACTION_EDIT ? plan_proposed(type->edits)
							    : plan_edits(action->kind);
	if (needs->edits & EDIT_BIT(EDIT_CHANGE_FIELD)) {
		needs->record = true;
		needs->stages |= MG_BIT(MG_HEADER);
	}
}

static void plan_need_instance(struct mta_needs *needs, const struct snapshot *snapshot,
			       const struct instance *instance)
{
	const bool refuses = plan_can_refuse(snapshot, instance);

	if (instance->mode == MODE_OFF)
		return;
	needs->stages |= instance->stages | instance->starts | instance->type->facts;
	/* The MTA sends a stage's macros with the stage. */
	needs->stages |= plan_macro_stages(instance->type);
	for (int hook = MG_CONNECT; hook <= MG_RCPT; hook++)
		if (instance->stages & MG_BIT(hook))
			needs->stages |= MG_BIT(plan_due(instance, (enum mg_stage)hook));
	for (int stage = MG_CONNECT; stage < MG_STAGES; stage++)
		if (refuses && plan_hooks(instance, (enum mg_stage)stage))
			needs->replies |= MG_BIT(stage);
	/*
	 * An MTA that needs no reply to a step sends it together with the next step that has one
	 * (measured with Postfix). So steps whose hooks must begin early need a reply.
	 */
	needs->replies |= instance->starts;
	/* A body that nobody wants any more is cut short by a reply. */
	if (instance->stages & MG_BIT(MG_BODY))
		needs->replies |= MG_BIT(MG_BODY);
	/* A refusal of the body has the queue id of EOH: no macros come with a body. */
	if (instance->stages & (MG_BIT(MG_HEADER) | (refuses ? MG_BIT(MG_BODY) : 0)))
		needs->stages |= MG_BIT(MG_EOH);
	if (instance->record) {
		needs->record = needs->exact_fields = true;
		needs->stages |= MG_BIT(MG_HEADER);
	}
	for (size_t i = 0; instance->mode == MODE_ENFORCE && i < instance->nresults; i++)
		plan_need_edits(needs, instance->type, instance->actions[i]);
}

static void plan_note_edited(struct snapshot *snapshot, const struct action *action)
{
	for (; action; action = action->next) {
		const bool subject = action->kind == ACTION_PREFIX_SUBJECT;
		const size_t n = snapshot->edited.n;
		const char **edited;

		if (!subject && action->kind != ACTION_REPLACE_HEADER &&
		    action->kind != ACTION_DELETE_HEADER)
			continue;
		edited = arena_alloc(&snapshot->arena, (n + 1) * sizeof(*edited));
		if (n)
			memcpy(edited, snapshot->edited.v, n * sizeof(*edited));
		edited[n] = subject ? "Subject" : action->name;
		snapshot->edited = (struct mg_strings){ n + 1, edited };
	}
}

/* Which fields the configuration's own actions change. A name may stand there twice. */
static void plan_find_edited(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->ninstances; i++)
		for (size_t j = 0; snapshot->instances[i].mode == MODE_ENFORCE &&
				   j < snapshot->instances[i].nresults;
		     j++)
			plan_note_edited(snapshot, snapshot->instances[i].actions[j]);
	if (snapshot->score_mode == MODE_ENFORCE)
		plan_note_edited(snapshot, snapshot->score);
}

static bool plan_texts_have(const struct snapshot *snapshot, enum text_macro macro)
{
	for (size_t i = 0; i < snapshot->ninstances; i++)
		for (size_t j = 0;
		     snapshot->instances[i].stages && j < snapshot->instances[i].nresults; j++)
			for (const struct action *action = snapshot->instances[i].actions[j];
			     action; action = action->next)
				if (text_has(action->text, macro))
					return true;
	for (const struct action *rule = snapshot->score; rule; rule = rule->next)
		if (text_has(rule->text, macro))
			return true;
	return false;
}

/* Whether a list of macros has this one; names are separated by blanks. */
static bool plan_has_macro(const char *list, const char *name)
{
	const size_t size = strlen(name);

	while (list && *list) {
		const size_t length = strcspn(list, " ");

		if (length == size && memcmp(list, name, size) == 0)
			return true;
		list += length + strspn(list + length, " ");
	}
	return false;
}

/* The macros that the core asks for at a stage, and those that policies declared for it. */
static const char *plan_macros(struct snapshot *snapshot, enum mg_stage stage)
{
	/*
	 * "i" at CONNECT identifies mail that was submitted locally. At HELO and MAIL Postfix
	 * gives the id of the previous, aborted message, so "i" is not requested there.
	 */
	static const char *const own[MG_STAGES] = {
		[MG_CONNECT] = "j {daemon_name} {daemon_addr} {if_addr} {client_ptr} "
			       "{client_resolve} i",
		[MG_HELO] = "{tls_version}",
		[MG_MAIL] = "{auth_authen} {auth_type} {mail_addr}",
		[MG_RCPT] = "i {rcpt_addr}",
		[MG_DATA] = "i",
		[MG_EOH] = "i",
		[MG_EOM] = "i",
	};
	const char *macros = own[stage];

	for (size_t i = 0; i < snapshot->ninstances; i++) {
		const struct instance *instance = &snapshot->instances[i];
		const char *const *name = instance->type->macros[stage];

		for (; instance->mode != MODE_OFF && name && *name; name++)
			if (!plan_has_macro(macros, *name))
				macros = arena_printf(&snapshot->arena, "%s%s%s",
						      macros ? macros : "", macros ? " " : "",
						      *name);
	}
	return macros;
}

static void plan_need_waits(struct mta_needs *needs, const struct instance *instance)
{
	for (int stage = MG_CONNECT; stage < MG_STAGES; stage++) {
		const unsigned hooks = plan_hooks(instance, (enum mg_stage)stage) |
				       (instance->stages & MG_BIT(stage));

		if (hooks & instance->blocking)
			needs->waits |= MG_BIT(stage);
	}
}

void plan_needs(struct snapshot *snapshot)
{
	struct mta_needs *needs = &snapshot->needs;

	/* The log's line for each message needs these. */
	needs->replies = MG_BIT(MG_EOM);
	needs->stages = MG_BIT(MG_CONNECT) | MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT) | MG_BIT(MG_EOM);
	if (snapshot->protects)
		needs->replies |= MG_BIT(MG_RCPT);
	if (snapshot->settings.log_fields)
		needs->stages |= MG_BIT(MG_HEADER);
	needs->budget = snapshot->settings.stage_budget * 1000;
	for (size_t i = 0; i < snapshot->ninstances; i++) {
		plan_need_instance(needs, snapshot, &snapshot->instances[i]);
		plan_need_waits(needs, &snapshot->instances[i]);
		snapshot->starts |= snapshot->instances[i].starts;
		if (snapshot->instances[i].mode != MODE_OFF)
			snapshot->services |= snapshot->instances[i].services;
		if (snapshot->instances[i].mode != MODE_OFF && snapshot->instances[i].type->outcome)
			snapshot->outcomes = true;
	}
	for (size_t i = 0; i < snapshot->nclasses; i++)
		needs->stages |= snapshot->classes[i].facts;
	if (plan_texts_have(snapshot, TEXT_HELO) || plan_texts_have(snapshot, TEXT_TLS))
		needs->stages |= MG_BIT(MG_HELO);
	if (snapshot->score_mode == MODE_ENFORCE)
		plan_need_edits(needs, NULL, snapshot->score);
	plan_find_edited(snapshot);
	needs->replies &= needs->stages;
	for (int stage = MG_CONNECT; stage < MG_STAGES; stage++)
		needs->macros[stage] = plan_macros(snapshot, (enum mg_stage)stage);
}
