/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many questions the policy "spf" asks, and when: the limits of RFC 7208, section 4.6.4,
 * attacks, and questions asked ahead.
 */
#include "spf_help.h"

#include <time.h>

static void begin(void)
{
	fake_dns = stub_new();
}

/* A tree of includes, five at each of seven levels: 97,656 questions for a naive evaluation. */
static void add_tree(const char *name, unsigned depth)
{
	char line[600], child[80];
	int size = snprintf(line, sizeof(line), "%s TXT v=spf1", name);

	for (unsigned i = 0; i < 5 && depth > 0; i++)
		size += snprintf(line + size, sizeof(line) - (size_t)size, " include:%u.%s", i,
				 name);
	snprintf(line + size, sizeof(line) - (size_t)size, " -all");
	stub_add(fake_dns, line);
	for (unsigned i = 0; i < 5 && depth > 0; i++) {
		snprintf(child, sizeof(child), "%u.%s", i, name);
		add_tree(child, depth - 1);
	}
}

START_TEST(an_attack_costs_20_questions)
{
	must_open(_i, "");
	add_tree("tree.example.org", 4); /* no deeper than the limit can get */
	ck_assert_str_eq(run("joe@tree.example.org"), "permerror");
	ck_assert_str_eq(fake_value("problem"), "more than 10 terms that ask DNS");
	ck_assert_uint_le(stub_questions(fake_dns), 20);
	ck_assert_uint_ge(stub_questions(fake_dns), 11);
}
END_TEST

START_TEST(a_record_that_includes_itself)
{
	must_open(_i, "");
	stub_add(fake_dns, "loop.example.org TXT v=spf1 include:loop.example.org -all");
	ck_assert_str_eq(run("joe@loop.example.org"), "permerror");
	ck_assert_uint_eq(stub_questions(fake_dns), 1);
}
END_TEST

/* Time runs out before DNS answers: not the sender's fault, and no result of SPF. */
START_TEST(no_answer_in_time)
{
	must_open(_i, "");
	stub_delay(fake_dns, "slow.example.org", STUB_HELD);
	stub_add(fake_dns, "slow.example.org TXT v=spf1 -all");
	fake_time = 2;
	ck_assert_str_eq(run("joe@slow.example.org"), "timeout");
	ck_assert_str_ne(fake_said.detail, "");
}
END_TEST

START_TEST(nine_includes_take_two_round_trips)
{
	char line[100];

	must_open(_i, "");
	stub_add(fake_dns,
		 "nine.example.org TXT v=spf1 include:1.example.org include:2.example.org "
		 "include:3.example.org include:4.example.org include:5.example.org "
		 "include:6.example.org include:7.example.org include:8.example.org "
		 "include:9.example.org -all");
	for (int i = 1; i <= 9; i++) {
		snprintf(line, sizeof(line), "%d.example.org TXT v=spf1 ip4:198.51.100.%d", i, i);
		stub_add(fake_dns, line);
	}
	stub_round_trips(fake_dns, 1, 9, 0);
	ck_assert_str_eq(run("joe@nine.example.org"), "fail");
	ck_assert_uint_eq(stub_questions(fake_dns), 10);
}
END_TEST

/* Terms that are surely not evaluated cause no questions. */
START_TEST(asks_no_more_than_it_needs)
{
	must_open(_i, "");
	stub_add(fake_dns,
		 "match.example.org TXT v=spf1 ip4:192.0.2.1 include:never.example.org a mx ptr "
		 "-all");
	ck_assert_str_eq(run("joe@match.example.org"), "pass");
	ck_assert_uint_eq(stub_questions(fake_dns), 1);
}
END_TEST

START_TEST(limits_of_mx_and_void)
{
	char line[100];

	must_open(_i, "");
	stub_add(fake_dns,
		 "many.example.org TXT v=spf1 mx -all\nten.example.org TXT v=spf1 mx -all");
	for (int i = 1; i <= 11; i++) {
		snprintf(line, sizeof(line), "%s MX %d m%d.example.org",
			 i <= 10 ? "ten.example.org" : "many.example.org", i, i);
		stub_add(fake_dns, line);
		snprintf(line, sizeof(line), "many.example.org MX 1%d m%d.example.org", i, i);
		stub_add(fake_dns, line);
		snprintf(line, sizeof(line), "m%d.example.org A 198.51.100.%d", i, i);
		stub_add(fake_dns, line);
	}
	stub_add(fake_dns, "void2.example.org TXT v=spf1 a mx ?all\n"
			   "void3.example.org TXT v=spf1 a mx exists:no.example.org ?all");
	ck_assert_str_eq(run("joe@many.example.org"), "permerror");
	fake.client = "198.51.100.10";
	ck_assert_str_eq(run("joe@ten.example.org"), "pass");
	ck_assert_str_eq(run("joe@void2.example.org"), "neutral");
	ck_assert_str_eq(run("joe@void3.example.org"), "permerror");
}
END_TEST

