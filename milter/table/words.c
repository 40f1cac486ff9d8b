/* SPDX-License-Identifier: BSD-2-Clause */
/* The words of a table in the configuration: plain entries, and files with their types. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/errors.h"
#include "base/line.h"
#include "table/fault.h"
#include "table/file.h"
#include "table/source.h"
#include "table/table.h"

/* The types of files. */
static const struct loader {
	const char *type;
	struct table_source *(*load)(struct mg_table *table, struct table_file *file);
	bool addresses_only;
} loaders[] = {
	{ "cidr", table_cidr_load, true },
	{ "pcre", table_pcre_load, false },
	{ "texthash", table_texthash_load, false },
};

/* Other types of Postfix: a word that begins with one of them is no plain entry. */
static const char *const foreign_types[] = {
	"btree",     "cdb",    "dbm",     "environ",  "fail",     "hash",    "inline",
	"internal",  "ldap",   "lmdb",    "memcache", "mysql",    "netinfo", "nis",
	"nisplus",   "pgsql",  "pipemap", "proxy",    "randmap",  "regexp",  "sdbm",
	"socketmap", "sqlite", "static",  "tcp",      "unionmap",
};

static const char *const loader_names[] = { "cidr", "pcre", "texthash", NULL };

static void append(struct mg_table *table, struct table_source *source)
{
	if (table->last)
		table->last->next = source;
	else
		table->first = source;
	table->last = source;
}

static const struct loader *find_loader(const char *type, size_t size)
{
	for (size_t i = 0; i < sizeof(loaders) / sizeof(*loaders); i++)
		if (strlen(loaders[i].type) == size && memcmp(loaders[i].type, type, size) == 0)
			return &loaders[i];
	return NULL;
}

static bool is_foreign(const char *type, size_t size)
{
	for (size_t i = 0; i < sizeof(foreign_types) / sizeof(*foreign_types); i++)
		if (strlen(foreign_types[i]) == size && memcmp(foreign_types[i], type, size) == 0)
			return true;
	return false;
}

/* Some editors begin a file of UTF-8 with it. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static int load_text(struct mg_table *table, struct errors *errors, const struct loader *loader,
		     const char *name, const char *text, size_t size)
{
	const size_t before = errors->count;
	const size_t mark = size >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0 ? 3 : 0;
	struct table_file file = {
		.arena = table->arena,
		.errors = errors,
		.check = table->check,
		.name = name,
		.text = text + mark,
		.size = size - mark,
		.next = { .line = 1 },
	};
	const char *nul = memchr(text, '\0', size);

	if (nul) {
		unsigned line = 1;

		for (const char *p = text; p < nul; p++)
			line += *p == '\n';
		errors_in_file(errors, name, line, 0, NULL, "a NUL byte: this is no text file");
		return -1;
	}
	append(table, loader->load(table, &file));
	if (!file.line && errors->warnings)
		errors_in_file(errors->warnings, name, 0, 0, NULL, "this table is empty");
	return errors->count == before ? 0 : -1;
}

int table_add_text(struct mg_table *table, struct errors *errors, const char *type,
		   const char *name, const char *text, size_t size)
{
	const struct loader *loader = find_loader(type, strlen(type));

	if (!loader)
		return -1;
	return load_text(table, errors, loader, name, text, size);
}

/* A relative name counts from the folder of the configuration file. */
static const char *full_path(struct arena *arena, const char *from, const char *path)
{
	const char *slash = strrchr(from, '/');

	if (*path == '/' || !slash)
		return path;
	return arena_printf(arena, "%.*s/%s", (int)(slash - from), from, path);
}

