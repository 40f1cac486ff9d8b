/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The readings of an address. Clients may write it with blanks, comments, quotes, a bang or a
 * percent sign; RFC 5321 has few of these forms, but MTAs take them, and deliver to what they make
 * of them. That is in their macro: a mailbox, nothing for the null sender, or, with Sendmail, a
 * user of its own without a domain.
 */
#include <config.h>

#include <string.h>

#include "base/mail.h"
#include "session/readings.h"
#include "table/table.h"

enum form {
	FORM_NULL,    /* the null sender */
	FORM_MAILBOX, /* RFC 5321, section 4.1.2 */
	FORM_LOCAL,   /* a local part alone */
	FORM_OTHER    /* any text */
};

/* A percent sign or a bang sends mail by way of another host (RFC 1123, section 5.2.16). */
static bool is_routed(const char *address)
{
	return *address != '"' && strcspn(address, "%!") < mail_local_size(address);
}

static bool is_local_part(struct arena *arena, const char *text)
{
	return *text && !strchr(text, '@') && !is_routed(text) &&
	       mail_is_mailbox(arena_printf(arena, "%s@x", text));
}

static enum form form_of(struct arena *arena, const char *text)
{
	if (!*text)
		return FORM_NULL;
	if (mail_is_mailbox(text))
		return FORM_MAILBOX;
	return is_local_part(arena, text) ? FORM_LOCAL : FORM_OTHER;
}

/* Without what RFC 822 allows inside of an address, if that leaves one. */
static const char *read_written(struct arena *arena, const char *path)
{
	const char *address = mail_of_path(arena, path);
	const char *plain, *flat;

	if (mail_is_mailbox(address))
		return address;
	plain = mail_plain(arena, address);
	if (plain)
		return plain;
	flat = mail_flat(arena, address);
	if (!*flat && !strchr(address, '"'))
		return "";
	return is_local_part(arena, flat) ? flat : address;
}

/*
 * An MTA may have left in its macro what the client wrote. Sendmail hands a user of its own to the
 * mailer without quotes.
 */
static const char *read_mta(struct arena *arena, const char *macro)
{
	const char *address = mail_of_path(arena, macro), *plain, *flat;

	if (!*address || mail_is_mailbox(address))
		return address;
	flat = mail_of_path(arena, mail_flat(arena, address));
	if (!strchr(flat, '@'))
		return *flat ? mail_quote_local(arena, flat) : "";
	plain = mail_plain(arena, address);
	if (plain)
		return plain;
	return mail_is_mailbox(flat) ? flat : address;
}

static bool is_same(struct arena *arena, const char *a, const char *b)
{
	return strcmp(mail_fold(arena, a), mail_fold(arena, b)) == 0;
}

/* Whether this is the mailbox of that local part. */
static bool is_of(struct arena *arena, const char *mailbox, const char *local)
{
	const char *folded = mail_fold(arena, mailbox);
	const size_t size = mail_local_size(folded);

	return is_same(arena, arena_strndup(arena, folded, size), local);
}

/* A name of several labels: what an MTA has no other name for. */
static bool is_at_name(const char *mailbox)
{
	const char *domain = mailbox + mail_local_size(mailbox) + 1;

	return *domain != '[' && strchr(domain, '.');
}

/* Returns the reading: a new one, or the one that compares the same. NULL when there is no room. */
static struct mg_reading *add(struct arena *arena, struct readings *readings, const char *address)
{
	struct mg_reading *reading = &readings->list[readings->n];

	for (size_t i = 0; i < readings->n; i++)
		if (is_same(arena, readings->list[i].address, address))
			return &readings->list[i];
	if (readings->n == READINGS_MAX)
		return NULL;
	readings->n++;
	*reading = (struct mg_reading){ .address = address };
	return reading;
}

/* ---- A user of the MTA's own ---- */

#define GUESSES_MAX 2

static bool is_domain_char(char c)
{
	return c & 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
}

/* The last domain in a text before its end, which is moved to its beginning; NULL for none. */
static const char *last_domain(struct arena *arena, const char *text, size_t *end)
{
	while (*end > 0) {
		size_t size = 0;
		const char *word;

		while (*end > 0 && !is_domain_char(text[*end - 1]))
			--*end;
		while (*end > 0 && is_domain_char(text[*end - 1])) {
			--*end;
			size++;
		}
		while (size > 0 && text[*end + size - 1] == '.')
			size--;
		word = arena_strndup(arena, text + *end, size);
		if (strchr(word, '.'))
			return word;
	}
	return NULL;
}

/*
 * The MTA has dropped a domain because it is one of its own, and does not say which: most likely
 * one of those that the client wrote.
 */
