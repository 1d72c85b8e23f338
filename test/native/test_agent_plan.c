/* SPDX-License-Identifier: MIT */
/* Plans over the agent's own socket: order, back-pressure, resumption, overflow, cancel, faults. */
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent_heard.h"
#include "agent_host.h"
#include "check.h"

#define MANY 1000000u /* samples: 8 MB, four times the ring */

static struct agent_process agent;
static struct host host;
static struct host_frame frame;
static char board[32]; /* of this process alone: the measuring lock has its name */

static bool start_and_open(void)
{
    return CHECK(agent_spawn(&agent, (const char *[]){NULL, "--board", board, NULL}, HOST_TOKEN)) &&
           CHECK(host_open(&host, &agent, 0, &frame));
}

static void end(void)
{
    CHECK_INT(agent_end(&agent), EXIT_OK);
}

static bool run(const qdalab_PlanPoint *points, size_t count)
{
    uint64_t id = host_plan(&host, "cdsp", points, count);
    return CHECK(host_next(&host, &frame)) && CHECK_INT(frame.reply_to, id) && CHECK_INT(frame.tag, qdalab_FromAgent_done_tag);
}

/* Hears everything up to the next frame of a kind, acknowledging each block. */
static bool hear_until(struct heard *heard, uint32_t tag)
{
    return CHECK(heard_until(heard, &host, &frame, tag));
}

static void test_points_in_order(void)
{
    if (!start_and_open())
        return;
    const qdalab_PlanPoint points[] = {heard_point("test.count", 4, 10000, 2), heard_point("test.skip", 5, 10, 0), heard_point("test.count", 9, 1, 4)};
    struct heard heard = {0};
    if (!run(points, 3))
        return;
    hear_until(&heard, qdalab_FromAgent_point_started_tag);
    CHECK_INT(field_uint(&frame, qdalab_PointStarted_index_tag), 4);
    CHECK_INT(field_count(&frame, qdalab_PointStarted_series_tag), 2);
    CHECK_STR(field_text(&frame, qdalab_PointStarted_series_tag), "first");
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(heard.next[0], 10000);
    CHECK_INT(heard.next[1], 10000);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_PASS);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_samples_taken_tag), 20000);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_verified_tag), 10000);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_simulated_tag), 1);
    CHECK(field_uint(&frame, qdalab_PointDone_ended_ns_tag) > field_uint(&frame, qdalab_PointDone_started_ns_tag));
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_index_tag), 5);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_SKIP);
    CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "heap");
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_STR(field_text(&frame, qdalab_PlanDone_run_id_tag), "run-1");
    CHECK_INT(field_uint(&frame, qdalab_PlanDone_cancelled_tag), 0);
    CHECK_INT(heard.started, 3);
    CHECK_INT(heard.done, 3);
    CHECK_INT(heard.gaps, 0);
    CHECK(!heard.wrong);
    host_close(&host);
    end();
}

/* The host reads but acknowledges nothing: the run waits for it, and nothing is lost once it does. */
static void test_back_pressure(void)
{
    if (!start_and_open())
        return;
    const qdalab_PlanPoint points[] = {heard_point("test.count", 0, MANY, 1)};
    struct heard heard = {0};
    if (!run(points, 1))
        return;
    while (host_next(&host, &frame) && frame.tag != qdalab_FromAgent_heartbeat_tag)
        heard_take(&heard, &frame);
    CHECK_INT(frame.tag, qdalab_FromAgent_heartbeat_tag);
    CHECK(heard.next[0] > 0 && heard.next[0] < BLOCKS_BYTES / 8);
    host_ack(&host, heard.block);
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT(heard.next[0], MANY);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_samples_dropped_tag), 0);
    CHECK_INT(heard.gaps, 0);
    CHECK(!heard.wrong);
    host_close(&host);
    end();
}

