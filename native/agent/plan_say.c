/* SPDX-License-Identifier: MIT */
#include "agent/plan_say.h"

#include <assert.h>

#include <pb_encode.h>

#include "wire/put.h"
#include "wire/text.h"

#define STARTED_BYTES 320u    /* QDA_MAX_SERIES names, numbers */
#define POINT_DONE_BYTES 896u /* call, reason, numbers */
#define PLAN_DONE_BYTES 352u

_Static_assert(QDA_MAX_SERIES * (SINK_NAME_LEN - 1 + 2) + 2 * 11 <= STARTED_BYTES, "the names of all series fit");
/* A block takes whole heads: its own, and up to a byte less than another. */
#define BLOCK_REST (2 * sizeof(struct block) - 1)

_Static_assert(STARTED_BYTES + POINT_DONE_BYTES + 2 * BLOCK_REST <= PLAN_SAY_POINT_BYTES,
               "what a point says fits its reserve");
_Static_assert(PLAN_DONE_BYTES + BLOCK_REST <= PLAN_SAY_PLAN_BYTES / 2, "so does the end of the plan");

static void say(struct plan *plan, uint32_t tag, size_t most, const pb_msgdesc_t *fields, const void *message)
{
    uint8_t *room = blocks_reserve(&plan->blocks, most, BLOCK_STRUCTURE);
    if (!room) {
        blocks_drop(&plan->blocks);
        return;
    }
    struct qda_put put = qda_put_into(room, most);
    qda_put_fields(&put, fields, message);
    assert(!put.full);
    blocks_commit(&plan->blocks, tag, put.len);
}

static bool encode_names(pb_ostream_t *stream, const pb_field_t *field, void *const *arg)
{
    const struct sink *sink = *arg;
    for (unsigned i = 0; i < sink->declared; i++) {
        pb_callback_t name = qda_text_present(sink->series[i].name);
        if (!name.funcs.encode(stream, field, &name.arg))
            return false;
    }
    return true;
}

void plan_say_point_started(struct plan *plan)
{
    qdalab_PointStarted message = {
        .index = plan->points[plan->at].index,
        .block = plan->blocks.last + 1,
        .series = {.funcs.encode = encode_names, .arg = &plan->sink},
    };
    say(plan, qdalab_FromAgent_point_started_tag, STARTED_BYTES, qdalab_PointStarted_fields, &message);
}

void plan_say_point_done(struct plan *plan)
{
    const struct qda_point_result *result = &plan->result;
    qdalab_PointDone message = {
        .index = plan->points[plan->at].index,
        .block = plan->blocks.last + 1,
        .status = (qdalab_Status)result->status,
        .error = result->error,
        .call = qda_text(result->call),
        .reason = qda_text(result->reason),
        .has_limit = result->has_limit,
        .limit = result->limit,
        .verified = result->verified,
        .mismatches = result->mismatches,
        .bytes_per_sample = result->bytes_per_sample,
        .left_behind = result->left_behind,
        .samples_taken = plan->sink.taken,
        .samples_dropped = plan->sink.dropped,
        .started_ns = plan->started_ns,
        .ended_ns = plan->ctx.sys->ops->now_ns(plan->ctx.sys),
        .simulated = plan->sink.simulated,
    };
    say(plan, qdalab_FromAgent_point_done_tag, POINT_DONE_BYTES, qdalab_PointDone_fields, &message);
}

void plan_say_plan_done(struct plan *plan)
{
    qdalab_PlanDone message = {
        .run_id = qda_text(plan->run_id),
        .block = plan->blocks.last + 1,
        .cancelled = plan->cancelled,
        .reason = qda_text(plan->reason),
    };
    say(plan, qdalab_FromAgent_plan_done_tag, PLAN_DONE_BYTES, qdalab_PlanDone_fields, &message);
}
