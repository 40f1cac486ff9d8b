/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole configurations: all errors in one run, and what correct ones negotiate with the MTA. */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"
#include "config/plan.h"
#include "run.h"

#define LISTEN "listen unix:/tmp/sock\n"

/* Writes the text to a file and loads it; the printed messages are in errors. */
static struct snapshot *load(const char *text, char *errors, size_t size)
{
	char path[] = "/tmp/test_snapshot.XXXXXX";
	const int fd = mkstemp(path);
	FILE *out = fmemopen(errors, size, "w");

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);

	struct snapshot *snapshot = snapshot_load(path, NULL, NULL, snapshot_print_errors, out);

	fclose(out);
	unlink(path);
	return snapshot;
}

static const struct {
	const char *text;
	const char *want[6]; /* parts of the printed messages */
} wrong[] = {
	{ "", { "\"listen\" is missing" } },
	{ "lisen x\n",
	  { "unknown key \"lisen\"", "did you mean \"listen\"?", "\"listen\" is missing" } },
	{ "listen tcp:1\n", { "found \"tcp:1\", expected unix:PATH" } },
	{ "listen inet:8891@224.0.0.1\n", { "expected an address that this host can have" } },
	{ "listen inet:8891@255.255.255.255\n", { "expected an address that this host can have" } },
	{ "listen inet6:8891@ff02::1\n", { "expected an address that this host can have" } },
	{ "listen unix:/dev/null\n", { "found \"/dev/null\", which exists and is no socket" } },
	{ LISTEN "pid-file /dev/null\n",
	  { "found \"/dev/null\", which exists and is no regular file" } },
	{ LISTEN "pid-file /x\nlog file:/x\n", { "\"/x\", which is that of" } },
	{ LISTEN "log file:/tmp/sock\n", { "\"/tmp/sock\", which is that of" } },
	{ LISTEN "log syslog:/dev/null\n", { "which exists and is no socket" } },
	{ LISTEN "modules /dev/null\n", { "there is no folder \"/dev/null\"" } },
	/* Texts behind another error, and several macros. */
	{ LISTEN "policy helo { on syntax reject 450 \"{foo}\" }\n",
	  { "reject takes 5xx and 5.x.x, found 450", "unknown macro {foo}" } },
	{ LISTEN "policy helo { on sintax reject \"{foo}\" }\n",
	  { "policy helo has no result \"sintax\"", "unknown macro {foo}" } },
	{ LISTEN "policy helo { on syntax rejekt \"{foo}\" }\n",
	  { "unknown action \"rejekt\"", "unknown macro {foo}" } },
	{ LISTEN "policy helo { on syntax reject \"{foo} {bar}\" }\n",
	  { "unknown macro {foo}", "unknown macro {bar}" } },
	{ LISTEN "exempt-recipients \"post\\nmaster\"\n", { "expected a local part" } },
	{ LISTEN "socket-mode 0999\n", { "found \"0999\", expected a mode in octal" } },
	{ LISTEN "stage-budget 5x\n", { "5x", "90s" } },
	{ LISTEN "reply-at data\n", { "expected connect, helo, mail or rcpt" } },
	{ LISTEN "log sylog\n",
	  { "found \"sylog\", expected syslog, syslog:/PATH, stderr, file:/PATH, text or json" } },
	{ LISTEN "log stderr { }\n", { "log takes syslog, syslog:/PATH, stderr or file:/PATH" } },
	{ LISTEN "log text\nlog json\n",
	  { "\"log\" can be given only once", "it was given in line 2" } },
	{ LISTEN "score { reject 3 }\nscore { discard 9 }\n",
	  { "\"score\" can be given only once", "it was given in line 2" } },
	{ LISTEN "dns { }\ndns { }\n",
	  { "\"dns\" can be given only once", "it was given in line 2" } },
	{ LISTEN "exempt-recipients @example.com\n", { "expected a local part" } },
	{ LISTEN "exempt-recipients <root@example.com>\n",
	  { "found \"<root@example.com>\", expected a local part, or a whole address" } },
	{ LISTEN "recipient-delimiter a\n",
	  { "found \"a\", expected characters such as +, or none" } },
	{ LISTEN "recipient-delimiter\n", { "recipient-delimiter takes characters such as +" } },
	{ LISTEN "recipient-delimiter +\nrecipient-delimiter -\n", { "it was given in line 2" } },
	{ LISTEN "policy spam { }\n", { "no policy is called \"spam\"" } },
	{ LISTEN "policy acces { }\n", { "did you mean \"access\"?" } },
	{ LISTEN "policy helo\n", { "policy TYPE [NAME] { ... }" } },
	{ LISTEN "policy helo { }\npolicy helo { }\n",
	  { "there is a policy helo already, in line 2" } },
	{ LISTEN "policy helo { on sintax reject }\n",
	  { "policy helo has no result \"sintax\"", "did you mean \"syntax\"?" } },
	{ LISTEN "policy helo { on syntax rejct }\n",
	  { "unknown action \"rejct\"", "did you mean \"reject\"?" } },
	{ LISTEN "policy helo { on syntax reject 450 }\n",
	  { "reject takes 5xx and 5.x.x, found 450" } },
	{ LISTEN "policy helo { on syntax reject 250 }\n",
	  { "reject takes 5xx and 5.x.x, found 250" } },
	{ LISTEN "policy helo { on syntax reject 599 }\n",
	  { "found 599, expected a code of 4xx or 5xx whose second digit is 0 to 5" } },
	{ LISTEN "policy helo { on syntax reject 569 5.7.1 }\n", { "found 569 5.7.1, expected" } },
	{ LISTEN "policy helo { on syntax reject 550 4.7.1 }\n",
	  { "a code and an enhanced status code of the same class" } },
	{ LISTEN "policy helo { on syntax tempfail 5.7.1 }\n",
	  { "tempfail takes 4xx and 4.x.x, found 5.7.1" } },
	{ LISTEN "policy helo { on syntax reject bad text }\n",
	  { "found \"text\" after the end of the action reject" } },
	{ LISTEN "policy helo { on syntax reject \"{clinet}\" }\n",
	  { "unknown macro {clinet}", "did you mean {client}?" } },
	{ LISTEN "policy helo { on syntax score x }\n", { "score takes a whole number" } },
	{ LISTEN "policy helo { on syntax score 0 }\n", { "other than 0", "write neutral" } },
	{ LISTEN "policy helo { on syntax score -0 }\n", { "other than 0", "write neutral" } },
	{ LISTEN "policy helo { on syntax score \" 3\" }\n", { "score takes a whole number" } },
	{ LISTEN "policy helo { on syntax score 1000001 }\n", { "found 1000001" } },
	{ LISTEN "policy helo { on syntax neutral; on syntax score 1 }\n",
	  { "score cannot be added to neutral" } },
	{ LISTEN "policy helo { on syntax header X:Y z }\n",
	  { "header takes a field name and a text" } },
	{ LISTEN "policy helo { on syntax reject\non syntax accept }\n",
	  { "accept cannot be added to reject" } },
	{ LISTEN "policy helo { skip frends }\nclass friends { client ::1 }\n",
	  { "no class is called \"frends\"", "did you mean \"friends\"?" } },
	{ LISTEN "policy helo { skip spf=pass }\n", { "no policy is called \"spf\" here" } },
	{ LISTEN "policy access { ok client ::1 }\npolicy helo { skip access=okay }\n",
	  { "policy access has no result \"okay\"" } },
	{ LISTEN "policy helo { skip access=ok }\npolicy access { ok client ::1 }\n",
	  { "access runs later than helo: move \"policy access\" of line 3 above line 2" } },
	{ LISTEN "policy headers { }\npolicy helo { only headers=missing }\n",
	  { "headers is found only at eoh, after helo decides at rcpt" } },
	{ LISTEN "policy helo { skip helo=ok }\n", { "helo cannot depend on itself" } },
	{ LISTEN "class a { client ::1 }\npolicy helo { only a; skip a }\n",
	  { "policy helo can never run" } },
	{ LISTEN "policy access { ok client ::1; mode off }\npolicy helo { only access=ok }\n",
	  { "policy helo can never run" } },
	{ LISTEN "class a { recipient x@example.com }\npolicy helo { reply-at mail; skip a }\n",
	  { "class a needs facts that are known only after helo decides" } },
	{ LISTEN "class a { }\n", { "class a is empty" } },
	{ LISTEN "class a { client ::1 }\nclass a { client ::1 }\n",
	  { "there is one of this name already", "it was given in line 2" } },
	{ LISTEN "class a { tls maybe }\n", { "tls takes yes or no" } },
	{ LISTEN "class a { submitted-locally yes; helo x }\n", { "would match no session" } },
	{ LISTEN "class a { submitted-locally yes; auth bob }\n", { "would match no session" } },
	{ LISTEN "class a { submitted-locally yes; tls yes }\n", { "would match no session" } },
	{ LISTEN "score { accept 3 }\n",
	  { "a score can reject, tempfail, discard, quarantine, add a header or edit" } },
	{ LISTEN "score { reject }\n", { "reject takes a threshold" } },
	{ LISTEN "score { reject 0 }\n", { "reject takes a threshold" } },
	{ LISTEN "policy access { check client cidr:/nowhere/x }\n",
	  { "/nowhere/x", "No such file" } },
	{ "lisen x\nclass a { }\npolicy spam { }\n"
	  "policy helo { on nothing reject; skip nobody }\nscore { x 1 }\n",
	  { "\"lisen\"", "class a is empty", "\"spam\"", "\"nothing\"", "\"nobody\"",
	    "unknown action \"x\"" } },
};

