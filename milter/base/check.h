/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks that a pointer points to what it should, as Varnish's CHECK_OBJ does: a struct begins with
 * a number of its own, and the functions that others call look for it. With ./configure
 * --enable-checks, which a sanitizer brings along; else neither the number nor the look is there.
 *
 *     #define HOST_MAGIC 0x05057e11U
 *     struct host {
 *             MG_MAGIC
 *             ...
 *
 *     MAGIC_SET(host, HOST_MAGIC);               the object exists from here on
 *     *host = (struct host){ MAGIC(HOST_MAGIC) .log = log };        the same
 *     CHECK_OBJ(host, HOST_MAGIC);               or the process ends, with a message
 *     MAGIC_SET(host, 0);                        it exists no longer
 */
#ifndef MG_CHECK_H
#define MG_CHECK_H

#include <stdint.h>

#ifdef MG_CHECKS
#define MG_MAGIC uint32_t magic;
#define MAGIC(number) .magic = (number),
#define MAGIC_SET(object, number) ((object)->magic = (number))
#define CHECK_OBJ(object, number)                                                         \
	((object) && (object)->magic == (number)                                          \
		 ? (void)0                                                                \
		 : check_failed(__FILE__, __LINE__, __func__, #object, #number, (number), \
				(object) ? &(object)->magic : (const uint32_t *)0))
#else
#define MG_MAGIC
#define MAGIC(number)
#define MAGIC_SET(object, number) ((void)(object))
#define CHECK_OBJ(object, number) ((void)(object))
#endif

/*
 * Reports on standard error which object failed the check, and where; then aborts. found: NULL when
 * the pointer itself was NULL.
 */
_Noreturn void check_failed(const char *file, int line, const char *function, const char *object,
			    const char *name, uint32_t wanted, const uint32_t *found);

#endif
