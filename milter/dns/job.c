/* SPDX-License-Identifier: BSD-2-Clause */
/* The jobs of an engine's thread: which server is asked when, and what is made of its answers. */
#include <config.h>

#include <stdlib.h>
#include <sys/random.h>

#include "dns/job.h"

#define ROUNDS_MAX 4 /* questions for one chain; a resolver follows it by itself */

/* What c-ares is asked: a job's question to one server. */
struct attempt {
	struct asked asked; /* first */
	struct engine_thread *thread;
	struct dns_job *job; /* NULL: it is only asked whether it is there */
	unsigned server, round;
	bool edns, tcp;
	int64_t began;
	unsigned tcp_answers; /* of the server, when it was sent */
	unsigned cut;         /* connections that ended without any answer */
};

static void job_next_server(struct dns_job *job);

/* How long all tries of a question take. */
static int64_t thread_tries_us(const struct engine_thread *thread)
{
	const struct dns_settings *settings = thread->engine->settings;

	return settings->timeout * 1000 * ((1 << settings->tries) - 1);
}

/* ---- A job's life ---- */

static void job_unwait(struct dns_job *job)
{
	struct engine_thread *thread = job->thread;

	if (!job->waits)
		return;
	*(job->before ? &job->before->next : &thread->first) = job->next;
	*(job->next ? &job->next->before : &thread->last) = job->before;
	job->waits = false;
}

/* All wait for the same time, so the last comes last. */
static void job_wait(struct dns_job *job)
{
	struct engine_thread *thread = job->thread;

	job_unwait(job);
	job->due = thread->now + thread->engine->settings->timeout * 1000;
	job->next = NULL;
	job->before = thread->last;
	*(thread->last ? &thread->last->next : &thread->first) = job;
	thread->last = job;
	job->waits = true;
}

static void job_keep(struct job_list *list, struct dns_job *job)
{
	if (list->n + 1 > JOBS_SPARE_MAX) {
		free(job);
		return;
	}
	job->next = list->first;
	list->first = job;
	if (!job->next)
		list->last = job;
	list->n++;
}

void job_free_if_over(struct dns_job *job)
{
	if (!job->delivered || job->open)
		return;
	job->thread->jobs--;
	job_keep(&job->thread->over, job);
}

void job_finish(struct dns_job *job, struct dns_answer *answer)
{
	struct engine_thread *thread = job->thread;

	job_unwait(job);
	job->finished = true;
	job->answer = answer;
	job->next = NULL;
	if (!thread->finished)
		thread->finished_at = thread->now;
	*thread->finished_end = job;
	thread->finished_end = &job->next;
}

/* No server is left to ask and none will answer any more. That one's port is closed says nothing when another is silent. */
static void job_give_up(struct dns_job *job)
{
	const unsigned ttl = job->thread->engine->limits.ttl_min ? DNS_FAILED_TTL : 0;

	if (job->thread->servers.n == 0)
		job->why = "there is no name server";
	if (job->why && (job->heard || !job->unheard))
		job_finish(job, dns_answer_none(MG_DNS_FAILED, ttl, job->why));
	else if (job->heard || server_set_answers(&job->thread->servers, job->asked))
		job_finish(job,
			   dns_answer_late(MG_DNS_NO_ANSWER, ttl, "no server has answered this"));
	else
		job_finish(job, dns_answer_late(MG_DNS_NO_SERVER, ttl, "no server answers"));
}

/* ---- Asking ---- */

/* Not to be guessed: a forged answer must have it. */
static unsigned thread_random(struct engine_thread *thread)
{
	unsigned id;

	if (thread->random_left < sizeof(unsigned short)) {
		if (getrandom(thread->random, sizeof(thread->random), 0) !=
		    (ssize_t)sizeof(thread->random))
			abort();
		thread->random_left = sizeof(thread->random);
	}
	thread->random_left -= 2;
	id = thread->random[thread->random_left];
	return id << 8 | thread->random[thread->random_left + 1];
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *message, int size);

static void attempt_send(const struct attempt *what, const struct dns_chain *chain)
{
	struct engine_thread *thread = what->thread;
	struct server *server = &thread->servers.v[what->server];
	struct attempt *attempt = malloc(sizeof(*attempt));
	unsigned char query[DNS_QUERY_MAX];
	size_t size;

	if (!attempt)
		abort();
	*attempt = *what;
	attempt->tcp_answers = server->tcp_answers;
	attempt->asked = (struct asked){ .chain = chain, .id = thread_random(thread) };
	server_note_asked(server, &attempt->asked);
	size = dns_query_write(query, attempt->asked.id, chain->name, (unsigned)chain->type,
			       attempt->edns);
	if (server->open++ == 0)
		server->silent_since = thread->now;
	atomic_fetch_add_explicit(&thread->engine->counters.sent, 1, memory_order_relaxed);
	ares_send(server->channels[attempt->tcp].ares, query, (int)size, on_answer, attempt);
}

