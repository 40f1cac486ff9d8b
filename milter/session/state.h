/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session's state: the facts, and the policies' results. session.c keeps the facts;
 * pipeline.c, call_facts.c, reply.c, journal.c, match.c and render.c read them.
 */
#ifndef MG_STATE_H
#define MG_STATE_H

#include <netinet/in.h>

#include "base/check.h"
#include "session/host.h"
#include "session/mta.h"
#include "session/readings.h"
#include "session/record.h"
#include "table/regex.h"

#define SESSION_ID_SIZE 13

/* One result of one instance; lives in the arena of its scope. */
struct found {
	const struct instance *instance;
	enum mg_stage stage; /* of the hook */
	size_t result;
	unsigned us;      /* that the hook took, for all fields or chunks that showed this */
	unsigned counted; /* the number of the last message that it was decided on for */
	unsigned tried;   /* the same in mode monitor */
	bool said;        /* the log has it, where one line is enough */
	bool dns_dead;    /* a timeout since DNS is dead */
	const char *detail;
	const char **values; /* as many as the instance has; NULL for none */
	int code;            /* the reply that the policy proposes; 0: none */
	const char *status;
	const char *text;
	struct edit *edits;    /* that the policy proposes, see session/edit.h */
	const char *recipient; /* of whom it was found, at MG_RCPT; else NULL */
	struct found *next;    /* of the same instance and stage, found later */
	struct found *kept;    /* of an accepted recipient, see struct message */
};

/* What a session has of one instance. */
struct standing {
	unsigned hooks; /* MG_BIT()s of those that were called in their present scope */
	bool called;    /* any of them, for this message */
	bool skipped;   /* by its conditions, when last considered */
	bool enough_body;
	unsigned us;                    /* in this message */
	const char *none;               /* why a hook had no result, if it said so */
	enum mg_stage none_stage;       /* of that hook */
	struct found *found[MG_STAGES]; /* at COMMAND: of this command, else of all so far */
	struct found *commands;         /* of all unknown commands before this one */
	/* By result: for how many accepted recipients it was reported; NULL: for none. */
	unsigned *recipients;
	void *session_state, *message_state;
	void *event_state;
	unsigned long long state_event; /* the number of the event that event_state belongs to */
};

struct client {
	struct sockaddr_storage addr;
	bool has_addr;
	bool submitted_locally;
	unsigned port;
	const char *name; /* verified, folded; or NULL */
	const char *ptr;  /* the same, unverified */
	enum mg_client_resolve resolve;
	char text[INET6_ADDRSTRLEN];
};

struct recipient {
	const char *address; /* the first of its readings */
	const struct readings *readings;
	const char *written; /* as the MTA has it, when it may be told to delete it */
	const char *folded;  /* as it compares, when edits have compared it */
	bool deleted;        /* by an edit */
	struct recipient *next;
};

/* A client may try any number of recipients. */
#define MESSAGE_REFUSALS 20

struct message {
	bool open;
	const char *sender; /* the first of its readings */
	const struct readings *sender_readings;
	const char *const *sender_params; /* NULL last */
	bool smtputf8;
	const char *recipient; /* the present one, at RCPT: the first of its readings */
	const struct readings *recipient_readings;
	const char *const *recipient_params;
	struct recipient *recipients, **recipients_end; /* those accepted */
	unsigned accepted, refused;                     /* recipients */
	const char *refusals[MESSAGE_REFUSALS];         /* the first ones refused, for the log */
	bool scored;     /* an accepted recipient is neither exempt nor accepted by a policy */
	bool protected;  /* an accepted recipient must not lose its mail to the score */
	size_t cut;      /* instances from this index on do not run any more, see pipeline.c */
	long long score; /* of the stages that are over; while all are refused, the highest */
	long long would_score;          /* see struct decision */
	struct contribution *scores;    /* of the recipient that counts */
	struct found *kept, **kept_end; /* what was found of the accepted recipients */
	int64_t began;                  /* on the host's clock */
	const char *queue_id;
	const char *log_fields[LOG_FIELDS]; /* those that the log shows; NULL: none came */
	struct record record;
	const struct edit_made *made;  /* edits, at its end */
	const struct found *cause;     /* of its quarantine, or of its last recipient's refusal */
	const struct reply *refusal;   /* of DATA; it stands until the next message */
	const struct doubted *doubted; /* of a recipient; see session.c. NULL: none */
};

/* What belongs to one event only. */
struct event {
	enum mg_stage stage;
	unsigned long long number; /* of the session's events; the first is 1 */
	int64_t began;
	int64_t ends; /* the stage's budget */
	int64_t now;  /* as last read */
	const char *header_name, *header_value;
	const unsigned char *body;
	size_t body_size;
	const char *command;
	/* What the hook that runs has read without a declaration, as text; or NULL. */
	const char *undeclared;
};

#define SESSION_MAGIC 0x05e55104U

struct session {
	struct pooled pooled; /* first, as in every object of a pool */
	MG_MAGIC
	struct host *host;
	struct snapshot *snapshot;
	const struct mta *mta;
	void *mta_ctx;
	char id[SESSION_ID_SIZE];
	unsigned messages; /* so far */
	bool traced;       /* the log follows it, see trace.h */
	bool explained;    /* a decision or message of it is in the log */
	/* The rule of the score that would have acted, as the log has it for this message. */
	const struct action *would_rule;
	struct client client;
	const char *helo;
	struct message message;
	struct event event;
	struct regex_effort effort; /* of this message, see lookup.h */
	struct standing *standing;  /* by instance */
	/* By class, two each, see enum match_whom: 1 matches, 0 does not, -1 not known yet. */
	signed char *classes;
	struct reply reply;
	struct arena arena;      /* of the session */
	struct arena helo_arena; /* until the next HELO */
	struct arena message_arena;
	struct arena event_arena;
};

/* A session of which nothing is known, and whose memory is empty. Never NULL. */
struct session *state_take(struct host *host);

/* Gives back a session whose last event is over; its memory of the session's scope is released. */
void state_give_back(struct session *session);

/* A macro of the MTA ("{auth_authen}", "j") as known now, or NULL; valid until the event's end. */
const char *state_macro(const struct session *session, const char *name);

/* Whether the present recipient is exempt from refusals. */
bool state_is_exempt(struct session *session);

/* What is done about it. */
const struct action *state_actions(const struct found *found);

/* The arena of what a hook of this stage finds. */
struct arena *state_arena(struct session *session, enum mg_stage hook);

#endif
