/* SPDX-License-Identifier: MIT */
/* The built agent, its worker and a virtual DSP, over the wire: test_agent_dsp AGENT. Whatever happens, nothing is left on the board. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent_host.h"
#include "check.h"
#include "dsp/qbench.h"
#include "live_board.h"
#include "run/run.h"

#define NO_LEAKS                                                                                                                    \
    "--quirk", "mmap-pins-object=off", "--quirk", "release-leaks-init-memory=off", "--quirk", "hidden-import-handles=off", "--quirk", \
    "interrupted-call-leaks=off"
#define ENDLESS 100000000u

static const char *agent_path;
static struct live_board board;
static struct agent_process agent;
static struct host host;
static struct host_frame frame;

/* What a plan gave. */
struct heard {
    unsigned points, passed;
    uint64_t samples;
    bool wrong;
};

static const char *no_dsp(void)
{
    return system("command -v qemu-hexagon >/dev/null") == 0 ? NULL : "qemu-hexagon is not installed: build/setup";
}

static bool start(const char *const *args, const char *grace)
{
    if (no_dsp()) {
        check_skip(no_dsp());
        return false;
    }
    if (!CHECK(live_board_start(&board, args)))
        return false;
    const char *const command[] = {agent_path, "--vqda", board.vqda, "--board", board.name, "--call-grace", grace, NULL};
    return CHECK(agent_spawn(&agent, command, HOST_TOKEN)) && CHECK(host_open(&host, &agent, 0, &frame));
}

static void stop_board(void)
{
    struct live_status status;
    CHECK(live_board_settles(&board, &status));
    live_board_stop(&board);
}

static void end(void)
{
    host_close(&host);
    CHECK_INT(agent_end(&agent), 0);
    stop_board();
}

static qdalab_PlanPoint point(const char *benchmark, uint64_t size, uint32_t samples, uint32_t variant)
{
    static uint32_t index;
    qdalab_PlanPoint made = {.index = index++, .size = size, .samples = samples, .warmups = 2, .variant = variant,
                             .budget_ns = 60000000000u, .min_samples = 3, .seed = 7, .verify = true};
    snprintf(made.benchmark, sizeof(made.benchmark), "%s", benchmark);
    return made;
}

static void take_done(struct heard *heard)
{
    bool passed = field_uint(&frame, qdalab_PointDone_status_tag) == qdalab_Status_STATUS_PASS;
    heard->points++;
    heard->passed += passed;
    heard->wrong |= field_uint(&frame, qdalab_PointDone_samples_taken_tag) != heard->samples;
    if (!passed)
        printf("# point %u: %s: %s\n", (unsigned)field_uint(&frame, qdalab_PointDone_index_tag),
               field_text(&frame, qdalab_PointDone_call_tag), field_text(&frame, qdalab_PointDone_reason_tag));
}

static bool await_tag(struct heard *heard, uint32_t tag)
{
    while (host_next(&host, &frame)) {
        struct host_frame ns;
        bool samples = frame.tag == qdalab_FromAgent_samples_tag;
        if (samples && field_find(frame.body, frame.len, qdalab_SampleBlock_ns_tag, 0, &ns))
            heard->samples += ns.len / 8;
        if (frame.tag == qdalab_FromAgent_point_started_tag)
            heard->samples = 0;
        if (frame.tag == qdalab_FromAgent_point_done_tag)
            take_done(heard);
        if (frame.tag >= qdalab_FromAgent_point_started_tag && frame.tag <= qdalab_FromAgent_plan_done_tag)
            host_ack(&host, field_uint(&frame, samples ? 1u : 2u));
        if (frame.tag == tag)
            return true;
    }
    return CHECK(!"the connection is open");
}

static bool run(const qdalab_PlanPoint *points, size_t count)
{
    return CHECK(host_plan(&host, "cdsp", points, count) != 0) && CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
}

/* Records of a kind in the self tier; the last one in *out. */
static unsigned facts(pb_size_t kind, struct host_frame *out)
{
    qdalab_ToAgent ask = {.which_request = qdalab_ToAgent_get_memory_tag, .request.get_memory = {.tiers_count = 1, .tiers = {"self"}}};
    struct host_frame record, fact;
    unsigned count = 0;
    CHECK(host_send(&host, &ask) != 0);
    CHECK(host_await(&host, qdalab_FromAgent_memory_tag, &frame));
    for (unsigned i = 0; field_message(&frame, qdalab_MemoryChunk_records_tag, i, &record); i++) {
        if (!field_message(&record, kind, 0, &fact))
            continue;
        *out = fact;
        count++;
    }
    return count;
}

