/* SPDX-License-Identifier: MIT */
#include "run/dsp.h"
#include "run/families.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * skel.load: our module, opened and closed on the DSP in each iteration. Timed are the call of remotectl that opens it, in which the
 * DSP's loader reads the file by reverse calls, relocates it and calls its open method, and the one that closes it. Counter
 * reverse-calls: how many calls of the DSP the last open took.
 *
 * Checked: the module says which build it is (info), and that is the agent's.
 */
struct state {
    struct qda_run run;
    struct qda_rpc *rpc;
    uint32_t handle; /* 0: closed */
    char uri[160];
};

static void check_build(struct state *st)
{
    struct qda_run *run = &st->run;
    const char *ours = qda_dsp_setup_of(run->ctx->dsp)->build_id;
    struct qbench_info info = {0};
    struct qda_rpc_arg out = {.ptr = &info, .len = sizeof info};
    char name[40];
    int result = qda_rpc_invoke(st->rpc, st->handle, QDA_SCALARS_BUILD(0, QBENCH_INFO, 0, 1, 0, 0), &out);
    qda_rpc_result_name(result, name, sizeof name);
    info.build_id[sizeof info.build_id - 1] = '\0';
    if (qda_run_check(run, result == 0, "the module was opened but its info answers %s", name))
        qda_run_check(run, info.build_id[0] && (!ours || strcmp(info.build_id, ours) == 0),
                      "the module is of build \"%.40s\", the agent of \"%.40s\"", info.build_id, ours ? ours : "");
}

/* Whatever it was, the next point begins with a session of its own. */
static int could_not(struct state *st, const char *call, int result, const char *why)
{
    st->handle = 0;
    st->rpc = NULL;
    qda_dsp_end(st->run.ctx->dsp);
    qda_run_error_because(&st->run, call, result, "%s", why);
    return -1;
}

static int time_open(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    char why[400];
    uint64_t calls = qda_rpc_reverse_calls(st->rpc), begin = qda_now(run->sys);
    int result = qda_rpc_load(st->rpc, st->uri, &st->handle, why);
    *ns = qda_now(run->sys) - begin;
    if (result != 0)
        return could_not(st, "remotectl open", result, why);
    qda_run_counter(run, "reverse-calls", "", qda_rpc_reverse_calls(st->rpc) - calls);
    return 0;
}

static int time_close(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    char why[400];
    uint64_t begin = qda_now(run->sys);
    int result = qda_rpc_unload(st->rpc, st->handle, why);
    *ns = qda_now(run->sys) - begin;
    st->handle = 0;
    return result == 0 ? 0 : could_not(st, "remotectl close", result, why);
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    int err = time_open(st, &ns[0]);
    if (err < 0)
        return err;
    if (st->run.point.verify)
        check_build(st);
    return time_close(st, &ns[1]);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"open", "close"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    snprintf(st->uri, sizeof st->uri, QBENCH_URI "%s", ctx->node->dsp);
    qda_run_series(run, 2, names);
    qda_dsp_end(ctx->dsp); /* a module that stands open already would only be counted once more */
    st->rpc = qda_dsp_session(run);
    return st->rpc ? 0 : -1;
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    char why[400];
    (void)ctx;
    if (st && st->rpc && st->handle)
        qda_rpc_unload(st->rpc, st->handle, why); /* if it fails, it ends with the session */
    free(st);
}

const struct qda_run_ops qda_skel_load = {.id = "skel.load", .start = start, .step = step, .stop = stop, .needs_dsp = true};
