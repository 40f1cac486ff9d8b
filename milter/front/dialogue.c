/* SPDX-License-Identifier: BSD-2-Clause */
/* The milter's side of the protocol: the packets of an MTA as calls of session.h. */
#include <config.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "front/answer.h"
#include "front/dialogue.h"
#include "base/log.h"
#include "base/memory.h"
#include "front/protocol.h"
#include "session/host.h"
#include "session/session.h"

/*
 * Room for the usual, a path and its ESMTP parameters. A client can make Postfix send hundreds,
 * which are accepted too.
 */
#define ARGUMENTS_FEW 15

static const char *dialogue_macro(void *arg, const char *name)
{
	const struct dialogue *dialogue = arg;

	return macros_get(&dialogue->macros, name);
}

static void dialogue_waits(void *arg)
{
	const struct dialogue *dialogue = arg;

	if (dialogue->waits)
		dialogue->waits(dialogue->waits_arg);
}

static unsigned dialogue_edits(void *arg)
{
	const struct dialogue *dialogue = arg;

	return agreement_grants(&dialogue->agreed);
}

static int64_t dialogue_held(void *arg)
{
	const struct dialogue *dialogue = arg;

	return dialogue->held;
}

static const struct mta dialogue_mta = { .macro = dialogue_macro,
					 .waits = dialogue_waits,
					 .held = dialogue_held,
					 .edits = dialogue_edits };

static struct session *dialogue_session(struct dialogue *dialogue)
{
	if (!dialogue->session)
		dialogue->session = session_new(dialogue->all->host, dialogue->snapshot,
						&dialogue_mta, dialogue);
	return dialogue->session;
}

void dialogue_broken(struct dialogue *dialogue, const char *what)
{
	CHECK_OBJ(dialogue, DIALOGUE_MAGIC);
	struct dialogues *all = dialogue->all;
	unsigned long long before;

	/* A peer that speaks another protocol is reported when its connection is closed. */
	if (!dialogue->negotiated)
		return;
	before = atomic_fetch_add(&all->broken, 1);
	log_say(all->log, before ? MG_LOG_DEBUG : MG_LOG_WARNING, "front",
		"the MTA sent %s: the connection is closed (%llu so far%s)", what, before + 1,
		before ? "" : "; those to come are logged at level debug");
}

/* ---- Negotiation ---- */

/* Takes one of the places, if one is free. */
static bool dialogues_enter(struct dialogues *all)
{
	size_t served = all->served;

	while (served < all->max)
		if (atomic_compare_exchange_weak(&all->served, &served, served + 1))
			return true;
	return false;
}

static void put_macro_lists(struct bytes *out, const struct mta_needs *needs)
{
	for (int stage = 0; stage < MG_STAGES; stage++) {
		const int macros = agreement_stages[stage].macros;

		if (macros < 0 || !(needs->stages & MG_BIT(stage)) || !needs->macros[stage])
			continue;
		packet_put_number(out, (uint32_t)macros);
		packet_put_string(out, needs->macros[stage]);
	}
}

static bool dialogue_negotiate(struct dialogue *dialogue, struct packet *packet, struct bytes *out)
{
	struct dialogues *all = dialogue->all;
	uint32_t version, actions, steps;
	const struct mta_needs *needs;
	size_t at;

	if (!packet_number(packet, &version) || !packet_number(packet, &actions) ||
	    !packet_number(packet, &steps) || version < PROTOCOL_VERSION_MIN)
		return false;
	dialogue->refused = !dialogues_enter(all);
	dialogue->negotiated = true;
	dialogue->snapshot = host_snapshot(all->host);
	if (!dialogue->refused)
		dialogue_session(dialogue);
	needs = dialogue->refused ? &agreement_refusal : session_needs(dialogue->snapshot);
	if (!all->told_of_actions && agreement_lacks(needs, actions, steps, all->log))
		all->told_of_actions = true;
	dialogue->agreed = agreement_make(needs, 0, all->quiet, actions, steps);
	at = packet_begin(out, COMMAND_NEGOTIATE);
	packet_put_number(out, version < PROTOCOL_VERSION ? version : PROTOCOL_VERSION);
	packet_put_number(out, (uint32_t)dialogue->agreed.actions);
	packet_put_number(out, (uint32_t)dialogue->agreed.steps);
	if (dialogue->agreed.actions & ACTIONS_MACROS)
		put_macro_lists(out, needs);
	packet_end(out, at);
	return true;
}

