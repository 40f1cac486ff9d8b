/* SPDX-License-Identifier: BSD-2-Clause */
/* The block dns {}, addresses of servers, and resolv.conf. */
#include <config.h>

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "config/conf.h"
#include "dns/resolvconf.h"
#include "config/dns_block.h"
#include "base/errors.h"
#include "config/items.h"
#include "config/opening.h"
#include "folder.h"
#include "run.h"

static const struct {
	const char *text, *addr; /* NULL: refused */
	unsigned port;
} servers[] = {
	{ "192.0.2.53", "192.0.2.53", 53 },
	{ "192.0.2.53:5353", "192.0.2.53", 5353 },
	{ "2001:db8::53", "2001:db8::53", 53 },
	{ "[2001:db8::53]", "2001:db8::53", 53 },
	{ "[::1]:5353", "::1", 5353 },
	{ "::1", "::1", 53 },
	{ "ns.example.org", NULL, 0 },
	{ "192.0.2", NULL, 0 },
	{ "192.0.2.53:", NULL, 0 },
	{ "192.0.2.53:0", NULL, 0 },
	{ "192.0.2.53:65536", NULL, 0 },
	{ "192.0.2.53:-1", NULL, 0 },
	{ "192.0.2.53:53x", NULL, 0 },
	{ "[::1", NULL, 0 },
	{ "[::1]x", NULL, 0 },
	{ "[::1]:", NULL, 0 },
	{ "", NULL, 0 },
	{ ":", NULL, 0 },
	{ "[]", NULL, 0 },
	{ "fe80::1%eth0", "fe80::1", 53 },
	{ "[fe80::1%2]:5353", "fe80::1", 5353 },
	{ "fe80::1%a-very-long-name-0", NULL, 0 },
	{ "fe80::1%", NULL, 0 },
	{ "fe80::1%eth0,", NULL, 0 },
	{ "fe80::1", NULL, 0 },
	{ "2001:db8::1%eth0", NULL, 0 },
	{ "192.0.2.1%eth0", NULL, 0 },
	{ "%eth0", NULL, 0 },
	{ "11111111111111111111111111111111111111111111111111111111111111", NULL, 0 },
	/* addresses of no host: this network, multicast, reserved, broadcast */
	{ "0.0.0.0", NULL, 0 },
	{ "0.0.0.0:5353", NULL, 0 },
	{ "223.255.255.255", "223.255.255.255", 53 },
	{ "224.0.0.1", NULL, 0 },
	{ "239.255.255.255", NULL, 0 },
	{ "240.0.0.1", NULL, 0 },
	{ "255.255.255.255", NULL, 0 },
	{ "::", NULL, 0 },
	{ "[::]:53", NULL, 0 },
	{ "ff02::1", NULL, 0 },
	{ "::ffff:192.0.2.53", "::ffff:192.0.2.53", 53 },
	{ "::ffff:224.0.0.1", NULL, 0 },
	{ "::ffff:0.0.0.0", NULL, 0 },
};

static void assert_server(const struct dns_server *server, const char *addr, unsigned port)
{
	char text[INET6_ADDRSTRLEN];

	ck_assert_str_eq(inet_ntop(server->family, &server->addr, text, sizeof(text)), addr);
	ck_assert_uint_eq(server->port, port);
}

START_TEST(test_server)
{
	struct dns_servers list = { .n = 0 };

	ck_assert_int_eq(dns_servers_add(&list, servers[_i].text) == NULL,
			 servers[_i].addr != NULL);
	ck_assert_uint_eq(list.n, servers[_i].addr != NULL);
	if (servers[_i].addr)
		assert_server(&list.v[0], servers[_i].addr, servers[_i].port);
}
END_TEST

