/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries that outlive a snapshot: alone, and through successive configurations. */
#include <config.h>

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/keep.h"
#include "config/load.h"
#include "folder.h"
#include "run.h"

static struct keep *keep;

static void begin(void)
{
	make_folder();
	keep = keep_new();
}

static void end(void)
{
	keep_free(&keep);
	ck_assert_ptr_null(keep);
	keep_free(&keep);
	remove_folder();
}

START_TEST(entries_by_name)
{
	char name[] = "dnsbl/zen";
	struct keep_entry *entry = keep_take(keep, name);
	struct keep_entry *same, *other = keep_take(keep, "dnsbl");

	memset(name, 'x', sizeof(name) - 1); /* the entry has a copy of the name */
	same = keep_take(keep, "dnsbl/zen");
	ck_assert_ptr_eq(same, entry);
	ck_assert_ptr_ne(other, entry);
	atomic_fetch_add(&entry->counters.asked, 7);
	keep_release(entry);
	ck_assert_uint_eq(atomic_load(&same->counters.asked), 7);
	keep_release(same);
	/* The last reference was given back. */
	entry = keep_take(keep, "dnsbl/zen");
	ck_assert_uint_eq(atomic_load(&entry->counters.asked), 0);
	keep_release(entry);
	keep_release(other);
}
END_TEST

/* The entry of a snapshot without a successor. */
START_TEST(entry_without_registry)
{
	struct keep_entry *entry = keep_take(NULL, "spf"), *other = keep_take(NULL, "spf");
	void *memory;

	ck_assert_ptr_ne(entry, other);
	atomic_fetch_add(keep_result(entry, "pass"), 1);
	ck_assert_int_eq(keep_share(entry, 1, 10, &memory), KEEP_FIRST);
	keep_unshare(entry, memory);
	keep_release(entry);
	keep_release(other);
}
END_TEST

START_TEST(counters_by_name)
{
	struct keep_entry *entry = keep_take(keep, "spf");
	atomic_ullong *pass = keep_result(entry, "pass"), *own = keep_counter(entry, "pass");

	ck_assert_ptr_ne(pass, own);
	ck_assert_ptr_ne(pass, keep_result(entry, "fail"));
	ck_assert_ptr_eq(pass, keep_result(entry, "pass"));
	ck_assert_ptr_eq(own, keep_counter(entry, "pass"));
	keep_release(entry);
}
END_TEST

START_TEST(shared_memory_by_version_and_size)
{
	struct keep_entry *entry = keep_take(keep, "dnsbl");
	unsigned char *first, *same, *other;

	ck_assert_int_eq(keep_share(entry, 1, 100, (void **)&first), KEEP_FIRST);
	for (size_t i = 0; i < 100; i++)
		ck_assert_uint_eq(first[i], 0);
	first[99] = 1;
	ck_assert_int_eq(keep_share(entry, 1, 100, (void **)&same), KEEP_SHARED);
	ck_assert_ptr_eq(same, first);
	/* Snapshots in which it has another size, or version, are loaded and given up. */
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_int_eq(keep_share(entry, 1 + i, 101 - i, (void **)&other), KEEP_ANEW);
		ck_assert_ptr_ne(other, first);
		ck_assert_uint_eq(other[99], 0);
		keep_unshare(entry, other);
	}
	keep_unshare(entry, first);
	ck_assert_int_eq(keep_share(entry, 1, 100, (void **)&first), KEEP_SHARED);
	ck_assert_uint_eq(first[99], 1);
	keep_unshare(entry, first);
	keep_unshare(entry, same);
	ck_assert_int_eq(keep_share(entry, 1, 101, (void **)&other), KEEP_FIRST);
	keep_unshare(entry, other);
	keep_release(entry);
}
END_TEST

#define THREADS 4
#define ROUNDS 20000

/* What a reload and sessions of earlier snapshots do at the same time. */
static void *take_and_release(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct keep_entry *entry = keep_take(keep, i % 2 ? "spf" : "dnsbl");
		void *memory;

		keep_share(entry, 1, 64 + (size_t)(i % 3), &memory);
		atomic_fetch_add(keep_result(entry, "pass"), 1);
		keep_unshare(entry, memory);
		keep_release(entry);
	}
	return arg;
}

