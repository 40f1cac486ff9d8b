/* SPDX-License-Identifier: BSD-2-Clause */
/* The queries of an engine's thread: which server is asked when, and what is made of its answers. */
#include <config.h>

#include <stdlib.h>
#include <sys/random.h>

#include "dns/query.h"

#define ROUNDS_MAX 4 /* questions for one chain; a resolver follows it by itself */

/* What c-ares is asked: one sending of a query to one server. */
struct attempt {
	struct sent_attempt sent; /* first */
	struct engine_thread *thread;
	struct dns_query *query; /* NULL: it is only asked whether it is there */
	unsigned server, round;
	bool edns, tcp;
	int64_t began;
	unsigned tcp_answers; /* of the server, when it was sent */
	unsigned cut;         /* connections that ended without any answer */
};

static void query_next_server(struct dns_query *query);

/* How long all tries of an attempt take. */
static int64_t thread_tries_us(const struct engine_thread *thread)
{
	const struct dns_settings *settings = thread->engine->settings;

	return settings->timeout * 1000 * ((1 << settings->tries) - 1);
}

/* ---- A query's life ---- */

static void query_unwait(struct dns_query *query)
{
	struct engine_thread *thread = query->thread;

	if (!query->waits)
		return;
	*(query->before ? &query->before->next : &thread->first) = query->next;
	*(query->next ? &query->next->before : &thread->last) = query->before;
	query->waits = false;
}

/* All wait for the same time, so the last comes last. */
static void query_wait(struct dns_query *query)
{
	struct engine_thread *thread = query->thread;

	query_unwait(query);
	query->due = thread->now + thread->engine->settings->timeout * 1000;
	query->next = NULL;
	query->before = thread->last;
	*(thread->last ? &thread->last->next : &thread->first) = query;
	thread->last = query;
	query->waits = true;
}

static void query_keep(struct query_list *list, struct dns_query *query)
{
	if (list->n + 1 > QUERIES_SPARE_MAX) {
		free(query);
		return;
	}
	query->next = list->first;
	list->first = query;
	if (!query->next)
		list->last = query;
	list->n++;
}

void query_free_if_over(struct dns_query *query)
{
	if (!query->delivered || query->open)
		return;
	query->thread->queries--;
	query_keep(&query->thread->over, query);
}

void query_finish(struct dns_query *query, struct dns_answer *answer)
{
	struct engine_thread *thread = query->thread;

	query_unwait(query);
	query->finished = true;
	query->answer = answer;
	query->next = NULL;
	if (!thread->finished)
		thread->finished_at = thread->now;
	*thread->finished_end = query;
	thread->finished_end = &query->next;
}

/* No server is left to ask and none will answer any more. That one's port is closed says nothing when another is silent. */
static void query_give_up(struct dns_query *query)
{
	const unsigned ttl = query->thread->engine->limits.ttl_min ? DNS_FAILED_TTL : 0;

	if (query->thread->servers.n == 0)
		query->why = "there is no name server";
	if (query->why && (query->heard || !query->unheard))
		query_finish(query, dns_answer_none(MG_DNS_FAILED, ttl, query->why));
	else if (query->heard || server_set_answers(&query->thread->servers, query->began))
		query_finish(query,
			     dns_answer_late(MG_DNS_NO_ANSWER, ttl, "no server has answered this"));
	else
		query_finish(query, dns_answer_late(MG_DNS_NO_SERVER, ttl, "no server answers"));
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
	attempt->sent = (struct sent_attempt){ .chain = chain, .id = thread_random(thread) };
	server_note_sent(server, &attempt->sent);
	size = dns_message_write(query, attempt->sent.id, chain->name, (unsigned)chain->type,
				 attempt->edns);
	if (server->open++ == 0)
		server->silent_since = thread->now;
	atomic_fetch_add_explicit(&thread->engine->counters.sent, 1, memory_order_relaxed);
	ares_send(server->channels[attempt->tcp].ares, query, (int)size, on_answer, attempt);
}

static void query_send(struct dns_query *query, const struct attempt *attempt)
{
	query->open++;
	attempt_send(attempt, &query->chain);
}

static void query_try(struct dns_query *query, unsigned index, bool edns, bool tcp)
{
	const struct attempt attempt = { .thread = query->thread,
					 .query = query,
					 .server = index,
					 .round = query->round,
					 .edns = edns,
					 .tcp = tcp,
					 .began = query->thread->now };

	query->awaited |= 1U << index;
	query_send(query, &attempt);
}

/* A dead server is asked besides one that lives; but nobody waits for it. */
static void query_probe(struct dns_query *query)
{
	struct engine_thread *thread = query->thread;
	const int index = server_set_probe(&thread->servers, query->tried, thread->now);

	if (index < 0)
		return;
	query->tried |= 1U << index;
	query_send(query, &(struct attempt){ .thread = thread,
					     .query = query,
					     .server = (unsigned)index,
					     .round = query->round,
					     .edns = !thread->servers.v[index].no_edns });
}

/*
 * The server has ended the connection: it is asked again by another one (RFC 7766 section 6.2.4). When it has answered others by the
 * old one it may go on like that, and this was no attempt in vain.
 */
static bool query_reconnect(struct dns_query *query, const struct attempt *attempt)
{
	const struct engine_thread *thread = query->thread;
	struct attempt again = *attempt;

	if (attempt->tcp_answers == thread->servers.v[attempt->server].tcp_answers)
		again.cut++;
	if (again.cut >= thread->engine->settings->tries ||
	    thread->now - attempt->began >= thread_tries_us(thread))
		return false;
	query->awaited |= 1U << attempt->server;
	query_send(query, &again);
	return true;
}

