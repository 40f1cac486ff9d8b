/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the daemon under test in a folder of its own, and reports how it ended. */
#include "../dns/server.h"
#include "daemon.h"
#include "script.h"
#include "text.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAUSE_MS 5

static bool daemon_wrong(struct daemon *daemon, const char *what, const char *about)
{
	snprintf(daemon->error, sizeof(daemon->error), "%.100s%s%.290s", what, about ? ": " : "",
		 about ? about : "");
	return false;
}

/* ---- Folder and files ------------------------------------------------------------ */

char *daemon_path(const struct daemon *daemon, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", daemon->dir, name ? name : "stderr") < 0)
		abort();
	return path;
}

char *daemon_expand(const struct daemon *daemon, const char *text)
{
	const char *modules = getenv("MG_TEST_MODULES");
	char port[12], dns[24] = "127.0.0.1:1"; /* nobody answers at this address */
	const struct {
		const char *name, *value;
	} variables[] = {
		{ "$DIR", daemon->dir },   { "$SOCKET", daemon->socket },
		{ "$CONF", daemon->conf }, { "$MODULES", modules ? modules : "/nonexistent" },
		{ "$PORT", port },         { "$DNS", dns },
	};
	struct text out = { NULL, 0 };

	snprintf(port, sizeof(port), "%u", daemon->port);
	if (daemon->dns)
		snprintf(dns, sizeof(dns), "127.0.0.1:%u", server_port(daemon->dns));
	text_add(&out, "", 0);
	while (*text) {
		size_t i, n = sizeof(variables) / sizeof(*variables);

		for (i = 0;
		     i < n && strncmp(text, variables[i].name, strlen(variables[i].name)) != 0; i++)
			;
		if (i < n) {
			text_add(&out, variables[i].value, strlen(variables[i].value));
			text += strlen(variables[i].name);
		} else {
			text_add(&out, text++, 1);
		}
	}
	return out.data;
}

/*
 * Chooses a free port that stays free. While a socket is bound to it but does not listen, the
 * kernel gives it to no other user of an arbitrary port. The daemon requests this port with
 * SO_REUSEADDR and gets it.
 */
static void daemon_reserve_port(struct daemon *daemon)
{
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in any = { .sin_family = AF_INET };
	struct sockaddr *address = (struct sockaddr *)&any6;
	socklen_t size = sizeof(any6);
	const int on = 1;
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0) { /* this machine has no IPv6 */
		address = (struct sockaddr *)&any;
		size = sizeof(any);
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address, size) == 0 && getsockname(fd, address, &size) == 0)
		daemon->port =
			ntohs(address->sa_family == AF_INET6 ? any6.sin6_port : any.sin_port);
	daemon->reserved = fd;
}

/* Reads from the configuration where the daemon listens, and whether it reports readiness. */
static bool daemon_note(struct daemon *daemon, const char *word)
{
	if (strncmp(word, "log-level warning", 17) == 0 ||
	    strncmp(word, "log-level error", 15) == 0)
		daemon->is_quiet = true;
	if (strncmp(word, "listen ", 7) != 0)
		return false;
	snprintf(daemon->address, sizeof(daemon->address), "%.*s", (int)strcspn(word + 7, " ;\t"),
		 word + 7);
	return true;
}

/* Writes the lines of a block. */
static bool daemon_write(struct daemon *daemon, const struct script *script, size_t begin,
			 const char *path, bool is_conf)
{
	const char *front_end = getenv("MG_FRONT_END");
	FILE *file = fopen(path, "we");
	bool listens = false;
	size_t i;

	if (!file)
		return daemon_wrong(daemon, path, strerror(errno));
	for (i = begin + 1; i < script->lines[begin].end; i++) {
		char *text = daemon_expand(daemon, script->lines[i].raw);
		const char *word = text + strspn(text, " \t");

		if (is_conf && daemon_note(daemon, word))
			listens = true;
		fprintf(file, "%s\n", text);
		free(text);
	}
	/* Last, so that messages have the line numbers of the block. */
	if (is_conf && !listens)
		fprintf(file, "listen unix:%s\n", daemon->socket);
	if (is_conf && front_end && *front_end)
		fprintf(file, "front-end %s\n", front_end);
	return fclose(file) == 0 || daemon_wrong(daemon, path, strerror(errno));
}

