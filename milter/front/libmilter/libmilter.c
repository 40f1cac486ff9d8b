/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front end on libmilter: translates its callbacks into calls of session.h, and the replies
 * back.
 *
 * A callback belongs to one connection and runs on any of libmilter's worker threads, those of one
 * connection one after another. libmilter forgets its open connections when it stops, without a
 * last callback; so they are kept in conns.c, which knows which of them are in use.
 */
#include <config.h>

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <libmilter/mfapi.h>

#include "base/sanitizer.h"
#include "front/libmilter/answer.h"
#include "front/libmilter/conns.h"
#include "front/libmilter/guard.h"
#include "front/libmilter/libmilter.h"
#include "front/front.h"
#include "front/agreement.h"
#include "session/host.h"
#include "session/session.h"

#define NAME "millgate"
#define MAX_DATA \
	(1 << 20) /* Postfix allows headers of 102,400 bytes, more than libmilter's default */
#define BACKLOG 1024
#define WAKE_SIGNAL SIGURG /* one that does no harm when somebody else sends it */

struct front {
	struct front_socket sock;
	struct host *host;
	struct log *log;
	struct conns conns;
	atomic_bool told_of_actions;
	atomic_ullong silent; /* connections that ended before they began */
	atomic_uint noting;   /* callbacks without a connection that use the log */
	pthread_t thread;
	bool started;
	sem_t stop_order; /* for libmilter; see sigwait() */
	void (*ended)(void *arg);
	void *ended_arg;
};

/*
 * libmilter's callbacks are handed nothing of ours for a new connection. Written once, before there
 * are any.
 */
static struct front *the_front;

/* libmilter's functions take strings that they do not change as char *. */
static char *unconst(const char *string)
{
	return (char *)(uintptr_t)string;
}

static const char *conn_macro(void *arg, const char *name)
{
	struct milter_conn *conn = arg;

	/* At a stop, sessions end outside of a callback: libmilter may be freeing their macros. */
	return conn->state == CONN_ENDED ? NULL : smfi_getsymval(conn->ctx, unconst(name));
}

static unsigned conn_edits(void *arg)
{
	const struct milter_conn *conn = arg;

	return agreement_grants(&conn->agreed);
}

static const struct mta conn_mta = { .macro = conn_macro, .edits = conn_edits };

/* A new connection, which the caller uses; NULL when the front end is stopping. */
static struct milter_conn *conn_new(SMFICTX *ctx)
{
	struct milter_conn *conn = conns_add(&the_front->conns, ctx);

	if (!conn)
		return NULL;
	conn->snapshot = host_snapshot(the_front->host);
	conn->session = session_new(the_front->host, conn->snapshot, &conn_mta, conn);
	smfi_setpriv(ctx, conn);
	return conn;
}

/*
 * The connection of a callback, for its use; NULL when it may not be used. There is none yet when
 * the MTA begins another session on a connection that it keeps; it goes by what was agreed on
 * before.
 */
static struct milter_conn *conn_enter(SMFICTX *ctx)
{
	struct milter_conn *conn = smfi_getpriv(ctx);

	if (!conn)
		return conn_new(ctx);
	return milter_conn_claim(conn) ? conn : NULL;
}

static sfsistat conn_answer(struct milter_conn *conn, enum mg_stage stage,
			    const struct reply *reply)
{
	sfsistat status = milter_answer(conn, stage, reply, the_front->log);

	session_rest(conn->session);
	milter_conn_release(conn);
	return status;
}

/* libmilter calls the stages whose lists of macros can be set by the protocol's numbers. */
static void set_macros(SMFICTX *ctx, const struct mta_needs *needs)
{
	for (int stage = 0; stage < MG_STAGES; stage++) {
		const int macros = agreement_stages[stage].macros;

		if (macros >= 0 && needs->stages & MG_BIT(stage) && needs->macros[stage])
			smfi_setsymlist(ctx, macros, unconst(needs->macros[stage]));
	}
}

/*
 * libmilter takes no content after an unknown command but by way of DATA: it drops the message, and
 * the MTA waits.
 */
static unsigned extra_stages(const struct mta_needs *needs)
{
	return needs->stages & MG_BIT(MG_COMMAND) ? MG_BIT(MG_DATA) : 0;
}

/*
 * Whether the MTA begins another session on a connection that was negotiated for less than what is
 * needed now: the configuration has changed, or the session before was refused. libmilter offers no
 * way to close the connection, so its clients are sent away until the MTA opens a new one.
 */
