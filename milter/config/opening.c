/* SPDX-License-Identifier: BSD-2-Clause */
/* An instance while it is being opened: the mg_conf_* functions of policy.h. */
#include <config.h>

#include <string.h>

#include "base/line.h"
#include "config/opening.h"
#include "table/table.h"

struct mg_conf {
	struct opening *opening;
};

static void opening_close(void *arg)
{
	struct instance *instance = arg;

	instance->type->close(instance->self);
}

void opening_run(struct opening *opening)
{
	struct instance *instance = opening->instance;
	const struct mg_policy *type = instance->type;
	struct mg_conf conf = { opening };
	const size_t before = opening->errors->count;

	opening->services = type->services;
	if (type->open && type->open(&conf, instance->self) < 0) {
		if (opening->errors->count == before)
			errors_at(opening->errors, instance->line, 0,
				  "policy %s could not be opened, and does not say why",
				  instance->name);
	} else if (type->close) {
		arena_at_end(&opening->snapshot->arena, opening_close, instance);
	}

	const unsigned wanted = opening->stages;
	/* What a policy begins is a service's work. */
	const bool begins = opening->services || !type->services;

	opening->stages = opening->starts = 0;
	for (int i = 0; i < MG_STAGES; i++) {
		if (type->on[i])
			opening->stages |= wanted & MG_BIT(i);
		if (type->start[i] && begins)
			opening->starts |= wanted & MG_BIT(i);
	}
}

void mg_conf_error(struct mg_conf *conf, const struct mg_line *line, size_t word, const char *fmt,
		   ...)
{
	va_list args;

	va_start(args, fmt);
	errors_vat(conf->opening->errors, line ? line : conf->opening->instance->line, word, fmt,
		   args);
	va_end(args);
}

void mg_conf_stages(struct mg_conf *conf, unsigned stages)
{
	conf->opening->stages = stages;
}

void mg_conf_services(struct mg_conf *conf, unsigned services)
{
	conf->opening->services = conf->opening->instance->type->services & services;
}

const struct mg_line *mg_conf_item(struct mg_conf *conf, const char *item, size_t index)
{
	const struct mg_line *line = conf->opening->instance->line->block;

	for (; line; line = line->next)
		if ((!item || strcmp(mg_line_word(line, 0), item) == 0) && index-- == 0)
			return line;
	return NULL;
}

const struct mg_table *mg_conf_table(struct mg_conf *conf, const struct mg_line *line, size_t first,
				     enum mg_key key, const char *(*check)(const char *value))
{
	struct mg_table *table = table_new(&conf->opening->snapshot->arena, key, check);

	if (table_add_words(table, conf->opening->errors, line, first) < 0)
		return NULL;
	table_finish(table);
	return table;
}

void *mg_conf_alloc(struct mg_conf *conf, size_t size)
{
	return arena_zalloc(&conf->opening->snapshot->arena, size);
}
