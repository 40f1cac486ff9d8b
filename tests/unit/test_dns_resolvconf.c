/* SPDX-License-Identifier: BSD-2-Clause */
/* The DNS service follows resolv.conf: the servers change with the file. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../dns/patience.h"
#include "dns_help.h"
#include "folder.h"
#include "run.h"

static char path[128];

static void setup_folder(void)
{
	setup();
	make_folder();
}

static void teardown_folder(void)
{
	teardown();
	remove_folder();
}

/* Starts the service with the servers of the file. Its settings are freed after it was opened. */
static void follow_file(const char *text)
{
	char *copy;

	write_file(path_in(path, "resolv.conf"), text);
	copy = strdup(path);
	ck_assert_ptr_nonnull(copy);
	settings.servers.n = 0;
	settings.resolv_conf = copy;
	start();
	memset(copy, 'x', strlen(copy));
	free(copy);
	memset(&settings, 0, sizeof(settings));
}

/* The file's text. The C library takes no ports in it; here they may follow the address. */
static const char *text_of(struct server *const *servers, size_t n)
{
	static char text[128];
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size,
					 "nameserver 127.0.0.1:%u\n", server_port(servers[i]));
	return text;
}

#define TIMEOUT 1500

static const struct {
	unsigned asked_again; /* how many questions have come when the file changes */
	unsigned asked_after;
} moves[] = { { 0, 3 }, { 3, 0 }, { 3, 3 } };

static void ask_some(const char *prefix, unsigned n)
{
	char name[32];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%u.test", prefix, i);
		dns_answer_unref(dns->ask(dns, name, MG_DNS_A, NULL));
	}
}

static void expect_some(struct server *new, const char *prefix, unsigned n)
{
	char name[32];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%u.test", prefix, i);
		ck_assert_int_eq(look_up(name, MG_DNS_A, PATIENCE)->status, MG_DNS_NXDOMAIN);
		ck_assert_uint_eq(server_asked(new, name, "A"), 1);
	}
	forget();
}

static unsigned count(struct server *const servers[2])
{
	return server_questions(servers[0]) + server_questions(servers[1]);
}

/*
 * Questions under way when the file changes go to the new server, once each: whether or not they
 * were sent again meanwhile, and although no other question comes.
 */
START_TEST(test_moves)
{
	struct server *dead[] = { server, server_new(0) }, *new = server_new(0);

	server_add(dead[0], "* FAULT drop\n");
	server_add(dead[1], "* FAULT drop\n");
	settings.timeout = TIMEOUT;
	follow_file(text_of(dead, 2));
	ask_some("a", moves[_i].asked_again);
	/* Sent to both servers, and again to both. */
	ck_await(count(dead) >= 4 * moves[_i].asked_again);
	ask_some("b", moves[_i].asked_after);
	ck_await(count(dead) >= 4 * moves[_i].asked_again + moves[_i].asked_after);
	write_file(path, text_of(&new, 1));
	expect_some(new, "a", moves[_i].asked_again);
	expect_some(new, "b", moves[_i].asked_after);
	dns_close(&dns);
	server_free(dead[1]);
	server_free(new);
}
END_TEST

static unsigned count_reloads(void)
{
	const char *at = strstr(counters(), " reloads=");

	ck_assert_ptr_nonnull(at);
	return (unsigned)strtoul(at + 9, NULL, 10);
}

static void replace_file(const char *text)
{
	char other[128];

	write_file(path_in(other, "new"), text);
	ck_assert_int_eq(rename(other, path), 0);
}

/*
 * No server answers: but the service notices that the file has changed, was replaced, or is gone.
 */
START_TEST(test_reloads)
{
	char name[32];

	follow_file("nameserver 127.9.9.1\n");
	for (unsigned changes = 0; changes < 4; changes++) {
		if (changes == 1)
			write_file(path, "nameserver 127.9.9.2\n");
		else if (changes == 2)
			replace_file("nameserver 127.9.9.3\n");
		else if (changes == 3)
			unlink(path);
		/* The file is checked once a second while there are questions. */
		for (int i = 0; i < 600 && count_reloads() < changes; i++) {
			snprintf(name, sizeof(name), "n%u.%d.test", changes, i);
			dns_answer_unref(dns->ask(dns, name, MG_DNS_A, NULL));
			usleep(50000);
		}
		ck_assert_uint_eq(count_reloads(), changes);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup_folder, teardown_folder);
	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, test_moves, 0, COUNT(moves));
	tcase_add_test(tcase, test_reloads);
	return run_tests("dns_resolvconf", tcase);
}
