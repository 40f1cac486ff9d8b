/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays of malloc() that grow. */
#include <config.h>

#include <stdlib.h>

#include "base/array.h"
#include "base/memory.h"

#define ROOM_FIRST 8

void *array_grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t wanted = *room ? 2 * *room : ROOM_FIRST;

	if (n < *room)
		return array;
	array = reallocarray(array, wanted, size);
	if (!array)
		memory_ended();
	*room = wanted;
	return array;
}
