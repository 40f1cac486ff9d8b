/* SPDX-License-Identifier: BSD-2-Clause */
/* A new configuration for a daemon that runs. */
#include <config.h>

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "config/load.h"
#include "daemon/identity.h"
#include "daemon/reload.h"

/* As whom files are read, for whoever wonders why one cannot be. */
static void print_user(char *text_r, size_t size)
{
	const struct passwd *user = getpwuid(geteuid());

	if (user)
		snprintf(text_r, size, "%s", user->pw_name);
	else
		snprintf(text_r, size, "%lu", (unsigned long)geteuid());
}

static void fail(struct reload *reload, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The last line of a reload that failed. */
static void fail(struct reload *reload, const char *fmt, ...)
{
	char user[64], why[512];
	va_list args;

	print_user(user, sizeof(user));
	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	log_say(reload->host->log, MG_LOG_ERROR, "reload",
		"the configuration has not changed (generation %llu): %s (as user %s)",
		reload->host->generation, why, user);
}

/* Each on a line of its own. */
static void report(void *arg, const struct errors *errors)
{
	struct reload *reload = arg;
	const char *text;

	for (size_t i = 0; (text = errors_line(errors, i)); i++)
		log_say(reload->host->log, MG_LOG_ERROR, "reload", "%s", text);
	fail(reload, "%zu error%s in %s", errors->count, errors->count == 1 ? "" : "s",
	     reload->conf);
}

static void tell_warnings(struct reload *reload, const struct errors *warnings)
{
	const char *text;

	for (size_t i = 0; (text = errors_line(warnings, i)); i++)
		log_say(reload->host->log, MG_LOG_WARNING, "reload", "%s", text);
}

struct front_limits reload_limits(const struct settings *settings)
{
	return (struct front_limits){ .connections = (size_t)settings->max_connections,
				      .waiting = (size_t)settings->max_waiting,
				      .packet_memory = (size_t)settings->packet_memory };
}

/* The privileges of the start are gone: the limit of open files may be too low now. */
static void limit_front(struct reload *reload, const struct settings *settings)
{
	const struct front_limits limits = reload_limits(settings);
	const unsigned long files = identity_raise_files(limits.connections);

	if (files)
		log_say(reload->host->log, MG_LOG_WARNING, "reload", IDENTITY_FILES_LOW, files,
			settings->max_connections);
	reload->front_end->limit(reload->front, &limits);
}

static void take_over(struct reload *reload, struct snapshot *snapshot)
{
	const struct settings *settings = &snapshot->settings;
	struct log *log = reload->host->log;
	char error[SERVICES_ERROR_MAX];
	const char *log_error;
	int log_fd;

	if (log_prepare(log, &settings->log, &log_fd, &log_error) < 0) {
		fail(reload, "cannot open the log %s: %s", settings->log.path, log_error);
		snapshot_unref(&snapshot);
		return;
	}
	if (host_change(reload->host, snapshot, error) < 0) {
		log_discard(log_fd);
		fail(reload, "%s", error);
		snapshot_unref(&snapshot);
		return;
	}
	log_change(log, &settings->log, log_fd);
	limit_front(reload, settings);
	log_say(log, MG_LOG_INFO, "reload", "%s read again: generation %llu", reload->conf,
		reload->host->generation);
}

void reload_run(struct reload *reload)
{
	/* Newest first; those before the present one may have a module loaded. */
	struct snapshot *snapshot =
		snapshot_load(reload->conf, reload->keep, reload->host->snapshots, report, reload);

	if (!snapshot)
		return;
	tell_warnings(reload, &snapshot->warnings);
	take_over(reload, snapshot);
}
