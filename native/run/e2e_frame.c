/* SPDX-License-Identifier: MIT */
#include "run/dsp_work.h"
#include "run/families.h"

#include <errno.h>
#include <stdlib.h>

/*
 * e2e.frame: a frame of the point's size (a multiple of 128 bytes: 1080p NV12 is 3 110 400) goes to the DSP and back. Timed are the
 * CPU writing it, the end of CPU access, one call that sums the frame and writes another one over it (HVX), the begin of CPU access, and the
 * CPU reading it; `frame` is the whole, from the first stamp to the last one. Variant: how the frame is passed. Copied inline
 * there is no dma-buf, so nothing to sync: those two series are not there.
 *
 * Checked for each frame: the DSP's sum is that of what the CPU wrote, the CPU's sum that of what the DSP wrote; in the first and
 * last frame every word.
 */
enum { WRITE, TO_DSP, INVOKE, FROM_DSP, READ, FRAME, SERIES };

struct state {
    struct qda_run run;
    struct qda_skel skel;
    uint64_t bytes;
    struct qda_dspbuf buf; /* the frame, in and out of the call; or */
    void *staged[2];       /* the frame and what comes back */
    bool access;           /* the CPU's bracket is open */
};

static bool is_copy(const struct state *st)
{
    return QDA_VARIANT_PASS(st->run.point.variant) == QDA_PASS_COPY;
}

static int access_begin(struct state *st)
{
    int err = is_copy(st) ? 0 : qda_dspbuf_sync(&st->run, &st->buf, QDA_SYNC_START | QDA_SYNC_RW);
    st->access = err == 0;
    return err;
}

static int access_end(struct state *st)
{
    st->access = false;
    return is_copy(st) ? 0 : qda_dspbuf_sync(&st->run, &st->buf, QDA_SYNC_END | QDA_SYNC_RW);
}

struct frame {
    uint64_t at[SERIES];     /* when each stage ended; FRAME: when the first began */
    uint32_t first;          /* of what the CPU writes */
    struct qbench_work work; /* value: of what the DSP writes */
    struct qbench_result result;
    uint32_t read_sum;
};

/* The five stages, with a stamp between any two. */
static int pass(struct state *st, struct frame *frame)
{
    struct qda_run *run = &st->run;
    struct qda_sys *sys = run->sys;
    void *out = is_copy(st) ? st->staged[0] : st->buf.buf.map, *back = is_copy(st) ? st->staged[1] : out;
    struct qda_dsp_call call = {.method = QBENCH_FRAME,
                                .in = &frame->work,
                                .in_len = sizeof frame->work,
                                .from = {out, st->bytes, is_copy(st) ? 0 : st->buf.ref},
                                .to = {back, st->bytes, is_copy(st) ? 0 : st->buf.ref}};
    uint64_t call_ns;
    frame->at[FRAME] = qda_now(sys);
    qda_words_fill(out, st->bytes, frame->first);
    frame->at[WRITE] = qda_now(sys);
    int err = access_end(st);
    frame->at[TO_DSP] = qda_now(sys);
    if (err < 0 || (err = qda_dsp_call(run, &st->skel, &call, &frame->result, &call_ns)) < 0)
        return err;
    frame->at[INVOKE] = qda_now(sys);
    err = access_begin(st);
    frame->at[FROM_DSP] = qda_now(sys);
    frame->read_sum = qda_words_sum(back, st->bytes);
    frame->at[READ] = qda_now(sys);
    return err;
}

static void check(struct state *st, const struct frame *frame)
{
    struct qda_run *run = &st->run;
    unsigned long long k = run->iteration;
    const void *back = is_copy(st) ? st->staged[1] : st->buf.buf.map;
    qda_run_check(run, frame->result.value == qda_words_sum_of(st->bytes, frame->first),
                  "the DSP's sum of frame %llu is not that of what the CPU wrote", k);
    qda_run_check(run, frame->read_sum == qda_words_sum_of(st->bytes, frame->work.value),
                  "the CPU's sum of frame %llu is not that of what the DSP wrote", k);
    if (!qda_run_full(run))
        return;
    uint64_t wrong = qda_words_wrong(back, st->bytes, frame->work.value);
    qda_run_check(run, wrong == 0, "%llu words of frame %llu are not what the DSP wrote", (unsigned long long)wrong, k);
}

