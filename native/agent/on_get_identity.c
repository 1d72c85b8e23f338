/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include <pb_encode.h>

#include "agent/agent.h"
#include "agent/facts.h"
#include "wire/text.h"

#define CLOCK_PAIRS 1001u

static int take_reading(void *arg, const struct qda_reading *reading)
{
    put_reading(arg, qdalab_Identity_readings_tag, reading);
    return 0;
}

static void put_accel_node(struct qda_put *put, const struct qda_node *node)
{
    qdalab_AccelNode message = {
        .path = qda_text(node->path),
        .dsp = qda_text(node->dsp),
        .generation = qda_text(node->driver ? node->driver->name : ""),
        .proof = qda_text(node->proof),
        .error = node->error,
    };
    qda_put_message(put, qdalab_Identity_nodes_tag, qdalab_AccelNode_fields, &message);
}

/* A driver that keeps what was once mapped: the host tells beforehand what a run leaves until reboot. */
static void put_driver_reading(struct qda_put *put, const struct qda_node *node)
{
    char key[96];
    snprintf(key, sizeof(key), "%.63s.keeps-mapped-buffers", node->path);
    struct qda_reading reading = {
        .key = key,
        .value = node->driver->leaks_mappings ? "yes" : "no",
        .unit = "",
        .reason = "",
        .source = node->driver->name,
    };
    put_reading(put, qdalab_Identity_readings_tag, &reading);
}

static void put_count(struct qda_put *put, const char *key, unsigned count)
{
    char value[16];
    snprintf(value, sizeof(value), "%u", count);
    put_reading(put, qdalab_Identity_readings_tag,
                &(struct qda_reading){.key = key, .value = value, .unit = "count", .reason = "", .source = "agent"});
}

/* No node at all is a reading that is missing, with its reason. */
static void put_no_nodes(struct qda_put *put, int err)
{
    char reason[240];
    if (err < 0)
        snprintf(reason, sizeof(reason),
                 "/dev/accel cannot be listed: %s, and there is no /dev/fastrpc-*. The driver is not loaded, or this is no such "
                 "board.",
                 strerror(-err));
    else
        snprintf(reason, sizeof(reason),
                 "No node below /dev/accel belongs to a qda driver, and there is no /dev/fastrpc-*. Load the driver and "
                 "start the DSP.");
    struct qda_reading reading = {.key = "accel.nodes", .unit = "", .reason = reason, .source = "/dev/accel"};
    put_reading(put, qdalab_Identity_readings_tag, &reading);
}

static void put_nodes(struct qda_put *put, struct agent *agent)
{
    struct qda_node nodes[AGENT_MAX_NODES];
    int count = qda_find_nodes(agent->sys, agent->options.generation, nodes, AGENT_MAX_NODES);
    for (int i = 0; i < count && i < AGENT_MAX_NODES; i++) {
        put_accel_node(put, &nodes[i]);
        if (nodes[i].driver)
            put_driver_reading(put, &nodes[i]);
    }
    if (count <= 0)
        put_no_nodes(put, count);
}

static void put_benchmarks(struct qda_put *put)
{
    for (size_t i = 0; qda_runs[i]; i++) {
        qdalab_BenchmarkInfo message = {.id = qda_text(qda_runs[i]->id), .exhaustive = qda_runs[i]->exhaustive};
        qda_put_message(put, qdalab_Identity_benchmarks_tag, qdalab_BenchmarkInfo_fields, &message);
    }
}

static bool encode_heaps(pb_ostream_t *stream, const pb_field_t *field, void *const *arg)
{
    const struct qda_board *board = *arg;
    for (size_t i = 0; i < board->heap_count; i++) {
        pb_callback_t name = qda_text_present(board->heaps[i]);
        if (!name.funcs.encode(stream, field, &name.arg))
            return false;
    }
    return true;
}

/* Of the fields that occur once; the repeated ones stand in the body already, in protobuf the order is free. */
static void put_board(struct qda_put *put, struct agent *agent, struct qda_board *board)
{
    qdalab_Identity message = {
        .serial = qda_text(board->serial),
        .model = qda_text(board->model),
        .kernel = qda_text(board->kernel),
        .machine = qda_text(board->machine),
        .simulated = agent->sys->simulated,
        .heaps = {.funcs.encode = encode_heaps, .arg = board},
        .page_size = board->page_size,
        .clock_cost_ns = qda_clock_cost(agent->sys, CLOCK_PAIRS),
    };
    qda_put_fields(put, qdalab_Identity_fields, &message);
}

void on_get_identity(struct agent *agent, const struct agent_request *request)
{
    struct qda_put put = qda_put_into(agent->scratch, sizeof(agent->scratch));
    struct qda_board board = {0};
    put_nodes(&put, agent);
    qda_probe_identity(agent->sys, &board, take_reading, &put);
    put_count(&put, "agent.refused-users", agent->door.refused);
    put_count(&put, "agent.refused-tokens", agent->door.bad_tokens);
    put_benchmarks(&put);
    put_board(&put, agent, &board);
    agent_reply_put(agent, request->message.id, qdalab_FromAgent_identity_tag, &put);
}