static void add_guesses(struct arena *arena, struct readings *readings, const char *written,
			const char *local)
{
	const char *flat = mail_flat(arena, written);
	size_t end = strlen(flat);

	for (int i = 0; i < GUESSES_MAX; i++) {
		const char *domain = last_domain(arena, flat, &end);
		const char *guess = domain ? arena_printf(arena, "%s@%s", local, domain) : NULL;

		if (guess && mail_is_mailbox(guess) && !is_same(arena, domain, local))
			add(arena, readings, guess);
	}
}

/* ---- All together ---- */

/* Both MTAs and many programs take it for the null sender (Postfix: in its own domain). */
static void add_mailer_daemon(struct arena *arena, struct readings *readings)
{
	for (size_t i = 0; i < readings->n; i++) {
		if (!is_of(arena, readings->list[i].address, "mailer-daemon"))
			continue;
		add(arena, readings, "");
		break;
	}
}

/* What the client wrote, unless the MTA's reading is just its completion. */
static void add_written(struct arena *arena, struct readings *readings, const char *written,
			const char *mta)
{
	const bool completed = mta && form_of(arena, written) == FORM_LOCAL &&
			       form_of(arena, mta) == FORM_MAILBOX && is_of(arena, mta, written);
	struct mg_reading *reading = completed ? NULL : add(arena, readings, written);

	if (reading)
		reading->written = true;
}

static void add_mta(struct arena *arena, struct readings *readings, const char *written,
		    const char *mta)
{
	const bool user = form_of(arena, mta) == FORM_LOCAL;
	const bool mailbox = form_of(arena, written) == FORM_MAILBOX;
	const bool plain = mailbox && *written != '"' && !is_routed(written);
	struct mg_reading *reading;
	size_t n;

	if (user && mailbox && is_at_name(written) && is_of(arena, written, mta))
		return;
	if (user && !plain && form_of(arena, written) != FORM_LOCAL)
		add_guesses(arena, readings, written, mta);
	n = readings->n;
	reading = add(arena, readings, mta);
	if (readings->n > n)
		reading->mapped = user && plain && is_at_name(written);
}

/* Where the client wrote a mailbox that names no other, texts have that first. */
static void add_both(struct arena *arena, struct readings *readings, const char *written,
		     const char *mta)
{
	const enum form form = form_of(arena, written);
	const bool first = form == FORM_NULL || (form == FORM_MAILBOX && !is_routed(written));

	if (first)
		add_written(arena, readings, written, mta);
	if (mta)
		add_mta(arena, readings, written, mta);
	if (!first)
		add_written(arena, readings, written, mta);
	for (size_t i = 0; i < readings->n; i++)
		if (form_of(arena, readings->list[i].address) == FORM_LOCAL)
			readings->list[i].user = true;
}

/* No MTA takes a longer line: what is longer is not worth the memory for all of its forms. */
#define PATH_READ_MAX 4096

const struct readings *readings_make(struct arena *arena, const char *path, const char *macro,
				     bool is_sender)
{
	struct readings *readings = arena_zalloc(arena, sizeof(*readings));

	readings->path = arena_strdup(arena, path);
	if (macro && strlen(macro) > PATH_READ_MAX)
		macro = NULL;
	if (strlen(path) > PATH_READ_MAX) {
		add(arena, readings, readings->path)->written = true;
		if (macro)
			add(arena, readings, read_mta(arena, macro));
		return readings;
	}
	add_both(arena, readings, read_written(arena, path), macro ? read_mta(arena, macro) : NULL);
	if (is_sender)
		add_mailer_daemon(arena, readings);
	return readings;
}

/* ---- Use ---- */

static int find_reading(const struct mg_reading *reading, enum mg_readings which,
			const struct mg_table *table, struct arena *scratch,
			struct regex_effort *effort, const char **value_r)
{
	const int found = table_find_within(table, scratch, effort, reading->address, value_r);

	if (found != 0)
		return found;
	if (which == MG_ALL_READINGS)
		return reading->mapped;
	return reading->user && table_find_local(table, scratch, reading->address, 0, value_r);
}

int readings_find(const struct readings *readings, enum mg_readings which,
		  const struct mg_table *table, struct arena *scratch, struct regex_effort *effort,
		  const char **value_r)
{
	const int decides = which == MG_ANY_READING ? 1 : 0;
	bool undecided = false;
	int found = 0;

	for (size_t i = 0; i < readings->n; i++) {
		found = find_reading(&readings->list[i], which, table, scratch, effort, value_r);
		if (found == decides)
			return found;
		undecided = undecided || found < 0;
	}
	return undecided ? -1 : found;
}

const char *readings_name(const char *address)
{
	return *address ? address : "<>";
}

const char *readings_text(struct arena *arena, const struct readings *readings)
{
	const char *text = readings_name(readings->list[0].address);

	for (size_t i = 1; i < readings->n; i++)
		text = arena_printf(arena, "%s%s%s%s", text, i == 1 ? " (" : ", ",
				    readings->list[i].written ? "written " : "read as ",
				    readings_name(readings->list[i].address));
	return readings->n > 1 ? arena_printf(arena, "%s)", text) : text;
}
