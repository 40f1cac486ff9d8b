/* SPDX-License-Identifier: BSD-2-Clause */
/* The services that are open. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "config/snapshot.h"
#include "dns/service.h"
#include "session/services.h"

_Static_assert(MG_SERVICE_DNS == 1U << SERVICE_DNS, "services are numbered by their bits");

const struct service_type services_known[] = {
	[SERVICE_DNS] = { &dns_service, offsetof(struct settings, dns) },
};

struct open_service {
	const struct service *service;
	void *self;
	unsigned snapshots; /* that use it */
	struct open_service *next;
};

static const void *services_settings(const struct service_type *type,
				     const struct snapshot *snapshot)
{
	return (const char *)&snapshot->settings + type->settings;
}

static struct open_service **services_find(struct services *services, const void *self)
{
	struct open_service **at = &services->first;

	while (*at && (*at)->self != self)
		at = &(*at)->next;
	return at;
}

static void services_drop(struct services *services, void **self)
{
	struct open_service **at = services_find(services, *self);
	struct open_service *open = *at;

	*self = NULL;
	/* NULL: services_close() has closed it, or it was never open. */
	if (!open || --open->snapshots > 0)
		return;
	*at = open->next;
	open->service->close(open->self);
	free(open);
}

static void *services_open(struct services *services, const struct service_type *type,
			   const struct snapshot *snapshot, char error_r[SERVICES_ERROR_MAX])
{
	struct open_service *open = calloc(1, sizeof(*open));
	const char *error;

	if (!open)
		memory_ended();
	open->service = type->service;
	open->self = open->service->open(services_settings(type, snapshot), services->log, &error);
	if (!open->self) {
		snprintf(error_r, SERVICES_ERROR_MAX, "%s: %s", open->service->name, error);
		free(open);
		return NULL;
	}
	open->next = services->first;
	services->first = open;
	return open->self;
}

/* The present snapshot's, if it serves this one too. */
static void *services_same(const struct service_type *type, size_t bit,
			   const struct snapshot *snapshot, const struct snapshot *present)
{
	if (!present || !present->service[bit] ||
	    !type->service->same(services_settings(type, present),
				 services_settings(type, snapshot)))
		return NULL;
	return present->service[bit];
}

int services_join(struct services *services, struct snapshot *snapshot,
		  const struct snapshot *present, char error_r[SERVICES_ERROR_MAX])
{
	for (size_t bit = 0; bit < SNAPSHOT_SERVICES; bit++) {
		const struct service_type *type = &services->known[bit];

		if (!(snapshot->services & 1U << bit))
			continue;
		snapshot->service[bit] = services_same(type, bit, snapshot, present);
		if (!snapshot->service[bit])
			snapshot->service[bit] = services_open(services, type, snapshot, error_r);
		if (!snapshot->service[bit]) {
			services_leave(services, snapshot);
			return -1;
		}
		(*services_find(services, snapshot->service[bit]))->snapshots++;
	}
	return 0;
}

void services_leave(struct services *services, struct snapshot *snapshot)
{
	for (size_t bit = 0; bit < SNAPSHOT_SERVICES; bit++)
		if (snapshot->service[bit])
			services_drop(services, &snapshot->service[bit]);
}

void services_close(struct services *services)
{
	while (services->first) {
		struct open_service *open = services->first;

		services->first = open->next;
		open->service->close(open->self);
		free(open);
	}
}

void services_count(const struct services *services, struct counter_visitor *visitor)
{
	for (const struct open_service *open = services->first; open; open = open->next)
		open->service->count(open->self, visitor);
}
