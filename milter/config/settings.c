/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of the configuration's top level. */
#include <config.h>

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/dns_block.h"
#include "base/line.h"
#include "base/errors.h"
#include "base/listen.h"
#include "config/settings.h"

#define AT(member) offsetof(struct settings, member)

const struct mg_item settings_items[] = {
	{ .name = "listen",
	  .type = MG_STRING,
	  .offset = AT(listen),
	  .required = true,
	  .syntax = "unix:PATH | inet:PORT@ADDRESS | inet6:PORT@ADDRESS",
	  .help = "The socket that the MTA connects to. With a chrooted Postfix a unix socket must lie below "
		  "the queue directory, in a folder that the user postfix can enter. Prefer a unix socket: "
		  "it is faster, and only for it the MTA is told of steps that need no reply." },
	{ .name = "socket-mode",
	  .type = MG_STRING,
	  .offset = AT(socket_mode),
	  .initial = "0660",
	  .syntax = "MODE",
	  .help = "The permissions of a unix socket, in octal." },
	{ .name = "socket-group",
	  .type = MG_STRING,
	  .offset = AT(socket_group),
	  .syntax = "GROUP",
	  .help = "The group that a unix socket is given to, such as postfix." },
	{ .name = "user",
	  .type = MG_STRING,
	  .offset = AT(user),
	  .syntax = "USER",
	  .help = "The user to run as, once the socket and the log are open." },
	{ .name = "group",
	  .type = MG_STRING,
	  .offset = AT(group),
	  .syntax = "GROUP",
	  .help = "The group to run as; the user's own when not given." },
	{ .name = "pid-file",
	  .type = MG_STRING,
	  .offset = AT(pid_file),
	  .syntax = "FILE",
	  .help = "Where the daemon writes its process id; a second daemon with the same file does not start." },
	{ .name = "modules",
	  .type = MG_STRING,
	  .offset = AT(modules),
	  .initial = MG_MODULEDIR,
	  .syntax = "DIRECTORY",
	  .help = "Where policies that are not built in are loaded from, as TYPE.so." },
	{ .name = "max-connections",
	  .type = MG_INT,
	  .offset = AT(max_connections),
	  .initial = "1000",
	  .min = 1,
	  .max = 100000,
	  .syntax = "NUMBER",
	  .help = "How many connections of the MTA are served at a time; those beyond are answered with "
		  "a temporary failure at CONNECT." },
	{ .name = "front-end",
	  .type = MG_CHOICE,
	  .offset = AT(front_end),
	  .initial = "event",
	  .choices = "event libmilter",
	  .syntax = "event | libmilter",
	  .help = "What speaks the milter protocol with the MTA: millgated's own event loop, with a few threads for "
		  "any number of connections, in which no session waits for another's look-ups; or Sendmail's libmilter, "
		  "which every milter uses, and with which many connections or slow look-ups cost more." },
	{ .name = "stage-budget",
	  .type = MG_DURATION,
	  .offset = AT(stage_budget),
	  .initial = "10s",
	  .min = 10,
	  .max = 300000,
	  .syntax = "DURATION",
	  .help = "How long the policies may take together for one reply; what is not known by then is the result "
		  "timeout. Postfix waits 30 seconds (milter_command_timeout): from there on there is a warning." },
	{ .name = "reply-at",
	  .type = MG_CHOICE,
	  .offset = AT(reply_at),
	  .initial = "rcpt",
	  .choices = "connect helo mail rcpt",
	  .syntax = "connect | helo | mail | rcpt",
	  .help = "The first stage at which a refusal is given. What policies find earlier is kept until then, so that "
		  "look-ups have time to finish, the log knows sender and recipient, and exempt recipients are spared." },
	{ .name = "exempt-recipients",
	  .type = MG_STRINGS,
	  .offset = AT(exempt_recipients),
	  .initial = "postmaster abuse",
	  .syntax = "LOCAL-PART... | none",
	  .help = "Recipients that are never refused at RCPT, by the part before the @, in any domain "
		  "(RFC 5321 section 4.5.1, RFC 2142)." },
	{ .name = "reply-id",
	  .type = MG_BOOL,
	  .offset = AT(reply_id),
	  .initial = "yes",
	  .syntax = "yes | no",
	  .help = "Whether the session id is added to the replies of refusals, in square brackets, so that a "
		  "sender's complaint leads to the log lines." },
	{ .name = "log",
	  .type = MG_LINES,
	  .offset = AT(log_lines),
	  .syntax = "[syslog | syslog:PATH | stderr | file:PATH] [text | json]",
	  .help = "Where the log goes and in which form; syslog in text when not given. A journal reads syslog too. "
		  "syslog:PATH names the socket of the syslog daemon, instead of /dev/log." },
	{ .name = "log-level",
	  .type = MG_CHOICE,
	  .offset = AT(log_level),
	  .initial = "info",
	  .choices = "error warning info debug",
	  .syntax = "error | warning | info | debug",
	  .help = "The least important lines that are written." },
	{ .name = "debug-session",
	  .type = MG_LINES,
	  .offset = AT(debug_lines),
	  .syntax = "CLASS... | all",
	  .help = "The sessions that the log follows through every stage, from where one of the classes "
		  "first matches: each event with its facts, each policy with its result and actions, "
		  "or why it was not called, and each reply. These lines have the level debug and "
		  "are written whatever log-level says, and so are those of the policies. They hold "
		  "all header fields: meant for one client at a time, and not for good." },
	{ .name = "class",
	  .type = MG_LINES,
	  .offset = AT(classes),
	  .syntax = "NAME { ... }",
	  .help = "Names a set of sessions; see CLASSES." },
	{ .name = "score",
	  .type = MG_LINES,
	  .offset = AT(scores),
	  .syntax = "{ ACTION THRESHOLD ... }",
	  .help = "What is done when the score reaches a threshold; see SCORE." },
	{ .name = "dns",
	  .type = MG_LINES,
	  .offset = AT(dns_lines),
	  .syntax = "{ ... }",
	  .help = "How names are looked up; see DNS." },
	{ .name = "policy",
	  .type = MG_LINES,
	  .offset = AT(policies),
	  .syntax = "TYPE [NAME] { ... }",
	  .help = "Enables a policy; see POLICIES." },
	{ .name = NULL },
};

