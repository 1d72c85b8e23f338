/* SPDX-License-Identifier: MIT */
/* The built agent against a virtual board, over the wire: test_agent_vqda VQDA AGENT. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent_host.h"
#include "check.h"

#include "run/run.h"

static const char *vqda_path, *agent_path;
static char board[32], vqda_name[64];
static pid_t vqda;
static struct agent_process agent;
static struct host host;
static struct host_frame frame;

/* Waits for the first line of the board's output: it is ready. */
static bool await_ready(int fd)
{
    char line[64];
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    return poll(&wait, 1, HOST_PATIENCE_MS) > 0 && read(fd, line, sizeof(line)) > 5 && memcmp(line, "ready", 5) == 0;
}

static bool start_board(const char *generation)
{
    int out[2];
    if (pipe(out) < 0)
        return false;
    fflush(stdout);
    vqda = fork();
    if (vqda == 0) {
        dup2(out[1], STDOUT_FILENO);
        execl(vqda_path, vqda_path, "--board", board, "--generation", generation, "--parent-death", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    bool ready = await_ready(out[0]);
    close(out[0]);
    return CHECK(ready);
}

static void end_board(int signal)
{
    int status;
    kill(vqda, signal);
    waitpid(vqda, &status, 0);
}

static bool start(const char *generation)
{
    const char *const command[] = {agent_path, "--vqda", vqda_name, "--board", board, NULL};
    return start_board(generation) && CHECK(agent_spawn(&agent, command, HOST_TOKEN)) && CHECK(host_open(&host, &agent, 0, &frame));
}

static void end(void)
{
    host_close(&host);
    CHECK_INT(agent_end(&agent), 0);
    end_board(SIGTERM);
}

/* `nodes` in all; number `cdsp` is the compute DSP's. */
static void check_identity(const char *generation, uint64_t nodes, unsigned cdsp)
{
    struct host_frame node;
    host_ask(&host, qdalab_ToAgent_get_identity_tag);
    CHECK(host_await(&host, qdalab_FromAgent_identity_tag, &frame));
    CHECK_INT(field_uint(&frame, qdalab_Identity_simulated_tag), 1);
    CHECK_INT(field_count(&frame, qdalab_Identity_nodes_tag), nodes);
    CHECK(field_message(&frame, qdalab_Identity_nodes_tag, cdsp, &node));
    CHECK_STR(field_text(&node, qdalab_AccelNode_dsp_tag), "cdsp");
    CHECK_STR(field_text(&node, qdalab_AccelNode_generation_tag), generation);
}

static void test_identity(void)
{
    static const char *const generations[][2] = {{"v1", "qda-v1"}, {"rfc", "qda-rfc"}, {"fastrpc", "fastrpc"}};
    for (int i = 0; i < 3; i++) {
        if (!start(generations[i][0]))
            return;
        CHECK_INT(field_uint(&frame, qdalab_Welcome_simulated_tag), 1);
        check_identity(generations[i][1], i < 2 ? 2 : 3, i < 2 ? 0 : 1);
        end();
    }
}

static qdalab_PlanPoint point(const char *benchmark, uint32_t index, uint32_t samples, qdalab_Source source)
{
    qdalab_PlanPoint made = {.index = index, .size = 65536, .source = source, .samples = samples, .warmups = 2,
                             .budget_ns = 30000000000u, .min_samples = 5, .seed = 7, .verify = true};
    snprintf(made.benchmark, sizeof(made.benchmark), "%s", benchmark);
    return made;
}

struct heard {
    uint64_t passed, skipped, samples, events;
    uint64_t next[QDA_MAX_SERIES]; /* of the running point's series */
    bool wrong;
};

static void take_samples(struct heard *heard)
{
    struct host_frame ns = {0};
    uint64_t series = field_uint(&frame, qdalab_SampleBlock_series_tag);
    field_find(frame.body, frame.len, qdalab_SampleBlock_ns_tag, 0, &ns);
    if (series >= QDA_MAX_SERIES) {
        heard->wrong = true;
        return;
    }
    heard->wrong |= field_uint(&frame, qdalab_SampleBlock_simulated_tag) != 1 ||
                    field_uint(&frame, qdalab_SampleBlock_first_tag) != heard->next[series];
    heard->next[series] += ns.len / 8;
    heard->samples += ns.len / 8;
}

static void take_point(struct heard *heard)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < QDA_MAX_SERIES; i++)
        sum += heard->next[i];
    bool passed = field_uint(&frame, qdalab_PointDone_status_tag) == qdalab_Status_STATUS_PASS;
    heard->passed += passed;
    heard->skipped += field_uint(&frame, qdalab_PointDone_status_tag) == qdalab_Status_STATUS_SKIP;
    heard->wrong |= field_uint(&frame, qdalab_PointDone_samples_taken_tag) != sum;
    if (!passed)
        printf("# point %u: %s: %s\n", (unsigned)field_uint(&frame, qdalab_PointDone_index_tag),
               field_text(&frame, qdalab_PointDone_call_tag), field_text(&frame, qdalab_PointDone_reason_tag));
}

