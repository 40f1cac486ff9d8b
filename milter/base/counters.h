/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters, as whoever shows them sees them: the log, later metrics and the control socket.
 *
 * Who has counters offers a function that takes a visitor: it calls group() and then counter() for
 * each of the group, and group() again for the next. Names and texts are the caller's, valid during
 * the call. A visit is no snapshot: the counters go on meanwhile.
 */
#ifndef MG_COUNTERS_H
#define MG_COUNTERS_H

#include <stdbool.h>

struct counter {
	const char *name; /* of [a-z0-9_]: "questions" */
	const char *help; /* what is counted, for a reader of metrics */
	unsigned long long value;
	/* A present value, such as the size of a cache. Others only grow. */
	bool gauge;
	/* Distinguish counters of one name: label "result", of "fail". NULL: there is one. */
	const char *label, *of;
};

struct counter_visitor {
	/*
	 * kind: "host", "policy", or the name of a service. name: which of this kind
	 * ("dnsbl/zen"), or NULL.
	 */
	void (*group)(struct counter_visitor *visitor, const char *kind, const char *name);

	/* Those with a label come last in their group, those with the same label together. */
	void (*counter)(struct counter_visitor *visitor, const struct counter *counter);
};

/* Shows one without a label. */
void counter_show(struct counter_visitor *visitor, const char *name, const char *help,
		  unsigned long long value);

/* The same for a present value. */
void counter_show_gauge(struct counter_visitor *visitor, const char *name, const char *help,
			unsigned long long value);

#endif
