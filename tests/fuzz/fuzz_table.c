/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: a table of any kind from any text, and keys that are looked up in it.
 *
 * The first line has a character for the kind of keys ("address", "host", "mail", "text": a to d,
 * say) and one for the type (cidr, pcre, texthash, plain words); the table follows, then a line
 * "%%", then a key on each line.
 */
#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/conf.h"
#include "base/domain.h"
#include "base/mail.h"
#include "base/errors.h"
#include "table/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

/* Words do not name files here: the fuzzer would read files of this machine. */
static void add_words(struct arena *arena, struct errors *errors, struct mg_table *table,
		      const char *text, size_t size)
{
	const struct mg_line *line;

	if (memmem(text, size, "cidr:", 5) || memmem(text, size, "pcre:", 5) ||
	    memmem(text, size, "texthash:", 9))
		return;
	line = conf_parse(arena, errors, "fuzz", text, size);
	for (; line; line = line->next)
		table_add_words(table, errors, line, 0);
}

static struct mg_table *make_table(struct arena *arena, struct errors *errors, const uint8_t *head,
				   const char *text, size_t size)
{
	static const char *const types[] = { "cidr", "pcre", "texthash" };
	struct mg_table *table =
		table_new(arena, (enum mg_key)(MG_KEY_ADDRESS + (head[0] - 'a') % 4U), NULL);
	unsigned type = (head[1] - 'a') % 4U;

	if (type < 3)
		table_add_text(table, errors, types[type], "fuzz", text, size);
	else
		add_words(arena, errors, table, text, size);
	table_finish(table);
	return table;
}

static void check_folds(struct arena *arena, const char *key)
{
	const char *domain = domain_fold(arena, key);
	const char *mail = mail_fold(arena, key);

	require(!domain || (strlen(domain) <= DOMAIN_MAX && domain_fold(arena, domain) == domain));
	require(strcmp(mail_fold(arena, mail), mail) == 0);
	require(mail_local_size(key) <= strlen(key));
}

static void look_up(const struct mg_table *table, const char *key)
{
	struct arena scratch = { 0 };
	const char *value = NULL;
	const char *again = NULL;
	int r = table_find(table, &scratch, key, &value);

	require(r >= -1 && r <= 1 && (r == 1) == (value != NULL));
	require(table_find(table, &scratch, key, &again) == r);
	require(r < 1 || strcmp(value, again) == 0);
	check_folds(&scratch, key);
	arena_free(&scratch);
}

static void print_errors(const struct errors *errors)
{
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	require(stream != NULL);
	errors_print(errors, stream);
	fclose(stream);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct errors errors = { .arena = &arena };
	const char *text = (const char *)data + 3;
	const char *keys;
	struct mg_table *table;

	if (size < 3)
		return 0;
	size -= 3;
	keys = memmem(text, size, "\n%%\n", 4);
	table = make_table(&arena, &errors, data, text, keys ? (size_t)(keys + 1 - text) : size);
	if (keys) {
		char *copy = arena_strndup(&arena, keys + 4, size - (size_t)(keys + 4 - text));
		char *key;

		while ((key = strsep(&copy, "\n")))
			look_up(table, key);
	}
	print_errors(&errors);
	arena_free(&arena);
	return 0;
}
