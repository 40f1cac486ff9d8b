/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: the stage at which the result of a hook is decided on.
 *
 * A stage of the envelope (CONNECT to RCPT) considers the envelope hooks that are due: those
 * whose own stage and whose instance's reply-at have come. At RCPT these are all of them, again
 * for each recipient. Results of HEADER are decided on at EOH, so that no header field needs a
 * reply; those of DATA, EOH, BODY, EOM and COMMAND at once. What COMMAND has for messages (a score,
 * a quarantine) is considered from the next envelope stage on, and at EOM if it came too late for
 * that.
 */
#ifndef MG_PLAN_H
#define MG_PLAN_H

#include <millgate/policy.h>

struct instance;

#define PLAN_ENVELOPE (MG_BIT(MG_CONNECT) | MG_BIT(MG_HELO) | MG_BIT(MG_MAIL) | MG_BIT(MG_RCPT))

/* "connect", "helo", ... */
const char *plan_stage_name(enum mg_stage stage);

/* The stage at which a hook's result is decided on. */
enum mg_stage plan_due(const struct instance *instance, enum mg_stage hook);

/* The MG_BIT()s of the hooks to consider at a stage. */
unsigned plan_hooks(const struct instance *instance, enum mg_stage stage);

/*
 * The first and the last stage at which the instance decides. Commands can come at any time, so
 * COMMAND counts as both ends.
 */
enum mg_stage plan_first(const struct instance *instance);
enum mg_stage plan_last(const struct instance *instance);

/* The MG_BIT()s of the stages for which a policy declares macros. */
unsigned plan_macro_stages(const struct mg_policy *type);

#endif
