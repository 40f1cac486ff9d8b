/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of the milter protocol in memory: reads and writes them. Knows no socket. */
#ifndef MG_PACKET_H
#define MG_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The largest accepted packet: Postfix allows header fields of 102,400 bytes, Sendmail sends
 * bodies in 64 KiB.
 */
#define PACKET_MAX (1U << 20)

/* Bytes that grow at their end and are taken from their beginning. All zero is empty. */
struct bytes {
	unsigned char *data;
	size_t begin, end, room;
};

/* Makes room for so many more bytes; running out of memory ends the process. */
void bytes_reserve(struct bytes *bytes, size_t more);
void bytes_add(struct bytes *bytes, const void *more, size_t size);
void bytes_free(struct bytes *bytes);

/* Makes room for size bytes in all, and not more: for what is kept. */
void bytes_fit(struct bytes *bytes, size_t size);

struct packet {
	int command;
	/* The unread rest, in the input buffer, which may be written to. */
	char *data;
	size_t size;
};

enum packet_state {
	PACKET_WHOLE, /* one was taken */
	PACKET_PART,  /* its end has not come yet */
	PACKET_BROKEN /* what came is no packet */
};

/* The next packet, of max bytes at most; valid until the buffer is added to. */
enum packet_state packet_take(struct bytes *in, size_t max, struct packet *packet_r);

/*
 * Of the beginning of a packet: how many bytes are missing, and its command; 0 when too little has
 * come to know.
 */
size_t packet_missing(const struct bytes *in);
int packet_command(const struct bytes *in);

/* Take a string or a number from the front of a packet's data; NULL for an incomplete string. */
char *packet_string(struct packet *packet);
bool packet_number(struct packet *packet, uint32_t *number_r);

/* A packet is put between these two; size in between: what packet_begin() returned. */
size_t packet_begin(struct bytes *out, int command);
void packet_end(struct bytes *out, size_t begin);
void packet_put_number(struct bytes *out, uint32_t number);
void packet_put_string(struct bytes *out, const char *string); /* with its NUL */

/* A packet without data. */
void packet_put(struct bytes *out, int command);

#endif