/* Postfix's milter_command_timeout, unless main.cf has another. */
#define POSTFIX_WAITS_MS 30000

/*
 * Where a file is to be, or is: a daemon leaves the directory that it was started in, so only a whole path will
 * do. kind: what it must be if it is there already: S_IF..., 0 for anything but a folder.
 */
static void settings_check_path(struct errors *errors, const struct mg_line *line, size_t word,
				const char *path, mode_t kind)
{
	struct stat st;

	if (*path != '/')
		errors_at(errors, line, word, "found \"%s\", expected a path that begins with /",
			  path);
	else if (path[strlen(path) - 1] == '/' || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		errors_at(errors, line, word, "found \"%s\", a folder, expected a file in one",
			  path);
	else if (kind && stat(path, &st) == 0 && (st.st_mode & S_IFMT) != kind)
		errors_at(errors, line, word,
			  "found \"%s\", which is there and is no %s, expected one, or nothing",
			  path, kind == S_IFREG ? "regular file" : "socket");
}

static void settings_check_mode(struct settings *settings, struct errors *errors,
				const struct mg_line *line)
{
	const char *text = mg_line_word(line, 1);
	const unsigned long mode = strtoul(text, NULL, 8);

	settings->mode = (mode_t)mode;
	if (text[strspn(text, "01234567")] || strlen(text) > 5 || mode > 0777)
		errors_at(errors, line, 1, "found \"%s\", expected a mode in octal such as 0660",
			  text);
	else if (!(mode & 0222))
		errors_at(errors, line, 1,
			  "found %s, with which nobody could connect, expected a mode such as 0660",
			  text);
}

/* Whether a connection can be made to it: not to multicast and broadcast, on which one could listen. */
static bool settings_is_own(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *in4 = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	if (address->ss_family == AF_INET)
		return ntohl(in4->sin_addr.s_addr) >> 24 < 224;
	return !IN6_IS_ADDR_MULTICAST(&in6->sin6_addr);
}

static void settings_check_listen(struct settings *settings, struct errors *errors,
				  const struct mg_line *line)
{
	static const char *const kinds[] = { "unix:", "local:", "inet:", "inet6:" };
	const char *listen = mg_line_word(line, 1);
	struct listen_address address;
	char error[LISTEN_ERROR_MAX];

	(void)settings;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strncmp(listen, kinds[i], strlen(kinds[i])) != 0 || !listen[strlen(kinds[i])])
			continue;
		if (listen_parse(&address, listen, error) < 0)
			errors_at(errors, line, 1, "%s", error);
		else if (*address.path)
			settings_check_path(errors, line, 1, address.path, S_IFSOCK);
		else if (!settings_is_own(&address.address))
			errors_at(errors, line, 1,
				  "found \"%s\", expected an address that this host can have",
				  listen);
		return;
	}
	errors_at(errors, line, 1,
		  "found \"%s\", expected unix:PATH, inet:PORT@ADDRESS or inet6:PORT@ADDRESS",
		  listen);
}

