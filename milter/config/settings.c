/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of the configuration's top level. */
#include <config.h>

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/errors.h"
#include "base/line.h"
#include "base/listen.h"
#include "config/dns_block.h"
#include "config/items.h"
#include "config/opening.h"
#include "config/settings.h"
#include "table/table.h"

static void settings_check_listen(struct mg_conf *conf, const struct mg_line *line,
				  const void *self);
static void settings_check_mode(struct mg_conf *conf, const struct mg_line *line, const void *self);
static void settings_check_socket_group(struct mg_conf *conf, const struct mg_line *line,
					const void *self);
static void settings_check_user(struct mg_conf *conf, const struct mg_line *line, const void *self);
static void settings_check_group(struct mg_conf *conf, const struct mg_line *line,
				 const void *self);
static void settings_check_pid_file(struct mg_conf *conf, const struct mg_line *line,
				    const void *self);
static void settings_check_modules(struct mg_conf *conf, const struct mg_line *line,
				   const void *self);
static void settings_check_front_end(struct mg_conf *conf, const struct mg_line *line,
				     const void *self);
static void settings_check_exempt(struct mg_conf *conf, const struct mg_line *line,
				  const void *self);
static void settings_check_delimiter(struct mg_conf *conf, const struct mg_line *line,
				     const void *self);
static void settings_check_budget(struct mg_conf *conf, const struct mg_line *line,
				  const void *self);
static void settings_check_log(struct mg_conf *conf, const struct mg_line *line, const void *self);
static void settings_check_log_fields(struct mg_conf *conf, const struct mg_line *line,
				      const void *self);

const struct log_field_form log_field_forms[LOG_FIELDS] = {
	[LOG_SUBJECT] = { "Subject", "subject" },
	[LOG_MESSAGE_ID] = { "Message-ID", "message_id" },
	[LOG_FROM] = { "From", "from" },
};

