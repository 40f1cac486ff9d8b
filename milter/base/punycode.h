/* SPDX-License-Identifier: BSD-2-Clause */
/* The ASCII form of a label in Unicode (Punycode, RFC 3492). */
#ifndef MG_BASE_PUNYCODE_H
#define MG_BASE_PUNYCODE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes the code of n characters, without "xn--" and a NUL, to code_r. Returns its size, or 0 when
 * it is larger than room. n: at most 1024.
 */
size_t punycode_encode(const uint32_t *label, size_t n, char *code_r, size_t room);

#endif