static const struct {
	const char *text;
	unsigned errors;
} blocks[] = {
	{ "", 0 },
	{ "dns { }", 0 },
	{ "dns { server 127.0.0.1:5353 [::1]:53; server 192.0.2.1; timeout 100ms; tries 2; "
	  "cache-size 1M; ttl-min 0; ttl-max 2d; "
	  "negative-ttl-max 10m; threads 2; resolv-conf /x }",
	  0 },
	{ "dns", 1 },
	{ "dns x { }", 1 },
	{ "dns { }\ndns { }", 1 },
	{ "dns { server }", 1 },
	{ "dns { server localhost }", 1 },
	{ "dns { server 127.0.0.1 x y }", 2 },
	{ "dns { server 127.0.0.1 ::1 127.0.0.1 }", 1 },
	{ "dns { server 127.0.0.1; server 127.0.0.1:53 }", 1 },
	{ "dns { server 127.0.0.1:53 127.0.0.1:5353 [::1]:53 }", 0 },
	{ "dns { server 224.0.0.1 0.0.0.0 :: }", 3 },
	{ "dns { resolv-conf /dev/null }", 1 },
	{ "dns { resolv-conf / }", 1 },
	{ "dns { resolv-conf /nonexistent }", 0 }, /* a warning */
	{ "dns { server 1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 }",
	  1 },
	{ "dns { timeout 1ms }", 1 },
	{ "dns { tries 0 }", 1 },
	{ "dns { tries 0; server localhost; ttl-max 1m; ttl-min 30m }", 3 },
	{ "dns { cache-size 1K }", 1 },
	{ "dns { ttl-min 30m; ttl-max 1m }", 1 },
	{ "dns { ttl-min 30m; negative-ttl-max 1m }", 1 },
	{ "dns { threads 100 }", 1 },
	{ "dns { servr 127.0.0.1 }", 1 },
};

struct target {
	struct mg_lines dns;
};

static const struct mg_item items[] = { MG_ITEM_LINES(struct target, dns, "dns", ),
					{ .name = NULL } };

static unsigned read_block(struct arena *arena, const char *text, struct dns_settings *settings)
{
	struct errors errors = { .arena = arena }, warnings = { .arena = arena };
	struct mg_conf conf = {
		.arena = arena, .errors = &errors, .warnings = &warnings, .stage_budget = 10000
	};
	struct target target = { .dns.n = 0 };
	struct item_set set = { .items = items, .target = &target };
	const struct mg_line *lines = conf_parse(arena, &errors, "test", text, strlen(text));

	items_fill(arena, &errors, NULL, lines, &set, 1);
	dns_block_read(settings, &conf, &target.dns);
	return (unsigned)errors.count;
}

START_TEST(test_block)
{
	struct arena arena = { 0 };
	struct dns_settings settings;

	ck_assert_msg(read_block(&arena, blocks[_i].text, &settings) == blocks[_i].errors, "%s",
		      blocks[_i].text);
	arena_free(&arena);
}
END_TEST

START_TEST(test_values)
{
	struct arena arena = { 0 };
	struct dns_settings settings;

	ck_assert_uint_eq(read_block(&arena, "", &settings), 0);
	ck_assert_uint_eq(settings.servers.n, 0);
	ck_assert_str_eq(settings.resolv_conf, "/etc/resolv.conf");
	ck_assert_int_eq(settings.timeout, 400);
	ck_assert_int_eq(settings.tries, 3);
	ck_assert_int_eq(settings.cache_size, 32 << 20);
	ck_assert_int_eq(settings.ttl_min, 5000);
	ck_assert_int_eq(settings.ttl_max, 86400000);
	ck_assert_int_eq(settings.negative_ttl_max, 3600000);
	ck_assert_int_eq(settings.threads, 1);
	ck_assert_uint_eq(read_block(&arena, blocks[2].text, &settings), 0);
	ck_assert_uint_eq(settings.servers.n, 3);
	assert_server(&settings.servers.v[1], "::1", 53);
	assert_server(&settings.servers.v[2], "192.0.2.1", 53);
	ck_assert_int_eq(settings.timeout, 100);
	ck_assert_int_eq(settings.ttl_min, 0);
	arena_free(&arena);
}
END_TEST

static char reported[100]; /* the numbers of the lines */

static void report(void *arg, unsigned number, const char *line, const char *expected)
{
	ck_assert_ptr_eq(arg, reported);
	ck_assert_ptr_nonnull(strcasestr(line, "nameserver"));
	ck_assert_ptr_nonnull(expected);
	sprintf(reported + strlen(reported), "%u ", number);
}

