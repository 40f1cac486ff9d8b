/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host for one policy in a test: the test sets the facts, calls a hook, and sees what the policy
 * said. Configuration, tables and domains are the daemon's own code.
 */
#ifndef MG_FAKE_HOST_H
#define MG_FAKE_HOST_H

#include <millgate/policy.h>

#define FAKE_VALUES_MAX 8
#define FAKE_ALSO_MAX 32

/* The policy under test, from the one function that it exports (compiled with MG_BUILTIN). */
typedef const struct mg_policy *fake_register(void);

/* The facts; what a test leaves alone is as if the MTA had not told it. */
struct fake_facts {
	const char *client; /* "192.0.2.1", "2001:db8::1"; NULL: unknown */
	unsigned client_port;
	const char *client_name;
	bool submitted_locally;
	const char *mta_name, *daemon_name, *daemon_addr;
	const char *helo;
	const char *sender, *recipient;
	unsigned recipients;
	const char *const *sender_params; /* "SIZE=1000", NULL last; NULL: none */
	const char *auth, *auth_type, *tls, *queue_id;
	const char *header_name, *header_value;
	const void *body;
	size_t body_size;
	const char *command;
};

/* What the policy said in the last hook. */
struct fake_said {
	const char
		*result; /* its name; "none", "error", "timeout"; "bad" for what is none of these */
	const char *detail;                 /* "" for none, here and below */
	const char *value[FAKE_VALUES_MAX]; /* in the order of the policy's values */
	int code;
	const char *status, *text; /* of mg_reply() */
	bool enough_body;
};

struct fake_opened {
	int status;        /* of open() */
	unsigned stages;   /* of mg_conf_stages(), else all */
	unsigned services; /* of mg_conf_services(), else all that the policy declares */
	const char *errors, *warnings; /* as they would be printed; "" for none */
};

/* A result of another policy, as mg_finding() shows it. */
struct fake_finding {
	struct mg_finding finding;
	const char *value[2 * FAKE_VALUES_MAX]; /* a name, its value, and so on */
};

extern struct fake_facts fake;

/* What other policies found; the last has no type. NULL: nothing. */
extern const struct fake_finding *fake_findings;

/*
 * What the last hook reported with mg_also(), in that order; of one beyond nfake_also "result"
 * is NULL.
 */
extern struct fake_said fake_also[FAKE_ALSO_MAX];
extern size_t nfake_also;
extern struct fake_said fake_said;
extern struct fake_opened fake_opened;

/* How many of the next look-ups in tables could not be decided. */
extern unsigned fake_failing_tables;

/*
 * The clock's and the wall clock's reading, and how much time a hook has, in ms; 0, 0 and 10000
 * as each test begins.
 */
extern int64_t fake_now, fake_wall, fake_time;

/*
 * The resolver that mg_dns() and its like ask, most of all the stub's (tests/dns/stub.h); NULL:
 * there is no DNS service. The test closes it (dns_close()) after fake_close().
 */
extern struct dns *fake_dns;

/* What the policy has logged since the last fake_close(), a line each. */
const char *fake_log(void);

/* Opens an instance from the lines of its block. Returns 0, or -1: fake_opened.errors says why. */
int fake_open(fake_register *get, const char *block);

/* Opens an instance that must open. */
void fake_must_open(fake_register *get, const char *block);

/*
 * Runs the stage's hook; the result's name is also in fake_said. "not asked" when the instance
 * has no such hook.
 */
const char *fake_run(enum mg_stage stage);

/* Runs the stage's start hook, if the instance has one and uses what it begins. */
void fake_start(enum mg_stage stage);

/* Runs the outcome hook, if there is one. */
void fake_outcome(const struct mg_outcome *outcome);

/* What the policy has counted under a name since the last fake_close(). */
unsigned long long fake_counted(const char *counter);

/*
 * Closes the instance and opens another of the same name, as a reload does: what all sessions
 * share is still there.
 */
void fake_reopen(const char *block);

/* The value that the last hook gave under a name; "" for none. */
const char *fake_value(const char *name);

/*
 * A new message, or session: the policy's state is zero again, and the facts forgotten that
 * belong to it.
 */
void fake_new_message(void);
void fake_new_session(void);

/* Closes the instance, frees all, forgets all facts: the end of each test. */
void fake_close(void);

/*
 * Writes text to a new file of this test program; returns its name, which lives until
 * fake_close().
 */
const char *fake_file(const char *name, const char *text);

#endif