const struct mg_item settings_items[] = {
	MG_ITEM_STRING(
		struct settings, listen, "listen", .required = true,
		.syntax = "unix:PATH | inet:PORT[@ADDRESS] | inet6:PORT[@ADDRESS]",
		.help = "The socket that the MTA connects to. Without ADDRESS it is at all "
			"addresses of this host: keep others away from it. With a chrooted Postfix "
			"a unix socket must lie below the queue directory, in a folder that the "
			"user postfix can enter. Prefer a unix socket: it is faster, since "
			"there the MTA does not wait for replies that cannot refuse.",
		.check = settings_check_listen),
	MG_ITEM_STRING(struct settings, socket_mode, "socket-mode", .initial = "0660",
		       .syntax = "MODE", .help = "The permissions of a unix socket, in octal.",
		       .check = settings_check_mode),
	MG_ITEM_STRING(struct settings, socket_group, "socket-group", .syntax = "GROUP",
		       .help = "The group that a unix socket is given to, such as postfix.",
		       .check = settings_check_socket_group),
	MG_ITEM_STRING(struct settings, user, "user", .syntax = "USER",
		       .help = "The user to run as, once the socket and the log are open.",
		       .check = settings_check_user),
	MG_ITEM_STRING(struct settings, group, "group", .syntax = "GROUP",
		       .help = "The group to run as; the user's own when not given.",
		       .check = settings_check_group),
	MG_ITEM_STRING(
		struct settings, pid_file, "pid-file", .syntax = "FILE",
		.help = "Where the daemon writes its process id; a second daemon with the same "
			"file does not start.",
		.check = settings_check_pid_file),
	MG_ITEM_STRING(struct settings, modules, "modules", .initial = MG_MODULEDIR,
		       .syntax = "DIRECTORY",
		       .help = "Where policies that are not built in are loaded from, as TYPE.so.",
		       .check = settings_check_modules),
	MG_ITEM_INT(
		struct settings, max_connections, "max-connections", .initial = "1000", .min = 1,
		.max = 100000, .syntax = "NUMBER",
		.help = "How many connections of the MTA are served at a time; further ones are "
			"answered with a temporary failure at CONNECT."),
	MG_ITEM_INT(
		struct settings, max_waiting, "max-waiting", .initial = "500", .min = 1,
		.max = 20000, .syntax = "NUMBER",
		.help = "How many sessions may wait for look-ups at a time; each takes a thread. "
			"The commands of others are held back until one of these goes on. What "
			"they wait counts of their stage-budget; when it is used up they are "
			"answered with what is known, and timeout for the rest. libmilter has "
			"threads of its own, without such a limit."),
	MG_ITEM_SIZE(
		struct settings, packet_memory, "packet-memory", .initial = "64M", .min = 2 << 20,
		.max = 1LL << 36, .syntax = "SIZE",
		.help = "How much memory the packets of the MTA that have not come whole may take "
			"together. Beyond it the largest is dropped, and its client is answered "
			"421. A packet is a header field, a command, or at most 64K of a body; "
			"one of more than 1M closes the connection. libmilter has no such limit."),
	MG_ITEM_CHOICE(
		struct settings, front_end, "front-end", .initial = "event",
		.choices = "event libmilter", .check = settings_check_front_end,
		.syntax = "event | libmilter",
		.help = "What speaks the milter protocol with the MTA: millgated's own event "
			"loop, with a few threads for any number of connections, in which no "
			"session waits for another's look-ups; or Sendmail's libmilter, which "
			"every milter uses, and with which many connections or slow look-ups "
			"cost more. Packets that are known to crash libmilter 8.17 (macros "
			"without a value) are kept from it, where it is a shared library; what "
			"else might crash it would end all sessions."),
	MG_ITEM_DURATION(
		struct settings, stage_budget, "stage-budget", .initial = "10s", .min = 10,
		.max = 300000, .syntax = "DURATION",
		.help = "How long the policies may take together for one reply; a policy without "
			"a result by then has the result timeout. Postfix waits 30 seconds "
			"(milter_command_timeout): as much or more gives a warning.",
		.check = settings_check_budget),
	MG_ITEM_CHOICE(
		struct settings, dns_dead, "dns-dead", .initial = "neutral",
		.choices = "neutral tempfail", .syntax = "neutral | tempfail",
		.help = "What happens when DNS is dead and a policy needs it, unless its block "
			"says what to do on timeout: nothing, so that mail passes without this "
			"policy; or 451 4.4.3, so that mail comes again later. See DNS."),
	MG_ITEM_CHOICE(
		struct settings, reply_at, "reply-at", .initial = "rcpt",
		.choices = "connect helo mail rcpt", .syntax = "connect | helo | mail | rcpt",
		.help = "The first stage at which a refusal is given. Earlier results are "
			"kept until then, so that look-ups have time to finish, the log knows "
			"sender and recipient, and exempt recipients are spared."),
	MG_ITEM_STRINGS(
		struct settings, exempt_recipients, "exempt-recipients",
		.initial = "postmaster abuse", .syntax = "LOCAL-PART | ADDRESS ... | none",
		.help = "Recipients that are never refused at RCPT: by the part before the @, in "
			"any domain (RFC 5321 section 4.5.1, RFC 2142), or by the whole address.",
		.check = settings_check_exempt),
	MG_ITEM_LINES(
		struct settings, delimiter_lines, "recipient-delimiter",
		.syntax = "CHARACTERS | none", .check = settings_check_delimiter,
		.help = "The characters that separate a local part from an extension, such as +: "
			"Postfix's recipient_delimiter (postconf -h recipient_delimiter). With +, "
			"an entry user@example.com also stands for user+any@example.com, unless "
			"the table has an entry for this, and so do user@ and the words of "
			"exempt-recipients; expressions see the address as it is. None when not "
			"given."),
	MG_ITEM_TABLE(
		struct settings, protect_recipients, "protect-recipients", .key = MG_KEY_MAIL,
		.syntax = "ADDRESS|DOMAIN|TABLE...",
		.help = "Recipients whose mail is never lost to the score: see SCORE, Protected "
			"recipients."),
	MG_ITEM_BOOL(
		struct settings, reply_id, "reply-id", .initial = "yes", .syntax = "yes | no",
		.help = "Whether the session id is added to the replies of refusals, in square "
			"brackets, so that a sender's complaint leads to the log lines."),
	MG_ITEM_SIZE(
		struct settings, header_limit, "header-limit", .initial = "256K", .min = 1024,
		.max = 64 << 20, .syntax = "SIZE",
		.help = "How much of a message's header is kept for policies that read all of it, "
			"and for actions that change fields. Each field counts 40 bytes besides "
			"its own. Of a longer header the first fields are kept, and such policies "
			"have the result error. Postfix's header_size_limit (102,400) is the limit "
			"of a single field."),
	MG_ITEM_LINES(
		struct settings, log_lines, "log",
		.syntax = "[syslog | syslog:PATH | stderr | file:PATH] [text | json]",
		.help = "Where the log goes and in which form; syslog in text when not given. A "
			"journal reads syslog too. syslog:PATH names the socket of the syslog "
			"daemon, instead of /dev/log. While no daemon listens there, lines are "
			"lost; the log says later how many.",
		.check = settings_check_log),
	MG_ITEM_CHOICE(struct settings, log_level, "log-level", .initial = "info",
		       .choices = "error warning info debug",
		       .syntax = "error | warning | info | debug",
		       .help = "The least important lines that are written."),
	MG_ITEM_STRINGS(
		struct settings, log_field_names, "log-fields", .initial = "none",
		.syntax = "Subject | Message-ID | From ... | none",
		.help = "The header fields that the log's line for each message shows: of each "
			"name the first field, unfolded and cut at 300 bytes. They are private: "
			"mind who can read the log.",
		.check = settings_check_log_fields),
	MG_ITEM_LINES(
		struct settings, debug_lines, "debug-session", .syntax = "CLASS... | all",
		.help = "The sessions that the log follows through every stage, from where one "
			"of the classes first matches: each event with its facts, each policy "
			"with its result and actions, or why it was not called, and each reply. "
			"These lines have the level debug and are written whatever log-level "
			"says, and so are those of the policies. They hold all header fields: "
			"use it for one client at a time, and not permanently."),
	MG_ITEM_LINES(struct settings, classes, "class", .syntax = "NAME { ... }",
		      .help = "Names a set of sessions; see CLASSES."),
	MG_ITEM_LINES(struct settings, scores, "score",
		      .syntax = "{ [mode MODE;] ACTION THRESHOLD ... }",
		      .help = "The actions of the score's thresholds; see SCORE."),
	MG_ITEM_LINES(struct settings, dns_lines, "dns", .syntax = "{ ... }",
		      .help = "How names are looked up; see DNS."),
	MG_ITEM_LINES(struct settings, policies, "policy", .syntax = "TYPE [NAME] { ... }",
		      .help = "Enables a policy; see POLICIES."),
	{ .name = NULL },
};

