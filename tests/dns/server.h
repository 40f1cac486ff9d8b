/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A DNS server for tests, on 127.0.0.1, UDP and TCP, with faults on demand; it counts its
 * questions. It runs in a thread of the test, or alone: tests/dns/dns_server.
 */
#ifndef MG_TEST_SERVER_H
#define MG_TEST_SERVER_H

#include <stdbool.h>

struct server;

/* port 0: any free port. NULL when the port is taken. */
struct server *server_new(unsigned port);
void server_free(struct server *server);

unsigned server_port(const struct server *server);

/*
 * Adds lines: NAME [TTL] TYPE DATA. Without a TTL 300. TYPE: A AAAA MX TXT (the rest of the line,
 * in strings of 255 bytes) PTR CNAME, or SOA (DATA: the number for negative answers; TTL is the
 * record's; NAME is not looked at: there is one), or FAULT:
 *     drop           no answer                       delay=MS       the answer takes so long
 *     hold           the answer waits for server_release(), by UDP
 *     servfail refused notimp formerr                that error
 *     no-edns        FORMERR for a question with EDNS
 *     no-edns-bare   the same without the question
 *     bare           the error or truncated answer without the question, by UDP
 *     badvers        extended error 16 for a question with EDNS
 *     truncate       by UDP only a truncated answer  truncate-tcp   by TCP too
 *     no-tcp         TCP connections are closed      slow-tcp=MS    between two bytes by TCP
 *     cut-tcp=N      so are the first N that ask     once-tcp       closed after one answer
 *     garbage        nothing but a good header       short          half of the answer
 *     wrong-id wrong-name wrong-type                 an answer to another question
 *     wrong-owner    records of another name         bad-data       records of a wrong length
 *     loop           a name that points to itself    many           600 records of the type
 *     big            one TXT of 60,000 bytes         no-soa         negative answers without an SOA
 *     chain          a CNAME without what follows    referral       to other servers
 *     lie            NXDOMAIN, with the records      bogus          no authentic data
 * NAME may be "*": for all names, besides their own. A name with records of other types gives
 * NODATA, else NXDOMAIN.
 */
void server_add(struct server *server, const char *lines);

/* Removes all lines. */
void server_clear(struct server *server);

/* Sends all answers that are delayed or held. */
void server_release(struct server *server);

/*
 * How many questions came: all, those for a name (lower case) and type, those by TCP, those with
 * EDNS, those with the AD bit. Not in these: questions for the root's name servers, by which the
 * service probes a silent server, and malformed ones.
 */
unsigned server_questions(struct server *server);
unsigned server_hailed(struct server *server);
unsigned server_unreadable(struct server *server);
unsigned server_asked(struct server *server, const char *name, const char *type);
unsigned server_asked_tcp(struct server *server);
unsigned server_asked_edns(struct server *server);
unsigned server_asked_ad(struct server *server);

#endif
