/* SPDX-License-Identifier: BSD-2-Clause */
/* Domains and mail addresses in the form in which they compare. */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/domain.h"
#include "base/mail.h"
#include "run.h"

#define L63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"
#define L61 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxy"

static const struct {
	const char *got, *want;
} domains[] = {
	{ "example.com", "example.com" },
	{ "EXAMPLE.Com", "example.com" },
	{ "example.com.", "example.com" },
	{ "Example.COM.", "example.com" },
	{ "localhost", "localhost" },
	{ "_dmarc.example.com", "_dmarc.example.com" },
	{ "_DMARC.example.com", "_dmarc.example.com" },
	{ "a_b.example", "a_b.example" },
	{ "4.3.2.1.in-addr.arpa", "4.3.2.1.in-addr.arpa" },
	{ "1.2.3.4.5", "1.2.3.4.5" },
	{ "3com.com", "3com.com" },
	{ "a-b--c.example", "a-b--c.example" },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
	{ "XN--BCHER-KVA.example", "xn--bcher-kva.example" },
	/* U-labels: upper case, decomposed, other dots, a mixture */
	{ "b\u00fccher.example", "xn--bcher-kva.example" },
	{ "B\u00dcCHER.EXAMPLE.", "xn--bcher-kva.example" },
	{ "bu\u0308cher.example", "xn--bcher-kva.example" },
	{ "b\u00fccher\u3002example", "xn--bcher-kva.example" },
	{ "_dmarc.b\u00fccher.example", "_dmarc.xn--bcher-kva.example" },
	{ "xn--bcher-kva.b\u00fccher.example", "xn--bcher-kva.xn--bcher-kva.example" },
	/* IDNA 2008, non-transitional: these are letters of their own */
	{ "stra\u00dfe.example", "xn--strae-oqa.example" },
	{ "\u03b2\u03cc\u03bb\u03bf\u03c2.example", "xn--nxasmm1c.example" },
	{ "\u4f8b\u5b50.\u6d4b\u8bd5", "xn--fsqu00a.xn--0zwm56d" },
	/* full-width letters are compatibility forms of ASCII */
	{ "\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45.com", "example.com" },
	/* what IDNA 2008 refuses, by the A-labels that MTAs take and DNS has */
	{ "\u2764.example", "xn--qei.example" },
	{ "\u2764\ufe0f.Example.", "xn--qei.example" },
	{ "\u2764\u3002example", "xn--qei.example" },
	{ "\U0001d6a8\u2764.example", "xn--mxa293p.example" }, /* a mathematical capital */
	{ "i\u2764.example", "xn--i-7iq.example" },
	{ "I\u2764NY.b\u00fccher.example", "xn--iny-4r6a.xn--bcher-kva.example" },
	{ "stra\u00dfe\u2603.example", "xn--strae-oqa1767d.example" },
	{ "\U0001f4a9.la", "xn--ls8h.la" },
	{ "\u2603-\u2764.\U0001f4a9", "xn----0xp81d.xn--ls8h" },
	{ "\u2764..example", NULL },
	{ "\u2764 x.example", NULL },
	{ "\u2764@x.example", NULL },
	{ "\u2764\u2028.example", NULL },
	{ "\ufe0f.example", NULL },
	{ L63 "\u2764.example", NULL },
	/* no domains */
	{ "", NULL },
	{ ".", NULL },
	{ "..", NULL },
	{ ".example.com", NULL },
	{ "example..com", NULL },
	{ "example.com..", NULL },
	{ "exa mple.com", NULL },
	{ "-example.com", NULL },
	{ "example-.com", NULL },
	{ "example.com-", NULL },
	{ "user@example.com", NULL },
	{ "[192.0.2.1]", NULL },
	{ "192.0.2.1", NULL },
	{ "192.0.2.1.", NULL },
	{ "2001:db8::1", NULL },
	{ "*.example.com", NULL },
	{ "a\tb.example", NULL },
	{ "b\u00fc cher.example", NULL },
	{ "b\u00fccher..example", NULL },
	{ "b\u00fc@cher.example", NULL },
	{ "b\xfc"
	  "cher.example",
	  NULL },
	{ "b\xc3", NULL },
	{ "\u2028.example", NULL },
	/* at the limits, and past them */
	{ L63 ".example", L63 ".example" },
	{ L63 "x.example", NULL },
	{ L63 "." L63 "." L63 "." L61, L63 "." L63 "." L63 "." L61 },
	{ L63 "." L63 "." L63 "." L61 ".", L63 "." L63 "." L63 "." L61 },
	{ L63 "." L63 "." L63 "." L61 "x", NULL },
	{ L63 "." L63 "." L63 "." L61 "\u00fc", NULL },
	{ L63 "\u00fc.example", NULL },
};

