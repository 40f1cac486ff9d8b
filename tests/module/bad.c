/* SPDX-License-Identifier: BSD-2-Clause */
/* Modules that the host must refuse or survive; the macro BAD chooses one, by the case's name. */
#include <millgate/policy.h>

#include <time.h>

#define ABI 1
#define NAME 2
#define SIZE 3
#define OPEN 4
#define SILENT 5
#define ITEM 6
#define HOOKS 7
#define ACTION 8
#define NOTHING 9
#define MISBEHAVING 10
#define UNRESOLVED 11
#define VALUE 12
#define DEFAULT 13
#define STRIDE 14

struct bad {
	long long number;
};

static const struct mg_result results[] = {
#if BAD == ACTION
	{ .name = "found", .action = "rejct", .help = "" },
#else
	{ .name = "found", .action = "accept", .help = "" },
#endif
	{ .name = NULL },
};

#if BAD == DEFAULT
#define INITIAL "1000001"
#else
#define INITIAL "0"
#endif

static const struct mg_item items[] = {
	{
		.name = "number",
		.type = MG_INT,
		.initial = INITIAL,
		.min = -1000000,
		.max = 1000000,
		.syntax = "NUMBER",
		.help = "What the hook returns; above 1000: milliseconds that it takes.",
#if BAD == ITEM
		.offset = sizeof(struct bad),
#endif
	},
	{ .name = NULL },
};

#if BAD == VALUE
static const char *const values[] = { "number", "client", NULL };
#else
static const char *const values[] = { "number", NULL };
#endif

#if BAD == UNRESOLVED
int mg_no_such_function(void);
#endif

static int bad_rcpt(struct mg_call *call, const void *self)
{
	const struct bad *bad = self;
	const long long ms = bad->number > 1000 ? bad->number - 1000 : 0;
	const struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

#if BAD == UNRESOLVED
	return mg_no_such_function();
#endif
	/* A value that is not declared, and a reply whose parts contradict each other. */
	mg_value(call, "nonsense", "x");
	mg_reply(call, 550, "4.7.1", "x");
	nanosleep(&pause, NULL);
	return ms ? 0 : (int)bad->number;
}

static int bad_open(struct mg_conf *conf, void *self)
{
	(void)self;
	(void)conf;
#if BAD == OPEN
	mg_conf_error(conf, NULL, 0, "there is no such library");
	return -1;
#elif BAD == SILENT
	return -1;
#else
	return 0;
#endif
}

static const struct mg_policy policy = {
#if BAD == ABI
	.abi = MG_ABI + 1,
#else
	.abi = MG_ABI,
#endif
#if BAD == SIZE
	.size = 16,
#else
	.size = sizeof(policy),
#endif
#if BAD == NAME
	.name = "other",
#else
	.name = "bad",
#endif
	.help = "",
#if BAD == STRIDE
	.results = results,
#else
	MG_RESULTS(results),
#endif
	.values = values,
	MG_ITEMS(items),
	.conf_size = sizeof(struct bad),
	.open = bad_open,
#if BAD != HOOKS
	.on = { [MG_RCPT] = bad_rcpt },
#endif
};

#if BAD == NOTHING
extern const struct mg_policy *bad_unused(void);
const struct mg_policy *bad_unused(void)
{
	return &policy;
}
#else
MG_REGISTER(policy)
#endif
