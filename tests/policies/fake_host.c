/* SPDX-License-Identifier: BSD-2-Clause */
/* A host for one policy in a test: opens an instance, and runs its hooks. */
#include <config.h>

#include "fake_state.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/conf.h"
#include "base/errors.h"
#include "config/items.h"
#include "table/table.h"

struct mg_conf {
	const struct mg_line *block;
	struct errors *errors, *warnings;
	struct item_set *sets;
	size_t nsets;
};

struct fake_facts fake;
struct fake_said fake_said;
struct fake_opened fake_opened;
const struct fake_finding *fake_findings;
struct fake_said fake_also[FAKE_ALSO_MAX];
size_t nfake_also;
unsigned fake_failing_tables;
int64_t fake_now, fake_wall, fake_time = 10000;
struct dns *fake_dns;

struct fake_state host;

/* ---- For the tests ---------------------------------------------------------------- */

static void remove_folder(void)
{
	DIR *folder = host.folder[0] ? opendir(host.folder) : NULL;

	for (struct dirent *entry; folder && (entry = readdir(folder));)
		unlinkat(dirfd(folder), entry->d_name, 0); /* fails for . and .. */
	if (folder)
		closedir(folder);
	if (host.folder[0])
		rmdir(host.folder);
	host.folder[0] = '\0';
}

const char *fake_file(const char *name, const char *text)
{
	const char *path;
	FILE *file;

	if (!host.folder[0]) {
		snprintf(host.folder, sizeof(host.folder), "/tmp/millgate-test-XXXXXX");
		if (!mkdtemp(host.folder))
			abort();
		atexit(remove_folder);
	}
	path = arena_printf(&host.instance, "%s/%s", host.folder, name);
	file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
	return path;
}

static const char *print_errors(const struct errors *errors)
{
	char *text = NULL;
	const char *copy;
	size_t size;
	FILE *stream;

	if (errors->count == 0)
		return "";
	stream = open_memstream(&text, &size);
	errors_print(errors, stream);
	fclose(stream);
	copy = arena_strdup(&host.instance, text);
	free(text);
	return copy;
}

static unsigned all_stages(const struct mg_policy *policy)
{
	unsigned stages = 0;

	for (unsigned i = 0; i < MG_STAGES; i++)
		if (policy->on[i] || policy->start[i])
			stages |= MG_BIT(i);
	return stages;
}

/* The only common key that a policy may want to read. */
static const struct mg_item common_items[] = { { .name = "on", .type = MG_LINES },
					       { .name = NULL } };

/*
 * Opens an instance as the host does: defaults, lines, checks, open(). The errors show whether it
 * is open.
 */
static void fake_fill(struct mg_conf *conf, const struct mg_line *line)
{
	struct item_set *own = &conf->sets[1];
	void *defaults = arena_zalloc(&host.instance, host.policy->conf_size + 1);

	if (items_defaults(&host.instance, conf->errors, host.policy->name, own->items, defaults))
		return;
	memcpy(own->target, defaults, host.policy->conf_size);
	own->defaults = defaults;
	items_fill(&host.instance, conf->errors, line, line->block, conf->sets, conf->nsets);
	items_check(own, conf, conf->errors);
	fake_opened.status = conf->errors->count == 0 ? 0 : -1;
	if (fake_opened.status == 0 && host.policy->open)
		fake_opened.status = host.policy->open(conf, host.self);
}

int fake_open(fake_register *get, const char *block)
{
	const struct mg_policy *policy = get();
	struct errors errors = { .arena = &host.instance }, warnings = errors;
	const char *text =
		arena_printf(&host.instance, "policy %s {\n%s\n}\n", policy->name, block);
	const struct mg_line *line =
		conf_parse(&host.instance, &errors, "test.conf", text, strlen(text));
	struct mg_lines on;
	struct item_set sets[] = {
		{ .items = common_items, .target = &on },
		{ .items = policy->items,
		  .target = arena_zalloc(&host.instance, policy->conf_size + 1) },
	};
	struct mg_conf conf = { line ? line->block : NULL, &errors, &warnings, sets, 2 };

	host.policy = policy;
	host.get = get;
	if (policy->shared_size && !host.shared)
		host.shared = calloc(1, policy->shared_size);
	host.self = sets[1].target;
	host.session_state = host.message_state = NULL;
	fake_opened.stages = all_stages(policy);
	fake_opened.services = policy->services;
	fake_opened.status = -1;
	if (line)
		fake_fill(&conf, line);
	if ((fake_opened.status == 0) != (errors.count == 0))
		abort(); /* -1 if and only if something was reported */
	fake_opened.errors = print_errors(&errors);
	fake_opened.warnings = print_errors(&warnings);
	return fake_opened.status;
}

void fake_must_open(fake_register *get, const char *block)
{
	if (fake_open(get, block) == 0)
		return;
	fputs(fake_opened.errors, stderr);
	abort();
}

void fake_reopen(const char *block)
{
	if (host.policy->close)
		host.policy->close(host.self);
	fake_must_open(host.get, block);
}

void fake_new_message(void)
{
	arena_reset(&host.message);
	host.message_state = NULL;
	fake.sender = fake.recipient = NULL;
	fake.sender_params = NULL;
	fake.recipients = 0;
}

void fake_new_session(void)
{
	fake_new_message();
	fake = (struct fake_facts){ .client = NULL };
	host.session_state = NULL;
}

