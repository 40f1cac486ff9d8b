/* SPDX-License-Identifier: BSD-2-Clause */
/* The message record: all header fields of a message, in order and byte for byte. */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "session/record.h"

#define RECORD_ROOM_FIRST 32

static char *record_copy(struct arena *arena, const char *prefix, const char *text, size_t *size_r)
{
	const size_t before = strlen(prefix), size = strlen(text);
	char *copy = arena_alloc(arena, before + size + 1);

	memcpy(copy, prefix, before);
	memcpy(copy + before, text, size + 1);
	*size_r = before + size;
	return copy;
}

static void record_grow(struct record *record)
{
	const size_t room = record->room ? 2 * record->room : RECORD_ROOM_FIRST;
	struct mg_field *fields = arena_alloc(record->arena, room * sizeof(*fields));

	if (record->n)
		memcpy(fields, record->fields, record->n * sizeof(*fields));
	record->fields = fields;
	record->room = room;
}

/* The place of a name among those that the configuration edits; their number when it is none. */
static size_t record_edited(const struct mg_strings *edited, const char *name)
{
	size_t i = 0;

	while (i < edited->n && strcasecmp(edited->v[i], name) != 0)
		i++;
	return i;
}

/*
 * Beyond the limit only the names that the configuration edits are counted, so that edits reach
 * those fields too.
 */
static void record_count_beyond(struct record *record, const char *name)
{
	const struct mg_strings *edited = record->edited;

	record->cut = true;
	if (!record->beyond)
		record->beyond =
			arena_zalloc(record->arena, (edited->n + 1) * sizeof(*record->beyond));
	record->beyond[record_edited(edited, name)]++;
}

void record_keep(struct record *record, const char *name, const char *value, bool exact)
{
	const size_t size = strlen(name) + strlen(value) + !exact + RECORD_FIELD;

	if (record->cut || size > record->limit - record->size) {
		record_count_beyond(record, name);
		return;
	}
	record->size += size;
	if (record->n == record->room)
		record_grow(record);

	struct mg_field *field = &record->fields[record->n++];

	field->name = record_copy(record->arena, "", name, &field->name_size);
	field->value = record_copy(record->arena, exact ? "" : " ", value, &field->value_size);
}

void record_close(struct record *record)
{
	record->whole = !record->cut;
}

unsigned record_count(const struct record *record, const char *name)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < record->n; i++)
		n += strcasecmp(record->fields[i].name, name) == 0;
	if (!record->beyond)
		return n;
	i = record_edited(record->edited, name);
	return i < record->edited->n ? n + record->beyond[i] : n;
}
