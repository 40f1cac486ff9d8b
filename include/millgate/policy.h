/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The contract between Millgate and a policy module: all that a policy may use.
 *
 * A policy never rejects. It reports one of the results that it declares; the
 * configuration says which action that causes. millgate-policy(3) draws the
 * life of a policy.
 *
 * Lifetimes. Memory belongs to one of five: the process, the configuration
 * snapshot (an opened instance), the session (one client connection), the
 * message, the event. An event is one report of the MTA: a command, a header
 * field, a chunk of the body. All hooks that run for it, of its own stage and
 * of earlier ones, share it; a message that the client gives up ends in an
 * event of its own. A call (struct mg_call) is shorter: one run of one hook in
 * an event. A policy never frees what it was given, and each function that
 * returns a pointer says how long that lives; pointers that a policy hands to a
 * function are used until it returns, unless the function says more. Memory for
 * a policy's own data is aligned for any type.
 *
 * Threads. An instance is constant once it is open. The hooks of one session
 * never run concurrently, but those of different sessions do, and consecutive
 * hooks of one session run on different threads: keep no thread-locals and no
 * writable globals.
 *
 * Hostile input. Every string that comes from the client is bounded by the MTA
 * and free of NUL, and nothing else: check it.
 *
 * NULL. No function takes NULL for its struct mg_call, mg_conf or mg_dns_walk, or for a format. Of
 * every other pointer the function's comment says what NULL means, and whether the function returns
 * NULL.
 *
 * ABI. The structs that a module hands over are only ever appended to, the elements of its arrays
 * too: a module says how large its structs are, and the host takes the smaller of that and its own.
 * What a module lacks is zero. Members that the host does not know are ignored; bits and stages
 * that it does not know, in members that it does, refuse the module: it needs a newer millgated.
 * Structs that the host alone makes may be appended to as well. A later member of one comes with a
 * bit that a module must declare, so that an earlier host refuses the module.
 *   1  first version
 */
#ifndef MILLGATE_POLICY_H
#define MILLGATE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MG_ABI 1

#if defined(__GNUC__)
#define MG_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define MG_EXPORT __attribute__((visibility("default")))
#else
#define MG_PRINTF(fmt, first)
#define MG_EXPORT
#endif

/* The stages of an SMTP dialogue at which a hook can run (RFC 5321). */
enum mg_stage {
	MG_CONNECT, /* the client's address and name are known */
	MG_HELO,    /* HELO or EHLO; again after STARTTLS, and whenever repeated */
	MG_MAIL,    /* MAIL FROM: a new message begins */
	MG_RCPT,    /* RCPT TO: once for each recipient */
	MG_DATA,    /* DATA, after at least one recipient was accepted */
	MG_HEADER,  /* once for each header field */
	MG_EOH,     /* the end of the header section */
	MG_BODY,    /* once for each chunk of the body */
	MG_EOM,     /* the end of the message */
	MG_COMMAND, /* a command that the MTA does not know */
	MG_STAGES
};
#define MG_STAGES_MAX 16 /* room in the structs below for stages to come */
#define MG_BIT(stage) (1U << (stage))

/* How long memory lasts that a hook asks for. */
enum mg_scope {
	MG_SESSION, /* to the end of the session */
	/*
	 * To the end of the message: sent, refused as a whole, RSET, HELO/EHLO, a new MAIL; its
	 * outcome() comes before. Between messages: until the next MAIL.
	 */
	MG_MESSAGE,
	/* To the end of the MTA's event, when all hooks of it have run; not only of this call. */
	MG_EVENT
};

/*
 * What a hook returns: an index into its policy's results, or one of these. A result occurs
 * once, and lasts as long as its subject: at CONNECT the session, at HELO until the next HELO,
 * at RCPT as long as the message has that recipient, at COMMAND the rest of the session (but that
 * a refusal is only the reply to the command), at other stages the message. The same result of
 * several fields or chunks of a message counts once.
 */
#define MG_NONE (-1)    /* nothing to say about this */
#define MG_ERROR (-2)   /* it could not decide; mg_detail() says why */
#define MG_TIMEOUT (-3) /* its time ran out */

/* One result that a policy can find. The array of them ends with one that is all zero. */
struct mg_result {
	const char *name; /* written as a policy's; RFC 8601's names where it has them */
	/*
	 * The default actions: the words after "on NAME", such as "reject 5.7.1 \"{client} is
	 * listed\"". A ";" separates several actions, as in "quarantine \"{detail}\"; score 5".
	 * NULL means "neutral". A result named "error" or "timeout" sets the default action of
	 * that result, which every policy has. Parsed when the policy is registered: an error
	 * refuses the policy.
	 */
	const char *action;
	const char *help; /* one or more sentences for the manual page; NULL for none */
	/*
	 * In which blocks of the configuration the default action holds; in others the result is
	 * neutral. Both are names of items, separated by blanks, or NULL for none. needs: it holds
	 * only in blocks with a line of one of them. further_needs: the same for blocks beside the
	 * main one of the type, which is that without NAME, else the first: a further block with a
	 * line for one thing refuses nothing for another. "": not in further blocks at all.
	 */
	const char *needs;
	const char *further_needs;
};

/*
 * What a configuration item is, and the C type of its member. All that the member points to lives
 * as long as the instance.
 */
enum mg_type {
	MG_BOOL = 1, /* yes or no: bool */
	MG_INT,      /* a whole number in min..max: long long */
	MG_SIZE,     /* bytes, as 10K or 1M, in min..max: long long */
	MG_DURATION, /* as 500ms 90s 5m 4h 35d, in min..max (ms): long long ms */
	MG_STRING,   /* one word, not empty: const char *; NULL when not given */
	MG_STRINGS,  /* words, none empty, of all its lines: struct mg_strings */
	MG_CHOICE,   /* one of the words in choices: int, its index */
	MG_TABLE,    /* entries and tables: const struct mg_table *, or NULL */
	MG_LINES     /* lines that open() reads by itself: struct mg_lines */
};