/* Postfix's milter_command_timeout, unless main.cf has another. */
#define POSTFIX_WAITS_MS 30000

/* ---- Paths ---- */

/* A warning only: what makes the folder at each start may not have run yet. */
static void settings_check_folder(struct mg_conf *conf, const struct mg_line *line, size_t word,
				  const char *path)
{
	const char *folder = dirname(arena_strdup(conf->arena, path));
	struct stat st;

	if (*path == '/' && stat(folder, &st) < 0 && (errno == ENOENT || errno == ENOTDIR))
		mg_conf_warning(conf, line, word, "there is no folder \"%s\"", folder);
}

/*
 * Where a file is to be, or is: a daemon leaves the directory that it was started in, so only a
 * whole path will do. kind: what it must be if it is there already: S_IF..., 0 for anything but a
 * folder.
 */
static void settings_check_path(struct mg_conf *conf, const struct mg_line *line, size_t word,
				const char *path, mode_t kind)
{
	struct stat st;

	if (*path != '/')
		mg_conf_error(conf, line, word, "found \"%s\", expected a path that begins with /",
			      path);
	else if (path[strlen(path) - 1] == '/' || (stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
		mg_conf_error(conf, line, word, "found \"%s\", a folder, expected a file in one",
			      path);
	else if (kind && stat(path, &st) == 0 && (st.st_mode & S_IFMT) != kind)
		mg_conf_error(conf, line, word,
			      "found \"%s\", which exists and is no %s, expected one, or nothing",
			      path, kind == S_IFREG ? "regular file" : "socket");
	else
		settings_check_folder(conf, line, word, path);
}

/* The path of the unix socket, or NULL. */
static const char *settings_socket(const struct settings *settings)
{
	const char *colon = settings->listen ? strchr(settings->listen, ':') : NULL;

	return colon ? colon + 1 : NULL;
}

/*
 * Whether a connection can be made to it: not to multicast and broadcast, on which one could
 * listen.
 */
static bool settings_is_own(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *in4 = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	if (address->ss_family == AF_INET)
		return ntohl(in4->sin_addr.s_addr) >> 24 < 224;
	return !IN6_IS_ADDR_MULTICAST(&in6->sin6_addr);
}

static void settings_check_listen(struct mg_conf *conf, const struct mg_line *line,
				  const void *self)
{
	static const char *const kinds[] = { "unix:", "local:", "inet:", "inet6:" };
	const char *listen = mg_line_word(line, 1);
	struct listen_address address;
	char error[LISTEN_ERROR_MAX];

	(void)self;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strncmp(listen, kinds[i], strlen(kinds[i])) != 0 || !listen[strlen(kinds[i])])
			continue;
		if (listen_parse(&address, listen, error) < 0)
			mg_conf_error(conf, line, 1, "%s", error);
		else if (*address.path)
			settings_check_path(conf, line, 1, address.path, S_IFSOCK);
		else if (!settings_is_own(&address.address))
			mg_conf_error(conf, line, 1,
				      "found \"%s\", expected an address that this host can have",
				      listen);
		return;
	}
	mg_conf_error(conf, line, 1,
		      "found \"%s\", expected unix:PATH, inet:PORT@ADDRESS or inet6:PORT@ADDRESS",
		      listen);
}