/* Starts the DNS server; the configuration has its port. */
static bool daemon_prepare_dns(struct daemon *daemon, const struct script *script)
{
	for (size_t i = 0; i < script->nlines; i++) {
		const struct line *line = &script->lines[i];

		if (!line_is(line, 0, "answers") || !line->end)
			continue;
		if (!daemon->dns)
			daemon->dns = server_new(0);
		if (!daemon->dns)
			return daemon_wrong(daemon, "no DNS server", NULL);
		while (++i < line->end)
			server_add(daemon->dns, script->lines[i].raw);
	}
	return true;
}

bool daemon_prepare(struct daemon *daemon, const struct script *script)
{
	const char *tmp = getenv("TMPDIR");
	size_t i;
	bool good = true;

	if (!tmp || strlen(tmp) > 30) /* a socket's path has room for 107 characters */
		tmp = "/tmp";
	daemon->reserved = -1;
	snprintf(daemon->dir, sizeof(daemon->dir), "%s/scenario.XXXXXX", tmp);
	if (!mkdtemp(daemon->dir) || chmod(daemon->dir, 0755) < 0)
		return daemon_wrong(daemon, daemon->dir, strerror(errno));
	snprintf(daemon->conf, sizeof(daemon->conf), "%s/millgate.conf", daemon->dir);
	snprintf(daemon->socket, sizeof(daemon->socket), "%s/sock", daemon->dir);
	snprintf(daemon->errors, sizeof(daemon->errors), "%s/stderr", daemon->dir);
	snprintf(daemon->address, sizeof(daemon->address), "unix:%s", daemon->socket);
	daemon_reserve_port(daemon);
	good = daemon_prepare_dns(daemon, script);
	for (i = 0; good && i < script->nlines; i++) {
		const struct line *line = &script->lines[i];

		if (line_is(line, 0, "config")) {
			good = daemon_write(daemon, script, i, daemon->conf, true);
		} else if (line_is(line, 0, "file") && line->nwords == 2) {
			char *path = daemon_path(daemon, line_word(line, 1));

			good = daemon_write(daemon, script, i, path, false);
			free(path);
		}
		if (line->end)
			i = line->end > i && (line_is(line, 0, "config") ||
					      line_is(line, 0, "file") ||
					      line_is(line, 0, "answers"))
				    ? line->end
				    : i;
	}
	return good;
}

static void daemon_remove(const char *dir)
{
	DIR *folder = opendir(dir);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		char path[400];

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (unlink(path) < 0 && errno == EISDIR)
			daemon_remove(path);
	}
	if (folder)
		closedir(folder);
	rmdir(dir);
}

void daemon_clean(struct daemon *daemon)
{
	if (daemon_is_alive(daemon)) {
		kill(daemon->pid, SIGKILL);
		daemon_wait(daemon);
	}
	if (daemon->dns)
		server_free(daemon->dns);
	daemon->dns = NULL;
	if (daemon->port)
		close(daemon->reserved);
	if (*daemon->dir && !getenv("SCENARIO_KEEP"))
		daemon_remove(daemon->dir);
}

/* ---- The process -------------------------------------------------------------------- */

