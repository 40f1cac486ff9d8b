/* SPDX-License-Identifier: BSD-2-Clause */
/* What a configuration cannot change in a daemon that runs. */
#include <config.h>

#include <string.h>
#include <sys/stat.h>

#include "base/line.h"
#include "config/registry.h"
#include "config/restart.h"

/* ---- Keys: what the daemon did with them before it gave up its privileges ---- */

static const struct {
	const char *key;
	size_t offset; /* of a string in struct settings */
} restart_keys[] = {
	{ "listen", offsetof(struct settings, listen) },
	{ "socket-group", offsetof(struct settings, socket_group) },
	{ "user", offsetof(struct settings, user) },
	{ "group", offsetof(struct settings, group) },
	{ "pid-file", offsetof(struct settings, pid_file) },
};

static const struct mg_line *restart_line(const struct snapshot *snapshot, const char *key)
{
	const struct mg_line *line = snapshot->lines;

	while (line && strcmp(mg_line_word(line, 0), key) != 0)
		line = line->next;
	return line;
}

static void restart_report(struct snapshot *snapshot, struct errors *errors, const char *key,
			   const char *present)
{
	const struct mg_line *line = restart_line(snapshot, key);

	if (present)
		errors_at(errors, line, line ? 1 : 0,
			  "%s needs a restart: millgated runs with %s %s", key, key, present);
	else
		errors_at(errors, line, 0, "%s needs a restart: millgated runs without it", key);
}

static void restart_check_key(struct snapshot *snapshot, struct errors *errors, size_t i,
			      const struct settings *present)
{
	const size_t offset = restart_keys[i].offset;
	const char *is, *was;

	memcpy(&is, (const char *)&snapshot->settings + offset, sizeof(is));
	memcpy(&was, (const char *)present + offset, sizeof(was));
	if (is == was || (is && was && strcmp(is, was) == 0))
		return;
	restart_report(snapshot, errors, restart_keys[i].key, was);
}

/* Threads write lines while it changes: only what can be exchanged in one step does. */
static bool restart_log_can_change(const struct settings *is, const struct settings *was)
{
	if (is->log.target != was->log.target || is->log_placed != was->log_placed)
		return false;
	if (is->log.target != LOG_TO_SYSLOG || is->log.path == was->log.path)
		return true;
	return is->log.path && was->log.path && strcmp(is->log.path, was->log.path) == 0;
}

static void restart_check_log(struct snapshot *snapshot, struct errors *errors,
			      const struct settings *was)
{
	static const char *const targets[] = {
		[LOG_TO_SYSLOG] = "syslog", [LOG_TO_STDERR] = "stderr", [LOG_TO_FILE] = "file:"
	};

	if (restart_log_can_change(&snapshot->settings, was))
		return;
	errors_at(errors, restart_line(snapshot, "log"), 0,
		  "another kind of log needs a restart: millgated runs with log %s%s%s",
		  targets[was->log.target],
		  was->log.path && was->log.target == LOG_TO_SYSLOG ? ":" : "",
		  was->log.path ? was->log.path : "");
}

/* ---- Modules ---- */

struct module_file {
	const char *path;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
	struct module_file *next;
};

static const struct module_file *restart_find(const struct snapshot *snapshot, const char *path)
{
	const struct module_file *file = snapshot->modules;

	while (file && strcmp(file->path, path) != 0)
		file = file->next;
	return file;
}

void restart_note_modules(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->ninstances; i++) {
		const char *path = registry_module(&snapshot->arena, snapshot->settings.modules,
						   snapshot->instances[i].type->name);
		struct module_file *file;
		struct stat st;

		if (!path || restart_find(snapshot, path) || stat(path, &st) < 0)
			continue;
		file = arena_zalloc(&snapshot->arena, sizeof(*file));
		*file = (struct module_file){ path,       st.st_dev,  st.st_ino,
					      st.st_size, st.st_mtim, snapshot->modules };
		snapshot->modules = file;
	}
}

static bool restart_is_same_file(const struct module_file *a, const struct module_file *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* As long as one of a module's name is loaded, dlopen() returns that one, whatever the file is. */
static void restart_check_module(const struct snapshot *snapshot, struct errors *errors,
				 const struct instance *instance, const struct snapshot *present)
{
	const char *path =
		registry_module(errors->arena, snapshot->settings.modules, instance->type->name);
	const struct module_file *is = path ? restart_find(snapshot, path) : NULL;

	for (; is && present; present = present->older) {
		const struct module_file *was = restart_find(present, path);

		if (!was || restart_is_same_file(is, was))
			continue;
		errors_at(errors, instance->line, 1,
			  "%s needs a restart: it has changed since it was loaded", path);
		return;
	}
}

void restart_check(struct snapshot *snapshot, struct errors *errors, const struct snapshot *present)
{
	static const char *const front_ends[] = { "event", "libmilter" };
	const struct settings *is = &snapshot->settings, *was = &present->settings;

	for (size_t i = 0; i < sizeof(restart_keys) / sizeof(restart_keys[0]); i++)
		restart_check_key(snapshot, errors, i, was);
	if (is->mode != was->mode)
		restart_report(snapshot, errors, "socket-mode", was->socket_mode);
	if (is->front_end != was->front_end)
		restart_report(snapshot, errors, "front-end", front_ends[was->front_end]);
	restart_check_log(snapshot, errors, was);
	for (size_t i = 0; i < snapshot->ninstances; i++)
		restart_check_module(snapshot, errors, &snapshot->instances[i], present);
}
