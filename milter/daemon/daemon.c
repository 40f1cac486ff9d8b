/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's life: start, wait for signals, stop.
 *
 * What needs privileges (the socket, the pid file, the log, files of the configuration) is opened
 * first, then they are given up, and only then there are threads and mail.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "config/load.h"
#include "base/memory.h"
#include "daemon/daemon.h"
#include "daemon/identity.h"
#include "daemon/pidfile.h"
#include "daemon/reload.h"
#include "front/front.h"
#ifdef HAVE_LIBMILTER
#include "front/libmilter/libmilter.h"
#endif
#include "session/host.h"

/* Longer than nearly all events take, shorter than a supervisor waits. */
#define STOP_MS 3000

/* Our own threads send it when a snapshot is to be freed. Harmless when others send it. */
#define TIDY_SIGNAL SIGUSR2

/* By enum front_end_choice. Only those that are built in can be chosen. */
static const struct front_end *const front_ends[] = {
	[FRONT_END_EVENT] = &front_event,
#ifdef HAVE_LIBMILTER
	[FRONT_END_LIBMILTER] = &front_libmilter,
#endif
};

struct daemon {
	const struct daemon_options *options;
	struct keep *keep;
	char *conf;                      /* the configuration file, from the root on */
	struct snapshot *snapshot;       /* NULL once it is the host's */
	const struct settings *settings; /* the snapshot's, up to the start */
	struct log_settings log_settings;
	struct log *log;
	struct identity identity;
	struct pidfile pidfile;
	const struct front_end *front_end;
	struct front *front;
	struct host host;
	bool has_host;
	atomic_bool ended; /* the front end has ended by itself */
	int parent; /* a byte tells the waiting parent that all went well; -1 in the foreground */
};

