/* SPDX-License-Identifier: MIT */
/* Points that need the DSP, in the worker: order, back-pressure, cancel, hangs, crashes, what is told of the session. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent_board.h"
#include "agent_heard.h"
#include "check.h"

#define MANY 1000000u /* samples: 8 MB, more than twice the ring */

static struct agent_process agent;
static struct host host;
static struct host_frame frame;
static char board[32], node[64];

static bool start_with(const char *option, const char *value)
{
    const char *const args[] = {NULL, "--board", board, option, value, NULL};
    close(open(node, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    return CHECK(agent_spawn(&agent, args, HOST_TOKEN)) && CHECK(host_open(&host, &agent, 0, &frame));
}

static bool start_and_open(void)
{
    return start_with(NULL, NULL);
}

static void end(void)
{
    host_close(&host);
    CHECK_INT(agent_end(&agent), EXIT_OK);
}

static bool run(const qdalab_PlanPoint *points, size_t count)
{
    uint64_t id = host_plan(&host, "cdsp", points, count);
    return CHECK(host_next(&host, &frame)) && CHECK_INT(frame.reply_to, id) && CHECK_INT(frame.tag, qdalab_FromAgent_done_tag);
}

static bool hear_until(struct heard *heard, uint32_t tag)
{
    return CHECK(heard_until(heard, &host, &frame, tag));
}

/* The agent's child; 0: it has none. */
static pid_t child_of(pid_t pid)
{
    char path[64];
    int child = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%d", &child) != 1)
        child = 0;
    if (file)
        fclose(file);
    return child;
}

/* Gone, or a zombie that its new parent has not looked at yet. */
static bool is_gone(pid_t pid)
{
    char path[64], state = 'X';
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = 'X';
    if (file)
        fclose(file);
    return state == 'X' || state == 'Z';
}

static bool goes(pid_t pid)
{
    for (int waited = 0; waited < HOST_PATIENCE_MS && !is_gone(pid); waited += 10)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    return is_gone(pid);
}

static void test_points_here_and_there(void)
{
    const qdalab_PlanPoint points[] = {heard_point("test.count", 0, 5000, 1), heard_point("dsp.count", 1, 10000, 2),
                                       heard_point("test.count", 2, MANY, 1), heard_point("dsp.count", 3, 1, 4)};
    static const uint64_t taken[] = {5000, 20000, MANY, 4};
    struct heard heard = {0};
    pid_t worker = 0;
    if (!start_and_open() || !run(points, 4))
        return;
    for (unsigned i = 0; i < 4; i++) {
        hear_until(&heard, qdalab_FromAgent_point_done_tag);
        CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_PASS);
        CHECK_INT(field_uint(&frame, qdalab_PointDone_samples_taken_tag), taken[i]);
        CHECK_INT(field_uint(&frame, qdalab_PointDone_verified_tag), heard.next[0]);
        if (i == 1) /* the next point waits for acknowledgements */
            worker = child_of(agent.pid);
    }
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.started, 4);
    CHECK_INT(heard.gaps, 0);
    CHECK(!heard.wrong);
    CHECK(worker != 0); /* kept while local points ran, and ended with the plan */
    CHECK_INT(child_of(agent.pid), 0);
    end();
}

static void test_back_pressure(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.count", 0, MANY, 1)};
    struct heard heard = {0};
    if (!start_with("--call-grace", "3") || !run(points, 1))
        return;
    /* Heartbeats come every five seconds: what is not acknowledged makes it wait for longer than a hung call may. */
    while (host_next(&host, &frame) && frame.tag != qdalab_FromAgent_heartbeat_tag)
        heard_take(&heard, &frame);
    CHECK_INT(frame.tag, qdalab_FromAgent_heartbeat_tag);
    CHECK(heard.next[0] > 0 && heard.next[0] < BLOCKS_BYTES / 8);
    host_ack(&host, heard.block);
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(heard.next[0], MANY);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_samples_dropped_tag), 0);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_PASS);
    CHECK_INT(heard.gaps, 0);
    CHECK(!heard.wrong);
    end();
}