static void job_send(struct dns_job *job, const struct attempt *attempt)
{
	job->open++;
	attempt_send(attempt, &job->chain);
}

static void job_try(struct dns_job *job, unsigned index, bool edns, bool tcp)
{
	const struct attempt attempt = { .thread = job->thread,
					 .job = job,
					 .server = index,
					 .round = job->round,
					 .edns = edns,
					 .tcp = tcp,
					 .began = job->thread->now };

	job->awaited |= 1U << index;
	job_send(job, &attempt);
}

/* A dead server is asked besides one that lives; but nobody waits for it. */
static void job_probe(struct dns_job *job)
{
	struct engine_thread *thread = job->thread;
	const int index = server_set_probe(&thread->servers, job->tried, thread->now);

	if (index < 0)
		return;
	job->tried |= 1U << index;
	job_send(job, &(struct attempt){ .thread = thread,
					 .job = job,
					 .server = (unsigned)index,
					 .round = job->round,
					 .edns = !thread->servers.v[index].no_edns });
}

/*
 * The server has ended the connection: it is asked again by another one (RFC 7766 section 6.2.4). When it has answered others by the
 * old one it may go on like that, and this was no try in vain.
 */
static bool job_reconnect(struct dns_job *job, const struct attempt *attempt)
{
	const struct engine_thread *thread = job->thread;
	struct attempt again = *attempt;

	if (attempt->tcp_answers == thread->servers.v[attempt->server].tcp_answers)
		again.cut++;
	if (again.cut >= thread->engine->settings->tries ||
	    thread->now - attempt->began >= thread_tries_us(thread))
		return false;
	job->awaited |= 1U << attempt->server;
	job_send(job, &again);
	return true;
}

static void job_ask(struct dns_job *job, unsigned index)
{
	job->tried |= 1U << index;
	job->server = index;
	job_wait(job);
	/* c-ares may call back before it returns, and so end the job. */
	job->open++;
	job_try(job, index, !job->thread->servers.v[index].no_edns, false);
	job->open--;
}

/* After each step: asks the next server when none is being asked, or gives up. */
static void job_settle(struct dns_job *job)
{
	if (!job->finished && !job->open)
		job_next_server(job);
	job_free_if_over(job);
}

/* Where a server has said that it cannot answer, the dead are neither asked nor waited for. */
static void job_next_server(struct dns_job *job)
{
	const struct server_set *servers = &job->thread->servers;
	const int index = server_set_choose(servers, job->tried);
	const bool refused = job->heard && job->why;

	if (index >= 0 && !(refused && servers->v[index].dead)) {
		job_ask(job, (unsigned)index);
		if (!job->finished && !job->open)
			job_next_server(job);
	} else if (!job->open || (refused && !job->awaited)) {
		job_give_up(job);
	}
}

void job_start(struct dns_job *job)
{
	job->tried = job->awaited = 0;
	job->heard = job->unheard = false;
	job->why = NULL;
	job->open++;
	job_next_server(job);
	if (!job->finished)
		job_probe(job);
	job->open--;
	job_settle(job);
}

/* ---- Answers ---- */

static void job_follow(struct dns_job *job)
{
	if (++job->round < ROUNDS_MAX) {
		job_start(job);
	} else {
		job->why = "a CNAME chain that the server does not follow";
		job_give_up(job);
	}
}

/* c-ares cuts what comes by UDP at the size that we offer. What may have been cut is asked for by TCP too. */
static bool is_cut(const struct attempt *attempt, size_t size)
{
	return !attempt->tcp && size == DNS_UDP_SIZE;
}

static void job_read(struct dns_job *job, const struct attempt *attempt,
		     const unsigned char *message, size_t size)
{
	struct engine_thread *thread = job->thread;
	struct dns_answer *answer = NULL;
	const char *why;
	const enum dns_reading reading = dns_message_read(message, size, &job->chain,
							  &thread->engine->limits, &answer, &why);

	switch (reading) {
	case DNS_ANSWER:
		job_finish(job, answer);
		return;
	case DNS_CHAIN:
		job_follow(job);
		return;
	case DNS_NO_EDNS:
		if (attempt->edns) {
			thread->servers.v[attempt->server].no_edns = true;
			job_try(job, attempt->server, false, attempt->tcp);
			return;
		}
		break;
	case DNS_TRUNCATED:
	case DNS_GARBAGE:
		if (is_cut(attempt, size) || (reading == DNS_TRUNCATED && !attempt->tcp)) {
			job_try(job, attempt->server, attempt->edns, true);
			return;
		}
		break;
	case DNS_REFUSED:
		break;
	}
	job->why = why;
	job_next_server(job);
}

