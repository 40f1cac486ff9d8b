/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the openspf test suites. */
#include <config.h>

#include "suite.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { A = 1, CNAME = 5, PTR = 12, MX = 15, TXT = 16, AAAA = 28 };

static void die(const char *what, const char *name)
{
	fprintf(stderr, "%s: %s\n", name, what);
	exit(99);
}

/* ---- YAML ---- */

static const char *node_text(const yaml_node_t *node)
{
	return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value
						      : NULL;
}

static yaml_node_t *map_get(yaml_document_t *document, const yaml_node_t *map, const char *key)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *pair = map->data.mapping.pairs.start;
	     pair < map->data.mapping.pairs.top; pair++)
		if (strcmp(node_text(yaml_document_get_node(document, pair->key)), key) == 0)
			return yaml_document_get_node(document, pair->value);
	return NULL;
}

/* The index-th of a sequence; a scalar is taken for a sequence of one. */
static yaml_node_t *list_get(yaml_document_t *document, yaml_node_t *list, size_t index)
{
	if (!list || list->type != YAML_SEQUENCE_NODE)
		return index == 0 ? list : NULL;
	if (list->data.sequence.items.start + index >= list->data.sequence.items.top)
		return NULL;
	return yaml_document_get_node(document, list->data.sequence.items.start[index]);
}

/* ---- Zones ---- */

static void add_strings(yaml_document_t *document, struct zone *zone, const char *name,
			yaml_node_t *value)
{
	unsigned char data[2048];
	size_t size = 0;
	yaml_node_t *string;

	for (size_t i = 0; (string = list_get(document, value, i)); i++) {
		const unsigned char *text = string->data.scalar.value;
		size_t left = string->data.scalar.length;

		do {
			const size_t part = left < 255 ? left : 255;

			if (size + part + 1 > sizeof(data))
				die("a text is too long", name);
			data[size++] = (unsigned char)part;
			memcpy(data + size, text, part);
			size += part;
			text += part;
			left -= part;
		} while (left > 0);
	}
	if (size > 0)
		zone_add(zone, name, TXT, data, size);
}

static void add_mx(yaml_document_t *document, struct zone *zone, const char *name,
		   yaml_node_t *value)
{
	unsigned char data[2 + 255] = { 0, (unsigned char)atoi(
						   node_text(list_get(document, value, 0))) };

	zone_add(zone, name, MX, data,
		 2 + zone_wire(data + 2, node_text(list_get(document, value, 1))));
}

static void add_address(struct zone *zone, const char *name, unsigned type, const char *text)
{
	unsigned char data[16];

	if (inet_pton(type == A ? AF_INET : AF_INET6, text, data) != 1)
		die("no address", text);
	zone_add(zone, name, type, data, type == A ? 4 : 16);
}

static void add_name(struct zone *zone, const char *name, unsigned type, const char *text)
{
	unsigned char data[255];

	zone_add(zone, name, type, data, zone_wire(data, text));
}

static void add_record(yaml_document_t *document, struct zone *zone, const char *name,
		       const char *type, yaml_node_t *value, bool has_txt)
{
	if (strcmp(type, "A") == 0)
		add_address(zone, name, A, node_text(value));
	else if (strcmp(type, "AAAA") == 0)
		add_address(zone, name, AAAA, node_text(value));
	else if (strcmp(type, "MX") == 0)
		add_mx(document, zone, name, value);
	else if (strcmp(type, "PTR") == 0)
		add_name(zone, name, PTR, node_text(value));
	else if (strcmp(type, "CNAME") == 0)
		add_name(zone, name, CNAME, node_text(value));
	else if (strcmp(type, "CNAMELOOP") == 0)
		add_name(zone, name, CNAME, name);
	else if (strcmp(type, "TIMEOUT") == 0 || strcmp(type, "SERVFAIL") == 0)
		zone_add_fault(zone, name, type[0] == 'T' ? ZONE_DROPS : ZONE_FAILS);
	else if (strcmp(type, "TXT") == 0 || (strcmp(type, "SPF") == 0 && !has_txt)) {
		if (!node_text(value) || strcmp(node_text(value), "NONE") != 0)
			add_strings(document, zone, name, value);
	} else if (strcmp(type, "SPF") != 0)
		die("a record of an unknown type", type);
}

