/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of arena.h. */
#include <config.h>

#include "base/arena.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

START_TEST(pieces_are_aligned_and_apart)
{
	struct arena arena = { 0 };
	unsigned char *pieces[300];

	for (size_t i = 0; i < 300; i++) {
		size_t size = i * i % 700;

		pieces[i] = arena_alloc(&arena, size);
		ck_assert_ptr_nonnull(pieces[i]);
		ck_assert_uint_eq((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		memset(pieces[i], (int)i, size);
	}
	for (size_t i = 0; i < 300; i++) {
		for (size_t j = 0; j < i * i % 700; j++)
			ck_assert_uint_eq(pieces[i][j], (unsigned char)i);
	}
	ck_assert_ptr_ne(arena_alloc(&arena, 0), arena_alloc(&arena, 0));
	arena_free(&arena);
}
END_TEST

START_TEST(zalloc_is_zero_after_reset)
{
	struct arena arena = { 0 };
	unsigned char *piece = arena_alloc(&arena, 2000);

	memset(piece, 0xff, 2000);
	arena_reset(&arena);
	piece = arena_zalloc(&arena, 2000);
	for (size_t i = 0; i < 2000; i++)
		ck_assert_uint_eq(piece[i], 0);
	arena_free(&arena);
}
END_TEST

/* Sizes around those of chunks, and far beyond. */
START_TEST(large_pieces)
{
	static const size_t sizes[] = { 4000, 4064, 4080, 4096, 8192, 65536, 262144, 5000000, 16 };
	struct arena arena = { 0 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *small = arena_strdup(&arena, "small");

		memset(arena_alloc(&arena, sizes[i]), 'x', sizes[i]);
		ck_assert_str_eq(small, "small");
	}
	arena_free(&arena);
	memset(arena_alloc(&arena, sizes[7]), 'x', sizes[7]); /* as the first piece of all */
	arena_free(&arena);
}
END_TEST

/* A large piece does not end the use of the present chunk. */
START_TEST(large_piece_keeps_the_rest)
{
	struct arena arena = { 0 };
	char *one = arena_alloc(&arena, 16), *two;

	arena_alloc(&arena, 1000000);
	two = arena_alloc(&arena, 16);
	ck_assert_ptr_eq(two, one + 16);
	arena_free(&arena);
}
END_TEST

/* The second message like the first needs no malloc(): it gets the same addresses. */
START_TEST(reset_reaches_a_steady_state)
{
	struct arena arena = { 0 };
	const char *last = NULL, *piece = NULL;

	for (int round = 0; round < 10; round++) {
		last = piece;
		for (int i = 0; i < 100; i++)
			piece = arena_alloc(&arena, 300);
		arena_reset(&arena);
	}
	ck_assert_ptr_eq(piece, last);
	ck_assert_uint_ge(arena.left, 30000);
	arena_free(&arena);
}
END_TEST

START_TEST(reset_keeps_no_more_than_64_kib)
{
	struct arena arena = { 0 };

	for (int i = 0; i < 1000; i++)
		arena_alloc(&arena, 1000);
	arena_alloc(&arena, 100000);
	arena_reset(&arena);
	ck_assert_uint_gt(arena.left, 30000);
	ck_assert_uint_le(arena.left, 65536);
	arena_free(&arena);
	ck_assert_uint_eq(arena.left, 0);
	ck_assert_ptr_null(arena.chunks);
}
END_TEST

/* What rests and holds something keeps it. */
START_TEST(trimmed_when_empty)
{
	struct arena arena = { 0 };
	char *piece;

	arena_trim(&arena);
	piece = arena_strdup(&arena, "piece");
	arena_trim(&arena);
	ck_assert_str_eq(piece, "piece");
	arena_reset(&arena);
	ck_assert_ptr_nonnull(arena.chunks);
	arena_trim(&arena);
	ck_assert_ptr_null(arena.chunks);
	ck_assert_str_eq(arena_strdup(&arena, "again"), "again");
	arena_free(&arena);
}
END_TEST

START_TEST(strings)
{
	struct arena arena = { 0 };
	char long_text[1000];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[999] = '\0';
	ck_assert_str_eq(arena_strdup(&arena, ""), "");
	ck_assert_str_eq(arena_strdup(&arena, "abc"), "abc");
	ck_assert_str_eq(arena_strndup(&arena, "abcdef", 3), "abc");
	ck_assert_str_eq(arena_strndup(&arena, "ab\0def", 6), "ab");
	ck_assert_str_eq(arena_printf(&arena, "%s %d", "a", 5), "a 5");
	for (int length = 250; length < 260; length++) /* around its own buffer's size */
		ck_assert_uint_eq(strlen(arena_printf(&arena, "%.*s", length, long_text)),
				  (size_t)length);
	ck_assert_str_eq(arena_printf(&arena, "%s%s", long_text, "end") + 999, "end");
	arena_free(&arena);
}
END_TEST

struct trace {
	struct arena *arena;
	char text[16];
	size_t n;
};

static void done_a(void *arg)
{
	struct trace *trace = arg;

	trace->text[trace->n++] = 'a';
}

/* A function called at the end may allocate memory. */
static void done_b(void *arg)
{
	struct trace *trace = arg;

	trace->text[trace->n++] = 'b';
	arena_strdup(trace->arena, "more");
	arena_at_end(trace->arena, done_a, trace);
}

START_TEST(ends_run_once_last_first)
{
	struct arena arena = { 0 };
	struct trace trace = { .arena = &arena };

	arena_at_end(&arena, done_a, &trace);
	arena_at_end(&arena, done_b, &trace);
	ck_assert_uint_eq(trace.n, 0);
	arena_reset(&arena);
	ck_assert_str_eq(trace.text, "baa");
	arena_reset(&arena);
	ck_assert_str_eq(trace.text, "baa");
	arena_at_end(&arena, done_a, &trace);
	arena_free(&arena);
	ck_assert_str_eq(trace.text, "baaa");
	arena_free(&arena);
	ck_assert_str_eq(trace.text, "baaa");
}
END_TEST

START_TEST(size_without_end_aborts)
{
	struct arena arena = { 0 };

	arena_alloc(&arena, SIZE_MAX - 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("arena");
	TCase *tcase = tcase_create("arena");
	SRunner *runner;
	int failed;

	tcase_add_test(tcase, pieces_are_aligned_and_apart);
	tcase_add_test(tcase, zalloc_is_zero_after_reset);
	tcase_add_test(tcase, large_pieces);
	tcase_add_test(tcase, large_piece_keeps_the_rest);
	tcase_add_test(tcase, reset_reaches_a_steady_state);
	tcase_add_test(tcase, reset_keeps_no_more_than_64_kib);
	tcase_add_test(tcase, trimmed_when_empty);
	tcase_add_test(tcase, strings);
	tcase_add_test(tcase, ends_run_once_last_first);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	if (srunner_fork_status(runner) == CK_FORK)
		tcase_add_test_raise_signal(tcase, size_without_end_aborts, 6); /* SIGABRT */
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
