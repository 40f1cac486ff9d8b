/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables in Postfix's formats: look-ups, and errors about mistakes. */
#include <config.h>

#include "table_help.h"

struct lookup {
	const char *key, *want; /* want: NULL when the key is not found; the last key is NULL */
};

static const struct table {
	enum mg_key kind;
	const char *type, *text;
	struct lookup lookups[20];
} tables[] = {
	/* ---- cidr: the first match wins, not the longest ---- */
	{ A,
	  "cidr",
	  "# comment\n"
	  "192.0.2.1 OK\n"
	  "192.0.2.0/24\tREJECT  go away \n"
	  "192.0.2.2 never\n"
	  "\n"
	  "2001:db8::1 OK6\n"
	  "  # a comment, not a continuation\n"
	  "[2001:db8::]/32 REJECT6\n"
	  "::/0 REST6\n",
	  { { "192.0.2.1", "OK" },
	    { "192.0.2.2", "REJECT  go away" },
	    { "192.0.3.2", NULL },
	    { "2001:db8::1", "OK6" },
	    { "2001:db8::2", "REJECT6" },
	    { "2001:db9::2", "REST6" },
	    { "::ffff:192.0.2.1", "OK" },
	    { "unknown", NULL } } },
	{ A,
	  "cidr",
	  "!192.0.2.0/24 outside\n"
	  "192.0.2.7 seven\n"
	  "!!192.0.2.8 eight\n"
	  "! 192.0.2.0/25 upper\n",
	  { { "203.0.113.1", "outside" },
	    { "192.0.2.7", "seven" },
	    { "192.0.2.8", "eight" },
	    { "192.0.2.200", "upper" },
	    { "192.0.2.9", NULL },
	    { "2001:db8::1", NULL } } },
	{ A,
	  "cidr",
	  "10.9.9.9 first\n"
	  "if 10.0.0.0/8\n"
	  "10.1.0.0/16 one\n"
	  "IF !10.2.0.0/16\n"
	  "10.3.0.0/16 three\n"
	  "0.0.0.0/0 inner\n"
	  "endif\n"
	  "10.2.3.4 two\n"
	  "EndIf\n"
	  "if !10.0.0.0/8\n"
	  "0.0.0.0/0 outer\n"
	  "::/0 never\n"
	  "endif\n"
	  "0.0.0.0/0 last\n"
	  "::/0 last6\n",
	  { { "10.9.9.9", "first" },
	    { "10.1.2.3", "one" },
	    { "10.3.2.3", "three" },
	    { "10.4.2.3", "inner" },
	    { "10.2.3.4", "two" },
	    { "10.2.3.5", "last" },
	    { "192.0.2.1", "outer" },
	    { "2001:db8::1", "last6" } } },
	{ A,
	  "cidr",
	  "192.0.2.1 550 a text\n"
	  "    that goes on\n"
	  "# a comment in between\n"
	  "\n"
	  "\tand on\n"
	  "192.0.2.2\n"
	  "  on the next line\n"
	  "192.0.2.3 cr\r\n lf\r\n"
	  "192.0.2.4 no line feed",
	  { { "192.0.2.1", "550 a text    that goes on\tand on" },
	    { "192.0.2.2", "on the next line" },
	    { "192.0.2.3", "cr lf" },
	    { "192.0.2.4", "no line feed" } } },
	{ A, "cidr", "", { { "192.0.2.1", NULL } } },
	{ A, "cidr", "# nothing\n\n   \n", { { "192.0.2.1", NULL } } },
	/* an empty block at the end, and one that is skipped to it */
	{ A, "cidr", "if 10.0.0.0/8\nendif\n", { { "10.1.1.1", NULL }, { "11.1.1.1", NULL } } },
	{ A,
	  "cidr",
	  "if 10.0.0.0/8\n10.0.0.0/8 x\nendif\n",
	  { { "10.1.1.1", "x" }, { "11.1.1.1", NULL } } },

	/* ---- pcre: flags toggle, i and s are on ---- */
	{ T, "pcre", "/^abc$/ x\n", { { "ABC", "x" }, { "abcd", NULL } } },
	{ T, "pcre", "/^abc$/i x\n", { { "ABC", NULL }, { "abc", "x" } } },
	{ T, "pcre", "/^abc$/ii x\n", { { "ABC", "x" } } },
	{ T, "pcre", "/^a.c$/ x\n", { { "a\nc", "x" } } },
	{ T, "pcre", "/^a.c$/s x\n", { { "a\nc", NULL }, { "abc", "x" } } },
	{ T, "pcre", "/^b$/ x\n", { { "a\nb\nc", NULL } } },
	{ T, "pcre", "/^b$/m x\n", { { "a\nb\nc", "x" } } },
	{ T, "pcre", "/a b c/x x\n", { { "abc", "x" }, { "a b c", NULL } } },
	{ T, "pcre", "/b/A x\n", { { "ab", NULL }, { "ba", "x" } } },
	{ T, "pcre", "/a$/ x\n", { { "a\n", "x" } } },
	{ T, "pcre", "/a$/E x\n", { { "a\n", NULL }, { "a", "x" } } },
	{ T, "pcre", "/^(a+)(a*)$/ $1-$2\n", { { "aaa", "aaa-" } } },
	{ T, "pcre", "/^(a+)(a*)$/U $1-$2\n", { { "aaa", "a-aa" } } },
	{ T, "pcre", "/a/X x\n", { { "a", "x" } } },
	/* delimiters, escapes, blanks */
	{ T, "pcre", "~^[[:alnum:]+/]{4,}$~ x\n", { { "ab/+", "x" }, { "ab", NULL } } },
	{ T, "pcre", "/a\\/b/ x\n", { { "a/b", "x" } } },
	{ T, "pcre", "/two words/ x y\n", { { "TWO WORDS", "x y" }, { "two", NULL } } },
	{ T, "pcre", "/a\\\\/ x\n", { { "a\\", "x" } } },
	{ T, "pcre", "/caf\u00e9/ x\n", { { "caf\u00e9", "x" } } },
	/* negation and blocks */
	{ T, "pcre", "!/a/ x\n", { { "b", "x" }, { "a", NULL } } },
	{ T, "pcre", "! !/a/ x\n", { { "b", NULL }, { "a", "x" } } },
	{ T,
	  "pcre",
	  "if /^a/\n/b$/ 1\nif !/c/\n/^a.$/ 2\nendif\n/^ac/ 3\nendif\nif !/^a/\n/^b/ 4\n"
	  "endif\n/./ 5\n",
	  { { "ab", "1" },
	    { "ax", "2" },
	    { "acx", "3" },
	    { "bx", "4" },
	    { "axx", "5" },
	    { "", NULL } } },
	/* substitution */
	{ T, "pcre", "/^(.*)@(.*)$/ 550 ${2} $(1)x $1 $$1 $$\n", { { "a@b", "550 b ax a $1 $" } } },
	{ T, "pcre", "/x/ costs $$5\n", { { "x", "costs $5" } } },
	{ T, "pcre", "/^(a)|(b)$/ [$1][$2]\n", { { "a", "[a][]" }, { "b", "[][b]" } } },
	{ T, "pcre", "/((((((((((a))))))))))/ ${10}0 $10\n", { { "a", "a0 a" } } },
	{ T, "pcre", "/^(.*)$/ <$1>\n", { { "", "<>" }, { "Mixed CASE", "<Mixed CASE>" } } },
	{ T, "pcre", "/a/\n multi\n line\n", { { "a", "multi line" } } },
	/* an expression that reaches its limit ends the search */
	{ T,
	  "pcre",
	  "/^(a+)+$/ x\n/./ y\n",
	  { { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "?" }, { "aaa", "x" }, { "b", "y" } } },
	/* the folded form is matched, too; $1 comes from the form that matched */
	{ M,
	  "pcre",
	  "/^(trap)@(.*)$/ $1 at $2\n",
	  { { "\"trap\"@b\u00fccher.example", "trap at xn--bcher-kva.example" },
	    { "\"tr\\ap\"@B.test", "trap at b.test" },
	    { "Trap@B.test", "Trap at B.test" },
	    { "\"tr ap\"@b.test", NULL } } },
	{ M,
	  "pcre",
	  "if /^trap@/\n/^\"/ quoted\nendif\n!/^\"/ plain\n!/^trap@/ other\n",
	  { { "\"trap\"@b.test", "quoted" },
	    { "trap@b.test", "plain" },
	    { "\"tr ap\"@b.test", "other" } } },
	{ H,
	  "pcre",
	  "/^(.*[.])?b[.]test$/ <$1>\n",
	  { { "b.test.", "<>" }, { "A.b.test.", "<a.>" }, { "A.b.test", "<A.>" } } },
	{ T, "pcre", "/^trap@/ x\n", { { "\"trap\"@b.test", NULL } } },
	/* the whole key as it came */
	{ M,
	  "pcre",
	  "/^User@/i x\n/^<>$/ null\n",
	  { { "User@b", "x" }, { "user@b", NULL }, { "", "null" } } },
	{ H, "pcre", "/^example/ x\n", { { "mail.example.com", NULL }, { "Example.com.", "x" } } },
	{ A,
	  "pcre",
	  "/^192\\.0\\.2\\./ x\n/^unk/ u\n/^2001:db8::/ 6\n",
	  { { "192.0.2.1", "x" },
	    { "unknown", "u" },
	    { "2001:db8:0::1", "6" },
	    { "::ffff:192.0.2.1", "x" } } },

	/* ---- texthash ---- */
	{ M,
	  "texthash",
	  "user@example.com address\n"
	  "example.com domain\n"
	  ".sub.example.org subdomain\n"
	  "sub.example.org itself\n"
	  "postmaster@ local\n"
	  "b\u00fccher.example idn\n"
	  "J\u00d6RG@example.net utf8\n"
	  "\"a b\"@example.net quoted\n"
	  "Upper@Example.NET upper\n"
	  "<> null\n"
	  "192.0.2.1 other use\n",
	  { { "User@Example.com", "address" },
	    { "other@example.com", "domain" },
	    { "user@mail.example.com", "domain" },
	    { "user@sub.example.org", "itself" },
	    { "user@a.sub.example.org", "subdomain" },
	    { "user@example.org", NULL },
	    { "postmaster@example.org", "local" },
	    { "postmaster@example.com", "domain" }, /* before user@ */
	    { "postmaster", "local" },
	    { "x@www.xn--bcher-kva.example", "idn" },
	    { "jo\u0308rg@example.net", "utf8" },
	    { "\"A B\"@example.net", "quoted" },
	    { "upper@example.net", "upper" },
	    { "", "null" },
	    { "com", NULL } } },
	{ H,
	  "texthash",
	  "example.com E\nmail.example.com M\n.example.net N\n192.0.2.1 A\nLOCALHOST L\ncom C\n",
	  { { "example.com", "E" },
	    { "a.example.com", "E" },
	    { "mail.example.com", "M" },
	    { "a.mail.example.com", "M" },
	    { "example.net", NULL },
	    { "a.example.net", "N" },
	    { "192.0.2.1", "A" },
	    { "localhost", "L" },
	    { "x.com", "C" },
	    { "", NULL } } },
	{ A,
	  "texthash",
	  "192.0.2.1 full\n192.0.2 net\n10 ten\n2001:DB8:0::1 six\n2001:db8 net6\n"
	  "2001:db8:1: colon\n"
	  "2001:db8:2:3 64\nexample.com other use\nunknown U\n",
	  { { "192.0.2.1", "full" },
	    { "192.0.2.99", "net" },
	    { "192.0.20.9", NULL },
	    { "10.1.2.3", "ten" },
	    { "100.1.2.3", NULL },
	    { "2001:db8::1", "six" },
	    { "2001:db8::2", "net6" },
	    { "2001:db8:1::2", "colon" },
	    { "2001:db8:2:3:4::5", "64" },
	    { "2001:db8:2:4::5", "net6" },
	    { "2001:db80::5", NULL },
	    { "::ffff:192.0.2.99", "net" },
	    { "unknown", "U" } } },
	{ T,
	  "texthash",
	  "Key value\nkey2\n\tvalue 2\n\"two words\" 3\nx: colon\n10.0.0.0/8 slash\n",
	  { { "KEY", "value" },
	    { "key2", "value 2" },
	    { "\"two words\"", "3" },
	    { "two words", NULL },
	    { "X:", "colon" },
	    { "10.0.0.0/8", "slash" } } },
};

