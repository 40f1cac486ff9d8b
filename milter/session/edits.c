/* SPDX-License-Identifier: BSD-2-Clause */
/* Edits: what is changed of a message at its end. */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "base/mail.h"
#include "base/field.h"
#include "config/plan_needs.h"
#include "session/edits.h"
#include "session/edits_fields.h"
#include "session/edits_text.h"
#include "session/journal.h"
#include "session/render.h"

struct editor {
	struct session *session;
	long long score;
	const struct found *found; /* whose edit it is; NULL: the score's */
	unsigned proposed;         /* by the instance */
	struct edited_fields fields;
	struct edit_list inserted; /* fields, in the order of being wanted */
	struct edit_list rest;     /* fields that are added, and the quarantine */
	struct recipient *added;   /* recipients */
	const char *sender;        /* in angle brackets; NULL: as it is */
	const char *body;          /* NULL: as it is */
	size_t body_size;
	unsigned granted; /* EDIT_BIT()s of what the MTA takes */
	unsigned missed;  /* of what it does not take, and the log has said so */
	bool quarantined;
	const struct edit_made **made_end;
};

struct edit *edits_copy(struct arena *arena, const struct edit *edits)
{
	struct edit *first = NULL, **end = &first;

	for (; edits; edits = edits->next) {
		struct edit *copy = arena_alloc(arena, sizeof(*copy));
		char *data;

		*copy = *edits;
		copy->next = NULL;
		copy->name = edits->name ? arena_strdup(arena, edits->name) : NULL;
		if (edits->value) {
			/* A body may have any byte; all else ends with the NUL behind it. */
			data = arena_alloc(arena, edits->size + 1);
			memcpy(data, edits->value, edits->size);
			data[edits->size] = '\0';
			copy->value = data;
		}
		*end = copy;
		end = &copy->next;
	}
	return first;
}

void edits_add(struct arena *arena, struct edit **list, const struct edit *more)
{
	unsigned n = 0;

	if (!more)
		return;
	for (; *list; list = &(*list)->next)
		n++;
	if (n <= EDITS_MAX)
		*list = edits_copy(arena, more);
}

/* ---- Checks: what is wrong with an edit, or NULL ---- */

/* Fields that only hosts on the way may write, and only add (RFC 5321 section 4.4). */
static const char *edit_check_name(const struct edit *edit)
{
	if (!field_is_name(edit->name))
		return "that is no field name";
	if (edit->kind != ACTION_HEADER && strcasecmp(edit->name, "Received") == 0)
		return "a Received field is neither changed nor deleted";
	return NULL;
}

static const char *edit_check_field(struct editor *editor, const struct edit *edit)
{
	const char *wrong = edit_check_name(edit);

	if (!wrong && edit->kind != ACTION_DELETE_HEADER)
		wrong = field_check_value(edit->name, edit->value);
	/* An MTA deletes a field that is given an empty value. */
	if (!wrong && edit->kind == ACTION_REPLACE_HEADER && !*edit->value)
		wrong = "its value is empty";
	if (!wrong && edit->kind == ACTION_REPLACE_HEADER &&
	    edit->index > edits_count(&editor->fields, edit->name))
		wrong = "there are fewer such fields";
	return wrong;
}

static const char *edit_check_address(const struct editor *editor, const struct edit *edit)
{
	if (edit->kind == ACTION_CHANGE_SENDER && !*edit->name)
		return NULL;
	return mail_check_mailbox(edit->name, editor->session->message.smtputf8);
}

static const char *edit_check(struct editor *editor, const struct edit *edit)
{
	switch (edit->kind) {
	case ACTION_HEADER:
	case ACTION_REPLACE_HEADER:
	case ACTION_DELETE_HEADER:
	case ACTION_PREFIX_SUBJECT:
		return edit_check_field(editor, edit);
	case ACTION_ADD_RECIPIENT:
	case ACTION_REDIRECT:
	case ACTION_CHANGE_SENDER:
		return edit_check_address(editor, edit);
	case ACTION_REPLACE_BODY:
		return edit->value ? NULL : "the body has a NUL, or a CR that ends no line";
	default:
		return NULL;
	}
}

/* ---- Recipients ---- */

/* Folded once: each of many recipients can ask for an edit of all. */
static bool is_recipient(struct editor *editor, struct recipient *recipient, const char *folded)
{
	if (!recipient->folded)
		recipient->folded = mail_fold(&editor->session->event_arena, recipient->address);
	return strcmp(recipient->folded, folded) == 0;
}