/* Hears a plan to its end, acknowledging it. */
static bool hear(struct heard *heard)
{
    while (host_next(&host, &frame)) {
        bool samples = frame.tag == qdalab_FromAgent_samples_tag;
        if (samples)
            take_samples(heard);
        else if (frame.tag == qdalab_FromAgent_point_started_tag)
            memset(heard->next, 0, sizeof(heard->next));
        else if (frame.tag == qdalab_FromAgent_point_done_tag)
            take_point(heard);
        else if (frame.tag == qdalab_FromAgent_events_tag)
            heard->events += field_count(&frame, qdalab_MemoryEvents_events_tag);
        if (frame.tag >= qdalab_FromAgent_point_started_tag && frame.tag <= qdalab_FromAgent_plan_done_tag)
            host_ack(&host, field_uint(&frame, samples ? 1u : 2u));
        if (frame.tag == qdalab_FromAgent_plan_done_tag)
            return true;
    }
    return CHECK(!"the plan ended");
}

/* Every family once, with trace events beside it. */
static void run_every_family(void)
{
    qdalab_PlanPoint points[] = {
        point("base.ioctl", 0, 200, qdalab_Source_SOURCE_QDA),     point("mem.alloc", 1, 40, qdalab_Source_SOURCE_QDA),
        point("mem.cpumap", 2, 20, qdalab_Source_SOURCE_QDA),      point("mem.export", 3, 20, qdalab_Source_SOURCE_QDA),
        point("mem.import", 4, 20, qdalab_Source_SOURCE_QDA),      point("mem.import", 5, 20, qdalab_Source_SOURCE_HEAP_SYSTEM),
        point("mem.import", 6, 20, qdalab_Source_SOURCE_UDMABUF),  point("mem.import_scale", 7, 20, qdalab_Source_SOURCE_QDA),
        point("mem.handoff", 8, 20, qdalab_Source_SOURCE_QDA),     point("cpu.bw", 9, 10, qdalab_Source_SOURCE_QDA),
        point("cpu.sync", 10, 20, qdalab_Source_SOURCE_HEAP_SYSTEM),
    };
    const size_t count = sizeof(points) / sizeof(points[0]);
    points[7].count = 16;
    points[10].variant = 1;
    struct heard heard = {0};
    host_ask(&host, qdalab_ToAgent_start_events_tag);
    CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
    CHECK(host_plan(&host, "cdsp", points, count) != 0);
    if (!hear(&heard))
        return;
    CHECK_INT(heard.passed, count);
    CHECK(heard.samples >= 500);
    CHECK(!heard.wrong);
    if (heard.events == 0) /* the last batch may come after the end of the plan */
        CHECK(host_await(&host, qdalab_FromAgent_events_tag, &frame));
}

static void test_every_family(void)
{
    static const char *const generations[] = {"v1", "rfc"};
    for (int i = 0; i < 2; i++) {
        if (!start(generations[i]))
            return;
        run_every_family();
        end();
    }
}