START_TEST(reloads_beside_sessions)
{
	struct keep_entry *entry = keep_take(keep, "spf");
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, take_and_release, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(atomic_load(keep_result(entry, "pass")), THREADS * ROUNDS / 2);
	keep_release(entry);
}
END_TEST

/* ---- Configurations ---- */

static struct snapshot *load(const char *policies)
{
	char path[128], text[1000];

	snprintf(text, sizeof(text), "listen unix:/tmp/sock\n%s", policies);
	write_file(path_in(path, "conf"), text);
	return snapshot_load(path, keep, NULL, snapshot_print_errors, stderr);
}

static const struct instance *instance(const struct snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->ninstances; i++)
		if (strcmp(snapshot->instances[i].name, name) == 0)
			return &snapshot->instances[i];
	ck_abort_msg("no instance %s", name);
	return NULL;
}

#define ZEN "policy dnsbl zen { zone a.test }\n"

START_TEST(survives_a_reload)
{
	struct snapshot *first = load(ZEN "policy helo { }"), *second, *third;
	const struct instance *before = instance(first, "dnsbl/zen"), *after;

	atomic_fetch_add(&before->kept.counters->acted, 3);
	atomic_fetch_add(before->kept.found[0], 5);
	atomic_fetch_add(before->kept.own[1], 7);
	memset(before->kept.shared, 1, 4);
	second = load("policy helo { }\n" ZEN "policy dnsbl other { zone a.test }");
	after = instance(second, "dnsbl/zen");
	ck_assert_uint_eq(atomic_load(&after->kept.counters->acted), 3);
	ck_assert_uint_eq(atomic_load(after->kept.found[0]), 5);
	ck_assert_uint_eq(atomic_load(after->kept.own[1]), 7);
	ck_assert_ptr_eq(after->kept.shared, before->kept.shared);
	ck_assert_ptr_ne(after->kept.shared, instance(second, "dnsbl/other")->kept.shared);
	ck_assert_ptr_null(instance(second, "helo")->kept.shared);
	snapshot_unref(&first);
	/* Sessions may still count under the old snapshot when the policy is gone from the file. */
	third = load("policy helo { }");
	atomic_fetch_add(after->kept.found[0], 1);
	snapshot_unref(&second);
	first = load(ZEN);
	ck_assert_uint_eq(atomic_load(instance(first, "dnsbl/zen")->kept.found[0]), 0);
	snapshot_unref(&first);
	snapshot_unref(&third);
}
END_TEST

/*
 * A module of another version, with other memory, begins with new memory and logs that; the old
 * memory stays for its own users.
 */
START_TEST(resized_memory_is_warned_of)
{
	struct keep_entry *entry = keep_take(keep, "dnsbl/zen");
	struct snapshot *snapshot;
	void *memory;

	keep_share(entry, 1, 10, &memory);
	snapshot = load(ZEN "policy dnsbl other { zone a.test }");
	ck_assert_uint_eq(snapshot->warnings.count, 1);
	ck_assert_msg(strstr(errors_line(&snapshot->warnings, 0),
			     "policy dnsbl/zen begins with new memory") != NULL,
		      "%s", errors_line(&snapshot->warnings, 0));
	ck_assert_ptr_ne(instance(snapshot, "dnsbl/zen")->kept.shared, memory);
	snapshot_unref(&snapshot);
	keep_unshare(entry, memory);
	keep_release(entry);
}
END_TEST

START_TEST(a_failed_load_takes_nothing)
{
	struct snapshot *snapshot;

	ck_assert_ptr_null(load(ZEN "policy helo { on nonsense reject }"));
	snapshot = load(ZEN);
	ck_assert_uint_eq(instance(snapshot, "dnsbl/zen")->kept.entry->references, 1);
	snapshot_unref(&snapshot);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("keep");

	tcase_add_checked_fixture(tcase, begin, end);
	tcase_add_test(tcase, entries_by_name);
	tcase_add_test(tcase, entry_without_registry);
	tcase_add_test(tcase, counters_by_name);
	tcase_add_test(tcase, shared_memory_by_version_and_size);
	tcase_add_test(tcase, reloads_beside_sessions);
	tcase_add_test(tcase, survives_a_reload);
	tcase_add_test(tcase, resized_memory_is_warned_of);
	tcase_add_test(tcase, a_failed_load_takes_nothing);
	return run_tests("keep", tcase);
}