/* Deletes this recipient, or, when others is true, all but this one. */
static void delete_recipients(struct editor *editor, const char *address, bool others)
{
	const char *folded = mail_fold(&editor->session->event_arena, address);
	struct recipient *recipient = editor->session->message.recipients;

	for (; recipient; recipient = recipient->next)
		if (is_recipient(editor, recipient, folded) != others)
			recipient->deleted = true;
	for (recipient = editor->added; recipient; recipient = recipient->next)
		if (is_recipient(editor, recipient, folded) != others)
			recipient->deleted = true;
}

/* Adds the address to the recipients, and takes its deletion back if it was deleted. */
static void add_recipient(struct editor *editor, const char *address)
{
	struct arena *arena = &editor->session->event_arena;
	const char *folded = mail_fold(arena, address);
	struct recipient *recipient = editor->session->message.recipients, **end;
	bool found = false;

	for (; recipient; recipient = recipient->next) {
		if (!is_recipient(editor, recipient, folded))
			continue;
		recipient->deleted = false;
		found = true;
	}
	for (end = &editor->added; *end; end = &(*end)->next) {
		if (!is_recipient(editor, *end, folded))
			continue;
		(*end)->deleted = false;
		found = true;
	}
	if (found)
		return;
	*end = arena_zalloc(arena, sizeof(**end));
	(*end)->address = address;
}

/* ---- Applying ---- */

/* A subject with the prefix before it; the prefix alone, if that is too long. */
static const char *prefix_subject(struct editor *editor, const struct edit *edit, const char *value)
{
	struct arena *arena = &editor->session->event_arena;
	const char *prefixed = field_fold(arena, edit->name,
					  edits_prefixed(arena, edit->value, value), FIELD_LINE);

	return field_check_value(edit->name, prefixed) ? edit->value : prefixed;
}

/* Puts it before each subject that came. Returns whether there is one. */
static bool prefix_each(struct editor *editor, const struct edit *edit)
{
	struct edited_fields *fields = &editor->fields;
	bool any = false;

	for (unsigned nth = 1; nth <= edits_count(fields, edit->name); nth++) {
		const char *value = edits_value(fields, edit->name, nth);

		any = any || value;
		if (value && !edits_has_prefix(edit->value, value))
			edits_replace(fields, edit->name, nth, prefix_subject(editor, edit, value));
	}
	return any;
}

static void prefix_subjects(struct editor *editor, const struct edit *edit)
{
	struct edited_fields *fields = &editor->fields;
	const char **prefix = edits_prefix(fields, edit->name), *value;

	if (*prefix && strcmp(*prefix, edit->value) == 0)
		return;
	if (!prefix_each(editor, edit)) {
		value = edits_added(fields, edit->name);
		if (!value || !edits_has_prefix(edit->value, value))
			edits_replace(fields, edit->name, 0,
				      value ? prefix_subject(editor, edit, value) : edit->value);
	}
	*prefix = edit->value;
}

static void add_field(struct editor *editor, const struct edit *edit)
{
	const bool last = edit->index == MG_EDIT_END;
	struct reply_edit *added =
		edits_append(editor->session, last ? &editor->rest : &editor->inserted,
			     last ? EDIT_ADD_FIELD : EDIT_INSERT_FIELD);

	added->index = last ? 0 : edit->index;
	added->name = edit->name;
	added->value = edit->value;
}

/* One quarantine is enough: the first reason counts. */
static void quarantine(struct editor *editor, const struct edit *edit)
{
	if (editor->quarantined)
		return;
	editor->quarantined = true;
	editor->session->message.cause = editor->found;
	journal_quarantine(editor->session, editor->found, editor->score, edit->value);
	edits_append(editor->session, &editor->rest, EDIT_QUARANTINE)->value = edit->value;
}

static void apply(struct editor *editor, const struct edit *edit)
{
	struct arena *arena = &editor->session->event_arena;

	switch (edit->kind) {
	case ACTION_HEADER:
		add_field(editor, edit);
		break;
	case ACTION_REPLACE_HEADER:
		edits_replace(&editor->fields, edit->name, edit->index, edit->value);
		break;
	case ACTION_DELETE_HEADER:
		edits_delete(&editor->fields, edit->name, edit->index);
		break;
	case ACTION_PREFIX_SUBJECT:
		prefix_subjects(editor, edit);
		break;
	case ACTION_ADD_RECIPIENT:
		add_recipient(editor, edit->name);
		break;
	case ACTION_DELETE_RECIPIENT:
		delete_recipients(editor, edit->name, false);
		break;
	case ACTION_REDIRECT:
		delete_recipients(editor, edit->name, true);
		add_recipient(editor, edit->name);
		break;
	case ACTION_CHANGE_SENDER:
		editor->sender = arena_printf(arena, "<%s>", edit->name);
		break;
	case ACTION_REPLACE_BODY:
		editor->body = edit->value;
		editor->body_size = edit->size;
		break;
	default:
		quarantine(editor, edit);
	}
}

