/* SPDX-License-Identifier: BSD-2-Clause */
/* The daemon under reloads: its process, its files, its log. */
#ifndef TESTS_RELOAD_PROCESS_H
#define TESTS_RELOAD_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Fails the test: prints why and the end of the log, and stops the daemon. */
#define fail(...) process_fail(__FILE__, __LINE__, __VA_ARGS__)
void process_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), noreturn));

extern char process_address[]; /* "unix:PATH" */

/* Makes a folder with the configuration, and starts the daemon (through $MILLGATED_WRAPPER). */
void process_make_folder(void);
void process_start(void);

/* Exchanges a file of the folder in one step. $DIR and $SOCKET are replaced in the text. */
void process_write(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void process_signal(int number);

/* Waits for the next line with this text. The lines before it are forgotten. */
void process_await(const char *text);

/* Whether the line that process_await() found has this text, too. */
bool process_said(const char *text);

/* The number behind this text in that line: "sessions=". */
long long process_number(const char *text);

/* Memory in KiB, and the number of open descriptors. */
long process_memory(void);
long process_files(void);

/* Stops it by TERM, and removes the folder. Fails when its end was not clean. */
void process_stop(void);

/* Whether memory and time are the daemon's alone: no sanitizer, no valgrind. */
bool process_is_plain(void);

#endif