static bool is_outdated(struct milter_conn *conn)
{
	const struct mta_needs *needs = session_needs(conn->snapshot);

	if (conn->negotiated || agreement_serves(&conn->agreed, needs, extra_stages(needs),
						 *the_front->sock.listen.path))
		return false;
	log_say(the_front->log, MG_LOG_WARNING, "front",
		"a client is tempfailed: the MTA keeps a connection that was negotiated for less "
		"than what the configuration needs");
	return true;
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long protocol,
			     unsigned long f2, unsigned long f3, unsigned long *actions_r,
			     unsigned long *protocol_r, unsigned long *f2_r, unsigned long *f3_r)
{
	struct milter_conn *conn = conn_enter(ctx);
	const struct mta_needs *needs;
	unsigned extra;

	(void)f2;
	(void)f3;
	*f2_r = *f3_r = 0;
	/* The connection is closed, and the MTA does as it does without a filter. */
	if (!conn)
		return SMFIS_REJECT;
	needs = conn->refused ? &agreement_refusal : session_needs(conn->snapshot);
	extra = extra_stages(needs);
	if (!the_front->told_of_actions &&
	    agreement_lacks(needs, actions, protocol, the_front->log))
		the_front->told_of_actions = true;
	agreement_free(&conn->agreed);
	conn->agreed =
		agreement_make(needs, extra, *the_front->sock.listen.path, actions, protocol);
	conn->negotiated = true;
	*actions_r = conn->agreed.actions;
	*protocol_r = conn->agreed.steps;
	if (actions & SMFIF_SETSYMLIST)
		set_macros(ctx, needs);
	milter_conn_release(conn);
	return SMFIS_CONTINUE;
}

/*
 * No service. A reply where none was agreed on is not sent, but libmilter goes by it: it then takes
 * no further step of the message, and the MTA waits.
 */
static sfsistat conn_send_away(struct milter_conn *conn, enum mg_stage stage)
{
	const bool replies = !(conn->agreed.no_reply & MG_BIT(stage));

	milter_conn_release(conn);
	return replies ? SMFIS_TEMPFAIL : SMFIS_NOREPLY;
}

/*
 * The connection for an event of its session. NULL when there is only the status to be said, which
 * is set in any case.
 */
static struct milter_conn *conn_event(SMFICTX *ctx, enum mg_stage stage, sfsistat *status_r)
{
	struct milter_conn *conn = conn_enter(ctx);

	*status_r = SMFIS_TEMPFAIL;
	if (conn && (conn->refused || conn->outdated)) {
		*status_r = conn_send_away(conn, stage);
		return NULL;
	}
	return conn;
}

static sfsistat on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *address)
{
	struct milter_conn *conn = conn_enter(ctx);

	if (!conn)
		return SMFIS_TEMPFAIL;
	if (conn->refused)
		return conn_answer(conn, MG_CONNECT, session_refuse(conn->session));
	conn->outdated = is_outdated(conn);
	if (conn->outdated)
		return conn_send_away(conn, MG_CONNECT);
	return conn_answer(conn, MG_CONNECT, session_connect(conn->session, name, address));
}

static sfsistat on_helo(SMFICTX *ctx, char *helo)
{
	sfsistat status = SMFIS_TEMPFAIL;
	struct milter_conn *conn = conn_event(ctx, MG_HELO, &status);

	return conn ? conn_answer(conn, MG_HELO, session_helo(conn->session, helo)) : status;
}

/* Something that sends MAIL or RCPT without an argument is no MTA; libmilter lets it pass. */
static sfsistat on_mail(SMFICTX *ctx, char **argv)
{
	sfsistat status = SMFIS_TEMPFAIL;
	struct milter_conn *conn = argv[0] ? conn_event(ctx, MG_MAIL, &status) : NULL;

	return conn ? conn_answer(conn, MG_MAIL, session_mail(conn->session, argv)) : status;
}

static sfsistat on_rcpt(SMFICTX *ctx, char **argv)
{
	sfsistat status = SMFIS_TEMPFAIL;
	struct milter_conn *conn = argv[0] ? conn_event(ctx, MG_RCPT, &status) : NULL;

	return conn ? conn_answer(conn, MG_RCPT, session_rcpt(conn->session, argv)) : status;
}

static sfsistat on_data(SMFICTX *ctx)
{
	sfsistat status = SMFIS_TEMPFAIL;
	struct milter_conn *conn = conn_event(ctx, MG_DATA, &status);

	return conn ? conn_answer(conn, MG_DATA, session_data(conn->session)) : status;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	sfsistat status = SMFIS_TEMPFAIL;
	struct milter_conn *conn = conn_event(ctx, MG_HEADER, &status);

	return conn ? conn_answer(
			      conn, MG_HEADER,
			      session_header(conn->session, name, value, conn->agreed.exact_fields))
		    : status;
}

static sfsistat on_eoh(SMFICTX *ctx)
{
	sfsistat status = SMFIS_TEMPFAIL;
	struct milter_conn *conn = conn_event(ctx, MG_EOH, &status);

	return conn ? conn_answer(conn, MG_EOH, session_eoh(conn->session)) : status;
}

