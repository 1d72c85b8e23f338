/* SPDX-License-Identifier: MIT */
#include "run/dsp.h"
#include "run/families.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/*
 * rpc.null_mt: null calls of `count` threads at once. Variant 0: all on one file, in one DSP process; 1: a file and so a process a
 * thread (a file without a process has nobody to call). All files are opened by this one thread: the context bank goes by the
 * thread that opens, so they share one and none is taken from others.
 *
 * The threads call in rounds: all begin at once, each makes the same number of calls, the round ends with the last. Series: each
 * call of each thread, as this thread sees it. Counter calls-per-second: all calls over the time of the rounds.
 *
 * Checked: no call fails, each gives the value that its process gave first, and as many calls were timed as the threads made.
 */
#define MAX_THREADS 32u
#define ROUND_MAX 256u

struct state;
struct caller {
    pthread_t thread;
    struct state *of;
    struct qda_rpc *rpc;
    bool owned; /* its session is its own */
    uint32_t value;
    uint64_t begin_ns, end_ns; /* of its part of the round */
    uint32_t made, odd;        /* calls of the round; those with another value */
    int failed;                /* result of a call that did not come to what it should; 0: none */
    uint64_t ns[ROUND_MAX];
};

struct state {
    struct qda_run run;
    struct qda_rpc_null null;
    struct caller *callers;
    uint32_t count, threads; /* wanted; running */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t rounds, working; /* begun; threads that are in it */
    bool quit;
    uint32_t round; /* calls of a thread in this round */
    uint32_t waiting; /* caller whose samples are next to be handed on; count: all are */
    uint32_t handed;  /* of them */
    uint64_t calls, rounds_ns;
};

static void make_calls(struct caller *caller)
{
    struct state *st = caller->of;
    struct qda_sys *sys = st->run.sys;
    caller->made = caller->odd = 0;
    caller->begin_ns = qda_now(sys);
    while (caller->made < st->round) {
        uint32_t value;
        uint64_t begin = qda_now(sys);
        int result = qda_rpc_call_null(caller->rpc, &st->null, &value);
        uint64_t end = qda_now(sys);
        if (result != st->null.expect) {
            caller->failed = result ? result : -EPROTO;
            break;
        }
        caller->ns[caller->made++] = end - begin;
        caller->odd += value != caller->value;
    }
    caller->end_ns = qda_now(sys);
}

/* Waits for a round that was not made yet. False: there is none to come. */
static bool wait_for_round(struct state *st, uint32_t *seen)
{
    pthread_mutex_lock(&st->lock);
    while (!st->quit && st->rounds == *seen)
        pthread_cond_wait(&st->changed, &st->lock);
    *seen = st->rounds;
    bool goes_on = !st->quit;
    pthread_mutex_unlock(&st->lock);
    return goes_on;
}

static void *run_caller(void *arg)
{
    struct caller *caller = arg;
    struct state *st = caller->of;
    for (uint32_t seen = 0; wait_for_round(st, &seen);) {
        make_calls(caller);
        pthread_mutex_lock(&st->lock);
        st->working--;
        pthread_cond_broadcast(&st->changed);
        pthread_mutex_unlock(&st->lock);
    }
    return NULL;
}

static void make_round(struct state *st)
{
    pthread_mutex_lock(&st->lock);
    st->working = st->count;
    st->rounds++;
    pthread_cond_broadcast(&st->changed);
    while (st->working > 0)
        pthread_cond_wait(&st->changed, &st->lock);
    pthread_mutex_unlock(&st->lock);
}

static int check_round(struct state *st)
{
    struct qda_run *run = &st->run;
    for (uint32_t i = 0; i < st->count; i++) {
        const struct caller *caller = &st->callers[i];
        if (caller->failed) {
            qda_dsp_ok(run, "INVOKE", caller->failed);
            return -1;
        }
        if (!run->point.verify)
            continue;
        qda_run_check(run, caller->odd == 0, "%u calls of thread %u gave another value than its first", caller->odd, i);
        qda_run_check(run, caller->made == st->round, "thread %u made %u calls of %u", i, caller->made, st->round);
    }
    return 0;
}

static int do_round(struct state *st, uint32_t calls, bool warm)
{
    uint64_t first = UINT64_MAX, last = 0;
    st->round = calls;
    make_round(st);
    for (uint32_t i = 0; i < st->count; i++) {
        const struct caller *caller = &st->callers[i];
        first = caller->begin_ns < first ? caller->begin_ns : first;
        last = caller->end_ns > last ? caller->end_ns : last;
    }
    if (check_round(st) < 0)
        return -1;
    if (!warm) {
        st->calls += (uint64_t)calls * st->count;
        st->rounds_ns += last - first;
        st->waiting = st->handed = 0;
    }
    return 0;
}

/* Hands the round's samples on as far as there is room. True: all are. */
static bool hand_on(struct state *st)
{
    struct qda_run *run = &st->run;
    const struct qda_sink *sink = &run->ctx->sink;
    for (; st->waiting < st->count; st->waiting++, st->handed = 0) {
        for (; st->handed < st->round; st->handed++) {
            if (!sink->room(sink->arg, 1))
                return false;
            sink->append(sink->arg, 0, st->callers[st->waiting].ns[st->handed]);
            run->taken++;
        }
    }
    return true;
}

static bool is_over(const struct state *st)
{
    const struct qda_run *run = &st->run;
    const struct qda_point *point = &run->point;
    if (point->samples > 0 && run->taken >= point->samples)
        return true;
    bool late = point->budget_ns > 0 && qda_now(run->sys) - run->began_ns >= point->budget_ns;
    return late && run->taken >= point->min_samples;
}