static void test_resume(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.count", 0, 100000, 2), heard_point("dsp.count", 1, 20, 1)};
    struct heard heard = {0};
    if (!start_and_open() || !run(points, 2))
        return;
    while (heard.block < 5 && host_next(&host, &frame))
        heard_take(&heard, &frame);
    host_ack(&host, 3);
    host_close(&host);
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    if (!CHECK(host_open(&host, &agent, 5, &frame)))
        return;
    CHECK_STR(field_text(&frame, qdalab_Welcome_running_plan_tag), "run-1");
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(heard.next[0], 100000);
    CHECK_INT(heard.next[1], 100000);
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.done, 2);
    CHECK_INT(heard.gaps, 0);
    CHECK(!heard.wrong);
    end();
}

static void test_cancel(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.endless", 0, 1, 1), heard_point("dsp.count", 1, 10, 1)};
    struct heard heard = {0};
    if (!start_and_open() || !run(points, 2))
        return;
    while (heard.next[0] == 0 && host_next(&host, &frame))
        heard_take(&heard, &frame);
    host_ask(&host, qdalab_ToAgent_cancel_tag);
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_CANCELLED);
    CHECK_STR(field_text(&frame, qdalab_PointDone_reason_tag), "Cancelled from the computer that started the run.");
    CHECK_INT(field_uint(&frame, qdalab_PointDone_samples_taken_tag), heard.next[0]);
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(field_uint(&frame, qdalab_PlanDone_cancelled_tag), 1);
    CHECK_INT(heard.done, 1);
    CHECK(!heard.wrong);
    CHECK_INT(child_of(agent.pid), 0);
    if (run(&points[1], 1)) {
        heard = (struct heard){0};
        hear_until(&heard, qdalab_FromAgent_plan_done_tag);
        CHECK_INT(heard.done, 1);
    }
    end();
}

/* Waits until the worker said that its call lasts. */
static bool await_call(void)
{
    for (int waited = 0; waited < HOST_PATIENCE_MS; waited += 50) {
        struct host_frame record, call;
        host_ask(&host, qdalab_ToAgent_get_memory_tag);
        do {
            if (!host_await(&host, qdalab_FromAgent_memory_tag, &frame))
                return false;
            for (unsigned i = 0; field_message(&frame, qdalab_MemoryChunk_records_tag, i, &record); i++) {
                if (field_message(&record, qdalab_MemoryRecord_dsp_call_tag, 0, &call))
                    return field_uint(&call, qdalab_DspCallFact_handle_tag) == 0x99;
                if (i > 3000)
                    break; /* holders: there are thousands */
            }
        } while (field_uint(&frame, qdalab_MemoryChunk_last_tag) == 0);
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return false;
}

static void test_cancel_of_a_hung_call(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.hang", 0, 1, 1)};
    struct heard heard = {0};
    if (!start_and_open() || !run(points, 1))
        return;
    CHECK(hear_until(&heard, qdalab_FromAgent_samples_tag));
    CHECK(await_call());
    host_ask(&host, qdalab_ToAgent_cancel_tag);
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_CANCELLED);
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "Cancelled while INVOKE (handle 0x99, method 2) waited for the DSP");
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "2 mapped buffers (128 KiB)");
    CHECK_INT(heard.next[0], 10);
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(child_of(agent.pid), 0);
    end();
}

/* Records of a kind in a snapshot of the self tier; the last one in *out. */
static unsigned facts(pb_size_t kind, struct host_frame *out)
{
    qdalab_ToAgent ask = {.which_request = qdalab_ToAgent_get_memory_tag, .request.get_memory = {.tiers_count = 1, .tiers = {"self"}}};
    struct host_frame record, fact;
    unsigned count = 0;
    CHECK(host_send(&host, &ask) != 0);
    CHECK(host_await(&host, qdalab_FromAgent_memory_tag, &frame));
    CHECK_INT(field_uint(&frame, qdalab_MemoryChunk_last_tag), 1);
    for (unsigned i = 0; field_message(&frame, qdalab_MemoryChunk_records_tag, i, &record); i++) {
        if (!field_message(&record, kind, 0, &fact))
            continue;
        *out = fact;
        count++;
    }
    return count;
}

