/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions at the seams of the daemon, compiled as this build is configured. */
#include <config.h>

#include "check_as_configured.h"

#include "front/dialogue.h"
#include "session/call.h"

/* Larger than each of the structs, and zero. */
static union {
	struct session session;
	struct host host;
	struct snapshot snapshot;
	struct mg_call call;
	struct dialogue dialogue;
} wrong;

static char *no_words[] = { NULL };

#define USE(name, statement)                  \
	static void use_##name(void *pointer) \
	{                                     \
		statement;                    \
	}

USE(session_new, session_new(pointer, NULL, NULL, NULL))
USE(session_needs, session_needs(pointer))
USE(session_refuse, session_refuse(pointer))
USE(session_connect, session_connect(pointer, NULL, NULL))
USE(session_helo, session_helo(pointer, ""))
USE(session_mail, session_mail(pointer, no_words))
USE(session_rcpt, session_rcpt(pointer, no_words))
USE(session_data, session_data(pointer))
USE(session_header, session_header(pointer, "", "", false))
USE(session_eoh, session_eoh(pointer))
USE(session_body, session_body(pointer, NULL, 0))
USE(session_eom, session_eom(pointer))
USE(session_command, session_command(pointer, ""))
USE(session_abort, session_abort(pointer))
USE(session_end, session_end(&(struct session *){ pointer }))
USE(host_log_counters, host_log_counters(pointer))
USE(snapshot_ref, snapshot_ref(pointer))
USE(snapshot_unref, snapshot_unref(&(struct snapshot *){ pointer }))
USE(dialogue_take, dialogue_take(pointer, NULL, NULL))
USE(mg_client, mg_client(pointer))

/* before: the size of the members before the number; next: the member after it. */
#define SEAM(type, before, next, name, function)                                              \
	{                                                                                     \
		offsetof(struct type, next) - (before), use_##name, &wrong, function "(): \"" \
	}

const struct seam seams[SEAMS] = {
	SEAM(host, 0, log, session_new, "session_new"),
	SEAM(snapshot, 0, arena, session_needs, "session_needs"),
	SEAM(session, sizeof(struct pooled), host, session_refuse, "session_refuse"),
	SEAM(session, sizeof(struct pooled), host, session_connect, "session_connect"),
	SEAM(session, sizeof(struct pooled), host, session_helo, "session_helo"),
	SEAM(session, sizeof(struct pooled), host, session_mail, "session_mail"),
	SEAM(session, sizeof(struct pooled), host, session_rcpt, "session_rcpt"),
	SEAM(session, sizeof(struct pooled), host, session_data, "session_data"),
	SEAM(session, sizeof(struct pooled), host, session_header, "session_header"),
	SEAM(session, sizeof(struct pooled), host, session_eoh, "session_eoh"),
	SEAM(session, sizeof(struct pooled), host, session_body, "session_body"),
	SEAM(session, sizeof(struct pooled), host, session_eom, "session_eom"),
	SEAM(session, sizeof(struct pooled), host, session_command, "session_command"),
	SEAM(session, sizeof(struct pooled), host, session_abort, "session_abort"),
	SEAM(session, sizeof(struct pooled), host, session_end, "session_abort"),
	SEAM(host, 0, log, host_log_counters, "host_log_counters"),
	SEAM(snapshot, 0, arena, snapshot_ref, "snapshot_ref"),
	SEAM(snapshot, 0, arena, snapshot_unref, "snapshot_unref"),
	SEAM(dialogue, 0, all, dialogue_take, "dialogue_take"),
	SEAM(mg_call, sizeof(void *), session, mg_client, "mg_client"),
};
