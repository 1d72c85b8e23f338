/* SPDX-License-Identifier: MIT */
/* The agent's door, its simple requests and its life, over its own socket with a board that is made up. */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent_board.h"
#include "agent_host.h"
#include "check.h"
#include "wire/build_id.h"

#define FAILURE qdalab_FromAgent_failure_tag

static struct agent_process agent;
static struct host host;
static struct host_frame frame;

static bool start(const char *option, const char *value)
{
    return CHECK(agent_spawn(&agent, (const char *[]){NULL, "--board", "unit-door", option, value, NULL}, HOST_TOKEN));
}

static bool start_and_open(void)
{
    return start(NULL, NULL) && CHECK(host_open(&host, &agent, 0, &frame));
}

static void end(void)
{
    CHECK_INT(agent_end(&agent), EXIT_OK);
}

static bool await_failure(qdalab_FailureCode code, const char *part)
{
    return CHECK(host_await(&host, FAILURE, &frame)) && CHECK_INT(field_uint(&frame, qdalab_Failure_code_tag), code) &&
           CHECK_CONTAINS(field_text(&frame, qdalab_Failure_message_tag), part);
}

static void test_welcome(void)
{
    if (!start_and_open())
        return;
    CHECK_INT(frame.reply_to, 1);
    CHECK_STR(field_text(&frame, qdalab_Welcome_build_id_tag), QDA_BUILD_ID);
    CHECK_INT(field_uint(&frame, qdalab_Welcome_protocol_tag), 1);
    CHECK_INT(field_uint(&frame, qdalab_Welcome_simulated_tag), 1);
    CHECK_INT(strlen(field_text(&frame, qdalab_Welcome_session_tag)), 32);
    CHECK_STR(field_text(&frame, qdalab_Welcome_running_plan_tag), "");
    uint64_t id = host_ask(&host, qdalab_ToAgent_ping_tag);
    CHECK(host_next(&host, &frame));
    CHECK_INT(frame.tag, qdalab_FromAgent_done_tag);
    CHECK_INT(frame.reply_to, id);
    host_close(&host);
    end();
}

static void test_wrong_tokens_end_it(void)
{
    if (!start(NULL, NULL))
        return;
    for (int i = 0; i < DOOR_BAD_TOKENS; i++) {
        CHECK(host_connect(&host, &agent));
        CHECK(host_hello(&host, i % 2 ? "token-of-the-tests-0123456788" : "token-of-the-tests-012345678", "", 0) != 0);
        await_failure(qdalab_FailureCode_FAILURE_BAD_TOKEN, "token");
        CHECK(host_is_closed(&host));
        host_close(&host);
    }
    CHECK_INT(agent_wait(&agent), EXIT_BAD_TOKENS);
}

static void test_other_build_is_refused(void)
{
    if (!start(NULL, NULL))
        return;
    CHECK(host_connect(&host, &agent));
    host_hello(&host, HOST_TOKEN, "0badc0de", 0);
    await_failure(qdalab_FailureCode_FAILURE_BUILD_MISMATCH, "0badc0de");
    CHECK_CONTAINS(field_text(&frame, qdalab_Failure_message_tag), QDA_BUILD_ID);
    CHECK(host_is_closed(&host));
    host_close(&host);
    CHECK(host_connect(&host, &agent));
    host_hello(&host, HOST_TOKEN, QDA_BUILD_ID, 0);
    CHECK(host_await(&host, qdalab_FromAgent_welcome_tag, &frame));
    host_close(&host);
    end();
}

static void test_first_frame_must_be_hello(void)
{
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
        {"\x02\x00\x00\x00\x08\x01", 6},         /* no request at all */
        {"\x04\x00\x00\x00\x08\x01\x62\x00", 8}, /* a ping */
        {"\x03\x00\x00\x00\xff\xff\xff", 7},
        {"\x00\x00\x00\x00", 4},
        {"\xff\xff\xff\x7f", 4},
        {"GET / HTTP/1.1\r\n\r\n", 18},
    };
    if (!start(NULL, NULL))
        return;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(host_connect(&host, &agent));
        CHECK(host_send_bytes(&host, bad[i].bytes, bad[i].len));
        await_failure(qdalab_FailureCode_FAILURE_BAD_FRAME, "first frame");
        CHECK(host_is_closed(&host));
        host_close(&host);
    }
    end();
}

