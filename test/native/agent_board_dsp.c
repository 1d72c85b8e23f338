/* SPDX-License-Identifier: MIT */
#include "agent_board.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/served.h"
#include "run/dsp.h"

/* ---- a driver whose calls of handle 0x99 never come back */
static int invoke(struct qda_sys *sys, int fd, uint32_t handle, uint32_t scalars, const void *args)
{
    (void)sys;
    (void)fd;
    (void)scalars;
    (void)args;
    while (handle == 0x99)
        pause();
    return 0;
}

static int map(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    (void)sys;
    (void)fd;
    args->vaddr_out = 0xd0000000u + args->vaddr_in;
    return 0;
}

const struct qda_driver board_driver = {.generation = QDA_GEN_V1, .name = "qda-v1", .title = "QDA v1", .invoke = invoke, .map = map};

const struct qda_driver *qda_driver_for(enum qda_generation generation)
{
    return generation == QDA_GEN_V1 ? &board_driver : NULL;
}

/* ---- the session's place */
struct qda_dsp {
    struct qda_dsp_setup setup;
};

struct qda_dsp *qda_dsp_new(const struct qda_dsp_setup *setup)
{
    struct qda_dsp *dsp = calloc(1, sizeof(*dsp));
    if (dsp)
        dsp->setup = *setup;
    return dsp;
}

void qda_dsp_free(struct qda_dsp *dsp)
{
    free(dsp);
}

void qda_dsp_tell_changes(struct qda_dsp *dsp)
{
    (void)dsp;
}

size_t agent_served(const struct qda_rpc_file **out)
{
    *out = NULL;
    return 0;
}

static void declare_session(struct qda_run_ctx *ctx, bool alive)
{
    const struct qda_dsp_tell *tell = &ctx->dsp->setup.tell;
    struct qda_dsp_fact fact = {.alive = alive, .unsigned_pd = true, .shell = ctx->dsp->setup.shell_path, .shell_bytes = 4711,
                                .process_memory = 4u << 20, .address_space = UINT64_C(2) << 30, .reverse_calls = 5, .since_ns = 9};
    fact.shell_sha256[31] = 0xab;
    tell->session(tell->arg, &fact);
}

static void map_some(struct qda_run_ctx *ctx, uint64_t at)
{
    struct qda_map_args args = {.request = 1, .vaddr_in = at, .size = 65536};
    ctx->node->driver->map(ctx->sys, -1, &args);
}

/* ---- benchmarks */
static int start_session(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    const struct qda_rpc_hooks *hooks = &ctx->dsp->setup.hooks;
    declare_session(ctx, true);
    map_some(ctx, 0);
    map_some(ctx, 0x10000);
    hooks->mapped(hooks->arg, "heap", 0xe0000000u, 1u << 20, 55);
    hooks->unmapped(hooks->arg, 0xd0010000u);
    return board_start_counter(ctx, point, result, state);
}

static void stop_session(struct qda_run_ctx *ctx, void *state)
{
    declare_session(ctx, false);
    board_stop(ctx, state);
}

static void ten(struct qda_run_ctx *ctx)
{
    for (uint64_t i = 0; i < 10; i++)
        ctx->sink.append(ctx->sink.arg, 0, i * 4);
}

/* The samples of the step before are sent with the step's end. */
struct step {
    unsigned at;
};

static int start_once(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    (void)point;
    (void)result;
    ctx->sink.declare(ctx->sink.arg, 0, "first");
    *state = calloc(1, sizeof(struct step));
    return *state ? 0 : -ENOMEM;
}

static int start_hang(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    declare_session(ctx, true);
    map_some(ctx, 0);
    map_some(ctx, 0x10000);
    return start_once(ctx, point, result, state);
}

/* Steps until what was gathered is surely sent. */
static bool sent(struct qda_run_ctx *ctx, struct step *step)
{
    if (step->at++ == 0)
        ten(ctx);
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    return step->at > 50;
}

static int step_hang(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    (void)result;
    if (!sent(ctx, state))
        return 1;
    ctx->node->driver->invoke(ctx->sys, -1, 0x99, QDA_SCALARS_BUILD(0, 2, 0, 0, 0, 0), NULL);
    return 0;
}

static int step_crash(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    (void)result;
    if (!sent(ctx, state))
        return 1;
    abort();
}

static int start_log(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    const struct qda_rpc_hooks *hooks = &ctx->dsp->setup.hooks;
    char line[400];
    for (uint32_t i = 1; i <= point->count; i++) {
        snprintf(line, sizeof(line), "line %u%300s", i, "");
        hooks->log(hooks->arg, i == point->count ? 3 : 0, line);
    }
    return start_once(ctx, point, result, state);
}

static int step_once(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    (void)state;
    (void)result;
    ctx->sink.append(ctx->sink.arg, 0, 0);
    return 0;
}

static int start_proof(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"a-name-that-is-too-long-for-it", "two", "three", "four", "five", "six", "seven", "eight"};
    const struct qda_dsp_tell *tell = &ctx->dsp->setup.tell;
    for (unsigned i = 0; i < QDA_MAX_COUNTERS; i++)
        result->counters[i] = (struct qda_counter){.name = names[i], .unit = "calls", .value = UINT64_MAX - i};
    result->counter_count = QDA_MAX_COUNTERS;
    result->zero_copy = (struct qda_zero_copy){.claimed = true, .ino = BOARD_TRACED_INO, .import_ino = BOARD_TRACED_INO,
                                               .dsp_address = 0xd0000000u, .nonce_to_dsp = true, .nonce_from_dsp = true};
    if (point->verify && tell->trace(tell->arg))
        tell->traced(tell->arg, BOARD_TRACED_BYTES, BOARD_TRACED_INO);
    return start_once(ctx, point, result, state);
}

const struct qda_run_ops board_dsp_count = {"dsp.count", false, board_start_counter, board_step_count, board_stop, .needs_dsp = true};
const struct qda_run_ops board_dsp_endless = {"dsp.endless", false, start_session, board_step_endless, stop_session, .needs_dsp = true};
const struct qda_run_ops board_dsp_hang = {"dsp.hang", false, start_hang, step_hang, board_stop, .needs_dsp = true};
const struct qda_run_ops board_dsp_crash = {"dsp.crash", false, start_once, step_crash, board_stop, .needs_dsp = true};
const struct qda_run_ops board_dsp_gone = {"dsp.gone", false, board_start_counter, board_step_gone, board_stop, .needs_dsp = true};
const struct qda_run_ops board_dsp_log = {"dsp.log", false, start_log, step_once, board_stop, .needs_dsp = true};
const struct qda_run_ops board_dsp_proof = {"dsp.proof", false, start_proof, step_once, board_stop, .needs_dsp = true};
