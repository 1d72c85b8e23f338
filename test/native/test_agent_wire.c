/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "agent/facts.h"
#include "agent/request.h"
#include "agent/sink.h"
#include "check.h"
#include "golden.h"
#include "wire/frame.h"
#include "wire/put.h"

static struct agent_request request;

static int decode_golden(const char *name)
{
    static struct golden made;
    const char *why = "";
    for (const struct golden_case *c = golden_to_agent; c->name; c++) {
        if (strcmp(c->name, name) != 0)
            continue;
        c->make(&made);
        return agent_request_decode(&request, made.bytes + QDA_FRAME_PREFIX, made.len - QDA_FRAME_PREFIX, &why);
    }
    return -ENOENT;
}

static void test_decodes_hello(void)
{
    CHECK_INT(decode_golden("to-hello"), 0);
    CHECK_INT(request.message.which_request, qdalab_ToAgent_hello_tag);
    CHECK_STR(request.message.request.hello.token, "0123456789abcdef0123456789abcdef");
    CHECK_STR(request.message.request.hello.build_id, "5f0c");
    CHECK(request.message.request.hello.resume_after == 9007199254740993u);
}

static void test_decodes_plan(void)
{
    CHECK_INT(decode_golden("to-start-plan"), 0);
    CHECK_INT(request.message.id, 4);
    CHECK_STR(request.message.request.start_plan.run_id, "2026-11-22-a");
    CHECK_STR(request.message.request.start_plan.dsp, "cdsp");
    if (!CHECK_INT(request.point_count, 2))
        return;
    const struct qda_point *first = &request.points[0], *second = &request.points[1];
    CHECK_STR(first->benchmark, "mem.alloc");
    CHECK_INT(first->size, 4096);
    CHECK_INT(first->budget_ns, 2000000000);
    CHECK(first->seed == UINT64_MAX);
    CHECK(first->verify);
    CHECK_INT(second->index, 1);
    CHECK_INT(second->source, QDA_SRC_UDMABUF);
    CHECK_INT(second->count, 7);
    CHECK_INT(second->variant, 12);
    CHECK_INT(second->repeat, 2);
    CHECK(!second->verify);
}

static void test_decodes_the_others(void)
{
    CHECK_INT(decode_golden("to-get-memory"), 0);
    CHECK_INT(request.message.request.get_memory.tiers_count, 2);
    CHECK_STR(request.message.request.get_memory.tiers[1], "bufinfo");
    CHECK_INT(decode_golden("to-ack"), 0);
    CHECK_INT(request.message.request.ack.block, 1234567);
    CHECK_INT(decode_golden("to-shutdown"), 0);
    CHECK(request.message.id == UINT64_MAX);
    CHECK_INT(request.message.which_request, qdalab_ToAgent_shutdown_tag);
}

/* A start_plan of `points` empty points: each two bytes. */
static int decode_points(size_t points)
{
    static uint8_t bytes[8192];
    const char *why = "";
    struct qda_put put = qda_put_into(bytes, sizeof(bytes));
    qda_put_uint(&put, qdalab_ToAgent_id_tag, 9);
    size_t mark = qda_put_begin(&put, qdalab_ToAgent_start_plan_tag);
    for (size_t i = 0; i < points; i++)
        qda_put_bytes(&put, qdalab_StartPlan_points_tag, "", 0);
    qda_put_end(&put, mark);
    return put.full ? -ENOBUFS : agent_request_decode(&request, bytes, put.len, &why);
}

static void test_bounds_are_told_apart_from_garbage(void)
{
    const char *why = "";
    CHECK_INT(decode_points(PLAN_MAX_POINTS), 0);
    CHECK_INT(request.point_count, PLAN_MAX_POINTS);
    CHECK_INT(decode_points(PLAN_MAX_POINTS + 1), -E2BIG);
    CHECK_INT(request.message.id, 9);
    CHECK_INT(agent_request_decode(&request, (const uint8_t *)"\xff\xff\xff", 3, &why), -EBADMSG);
    CHECK(why[0] != '\0');
    /* A tier's name of 20 characters in 16. */
    CHECK_INT(agent_request_decode(&request, (const uint8_t *)"\x08\x01\x32\x16\x0a\x14" "abcdefghijklmnopqrst", 26, &why), -E2BIG);
    CHECK_INT(request.message.id, 1);
}

