/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>

#include <pb_encode.h>

#include "golden.h"
#include "wire/frame.h"
#include "wire/gen/qda_lab.pb.h"

static void finish(struct golden *out, const qdalab_ToAgent *message)
{
    pb_ostream_t stream = pb_ostream_from_buffer(out->bytes + QDA_FRAME_PREFIX, sizeof(out->bytes) - QDA_FRAME_PREFIX);
    bool encoded = pb_encode(&stream, qdalab_ToAgent_fields, message);
    assert(encoded);
    qda_frame_put_length(out->bytes, (uint32_t)stream.bytes_written);
    out->len = QDA_FRAME_PREFIX + stream.bytes_written;
}

static void plain(struct golden *out, uint64_t id, pb_size_t which)
{
    qdalab_ToAgent message = {.id = id, .which_request = which};
    finish(out, &message);
}

static void make_hello(struct golden *out)
{
    qdalab_ToAgent message = {.id = 1, .which_request = qdalab_ToAgent_hello_tag};
    qdalab_Hello *hello = &message.request.hello;
    strcpy(hello->token, "0123456789abcdef0123456789abcdef");
    hello->protocol = 1;
    strcpy(hello->build_id, "5f0c");
    hello->resume_after = 9007199254740993u; /* over 2^53 */
    finish(out, &message);
}

static void make_get_memory(struct golden *out)
{
    qdalab_ToAgent message = {.id = 300, .which_request = qdalab_ToAgent_get_memory_tag};
    qdalab_GetMemory *memory = &message.request.get_memory;
    memory->tiers_count = 2;
    strcpy(memory->tiers[0], "proc");
    strcpy(memory->tiers[1], "bufinfo");
    finish(out, &message);
}

static const qdalab_PlanPoint points[] = {
    {
        .index = 0,
        .benchmark = "mem.alloc",
        .size = 4096,
        .samples = 300,
        .warmups = 20,
        .budget_ns = 2000000000,
        .min_samples = 30,
        .seed = UINT64_MAX,
        .verify = true,
    },
    {
        .index = 1,
        .benchmark = "mem.import",
        .size = 67108864,
        .source = qdalab_Source_SOURCE_UDMABUF,
        .count = 7,
        .variant = 12,
        .samples = 200,
        .repeat = 2,
    },
};

static bool encode_points(pb_ostream_t *stream, const pb_field_t *field, void *const *arg)
{
    (void)arg;
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        if (!pb_encode_tag_for_field(stream, field) ||
            !pb_encode_submessage(stream, qdalab_PlanPoint_fields, &points[i]))
            return false;
    }
    return true;
}

static void make_start_plan(struct golden *out)
{
    qdalab_ToAgent message = {.id = 4, .which_request = qdalab_ToAgent_start_plan_tag};
    qdalab_StartPlan *plan = &message.request.start_plan;
    strcpy(plan->run_id, "2026-11-22-a");
    strcpy(plan->dsp, "cdsp");
    plan->points.funcs.encode = encode_points;
    finish(out, &message);
}

static void make_start_plan_shell(struct golden *out)
{
    qdalab_ToAgent message = {.id = 12, .which_request = qdalab_ToAgent_start_plan_tag};
    qdalab_StartPlan *plan = &message.request.start_plan;
    strcpy(plan->run_id, "2026-11-22-b");
    strcpy(plan->dsp, "cdsp");
    strcpy(plan->shell, "/opt/dsp/fastrpc_shell_unsigned_3");
    strcpy(plan->dsp_files, "/opt/dsp/files");
    plan->points.funcs.encode = encode_points;
    finish(out, &message);
}

static void make_ack(struct golden *out)
{
    qdalab_ToAgent message = {.id = 5, .which_request = qdalab_ToAgent_ack_tag, .request.ack.block = 1234567};
    finish(out, &message);
}

static void make_get_identity(struct golden *out) { plain(out, 2, qdalab_ToAgent_get_identity_tag); }
static void make_get_checks(struct golden *out) { plain(out, 6, qdalab_ToAgent_get_checks_tag); }
static void make_get_environment(struct golden *out) { plain(out, 7, qdalab_ToAgent_get_environment_tag); }
static void make_start_events(struct golden *out) { plain(out, 8, qdalab_ToAgent_start_events_tag); }
static void make_stop_events(struct golden *out) { plain(out, 9, qdalab_ToAgent_stop_events_tag); }
static void make_cancel(struct golden *out) { plain(out, 10, qdalab_ToAgent_cancel_tag); }
static void make_ping(struct golden *out) { plain(out, 11, qdalab_ToAgent_ping_tag); }
static void make_shutdown(struct golden *out) { plain(out, UINT64_MAX, qdalab_ToAgent_shutdown_tag); }

const struct golden_case golden_to_agent[] = {
    {"to-hello", make_hello},
    {"to-get-identity", make_get_identity},
    {"to-get-checks", make_get_checks},
    {"to-get-environment", make_get_environment},
    {"to-get-memory", make_get_memory},
    {"to-start-events", make_start_events},
    {"to-stop-events", make_stop_events},
    {"to-start-plan", make_start_plan},
    {"to-start-plan-shell", make_start_plan_shell},
    {"to-cancel", make_cancel},
    {"to-ack", make_ack},
    {"to-ping", make_ping},
    {"to-shutdown", make_shutdown},
    {NULL, NULL},
};