/*
 * Another client on the same connection: its session goes by the present configuration, if what was
 * agreed on serves that too. Returns whether it does. A connection that was refused ends: the next
 * may find a place.
 */
static bool dialogue_renew(struct dialogue *dialogue)
{
	const struct dialogues *all = dialogue->all;
	struct snapshot *present;
	bool same;

	session_end(&dialogue->session);
	if (dialogue->refused || dialogue->dropped)
		return false;
	present = host_snapshot(all->host);
	same = dialogue->snapshot == present;
	if (!same && !agreement_serves(&dialogue->agreed, session_needs(present), 0, all->quiet)) {
		log_say(all->log, MG_LOG_INFO, "front",
			"the connection is closed, for the MTA to open a new one: "
			"the configuration has changed");
		snapshot_unref(&present);
		return false;
	}
	if (!same)
		agreement_keep(&dialogue->agreed);
	snapshot_unref(&dialogue->snapshot);
	dialogue->snapshot = present;
	return true;
}

/* ---- Events: each returns the session's reply, or NULL when the packet is broken ---- */

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

/* Some MTAs write IPv6 addresses as in a mail's address literal, or with a scope. */
static bool parse_inet6(struct sockaddr_in6 *in6, char *text)
{
	if (strncasecmp(text, "IPv6:", 5) == 0)
		text += 5;
	text[strcspn(text, "%")] = '\0';
	in6->sin6_family = AF_INET6;
	return inet_pton(AF_INET6, text, &in6->sin6_addr) == 1;
}

/* An address that cannot be read is that of an unknown client. */
static const struct sockaddr *parse_address(union address *address, int family, in_port_t port,
					    char *text)
{
	bool known = true;

	memset(address, 0, sizeof(*address));
	if (family == FAMILY_UNIX) {
		address->un.sun_family = AF_UNIX;
	} else if (family == FAMILY_INET) {
		address->in.sin_family = AF_INET;
		address->in.sin_port = port;
		known = inet_pton(AF_INET, text, &address->in.sin_addr) == 1;
	} else {
		address->in6.sin6_port = port;
		known = parse_inet6(&address->in6, text);
	}
	return known ? &address->any : NULL;
}

static const struct reply *tell_connect(struct dialogue *dialogue, struct packet *packet)
{
	const char *name = packet_string(packet);
	const struct sockaddr *client = NULL;
	union address address;
	in_port_t port;
	char *text;
	int family;

	if (!name || packet->size == 0)
		return NULL;
	family = *packet->data++;
	packet->size--;
	if (family != FAMILY_UNKNOWN) {
		if ((family != FAMILY_UNIX && family != FAMILY_INET && family != FAMILY_INET6) ||
		    packet->size < sizeof(port))
			return NULL;
		memcpy(&port, packet->data, sizeof(port));
		packet->data += sizeof(port);
		packet->size -= sizeof(port);
		text = packet_string(packet);
		if (!text)
			return NULL;
		client = parse_address(&address, family, port, text);
	}
	if (dialogue->refused)
		return session_refuse(dialogue_session(dialogue));
	dialogue->connected = true;
	return session_connect(dialogue_session(dialogue), name, client);
}

static const struct reply *tell_helo(struct dialogue *dialogue, struct packet *packet)
{
	const char *helo = packet_string(packet);

	return helo ? session_helo(dialogue_session(dialogue), helo) : NULL;
}

/* How many strings there are, 0 when the last has no end. */
static size_t packet_strings(const struct packet *packet)
{
	size_t n = 0;

	for (size_t i = 0; i < packet->size; i++)
		n += packet->data[i] == '\0';
	return packet->size > 0 && packet->data[packet->size - 1] == '\0' ? n : 0;
}