/* In the child: becomes the daemon. option: -f or -t. */
static void daemon_exec(const struct daemon *daemon, const char *option)
{
	const char *wrapper = getenv("MILLGATED_WRAPPER");
	const char *program = getenv("MILLGATED");
	char *words = strdup(wrapper ? wrapper : "");
	char *argv[40];
	size_t n = 0;
	char *word, *rest = words;
	int fd = open(daemon->errors, O_WRONLY | O_CREAT | O_APPEND, 0644);
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* the daemon ends when the runner is killed */
	if (fd < 0 || null < 0 || dup2(null, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(126);
	close(fd);
	close(null);
	while (n < 30 && (word = strsep(&rest, " ")))
		if (*word)
			argv[n++] = word;
	argv[n++] = strdup(program ? program : "millgated");
	argv[n++] = strdup(option);
	argv[n++] = strdup("-c");
	argv[n++] = strdup(daemon->conf);
	argv[n] = NULL;
	execvp(argv[0], argv);
	dprintf(2, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static bool daemon_fork(struct daemon *daemon, const char *option)
{
	daemon->waited = false;
	daemon->pid = fork();
	if (daemon->pid < 0) {
		daemon->pid = 0;
		return daemon_wrong(daemon, "fork", strerror(errno));
	}
	if (daemon->pid == 0)
		daemon_exec(daemon, option);
	return true;
}

bool daemon_is_alive(struct daemon *daemon)
{
	if (daemon->pid && waitpid(daemon->pid, &daemon->status, WNOHANG) == daemon->pid) {
		daemon->pid = 0;
		daemon->waited = true;
	}
	return daemon->pid != 0;
}

const char *daemon_report(const struct daemon *daemon, const struct machine_wait *wait,
			  char text_r[240])
{
	return machine_report(wait, daemon->pid, text_r);
}

bool daemon_wait(struct daemon *daemon)
{
	struct machine_wait wait = machine_wait(PATIENCE_MS);
	char report[240];

	while (daemon_is_alive(daemon))
		if (!machine_pause(&wait, PAUSE_MS))
			return daemon_wrong(daemon, "the daemon still runs",
					    daemon_report(daemon, &wait, report));
	return true;
}

bool daemon_signal(struct daemon *daemon, int signal)
{
	return daemon_is_alive(daemon) && kill(daemon->pid, signal) == 0;
}

bool daemon_run(struct daemon *daemon, const char *option, int *status_r)
{
	if (!daemon_fork(daemon, option))
		return false;
	if (!daemon_wait(daemon)) {
		kill(daemon->pid, SIGKILL);
		daemon_wait(daemon);
		return daemon_wrong(daemon, "the daemon did not end by itself with option", option);
	}
	*status_r = daemon->status;
	return true;
}

/*
 * Whether a line of /proc/net/unix shows a socket with this path: the one that listens, or one
 * of a connection.
 */
static bool socket_is_unix(const char *line, const char *path, bool listening)
{
	char flags[20], local[120];

	return sscanf(line, "%*s %*s %*s %19s %*s %*s %*s %119s", flags, local) == 2 &&
	       strcmp(local, path) == 0 && (strcmp(flags, "00010000") == 0) == listening;
}

/*
 * The same in /proc/net/tcp, where port is ":ABCD". A connection counts until the daemon has closed
 * it.
 */
static bool socket_is_inet(const char *line, const char *port, bool listening)
{
	char local[80], state[20];

	return sscanf(line, "%*s %79s %*s %19s", local, state) == 2 &&
	       strcmp(local + strcspn(local, ":"), port) == 0 &&
	       (listening ? strcmp(state, "0A") == 0
			  : strcmp(state, "01") == 0 || strcmp(state, "08") == 0);
}

/* Reads the kernel's tables: a connection as a probe would be an event for the daemon. */
static unsigned daemon_sockets(const struct daemon *daemon, bool listening)
{
	static const char *const tables[] = { "/proc/net/unix", "/proc/net/tcp", "/proc/net/tcp6" };
	bool is_unix = strncmp(daemon->address, "inet", 4) != 0;
	const char *path = strchr(daemon->address, ':') + 1;
	char line[400], port[8];
	unsigned n = 0;
	size_t i;

	snprintf(port, sizeof(port), ":%04X", daemon->port & 0xffff);
	for (i = is_unix ? 0 : 1; i < (is_unix ? 1 : 3); i++) {
		FILE *table = fopen(tables[i], "re");

		while (table && fgets(line, sizeof(line), table))
			n += is_unix ? socket_is_unix(line, path, listening)
				     : socket_is_inet(line, port, listening);
		if (table)
			fclose(table);
	}
	return n;
}

unsigned daemon_connections(const struct daemon *daemon)
{
	return daemon_sockets(daemon, false);
}

/*
 * Whether the daemon has reported readiness. A listening socket is not enough: a unix socket
 * refuses clients until it has its mode, and a port is opened for a moment to see whether it is
 * free.
 */
static bool daemon_serves(const struct daemon *daemon)
{
	FILE *file;
	char *line = NULL;
	size_t room = 0;
	bool serves = false;
	struct stat status;

	if (daemon->is_quiet)
		return daemon_sockets(daemon, true) &&
		       (stat(daemon->socket, &status) < 0 || (status.st_mode & 0777));
	file = fopen(daemon->errors, "re");
	if (file && fseek(file, daemon->said, SEEK_SET) == 0)
		while (!serves && getline(&line, &room, file) > 0)
			serves = strstr(line, " serves ") != NULL;
	free(line);
	if (file)
		fclose(file);
	return serves;
}

bool daemon_start(struct daemon *daemon)
{
	struct machine_wait wait = machine_wait(PATIENCE_MS);
	struct stat status;
	char report[240];

	daemon->said = stat(daemon->errors, &status) == 0 ? (long)status.st_size : 0;
	if (!daemon_fork(daemon, "-f"))
		return false;
	while (!daemon_serves(daemon)) {
		if (!daemon_is_alive(daemon))
			return daemon_wrong(daemon, "the daemon ended when it should start", NULL);
		if (!machine_pause(&wait, PAUSE_MS))
			return daemon_wrong(daemon, "the daemon does not say that it serves",
					    daemon_report(daemon, &wait, report));
	}
	return true;
}

/* ---- Its end ------------------------------------------------------------------------ */

/* The line in which a sanitizer or valgrind reports an error, if there is one. */
static bool daemon_complaint(struct daemon *daemon)
{
	static const char *const complaints[] = {
		"ERROR: AddressSanitizer",  "ERROR: LeakSanitizer",          "runtime error: ",
		"WARNING: ThreadSanitizer", "AddressSanitizer:DEADLYSIGNAL", "Invalid read of size",
		"Invalid write of size",    "uninitialised value",           "definitely lost: ",
		"private data not NULL",    "claimed not to reply"
	};
	FILE *file = fopen(daemon->errors, "re");
	char line[1000];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		size_t i;

		for (i = 0; i < sizeof(complaints) / sizeof(*complaints); i++)
			if (strstr(line, complaints[i]) &&
			    !strstr(line, "definitely lost: 0 bytes"))
				found = true;
	}
	if (file)
		fclose(file);
	if (found)
		daemon_wrong(daemon, "a complaint", line);
	return found;
}

bool daemon_stop(struct daemon *daemon)
{
	char how[60];

	daemon_signal(daemon, SIGTERM);
	if (!daemon_wait(daemon))
		return false;
	if (daemon_complaint(daemon))
		return false;
	if (WIFEXITED(daemon->status) && WEXITSTATUS(daemon->status) == 0)
		return true;
	if (WIFSIGNALED(daemon->status))
		snprintf(how, sizeof(how), "by signal %d", WTERMSIG(daemon->status));
	else
		snprintf(how, sizeof(how), "with exit status %d", WEXITSTATUS(daemon->status));
	return daemon_wrong(daemon, "the daemon ended", how);
}

long daemon_fds(const struct daemon *daemon)
{
	char path[40];
	long n = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)daemon->pid);
	folder = daemon->pid ? opendir(path) : NULL;
	if (!folder)
		return -1;
	while (readdir(folder))
		n++;
	closedir(folder);
	return n - 2;
}

long daemon_memory(const struct daemon *daemon)
{
	char path[40], line[200];
	long kib = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)daemon->pid);
	file = daemon->pid ? fopen(path, "re") : NULL;
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "VmRSS:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (file)
		fclose(file);
	return kib;
}
