/* SPDX-License-Identifier: MIT */
#include "run/dsp.h"
#include "run/families.h"

#include <errno.h>
#include <stdlib.h>

/*
 * session.create: a process on the DSP, from nothing and back, once an iteration. Timed are the open of the node, SESSION_CREATE
 * (the shell lies in its buffer already) and the close of the file, which ends the process. The listener's start between create
 * and close is not in any of them. Variant: an unsigned or a signed process.
 *
 * Checked: the process answers a null call, getASID where there is one, before it is closed.
 */
struct state {
    struct qda_run run;
    struct qda_shell shell;
    struct qda_rpc *rpc;
};

static int open_session(struct state *st)
{
    struct qda_run *run = &st->run;
    const struct qda_dsp_setup *setup = qda_dsp_setup_of(run->ctx->dsp);
    char why[400];
    struct qda_rpc_options options = {
        .node = run->ctx->node,
        .shell = &st->shell,
        .unsigned_pd = run->point.variant == 0,
        .folder = setup->folder,
        .hooks = setup->hooks,
    };
    int result = qda_rpc_open(run->sys, &options, &st->rpc, why);
    if (result == -ENOTCONN)
        return qda_run_skip(run, "no DSP answers behind the node: %s", why);
    return result == 0 ? 0 : qda_run_error_because(run, "SESSION_CREATE", result, "%s", why);
}

static int check_session(struct state *st)
{
    struct qda_run *run = &st->run;
    struct qda_rpc_null null;
    char words[120];
    int result = qda_rpc_find_null(st->rpc, &null);
    qda_rpc_words(result, words, sizeof words);
    qda_run_check(run, result == 0, "the process came up but answers no null call: %s", words);
    return 0;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_rpc_cost cost;
    int err = open_session(st);
    if (err != 0)
        return err < 0 ? err : -1;
    if (st->run.point.verify)
        check_session(st);
    qda_rpc_close(st->rpc, &cost);
    st->rpc = NULL;
    st->run.result->left_behind += cost.left_behind;
    ns[0] = cost.open_ns;
    ns[1] = cost.create_ns;
    ns[2] = cost.close_ns;
    return 0;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"open", "create", "close"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    qda_dsp_end(ctx->dsp); /* one process at a time: a second one would take a session and a context bank */
    qda_run_series(run, 3, names);
    return qda_dsp_prepare(run, point->variant == 0, &st->shell);
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    if (st) {
        qda_rpc_close(st->rpc, NULL);
        qda_shell_free(&st->shell);
    }
    free(st);
}

const struct qda_run_ops qda_session_create = {
    .id = "session.create", .start = start, .step = step, .stop = stop, .needs_dsp = true};