/* Calls of a thread in the next round: as many as are still wanted, not more than fit. */
static uint32_t next_round(const struct state *st)
{
    const struct qda_run *run = &st->run;
    uint32_t left = run->point.samples > run->taken ? run->point.samples - run->taken : 0;
    uint32_t each = run->point.samples > 0 ? (left + st->count - 1) / st->count : ROUND_MAX;
    return each < ROUND_MAX ? each : ROUND_MAX;
}

static int warm_up(struct state *st)
{
    for (uint32_t left = st->run.point.warmups; left > 0;) {
        uint32_t now = left < ROUND_MAX ? left : ROUND_MAX;
        if (do_round(st, now, true) < 0)
            return -1;
        left -= now;
    }
    return 0;
}

static void count_calls(struct state *st)
{
    if (st->rounds_ns > 0)
        qda_run_counter(&st->run, "calls-per-second", "1/s", (uint64_t)((double)st->calls * 1e9 / (double)st->rounds_ns));
    qda_run_check(&st->run, st->run.taken == st->calls, "%u calls were timed, the threads made %llu", st->run.taken,
                  (unsigned long long)st->calls);
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    struct state *st = state;
    struct qda_run *run = &st->run;
    run->ctx = ctx;
    run->result = result;
    if (!run->begun) {
        run->begun = true;
        if (warm_up(st) < 0)
            return 0;
        run->began_ns = qda_now(run->sys);
        return do_round(st, next_round(st), false) < 0 ? 0 : 1;
    }
    if (!hand_on(st))
        return 1;
    if (!is_over(st))
        return do_round(st, next_round(st), false) < 0 ? 0 : 1;
    count_calls(st);
    return 0;
}

/* The session of caller i: the worker's own, or one more. */
static int give_session(struct state *st, uint32_t i)
{
    struct qda_run *run = &st->run;
    struct caller *caller = &st->callers[i];
    const struct qda_dsp_setup *setup = qda_dsp_setup_of(run->ctx->dsp);
    char why[400];
    caller->rpc = st->callers[0].rpc;
    if (i == 0 || run->point.variant == 0)
        return 0;
    caller->rpc = NULL;
    struct qda_shell shell;
    if (qda_dsp_prepare(run, !setup->signed_pd, &shell) < 0)
        return -1;
    struct qda_rpc_options options = {
        .node = run->ctx->node, .shell = &shell, .unsigned_pd = !setup->signed_pd, .folder = setup->folder};
    int result = qda_rpc_open(run->sys, &options, &caller->rpc, why);
    qda_shell_free(&shell);
    caller->owned = result == 0;
    if (result != 0)
        return qda_run_skip(run, "this DSP gave %u of the %u processes that are needed: %s", i, st->count, why);
    run->result->left_behind += qda_rpc_leaves(run->ctx->node->driver);
    return 0;
}

static int give_sessions(struct state *st)
{
    struct qda_run *run = &st->run;
    st->callers[0].rpc = qda_dsp_session(run);
    if (!st->callers[0].rpc || !qda_dsp_ok(run, "INVOKE", qda_rpc_find_null(st->callers[0].rpc, &st->null)))
        return -1;
    for (uint32_t i = 0; i < st->count; i++) {
        struct caller *caller = &st->callers[i];
        caller->of = st;
        if (give_session(st, i) < 0)
            return -1;
        int result = qda_rpc_call_null(caller->rpc, &st->null, &caller->value);
        if (result != st->null.expect) {
            qda_dsp_ok(run, "INVOKE", result ? result : -EPROTO);
            return -1;
        }
    }
    return 0;
}

static int start_threads(struct state *st)
{
    for (; st->threads < st->count; st->threads++) {
        int err = pthread_create(&st->callers[st->threads].thread, NULL, run_caller, &st->callers[st->threads]);
        if (err != 0)
            return qda_run_error(&st->run, "pthread_create", -err);
    }
    return 0;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"call"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    pthread_mutex_init(&st->lock, NULL);
    pthread_cond_init(&st->changed, NULL);
    st->count = point->count ? point->count : 1;
    if (st->count > MAX_THREADS)
        return qda_run_skip(run, "%u threads are more than the %u that the agent starts", st->count, MAX_THREADS);
    st->callers = calloc(st->count, sizeof *st->callers);
    if (!st->callers)
        return qda_run_error(run, "malloc", -ENOMEM);
    qda_run_series(run, 1, names);
    int err = give_sessions(st);
    return err < 0 ? err : start_threads(st);
}

static void stop_threads(struct state *st)
{
    pthread_mutex_lock(&st->lock);
    st->quit = true;
    pthread_cond_broadcast(&st->changed);
    pthread_mutex_unlock(&st->lock);
    for (uint32_t i = 0; i < st->threads; i++)
        pthread_join(st->callers[i].thread, NULL);
    pthread_cond_destroy(&st->changed);
    pthread_mutex_destroy(&st->lock);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    if (st)
        stop_threads(st);
    for (uint32_t i = 0; st && st->callers && i < st->count; i++) {
        if (st->callers[i].owned)
            qda_rpc_close(st->callers[i].rpc, NULL);
    }
    if (st)
        free(st->callers);
    free(st);
}

const struct qda_run_ops qda_rpc_null_mt = {
    .id = "rpc.null_mt", .start = start, .step = step, .stop = stop, .needs_dsp = true};
