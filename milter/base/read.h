/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading without regard to how many bytes one read() returns. */
#ifndef MG_READ_H
#define MG_READ_H

#include <stddef.h>

/* Reads to the end, or until size bytes are there. Returns 0, or -1 with errno set. */
int read_up_to(int fd, char *text, size_t size, size_t *got_r);

#endif