static void check_proof(bool traced)
{
    struct host_frame proof;
    if (!CHECK(field_message(&frame, qdalab_PointDone_proof_tag, 0, &proof)))
        return;
    CHECK(field_uint(&proof, qdalab_ZeroCopyProof_ino_tag) != 0);
    CHECK_INT(field_uint(&proof, qdalab_ZeroCopyProof_nonce_to_dsp_tag), 1);
    CHECK_INT(field_uint(&proof, qdalab_ZeroCopyProof_nonce_from_dsp_tag), 1);
    uint64_t address = field_uint(&proof, qdalab_ZeroCopyProof_dma_address_tag);
    if (!traced)
        return;
    CHECK(address >> 32 != 0 && (address & 0xffffffff) != 0); /* a SID and an IOVA */
    CHECK_STR(field_text(&proof, qdalab_ZeroCopyProof_dma_reason_tag), "");
    if (address == 0)
        printf("# no DMA address: %s\n", field_text(&proof, qdalab_ZeroCopyProof_dma_reason_tag));
}

/* Points here and there, with proofs whose DMA addresses were traced. */
static void check_plan(const char *const *args)
{
    struct heard heard = {0};
    qdalab_PlanPoint points[] = {
        point("cpu.sync", 65536, 10, 1),
        point("rpc.null", 0, 100, 0),
        point("rpc.ping", 0, 1000, 0),
        point("cpu.sync", 65536, 20, 1),
        point("rpc.argsize", 1048576, 10, QDA_PASS_BUFFER << 1),
        point("rpc.argsize", 65536, 10, QDA_PASS_MAPPED << 1),
        point("dsp.read", 65536, 10, QBENCH_HVX),
        point("dsp.read", 65536, 10, QBENCH_SCALAR),
    };
    points[0].source = points[3].source = points[7].source = qdalab_Source_SOURCE_HEAP_SYSTEM;
    points[7].repeat = 1;
    if (!start(args, "20") || !run(points, 8))
        return;
    for (unsigned i = 0; i < 8; i++) {
        await_tag(&heard, qdalab_FromAgent_point_done_tag);
        if (i >= 4)
            check_proof(true);
    }
    await_tag(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.passed, 8);
    CHECK(!heard.wrong);
    struct host_frame fact;
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_session_tag, &fact), 0);
    end();
}

static void test_plan_v1(void)
{
    check_plan((const char *const[]){"--generation", "v1", NULL});
}

static void test_plan_rfc(void)
{
    check_plan((const char *const[]){"--generation", "rfc", NULL});
}

static void test_plan_fastrpc(void)
{
    check_plan((const char *const[]){"--generation", "fastrpc", NULL});
}

static void test_memory_picture(void)
{
    struct heard heard = {0};
    struct host_frame fact = {0};
    const qdalab_PlanPoint points[] = {point("rpc.argsize", 65536, ENDLESS, QDA_PASS_MAPPED << 1)};
    if (!start((const char *const[]){NO_LEAKS, NULL}, "20") || !run(points, 1) || !await_tag(&heard, qdalab_FromAgent_samples_tag))
        return;
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_session_tag, &fact), 1);
    CHECK_STR(field_text(&fact, qdalab_DspSessionFact_node_tag), "/dev/accel/accel0");
    CHECK_CONTAINS(field_text(&fact, qdalab_DspSessionFact_shell_tag), "fastrpc_shell_unsigned_3");
    CHECK(field_uint(&fact, qdalab_DspSessionFact_shell_bytes_tag) > 1000);
    CHECK_INT(strlen(field_text(&fact, qdalab_DspSessionFact_shell_sha256_tag)), 64);
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_process_memory_tag), 4 << 20);
    CHECK(field_uint(&fact, qdalab_DspSessionFact_reverse_calls_tag) > 0);
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_ended_tag), 0);
    CHECK(facts(qdalab_MemoryRecord_dsp_map_tag, &fact) >= 1);
    CHECK(field_uint(&fact, qdalab_DspMapFact_address_tag) != 0);
    CHECK(field_uint(&fact, qdalab_DspMapFact_size_tag) >= 65536);
    host_ask(&host, qdalab_ToAgent_cancel_tag);
    await_tag(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.points, 1);
    CHECK_INT(field_uint(&frame, qdalab_PlanDone_cancelled_tag), 1);
    end();
}

static void test_hang(void)
{
    struct heard heard = {0};
    struct host_frame fact = {0};
    qdalab_PlanPoint points[] = {point("rpc.ping", 0, ENDLESS, 0), point("rpc.ping", 0, 100, 0)};
    points[0].budget_ns = 2000000000u;
    if (!start((const char *const[]){NO_LEAKS, NULL}, "2") || !run(points, 2) || !await_tag(&heard, qdalab_FromAgent_samples_tag))
        return;
    CHECK(live_board_fault(&board, qdalab_FaultKind_FAULT_DSP_HANG));
    await_tag(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT((int32_t)field_uint(&frame, qdalab_PointDone_error_tag), -110);
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "INVOKE (handle 0x");
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "method 2) hung");
    CHECK(live_board_clear_faults(&board));
    await_tag(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.points, 2);
    CHECK_INT(heard.passed, 1);
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_session_tag, &fact), 1);
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_ended_tag), 1);
    end();
}

