/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays of malloc() that grow. */
#ifndef MG_ARRAY_H
#define MG_ARRAY_H

#include <stddef.h>

/*
 * Returns the array, moved if need be, with room for one more than its n elements of size bytes;
 * *room is how many fit (0 for an array that is NULL). Never NULL: out of memory ends the process.
 */
void *array_grow(void *array, size_t n, size_t *room, size_t size);

#endif
