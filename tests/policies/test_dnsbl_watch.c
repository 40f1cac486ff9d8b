/* SPDX-License-Identifier: BSD-2-Clause */
/* The policy "dnsbl": how it notices lists that cannot be used, over a fake host. */
#include "dnsbl_help.h"

static const struct {
	const char *block, *records;
	const char *log; /* a part of the log's line; "" for none */
	const char *want;
} tests[] = {
	{ "zone a.test", NAME "a.test A 127.0.0.2\n" GOOD("a.test"), "", "listed" },
	{ "zone a.test", NAME "a.test A 127.0.0.2\n",
	  "a.test does not list its test entry 127.0.0.2", "listed" },
	{ "zone a.test", "2.0.0.127.a.test A 203.0.113.1\n",
	  "a.test does not list its test entry 127.0.0.2", "unlisted" },
	{ "zone a.test", NAME "a.test A 127.0.0.2\n1.0.0.127.a.test A 127.0.0.2\n" GOOD("a.test"),
	  "a.test lists its test entry 127.0.0.1", "error" },
	{ "zone a.test 127.0.0.4",
	  NAME "a.test A 127.0.0.4\n1.0.0.127.a.test A 127.0.0.2\n" GOOD("a.test"),
	  "a.test lists its test entry 127.0.0.1", "error" },
	{ "zone a.test", "2.0.0.127.a.test A !failed\n1.0.0.127.a.test A !late\n", "", "unlisted" },
	{ "zone a.test", "2.0.0.127.a.test A 127.255.255.254\n1.0.0.127.a.test A 127.255.255.254\n",
	  "", "unlisted" },
	{ "zone a.test; test-interval 0", NAME "a.test A 127.0.0.2\n", "", "listed" },
	{ "zone a.test ipv4 ipv6", GOOD("a.test"),
	  "a.test does not list its test entry ::ffff:7f00:2", "unlisted" },
	{ "zone a.test ipv4 ipv6",
	  GOOD("a.test") "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.a.test"
			 " A 127.0.0.2\n",
	  "", "unlisted" },
	{ "zone a.test ipv4; zone a.test ipv6 weight 2", GOOD("a.test"),
	  "a.test does not list its test entry ::ffff:7f00:2", "unlisted" },
	{ "domain-zone a.test client-name", "test.a.test A 127.0.0.2\n", "", "unlisted" },
	{ "domain-zone a.test client-name", "", "a.test does not list its test entry test",
	  "unlisted" },
	{ "domain-zone a.test client-name",
	  "test.a.test A 127.0.0.2\ninvalid.a.test A 127.0.0.2\nc.example.a.test A 127.0.0.2\n",
	  "a.test lists its test entry invalid", "error" },
};

START_TEST(test_entries)
{
	const char *log;

	open_with(tests[_i].block, tests[_i].records);
	fake.client_name = "c.example";
	ck_assert_msg(strcmp(run(MG_CONNECT), tests[_i].want) == 0, "got %s (%s), want %s",
		      fake_said.result, fake_said.detail, tests[_i].want);
	log = fake_log();
	if (*tests[_i].log)
		ck_assert_msg(strstr(log, tests[_i].log) != NULL, "%s", log);
	else
		ck_assert_str_eq(log, "");
	/* Logged once, not with each session. */
	run(MG_CONNECT);
	ck_assert_str_eq(fake_log(), log);
}
END_TEST

START_TEST(tests_are_rare_and_wait_for_nobody)
{
	open_with("zone a.test; test-interval 1h", NAME "a.test A 127.0.0.2\n");
	stub_delay(fake_dns, "2.0.0.127.a.test", STUB_HELD);
	ck_assert_str_eq(run(MG_CONNECT), "listed");
	ck_assert_str_eq(fake_log(), "");
	/* The client's own question came first. */
	char *list = stub_list(fake_dns);

	ck_assert_msg(strncmp(list, "A " NAME "a.test\n", strlen("A " NAME "a.test\n")) == 0, "%s",
		      list);
	free(list);
	stub_release(fake_dns);
	ck_await(strcmp(run(MG_CONNECT), "listed") == 0 && strstr(fake_log(), "does not list"));
	/*
	 * The test is repeated an hour later, when the operator has corrected the list: nothing is
	 * logged.
	 */
	stub_forget(fake_dns);
	stub_add(fake_dns, GOOD("a.test"));
	fake.client = "198.51.100.8"; /* not listed */
	fake_now += 3599 * 1000;
	run(MG_CONNECT);
	ck_assert_uint_eq(stub_asked(fake_dns, "2.0.0.127.a.test", MG_DNS_A), 0);
	fake_now += 2000;
	run(MG_CONNECT);
	ck_assert_uint_eq(stub_asked(fake_dns, "2.0.0.127.a.test", MG_DNS_A), 1);
}
END_TEST

