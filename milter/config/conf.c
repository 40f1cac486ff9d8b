/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of the configuration, as a tree of directives: files, includes and blocks. */
#include <config.h>

#include "config/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "config/lex.h"
#include "base/errors.h"
#include "base/read.h"

/* What all files of one reading share. */
struct reader {
	struct arena *arena;
	struct errors *errors;
	bool may_include;
	unsigned files;
};

/* A file that is being read, and the one that includes it. */
struct source {
	const struct source *outer;
	unsigned depth;
	dev_t dev;
	ino_t ino;
};

/* A block that is open. The outermost of a file has no owner. */
struct block {
	struct block *outer;
	struct mg_line *owner;
	struct mg_line **tail;  /* where the next directive goes */
	struct mg_line *latest; /* directive in this block, if of this file */
};

struct parser {
	struct reader *reader;
	struct conf_lexer lexer;
	const struct source *source;
	struct block *block;
	unsigned depth;   /* of block */
	unsigned skipped; /* blocks that belong nowhere are read, but only for their braces */
	struct conf_word skipped_at;
	struct conf_word *words; /* of the present directive */
	size_t nwords, words_room;
};

static void __attribute__((format(printf, 3, 4)))
report(struct parser *parser, const struct conf_word *at, const char *fmt, ...)
{
	const struct mg_line line = { .file = parser->lexer.file, .nwords = 1, .words = at };
	va_list args;

	va_start(args, fmt);
	errors_vat(parser->reader->errors, &line, 0, fmt, args);
	va_end(args);
}

static struct mg_line **read_file(struct reader *reader, const struct source *outer,
				  const char *path, const struct mg_line *include,
				  struct mg_line **tail);

/* ---- Includes ----------------------------------------------------------------- */

/*
 * The folder of the including file, with its slash. escape: as a part of a pattern, in which its
 * own * and ? are no wildcards.
 */
