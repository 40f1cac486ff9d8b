/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration's block dns {}. */
#include <config.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/line.h"
#include "config/dns_block.h"
#include "config/items.h"
#include "config/opening.h"
#include "dns/resolvconf.h"

static void dns_block_check_timeout(struct mg_conf *conf, const struct mg_line *line,
				    const void *self);
static void dns_block_check_resolv_conf(struct mg_conf *conf, const struct mg_line *line,
					const void *self);

const struct mg_item dns_block_items[] = {
	MG_ITEM_STRINGS(
		struct dns_settings, server_names, "server", .syntax = "ADDRESS[:PORT] ...",
		.help = "The name servers to ask, 8 at most, which must look names up for us "
			"(recursion), in this order; an IPv6 address with a port is written in "
			"brackets, a link-local one with its zone (fe80::1%eth0). One that does "
			"not answer is left alone until it answers again. Without this key the "
			"servers of resolv-conf are asked."),
	MG_ITEM_STRING(
		struct dns_settings, resolv_conf, "resolv-conf", .initial = "/etc/resolv.conf",
		.syntax = "FILE",
		.help = "The file that names the servers when there is no key server; when it "
			"changes, it is read again. Lines that cannot be used give warnings. When "
			"none can be used that is an error at the start, and later the servers "
			"before stay. Without any such line 127.0.0.1 is asked.",
		.check = dns_block_check_resolv_conf),
	MG_ITEM_DURATION(
		struct dns_settings, timeout, "timeout", .initial = "400ms", .min = 10,
		.max = 10000, .syntax = "DURATION",
		.help = "After how long a question is sent again, and to the next server too; "
			"each further try waits twice as long. A server needs some hundred "
			"milliseconds for a name that it must look up itself: with a shorter time "
			"it gets such questions twice.",
		.check = dns_block_check_timeout),
	MG_ITEM_INT(
		struct dns_settings, tries, "tries", .initial = "3", .min = 1, .max = 8,
		.syntax = "NUMBER",
		.help = "How often a question is sent to one server. 3 tries from 400ms on take "
			"2.8 seconds."),
	MG_ITEM_SIZE(struct dns_settings, cache_size, "cache-size", .initial = "32M", .min = 65536,
		     .max = 1LL << 36, .syntax = "BYTES",
		     .help = "How much memory the answers in the cache may take."),
	MG_ITEM_DURATION(struct dns_settings, ttl_min, "ttl-min", .initial = "5s", .max = 3600000,
			 .syntax = "DURATION", .help = "How long every answer is kept at least."),
	MG_ITEM_DURATION(struct dns_settings, ttl_max, "ttl-max", .initial = "1d", .min = 1000,
			 .max = 7 * 86400000LL, .syntax = "DURATION",
			 .help = "How long an answer is kept at most, whatever its TTL."),
	MG_ITEM_DURATION(
		struct dns_settings, negative_ttl_max, "negative-ttl-max", .initial = "1h",
		.min = 1000, .max = 86400000, .syntax = "DURATION",
		.help = "How long the answer that a name or record does not exist is kept at most "
			"(RFC 2308)."),
	MG_ITEM_INT(
		struct dns_settings, threads, "threads", .initial = "1", .min = 1, .max = 8,
		.syntax = "NUMBER",
		.help = "Threads that ask and read answers. One is enough for 100,000 questions "
			"a second; a further one takes part while those before it have 300 "
			"questions in flight."),
	{ .name = NULL },
};

/* The file may come later, with the network. */
static void dns_block_check_resolv_conf(struct mg_conf *conf, const struct mg_line *line,
					const void *self)
{
	const struct dns_settings *settings = self;
	const char *path = settings->resolv_conf;
	struct stat st;

	if (*path != '/')
		mg_conf_error(conf, line, 1, "found \"%s\", expected a path that begins with /",
			      path);
	else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		mg_conf_error(conf, line, 1, "found \"%s\", expected a regular file", path);
	else if (settings->server_names.n)
		mg_conf_warning(conf, line, 0, "resolv-conf is not read when there is a server");
	else if (access(path, R_OK) < 0)
		mg_conf_warning(conf, line, 1,
				"cannot read \"%s\": until it can be read, 127.0.0.1 is asked",
				path);
}

