/* SPDX-License-Identifier: BSD-2-Clause */
/* The host's snapshots and services: who uses which, and when they end. */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/counters.h"
#include "run.h"
#include "session/host.h"

/* ---- A service that stands in: it keeps the settings that it was opened with. ---- */

static unsigned opened, closed, told;
static bool fails;
static char closed_names[100];

static void *stub_open(const void *settings, struct log *log, const char **error_r)
{
	const struct dns_settings *dns = settings;

	(void)log;
	*error_r = "does not want to";
	if (fails)
		return NULL;
	opened++;
	return strdup(dns->resolv_conf);
}

static bool stub_same(const void *settings, const void *other)
{
	const struct dns_settings *a = settings, *b = other;

	return strcmp(a->resolv_conf, b->resolv_conf) == 0;
}

static void stub_close(void *self)
{
	closed++;
	strcat(closed_names, self);
	free(self);
}

static void stub_count(const void *self, struct counter_visitor *visitor)
{
	const struct counter counter = { .name = self };

	visitor->group(visitor, "stub", NULL);
	visitor->counter(visitor, &counter);
}

static const struct service stub = { "stub", stub_open, stub_same, stub_close, stub_count };
static const struct service_type stubs[] = { { &stub, offsetof(struct settings, dns) } };

/* ---- */

static struct host host;

static void on_unused(void *arg)
{
	ck_assert_ptr_eq(arg, &told);
	told++;
}

static void setup(void)
{
	host_init(&host, NULL, on_unused, &told);
	host.services.known = stubs;
}

/* A snapshot that needs the service with these settings; NULL: that does not need it. */
static struct snapshot *make(const char *settings)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	MAGIC_SET(snapshot, SNAPSHOT_MAGIC);
	snapshot->references = 1;
	snapshot->settings.dns.resolv_conf = settings;
	snapshot->services = settings ? MG_SERVICE_DNS : 0;
	return snapshot;
}

static void change(struct snapshot *snapshot)
{
	char error[SERVICES_ERROR_MAX];

	ck_assert_int_eq(host_change(&host, snapshot, error), 0);
}

/* A service with the same settings serves both snapshots. */
START_TEST(test_goes_on)
{
	struct snapshot *old;

	change(make("a"));
	old = host_snapshot(&host);
	ck_assert_str_eq(old->service[SERVICE_DNS], "a");
	change(make("a"));
	ck_assert_uint_eq(opened, 1);
	ck_assert_ptr_eq(host.present->service[SERVICE_DNS], old->service[SERVICE_DNS]);
	snapshot_unref(&old);
	ck_assert_uint_eq(told, 1);
	host_tidy(&host);
	ck_assert_uint_eq(closed, 0);
	host_destroy(&host);
	ck_assert_uint_eq(closed, 1);
}
END_TEST

/*
 * With other settings a second service is opened, and the first is closed with its last snapshot.
 */
START_TEST(test_changes)
{
	struct snapshot *old;

	change(make("a"));
	old = host_snapshot(&host);
	change(make("b"));
	ck_assert_uint_eq(opened, 2);
	ck_assert_uint_eq(closed, 0);
	ck_assert_str_eq(old->service[SERVICE_DNS], "a");
	ck_assert_str_eq(host.present->service[SERVICE_DNS], "b");
	snapshot_unref(&old);
	ck_assert_uint_eq(closed, 0); /* not on the thread that gave the reference back */
	host_tidy(&host);
	ck_assert_str_eq(closed_names, "a");
	host_destroy(&host);
	ck_assert_str_eq(closed_names, "ab");
}
END_TEST

/* The first snapshot that needs the service, and the last. */
START_TEST(test_comes_and_goes)
{
	struct snapshot *old;

	change(make(NULL));
	ck_assert_uint_eq(opened, 0);
	change(make("a"));
	ck_assert_uint_eq(opened, 1);
	old = host_snapshot(&host);
	change(make(NULL));
	ck_assert_ptr_null(host.present->service[SERVICE_DNS]);
	ck_assert_uint_eq(closed, 0);
	snapshot_unref(&old);
	host_tidy(&host);
	ck_assert_uint_eq(closed, 1);
	host_destroy(&host);
	ck_assert_uint_eq(closed, 1);
}
END_TEST

/* A service that cannot be opened changes nothing. */
START_TEST(test_cannot_open)
{
	struct snapshot *bad = make("b");
	char error[SERVICES_ERROR_MAX];

	change(make("a"));
	fails = true;
	ck_assert_int_eq(host_change(&host, bad, error), -1);
	ck_assert_str_eq(error, "stub: does not want to");
	ck_assert_uint_eq(host.generation, 1);
	ck_assert_str_eq(host.present->service[SERVICE_DNS], "a");
	snapshot_unref(&bad);
	ck_assert_uint_eq(closed, 0);
	host_destroy(&host);
	ck_assert_uint_eq(closed, 1);
}
END_TEST

/* At the end services are closed though work in progress still holds a snapshot. */
static struct snapshot *under_way;

static void close_and_give_back(void *self)
{
	snapshot_unref(&under_way);
	stub_close(self);
}

START_TEST(test_end_of_what_is_under_way)
{
	static const struct service busy = { "busy", stub_open, stub_same, close_and_give_back,
					     stub_count };
	static const struct service_type busy_ones[] = { { &busy,
							   offsetof(struct settings, dns) } };

	host.services.known = busy_ones;
	change(make("a"));
	under_way = host_snapshot(&host);
	host_destroy(&host);
	ck_assert_uint_eq(closed, 1);
	ck_assert_ptr_null(host.snapshots);
}
END_TEST

struct shown {
	struct counter_visitor visitor;
	char text[400];
};

static void show_group(struct counter_visitor *visitor, const char *kind, const char *name)
{
	struct shown *shown = (struct shown *)visitor;

	strcat(strcat(strcat(shown->text, "["), kind), "] ");
	ck_assert_ptr_null(name);
}

static void show_counter(struct counter_visitor *visitor, const struct counter *counter)
{
	struct shown *shown = (struct shown *)visitor;

	strcat(strcat(shown->text, counter->name), " ");
}

/* The host's counters, then those of the services. */
START_TEST(test_counters)
{
	struct shown shown = { { show_group, show_counter }, "" };

	change(make("a"));
	host_count(&host, &shown.visitor);
	ck_assert_str_eq(shown.text,
			 "[host] sessions refused overload messages rejected tempfailed "
			 "discarded quarantined edited would [stub] a ");
	host_destroy(&host);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("host");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_goes_on);
	tcase_add_test(tc, test_changes);
	tcase_add_test(tc, test_comes_and_goes);
	tcase_add_test(tc, test_cannot_open);
	tcase_add_test(tc, test_end_of_what_is_under_way);
	tcase_add_test(tc, test_counters);
	return run_tests("host", tc);
}