static void check_same_body(const char *name, uint32_t tag, uint64_t seq, uint64_t reply_to, const struct qda_put *put)
{
    static struct golden made;
    static uint8_t frame[GOLDEN_MAX];
    const struct golden_case *c = golden_from_agent;
    while (c->name && strcmp(c->name, name) != 0)
        c++;
    if (!CHECK(c->name != NULL))
        return;
    c->make(&made);
    CHECK(!put->full);
    size_t len = qda_frame_from_agent(frame, sizeof(frame), seq, reply_to, &(struct qda_body){tag, put->buf, put->len});
    if (CHECK_INT(len, made.len))
        CHECK_MEM(frame, made.bytes, len);
}

static void put_golden_facts(struct qda_put *put)
{
    struct qda_fact facts[] = {
        {.kind = QDA_FACT_PROCESS, .process = {.pid = 812, .uid = 1000, .comm = "camera", .unreadable = true}},
        {.kind = QDA_FACT_NODE, .node = {.pid = 812, .fd = 5, .path = "/dev/accel/accel0"}},
        {.kind = QDA_FACT_BUFFER,
         .buffer = {.ino = 71, .size = 1048576, .exporter = "system", .name = "frame", .references = 3,
                    .has_references = true, .tier = QDA_TIER_PROC}},
        {.kind = QDA_FACT_BUFFER,
         .buffer = {.ino = 72, .size = 4096, .exporter = "drm", .name = "", .has_references = true, .tier = QDA_TIER_BUFINFO}},
        {.kind = QDA_FACT_HOLDER, .holder = {.pid = 812, .fd = 6, .ino = 71}},
        {.kind = QDA_FACT_MAP, .map = {.pid = 812, .ino = 71, .start = 0xffff80000000u, .length = 1048576}},
        {.kind = QDA_FACT_ATTACHMENT, .attachment = {.ino = 71, .device = "qda-cb-cdsp-3"}},
    };
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        put_fact(put, &facts[i]);
    struct qda_self_buffer self = {
        .node = "/dev/accel/accel0", .handle = 1, .size = 4096, .ino = 72, .since_ns = 123456789012u, .imported = true, .mapped = true};
    put_self(put, &self);
}

static void test_facts_are_what_nanopb_writes(void)
{
    uint8_t body[2048];
    struct qda_put put = qda_put_into(body, sizeof(body));
    put_golden_facts(&put);
    qda_put_uint(&put, qdalab_MemoryChunk_last_tag, true);
    qda_put_uint(&put, qdalab_MemoryChunk_taken_ns_tag, 99);
    struct qda_tier_status tiers[] = {
        {.tier = QDA_TIER_PROC, .available = true, .source = "/proc"},
        {.tier = QDA_TIER_DMA, .available = true, .source = "/sys/kernel/tracing", .lost_events = 7, .since_ns = 1000},
        {.tier = QDA_TIER_BUFINFO, .reason = "/sys/kernel/debug: EACCES"},
    };
    for (size_t i = 0; i < 3; i++)
        put_tier(&put, &tiers[i]);
    check_same_body("from-memory", qdalab_FromAgent_memory_tag, 6, 300, &put);
}

static void test_events_are_what_nanopb_writes(void)
{
    uint8_t body[2048];
    struct qda_put put = qda_put_into(body, sizeof(body));
    struct qda_sg alloc[] = {{.dma_addr = 0x300001000u, .length = 4096}};
    struct qda_sg map[] = {{.dma_addr = 0x300002000u, .length = 65536, .has_phys = true, .phys = 0x80000000u},
                           {.dma_addr = 0x300012000u, .length = 4096, .has_phys = true}};
    put_event(&put, &(struct qda_dma_event){.kind = QDA_DMA_ALLOC, .time_ns = 1, .pid = 812, .comm = "camera",
                                            .device = "qda-cb-cdsp-3", .entries = alloc, .entry_count = 1, .total_entries = 1});
    put_event(&put, &(struct qda_dma_event){.kind = QDA_DMA_MAP_SG, .time_ns = 9007199254740993u, .pid = 813, .comm = "reader",
                                            .device = "qda-cb-cdsp-4", .entries = map, .entry_count = 2, .truncated = true,
                                            .total_entries = 300, .process = 812});
    qda_put_uint(&put, qdalab_MemoryEvents_lost_tag, 5);
    check_same_body("from-events", qdalab_FromAgent_events_tag, 7, 0, &put);
}