static void dns_block_check_timeout(struct mg_conf *conf, const struct mg_line *line,
				    const void *self)
{
	const struct dns_settings *settings = self;

	if (settings->timeout >= conf->stage_budget)
		mg_conf_warning(
			conf, line, 1,
			"found %s, no less than the stage-budget, which ends before anything "
			"is asked again",
			mg_line_word(line, 1));
}

static void dns_block_read_servers(struct dns_settings *settings, struct mg_conf *conf)
{
	const struct mg_line *line;

	for (size_t i = 0; (line = mg_conf_item(conf, "server", i)); i++) {
		for (size_t word = 1; word < mg_line_words(line); word++) {
			const char *text = mg_line_word(line, word);
			const char *expected = dns_servers_add(&settings->servers, text);

			if (expected)
				mg_conf_error(conf, line, word, "found \"%s\", expected %s", text,
					      expected);
		}
	}
}

static void dns_block_check_number(struct mg_conf *conf, const struct mg_lines *blocks)
{
	for (size_t i = 0; i < blocks->n; i++) {
		if (i)
			items_repeated(conf->errors, blocks->v[i], blocks->v[0]);
		if (!blocks->v[i]->has_block || mg_line_words(blocks->v[i]) > 1)
			mg_conf_error(conf, blocks->v[i], 0,
				      "dns takes a block: dns { server 127.0.0.1 }");
	}
}

void dns_block_read(struct dns_settings *settings, const struct mg_conf *top,
		    const struct mg_lines *blocks)
{
	const struct mg_line *owner = blocks->n ? blocks->v[0] : NULL;
	struct item_set set = { .items = dns_block_items, .target = settings };
	struct mg_conf conf = *top;

	conf.owner = owner;
	conf.sets = &set;
	conf.nsets = 1;
	*settings = (struct dns_settings){ .servers.n = 0 };
	items_defaults(conf.arena, conf.errors, "dns", dns_block_items, settings);
	dns_block_check_number(&conf, blocks);
	if (!owner)
		return;
	/* Wrong values keep their defaults, so that the others can be checked. */
	items_fill(conf.arena, conf.errors, owner, owner->block, &set, 1);
	dns_block_read_servers(settings, &conf);
	items_check(&set, &conf, conf.errors);
	if (settings->ttl_min > settings->ttl_max || settings->ttl_min > settings->negative_ttl_max)
		mg_conf_error(&conf, owner, 0,
			      "dns: ttl-min is more than ttl-max or negative-ttl-max");
}

struct dns_file {
	const char *path;
	struct errors *errors;
};

static void dns_block_report_line(void *arg, unsigned number, const char *line,
				  const char *expected)
{
	const struct dns_file *file = arg;

	errors_in_file(file->errors, file->path, number, 0, line, "expected %s", expected);
}

void dns_block_check_file(const struct dns_settings *settings, struct errors *errors,
			  struct errors *warnings, bool runs)
{
	struct dns_file file = { settings->resolv_conf, warnings };
	struct dns_resolvconf resolvconf = { .path = file.path };
	struct dns_servers servers;

	if (settings->servers.n > 0)
		return;
	dns_resolvconf_read(&resolvconf, &servers);
	if (servers.n == 0) {
		file.errors = runs ? warnings : errors;
		errors_in_file(file.errors, file.path, 0, 0, NULL,
			       "none of its lines names a server that can be used%s",
			       runs ? ": those before are kept" : "");
	}
	/* Read again, to report each line as what it is. */
	resolvconf = (struct dns_resolvconf){ .path = file.path,
					      .report = dns_block_report_line,
					      .arg = &file };
	dns_resolvconf_read(&resolvconf, &servers);
}
