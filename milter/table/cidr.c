/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of networks in the format of cidr_table(5). The first match wins. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "table/fault.h"
#include "table/file.h"
#include "table/networks.h"
#include "table/source.h"

#define CIDR_EXPECTED \
	"expected \"network result\", \"!network result\", \"if network\" or \"endif\""
#define IF_EXPECTED "expected the end of the line; the lines inside must not begin with a blank"

/*
 * The rules are steps in sequence. All plain rules between two "if", "endif" or "!" form one
 * step, so that a table without these is searched as fast as a plain list of networks.
 */
struct step {
	enum { STEP_NETWORKS, STEP_NOT, STEP_IF } kind;
	bool negated;              /* STEP_IF */
	struct network network;    /* STEP_NOT, STEP_IF */
	struct networks *networks; /* STEP_NETWORKS */
	const char *value;         /* STEP_NOT */
	size_t end;                /* STEP_IF: the step after its "endif" */
};

struct cidr {
	struct table_source source;
	struct step *steps;
	size_t n, room;
	bool open; /* the next plain rule belongs to the last step, which is STEP_NETWORKS */
};

/* As Postfix: "!" does not make an IPv4 network match the addresses of IPv6. */
static bool matches(const struct step *step, const struct address *address, bool negated)
{
	return step->network.address.bits == address->bits &&
	       network_has(&step->network, address) != negated;
}

static int cidr_find(const struct table_source *source, struct table_key *key, const char **value_r)
{
	const struct cidr *cidr = (const struct cidr *)source;
	size_t i = 0;

	if (!key->is_address)
		return 0;
	while (i < cidr->n) {
		const struct step *step = &cidr->steps[i++];

		switch (step->kind) {
		case STEP_NETWORKS:
			if (networks_find(step->networks, &key->address, value_r))
				return 1;
			break;
		case STEP_NOT:
			if (!matches(step, &key->address, true))
				break;
			*value_r = step->value;
			return 1;
		case STEP_IF:
			if (!matches(step, &key->address, step->negated))
				i = step->end;
			break;
		}
	}
	return 0;
}

static void cidr_finish(struct table_source *source)
{
	struct cidr *cidr = (struct cidr *)source;

	for (size_t i = 0; i < cidr->n; i++)
		if (cidr->steps[i].kind == STEP_NETWORKS)
			networks_finish(cidr->steps[i].networks);
}

static void cidr_free(void *arg)
{
	struct cidr *cidr = arg;

	free(cidr->steps);
}

static void add_step(struct cidr *cidr, const struct step *step)
{
	cidr->steps = array_grow(cidr->steps, cidr->n, &cidr->room, sizeof(*cidr->steps));
	cidr->steps[cidr->n] = *step;
	cidr->open = step->kind == STEP_NETWORKS;
	cidr->n++;
}

/* ---- Lines ------------------------------------------------------------------ */

static void warn_of_none(struct table_file *file, const char *pattern,
			 const struct network *network)
{
	struct fault fault;

	if (strchr(pattern, '/') || !address_is_nobodys(&network->address))
		return;
	fault_set(&fault, 0, "no client has the address %s", pattern);
	fault_hint(&fault, "did you mean \"%s/0\"? It stands for all addresses",
		   network->address.bits == 32 ? "0.0.0.0" : "::");
	table_file_warning(file, pattern, &fault);
}

static int parse_pattern(struct table_file *file, const char *pattern, struct network *r)
{
	struct fault fault;

	if (!*pattern) {
		table_file_error(file, pattern, "there is no network", CIDR_EXPECTED);
		return -1;
	}
	if (network_parse(pattern, r, &fault) == 0) {
		warn_of_none(file, pattern, r);
		return 0;
	}
	table_file_fault(file, pattern, &fault);
	return -1;
}

static void read_if(struct table_file *file, struct cidr *cidr, char *rest)
{
	struct step step = { .kind = STEP_IF, .end = SIZE_MAX };
	char *pattern = table_file_negation(rest, &step.negated);
	char *more = table_file_cut(pattern);

	if (*more)
		table_file_error(file, more, "there is text after the network of \"if\"",
				 IF_EXPECTED);
	(void)parse_pattern(file, pattern, &step.network);
	add_step(cidr, &step);
	table_file_if(file, cidr->n - 1);
}

static void read_endif(struct table_file *file, struct cidr *cidr, const char *rest)
{
	size_t rule;

	if (!table_file_endif(file, rest, &rule))
		return;
	cidr->steps[rule].end = cidr->n;
	cidr->open = false; /* the next rule is the target of a jump */
}

static void add_network(struct mg_table *table, struct cidr *cidr, const struct network *network,
			const char *value)
{
	struct step step = { .kind = STEP_NETWORKS };

	if (!cidr->open) {
		step.networks = networks_new(table->arena);
		add_step(cidr, &step);
	}
	networks_add(cidr->steps[cidr->n - 1].networks, network, value);
}

static void read_rule(struct mg_table *table, struct table_file *file, struct cidr *cidr)
{
	struct step step = { .kind = STEP_NOT };
	bool negated;
	char *pattern = table_file_negation(file->line, &negated);
	char *value = table_file_cut(pattern);

	if (parse_pattern(file, pattern, &step.network) != 0 ||
	    !table_file_value(file, value, value))
		return;
	step.value = value;
	if (negated)
		add_step(cidr, &step);
	else
		add_network(table, cidr, &step.network, value);
}

struct table_source *table_cidr_load(struct mg_table *table, struct table_file *file)
{
	struct cidr *cidr = arena_zalloc(table->arena, sizeof(*cidr));
	char *rest;

	cidr->source.find = cidr_find;
	cidr->source.finish = cidr_finish;
	arena_at_end(table->arena, cidr_free, cidr);
	while (table_file_next(file)) {
		if (table_file_keyword(file, "if", &rest))
			read_if(file, cidr, rest);
		else if (table_file_keyword(file, "endif", &rest))
			read_endif(file, cidr, rest);
		else
			read_rule(table, file, cidr);
	}
	table_file_end(file);
	return &cidr->source;
}
