/* SPDX-License-Identifier: BSD-2-Clause */
/* A new configuration for a daemon that runs. */
#ifndef MG_RELOAD_H
#define MG_RELOAD_H

#include <stdbool.h>

#include "front/front.h"
#include "session/host.h"

/* What a reload has to do with. */
struct reload {
	const char *conf; /* the configuration file, with its whole path */
	struct keep *keep;
	struct host *host;
	const struct front_end *front_end;
	struct front *front;
};

struct front_limits reload_limits(const struct settings *settings);

/*
 * Reads the configuration and checks it completely, and makes it the present one. On any error the
 * present one stays. The log has every message, and a last line that says what became of it. Main
 * thread.
 */
void reload_run(struct reload *reload);

#endif