START_TEST(domain_is_folded)
{
	struct arena arena = { 0 };
	const char *r = domain_fold(&arena, domains[_i].got);

	ck_assert_pstr_eq(r, domains[_i].want);
	ck_assert_pstr_eq(domain_fold(&arena, r), r); /* folding twice is the same as once */
	arena_free(&arena);
}
END_TEST

START_TEST(domain_null)
{
	ck_assert_ptr_null(domain_fold(NULL, NULL));
}
END_TEST

/* Nothing may be allocated: the arena has no memory. */
START_TEST(folded_costs_nothing)
{
	static const char domain[] = "mail-1.example.com";
	static const char mail[] = "john.doe+tag@example.com";

	ck_assert_ptr_eq(domain_fold(NULL, domain), domain);
	ck_assert_ptr_eq(mail_fold(NULL, mail), mail);
	ck_assert_ptr_eq(mail_fold(NULL, "joe"), "joe");
	ck_assert_ptr_eq(ascii_fold(NULL, mail), mail);
}
END_TEST

START_TEST(domain_too_long_for_libidn2)
{
	struct arena arena = { 0 };
	char *text = malloc(100001);

	for (size_t i = 0; i < 50000; i++)
		memcpy(text + 2 * i, "\u00fc", 2);
	text[100000] = '\0';
	ck_assert_ptr_null(domain_fold(&arena, text));
	free(text);
	arena_free(&arena);
}
END_TEST

static const struct {
	const char *got, *want;
} mails[] = {
	{ "user@example.com", "user@example.com" },
	{ "User.Name@EXAMPLE.com.", "user.name@example.com" },
	{ "user+Tag@b\u00fccher.example", "user+tag@xn--bcher-kva.example" },
	{ "user@xn--bcher-kva.example", "user@xn--bcher-kva.example" },
	/* SMTPUTF8: composed and decomposed, upper and lower */
	{ "J\u00d6RG@example.com", "j\u00f6rg@example.com" },
	{ "jo\u0308rg@example.com", "j\u00f6rg@example.com" },
	{ "\u0410\u0411\u0412@example.com", "\u0430\u0431\u0432@example.com" },
	/* not UTF-8: left alone but for ASCII */
	{ "J\xd6RG@example.com", "j\xd6rg@example.com" },
	/* quotes that are needed, and others */
	{ "\"a b\"@Example.com", "\"a b\"@example.com" },
	{ "\"User\"@example.com", "user@example.com" },
	{ "\"us\\er\"@example.com", "user@example.com" },
	{ "\"a\\\"b\\\\c\"@x.example", "\"a\\\"b\\\\c\"@x.example" },
	{ "\"a@b\"@x.example", "\"a@b\"@x.example" },
	{ "\"a\\@b\"@x.example", "\"a@b\"@x.example" },
	{ "\"\"@x.example", "\"\"@x.example" },
	{ "\".a\"@x.example", "\".a\"@x.example" },
	{ "\"a..b\"@x.example", "\"a..b\"@x.example" },
	{ "\"J\u00d6RG\"@x.example", "j\u00f6rg@x.example" },
	{ "\"a\\ b\"@x.example", "\"a b\"@x.example" },
	/* no domain */
	{ "Postmaster", "postmaster" },
	{ "\"A@B\"", "\"a@b\"" },
	{ "User@", "user@" },
	{ "", "" },
	{ "<>", "<>" },
	/* no domain name after the '@' */
	{ "User@[192.0.2.1]", "user@[192.0.2.1]" },
	{ "User@[IPv6:2001:DB8::1]", "user@[ipv6:2001:db8::1]" },
	{ "User@Exa_mple..com", "user@exa_mple..com" },
	{ "@Example.com", "@example.com" },
	/* quotes that say where the local part ends */
	{ "\"A$b\"@x.\u00d6rg@A.example", "\"a$b\"@x.\u00d6rg@a.example" },
	/* malformed: taken as it is */
	{ "A@B@Example.com", "a@b@example.com" },
	{ "\"A@example.com", "\"a@example.com" },
	{ "\"A\"b@Example.com", "\"a\"b@example.com" },
	{ "\"A\\", "\"a\\" },
	{ "A B@example.com", "a b@example.com" },
};

START_TEST(mail_is_folded)
{
	struct arena arena = { 0 };
	const char *r = mail_fold(&arena, mails[_i].got);

	ck_assert_str_eq(r, mails[_i].want);
	ck_assert_str_eq(mail_fold(&arena, r), r);
	arena_free(&arena);
}
END_TEST

START_TEST(mail_null)
{
	ck_assert_ptr_null(mail_fold(NULL, NULL));
}
END_TEST