static sfsistat on_body(SMFICTX *ctx, unsigned char *body, size_t size)
{
	sfsistat status = SMFIS_TEMPFAIL;
	struct milter_conn *conn = conn_event(ctx, MG_BODY, &status);

	return conn ? conn_answer(conn, MG_BODY, session_body(conn->session, body, size)) : status;
}

static sfsistat on_eom(SMFICTX *ctx)
{
	sfsistat status = SMFIS_TEMPFAIL;
	struct milter_conn *conn = conn_event(ctx, MG_EOM, &status);

	return conn ? conn_answer(conn, MG_EOM, session_eom(conn->session)) : status;
}

static sfsistat on_unknown(SMFICTX *ctx, const char *command)
{
	sfsistat status = SMFIS_TEMPFAIL;
	struct milter_conn *conn = conn_event(ctx, MG_COMMAND, &status);

	return conn ? conn_answer(conn, MG_COMMAND, session_command(conn->session, command))
		    : status;
}

static sfsistat on_abort(SMFICTX *ctx)
{
	struct milter_conn *conn = smfi_getpriv(ctx);

	if (conn && milter_conn_claim(conn)) {
		session_abort(conn->session);
		milter_conn_release(conn);
	}
	return SMFIS_CONTINUE;
}

/*
 * All that is known of such a connection is that it was there: libmilter does not say where it came
 * from.
 */
static void note_silent(struct front *front)
{
	unsigned long long before;

	/* In this order: libmilter_stop() either waits for this, or has it do nothing. */
	atomic_fetch_add(&front->noting, 1);
	if (!front->conns.stopping) {
		before = atomic_fetch_add(&front->silent, 1);
		log_say(front->log, before ? MG_LOG_DEBUG : MG_LOG_INFO, "front",
			"a connection ended before it spoke the milter protocol: a health "
			"check, or no MTA (%llu so far%s)",
			before + 1, before ? "" : "; those to come are logged at level debug");
	}
	atomic_fetch_sub(&front->noting, 1);
}

static sfsistat on_close(SMFICTX *ctx)
{
	struct milter_conn *conn = smfi_getpriv(ctx);

	smfi_setpriv(ctx, NULL);
	if (!conn) {
		note_silent(the_front);
	} else if (milter_conn_claim(conn)) {
		session_end(&conn->session);
		conns_remove(&the_front->conns, conn);
	}
	return SMFIS_CONTINUE;
}

static int set_up_library(const struct front *front)
{
	struct smfiDesc filter = {
		.xxfi_name = unconst(NAME),
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY | SMFIF_ADDRCPT |
			      SMFIF_DELRCPT | SMFIF_CHGFROM | SMFIF_QUARANTINE,
		.xxfi_negotiate = on_negotiate,
		.xxfi_connect = on_connect,
		.xxfi_helo = on_helo,
		.xxfi_envfrom = on_mail,
		.xxfi_envrcpt = on_rcpt,
		.xxfi_data = on_data,
		.xxfi_header = on_header,
		.xxfi_eoh = on_eoh,
		.xxfi_body = on_body,
		.xxfi_eom = on_eom,
		.xxfi_unknown = on_unknown,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
	};

	smfi_setmaxdatasize(MAX_DATA);
	smfi_setbacklog(BACKLOG);
	if (smfi_register(filter) != MI_SUCCESS ||
	    smfi_setconn(unconst(front->sock.listen.spelling)) != MI_SUCCESS)
		return -1;
	return 0;
}

static int open_socket(struct front *front, const struct front_settings *settings,
		       char error_r[FRONT_ERROR_MAX])
{
	mode_t mask;
	int rc;

	if (listen_parse(&front->sock.listen, settings->listen, error_r) < 0 ||
	    front_socket_claim(&front->sock, error_r) < 0)
		return -1;
	/* Nobody can connect before mode and owner are as they shall be. */
	mask = umask(0777);
	rc = set_up_library(front) < 0 ? MI_FAILURE : smfi_opensocket(false);
	umask(mask);
	if (rc != MI_SUCCESS) {
		snprintf(error_r, FRONT_ERROR_MAX,
			 "libmilter cannot open the socket %s; it says why in the system's log",
			 front->sock.listen.spelling);
		return -1;
	}
	return front_socket_give(&front->sock, settings->uid, settings->gid, settings->mode,
				 error_r);
}

/*
 * libmilter knows only syslog(3): its lines go under our name, those that the log would have at the
 * start, and in the foreground to standard error too.
 */
static void open_syslog(const struct log *log)
{
	static const int severities[] = { LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_DEBUG };
	int level = MG_LOG_ERROR;

	while (level < MG_LOG_DEBUG && log_wants(log, (enum mg_level)(level + 1)))
		level++;
	openlog("millgated", LOG_PID | (log_is_read_here(log) ? LOG_PERROR : 0), LOG_MAIL);
	setlogmask(LOG_UPTO(severities[level]));
}