/* Warns of a key for unix sockets when the daemon listens on another. */
static void settings_warn_socket(struct mg_conf *conf, const struct mg_line *line,
				 const struct settings *settings)
{
	if (settings->listen && strncmp(settings->listen, "inet", 4) == 0)
		mg_conf_warning(conf, line, 0, "%s has no effect: \"listen\" has no unix socket",
				mg_line_word(line, 0));
}

static void settings_check_mode(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	const char *text = mg_line_word(line, 1);
	const unsigned long mode = strtoul(text, NULL, 8);

	settings_warn_socket(conf, line, self);
	if (text[strspn(text, "01234567")] || strlen(text) > 5 || mode > 0777)
		mg_conf_error(conf, line, 1, "found \"%s\", expected a mode in octal such as 0660",
			      text);
	else if (!(mode & 0222))
		mg_conf_error(
			conf, line, 1,
			"found %s, with which nobody could connect, expected a mode such as 0660",
			text);
}

static void settings_check_pid_file(struct mg_conf *conf, const struct mg_line *line,
				    const void *self)
{
	const char *path = mg_line_word(line, 1);
	const char *socket = settings_socket(self);

	settings_check_path(conf, line, 1, path, S_IFREG);
	if (socket && strcmp(socket, path) == 0)
		mg_conf_error(conf, line, 1, "found \"%s\", which is the socket of \"listen\" too",
			      path);
}

static void settings_check_modules(struct mg_conf *conf, const struct mg_line *line,
				   const void *self)
{
	const char *path = mg_line_word(line, 1);
	struct stat st;

	(void)self;
	if (*path != '/')
		mg_conf_error(conf, line, 1, "found \"%s\", expected a path that begins with /",
			      path);
	else if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		mg_conf_error(conf, line, 1, "there is no folder \"%s\"", path);
}

/* ---- Names, times ---- */

static void settings_check_user(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	(void)self;
	if (!getpwnam(mg_line_word(line, 1)))
		mg_conf_error(conf, line, 1, "there is no user \"%s\"", mg_line_word(line, 1));
}

static void settings_check_group(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	(void)self;
	if (!getgrnam(mg_line_word(line, 1)))
		mg_conf_error(conf, line, 1, "there is no group \"%s\"", mg_line_word(line, 1));
}

static void settings_check_socket_group(struct mg_conf *conf, const struct mg_line *line,
					const void *self)
{
	settings_warn_socket(conf, line, self);
	settings_check_group(conf, line, self);
}

static void settings_check_front_end(struct mg_conf *conf, const struct mg_line *line,
				     const void *self)
{
	(void)conf;
	(void)line;
	(void)self;
#ifndef HAVE_LIBMILTER
	if (((const struct settings *)self)->front_end == FRONT_END_LIBMILTER)
		mg_conf_error(
			conf, line, 1,
			"found libmilter, but millgated is built without it (--without-libmilter), "
			"expected event");
#endif
}

