/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host for one policy in a test: the test sets the facts, calls a hook, and looks at the policy's
 * report. Configuration, tables and domains are the daemon's own code.
 */
#ifndef MG_FAKE_HOST_H
#define MG_FAKE_HOST_H

#include <millgate/policy.h>

#define FAKE_VALUES_MAX 8
#define FAKE_ALSO_MAX 32

/* The policy under test, from the one function that it exports (compiled with MG_BUILTIN). */
typedef const struct mg_policy *fake_register(void);

/* The facts; one that a test does not set is as if the MTA had not reported it. */
struct fake_facts {
	const char *client; /* "192.0.2.1", "2001:db8::1"; NULL: unknown */
	unsigned client_port;
	const char *client_name, *client_ptr;
	enum mg_client_resolve client_resolve;
	bool submitted_locally;
	const char *mta_name, *daemon_name, *daemon_addr;
	const char *helo;
	const char *sender, *recipient;
	const char *sender_macro, *recipient_macro; /* the MTA's reading; NULL: the same */
	unsigned recipients;
	const char *const *sender_params; /* "SIZE=1000", NULL last; NULL: none */
	const char *auth, *auth_type, *tls, *queue_id;
	const char *header_name, *header_value;
	const void *body;
	size_t body_size;
	const char *command;
};

/* The report of the last hook. */
struct fake_said {
	const char *result; /* its name; "none", "error", "timeout"; "bad" for an invalid one */
	const char *detail; /* "" for none, here and below */
	const char *value[FAKE_VALUES_MAX]; /* in the order of the policy's values */
	int code;
	const char *status, *text; /* of mg_reply() */
	bool enough_body;
};

struct fake_opened {
	int status;        /* of open() */
	unsigned stages;   /* of mg_conf_stages(), else all */
	unsigned services; /* of mg_conf_services(), else all that the policy declares */
	const char *errors, *warnings; /* messages as they would be printed; "" for none */
};

/* A result of another policy, as mg_finding() shows it. */
struct fake_finding {
	struct mg_finding finding;
	const char *value[2 * FAKE_VALUES_MAX]; /* pairs of a name and its value */
};

extern struct fake_facts fake;

/* The results of other policies; the last has no type. NULL: none. */
extern const struct fake_finding *fake_findings;

/*
 * The results that the last hook reported with mg_also(), in that order; beyond nfake_also "result"
 * is NULL.
 */
extern struct fake_said fake_also[FAKE_ALSO_MAX];
extern size_t nfake_also;
extern struct fake_said fake_said;
extern struct fake_opened fake_opened;

/* How many of the next look-ups in tables shall be undecided. */
extern unsigned fake_failing_tables;

/*
 * The clock and the wall clock, and how much time a hook has, in ms; 0, 0 and 10000 when a test
 * begins.
 */
extern int64_t fake_now, fake_wall, fake_time;

/*
 * The resolver of mg_dns() and its like, usually the stub (tests/dns/stub.h); NULL: there is no DNS
 * service. The test closes it (dns_close()) after fake_close().
 */
extern struct dns *fake_dns;

/* The policy's log lines since the last fake_close(). */
const char *fake_log(void);

/* Opens an instance from the lines of its block. Returns 0, or -1: fake_opened.errors says why. */
int fake_open(fake_register *get, const char *block);

/* Opens an instance; an error fails the test. */
void fake_must_open(fake_register *get, const char *block);

/*
 * Runs the stage's hook and returns the result's name, which is also in fake_said. "not asked" when
 * the instance has no such hook.
 */
const char *fake_run(enum mg_stage stage);

/* Runs the stage's start hook, if the instance has one and uses the services that it needs. */
void fake_start(enum mg_stage stage);

/* Runs the outcome hook, if there is one. */
void fake_outcome(const struct mg_outcome *outcome);

/* The policy's counter of this name, since the last fake_close(). */
unsigned long long fake_counted(const char *counter);

/*
 * Closes the instance and opens another of the same name, as a reload does: memory that sessions
 * share stays.
 */
void fake_reopen(const char *block);

/* The value of this name in the last hook's report; "" for none. */
const char *fake_value(const char *name);

/*
 * Begins a message, or a session: the policy's state is zero again, and the facts of the old one
 * are forgotten.
 */
void fake_new_message(void);
void fake_new_session(void);

/* The end of each test: closes the instance, frees all memory, forgets all facts. */
void fake_close(void);

/*
 * Writes text to a new file of this test program; returns its name, which lives until
 * fake_close().
 */
const char *fake_file(const char *name, const char *text);

#endif
