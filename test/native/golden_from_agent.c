/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include <pb_encode.h>

#include "golden.h"
#include "wire/frame.h"
#include "wire/gen/qda_lab.pb.h"
#include "wire/text.h"

static void finish(struct golden *out, qdalab_FromAgent *message)
{
    pb_ostream_t stream = pb_ostream_from_buffer(out->bytes + QDA_FRAME_PREFIX, sizeof(out->bytes) - QDA_FRAME_PREFIX);
    bool encoded = pb_encode(&stream, qdalab_FromAgent_fields, message);
    assert(encoded);
    qda_frame_put_length(out->bytes, (uint32_t)stream.bytes_written);
    out->len = QDA_FRAME_PREFIX + stream.bytes_written;
}

/* A repeated field: an array of nanopb structs of one type. */
struct list {
    const pb_msgdesc_t *fields;
    const void *items;
    size_t size;
    size_t count;
};

static bool encode_list(pb_ostream_t *stream, const pb_field_t *field, void *const *arg)
{
    const struct list *list = *arg;
    for (size_t i = 0; i < list->count; i++) {
        const char *item = (const char *)list->items + i * list->size;
        if (!pb_encode_tag_for_field(stream, field) || !pb_encode_submessage(stream, list->fields, item))
            return false;
    }
    return true;
}

static bool encode_texts(pb_ostream_t *stream, const pb_field_t *field, void *const *arg)
{
    for (const char *const *text = *arg; *text; text++) {
        pb_callback_t one = qda_text(*text);
        if (!one.funcs.encode(stream, field, &one.arg))
            return false;
    }
    return true;
}

#define LIST(type, array)                                                                                             \
    (pb_callback_t)                                                                                                   \
    {                                                                                                                 \
        .funcs.encode = encode_list,                                                                                  \
        .arg = &(struct list){type##_fields, array, sizeof((array)[0]), sizeof(array) / sizeof((array)[0])}           \
    }
#define TEXTS(...)                                                                                                    \
    (pb_callback_t)                                                                                                   \
    {                                                                                                                 \
        .funcs.encode = encode_texts, .arg = (void *)(uintptr_t)(const char *const[]){__VA_ARGS__, NULL}              \
    }

static void make_welcome(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 1, .reply_to = 1, .which_body = qdalab_FromAgent_welcome_tag};
    message.body.welcome = (qdalab_Welcome){
        .agent_version = qda_text("0.1.0"),
        .build_id = qda_text("5f0c"),
        .protocol = 1,
        .session = qda_text("c0ffee"),
        .simulated = true,
        .running_plan = qda_text("2026-11-22-a"),
        .last_block = 9007199254740995u,
        .dropped_blocks = 2,
        .oldest_block = 3,
    };
    finish(out, &message);
}

static void make_failure(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 2, .reply_to = 4, .which_body = qdalab_FromAgent_failure_tag};
    message.body.failure = (qdalab_Failure){
        .code = qdalab_FailureCode_FAILURE_NO_NODE,
        .message = qda_text("No accel node of the DSP 'cdsp' — load the driver."),
        .error = -19,
    };
    finish(out, &message);
}

static void make_identity(struct golden *out)
{
    qdalab_AccelNode nodes[] = {
        {.path = qda_text("/dev/accel/accel0"),
         .dsp = qda_text("cdsp"),
         .generation = qda_text("qda-v1"),
         .proof = qda_text("BTF of the module names drm_qda_gem_create with 16 bytes")},
        {.path = qda_text("/dev/accel/accel1"), .proof = qda_text("open refused"), .error = -13},
    };
    qdalab_Reading readings[] = {
        {.key = qda_text("serial"), .reason = qda_text("no file gives one"), .source = qda_text("/sys/devices/soc0")},
    };
    qdalab_BenchmarkInfo benchmarks[] = {{.id = qda_text("mem.alloc")},
                                         {.id = qda_text("mem.import_scale"), .exhaustive = true}};
    qdalab_FromAgent message = {.seq = 3, .reply_to = 2, .which_body = qdalab_FromAgent_identity_tag};
    message.body.identity = (qdalab_Identity){
        .model = qda_text("Virtual QDA"),
        .kernel = qda_text("6.18.0"),
        .machine = qda_text("aarch64"),
        .simulated = true,
        .nodes = LIST(qdalab_AccelNode, nodes),
        .heaps = TEXTS("system", "default_cma_region"),
        .page_size = 4096,
        .clock_cost_ns = 27,
        .readings = LIST(qdalab_Reading, readings),
        .benchmarks = LIST(qdalab_BenchmarkInfo, benchmarks),
    };
    finish(out, &message);
}