static void settings_check_pid_file(struct settings *settings, struct errors *errors,
				    const struct mg_line *line)
{
	const char *path = mg_line_word(line, 1);
	const char *colon = settings->listen ? strchr(settings->listen, ':') : NULL;

	settings_check_path(errors, line, 1, path, S_IFREG);
	if (colon && strcmp(colon + 1, path) == 0)
		errors_at(errors, line, 1, "found \"%s\", which is the socket of \"listen\" too",
			  path);
}

static void settings_check_modules(struct settings *settings, struct errors *errors,
				   const struct mg_line *line)
{
	const char *path = mg_line_word(line, 1);
	struct stat st;

	(void)settings;
	if (*path != '/')
		errors_at(errors, line, 1, "found \"%s\", expected a path that begins with /",
			  path);
	else if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		errors_at(errors, line, 1, "there is no folder \"%s\"", path);
}

static void settings_check_user(struct settings *settings, struct errors *errors,
				const struct mg_line *line)
{
	(void)settings;
	if (!getpwnam(mg_line_word(line, 1)))
		errors_at(errors, line, 1, "there is no user \"%s\"", mg_line_word(line, 1));
}

static void settings_check_group(struct settings *settings, struct errors *errors,
				 const struct mg_line *line)
{
	(void)settings;
	if (!getgrnam(mg_line_word(line, 1)))
		errors_at(errors, line, 1, "there is no group \"%s\"", mg_line_word(line, 1));
}

static void settings_check_front_end(struct settings *settings, struct errors *errors,
				     const struct mg_line *line)
{
	(void)settings;
	(void)errors;
	(void)line;
#ifndef HAVE_LIBMILTER
	if (settings->front_end == FRONT_END_LIBMILTER)
		errors_at(
			errors, line, 1,
			"found libmilter, but millgated is built without it (--without-libmilter), "
			"expected event");
#endif
}

static void settings_check_exempt(struct settings *settings, struct errors *errors,
				  const struct mg_line *line)
{
	for (size_t i = 1; i < mg_line_words(line); i++) {
		const char *word = mg_line_word(line, i);

		if (strpbrk(word, "@<> \t\n") || strcmp(word, "*") == 0)
			errors_at(errors, line, i,
				  "found \"%s\", expected a local part, without @ and domain",
				  word);
		if (strcmp(word, "none") == 0 && settings->exempt_recipients.n > 1)
			errors_at(errors, line, i, "none stands alone");
	}
}

/* One word after "log"; false when it means nothing. */
static bool settings_log_word(struct settings *settings, const char *word)
{
	struct log_settings *log = &settings->log;

	if (strcmp(word, "json") == 0 || strcmp(word, "text") == 0) {
		log->json = *word == 'j';
	} else if (strcmp(word, "stderr") == 0) {
		log->target = LOG_TO_STDERR;
	} else if (strcmp(word, "syslog") == 0) {
		log->target = LOG_TO_SYSLOG;
	} else if (strncmp(word, "syslog:/", 8) == 0) {
		log->target = LOG_TO_SYSLOG;
		log->path = word + 7;
	} else if (strncmp(word, "file:/", 6) == 0) {
		log->target = LOG_TO_FILE;
		log->path = word + 5;
	} else {
		return false;
	}
	return true;
}

static void settings_check_log_path(const struct settings *settings, struct errors *errors,
				    const struct mg_line *line, size_t word)
{
	const struct log_settings *log = &settings->log;
	const char *colon = settings->listen ? strchr(settings->listen, ':') : NULL;

	/* A log may go to a pipe or a device, too. */
	settings_check_path(errors, line, word, log->path,
			    log->target == LOG_TO_SYSLOG ? S_IFSOCK : 0);
	if ((settings->pid_file && strcmp(log->path, settings->pid_file) == 0) ||
	    (colon && strcmp(log->path, colon + 1) == 0))
		errors_at(errors, line, word,
			  "found \"%s\", which is that of \"listen\" or \"pid-file\" too",
			  log->path);
}

