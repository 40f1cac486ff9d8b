/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A policy whose MAIL hook reads facts of stages that it did not declare, or (with DECLARED) did.
 * The facts decide on mail: without one the policy would refuse it.
 */
#include <millgate/policy.h>

#include <string.h>

struct undeclared {
	int reads;
	bool begins; /* read facts in a start hook only */
};

enum { HELO, TLS, NAME, VALUE, BODY, COMMAND, MACRO, ALWAYS };

static const struct mg_result results[] = {
	{ .name = "absent",
	  .action = "reject 550 5.7.1 \"absent\"",
	  .help = "There is no such fact." },
	{ .name = "present", .help = "There is." },
	{ .name = NULL },
};

static const struct mg_item items[] = {
	MG_ITEM_CHOICE(struct undeclared, reads, "reads", .required = true,
		       .choices = "helo tls name value body command macro always", .syntax = "FACT",
		       .help = "What to read."),
	MG_ITEM_BOOL(struct undeclared, begins, "begins", .initial = "no", .syntax = "yes|no",
		     .help = "Whether only the start hook reads it."),
	{ .name = NULL },
};

#ifdef DECLARED
static const char *const helo_macros[] = { "{cipher}", "{tls_version}", NULL };
static const char *const rcpt_macros[] = { "{rcpt_host}", NULL };
#endif

static const void *fact(struct mg_call *call, int which)
{
	switch (which) {
	case HELO:
		return mg_helo(call);
	case TLS:
		return mg_tls(call);
	case NAME:
		return mg_header_name(call);
	case VALUE:
		return mg_header_value(call);
	case BODY:
		return mg_body(call, NULL);
	case COMMAND:
		return mg_command(call);
	case MACRO:
		return mg_macro(call, "{cipher}");
	default:
		/* All of these facts always exist, though a value may be empty. */
		mg_client_addr(call);
		mg_client_port(call);
		mg_client_name(call);
		mg_client_ptr(call);
		mg_client_resolve(call);
		mg_is_submitted_locally(call);
		mg_mta_name(call);
		mg_daemon_name(call);
		mg_daemon_addr(call);
		mg_recipient(call);
		mg_recipients(call);
		mg_sender_param(call, "SIZE");
		mg_recipient_param(call, NULL);
		mg_auth(call);
		mg_auth_type(call);
		mg_queue_id(call);
		mg_macro(call, NULL);
		return mg_sender(call);
	}
}

static void undeclared_start(struct mg_call *call, const void *self)
{
	const struct undeclared *undeclared = self;

	if (undeclared->begins)
		fact(call, undeclared->reads);
}

static int undeclared_mail(struct mg_call *call, const void *self)
{
	const struct undeclared *undeclared = self;

	if (undeclared->begins)
		return 1;
	return fact(call, undeclared->reads) ? 1 : 0;
}

#define STRING_(text) #text
#define STRING(text) STRING_(text)

static const struct mg_policy policy = {
	.abi = MG_ABI,
	.size = sizeof(policy),
	.name = STRING(POLICY),
	.help = "Reads a fact.",
	MG_RESULTS(results),
	MG_ITEMS(items),
	.conf_size = sizeof(struct undeclared),
	.start = { [MG_MAIL] = undeclared_start },
	.on = { [MG_MAIL] = undeclared_mail },
#ifdef DECLARED
	.facts = MG_BIT(MG_HELO) | MG_BIT(MG_HEADER) | MG_BIT(MG_BODY) | MG_BIT(MG_COMMAND),
	.macros = { [MG_HELO] = helo_macros, [MG_RCPT] = rcpt_macros },
#endif
};

MG_REGISTER(policy)
