/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers to libmilter: the reply to an event, and the edits of a message. */
#ifndef MG_LIBMILTER_ANSWER_H
#define MG_LIBMILTER_ANSWER_H

#include <libmilter/mfapi.h>

#include "front/libmilter/conns.h"
#include "session/session.h"

/* What a callback of this stage returns; libmilter gets the reply and its edits. */
sfsistat milter_answer(struct milter_conn *conn, enum mg_stage stage, const struct reply *reply,
		       struct log *log);

#endif