static void settings_check_log(struct settings *settings, struct errors *errors,
			       const struct mg_line *line)
{
	unsigned forms = 0, targets = 0;

	if (mg_line_words(line) < 2 || line->has_block)
		errors_at(errors, line, 0,
			  "log takes syslog, stderr or file:/PATH, and text or json");
	for (size_t w = 1; w < mg_line_words(line); w++) {
		const char *word = mg_line_word(line, w);
		const bool form = strcmp(word, "text") == 0 || strcmp(word, "json") == 0;

		if (!settings_log_word(settings, word))
			errors_at(errors, line, w,
				  "found \"%s\", expected syslog, stderr, file:/PATH, text or json",
				  word);
		else if (form ? forms++ : targets++)
			errors_at(errors, line, w, "found \"%s\", expected no second %s", word,
				  form ? "form" : "place");
		else if (!form && settings->log.path)
			settings_check_log_path(settings, errors, line, w);
	}
	settings->log_placed = targets > 0;
}

static const struct {
	const char *key;
	void (*check)(struct settings *settings, struct errors *errors, const struct mg_line *line);
} settings_checks[] = {
	{ "listen", settings_check_listen },
	{ "socket-mode", settings_check_mode },
	{ "socket-group", settings_check_group },
	{ "user", settings_check_user },
	{ "group", settings_check_group },
	{ "pid-file", settings_check_pid_file },
	{ "front-end", settings_check_front_end },
	{ "modules", settings_check_modules },
	{ "exempt-recipients", settings_check_exempt },
};
#define NSETTINGS_CHECKS (sizeof(settings_checks) / sizeof(settings_checks[0]))

static void settings_check_line(struct settings *settings, struct errors *errors,
				const struct mg_line *line)
{
	/* Without a value, or with an empty one, it is in error already. */
	if (mg_line_words(line) < 2 || !*mg_line_word(line, 1))
		return;
	for (size_t i = 0; i < NSETTINGS_CHECKS; i++)
		if (strcmp(mg_line_word(line, 0), settings_checks[i].key) == 0)
			settings_checks[i].check(settings, errors, line);
}

/* Can be right: main.cf may say that Postfix waits for longer. */
static void settings_warn_budget(const struct settings *settings, struct errors *warnings,
				 const struct mg_line *line)
{
	if (settings->stage_budget < POSTFIX_WAITS_MS)
		return;
	errors_at(
		warnings, line, 1,
		"found %s, expected less than 30s: Postfix gives up first, unless its milter_command_timeout is longer",
		mg_line_word(line, 1));
}

static void settings_warn_socket(const struct settings *settings, struct errors *warnings,
				 const struct mg_line *line)
{
	if (settings->listen && strncmp(settings->listen, "inet", 4) == 0)
		errors_at(warnings, line, 0, "%s has no effect: \"listen\" has no unix socket",
			  mg_line_word(line, 0));
}

static void settings_warn_dns(const struct settings *settings, struct errors *warnings,
			      const struct mg_line *block)
{
	for (const struct mg_line *line = block->block; line; line = line->next)
		if (strcmp(mg_line_word(line, 0), "timeout") == 0 &&
		    settings->dns.timeout >= settings->stage_budget)
			errors_at(
				warnings, line, 1,
				"found %s, no less than the stage-budget, which ends before anything is asked again",
				mg_line_word(line, 1));
}

static void settings_warn(const struct settings *settings, struct errors *warnings,
			  const struct mg_line *lines)
{
	for (const struct mg_line *line = lines; line; line = line->next) {
		const char *key = mg_line_word(line, 0);

		if (strcmp(key, "stage-budget") == 0)
			settings_warn_budget(settings, warnings, line);
		else if (strcmp(key, "socket-mode") == 0 || strcmp(key, "socket-group") == 0)
			settings_warn_socket(settings, warnings, line);
		else if (strcmp(key, "dns") == 0)
			settings_warn_dns(settings, warnings, line);
	}
}

void settings_check(struct settings *settings, struct errors *errors, struct errors *warnings,
		    const struct mg_line *lines)
{
	struct mg_strings *exempt = &settings->exempt_recipients;

	settings->mode = 0660;
	for (const struct mg_line *line = lines; line; line = line->next)
		settings_check_line(settings, errors, line);
	if (exempt->n == 1 && strcmp(exempt->v[0], "none") == 0)
		exempt->n = 0;
	settings->log.target = LOG_TO_SYSLOG;
	settings->log.level = (enum mg_level)settings->log_level;
	for (size_t i = 0; i < settings->log_lines.n; i++) {
		if (i)
			errors_at(errors, settings->log_lines.v[i], 0,
				  "a second \"log\": there is one log");
		settings_check_log(settings, errors, settings->log_lines.v[i]);
	}
	dns_block_read(&settings->dns, errors, warnings, &settings->dns_lines);
	settings_warn(settings, warnings, lines);
}
