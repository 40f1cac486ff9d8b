/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DNS service under test, over a server with faults. What follows is once in a process: each
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
extern struct dns_settings settings;
extern struct dns_answer *held;

/* A server, and settings that ask it: to be changed before start(). */
void setup(void);
void add_server(unsigned port);
void start(void);
void teardown(void);

/* Asks; what is returned is held to the next look-up. */
const struct mg_dns_answer *look_up(const char *name, enum mg_dns_type type, int64_t wait_us);
void forget(void);

/* The line that the service writes about itself; lives to the next. */
const char *counters(void);

#endif
