/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of plain entries: look-ups, and errors about wrong entries. */
#include <config.h>

#include "table_help.h"

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
	/* several entries, and expressions, which get the canonical form */
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
	/* expressions get the key as it came, and folded */
	{ H, "/^mx\\.example$/", "MX.example.", true },
	{ H, "/example\\.$/", "mx.example.", true },
	{ H, "/^xn--bcher-kva\\.example$/", "B\u00dcCHER.example", true },
	{ H, "/^b\u00fccher\\.example$/", "b\u00fccher.example", true },
	{ H, "/^b\u00fccher\\.example$/", "xn--bcher-kva.example", false },
	{ H, "/^\\[192\\./", "[192.0.2.1]", true },
	{ N, "/^mx\\.example$/", "mx.example.", true },
	{ M, "/^trap@example[.]test$/", "trap@example.test", true },
	{ M, "/^trap@example[.]test$/", "\"trap\"@example.test", true },
	{ M, "/^trap@example[.]test$/", "\"tr\\ap\"@example.test", true },
	{ M, "/^trap@example[.]test$/", "\"tr ap\"@example.test", false },
	{ M, "/^trap@example[.]test$/", "xtrap@example.test", false },
	{ M, "/(?-i)^trap@/", "\"TRAP\"@example.test", true },
	{ M, "/(?-i)^trap@/", "TRAP@example.test", false },
	{ M, "\"/^\\\"/\"", "\"trap\"@example.test", true },
	{ M, "/@xn--bcher-kva\\.example$/", "joe@b\u00fccher.example", true },
	{ M, "/^j\u00f6rg@/", "J\u00d6RG@example.test", true },
	{ T, "/^trap@/", "\"trap\"@example.test", false },
	{ T, "/example$/", "mx.example.", false },
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
	  "did you mean \"192.0.2.0/24\"?" },
	{ A, "192.0.2.*", "\"192.0.2.*\" is no IP address or network",
	  "did you mean \"192.0.2.0/24\"?" },
	{ A, "192.0.", "\"192.0.\" is no IP address or network", "did you mean \"192.0.0.0/16\"?" },
	{ A, "0.0.0.0", "no client has the address 0.0.0.0",
	  "did you mean \"0.0.0.0/0\"? It stands for all addresses" },
	{ A, "::", "no client has the address ::",
	  "did you mean \"::/0\"? It stands for all addresses" },
	{ A, "::ffff:0.0.0.0", "no client has the address ::ffff:0.0.0.0",
	  "did you mean \"0.0.0.0/0\"? It stands for all addresses" },
	{ A, "[0:0:0:0:0:0:0:0]", "no client has the address [0:0:0:0:0:0:0:0]",
	  "did you mean \"::/0\"? It stands for all addresses" },
	{ A, "192.0.2.01", "\"192.0.2.01\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "example.com", "\"example.com\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001",
	  "\"2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001\" is no IP address or "
	  "network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "[192.0.2.1", "\"[192.0.2.1\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "[192.0.2.1]x", "\"[192.0.2.1]x\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ A, "\"\"", "\"\" is no IP address or network",
	  "expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32" },
	{ H, "*.example.com", "\"*.example.com\" is no domain",
	  "did you mean \".example.com\"? It stands for all subdomains" },
	{ H, "@example.com", "\"@example.com\" is no domain",
	  "expected example.com (with its subdomains) or .example.com (only these)" },
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
	  "did you mean \"user@example.com\"?" },
	{ M, "user@example.com,", "\"user@example.com,\" is no mail address or part of one",
	  "did you mean \"user@example.com\"?" },
	{ M, "From:user@example.com", "\"From:user@example.com\" is no mail address or part of one",
	  "did you mean \"user@example.com\"?" },
	{ M, "*.example.com", "\"*.example.com\" is no mail address or part of one",
	  "did you mean \".example.com\"? It stands for all subdomains" },
	{ M, "*@example.com", "the * in \"*@example.com\" stands for itself",
	  "did you mean \"example.com\"?" },
	{ M, "*@", "the * in \"*@\" stands for itself",
	  "a part of an address is an expression, such as /^info.*@/" },
	{ M, "\"<>,\"", "\"<>,\" is no mail address or part of one",
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
	  "a mail address has it in brackets: [192.0.2.1], [IPv6:2001:db8::1]" },
	{ M, "2001:db8::1",
	  "\"2001:db8::1\" is an address of a host, and no mail address or domain",
	  "a mail address has it in brackets: [192.0.2.1], [IPv6:2001:db8::1]" },
	{ T, "/abc", "the regular expression has no closing \"/\"",
	  "expected / after the expression, then its flags" },
	{ T, "/abc\\/", "the regular expression has no closing \"/\"",
	  "expected / after the expression, then its flags" },
	{ T, "/abc\\", "the regular expression has no closing \"/\"",
	  "expected / after the expression, then its flags" },
	{ M, "//", "an empty expression matches everything", "/^/ says that everything is meant" },
	{ T, "//i", "an empty expression matches everything", "/^/ says that everything is meant" },
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

