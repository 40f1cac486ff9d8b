/* SPDX-License-Identifier: BSD-2-Clause */
/* The player of a scenario: the scenario as a whole, and each connection in it. */
#ifndef SCENARIO_PLAY_H
#define SCENARIO_PLAY_H

#include <pthread.h>

#include "../mta/mta.h"
#include "daemon.h"
#include "script.h"
#include "text.h"

struct scenario {
	struct script *script;
	struct daemon daemon;
	bool is_running_wanted; /* the script has no config-error */
	pthread_mutex_t mutex;  /* held while failures of parallel connections are printed */
	struct text failures;
	char *log_name;     /* the file that log statements read; NULL: stderr */
	long fds, memory;   /* by "daemon remember" */
	char reply_id[100]; /* of the last reply with one */
};

/* One connection of the MTA, and its dialogue so far. */
struct play {
	struct scenario *scenario;
	unsigned number; /* 0: the main one; 1...: of "connections" */
	struct mta *mta;
	struct mta_options offer;
	char understood[300];        /* what the MTA makes of the next path */
	bool understands;            /* that is what it says */
	bool submitted;              /* mail by sendmail(1): it has a queue id from the start */
	unsigned messages, accepted; /* messages begun, recipients accepted in the present one */
	enum mta_verdict verdict;
	struct text got;    /* the last reply, for comparison and for people */
	struct text *edits; /* the last message's edits, in words */
	size_t nedits, next_edit;
	const struct line *edited_by; /* the statement that caused them */
};

/* Prints a failure and its place; always false. */
bool play_fail(struct play *play, const struct line *line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Plays the lines from begin to before end. False after the first failure. */
bool play_lines(struct play *play, size_t begin, size_t end);
void play_init(struct play *play, struct scenario *scenario, unsigned number);
void play_done(struct play *play);

/*
 * Plays a statement outside the dialogue. Returns -1 for any other statement, 0 when it failed, 1
 * when it holds.
 */
int check_statement(struct play *play, const struct line *line);

/* Statements that can be judged only when the daemon has stopped: no-log, log-count. */
bool check_at_end(struct play *play);

/* Statements of the dialogue, and of the connection itself; results as above. */
int dialogue_statement(struct play *play, const struct line *line);
int connection_statement(struct play *play, const struct line *line);

/* Compares the reply with the line's expectation. */
bool expect_reply(struct play *play, const struct line *line, enum mta_verdict verdict);

/* The same at the end of a message; its edits are kept for the following lines. */
bool expect_message(struct play *play, const struct line *line, enum mta_verdict verdict);

/* Whether the line names an edit; if so, compares it with the next one. */
int expect_edit(struct play *play, const struct line *line);

/* Fails if there is an edit that no line has named. */
bool expect_no_more_edits(struct play *play);

#endif