static const struct {
	const char *got;
	size_t want;
} locals[] = {
	{ "a@b", 1 },   { "a", 1 },         { "", 0 },        { "@b", 0 },
	{ "a@b@c", 3 }, { "\"a@b\"@c", 5 }, { "\"a@b\"", 5 }, { "\"a\\\"@b\"@c", 7 },
	{ "\"a@b", 2 }, { "\"a\"x@b", 4 },
};

START_TEST(local_size)
{
	ck_assert_uint_eq(mail_local_size(locals[_i].got), locals[_i].want);
}
END_TEST

static const struct {
	const char *got;
	bool want;
} mailboxes[] = {
	{ "a@b", true },
	{ "joe.smith+x@example.org", true },
	{ "\"a b\"@example.org", true },
	{ "a!b%c@example.org", true },
	{ "j\xc3\xb6@ex\xc3\xa4mple.org", true },
	{ "a_b@_x.example-1.org", true },
	{ "a@[192.0.2.1]", true },
	{ "a@[IPv6:2001:db8::1]", true },
	{ "", false },
	{ "a", false },
	{ "a@", false },
	{ "@b", false },
	{ "b!a", false },
	{ "a@b.", false },
	{ "a@.b", false },
	{ "a@b..c", false },
	{ "a@ b", false },
	{ "a @b", false },
	{ "a@b c", false },
	{ "a@(x)b", false },
	{ "a@b(x)", false },
	{ "a@b@c", false },
	{ "Joe <a@b>", false },
	{ "<a@b>", false },
	{ ".a@b", false },
	{ "a..b@c", false },
	{ "a\\@b@c", false },
	{ "\"a\"b@c", false },
	{ "\"a@b\"", false },
	{ "\"a@b", false },
	{ "a@\"b\"", false },
	{ "a@b;", false },
	{ "a@b,c", false },
	{ "a@[b", false },
	{ "a@[b]c", false },
	{ "a@[b]]", false },
	{ "a@[]x", false },
};

START_TEST(is_mailbox)
{
	ck_assert_int_eq(mail_is_mailbox(mailboxes[_i].got), mailboxes[_i].want);
}
END_TEST

static const struct {
	const char *got, *want;
} plain[] = {
	{ "a@b", "a@b" },
	{ "a@b.", "a@b" },
	{ " a @ b ", "a@b" },
	{ "a(x)@(y(z\\)))b(c)", "a@b" },
	{ "(x", NULL },
	{ "a@b(x", "a@b" },
	{ "\"pl\"ain@b", "plain@b" },
	{ "pl\\ain@b", "plain@b" },
	{ "\"a b\"@c", "\"a b\"@c" },
	{ "\"a(b)\"@c", "\"a(b)\"@c" },
	{ "\"a@b\"@c", "\"a@b\"@c" },
	{ "a\\@b@c", "\"a@b\"@c" },
	{ "a@\"b\".c", "a@b.c" },
	{ "a@b\\.c", "a@b.c" },
	{ "g:a@b;", "\"g:a\"@b" },
	{ "a%b@c", "a%b@c" },
	{ "a\\b@c", "ab@c" },
	{ "\"a b@c", NULL },
	{ "a@b\\", NULL },
	{ "a", NULL },
	{ "", NULL },
	{ "@b", NULL },
	{ "a b@c", NULL },
	{ "a . b@c", "a.b@c" },
	{ "a@", NULL },
	{ "a@[192.0.2.1]", "a@[192.0.2.1]" },
};

START_TEST(is_made_plain)
{
	struct arena arena = { 0 };
	const char *got = mail_plain(&arena, plain[_i].got);

	if (plain[_i].want)
		ck_assert_str_eq(got, plain[_i].want);
	else
		ck_assert_ptr_null(got);
	arena_free(&arena);
}
END_TEST

/* As long as a packet can be; to look at the rest again for each blank would take minutes. */
START_TEST(plain_of_blanks)
{
	const size_t size = 1 << 20;
	char *address = malloc(size + 16);
	struct arena arena = { 0 };

	memset(address, ' ', size);
	address[0] = 'a';
	strcpy(address + size, ".b@example.org");
	ck_assert_str_eq(mail_plain(&arena, address), "a.b@example.org");
	arena_free(&arena);
	free(address);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("domain");

	tcase_add_loop_test(tc, domain_is_folded, 0, COUNT(domains));
	tcase_add_test(tc, domain_null);
	tcase_add_test(tc, folded_costs_nothing);
	tcase_add_test(tc, domain_too_long_for_libidn2);
	tcase_add_loop_test(tc, mail_is_folded, 0, COUNT(mails));
	tcase_add_test(tc, mail_null);
	tcase_add_loop_test(tc, local_size, 0, COUNT(locals));
	tcase_add_loop_test(tc, is_mailbox, 0, COUNT(mailboxes));
	tcase_add_loop_test(tc, is_made_plain, 0, COUNT(plain));
	tcase_add_test(tc, plain_of_blanks);
	return run_tests("domain", tc);
}
