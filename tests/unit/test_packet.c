/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets arrive whole, however they are cut. A malformed packet is detected at once. */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "front/packet.h"
#include "run.h"

static const struct {
	const char *bytes;
	size_t size, max;
	enum packet_state want;
	int command;
	const char *data;
	size_t data_size, left;
} takes[] = {
	{ "", 0, 100, PACKET_PART, 0, NULL, 0, 0 },
	{ "\0\0\0", 3, 100, PACKET_PART, 0, NULL, 0, 3 },
	{ "\0\0\0\1", 4, 100, PACKET_PART, 0, NULL, 0, 4 },
	{ "\0\0\0\1Q", 5, 100, PACKET_WHOLE, 'Q', "", 0, 0 },
	{ "\0\0\0\4Hab", 7, 100, PACKET_PART, 0, NULL, 0, 7 },
	{ "\0\0\0\4Hab\0", 8, 100, PACKET_WHOLE, 'H', "ab\0", 3, 0 },
	{ "\0\0\0\4Hab\0\0\0", 10, 100, PACKET_WHOLE, 'H', "ab\0", 3, 2 },
	{ "\0\0\0\2\xffx", 6, 100, PACKET_WHOLE, 0xff, "x", 1, 0 },
	/* An empty packet is too short, and a too long one is refused before it has come. */
	{ "\0\0\0\0", 4, 100, PACKET_BROKEN, 0, NULL, 0, 4 },
	{ "\0\0\0\x64", 4, 100, PACKET_PART, 0, NULL, 0, 4 },
	{ "\0\0\0\x65", 4, 100, PACKET_BROKEN, 0, NULL, 0, 4 },
	{ "\0\x10\0\0", 4, PACKET_MAX, PACKET_PART, 0, NULL, 0, 4 },
	{ "\0\x10\0\1", 4, PACKET_MAX, PACKET_BROKEN, 0, NULL, 0, 4 },
	{ "\x80\0\0\0", 4, PACKET_MAX, PACKET_BROKEN, 0, NULL, 0, 4 },
	{ "\xff\xff\xff\xff", 4, PACKET_MAX, PACKET_BROKEN, 0, NULL, 0, 4 },
	{ "GET / HTTP/1.0\r\n", 16, PACKET_MAX, PACKET_BROKEN, 0, NULL, 0, 16 },
};

START_TEST(take)
{
	struct bytes in = { NULL, 0, 0, 0 };
	struct packet packet;

	bytes_reserve(&in, 1);
	bytes_add(&in, takes[_i].bytes, takes[_i].size);
	ck_assert_int_eq(packet_take(&in, takes[_i].max, &packet), takes[_i].want);
	if (takes[_i].want == PACKET_WHOLE) {
		ck_assert_int_eq(packet.command, takes[_i].command);
		ck_assert_uint_eq(packet.size, takes[_i].data_size);
		ck_assert_mem_eq(packet.data, takes[_i].data, takes[_i].data_size);
	}
	ck_assert_uint_eq(in.end - in.begin, takes[_i].left);
	bytes_free(&in);
	ck_assert_ptr_null(in.data);
	ck_assert_uint_eq(in.room + in.begin + in.end, 0);
}
END_TEST

/* Puts a packet of this many bytes, each of which depends on its position. */
static void put_numbered(struct bytes *out, size_t size, unsigned seed)
{
	size_t begin = packet_begin(out, 'B');

	for (size_t i = 0; i < size; i++) {
		const unsigned char byte = (unsigned char)(seed + i * 7);

		bytes_add(out, &byte, 1);
	}
	packet_end(out, begin);
}

static void check_numbered(const struct packet *packet, size_t size, unsigned seed)
{
	ck_assert_int_eq(packet->command, 'B');
	ck_assert_uint_eq(packet->size, size);
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)packet->data[i] != (unsigned char)(seed + i * 7))
			ck_abort_msg("byte %zu is not what was sent", i);
}

/* Sizes of packets one after another, and of the pieces that they come in. */
static const size_t sizes[] = { 0, 1, 3, 1000, 5, 70000, 0, 2 };
static const size_t pieces[] = { 1, 2, 3, 5, 1024, 32768, 1000000 };
#define SIZES COUNT(sizes)