static void test_second_connection_is_busy(void)
{
    if (!start_and_open())
        return;
    struct host first = host;
    CHECK(host_connect(&host, &agent));
    host_hello(&host, HOST_TOKEN, "", 0);
    await_failure(qdalab_FailureCode_FAILURE_BUSY, "live");
    CHECK(host_is_closed(&host));
    host_close(&host);
    CHECK(host_ask(&first, qdalab_ToAgent_ping_tag) != 0);
    CHECK(host_await(&first, qdalab_FromAgent_done_tag, &frame));
    host_close(&first);
    CHECK(host_open(&host, &agent, 0, &frame));
    host_close(&host);
    end();
}

static void check_garbage(const char *bytes, size_t len)
{
    CHECK(host_open(&host, &agent, 0, &frame));
    CHECK(host_send_bytes(&host, bytes, len));
    await_failure(qdalab_FailureCode_FAILURE_BAD_FRAME, "Connect again");
    CHECK(host_is_closed(&host));
    host_close(&host);
}

/* In a process of its own: another user with the right token. 0: it was sent away without a word. */
static int be_another_user(void)
{
    if (setuid(65534) < 0 || !host_connect(&host, &agent))
        return 2;
    host_hello(&host, HOST_TOKEN, "", 0);
    bool answered = host_next(&host, &frame);
    host_close(&host);
    return answered ? 1 : 0;
}

static void test_other_users_are_not_let_in(void)
{
    if (getuid() != 0) {
        check_skip("only root can play another user");
        return;
    }
    if (!start(NULL, NULL))
        return;
    fflush(stdout);
    struct agent_process other = {.pid = fork()};
    if (other.pid == 0)
        _exit(be_another_user());
    CHECK_INT(agent_wait(&other), 0);
    CHECK(host_open(&host, &agent, 0, &frame));
    host_close(&host);
    end();
}

static void test_garbage_closes_the_connection_only(void)
{
    if (!start(NULL, NULL))
        return;
    check_garbage("\x03\x00\x00\x00\xff\xff\xff", 7);
    check_garbage("\x00\x00\x00\x00", 4);
    check_garbage("\x01\x00\x10\x00 and more", 13); /* 1 MiB + 1 */
    /* A frame of exactly 1 MiB is taken, and is garbage only for what it holds. */
    static char largest[QDA_FRAME_MAX + QDA_FRAME_PREFIX];
    memset(largest, 0xff, sizeof(largest));
    qda_frame_put_length((uint8_t *)largest, QDA_FRAME_MAX);
    check_garbage(largest, sizeof(largest));
    end();
}

static void test_half_a_frame_is_forgotten(void)
{
    if (!start_and_open())
        return;
    CHECK(host_send_bytes(&host, "\x04\x00\x00\x00\x08\x05", 6));
    host_close(&host);
    CHECK(host_open(&host, &agent, 0, &frame));
    uint64_t id = host_ask(&host, qdalab_ToAgent_ping_tag);
    CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
    CHECK_INT(frame.reply_to, id);
    host_close(&host);
    end();
}

static void test_bad_requests_keep_the_connection(void)
{
    if (!start_and_open())
        return;
    CHECK(host_send_bytes(&host, "\x02\x00\x00\x00\x62\x00", 6)); /* a ping with the id 0 */
    await_failure(qdalab_FailureCode_FAILURE_BAD_REQUEST, "id 0");
    CHECK(host_send_bytes(&host, "\x05\x00\x00\x00\x08\x09\xa2\x06\x00", 9)); /* field 100 */
    await_failure(qdalab_FailureCode_FAILURE_BAD_REQUEST, "does not know");
    CHECK_INT(frame.reply_to, 9);
    host_hello(&host, HOST_TOKEN, "", 0);
    await_failure(qdalab_FailureCode_FAILURE_BAD_REQUEST, "Hello comes once");
    qdalab_ToAgent memory = {.which_request = qdalab_ToAgent_get_memory_tag};
    memory.request.get_memory.tiers_count = 1;
    strcpy(memory.request.get_memory.tiers[0], "crystal");
    host_send(&host, &memory);
    await_failure(qdalab_FailureCode_FAILURE_BAD_REQUEST, "'crystal'");
    host_close(&host);
    end();
}

