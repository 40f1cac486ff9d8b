/* SPDX-License-Identifier: BSD-2-Clause */
/* The queries of one thread of the engine, and the states that they go through. */
#include <config.h>

#include "dns/query.h"

#define ROUNDS_MAX 4 /* questions for one chain; a resolver follows it by itself */

/* ---- States ---- */

static void query_list_append(struct query_list *list, struct dns_query *query)
{
	query->next = NULL;
	query->before = list->last;
	*(list->last ? &list->last->next : &list->first) = query;
	list->last = query;
	list->n++;
}

static void query_list_remove(struct query_list *list, struct dns_query *query)
{
	*(query->before ? &query->before->next : &list->first) = query->next;
	*(query->next ? &query->next->before : &list->last) = query->before;
	list->n--;
}

static void query_enter(struct dns_query *query, enum query_state state)
{
	struct queries *queries = query->queries;

	if (query->state != QUERY_NEW)
		query_list_remove(&queries->in[query->state], query);
	query->state = state;
	query_list_append(&queries->in[state], query);
}

static bool query_is_open(const struct dns_query *query)
{
	return query->state == QUERY_WAITING || query->state == QUERY_OVERDUE;
}

/* Takes over the reference; the answer is delivered later. */
static void query_finish(struct dns_query *query, struct dns_answer *answer)
{
	struct queries *queries = query->queries;

	if (queries->in[QUERY_FINISHED].n == 0)
		queries->finished_at = queries->now;
	query->answer = answer;
	query_enter(query, QUERY_FINISHED);
}

/* Nobody has sent anything since the query began, neither to it nor to others. */
static void query_find_dead(struct dns_query *query, unsigned ttl)
{
	struct queries *queries = query->queries;
	const char *why = queries->servers.n == 0 ? "there is no name server"
			  : query->silent         ? "no server answers"
						  : "no server can be reached";

	dns_health_lost(queries->health, queries->now, why);
	query_finish(query, dns_answer_late(MG_DNS_NO_SERVER, ttl, why));
}

/*
 * No server is left to ask and none will answer any more. A closed port proves nothing while
 * another server is silent.
 */
static void query_give_up(struct dns_query *query)
{
	const struct queries *queries = query->queries;
	const unsigned ttl = queries->limits.ttl_min ? DNS_FAILED_TTL : 0;

	if (!query->heard && !server_set_answers(&queries->servers, query->began))
		query_find_dead(query, ttl);
	else if (query->why && (query->heard || !query->silent))
		query_finish(query, dns_answer_none(MG_DNS_FAILED, ttl, query->why));
	else
		query_finish(query,
			     dns_answer_late(MG_DNS_NO_ANSWER, ttl, "no server has answered this"));
}

static void query_end_if_over(struct dns_query *query)
{
	struct queries *queries = query->queries;

	if (query->state != QUERY_DELIVERED || query->attempts)
		return;
	query_list_remove(&queries->in[QUERY_DELIVERED], query);
	query_list_append(&queries->over, query);
}

/* ---- Sending ---- */

static void query_send(struct dns_query *query, const struct attempt *attempt)
{
	query->attempts++;
	server_set_send(&query->queries->servers, attempt, query->queries->now);
}

static void query_attempt(struct dns_query *query, unsigned index, bool edns, bool tcp)
{
	query->awaited |= 1U << index;
	query_send(query, &(struct attempt){ .query = query,
					     .chain = &query->chain,
					     .server = index,
					     .round = query->round,
					     .edns = edns,
					     .tcp = tcp,
					     .began = query->queries->now });
}

/* A dead server is asked besides one that lives; but the query does not wait for it. */
static void query_probe(struct dns_query *query)
{
	struct server_set *servers = &query->queries->servers;
	const int index = server_set_probe(servers, query->tried, query->queries->now);

	if (index < 0)
		return;
	query->tried |= 1U << index;
	query_send(query, &(struct attempt){ .query = query,
					     .chain = &query->chain,
					     .server = (unsigned)index,
					     .round = query->round,
					     .edns = !servers->v[index].no_edns });
}

/*
 * The server has ended the connection: the query is sent by a new one (RFC 7766 section 6.2.4). A
 * server that answered others on the old connection may do so again: such an end is not counted as
 * a failed connection.
 */