START_TEST(found)
{
	const struct table *table = &tables[_i];
	struct made made;

	made_begin(&made, table->kind, NULL);
	made_add_text(&made, table->type, table->text);
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	ck_assert_int_eq(made.status, 0);
	for (const struct lookup *lookup = table->lookups; lookup->key; lookup++)
		ck_assert_msg(lookup->want
				      ? made_find(&made, lookup->key) &&
						!strcmp(made_find(&made, lookup->key), lookup->want)
				      : !made_find(&made, lookup->key),
			      "%s in %s: got %s, want %s", lookup->key, table->text,
			      made_find(&made, lookup->key), lookup->want);
	made_end(&made);
}
END_TEST

/* ---- Mistakes ------------------------------------------------------------------- */

static const char *check_ok(const char *value)
{
	return strncmp(value, "OK", 2) == 0 ? NULL : "OK";
}

static const struct {
	enum mg_key kind;
	const char *type, *text, *want;
} mistakes[] = {
	{ A, "cidr", "192.0.2.0/24\n",
	  "FILE:1:13: there is no result\n192.0.2.0/24\n            ^\n"
	  "    expected a result after the pattern\n" },
	{ A, "cidr", "192.0.2.0/24 NO\n",
	  "FILE:1:14: wrong result \"NO\"\n192.0.2.0/24 NO\n             ^\n    expected OK\n" },
	{ A, "cidr", "# a\n\n!192.0.2.1/24 OK\n",
	  "FILE:3:2: \"192.0.2.1/24\" has bits set after its prefix\n!192.0.2.1/24 OK\n ^\n"
	  "    did you mean \"192.0.2.0/24\"?\n" },
	{ A, "cidr", "! \n",
	  "FILE:1:2: there is no network\n! \n ^\n"
	  "    expected \"network result\", \"!network result\", "
	  "\"if network\" or \"endif\"\n" },
	{ A, "cidr", "if 10.0.0.0/8\n10.0.0.1 OK\n",
	  "FILE:1:1: \"if\" without \"endif\"\nif 10.0.0.0/8\n^\n"
	  "    expected \"endif\" before the end of the file\n" },
	{ A, "cidr", "10.0.0.1 OK\nendif\n", "FILE:2:1: \"endif\" without \"if\"\nendif\n^\n" },
	{ A, "cidr", "if 10.0.0.0/8\n  10.0.0.1 OK\nendif\n",
	  "FILE:2:3: there is text after the network of \"if\"\n  10.0.0.1 OK\n  ^\n"
	  "    expected the end of the line; the lines inside must not begin with a blank\n" },
	{ A, "cidr", "if 10.0.0.0/8\nendif x\n",
	  "FILE:2:7: there is text after \"endif\"\nendif x\n      ^\n"
	  "    expected the end of the line\n" },
	{ A, "cidr", "if\nendif\n",
	  "FILE:1:3: there is no network\nif\n  ^\n"
	  "    expected \"network result\", \"!network result\", "
	  "\"if network\" or \"endif\"\n" },
	{ A, "cidr", "  10.0.0.1 OK\n",
	  "FILE:1:3: there is no line that this one could continue\n  10.0.0.1 OK\n  ^\n"
	  "    a line that begins with a blank continues the one before it\n" },
	/* an error in a continuation has the line of the continuation */
	{ A, "cidr", "10.0.0.1\n# x\n  NO\n",
	  "FILE:3:3: wrong result \"NO\"\n  NO\n  ^\n    expected OK\n" },
	/* all errors, in one run */
	{ A, "cidr", "x OK\n10.0.0.1\n10.0.0.1 OK\n10.0.0.1/8 OK\n",
	  "FILE:1:1: \"x\" is no IP address or network\nx OK\n^\n"
	  "    expected an IP address or a network, as 192.0.2.0/24 or 2001:db8::/32\n"
	  "FILE:2:9: there is no result\n10.0.0.1\n        ^\n"
	  "    expected a result after the pattern\n"
	  "FILE:4:1: \"10.0.0.1/8\" has bits set after its prefix\n10.0.0.1/8 OK\n^\n"
	  "    did you mean \"10.0.0.0/8\"?\n" },

	{ T, "pcre", "/a/\n",
	  "FILE:1:4: there is no result\n/a/\n   ^\n    expected a result after the pattern\n" },
	{ T, "pcre", "/a/ NO\n",
	  "FILE:1:5: wrong result \"NO\"\n/a/ NO\n    ^\n    expected OK\n" },
	{ T, "pcre", "/a\n",
	  "FILE:1:1: the regular expression has no closing \"/\"\n/a\n^\n"
	  "    expected / after the expression, then its flags\n" },
	{ T, "pcre", "/\u00e4(b/ OK\n",
	  "FILE:1:5: wrong regular expression: missing closing parenthesis\n/\u00e4(b/ OK\n    ^\n"
	  "    at character 4 of \"\u00e4(b\"\n" },
	{ T, "pcre", "/a/iq OK\n",
	  "FILE:1:5: unknown flag after the expression\n/a/iq OK\n    ^\n"
	  "    expected one of i m s x A E U X, then a blank or the end\n" },
	{ T, "pcre", "abc OK\n",
	  "FILE:1:1: this is no rule\nabc OK\n^\n    expected \"/expression/flags result\", "
	  "\"!/expression/flags result\", \"if /expression/flags\" or \"endif\"\n" },
	{ T, "pcre", "!\n",
	  "FILE:1:2: there is no regular expression here\n!\n ^\n"
	  "    expected /expression/flags\n" },
	{ T, "pcre", "/(a)/ OK $2\n",
	  "FILE:1:10: no group of the expression, which has 1\n/(a)/ OK $2\n         ^\n"
	  "    expected $1, ${1} or $(1) for a group of the expression, or $$ for a dollar "
	  "sign\n" },
	{ T, "pcre", "/(a)/ OK $0\n",
	  "FILE:1:10: no group of the expression, which has 1\n/(a)/ OK $0\n         ^\n"
	  "    expected $1, ${1} or $(1) for a group of the expression, or $$ for a dollar "
	  "sign\n" },
	{ T, "pcre", "/(a)/ OK $1x\n",
	  "FILE:1:10: no group of the expression, which has 1\n/(a)/ OK $1x\n         ^\n"
	  "    expected $1, ${1} or $(1) for a group of the expression, or $$ for a dollar "
	  "sign\n" },
	{ T, "pcre", "/(a)/ OK ${1\n",
	  "FILE:1:10: no group of the expression, which has 1\n/(a)/ OK ${1\n         ^\n"
	  "    expected $1, ${1} or $(1) for a group of the expression, or $$ for a dollar "
	  "sign\n" },
	{ T, "pcre", "/a/ OK $\n",
	  "FILE:1:8: there is no group to refer to\n/a/ OK $\n       ^\n"
	  "    expected $1, ${1} or $(1) for a group of the expression, or $$ for a dollar "
	  "sign\n" },
	{ T, "pcre", "!/(a)/ OK $1\n",
	  "FILE:1:11: there is no group to refer to\n!/(a)/ OK $1\n          ^\n"
	  "    a \"!\" rule has no groups; \"$$\" stands for a dollar sign\n" },
	{ T, "pcre", "/(a)/ OK $4294967297\n",
	  "FILE:1:10: no group of the expression, which has 1\n/(a)/ OK $4294967297\n         ^\n"
	  "    expected $1, ${1} or $(1) for a group of the expression, or $$ for a dollar "
	  "sign\n" },
	{ T, "pcre", "if /a/\nif !/b/\n/c/ OK\n",
	  "FILE:1:1: \"if\" without \"endif\"\nif /a/\n^\n"
	  "    expected \"endif\" before the end of the file\n"
	  "FILE:2:1: \"if\" without \"endif\"\nif !/b/\n^\n"
	  "    expected \"endif\" before the end of the file\n" },
	{ T, "pcre", "endif\n", "FILE:1:1: \"endif\" without \"if\"\nendif\n^\n" },
	{ T, "pcre", "if /a/ OK\nendif\n",
	  "FILE:1:8: there is text after the expression of \"if\"\nif /a/ OK\n       ^\n"
	  "    expected the end of the line; the lines inside must not begin with a blank\n" },

	{ T, "texthash", "key\n",
	  "FILE:1:4: there is no result\nkey\n   ^\n    expected a result after the pattern\n" },
	{ T, "texthash", "key\\",
	  "FILE:1:5: there is no result\nkey\\\n    ^\n    expected a result after the pattern\n" },
	{ T, "texthash", "key NO\n",
	  "FILE:1:5: wrong result \"NO\"\nkey NO\n    ^\n    expected OK\n" },
	{ T, "texthash", "key OK\nother OK\n\nKEY OK 2\n",
	  "FILE:4:1: \"KEY\" is already in line 1, with another result\nKEY OK 2\n^\n"
	  "    found \"OK\" there; remove one of the lines\n" },
	{ A, "texthash", "2001:db8::1 OK 1\n2001:db8:0:0::1 OK\n",
	  "FILE:2:1: \"2001:db8:0:0::1\" is already in line 1, with another result\n"
	  "2001:db8:0:0::1 OK\n^\n    found \"OK 1\" there; remove one of the lines\n" },
	{ M, "texthash", "<a@x.example> OK\n",
	  "FILE:1:1: \"<a@x.example>\" is no mail address or part of one\n"
	  "<a@x.example> OK\n^\n    did you mean \"a@x.example\"?\n" },
	{ M, "texthash", "\"a@x.example\" OK\n",
	  "FILE:1:1: \"\"a@x.example\"\" is no mail address or part of one\n"
	  "\"a@x.example\" OK\n^\n    did you mean \"a@x.example\"?\n" },
	{ M, "texthash", "a@x.example, OK\n",
	  "FILE:1:1: \"a@x.example,\" is no mail address or part of one\n"
	  "a@x.example, OK\n^\n    did you mean \"a@x.example\"?\n" },
	{ M, "texthash", "*.x.example OK\n",
	  "FILE:1:1: \"*.x.example\" is no mail address or part of one\n"
	  "*.x.example OK\n^\n"
	  "    did you mean \".x.example\"? It stands for all subdomains\n" },
	{ M, "texthash", "*@x.example OK\n",
	  "FILE:1:1: the * in \"*@x.example\" stands for itself\n*@x.example OK\n^\n"
	  "    did you mean \"x.example\"?\n" },
	{ M, "texthash", "@x.example OK\n",
	  "FILE:1:1: \"@x.example\" is no mail address or part of one\n@x.example OK\n^\n"
	  "    did you mean \"x.example\"?\n" },
	{ M, "texthash", "/^a@/ OK\n",
	  "FILE:1:1: \"/^a@/\" is no mail address or part of one\n/^a@/ OK\n^\n"
	  "    regular expressions belong into a \"pcre:\" file\n" },
	{ M, "texthash", "From:a@x.example OK\n",
	  "FILE:1:1: \"From:a@x.example\" is no mail address or part of one\n"
	  "From:a@x.example OK\n^\n    did you mean \"a@x.example\"?\n" },
	{ M, "texthash", "postmaster OK\n",
	  "FILE:1:1: \"postmaster\" without '@' would be a domain\npostmaster OK\n^\n"
	  "    did you mean \"postmaster@\"?\n" },
	{ M, "texthash", "a@x.example\u00a0 OK\n",
	  "FILE:1:12: \"a@x.example\u00a0\" has a character that is invisible or a blank\n"
	  "a@x.example\u00a0 OK\n           ^\n"
	  "    remove it, or write the entry anew\n" },
	{ A, "texthash", "192.0.2.* OK\n",
	  "FILE:1:1: \"192.0.2.*\" is no IP address or network\n192.0.2.* OK\n^\n"
	  "    expected an address, or the beginning of one: 192.0.2, 2001:db8\n" },
	{ A, "texthash", "192.0.2. OK\n",
	  "FILE:1:1: \"192.0.2.\" is no IP address or network\n192.0.2. OK\n^\n"
	  "    expected an address, or the beginning of one: 192.0.2, 2001:db8\n" },
	{ H, "texthash", "*.x.example OK\n",
	  "FILE:1:1: \"*.x.example\" is no domain\n*.x.example OK\n^\n"
	  "    did you mean \".x.example\"? It stands for all subdomains\n" },
	{ H, "texthash", "192.0.2.300 OK\n",
	  "FILE:1:1: \"192.0.2.300\" is no domain\n192.0.2.300 OK\n^\n"
	  "    expected example.com (with its subdomains) or .example.com (only these)\n" },
	{ A, "texthash", "192.0.2.0/24 OK\n",
	  "FILE:1:1: \"192.0.2.0/24\" is never found in a \"texthash:\" file\n192.0.2.0/24 OK\n^\n"
	  "    networks belong into a \"cidr:\" file, or are written as 192.0.2\n" },
	{ M, "texthash", "postmaster: OK\n",
	  "FILE:1:11: the key \"postmaster:\" ends with a colon\npostmaster: OK\n          ^\n"
	  "    expected \"key result\"; is this an aliases file?\n" },
	{ M, "texthash", "\"a b OK\n",
	  "FILE:1:1: a quoted key is not closed\n\"a b OK\n^\n    expected a second \"\n" },
	{ H, "texthash", "caf\xe9.example OK\n",
	  "FILE:1:4: this is no UTF-8\ncaf?.example OK\n   ^\n"
	  "    expected a file in UTF-8 (iconv(1) converts others)\n" },
};

