/* SPDX-License-Identifier: BSD-2-Clause */
/* The conditions of "skip" and "only". */
#ifndef MG_CONDITION_H
#define MG_CONDITION_H

#include "config/class.h"

struct instance;

/* One word after "skip" or "only": either a class, or an instance and its result. */
struct condition {
	const struct class *class;       /* else NULL */
	const struct instance *instance; /* else NULL */
	size_t result;                   /* of the instance */
	const struct condition *next;
};

/* What the words of conditions can name, and where errors about them go. */
struct condition_names {
	struct errors *errors;
	const struct class *classes;
	size_t nclasses;
	const struct instance *instances;
	size_t ninstances;
};

/*
 * Reads the conditions of the lines' words for an instance that decides at its reply_at. Names of
 * unknown classes, policies and results, and of what can never be known in time, are reported.
 * The list lives in the errors' arena.
 */
const struct condition *condition_read(const struct condition_names *names,
				       const struct mg_lines *lines, const struct instance *of);

/*
 * Reads lines whose words are names of classes, or the word "all", which sets all_r. The first
 * condition of the list, or NULL.
 */
const struct condition *condition_read_classes(const struct condition_names *names,
					       const struct mg_lines *lines, bool *all_r);

/*
 * Checks that what the instance's type reads is found before: an instance of such a type that
 * runs later is reported.
 */
void condition_check_reads(const struct condition_names *names, const struct instance *of);

#endif