static const char *folder_pattern(struct arena *arena, const char *name, bool escape)
{
	const char *slash = strrchr(name, '/');
	size_t size = slash ? (size_t)(slash + 1 - name) : 0;
	char *pattern = arena_alloc(arena, 2 * size + 1), *out = pattern;

	for (size_t i = 0; i < size; i++) {
		if (escape && strchr("*?[]\\", name[i]))
			*out++ = '\\';
		*out++ = name[i];
	}
	*out = '\0';
	return pattern;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * A pattern may match nothing, as when a folder is empty; but a folder that is not there has
 * probably another name.
 */
static void check_folder(struct parser *parser, const struct mg_line *line, const char *pattern)
{
	struct arena *arena = parser->reader->arena;
	const char *fixed = arena_strndup(arena, pattern, strcspn(pattern, "*?[\\"));
	const char *slash = strrchr(fixed, '/');
	const char *folder = slash ? arena_strndup(arena, fixed, (size_t)(slash + 1 - fixed)) : ".";

	if (access(folder, F_OK) < 0)
		errors_at(parser->reader->errors, line, 1, "cannot look for \"%s\": %s", pattern,
			  strerrordesc_np(errno));
}

/* Sorted by bytes: the order of the files must not depend on the locale. */
static struct mg_line **include_pattern(struct parser *parser, const struct mg_line *line,
					const char *pattern, struct mg_line **tail)
{
	glob_t found = { 0 };
	int status;

	errno = 0;
	status = glob(pattern, GLOB_ERR | GLOB_NOSORT, NULL, &found);
	if (status == 0)
		qsort(found.gl_pathv, found.gl_pathc, sizeof(*found.gl_pathv), compare_paths);
	else if (status != GLOB_NOMATCH && errno != ENOENT)
		errors_at(parser->reader->errors, line, 1, "cannot look for \"%s\": %s", pattern,
			  strerrordesc_np(errno ? errno : ENOMEM));
	else
		check_folder(parser, line, pattern);
	for (size_t i = 0; status == 0 && i < found.gl_pathc; i++)
		tail = read_file(parser->reader, parser->source, found.gl_pathv[i], line, tail);
	globfree(&found);
	return tail;
}

static void include(struct parser *parser, const struct mg_line *line)
{
	struct reader *reader = parser->reader;
	const char *name, *folder = "";
	bool is_pattern;

	if (line->nwords != 2 || line->words[1].text[0] == '\0') {
		errors_at(reader->errors, line, line->nwords > 2 ? 2 : 1,
			  "\"include\" takes one file name or pattern");
		return;
	}
	if (!reader->may_include) {
		errors_at(reader->errors, line, 0, "nothing can be included here");
		return;
	}
	name = line->words[1].text;
	is_pattern = strpbrk(name, "*?[") != NULL;
	if (name[0] != '/')
		folder = folder_pattern(reader->arena, line->file->name, is_pattern);
	name = arena_printf(reader->arena, "%s%s", folder, name);
	if (is_pattern)
		parser->block->tail = include_pattern(parser, line, name, parser->block->tail);
	else
		parser->block->tail =
			read_file(reader, parser->source, name, line, parser->block->tail);
	parser->block->latest = NULL;
}

/* ---- Directives and blocks ---------------------------------------------------- */

static void add_word(struct parser *parser, const struct conf_word *word)
{
	if (parser->skipped)
		return;
	if (parser->nwords == parser->words_room) {
		size_t room = parser->words_room ? 2 * parser->words_room : 16;
		struct conf_word *words = arena_alloc(parser->reader->arena, room * sizeof(*words));

		if (parser->nwords)
			memcpy(words, parser->words, parser->nwords * sizeof(*words));
		parser->words = words;
		parser->words_room = room;
	}
	parser->words[parser->nwords++] = *word;
}

/* The directive of the words so far; NULL when there are none. */
static struct mg_line *take_directive(struct parser *parser)
{
	struct arena *arena = parser->reader->arena;
	struct conf_word *words;
	struct mg_line *line;

	if (parser->nwords == 0)
		return NULL;
	words = arena_alloc(arena, parser->nwords * sizeof(*words));
	memcpy(words, parser->words, parser->nwords * sizeof(*words));
	line = arena_zalloc(arena, sizeof(*line));
	line->file = parser->lexer.file;
	line->nwords = parser->nwords;
	line->words = words;
	line->end_line = words[parser->nwords - 1].line;
	parser->nwords = 0;
	return line;
}

static void append(struct block *block, struct mg_line *line)
{
	*block->tail = line;
	block->tail = &line->next;
	block->latest = line;
}

static void end_directive(struct parser *parser)
{
	struct mg_line *line = take_directive(parser);

	if (!line)
		return;
	if (strcmp(line->words[0].text, "include") == 0) {
		include(parser, line);
	} else if (line->words[0].text[0] == '{') {
		report(parser, &line->words[0], "found %s, expected a name", line->words[0].text);
		errors_hint(parser->reader->errors, "a text with braces must be quoted");
	} else {
		append(parser->block, line);
	}
}

static void skip_block(struct parser *parser, const struct conf_word *brace)
{
	parser->skipped = 1;
	parser->skipped_at = *brace;
}

/* The directive that a brace belongs to, or NULL after an error. */
static struct mg_line *block_owner(struct parser *parser, const struct conf_word *brace)
{
	struct mg_line *owner = take_directive(parser);

	if (owner && strcmp(owner->words[0].text, "include") == 0) {
		report(parser, brace, "\"include\" takes no block");
		return NULL;
	}
	if (owner) {
		append(parser->block, owner);
		return owner;
	}
	owner = parser->block->latest;
	if (owner && !owner->has_block && owner->end_line + 1 >= brace->line) {
		report(parser, brace, "expected '{' in the line of its directive, after \"%s\"",
		       owner->words[0].text);
		return owner; /* what was meant is clear: find the errors inside of it, too */
	}
	report(parser, brace, "expected a name before '{'");
	errors_hint(parser->reader->errors, "a text with braces must be quoted");
	return NULL;
}

static void open_block(struct parser *parser, const struct conf_word *brace)
{
	struct mg_line *owner;
	struct block *block;

	if (parser->skipped) {
		parser->skipped++;
		return;
	}
	owner = block_owner(parser, brace);
	if (!owner) {
		skip_block(parser, brace);
		return;
	}
	owner->has_block = true;
	if (parser->depth == CONF_BLOCK_DEPTH) {
		report(parser, brace, "blocks are nested more than %d deep", CONF_BLOCK_DEPTH);
		skip_block(parser, brace);
		return;
	}
	block = arena_zalloc(parser->reader->arena, sizeof(*block));
	block->outer = parser->block;
	block->owner = owner;
	block->tail = &owner->block;
	parser->block = block;
	parser->depth++;
}

static void close_block(struct parser *parser, const struct conf_word *brace)
{
	if (parser->skipped) {
		parser->skipped--;
		return;
	}
	end_directive(parser);
	if (!parser->block->owner) {
		report(parser, brace, "found '}' without a '{' before it");
		return;
	}
	parser->block->owner->end_line = brace->line;
	parser->block = parser->block->outer;
	parser->depth--;
}

static void end_file(struct parser *parser)
{
	end_directive(parser);
	if (parser->skipped) {
		report(parser, &parser->skipped_at,
		       "the block that begins here, in line %u, is not closed: '}' is missing",
		       parser->skipped_at.line);
	}
	for (; parser->block->owner; parser->block = parser->block->outer) {
		struct mg_line *owner = parser->block->owner;

		owner->end_line = parser->lexer.line;
		report(parser, &owner->words[0],
		       "the block that begins here, in line %u, is not closed: '}' is missing",
		       owner->words[0].line);
	}
}

/* Parses one file; its directives go to tail. Returns where the next ones go. */
static struct mg_line **parse(struct reader *reader, const struct source *source,
			      const struct conf_file *file, struct mg_line **tail)
{
	struct block outermost = { .tail = tail };
	struct parser parser = {
		.reader = reader,
		.lexer = { .arena = reader->arena, .errors = reader->errors, .file = file },
		.source = source,
		.block = &outermost,
	};
	struct conf_word word;

	conf_lex_start(&parser.lexer);
	for (;;) {
		switch (conf_lex_next(&parser.lexer, &word)) {
		case CONF_WORD:
			add_word(&parser, &word);
			break;
		case CONF_NEWLINE:
		case CONF_SEMICOLON:
			end_directive(&parser);
			break;
		case CONF_OPEN:
			open_block(&parser, &word);
			break;
		case CONF_CLOSE:
			close_block(&parser, &word);
			break;
		case CONF_END:
			end_file(&parser);
			return outermost.tail;
		}
	}
}

/* ---- Files -------------------------------------------------------------------- */

static const struct conf_file *file_new(struct arena *arena, const char *name, const char *text,
					size_t size)
{
	struct conf_file *file = arena_zalloc(arena, sizeof(*file));
	char *copy = arena_alloc(arena, size + 1);

	if (size)
		memcpy(copy, text, size);
	copy[size] = '\0';
	file->name = arena_strdup(arena, name);
	file->text = copy;
	file->size = size;
	return file;
}

/* Reads to the end, or beyond what a file may have. Returns -1 with errno set. */
static int read_all(int fd, char **text_r, size_t *size_r)
{
	size_t room = 0, got;

	*size_r = 0;
	*text_r = NULL;
	do {
		char *text = realloc(*text_r, room = room ? 2 * room : CONF_LINE_MAX);

		if (!text)
			return -1;
		*text_r = text;
		if (read_up_to(fd, text + *size_r, room - *size_r, &got) < 0)
			return -1;
		*size_r += got;
	} while (*size_r == room && *size_r <= CONF_FILE_MAX);
	return 0;
}

/* Opening must not wait, which that of a FIFO without a writer would; reading may. */
static int open_file(const char *path, struct source *source)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && fcntl(fd, F_SETFL, O_RDONLY) == 0) {
		source->dev = st.st_dev;
		source->ino = st.st_ino;
		return fd;
	}
	close(fd);
	return -1;
}

