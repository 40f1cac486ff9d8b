/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions at the seams of the daemon, with an object that is none of theirs. */
#ifndef MG_CHECK_AS_CONFIGURED_H
#define MG_CHECK_AS_CONFIGURED_H

#include <stddef.h>

struct seam {
	size_t magic_size; /* bytes before the first real member of the struct */
	void (*use)(void *wrong);
	void *wrong;
	const char *says; /* a part of the failed check's message */
};

#define SEAMS 20
extern const struct seam seams[SEAMS];

#endif
