/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of tables: the forms in which they compare and match. */
#include <config.h>

#include "table/key.h"

#include <strings.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/domain.h"
#include "base/mail.h"

static const char *fold_host(struct arena *arena, const char *text)
{
	const char *folded;

	if (*text != '.') {
		folded = domain_fold(arena, text);
		return folded ? folded : ascii_fold(arena, text);
	}
	folded = domain_fold(arena, text + 1);
	if (!folded)
		return ascii_fold(arena, text);
	return folded == text + 1 ? text : arena_printf(arena, ".%s", folded);
}

static const char *fold_address(struct arena *arena, const char *text)
{
	struct address address;
	char numbers[INET6_ADDRSTRLEN];

	if (address_parse(text, &address))
		return arena_strdup(arena, address_print(&address, numbers));
	return ascii_fold(arena, text);
}

const char *table_fold(enum mg_key kind, struct arena *arena, const char *text)
{
	switch (kind) {
	case MG_KEY_ADDRESS:
		return fold_address(arena, text);
	case MG_KEY_HOST:
	case MG_KEY_NAME:
		return fold_host(arena, text);
	case MG_KEY_MAIL:
		return text[mail_local_size(text)] ? mail_fold(arena, text)
						   : fold_host(arena, text);
	default:
		return ascii_fold(arena, text);
	}
}

void table_key_init(struct table_key *key, enum mg_key kind, const struct regexes *regexes,
		    struct arena *scratch, const char *text)
{
	*key = (struct table_key){
		.kind = kind, .scratch = scratch, .text = text, .regexes = regexes
	};
	if (kind == MG_KEY_ADDRESS && address_parse(text, &key->address)) {
		key->is_address = true;
		key->text = NULL;
	} else if (kind == MG_KEY_MAIL && !*text) {
		key->text = "<>";
	}
}

const char *table_key_text(struct table_key *key)
{
	if (!key->text)
		key->text = address_print(&key->address, key->numbers);
	return key->text;
}

/* Unlike an entry, a mail address without '@' is a local part and no domain. */
const char *table_key_folded(struct table_key *key)
{
	if (key->folded)
		return key->folded;
	if (key->is_address)
		key->folded = table_key_text(key);
	else if (key->kind == MG_KEY_MAIL)
		key->folded = mail_fold(key->scratch, key->text);
	else
		key->folded = table_fold(key->kind, key->scratch, key->text);
	return key->folded;
}

static int match_form(struct table_key *key, const struct regex *regex, const char *form)
{
	return regex_find(key->regexes, regex, key->scratch, &key->match, key->effort, form);
}

/* Whether an expression can distinguish the folded form from the key. */
static bool has_other_form(struct table_key *key)
{
	if (key->kind != MG_KEY_HOST && key->kind != MG_KEY_NAME && key->kind != MG_KEY_MAIL)
		return false;
	return strcasecmp(table_key_text(key), table_key_folded(key)) != 0;
}

int table_key_match(struct table_key *key, const struct regex *regex, const char **subject_r)
{
	int found;
	int r;

	*subject_r = table_key_text(key);
	r = match_form(key, regex, *subject_r);
	if (r == 1 || !has_other_form(key))
		return r;
	*subject_r = table_key_folded(key);
	found = match_form(key, regex, *subject_r);
	return found == 0 ? r : found;
}
