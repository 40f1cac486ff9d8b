/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DNS service under test, over a server with faults. There is one of each in a process: each
 * test is one (Check forks).
 */
#ifndef TESTS_DNS_HELP_H
#define TESTS_DNS_HELP_H

#include <stdint.h>

#include "../dns/server.h"
#include "dns/wait.h"
#include "dns/settings.h"

#define SECOND 1000000LL /* us */
#define PATIENCE (60 * SECOND)

extern struct server *server;
extern struct dns *dns;
extern struct log *dns_log; /* NULL, unless a test has one */
extern struct dns_settings settings;
extern struct dns_answer *held;

/* Makes a server, and settings with this server, which may be changed before start(). */
void setup(void);
void add_server(unsigned port);
void start(void);
void teardown(void);

/* Looks a name up; the answer is valid until the next look-up. */
const struct mg_dns_answer *look_up(const char *name, enum mg_dns_type type, int64_t wait_us);
void forget(void);

/* The service's line of counters; valid until the next call. */
const char *counters(void);

#endif