START_TEST(pieces_of_packets)
{
	struct bytes out = { NULL, 0, 0, 0 }, in = { NULL, 0, 0, 0 };
	struct packet packet;
	unsigned n = 0;

	for (unsigned i = 0; i < SIZES; i++)
		put_numbered(&out, sizes[i], i);
	while (out.begin < out.end) {
		size_t piece = pieces[_i];

		if (piece > out.end - out.begin)
			piece = out.end - out.begin;
		bytes_add(&in, out.data + out.begin, piece);
		out.begin += piece;
		while (packet_take(&in, PACKET_MAX, &packet) == PACKET_WHOLE) {
			check_numbered(&packet, sizes[n], n);
			n++;
		}
	}
	ck_assert_uint_eq(n, SIZES);
	ck_assert_uint_eq(in.begin, in.end);
	bytes_free(&in);
	bytes_free(&out);
}
END_TEST

START_TEST(largest)
{
	struct bytes bytes = { NULL, 0, 0, 0 };
	struct packet packet;

	put_numbered(&bytes, PACKET_MAX - 1, 3);
	ck_assert_int_eq(packet_take(&bytes, PACKET_MAX, &packet), PACKET_WHOLE);
	check_numbered(&packet, PACKET_MAX - 1, 3);
	put_numbered(&bytes, PACKET_MAX, 3);
	ck_assert_int_eq(packet_take(&bytes, PACKET_MAX, &packet), PACKET_BROKEN);
	bytes_free(&bytes);
}
END_TEST

/* Packets that were taken make room for new bytes, even if half a packet is always left. */
START_TEST(room_is_used_again)
{
	struct bytes in = { NULL, 0, 0, 0 };
	struct packet packet;

	put_numbered(&in, 400, 0);
	for (unsigned i = 0; i < 10000; i++) {
		put_numbered(&in, 400, i + 1);
		ck_assert_int_eq(packet_take(&in, PACKET_MAX, &packet), PACKET_WHOLE);
		check_numbered(&packet, 400, i);
	}
	ck_assert_uint_le(in.room, 4096);
	bytes_free(&in);
}
END_TEST

START_TEST(strings_and_numbers)
{
	char data[] = "\0\0\x12\x34"
		      "one\0"
		      "\0"
		      "two\0"
		      "three";
	struct packet packet = { 'x', data, sizeof(data) - 1 };
	uint32_t number = 0;

	ck_assert(packet_number(&packet, &number));
	ck_assert_uint_eq(number, 0x1234);
	ck_assert_str_eq(packet_string(&packet), "one");
	ck_assert_str_eq(packet_string(&packet), "");
	ck_assert_str_eq(packet_string(&packet), "two");
	/* The NUL behind the data is not part of the packet. */
	ck_assert_ptr_null(packet_string(&packet));
	ck_assert_uint_eq(packet.size, 5);
	ck_assert(packet_number(&packet, &number));
	ck_assert_uint_eq(number, 0x74687265);
	ck_assert(!packet_number(&packet, &number));
	ck_assert_uint_eq(packet.size, 1);
	packet.size = 0;
	ck_assert_ptr_null(packet_string(&packet));
	ck_assert(!packet_number(&packet, &number));
	ck_assert_uint_eq(number, 0x74687265);
}
END_TEST

START_TEST(put)
{
	static const char want[] = "\0\0\0\1c"
				   "\0\0\0\x0ci\0\0\1\2name\0v\0"
				   "\0\0\0\2q\0"
				   "\0\0\0\1\xc3";
	struct bytes out = { NULL, 0, 0, 0 };
	size_t begin;

	/* Puts a packet into a buffer whose beginning has been sent. */
	bytes_add(&out, "sent", 4);
	out.begin = 4;
	packet_put(&out, 'c');
	begin = packet_begin(&out, 'i');
	packet_put_number(&out, 0x102);
	packet_put_string(&out, "name");
	packet_put_string(&out, "v");
	packet_end(&out, begin);
	begin = packet_begin(&out, 'q');
	packet_put_string(&out, "");
	packet_end(&out, begin);
	packet_put(&out, 0xc3);
	ck_assert_uint_eq(out.end - out.begin, sizeof(want) - 1);
	ck_assert_mem_eq(out.data + out.begin, want, sizeof(want) - 1);
	bytes_free(&out);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("packet");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, take, 0, COUNT(takes));
	tcase_add_loop_test(tc, pieces_of_packets, 0, COUNT(pieces));
	tcase_add_test(tc, largest);
	tcase_add_test(tc, room_is_used_again);
	tcase_add_test(tc, strings_and_numbers);
	tcase_add_test(tc, put);
	return run_tests("packet", tc);
}