static void test_readings_are_what_nanopb_writes(void)
{
    uint8_t body[1024];
    struct qda_put put = qda_put_into(body, sizeof(body));
    const struct qda_reading readings[] = {
        {.key = "thermal0.temp", .value = "41000", .unit = "m\xc2\xb0" "C", .reason = "", .source = "/sys/class/thermal/thermal_zone0/temp"},
        {.key = "kernel.cmdline", .value = "", .unit = "", .reason = "", .source = "/proc/cmdline"},
        {.key = "battery", .unit = "", .reason = "no power supply here", .source = ""},
    };
    for (size_t i = 0; i < 3; i++)
        put_reading(&put, qdalab_Environment_readings_tag, &readings[i]);
    check_same_body("from-environment", qdalab_FromAgent_environment_tag, 5, 7, &put);
}

/* The longest event a trace can give, with texts over their cap, fits what the batches keep free for one. */
static void test_longest_records_fit_their_caps(void)
{
    static char longest[4096];
    memset(longest, 'x', sizeof(longest) - 1);
    struct qda_sg entries[QDA_MAX_SG];
    for (size_t i = 0; i < QDA_MAX_SG; i++)
        entries[i] = (struct qda_sg){.dma_addr = UINT64_MAX, .length = UINT64_MAX, .has_phys = true, .phys = UINT64_MAX};
    static uint8_t body[EVENT_BYTES];
    struct qda_put put = qda_put_into(body, sizeof(body));
    put_event(&put, &(struct qda_dma_event){.kind = QDA_DMA_IOMMU_UNMAP, .time_ns = UINT64_MAX, .pid = UINT32_MAX, .comm = longest,
                                            .device = longest, .entries = entries, .entry_count = QDA_MAX_SG, .truncated = true,
                                            .total_entries = UINT32_MAX, .process = UINT32_MAX});
    CHECK(!put.full);
    put = qda_put_into(body, FACT_BYTES);
    put_fact(&put, &(struct qda_fact){.kind = QDA_FACT_BUFFER,
                                      .buffer = {.ino = UINT64_MAX, .size = UINT64_MAX, .exporter = longest, .name = longest,
                                                 .references = UINT64_MAX, .has_references = true, .tier = QDA_TIER_DMA}});
    CHECK(!put.full);
}

/* The sample block of the golden frame, through the sink and the ring. */
static void test_samples_are_what_nanopb_writes(void)
{
    static struct blocks ring;
    static struct sink sink;
    blocks_reset(&ring, 0);
    sink = (struct sink){.blocks = &ring, .simulated = true};
    ring.last = 17;
    sink_begin(&sink, 3);
    struct qda_sink face = sink_face(&sink);
    face.declare(face.arg, 1, "close");
    sink.series[1].first = 4096;
    const uint64_t ns[] = {1000, UINT64_MAX, 9007199254740993u};
    for (size_t i = 0; i < 3; i++)
        face.append(face.arg, 1, ns[i]);
    CHECK_INT(blocks_oldest(&ring), 0); /* not full: not yet a block */
    sink_flush(&sink);
    const struct block *block = blocks_peek(&ring);
    if (!CHECK(block != NULL) || !CHECK_INT(block->number, 18) || !CHECK_INT(block->tag, qdalab_FromAgent_samples_tag))
        return;
    struct qda_put body = {.buf = (uint8_t *)(uintptr_t)(block + 1), .len = block->len};
    check_same_body("from-samples", qdalab_FromAgent_samples_tag, 9, 0, &body);
}

int main(void)
{
    check_run("hello is decoded", test_decodes_hello);
    check_run("a plan is decoded point by point", test_decodes_plan);
    check_run("the other requests are decoded", test_decodes_the_others);
    check_run("over a bound is not garbage", test_bounds_are_told_apart_from_garbage);
    check_run("facts are what nanopb writes", test_facts_are_what_nanopb_writes);
    check_run("trace events are what nanopb writes", test_events_are_what_nanopb_writes);
    check_run("readings are what nanopb writes", test_readings_are_what_nanopb_writes);
    check_run("the longest records fit their caps", test_longest_records_fit_their_caps);
    check_run("sample blocks are what nanopb writes", test_samples_are_what_nanopb_writes);
    return check_done();
}