static void query_ask(struct dns_query *query, unsigned index)
{
	query->tried |= 1U << index;
	query->server = index;
	query_wait(query);
	/* c-ares may call back before it returns, and so end the query. */
	query->open++;
	query_try(query, index, !query->thread->servers.v[index].no_edns, false);
	query->open--;
}

/* After each step: asks the next server when none is being asked, or gives up. */
static void query_settle(struct dns_query *query)
{
	if (!query->finished && !query->open)
		query_next_server(query);
	query_free_if_over(query);
}

/* Where a server has said that it cannot answer, the dead are neither asked nor waited for. */
static void query_next_server(struct dns_query *query)
{
	const struct server_set *servers = &query->thread->servers;
	const int index = server_set_choose(servers, query->tried);
	const bool refused = query->heard && query->why;

	if (index >= 0 && !(refused && servers->v[index].dead)) {
		query_ask(query, (unsigned)index);
		if (!query->finished && !query->open)
			query_next_server(query);
	} else if (!query->open || (refused && !query->awaited)) {
		query_give_up(query);
	}
}

void query_start(struct dns_query *query)
{
	query->tried = query->awaited = 0;
	query->heard = query->unheard = false;
	query->why = NULL;
	query->open++;
	query_next_server(query);
	if (!query->finished)
		query_probe(query);
	query->open--;
	query_settle(query);
}

/* ---- Answers ---- */

static void query_follow(struct dns_query *query)
{
	if (++query->round < ROUNDS_MAX) {
		query_start(query);
	} else {
		query->why = "a CNAME chain that the server does not follow";
		query_give_up(query);
	}
}

/* c-ares cuts what comes by UDP at the size that we offer. What may have been cut is asked for by TCP too. */
static bool is_cut(const struct attempt *attempt, size_t size)
{
	return !attempt->tcp && size == DNS_UDP_SIZE;
}

static void query_read(struct dns_query *query, const struct attempt *attempt,
		       const unsigned char *message, size_t size)
{
	struct engine_thread *thread = query->thread;
	struct dns_answer *answer = NULL;
	const char *why;
	const enum dns_reading reading = dns_message_read(message, size, &query->chain,
							  &thread->engine->limits, &answer, &why);

	switch (reading) {
	case DNS_ANSWER:
		query_finish(query, answer);
		return;
	case DNS_CHAIN:
		query_follow(query);
		return;
	case DNS_NO_EDNS:
		if (attempt->edns) {
			thread->servers.v[attempt->server].no_edns = true;
			query_try(query, attempt->server, false, attempt->tcp);
			return;
		}
		break;
	case DNS_TRUNCATED:
	case DNS_GARBAGE:
		if (is_cut(attempt, size) || (reading == DNS_TRUNCATED && !attempt->tcp)) {
			query_try(query, attempt->server, attempt->edns, true);
			return;
		}
		break;
	case DNS_REFUSED:
		break;
	}
	query->why = why;
	query_next_server(query);
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

/* What the end of an attempt says about the server. */
static void attempt_note(struct attempt *attempt, int status)
{
	struct engine_thread *thread = attempt->thread;
	struct server *server = &thread->servers.v[attempt->server];

	server->open--;
	server_note_ended(server, &attempt->sent);
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

/* What it says about the query. */
static void attempt_judge(const struct attempt *attempt, int status, const unsigned char *message,
			  size_t size)
{
	struct dns_query *query = attempt->query;

	query->awaited &= ~(1U << attempt->server);
	if (status == ARES_SUCCESS) {
		query->heard = true;
		query_read(query, attempt, message, size);
	} else if (status == ARES_ETIMEOUT) {
		query->unheard = true;
	} else if (!attempt->tcp || status != ARES_ECONNREFUSED ||
		   !query_reconnect(query, attempt)) {
		/* What another server has said tells more. */
		if (!query->why)
			query->why = attempt_trouble(attempt, status);
	}
}

/* c-ares has ended an attempt. */
static void on_answer(void *arg, int status, int timeouts, unsigned char *message, int size)
{
	struct attempt *attempt = arg;
	struct dns_query *query = attempt->query;
	const struct engine_thread *thread = attempt->thread;

	(void)timeouts;
	attempt_note(attempt, status);
	if (query && !query->finished && thread->closing)
		query_finish(query, NULL);
	else if (query && !query->finished && attempt->round == query->round)
		attempt_judge(attempt, status, message, (size_t)size);
	free(attempt);
	if (!query)
		return;
	query->open--;
	if (!thread->moving || query->finished)
		query_settle(query);
	else if (!query->waits)
		query_wait(query); /* until there are the new servers' channels */
}

/* ---- Time ---- */

/* A server that has said nothing since it was asked is dead: all who wait for it turn to the next one at once. */
static void thread_turn_away(struct engine_thread *thread, unsigned index)
{
	struct dns_query *next;
	struct dns_query *const last = thread->last;

	for (struct dns_query *query = thread->first; query; query = next) {
		const bool is_last = query == last;

		next = is_last ? NULL : query->next;
		if (query->server != index)
			continue;
		query_unwait(query);
		query->open++;
		query_next_server(query);
		query->open--;
		query_settle(query);
	}
}

void thread_due(struct engine_thread *thread)
{
	struct dns_query *query;

	while ((query = thread->first) && query->due <= thread->now) {
		const struct server *server = &thread->servers.v[query->server];
		const int64_t asked_at = query->due - thread->engine->settings->timeout * 1000;

		query_unwait(query);
		if (!server->dead && server->answered_at < asked_at) {
			server_is_dead(thread, query->server);
			if (server->dead)
				thread_turn_away(thread, query->server);
		}
		query->open++;
		query_next_server(query);
		query->open--;
		query_settle(query);
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
