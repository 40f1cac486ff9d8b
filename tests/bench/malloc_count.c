/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts the allocations of a running process, for the benchmark: LD_PRELOAD=malloc_count.so
 * MALLOC_COUNT=FILE PROGRAM keeps the two counters below in FILE, where another process can read
 * them at any time (they are a shared mapping).
 */
/* These replace libc's for the whole process, whatever visibility the build chooses. */
#pragma GCC visibility push(default)

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "malloc_count.h"

/* glibc's own functions under the names that it keeps for this purpose. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);

static struct malloc_count before_main;
static struct malloc_count *count = &before_main;

static void count_one(size_t size)
{
	atomic_fetch_add_explicit(&count->calls, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&count->bytes, size, memory_order_relaxed);
}

__attribute__((constructor)) static void count_open(void)
{
	const char *path = getenv("MALLOC_COUNT");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	void *shared;

	if (fd < 0)
		return;
	if (!ftruncate(fd, sizeof(*count))) {
		shared = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (shared != MAP_FAILED)
			count = shared;
	}
	close(fd);
}

void *malloc(size_t size)
{
	count_one(size);
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	count_one(n * size);
	return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	count_one(size);
	return __libc_realloc(old, size);
}

void *memalign(size_t align, size_t size)
{
	count_one(size);
	return __libc_memalign(align, size);
}

void *aligned_alloc(size_t align, size_t size)
{
	return memalign(align, size);
}

int posix_memalign(void **memory_r, size_t align, size_t size)
{
	void *memory = memalign(align, size);

	if (!memory)
		return ENOMEM;
	*memory_r = memory;
	return 0;
}
