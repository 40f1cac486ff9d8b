/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reloads under 64 busy clients: no session fails, each reload takes effect, memory and descriptors
 * do not grow, and counters go on.
 *
 * A round is four reloads: a table file was replaced; the first policy with DNS; a configuration
 * with an error; the last policy with DNS removed, and other stages negotiated. RELOADS=N: how
 * many. The test judges by what comes and how often, not by time.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "../dns/server.h"
#include "clients.h"
#include "process.h"

#define RELOADS 1000
#define RELOADS_WATCHED 100    /* under a sanitizer or valgrind */
#define FILES_MORE 8           /* libmilter's threads open these; less than one a reload */
#define WARM_UP 40             /* after so many reloads memory no longer grows */
#define MEMORY_GROWS_KIB 16384 /* snapshots of sessions that run, and the allocator's arenas */

static unsigned long generation = 1;

static unsigned reloads_wanted(void)
{
	const char *text = getenv("RELOADS");

	if (text && *text)
		return (unsigned)strtoul(text, NULL, 10);
	return process_is_plain() ? RELOADS : RELOADS_WATCHED;
}

/* The address in the table of a reload. */
static const char *listed(unsigned reload, char address_r[32])
{
	snprintf(address_r, 32, "203.0.113.%u", reload % 250 + 1);
	return address_r;
}

static void write_table(unsigned reload)
{
	char address[32];

	process_write("clients.cidr", "%s REJECT\n192.0.2.0/24 REJECT\n", listed(reload, address));
}

static void write_rules(unsigned reload, unsigned dns_port)
{
	static const char access[] = "policy access { check client cidr:$DIR/clients.cidr }\n";
	static const char *const others[] = {
		"",
		"dns { server 127.0.0.1:%u; timeout 5s }\npolicy rdns { mode monitor }\n",
		"polcy nothing { }\n",
		"policy headers { mode monitor }\npolicy size { mode monitor }\n",
	};
	char more[400];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(more, sizeof(more), others[reload % 4], dns_port);
#pragma GCC diagnostic pop
	process_write("rules.conf", "%s%s", access, more);
}

static void reload_and_wait(unsigned reload)
{
	char said[64];

	process_signal(SIGHUP);
	if (reload % 4 == 2) {
		snprintf(said, sizeof(said), "has not changed (generation %lu): 1 error",
			 generation);
		process_await("rules.conf:2:1: unknown key");
	} else {
		snprintf(said, sizeof(said), "read again: generation %lu", ++generation);
	}
	/* The last line of each reload. */
	process_await("generation ");
	if (!process_said(said))
		fail("reload %u: expected \"%s\"", reload, said);
}

/* The table in use is that of the configuration that was read last. */
static void check_effect(unsigned reload)
{
	const unsigned present = reload % 4 == 2 ? reload - 1 : reload;
	char address[32];

	if (!client_is_refused(listed(present, address)))
		fail("reload %u: %s is not refused", reload, address);
	if (client_is_refused(listed(present + 1, address)))
		fail("reload %u: %s is refused", reload, address);
}

static void one_reload(unsigned reload, unsigned dns_port)
{
	write_table(reload);
	write_rules(reload, dns_port);
	reload_and_wait(reload);
	check_effect(reload);
}

static void check_memory(long before)
{
	const long now = process_memory();

	printf("%ld KiB after the first %d reloads, %ld KiB at the end\n", before, WARM_UP, now);
	if (process_is_plain() && now > before + MEMORY_GROWS_KIB)
		fail("memory grew from %ld to %ld KiB", before, now);
}

static void check_counters(unsigned long long sessions)
{
	process_signal(SIGUSR1);
	process_await(" counters sessions=");
	if (process_number(" sessions=") != (long long)sessions)
		fail("there were %llu sessions", sessions);
	if (process_number(" refused=") != 0)
		fail("sessions were refused");
}

static void write_first(void)
{
	const char *front_end = getenv("MG_FRONT_END");

	write_table(0);
	process_write("rules.conf", "policy access { check client cidr:$DIR/clients.cidr }\n");
	process_write("millgate.conf", "listen $SOCKET\nfront-end %s\ninclude $DIR/rules.conf\n",
		      front_end && *front_end ? front_end : "event");
}

int main(void)
{
	const unsigned wanted = reloads_wanted();
	struct server *dns = server_new(0);
	unsigned long long sessions;
	long memory = 0, files;

	if (!dns)
		fail("no DNS server");
	process_make_folder();
	write_first();
	process_start();
	files = process_files();
	clients_start();
	for (unsigned reload = 1; reload <= wanted; reload++) {
		one_reload(reload, server_port(dns));
		if (reload == WARM_UP)
			memory = process_memory();
	}
	sessions = clients_stop();
	printf("%u reloads, %llu sessions\n", wanted, sessions);
	if (wanted > WARM_UP)
		check_memory(memory);
	/* As at the beginning: without DNS, and without a connection. */
	one_reload(4, 0);
	if (process_files() > files + FILES_MORE)
		fail("%ld descriptors, %ld at the beginning", process_files(), files);
	check_counters(sessions + 2);
	process_stop();
	server_free(dns);
	return EXIT_SUCCESS;
}
