/* SPDX-License-Identifier: BSD-2-Clause */
/* The user and group that the daemon runs as, and the limits that it runs under. */
#ifndef MG_IDENTITY_H
#define MG_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define IDENTITY_ERROR_MAX 512

struct settings;

struct identity {
	char *user;       /* NULL: no change of user */
	uid_t uid;        /* (uid_t)-1: no change */
	gid_t gid;        /* (gid_t)-1: no change */
	gid_t socket_gid; /* of the socket; (gid_t)-1: as it is */
};

/*
 * Looks the names up. Returns 0, and the caller calls identity_free(); or -1 with a message in
 * error_r about all that are not known.
 */
int identity_find(struct identity *identity, const struct settings *settings,
		  char error_r[IDENTITY_ERROR_MAX]);

/* The identity may be empty; it is empty afterwards. */
void identity_free(struct identity *identity);

/*
 * Becomes that user for good, and makes sure of it. 0, or -1 with a message in error_r. An ordinary
 * user can only become what it is.
 */
int identity_take(const struct identity *identity, char error_r[IDENTITY_ERROR_MAX]);

/*
 * Raises the limit of open files to what so many connections need. Returns the limit, when it stays
 * below that; else 0.
 */
unsigned long identity_raise_files(size_t connections);

/* The message about that, with the limit and the number of connections. */
#define IDENTITY_FILES_LOW                                                           \
	"the limit of %lu open files is too low for max-connections %lld: raise it " \
	"(ulimit -n, LimitNOFILE)"

#endif