static void make_checks(struct golden *out)
{
    qdalab_Check checks[] = {
        {.name = qda_text("node-access"), .read = qda_text("/dev/accel/accel0 opens"), .why = qda_text("runs need it")},
        {.name = qda_text("debugfs"),
         .state = qdalab_CheckState_CHECK_WARN,
         .read = qda_text("EACCES"),
         .why = qda_text("shows attachments"),
         .remedy = qda_text("be root")},
    };
    qdalab_FromAgent message = {.seq = 4, .reply_to = 6, .which_body = qdalab_FromAgent_checks_tag};
    message.body.checks.checks = LIST(qdalab_Check, checks);
    finish(out, &message);
}

static void make_environment(struct golden *out)
{
    qdalab_Reading readings[] = {
        {.key = qda_text("thermal0.temp"),
         .value = qda_text_present("41000"),
         .unit = qda_text("m°C"),
         .source = qda_text("/sys/class/thermal/thermal_zone0/temp")},
        {.key = qda_text("kernel.cmdline"), .value = qda_text_present(""), .source = qda_text("/proc/cmdline")},
        {.key = qda_text("battery"), .reason = qda_text("no power supply here")},
    };
    qdalab_FromAgent message = {.seq = 5, .reply_to = 7, .which_body = qdalab_FromAgent_environment_tag};
    message.body.environment.readings = LIST(qdalab_Reading, readings);
    finish(out, &message);
}

static void make_memory(struct golden *out)
{
    qdalab_MemoryRecord records[] = {
        {.which_record = qdalab_MemoryRecord_process_tag,
         .record.process = {.pid = 812, .comm = qda_text("camera"), .uid = 1000, .unreadable = true}},
        {.which_record = qdalab_MemoryRecord_node_tag,
         .record.node = {.pid = 812, .fd = 5, .path = qda_text("/dev/accel/accel0")}},
        {.which_record = qdalab_MemoryRecord_buffer_tag,
         .record.buffer = {.ino = 71, .tier = qdalab_Tier_TIER_PROC, .size = 1048576, .exporter = qda_text("system"),
                           .name = qda_text("frame"), .has_references = true, .references = 3}},
        {.which_record = qdalab_MemoryRecord_buffer_tag,
         .record.buffer = {.ino = 72, .tier = qdalab_Tier_TIER_BUFINFO, .size = 4096, .exporter = qda_text("drm"),
                           .has_references = true}},
        {.which_record = qdalab_MemoryRecord_holder_tag, .record.holder = {.pid = 812, .fd = 6, .ino = 71}},
        {.which_record = qdalab_MemoryRecord_map_tag,
         .record.map = {.pid = 812, .ino = 71, .start = 0xffff80000000u, .length = 1048576}},
        {.which_record = qdalab_MemoryRecord_attachment_tag,
         .record.attachment = {.ino = 71, .device = qda_text("qda-cb-cdsp-3")}},
        {.which_record = qdalab_MemoryRecord_self_tag,
         .record.self = {.node = qda_text("/dev/accel/accel0"), .handle = 1, .size = 4096, .has_ino = true, .ino = 72,
                         .since_ns = 123456789012u, .imported = true, .mapped = true}},
    };
    qdalab_TierStatus tiers[] = {
        {.tier = qdalab_Tier_TIER_PROC, .available = true, .source = qda_text("/proc")},
        {.tier = qdalab_Tier_TIER_DMA, .available = true, .source = qda_text("/sys/kernel/tracing"), .lost_events = 7,
         .since_ns = 1000},
        {.tier = qdalab_Tier_TIER_BUFINFO, .reason = qda_text("/sys/kernel/debug: EACCES")},
    };
    qdalab_FromAgent message = {.seq = 6, .reply_to = 300, .which_body = qdalab_FromAgent_memory_tag};
    message.body.memory = (qdalab_MemoryChunk){
        .records = LIST(qdalab_MemoryRecord, records),
        .last = true,
        .taken_ns = 99,
        .tiers = LIST(qdalab_TierStatus, tiers),
    };
    finish(out, &message);
}

