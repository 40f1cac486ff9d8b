/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The services that are open: each for all snapshots that use it. A snapshot points to its services
 * (snapshot.h), so a session has those that its configuration asked for.
 *
 * Main thread only.
 */
#ifndef MG_SERVICES_H
#define MG_SERVICES_H

#include <stddef.h>

#include "base/service.h"

#define SERVICES_ERROR_MAX 256

struct snapshot;

/* A service that the host knows. */
struct service_type {
	const struct service *service;
	size_t settings; /* where its part is in struct settings */
};

/* By bit of MG_SERVICE_..., SNAPSHOT_SERVICES of them. A test passes a table of its own. */
extern const struct service_type services_known[];

struct open_service;

struct services {
	struct log *log;
	const struct service_type *known;
	struct open_service *first;
};

/*
 * Opens the services that the snapshot needs. A service of the present snapshot (NULL: there is
 * none) is used further if its settings are the same. 0, or -1 with a message in error_r; then
 * nothing has changed.
 */
int services_join(struct services *services, struct snapshot *snapshot,
		  const struct snapshot *present, char error_r[SERVICES_ERROR_MAX]);

/* The snapshot no longer uses its services: those that no other snapshot uses are closed. */
void services_leave(struct services *services, struct snapshot *snapshot);

/*
 * Closes all, though snapshots still use them: work in progress is ended, and gives back what it
 * holds of them.
 */
void services_close(struct services *services);

/* Shows the counters of those that are open. */
void services_count(const struct services *services, struct counter_visitor *visitor);

#endif