/* What is taken, with a word about it. */
static const struct {
	enum mg_key kind;
	const char *type, *text, *want;
} oddities[] = {
	{ M, "texthash", "a@x.example OK\nA@X.EXAMPLE OK\n",
	  "FILE:2:1: \"A@X.EXAMPLE\" is already in line 1, with the same result\n"
	  "A@X.EXAMPLE OK\n^\n" },
	{ M, "texthash", "bob OK\n",
	  "FILE:1:1: \"bob\" without '@' is a domain\nbob OK\n^\n"
	  "    did you mean \"bob@\"? A top-level domain is written \".bob\"\n" },
	{ M, "texthash", "bob*@x.example OK\n",
	  "FILE:1:1: the * in \"bob*@x.example\" stands for itself\nbob*@x.example OK\n^\n"
	  "    a part of an address is an expression, such as /^info.*@/\n" },
	{ M, "texthash", "192.0.2 OK\n",
	  "FILE:1:1: \"192.0.2\" is never found among mail addresses\n192.0.2 OK\n^\n"
	  "    it can be, where the file is looked up for another kind of key\n" },
	{ A, "texthash", "host.example OK\n",
	  "FILE:1:1: \"host.example\" is never found among client addresses\nhost.example OK\n^\n"
	  "    it can be, where the file is looked up for another kind of key\n" },
	{ N, "texthash", "192.0.2.1 OK\n",
	  "FILE:1:1: \"192.0.2.1\" is never found among names of hosts\n192.0.2.1 OK\n^\n"
	  "    it can be, where the file is looked up for another kind of key\n" },
	{ H, "texthash", "a@x.example OK\n",
	  "FILE:1:1: \"a@x.example\" is never found among names of hosts\na@x.example OK\n^\n"
	  "    it can be, where the file is looked up for another kind of key\n" },
	{ A, "texthash", "0.0.0.0 OK\n",
	  "FILE:1:1: no client has the address 0.0.0.0\n0.0.0.0 OK\n^\n"
	  "    networks belong into a \"cidr:\" file: 0.0.0.0/0 stands for all addresses\n" },
	{ A, "cidr", "::ffff:0.0.0.0 OK\n",
	  "FILE:1:1: no client has the address ::ffff:0.0.0.0\n::ffff:0.0.0.0 OK\n^\n"
	  "    did you mean \"0.0.0.0/0\"? It stands for all addresses\n" },
	{ A, "cidr", "0.0.0.0 OK\n",
	  "FILE:1:1: no client has the address 0.0.0.0\n0.0.0.0 OK\n^\n"
	  "    did you mean \"0.0.0.0/0\"? It stands for all addresses\n" },
	{ T, "pcre", "/a|/ OK\n",
	  "FILE:1:1: this expression matches everything\n/a|/ OK\n^\n"
	  "    a part that may be empty, as in /a*/ or /a|/, matches anywhere; /^/ says that "
	  "everything is meant\n" },
	{ M, "pcre", "/^<bob@/ OK\n",
	  "FILE:1:1: this expression wants a <, which no address begins with\n/^<bob@/ OK\n^\n"
	  "    addresses have no angle brackets here: expected /^user@/\n" },
	{ M, "texthash", "", "FILE: this table is empty\n" },
	{ A, "cidr", "# nothing yet\n\n", "FILE: this table is empty\n" },
	/* and what needs none */
	{ A, "cidr", "0.0.0.0/0 OK\n::/128 OK\n", "" },
	{ T, "pcre", "// OK\n/^/ OK\n!/a/ OK\n", "" },
	{ M, "texthash", "\"a b\"@x.example OK\nlocalhost OK\n.top OK\n/C=de/@x.example OK\n", "" },
	{ A, "texthash", "10 OK\nfe80 OK\n2001:db8: OK\n", "" },
};