/* True once nobody holds the measuring lock: the plan is over. */
static bool wait_for_the_end(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int len = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "qda-lab/%u/%s/measuring", (unsigned)getuid(), board);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
    for (int waited = 0; waited < HOST_PATIENCE_MS; waited += 20) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        bool free = connect(fd, (struct sockaddr *)&address, size) < 0;
        close(fd);
        if (free)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return false;
}

static void test_resume_after_the_last_acknowledged_block(void)
{
    if (!start_and_open())
        return;
    const qdalab_PlanPoint points[] = {heard_point("test.count", 0, 60000, 2)};
    struct heard heard = {0};
    if (!run(points, 1))
        return;
    while (heard.block < 5 && host_next(&host, &frame))
        heard_take(&heard, &frame);
    host_ack(&host, 3);
    host_close(&host);
    CHECK(wait_for_the_end());
    CHECK(host_open(&host, &agent, 5, &frame));
    CHECK_STR(field_text(&frame, qdalab_Welcome_running_plan_tag), "run-1");
    uint64_t oldest = field_uint(&frame, qdalab_Welcome_oldest_block_tag);
    CHECK(oldest == 1 || oldest == 4); /* the acknowledgement may have been cut off with the connection */
    CHECK_INT(field_uint(&frame, qdalab_Welcome_dropped_blocks_tag), 0);
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.next[0], 60000);
    CHECK_INT(heard.next[1], 60000);
    CHECK_INT(heard.gaps, 0);
    CHECK(!heard.wrong);
    host_close(&host);
    /* Everything is acknowledged: nothing of that plan is left. */
    CHECK(host_open(&host, &agent, 0, &frame));
    CHECK_STR(field_text(&frame, qdalab_Welcome_running_plan_tag), "");
    CHECK_INT(field_uint(&frame, qdalab_Welcome_oldest_block_tag), 0);
    host_close(&host);
    end();
}

/* Results that nobody took keep the agent alive for longer than nobody does, but not for ever. */
static void test_results_are_kept_for_a_while(void)
{
    const char *const args[] = {NULL, "--board", board, "--idle-exit", "2", "--keep-results", "20", NULL};
    const qdalab_PlanPoint points[] = {heard_point("test.count", 0, 100, 1)};
    struct heard heard = {0};
    if (!CHECK(agent_spawn(&agent, args, HOST_TOKEN)) || !CHECK(host_open(&host, &agent, 0, &frame)) || !run(points, 1))
        return;
    host_close(&host);
    nanosleep(&(struct timespec){.tv_sec = 3}, NULL);
    CHECK(host_open(&host, &agent, 0, &frame));
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.next[0], 100);
    host_close(&host);
    CHECK_INT(agent_wait(&agent), EXIT_OK);
}

/* Nobody listens: the run goes on, what has no room is dropped and counted, and how the point went is there all the same. */
static void test_overflow_is_counted(void)
{
    if (!start_and_open())
        return;
    const qdalab_PlanPoint points[] = {heard_point("test.count", 0, MANY, 1), heard_point("test.count", 1, 10, 1)};
    struct heard heard = {0};
    if (!run(points, 2))
        return;
    host_close(&host);
    CHECK(wait_for_the_end());
    CHECK(host_open(&host, &agent, 0, &frame));
    uint64_t dropped_blocks = field_uint(&frame, qdalab_Welcome_dropped_blocks_tag);
    CHECK(dropped_blocks > 0);
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    uint64_t dropped = field_uint(&frame, qdalab_PointDone_samples_dropped_tag);
    CHECK(dropped > 0);
    CHECK_INT(field_uint(&frame, qdalab_PointDone_samples_taken_tag), MANY);
    CHECK_INT(heard.next[0] - heard.missing, MANY - dropped);
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.done, 2);
    CHECK_INT(heard.gaps, dropped_blocks);
    CHECK(!heard.wrong);
    host_close(&host);
    end();
}

