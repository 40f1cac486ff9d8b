/* SPDX-License-Identifier: BSD-2-Clause */
/* What plays a scenario: the scenario as a whole, and each connection in it. */
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
	bool is_running_wanted; /* no config-error in it */
	pthread_mutex_t mutex;  /* over failures: of parallel connections */
	struct text failures;
	char *log_name;     /* the file that log statements read; NULL: stderr */
	long fds, memory;   /* as remembered */
	char reply_id[100]; /* of the last reply with one */
};

/* One connection of the MTA, and what was said on it. */
struct play {
	struct scenario *scenario;
	unsigned number; /* 0: the main one; 1...: of "connections" */
	struct mta *mta;
	struct mta_options offer;
	char understood[300];        /* what the MTA makes of the next path; "": nothing else */
	bool submitted;              /* by sendmail(1): it has a queue id all the time */
	unsigned messages, accepted; /* messages begun, recipients accepted in the present one */
	enum mta_verdict verdict;
	struct text got;    /* the last reply, for comparison and for people */
	struct text *edits; /* the last message's edits, in words */
	size_t nedits, next_edit;
	const struct line *edited_by; /* the statement that brought them */
};

/* Says where and what; always false. */
bool play_fail(struct play *play, const struct line *line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Plays the lines from begin to before end. False after the first failure. */
bool play_lines(struct play *play, size_t begin, size_t end);
void play_init(struct play *play, struct scenario *scenario, unsigned number);
void play_done(struct play *play);

/*
 * A statement that is not of the dialogue. Returns -1 when it is not one of these, 0 when it
 * failed, 1 when it was good.
 */
int check_statement(struct play *play, const struct line *line);

/* What can only be said when the daemon has stopped: no-log, log-count. */
bool check_at_end(struct play *play);

/* Statements of the dialogue, and of the connection itself; results as above. */
int dialogue_statement(struct play *play, const struct line *line);
int connection_statement(struct play *play, const struct line *line);

/* Compares what came with what the line expects. */
bool expect_reply(struct play *play, const struct line *line, enum mta_verdict verdict);

/* The same at the end of a message, whose edits are kept for the lines that follow. */
bool expect_message(struct play *play, const struct line *line, enum mta_verdict verdict);

/* Whether the line names an edit; if so, compares it with the next one. */
int expect_edit(struct play *play, const struct line *line);

/* No edit is left that no line named. */
bool expect_no_more_edits(struct play *play);

#endif
