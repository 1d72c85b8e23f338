/* SPDX-License-Identifier: MIT */
/*
 * Handshake and identity of a real agent binary on this machine's own kernel: test_agent_handshake AGENT [ARGUMENT]...
 * The command may be an emulator: test_agent_handshake qemu-aarch64 .build/aarch64/native/agent/qda-agent
 */
#include <stdlib.h>
#include <unistd.h>

#include "agent_host.h"
#include "check.h"

static const char *const *command;
static struct agent_process agent;
static struct host host;
static struct host_frame frame;

static bool start_and_open(void)
{
    return CHECK(agent_spawn(&agent, command, HOST_TOKEN)) && CHECK(host_open(&host, &agent, 0, &frame));
}

static void test_handshake(void)
{
    if (!start_and_open())
        return;
    CHECK_INT(strlen(field_text(&frame, qdalab_Welcome_build_id_tag)), 40);
    CHECK_INT(field_uint(&frame, qdalab_Welcome_simulated_tag), 0); /* a kernel */
    uint64_t id = host_ask(&host, qdalab_ToAgent_ping_tag);
    CHECK(host_await(&host, qdalab_FromAgent_done_tag, &frame));
    CHECK_INT(frame.reply_to, id);
    host_close(&host);
    CHECK_INT(agent_end(&agent), 0);
}

/* The reading that says why there is no node. */
static bool find_reading(const char *key, struct host_frame *out)
{
    for (unsigned i = 0; field_message(&frame, qdalab_Identity_readings_tag, i, out); i++) {
        if (strcmp(field_text(out, qdalab_Reading_key_tag), key) == 0)
            return true;
    }
    return false;
}

static void test_identity(void)
{
    if (!start_and_open())
        return;
    host_ask(&host, qdalab_ToAgent_get_identity_tag);
    CHECK(host_await(&host, qdalab_FromAgent_identity_tag, &frame));
    CHECK(field_text(&frame, qdalab_Identity_kernel_tag)[0] != '\0');
    CHECK(field_text(&frame, qdalab_Identity_machine_tag)[0] != '\0');
    CHECK_INT(field_uint(&frame, qdalab_Identity_page_size_tag), sysconf(_SC_PAGESIZE));
    CHECK(field_count(&frame, qdalab_Identity_benchmarks_tag) >= 9);
    CHECK_INT(field_uint(&frame, qdalab_Identity_simulated_tag), 0);
    struct host_frame reading;
    if (field_count(&frame, qdalab_Identity_nodes_tag) > 0) {
        check_skip("this machine has an accel node");
    } else if (CHECK(find_reading("accel.nodes", &reading))) {
        CHECK_INT(field_count(&reading, qdalab_Reading_value_tag), 0);
        CHECK_CONTAINS(field_text(&reading, qdalab_Reading_reason_tag), "driver");
    }
    host_close(&host);
    CHECK_INT(agent_end(&agent), 0);
}

static void test_run_without_a_node_is_refused(void)
{
    if (!start_and_open())
        return;
    qdalab_PlanPoint point = {.benchmark = "mem.alloc", .size = 4096, .samples = 10};
    host_plan(&host, "cdsp", &point, 1);
    CHECK(host_await(&host, qdalab_FromAgent_failure_tag, &frame));
    CHECK_INT(field_uint(&frame, qdalab_Failure_code_tag), qdalab_FailureCode_FAILURE_NO_NODE);
    CHECK_CONTAINS(field_text(&frame, qdalab_Failure_message_tag), "'cdsp'");
    host_close(&host);
    CHECK_INT(agent_end(&agent), 0);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s AGENT [ARGUMENT]...\n", argv[0]);
        return 3;
    }
    command = (const char *const *)(argv + 1);
    check_run("handshake", test_handshake);
    check_run("identity names the machine and says why there is no node", test_identity);
    check_run("a run without a node is refused", test_run_without_a_node_is_refused);
    return check_done();
}