/* Words. Modules have it in their structs: it never grows. */
struct mg_strings {
	size_t n;
	const char *const *v;
};

struct mg_call;  /* one run of one hook; valid until the hook returns */
struct mg_conf;  /* one instance being opened; valid until open() returns */
struct mg_line;  /* one line of the configuration; lives as long as the instance, words too */
struct mg_table; /* lives as long as the instance */

/* Lines. Modules have it in their structs: it never grows. */
struct mg_lines {
	size_t n;
	const struct mg_line *const *v;
};

/* What the keys of a table are; it decides how an entry is understood. */
enum mg_key {
	MG_KEY_ADDRESS = 1, /* IP addresses and networks */
	MG_KEY_HOST,        /* host names; a domain stands for its subdomains too */
	MG_KEY_MAIL,        /* mail addresses, domains, local parts; "<>" is the null sender */
	MG_KEY_TEXT,        /* any text; exact, without regard to ASCII case */
	MG_KEY_NAME         /* as MG_KEY_HOST, but an entry that is an address is an error */
};

/*
 * One item (key) of a policy's block in the configuration. The array of them ends with one that is
 * all zero. Declare items with the macros below: they let the compiler check the member's type.
 */
struct mg_item {
	const char *name; /* as a policy's */
	enum mg_type type;
	size_t offset; /* of the member in the instance's struct */
	/*
	 * The default, as in the file after the name; NULL for none: the member is zero. Parsed
	 * when the policy is registered: an error refuses the policy.
	 */
	const char *initial;
	const char *syntax;  /* the arguments, for the manual page: "NUMBER"; NULL for none */
	const char *help;    /* one or more sentences for the manual page; NULL for none */
	const char *choices; /* MG_CHOICE: the words, separated by blanks */
	/*
	 * For MG_INT, MG_SIZE, MG_DURATION. No limits if both are 0; no maximum if it is less
	 * than min.
	 */
	long long min, max;
	enum mg_key key; /* MG_TABLE */
	bool required;   /* a block without it is in error; for an item without initial */
	/*
	 * Checks what the table cannot express. Called before open(), when all items have their
	 * values, for each line of this item whose words match its type. Reports with
	 * mg_conf_error() and mg_conf_warning(). After an error the member has its default
	 * again, and open() is still called, unless the item is required. self: the instance's
	 * struct. May be NULL.
	 */
	void (*check)(struct mg_conf *conf, const struct mg_line *line, const void *self);
};

/*
 * One item of each type. object: the instance's struct, as "struct example"; member: its member,
 * whose type must be the one that enum mg_type names, or the module does not compile; then
 * further members of struct mg_item.
 *
 *     static const struct mg_item items[] = {
 *             MG_ITEM_INT(struct example, max, "max", .initial = "3", .max = 1000,
 *                         .syntax = "NUMBER", .help = "How many are too many."),
 *             { .name = NULL },
 *     };
 */
