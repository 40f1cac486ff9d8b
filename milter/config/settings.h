/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of the configuration's top level. */
#ifndef MG_SETTINGS_H
#define MG_SETTINGS_H

#include <stdbool.h>
#include <sys/types.h>

#include <millgate/policy.h>

#include "dns/settings.h"
#include "base/log.h"

/* In the order of the key's choices. */
enum dns_dead_choice { DNS_DEAD_NEUTRAL, DNS_DEAD_TEMPFAIL };
enum front_end_choice { FRONT_END_EVENT, FRONT_END_LIBMILTER };

/* The header fields that the line of a message can show. */
enum log_field { LOG_SUBJECT, LOG_MESSAGE_ID, LOG_FROM, LOG_FIELDS };

struct log_field_form {
	const char *name;
	const char *key; /* in the log */
};

extern const struct log_field_form log_field_forms[LOG_FIELDS];

struct settings {
	/* As in the file. */
	const char *listen;
	const char *socket_mode;
	const char *socket_group;
	const char *user;
	const char *group;
	const char *pid_file;
	const char *modules;
	int front_end; /* enum front_end_choice */
	long long max_connections;
	long long max_waiting;
	long long packet_memory; /* bytes */
	long long stage_budget;  /* ms */
	int dns_dead;            /* enum dns_dead_choice */
	int reply_at;            /* enum mg_stage, CONNECT to RCPT */
	struct mg_strings exempt_recipients;
	struct mg_lines delimiter_lines;
	const struct mg_table *protect_recipients;
	bool reply_id;
	long long header_limit; /* bytes */
	struct mg_lines log_lines;
	int log_level;
	struct mg_strings log_field_names;
	struct mg_lines debug_lines;
	struct mg_lines classes;
	struct mg_lines scores;
	struct mg_lines policies;
	struct mg_lines dns_lines;

	/* Derived from them. */
	mode_t mode;
	const char *delimiters;        /* of address extensions; NULL: none */
	const struct mg_table *exempt; /* of mail addresses */
	struct log_settings log;
	bool log_placed;     /* the file names where the log goes */
	unsigned log_fields; /* bits, by enum log_field */
	struct dns_settings dns;
};

/* The table of the top level's keys. */
extern const struct mg_item settings_items[];

struct errors;
struct mg_line;

/*
 * Fills the settings, which are zero, from the top level's directives, checks them and derives
 * the rest. Values live in the errors' arena.
 */
void settings_read(struct settings *settings, struct errors *errors, struct errors *warnings,
		   const struct mg_line *lines);

#endif
