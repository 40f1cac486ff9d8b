/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A service: what policies can use besides the facts, such as DNS; one a bit of MG_SERVICE_... .
 *
 * It is opened when the first configuration snapshot needs it, and closed when the last one that
 * did is gone (session/services.h). All functions but those that policies reach through it are
 * called on the main thread.
 */
#ifndef MG_SERVICE_H
#define MG_SERVICE_H

#include <stdbool.h>

struct counter_visitor;
struct log;

struct service {
	const char *name; /* "dns"; in messages, and the kind of its counters */

	/*
	 * Opens it. settings: its part of the configuration, of which it keeps copies only. log:
	 * outlives it; may be NULL. Its threads have all signals blocked. Returns NULL with a
	 * constant text in error_r.
	 */
	void *(*open)(const void *settings, struct log *log, const char **error_r);

	/* Whether a service opened with the first settings serves the second as well. */
	bool (*same)(const void *settings, const void *other);

	/* Closes it. No new work comes; work in progress ends, and its waiters are called. */
	void (*close)(void *self);

	/* Shows its counters. */
	void (*count)(const void *self, struct counter_visitor *visitor);
};

#endif
