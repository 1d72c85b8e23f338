/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_PLAN_SAY_H
#define QDA_AGENT_PLAN_SAY_H

#include "agent/plan.h"

/* What a plan says beside its samples, as blocks. */

/* Bytes of the ring that PointStarted and PointDone of one point take at most, and PlanDone. */
#define PLAN_SAY_POINT_BYTES 1472u
#define PLAN_SAY_PLAN_BYTES 1024u
_Static_assert(PLAN_MAX_POINTS * PLAN_SAY_POINT_BYTES + PLAN_SAY_PLAN_BYTES < BLOCKS_BYTES / 2,
               "the ring holds what the longest plan says, and samples beside it");

void plan_say_point_started(struct plan *plan);
void plan_say_point_done(struct plan *plan);
void plan_say_plan_done(struct plan *plan);

#endif
