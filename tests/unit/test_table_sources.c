/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of several sources, and their order; files that cannot be read. */
#include <config.h>

#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "table_help.h"

/* ---- Sources ---- */

START_TEST(first_source_wins)
{
	struct made made;

	made_begin(&made, T, NULL);
	made_add_text(&made, "texthash", "one first\ntwo first\n");
	made_add_words(&made, "t.conf", "two three");
	made_add_text(&made, "pcre", "/^o/ second\n/^(.)o/ $1\n/^t/ second\n");
	made_add_words(&made, "t.conf", "four");
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, "one"), "first");
	ck_assert_pstr_eq(made_find(&made, "two"), "first");
	ck_assert_pstr_eq(made_find(&made, "three"), "");
	ck_assert_pstr_eq(made_find(&made, "ten"), "second");
	ck_assert_pstr_eq(made_find(&made, "four"), "f");
	ck_assert_pstr_eq(made_find(&made, "five"), NULL);
	made_end(&made);
}
END_TEST

START_TEST(undecided_source_ends_the_search)
{
	struct made made;

	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", "/^(a+)+$/");
	made_add_text(&made, "texthash",
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab found\n");
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
			  "?");
	made_end(&made);
}
END_TEST

/* ---- Files ---- */

START_TEST(file_relative_to_configuration)
{
	struct made made;
	char path[128];

	write_file(path_in(path, "a.cidr"), "192.0.2.0/24 A\n");
	made_begin(&made, A, NULL);
	made_add_words(&made, arena_printf(&made.arena, "%s/t.conf", folder), "cidr:a.cidr");
	made_add_words(&made, "t.conf", arena_printf(&made.arena, "cidr:%s", path));
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	ck_assert_pstr_eq(made_find(&made, "192.0.2.3"), "A");
	made_end(&made);
}
END_TEST

START_TEST(file_with_nul)
{
	struct made made;
	char path[128];

	write_bytes(path_in(path, "nul"), "a b\nc\0d\n", 8);
	made_begin(&made, T, NULL);
	made_add_words(&made, arena_printf(&made.arena, "%s/t.conf", folder), "texthash:nul");
	ck_assert_int_eq(made.status, -1);
	ck_assert_str_eq(
		made_errors(&made),
		arena_printf(&made.arena, "%s:2: a NUL byte: this is no text file\n", path));
	made_end(&made);
}
END_TEST

START_TEST(file_too_large)
{
	struct made made;
	char path[128];

	write_file(path_in(path, "large"), "");
	made_begin(&made, T, NULL);
	ck_assert_int_eq(truncate(path, (64 << 20) + 1), 0);
	made_add_words(&made, arena_printf(&made.arena, "%s/t.conf", folder), "texthash:large");
	ck_assert_int_eq(made.status, -1);
	ck_assert_ptr_nonnull(strstr(made_errors(&made), "large: it is larger than 64 MiB\n"));
	made_end(&made);
}
END_TEST

/* Reading must not wait for a writer. */
START_TEST(file_is_fifo)
{
	struct made made;
	char path[128];

	made_begin(&made, T, NULL);
	ck_assert_int_eq(mkfifo(path_in(path, "fifo"), 0600), 0);
	made_add_words(&made, arena_printf(&made.arena, "%s/t.conf", folder), "texthash:fifo");
	ck_assert_int_eq(made.status, -1);
	ck_assert_ptr_nonnull(strstr(made_errors(&made), "fifo: it is no regular file\n"));
	made_end(&made);
}
END_TEST

START_TEST(unknown_type_of_text)
{
	struct made made;

	made_begin(&made, T, NULL);
	made_add_text(&made, "hash", "a b\n");
	ck_assert_int_eq(made.status, -1);
	made_end(&made);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("table_sources");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, make_folder, remove_folder);
	tcase_add_test(tc, first_source_wins);
	tcase_add_test(tc, undecided_source_ends_the_search);
	tcase_add_test(tc, file_relative_to_configuration);
	tcase_add_test(tc, file_with_nul);
	tcase_add_test(tc, file_too_large);
	tcase_add_test(tc, file_is_fifo);
	tcase_add_test(tc, unknown_type_of_text);
	return run_tests("table_sources", tc);
}