/* Keeps for the log that an edit was made. */
static void note(struct editor *editor, const struct edit *edit)
{
	struct edit_made *made = arena_zalloc(&editor->session->message_arena, sizeof(*made));

	made->policy = editor->found ? editor->found->instance->name : "score";
	made->kind = edit->kind;
	made->index = edit->index;
	made->name = edit->name ? arena_strdup(&editor->session->message_arena, edit->name) : NULL;
	*editor->made_end = made;
	editor->made_end = &made->next;
}

/* Whether the MTA takes it; the log says of each kind once that it does not. */
static bool is_granted(struct editor *editor, const struct edit *edit)
{
	const unsigned lacks = plan_edits(edit->kind) & ~editor->granted;

	if (lacks & ~editor->missed)
		journal_bad_edit(editor->session, editor->found, edit, "the MTA does not offer it");
	editor->missed |= lacks;
	return lacks == 0;
}

/* An edit in the form in which it is sent: made and noted, unless something is wrong with it. */
static void make(struct editor *editor, const struct edit *edit, const char *wrong)
{
	if (!wrong && !is_granted(editor, edit))
		return;
	if (!wrong)
		wrong = edit_check(editor, edit);
	if (wrong) {
		journal_bad_edit(editor->session, editor->found, edit, wrong);
		return;
	}
	apply(editor, edit);
	note(editor, edit);
}

/* ---- Who wants edits ---- */

static bool has_field(enum action_kind kind)
{
	return kind == ACTION_HEADER || kind == ACTION_REPLACE_HEADER;
}

/* A policy's proposals: folded only where a line is too long to be sent. */
static void make_proposed(struct editor *editor)
{
	struct arena *arena = &editor->session->event_arena;
	const struct edit *proposed = editor->found ? editor->found->edits : NULL;

	for (; proposed && editor->proposed <= EDITS_MAX; proposed = proposed->next) {
		struct edit edit = *proposed;

		/* What a name that is none leaves of a line is not known. */
		if (has_field(edit.kind) && field_is_name(edit.name))
			edit.value = field_fold(arena, edit.name, edit.value, FIELD_LINE_MAX);
		if (edit.kind == ACTION_REPLACE_BODY)
			edit.value = edits_body(arena, edit.value, edit.size, &edit.size);
		make(editor, &edit,
		     editor->proposed++ == EDITS_MAX ? "the policy has proposed 1,000 already"
						     : NULL);
	}
}

/* The text of an action; that of a quarantine may be the policy's. */
static const char *action_value(struct editor *editor, const struct action *action, bool folds)
{
	struct session *session = editor->session;
	struct arena *arena = &session->event_arena;
	const struct found *found = editor->found;
	const char *text;

	if (action->text)
		text = render_text(arena, action->text, session, found, editor->score, folds);
	else if (found)
		text = found->text ? found->text : found->instance->name;
	else
		text = arena_printf(arena, "score %lld", editor->score);
	return action->kind == ACTION_REPLACE_BODY ? text : edits_clean(arena, text, folds);
}

static unsigned action_index(const struct action *action)
{
	if (action->kind == ACTION_HEADER)
		return field_is_trace(action->name) ? 0 : MG_EDIT_END;
	return action->nth;
}

static void make_action(struct editor *editor, const struct action *action)
{
	struct arena *arena = &editor->session->event_arena;
	struct edit edit = { .kind = action->kind,
			     .index = action_index(action),
			     .name = action->name };

	if (action->kind == ACTION_EDIT) {
		make_proposed(editor);
		return;
	}
	if (action->kind == ACTION_PREFIX_SUBJECT)
		edit.name = "Subject";
	if (has_field(action->kind) || action->kind == ACTION_PREFIX_SUBJECT)
		edit.value = field_fold(arena, edit.name, action_value(editor, action, true),
					FIELD_LINE);
	if (action->kind == ACTION_QUARANTINE)
		edit.value = action_value(editor, action, false);
	if (action->kind == ACTION_REPLACE_BODY) {
		const char *text = action_value(editor, action, false);

		edit.value = edits_body(arena, text, strlen(text), &edit.size);
	}
	make(editor, &edit, NULL);
}

static void make_actions(struct editor *editor, const struct action *action)
{
	for (; action; action = action->next)
		if (action->kind >= ACTION_QUARANTINE && action->kind != ACTION_SCORE)
			make_action(editor, action);
}

static void make_found(struct editor *editor, const struct found *found)
{
	if (found->counted != editor->session->messages)
		return;
	editor->found = found;
	make_actions(editor, found->instance->actions[found->result]);
}

/*
 * What an instance found, in the order of the stages; what it found of the recipients is kept with
 * the message.
 */
