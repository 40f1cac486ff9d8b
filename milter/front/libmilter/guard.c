/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps from libmilter what it cannot read: smfi_getsymval() of 8.17 takes two steps through a list
 * of macros at a time, and goes beyond its end when the last name has no value.
 */
#include <config.h>

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <millgate/policy.h>

#include "base/log.h"
#include "front/libmilter/guard.h"
#include "front/protocol.h"

#define READ_FAILED 4 /* a command of the library's own: the connection ends */

/* Written once, before the library has threads. */
static struct {
	char *(*read)(int fd, struct timeval *timeout, char *command, size_t *size, char *name);
	struct log *log;
	atomic_ullong broken;
} guard;

int guard_init(struct log *log)
{
	void *symbol = dlsym(RTLD_NEXT, "mi_rd_cmd");

	memcpy(&guard.read, &symbol, sizeof(symbol));
	guard.log = log;
	return symbol ? 0 : -1;
}

/* Whether these are names and values in pairs, each with its NUL. */
static bool guard_is_whole(const char *macros, size_t size)
{
	size_t strings = 0;

	for (size_t i = 0; i < size; i++)
		strings += macros[i] == '\0';
	return strings % 2 == 0 && (size == 0 || macros[size - 1] == '\0');
}

static void guard_report(void)
{
	const unsigned long long before = atomic_fetch_add(&guard.broken, 1);

	log_say(guard.log, before ? MG_LOG_DEBUG : MG_LOG_WARNING, "front",
		"the MTA sent macros that cannot be read: the connection is closed (%llu so far%s)",
		before + 1, before ? "" : "; those to come are logged at level debug");
}

/* In the place of the library's own, which reads the next packet. */
MG_EXPORT char *mi_rd_cmd(int fd, struct timeval *timeout, char *command, size_t *size, char *name);
MG_EXPORT char *mi_rd_cmd(int fd, struct timeval *timeout, char *command, size_t *size, char *name)
{
	char *data = guard.read(fd, timeout, command, size, name);

	/* The first byte says which command they belong to. */
	if (data && *command == COMMAND_MACROS && *size > 1 &&
	    !guard_is_whole(data + 1, *size - 1)) {
		guard_report();
		free(data);
		data = NULL;
		*command = READ_FAILED;
		*size = 0;
	}
	return data;
}
