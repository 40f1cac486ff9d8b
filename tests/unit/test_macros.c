/* SPDX-License-Identifier: BSD-2-Clause */
/* Macros: from which command on, and how long, each is known. */
#include <config.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "front/macros.h"
#include "front/protocol.h"
#include "run.h"

enum step_kind {
	TAKE,   /* macros for a command; text: names and values */
	BROKEN, /* the same, malformed: the packet is refused */
	BEGIN,  /* a command comes */
	END_MESSAGE,
	FORGET,
	GET /* text is a name, want its expected value */
};

struct step {
	enum step_kind kind;
	int command;
	const char *text;
	size_t size;
	const char *want;
};

#define TAKES(command, text)                                \
	{                                                   \
		TAKE, command, text, sizeof(text) - 1, NULL \
	}
#define REFUSES(command, text)                                \
	{                                                     \
		BROKEN, command, text, sizeof(text) - 1, NULL \
	}
#define BEGINS(command)                       \
	{                                     \
		BEGIN, command, NULL, 0, NULL \
	}
#define IS(name, want)                \
	{                             \
		GET, 0, name, 0, want \
	}

static const struct step dialogues[][24] = {
	/* Macros of a command are known from that command on. */
	{ IS("j", NULL), TAKES('C', "j\0mx\0{daemon_name}\0smtpd\0"), BEGINS('C'), IS("j", "mx"),
	  IS("{daemon_name}", "smtpd"), TAKES('H', "{tls_version}\0TLSv1.3\0"), BEGINS('H'),
	  IS("j", "mx"), IS("{tls_version}", "TLSv1.3"),
	  TAKES('M', "i\000123\0{auth_authen}\0joe\0"), BEGINS('M'), IS("i", "123"),
	  IS("{tls_version}", "TLSv1.3"), IS("j", "mx"), IS("none", NULL) },
	/* A command without new macros keeps its last ones. */
	{ TAKES('C', "j\0mx\0"), TAKES('M', "i\0001\0"), BEGINS('M'),
	  TAKES('R', "{rcpt_addr}\0a\0"), BEGINS('R'), IS("{rcpt_addr}", "a"), BEGINS('R'),
	  IS("{rcpt_addr}", "a"), TAKES('R', "{rcpt_host}\0h\0"), BEGINS('R'),
	  IS("{rcpt_addr}", NULL), IS("{rcpt_host}", "h"), BEGINS('M'), IS("{rcpt_host}", NULL),
	  IS("i", "1"), BEGINS('H'), IS("i", NULL), IS("j", "mx") },
	/* The latest value counts. */
	{ TAKES('C', "x\0one\0"), TAKES('H', "x\0two\0"), IS("x", "two"),
	  TAKES('M', "x\0three\0x\0four\0"), IS("x", "four"), TAKES('H', "x\0five\0"),
	  IS("x", "five"), TAKES('C', ""), IS("x", NULL) },
	/* Braces are no part of a name; a part of a name is no name. */
	{ TAKES('C', "{a}\0one\0bc\0two\0{}\0three\0{d\0four\0"), IS("a", "one"), IS("{a}", "one"),
	  IS("{bc}", "two"), IS("b", NULL), IS("bcd", NULL), IS("", NULL), IS("{}", "three"),
	  IS("{d", "four"), IS("d", NULL), IS("one", NULL) },
	/* An empty value is a value. */
	{ TAKES('C', "x\0\0y\0z\0"), IS("x", ""), IS("y", "z"), IS("z", NULL) },
	/* Commands without macros change nothing; macros of unknown commands are ignored. */
	{ TAKES('E', "i\0009\0"), BEGINS('E'), BEGINS('L'), BEGINS('B'), BEGINS('U'),
	  TAKES('U', "i\0008\0"), TAKES('L', "i\0007\0"), TAKES('\xff', "broken"), IS("i", "9"),
	  BEGINS('N'), IS("i", NULL) },
	/* The end of a message drops its macros, not the client's. */
	{ TAKES('C', "c\0001\0"),
	  TAKES('H', "h\0002\0"),
	  TAKES('M', "m\0003\0"),
	  TAKES('R', "r\0004\0"),
	  TAKES('T', "t\0005\0"),
	  TAKES('N', "n\0006\0"),
	  TAKES('E', "e\0007\0"),
	  IS("m", "3"),
	  IS("n", "6"),
	  IS("e", "7"),
	  { END_MESSAGE, 0, NULL, 0, NULL },
	  IS("e", NULL),
	  IS("m", NULL),
	  IS("h", "2"),
	  IS("c", "1"),
	  { FORGET, 0, NULL, 0, NULL },
	  IS("h", NULL),
	  IS("c", NULL) },
	{ REFUSES('C', "j"), IS("j", NULL) },
	{ REFUSES('C', "j\0mx"), IS("j", NULL) },
	{ REFUSES('C', "a\0b\0j\0"), IS("a", "b"), IS("j", NULL) },
};