/* At the include, or about the file when nobody includes it. */
static void __attribute__((format(printf, 4, 5)))
report_file(struct reader *reader, const char *path, const struct mg_line *include, const char *fmt,
	    ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = arena_vprintf(reader->arena, fmt, args);
	va_end(args);
	if (include)
		errors_at(reader->errors, include, 1, "\"%s\" %s", path, text);
	else
		errors_in_file(reader->errors, path, 0, 0, NULL, "%s", text);
}

/* Whether this file may be read now. */
static bool may_read(struct reader *reader, const struct source *source, const char *path,
		     const struct mg_line *include)
{
	for (const struct source *outer = source->outer; outer; outer = outer->outer) {
		if (outer->dev == source->dev && outer->ino == source->ino) {
			report_file(reader, path, include, "includes itself");
			return false;
		}
	}
	if (source->depth > CONF_INCLUDE_DEPTH) {
		report_file(reader, path, include,
			    "is not read: files include files more than %d deep",
			    CONF_INCLUDE_DEPTH);
		return false;
	}
	if (reader->files++ == CONF_INCLUDES_MAX) { /* reported once, not for each of a folder's */
		report_file(reader, path, include, "is not read: more than %d files are included",
			    CONF_INCLUDES_MAX);
	}
	return reader->files <= CONF_INCLUDES_MAX;
}

