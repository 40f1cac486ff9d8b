/* SPDX-License-Identifier: BSD-2-Clause */
/* The macros that an MTA sends ahead of a stage: its own choice, or the milter's. */
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libmilter/mfdef.h>

/* Compares macro names, each of which may stand in braces. */
static bool macro_is(const char *name, const char *other, size_t size)
{
	size_t name_size = strlen(name);

	if (name_size > 2 && name[0] == '{') {
		name++;
		name_size -= 2;
	}
	if (size > 2 && other[0] == '{') {
		other++;
		size -= 2;
	}
	return name_size == size && memcmp(name, other, size) == 0;
}

static char *macro_name(const char *name)
{
	size_t room = strlen(name) + 3;
	char *copy = malloc(room);

	if (!copy)
		abort();
	snprintf(copy, room, strlen(name) > 1 && name[0] != '{' ? "{%s}" : "%s", name);
	return copy;
}

void mta_macro(struct mta *mta, enum mta_stage stage, const char *name, const char *value)
{
	struct macro *macro;
	size_t i;

	for (i = 0; i < mta->nmacros && !macro_is(mta->macros[i].name, name, strlen(name)); i++)
		;
	if (i == mta->nmacros) {
		mta->macros = realloc(mta->macros, (i + 1) * sizeof(*mta->macros));
		if (!mta->macros)
			abort();
		mta->macros[i] = (struct macro){ stage, macro_name(name), NULL };
		mta->nmacros++;
	}
	macro = &mta->macros[i];
	macro->stage = stage;
	free(macro->value);
	macro->value = value ? strdup(value) : NULL;
}

void mta_forget_macros(struct mta *mta)
{
	size_t i;

	for (i = 0; i < mta->nmacros; i++) {
		free(mta->macros[i].name);
		free(mta->macros[i].value);
	}
	free(mta->macros);
	mta->macros = NULL;
	mta->nmacros = 0;
}

static bool macro_is_listed(const char *list, const char *name)
{
	while (*list) {
		size_t size = strcspn(list, " ,\t");

		if (size && macro_is(name, list, size))
			return true;
		list += size + strspn(list + size, " ,\t");
	}
	return false;
}

/* Postfix's defaults, postconf(5), version 3.7. */
static const char *const postfix_macros[MTA_STAGES] = {
	[MTA_CONNECT] = "j {daemon_name} {daemon_addr} v _",
	[MTA_HELO] = "{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}",
	[MTA_MAIL] =
		"i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} {mail_mailer}",
	[MTA_RCPT] = "i {rcpt_addr} {rcpt_host} {rcpt_mailer}",
	[MTA_DATA] = "i",
	[MTA_HEADER] = "",
	[MTA_EOH] = "i",
	[MTA_BODY] = "",
	[MTA_EOM] = "i",
	[MTA_UNKNOWN] = "",
};

void mta_use_postfix_macros(struct mta *mta)
{
	mta->postfix_macros = true;
}

void macros_send(struct mta *mta, enum mta_stage stage)
{
	const char *list = mta->symlist[stage] || !mta->postfix_macros ? mta->symlist[stage]
								       : postfix_macros[stage];
	size_t begin = wire_begin(mta, SMFIC_MACRO);
	bool any = false;
	size_t i;

	buffer_add(&mta->out, &stage_forms[stage].command, 1);
	for (i = 0; i < mta->nmacros; i++) {
		const struct macro *macro = &mta->macros[i];

		if (!macro->value)
			continue;
		if (list ? macro->stage > stage || !macro_is_listed(list, macro->name)
			 : macro->stage != stage)
			continue;
		buffer_add_string(&mta->out, macro->name);
		buffer_add_string(&mta->out, macro->value);
		any = true;
	}
	if (any)
		wire_end(mta, begin);
	else
		mta->out.size = begin;
}
