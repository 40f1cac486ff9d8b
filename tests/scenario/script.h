/* SPDX-License-Identifier: BSD-2-Clause */
/* A scenario file as lines of words. */
#ifndef SCENARIO_SCRIPT_H
#define SCENARIO_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

struct word {
	char *text; /* ends in NUL, which size does not count; may contain others */
	size_t size;
};

struct line {
	unsigned number; /* in the file, from 1 */
	char *raw;       /* the line, without its indentation and without " -> ..." */
	size_t nwords;   /* words of raw */
	struct word *words;
	char *expect;  /* what stands after "->", or NULL */
	size_t nwants; /* words of expect */
	struct word *wants;
	size_t end;       /* config, file, connections, repeat: the index of their "end" */
	size_t meanwhile; /* connections: the index of their "meanwhile", or of "end" */
};

struct script {
	char *path;
	char *title; /* the first line, without its "#" */
	size_t nlines;
	struct line *lines; /* blank lines and comments left out, but not within config and file */
};

/* Reads a file. Returns NULL and an error text when it cannot be read or is malformed. */
struct script *script_read(const char *path, char *error, size_t room);
void script_free(struct script **script);

/* Whether a line's word is this one; false past the last. */
bool line_is(const struct line *line, size_t word, const char *text);

/* A word's text, or NULL past the last. */
const char *line_word(const struct line *line, size_t word);

/* The text after the line's first words (of raw); quotes in it have no meaning. */
const char *line_rest(const struct line *line, size_t words);

#endif