static bool take(struct macros *macros, int command, const char *text, size_t size)
{
	char *data = malloc(size + 1);
	struct packet packet = { COMMAND_MACROS, data, size + 1 };
	bool good;

	data[0] = (char)command;
	memcpy(data + 1, text, size);
	good = macros_take(macros, &packet);
	free(data);
	return good;
}

START_TEST(dialogue)
{
	struct macros macros = { 0 };

	for (const struct step *step = dialogues[_i]; step->text || step->kind != TAKE; step++) {
		switch (step->kind) {
		case TAKE:
		case BROKEN:
			ck_assert_int_eq(take(&macros, step->command, step->text, step->size),
					 step->kind == TAKE);
			break;
		case BEGIN:
			macros_begin(&macros, step->command);
			break;
		case END_MESSAGE:
			macros_end_message(&macros);
			break;
		case FORGET:
			macros_forget(&macros);
			break;
		case GET:
			ck_assert_pstr_eq(macros_get(&macros, step->text), step->want);
			break;
		}
	}
	macros_free(&macros);
}
END_TEST

START_TEST(no_command)
{
	struct packet packet = { COMMAND_MACROS, NULL, 0 };
	struct macros macros = { 0 };

	ck_assert(!macros_take(&macros, &packet));
	macros_free(&macros);
}
END_TEST

/* An MTA that sends its macros for each recipient costs no more for the last of many. */
START_TEST(memory_is_used_again)
{
	struct macros macros = { 0 };

	take(&macros, COMMAND_CONNECT, "j\0mx\0", 5);
	for (int i = 0; i < 100000; i++) {
		ck_assert(take(&macros, COMMAND_RCPT, "{rcpt_addr}\0a@example.org\0", 26));
		macros_begin(&macros, COMMAND_RCPT);
	}
	ck_assert_uint_le(macros.text.room, 4096);
	macros_free(&macros);
}
END_TEST

/* One packet of them may be large; there is a limit for all together. */
START_TEST(too_many)
{
	const size_t size = MACROS_MAX / 2;
	char *text = malloc(size);
	struct macros macros = { 0 };

	memset(text, 'x', size);
	text[1] = text[size - 1] = '\0';
	ck_assert(take(&macros, COMMAND_CONNECT, text, size));
	ck_assert(take(&macros, COMMAND_CONNECT, text, size));
	ck_assert(take(&macros, COMMAND_HELO, text, size));
	ck_assert(!take(&macros, COMMAND_MAIL, text, size));
	ck_assert_uint_eq(strlen(macros_get(&macros, "x")), size - 3);
	macros_free(&macros);
	free(text);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("macros");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, dialogue, 0, COUNT(dialogues));
	tcase_add_test(tc, no_command);
	tcase_add_test(tc, memory_is_used_again);
	tcase_add_test(tc, too_many);
	return run_tests("macros", tc);
}