static void make_events(struct golden *out)
{
    qdalab_SgEntry alloc[] = {{.dma_addr = 0x300001000u, .length = 4096}};
    qdalab_SgEntry map[] = {{.dma_addr = 0x300002000u, .length = 65536, .has_phys = true, .phys = 0x80000000u},
                            {.dma_addr = 0x300012000u, .length = 4096, .has_phys = true}};
    qdalab_DmaEvent events[] = {
        {.time_ns = 1, .pid = 812, .comm = qda_text("camera"), .device = qda_text("qda-cb-cdsp-3"),
         .entries = LIST(qdalab_SgEntry, alloc), .total_entries = 1},
        {.kind = qdalab_DmaKind_DMA_MAP_SG, .time_ns = 9007199254740993u, .pid = 813, .comm = qda_text("reader"),
         .device = qda_text("qda-cb-cdsp-4"), .entries = LIST(qdalab_SgEntry, map), .truncated = true,
         .total_entries = 300, .process = 812},
    };
    qdalab_FromAgent message = {.seq = 7, .which_body = qdalab_FromAgent_events_tag};
    message.body.events = (qdalab_MemoryEvents){.events = LIST(qdalab_DmaEvent, events), .lost = 5};
    finish(out, &message);
}

static void make_point_started(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 8, .which_body = qdalab_FromAgent_point_started_tag};
    message.body.point_started = (qdalab_PointStarted){.index = 3, .block = 17, .series = TEXTS("create", "close")};
    finish(out, &message);
}

static bool encode_samples(pb_ostream_t *stream, const pb_field_t *field, void *const *arg)
{
    (void)arg;
    static const uint8_t ns[24] = {0xe8, 3, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                   1,    0, 0, 0, 0, 0, 0x20, 0};
    return pb_encode_tag_for_field(stream, field) && pb_encode_string(stream, ns, sizeof(ns));
}

static void make_samples(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 9, .which_body = qdalab_FromAgent_samples_tag};
    message.body.samples = (qdalab_SampleBlock){
        .block = 18,
        .index = 3,
        .series = 1,
        .first = 4096,
        .ns.funcs.encode = encode_samples,
        .simulated = true,
    };
    finish(out, &message);
}

static void make_point_done(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 10, .which_body = qdalab_FromAgent_point_done_tag};
    message.body.point_done = (qdalab_PointDone){
        .index = 3,
        .block = 19,
        .status = qdalab_Status_STATUS_ERROR,
        .error = -12,
        .call = qda_text("GEM_CREATE"),
        .reason = qda_text("out of memory"),
        .has_limit = true,
        .limit = 511,
        .verified = 2,
        .mismatches = 1,
        .bytes_per_sample = 4096,
        .left_behind = 8192,
        .samples_taken = 600,
        .samples_dropped = 4,
        .started_ns = 1000,
        .ended_ns = 2000,
        .simulated = true,
    };
    finish(out, &message);
}

static void make_plan_done(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 11, .which_body = qdalab_FromAgent_plan_done_tag};
    message.body.plan_done = (qdalab_PlanDone){
        .run_id = qda_text("2026-11-22-a"), .block = 20, .cancelled = true, .reason = qda_text("cancelled by the host")};
    finish(out, &message);
}

static void make_heartbeat(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 12, .which_body = qdalab_FromAgent_heartbeat_tag};
    message.body.heartbeat =
        (qdalab_Heartbeat){.now_ns = 5000000000u, .utc_ns = 1763816400000000000u, .rss_bytes = 2097152};
    finish(out, &message);
}

static void make_log(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 13, .which_body = qdalab_FromAgent_log_tag};
    message.body.log = (qdalab_LogLine){
        .level = qdalab_LogLevel_LOG_WARN, .utc_ns = 1763816400000000000u, .text = qda_text("name \xff\xc3\xb6 cut")};
    finish(out, &message);
}