static int add_file(struct mg_table *table, struct errors *errors, const struct mg_line *line,
		    size_t word, const struct loader *loader)
{
	const char *path = line->words[word].text + strlen(loader->type) + 1;
	const char *why;
	char *text;
	size_t size;
	int r;

	if (!*path) {
		errors_at(errors, line, word, "there is no file name after \"%s:\"", loader->type);
		return -1;
	}
	if (loader->addresses_only && table->kind != MG_KEY_ADDRESS) {
		errors_at(errors, line, word, "a \"%s:\" file is for addresses only", loader->type);
		errors_hint(errors, "expected \"pcre:FILE\" or \"texthash:FILE\"");
		return -1;
	}
	path = full_path(table->arena, line->file->name, path);
	if (table_file_read(path, &text, &size, &why) != 0) {
		errors_at(errors, line, word, "cannot read %s: %s", path, why);
		return -1;
	}
	r = load_text(table, errors, loader, path, text, size);
	free(text);
	return r;
}

/* Reports "type:..." with a type that does not exist here, or is misspelt. */
static bool is_wrong_type(struct mg_table *table, struct errors *errors, const struct mg_line *line,
			  size_t word)
{
	const char *text = line->words[word].text;
	size_t size = strcspn(text, ":");
	const char *type = arena_strndup(table->arena, text, size);
	const char *near =
		text[size] && text[size + 1] == '/' ? errors_nearest(type, loader_names) : NULL;
	bool foreign = text[size] && is_foreign(text, size);
	struct fault unused;
	struct network network;

	if ((!foreign && !near) ||
	    (table->kind == MG_KEY_ADDRESS && network_parse(text, &network, &unused) == 0))
		return false;
	errors_at(errors, line, word, "there are no \"%s:\" tables here", type);
	if (strcmp(type, "regexp") == 0)
		errors_hint(errors, "did you mean \"pcre%s\"? The expressions there are Perl's",
			    text + size);
	else if (foreign)
		errors_hint(errors,
			    "expected \"cidr:FILE\", \"pcre:FILE\" or \"texthash:FILE\"; "
			    "\"postmap -s %s > FILE\" makes a \"texthash:\" file of most others",
			    text);
	else
		errors_hint(errors, "did you mean \"%s%s\"?", near, text + size);
	return true;
}

static enum entry_grade add_to_plain(struct mg_table *table, const char *entry,
				     struct fault *fault_r)
{
	if (!table->last || !table_plain_is(table->last))
		append(table, table_plain_new(table));
	return table_plain_add(table, table->last, entry, fault_r);
}

const char *table_add_entry(struct mg_table *table, const char *entry)
{
	struct fault fault;

	if (add_to_plain(table, arena_strdup(table->arena, entry), &fault) != ENTRY_WRONG)
		return NULL;
	return arena_strdup(table->arena, fault.text);
}

static int add_plain(struct mg_table *table, struct errors *errors, const struct mg_line *line,
		     size_t word)
{
	struct errors *to = errors;
	struct fault fault;
	const enum entry_grade grade = add_to_plain(table, line->words[word].text, &fault);

	if (grade == ENTRY_ODD)
		to = errors->warnings;
	if (grade != ENTRY_GOOD && to) {
		errors_at(to, line, word, "%s", fault.text);
		if (fault.hint[0])
			errors_hint(to, "%s", fault.hint);
	}
	return grade == ENTRY_WRONG ? -1 : 0;
}

static int add_word(struct mg_table *table, struct errors *errors, const struct mg_line *line,
		    size_t word)
{
	const char *text = line->words[word].text;
	const struct loader *loader =
		strchr(text, ':') ? find_loader(text, strcspn(text, ":")) : NULL;

	if (loader)
		return add_file(table, errors, line, word, loader);
	if (*text != '/' && is_wrong_type(table, errors, line, word))
		return -1;
	return add_plain(table, errors, line, word);
}

int table_add_words(struct mg_table *table, struct errors *errors, const struct mg_line *line,
		    size_t first)
{
	int r = 0;

	if (first >= line->nwords) {
		errors_at(errors, line, line->nwords, "there is no entry");
		errors_hint(errors, "expected one or more entries, or a file as \"texthash:FILE\"");
		return -1;
	}
	for (size_t word = first; word < line->nwords; word++)
		if (add_word(table, errors, line, word) != 0)
			r = -1;
	return r;
}