/* Entries do not count if the first test, which runs meanwhile, shows that everything is listed. */
START_TEST(first_test_counts_at_once)
{
	open_with("zone a.test",
		  NAME "a.test A 127.0.0.2\n1.0.0.127.a.test A 127.0.0.2\n" GOOD("a.test"));
	stub_delay(fake_dns, "1.0.0.127.a.test", 100);
	ck_assert_str_eq(run(MG_CONNECT), "error");
	ck_assert_str_eq(run(MG_CONNECT), "error");
}
END_TEST

/* The test of IPv6 entries says nothing about a client of IPv4. */
START_TEST(first_test_is_the_one_that_counts)
{
	open_with("zone a.test ipv4 ipv6",
		  NAME "a.test A 127.0.0.2\n1.0.0.127.a.test A 127.0.0.2\n" GOOD("a.test"));
	stub_delay(fake_dns, "1.0.0.127.a.test", 300);
	ck_assert_str_eq(run(MG_CONNECT), "error");
}
END_TEST

START_TEST(first_test_may_be_late)
{
	open_with("zone a.test", NAME "a.test A 127.0.0.2\n" GOOD("a.test"));
	stub_delay(fake_dns, "1.0.0.127.a.test", STUB_HELD);
	fake_time = 200;
	ck_assert_str_eq(run(MG_CONNECT), "timeout");
	policy_close();
	/* Later sessions do not wait for a test that nobody answers. */
	open_with("zone a.test",
		  NAME "a.test A 127.0.0.2\n1.0.0.127.a.test A !late\n" GOOD("a.test"));
	ck_assert_str_eq(run(MG_CONNECT), "listed");
}
END_TEST

