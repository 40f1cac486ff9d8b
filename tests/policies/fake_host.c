/* SPDX-License-Identifier: BSD-2-Clause */
/* A host for one policy in a test: policy.h's functions over facts that the test sets. */
#include <config.h>

#include "fake_host.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "config/conf.h"
#include "base/domain.h"
#include "base/errors.h"
#include "config/items.h"
#include "session/call_services.h"
#include "table/table.h"

struct mg_conf {
	const struct mg_line *block;
	struct errors *errors, *warnings;
	struct item_set *sets;
	size_t nsets;
};

struct mg_call {
	const struct call_services *services; /* first, as in every host */
	enum mg_stage stage;
};

#define FAKE_COUNTERS_MAX 100

struct fake_facts fake;
struct fake_said fake_said;
struct fake_opened fake_opened;
const struct fake_finding *fake_findings;
struct fake_said fake_also[FAKE_ALSO_MAX];
size_t nfake_also;
unsigned fake_failing_tables;
int64_t fake_now, fake_wall, fake_time = 10000;
struct dns *fake_dns;

static struct {
	const struct mg_policy *policy;
	fake_register *get;
	void *self;
	void *shared;
	unsigned long long counted[FAKE_COUNTERS_MAX];
	struct arena instance, session, message, call;
	void *session_state, *message_state, *call_state;
	struct sockaddr_storage addr;
	char folder[64];
	const char *log;
} host;

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

/* Of the keys that every policy has, the one that a policy may want to read. */
static const struct mg_item common_items[] = { { .name = "on", .type = MG_LINES },
					       { .name = NULL } };

/*
 * As the host does it: defaults, lines, checks, open(). Whether the instance is open is seen from
 * the errors.
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
		abort(); /* -1 exactly when something was reported */
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
	arena_free(&host.call);
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

static const struct call_services host_services = { host_dns, host_wait_us, host_walker };

static const char *result_name(int result)
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

static void say_nothing(void)
{
	fake_said = (struct fake_said){ .detail = "", .status = "", .text = "" };
	for (size_t i = 0; i < FAKE_VALUES_MAX; i++)
		fake_said.value[i] = "";
}

const char *fake_run(enum mg_stage stage)
{
	struct mg_call call = { &host_services, stage };

	arena_reset(&host.call);
	host.call_state = NULL;
	say_nothing();
	memset(fake_also, 0, sizeof(fake_also));
	nfake_also = 0;
	fake_said.result = "not asked";
	if (fake_opened.stages & MG_BIT(stage) && host.policy->on[stage])
		fake_said.result = result_name(host.policy->on[stage](&call, host.self));
	return fake_said.result;
}

void fake_start(enum mg_stage stage)
{
	struct mg_call call = { &host_services, stage };

	arena_reset(&host.call);
	host.call_state = NULL;
	if (fake_opened.stages & MG_BIT(stage) && host.policy->start[stage] &&
	    (fake_opened.services || !host.policy->services))
		host.policy->start[stage](&call, host.self);
}

void fake_outcome(const struct mg_outcome *outcome)
{
	struct mg_call call = { &host_services, outcome->stage };

	arena_reset(&host.call);
	if (host.policy->outcome)
		host.policy->outcome(&call, host.self, outcome);
}

static const struct mg_counter *counter_at(size_t index)
{
	const char *at = (const char *)host.policy->counters + index * host.policy->counter_size;

	return (const struct mg_counter *)(const void *)at;
}

unsigned long long fake_counted(const char *counter)
{
	for (size_t i = 0; host.policy->counters && counter_at(i)->name; i++)
		if (strcmp(counter_at(i)->name, counter) == 0)
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

/* ---- policy.h: while an instance is opened ------------------------------------------ */

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

void *mg_conf_alloc(struct mg_conf *conf, size_t size)
{
	(void)conf;
	return arena_zalloc(&host.instance, size ? size : 1);
}

/* ---- Facts ---------------------------------------------------------------------------- */

/*
 * What the host makes an error: a fact of a stage that the policy has neither a hook for nor
 * among its facts.
 */
static void must_know(enum mg_stage stage)
{
	const unsigned always =
		MG_BIT(MG_CONNECT) | MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT) | MG_BIT(MG_EOM);

	if (!((always | fake_opened.stages | host.policy->facts) & MG_BIT(stage)))
		abort();
}

#define FACT(type, name, stage, member)       \
	type name(const struct mg_call *call) \
	{                                     \
		(void)call;                   \
		must_know(stage);             \
		return fake.member;           \
	}

