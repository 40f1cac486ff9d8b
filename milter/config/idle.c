/* SPDX-License-Identifier: BSD-2-Clause */
/* Warns of classes, blocks and policies that do nothing: something was meant by them. */
#include <config.h>

#include "config/class.h"
#include "config/idle.h"
#include "config/snapshot.h"

static bool has_class(const struct condition *list, const struct class *class)
{
	while (list && list->class != class)
		list = list->next;
	return list;
}

static bool is_used(const struct snapshot *snapshot, const struct class *class)
{
	if (has_class(snapshot->debug.classes, class))
		return true;
	for (size_t i = 0; i < snapshot->ninstances; i++)
		if (has_class(snapshot->instances[i].skip, class) ||
		    has_class(snapshot->instances[i].only, class))
			return true;
	return false;
}

static void warn_classes(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->nclasses; i++)
		if (!is_used(snapshot, &snapshot->classes[i]))
			errors_at(&snapshot->warnings, snapshot->classes[i].line, 1,
				  "class %s is not used: no skip, only or debug-session names it",
				  snapshot->classes[i].name);
}

/* A policy that is off, or that would look names up with another setting, may be about to. */
static void warn_dns(struct snapshot *snapshot)
{
	const struct mg_lines *blocks = &snapshot->settings.dns_lines;

	for (size_t i = 0; i < snapshot->ninstances; i++)
		if ((snapshot->instances[i].mode == MODE_OFF &&
		     snapshot->instances[i].type->services & MG_SERVICE_DNS) ||
		    snapshot->instances[i].services & MG_SERVICE_DNS)
			return;
	if (blocks->n > 0)
		errors_at(&snapshot->warnings, blocks->v[0], 0,
			  "the block dns is not used: no policy looks names up");
}

static void warn_policies(struct snapshot *snapshot)
{
	size_t off = 0;

	for (size_t i = 0; i < snapshot->ninstances; i++)
		off += snapshot->instances[i].mode == MODE_OFF;
	if (snapshot->ninstances == 0)
		errors_at(&snapshot->warnings, NULL, 0,
			  "there is no policy: all mail passes unchecked");
	else if (off == snapshot->ninstances)
		errors_at(&snapshot->warnings, snapshot->instances[0].line, 0,
			  "all policies are off: all mail passes unchecked");
}

void idle_warn(struct snapshot *snapshot)
{
	warn_classes(snapshot);
	warn_dns(snapshot);
	warn_policies(snapshot);
}