static struct front *libmilter_open(const struct front_settings *settings,
				    char error_r[FRONT_ERROR_MAX])
{
	struct front *front = calloc(1, sizeof(*front));

	if (!front) {
		snprintf(error_r, FRONT_ERROR_MAX, "out of memory");
		return NULL;
	}
	front->host = settings->host;
	front->log = settings->log;
	open_syslog(settings->log);
	if (guard_init(settings->log) < 0) {
		snprintf(error_r, FRONT_ERROR_MAX,
			 "this libmilter keeps its function mi_rd_cmd to itself: use front-end "
			 "event");
		free(front);
		return NULL;
	}
	conns_init(&front->conns, settings->limits.connections);
	sem_init(&front->stop_order, 0, 0);
	if (open_socket(front, settings, error_r) < 0) {
		free(front);
		return NULL;
	}
	the_front = front;
	return front;
}

/*
 * In the place of libc's, for libmilter: it waits with it, in a thread of its own, for HUP, TERM
 * and INT, and takes each, HUP too, as the order to stop. Whatever the other threads do, it would
 * get one now and then. So that the process's signals are the daemon's alone, it gets none but
 * TERM, from libmilter_stop().
 */
MG_EXPORT int sigwait(const sigset_t *set, int *signal_r)
{
	(void)set;
	while (sem_wait(&the_front->stop_order) < 0)
		;
	*signal_r = SIGTERM;
	return 0;
}

static void on_wake_signal(int number)
{
	(void)number;
}

static void *front_run(void *arg)
{
	struct front *front = arg;

	if (smfi_main() != MI_SUCCESS)
		log_say(front->log, MG_LOG_ERROR, "front",
			"libmilter gave up; it says why in the system's log");
	front->ended(front->ended_arg);
	return NULL;
}

static int libmilter_start(struct front *front, void (*ended)(void *arg), void *arg)
{
	struct sigaction wake = { .sa_handler = on_wake_signal };
	pthread_attr_t attributes;
	sigset_t blocked;
	int rc;

	front->ended = ended;
	front->ended_arg = arg;
	sigaction(WAKE_SIGNAL, &wake, NULL);
	/* libmilter's threads inherit it. */
	sigfillset(&blocked);
	sigdelset(&blocked, WAKE_SIGNAL);
	pthread_attr_init(&attributes);
	pthread_attr_setsigmask_np(&attributes, &blocked);
	rc = pthread_create(&front->thread, &attributes, front_run, front);
	pthread_attr_destroy(&attributes);
	front->started = rc == 0;
	return rc;
}

/*
 * libmilter's listener looks whether it shall stop only every few seconds, or when its poll(2) is
 * interrupted. (A connection would wake it too, but one that it cannot serve any more makes it
 * sleep.)
 */
static void join_listener(struct front *front)
{
	const struct timespec pause = { .tv_nsec = 5 * 1000000L };

	sem_post(&front->stop_order);
	while (pthread_tryjoin_np(front->thread, NULL) == EBUSY) {
		pthread_kill(front->thread, WAKE_SIGNAL);
		nanosleep(&pause, NULL);
	}
}

static size_t libmilter_stop(struct front *front, int wait_ms)
{
	const struct timespec pause = { .tv_nsec = 5 * 1000000L };
	size_t busy;

	conns_stop(&front->conns);
	if (front->started)
		join_listener(front);
	front_socket_remove(&front->sock);
	while ((busy = conns_end_idle(&front->conns) + front->noting) > 0 && wait_ms > 0) {
		nanosleep(&pause, NULL);
		wait_ms -= 5;
	}
	return busy;
}

static void libmilter_limit(struct front *front, const struct front_limits *limits)
{
	conns_limit(&front->conns, limits->connections);
}

const struct front_end front_libmilter = { libmilter_open, libmilter_start, libmilter_stop,
					   libmilter_limit };

#if SANITIZER_THREAD
/*
 * How libmilter stops: its threads use mutexes and a condition that others of them have destroyed,
 * and one is never joined. Only reports of such misuse are left out, not those of memory that
 * callbacks touch.
 */
MG_EXPORT const char *__tsan_default_suppressions(void);
MG_EXPORT const char *__tsan_default_suppressions(void)
{
	return "mutex:libmilter.so\nrace:mi_listener\nrace:mi_closener\nthread:mi_control_startup\n"
	       "thread:mi_pool_controller_init\nthread:mi_start_session\n"
	       "race_top:pthread_mutex_destroy\nrace_top:pthread_mutex_lock\n"
	       "race_top:pthread_mutex_unlock\nrace_top:pthread_cond_destroy\n"
	       "race_top:pthread_cond_timedwait\nrace_top:pthread_cond_signal\n";
}
#endif