FACT(unsigned, mg_client_port, MG_CONNECT, client_port)
FACT(const char *, mg_client_name, MG_CONNECT, client_name)
FACT(bool, mg_is_submitted_locally, MG_CONNECT, submitted_locally)
FACT(const char *, mg_mta_name, MG_CONNECT, mta_name)
FACT(const char *, mg_daemon_name, MG_CONNECT, daemon_name)
FACT(const char *, mg_daemon_addr, MG_CONNECT, daemon_addr)
FACT(const char *, mg_helo, MG_HELO, helo)
FACT(const char *, mg_sender, MG_MAIL, sender)
FACT(const char *, mg_recipient, MG_RCPT, recipient)
FACT(unsigned, mg_recipients, MG_RCPT, recipients)
FACT(const char *, mg_auth, MG_MAIL, auth)
FACT(const char *, mg_auth_type, MG_MAIL, auth_type)
FACT(const char *, mg_tls, MG_HELO, tls)
FACT(const char *, mg_queue_id, MG_RCPT, queue_id)
FACT(const char *, mg_header_name, MG_HEADER, header_name)
FACT(const char *, mg_header_value, MG_HEADER, header_value)
FACT(const char *, mg_command, MG_COMMAND, command)

const struct sockaddr *mg_client_addr(const struct mg_call *call)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)&host.addr;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&host.addr;

	(void)call;
	memset(&host.addr, 0, sizeof(host.addr));
	if (!fake.client)
		return NULL;
	if (inet_pton(AF_INET, fake.client, &in4->sin_addr) == 1)
		in4->sin_family = AF_INET;
	else if (inet_pton(AF_INET6, fake.client, &in6->sin6_addr) == 1)
		in6->sin6_family = AF_INET6;
	else
		abort();
	return (const struct sockaddr *)&host.addr;
}

const char *mg_client(const struct mg_call *call)
{
	(void)call;
	return fake.client ? fake.client : "unknown";
}

const char *mg_sender_param(const struct mg_call *call, const char *name)
{
	size_t size = strlen(name);

	(void)call;
	for (const char *const *param = fake.sender_params; param && *param; param++)
		if (strncasecmp(*param, name, size) == 0 &&
		    ((*param)[size] == '=' || !(*param)[size]))
			return *param + size + ((*param)[size] == '=');
	return NULL;
}

const char *mg_recipient_param(const struct mg_call *call, const char *name)
{
	(void)call;
	(void)name;
	return NULL;
}

const char *mg_macro(const struct mg_call *call, const char *name)
{
	(void)call;
	(void)name;
	return NULL;
}

const unsigned char *mg_body(const struct mg_call *call, size_t *size_r)
{
	(void)call;
	must_know(MG_BODY);
	if (size_r)
		*size_r = fake.body_size;
	return fake.body;
}

const char *mg_session_id(const struct mg_call *call)
{
	(void)call;
	return "TESTSESSION1";
}

enum mg_stage mg_stage(const struct mg_call *call)
{
	return call->stage;
}

/* ---- What a hook says ------------------------------------------------------------------- */

void mg_detail(struct mg_call *call, const char *fmt, ...)
{
	va_list args;

	(void)call;
	va_start(args, fmt);
	fake_said.detail = arena_vprintf(&host.call, fmt, args);
	va_end(args);
}

void mg_value(struct mg_call *call, const char *name, const char *value)
{
	(void)call;
	for (size_t i = 0; host.policy->values && host.policy->values[i]; i++) {
		if (strcmp(host.policy->values[i], name) == 0) {
			fake_said.value[i] = arena_strdup(&host.call, value ? value : "");
			return;
		}
	}
	abort(); /* a name that the policy does not declare */
}

void mg_value_int(struct mg_call *call, const char *name, long long value)
{
	mg_value(call, name, arena_printf(&host.call, "%lld", value));
}

void mg_reply(struct mg_call *call, int code, const char *status, const char *text)
{
	(void)call;
	if ((code && (code < 400 || code > 599)) ||
	    (code && status && status[0] - '0' != code / 100))
		abort();
	fake_said.code = code;
	fake_said.status = status ? arena_strdup(&host.call, status) : "";
	fake_said.text = text ? arena_strdup(&host.call, text) : "";
}

