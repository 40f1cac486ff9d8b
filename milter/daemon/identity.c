/* SPDX-License-Identifier: BSD-2-Clause */
/* The user and group that the daemon runs as, and the limits that it runs under. */
#include <config.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/memory.h"
#include "daemon/identity.h"
#include "config/settings.h"

/* Adds a message to those before it, so that one run reports all. */
static int add_error(char error_r[IDENTITY_ERROR_MAX], const char *key, const char *name)
{
	size_t n = strlen(error_r);

	snprintf(error_r + n, IDENTITY_ERROR_MAX - n, "%s%s \"%s\": %s", n ? "; " : "", key, name,
		 errno                      ? strerrordesc_np(errno)
		 : strcmp(key, "user") == 0 ? "there is no such user"
					    : "there is no such group");
	return -1;
}

static int find_user(struct identity *identity, char error_r[IDENTITY_ERROR_MAX])
{
	struct passwd *user;

	if (!identity->user)
		return 0;
	errno = 0;
	user = getpwnam(identity->user);
	if (!user)
		return add_error(error_r, "user", identity->user);
	identity->uid = user->pw_uid;
	identity->gid = user->pw_gid;
	return 0;
}

static int find_group(const char *key, const char *name, gid_t *gid_r,
		      char error_r[IDENTITY_ERROR_MAX])
{
	struct group *group;

	if (!name)
		return 0;
	errno = 0;
	group = getgrnam(name);
	if (!group)
		return add_error(error_r, key, name);
	*gid_r = group->gr_gid;
	return 0;
}

int identity_find(struct identity *identity, const struct settings *settings,
		  char error_r[IDENTITY_ERROR_MAX])
{
	int rc;

	error_r[0] = '\0';
	*identity =
		(struct identity){ .uid = (uid_t)-1, .gid = (gid_t)-1, .socket_gid = (gid_t)-1 };
	if (settings->user && !(identity->user = strdup(settings->user)))
		memory_ended();
	rc = find_user(identity, error_r);
	rc |= find_group("group", settings->group, &identity->gid, error_r);
	identity->socket_gid = identity->gid;
	rc |= find_group("socket-group", settings->socket_group, &identity->socket_gid, error_r);
	if (rc < 0)
		identity_free(identity);
	return rc;
}

void identity_free(struct identity *identity)
{
	free(identity->user);
	identity->user = NULL;
}

/* Whether all ids of the process are those of the user and group, and stay so. */
static bool is_taken(const struct identity *identity)
{
	uid_t uid = identity->uid, ruid, euid, suid;
	gid_t gid = identity->gid, rgid, egid, sgid;

	if (getresuid(&ruid, &euid, &suid) < 0 || getresgid(&rgid, &egid, &sgid) < 0)
		return false;
	if (uid != (uid_t)-1 && (ruid != uid || euid != uid || suid != uid))
		return false;
	if (gid != (gid_t)-1 && (rgid != gid || egid != gid || sgid != gid))
		return false;
	return uid == (uid_t)-1 || uid == 0 || setuid(0) < 0;
}

int identity_take(const struct identity *identity, char error_r[IDENTITY_ERROR_MAX])
{
	const char *step = NULL;

	if (geteuid() != 0) {
		if (is_taken(identity))
			return 0;
		snprintf(error_r, IDENTITY_ERROR_MAX,
			 "only root can change to another user or group");
		return -1;
	}
	errno = 0;
	if (identity->user && initgroups(identity->user, identity->gid) < 0)
		step = "supplementary groups";
	else if (!identity->user && identity->gid != (gid_t)-1 && setgroups(1, &identity->gid) < 0)
		step = "supplementary groups";
	else if (identity->gid != (gid_t)-1 && setgid(identity->gid) < 0)
		step = "group";
	else if (identity->uid != (uid_t)-1 && setuid(identity->uid) < 0)
		step = "user";
	else if (!is_taken(identity))
		step = "user for good";
	if (!step)
		return 0;
	snprintf(error_r, IDENTITY_ERROR_MAX, "cannot change the %s: %s", step,
		 errno ? strerrordesc_np(errno) : "it did not hold");
	return -1;
}

unsigned long identity_raise_files(size_t connections)
{
	/*
	 * Refused connections are open too, until the MTA closes them; the rest is for tables, logs
	 * and look-ups.
	 */
	const rlim_t wanted = 2 * (rlim_t)connections + 256;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return 0;
	limit.rlim_cur = wanted;
	if (limit.rlim_max < wanted)
		limit.rlim_max = wanted; /* root may */
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return 0;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur < wanted ? (unsigned long)limit.rlim_cur : 0;
}