static bool query_reconnect(struct dns_query *query, const struct attempt *attempt)
{
	const struct server_set *servers = &query->queries->servers;
	struct attempt again = *attempt;

	if (attempt->tcp_answers == servers->v[attempt->server].tcp_answers)
		again.cut++;
	if (again.cut >= servers->settings->tries ||
	    query->queries->now - attempt->began >= server_set_patience(servers))
		return false;
	query->awaited |= 1U << attempt->server;
	query_send(query, &again);
	return true;
}

/* All wait for the same time, so the last in the list is due last. */
static void query_ask(struct dns_query *query, unsigned index)
{
	const struct queries *queries = query->queries;

	query->tried |= 1U << index;
	query->server = index;
	query->due = queries->now + queries->servers.settings->timeout * 1000;
	query_enter(query, QUERY_WAITING);
	query_attempt(query, index, !queries->servers.v[index].no_edns, false);
}

/*
 * Asks the next server, or gives up when no attempt can be answered any more. Once a server has
 * said that it cannot answer, the dead are neither asked nor waited for.
 */
static void query_next_server(struct dns_query *query)
{
	const struct server_set *servers = &query->queries->servers;
	const int index = server_set_choose(servers, query->tried);
	const bool refused = query->heard && query->why;

	if (index >= 0 && !(refused && servers->v[index].dead))
		query_ask(query, (unsigned)index);
	else if (!query->attempts || (refused && !query->awaited))
		query_give_up(query);
}

/* Begins a round: with the question, or one along the chain. */
static void query_start(struct dns_query *query)
{
	query->tried = query->awaited = query->heard = query->silent = 0;
	query->why = NULL;
	query_next_server(query);
	if (query_is_open(query))
		query_probe(query);
}

void query_begin(struct queries *queries, struct dns_query *query)
{
	query->queries = queries;
	query->began = queries->now;
	query_start(query);
}

/* ---- Attempts that have ended ---- */

static void query_follow(struct dns_query *query)
{
	if (++query->round < ROUNDS_MAX) {
		query_start(query);
	} else {
		query->why = "a CNAME chain that the server does not follow";
		query_give_up(query);
	}
}

/* c-ares cuts an answer by UDP at the size that we offer: one of that size may be longer. */
static bool attempt_may_be_cut(const struct attempt *attempt)
{
	return !attempt->tcp && attempt->size == DNS_UDP_SIZE;
}

/* Sends the query to the same server again when the server can only answer it in another way. */
static bool query_attempt_again(struct dns_query *query, const struct attempt *attempt,
				enum dns_reading reading)
{
	if (reading == DNS_NO_EDNS && attempt->edns) {
		query->queries->servers.v[attempt->server].no_edns = true;
		query_attempt(query, attempt->server, false, attempt->tcp);
		return true;
	}
	if ((reading == DNS_TRUNCATED && !attempt->tcp) ||
	    ((reading == DNS_TRUNCATED || reading == DNS_GARBAGE) && attempt_may_be_cut(attempt))) {
		query_attempt(query, attempt->server, attempt->edns, true);
		return true;
	}
	return false;
}

static void query_read(struct dns_query *query, const struct attempt *attempt)
{
	struct dns_answer *answer = NULL;
	const char *why;
	const enum dns_reading reading =
		dns_message_read(attempt->message, attempt->size, &query->chain,
				 &query->queries->limits, &answer, &why);

	if (reading == DNS_ANSWER) {
		query_finish(query, answer);
	} else if (reading == DNS_CHAIN) {
		query_follow(query);
	} else if (!query_attempt_again(query, attempt, reading)) {
		query->why = why;
		query_next_server(query);
	}
}

static const char *attempt_trouble(const struct attempt *attempt)
{
	if (attempt->end != ATTEMPT_CUT)
		return "the server cannot be asked";
	return attempt->tcp ? "the server takes no TCP connection, or ends it without an answer"
			    : "the server cannot be reached";
}

