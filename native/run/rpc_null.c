/* SPDX-License-Identifier: MIT */
#include "run/dsp.h"
#include "run/families.h"
#include "run/idle.h"

#include <errno.h>
#include <stdlib.h>

/*
 * rpc.null: a call to a handle that every DSP process has and that does next to nothing: getASID, else the DSP's attributes, else a
 * method that is not there, whose refusal makes the same way. `count` is how long the CPU sleeps before each call, us.
 *
 * Checked: each call comes to the same result and the same value as the first.
 */
struct state {
    struct qda_run run;
    struct qda_rpc *rpc;
    struct qda_rpc_null null;
    uint32_t value; /* of the first call */
};

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_run *run = &st->run;
    uint32_t value;
    qda_idle(run->point.count);
    uint64_t begin = qda_now(run->sys);
    int result = qda_rpc_call_null(st->rpc, &st->null, &value);
    ns[0] = qda_now(run->sys) - begin;
    if (result != st->null.expect) {
        qda_dsp_ok(run, "INVOKE", result ? result : -EPROTO); /* a method that is not there answered */
        return -1;
    }
    if (run->point.verify)
        qda_run_check(run, value == st->value, "%s gave %u, the first call %u", st->null.name, value, st->value);
    return 0;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"call"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    qda_run_series(run, 1, names);
    st->rpc = qda_dsp_session(run);
    if (!st->rpc || !qda_dsp_ok(run, "INVOKE", qda_rpc_find_null(st->rpc, &st->null)))
        return -1;
    int got = qda_rpc_call_null(st->rpc, &st->null, &st->value);
    if (got != st->null.expect) {
        qda_dsp_ok(run, "INVOKE", got ? got : -EPROTO);
        return -1;
    }
    qda_run_note(run, "called: %s", st->null.name);
    return 0;
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    (void)ctx;
    free(state); /* the session is the worker's */
}

const struct qda_run_ops qda_rpc_null = {.id = "rpc.null", .start = start, .step = step, .stop = stop, .needs_dsp = true};
