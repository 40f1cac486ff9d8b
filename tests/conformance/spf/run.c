/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs openspf test suites through the policy spf of a real daemon, over the milter protocol and
 * real DNS:
 *
 *     run ENGINE [EXCEPTIONS] SUITE...
 *
 * EXCEPTIONS: a file with a line for each case that this engine is known to answer otherwise:
 * ENGINE SUITE CASE RESULT, then why. Each has to come out as it says there. "-" for none. Exit
 * status: 0 all as wanted, 1 not.
 */
#include <config.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mta.h"
#include "suite.h"

struct run {
	const char *engine, *exceptions, *suite;
	struct zone *zone;
	char folder[64], conf[96], address[96];
	pid_t daemon;
	unsigned cases, right, known, wrong, most_questions;
};

static void die(const char *what)
{
	perror(what);
	exit(99);
}

/* ---- The daemon ---- */

static void write_conf(const struct run *run)
{
	static const char *const results[] = { "none",      "neutral",   "pass",    "softfail",
					       "temperror", "permerror", "timeout", "error" };
	FILE *file = fopen(run->conf, "w");

	if (!file)
		die(run->conf);
	fprintf(file, "listen %s\nlog file:%s/log\nexempt-recipients none\nreply-id no\n",
		run->address, run->folder);
	fprintf(file, "dns { server 127.0.0.1:%u; timeout 600ms; tries 2 }\n",
		zone_port(run->zone));
	fprintf(file, "policy spf {\n\tengine %s\n\texplanation DEFAULT\n", run->engine);
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		fprintf(file, "\ton %s reject 550 5.7.1 \"%s|\"\n", results[i], results[i]);
	fprintf(file, "\ton fail reject 550 5.7.23 \"fail|{explanation}\"\n}\n");
	fclose(file);
}

static bool is_up(const struct run *run)
{
	struct mta *mta = mta_new(MTA_OFFER_ALL, MTA_TIMEOUT);
	const bool is_up = mta_open(mta, run->address) == 0;

	mta_free(&mta);
	return is_up;
}

static void daemon_begin(void *arg)
{
	struct run *run = arg;
	const char *program = getenv("MILLGATED");

	unlink(run->address + strlen("unix:"));
	write_conf(run);
	run->daemon = fork();
	if (run->daemon == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* however this program ends */
		if (!freopen("/dev/null", "w", stderr))
			_exit(127);
		execlp(program ? program : "millgated", "millgated", "-f", "-c", run->conf,
		       (char *)NULL);
		_exit(127);
	}
	/* A socket that exists need not be listening yet. */
	for (unsigned i = 0; !is_up(run); i++) {
		if (i == 3000 || waitpid(run->daemon, NULL, WNOHANG) != 0)
			die("the daemon did not start");
		usleep(10000);
	}
}

static void daemon_end(void *arg)
{
	struct run *run = arg;
	int status;

	kill(run->daemon, SIGTERM);
	if (waitpid(run->daemon, &status, 0) != run->daemon || status != 0) {
		printf("FAIL: the daemon ended with status %d\n", status);
		run->wrong++;
	}
}

/* ---- A case ---- */

/* The last reply without code, status and line ends: "fail|explanation". */
static void reply_text(struct mta *mta, char *text, size_t max)
{
	const struct mta_reply *reply = mta_reply(mta);
	const char *from = reply->text ? reply->text : "";
	size_t size = 0;

	if (reply->verdict != MTA_REPLYCODE) {
		snprintf(text, max, "no reply with a text (%d: %s)", (int)reply->verdict,
			 mta_error(mta));
		return;
	}
	while (*from && size + 1 < max) {
		if (size == 0 || from[-1] == '\n')
			from += strcspn(from, " -") + 1, from += strcspn(from, " ") + 1;
		if (size > 0 && from[-1] == '\n')
			text[size++] = ' ';
		if (*from != '\r' && *from != '\n')
			text[size++] = *from;
		if (*from)
			from++;
	}
	text[size] = '\0';
}