static void make_instance(struct editor *editor, size_t index)
{
	const struct session *session = editor->session;

	editor->proposed = 0;
	for (int stage = 0; stage < MG_STAGES; stage++) {
		for (const struct found *f = session->standing[index].found[stage]; f; f = f->next)
			make_found(editor, f);
		for (const struct found *f = stage == MG_RCPT ? session->message.kept : NULL; f;
		     f = f->kept)
			if (f->instance->index == index)
				make_found(editor, f);
	}
}

/* Whether the score would have refused the message, so that it would not be edited. */
static bool would_refuse(const struct session *session, const struct decision *decision)
{
	const struct action *rule = session->snapshot->score;

	while (rule && action_refuses(rule->kind) && decision->would_score < rule->score)
		rule = rule->next;
	return session->message.scored && rule && action_refuses(rule->kind);
}

/* Logs what the score would have done, were nothing in mode monitor. */
static void say_score_would(struct session *session, const struct decision *decision)
{
	const struct snapshot *snapshot = session->snapshot;
	const bool enforced = snapshot->score_mode == MODE_ENFORCE;

	for (const struct action *rule = snapshot->score; rule; rule = rule->next)
		if (rule->kind >= ACTION_QUARANTINE && decision->would_score >= rule->score &&
		    !(enforced && decision->score >= rule->score))
			journal_would_score(session, decision, rule);
}

static void make_score(struct editor *editor)
{
	editor->found = NULL;
	if (editor->session->snapshot->score_mode != MODE_ENFORCE)
		return;
	for (const struct action *rule = editor->session->snapshot->score; rule; rule = rule->next)
		if (rule->kind >= ACTION_QUARANTINE && editor->score >= rule->score &&
		    !(editor->session->message.protected && action_loses(rule->kind)))
			make_action(editor, rule);
}

/* ---- What the MTA is told ---- */

/*
 * Each insertion goes above what is there: from the last to the first, those at a higher place
 * before.
 */
static void put_inserted(struct edit_list *list, const struct edit_list *inserted)
{
	struct reply_edit *edit = inserted->first, *next, *first = NULL, **at;

	for (; edit; edit = next) {
		next = edit->next;
		at = &first;
		while (*at && (*at)->index > edit->index)
			at = &(*at)->next;
		edit->next = *at;
		*at = edit;
	}
	edits_join(list, first);
}

static void put_recipients(struct editor *editor, struct edit_list *list)
{
	struct session *session = editor->session;
	const struct recipient *recipient = session->message.recipients;
	unsigned left = 0;

	for (; recipient; recipient = recipient->next) {
		left += !recipient->deleted;
		if (recipient->deleted)
			edits_append(session, list, EDIT_DELETE_RECIPIENT)->value =
				recipient->written;
	}
	for (recipient = editor->added; recipient; recipient = recipient->next) {
		left += !recipient->deleted;
		if (!recipient->deleted)
			edits_append(session, list, EDIT_ADD_RECIPIENT)->value =
				arena_printf(&session->event_arena, "<%s>", recipient->address);
	}
	if (session->message.recipients && left == 0)
		journal_no_recipient(session);
}

/* The reply is sent when the message, its record and what policies proposed are gone. */
static void keep_edits(struct arena *arena, struct reply_edit *edit)
{
	for (; edit; edit = edit->next) {
		if (edit->name)
			edit->name = arena_strdup(arena, edit->name);
		if (edit->value && edit->kind != EDIT_BODY)
			edit->value = arena_strdup(arena, edit->value);
	}
}

static void put_all(struct editor *editor)
{
	struct session *session = editor->session;
	struct edit_list list = { NULL, NULL };
	struct reply_edit *edit;

	edits_put_fields(&editor->fields, &list, &editor->inserted, &editor->rest);
	put_inserted(&list, &editor->inserted);
	edits_join(&list, editor->rest.first);
	put_recipients(editor, &list);
	if (editor->sender)
		edits_append(session, &list, EDIT_SENDER)->value = editor->sender;
	if (editor->body) {
		edit = edits_append(session, &list, EDIT_BODY);
		edit->value = editor->body;
		edit->size = editor->body_size;
	}
	keep_edits(&session->event_arena, list.first);
	session->reply.edits = list.first;
}

void edits_make(struct session *session, const struct decision *decision)
{
	const struct mta *mta = session->mta;
	struct editor editor = { .session = session,
				 .granted = mta->edits ? mta->edits(session->mta_ctx) : ~0U,
				 .score = decision->score,
				 .fields = { .session = session },
				 .made_end = &session->message.made };

	if (!decision->accepted && !would_refuse(session, decision))
		say_score_would(session, decision);
	if (!session->snapshot->needs.edits)
		return;
	for (size_t i = 0; i < session->snapshot->ninstances; i++)
		make_instance(&editor, i);
	if (!decision->accepted)
		make_score(&editor);
	put_all(&editor);
}
