/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables in Postfix's formats, compared with Postfix: both find the same values, and each warning
 * of postmap(1) is an error here.
 */
#include <config.h>

#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "table_help.h"

#define KEYS_MAX 400
#define TEXT_MAX 65536

/* ---- postmap ------------------------------------------------------------------- */

static char *read_text(const char *name)
{
	static char text[TEXT_MAX];
	char path[128];
	FILE *file = fopen(path_in(path, name), "r");
	size_t size;

	ck_assert_ptr_nonnull(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	text[size] = '\0';
	fclose(file);
	return text;
}

/* Looks up the keys (one a line); the output is in the files "out" and "err". */
static void postmap(const char *type, const char *text, const char *keys)
{
	static const struct timespec past[2] = { { .tv_sec = 1000000000 },
						 { .tv_sec = 1000000000 } };
	char command[512], path[128];
	int status;

	write_file(path_in(path, "table"), text);
	/* A "texthash:" file that was just written makes postmap wait, and read it again. */
	ck_assert_int_eq(utimensat(AT_FDCWD, path, past, 0), 0);
	write_file(path_in(path, "keys"), keys);
	snprintf(command, sizeof(command),
		 "PATH=$PATH:/usr/sbin postmap -c %s -q - %s:%s/table <%s/keys >%s/out 2>%s/err",
		 folder, type, folder, folder, folder, folder);
	status = system(command);
	ck_assert_msg(status == 0 || status == 1 << 8, "postmap (package postfix-pcre?) failed: %s",
		      read_text("err"));
	ck_assert_msg(!strstr(read_text("err"), "unsupported"), "%s", read_text("err"));
}

/* The value that postmap found for the key, NULL for none. */
static const char *postmap_value(struct arena *arena, const char *key)
{
	const char *line = read_text("out");
	size_t size = strlen(key);

	for (; *line; line = strchr(line, '\n') + 1)
		if (strncmp(line, key, size) == 0 && line[size] == '\t')
			return arena_strndup(arena, line + size + 1,
					     strcspn(line + size + 1, "\n"));
	return NULL;
}

/* Each key (one a line) has the same value in Postfix and here. */
static void compare(enum mg_key kind, const char *type, const char *text, const char *keys)
{
	struct made made;

	made_begin(&made, kind, NULL);
	made_add_text(&made, type, text);
	table_finish(made.table);
	ck_assert_msg(made.errors.count == 0, "%s\n%s", text, made_errors(&made));
	postmap(type, text, keys);
	ck_assert_str_eq(read_text("err"), "");
	while (*keys) {
		const char *key = arena_strndup(&made.arena, keys, strcspn(keys, "\n"));
		const char *want = postmap_value(&made.arena, key);
		const char *got = made_find(&made, key);

		ck_assert_msg(want ? got && !strcmp(got, want) : !got,
			      "%s:\n%s\n%s: got %s, postmap %s", type, text, key, got, want);
		keys += strcspn(keys, "\n");
		keys += *keys == '\n';
	}
	made_end(&made);
}

/* ---- Files as administrators have them --------------------------------------------- */

static const struct {
	enum mg_key kind;
	const char *type, *text, *keys;
} files[] = {
	{ A, "cidr",
	  "# c\n192.0.2.1 OK\n192.0.2.0/24 REJECT  a  b \n  more\n\n# c\n \tand more\n"
	  "192.0.2.2 no\n"
	  "[2001:db8::1] six\n[2001:db8::/32] net\n[2001:dba::]/32 net2\n ::\n",
	  "192.0.2.1\n192.0.2.2\n192.0.3.1\n2001:db8::1\n2001:0DB8:0::1\n2001:db8::2\n2001:db9::\n"
	  "2001:dba::\nunknown\n192.0.2\n192.0.2.1x\n[192.0.2.1]\n" },
	{ A, "cidr",
	  "!10.0.0.0/8 out\nif 10.1.0.0/16\n10.1.1.1 one\nif !10.1.2.0/24\n10.1.3.0/24 three\n"
	  "! 10.1.4.0/24 four\nendif\n10.1.2.0/24 two\nendif\n!!10.5.5.5 five\n10.0.0.0/8 rest\n",
	  "192.0.2.1\n10.1.1.1\n10.1.2.1\n10.1.3.1\n10.1.4.1\n10.1.5.1\n10.5.5.5\n10.6.6.6\n"
	  "2001:db8::1\n" },
	{ A, "cidr",
	  "if 2001:db8::/32\n2001:db8::1 one\n10.0.0.1 never\nendif\nif !2001:db8::/32\n"
	  "::/0 other\n"
	  "10.0.0.2 never\nENDIF\n10.0.0.0/8 four\n192.0.2.1\tcrlf\r\n",
	  "2001:db8::1\n2001:db8::2\n2001:db9::1\n10.0.0.1\n10.0.0.2\n192.0.2.1\n" },
	{ T, "pcre",
	  "/^noddy@my\\.domain$/\n 550 This user is a funny one. You really don't want to "
	  "send mail to\n"
	  " them as it only makes their head spin.\n"
	  "/^(?!owner-)(.*)-outgoing@(.*)/ 550 Use ${1}@${2} instead\n"
	  "/^(friend@(?!my\\.domain$).*)$/  550 Stick this in your pipe $1\n"
	  "~^[[:alnum:]+/]{60,}$~          OK\n"
	  "if !/^owner-/\n/^(.*)-list@(.*)$/ 550 $(1) ${2}x $$1\nendif\n/^list$/i lower\n",
	  "noddy@my.domain\nNODDY@MY.DOMAIN\nowner-a-outgoing@b\nA-outgoing@b\nfriend@x\n"
	  "friend@my.domain\n"
	  "owner-x-list@y\nx-list@y\nLIST\nlist\n"
	  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n" },
	{ T, "pcre",
	  "/^a b$/x 1\n/^a.c/s 2\n/^b/A 3\n/^(c+)(c*)$/U [$1|$2]\n/d$/E 4\n/^e$/m 5\n/^f$/ii 6\n"
	  "/(g)|(h)/ <$1,$2>\n/i\\/j/ 7\n,k\\,l, 8\n|m| 9\n! !/[n-z]/ 10\n!/./ 11\n",
	  "ab\na b\nABC\nbc\ncc\nccc\nd\ne\nF\ng\nh\ni/j\nk,l\nm\nxyz\nq\n" },
	{ T, "texthash",
	  "# c\nkey value\nKEY2\tvalue 2 \n key3\nkey4\n\tvalue 4\n#c\n\n more\n\"a b\" 5\n"
	  "\"c\\\"d\" 6\n"
	  "e\\ f 7\n",
	  "key\nKey\nkey2\nkey3\nkey4\na b\n\"a b\"\n\"A b\"\n\"c\\\"d\"\ne f\ne\\ f\ne\\\n" },
	{ T, "texthash", "", "a\n" },
	{ T, "texthash", "a 1", "a\n" },
};

START_TEST(file)
{
	compare(files[_i].kind, files[_i].type, files[_i].text, files[_i].keys);
}
END_TEST

/* Files with and without warnings of postmap. */
static const struct {
	enum mg_key kind;
	const char *type, *text;
	bool stricter; /* here */
} lines[] = {
	{ A, "cidr", "192.0.2.1", false },
	{ A, "cidr", "192.0.2.1/24 x", false },
	{ A, "cidr", "192.0.2.0/33 x", false },
	{ A, "cidr", "192.0.2.0/ x", false },
	{ A, "cidr", "192.0.2.0/-1 x", false },
	{ A, "cidr", "192.0.2.0/024 x", false },
	{ A, "cidr", "192.0.2 x", false },
	{ A, "cidr", "010.0.0.1 x", false },
	{ A, "cidr", "[192.0.2.1 x", false },
	{ A, "cidr", "[192.0.2.1]x x", false },
	{ A, "cidr", "[192.0.2.1]/32 x", false },
	{ A, "cidr", "192.0.2.1] x", false },
	{ A, "cidr", "2001:db8::/129 x", false },
	{ A, "cidr", "2001:db8:: x", false },
	{ A, "cidr", ":: x", false },
	{ A, "cidr", "host.example x", false },
	{ A, "cidr", "! x", false },
	{ A, "cidr", "if 192.0.2.1", false },
	{ A, "cidr", "if 192.0.2.1\nendif", false },
	{ A, "cidr", "if 192.0.2.1\nendif x", false },
	{ A, "cidr", "if 192.0.2.1 x\nendif", false },
	{ A, "cidr", "if\nendif", false },
	{ A, "cidr", "endif", false },
	{ A, "cidr", "iffy x", false },
	{ A, "cidr", " 192.0.2.1 x", false },
	{ A, "cidr", "::ffff:192.0.2.0/120 x", false },
	{ A, "cidr", "::ffff:0:0/80 x", false },
	{ T, "pcre", "/a/ x", false },
	{ T, "pcre", "/a/", false },
	{ T, "pcre", "/a", false },
	{ T, "pcre", "/a\\/ x", false },
	{ T, "pcre", "/a/q x", false },
	{ T, "pcre", "/a/imsxAEU x", false },
	{ T, "pcre", "/(/ x", false },
	{ T, "pcre", "/\\y/ x", false },
	{ T, "pcre", "a x", false },
	{ T, "pcre", "/a/ $1", false },
	{ T, "pcre", "/(a)/ $1", false },
	{ T, "pcre", "/(a)/ $2", false },
	{ T, "pcre", "/(a)/ $0", false },
	{ T, "pcre", "/(a)/ $1x", false },
	{ T, "pcre", "/(a)/ $x", false },
	{ T, "pcre", "/(a)/ ${1}x $(1)", false },
	{ T, "pcre", "/(a)/ ${1", false },
	{ T, "pcre", "/(a)/ ${}", false },
	{ T, "pcre", "/(a)/ $", false },
	{ T, "pcre", "/(a)/ $ x", false },
	{ T, "pcre", "/(a)/ $$", false },
	{ T, "pcre", "!/(a)/ $1", false },
	{ T, "pcre", "!/(a)/ $$1", false },
	{ T, "pcre", "!", false },
	{ T, "pcre", "if /a/", false },
	{ T, "pcre", "if /a/\nendif", false },
	{ T, "pcre", "if/a/\nendif", false },
	{ T, "pcre", "if /a/ x\nendif", false },
	{ T, "pcre", "if /a/\nendif x", false },
	{ T, "pcre", "endif", false },
	{ T, "pcre", "ifx", false },
	{ T, "pcre", "//  x", false },
	{ T, "texthash", "a b", false },
	{ T, "texthash", "a", false },
	{ T, "texthash", "a b\na c", false },
	{ T, "texthash", "a b\nA c", false },
	{ T, "texthash", "caf\xe9 b", false },
	{ T, "texthash", "\"a b", false },
	{ M, "texthash", "postmaster: root", false },
	{ A, "texthash", "192.0.2.0/24 x", true },
};

START_TEST(warning)
{
	struct made made;
	bool warned;

	made_begin(&made, lines[_i].kind, NULL);
	made_add_text(&made, lines[_i].type, lines[_i].text);
	postmap(lines[_i].type, lines[_i].text, "192.0.2.1\n");
	warned = strstr(read_text("err"), "warning:") != NULL || lines[_i].stricter;
	ck_assert_msg(warned == (made.errors.count > 0), "%s %s: here %s, postmap %s",
		      lines[_i].type, lines[_i].text, made_errors(&made), read_text("err"));
	made_end(&made);
}
END_TEST

/* ---- The order of look-ups of access(5) ------------------------------------------- */

/* A text that grows, with room for everything that is put into it. */
struct text {
	char text[TEXT_MAX];
	size_t size;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *text, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text->size += (size_t)vsnprintf(text->text + text->size, sizeof(text->text) - text->size,
					fmt, args);
	va_end(args);
	ck_assert_uint_lt(text->size, sizeof(text->text));
}

static void add_domains(struct text *text, const char *domain)
{
	while (domain) {
		add(text, "%s\n", domain);
		domain = strchr(domain, '.');
		domain = domain ? domain + 1 : NULL;
	}
}

static void add_networks(struct text *text, const char *address)
{
	char copy[64];
	char cut = strchr(address, ':') ? ':' : '.';
	char *end = copy;

	snprintf(copy, sizeof(copy), "%s", address);
	for (; end; end = strrchr(copy, cut)) {
		if (end != copy)
			*end = '\0';
		add(text, "%s\n", copy);
	}
}

/* The keys that smtpd(8) looks up, in its order. */
static void add_probes(struct text *text, enum mg_key kind, const char *key)
{
	const char *at = strrchr(key, '@');

	if (kind == A) {
		add_networks(text, key);
	} else if (kind == M && at) {
		add(text, "%s\n", key);
		add_domains(text, at + 1);
		add(text, "%.*s@\n", (int)(at - key), key);
	} else if (kind == M) {
		add(text, "<>\n");
	} else {
		add_domains(text, key);
	}
}

static const struct {
	enum mg_key kind;
	const char *text;
	const char *keys[12];
} access_files[] = {
	{ M,
	  "user@example.com 1\nexample.com 2\nmail.example.com 3\nuser@ 4\norg 5\n"
	  "\"a b\"@example.net 6\n<> 7\n"
	  "x@b.example.org 8\n",
	  { "user@example.com", "other@example.com", "user@mail.example.com",
	    "user@a.mail.example.com", "user@example.net", "user@example.org", "x@b.example.org",
	    "x@c.example.org", "\"a b\"@example.net", "", "y@example.net", NULL } },
	{ H,
	  "example.com 1\na.example.com 2\ncom 3\nlocalhost 4\n",
	  { "example.com", "a.example.com", "b.a.example.com", "b.example.com", "example.org",
	    "x.com", "localhost", NULL } },
	{ A,
	  "192.0.2.1 1\n192.0.2 2\n192.0 3\n10 4\n2001:db8::1 5\n2001:db8:1: 6\n2001:db8 7\n"
	  "2001:dba:1:2 8\nfe80 9\n",
	  { "192.0.2.1", "192.0.2.2", "192.0.3.2", "192.1.1.1", "10.20.30.40", "2001:db8::1",
	    "2001:db8:1::1", "2001:db8::2", "2001:dba:1:2:3::", "2001:dba:1:3::", "fe80::1",
	    NULL } },
};

START_TEST(access_order)
{
	struct made made;

	made_begin(&made, access_files[_i].kind, NULL);
	made_add_text(&made, "texthash", access_files[_i].text);
	table_finish(made.table);
	ck_assert_str_eq(made_errors(&made), "");
	for (const char *const *key = access_files[_i].keys; *key; key++) {
		static struct text probes;
		const char *want = NULL;
		const char *got = made_find(&made, *key);

		probes.size = 0;
		add_probes(&probes, access_files[_i].kind, *key);
		postmap("texthash", access_files[_i].text, probes.text);
		if (*read_text("out"))
			want = arena_strndup(&made.arena, strchr(read_text("out"), '\t') + 1, 1);
		ck_assert_msg(want ? got && !strcmp(got, want) : !got, "%s: got %s, postmap %s",
			      *key, got, want);
	}
	made_end(&made);
}
END_TEST

/* ---- Random files ------------------------------------------------------------------ */

static uint32_t seed;

static uint32_t random_below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* Addresses in a small range, so that networks overlap and keys hit them. */
static void add_address(struct text *text, unsigned prefix)
{
	uint32_t bits = random_below(1 << 16) & (~(uint32_t)0 << (32 - prefix));

	add(text, "10.20.%u.%u", bits >> 8 & 255, bits & 255);
}

static void add_address6(struct text *text, unsigned prefix)
{
	uint32_t bits = random_below(1 << 16) & (~(uint32_t)0 << (48 - prefix));

	add(text, "2001:db8:%x::", bits);
}

static void add_network(struct text *text)
{
	unsigned prefix = 17 + random_below(16);

	if (random_below(3) == 0) {
		add_address6(text, 16 + prefix);
		add(text, "/%u", 16 + prefix);
	} else {
		add_address(text, prefix);
		add(text, "/%u", prefix);
	}
}

static void random_cidr(struct text *text)
{
	int depth = 0;

	text->size = 0;
	for (int i = 0; i < 60; i++) {
		uint32_t what = random_below(12);

		if (what == 0 && depth < 4) {
			add(text, "if %s", random_below(2) ? "!" : "");
			add_network(text);
			add(text, "\n");
			depth++;
		} else if (what == 1 && depth > 0) {
			add(text, "endif\n");
			depth--;
		} else {
			add(text, "%s", what == 2 ? "!" : "");
			add_network(text);
			add(text, " value %d\n", i);
		}
	}
	while (depth-- > 0)
		add(text, "endif\n");
}

START_TEST(random_networks)
{
	static struct text text, keys;

	seed = (uint32_t)_i + 1;
	random_cidr(&text);
	keys.size = 0;
	for (int i = 0; i < KEYS_MAX; i++) {
		if (random_below(3) == 0)
			add_address6(&keys, 48);
		else
			add_address(&keys, 32);
		add(&keys, "\n");
	}
	compare(A, "cidr", text.text, keys.text);
}
END_TEST

/* Returns the number of groups. */
static unsigned add_expression(struct text *text)
{
	static const char *const pieces[] = { "a",   "b",  ".",   "[ab]", "a*",
					      "b+?", "a?", "\\/", "c d",  "(?:a|b)+" };
	static const char *const groups[] = { "(a|b)", "(b+)", "(.*)", "(c)?" };
	unsigned n = 0;

	add(text, "/%s", random_below(3) ? "" : "^");
	for (uint32_t i = 1 + random_below(4); i > 0; i--) {
		if (random_below(3) == 0) {
			add(text, "%s", groups[random_below(COUNT(groups))]);
			n++;
		} else {
			add(text, "%s", pieces[random_below(COUNT(pieces))]);
		}
	}
	add(text, "%s/", random_below(3) ? "" : "$");
	while (random_below(3) == 0)
		add(text, "%c", "imsxAEU"[random_below(7)]);
	return n;
}

static void add_result(struct text *text, int number, unsigned groups)
{
	static const char *const forms[][2] = { { "", "" }, { "{", "}x" }, { "(", ")y" } };

	add(text, " value %d", number);
	for (unsigned i = 1; i <= groups; i++) {
		const char *const *form = forms[random_below(COUNT(forms))];

		add(text, " $%s%u%s", form[0], i, form[1]);
	}
	if (random_below(4) == 0)
		add(text, " $$");
	add(text, "\n");
}

static void random_pcre(struct text *text)
{
	int depth = 0;

	text->size = 0;
	for (int i = 0; i < 25; i++) {
		uint32_t what = random_below(8);

		if (what == 0 && depth < 3) {
			add(text, "if %s", random_below(2) ? "!" : "");
			add_expression(text);
			add(text, "\n");
			depth++;
		} else if (what == 1 && depth > 0) {
			add(text, "endif\n");
			depth--;
		} else if (what == 2 && random_below(4) == 0) {
			add(text, "!");
			add_expression(text);
			add_result(text, i, 0);
		} else {
			add_result(text, i, add_expression(text));
		}
	}
	while (depth-- > 0)
		add(text, "endif\n");
}

START_TEST(random_expressions)
{
	static struct text text, keys;

	seed = (uint32_t)_i + 1;
	random_pcre(&text);
	keys.size = 0;
	for (int i = 0; i < KEYS_MAX; i++) {
		for (uint32_t n = 1 + random_below(7); n > 0; n--)
			add(&keys, "%c", "aAbBcCd /x"[random_below(10)]);
		add(&keys, "\n");
	}
	compare(T, "pcre", text.text, keys.text);
}
END_TEST

/* ---- The folder ---------------------------------------------------------------------- */

static void set_up(void)
{
	char path[128];

	make_folder();
	write_file(path_in(path, "main.cf"), "compatibility_level = 3.6\n");
}

int main(void)
{
	TCase *tc = tcase_create("table_postfix");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, set_up, remove_folder);
	tcase_add_loop_test(tc, file, 0, COUNT(files));
	tcase_add_loop_test(tc, warning, 0, COUNT(lines));
	tcase_add_loop_test(tc, access_order, 0, COUNT(access_files));
	tcase_add_loop_test(tc, random_networks, 0, 25);
	tcase_add_loop_test(tc, random_expressions, 0, 25);
	return run_tests("table_postfix", tc);
}