static void server_is_dead(struct engine_thread *thread, unsigned index)
{
	struct server *server = &thread->servers.v[index];

	if (server->dead || thread->servers.n == 1)
		return;
	server->dead = true;
	server->probed_at = thread->now;
	atomic_fetch_add_explicit(&thread->engine->counters.dead, 1, memory_order_relaxed);
}

/* What the end of a try says about the server. */
static void attempt_note(struct attempt *attempt, int status)
{
	struct engine_thread *thread = attempt->thread;
	struct server *server = &thread->servers.v[attempt->server];

	server->open--;
	server_note_ended(server, &attempt->asked);
	if (status == ARES_SUCCESS) {
		server->dead = false;
		server->answered_at = server->silent_since = thread->now;
		server->tcp_answers += attempt->tcp;
	} else if (status == ARES_ECONNREFUSED && !attempt->tcp) {
		server_is_dead(thread, attempt->server);
	}
}

/* c-ares calls it ARES_ECONNREFUSED whenever a socket fails, and when the other side ends a connection. */
static const char *attempt_trouble(const struct attempt *attempt, int status)
{
	if (status != ARES_ECONNREFUSED)
		return "the server cannot be asked";
	return attempt->tcp ? "the server takes no TCP connection, or ends it without an answer"
			    : "the server cannot be reached";
}

/* What it says about the job. */
static void attempt_judge(const struct attempt *attempt, int status, const unsigned char *message,
			  size_t size)
{
	struct dns_job *job = attempt->job;

	job->awaited &= ~(1U << attempt->server);
	if (status == ARES_SUCCESS) {
		job->heard = true;
		job_read(job, attempt, message, size);
	} else if (status == ARES_ETIMEOUT) {
		job->unheard = true;
	} else if (!attempt->tcp || status != ARES_ECONNREFUSED || !job_reconnect(job, attempt)) {
		/* What another server has said tells more. */
		if (!job->why)
			job->why = attempt_trouble(attempt, status);
	}
}

/* c-ares has ended a try. */
static void on_answer(void *arg, int status, int timeouts, unsigned char *message, int size)
{
	struct attempt *attempt = arg;
	struct dns_job *job = attempt->job;
	const struct engine_thread *thread = attempt->thread;

	(void)timeouts;
	attempt_note(attempt, status);
	if (job && !job->finished && thread->closing)
		job_finish(job, NULL);
	else if (job && !job->finished && attempt->round == job->round)
		attempt_judge(attempt, status, message, (size_t)size);
	free(attempt);
	if (!job)
		return;
	job->open--;
	if (!thread->moving || job->finished)
		job_settle(job);
	else if (!job->waits)
		job_wait(job); /* until there are the new servers' channels */
}

/* ---- Time ---- */

/* A server that has said nothing since it was asked is dead: all who wait for it turn to the next one at once. */
static void thread_turn_away(struct engine_thread *thread, unsigned index)
{
	struct dns_job *next;
	struct dns_job *const last = thread->last;

	for (struct dns_job *job = thread->first; job; job = next) {
		const bool is_last = job == last;

		next = is_last ? NULL : job->next;
		if (job->server != index)
			continue;
		job_unwait(job);
		job->open++;
		job_next_server(job);
		job->open--;
		job_settle(job);
	}
}

void thread_due(struct engine_thread *thread)
{
	struct dns_job *job;

	while ((job = thread->first) && job->due <= thread->now) {
		const struct server *server = &thread->servers.v[job->server];
		const int64_t asked_at = job->due - thread->engine->settings->timeout * 1000;

		job_unwait(job);
		if (!server->dead && server->answered_at < asked_at) {
			server_is_dead(thread, job->server);
			if (server->dead)
				thread_turn_away(thread, job->server);
		}
		job->open++;
		job_next_server(job);
		job->open--;
		job_settle(job);
	}
}

/*
 * The root's name servers are what every server knows. They are asked for when a question has been open for half of its time, so that
 * the answer is there when it is given up.
 */
void thread_hail(struct engine_thread *thread)
{
	static const struct dns_chain root = { .type = (enum mg_dns_type)DNS_TYPE_NS };
	const int64_t patience = thread_tries_us(thread) / 2;

	for (size_t i = 0; i < thread->servers.n; i++) {
		struct server *server = &thread->servers.v[i];
		const struct attempt hail = { .thread = thread,
					      .server = (unsigned)i,
					      .edns = !server->no_edns };

		if (!server->open || thread->now - server->silent_since < patience ||
		    (server->hailed_at && thread->now - server->hailed_at < 2 * patience))
			continue;
		server->hailed_at = thread->now;
		attempt_send(&hail, &root);
	}
}