/* A record of n terms "mx:", each with n hosts of its own. */
static void add_mx(const char *name, int terms, int hosts)
{
	char record[600], line[200];
	int size = snprintf(record, sizeof(record), "%s TXT v=spf1", name);

	for (int i = 0; i < terms; i++) {
		size += snprintf(record + size, sizeof(record) - (size_t)size, " mx:m%d.%s", i,
				 name);
		for (int j = 0; j < hosts; j++) {
			snprintf(line, sizeof(line), "m%d.%s MX %d h%d.m%d.%s", i, name, j, j, i,
				 name);
			stub_add(fake_dns, line);
		}
	}
	snprintf(record + size, sizeof(record) - (size_t)size, " ?all");
	stub_add(fake_dns, record);
}

static const struct {
	int terms, hosts;
	const char *result;
	unsigned most; /* questions */
} hosts_cases[] = {
	{ 1, 10, "neutral", 1 + 1 + 10 },    { 1, 11, "permerror", 1 + 1 },
	{ 3, 7, "neutral", 1 + 3 + 21 },     { 10, 10, "neutral", 1 + 10 + 100 },
	{ 11, 1, "permerror", 1 + 10 + 10 },
};

/* The most that the standard allows: ten terms with ten hosts each. */
START_TEST(limit_of_hosts)
{
	const size_t i = (size_t)_i / (size_t)ENGINES;

	must_open(_i % ENGINES, "");
	add_mx("mx.example.org", hosts_cases[i].terms, hosts_cases[i].hosts);
	ck_assert_str_eq(run("joe@mx.example.org"), hosts_cases[i].result);
	ck_assert_msg(stub_questions(fake_dns) <= hosts_cases[i].most, "%u questions:\n%s",
		      stub_questions(fake_dns), stub_list(fake_dns));
}
END_TEST

/* Hosts of terms that are never evaluated are not looked up, except for a few ahead of time. */
START_TEST(hosts_as_needed)
{
	must_open(_i, "");
	add_mx("mx.example.org", 10, 10);
	stub_add(fake_dns, "h7.m1.mx.example.org A 192.0.2.77");
	fake.client = "192.0.2.77";
	ck_assert_str_eq(run("joe@mx.example.org"), "pass");
	ck_assert_str_eq(fake_value("mechanism"), _i == 0 ? "mx:m1.mx.example.org" : "");
	ck_assert_msg(stub_questions(fake_dns) <= 1 + 10 + 20, "%u questions:\n%s",
		      stub_questions(fake_dns), stub_list(fake_dns));
}
END_TEST

/* A host of two terms is asked for once. */
START_TEST(hosts_asked_once)
{
	must_open(_i, "");
	add_mx("m.example.org", 1, 10);
	stub_add(fake_dns, "same.example.org TXT v=spf1 mx:m0.m.example.org mx:m0.m.example.org/24 "
			   "mx:m0.m.example.org/16 mx:m0.m.example.org/8 ?all");
	ck_assert_str_eq(run("joe@same.example.org"), "neutral");
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 1 + 10);
}
END_TEST

/* Ten names of the client count, whatever hosts an MX has. */
START_TEST(limit_of_names)
{
	char line[200];

	must_open(_i, "");
	add_mx("m.example.org", 2, 10);
	for (int i = 0; i < 15; i++) {
		snprintf(line, sizeof(line), "30.2.0.192.in-addr.arpa PTR n%d.many.example.org", i);
		stub_add(fake_dns, line);
	}
	stub_add(fake_dns,
		 "many.example.org TXT v=spf1 ptr ?all\n"
		 "both.example.org TXT v=spf1 mx:m0.m.example.org ptr:many.example.org ?all\n"
		 "p.example.org TXT v=spf1 mx:m0.m.example.org mx:m1.m.example.org "
		 "exists:%{p}.example.org ?all\n"
		 "exp.example.org TXT v=spf1 mx:m0.m.example.org mx:m1.m.example.org -all "
		 "exp=p.%{d}\n"
		 "p.exp.example.org TXT %{p}\n");
	fake.client = "192.0.2.30";
	ck_assert_str_eq(run("joe@many.example.org"), "neutral");
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 1 + 10);
	ck_assert_str_eq(run("joe@both.example.org"), "neutral");
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 1 + 10 + 1 + 1 + 10);
	ck_assert_str_eq(run("joe@p.example.org"), "neutral");
	ck_assert_str_eq(run("joe@exp.example.org"), "fail");
	ck_assert_str_eq(fake_value("explanation"), "unknown");
}
END_TEST

/*
 * A record of thousands of macros, and a sender as long as an MTA allows: the work is bounded, and
 * no question is asked.
 */
