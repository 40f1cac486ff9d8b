/* SPDX-License-Identifier: BSD-2-Clause */
/* A block while it is checked and opened: the mg_conf_* functions of policy.h. */
#include <config.h>

#include "base/arena.h"
#include "base/line.h"
#include "config/instance.h"
#include "config/opening.h"
#include "config/plan.h"
#include "table/table.h"

static void opening_close(void *arg)
{
	struct instance *instance = arg;

	instance->type->close(instance->self);
}

static void opening_call(struct mg_conf *conf)
{
	struct instance *instance = conf->instance;
	const struct mg_policy *type = instance->type;
	const size_t before = conf->errors->count;

	if (type->open && type->open(conf, instance->self) < 0) {
		if (conf->errors->count == before)
			errors_at(conf->errors, instance->line, 0,
				  "policy %s could not be opened, and does not say why",
				  instance->name);
	} else if (type->close) {
		arena_at_end(conf->arena, opening_close, instance);
	}
}

/* The stages whose facts its hooks may read: the MTA tells of them, or always does. */
static unsigned opening_facts(const struct instance *instance)
{
	const struct mg_policy *type = instance->type;

	return instance->stages | instance->starts | type->facts | plan_macro_stages(type) |
	       MG_BIT(MG_CONNECT) | MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT) | MG_BIT(MG_EOM);
}

void opening_run(struct mg_conf *conf)
{
	struct instance *instance = conf->instance;
	const struct mg_policy *type = instance->type;

	conf->stages = ~0U;
	conf->services = type->services;
	conf->record = type->record;
	opening_call(conf);

	/* A policy that declares services begins work of theirs alone: none if it uses none. */
	const bool begins = conf->services || !type->services;

	for (int i = 0; i < MG_STAGES; i++) {
		if (type->on[i])
			instance->stages |= conf->stages & MG_BIT(i);
		if (type->start[i] && begins)
			instance->starts |= conf->stages & MG_BIT(i);
	}
	instance->services = conf->services;
	instance->record = conf->record;
	/* Nor does it block for anything else. */
	if (begins)
		instance->blocking = type->blocking;
	instance->facts = opening_facts(instance);
}

void mg_conf_error(struct mg_conf *conf, const struct mg_line *line, size_t word, const char *fmt,
		   ...)
{
	va_list args;

	va_start(args, fmt);
	errors_vat(conf->errors, line ? line : conf->owner, word, fmt, args);
	va_end(args);
}

void mg_conf_warning(struct mg_conf *conf, const struct mg_line *line, size_t word, const char *fmt,
		     ...)
{
	va_list args;

	va_start(args, fmt);
	errors_vat(conf->warnings, line ? line : conf->owner, word, fmt, args);
	va_end(args);
}

void mg_conf_stages(struct mg_conf *conf, unsigned stages)
{
	conf->stages = stages;
}

void mg_conf_services(struct mg_conf *conf, unsigned services)
{
	conf->services = conf->instance->type->services & services;
}

void mg_conf_record(struct mg_conf *conf, bool record)
{
	conf->record = conf->instance->type->record && record;
}

const struct mg_line *mg_conf_item(struct mg_conf *conf, const char *item, size_t index)
{
	const struct mg_lines *lines = item ? items_lines(conf->sets, conf->nsets, item) : NULL;
	const struct mg_line *line = item || !conf->owner ? NULL : conf->owner->block;

	if (item)
		return lines && index < lines->n ? lines->v[index] : NULL;
	while (line && index-- > 0)
		line = line->next;
	return line;
}

const struct mg_table *mg_conf_table(struct mg_conf *conf, const struct mg_line *line, size_t first,
				     enum mg_key key, const char *(*check)(const char *value))
{
	struct mg_table *table = table_new(conf->arena, key, check);

	if (line && table_add_words(table, conf->errors, line, first) < 0)
		return NULL;
	table_set_delimiters(table, conf->delimiters);
	table_finish(table);
	return table;
}

void mg_conf_claimed(struct mg_conf *conf, const struct mg_line *line, int result,
		     const struct mg_table *table, bool (*gives)(const char *value))
{
	struct instance *instance = conf->instance;

	if (instance->claimed.line || !line || result < 0 || (size_t)result >= instance->nown ||
	    (table && !table_has_value(table, gives)))
		return;
	instance->claimed.line = line;
	instance->claimed.result = (size_t)result;
}

void *mg_conf_alloc(struct mg_conf *conf, size_t size)
{
	return arena_zalloc(conf->arena, size);
}
