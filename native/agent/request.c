/* SPDX-License-Identifier: MIT */
#include "agent/request.h"

#include <errno.h>
#include <string.h>

#include <pb_decode.h>

#include "wire/text.h"

static const char too_many_points[] = "too many points";

static void take_point(struct qda_point *out, const qdalab_PlanPoint *in)
{
    *out = (struct qda_point){
        .index = in->index,
        .size = in->size,
        .source = (enum qda_source)in->source,
        .count = in->count,
        .variant = in->variant,
        .samples = in->samples,
        .warmups = in->warmups,
        .budget_ns = in->budget_ns,
        .min_samples = in->min_samples,
        .repeat = in->repeat,
        .seed = in->seed,
        .verify = in->verify,
    };
    qda_text_copy(out->benchmark, sizeof(out->benchmark), in->benchmark);
}

/* Called by nanopb once a point of the plan. */
static bool decode_point(pb_istream_t *stream, const pb_field_t *field, void **arg)
{
    (void)field;
    struct agent_request *out = *arg;
    if (out->point_count == PLAN_MAX_POINTS)
        PB_RETURN_ERROR(stream, too_many_points);
    qdalab_PlanPoint point = qdalab_PlanPoint_init_zero;
    if (!pb_decode(stream, qdalab_PlanPoint_fields, &point))
        return false;
    take_point(&out->points[out->point_count++], &point);
    return true;
}

/* Called by nanopb before it decodes a member of the oneof: the place to hang the callback of the points in. */
static bool before_request(pb_istream_t *stream, const pb_field_t *field, void **arg)
{
    (void)stream;
    struct agent_request *out = *arg;
    if (field->tag == qdalab_ToAgent_start_plan_tag) {
        out->point_count = 0;
        qdalab_StartPlan *plan = field->pData;
        plan->points = (pb_callback_t){.funcs.decode = decode_point, .arg = out};
    }
    return true;
}

int agent_request_decode(struct agent_request *out, const uint8_t *bytes, size_t len, const char **why)
{
    out->message = (qdalab_ToAgent)qdalab_ToAgent_init_zero;
    out->message.cb_request = (pb_callback_t){.funcs.decode = before_request, .arg = out};
    out->point_count = 0;
    pb_istream_t stream = pb_istream_from_buffer(bytes, len);
    if (pb_decode(&stream, qdalab_ToAgent_fields, &out->message))
        return 0;
    *why = PB_GET_ERROR(&stream);
    bool bound = strcmp(*why, too_many_points) == 0 || strcmp(*why, "string overflow") == 0 ||
                 strcmp(*why, "array overflow") == 0;
    return bound ? -E2BIG : -EBADMSG;
}