/* A path and its parameters, as main()'s arguments are given. */
static const struct reply *tell_path(struct dialogue *dialogue, struct packet *packet,
				     const struct reply *(*tell)(struct session *session,
								 char **argv))
{
	const size_t n = packet_strings(packet);
	const struct reply *reply = NULL;
	char *few[ARGUMENTS_FEW + 1], **argv = few;

	if (n > ARGUMENTS_FEW)
		argv = malloc((n + 1) * sizeof(*argv));
	if (!argv)
		memory_ended();
	for (size_t i = 0; i < n; i++)
		argv[i] = packet_string(packet);
	argv[n] = NULL;
	if (n > 0)
		reply = tell(dialogue_session(dialogue), argv);
	if (argv != few)
		free(argv);
	return reply;
}

static const struct reply *tell_mail(struct dialogue *dialogue, struct packet *packet)
{
	return tell_path(dialogue, packet, session_mail);
}

static const struct reply *tell_rcpt(struct dialogue *dialogue, struct packet *packet)
{
	return tell_path(dialogue, packet, session_rcpt);
}

static const struct reply *tell_data(struct dialogue *dialogue, struct packet *packet)
{
	(void)packet;
	return session_data(dialogue_session(dialogue));
}

static const struct reply *tell_header(struct dialogue *dialogue, struct packet *packet)
{
	const char *name = packet_string(packet);
	const char *value = name ? packet_string(packet) : NULL;

	return value ? session_header(dialogue_session(dialogue), name, value,
				      dialogue->agreed.exact_fields)
		     : NULL;
}

static const struct reply *tell_eoh(struct dialogue *dialogue, struct packet *packet)
{
	(void)packet;
	return session_eoh(dialogue_session(dialogue));
}

static const struct reply *tell_body(struct dialogue *dialogue, struct packet *packet)
{
	return session_body(dialogue_session(dialogue), (const unsigned char *)packet->data,
			    packet->size);
}

/* A refusal of the last chunk answers the message: there is no second answer. */
static const struct reply *tell_eom(struct dialogue *dialogue, struct packet *packet)
{
	const struct reply *reply = packet->size > 0 ? tell_body(dialogue, packet) : NULL;

	if (reply && reply->kind != REPLY_CONTINUE && reply->kind != REPLY_SKIP)
		return reply;
	return session_eom(dialogue_session(dialogue));
}

static const struct reply *tell_command(struct dialogue *dialogue, struct packet *packet)
{
	const char *command = packet_string(packet);

	return command ? session_command(dialogue_session(dialogue), command) : NULL;
}

static const struct event_form {
	int command;
	enum mg_stage stage;
	const struct reply *(*tell)(struct dialogue *dialogue, struct packet *packet);
} events[] = {
	{ COMMAND_CONNECT, MG_CONNECT, tell_connect },
	{ COMMAND_HELO, MG_HELO, tell_helo },
	{ COMMAND_MAIL, MG_MAIL, tell_mail },
	{ COMMAND_RCPT, MG_RCPT, tell_rcpt },
	{ COMMAND_DATA, MG_DATA, tell_data },
	{ COMMAND_HEADER, MG_HEADER, tell_header },
	{ COMMAND_EOH, MG_EOH, tell_eoh },
	{ COMMAND_BODY, MG_BODY, tell_body },
	{ COMMAND_EOM, MG_EOM, tell_eom },
	{ COMMAND_UNKNOWN, MG_COMMAND, tell_command },
};

/* NULL: the protocol has no such event. */
static const struct event_form *event_of(int command)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (events[i].command == command)
			return &events[i];
	return NULL;
}

static bool dialogue_event(struct dialogue *dialogue, const struct event_form *event,
			   struct packet *packet, struct bytes *out)
{
	static const struct reply refusal = { .kind = REPLY_TEMPFAIL };
	const struct reply *reply = &refusal;

	macros_begin(&dialogue->macros, event->command);
	if (dialogue->dropped)
		reply = session_overload(dialogue_session(dialogue));
	else if (!dialogue->refused || event->stage == MG_CONNECT)
		reply = event->tell(dialogue, packet);
	if (!reply) {
		dialogue_broken(dialogue, "a command without its data");
		return false;
	}
	if (!(dialogue->agreed.no_reply & MG_BIT(event->stage)))
		answer_put(out, &dialogue->agreed, event->stage, reply, dialogue->all->log);
	if (event->stage == MG_EOM)
		macros_end_message(&dialogue->macros);
	return true;
}