/* Reads a file; include: the directive that names it, or NULL. */
static struct mg_line **read_file(struct reader *reader, const struct source *outer,
				  const char *path, const struct mg_line *include,
				  struct mg_line **tail)
{
	struct source source = { .outer = outer, .depth = outer ? outer->depth + 1 : 0 };
	const struct conf_file *file = NULL;
	char *text = NULL;
	size_t size;
	int fd = open_file(path, &source);

	if (fd >= 0 && !may_read(reader, &source, path, include))
		goto done;
	if (fd < 0 || read_all(fd, &text, &size) < 0)
		report_file(reader, path, include, "cannot be read: %s", strerrordesc_np(errno));
	else if (size > CONF_FILE_MAX)
		report_file(reader, path, include, "is larger than %zu MiB", CONF_FILE_MAX >> 20);
	else
		file = file_new(reader->arena, path, text, size);
done:
	free(text);
	if (fd >= 0)
		close(fd);
	return file ? parse(reader, &source, file, tail) : tail;
}

const struct mg_line *conf_read(struct arena *arena, struct errors *errors, const char *path)
{
	struct reader reader = { .arena = arena, .errors = errors, .may_include = true };
	struct mg_line *first = NULL;

	if (!errors->file)
		errors->file = arena_strdup(errors->arena, path);
	read_file(&reader, NULL, path, NULL, &first);
	return first;
}

const struct mg_line *conf_parse(struct arena *arena, struct errors *errors, const char *name,
				 const char *text, size_t size)
{
	struct reader reader = { .arena = arena, .errors = errors };
	struct mg_line *first = NULL;

	if (!errors->file)
		errors->file = arena_strdup(errors->arena, name);
	parse(&reader, NULL, file_new(arena, name, text, size), &first);
	return first;
}

/* ---- Words without a name ------------------------------------------------------- */

static void end_words(struct parser *parser)
{
	struct mg_line *line = take_directive(parser);

	if (line)
		append(parser->block, line);
}

const struct mg_line *conf_words(struct arena *arena, struct errors *errors, const char *name,
				 const char *text)
{
	struct reader reader = { .arena = arena, .errors = errors };
	struct mg_line *first = NULL;
	struct block outermost = { .tail = &first };
	struct parser parser = {
		.reader = &reader,
		.lexer = { .arena = arena,
			   .errors = errors,
			   .file = file_new(arena, name, text, strlen(text)) },
		.block = &outermost,
	};
	struct conf_word word;

	conf_lex_start(&parser.lexer);
	for (;;) {
		const enum conf_token token = conf_lex_next(&parser.lexer, &word);

		if (token == CONF_WORD) {
			add_word(&parser, &word);
			continue;
		}
		end_words(&parser);
		if (token == CONF_END)
			return first;
		if (token == CONF_OPEN || token == CONF_CLOSE)
			report(&parser, &word, "found a brace, expected words");
	}
}