static const struct {
	const char *line, *addr; /* NULL: no server */
	bool reported;
} lines[] = {
	{ "nameserver 192.0.2.1", "192.0.2.1", false },
	{ "nameserver\t192.0.2.1 \t; comment", "192.0.2.1", false },
	{ "nameserver 192.0.2.1\r", "192.0.2.1", false },
	{ "nameserver fe80::1%eth0 # comment", "fe80::1", false },
	{ "nameserver fe80::1%lo", "fe80::1", false },
	{ "nameserver 192.0.2.1 192.0.2.2", "192.0.2.1", true },
	{ "nameserver 192.0.2.1 , 192.0.2.2", "192.0.2.1", true },
	{ "nameserver 192.0.2.1,192.0.2.2", NULL, true },
	{ "nameserver 192.0.2.1, 192.0.2.2", NULL, true },
	{ "nameserver 192.0.2.1#comment", NULL, true },
	{ "nameserver 192.0.2.1;comment", NULL, true },
	{ "nameserver fe80::1", NULL, true },
	{ "nameserver ns.example.org", NULL, true },
	{ "nameserver localhost", NULL, true },
	{ "nameserver", NULL, true },
	{ "nameserver 224.0.0.1", NULL, true },
	{ "nameserver: 192.0.2.1", NULL, true },
	{ "nameserver=192.0.2.1", NULL, true },
	{ "NameServer 192.0.2.1", NULL, true },
	{ "  nameserver 192.0.2.1", NULL, true },
	{ "\xef\xbb\xbfnameserver 192.0.2.1", NULL, true },
	/* Of other lines nothing is said: without a server's the one on this host is meant. */
	{ "", "127.0.0.1", false },
	{ "# nameserver 192.0.2.1", "127.0.0.1", false },
	{ "search nameserver", "127.0.0.1", false },
	{ "nameserverx 192.0.2.1", "127.0.0.1", false },
};

/* A line that names a server and cannot be used is reported, and replaced by no guess. */
START_TEST(test_line)
{
	char path[128], text[200];
	struct dns_resolvconf file = { .path = path, .report = report, .arg = reported };
	struct dns_servers list;

	make_folder();
	snprintf(text, sizeof(text), "%s\n", lines[_i].line);
	write_file(path_in(path, "resolv.conf"), text);
	ck_assert(dns_resolvconf_read(&file, &list));
	ck_assert_uint_eq(list.n, lines[_i].addr != NULL);
	if (lines[_i].addr)
		assert_server(&list.v[0], lines[_i].addr, 53);
	ck_assert_str_eq(reported, lines[_i].reported ? "1 " : "");
	remove_folder();
}
END_TEST

START_TEST(test_resolvconf)
{
	char path[128], other[128];
	struct dns_resolvconf file = { .path = path, .report = report, .arg = reported };
	struct dns_servers list;

	make_folder();
	path_in(path, "resolv.conf");
	path_in(other, "other");

	/* No file: the server on this host. */
	ck_assert(dns_resolvconf_read(&file, &list));
	ck_assert_uint_eq(list.n, 1);
	assert_server(&list.v[0], "127.0.0.1", 53);
	ck_assert(!dns_resolvconf_read(&file, &list));

	write_file(path,
		   "# nameserver 1.1.1.1\nsearch example.org\n nameserver 1.1.1.1\n"
		   "nameserver\t192.0.2.1\n"
		   "nameserver 2001:db8::1 # with a comment\nnameserver nonsense\nnameserver\n"
		   "nameserverx 1.1.1.1\noptions timeout:1\n");
	ck_assert(dns_resolvconf_read(&file, &list));
	ck_assert_uint_eq(list.n, 2);
	assert_server(&list.v[0], "192.0.2.1", 53);
	assert_server(&list.v[1], "2001:db8::1", 53);
	ck_assert(!dns_resolvconf_read(&file, &list));
	ck_assert_str_eq(reported, "3 6 7 ");

	/* The file is replaced by another, and by a link to one that changes. */
	write_file(other, "nameserver 192.0.2.2\n");
	ck_assert_int_eq(rename(other, path), 0);
	ck_assert(dns_resolvconf_read(&file, &list));
	assert_server(&list.v[0], "192.0.2.2", 53);
	write_file(other, "nameserver 192.0.2.3\n");
	unlink(path);
	ck_assert_int_eq(symlink(other, path), 0);
	ck_assert(dns_resolvconf_read(&file, &list));
	assert_server(&list.v[0], "192.0.2.3", 53);
	write_file(other, "nameserver 192.0.2.40\n");
	ck_assert(dns_resolvconf_read(&file, &list));
	assert_server(&list.v[0], "192.0.2.40", 53);

	/* The file is empty, and then gone. */
	write_file(other, "");
	ck_assert(dns_resolvconf_read(&file, &list));
	assert_server(&list.v[0], "127.0.0.1", 53);
	remove_folder();
	ck_assert(dns_resolvconf_read(&file, &list));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_loop_test(tcase, test_server, 0, COUNT(servers));
	tcase_add_loop_test(tcase, test_line, 0, COUNT(lines));
	tcase_add_loop_test(tcase, test_block, 0, COUNT(blocks));
	tcase_add_test(tcase, test_values);
	tcase_add_test(tcase, test_resolvconf);
	return run_tests("dns_settings", tcase);
}
