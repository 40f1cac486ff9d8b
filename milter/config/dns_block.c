/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration's block dns {}. */
#include <config.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/line.h"
#include "config/dns_block.h"
#include "base/errors.h"
#include "config/items.h"

#define AT(member) offsetof(struct dns_settings, member)

const struct mg_item dns_block_items[] = {
	{ .name = "server",
	  .type = MG_STRINGS,
	  .offset = AT(server_names),
	  .syntax = "ADDRESS[:PORT] ...",
	  .help = "The name servers to ask, 8 at most, which must look names up for us (recursion), in this order; an IPv6 address with a "
		  "port is written in brackets. One that does not answer is left alone until it answers again. When none is given, those of "
		  "resolv-conf are asked." },
	{ .name = "resolv-conf",
	  .type = MG_STRING,
	  .offset = AT(resolv_conf),
	  .initial = "/etc/resolv.conf",
	  .syntax = "FILE",
	  .help = "Where name servers are read from when there is no server; a change of the file is followed." },
	{ .name = "timeout",
	  .type = MG_DURATION,
	  .offset = AT(timeout),
	  .initial = "400ms",
	  .min = 10,
	  .max = 10000,
	  .syntax = "DURATION",
	  .help = "After how long a question is sent again, and to the next server too; each further try waits twice as long. What a server must "
		  "look up itself takes it some hundred milliseconds: a shorter time has it asked for that twice." },
	{ .name = "tries",
	  .type = MG_INT,
	  .offset = AT(tries),
	  .initial = "3",
	  .min = 1,
	  .max = 8,
	  .syntax = "NUMBER",
	  .help = "How often a question is sent to one server. 3 tries from 400ms on take 2.8 seconds." },
	{ .name = "cache-size",
	  .type = MG_SIZE,
	  .offset = AT(cache_size),
	  .initial = "32M",
	  .min = 65536,
	  .max = 1LL << 36,
	  .syntax = "BYTES",
	  .help = "How much memory the answers that are kept may take." },
	{ .name = "ttl-min",
	  .type = MG_DURATION,
	  .offset = AT(ttl_min),
	  .initial = "5s",
	  .max = 3600000,
	  .syntax = "DURATION",
	  .help = "How long every answer is kept at least." },
	{ .name = "ttl-max",
	  .type = MG_DURATION,
	  .offset = AT(ttl_max),
	  .initial = "1d",
	  .min = 1000,
	  .max = 7 * 86400000LL,
	  .syntax = "DURATION",
	  .help = "How long an answer is kept at most, whatever its TTL." },
	{ .name = "negative-ttl-max",
	  .type = MG_DURATION,
	  .offset = AT(negative_ttl_max),
	  .initial = "1h",
	  .min = 1000,
	  .max = 86400000,
	  .syntax = "DURATION",
	  .help = "How long it is believed at most that there is no such name or record (RFC 2308)." },
	{ .name = "threads",
	  .type = MG_INT,
	  .offset = AT(threads),
	  .initial = "1",
	  .min = 1,
	  .max = 8,
	  .syntax = "NUMBER",
	  .help = "Threads that ask and read answers. One is enough for 100,000 questions a second; a further one takes part while those before it "
		  "have 300 questions in flight." },
	{ .name = NULL },
};

static void settings_read_servers(struct dns_settings *settings, struct errors *errors,
				  const struct mg_line *line)
{
	for (size_t i = 1; i < mg_line_words(line); i++) {
		const char *text = mg_line_word(line, i);
		const char *expected = dns_servers_add(&settings->servers, text);

		if (expected)
			errors_at(errors, line, i, "found \"%s\", expected %s", text, expected);
	}
}

/* The file may come later, with the network. */
static void settings_check_resolv_conf(struct errors *errors, struct errors *warnings,
				       const struct dns_settings *settings,
				       const struct mg_line *line)
{
	const char *path = mg_line_word(line, 1);
	struct stat st;

	if (*path != '/')
		errors_at(errors, line, 1, "found \"%s\", expected a path that begins with /",
			  path);
	else if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		errors_at(errors, line, 1, "found \"%s\", expected a regular file", path);
	else if (settings->server_names.n)
		errors_at(warnings, line, 0, "resolv-conf is not read when there is a server");
	else if (access(path, R_OK) < 0)
		errors_at(warnings, line, 1,
			  "cannot read \"%s\": until it can be read, 127.0.0.1 is asked", path);
}

void dns_block_read(struct dns_settings *settings, struct errors *errors, struct errors *warnings,
		    const struct mg_lines *blocks)
{
	const struct mg_line *owner = blocks->n ? blocks->v[0] : NULL;
	const struct item_set set = { dns_block_items, settings };

	*settings = (struct dns_settings){ .servers.n = 0 };
	for (size_t i = 0; i < blocks->n; i++) {
		if (i)
			errors_at(errors, blocks->v[i], 0, "a second \"dns\": there is one");
		if (!blocks->v[i]->has_block || mg_line_words(blocks->v[i]) > 1)
			errors_at(errors, blocks->v[i], 0,
				  "dns takes a block: dns { server 127.0.0.1 }");
	}
	if (items_fill(errors->arena, errors, owner, owner ? owner->block : NULL, &set, 1) < 0 ||
	    !owner)
		return;
	for (const struct mg_line *line = owner->block; line; line = line->next) {
		if (strcmp(mg_line_word(line, 0), "server") == 0)
			settings_read_servers(settings, errors, line);
		else if (strcmp(mg_line_word(line, 0), "resolv-conf") == 0)
			settings_check_resolv_conf(errors, warnings, settings, line);
	}
	if (settings->ttl_min > settings->ttl_max || settings->ttl_min > settings->negative_ttl_max)
		errors_at(errors, owner, 0,
			  "dns: ttl-min is more than ttl-max or negative-ttl-max");
}