static void test_a_hung_call(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.hang", 0, 1, 1), heard_point("dsp.count", 1, 10, 1)};
    struct heard heard = {0};
    struct host_frame fact;
    if (!start_with("--call-grace", "8") || !run(points, 2))
        return;
    hear_until(&heard, qdalab_FromAgent_point_started_tag);
    pid_t worker = child_of(agent.pid);
    CHECK(worker != 0);
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_ERROR);
    CHECK_INT((int32_t)field_uint(&frame, qdalab_PointDone_error_tag), -110);
    CHECK_STR(field_text(&frame, qdalab_PointDone_call_tag), "INVOKE");
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "INVOKE (handle 0x99, method 2) hung");
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "may still own 2 mapped buffers (128 KiB)");
    CHECK_INT(heard.next[0], 10);
    CHECK(is_gone(worker));
    hear_until(&heard, qdalab_FromAgent_point_done_tag); /* in a new worker */
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_PASS);
    CHECK_INT(heard.next[0], 10);
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    /* What the DSP may still own is shown until the next plan. */
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_session_tag, &fact), 1);
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_ended_tag), 1);
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_pid_tag), worker);
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_map_tag, &fact), 2);
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_call_tag, &fact), 1);
    CHECK_INT(field_uint(&fact, qdalab_DspCallFact_handle_tag), 0x99);
    CHECK_INT(field_uint(&fact, qdalab_DspCallFact_scalars_tag), 0x02000000);
    heard = (struct heard){0};
    CHECK(run(&points[1], 1) && hear_until(&heard, qdalab_FromAgent_plan_done_tag));
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_session_tag, &fact), 0);
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_map_tag, &fact), 0);
    end();
}

static void test_a_crash(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.crash", 0, 1, 1), heard_point("dsp.count", 1, 10, 1)};
    struct heard heard = {0};
    if (!start_and_open() || !run(points, 2))
        return;
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_ERROR);
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "died with SIGABRT");
    CHECK_INT(heard.next[0], 10);
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_PASS);
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    end();
}

/* The node goes while a call waits, which nothing wakes. */
static void test_the_node_goes(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.hang", 0, 1, 1), heard_point("dsp.count", 1, 10, 1),
                                       heard_point("test.count", 2, 10, 1)};
    struct heard heard = {0};
    if (!start_with("--call-grace", "600") || !run(points, 3))
        return;
    CHECK(hear_until(&heard, qdalab_FromAgent_samples_tag));
    unlink(node);
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT((int32_t)field_uint(&frame, qdalab_PointDone_error_tag), -19);
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "The node went while INVOKE (handle 0x99, method 2) waited");
    for (int i = 1; i < 3; i++) {
        hear_until(&heard, qdalab_FromAgent_point_done_tag);
        CHECK_INT((int32_t)field_uint(&frame, qdalab_PointDone_error_tag), -19);
        CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "/dev/accel/accel0 went away during point 0");
    }
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    end();
}

static void test_a_family_says_the_node_went(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.gone", 0, 1, 1), heard_point("dsp.count", 1, 10, 1)};
    struct heard heard = {0};
    if (!start_and_open() || !run(points, 2))
        return;
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_STR(field_text(&frame, qdalab_PointDone_call_tag), "GEM_CREATE");
    CHECK_INT(heard.next[0], 10);
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "went away during point 0");
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    end();
}

static void test_the_agent_is_killed(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.hang", 0, 1, 1)};
    struct heard heard = {0};
    if (!start_and_open() || !run(points, 1))
        return;
    hear_until(&heard, qdalab_FromAgent_samples_tag);
    CHECK(await_call());
    pid_t worker = child_of(agent.pid);
    CHECK(worker != 0);
    kill(worker, SIGTERM); /* not its business */
    kill(worker, SIGINT);
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    CHECK(!is_gone(worker));
    kill(agent.pid, SIGKILL);
    agent_wait(&agent);
    CHECK(goes(worker));
    host_close(&host);
}

