/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of plain entries, the order of sources, files that cannot be read, limits. */
#include <config.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "table_help.h"

#define A MG_KEY_ADDRESS
#define H MG_KEY_HOST
#define M MG_KEY_MAIL
#define N MG_KEY_NAME
#define T MG_KEY_TEXT

static const struct {
	enum mg_key kind;
	const char *words, *key;
	bool want;
} plain[] = {
	/* addresses */
	{ A, "192.0.2.1", "192.0.2.1", true },
	{ A, "192.0.2.1", "192.0.2.2", false },
	{ A, "192.0.2.0/24", "192.0.2.255", true },
	{ A, "192.0.2.0/24", "192.0.3.0", false },
	{ A, "192.0.2.128/25", "192.0.2.127", false },
	{ A, "192.0.2.128/25", "192.0.2.128", true },
	{ A, "[192.0.2.0]/24", "192.0.2.7", true },
	{ A, "[192.0.2.0/24]", "192.0.2.7", true },
	{ A, "[192.0.2.7]", "192.0.2.7", true },
	{ A, "0.0.0.0/0", "203.0.113.9", true },
	{ A, "0.0.0.0/0", "2001:db8::1", false },
	{ A, "::/0", "2001:db8::1", true },
	{ A, "::/0", "203.0.113.9", false },
	{ A, "2001:db8::1", "2001:DB8:0:0:0:0:0:1", true },
	{ A, "[2001:db8::1]", "2001:db8::1", true },
	{ A, "2001:db8::/32", "2001:db8:ffff::", true },
	{ A, "2001:db8::/32", "2001:db9::", false },
	{ A, "2001:db8::/33", "2001:db8:7fff::", true },
	{ A, "2001:db8::/33", "2001:db8:8000::", false },
	{ A, "2001:db8:1:2::/63", "2001:db8:1:3::", true },
	{ A, "2001:db8:1:2::/63", "2001:db8:1:1::", false },
	{ A, "2001:db8:1:2::/64", "2001:db8:1:2:ffff::", true },
	{ A, "2001:db8:1:2::/64", "2001:db8:1:3::", false },
	{ A, "2001:db8:1:2:8000::/65", "2001:db8:1:2:ffff::", true },
	{ A, "2001:db8:1:2:8000::/65", "2001:db8:1:2:7fff::", false },
	{ A, "2001:db8::4/127", "2001:db8::5", true },
	{ A, "2001:db8::4/127", "2001:db8::6", false },
	/* IPv4-mapped, on either side */
	{ A, "192.0.2.0/24", "::ffff:192.0.2.9", true },
	{ A, "::ffff:192.0.2.9", "192.0.2.9", true },
	{ A, "::ffff:192.0.2.0/120", "192.0.2.9", true },
	{ A, "::ffff:192.0.2.0/120", "192.0.3.9", false },
	{ A, "::ffff:0:0/96", "203.0.113.9", true },
	{ A, "::ffff:0:0/96", "2001:db8::1", false },
	/* no addresses */
	{ A, "0.0.0.0/0 ::/0", "unknown", false },
	{ A, "0.0.0.0/0 ::/0", "", false },
	{ A, "0.0.0.0/0 ::/0", "192.0.2.1x", false },
	/* several, and expressions; these see the canonical form */
	{ A, "10.0.0.0/8 192.0.2.0/24 2001:db8::/32", "192.0.2.9", true },
	{ A, "10.0.0.0/8 192.0.2.0/24 2001:db8::/32", "2001:db8::9", true },
	{ A, "10.0.0.0/8 192.0.2.0/24 2001:db8::/32", "203.0.113.9", false },
	{ A, "10.0.0.0/8 /\\.25$/", "203.0.113.25", true },
	{ A, "/^2001:db8::1$/", "2001:0db8:0::1", true },
	{ A, "/^192\\.0\\.2\\./", "::ffff:192.0.2.9", true },
	{ A, "/^unknown$/", "unknown", true },
	/* hosts */
	{ H, "example.com", "example.com", true },
	{ H, "example.com", "EXAMPLE.COM.", true },
	{ H, "Example.COM.", "mail.example.com", true },
	{ H, "example.com", "a.b.c.example.com", true },
	{ H, "example.com", "badexample.com", false },
	{ H, "example.com", "com", false },
	{ H, "example.com", "example.com.org", false },
	{ H, ".example.com", "example.com", false },
	{ H, ".example.com", "mail.example.com", true },
	{ H, ".Example.com", "a.b.example.com", true },
	{ H, ".example.com", "badexample.com", false },
	{ H, "b\u00fccher.example", "www.xn--bcher-kva.example", true },
	{ H, "xn--bcher-kva.example", "www.B\u00dcCHER.example", true },
	{ H, ".b\u00fccher.example", "www.xn--bcher-kva.example", true },
	{ H, "_tcp.example.com", "_25._tcp.example.com", true },
	{ H, "localhost", "localhost", true },
	{ H, "com", "example.com", true },
	{ H, "192.0.2.1", "192.0.2.1", true },
	{ N, "example.com", "www.example.com", true },
	{ N, ".example.com", "example.com", false },
	{ N, "b\u00fccher.example", "xn--bcher-kva.example", true },
	{ H, "[192.0.2.1]", "[192.0.2.1]", true },
	{ H, "[IPv6:2001:db8::1]", "[ipv6:2001:DB8::1]", true },
	{ H, "example.com", "what ever.example.com", true },
	{ H, "example.com", ".example.com", true },
	{ H, "example.com", "", false },
	{ H, "example.com", ".", false },
	{ H, "/^mx[0-9]+\\./", "MX12.example.org", true },
	{ H, "/^mx[0-9]+\\./i", "MX12.example.org", true },
	{ H, "/(?-i)^mx[0-9]+\\./", "MX12.example.org", false },
	/* mail addresses */
	{ M, "user@example.com", "User@EXAMPLE.com", true },
	{ M, "user@example.com", "user@mail.example.com", false },
	{ M, "user@example.com", "xuser@example.com", false },
	{ M, "\"\\\"User\\\"@example.com\"", "user@example.com", true },
	{ M, "\"\\\"a b\\\"@example.com\"", "\"A b\"@example.com", true },
	{ M, "user@example.com", "\"user\"@example.com", true },
	{ M, "J\u00d6RG@b\u00fccher.example", "jo\u0308rg@xn--bcher-kva.example", true },
	{ M, "example.com", "user@example.com", true },
	{ M, "example.com", "user@mail.example.com", true },
	{ M, "example.com", "user@badexample.com", false },
	{ M, ".example.com", "user@example.com", false },
	{ M, ".example.com", "user@mail.example.com", true },
	{ M, "b\u00fccher.example", "user@xn--bcher-kva.example", true },
	{ M, "user@", "user@example.org", true },
	{ M, "User@", "user@example.org", true },
	{ M, "user@", "user", true },
	{ M, "user@", "auser@example.org", false },
	{ M, "com", "com", false }, /* a local part is no domain */
	{ M, "com", "user@example.com", true },
	{ M, "\"\\\"a@b c\\\"@example.com\"", "\"a@b c\"@example.com", true },
	{ M, "user@192.0.2.1", "user@192.0.2.1", true },
	{ M, "[192.0.2.1]", "user@[192.0.2.1]", true },
	{ M, "<>", "", true },
	{ M, "<>", "<>", true },
	{ M, "<>", "user@example.com", false },
	{ M, "example.com", "", false },
	{ M, "user@[192.0.2.1]", "User@[192.0.2.1]", true },
	{ M, "[192.0.2.1]", "user@[192.0.2.1]", true },
	{ M, "[IPv6:2001:db8::1]", "user@[IPv6:2001:db8::1]", true },
	{ M, "example.com", "\"x@example.com\"", false },
	{ M, "example.com", "\"x@y\"@example.com", true },
	{ M, "/^owner-.*@/", "Owner-list@example.com", true },
	{ M, "/^<>$/", "", true },
	{ M, "/^$/", "", false },
	/* texts */
	{ T, "Hello", "hELLO", true },
	{ T, "Hello", "hello ", false },
	{ T, "\"two words\"", "Two Words", true },
	{ T, "a b c", "C", true },
	{ T, "https://example.com", "HTTPS://example.com", true },
	{ T, "\u00dc", "\u00fc", false },
	{ T, "\"\"", "", true },
	{ T, "/^x-spam/", "X-Spam-Flag", true },
	{ T, "/a\\/b/", "a/b", true },
	{ T, "\"/a b/x\"", "ab", true },
	/* an undecided expression does not hide another entry */
	{ T, "/^(a+)+$/ /b$/", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", true },
};

START_TEST(plain_entry)
{
	struct made made;

	made_begin(&made, plain[_i].kind, NULL);
	made_add_words(&made, "t.conf", plain[_i].words);
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	ck_assert_int_eq(made.status, 0);
	ck_assert_pstr_eq(made_find(&made, plain[_i].key), plain[_i].want ? "" : NULL);
	made_end(&made);
}
END_TEST

static const struct {
	enum mg_key kind;
	const char *words, *want, *hint;
} wrong[] = {
	{ A, "192.0.2.1/24", "\"192.0.2.1/24\" has bits set after its prefix",
	  "did you mean \"192.0.2.0/24\"?" },
	{ A, "2001:db8::1/32", "\"2001:db8::1/32\" has bits set after its prefix",
	  "did you mean \"2001:db8::/32\"?" },
	{ A, "192.0.2.0/33", "the prefix of \"192.0.2.0/33\" is wrong",
	  "expected a number from 0 to 32" },
	{ A, "2001:db8::/129", "the prefix of \"2001:db8::/129\" is wrong",
	  "expected a number from 0 to 128" },
	{ A, "192.0.2.0/", "the prefix of \"192.0.2.0/\" is wrong",
	  "expected a number from 0 to 32" },
	{ A, "192.0.2.0/+8", "the prefix of \"192.0.2.0/+8\" is wrong",
	  "expected a number from 0 to 32" },
	{ A, "::ffff:0:0/80", "\"::ffff:0:0/80\" is less than all of IPv6's IPv4-mapped addresses",
	  "expected an IPv4 network, or a prefix of 96 to 128" },
	{ A, "192.0.2", "\"192.0.2\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "192.0.2.01", "\"192.0.2.01\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "example.com", "\"example.com\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001",
	  "\"2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "[192.0.2.1", "\"[192.0.2.1\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "[192.0.2.1]x", "\"[192.0.2.1]x\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "\"\"", "\"\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ H, "*.example.com", "\"*.example.com\" is no domain",
	  "did you mean \".example.com\"? It stands for all subdomains" },
	{ H, "exam_ple..com", "\"exam_ple..com\" is no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
	{ H, ".192.0.2.1", "\".192.0.2.1\" is no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
	{ H, "user@example.com", "\"user@example.com\" is no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
	{ H, "2.1", "\"2.1\" is no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
	{ H, "192.0.2.300", "\"192.0.2.300\" is no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
	{ H, "[192.0.2.300]", "\"[192.0.2.300]\" is no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
	{ H, "[IPv6:2001::db8::1]", "\"[IPv6:2001::db8::1]\" is no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
	{ N, "192.0.2.1", "\"192.0.2.1\" is an address, and no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
	{ N, "[192.0.2.1]", "\"[192.0.2.1]\" is an address, and no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
	{ N, "2001:db8::1", "\"2001:db8::1\" is an address, and no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
	{ M, "Postmaster", "\"Postmaster\" without '@' would be a domain",
	  "did you mean \"Postmaster@\"?" },
	{ M, "@example.com", "\"@example.com\" is no mail address or part of one",
	  "did you mean \"example.com\"?" },
	{ M, "user@exam..ple", "\"user@exam..ple\" is no mail address or part of one",
	  "expected user@example.com, example.com, .example.com, user@ or <>" },
	{ M, "\"us er@example.com\"", "\"us er@example.com\" is no mail address or part of one",
	  "expected user@example.com, example.com, .example.com, user@ or <>" },
	{ M, "<user@example.com>", "\"<user@example.com>\" is no mail address or part of one",
	  "expected user@example.com, example.com, .example.com, user@ or <>" },
	{ M, "a@b@example.com", "\"a@b@example.com\" is no mail address or part of one",
	  "expected user@example.com, example.com, .example.com, user@ or <>" },
	{ M, "a@example.com,b@example.org",
	  "\"a@example.com,b@example.org\" is no mail address or part of one",
	  "expected user@example.com, example.com, .example.com, user@ or <>" },
	{ M, "a[b@example.com", "\"a[b@example.com\" is no mail address or part of one",
	  "expected user@example.com, example.com, .example.com, user@ or <>" },
	{ M, "a(b)@example.com", "\"a(b)@example.com\" is no mail address or part of one",
	  "expected user@example.com, example.com, .example.com, user@ or <>" },
	{ M, "user@192.0.2", "\"user@192.0.2\" is no mail address or part of one",
	  "expected user@example.com, example.com, .example.com, user@ or <>" },
	{ M, "user@[192.0.2]", "\"user@[192.0.2]\" is no mail address or part of one",
	  "expected user@example.com, example.com, .example.com, user@ or <>" },
	{ M, "user@[IPv6:192.0.2.1.9]",
	  "\"user@[IPv6:192.0.2.1.9]\" is no mail address or part of one",
	  "expected user@example.com, example.com, .example.com, user@ or <>" },
	{ M, "192.0.2.1", "\"192.0.2.1\" is an address of a host, and no mail address or domain",
	  "of a mail address it is a part in brackets: [192.0.2.1], [IPv6:2001:db8::1]" },
	{ M, "2001:db8::1",
	  "\"2001:db8::1\" is an address of a host, and no mail address or domain",
	  "of a mail address it is a part in brackets: [192.0.2.1], [IPv6:2001:db8::1]" },
	{ T, "/abc", "the regular expression has no closing \"/\"",
	  "expected / after the expression, then its flags" },
	{ T, "/abc\\/", "the regular expression has no closing \"/\"",
	  "expected / after the expression, then its flags" },
	{ T, "/abc\\", "the regular expression has no closing \"/\"",
	  "expected / after the expression, then its flags" },
	{ T, "/abc/q", "unknown flag after the expression",
	  "expected one of i m s x A E U X, then a blank or the end" },
	{ T, "\"/abc/i x\"", "there is text after the regular expression's flags",
	  "expected /expression/flags; a slash inside is written \\/" },
	{ T, "/a(b/", "wrong regular expression: missing closing parenthesis",
	  "at character 4 of \"a(b\"" },
	{ A, "hash:/etc/postfix/x", "there are no \"hash:\" tables here",
	  "expected \"cidr:FILE\", \"pcre:FILE\" or \"texthash:FILE\"; \"postmap -s "
	  "hash:/etc/postfix/x > FILE\" makes a \"texthash:\" file of most others" },
	{ M, "regexp:/x", "there are no \"regexp:\" tables here",
	  "did you mean \"pcre:/x\"? The expressions there are Perl's" },
	{ M, "proxy:mysql:x", "there are no \"proxy:\" tables here",
	  "expected \"cidr:FILE\", \"pcre:FILE\" or \"texthash:FILE\"; \"postmap -s "
	  "proxy:mysql:x > FILE\" makes a \"texthash:\" file of most others" },
	{ A, "cird:/etc/x", "there are no \"cird:\" tables here", "did you mean \"cidr:/etc/x\"?" },
	{ H, "cidr:/etc/x", "a \"cidr:\" file is for addresses only",
	  "expected \"pcre:FILE\" or \"texthash:FILE\"" },
	{ H, "pcre:", "there is no file name after \"pcre:\"", NULL },
	{ T, "texthash:/nonexistent", "cannot read /nonexistent: No such file or directory", NULL },
	{ T, "texthash:/dev", "cannot read /dev: it is a folder", NULL },
	{ T, "texthash:/dev/null", "cannot read /dev/null: it is no regular file", NULL },
};

START_TEST(wrong_entry)
{
	struct made made;
	const char *want;

	made_begin(&made, wrong[_i].kind, NULL);
	made_add_words(&made, "t.conf", wrong[_i].words);
	want = arena_printf(&made.arena, "t.conf:1:3: %s\nt %s\n  ^\n", wrong[_i].want,
			    wrong[_i].words);
	if (wrong[_i].hint)
		want = arena_printf(&made.arena, "%s    %s\n", want, wrong[_i].hint);
	ck_assert_int_eq(made.status, -1);
	ck_assert_str_eq(made_errors(&made), want);
	made_end(&made);
}
END_TEST

/* An address whose first group looks like the name of a type. */
START_TEST(address_and_type)
{
	struct made made;

	made_begin(&made, A, NULL);
	made_add_words(&made, "t.conf", "cdb:1::2");
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	ck_assert_pstr_eq(made_find(&made, "0cdb:1::2"), "");
	made_end(&made);
}
END_TEST

START_TEST(every_wrong_word_is_reported)
{
	struct made made;

	made_begin(&made, A, NULL);
	made_add_words(&made, "t.conf", "192.0.2.1 x 192.0.2.2 y /(/");
	ck_assert_int_eq(made.status, -1);
	ck_assert_uint_eq(made.errors.count, 3);
	made_end(&made);
}
END_TEST

START_TEST(no_entry)
{
	struct made made;

	made_begin(&made, A, NULL);
	made_add_words(&made, "t.conf", "");
	table_finish(made.table);
	ck_assert_int_eq(made.status, -1);
	ck_assert_pstr_eq(
		strstr(made_errors(&made), "there is no entry\n"),
		"there is no entry\nt \n ^\n    expected one or more entries, or a file as "
		"\"texthash:FILE\"\n");
	ck_assert_pstr_eq(made_find(&made, "192.0.2.1"), NULL);
	made_end(&made);
}
END_TEST

START_TEST(null_key)
{
	struct made made;

	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", "/./");
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, NULL), NULL);
	made_end(&made);
}
END_TEST

/* ---- Sources ----------------------------------------------------------------- */

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

/* The scratch arena is not there to be touched. */
START_TEST(plain_lookup_allocates_nothing)
{
	static const struct {
		enum mg_key kind;
		const char *words, *key;
	} cases[] = {
		{ A, "192.0.2.0/24", "192.0.2.1" },
		{ A, "2001:db8::/32", "2001:db8::1" },
		{ H, "example.com", "a.b.example.com" },
		{ M, "user@", "user@example.com" },
		{ M, "example.com", "u@a.example.com" },
		{ M, "<>", "" },
		{ T, "text", "text" },
	};

	for (size_t i = 0; i < NELEM(cases); i++) {
		struct made made;
		const char *value = NULL;

		made_begin(&made, cases[i].kind, NULL);
		made_add_words(&made, "t.conf", cases[i].words);
		table_finish(made.table);
		ck_assert_int_eq(table_find(made.table, NULL, cases[i].key, &value), 1);
		ck_assert_str_eq(value, "");
		ck_assert_int_eq(table_find(made.table, NULL, cases[i].key, NULL), 1);
		made_end(&made);
	}
}
END_TEST

START_TEST(socket_address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct made made;
	const char *value = NULL;

	made_begin(&made, A, NULL);
	made_add_words(&made, "t.conf", "192.0.2.0/24 2001:db8::/32");
	made_add_text(&made, "texthash", "203.0.113 net\n");
	table_finish(made.table);
	inet_pton(AF_INET, "192.0.2.9", &v4.sin_addr);
	ck_assert_int_eq(table_find_address(made.table, NULL, (struct sockaddr *)&v4, &value), 1);
	ck_assert_str_eq(value, "");
	inet_pton(AF_INET, "203.0.113.7", &v4.sin_addr);
	ck_assert_int_eq(table_find_address(made.table, NULL, (struct sockaddr *)&v4, &value), 1);
	ck_assert_str_eq(value, "net");
	inet_pton(AF_INET, "198.51.100.7", &v4.sin_addr);
	ck_assert_int_eq(table_find_address(made.table, NULL, (struct sockaddr *)&v4, &value), 0);
	inet_pton(AF_INET6, "2001:db8::7", &v6.sin6_addr);
	ck_assert_int_eq(table_find_address(made.table, NULL, (struct sockaddr *)&v6, NULL), 1);
	inet_pton(AF_INET6, "::ffff:192.0.2.7", &v6.sin6_addr);
	ck_assert_int_eq(table_find_address(made.table, NULL, (struct sockaddr *)&v6, NULL), 1);
	ck_assert_int_eq(table_find_address(made.table, NULL, (struct sockaddr *)&local, NULL), 0);
	ck_assert_int_eq(table_find_address(made.table, NULL, NULL, NULL), 0);
	made_end(&made);
}
END_TEST

/* ---- Files -------------------------------------------------------------------- */

static char folder[] = "/tmp/test_table.XXXXXX";

static void write_file(const char *name, const char *text, size_t size)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(file_relative_to_configuration)
{
	struct made made;

	write_file("a.cidr", "192.0.2.0/24 A\n", 15);
	made_begin(&made, A, NULL);
	made_add_words(&made, arena_printf(&made.arena, "%s/t.conf", folder), "cidr:a.cidr");
	made_add_words(&made, "t.conf", arena_printf(&made.arena, "cidr:%s/a.cidr", folder));
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	ck_assert_pstr_eq(made_find(&made, "192.0.2.3"), "A");
	made_end(&made);
}
END_TEST

START_TEST(file_with_nul)
{
	struct made made;

	write_file("nul", "a b\nc\0d\n", 8);
	made_begin(&made, T, NULL);
	made_add_words(&made, arena_printf(&made.arena, "%s/t.conf", folder), "texthash:nul");
	ck_assert_int_eq(made.status, -1);
	ck_assert_str_eq(
		made_errors(&made),
		arena_printf(&made.arena, "%s/nul:2: a NUL byte: this is no text file\n", folder));
	made_end(&made);
}
END_TEST

START_TEST(file_too_large)
{
	struct made made;
	const char *path;

	write_file("large", "", 0);
	made_begin(&made, T, NULL);
	path = arena_printf(&made.arena, "%s/large", folder);
	ck_assert_int_eq(truncate(path, (64 << 20) + 1), 0);
	made_add_words(&made, arena_printf(&made.arena, "%s/t.conf", folder), "texthash:large");
	ck_assert_int_eq(made.status, -1);
	ck_assert_ptr_nonnull(strstr(made_errors(&made), "large: it is larger than 64 MiB\n"));
	unlink(path);
	made_end(&made);
}
END_TEST

/* It must not wait for somebody to write. */
START_TEST(file_is_fifo)
{
	struct made made;
	const char *path;

	made_begin(&made, T, NULL);
	path = arena_printf(&made.arena, "%s/fifo", folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	made_add_words(&made, arena_printf(&made.arena, "%s/t.conf", folder), "texthash:fifo");
	ck_assert_int_eq(made.status, -1);
	ck_assert_ptr_nonnull(strstr(made_errors(&made), "fifo: it is no regular file\n"));
	unlink(path);
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

/* ---- Many, and hostile --------------------------------------------------------- */

/* A small generator of our own, so that a failure can be repeated. */
static uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

struct network4 {
	uint32_t address;
	unsigned prefix;
};

#define MANY 2000

static int first_of(const struct network4 *networks, size_t n, uint32_t address)
{
	for (size_t i = 0; i < n; i++)
		if (networks[i].prefix == 0 ||
		    (address ^ networks[i].address) >> (32 - networks[i].prefix) == 0)
			return (int)i;
	return -1;
}

/* In a small space, so that they overlap and repeat, against going through them one by one. */
START_TEST(many_networks)
{
	static struct network4 networks[MANY];
	static char text[MANY * 48];
	uint32_t seed = (uint32_t)_i + 1;
	size_t size = 0;
	struct made made;

	for (size_t i = 0; i < MANY; i++) {
		unsigned prefix = 16 + random_next(&seed) % 17;
		uint32_t address = 0x0a000000 | (random_next(&seed) & 0x3ffff);

		address &= ~(uint32_t)0 << (32 - prefix);
		networks[i] = (struct network4){ .address = address, .prefix = prefix };
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%u.%u.%u.%u/%u %zu\n",
					 address >> 24, address >> 16 & 255, address >> 8 & 255,
					 address & 255, prefix, i);
	}
	made_begin(&made, A, NULL);
	made_add_text(&made, "cidr", text);
	table_finish(made.table);
	for (size_t i = 0; i < 20000; i++) {
		uint32_t address = 0x0a000000 | (random_next(&seed) & 0x7ffff);
		int want = first_of(networks, MANY, address);
		struct in_addr in = { htonl(address) };
		char key[INET_ADDRSTRLEN];
		const char *got;

		got = made_find(&made, inet_ntop(AF_INET, &in, key, sizeof(key)));
		if (want < 0)
			ck_assert_pstr_eq(got, NULL);
		else
			ck_assert_pstr_eq(got, arena_printf(&made.arena, "%d", want));
	}
	made_end(&made);
}
END_TEST

START_TEST(many_strings)
{
	struct made made;

	made_begin(&made, H, NULL);
	for (int i = 0; i < 20000; i++)
		made_add_words(&made, "t.conf", arena_printf(&made.arena, "host%d.example", i));
	table_finish(made.table);
	for (int i = 0; i < 20000; i++) {
		ck_assert_pstr_eq(
			made_find(&made, arena_printf(&made.arena, "a.host%d.example", i)), "");
		ck_assert_pstr_eq(made_find(&made, arena_printf(&made.arena, "ahost%d.example", i)),
				  NULL);
	}
	made_end(&made);
}
END_TEST

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Expressions that go wild, on subjects that make them; and nobody can turn the limits off. */
static const char *const wild[] = {
	"/^(a+)+$/",
	"/^(a|aa)+$/",
	"/^(([a-z])+.)+[A-Z]([a-z])+$/i",
	"/(?:a*)*(?:b|c)/",
	"\"/(*NO_JIT)^(a+)+$/\"",
	"\"/(*LIMIT_MATCH=4000000000)^(a+)+$/\"",
	"\"/(*NO_JIT)(*LIMIT_HEAP=4000000)(*LIMIT_DEPTH=4000000000)^(?:(a)|b)*c$/\"",
};

START_TEST(hostile_subject)
{
	char *subject = malloc(100001);
	struct made made;
	double begin;

	memset(subject, 'a', 100000);
	strcpy(subject + 99997, "!!!");
	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", wild[_i]);
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	begin = seconds();
	ck_assert_pstr_eq(made_find(&made, subject), "?");
	ck_assert_double_lt(seconds() - begin, 20.0);
	/* and the table is none the worse for it */
	ck_assert_pstr_ne(made_find(&made, "aaab"), "?");
	free(subject);
	made_end(&made);
}
END_TEST

/* As long as the milter protocol lets through. */
START_TEST(long_host)
{
	enum { SIZE = 1 << 20 };
	char *host = malloc(SIZE + sizeof("example.com"));
	struct made made;
	double begin;

	for (size_t i = 0; i < SIZE; i += 2)
		memcpy(host + i, "a.", 2);
	strcpy(host + SIZE, "example.com");
	made_begin(&made, H, NULL);
	made_add_words(&made, "t.conf", "example.com");
	table_finish(made.table);
	begin = seconds();
	ck_assert_pstr_eq(made_find(&made, host), "");
	strcpy(host + SIZE, "example.org");
	ck_assert_pstr_eq(made_find(&made, host), NULL);
	ck_assert_double_lt(seconds() - begin, 20.0);
	free(host);
	made_end(&made);
}
END_TEST

/* PCRE2's own limit is ten times ours: this one lies in between. */
START_TEST(limit_is_ours)
{
	struct made made;

	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", "\"/(*NO_JIT)^(a+)+$/\"");
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, "aaaaaaaaaaaaaaa!"), NULL);
	ck_assert_pstr_eq(made_find(&made, "aaaaaaaaaaaaaaaaaaaaa!"), "?");
	made_end(&made);
}
END_TEST

/* Deep, but honest: more than the JIT's stack has, within the limits. */
START_TEST(long_subject)
{
	char *subject = malloc(10001);
	struct made made;

	memset(subject, 'a', 10000);
	subject[10000] = '\0';
	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", "/^(?:(a)|b)*$/");
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, subject), "");
	free(subject);
	made_end(&made);
}
END_TEST

static void make_folder(void)
{
	if (!mkdtemp(folder))
		exit(EXIT_FAILURE);
}

static void remove_folder(void)
{
	static const char *const names[] = { "a.cidr", "nul" };

	for (size_t i = 0; i < NELEM(names); i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

int main(void)
{
	TCase *tc = tcase_create("table");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, make_folder, remove_folder);
	tcase_add_loop_test(tc, plain_entry, 0, NELEM(plain));
	tcase_add_loop_test(tc, wrong_entry, 0, NELEM(wrong));
	tcase_add_test(tc, address_and_type);
	tcase_add_test(tc, every_wrong_word_is_reported);
	tcase_add_test(tc, no_entry);
	tcase_add_test(tc, null_key);
	tcase_add_test(tc, first_source_wins);
	tcase_add_test(tc, undecided_source_ends_the_search);
	tcase_add_test(tc, plain_lookup_allocates_nothing);
	tcase_add_test(tc, socket_address);
	tcase_add_test(tc, file_relative_to_configuration);
	tcase_add_test(tc, file_with_nul);
	tcase_add_test(tc, file_too_large);
	tcase_add_test(tc, file_is_fifo);
	tcase_add_test(tc, unknown_type_of_text);
	tcase_add_loop_test(tc, many_networks, 0, 3);
	tcase_add_test(tc, many_strings);
	tcase_add_loop_test(tc, hostile_subject, 0, NELEM(wild));
	tcase_add_test(tc, long_host);
	tcase_add_test(tc, limit_is_ours);
	tcase_add_test(tc, long_subject);
	return run(suite_create("table"), tc);
}