/* A local part stands for itself in any domain. Returns NULL, or what is wrong. */
static const char *settings_add_exempt(struct mg_table *table, const char *word)
{
	char local[256];

	if (strchr(word, '@') || strlen(word) + 2 > sizeof(local))
		return table_add_entry(table, word);
	snprintf(local, sizeof(local), "%s@", word);
	return table_add_entry(table, local);
}

static void settings_check_exempt(struct mg_conf *conf, const struct mg_line *line,
				  const void *self)
{
	struct mg_table *table = table_new(conf->arena, MG_KEY_MAIL, NULL);
	const struct settings *settings = self;

	for (size_t i = 1; i < mg_line_words(line); i++) {
		const char *word = mg_line_word(line, i);

		if (settings_add_exempt(table, word))
			mg_conf_error(conf, line, i,
				      "found \"%s\", expected a local part, or a whole address",
				      word);
		if (strcmp(word, "none") == 0 && settings->exempt_recipients.n > 1)
			mg_conf_error(conf, line, i,
				      "found none beside another word, expected it alone");
	}
	if (mg_line_word(line, 1) && strcmp(mg_line_word(line, 1), "none") == 0)
		return;
	if (settings->reply_at < MG_RCPT && mg_conf_item(conf, "reply-at", 0))
		mg_conf_warning(conf, line, 0,
				"exempt-recipients spares nobody what is refused before RCPT, "
				"which \"reply-at %s\" allows",
				mg_line_word(mg_conf_item(conf, "reply-at", 0), 1));
}

/* Empty, as Postfix's, or "none"; no characters that words of an address consist of. */
static void settings_check_delimiter(struct mg_conf *conf, const struct mg_line *line,
				     const void *self)
{
	static const char allowed[] = "!#$%&'*+-/=?^_`{|}~.";
	const char *word = mg_line_word(line, 1);

	(void)self;
	if (line != mg_conf_item(conf, "recipient-delimiter", 0))
		items_repeated(conf->errors, line, mg_conf_item(conf, "recipient-delimiter", 0));
	if (!word || mg_line_words(line) > 2 || line->has_block)
		mg_conf_error(conf, line, 0,
			      "recipient-delimiter takes characters such as +, or none");
	else if (strcmp(word, "none") != 0 && word[strspn(word, allowed)])
		mg_conf_error(conf, line, 1, "found \"%s\", expected characters such as +, or none",
			      word);
}

/* A warning only: main.cf may give Postfix a longer timeout. */
static void settings_check_budget(struct mg_conf *conf, const struct mg_line *line,
				  const void *self)
{
	const struct settings *settings = self;

	if (settings->stage_budget >= POSTFIX_WAITS_MS)
		mg_conf_warning(
			conf, line, 1,
			"found %s, expected less than 30s: Postfix gives up first, unless its "
			"milter_command_timeout is longer",
			mg_line_word(line, 1));
}

/* ---- The log ---- */

