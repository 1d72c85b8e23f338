/* SPDX-License-Identifier: MIT */
#include "run/dsp_work.h"
#include "run/families.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/*
 * shm.doorbell: one long call on a thread of its own, in which the DSP answers each number that the CPU writes. CPU and DSP bounce a
 * word, each in a line of 128 bytes of one shared buffer. A sample is one bounce: from the store to the sight of the answer. The first
 * of each call waits for the DSP to take the call up, and is not timed.
 *
 * Every number must be answered within 1 s, else the point fails. The DSP too gives up after 1 s without a number: so a call that stood
 * idle for long (the host was slow to take the samples) is hung up, and another one begun. Memory that is not coherent while a call lasts
 * cannot pass: no cache is maintained on the CPU's side, there is no call for one line.
 */
#define TIMEOUT_US 1000000u
#define IDLE_NS (TIMEOUT_US * UINT64_C(1000) / 2)
#define ROUNDS 10000u /* a call */
#define LOOKS 256u    /* between two at the clock */
#define SHARED_BYTES 4096u

struct state {
    struct qda_run run;
    struct qda_skel skel;
    struct qda_dspbuf buf;

    pthread_t thread;
    bool calling;      /* the thread is there */
    int answered;      /* what the call came to; the thread's until it was joined */
    struct qbench_doorbell in;
    struct qbench_result out;

    uint32_t round;    /* rung last in this call */
    uint64_t rung_ns;
};

static _Atomic(uint32_t) *bell(const struct state *st)
{
    return st->buf.buf.map;
}

static _Atomic(uint32_t) *answer(const struct state *st)
{
    return (_Atomic(uint32_t) *)((char *)st->buf.buf.map + QDA_DSP_LINE);
}

static void *make_call(void *arg)
{
    struct state *st = arg;
    struct qda_rpc_arg args[] = {{.ptr = &st->in, .len = sizeof st->in},
                                 {.ptr = &st->out, .len = sizeof st->out},
                                 {.ptr = st->buf.buf.map, .len = st->buf.size, .ref = st->buf.ref}};
    st->answered = qda_rpc_invoke(st->skel.rpc, st->skel.handle, QDA_SCALARS_BUILD(0, QBENCH_DOORBELL, 1, 2, 0, 0), args);
    return NULL;
}

/* Hangs up and waits for the end of the call. */
static int end_call(struct state *st)
{
    if (!st->calling)
        return 0;
    atomic_store(bell(st), QBENCH_HANG_UP);
    int err = pthread_join(st->thread, NULL);
    if (err != 0)
        return qda_run_error(&st->run, "pthread_join", -err);
    st->calling = false;
    if (!qda_dsp_ok(&st->run, "INVOKE", st->answered))
        return -EREMOTEIO;
    qda_run_check(&st->run, st->out.value == st->round, "the DSP counted %llu rounds where the CPU rang %u",
                  (unsigned long long)st->out.value, st->round);
    return 0;
}

/* Rings and waits for the answer, ns. */
static int bounce(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    uint32_t number = ++st->round;
    uint64_t begin = qda_now(run->sys), now = begin;
    unsigned looks = 0;
    atomic_store_explicit(bell(st), number, memory_order_release);
    while (atomic_load_explicit(answer(st), memory_order_acquire) != number) {
        if (++looks % LOOKS != 0)
            continue;
        now = qda_now(run->sys);
        if (now - begin > TIMEOUT_US * UINT64_C(1000))
            break;
    }
    st->rung_ns = qda_now(run->sys);
    *ns = st->rung_ns - begin;
    run->result->verified++;
    if (atomic_load_explicit(answer(st), memory_order_acquire) == number)
        return 0;
    st->round--; /* the DSP did not count it either */
    int err = end_call(st);
    if (err < 0)
        return err;
    qda_run_check(run, false, "number %u of a call was not answered within 1 s: this memory is not coherent while a call lasts, or the DSP is slow",
                  number);
    return -ETIMEDOUT;
}

static int begin_call(struct state *st)
{
    uint64_t untimed;
    st->in = (struct qbench_doorbell){.rounds = ROUNDS, .timeout_us = TIMEOUT_US};
    st->out = (struct qbench_result){0};
    st->round = 0;
    atomic_store(bell(st), 0);
    atomic_store(answer(st), 0);
    int err = pthread_create(&st->thread, NULL, make_call, st);
    if (err != 0)
        return qda_run_error(&st->run, "pthread_create", -err);
    st->calling = true;
    return bounce(st, &untimed);
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    bool spent = st->round == ROUNDS, idle = st->calling && qda_now(st->run.sys) - st->rung_ns > IDLE_NS;
    int err = 0;
    if ((spent || idle) && (err = end_call(st)) < 0)
        return err;
    if (!st->calling && (err = begin_call(st)) < 0)
        return err;
    if ((err = bounce(st, &ns[0])) < 0)
        return err;
    return st->run.last ? end_call(st) : 0;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"bounce"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->buf = QDA_DSPBUF_NONE;
    qda_run_series(run, 1, names);
    int err = qda_skel_open(run, &st->skel);
    if (err < 0 || (err = qda_dspbuf_make(run, st->skel.rpc, point->source, SHARED_BYTES, &st->buf)) < 0)
        return err;
    return qda_dsp_prove(run, st->skel.rpc, st->skel.handle, &st->buf);
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
        end_call(st);
        qda_dspbuf_free(&st->run, st->skel.rpc, &st->buf);
    }
    free(st);
}

const struct qda_run_ops qda_shm_doorbell = {.id = "shm.doorbell", .start = start, .step = step, .stop = stop, .needs_dsp = true};