/* What the DSP half adds: a session with its maps and calls, figures and the proof of a point, a line of the DSP's log. */
static void make_memory_dsp(struct golden *out)
{
    qdalab_MemoryRecord records[] = {
        {.which_record = qdalab_MemoryRecord_dsp_session_tag,
         .record.dsp_session = {.pid = 4711, .node = qda_text("/dev/accel/accel0"), .unsigned_pd = true,
                                .shell = qda_text("/usr/lib/dsp/fastrpc_shell_unsigned_3"), .shell_bytes = 812344,
                                .shell_sha256 = qda_text("9f9f"), .has_process_memory = true, .process_memory = 4194304,
                                .since_ns = 81200000000u, .address_space = 2130706432, .reverse_calls = 57}},
        {.which_record = qdalab_MemoryRecord_dsp_session_tag, .record.dsp_session = {.pid = 4712, .ended = true}},
        {.which_record = qdalab_MemoryRecord_dsp_map_tag,
         .record.dsp_map = {.pid = 4711, .address = 0x40100000, .size = 16777216, .has_ino = true, .ino = 4321,
                            .kind = qda_text("buffer"), .since_ns = 9007199254740993u}},
        {.which_record = qdalab_MemoryRecord_dsp_map_tag,
         .record.dsp_map = {.pid = 4711, .address = 0x40000000, .size = 1048576, .kind = qda_text("heap")}},
        {.which_record = qdalab_MemoryRecord_dsp_call_tag,
         .record.dsp_call = {.pid = 4711, .tid = 4713, .handle = 3, .scalars = 0x03020200, .since_ns = 5}},
    };
    qdalab_TierStatus tiers[] = {{.tier = qdalab_Tier_TIER_SELF, .available = true}};
    qdalab_FromAgent message = {.seq = 15, .reply_to = 301, .which_body = qdalab_FromAgent_memory_tag};
    message.body.memory = (qdalab_MemoryChunk){
        .records = LIST(qdalab_MemoryRecord, records),
        .last = true,
        .taken_ns = 82150000000u,
        .tiers = LIST(qdalab_TierStatus, tiers),
    };
    finish(out, &message);
}

static void make_point_done_dsp(struct golden *out)
{
    qdalab_Counter counters[] = {
        {.name = qda_text("instructions"), .value = 4294967297u},
        {.name = qda_text("reverse-calls"), .unit = qda_text("calls"), .value = 57},
    };
    qdalab_FromAgent message = {.seq = 16, .which_body = qdalab_FromAgent_point_done_tag};
    message.body.point_done = (qdalab_PointDone){
        .index = 4,
        .block = 21,
        .simulated = true,
        .counters = LIST(qdalab_Counter, counters),
        .has_proof = true,
        .proof = {.ino = 4321,
                  .has_import_ino = true,
                  .import_ino = 4321,
                  .has_dma_address = true,
                  .dma_address = 0x381200000u,
                  .has_dsp_address = true,
                  .dsp_address = 0x40100000,
                  .nonce_to_dsp = true,
                  .nonce_from_dsp = true},
    };
    finish(out, &message);
}

static void make_point_done_copied(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 17, .which_body = qdalab_FromAgent_point_done_tag};
    message.body.point_done = (qdalab_PointDone){
        .index = 5,
        .block = 22,
        .has_proof = true,
        .proof = {.ino = 71, .dma_reason = qda_text("no trace of it: tracefs is not mounted"), .nonce_to_dsp = true},
    };
    finish(out, &message);
}

static void make_log_dsp(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 18, .which_body = qdalab_FromAgent_log_tag};
    message.body.log = (qdalab_LogLine){.level = qdalab_LogLevel_LOG_ERROR,
                                        .utc_ns = 1763816400000000000u,
                                        .text = qda_text("qbench: no thread left"),
                                        .source = qda_text("cdsp")};
    finish(out, &message);
}

static void make_done(struct golden *out)
{
    qdalab_FromAgent message = {.seq = 14, .reply_to = UINT64_MAX, .which_body = qdalab_FromAgent_done_tag};
    finish(out, &message);
}

const struct golden_case golden_from_agent[] = {
    {"from-welcome", make_welcome},
    {"from-failure", make_failure},
    {"from-identity", make_identity},
    {"from-checks", make_checks},
    {"from-environment", make_environment},
    {"from-memory", make_memory},
    {"from-done", make_done},
    {"from-events", make_events},
    {"from-point-started", make_point_started},
    {"from-samples", make_samples},
    {"from-point-done", make_point_done},
    {"from-plan-done", make_plan_done},
    {"from-heartbeat", make_heartbeat},
    {"from-log", make_log},
    {"from-memory-dsp", make_memory_dsp},
    {"from-point-done-dsp", make_point_done_dsp},
    {"from-point-done-copied", make_point_done_copied},
    {"from-log-dsp", make_log_dsp},
    {NULL, NULL},
};