#define MG_ITEM_BOOL(object, member, key_name, ...) \
	MG_ITEM_(MG_BOOL, bool, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_INT(object, member, key_name, ...) \
	MG_ITEM_(MG_INT, long long, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_SIZE(object, member, key_name, ...) \
	MG_ITEM_(MG_SIZE, long long, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_DURATION(object, member, key_name, ...) \
	MG_ITEM_(MG_DURATION, long long, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_STRING(object, member, key_name, ...) \
	MG_ITEM_(MG_STRING, const char *, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_STRINGS(object, member, key_name, ...) \
	MG_ITEM_(MG_STRINGS, struct mg_strings, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_CHOICE(object, member, key_name, ...) \
	MG_ITEM_(MG_CHOICE, int, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_TABLE(object, member, key_name, ...) \
	MG_ITEM_(MG_TABLE, const struct mg_table *, object, member, key_name, __VA_ARGS__)
#define MG_ITEM_LINES(object, member, key_name, ...) \
	MG_ITEM_(MG_LINES, struct mg_lines, object, member, key_name, __VA_ARGS__)

#define MG_ITEM_(item_type, c_type, object, member, key_name, ...)           \
	{                                                                    \
		.name = (key_name), .type = (item_type),                     \
		.offset = MG_OFFSET_OF_(c_type, object, member), __VA_ARGS__ \
	}

/* offsetof(), of a member of this type only. */
#ifdef __cplusplus
} /* a template has no C linkage */
template <typename Want, typename Found> struct mg_same_type; /* of two types: not defined */
template <typename Type> struct mg_same_type<Type, Type> {
	static constexpr size_t offset(size_t of)
	{
		return of;
	}
};
extern "C" {
#define MG_OFFSET_OF_(c_type, object, member)                                           \
	mg_same_type<c_type, decltype(static_cast<object *>(nullptr)->member)>::offset( \
		offsetof(object, member))
#else
#define MG_OFFSET_OF_(c_type, object, member) \
	_Generic(((object *)0)->member, c_type : offsetof(object, member))
#endif

/*
 * A counter of the policy's own: logged with those that every policy has, as "own_" and its name.
 * No counter of the host's begins so: a name clashes with none of today's, and none of later ones.
 */
struct mg_counter {
	const char *name; /* fewer than 64 of a-z 0-9 and _; no two of a policy alike */
	const char *help; /* one sentence for the manual page */
};

/* What became of a message, as far as Millgate is concerned. */
enum mg_verdict {
	MG_ACCEPTED = 1, /* the MTA has it, and may still refuse or lose it */
	MG_REJECTED,     /* refused as a whole, for good */
	MG_TEMPFAILED,   /* refused as a whole, for now */
	MG_DISCARDED,    /* taken from the client, and thrown away */
	MG_QUARANTINED,  /* taken, and held back by the MTA */
	MG_REFUSED,      /* given up after each recipient was refused */
	/*
	 * Aborted by the client (RSET, HELO, MAIL, QUIT, a lost connection) or by the daemon's
	 * end.
	 */
	MG_ABORTED
};

/*
 * The end of a message, for the hook outcome(); to be used until that returns. The host makes it,
 * and may append members.
 */
struct mg_outcome {
	enum mg_verdict verdict;
	/*
	 * The instance ("spf", "dnsbl/zen") and its result that refused, discarded or
	 * quarantined the message; of MG_REFUSED, its last recipient. NULL when that was the
	 * score, and for MG_ACCEPTED and MG_ABORTED.
	 */
	const char *policy, *result;
	enum mg_stage stage; /* at which the message ended; MG_ABORTED: the last one before that */
	unsigned accepted, refused; /* recipients */
	long long score;            /* as last decided on */
};

/* A policy type. Everything it points to must be constant. */
struct mg_policy {
	unsigned abi;  /* MG_ABI */
	unsigned size; /* sizeof(struct mg_policy) */
	/* TYPE in the configuration, and a module is TYPE.so: fewer than 64 of a-z 0-9 - and _. */
	const char *name;
	const char *help;                /* one sentence for the manual page */
	const struct mg_result *results; /* MG_RESULTS(array): 200 at most */
	size_t result_size;              /* of one of them */
	const char *const *values;       /* names for mg_value(), NULL last; may be NULL */
	const struct mg_item *items;     /* MG_ITEMS(array): may be NULL */
	size_t item_size;                /* of one of them */
	size_t conf_size;                /* of the instance's struct; each of these at most 1 MiB */
	size_t session_size;             /* of mg_state(call, MG_SESSION) */
	size_t message_size;             /* of mg_state(call, MG_MESSAGE) */
	unsigned blocking;               /* MG_BIT()s of the stages whose on[] may block */

	/*
	 * Checks the configuration and completes the instance. self: the
	 * instance's struct, zeroed, with its items filled in and checked. Returns 0, or -1
	 * after having reported every error with mg_conf_error(). Called also when a
	 * value was wrong, with its default, so that all errors are reported in one
	 * run; never without what is required. One thread;
	 * may read files; must not wait for the network. May be NULL.
	 */
	int (*open)(struct mg_conf *conf, void *self);

	/* Undoes open(); called only when open() returned 0. May be NULL. */
	void (*close)(void *self);

	/*
	 * Called as soon as the facts of the stage are known, to begin what
	 * takes time. Must not block. May be NULL.
	 */
	void (*start[MG_STAGES_MAX])(struct mg_call *call, const void *self);

	/*
	 * Called when the result is needed: at the latest moment that the
	 * reply allows. Returns a result. A hook that is in blocking may block
	 * until mg_deadline(); any other must not. May be NULL.
	 */
	int (*on[MG_STAGES_MAX])(struct mg_call *call, const void *self);

	/*
	 * MTA macros that the policy reads with mg_macro(), by the first stage that needs them:
	 * names as "{name}" or, of one letter, "x", NULL last. The MTA then reports that stage,
	 * and sends them with it. It sends none with HEADER, BODY and COMMAND: macros there are
	 * an error. For a macro that is not declared, mg_macro() returns NULL, and the hook's
	 * result becomes MG_ERROR. Each may be NULL.
	 */
	const char *const *macros[MG_STAGES_MAX];

	/*
	 * MG_BIT()s of the stages whose facts the hooks read, besides those that they
	 * have hooks for; the MTA is asked for no stage that nobody needs. CONNECT, MAIL, RCPT
	 * and EOM are always there. The result of a hook that reads a fact of another stage
	 * becomes MG_ERROR, and the log says what to declare.
	 */
	unsigned facts;

	/*
	 * MG_SERVICE_...s that its hooks use. A service starts only if an enabled policy uses
	 * it.
	 */
	unsigned services;

	size_t event_size; /* of mg_state(call, MG_EVENT); at most 1 MiB */

	/*
	 * Types of other policies whose results the hooks read with mg_finding(), NULL last;
	 * may be NULL. A configuration in which an instance of one of them runs later than this
	 * policy is refused; one without such an instance is fine.
	 */
	const char *const *reads;

	/* MG_BIT()s of the stages whose on[] may report more than one result, with mg_also(). */
	unsigned several;

	/*
	 * Its hooks read the message record, mg_field(): the host keeps one, and the MTA is asked
	 * for all fields.
	 */
	bool record;

	/* Its result "pass" proves the sender's domain; see mg_conf_claimed(). */
	bool authenticates;

	/*
	 * Called once for each message that began (MAIL), when it is over, however it ended,
	 * unless the instance's mode is off: so also when "skip" and "only" excluded it, and
	 * when it did not run after another's action. Facts, state and findings of the message are
	 * still there. Must not block; detail, values, reply and results that it says are lost.
	 * A policy may have this hook and no on[]. May be NULL.
	 */
	void (*outcome)(struct mg_call *call, const void *self, const struct mg_outcome *outcome);

	/* MG_COUNTERS(array): what mg_count() counts; the last has no name, 100 at most. */
	const struct mg_counter *counters;
	size_t counter_size;

	/* Of mg_shared(); at most 1 MiB. shared_version: changed with the meaning of its bytes. */
	size_t shared_size;
	unsigned shared_version;

	/* MG_EDIT_...s that it may propose: the MTA is asked for no more. */
	unsigned edits;
};

/* The arrays of a policy, each with the size of its elements. */
#define MG_RESULTS(array) .results = (array), .result_size = sizeof((array)[0])
#define MG_ITEMS(array) .items = (array), .item_size = sizeof((array)[0])
#define MG_COUNTERS(array) .counters = (array), .counter_size = sizeof((array)[0])

/* What a policy may propose to change of a message, see mg_edit_add_field() and those below it. */
#define MG_EDIT_ADD_FIELD 1U
#define MG_EDIT_REPLACE_FIELD 2U
#define MG_EDIT_DELETE_FIELD 4U
#define MG_EDIT_ADD_RECIPIENT 8U
#define MG_EDIT_DELETE_RECIPIENT 16U
#define MG_EDIT_SENDER 32U
#define MG_EDIT_BODY 64U

#define MG_SERVICE_DNS 1U /* mg_dns() and what belongs to it */

/*
 * Registers a policy: the one symbol that a module exports.
 *
 *     static const struct mg_policy policy = { .abi = MG_ABI, .size = sizeof(policy), ... };
 *     MG_REGISTER(policy)
 *
 * In the daemon's own source tree (MG_BUILTIN) the variable is called TYPE_policy, with _ for -.
 */
#ifdef MG_BUILTIN
#define MG_REGISTER(policy)                                \
	const struct mg_policy *mg_builtin_##policy(void); \
	const struct mg_policy *mg_builtin_##policy(void)  \
	{                                                  \
		return &(policy);                          \
	}
#else
#define MG_REGISTER(policy)                                         \
	MG_EXPORT const struct mg_policy *mg_policy_register(void); \
	MG_EXPORT const struct mg_policy *mg_policy_register(void)  \
	{                                                           \
		return &(policy);                                   \
	}
#endif

/* ---- While an instance is opened ---------------------------------------- */

/*
 * Reports an error at a line's word (0: the directive's name, 1: its first argument, ...; past the
 * last: the place after it), or at the policy's block when line is NULL. The text says what was
 * found and what was expected; the host adds file, line and column.
 */
void mg_conf_error(struct mg_conf *conf, const struct mg_line *line, size_t word, const char *fmt,
		   ...) MG_PRINTF(4, 5);

/* The same for a probable mistake that can be right: logged when the daemon starts. */
void mg_conf_warning(struct mg_conf *conf, const struct mg_line *line, size_t word, const char *fmt,
		     ...) MG_PRINTF(4, 5);

/*
 * Says which of the policy's hooks this instance needs, as MG_BIT()s; the others
 * are not called, and their stages need not be asked of the MTA. All, when not called.
 */
void mg_conf_stages(struct mg_conf *conf, unsigned stages);

/*
 * Selects which of the declared services this instance needs; all, when not called. An instance
 * that needs none never waits: its start hooks are not called, and none of its hooks may block.
 */
void mg_conf_services(struct mg_conf *conf, unsigned services);

/*
 * Says whether this instance reads the message record, for one that may do without; as the policy
 * declares when not called. One of a policy that does not declare record has none.
 */
void mg_conf_record(struct mg_conf *conf, bool record);

/*
 * The lines that gave an item its value, for the position of an error; none for a default. item
 * NULL: all lines of the block in their order, including those of the keys that every policy
 * has. Returns NULL when index is past the last.
 */
const struct mg_line *mg_conf_item(struct mg_conf *conf, const char *item, size_t index);

/*
 * The number of words of a line, its name (0) included, and one of them; NULL past the last. A
 * NULL line has none.
 */
size_t mg_line_words(const struct mg_line *line);
const char *mg_line_word(const struct mg_line *line, size_t index);

/*
 * Makes a table of the line's words from first on: plain entries, /regular
 * expressions/flags, and "cidr:FILE", "pcre:FILE", "texthash:FILE" in Postfix's
 * formats. check, if not NULL, is called for the right-hand side of each line of a
 * file and returns NULL, or what was expected instead (a constant). Returns NULL after
 * having reported the errors; an empty table when line is NULL. The table lives as long as the
 * instance.
 */
const struct mg_table *mg_conf_table(struct mg_conf *conf, const struct mg_line *line, size_t first,
				     enum mg_key key, const char *(*check)(const char *value));

/*
 * For open(): by this line the result, a number of the policy's own, rests on what the client only
 * claims, its sender or its HELO name. Where the action of such a result is to accept, the host
 * warns if a policy that authenticates comes later: whoever makes the claim gets by it. table, if
 * not NULL: only if one of its right-hand sides is one for which gives returns true.
 */
void mg_conf_claimed(struct mg_conf *conf, const struct mg_line *line, int result,
		     const struct mg_table *table, bool (*gives)(const char *value));

/* Memory that lives as long as the instance, zeroed; never NULL. */
void *mg_conf_alloc(struct mg_conf *conf, size_t size);

/* ---- Facts --------------------------------------------------------------- */

/*
 * Of a stage that is neither always there nor among the policy's hooks and facts a hook learns
 * nothing: these functions then return NULL or 0, and its result becomes MG_ERROR; see facts in
 * struct mg_policy.
 */

/*
 * The client's address: AF_INET or AF_INET6 (an IPv4-mapped one is AF_INET), or NULL for a local
 * or unknown client. Lives as long as the session.
 */
const struct sockaddr *mg_client_addr(const struct mg_call *call);

/*
 * The same in numbers ("192.0.2.1", "2001:db8::1"), or "local" or "unknown"; never NULL. Lives as
 * long as the session.
 */
const char *mg_client(const struct mg_call *call);

/* The client's port, or 0. */
unsigned mg_client_port(const struct mg_call *call);

/*
 * The client's name as the MTA verified it, in lower-case ASCII (A-labels), or NULL. Lives as long
 * as the session.
 */
const char *mg_client_name(const struct mg_call *call);

/*
 * The name that the DNS gives the client's address, which nobody has verified: whoever owns the
 * address chooses it. In lower case; NULL when there is none. The verified name when the MTA does
 * not report this one.
 */
const char *mg_client_ptr(const struct mg_call *call);

/*
 * How the MTA's look-up of the client's name ended: {client_resolve} of Sendmail and Postfix. Of an
 * MTA that reports only both names, a name without a verified one is FORGED, and none is FAIL.
 */
enum mg_client_resolve {
	MG_RESOLVE_UNKNOWN, /* the MTA does not report it */
	MG_RESOLVE_OK,      /* the address has a name that has the address */
	MG_RESOLVE_FAIL,    /* it has no name */
	MG_RESOLVE_FORGED,  /* it has a name that does not have the address */
	MG_RESOLVE_TEMP     /* a name server did not answer */
};
enum mg_client_resolve mg_client_resolve(const struct mg_call *call);

/* Submitted without SMTP (sendmail(1), Postfix's non_smtpd_milters). */
bool mg_is_submitted_locally(const struct mg_call *call);

/*
 * The MTA's own name (macro j), its daemon's name, and the numeric address that the client
 * connected to, or NULL. A wildcard address ("0.0.0.0", "::") gives NULL. They live to the end of
 * the event.
 */
const char *mg_mta_name(const struct mg_call *call);
const char *mg_daemon_name(const struct mg_call *call);
const char *mg_daemon_addr(const struct mg_call *call);

/*
 * MG_HELO: the argument of HELO/EHLO as sent, or NULL before it and without it. Lives until the
 * next HELO, or as long as the session.
 */
const char *mg_helo(const struct mg_call *call);

/*
 * The reverse-path without its angle brackets ("" for the null sender), or NULL before MAIL. If
 * it is not an RFC 5321 mailbox, the address as the MTA rewrote it, where that is known: the first
 * of its readings, see mg_sender_reading(). Lives as long as the message.
 */
const char *mg_sender(const struct mg_call *call);

/*
 * The recipient of this RCPT, as mg_sender(), or NULL in a hook of another stage. Lives as long as
 * the message.
 */
const char *mg_recipient(const struct mg_call *call);

/*
 * An address has readings: what the client wrote, and what the MTA makes of it. In everyday mail
 * they are the same, and there is one. A client can write a form that they differ in, so a policy
 * that holds an address against somebody looks at each of them (the worse counts), and one that
 * spares somebody for an address wants all of them. The host makes it, and may append members.
 */
struct mg_reading {
	const char *address; /* as mg_sender(); "" for the null sender */
	bool written;        /* by the client; without blanks, comments, source routes */
	/* A local part alone: a user at some domain of the MTA's own (Sendmail). */
	bool user;
	/*
	 * A user to whom the MTA's tables lead an address that is written plainly (virtusertable).
	 * This one alone is no reason not to spare.
	 */
	bool mapped;
};

/*
 * The readings of the sender and, in a hook of RCPT, of the recipient; NULL past the last (index
 * counts from 0). The first has the address of mg_sender() or mg_recipient(). They live as long as
 * the message.
 */
const struct mg_reading *mg_sender_reading(const struct mg_call *call, size_t index);
const struct mg_reading *mg_recipient_reading(const struct mg_call *call, size_t index);

/*
 * The argument of MAIL and, in a hook of RCPT, of RCPT, without its parameters: "<a@b.example>" as
 * the client sent it, or NULL. It lives as long as the message.
 */
const char *mg_sender_path(const struct mg_call *call);
const char *mg_recipient_path(const struct mg_call *call);

/* How many recipients the message has: those accepted so far and, at RCPT, the present one. */
unsigned mg_recipients(const struct mg_call *call);

/*
 * An ESMTP parameter of MAIL, or, at RCPT, of this recipient: "SIZE" gives "1000" for SIZE=1000,
 * "SMTPUTF8" gives "" for one without a value, NULL for none. The name in any case; NULL names
 * none. They live as long as the message.
 */
const char *mg_sender_param(const struct mg_call *call, const char *name);
const char *mg_recipient_param(const struct mg_call *call, const char *name);

/*
 * The authenticated user ({auth_authen}) and the mechanism ({auth_type}). NULL without AUTH.
 * Known from MAIL on. They live to the end of the event.
 */
const char *mg_auth(const struct mg_call *call);
const char *mg_auth_type(const struct mg_call *call);

/*
 * MG_HELO: the TLS version ({tls_version}), or NULL without TLS. Known from the HELO after
 * STARTTLS on. Lives to the end of the event.
 */
const char *mg_tls(const struct mg_call *call);

/*
 * The MTA's queue id, or NULL while it has none (Postfix: before the first accepted recipient).
 * Lives as long as the message.
 */
const char *mg_queue_id(const struct mg_call *call);

/*
 * Any other macro of the MTA, or NULL when it has none, and before the stage for which the policy
 * declares it in macros. The name NULL is none. Lives to the end of the event.
 */
const char *mg_macro(const struct mg_call *call, const char *name);

/*
 * At MG_HEADER: the field's name, and its value with the line ends of its folds, without the
 * last one; NULL at another stage. They live to the end of the event: this field.
 */
const char *mg_header_name(const struct mg_call *call);
const char *mg_header_value(const struct mg_call *call);

/*
 * At MG_BODY: this chunk. NULL, with size 0, at another stage. size_r may be NULL. Lives to the end
 * of the event: this chunk.
 */
const unsigned char *mg_body(const struct mg_call *call, size_t *size_r);

/*
 * At MG_COMMAND: the command line as sent; NULL at another stage. Lives to the end of the event:
 * this command.
 */
const char *mg_command(const struct mg_call *call);

/*
 * The session's id of our own: in every log line and in the replies; never NULL. Lives as long as
 * the session.
 */
const char *mg_session_id(const struct mg_call *call);

/* The stage of the hook that runs. */
enum mg_stage mg_stage(const struct mg_call *call);

/* ---- The message record ------------------------------------------------------ */

/*
 * One header field, as it came: the value's bytes are those after the colon, with the blanks that
 * begin it and the line ends (LF) of its folds, without the last one. An MTA that cannot hand the
 * first blank on is assumed to have taken one away. Both end with a NUL, which the sizes do not
 * count. The host makes arrays of them: this struct never grows.
 */
struct mg_field {
	const char *name, *value; /* never NULL; the name may be empty */
	size_t name_size, value_size;
};

/*
 * The header fields of this message, in their order, from MG_EOH on: how many there are, and one of
 * them, NULL past the last. 0 and NULL before MG_EOH, and in an outcome() of a message that ended
 * before the end of its header was reported. They live as long as the message. A hook of an
 * instance that has no record must not ask: its result becomes MG_ERROR.
 *
 * When the header was longer than the configuration's header-limit, an instance with a record is
 * not called from MG_EOH on: its result is MG_ERROR. Its outcome() is, and sees 0 and NULL.
 */
size_t mg_fields(const struct mg_call *call);
const struct mg_field *mg_field(const struct mg_call *call, size_t index);

/* ---- What a hook says besides its result ---------------------------------- */

/* A start hook has no result: its detail, values and reply are lost. */

/*
 * Why, for the log and for {detail}; the last one counts, and an empty one is none. A hook that
 * returns MG_NONE, and has reported nothing, says so why it has no result.
 */
void mg_detail(struct mg_call *call, const char *fmt, ...) MG_PRINTF(2, 3);

/*
 * A value for texts, under one of the names in values; copied. The value NULL is none: it is
 * shown as "". A name that is NULL or not among them is ignored and logged. A policy with a
 * value that has the name of a macro of every text ({client}, see millgate.conf(5)) is not
 * taken.
 */
void mg_value(struct mg_call *call, const char *name, const char *value);

/* The same for a number. */
void mg_value_int(struct mg_call *call, const char *name, long long value);

/*
 * The reply for the result, used by "reject" and "tempfail" without one in the configuration.
 * code: 0, or 4xx or 5xx with a second digit of 0 to 5. status: NULL, or as "5.7.1". text: NULL,
 * or sent as it is (no macros). Copied.
 */
void mg_reply(struct mg_call *call, int code, const char *status, const char *text);

/*
 * Reports one more result of this hook, before the one that it returns: an index into the
 * policy's results, or MG_ERROR or MG_TIMEOUT. The detail, values and reply said so far belong
 * to it; what is said afterwards belongs to the next one, or to the returned one (MG_NONE when
 * there is no more to say). Each is counted, logged and acted on by itself, in the order of the
 * reports: scores add up, and the first action after which no policy runs decides. For a hook whose
 * stage is in several; the result of another hook that calls it becomes MG_ERROR. Those beyond
 * MG_ALSO_MAX in one hook are lost, and the log says so. All are lost when the hook answers
 * after its deadline with anything but MG_TIMEOUT. Results of MG_HEADER are acted on in an order
 * of their actions: those that refuse first, those that accept last.
 *
 * The same result may be reported several times by one hook, and each counts. At MG_HEADER and
 * MG_BODY a result that an earlier field or chunk has shown does not count again, however often
 * this one shows it.
 */
#define MG_ALSO_MAX 100
void mg_also(struct mg_call *call, int result);

/* Adds to the policy's counter of this index. From any hook. */
void mg_count(struct mg_call *call, size_t index, unsigned long long more);

/*
 * Edits: what the policy would change of the message. They belong to the hook's result, as what is
 * said above does, and are made at the end of the message when the actions of that result have
 * "edit", the policy's mode is enforce, and the message is not refused. Strings are copied. The
 * host checks each before it makes it: one that is malformed is not made, and the log says so; one
 * of a kind that the policy does not declare in edits is ignored and logged. A hook of MG_COMMAND
 * has no message to edit. Edits of all policies are made in the order of the file, each of what
 * those before it left; those of what came with the message before any is added.
 *
 * Fields. name: as RFC 5322 has it. value: without the blank after the colon; it may be folded (a
 * line feed, then a blank), 65,000 bytes at most; lines of more than 998 bytes are folded by the
 * host. An edit with a NULL pointer is ignored and logged.
 */
#define MG_EDIT_END (~0U)

/*
 * Adds a field above that which is now at an index, counted from 0, the MTA's own among them: 0 is
 * above all of them. Those that are added at one place stand in the order of the calls.
 * MG_EDIT_END: at the end of the header.
 */
void mg_edit_add_field(struct mg_call *call, unsigned index, const char *name, const char *value);

/*
 * Replaces the value of the nth field of this name that came with the message, from 1. nth 0:
 * leaves the message with one field of this name, which is in the place of the first, or added when
 * none came.
 */
void mg_edit_replace_field(struct mg_call *call, const char *name, unsigned nth, const char *value);

/*
 * Deletes the nth field of this name that came with the message, from 1; 0: all of them. None is as
 * good.
 */
void mg_edit_delete_field(struct mg_call *call, const char *name, unsigned nth);

/*
 * The address: a mailbox of RFC 5321 without angle brackets; in UTF-8 only in a message with
 * SMTPUTF8.
 */
void mg_edit_add_recipient(struct mg_call *call, const char *address);

/*
 * Of a recipient that the message has: as mg_recipient() gave it, or in a form that compares the
 * same. None is as good.
 */
void mg_edit_delete_recipient(struct mg_call *call, const char *address);

/* A new sender; "" for the null sender. */
void mg_edit_sender(struct mg_call *call, const char *address);

/*
 * A new body, of any size, with LF or CR LF as line ends, without NUL and without CR of another
 * meaning. Copied. data may be NULL when size is 0: an empty body.
 */
void mg_edit_body(struct mg_call *call, const void *data, size_t size);

/* At MG_BODY: this instance needs no more of this message's body. */
void mg_enough_body(struct mg_call *call);

/* ---- What other policies found ---------------------------------------------- */

/* One result of another policy. The host makes it, and may append members. */
struct mg_finding {
	const char *type;      /* "dnsbl" */
	const char *name;      /* "dnsbl/zen"; of an instance without a name its type */
	const char *result;    /* also "error" and "timeout" */
	const char *detail;    /* NULL for none */
	enum mg_stage stage;   /* of the hook that found it */
	const char *recipient; /* of whom it was found, when that was at MG_RCPT; else NULL */
};

/*
 * What the instances of a type, which the policy names in reads, have found so far that holds now:
 * of the session (CONNECT, HELO), of the message and, at MG_RCPT, of this recipient; after it, of
 * each accepted recipient by itself. In the order of the file, and of one instance in the order of
 * the stages and of being found. Results of instances in mode monitor are among them; of one that
 * "skip" or "only" exclude now there is none. NULL past the last (index counts from 0), for the
 * type NULL, for a type that has no instance, and for one that is not in reads: then the hook's
 * result becomes MG_ERROR, and the log says what to declare. It and its strings live to the end of
 * the event.
 */
const struct mg_finding *mg_finding(struct mg_call *call, const char *type, size_t index);

/*
 * A value that was given with the finding of this type and index (mg_value()), or NULL; NULL also
 * for the name NULL, and where mg_finding() returns NULL, with the same effects. Lives to the end
 * of the event.
 */
const char *mg_finding_value(struct mg_call *call, const char *type, size_t index,
			     const char *name);

/* ---- Services -------------------------------------------------------------- */

/* The clock: milliseconds, never backwards, of no meaning beyond differences. */
int64_t mg_now(const struct mg_call *call);

/* When this hook must have returned, on the same clock. */
int64_t mg_deadline(const struct mg_call *call);

/* The wall clock: milliseconds since 1970 (UTC). For dates, not for waiting: it can jump. */
int64_t mg_time(const struct mg_call *call);

/*
 * This instance's state in this session (scope MG_SESSION), message (MG_MESSAGE) or event
 * (MG_EVENT), no other. Zeroed when the scope begins; lives as long as the scope. Its size is
 * session_size, message_size or event_size. All hooks of the instance that run for an event share
 * its state. Never NULL.
 */
void *mg_state(struct mg_call *call, enum mg_scope scope);

/*
 * Memory that all sessions of this instance share: shared_size bytes, zeroed when it is new;
 * NULL when that is 0. It is kept by TYPE and NAME and survives a reload, until no
 * configuration has an instance of that name any more. Hooks of many sessions use it at the
 * same time, those of an older configuration among them: use atomics, or locks that are never
 * held for long. Keep no pointers in it, neither to the instance nor to constants of the
 * module. A module of another shared_version or shared_size begins anew, with memory of its own:
 * change shared_version whenever the meaning of the memory changes. Lives as long as the instance.
 */
void *mg_shared(const struct mg_call *call);

/* Memory that lives as long as the scope, not zeroed; never NULL. */
void *mg_alloc(struct mg_call *call, enum mg_scope scope, size_t size);

/* Makes a string that lives as long as the scope, of any length; never NULL. */
char *mg_printf(struct mg_call *call, enum mg_scope scope, const char *fmt, ...) MG_PRINTF(3, 4);

/*
 * Registers done(arg) for the end of the scope, on any thread; last registered, first called.
 * done may use memory of the scope. That of MG_EVENT is called before the session's next event, or
 * with its end: an event may outlive the message that ends in it. done NULL: no effect. arg may be
 * NULL.
 */
void mg_at_end(struct mg_call *call, enum mg_scope scope, void (*done)(void *arg), void *arg);

/*
 * Looks a key up. Returns 1 when found, 0 when not, -1 when undecided (a regular expression
 * reached its limit). value_r, if not NULL: the right-hand side of a file's line, "" for a plain
 * entry; lives to the end of the event. A NULL key is never found; a NULL table is empty.
 */
int mg_table_find(struct mg_call *call, const struct mg_table *table, const char *key,
		  const char **value_r);

enum mg_readings { MG_ANY_READING, MG_ALL_READINGS };

/*
 * As mg_table_find(), for the readings of the sender or, in a hook of RCPT, of the recipient: those
 * of an address that is refused by any of them, or of one that is spared by all. value_r: of one of
 * them. A user without a domain is found, where any reading is enough, as that user at any domain.
 */
int mg_table_find_sender(struct mg_call *call, const struct mg_table *table, enum mg_readings which,
			 const char **value_r);
int mg_table_find_recipient(struct mg_call *call, const struct mg_table *table,
			    enum mg_readings which, const char **value_r);

/*
 * The right-hand sides of a user's entries at any domain (user@domain), by index; false past the
 * last. Equal ones count once; there are 16 at most in a file. local: a reading that is a user.
 */
bool mg_table_find_user(struct mg_call *call, const struct mg_table *table, const char *local,
			size_t index, const char **value_r);

/*
 * A domain in the form in which domains compare: lower case, A-labels (IDNA 2008), without a
 * final dot. NULL when it is not a domain name, and for NULL. Lives to the end of the event.
 */
const char *mg_domain(struct mg_call *call, const char *domain);

enum mg_level { MG_LOG_ERROR, MG_LOG_WARNING, MG_LOG_INFO, MG_LOG_DEBUG };

/* A log line about this session, with its id; control characters are escaped by the host. */
void mg_log(struct mg_call *call, enum mg_level level, const char *fmt, ...) MG_PRINTF(3, 4);

/* ---- DNS ------------------------------------------------------------------- */

/*
 * The policy declares MG_SERVICE_DNS. Answers are shared by all sessions and kept for as long as
 * their TTL says (within the configured limits); a look-up that anybody has in flight is joined,
 * not repeated.
 *
 * Names are plain text, with or without a final dot, in any case; every byte but the dot stands
 * for itself. A name that DNS cannot carry (an empty label, a label over 63 bytes, over 253 in
 * all) is not asked: MG_DNS_NXDOMAIN.
 */
enum mg_dns_type {
	MG_DNS_A = 1,
	MG_DNS_PTR = 12,
	MG_DNS_MX = 15,
	MG_DNS_TXT = 16,
	MG_DNS_AAAA = 28
};

enum mg_dns_status {
	MG_DNS_FOUND,    /* there is at least one record */
	MG_DNS_NODATA,   /* the name exists, without records of this type */
	MG_DNS_NXDOMAIN, /* the name does not exist */
	/* No usable answer: SERVFAIL, REFUSED, a malformed answer, no server reached. */
	MG_DNS_FAILED,
	/* No answer by the deadline, or in all tries; see mg_dns_late. */
	MG_DNS_LATE
};

/* Why there was no answer. */
enum mg_dns_late {
	MG_DNS_NOT_LATE, /* the status is another one */
	MG_DNS_NO_TIME,  /* mg_deadline() came first, or the hook must not block */
	/* All tries for this question went unanswered, though a server answered another one. */
	MG_DNS_NO_ANSWER,
	MG_DNS_NO_SERVER /* DNS is dead: no server has answered anything since this was asked */
};

/* One record. The host makes arrays of them: this struct never grows. */
struct mg_dns_record {
	union {
		struct in_addr a;     /* MG_DNS_A */
		struct in6_addr aaaa; /* MG_DNS_AAAA */
		unsigned preference;  /* MG_DNS_MX */
	} u;
	/*
	 * MX and PTR: the name, in lower case, without its final dot ("" is the root, so a null
	 * MX). Bytes that are not printable ASCII, and dots and backslashes inside a label,
	 * stand as \DDD.
	 * TXT: the character-strings, joined without blanks; may hold any byte, NUL too. A final
	 * NUL follows, which size does not count.
	 * A and AAAA: "".
	 */
	const char *text;
	size_t size;
};

/* The answer to a question. The host makes it, and may append members. */
struct mg_dns_answer {
	enum mg_dns_status status;
	bool authentic; /* the server says that it validated this by DNSSEC (AD) */
	unsigned ttl;   /* seconds that it is kept for, from when it came */
	size_t n;       /* 0 unless MG_DNS_FOUND */
	/* In the server's order; those of the last name of a CNAME chain. */
	const struct mg_dns_record *records;
	/* The owner of the records: the last name of the CNAME chain, written as in text above. */
	const char *name;
	const char *why; /* MG_DNS_FAILED, MG_DNS_LATE: a few words for the log; else "" */
	/*
	 * With MG_DNS_NO_TIME and MG_DNS_NO_SERVER nothing is known about the name: return
	 * MG_TIMEOUT. With MG_DNS_NO_ANSWER the name's servers are at fault: a policy may have a
	 * result of its own.
	 */
	enum mg_dns_late late;
};

/*
 * Looks a name up. Blocks until the answer arrives, but not beyond mg_deadline() (then
 * MG_DNS_LATE; a late answer is kept for the next caller). A hook that must not block gets what
 * is known now, else MG_DNS_LATE, and the look-up continues. A NULL name is treated as one that
 * DNS cannot carry. Never NULL; constant; lives to the end of the event.
 */
const struct mg_dns_answer *mg_dns(struct mg_call *call, const char *name, enum mg_dns_type type);

/* Begins a look-up for a later mg_dns(). Never blocks; from any hook. The name NULL: no effect. */
void mg_dns_prefetch(struct mg_call *call, const char *name, enum mg_dns_type type);

/* A walk: questions that follow from answers, asked without anybody waiting. */
struct mg_dns_walk;

/*
 * What is done with the answer to one question of a walk. Called once, also when the answer is
 * MG_DNS_FAILED or MG_DNS_LATE (all tries are over), at once on the asking thread when the
 * answer is known, else on a thread of the service, perhaps after the session has ended; not at
 * all for questions that the daemon's end cuts off. The same walk's may run at the same time on
 * several threads. Must not block; may call mg_dns_walk_ask(), mg_dns_walk_last() and
 * mg_dns_walk_shared(), and of the other mg_ functions none. name: as it was asked; answer,
 * data: to be used until it returns; self: the instance.
 */
typedef void (*mg_dns_then)(struct mg_dns_walk *walk, const char *name,
			    const struct mg_dns_answer *answer, const void *data, const void *self);

/*
 * Begins a walk with one question. data (size bytes; NULL for none, whatever size is) is copied,
 * and stays constant. max: the most questions of the walk, this one included, and never more than
 * MG_DNS_WALK_MAX; further ones are dropped, and their then is not called. A later mg_dns() finds
 * the answers, or joins the look-ups. Never blocks; from any hook. then NULL: no further questions.
 * The name NULL: no effect.
 */
#define MG_DNS_WALK_MAX 100
void mg_dns_walk(struct mg_call *call, unsigned max, const void *data, size_t size,
		 const char *name, enum mg_dns_type type, mg_dns_then then);

/*
 * Asks a further question of the walk, from a then. then NULL: nothing follows. Returns false
 * when max was reached, and for the name NULL.
 */
bool mg_dns_walk_ask(struct mg_dns_walk *walk, const char *name, enum mg_dns_type type,
		     mg_dns_then then);

/*
 * The same for a question that leads to no other. These count separately, up to MG_DNS_WALK_LAST
 * a walk, so the hosts of an MX, for example, do not use up max. Returns false when that was
 * reached, and for the name NULL.
 */
#define MG_DNS_WALK_LAST 20
bool mg_dns_walk_last(struct mg_dns_walk *walk, const char *name, enum mg_dns_type type);

/* As mg_shared(), of the instance whose hook began the walk. */
void *mg_dns_walk_shared(struct mg_dns_walk *walk);

/*
 * The name of an address in DNS: its octets or nibbles in reverse order, and zone. zone NULL:
 * in-addr.arpa or ip6.arpa. NULL when addr is NULL, or neither AF_INET nor AF_INET6. Lives to
 * the end of the event.
 */
const char *mg_dns_reverse(struct mg_call *call, const struct sockaddr *addr, const char *zone);

/* ---- Sizes ---------------------------------------------------------------- */

/* Enumerations are members of structs: a module built with -fshort-enums would have other ones. */
#ifdef __cplusplus
#define MG_ASSERT_(condition, text) static_assert(condition, text)
#else
#define MG_ASSERT_(condition, text) _Static_assert(condition, text)
#endif
#define MG_ASSERT_ENUM_(name) \
	MG_ASSERT_(sizeof(enum name) == sizeof(int), "ABI: an enum has the size of int")

MG_ASSERT_ENUM_(mg_stage);
MG_ASSERT_ENUM_(mg_scope);
MG_ASSERT_ENUM_(mg_type);
MG_ASSERT_ENUM_(mg_key);
MG_ASSERT_ENUM_(mg_verdict);
MG_ASSERT_ENUM_(mg_readings);
MG_ASSERT_ENUM_(mg_client_resolve);
MG_ASSERT_ENUM_(mg_level);
MG_ASSERT_ENUM_(mg_dns_type);
MG_ASSERT_ENUM_(mg_dns_status);
MG_ASSERT_ENUM_(mg_dns_late);

#ifdef __cplusplus
}
#endif

#endif
