/* SPDX-License-Identifier: BSD-2-Clause */
/* The DNS service under test. */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "dns_help.h"
#include "base/log_counters.h"
#include "log_help.h"

struct server *server;
struct dns *dns;
struct log *dns_log;
struct dns_settings settings;
struct dns_answer *held;

void add_server(unsigned port)
{
	char text[32];

	snprintf(text, sizeof(text), "127.0.0.1:%u", port);
	ck_assert_ptr_null(dns_servers_add(&settings.servers, text));
}

void setup(void)
{
	server = server_new(0);
	ck_assert_ptr_nonnull(server);
	/*
	 * Longer than PATIENCE: a wait for this timeout fails. Tests of timeouts set shorter ones.
	 */
	settings = (struct dns_settings){ .resolv_conf = "/dev/null",
					  .timeout = 120000,
					  .tries = 3,
					  .cache_size = 1 << 20,
					  .ttl_min = 1000,
					  .ttl_max = 86400000,
					  .negative_ttl_max = 3600000,
					  .threads = 1 };
	add_server(server_port(server));
}

void start(void)
{
	const char *error = NULL;

	dns = dns_open(&settings, dns_log, &error);
	ck_assert_msg(dns != NULL, "%s", error);
}

void teardown(void)
{
	dns_close(&dns);
	server_free(server);
}

const struct mg_dns_answer *look_up(const char *name, enum mg_dns_type type, int64_t wait_us)
{
	dns_answer_unref(held);
	held = dns_wait(dns, name, type, wait_us);
	return &held->public;
}

void forget(void)
{
	dns_answer_unref(held);
	held = NULL;
}

const char *counters(void)
{
	static char line[2048];
	char path[] = "/tmp/millgate-test-XXXXXX";
	const int fd = mkstemp(path);
	struct log *log = open_log(path, false);
	struct log_counters lines;
	ssize_t size;

	log_counters_begin(&lines, log);
	dns->count(dns, &lines.visitor);
	log_counters_end(&lines);
	log_close(&log);
	size = read(fd, line, sizeof(line) - 1);
	ck_assert_int_gt(size, 0);
	line[size] = '\0';
	close(fd);
	unlink(path);
	return line;
}