static void test_identity(void)
{
    if (!start_and_open())
        return;
    host_ask(&host, qdalab_ToAgent_get_identity_tag);
    CHECK(host_await(&host, qdalab_FromAgent_identity_tag, &frame));
    CHECK_STR(field_text(&frame, qdalab_Identity_model_tag), "Test board");
    CHECK_STR(field_text(&frame, qdalab_Identity_heaps_tag), "system");
    CHECK_INT(field_uint(&frame, qdalab_Identity_page_size_tag), 4096);
    CHECK_INT(field_uint(&frame, qdalab_Identity_clock_cost_ns_tag), 25);
    CHECK_INT(field_uint(&frame, qdalab_Identity_simulated_tag), 1);
    CHECK_INT(field_count(&frame, qdalab_Identity_benchmarks_tag), 11);
    CHECK_INT(field_count(&frame, qdalab_Identity_nodes_tag), 2);
    struct host_frame part;
    CHECK(field_message(&frame, qdalab_Identity_nodes_tag, 1, &part));
    CHECK_STR(field_text(&part, qdalab_AccelNode_dsp_tag), "adsp");
    CHECK_STR(field_text(&part, qdalab_AccelNode_generation_tag), "");
    CHECK_CONTAINS(field_text(&part, qdalab_AccelNode_proof_tag), "not proven");
    CHECK(field_message(&frame, qdalab_Identity_readings_tag, 0, &part)); /* of the one driver that is proven */
    CHECK_CONTAINS(field_text(&part, qdalab_Reading_key_tag), ".keeps-mapped-buffers");
    CHECK_STR(field_text(&part, qdalab_Reading_value_tag), "no");
    CHECK(field_message(&frame, qdalab_Identity_readings_tag, 1, &part));
    CHECK_STR(field_text(&part, qdalab_Reading_reason_tag), "it has none");
    CHECK_INT(field_count(&part, qdalab_Reading_value_tag), 0);
    host_close(&host);
    end();
}

static void test_checks_and_environment(void)
{
    if (!start_and_open())
        return;
    host_ask(&host, qdalab_ToAgent_get_checks_tag);
    CHECK(host_await(&host, qdalab_FromAgent_checks_tag, &frame));
    CHECK_INT(field_count(&frame, qdalab_Checks_checks_tag), 2);
    host_ask(&host, qdalab_ToAgent_get_environment_tag);
    CHECK(host_await(&host, qdalab_FromAgent_environment_tag, &frame));
    struct host_frame part;
    CHECK(field_message(&frame, qdalab_Environment_readings_tag, 0, &part));
    CHECK_STR(field_text(&part, qdalab_Reading_value_tag), "0.5");
    host_close(&host);
    end();
}

/* The inodes of one chunk's holder facts go on where the chunk before ended. */
static uint64_t count_holders(const struct host_frame *chunk, uint64_t seen)
{
    struct host_frame rest = *chunk, record, holder;
    while (field_find(rest.body, rest.len, qdalab_MemoryChunk_records_tag, 0, &record)) {
        if (field_message(&record, qdalab_MemoryRecord_holder_tag, 0, &holder)) {
            seen++;
            if (field_uint(&holder, qdalab_HolderFact_ino_tag) != seen)
                return UINT64_MAX;
        }
        const uint8_t *next = record.body + record.len;
        rest.len -= (size_t)(next - rest.body);
        rest.body = next;
    }
    return seen;
}