static unsigned lines_of(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* A list begins to list everything: the tests of two kinds of lists, hours before the next one. */
static const struct {
	const char *block, *good, *bad, *entry, *want, *told;
} changes[] = {
	{ "zone a.test", GOOD("a.test"),
	  GOOD("a.test") NAME "a.test A 127.0.0.2\n1.0.0.127.a.test A 127.0.0.2\n",
	  "1.0.0.127.a.test", "error", "a.test lists its test entry 127.0.0.1" },
	{ "zone a.test; on listed reject no", GOOD("a.test"),
	  GOOD("a.test") NAME "a.test A 127.0.0.2\n1.0.0.127.a.test A 127.0.0.2\n",
	  "1.0.0.127.a.test", "error", "a.test lists its test entry 127.0.0.1" },
	{ "zone a.test weight -1", GOOD("a.test"),
	  GOOD("a.test") NAME "a.test A 127.0.0.2\n1.0.0.127.a.test A 127.0.0.2\n",
	  "1.0.0.127.a.test", "error", "a.test lists its test entry 127.0.0.1" },
	{ "domain-zone a.test client-name", "test.a.test A 127.0.0.2\n",
	  "test.a.test A 127.0.0.2\nc.example.a.test A 127.0.0.2\ninvalid.a.test A 127.0.0.2\n",
	  "invalid.a.test", "error", "a.test lists its test entry invalid" },
	/* one that only has a new entry is asked again, and believed */
	{ "zone a.test", GOOD("a.test"), GOOD("a.test") NAME "a.test A 127.0.0.2\n",
	  "1.0.0.127.a.test", "listed", "" },
	{ "zone a.test", GOOD("a.test"), NAME "a.test A 127.0.0.2\n", "2.0.0.127.a.test", "listed",
	  "a.test does not list its test entry 127.0.0.2" },
	{ "zone a.test", GOOD("a.test"),
	  GOOD("a.test") NAME "a.test A 127.0.0.2\n1.0.0.127.a.test A !failed\n",
	  "1.0.0.127.a.test", "listed", "" },
};

static void lists_become(const char *records)
{
	dns_close(&fake_dns);
	fake_dns = stub_new();
	stub_add(fake_dns, records);
	fake_now += 121 * 1000;
}

START_TEST(a_list_that_begins_to_list_everything)
{
	open_with(changes[_i].block, changes[_i].good);
	fake.client_name = "c.example";
	ck_assert_str_eq(run(MG_CONNECT), "unlisted");
	lists_become(changes[_i].bad);
	for (int i = 0; i < 3; i++) {
		ck_assert_msg(strcmp(run(MG_CONNECT), changes[_i].want) == 0, "got %s (%s)",
			      fake_said.result, fake_said.detail);
		ck_assert_uint_eq(stub_asked(fake_dns, changes[_i].entry, MG_DNS_A), 1);
	}
	ck_assert_msg(strstr(fake_log(), changes[_i].told) != NULL, "%s", fake_log());
	ck_assert_msg(lines_of(fake_log()) == (*changes[_i].told != 0), "%s", fake_log());
}
END_TEST

/* Once it has got well it is believed as soon: with the first entry after two minutes. */
START_TEST(a_list_that_recovers)
{
	open_with("zone a.test",
		  NAME "a.test A 127.0.0.2\n1.0.0.127.a.test A 127.0.0.2\n" GOOD("a.test"));
	ck_assert_str_eq(run(MG_CONNECT), "error");
	lists_become(NAME "a.test A 127.0.0.2\n" GOOD("a.test"));
	ck_assert_str_eq(run(MG_CONNECT), "listed");
}
END_TEST

/* Without an entry nothing is asked again; with one that is asked again soon, nothing either. */
START_TEST(a_fresh_test_is_enough)
{
	open_with("zone a.test", NAME "a.test A 127.0.0.2\n" GOOD("a.test"));
	ck_assert_str_eq(run(MG_CONNECT), "listed");
	stub_forget(fake_dns);
	stub_add(fake_dns, NAME "a.test A 127.0.0.2\n" GOOD("a.test"));
	fake_now += 119 * 1000;
	ck_assert_str_eq(run(MG_CONNECT), "listed");
	ck_assert_uint_eq(stub_asked(fake_dns, "1.0.0.127.a.test", MG_DNS_A), 0);
	fake_now += 3600 * 1000;
	fake.client = "198.51.100.8";
	ck_assert_str_eq(run(MG_CONNECT), "unlisted");
	ck_assert_uint_eq(stub_asked(fake_dns, "1.0.0.127.a.test", MG_DNS_A), 0);
}
END_TEST

/* The other test may be late: then it is not known whether the entry counts. */
START_TEST(a_later_test_may_be_late)
{
	open_with("zone a.test", GOOD("a.test"));
	ck_assert_str_eq(run(MG_CONNECT), "unlisted");
	lists_become(NAME "a.test A 127.0.0.2\n" GOOD("a.test"));
	stub_delay(fake_dns, "1.0.0.127.a.test", STUB_HELD);
	fake_time = 200;
	ck_assert_str_eq(run(MG_CONNECT), "timeout");
}
END_TEST

START_TEST(an_unanswered_test_is_repeated_soon)
{
	open_with("zone a.test; test-interval 1h", "2.0.0.127.a.test A !failed\n");
	run(MG_CONNECT);
	stub_forget(fake_dns);
	fake_now += 299 * 1000;
	run(MG_CONNECT);
	ck_assert_uint_eq(stub_asked(fake_dns, "2.0.0.127.a.test", MG_DNS_A), 0);
	fake_now += 2000;
	run(MG_CONNECT);
	ck_assert_uint_eq(stub_asked(fake_dns, "2.0.0.127.a.test", MG_DNS_A), 1);
}
END_TEST

START_TEST(refusals_are_said_once_an_hour)
{
	open_with("zone a.test; test-interval 0", NAME "a.test A 127.255.255.254\n");
	for (int i = 0; i < 5; i++)
		ck_assert_str_eq(run(MG_CONNECT), "error");
	ck_assert_msg(strstr(fake_log(), "a.test answers 127.255.255.254") != NULL, "%s",
		      fake_log());
	ck_assert_uint_eq(lines_of(fake_log()), 1);
	fake_now += 3599 * 1000;
	run(MG_CONNECT);
	ck_assert_uint_eq(lines_of(fake_log()), 1);
	fake_now += 2 * 1000;
	run(MG_CONNECT);
	ck_assert_uint_eq(lines_of(fake_log()), 2);
}
END_TEST

static const struct {
	const char *answer, *log; /* a part of the log's line; "" for none */
} unanswered[] = {
	{ "!failed", "the list b.test gives no answer: " },
	{ "!late", "the list b.test gives no answer: " },
	{ "!dead", "" },
	{ "!nxdomain", "" },
};

/* The log has the failed list even when the other lists decide and no result shows it. */
START_TEST(lists_without_an_answer_are_said)
{
	char records[200];

	snprintf(records, sizeof(records), NAME "a.test A 127.0.0.2\n" NAME "b.test A %s\n",
		 unanswered[_i].answer);
	open_with("zone a.test; zone b.test; test-interval 0", records);
	for (int i = 0; i < 3; i++)
		ck_assert_str_eq(run(MG_CONNECT), "listed");
	ck_assert_uint_eq(lines_of(fake_log()), *unanswered[_i].log != '\0');
	ck_assert_msg(strstr(fake_log(), unanswered[_i].log) != NULL, "%s", fake_log());
}
END_TEST

/* What is known of the lists survives a reload that changes their order. */
START_TEST(a_reload_tests_no_list_anew)
{
	open_with("zone a.test; zone b.test; test-interval 1h",
		  NAME "a.test A 127.0.0.2\n1.0.0.127.a.test A 127.0.0.2\n" GOOD("a.test")
			  GOOD("b.test"));
	ck_assert_str_eq(run(MG_CONNECT), "error");
	ck_assert_uint_eq(lines_of(fake_log()), 1);
	stub_forget(fake_dns);
	fake_reopen("zone c.test; zone B.test.; zone a.test; test-interval 1h");
	fake_now += 1000;
	ck_assert_str_eq(run(MG_CONNECT), "error");
	ck_assert_uint_eq(stub_asked(fake_dns, "2.0.0.127.a.test", MG_DNS_A), 0);
	ck_assert_uint_eq(stub_asked(fake_dns, "2.0.0.127.B.test", MG_DNS_A), 0);
	ck_assert_uint_eq(stub_asked(fake_dns, "2.0.0.127.c.test", MG_DNS_A), 1);
	ck_assert_msg(strstr(fake_log(), "c.test does not list its test entry") != NULL, "%s",
		      fake_log());
}
END_TEST

/* A list of addresses and one of domains may have the same name: each has its own test. */
START_TEST(lists_of_both_kinds)
{
	open_with("zone a.test; domain-zone a.test client-name", GOOD("a.test"));
	fake.client_name = "c.example";
	ck_assert_str_eq(run(MG_CONNECT), "unlisted");
	ck_assert_msg(strstr(fake_log(), "does not list its test entry test ") != NULL, "%s",
		      fake_log());
	ck_assert_uint_eq(lines_of(fake_log()), 1);
}
END_TEST

static const char *many_lists(char *block, unsigned first, unsigned n)
{
	char *at = block;

	for (unsigned i = 0; i < n; i++)
		at += sprintf(at, "zone l%u.test\n", first + i);
	strcpy(at, "test-interval 1h");
	return block;
}

/* Lists come and go with many reloads: the present ones always find room. */
START_TEST(lists_that_are_gone_make_room)
{
	char block[64 * 16 + 32];
	unsigned before;

	open_with(many_lists(block, 0, 64), "");
	for (unsigned first = 64; first < 1000; first += 64) {
		run(MG_CONNECT);
		fake_reopen(many_lists(block, first, 64));
		fake_now += 60 * 1000;
	}
	run(MG_CONNECT);
	/* Each list was tested once and is not tested again: only the client's questions come. */
	stub_forget(fake_dns);
	before = stub_questions(fake_dns);
	fake_now += 1000;
	run(MG_CONNECT);
	ck_assert_uint_eq(stub_questions(fake_dns) - before, 64);
}
END_TEST

START_TEST(too_many_lists)
{
	char block[66 * 16 + 32];

	fake_dns = stub_new();
	ck_assert_int_eq(fake_open(mg_builtin_dnsbl_policy, many_lists(block, 0, 66)), -1);
	ck_assert_msg(strstr(fake_opened.errors,
			     "test.conf:66:6: found list number 65, expected 64") != NULL,
		      "%s", fake_opened.errors);
	ck_assert_ptr_null(strstr(fake_opened.errors, "test.conf:67"));
}
END_TEST

START_TEST(counters)
{
	open_with("zone a.test; zone b.test; zone c.test; zone d.test",
		  NAME "a.test A !failed\n" NAME "b.test A 127.255.255.254\n" NAME
		       "c.test A 127.0.0.2\n1.0.0.127.c.test A 127.0.0.2\n" NAME
		       "d.test A 127.0.0.2\n" GOOD("d.test"));
	run(MG_CONNECT);
	ck_assert_uint_eq(fake_counted("unanswered"), 2);
	ck_assert_uint_eq(fake_counted("disbelieved"), 1);
}
END_TEST

int main(void)
{
	TCase *all = policy_tests("dnsbl-watch");

	tcase_add_loop_test(all, test_entries, 0, COUNT(tests));
	tcase_add_test(all, tests_are_rare_and_wait_for_nobody);
	tcase_add_test(all, first_test_counts_at_once);
	tcase_add_test(all, first_test_is_the_one_that_counts);
	tcase_add_test(all, first_test_may_be_late);
	tcase_add_loop_test(all, a_list_that_begins_to_list_everything, 0, COUNT(changes));
	tcase_add_test(all, a_list_that_recovers);
	tcase_add_test(all, a_fresh_test_is_enough);
	tcase_add_test(all, a_later_test_may_be_late);
	tcase_add_test(all, an_unanswered_test_is_repeated_soon);
	tcase_add_test(all, refusals_are_said_once_an_hour);
	tcase_add_test(all, a_reload_tests_no_list_anew);
	tcase_add_test(all, lists_of_both_kinds);
	tcase_add_test(all, lists_that_are_gone_make_room);
	tcase_add_test(all, too_many_lists);
	tcase_add_test(all, counters);
	tcase_add_loop_test(all, lists_without_an_answer_are_said, 0, COUNT(unanswered));
	return run_tests("dnsbl-watch", all);
}