/* A name's records of type SPF stand for TXT, unless the name has TXT records of its own. */
static void add_records(yaml_document_t *document, struct zone *zone, const char *name,
			yaml_node_t *records)
{
	yaml_node_t *record;
	bool has_txt = false;

	for (size_t i = 0; (record = list_get(document, records, i)); i++)
		has_txt = has_txt || map_get(document, record, "TXT");
	for (size_t i = 0; (record = list_get(document, records, i)); i++) {
		if (node_text(record)) {
			add_record(document, zone, name, node_text(record), NULL, has_txt);
			continue;
		}
		for (yaml_node_pair_t *pair = record->data.mapping.pairs.start;
		     pair < record->data.mapping.pairs.top; pair++)
			add_record(document, zone, name,
				   node_text(yaml_document_get_node(document, pair->key)),
				   yaml_document_get_node(document, pair->value), has_txt);
	}
}

static void add_zone(yaml_document_t *document, struct zone *zone, yaml_node_t *names)
{
	if (!names || names->type != YAML_MAPPING_NODE)
		return;
	for (yaml_node_pair_t *pair = names->data.mapping.pairs.start;
	     pair < names->data.mapping.pairs.top; pair++)
		add_records(document, zone, node_text(yaml_document_get_node(document, pair->key)),
			    yaml_document_get_node(document, pair->value));
}

/* ---- Cases ---- */

static void visit_case(yaml_document_t *document, const char *name, yaml_node_t *map,
		       const struct suite_visitor *visitor)
{
	struct suite_case test = { .name = name,
				   .helo = node_text(map_get(document, map, "helo")),
				   .host = node_text(map_get(document, map, "host")),
				   .mailfrom = node_text(map_get(document, map, "mailfrom")),
				   .explanation =
					   node_text(map_get(document, map, "explanation")) };

	for (size_t i = 0; i < SUITE_WANTED_MAX; i++)
		test.wanted[i] = node_text(list_get(document, map_get(document, map, "result"), i));
	if (!test.helo)
		test.helo = "helo.invalid";
	visitor->visit(visitor->arg, &test);
}

static void visit_document(yaml_document_t *document, struct zone *zone,
			   const struct suite_visitor *visitor)
{
	yaml_node_t *root = yaml_document_get_root_node(document);
	yaml_node_t *tests = map_get(document, root, "tests");

	zone_clear(zone);
	add_zone(document, zone, map_get(document, root, "zonedata"));
	visitor->begin(visitor->arg);
	for (yaml_node_pair_t *pair = tests->data.mapping.pairs.start;
	     pair < tests->data.mapping.pairs.top; pair++)
		visit_case(document, node_text(yaml_document_get_node(document, pair->key)),
			   yaml_document_get_node(document, pair->value), visitor);
	visitor->end(visitor->arg);
}

void suite_read(const char *path, struct zone *zone, const struct suite_visitor *visitor)
{
	FILE *file = fopen(path, "r");
	yaml_document_t document;
	yaml_parser_t parser;

	if (!file || !yaml_parser_initialize(&parser))
		die("cannot be read", path);
	yaml_parser_set_input_file(&parser, file);
	for (bool more = true; more; yaml_document_delete(&document)) {
		if (!yaml_parser_load(&parser, &document))
			die("is not YAML", path);
		more = yaml_document_get_root_node(&document) != NULL;
		if (more)
			visit_document(&document, zone, visitor);
	}
	yaml_parser_delete(&parser);
	fclose(file);
}