/* ---- Packets ---- */

/* The client is gone; the MTA keeps the connection for another. Returns whether it may. */
static bool dialogue_next_client(struct dialogue *dialogue)
{
	/* The line of a message that ends here still has its macros. */
	const bool goes_on = dialogue_renew(dialogue);

	macros_forget(&dialogue->macros);
	dialogue->connected = false;
	return goes_on;
}

static bool dialogue_command(struct dialogue *dialogue, struct packet *packet, struct bytes *out)
{
	const struct event_form *event;

	switch (packet->command) {
	case COMMAND_MACROS:
		if (dialogue->dropped || macros_take(&dialogue->macros, packet))
			return true;
		dialogue_broken(dialogue, "macros that cannot be read");
		return false;
	case COMMAND_ABORT:
		if (dialogue->session)
			session_abort(dialogue->session);
		macros_end_message(&dialogue->macros);
		return true;
	case COMMAND_QUIT_NEW:
		return dialogue_next_client(dialogue);
	case COMMAND_CONNECT:
		/* Another client, though the MTA did not report the end of the one before. */
		if (dialogue->connected && !dialogue_renew(dialogue))
			return false;
		break;
	}
	event = event_of(packet->command);
	if (event)
		return dialogue_event(dialogue, event, packet, out);
	dialogue_broken(dialogue, "a command that the protocol does not have");
	return false;
}

size_t dialogue_packet_max(const struct dialogue *dialogue)
{
	CHECK_OBJ(dialogue, DIALOGUE_MAGIC);
	return dialogue->negotiated ? PACKET_MAX : PROTOCOL_FIRST_MAX;
}

bool dialogue_take(struct dialogue *dialogue, struct packet *packet, struct bytes *out)
{
	CHECK_OBJ(dialogue, DIALOGUE_MAGIC);
	if (packet->command == COMMAND_QUIT)
		return false;
	if (!dialogue->negotiated)
		return packet->command == COMMAND_NEGOTIATE &&
		       dialogue_negotiate(dialogue, packet, out);
	return dialogue_command(dialogue, packet, out);
}

bool dialogue_may_wait(const struct dialogue *dialogue, int command)
{
	CHECK_OBJ(dialogue, DIALOGUE_MAGIC);
	const struct event_form *event = event_of(command);

	return event && dialogue->snapshot && !dialogue->refused && !dialogue->dropped &&
	       session_needs(dialogue->snapshot)->waits & MG_BIT(event->stage);
}

int64_t dialogue_budget(const struct dialogue *dialogue)
{
	CHECK_OBJ(dialogue, DIALOGUE_MAGIC);
	return dialogue->snapshot ? session_needs(dialogue->snapshot)->budget : 0;
}

void dialogue_rest(struct dialogue *dialogue)
{
	CHECK_OBJ(dialogue, DIALOGUE_MAGIC);
	if (dialogue->session)
		session_rest(dialogue->session);
}

static void note_stranger(struct dialogues *all, const char *from)
{
	const unsigned long long before = atomic_fetch_add(&all->strangers, 1);

	log_say(all->log, before ? MG_LOG_DEBUG : MG_LOG_INFO, "front",
		"a connection ended before it spoke the milter protocol: a health check, or "
		"no MTA%s%s (%llu so far%s)",
		*from ? ", from " : "", from, before + 1,
		before ? "" : "; those to come are logged at level debug");
}

void dialogue_end(struct dialogue *dialogue, const char *from)
{
	CHECK_OBJ(dialogue, DIALOGUE_MAGIC);
	session_end(&dialogue->session);
	snapshot_unref(&dialogue->snapshot);
	agreement_free(&dialogue->agreed);
	macros_free(&dialogue->macros);
	if (!dialogue->negotiated)
		note_stranger(dialogue->all, from);
	else if (!dialogue->refused)
		atomic_fetch_sub(&dialogue->all->served, 1);
	MAGIC_SET(dialogue, 0);
}