START_TEST(test_wrong)
{
	char errors[16384] = "";
	struct snapshot *snapshot = load(wrong[_i].text, errors, sizeof(errors));

	ck_assert_msg(!snapshot, "accepted: %s", wrong[_i].text);
	for (size_t i = 0; i < 6 && wrong[_i].want[i]; i++)
		ck_assert_msg(strstr(errors, wrong[_i].want[i]) != NULL, "%swants: %s\ngot: %s",
			      wrong[_i].text, wrong[_i].want[i], errors);
}
END_TEST

/* A policy that cannot be read has one error, and none about missing keys. */
START_TEST(test_unreadable)
{
	char errors[1000] = "";
	FILE *out = fmemopen(errors, sizeof(errors), "w");

	ck_assert_ptr_null(snapshot_load("/", NULL, NULL, snapshot_print_errors, out));
	fclose(out);
	ck_assert_str_eq(errors, "/: cannot be read: Is a directory\n");
}
END_TEST

#define BIT(x) MG_BIT(MG_##x)
#define EDIT(x) EDIT_BIT(EDIT_##x)
#define ALWAYS (BIT(CONNECT) | BIT(MAIL) | BIT(RCPT) | BIT(EOM))

static const struct {
	const char *text;
	unsigned stages, replies;
	unsigned edits;
} right[] = {
	{ "", ALWAYS, BIT(EOM), 0 },
	{ "policy helo { }", ALWAYS | BIT(HELO), BIT(RCPT) | BIT(EOM), 0 },
	{ "policy helo { reply-at helo }", ALWAYS | BIT(HELO),
	  BIT(HELO) | BIT(MAIL) | BIT(RCPT) | BIT(EOM), 0 },
	{ "reply-at helo\npolicy helo { }", ALWAYS | BIT(HELO),
	  BIT(HELO) | BIT(MAIL) | BIT(RCPT) | BIT(EOM), 0 },
	{ "policy helo { mode monitor }", ALWAYS | BIT(HELO), BIT(EOM), 0 },
	{ "policy helo { mode off }", ALWAYS, BIT(EOM), 0 },
	{ "policy access { reject client ::1 }", ALWAYS, BIT(RCPT) | BIT(EOM), EDIT(QUARANTINE) },
	{ "policy access { reject client ::1; reply-at connect }", ALWAYS,
	  BIT(CONNECT) | BIT(MAIL) | BIT(RCPT) | BIT(EOM), EDIT(QUARANTINE) },
	{ "policy access { reject client ::1; reply-at helo }", ALWAYS | BIT(HELO),
	  BIT(HELO) | BIT(MAIL) | BIT(RCPT) | BIT(EOM), EDIT(QUARANTINE) },
	{ "policy access { reject header /x/ }", ALWAYS | BIT(HEADER) | BIT(EOH),
	  BIT(EOH) | BIT(EOM), EDIT(QUARANTINE) },
	{ "policy access { reject client ::1; on reject header X-Y z; on hold neutral; on "
	  "discard neutral; on defer neutral }",
	  ALWAYS, BIT(EOM), EDIT(ADD_FIELD) },
	{ "policy commands { }", ALWAYS | BIT(COMMAND), BIT(COMMAND) | BIT(EOM), 0 },
	{ "class a { helo x.example }", ALWAYS | BIT(HELO), BIT(EOM), 0 },
	{ "score { delete-header 3 X-A }", ALWAYS | BIT(HEADER), BIT(EOM), EDIT(CHANGE_FIELD) },
	{ "score { replace-header 3 X-A a }", ALWAYS | BIT(HEADER), BIT(EOM),
	  EDIT(CHANGE_FIELD) | EDIT(ADD_FIELD) },
	{ "score { prefix-subject 3 a }", ALWAYS | BIT(HEADER), BIT(EOM),
	  EDIT(CHANGE_FIELD) | EDIT(ADD_FIELD) },
	{ "score { redirect 3 a@example.test }", ALWAYS, BIT(EOM),
	  EDIT(ADD_RECIPIENT) | EDIT(DELETE_RECIPIENT) },
	{ "score { add-recipient 3 a@example.test }", ALWAYS, BIT(EOM), EDIT(ADD_RECIPIENT) },
	{ "score { delete-recipient 3 a@example.test }", ALWAYS, BIT(EOM), EDIT(DELETE_RECIPIENT) },
	{ "score { change-sender 3 <> }", ALWAYS, BIT(EOM), EDIT(SENDER) },
	{ "score { replace-body 3 a }", ALWAYS, BIT(EOM), EDIT(BODY) },
	{ "score { quarantine 3 }", ALWAYS, BIT(EOM), EDIT(QUARANTINE) },
	{ "policy access { reject client ::1; on reject score 3; on hold neutral; on discard "
	  "neutral; on defer neutral }\n"
	  "score { reject 3 \"{helo}\" }",
	  ALWAYS | BIT(HELO), BIT(RCPT) | BIT(EOM), 0 },
};