START_TEST(oddity)
{
	struct made made;

	made_begin(&made, oddities[_i].kind, NULL);
	made_add_text(&made, oddities[_i].type, oddities[_i].text);
	ck_assert_str_eq(made_errors(&made), "");
	ck_assert_str_eq(made_warnings(&made), oddities[_i].want);
	made_end(&made);
}
END_TEST

/* A file for several kinds of look-ups can have any number of keys of the others. */
START_TEST(many_oddities)
{
	struct made made;
	const char *text = "";

	made_begin(&made, A, NULL);
	for (int i = 0; i < 25; i++)
		text = arena_printf(&made.arena, "%sh%d.example OK\n", text, i);
	made_add_text(&made, "texthash", text);
	ck_assert_uint_eq(made.warnings.count, 11);
	ck_assert(strstr(made_warnings(&made), "15 more keys that are probably mistakes"));
	made_end(&made);
}
END_TEST

/* Editors of other systems begin a file with a byte order mark. */
static const struct {
	enum mg_key kind;
	const char *type, *text, *key;
} marked[] = {
	{ M, "texthash", "\ufeffa@x.example OK\n", "a@x.example" },
	{ M, "texthash", "\ufeff# senders\na@x.example OK\n", "a@x.example" },
	{ A, "cidr", "\ufeff# clients\n192.0.2.0/24 OK\n", "192.0.2.1" },
	{ A, "cidr", "\ufeff192.0.2.0/24 OK\n", "192.0.2.1" },
	{ T, "pcre", "\ufeff# texts\n/a/ OK\n", "a" },
};

