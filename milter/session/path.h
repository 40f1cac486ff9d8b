/* SPDX-License-Identifier: BSD-2-Clause */
/* The paths of MAIL and RCPT, and their ESMTP parameters (RFC 5321 section 4.1.2). */
#ifndef MG_PATH_H
#define MG_PATH_H

#include "session/state.h"

/* The readings of a path. macro: the address as the MTA rewrote it. In the message's memory. */
const struct readings *path_read(struct session *session, const char *path, const char *macro);

/* A copy of the parameters; argv and the list that is returned end with NULL. */
const char *const *path_params(struct arena *arena, char **argv);

bool path_has_param(const char *const *params, const char *name);

#endif