/* A board as labs have it: what is about GEM is skipped, the rest is measured. */
static void test_fastrpc(void)
{
    const qdalab_PlanPoint points[] = {
        point("base.ioctl", 0, 200, qdalab_Source_SOURCE_QDA),    point("mem.alloc", 1, 40, qdalab_Source_SOURCE_QDA),
        point("mem.import", 2, 20, qdalab_Source_SOURCE_QDA),     point("mem.handoff", 3, 20, qdalab_Source_SOURCE_HEAP_SYSTEM),
        point("cpu.bw", 4, 10, qdalab_Source_SOURCE_QDA),         point("cpu.bw", 5, 10, qdalab_Source_SOURCE_DMABUF),
        point("cpu.bw", 6, 10, qdalab_Source_SOURCE_HEAP_SYSTEM), point("cpu.bw", 7, 10, qdalab_Source_SOURCE_MALLOC),
    };
    struct heard heard = {0};
    if (!start("fastrpc"))
        return;
    CHECK(host_plan(&host, "cdsp", points, sizeof(points) / sizeof(points[0])) != 0);
    if (hear(&heard)) {
        CHECK_INT(heard.skipped, 5);
        CHECK_INT(heard.passed, 3);
        CHECK(!heard.wrong);
    }
    end();
}

static void test_memory_says_how_each_tier_stands(void)
{
    if (!start("v1"))
        return;
    host_ask(&host, qdalab_ToAgent_get_memory_tag);
    do {
        if (!CHECK(host_await(&host, qdalab_FromAgent_memory_tag, &frame)))
            return;
    } while (field_uint(&frame, qdalab_MemoryChunk_last_tag) == 0);
    CHECK_INT(field_count(&frame, qdalab_MemoryChunk_tiers_tag), 4);
    for (unsigned i = 0; i < 3; i++) {
        struct host_frame tier;
        CHECK(field_message(&frame, qdalab_MemoryChunk_tiers_tag, i, &tier));
        CHECK_INT(field_uint(&tier, qdalab_TierStatus_tier_tag), i + 1);
        CHECK_INT(field_uint(&tier, qdalab_TierStatus_available_tag), 1);
    }
    end();
}

/* The board dies in the middle of a point: the rest is told, the agent lives. */
static void test_board_dies(void)
{
    if (!start("v1"))
        return;
    const qdalab_PlanPoint points[] = {point("base.ioctl", 0, 100000000, qdalab_Source_SOURCE_QDA),
                                       point("mem.alloc", 1, 10, qdalab_Source_SOURCE_QDA)};
    struct heard heard = {0};
    CHECK(host_plan(&host, "cdsp", points, 2) != 0);
    CHECK(host_await(&host, qdalab_FromAgent_samples_tag, &frame));
    take_samples(&heard);
    host_ack(&host, field_uint(&frame, qdalab_SampleBlock_block_tag));
    end_board(SIGKILL);
    if (hear(&heard)) {
        CHECK_INT(heard.passed, 0);
        CHECK(!heard.wrong);
    }
    uint64_t id = host_ask(&host, qdalab_ToAgent_ping_tag);
    CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
    CHECK_INT(frame.reply_to, id);
    host_plan(&host, "cdsp", points, 1);
    CHECK(host_await(&host, qdalab_FromAgent_failure_tag, &frame));
    CHECK_INT(field_uint(&frame, qdalab_Failure_code_tag), qdalab_FailureCode_FAILURE_NO_NODE);
    host_close(&host);
    CHECK_INT(agent_end(&agent), 0);
}

static void test_no_board(void)
{
    const char *const command[] = {agent_path, "--vqda", "qda-lab/0/nobody/vqda", NULL};
    CHECK(!agent_spawn(&agent, command, HOST_TOKEN));
    CHECK_INT(agent_wait(&agent), 2);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s VQDA AGENT\n", argv[0]);
        return 3;
    }
    vqda_path = argv[1];
    agent_path = argv[2];
    snprintf(board, sizeof(board), "unit-%d", (int)getpid());
    snprintf(vqda_name, sizeof(vqda_name), "qda-lab/%u/%s/vqda", (unsigned)getuid(), board);
    check_run("identity proves each generation", test_identity);
    check_run("every family passes on either generation of QDA, with events", test_every_family);
    check_run("FastRPC: what is about GEM is skipped, the rest passes", test_fastrpc);
    check_run("memory says how each tier stands", test_memory_says_how_each_tier_stands);
    check_run("the board dies in the middle of a run", test_board_dies);
    check_run("no board, no agent", test_no_board);
    return check_done();
}