void mg_also(struct mg_call *call, int result)
{
	const bool enough = fake_said.enough_body;

	if (!(host.policy->several & MG_BIT(call->stage)) || nfake_also == FAKE_ALSO_MAX)
		abort();
	fake_said.result = result_name(result);
	fake_also[nfake_also++] = fake_said;
	say_nothing();
	fake_said.enough_body = enough;
}

void mg_count(struct mg_call *call, size_t index, unsigned long long more)
{
	(void)call;
	for (size_t i = 0; i <= index; i++)
		if (!host.policy->counters || !counter_at(i)->name)
			abort();
	host.counted[index] += more;
}

static bool is_read(const char *type)
{
	for (const char *const *read = host.policy->reads; read && *read; read++)
		if (strcmp(*read, type) == 0)
			return true;
	return false;
}

const struct mg_finding *mg_finding(struct mg_call *call, const char *type, size_t index)
{
	const struct fake_finding *at = fake_findings;

	(void)call;
	if (!is_read(type))
		abort(); /* it is not declared */
	for (; at && at->finding.type; at++)
		if (strcmp(at->finding.type, type) == 0 && index-- == 0)
			return &at->finding;
	return NULL;
}

const char *mg_finding_value(struct mg_call *call, const struct mg_finding *finding,
			     const char *name)
{
	const struct fake_finding *of = (const struct fake_finding *)(const void *)finding;

	(void)call;
	for (size_t i = 0; of && i < 2 * FAKE_VALUES_MAX && of->value[i]; i += 2)
		if (strcmp(of->value[i], name) == 0)
			return of->value[i + 1];
	return NULL;
}

void mg_enough_body(struct mg_call *call)
{
	if (call->stage != MG_BODY)
		abort();
	fake_said.enough_body = true;
}

/* ---- Services ------------------------------------------------------------------------------ */

int64_t mg_now(const struct mg_call *call)
{
	(void)call;
	return fake_now;
}

int64_t mg_deadline(const struct mg_call *call)
{
	(void)call;
	return fake_now + fake_time;
}

int64_t mg_time(const struct mg_call *call)
{
	(void)call;
	return fake_wall;
}

static struct arena *scope_arena(enum mg_scope scope)
{
	return scope == MG_SESSION   ? &host.session
	       : scope == MG_MESSAGE ? &host.message
				     : &host.call;
}

void *mg_state(struct mg_call *call, enum mg_scope scope)
{
	const struct mg_policy *policy = host.policy;
	void **state = scope == MG_SESSION   ? &host.session_state
		       : scope == MG_MESSAGE ? &host.message_state
					     : &host.call_state;
	size_t size = scope == MG_SESSION   ? policy->session_size
		      : scope == MG_MESSAGE ? policy->message_size
					    : policy->call_size;

	(void)call;
	if (size == 0)
		abort(); /* the policy declares no such state */
	if (!*state)
		*state = arena_zalloc(scope_arena(scope), size);
	return *state;
}

void *mg_shared(const struct mg_call *call)
{
	(void)call;
	return host.shared;
}

void *mg_alloc(struct mg_call *call, enum mg_scope scope, size_t size)
{
	void *memory = arena_alloc(scope_arena(scope), size);

	(void)call;
	return memset(memory, 0xa5,
		      size); /* it is not zeroed: a policy that thinks so shall fail */
}

char *mg_printf(struct mg_call *call, enum mg_scope scope, const char *fmt, ...)
{
	va_list args;
	char *text;

	(void)call;
	va_start(args, fmt);
	text = arena_vprintf(scope_arena(scope), fmt, args);
	va_end(args);
	return text;
}

void mg_at_end(struct mg_call *call, enum mg_scope scope, void (*done)(void *arg), void *arg)
{
	(void)call;
	arena_at_end(scope_arena(scope), done, arg);
}

int mg_table_find(struct mg_call *call, const struct mg_table *table, const char *key,
		  const char **value_r)
{
	(void)call;
	if (fake_failing_tables > 0) {
		fake_failing_tables--;
		return -1;
	}
	return key ? table_find(table, &host.call, key, value_r) : 0;
}

const char *mg_domain(struct mg_call *call, const char *domain)
{
	(void)call;
	return domain ? domain_fold(&host.call, domain) : NULL;
}

void mg_log(struct mg_call *call, enum mg_level level, const char *fmt, ...)
{
	va_list args;

	(void)call;
	(void)level;
	va_start(args, fmt);
	host.log = arena_printf(&host.instance, "%s%s\n", fake_log(),
				arena_vprintf(&host.instance, fmt, args));
	va_end(args);
}