static int fail(struct daemon *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Why it does not start: on standard error, and in the log when that is open and elsewhere. */
static int fail(struct daemon *d, const char *fmt, ...)
{
	char message[FRONT_ERROR_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	fprintf(stderr, "millgated: %s\n", message);
	if (d->log_settings.target != LOG_TO_STDERR)
		log_say(d->log, MG_LOG_ERROR, "start", "%s", message);
	return -1;
}

static int load(struct daemon *d)
{
	d->snapshot = snapshot_load(d->options->conf, d->keep, NULL, snapshot_print_errors, stderr);
	if (!d->snapshot)
		return -1;
	d->settings = &d->snapshot->settings;
	d->log_settings = d->settings->log;
	if (d->options->foreground && !d->settings->log_placed)
		d->log_settings.target = LOG_TO_STDERR;
	return 0;
}

int daemon_test(const struct daemon_options *options)
{
	struct daemon d = { .options = options };

	if (load(&d) < 0)
		return EXIT_FAILURE;
	errors_print(&d.snapshot->warnings, stderr);
	snapshot_unref(&d.snapshot);
	printf("%s: ok\n", options->conf);
	return EXIT_SUCCESS;
}

/* A line of the log takes no memory but the stack. */
static void write_last_line(void *log, const char *words)
{
	log_say(log, MG_LOG_ERROR, "memory", "%s", words);
}

static int open_log(struct daemon *d)
{
	const char *error;

	d->log = log_open(&d->log_settings, &error);
	if (!d->log)
		return fail(d, "cannot open the log%s%s: %s", d->log_settings.path ? " " : "",
			    d->log_settings.path ? d->log_settings.path : "", error);
	memory_last_line(write_last_line, d->log);
	if (geteuid() == 0 && log_give(d->log, d->identity.uid, d->identity.gid) < 0)
		return fail(d, "cannot give the log %s to user %u, group %u: %s",
			    d->log_settings.path, (unsigned)d->identity.uid,
			    (unsigned)d->identity.gid, strerrordesc_np(errno));
	return 0;
}

/* A mail filter reads what strangers send: it shall not do that as root by oversight. */
static void check_root(struct daemon *d)
{
	if (geteuid() == 0 && !d->identity.user)
		log_say(d->log, MG_LOG_WARNING, "start", "running as root: name a user in %s",
			d->options->conf);
}

static void tell_warnings(struct daemon *d)
{
	const char *text;

	for (size_t i = 0; (text = errors_line(&d->snapshot->warnings, i)); i++)
		log_say(d->log, MG_LOG_WARNING, "start", "%s", text);
}

static int open_socket(struct daemon *d)
{
	const struct front_settings settings = {
		.listen = d->settings->listen,
		.mode = d->settings->mode,
		.uid = d->identity.uid,
		.gid = d->identity.socket_gid,
		.limits = reload_limits(d->settings),
		.stranger_ms = FRONT_STRANGER_MS,
		.silence_ms = FRONT_SILENCE_MS,
		.host = &d->host,
		.log = d->log,
	};
	char error[FRONT_ERROR_MAX];

	d->front_end = front_ends[d->settings->front_end];
	d->front = d->front_end->open(&settings, error);
	return d->front ? 0 : fail(d, "%s", error);
}

static void raise_limits(struct daemon *d)
{
	unsigned long limit = identity_raise_files((size_t)d->settings->max_connections);

	if (limit)
		log_say(d->log, MG_LOG_WARNING, "start", IDENTITY_FILES_LOW, limit,
			d->settings->max_connections);
}

/* Opens all that has to be open before there is mail, and gives up privileges. */
static int prepare(struct daemon *d)
{
	char error[IDENTITY_ERROR_MAX];

	umask(027);
	if (identity_find(&d->identity, d->settings, error) < 0)
		return fail(d, "%s", error);
	if (open_log(d) < 0)
		return -1;
	check_root(d);
	tell_warnings(d);
	if (pidfile_open(&d->pidfile, d->settings->pid_file, error) < 0)
		return fail(d, "%s", error);
	raise_limits(d);
	if (open_socket(d) < 0)
		return -1;
	if (identity_take(&d->identity, error) < 0)
		return fail(d, "%s", error);
	return 0;
}

/*
 * Goes on in a child; the parent stays until that has started or failed, and does not return.
 * Standard error is kept until then, for the messages. Returns -1 when there is no child.
 */
static int go_to_background(struct daemon *d)
{
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return fail(d, "cannot start a process: %s", strerrordesc_np(errno));
	if (pid > 0) {
		close(ends[1]);
		/* Its end of the pipe is closed, without a byte, when the child ends. */
		_exit(read(ends[0], &byte, 1) == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	close(ends[0]);
	d->parent = ends[1];
	setsid();
	if (chdir("/") < 0)
		return fail(d, "cannot enter /: %s", strerrordesc_np(errno));
	return 0;
}

static void tell_parent(struct daemon *d)
{
	int null;

	if (d->parent < 0)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	if (write(d->parent, "", 1) < 0)
		log_say(d->log, MG_LOG_WARNING, "start",
			"the process that started this one is gone");
	close(d->parent);
}

/*
 * wait_for_signals() takes them. Threads inherit the mask, so this is called before there are any.
 */
static void block_signals(sigset_t *set)
{
	static const int signals[] = { SIGHUP, SIGUSR1, TIDY_SIGNAL, SIGTERM, SIGINT };

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(set, signals[i]);
	pthread_sigmask(SIG_BLOCK, set, NULL);
}

static void on_front_ended(void *arg)
{
	struct daemon *d = arg;

	d->ended = true;
	kill(getpid(), SIGTERM);
}

static void on_unused(void *arg)
{
	(void)arg;
	kill(getpid(), TIDY_SIGNAL);
}

/*
 * The services' threads must not be there before the daemon has gone to the background, and need no
 * privileges.
 */
static int open_host(struct daemon *d)
{
	char error[SERVICES_ERROR_MAX];

	host_init(&d->host, d->log, on_unused, NULL);
	d->has_host = true;
	if (host_change(&d->host, d->snapshot, error) < 0)
		return fail(d, "%s", error);
	d->snapshot = NULL;
	return 0;
}

static int start(struct daemon *d)
{
	int rc;

	if (open_host(d) < 0)
		return -1;
	rc = d->front_end->start(d->front, on_front_ended, d);
	if (rc != 0)
		return fail(d, "cannot start a thread: %s", strerrordesc_np(rc));
	log_say(d->log, MG_LOG_INFO, "start", "millgated " PACKAGE_VERSION " serves %s",
		d->settings->listen);
	d->settings = NULL;
	d->log_settings.path = NULL;
	tell_parent(d);
	return 0;
}

/* The log first: its file may have been renamed, whatever the configuration is. */
static void reload(struct daemon *d)
{
	struct reload reload = { d->conf, d->keep, &d->host, d->front_end, d->front };

	if (log_is_in_file(d->log) && log_reopen(d->log) == 0)
		log_say(d->log, MG_LOG_INFO, "reopen", "log file opened again");
	reload_run(&reload);
}

/*
 * Returns 0 after a signal to stop, -1 if the front end ended by itself. HUPs that arrive while
 * one is being handled count as one.
 */
static int wait_for_signals(struct daemon *d, const sigset_t *set)
{
	for (;;) {
		const int number = sigwaitinfo(set, NULL);

		if (number == SIGHUP)
			reload(d);
		else if (number == SIGUSR1)
			host_log_counters(&d->host);
		else if (number == TIDY_SIGNAL)
			host_tidy(&d->host);
		else if (number > 0)
			return d->ended ? -1 : 0;
	}
}

/*
 * Ends what prepare() and start() began, as far as they came; status: the process's, if it must end
 * here.
 */
static void stop(struct daemon *d, int status)
{
	size_t busy = d->front ? d->front_end->stop(d->front, STOP_MS) : 0;

	if (busy > 0)
		log_say(d->log, MG_LOG_WARNING, "stop",
			"%zu sessions are cut off in the middle of a step", busy);
	pidfile_remove(&d->pidfile);
	if (d->has_host)
		host_log_counters(&d->host);
	if (busy > 0)
		_exit(status); /* their threads use all that would be freed below */
	if (d->has_host) {
		host_destroy(&d->host);
		log_say(d->log, MG_LOG_INFO, "stop", "stopped");
	}
	snapshot_unref(&d->snapshot);
	keep_free(&d->keep);
	identity_free(&d->identity);
	memory_last_line(NULL, NULL);
	log_close(&d->log);
	free(d->conf);
}

/*
 * A configuration is read again from wherever the daemon is then. A link to one is not followed: it
 * may be another by then.
 */
static char *whole_path(const char *path)
{
	char *folder = *path == '/' ? NULL : getcwd(NULL, 0);
	char *whole;

	if (!folder)
		return strdup(path);
	if (asprintf(&whole, "%s/%s", folder, path) < 0)
		whole = NULL;
	free(folder);
	return whole;
}

/*
 * As many heaps as threads can run: with glibc's default of 8 a processor, threads that come and go
 * leave each of them with memory that nobody uses.
 */
static void limit_heaps(void)
{
#ifdef M_ARENA_MAX
	const long processors = sysconf(_SC_NPROCESSORS_ONLN);

	mallopt(M_ARENA_MAX, processors > 2 ? (int)processors : 2);
#endif
}

int daemon_run(const struct daemon_options *options)
{
	struct daemon d = { .options = options, .pidfile = { NULL, -1 }, .parent = -1 };
	int status = EXIT_FAILURE;
	sigset_t signals;

	limit_heaps();
	block_signals(&signals);
	d.keep = keep_new();
	if (load(&d) < 0) {
		keep_free(&d.keep);
		return EXIT_FAILURE;
	}
	d.conf = whole_path(options->conf);
	if (!d.conf)
		memory_ended();
	if ((options->foreground || go_to_background(&d) == 0) && prepare(&d) == 0 &&
	    start(&d) == 0) {
		if (wait_for_signals(&d, &signals) == 0)
			status = EXIT_SUCCESS;
		log_say(d.log, MG_LOG_INFO, "stop",
			status == EXIT_SUCCESS ? "stopping" : "the front end ended, stopping");
	}
	stop(&d, status);
	return status;
}
