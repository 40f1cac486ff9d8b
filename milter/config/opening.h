/* SPDX-License-Identifier: BSD-2-Clause */
/* An instance while it is being opened: the host's side of policy.h's "struct mg_conf". */
#ifndef MG_OPENING_H
#define MG_OPENING_H

#include "base/errors.h"
#include "config/snapshot.h"

struct opening {
	struct snapshot *snapshot;
	struct errors *errors;
	struct instance *instance;
	unsigned stages;   /* before: those that are wanted; after: those that have on[] hooks */
	unsigned starts;   /* after: those that have start[] hooks */
	unsigned services; /* after: those that it uses */
};

/* Opens the instance, which is closed when the snapshot's arena ends. Errors are reported. */
void opening_run(struct opening *opening);

#endif