static void test_memory_comes_in_chunks(void)
{
    if (!start_and_open())
        return;
    uint64_t id = host_ask(&host, qdalab_ToAgent_get_memory_tag);
    uint64_t holders = 0, chunks = 0;
    do {
        if (!CHECK(host_await(&host, qdalab_FromAgent_memory_tag, &frame)))
            return;
        CHECK_INT(frame.reply_to, id);
        CHECK(frame.len < 256 * 1024);
        holders = count_holders(&frame, holders);
        chunks++;
    } while (field_uint(&frame, qdalab_MemoryChunk_last_tag) == 0);
    CHECK_INT(holders, BOARD_HOLDERS);
    CHECK(chunks > 2);
    CHECK(field_uint(&frame, qdalab_MemoryChunk_taken_ns_tag) > 0);
    CHECK_INT(field_count(&frame, qdalab_MemoryChunk_tiers_tag), 4);
    struct host_frame tier;
    CHECK(field_message(&frame, qdalab_MemoryChunk_tiers_tag, 2, &tier));
    CHECK_CONTAINS(field_text(&tier, qdalab_TierStatus_reason_tag), "be root");
    CHECK(field_message(&frame, qdalab_MemoryChunk_tiers_tag, 3, &tier));
    CHECK_INT(field_uint(&tier, qdalab_TierStatus_available_tag), 0);
    CHECK_CONTAINS(field_text(&tier, qdalab_TierStatus_reason_tag), "start events");
    host_close(&host);
    end();
}

/* A host that asks and goes away in the middle of the answer. */
static void test_memory_for_nobody(void)
{
    if (!start_and_open())
        return;
    for (int i = 0; i < 20; i++)
        host_ask(&host, qdalab_ToAgent_get_memory_tag);
    CHECK(host_next(&host, &frame));
    host_close(&host);
    CHECK(host_open(&host, &agent, 0, &frame));
    host_close(&host);
    end();
}

static void test_events_come_in_batches(void)
{
    if (!start_and_open())
        return;
    uint64_t id = host_ask(&host, qdalab_ToAgent_start_events_tag);
    CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
    CHECK_INT(frame.reply_to, id);
    uint64_t events = 0;
    while (events < BOARD_EVENTS && CHECK(host_await(&host, qdalab_FromAgent_events_tag, &frame))) {
        unsigned batch = field_count(&frame, qdalab_MemoryEvents_events_tag);
        CHECK(batch > 0 && batch <= EVENTS_BATCH);
        CHECK_INT(field_uint(&frame, qdalab_MemoryEvents_lost_tag), 4);
        struct host_frame event;
        CHECK(field_message(&frame, qdalab_MemoryEvents_events_tag, 0, &event));
        CHECK_INT(field_uint(&event, qdalab_DmaEvent_time_ns_tag), events + 1);
        events += batch;
    }
    CHECK_INT(events, BOARD_EVENTS);
    id = host_ask(&host, qdalab_ToAgent_stop_events_tag);
    CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
    CHECK_INT(frame.reply_to, id);
    host_close(&host);
    end();
}

static void test_ends_when_nobody_comes(void)
{
    if (!start("--idle-exit", "1"))
        return;
    CHECK_INT(agent_wait(&agent), EXIT_OK);
}

static void test_shutdown(void)
{
    if (!start_and_open())
        return;
    uint64_t id = host_ask(&host, qdalab_ToAgent_shutdown_tag);
    CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
    CHECK_INT(frame.reply_to, id);
    CHECK(host_is_closed(&host));
    host_close(&host);
    CHECK_INT(agent_wait(&agent), EXIT_OK);
}

static long voluntary_switches(void)
{
    char path[64], line[128];
    long switches = -1;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)agent.pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        sscanf(line, "voluntary_ctxt_switches: %ld", &switches);
    if (file)
        fclose(file);
    return switches;
}