START_TEST(work_is_bounded)
{
	char sender[2000], record[8192] = "v=spf1 a:";
	size_t size = strlen(record);

	must_open(_i, "");
	for (size_t i = 0; i + 1 < 1900; i += 2)
		memcpy(sender + i, "x.", 2);
	strcpy(sender + 1899, "@work.example.org");
	while (size + 30 < sizeof(record))
		size += (size_t)sprintf(record + size, "%%{s1r}");
	strcpy(record + size, ".example.org -all");
	stub_add_txt(fake_dns, "work.example.org", record, strlen(record));
	ck_assert_str_eq(run(sender), "fail");
	ck_assert_uint_eq(stub_questions(fake_dns), 1);
}
END_TEST

/*
 * The hosts of all terms are looked up at once: a chain of three questions, however many terms
 * there are.
 */
START_TEST(hosts_are_asked_ahead)
{
	must_open(_i, "");
	add_mx("mx.example.org", 10, 2);
	fake.sender = "joe@mx.example.org";
	fake_start(MG_MAIL);
	ck_await(stub_questions(fake_dns) >= 1 + 10 + 20);
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 10 + 20);
	ck_assert_str_eq(fake_run(MG_MAIL), "neutral");
	ck_assert_uint_eq(stub_questions(fake_dns), 1 + 10 + 20);
}
END_TEST

/* Questions asked ahead keep the limits: of eleven includes ten. */
START_TEST(eleven_includes_cost_ten)
{
	char line[100];

	must_open(_i, "");
	stub_add(fake_dns,
		 "eleven.example.org TXT v=spf1 include:i1.example.org include:i2.example.org "
		 "include:i3.example.org include:i4.example.org include:i5.example.org "
		 "include:i6.example.org include:i7.example.org include:i8.example.org "
		 "include:i9.example.org include:i10.example.org include:i11.example.org -all");
	for (int i = 1; i <= 11; i++) {
		snprintf(line, sizeof(line), "i%d.example.org TXT v=spf1 ip4:198.51.100.%d", i, i);
		stub_add(fake_dns, line);
	}
	ck_assert_str_eq(run("joe@eleven.example.org"), "permerror");
	ck_assert_uint_eq(stub_asked(fake_dns, "i10.example.org", MG_DNS_TXT), 1);
	ck_assert_uint_eq(stub_asked(fake_dns, "i11.example.org", MG_DNS_TXT), 0);
	ck_assert_uint_eq(stub_questions(fake_dns), 11);
	stub_forget(fake_dns);
	fake.client = "198.51.100.10";
	ck_assert_str_eq(run("joe@eleven.example.org"), "pass");
	ck_assert_uint_eq(stub_questions(fake_dns), 11);
}
END_TEST

/* A single label cannot have a record: it is not asked for. */
START_TEST(single_label_is_not_asked)
{
	must_open(_i, "");
	stub_add(fake_dns, "single.example.org TXT v=spf1 include:%{l} -all\n"
			   "single-redirect.example.org TXT v=spf1 redirect=%{l}\n"
			   "joe TXT v=spf1 +all\n");
	ck_assert_str_eq(run("joe@single.example.org"), "permerror");
	ck_assert_str_eq(run("joe@single-redirect.example.org"), "permerror");
	ck_assert_uint_eq(stub_questions(fake_dns), 2);
}
END_TEST

int main(void)
{
	TCase *tests = spf_tests("spf limits", begin);

	tcase_add_loop_test(tests, an_attack_costs_20_questions, 0, ENGINES);
	tcase_add_loop_test(tests, a_record_that_includes_itself, 0, ENGINES);
	tcase_add_loop_test(tests, no_answer_in_time, 0, ENGINES);
	tcase_add_loop_test(tests, nine_includes_take_two_round_trips, 0, ENGINES);
	tcase_add_loop_test(tests, asks_no_more_than_it_needs, 0, ENGINES);
	tcase_add_loop_test(tests, limits_of_mx_and_void, 0, ENGINES);
	tcase_add_loop_test(tests, limit_of_hosts, 0, ENGINES * COUNT(hosts_cases));
	tcase_add_loop_test(tests, hosts_as_needed, 0, ENGINES);
	tcase_add_loop_test(tests, hosts_are_asked_ahead, 0, ENGINES);
	tcase_add_loop_test(tests, single_label_is_not_asked, 0, ENGINES);
	tcase_add_loop_test(tests, work_is_bounded, 0, ENGINES);
	tcase_add_loop_test(tests, hosts_asked_once, 0, ENGINES);
	tcase_add_loop_test(tests, limit_of_names, 0, ENGINES);
	tcase_add_loop_test(tests, eleven_includes_cost_ten, 0, ENGINES);
	return run_tests("spf limits", tests);
}