/* A host that is gone before the agent first looked at it leaves a plan that nobody waits for: it ends, and the agent with it. */
static void test_host_gone_as_it_came(void)
{
    const char *const args[] = {NULL, "--board", board, "--idle-exit", "1", "--keep-results", "1", NULL};
    const qdalab_PlanPoint points[] = {heard_point("test.count", 0, MANY, 1)};
    if (!CHECK(agent_spawn(&agent, args, HOST_TOKEN)))
        return;
    kill(agent.pid, SIGSTOP); /* all that follows waits for it */
    if (CHECK(host_connect(&host, &agent)))
        CHECK(host_hello(&host, HOST_TOKEN, "", 0) != 0 && host_plan(&host, "cdsp", points, 1) != 0);
    host_close(&host);
    kill(agent.pid, SIGCONT);
    CHECK_INT(agent_wait(&agent), EXIT_OK);
}

/* Tries to come in until the agent lets it. */
static bool open_at_last(struct host *other, unsigned *refused)
{
    for (*refused = 0; *refused < HOST_PATIENCE_MS / 100; (*refused)++) {
        if (host_open(other, &agent, 0, &frame))
            return true;
        host_close(other);
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    return false;
}

/* A connection whose peer takes nothing any more gives way to one with the right token, and nothing is lost by it. */
static void test_stuck_connection_gives_way(void)
{
    if (!start_and_open())
        return;
    const qdalab_PlanPoint points[] = {heard_point("test.count", 0, MANY, 1)};
    struct heard heard = {0};
    struct host stuck = host;
    unsigned refused;
    CHECK(host_plan(&stuck, "cdsp", points, 1) != 0); /* and never reads */
    if (!CHECK(open_at_last(&host, &refused)))
        return;
    CHECK(refused > 0);
    CHECK_STR(field_text(&frame, qdalab_Welcome_running_plan_tag), "run-1");
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.next[0], MANY);
    CHECK_INT(heard.gaps, 0);
    CHECK(!heard.wrong);
    host_close(&stuck);
    host_close(&host);
    end();
}

static void test_cancel_keeps_what_was_measured(void)
{
    if (!start_and_open())
        return;
    const qdalab_PlanPoint points[] = {heard_point("test.endless", 0, 1, 1), heard_point("test.count", 1, 10, 1)};
    struct heard heard = {0};
    if (!run(points, 2))
        return;
    while (heard.next[0] == 0 && host_next(&host, &frame))
        heard_take(&heard, &frame); /* samples of a slow point come before it is done */
    uint64_t id = host_ask(&host, qdalab_ToAgent_cancel_tag);
    bool answered = false;
    while (!heard.plan_done && host_next(&host, &frame)) {
        if (heard_take(&heard, &frame) && frame.tag == qdalab_FromAgent_point_done_tag) {
            CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_CANCELLED);
            CHECK_INT(field_uint(&frame, qdalab_PointDone_samples_taken_tag), heard.next[0]);
        }
        answered |= frame.tag == qdalab_FromAgent_done_tag && frame.reply_to == id;
    }
    CHECK(answered);
    CHECK_INT(field_uint(&heard.last, qdalab_PlanDone_cancelled_tag), 1);
    CHECK_INT(heard.done, 1);
    CHECK(!heard.wrong);
    if (run(&points[1], 1)) {
        heard = (struct heard){0};
        hear_until(&heard, qdalab_FromAgent_plan_done_tag);
        CHECK_INT(heard.done, 1);
    }
    host_close(&host);
    end();
}

