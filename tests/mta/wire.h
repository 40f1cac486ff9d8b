/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the MTA's side share: its struct, its buffers, its packets. */
#ifndef TESTS_MTA_WIRE_H
#define TESTS_MTA_WIRE_H

#include "../dns/machine.h"
#include "mta.h"

/* Bytes that grow, and whose room is used again. All zero is empty. */
struct buffer {
	char *data;
	size_t size, room;
};

void buffer_add(struct buffer *buffer, const void *bytes, size_t size);
void buffer_add_string(struct buffer *buffer, const char *string); /* with its NUL */
void buffer_free(struct buffer *buffer);

/*
 * For each stage: its command, the bits that negotiate it or its reply away, and its number in a
 * list of macros.
 */
struct stage_form {
	char command;
	uint32_t no, no_reply;
	int macros;
};
extern const struct stage_form stage_forms[MTA_STAGES];

struct macro {
	enum mta_stage stage;
	char *name; /* "j" or "{name}" */
	char *value;
};

/* Where in struct mta's text an edit's strings begin; the text may still move. */
struct edit_at {
	size_t name, value;
};
#define NOWHERE ((size_t)-1)

struct mta {
	struct mta_options offer, chosen;
	int timeout_ms;
	struct machine_wait wait; /* for the milter to read or write; without patience: not begun */
	int fd;
	bool blocking, persistent, postfix_macros;

	bool connection_decided, message_decided;
	unsigned skipped; /* bits of the stages that the milter asked to skip in this message */
	enum mta_stage stage;
	bool is_eom; /* edits are allowed */

	struct buffer out;
	size_t out_sent;
	struct buffer in;
	size_t in_next;

	struct buffer text;
	struct mta_reply reply;
	struct mta_edit *edits;
	struct edit_at *edits_at;
	size_t edits_room;

	char *symlist[MTA_STAGES];
	struct macro *macros;
	size_t nmacros;
	char error[512];
};

/* Remembers the error; returns verdict, and leaves it in the reply. */
enum mta_verdict wire_fail(struct mta *mta, enum mta_verdict verdict, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A packet is put into the output between these two. */
size_t wire_begin(struct mta *mta, char command);
void wire_end(struct mta *mta, size_t begin);

/*
 * Sends the output. Returns 1 when all is sent, 0 when it would block (never when blocking), -1
 * on failure.
 */
int wire_flush(struct mta *mta);

/*
 * The next packet, from its command on; it stays in the input until the next call. Returns 1, 0
 * when it is not there yet (never when blocking), -1 on failure.
 */
int wire_receive(struct mta *mta, const char **packet_r, size_t *size_r);

/* Drops the milter's lists of macros. */
void negotiate_forget(struct mta *mta);

/*
 * Puts a stage's macros into the output; an MTA sends them also when it does not send the stage
 * itself.
 */
void macros_send(struct mta *mta, enum mta_stage stage);

/* How long a call on the socket blocks at most: longer waits repeat it. */
#define WIRE_PAUSE_MS 50

/*
 * A blocking socket with this limit, connected within timeout_ms to where the address says, or -1
 * and an error text.
 */
int address_connect(const char *address, int timeout_ms, char *error, size_t error_room);

/* Begins a new reply, and takes one packet of it: true when it was the last. */
void reply_begin(struct mta *mta);
bool reply_take(struct mta *mta, const char *packet, size_t size);

#endif