START_TEST(test_right)
{
	char text[1024], errors[4096] = "";

	snprintf(text, sizeof(text), LISTEN "%s\n", right[_i].text);

	struct snapshot *snapshot = load(text, errors, sizeof(errors));

	ck_assert_msg(snapshot != NULL, "%s", errors);
	ck_assert_msg(snapshot->needs.stages == right[_i].stages, "%s: stages %x, want %x",
		      right[_i].text, snapshot->needs.stages, right[_i].stages);
	ck_assert_msg(snapshot->needs.replies == right[_i].replies, "%s: replies %x, want %x",
		      right[_i].text, snapshot->needs.replies, right[_i].replies);
	ck_assert_msg(snapshot->needs.edits == right[_i].edits, "%s: edits %x", right[_i].text,
		      snapshot->needs.edits);
	snapshot_unref(&snapshot);
}
END_TEST

#define HELO "policy helo { }\n"
#define DNS "policy dnsbl { zone a.example }\n"

/* Configurations that are accepted with a warning, or (NULL) without. */
static const struct {
	const char *text, *want;
} warned[] = {
	{ LISTEN HELO, NULL },
	{ LISTEN HELO "stage-budget 29999ms\n", NULL },
	{ LISTEN HELO "stage-budget 30s\n", ":3:14: found 30s, expected less than 30s" },
	{ LISTEN HELO "stage-budget 60s\n", "unless its milter_command_timeout is longer" },
	{ LISTEN DNS "dns { timeout 10s }\n", ":3:15: found 10s, no less than the stage-budget" },
	{ LISTEN DNS "dns { timeout 10s }\nstage-budget 11s\n", NULL },
	{ LISTEN DNS "dns { resolv-conf /nowhere/x }\n", ":3:19: cannot read \"/nowhere/x\"" },
	{ LISTEN DNS "dns { resolv-conf /nowhere/x; server ::1 }\n",
	  ":3:7: resolv-conf is not read" },
	{ LISTEN HELO "socket-mode 0666\n", NULL },
	{ "socket-mode 0666\nlisten inet:8891@127.0.0.1\n" HELO,
	  ":1:1: socket-mode has no effect" },
	{ "socket-group root\nlisten inet6:8891@::1\n" HELO, ":1:1: socket-group has no effect" },
	{ LISTEN "policy helo { deadline 10s }\n", NULL },
	{ LISTEN "policy helo { deadline 10001ms }\n",
	  ":2:24: found 10001ms, more than the stage-budget" },
	{ LISTEN "policy helo { reply-at helo }\n", NULL },
	{ LISTEN "policy headers { reply-at connect }\n",
	  ":2:18: reply-at has no effect: headers decides at eoh" },
	{ LISTEN "policy commands { reply-at connect }\n", "commands decides at command" },
	{ LISTEN HELO "policy commands { reply-at connect; mode off }\n", NULL },
	{ LISTEN "policy access { reject recipient a@b.example; reply-at connect }\n",
	  ":2:47: reply-at has no effect: access decides at rcpt" },
	{ LISTEN "policy access { reject sender a@b.example; reply-at connect }\n", NULL },
	{ LISTEN "policy helo { on syntax score 1 }\n", ":2:1: policy helo gives a score" },
	{ LISTEN
	  "policy helo { on syntax score 1; mode off }\npolicy commands { }\nscore { reject 2 }\n",
	  ":4:16: threshold 2 cannot be reached: the highest possible score is 0" },
	/* Counted twice: HELO can have a fault, and be missing at MAIL. */
	{ LISTEN "policy helo { on syntax score 1; mode monitor }\nscore { reject 2 }\n", NULL },
	{ LISTEN "policy helo { on syntax score 1 }\nscore { reject 3; header 1 X y }\n",
	  "threshold 3 cannot be reached" },
	{ LISTEN "policy headers { on missing score 1 }\nscore { reject 3 }\n", NULL },
	/* What does nothing. */
	{ LISTEN "policy access { reject recipient <> a@b.example }\n",
	  ":2:34: no recipient is <>: the null sender is found by the kind sender" },
	{ LISTEN "class a { recipient <> }\npolicy helo { skip a }\n",
	  ":2:21: class a: no recipient is <>, which is the null sender" },
	{ LISTEN "policy access { reject sender <> }\n", NULL },
	{ LISTEN, "there is no policy: all mail passes unchecked" },
	{ LISTEN "policy helo { mode off }\npolicy size { mode off }\n",
	  ":2:1: all policies are off: all mail passes unchecked" },
	{ LISTEN HELO "class a { client ::1 }\n", ":3:7: class a is not used" },
	{ LISTEN "class a { client ::1 }\npolicy helo { skip a }\n", NULL },
	{ LISTEN HELO "class a { client ::1 }\ndebug-session a\n", NULL },
	{ LISTEN HELO "class a { client ::1 }\npolicy size { only a; mode off }\n", NULL },
	{ LISTEN HELO "dns { server ::1 }\n", ":3:1: the block dns is not used" },
	{ LISTEN DNS "dns { server ::1 }\n", NULL },
	{ LISTEN HELO "dns { server ::1 }\npolicy dnsbl { zone a.example; mode off }\n", NULL },
	{ "listen unix:/nowhere/sock\n" HELO, ":1:8: there is no folder \"/nowhere\"" },
	{ LISTEN HELO "log file:/nowhere/log\n", ":3:5: there is no folder \"/nowhere\"" },
	{ LISTEN HELO "pid-file /nowhere/pid\n", ":3:10: there is no folder \"/nowhere\"" },
	{ LISTEN HELO "reply-at connect\nexempt-recipients root\n",
	  ":4:1: exempt-recipients spares nobody what is refused before RCPT" },
	{ LISTEN HELO "reply-at connect\nexempt-recipients none\n", NULL },
	{ LISTEN HELO "recipient-delimiter \"\"\n", NULL },
	{ LISTEN HELO "recipient-delimiter none\n", NULL },
	{ LISTEN HELO "recipient-delimiter +-\n", NULL },
	{ LISTEN HELO "reply-at rcpt\nexempt-recipients root\n", NULL },
	/* Macros that are empty where the policy decides. */
	{ LISTEN "policy headers { on missing reject \"{recipient}\" }\n",
	  ":2:36: {recipient} is empty: headers decides at eoh, for all recipients together" },
	{ LISTEN "policy headers { on missing reject \"{sender}\" }\n", NULL },
	{ LISTEN "policy access { reject client ::1; on reject reject \"{sender}\"; "
		 "reply-at connect }\n",
	  ":2:53: {sender} is empty: access decides at connect, before it is known" },
	{ LISTEN "policy access { reject client ::1; on reject reject \"{sender}\" }\n", NULL },
	{ LISTEN "policy access { reject recipient a@b.example; on reject reject "
		 "\"{recipient}\" }\n",
	  NULL },
};

START_TEST(test_warned)
{
	char errors[4096] = "";
	struct snapshot *snapshot = load(warned[_i].text, errors, sizeof(errors));
	const char *got;

	ck_assert_msg(snapshot != NULL, "%s", errors);
	ck_assert_str_eq(errors, ""); /* the daemon logs it */
	got = errors_line(&snapshot->warnings, 0);
	ck_assert_msg(!got == !warned[_i].want && (!got || strstr(got, warned[_i].want)),
		      "%sgot: %s", warned[_i].text, got ? got : "nothing");
	ck_assert_uint_eq(snapshot->warnings.count, got != NULL);
	snapshot_unref(&snapshot);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("snapshot");

	tcase_add_loop_test(tcase, test_wrong, 0, COUNT(wrong));
	tcase_add_test(tcase, test_unreadable);
	tcase_add_loop_test(tcase, test_right, 0, COUNT(right));
	tcase_add_loop_test(tcase, test_warned, 0, COUNT(warned));
	return run_tests("snapshot", tcase);
}