START_TEST(byte_order_mark)
{
	struct made made;

	made_begin(&made, marked[_i].kind, NULL);
	made_add_text(&made, marked[_i].type, marked[_i].text);
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	ck_assert_pstr_eq(made_find(&made, marked[_i].key), "OK");
	made_end(&made);
}
END_TEST

START_TEST(mistake)
{
	struct made made;

	made_begin(&made, mistakes[_i].kind, check_ok);
	made_add_text(&made, mistakes[_i].type, mistakes[_i].text);
	ck_assert_int_eq(made.status, -1);
	ck_assert_str_eq(made_errors(&made), mistakes[_i].want);
	table_finish(made.table); /* look-ups in a table with errors do no harm */
	made_find(&made, "192.0.2.1");
	made_find(&made, "a");
	made_end(&made);
}
END_TEST

START_TEST(results_are_checked)
{
	struct made made;

	made_begin(&made, T, check_ok);
	made_add_text(&made, "pcre", "/(a)/ OK $1\n/b/ OK $$\n");
	made_add_text(&made, "texthash", "c OK\n");
	made_add_words(&made, "t.conf", "d");
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	ck_assert_int_eq(made.status, 0);
	ck_assert_pstr_eq(made_find(&made, "a"), "OK a");
	ck_assert_pstr_eq(made_find(&made, "b"), "OK $");
	ck_assert_pstr_eq(made_find(&made, "d"), "");
	made_end(&made);
}
END_TEST

/* An error does not shift the lines of later ones: 3 of 1000 lines are wrong. */
START_TEST(many_lines)
{
	char *text = calloc(1000, 32);
	struct made made;

	for (int i = 0; i < 1000; i++)
		sprintf(text + strlen(text), i % 400 == 7 ? "key%d\n" : "key%d value\n", i);
	made_begin(&made, T, NULL);
	made_add_text(&made, "texthash", text);
	ck_assert_uint_eq(made.errors.count, 3);
	table_finish(made.table);
	ck_assert_pstr_eq(made_find(&made, "key999"), "value");
	free(text);
	made_end(&made);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("table_files");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, found, 0, COUNT(tables));
	tcase_add_loop_test(tc, mistake, 0, COUNT(mistakes));
	tcase_add_loop_test(tc, oddity, 0, COUNT(oddities));
	tcase_add_test(tc, many_oddities);
	tcase_add_loop_test(tc, byte_order_mark, 0, COUNT(marked));
	tcase_add_test(tc, results_are_checked);
	tcase_add_test(tc, many_lines);
	return run_tests("table_files", tc);
}