/* The DSP process dies in the middle of a call: that point is an error, the next one has a new process. */
static void test_crash(void)
{
    struct heard heard = {0};
    const qdalab_PlanPoint points[] = {point("rpc.ping", 0, ENDLESS, 0), point("rpc.ping", 0, 100, 0)};
    if (!start((const char *const[]){NO_LEAKS, NULL}, "10") || !run(points, 2) || !await_tag(&heard, qdalab_FromAgent_samples_tag))
        return;
    CHECK(live_board_fault(&board, qdalab_FaultKind_FAULT_DSP_CRASH));
    await_tag(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(heard.passed, 0);
    CHECK(live_board_clear_faults(&board));
    await_tag(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.points, 2);
    CHECK_INT(heard.passed, 1);
    end();
}

/* Waits until the worker said that its call lasts. */
static bool await_call(void)
{
    struct host_frame fact;
    for (int waited = 0; waited < HOST_PATIENCE_MS; waited += 50) {
        if (facts(qdalab_MemoryRecord_dsp_call_tag, &fact) > 0)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return false;
}

/* The node goes, with calls that nobody answers any more. */
static void check_unplug(bool hangs)
{
    struct heard heard = {0};
    const qdalab_PlanPoint points[] = {point("rpc.ping", 0, ENDLESS, 0), point("rpc.ping", 0, 100, 0), point("mem.alloc", 4096, 10, 0)};
    if (!start((const char *const[]){NO_LEAKS, NULL}, "600") || !run(points, 3) || !await_tag(&heard, qdalab_FromAgent_samples_tag))
        return;
    CHECK(!hangs || live_board_fault(&board, qdalab_FaultKind_FAULT_DSP_HANG));
    CHECK(!hangs || await_call());
    CHECK(live_board_unplug(&board, "cdsp"));
    await_tag(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT((int32_t)field_uint(&frame, qdalab_PointDone_error_tag), -19);
    if (hangs)
        CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "The node went while INVOKE");
    await_tag(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.points, 3);
    CHECK_INT(heard.passed, 0);
    end();
}

static void test_unplug(void)
{
    check_unplug(false);
}

static void test_unplug_of_a_hung_call(void)
{
    check_unplug(true);
}

static void test_agent_killed(void)
{
    struct heard heard = {0};
    const qdalab_PlanPoint points[] = {point("rpc.ping", 0, ENDLESS, 0)};
    if (!start((const char *const[]){NO_LEAKS, NULL}, "10") || !run(points, 1) || !await_tag(&heard, qdalab_FromAgent_samples_tag))
        return;
    kill(agent.pid, SIGKILL);
    agent_wait(&agent);
    host_close(&host);
    stop_board();
}

/* A path that is not there skips what needs the DSP, with the reason; the rest runs. */
static void check_skipped(const struct host_paths *paths, const char *said)
{
    struct heard heard = {0};
    const qdalab_PlanPoint points[] = {point("rpc.ping", 0, 100, 0), point("base.ioctl", 0, 100, 0)};
    if (!start((const char *const[]){NULL}, "10"))
        return;
    if (!CHECK(host_plan_with(&host, paths, points, 2) != 0) || !CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame)))
        return;
    await_tag(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_SKIP);
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), said);
    await_tag(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.passed, 1);
    end();
}

static void test_no_shell(void)
{
    check_skipped(&(struct host_paths){.shell = "/nowhere/shell"}, "/nowhere/shell");
}

static void test_no_dsp_files(void)
{
    check_skipped(&(struct host_paths){.dsp_files = "/nowhere/files"}, "--dsp-files /nowhere/files");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s AGENT\n", argv[0]);
        return 3;
    }
    agent_path = argv[1];
    check_run("points run here and on the DSP, with proofs (v1)", test_plan_v1);
    check_run("the same on the RFC", test_plan_rfc);
    check_run("the same on legacy FastRPC", test_plan_fastrpc);
    check_run("session and mappings are in the memory picture", test_memory_picture);
    check_run("a call that hangs is given up, the next point works", test_hang);
    check_run("a DSP process that dies is an error, the next point works", test_crash);
    check_run("a node that goes ends the plan quickly", test_unplug);
    check_run("a node that goes ends a call that nobody wakes", test_unplug_of_a_hung_call);
    check_run("a killed agent leaves nothing on the board", test_agent_killed);
    check_run("a shell that is not there is a skip with the reason", test_no_shell);
    check_run("nor a folder of files for the DSP", test_no_dsp_files);
    return check_done();
}