static void test_the_agent_is_told_to_end(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.hang", 0, 1, 1)};
    struct heard heard = {0};
    if (!start_and_open() || !run(points, 1))
        return;
    hear_until(&heard, qdalab_FromAgent_samples_tag);
    pid_t worker = child_of(agent.pid);
    CHECK_INT(agent_end(&agent), EXIT_OK);
    CHECK(worker != 0 && is_gone(worker));
    while (!heard.plan_done && host_next(&host, &frame))
        heard_take(&heard, &frame);
    CHECK(heard.plan_done);
    CHECK_CONTAINS(field_text(&heard.last, qdalab_PlanDone_reason_tag), "told to end");
    host_close(&host);
}

static void check_session(pid_t worker)
{
    struct host_frame fact;
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_session_tag, &fact), 1);
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_pid_tag), worker);
    CHECK_STR(field_text(&fact, qdalab_DspSessionFact_node_tag), "/dev/accel/accel0");
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_unsigned_pd_tag), 1);
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_shell_bytes_tag), 4711);
    CHECK_CONTAINS(field_text(&fact, qdalab_DspSessionFact_shell_sha256_tag), "00000000000000ab");
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_process_memory_tag), 4 << 20);
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_address_space_tag), 2ll << 30);
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_reverse_calls_tag), 5);
    CHECK_INT(field_uint(&fact, qdalab_DspSessionFact_ended_tag), 0);
}

/* While the plan runs. */
static void test_the_memory_picture(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.endless", 0, 1, 1)};
    struct heard heard = {0};
    struct host_frame fact;
    if (!start_and_open() || !run(points, 1))
        return;
    hear_until(&heard, qdalab_FromAgent_samples_tag);
    check_session(child_of(agent.pid));
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_map_tag, &fact), 2); /* of three, one is unmapped */
    CHECK_INT(facts(qdalab_MemoryRecord_self_tag, &fact), 1);
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_call_tag, &fact), 0);
    host_ask(&host, qdalab_ToAgent_cancel_tag);
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_session_tag, &fact), 0); /* it ended in good order */
    CHECK_INT(facts(qdalab_MemoryRecord_dsp_map_tag, &fact), 0);
    end();
}

static void test_lines_of_the_log(void)
{
    const qdalab_PlanPoint points[] = {heard_point("dsp.log", 0, 1, 150), heard_point("dsp.log", 1, 1, 1000)};
    struct heard heard = {0};
    unsigned lines = 0;
    if (!start_and_open() || !run(points, 1))
        return;
    while (!heard.plan_done && host_next(&host, &frame)) {
        heard_take(&heard, &frame);
        if (frame.tag != qdalab_FromAgent_log_tag)
            continue;
        lines++;
        CHECK_STR(field_text(&frame, qdalab_LogLine_source_tag), "cdsp");
        CHECK_CONTAINS(field_text(&frame, qdalab_LogLine_text_tag), "line ");
        CHECK_INT(field_uint(&frame, qdalab_LogLine_level_tag), lines == 150 ? qdalab_LogLevel_LOG_ERROR : qdalab_LogLevel_LOG_DEBUG);
    }
    CHECK_INT(lines, 150);
    /* A flood is cut. */
    heard = (struct heard){0};
    lines = 0;
    if (!run(&points[1], 1))
        return;
    while (!heard.plan_done && host_next(&host, &frame)) {
        heard_take(&heard, &frame);
        lines += frame.tag == qdalab_FromAgent_log_tag;
    }
    CHECK(lines >= 200 && lines < 1000);
    end();
}

