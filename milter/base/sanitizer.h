/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sanitizers that this is built with: SANITIZER_ADDRESS and SANITIZER_THREAD are 1 or 0. gcc
 * defines a macro for each, clang 14 has a feature.
 */
#ifndef MG_SANITIZER_H
#define MG_SANITIZER_H

#if defined(__has_feature)
#define SANITIZER_ADDRESS __has_feature(address_sanitizer)
#define SANITIZER_THREAD __has_feature(thread_sanitizer)
#else
#ifdef __SANITIZE_ADDRESS__
#define SANITIZER_ADDRESS 1
#else
#define SANITIZER_ADDRESS 0
#endif
#ifdef __SANITIZE_THREAD__
#define SANITIZER_THREAD 1
#else
#define SANITIZER_THREAD 0
#endif
#endif

#endif