static void test_node_gone_ends_the_rest(void)
{
    if (!start_and_open())
        return;
    const qdalab_PlanPoint points[] = {heard_point("test.gone", 0, 1, 1), heard_point("test.endless", 1, 10, 1), heard_point("test.count", 2, 10, 1)};
    struct heard heard = {0};
    if (!run(points, 3))
        return;
    hear_until(&heard, qdalab_FromAgent_point_done_tag);
    CHECK_INT((int32_t)field_uint(&frame, qdalab_PointDone_error_tag), -19);
    CHECK_STR(field_text(&frame, qdalab_PointDone_call_tag), "GEM_CREATE");
    CHECK_INT(heard.next[0], 10);
    for (int i = 1; i < 3; i++) {
        hear_until(&heard, qdalab_FromAgent_point_done_tag);
        CHECK_INT(field_uint(&frame, qdalab_PointDone_status_tag), qdalab_Status_STATUS_ERROR);
        CHECK_INT((int32_t)field_uint(&frame, qdalab_PointDone_error_tag), -19);
        CHECK_CONTAINS(field_text(&frame, qdalab_PointDone_reason_tag), "/dev/accel/accel0 went away during point 0");
    }
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.done, 3);
    CHECK_INT(field_uint(&frame, qdalab_PlanDone_cancelled_tag), 0);
    CHECK_CONTAINS(field_text(&frame, qdalab_PlanDone_reason_tag), "the points after it were not tried");
    host_ask(&host, qdalab_ToAgent_ping_tag);
    CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
    host_close(&host);
    end();
}

static void test_node_gone_in_the_last_point(void)
{
    if (!start_and_open())
        return;
    const qdalab_PlanPoint points[] = {heard_point("test.gone", 7, 1, 1)};
    struct heard heard = {0};
    if (!run(points, 1))
        return;
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.done, 1);
    CHECK_STR(field_text(&frame, qdalab_PlanDone_reason_tag),
              "/dev/accel/accel0 went away during point 7 (DSP restart or unplug). Run the plan again.");
    host_close(&host);
    end();
}

static void check_refused(const char *dsp, const qdalab_PlanPoint *points, size_t count, const char *part)
{
    uint64_t id = host_plan(&host, dsp, points, count);
    if (!CHECK(host_next(&host, &frame)) || !CHECK_INT(frame.tag, qdalab_FromAgent_failure_tag))
        return;
    CHECK_INT(frame.reply_to, id);
    CHECK_CONTAINS(field_text(&frame, qdalab_Failure_message_tag), part);
}

static void test_bad_plans_are_refused_whole(void)
{
    if (!start_and_open())
        return;
    static qdalab_PlanPoint many[PLAN_MAX_POINTS + 1];
    const qdalab_PlanPoint unknown[] = {heard_point("test.count", 0, 10, 1), heard_point("mem.alloc", 1, 10, 1)};
    qdalab_PlanPoint source = heard_point("test.count", 0, 10, 1);
    source.source = 99;
    check_refused("cdsp", unknown, 2, "no benchmark 'mem.alloc'; this agent knows test.count, test.skip");
    CHECK_INT(field_uint(&frame, qdalab_Failure_code_tag), qdalab_FailureCode_FAILURE_UNKNOWN_BENCHMARK);
    check_refused("sdsp", unknown, 1, "DSP 'sdsp' was found (there are: cdsp, adsp)");
    CHECK_INT(field_uint(&frame, qdalab_Failure_code_tag), qdalab_FailureCode_FAILURE_NO_NODE);
    check_refused("adsp", unknown, 1, "not proven");
    check_refused("cdsp", unknown, 0, "at least one point");
    check_refused("", unknown, 1, "name of a DSP");
    check_refused("cdsp", &source, 1, "source (99)");
    check_refused("cdsp", many, PLAN_MAX_POINTS + 1, "at most 1024 points");
    CHECK_INT(field_uint(&frame, qdalab_Failure_code_tag), qdalab_FailureCode_FAILURE_LIMIT);
    if (run(unknown, 1)) {
        struct heard heard = {0};
        hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    }
    host_close(&host);
    end();
}

/* The longest plan, each point with the most to say, while nobody listens: all of that fits the ring. */
static void test_longest_plan_fits_the_ring(void)
{
    if (!start_and_open())
        return;
    static qdalab_PlanPoint points[PLAN_MAX_POINTS];
    for (uint32_t i = 0; i < PLAN_MAX_POINTS; i++)
        points[i] = heard_point(i == 0 ? "test.count" : i % 2 ? "test.skip" : "test.count", i, i == 0 ? MANY : 5, 4);
    struct heard heard = {0};
    if (!run(points, PLAN_MAX_POINTS))
        return;
    host_close(&host);
    CHECK(wait_for_the_end());
    CHECK(host_open(&host, &agent, 0, &frame));
    hear_until(&heard, qdalab_FromAgent_plan_done_tag);
    CHECK_INT(heard.started, PLAN_MAX_POINTS);
    CHECK_INT(heard.done, PLAN_MAX_POINTS);
    CHECK(!heard.wrong);
    host_close(&host);
    end();
}

