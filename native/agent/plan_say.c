/* SPDX-License-Identifier: MIT */
#include "agent/plan_say.h"

#include <assert.h>

#include <pb_encode.h>

#include "wire/put.h"
#include "wire/text.h"

#define STARTED_BYTES 320u     /* QDA_MAX_SERIES names, numbers */
#define POINT_DONE_BYTES 1088u /* call, reason, numbers, counters, proof */
#define PLAN_DONE_BYTES 352u

_Static_assert(QDA_MAX_SERIES * (SINK_NAME_LEN - 1 + 2) + 2 * 11 <= STARTED_BYTES, "the names of all series fit");
/* Longest encodings: a number with its tag, a text with its tag and length (two bytes each, at most). */
#define NUMBER_BYTES 12u
#define TEXT_BYTES(cap) ((cap)-1 + 4)
#define COUNTER_BYTES (4 + TEXT_BYTES(WORKER_COUNTER_NAME) + TEXT_BYTES(WORKER_COUNTER_UNIT) + NUMBER_BYTES)
#define PROOF_BYTES (4 + 6 * NUMBER_BYTES + TEXT_BYTES(DSP_WINDOW_REASON))
_Static_assert(14 * NUMBER_BYTES + TEXT_BYTES(sizeof(((struct qda_point_result *)0)->call)) + TEXT_BYTES(QDA_REASON_LEN) +
                       QDA_MAX_COUNTERS * COUNTER_BYTES + PROOF_BYTES <= POINT_DONE_BYTES,
               "the longest PointDone fits");
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

/* A counter of the agent's own families is a literal and may be longer than what the block has room for. */
static bool encode_counters(pb_ostream_t *stream, const pb_field_t *field, void *const *arg)
{
    const struct qda_point_result *result = *arg;
    for (unsigned i = 0; i < result->counter_count; i++) {
        char name[WORKER_COUNTER_NAME], unit[WORKER_COUNTER_UNIT];
        qda_text_copy(name, sizeof(name), result->counters[i].name);
        qda_text_copy(unit, sizeof(unit), result->counters[i].unit);
        qdalab_Counter counter = {.name = qda_text(name), .unit = qda_text(unit), .value = result->counters[i].value};
        if (!pb_encode_tag_for_field(stream, field) || !pb_encode_submessage(stream, qdalab_Counter_fields, &counter))
            return false;
    }
    return true;
}

static qdalab_ZeroCopyProof proof_of(const struct plan *plan)
{
    const struct qda_zero_copy *seen = &plan->result.zero_copy;
    const char *reason;
    uint64_t address = dsp_window_find(&plan->dsp.window, seen->ino, &reason);
    return (qdalab_ZeroCopyProof){
        .ino = seen->ino,
        .has_import_ino = seen->import_ino != 0,
        .import_ino = seen->import_ino,
        .has_dma_address = address != 0,
        .dma_address = address,
        .dma_reason = qda_text(address != 0 ? "" : reason),
        .has_dsp_address = seen->dsp_address != 0,
        .dsp_address = seen->dsp_address,
        .nonce_to_dsp = seen->nonce_to_dsp,
        .nonce_from_dsp = seen->nonce_from_dsp,
    };
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
        .counters = {.funcs.encode = encode_counters, .arg = (void *)(uintptr_t)result},
        .has_proof = result->zero_copy.claimed,
    };
    if (message.has_proof)
        message.proof = proof_of(plan);
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