static void ask(const struct run *run, const struct suite_case *test, char *text, size_t max)
{
	struct mta *mta = mta_new(MTA_OFFER_ALL, MTA_TIMEOUT);
	char sender[600];
	const char *mail[] = { sender, NULL };
	const char *rcpt[] = { "<somebody@example.invalid>", NULL };

	snprintf(sender, sizeof(sender), "<%s>", test->mailfrom);
	if (mta_open(mta, run->address) < 0 || mta_negotiate(mta) < 0)
		die(mta_error(mta));
	mta_connect(mta, "client.invalid", strchr(test->host, ':') ? '6' : '4', test->host, 40000);
	mta_helo(mta, test->helo);
	mta_mail(mta, mail);
	mta_rcpt(mta, rcpt);
	reply_text(mta, text, max);
	mta_free(&mta);
}

static bool is_wanted(const struct suite_case *test, const char *result, const char *explanation)
{
	bool is_wanted = false;

	for (size_t i = 0; test->wanted[i]; i++)
		is_wanted = is_wanted || strcmp(test->wanted[i], result) == 0;
	return is_wanted && (!test->explanation || strcmp(test->explanation, explanation) == 0);
}

/* Whether the exceptions list this result for this case. */
static bool is_known(const struct run *run, const struct suite_case *test, const char *result)
{
	char line[400], engine[32], suite[64], name[64], wanted[32];
	FILE *file = fopen(run->exceptions, "r");
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = line[0] != '#' &&
			sscanf(line, "%31s %63s %63s %31s", engine, suite, name, wanted) == 4 &&
			(strcmp(engine, "any") == 0 || strcmp(engine, run->engine) == 0) &&
			strcmp(suite, run->suite) == 0 && strcmp(name, test->name) == 0 &&
			strcmp(wanted, result) == 0;
	if (file)
		fclose(file);
	return found;
}

static void visit(void *arg, const struct suite_case *test)
{
	struct run *run = arg;
	char text[2000];
	char *bar;
	unsigned questions;

	zone_questions(run->zone);
	ask(run, test, text, sizeof(text));
	questions = zone_questions(run->zone);
	bar = strchr(text, '|');
	if (bar)
		*bar++ = '\0';
	if (questions > run->most_questions)
		run->most_questions = questions;
	run->cases++;
	if (is_wanted(test, text, bar ? bar : "")) {
		run->right++;
	} else if (is_known(run, test, text)) {
		run->known++;
		printf("known: %s %s %s: %s\n", run->engine, run->suite, test->name, text);
	} else {
		run->wrong++;
		printf("FAIL: %s %s %s: got %s \"%s\", want %s%s%s \"%s\"\n", run->engine,
		       run->suite, test->name, text, bar ? bar : "", test->wanted[0],
		       test->wanted[1] ? " or " : "", test->wanted[1] ? test->wanted[1] : "",
		       test->explanation ? test->explanation : "");
	}
}

static void run_suite(struct run *run, const char *path)
{
	const struct suite_visitor visitor = { daemon_begin, visit, daemon_end, run };
	const char *slash = strrchr(path, '/');

	run->suite = slash ? slash + 1 : path;
	run->cases = run->right = run->known = run->most_questions = 0;
	suite_read(path, run->zone, &visitor);
	printf("%s, %s: %u of %u, and %u known exceptions; at most %u questions for one\n",
	       run->engine, run->suite, run->right, run->cases, run->known, run->most_questions);
}

int main(int argc, char **argv)
{
	struct run run = { .folder = "/tmp/millgate-spf-XXXXXX" };
	char command[128];

	if (argc < 4) {
		fprintf(stderr, "usage: run ENGINE EXCEPTIONS SUITE...\n");
		return 2;
	}
	run.engine = argv[1];
	run.exceptions = argv[2];
	if (!mkdtemp(run.folder))
		die(run.folder);
	snprintf(run.conf, sizeof(run.conf), "%s/conf", run.folder);
	snprintf(run.address, sizeof(run.address), "unix:%s/socket", run.folder);
	run.zone = zone_start();
	for (int i = 3; i < argc; i++)
		run_suite(&run, argv[i]);
	zone_stop(run.zone);
	snprintf(command, sizeof(command), "%s/log", run.folder);
	unlink(command);
	unlink(run.conf);
	unlink(run.address + strlen("unix:"));
	rmdir(run.folder);
	return run.wrong != 0;
}
