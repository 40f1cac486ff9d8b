/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pipeline: calls the policies of a stage in file order, and combines their results into one
 * decision.
 *
 * After a reject no further policy runs. A tempfail is held: a later reject wins over it. After
 * an accept no further policy runs for the scope of its result: the whole message for a result
 * of the session or the message, one recipient for a result of a recipient. Policies before the
 * accepting one still run at later stages. After a discard no further policy runs; beside a held
 * tempfail it has no effect. The score
 * decides when nothing refused and nothing accepted.
 */
#ifndef MG_PIPELINE_H
#define MG_PIPELINE_H

#include "session/decision.h"
#include "session/state.h"

/* Runs the start hooks of a stage whose facts have just become known. */
void pipeline_start(struct session *session, enum mg_stage stage);

/* Runs the on hooks of a stage that is decided on later (HEADER). */
void pipeline_collect(struct session *session, enum mg_stage stage);

/* Calls the policies that are due at a stage, and decides. The caller carries the decision out. */
struct decision pipeline_decide(struct session *session, enum mg_stage stage);

/*
 * Around the event of an unknown command, whose own results alone decide on its reply. Afterwards
 * they count for the session, each of them once.
 */
void pipeline_begin_command(struct session *session);
void pipeline_end_command(struct session *session);

#endif
