/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of a table's file: reading, continuation, "if" and "endif", positions of errors. */
#include <config.h>

#include "table/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/errors.h"
#include "base/read.h"
#include "base/utf8.h"
#include "table/fault.h"
#include "table/table.h"

struct table_block {
	struct table_mark mark;
	size_t rule;
	struct table_block *outer;
};

/* Independent of the locale, as in Postfix. */
static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static char *skip_blanks(char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

/* ---- The file ------------------------------------------------------------- */

static int read_open_file(int fd, char **text_r, size_t *size_r, const char **error_r)
{
	struct stat st;
	size_t room;
	char *text;

	if (fstat(fd, &st) != 0) {
		*error_r = strerrordesc_np(errno);
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		*error_r = S_ISDIR(st.st_mode) ? "it is a folder" : "it is no regular file";
		return -1;
	}
	if ((unsigned long long)st.st_size > TABLE_FILE_MAX) {
		*error_r = "it is larger than 64 MiB";
		return -1;
	}
	room = (size_t)st.st_size + 1;
	text = malloc(room);
	if (!text || read_up_to(fd, text, room, size_r) != 0 || *size_r == room) {
		*error_r = text && *size_r == room ? "it grows while it is read"
						   : strerrordesc_np(errno);
		free(text);
		return -1;
	}
	*text_r = text;
	return 0;
}

int table_file_read(const char *path, char **text_r, size_t *size_r, const char **error_r)
{
	/* O_NONBLOCK: open() must not wait for the writer of a FIFO. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r;

	*size_r = 0;
	if (fd < 0) {
		*error_r = strerrordesc_np(errno);
		return -1;
	}
	r = read_open_file(fd, text_r, size_r, error_r);
	close(fd);
	return r;
}

/* ---- Lines ---------------------------------------------------------------- */

/* One line of the text, without its line feed. */
struct physical {
	const char *text;
	size_t size;
	struct table_mark next;
};

static bool physical_at(const struct table_file *file, const struct table_mark *mark,
			struct physical *r)
{
	const char *end;

	if (mark->at >= file->size)
		return false;
	r->text = file->text + mark->at;
	r->size = file->size - mark->at;
	end = memchr(r->text, '\n', r->size);
	if (end)
		r->size = (size_t)(end - r->text);
	r->next.at = mark->at + r->size + 1;
	r->next.line = mark->line + 1;
	if (r->size && r->text[r->size - 1] == '\r')
		r->size--;
	return true;
}

/* Empty, blank, or a comment. */
static bool is_void(const struct physical *line)
{
	size_t i = 0;

	while (i < line->size && is_blank(line->text[i]))
		i++;
	return i == line->size || line->text[i] == '#';
}

/* Whether the line continues the one before it, or is ignored between two such lines. */
static bool continues(const struct physical *line)
{
	return is_void(line) || is_blank(line->text[0]);
}

/* Finds the end of the logical line that begins at file->here, and its size. */
static void measure(struct table_file *file, size_t *size_r)
{
	struct table_mark mark = file->here;
	struct physical part;

	*size_r = 0;
	while (physical_at(file, &mark, &part) && (mark.at == file->here.at || continues(&part))) {
		if (!is_void(&part))
			*size_r += part.size;
		mark = part.next;
	}
	file->next = mark;
}

/* Joins lines as Postfix does: the blanks at the beginning of a continuation stay. */
static void join(struct table_file *file, size_t size)
{
	struct table_mark mark = file->here;
	struct physical part;
	char *to = arena_alloc(file->arena, size + 1);

	file->line = to;
	while (mark.at < file->next.at && physical_at(file, &mark, &part)) {
		if (!is_void(&part)) {
			memcpy(to, part.text, part.size);
			to += part.size;
		}
		mark = part.next;
	}
	while (to > file->line && is_blank(to[-1]))
		to--;
	*to = '\0';
}

bool table_file_next(struct table_file *file)
{
	struct physical first;
	size_t size;

	for (;;) {
		file->here = file->next;
		if (!physical_at(file, &file->here, &first))
			return false;
		file->next = first.next;
		if (is_void(&first))
			continue;
		measure(file, &size);
		join(file, size);
		if (!is_blank(first.text[0]))
			return true;
		table_file_error(file, skip_blanks(file->line),
				 "there is no line that this one could continue",
				 "a line that begins with a blank continues the one before it");
	}
}

/* ---- Errors --------------------------------------------------------------- */

/* Finds the line of the file for an offset into a logical line. */
static void locate(const struct table_file *file, struct table_mark *mark, size_t *offset,
		   struct physical *part_r)
{
	struct table_mark next = *mark;
	struct physical part;

	while (next.at < file->next.at && physical_at(file, &next, &part)) {
		if (!is_void(&part)) {
			*mark = next;
			*part_r = part;
			if (*offset < part.size)
				return;
			*offset -= part.size;
		}
		next = part.next;
	}
	*offset += part_r->size; /* an offset past the end belongs to the last line */
}

static void report(const struct table_file *file, struct errors *errors, const char *at,
		   const struct fault *fault)
{
	size_t offset = (size_t)(at - file->line) + fault->offset;
	struct table_mark mark = file->here;
	struct physical part = { .text = "" };

	locate(file, &mark, &offset, &part);
	if (offset > part.size)
		offset = part.size;
	errors_in_file(errors, file->name, mark.line, (unsigned)utf8_count(part.text, offset) + 1,
		       arena_strndup(file->arena, part.text, part.size), "%s", fault->text);
	if (fault->hint[0])
		errors_hint(errors, "%s", fault->hint);
}

void table_file_fault(struct table_file *file, const char *at, const struct fault *fault)
{
	report(file, file->errors, at, fault);
}

void table_file_warning(struct table_file *file, const char *at, const struct fault *fault)
{
	if (file->errors->warnings)
		report(file, file->errors->warnings, at, fault);
}

void table_file_error(struct table_file *file, const char *at, const char *what,
		      const char *expected)
{
	struct fault fault;

	fault_set(&fault, 0, "%s", what);
	if (expected)
		fault_hint(&fault, "%s", expected);
	table_file_fault(file, at, &fault);
}

/* ---- Words ---------------------------------------------------------------- */

bool table_file_keyword(const struct table_file *file, const char *word, char **rest_r)
{
	size_t size = strlen(word);

	if (strncasecmp(file->line, word, size) != 0 || is_alnum(file->line[size]))
		return false;
	*rest_r = skip_blanks(file->line + size);
	return true;
}

char *table_file_negation(char *at, bool *negated_r)
{
	*negated_r = false;
	for (; *at == '!' || is_blank(*at); at++)
		if (*at == '!')
			*negated_r = !*negated_r;
	return at;
}

char *table_file_cut(char *at)
{
	while (*at && !is_blank(*at))
		at++;
	if (!*at)
		return at;
	*at = '\0';
	return skip_blanks(at + 1);
}

bool table_file_value(struct table_file *file, const char *at, const char *value)
{
	const char *expected;
	struct fault fault;

	if (!*at) {
		table_file_error(file, at, "there is no result",
				 "expected a result after the pattern");
		return false;
	}
	expected = file->check ? file->check(value) : NULL;
	if (!expected)
		return true;
	fault_set(&fault, 0, "wrong result \"%s\"", value);
	fault_hint(&fault, "expected %s", expected);
	table_file_fault(file, at, &fault);
	return false;
}

/* ---- if and endif --------------------------------------------------------- */

void table_file_if(struct table_file *file, size_t rule)
{
	struct table_block *block = arena_alloc(file->arena, sizeof(*block));

	block->mark = file->here;
	block->rule = rule;
	block->outer = file->blocks;
	file->blocks = block;
}

bool table_file_endif(struct table_file *file, const char *rest, size_t *rule_r)
{
	if (*rest)
		table_file_error(file, rest, "there is text after \"endif\"",
				 "expected the end of the line");
	if (!file->blocks) {
		table_file_error(file, file->line, "\"endif\" without \"if\"", NULL);
		return false;
	}
	*rule_r = file->blocks->rule;
	file->blocks = file->blocks->outer;
	return true;
}

void table_file_end(struct table_file *file)
{
	for (struct table_block *block = file->blocks; block; block = block->outer) {
		struct physical part;

		if (!physical_at(file, &block->mark, &part))
			continue;
		errors_in_file(file->errors, file->name, block->mark.line, 1,
			       arena_strndup(file->arena, part.text, part.size),
			       "\"if\" without \"endif\"");
		errors_hint(file->errors, "expected \"endif\" before the end of the file");
	}
}