void fake_close(void)
{
	if (host.policy && fake_opened.status == 0 && host.policy->close)
		host.policy->close(host.self);
	fake_new_session();
	fake_failing_tables = 0;
	fake_now = fake_wall = 0;
	fake_time = 10000;
	host.policy = NULL;
	free(host.shared);
	host.shared = NULL;
	memset(host.counted, 0, sizeof(host.counted));
	fake_findings = NULL;
	host.log = NULL;
	arena_free(&host.event);
	arena_free(&host.message);
	arena_free(&host.session);
	arena_free(&host.instance);
	remove_folder();
}

static struct dns *host_dns(const struct mg_call *call)
{
	(void)call;
	return fake_dns;
}

static int64_t host_wait_us(const struct mg_call *call)
{
	return (mg_deadline(call) - mg_now(call)) * 1000;
}

static struct dns_walker host_walker(const struct mg_call *call)
{
	(void)call;
	return (struct dns_walker){ .self = host.self, .shared = host.shared };
}

static const struct call_services host_services = { .dns = host_dns,
						    .wait_us = host_wait_us,
						    .walker = host_walker };

const char *fake_result_name(int result)
{
	int n = 0;

	if (result < 0)
		return result == MG_NONE      ? "none"
		       : result == MG_ERROR   ? "error"
		       : result == MG_TIMEOUT ? "timeout"
					      : "bad";
	while (host.policy->results[n].name)
		n++;
	return result < n ? host.policy->results[result].name : "bad";
}

void fake_say_nothing(void)
{
	fake_said = (struct fake_said){ .detail = "", .status = "", .text = "" };
	for (size_t i = 0; i < FAKE_VALUES_MAX; i++)
		fake_said.value[i] = "";
}

const char *fake_run(enum mg_stage stage)
{
	struct mg_call call = { &host_services, stage };

	arena_reset(&host.event);
	host.event_state = NULL;
	fake_say_nothing();
	memset(fake_also, 0, sizeof(fake_also));
	nfake_also = 0;
	fake_said.result = "not asked";
	if (fake_opened.stages & MG_BIT(stage) && host.policy->on[stage])
		fake_said.result = fake_result_name(host.policy->on[stage](&call, host.self));
	return fake_said.result;
}

void fake_start(enum mg_stage stage)
{
	struct mg_call call = { &host_services, stage };

	arena_reset(&host.event);
	host.event_state = NULL;
	if (fake_opened.stages & MG_BIT(stage) && host.policy->start[stage] &&
	    (fake_opened.services || !host.policy->services))
		host.policy->start[stage](&call, host.self);
}

void fake_outcome(const struct mg_outcome *outcome)
{
	struct mg_call call = { &host_services, outcome->stage };

	arena_reset(&host.event);
	host.event_state = NULL;
	if (host.policy->outcome)
		host.policy->outcome(&call, host.self, outcome);
}

const struct mg_counter *fake_counter_at(size_t index)
{
	const char *at = (const char *)host.policy->counters + index * host.policy->counter_size;

	return (const struct mg_counter *)(const void *)at;
}

unsigned long long fake_counted(const char *counter)
{
	for (size_t i = 0; host.policy->counters && fake_counter_at(i)->name; i++)
		if (strcmp(fake_counter_at(i)->name, counter) == 0)
			return host.counted[i];
	abort();
}

const char *fake_log(void)
{
	return host.log ? host.log : "";
}

const char *fake_value(const char *name)
{
	for (size_t i = 0; host.policy->values && host.policy->values[i]; i++)
		if (strcmp(host.policy->values[i], name) == 0)
			return fake_said.value[i];
	abort();
}

/* ---- policy.h while an instance is opened ---- */

void mg_conf_error(struct mg_conf *conf, const struct mg_line *line, size_t word, const char *fmt,
		   ...)
{
	va_list args;

	va_start(args, fmt);
	errors_vat(conf->errors, line, word, fmt, args);
	va_end(args);
}

void mg_conf_warning(struct mg_conf *conf, const struct mg_line *line, size_t word, const char *fmt,
		     ...)
{
	va_list args;

	va_start(args, fmt);
	errors_vat(conf->warnings, line, word, fmt, args);
	va_end(args);
}

void mg_conf_stages(struct mg_conf *conf, unsigned stages)
{
	(void)conf;
	fake_opened.stages &= stages;
}

void mg_conf_services(struct mg_conf *conf, unsigned services)
{
	(void)conf;
	fake_opened.services &= services;
}

const struct mg_line *mg_conf_item(struct mg_conf *conf, const char *item, size_t index)
{
	const struct mg_lines *lines = item ? items_lines(conf->sets, conf->nsets, item) : NULL;
	const struct mg_line *line = item ? NULL : conf->block;

	if (item)
		return lines && index < lines->n ? lines->v[index] : NULL;
	while (line && index-- > 0)
		line = line->next;
	return line;
}

const struct mg_table *mg_conf_table(struct mg_conf *conf, const struct mg_line *line, size_t first,
				     enum mg_key key, const char *(*check)(const char *value))
{
	struct mg_table *table = table_new(&host.instance, key, check);

	if (line && table_add_words(table, conf->errors, line, first) < 0)
		return NULL;
	table_finish(table);
	return table;
}

/* The host's own check, which tests/scenario has. */
void mg_conf_claimed(struct mg_conf *conf, const struct mg_line *line, int result,
		     const struct mg_table *table, bool (*gives)(const char *value))
{
	(void)conf;
	(void)line;
	(void)result;
	(void)table;
	(void)gives;
}

void *mg_conf_alloc(struct mg_conf *conf, size_t size)
{
	(void)conf;
	return arena_zalloc(&host.instance, size ? size : 1);
}