static void query_judge(struct dns_query *query, const struct attempt *attempt)
{
	query->awaited &= ~(1U << attempt->server);
	if (attempt->end == ATTEMPT_ANSWERED) {
		query->heard |= 1U << attempt->server;
		query_read(query, attempt);
	} else if (attempt->end == ATTEMPT_SILENT) {
		query->silent |= 1U << attempt->server;
	} else if (!attempt->tcp || attempt->end != ATTEMPT_CUT ||
		   !query_reconnect(query, attempt)) {
		/* Keep what another server has said: it explains more. */
		if (!query->why)
			query->why = attempt_trouble(attempt);
	}
}

/* A query whose attempts were dropped is begun anew or finished by whoever closed the servers. */
static void query_attempt_ended(struct dns_query *query, const struct attempt *attempt)
{
	query->attempts--;
	if (attempt->end != ATTEMPT_DROPPED) {
		if (query_is_open(query) && attempt->round == query->round)
			query_judge(query, attempt);
		if (query_is_open(query) && !query->attempts)
			query_next_server(query);
	}
	query_end_if_over(query);
}

void queries_settle(struct queries *queries)
{
	struct attempt *attempt;

	while ((attempt = server_set_ended(&queries->servers, queries->now))) {
		if (attempt->end == ATTEMPT_ANSWERED)
			dns_health_heard(queries->health, queries->now);
		if (attempt->query)
			query_attempt_ended(attempt->query, attempt);
		attempt_free(attempt);
	}
}

/* ---- Time ---- */

static void query_turn(struct dns_query *query)
{
	query_enter(query, QUERY_OVERDUE);
	query_next_server(query);
}

/* The server is dead: all that wait for it turn to the next. */
static void queries_turn_away(struct queries *queries, unsigned index)
{
	struct dns_query *query = queries->in[QUERY_WAITING].first, *next;

	/* Those that come to wait meanwhile are behind the last. */
	for (unsigned n = queries->in[QUERY_WAITING].n; n > 0; n--, query = next) {
		next = query->next;
		if (query->server == index)
			query_turn(query);
	}
}

/* Whether the server that it waits for is found dead now. */
static bool query_finds_dead(const struct dns_query *query)
{
	struct server_set *servers = &query->queries->servers;
	const struct server *server = &servers->v[query->server];
	const int64_t asked_at = query->due - servers->settings->timeout * 1000;

	if (server->dead || server->answered_at >= asked_at)
		return false;
	server_set_note_dead(servers, query->server, query->queries->now);
	return server->dead;
}

void queries_due(struct queries *queries)
{
	struct dns_query *query;

	while ((query = queries->in[QUERY_WAITING].first) && query->due <= queries->now) {
		if (query_finds_dead(query))
			queries_turn_away(queries, query->server);
		else
			query_turn(query);
	}
}

/* ---- Servers ---- */

int queries_change_servers(struct queries *queries, const struct dns_servers *servers)
{
	struct dns_query *query;
	int rc;

	server_set_close(&queries->servers);
	queries_settle(queries);
	rc = server_set_open(&queries->servers, servers);
	for (unsigned n = queries->in[QUERY_WAITING].n; n > 0; n--)
		query_start(queries->in[QUERY_WAITING].first);
	/* Without an attempt none of them stays there. */
	while ((query = queries->in[QUERY_OVERDUE].first))
		query_start(query);
	return rc;
}

void queries_close(struct queries *queries)
{
	struct dns_query *query;

	server_set_close(&queries->servers);
	queries_settle(queries);
	while ((query = queries->in[QUERY_WAITING].first) ||
	       (query = queries->in[QUERY_OVERDUE].first))
		query_finish(query, NULL);
}

/* ---- Answers are delivered ---- */

unsigned queries_deliver(struct queries *queries)
{
	struct query_list *finished = &queries->in[QUERY_FINISHED];
	const unsigned n = finished->n;
	struct dns_query *query;

	for (query = finished->first; query; query = query->next)
		query->done(query, query->answer);
	while ((query = finished->first)) {
		query->inform(query, query->answer);
		dns_answer_unref(query->answer);
		query_enter(query, QUERY_DELIVERED);
		query_end_if_over(query);
	}
	return n;
}

bool queries_any(const struct queries *queries)
{
	for (size_t i = 0; i < QUERY_STATES; i++)
		if (queries->in[i].n)
			return true;
	return false;
}