static void test_one_run_a_board(void)
{
    struct agent_process first;
    struct host first_host;
    const qdalab_PlanPoint endless[] = {heard_point("test.endless", 0, 1, 1)};
    char pid[32], named[48];
    snprintf(named, sizeof(named), "board '%s'", board);
    if (!start_and_open() || !run(endless, 1))
        return;
    first = agent;
    first_host = host;
    if (!start_and_open())
        return;
    check_refused("cdsp", endless, 1, named);
    CHECK_INT(field_uint(&frame, qdalab_Failure_code_tag), qdalab_FailureCode_FAILURE_BUSY);
    snprintf(pid, sizeof(pid), "process %d", (int)first.pid);
    CHECK_CONTAINS(field_text(&frame, qdalab_Failure_message_tag), pid);
    uint64_t again = host_plan(&first_host, "cdsp", endless, 1);
    CHECK(host_await(&first_host, qdalab_FromAgent_failure_tag, &frame));
    CHECK_INT(frame.reply_to, again);
    CHECK_CONTAINS(field_text(&frame, qdalab_Failure_message_tag), "already runs the plan 'run-1'");
    host_close(&first_host);
    CHECK_INT(agent_end(&first), EXIT_OK);
    CHECK(run(endless, 1)); /* the lock went with its holder */
    host_close(&host);
    end();
}

/* SIGTERM in the middle of a point: the host gets what was measured and that it was cut short. */
static void test_told_to_end(void)
{
    if (!start_and_open())
        return;
    const qdalab_PlanPoint endless[] = {heard_point("test.endless", 0, 1, 1)};
    struct heard heard = {0};
    if (!run(endless, 1))
        return;
    CHECK(host_await(&host, qdalab_FromAgent_point_started_tag, &frame));
    heard_take(&heard, &frame);
    CHECK_INT(agent_end(&agent), EXIT_OK);
    while (!heard.plan_done && host_next(&host, &frame))
        heard_take(&heard, &frame);
    CHECK(heard.plan_done);
    CHECK_CONTAINS(field_text(&heard.last, qdalab_PlanDone_reason_tag), "told to end");
    CHECK(host_is_closed(&host));
    host_close(&host);
}

int main(void)
{
    agent_main = qda_agent_main;
    snprintf(board, sizeof(board), "unit-plan-%d", (int)getpid());
    check_run("points run in order and say what they are", test_points_in_order);
    check_run("a host that does not acknowledge makes the run wait", test_back_pressure);
    check_run("the stream resumes after the last acknowledged block", test_resume_after_the_last_acknowledged_block);
    check_run("results are kept for a while", test_results_are_kept_for_a_while);
    check_run("what has no room while nobody listens is counted", test_overflow_is_counted);
    check_run("a host that is gone as it came holds nothing up", test_host_gone_as_it_came);
    check_run("a stuck connection gives way to one with the token", test_stuck_connection_gives_way);
    check_run("cancel keeps what was measured", test_cancel_keeps_what_was_measured);
    check_run("a node that goes away ends the rest quickly", test_node_gone_ends_the_rest);
    check_run("a node that goes away in the last point leaves the plan incomplete", test_node_gone_in_the_last_point);
    check_run("a bad plan is refused before anything runs", test_bad_plans_are_refused_whole);
    check_run("the longest plan fits the ring", test_longest_plan_fits_the_ring);
    check_run("one run a board at a time", test_one_run_a_board);
    check_run("an agent that is told to end says how far it came", test_told_to_end);
    return check_done();
}
