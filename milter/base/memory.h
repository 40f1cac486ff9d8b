/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of memory: a mail filter could do nothing useful without any, so the process ends. */
#ifndef MG_MEMORY_H
#define MG_MEMORY_H

/*
 * Names what writes the last line, which must not allocate; NULL, as at first: standard error.
 * While there are no other threads.
 */
void memory_last_line(void (*write)(void *arg, const char *words), void *arg);

/* Writes one line that says so, and ends the process. Any thread. */
_Noreturn void memory_ended(void);

#endif
