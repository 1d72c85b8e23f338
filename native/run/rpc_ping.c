/* SPDX-License-Identifier: MIT */
#include "run/dsp_work.h"
#include "run/families.h"
#include "run/idle.h"

#include <stdlib.h>

/*
 * rpc.ping: a call of an empty method of ours that stamps its begin and its end. Series: the call as the CPU sees it, the method by
 * the DSP's own clock (steps of 52 ns), and the rest: there and back. `count` is how long the CPU sleeps before each call, us.
 * Counter instructions: what the method retired, where the DSP is emulated; asked once, in a call that is not timed.
 *
 * Checked: the number comes back, the stamps are in order, and the method takes no longer than the call.
 */
#define TICK_NS 53u

struct state {
    struct qda_run run;
    struct qda_skel skel;
    uint64_t seq;
};

static int ping(struct state *st, uint32_t flags, struct qbench_ping_out *out, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    struct qbench_ping in = {.seq = ++st->seq, .flags = flags};
    struct qda_rpc_arg args[2] = {{.ptr = &in, .len = sizeof in}, {.ptr = out, .len = sizeof *out}};
    *out = (struct qbench_ping_out){0};
    uint64_t begin = qda_now(run->sys);
    int result = qda_rpc_invoke(st->skel.rpc, st->skel.handle, QDA_SCALARS_BUILD(0, QBENCH_PING, 1, 1, 0, 0), args);
    *ns = qda_now(run->sys) - begin;
    return qda_dsp_ok(run, "INVOKE", result) ? 0 : -1;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_run *run = &st->run;
    struct qbench_ping_out out;
    qda_idle(run->point.count);
    if (ping(st, 0, &out, &ns[0]) < 0)
        return -1;
    bool in_order = out.times.end_ticks >= out.times.begin_ticks;
    ns[1] = in_order ? qda_dsp_ns(&out.times) : 0;
    ns[2] = ns[0] > ns[1] ? ns[0] - ns[1] : 0;
    if (!run->point.verify)
        return 0;
    qda_run_check(run, out.seq == st->seq, "call %llu came back as %llu", (unsigned long long)st->seq,
                  (unsigned long long)out.seq);
    qda_run_check(run, in_order, "the DSP's clock went back during call %llu", (unsigned long long)st->seq);
    qda_run_check(run, ns[1] <= ns[0] + TICK_NS, "the DSP says %llu ns, the whole call took %llu ns",
                  (unsigned long long)ns[1], (unsigned long long)ns[0]);
    return 0;
}

static int count_instructions(struct state *st)
{
    struct qbench_ping_out out;
    uint64_t ns;
    if (!qda_dsp_counts(&st->run))
        return 0;
    if (ping(st, QBENCH_COUNT, &out, &ns) < 0)
        return -1;
    qda_dsp_count(&st->run, &out.times);
    return 0;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"call", "dsp", "rest"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    qda_run_series(&st->run, 3, names);
    return qda_skel_open(&st->run, &st->skel) < 0 ? -1 : count_instructions(st);
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    (void)ctx;
    free(state); /* session and module are the worker's */
}

const struct qda_run_ops qda_rpc_ping = {.id = "rpc.ping", .start = start, .step = step, .stop = stop, .needs_dsp = true};
