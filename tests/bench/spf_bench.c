/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long an evaluation of SPF takes when every answer is in the cache: the policy's hooks on a
 * fake host, above the real DNS service.
 *
 *     spf_bench [COUNT]
 *
 * "ahead": with the start hook, which asks the questions ahead; in a daemon that happens while
 * the client waits for nothing.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dns/dns.h"
#include "dns/settings.h"
#include "../conformance/spf/zone.h"
#include "../policies/fake_host.h"

#define TXT 16
#define A 1
#define MX 15

fake_register mg_builtin_spf_policy;

static const struct {
	const char *name, *sender, *client, *want;
} cases[] = {
	{ "ip4, pass", "joe@small.test", "192.0.2.1", "pass" },
	{ "a mx include, fail", "joe@usual.test", "198.51.100.1", "fail" },
	{ "nine includes, fail", "joe@nine.test", "198.51.100.1", "fail" },
};

static void add_txt(struct zone *zone, const char *name, const char *text)
{
	unsigned char data[256];

	data[0] = (unsigned char)strlen(text);
	memcpy(data + 1, text, data[0]);
	zone_add(zone, name, TXT, data, data[0] + 1U);
}

static void add_zone(struct zone *zone)
{
	static const unsigned char address[4] = { 192, 0, 2, 9 };
	unsigned char mx[2 + 255] = { 0, 10 };
	char name[32], text[256] = "v=spf1";

	add_txt(zone, "small.test", "v=spf1 ip4:203.0.113.0/24 ip4:192.0.2.0/24 -all");
	add_txt(zone, "usual.test", "v=spf1 a mx include:_spf.provider.test -all");
	add_txt(zone, "_spf.provider.test",
		"v=spf1 include:1.provider.test include:2.provider.test ~all");
	add_txt(zone, "1.provider.test",
		"v=spf1 ip4:10.0.0.0/8 ip4:172.16.0.0/12 ip4:192.168.0.0/16 ip6:2001:db8::/32 "
		"~all");
	add_txt(zone, "2.provider.test", "v=spf1 ip4:203.0.113.0/25 ip4:203.0.113.128/25 ~all");
	zone_add(zone, "usual.test", A, address, 4);
	zone_add(zone, "usual.test", MX, mx, 2 + zone_wire(mx + 2, "mail.usual.test"));
	zone_add(zone, "mail.usual.test", A, address, 4);
	for (int i = 1; i <= 9; i++) {
		snprintf(name, sizeof(name), "%d.nine.test", i);
		add_txt(zone, name, "v=spf1 ip4:203.0.113.0/24 ?all");
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " include:%s", name);
	}
	strcat(text, " -all");
	add_txt(zone, "nine.test", text);
}

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID,
		      &now); /* hooks wait for nothing here, and the machine may be busy */
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double measure(size_t i, unsigned count, bool is_ahead)
{
	double begin = now_us();

	for (unsigned n = 0; n < count; n++) {
		fake.client = cases[i].client;
		fake.sender = cases[i].sender;
		fake.helo = "mail.usual.test";
		if (is_ahead)
			fake_start(MG_MAIL);
		if (strcmp(fake_run(MG_MAIL), cases[i].want) != 0) {
			fprintf(stderr, "%s: got %s (%s)\n", cases[i].name, fake_said.result,
				fake_said.detail);
			exit(1);
		}
	}
	return (now_us() - begin) / count;
}

static void bench_engine(const char *engine, unsigned count)
{
	char block[64];

	snprintf(block, sizeof(block), "engine %s", engine);
	if (fake_open(mg_builtin_spf_policy, block) < 0) {
		printf("%-8s not in this build\n", engine);
		return;
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double alone, ahead;

		measure(i, 10, false); /* fills the cache */
		alone = measure(i, count, false);
		ahead = measure(i, count, true);
		printf("%-8s %-20s %6.2f us   with ahead %6.2f us\n", engine, cases[i].name, alone,
		       ahead);
	}
	fake_close();
}

int main(int argc, char **argv)
{
	const unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 100000;
	struct dns_settings settings = { .timeout = 200,
					 .tries = 4,
					 .cache_size = 32 << 20,
					 .ttl_min = 5000,
					 .ttl_max = 86400000,
					 .negative_ttl_max = 3600000,
					 .threads = 1 };
	struct zone *zone = zone_start();
	const char *error = NULL;
	char server[32];

	add_zone(zone);
	snprintf(server, sizeof(server), "127.0.0.1:%u", zone_port(zone));
	if (!dns_servers_add(&settings.servers, server))
		fake_dns = dns_open(&settings, NULL, &error);
	if (!fake_dns) {
		fprintf(stderr, "spf_bench: %s\n", error ? error : "no server");
		return 1;
	}
	bench_engine("rfc7208", count);
	bench_engine("libspf2", count);
	dns_close(&fake_dns);
	zone_stop(zone);
	return 0;
}