/* One word after "log"; false when it means nothing. */
static bool settings_log_word(struct log_settings *log, const char *word)
{
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

static void settings_check_log_path(struct mg_conf *conf, const struct mg_line *line, size_t word,
				    const struct log_settings *log, const struct settings *settings)
{
	const char *socket = settings_socket(settings);

	/* A log may go to a pipe or a device, too. */
	settings_check_path(conf, line, word, log->path,
			    log->target == LOG_TO_SYSLOG ? S_IFSOCK : 0);
	if ((settings->pid_file && strcmp(log->path, settings->pid_file) == 0) ||
	    (socket && strcmp(log->path, socket) == 0))
		mg_conf_error(conf, line, word,
			      "found \"%s\", which is that of \"listen\" or \"pid-file\" too",
			      log->path);
}

static void settings_check_log_words(struct mg_conf *conf, const struct mg_line *line,
				     const struct settings *settings)
{
	struct log_settings log = { .path = NULL };
	unsigned forms = 0, targets = 0;

	for (size_t w = 1; w < mg_line_words(line); w++) {
		const char *word = mg_line_word(line, w);
		const bool form = strcmp(word, "text") == 0 || strcmp(word, "json") == 0;

		if (!settings_log_word(&log, word))
			mg_conf_error(
				conf, line, w,
				"found \"%s\", expected syslog, syslog:/PATH, stderr, file:/PATH, "
				"text or json",
				word);
		else if (form ? forms++ : targets++)
			mg_conf_error(conf, line, w, "found \"%s\", expected one %s only", word,
				      form ? "form" : "place");
		else if (!form && log.path)
			settings_check_log_path(conf, line, w, &log, settings);
	}
}

static void settings_check_log(struct mg_conf *conf, const struct mg_line *line, const void *self)
{
	if (mg_line_words(line) < 2 || line->has_block)
		mg_conf_error(
			conf, line, 0,
			"log takes syslog, syslog:/PATH, stderr or file:/PATH, and text or json");
	if (line != mg_conf_item(conf, "log", 0))
		items_repeated(conf->errors, line, mg_conf_item(conf, "log", 0));
	settings_check_log_words(conf, line, self);
}

/* LOG_FIELDS for another name. */
static size_t settings_log_field(const char *name)
{
	size_t i = 0;

	while (i < LOG_FIELDS && strcasecmp(log_field_forms[i].name, name) != 0)
		i++;
	return i;
}

static void settings_check_log_fields(struct mg_conf *conf, const struct mg_line *line,
				      const void *self)
{
	(void)self;
	for (size_t w = 1; w < mg_line_words(line); w++) {
		const char *word = mg_line_word(line, w);

		if (strcmp(word, "none") == 0 && mg_line_words(line) > 2)
			mg_conf_error(conf, line, w,
				      "found none beside another word, expected it alone");
		else if (strcmp(word, "none") != 0 && settings_log_field(word) == LOG_FIELDS)
			mg_conf_error(conf, line, w,
				      "found \"%s\", expected Subject, Message-ID, From or none",
				      word);
	}
}

/* ---- The whole ---- */

static void settings_derive_log(struct settings *settings, const struct mg_line *line)
{
	for (size_t w = 1; w < mg_line_words(line); w++) {
		const char *word = mg_line_word(line, w);

		settings_log_word(&settings->log, word);
		if (strcmp(word, "text") != 0 && strcmp(word, "json") != 0)
			settings->log_placed = true;
	}
}

static void settings_derive_exempt(struct settings *settings, struct arena *arena)
{
	const struct mg_strings *words = &settings->exempt_recipients;
	struct mg_table *table = table_new(arena, MG_KEY_MAIL, NULL);

	for (size_t i = 0; i < words->n; i++)
		if (strcmp(words->v[i], "none") != 0)
			(void)settings_add_exempt(table, words->v[i]);
	table_set_delimiters(table, settings->delimiters);
	table_finish(table);
	settings->exempt = table;
}

/* The tables among the keys need it, wherever it stands. NULL: none. */
static const char *settings_delimiters(const struct mg_line *line)
{
	const char *word;

	while (line && strcmp(mg_line_word(line, 0), "recipient-delimiter") != 0)
		line = line->next;
	word = line && mg_line_words(line) > 1 ? mg_line_word(line, 1) : "";
	return *word && strcmp(word, "none") != 0 ? word : NULL;
}

/* What follows from the keys. */
static void settings_derive(struct settings *settings, struct arena *arena)
{
	settings->mode = (mode_t)strtoul(settings->socket_mode, NULL, 8);
	settings_derive_exempt(settings, arena);
	settings->log.target = LOG_TO_SYSLOG;
	settings->log.level = (enum mg_level)settings->log_level;
	for (size_t i = 0; i < settings->log_lines.n; i++)
		settings_derive_log(settings, settings->log_lines.v[i]);
	for (size_t i = 0; i < settings->log_field_names.n; i++)
		settings->log_fields |= 1U << settings_log_field(settings->log_field_names.v[i]);
	settings->log_fields &= (1U << LOG_FIELDS) - 1;
}

void settings_read(struct settings *settings, struct errors *errors, struct errors *warnings,
		   const struct mg_line *lines)
{
	struct item_set set = { .items = settings_items,
				.target = settings,
				.delimiters = settings_delimiters(lines) };
	struct mg_conf conf = { .arena = errors->arena,
				.errors = errors,
				.warnings = warnings,
				.sets = &set,
				.nsets = 1 };

	items_defaults(conf.arena, errors, "millgate.conf", settings_items, settings);
	items_fill(conf.arena, errors, NULL, lines, &set, 1);
	items_check(&set, &conf, errors);
	settings->delimiters = set.delimiters;
	settings_derive(settings, errors->arena);
	conf.stage_budget = settings->stage_budget;
	dns_block_read(&settings->dns, &conf, &settings->dns_lines);
}