/* From stamps to series: all six, or the four that there are without a dma-buf. */
static void put_times(const struct state *st, const struct frame *frame, uint64_t *ns)
{
    const uint64_t *at = frame->at;
    *ns++ = at[WRITE] - at[FRAME];
    if (!is_copy(st))
        *ns++ = at[TO_DSP] - at[WRITE];
    *ns++ = at[INVOKE] - at[TO_DSP];
    if (!is_copy(st))
        *ns++ = at[FROM_DSP] - at[INVOKE];
    *ns++ = at[READ] - at[FROM_DSP];
    *ns = at[READ] - at[FRAME];
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_run *run = &st->run;
    struct frame frame = {.first = qda_dsp_first(run),
                          .work = {.kernel = QBENCH_HVX,
                                   .threads = 1,
                                   .flags = qda_dsp_flags(run),
                                   .value = ~qda_dsp_first(run),
                                   .length = st->bytes}};
    int err = pass(st, &frame);
    if (err < 0)
        return err;
    put_times(st, &frame, ns);
    qda_dsp_count(run, &frame.result.work);
    if (run->point.verify)
        check(st, &frame);
    return 0;
}

static int make_staged(struct state *st)
{
    for (unsigned i = 0; i < 2; i++) {
        int err = posix_memalign(&st->staged[i], QDA_DSP_LINE, st->bytes);
        if (err)
            return qda_run_error(&st->run, "malloc", -err);
        qda_words_fill(st->staged[i], st->bytes, 0); /* first touches are not a frame's business */
    }
    return 0;
}

static int make_shared(struct state *st)
{
    struct qda_run *run = &st->run;
    int err = qda_dspbuf_make(run, st->skel.rpc, run->point.source, st->bytes, &st->buf);
    if (err < 0)
        return err;
    if (QDA_VARIANT_PASS(run->point.variant) == QDA_PASS_MAPPED && (err = qda_dspbuf_dsp_map(run, st->skel.rpc, 2, &st->buf)) < 0)
        return err;
    return qda_dsp_prove(run, st->skel.rpc, st->skel.handle, &st->buf);
}

static bool is_meant(struct qda_run *run)
{
    if (!qda_run_needs_size(run))
        return false;
    if (run->point.size % QDA_DSP_LINE != 0)
        qda_run_error_because(run, "plan", -EINVAL, "e2e.frame takes frames of a multiple of 128 bytes, not of %llu: set another size",
                              (unsigned long long)run->point.size);
    else if ((run->point.variant & ~6u) != 0 || QDA_VARIANT_PASS(run->point.variant) == QDA_PASS_DMA)
        qda_run_skip(run, "e2e.frame has no variant %u: 0 copied, 2 a buffer in each call, 4 a mapped buffer", run->point.variant);
    return run->result->status == QDA_ST_PASS;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[SERIES] = {"write", "sync-to-dsp", "invoke", "sync-from-dsp", "read", "frame"};
    static const char *const copy_names[] = {"write", "invoke", "read", "frame"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->buf = QDA_DSPBUF_NONE;
    st->bytes = point->size;
    if (!is_meant(run))
        return -EINVAL;
    if (is_copy(st))
        qda_run_series(run, 4, copy_names);
    else
        qda_run_series(run, SERIES, names);
    int err = qda_skel_open(run, &st->skel);
    if (err == 0)
        err = is_copy(st) ? make_staged(st) : make_shared(st);
    return err < 0 ? err : access_begin(st);
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
        if (st->access)
            access_end(st);
        qda_dspbuf_free(&st->run, st->skel.rpc, &st->buf);
        free(st->staged[0]);
        free(st->staged[1]);
    }
    free(st);
}

const struct qda_run_ops qda_e2e_frame = {.id = "e2e.frame", .start = start, .step = step, .stop = stop, .needs_dsp = true};