static void check_proof(bool traced)
{
    struct host_frame proof, counter;
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_PASS);
    CHECK_INT(field_count(&frame, qdalab_PointDone_counters_tag), QDA_MAX_COUNTERS);
    CHECK(field_message(&frame, qdalab_PointDone_counters_tag, 0, &counter));
    CHECK_STR(field_text(&counter, qdalab_Counter_name_tag), "a-name-that-is-too-long");
    CHECK_STR(field_text(&counter, qdalab_Counter_unit_tag), "calls");
    CHECK(field_uint(&counter, qdalab_Counter_value_tag) == UINT64_MAX);
    if (!CHECK(field_message(&frame, qdalab_PointDone_proof_tag, 0, &proof)))
        return;
    CHECK_INT(field_uint(&proof, qdalab_ZeroCopyProof_ino_tag), BOARD_TRACED_INO);
    CHECK_INT(field_uint(&proof, qdalab_ZeroCopyProof_import_ino_tag), BOARD_TRACED_INO);
    CHECK_INT(field_uint(&proof, qdalab_ZeroCopyProof_dsp_address_tag), 0xd0000000u);
    CHECK_INT(field_uint(&proof, qdalab_ZeroCopyProof_nonce_to_dsp_tag), 1);
    CHECK_INT(field_uint(&proof, qdalab_ZeroCopyProof_nonce_from_dsp_tag), 1);
    CHECK(field_uint(&proof, qdalab_ZeroCopyProof_dma_address_tag) == (traced ? BOARD_TRACED_ADDRESS : 0));
    CHECK_CONTAINS(field_text(&proof, qdalab_ZeroCopyProof_dma_reason_tag), traced ? "" : "does not verify");
}

static void test_counters_and_proof(void)
{
    qdalab_PlanPoint points[] = {heard_point("dsp.proof", 0, 1, 1), heard_point("dsp.proof", 1, 1, 1)};
    struct heard heard = {0};
    points[0].verify = true;
    if (!start_and_open() || !run(points, 2))
        return;
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    check_proof(true);
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    check_proof(false);
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    end();
}

/* The longest plan, each point with counters and a proof, while nobody listens: all of that fits the ring. */
static void test_longest_plan_fits_the_ring(void)
{
    static qdalab_PlanPoint points[PLAN_MAX_POINTS];
    struct heard heard = {0};
    if (!start_and_open())
        return;
    points[0] = heard_point("dsp.count", 0, MANY, 4);
    for (uint32_t i = 1; i < PLAN_MAX_POINTS; i++)
        points[i] = heard_point("dsp.proof", i, 1, 1);
    if (!run(points, PLAN_MAX_POINTS))
        return;
    host_close(&host);
    while (child_of(agent.pid) != 0)
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    if (!CHECK(host_open(&host, &agent, 0, &frame)))
        return;
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.started, PLAN_MAX_POINTS);
    CHECK_INT(heard.done, PLAN_MAX_POINTS);
    CHECK(!heard.wrong);
    end();
}

int main(int argc, char **argv)
{
    if (argc > 1) /* re-executed: the worker */
        return qda_agent_main(argc, argv);
    agent_main = qda_agent_main;
    snprintf(board, sizeof(board), "unit-worker-%d", (int)getpid());
    snprintf(node, sizeof(node), "/tmp/qda-test-node-%d", (int)getpid());
    setenv(BOARD_NODE_VARIABLE, node, 1);
    check_run("points run in order, here and in the worker", test_points_here_and_there);
    check_run("a host that does not acknowledge makes the worker wait", test_back_pressure);
    check_run("the stream resumes after the host was away", test_resume);
    check_run("cancel keeps what was measured", test_cancel);
    check_run("cancel ends a call that hangs", test_cancel_of_a_hung_call);
    check_run("a call that hangs is given up, the next point works", test_a_hung_call);
    check_run("a crash is named, the next point works", test_a_crash);
    check_run("a node that goes ends the call that waits for it", test_the_node_goes);
    check_run("a family that says so ends the rest", test_a_family_says_the_node_went);
    check_run("a killed agent leaves no worker behind", test_the_agent_is_killed);
    check_run("an agent that is told to end ends the worker", test_the_agent_is_told_to_end);
    check_run("session, mappings and calls are in the memory picture", test_the_memory_picture);
    check_run("lines of the DSP's log carry its name", test_lines_of_the_log);
    check_run("counters and proof travel", test_counters_and_proof);
    check_run("the longest plan fits the ring", test_longest_plan_fits_the_ring);
    unlink(node);
    return check_done();
}