/* The order of access(5) with a recipient_delimiter: what goes before what. */
static const struct {
	const char *delimiters, *text, *key, *want;
} extended[] = {
	{ "+", "boss+a@x.example 1\nboss@x.example 2\n", "boss+a@x.example", "1" },
	{ "+", "boss@x.example 2\nx.example 3\n", "boss+a@x.example", "2" },
	{ "+", "x.example 3\nboss+a@ 4\n", "boss+a@x.example", "3" },
	{ "+", "boss+a@ 4\nboss@ 5\n", "boss+a@x.example", "4" },
	{ "+", "boss@ 5\n", "boss+a@x.example", "5" },
	{ "+", "boss@ 5\n", "boss+a", "5" },
	{ "+", "boss@ 5\n", "\"boss+a b\"@x.example", "5" },
	{ "+", "boss+a@ 4\n", "boss@x.example", NULL },
	{ "+", "boss@x.example 2\n", "boss-a@x.example", NULL },
	{ "+-", "boss@x.example 2\n", "boss-a@x.example", "2" },
	{ NULL, "boss@x.example 2\nboss@ 5\n", "boss+a@x.example", NULL },
};

START_TEST(extended_address)
{
	struct made made;

	made_begin(&made, M, NULL);
	table_set_delimiters(made.table, extended[_i].delimiters);
	made_add_text(&made, "texthash", extended[_i].text);
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, extended[_i].key), extended[_i].want);
	made_end(&made);
}
END_TEST

/* What is taken, with a word about it. */
static const struct {
	enum mg_key kind;
	const char *words, *want, *hint;
} odd[] = {
	{ M, "bob", "\"bob\" without '@' is a domain",
	  "did you mean \"bob@\"? A top-level domain is written \".bob\"" },
	{ M, "info*@example.com", "the * in \"info*@example.com\" stands for itself",
	  "a part of an address is an expression, such as /^info.*@/" },
	{ T, "/casino|/", "this expression matches everything",
	  "a part that may be empty, as in /a*/ or /a|/, matches anywhere; /^/ says that "
	  "everything is meant" },
	{ M, "/x*/", "this expression matches everything",
	  "a part that may be empty, as in /a*/ or /a|/, matches anywhere; /^/ says that "
	  "everything is meant" },
	{ M, "/^<bob@/", "this expression wants a <, which no address begins with",
	  "addresses have no angle brackets here: expected /^user@/" },
	/* and what needs none */
	{ M, "/^<>$/ /^<?bob@/ /^/ /.*/ /^$/ /./ localhost .bob a@b [192.0.2.1] <>", NULL, NULL },
	{ A, "0.0.0.0/0 ::/0 0.0.0.0/32 192.0.2.1", NULL, NULL },
};

START_TEST(odd_entry)
{
	struct made made;
	const char *want = "";

	made_begin(&made, odd[_i].kind, NULL);
	made_add_words(&made, "t.conf", odd[_i].words);
	if (odd[_i].want)
		want = arena_printf(&made.arena, "t.conf:1:3: %s\nt %s\n  ^\n    %s\n",
				    odd[_i].want, odd[_i].words, odd[_i].hint);
	ck_assert_str_eq(made_errors(&made), "");
	ck_assert_str_eq(made_warnings(&made), want);
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

START_TEST(null_key_null_table)
{
	const char *value = "untouched";
	struct made made;

	made_begin(&made, T, NULL);
	made_add_words(&made, "t.conf", "/./");
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, NULL), NULL);
	ck_assert_int_eq(table_find(NULL, &made.arena, "key", &value), 0);
	ck_assert_str_eq(value, "untouched");
	made_end(&made);
}
END_TEST

/* Nothing may be allocated: the scratch arena has no memory. */
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

	for (int i = 0; i < COUNT(cases); i++) {
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

int main(void)
{
	TCase *tc = tcase_create("table_entries");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, plain_entry, 0, COUNT(plain));
	tcase_add_loop_test(tc, wrong_entry, 0, COUNT(wrong));
	tcase_add_loop_test(tc, odd_entry, 0, COUNT(odd));
	tcase_add_loop_test(tc, extended_address, 0, COUNT(extended));
	tcase_add_test(tc, address_and_type);
	tcase_add_test(tc, every_wrong_word_is_reported);
	tcase_add_test(tc, no_entry);
	tcase_add_test(tc, null_key_null_table);
	tcase_add_test(tc, plain_lookup_allocates_nothing);
	return run_tests("table_entries", tc);
}
