/* SPDX-License-Identifier: MIT */
#include "run/dsp_work.h"
#include "run/families.h"

#include <errno.h>
#include <stdlib.h>

/*
 * rpc.argc: a call with `count` buffers of the point's size, of which the method reads one word each (in), or writes one word to the
 * first (out). Variant: direction, and how they are passed: copied inline by the kernel, or as shared buffers, each a dma-buf of
 * its own; above 128 a dma-buf holds two, in pages of their own (a message to a virtual board takes no 255 descriptors). Without buffers it is the call alone, with its result of 80 bytes (in) in both directions.
 *
 * Checked: the DSP answers the xor of the first words (in), of the lengths (out). Shared buffers are proven to be so by the first.
 */
#define MAX_BUFFERS 255u
#define MAX_DMABUFS 128u
#define PAGE 4096u

struct state {
    struct qda_run run;
    struct qda_skel skel;
    uint64_t bytes;          /* of a buffer */
    struct qda_dspbuf *bufs; /* shared: `made` of them */
    uint32_t made;
    uint8_t *copied;         /* inline: all in one piece */
    struct qda_rpc_arg args[MAX_BUFFERS + 1];
    struct qbench_result result;
};

static bool is_out(const struct state *st)
{
    return QDA_VARIANT_OUT(st->run.point.variant) && st->run.point.count > 0;
}

static int cpu_access(struct state *st, uint64_t flags)
{
    for (uint32_t i = 0; i < st->made; i++) {
        int err = qda_dspbuf_sync(&st->run, &st->bufs[i], flags);
        if (err < 0)
            return err;
    }
    return 0;
}

/* New first words; what they come to. */
static uint32_t put_words(struct state *st)
{
    uint32_t all = 0, first = qda_dsp_first(&st->run);
    for (uint32_t i = 0; i < st->run.point.count; i++) {
        uint32_t word = first + i * QBENCH_STEP;
        *(volatile uint32_t *)st->args[i].ptr = word;
        all ^= word;
    }
    return all;
}

static uint32_t xor_of_lengths(const struct state *st)
{
    return st->run.point.count % 2 ? (uint32_t)st->bytes : 0;
}

static int call(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    uint32_t n = run->point.count;
    uint32_t sc = is_out(st) ? QDA_SCALARS_BUILD(0, QBENCH_ARGS_OUT, 0, n, 0, 0) : QDA_SCALARS_BUILD(0, QBENCH_ARGS_IN, n, 1, 0, 0);
    uint64_t begin = qda_now(run->sys);
    int result = qda_rpc_invoke(st->skel.rpc, st->skel.handle, sc, st->args);
    *ns = qda_now(run->sys) - begin;
    return qda_dsp_ok(run, "INVOKE", result) ? 0 : -1;
}

static int check_answer(struct state *st, uint32_t want)
{
    struct qda_run *run = &st->run;
    int err = is_out(st) ? cpu_access(st, QDA_SYNC_START | QDA_SYNC_READ) : 0;
    if (err < 0)
        return err;
    uint32_t got = is_out(st) ? *(volatile uint32_t *)st->args[0].ptr : (uint32_t)st->result.value;
    qda_run_check(run, got == want, "the DSP answered 0x%08x for %u buffers, not 0x%08x", got, run->point.count, want);
    return is_out(st) ? cpu_access(st, QDA_SYNC_END | QDA_SYNC_READ) : 0;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    int err = cpu_access(st, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    uint32_t words = put_words(st);
    err = cpu_access(st, QDA_SYNC_END | QDA_SYNC_WRITE);
    if (err < 0 || (err = call(st, &ns[0])) < 0)
        return err;
    return st->run.point.verify ? check_answer(st, is_out(st) ? xor_of_lengths(st) : words) : 0;
}

static int make_shared(struct state *st)
{
    struct qda_run *run = &st->run;
    uint32_t n = run->point.count, dmabufs = n < MAX_DMABUFS ? n : MAX_DMABUFS;
    uint64_t place = (st->bytes + PAGE - 1) / PAGE * PAGE, each = (n + dmabufs - 1) / dmabufs;
    st->bufs = calloc(dmabufs, sizeof *st->bufs);
    if (!st->bufs)
        return qda_run_error(run, "malloc", -ENOMEM);
    for (; st->made < dmabufs; st->made++) {
        int err = qda_dspbuf_make(run, st->skel.rpc, run->point.source, each * place, &st->bufs[st->made]);
        if (err < 0)
            return err;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct qda_dspbuf *buf = &st->bufs[i % dmabufs];
        uint8_t *at = (uint8_t *)buf->buf.map + i / dmabufs * place;
        st->args[i] = (struct qda_rpc_arg){.ptr = at, .len = st->bytes, .ref = buf->ref};
    }
    return run->point.verify ? qda_dsp_prove(run, st->skel.rpc, st->skel.handle, &st->bufs[0]) : 0;
}

static int make_copied(struct state *st)
{
    struct qda_run *run = &st->run;
    st->copied = calloc(run->point.count, st->bytes);
    if (!st->copied)
        return qda_run_error(run, "malloc", -ENOMEM);
    for (uint32_t i = 0; i < run->point.count; i++)
        st->args[i] = (struct qda_rpc_arg){.ptr = st->copied + i * st->bytes, .len = st->bytes};
    return 0;
}

static int make_buffers(struct state *st)
{
    struct qda_run *run = &st->run;
    uint32_t pass = QDA_VARIANT_PASS(run->point.variant);
    if (run->point.count > MAX_BUFFERS)
        return qda_run_skip(run, "%u buffers are more than the %u that a call can have", run->point.count, MAX_BUFFERS);
    if (pass != QDA_PASS_COPY && pass != QDA_PASS_BUFFER)
        return qda_run_skip(run, "rpc.argc passes buffers copied or shared in each call; rpc.argsize knows the other ways");
    if (!is_out(st)) /* out of every buffer's way: it stands behind the last */
        st->args[run->point.count] = (struct qda_rpc_arg){.ptr = &st->result, .len = sizeof st->result};
    if (run->point.count == 0)
        return 0;
    if (st->bytes < 4 || st->bytes % 4 != 0)
        return qda_run_error_because(run, "plan", -EINVAL, "rpc.argc needs a size of whole 32-bit words: set one");
    return pass == QDA_PASS_BUFFER ? make_shared(st) : make_copied(st);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"call"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    st->bytes = point->size;
    qda_run_series(&st->run, 1, names);
    int err = qda_skel_open(&st->run, &st->skel);
    return err < 0 ? err : make_buffers(st);
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    while (st && st->made > 0)
        qda_dspbuf_free(&st->run, st->skel.rpc, &st->bufs[--st->made]);
    if (st) {
        free(st->bufs);
        free(st->copied);
    }
    free(st);
}

const struct qda_run_ops qda_rpc_argc = {.id = "rpc.argc", .start = start, .step = step, .stop = stop, .needs_dsp = true};