/* Connected and idle: from one heartbeat to the next it sleeps once. */
static void test_idle_agent_sleeps(void)
{
    if (!start_and_open() || !CHECK(host_await(&host, qdalab_FromAgent_heartbeat_tag, &frame)))
        return;
    CHECK(field_uint(&frame, qdalab_Heartbeat_now_ns_tag) > 0);
    CHECK(field_uint(&frame, qdalab_Heartbeat_rss_bytes_tag) > 0);
    long before = voluntary_switches();
    CHECK(host_await(&host, qdalab_FromAgent_heartbeat_tag, &frame));
    long woken = voluntary_switches() - before;
    if (!CHECK(before > 0 && woken <= 2))
        printf("# woken %ld times between two heartbeats\n", woken);
    host_close(&host);
    end();
}

static int exit_code_of(char **args)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        int argc = 0;
        while (args[argc])
            argc++;
        if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))
            _exit(99);
        exit(qda_agent_main(argc, args));
    }
    struct agent_process child = {.pid = pid};
    return agent_wait(&child);
}

static void test_command_line(void)
{
    CHECK_INT(exit_code_of((char *[]){"qda-agent", "--help", NULL}), EXIT_OK);
    CHECK_INT(exit_code_of((char *[]){"qda-agent", "--build-id", NULL}), EXIT_OK);
    CHECK_INT(exit_code_of((char *[]){"qda-agent", "--unknown", NULL}), EXIT_USAGE);
    CHECK_INT(exit_code_of((char *[]){"qda-agent", "--board", NULL}), EXIT_USAGE);
    CHECK_INT(exit_code_of((char *[]){"qda-agent", "--board", "a/b", NULL}), EXIT_USAGE);
    CHECK_INT(exit_code_of((char *[]){"qda-agent", "--generation", "v9", NULL}), EXIT_USAGE);
    CHECK_INT(exit_code_of((char *[]){"qda-agent", "--idle-exit", "0", NULL}), EXIT_USAGE);
    CHECK_INT(exit_code_of((char *[]){"qda-agent", "--helper", "--dsp", "cdsp", NULL}), 7);
    CHECK_INT(exit_code_of((char *[]){"qda-agent", "--helper", "--dsp", "adsp", NULL}), EXIT_COULD_NOT);
}

static void test_token_must_be_fit(void)
{
    static char longest[140];
    memset(longest, 't', 128);
    CHECK(!agent_spawn(&agent, (const char *[]){NULL, NULL}, "fifteen-letters"));
    CHECK_INT(agent_wait(&agent), EXIT_COULD_NOT);
    CHECK(!agent_spawn(&agent, (const char *[]){NULL, NULL}, longest));
    CHECK_INT(agent_wait(&agent), EXIT_COULD_NOT);
    longest[127] = '\0';
    CHECK(agent_spawn(&agent, (const char *[]){NULL, NULL}, longest));
    end();
}

int main(void)
{
    agent_main = qda_agent_main;
    check_run("hello is answered by welcome, ping by done", test_welcome);
    check_run("sixteen wrong tokens end the agent", test_wrong_tokens_end_it);
    check_run("another build is refused with both ids", test_other_build_is_refused);
    check_run("the first frame must be a hello", test_first_frame_must_be_hello);
    check_run("a second connection is told that the agent is busy", test_second_connection_is_busy);
    check_run("another user is not let in", test_other_users_are_not_let_in);
    check_run("garbage closes the connection, not the agent", test_garbage_closes_the_connection_only);
    check_run("half a frame is forgotten with its connection", test_half_a_frame_is_forgotten);
    check_run("a bad request keeps the connection", test_bad_requests_keep_the_connection);
    check_run("identity says nodes, refusals, readings and benchmarks", test_identity);
    check_run("checks and environment are given", test_checks_and_environment);
    check_run("memory comes in chunks, in order and whole", test_memory_comes_in_chunks);
    check_run("memory asked for by a host that goes away", test_memory_for_nobody);
    check_run("trace events come in batches", test_events_come_in_batches);
    check_run("it ends when nobody comes", test_ends_when_nobody_comes);
    check_run("shutdown is answered, then the agent ends", test_shutdown);
    check_run("a connected idle agent sleeps between heartbeats", test_idle_agent_sleeps);
    check_run("the command line is checked", test_command_line);
    check_run("the token must be fit", test_token_must_be_fit);
    return check_done();
}
