/* SPDX-License-Identifier: MIT */
#include "run/dsp_work.h"
#include "run/families.h"

#include <errno.h>
#include <stdlib.h>

/*
 * dsp.read, dsp.write, dsp.copy: one call that sums, fills or copies a shared buffer of the point's size, with the kernel of the
 * variant and `count` threads on the DSP (0: one). Series: the call as the CPU sees it, and the kernel alone by the DSP's own stamps
 * (52 ns steps). Bandwidth counts the bytes read and those written: twice the size for a copy. The buffers stand mapped on the DSP, so
 * that no call pays for address space.
 *
 * Read and copy: the CPU writes the source before each call, outside the times: all of it in the first and last iteration, 64
 * lines in the others. Checked: the sum is that of what was written; what the DSP wrote shows to the CPU, all of it in
 * the first and last iteration, else 64 lines.
 */
enum { CALL, DSP, SERIES };
enum { READ, WRITE, COPY };

struct state {
    struct qda_run run;
    struct qda_skel skel;
    int kind;
    struct qda_dspbuf from, to; /* READ has no `to`, WRITE no `from` */
    uint32_t first;  /* of the pattern that the source's sampled lines hold */
    uint32_t ground; /* ... and the rest of it */
};

/* The CPU's part of an iteration of read and copy. */
static int write_source(struct state *st)
{
    struct qda_run *run = &st->run;
    int err = qda_dspbuf_sync(run, &st->from, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    st->first = qda_dsp_first(run);
    if (qda_run_full(run)) {
        st->ground = st->first;
        qda_words_fill(st->from.buf.map, run->size, st->first);
    } else {
        qda_lines_fill(st->from.buf.map, run->size, st->first);
    }
    return qda_dspbuf_sync(run, &st->from, QDA_SYNC_END | QDA_SYNC_WRITE);
}

static uint32_t source_sum(const struct state *st)
{
    uint32_t moved = qda_lines(st->run.size) * (QDA_DSP_LINE / 4) * (st->first - st->ground);
    return qda_words_sum_of(st->run.size, st->ground) + moved;
}

static int check_target(struct state *st, uint32_t first)
{
    struct qda_run *run = &st->run;
    const void *at = st->to.buf.map;
    int err = qda_dspbuf_sync(run, &st->to, QDA_SYNC_START | QDA_SYNC_READ);
    if (err < 0)
        return err;
    uint64_t wrong = qda_run_full(run) ? qda_words_wrong(at, run->size, first) : qda_lines_wrong(at, run->size, first);
    qda_run_check(run, wrong == 0, "%llu words are not what the DSP should have written in iteration %llu",
                  (unsigned long long)wrong, (unsigned long long)run->iteration);
    return qda_dspbuf_sync(run, &st->to, QDA_SYNC_END | QDA_SYNC_READ);
}

static int check(struct state *st, const struct qbench_work *work, const struct qbench_result *result)
{
    struct qda_run *run = &st->run;
    unsigned long long k = run->iteration;
    qda_run_check(run, result->bytes == run->size, "the DSP says that it worked on %llu bytes in iteration %llu",
                  (unsigned long long)result->bytes, k);
    if (st->kind == READ)
        qda_run_check(run, result->value == source_sum(st), "the DSP's sum is not that of what the CPU wrote, iteration %llu", k);
    return st->kind == READ ? 0 : check_target(st, st->kind == WRITE ? work->value : st->first);
}

static int sample(void *arg, uint64_t *ns)
{
    static const uint32_t methods[] = {[READ] = QBENCH_SUM, [WRITE] = QBENCH_FILL, [COPY] = QBENCH_COPY};
    struct state *st = arg;
    struct qda_run *run = &st->run;
    struct qbench_work work = {.kernel = run->point.variant,
                               .threads = run->point.count ? run->point.count : 1,
                               .flags = qda_dsp_flags(run),
                               .value = qda_dsp_first(run),
                               .length = run->size};
    struct qda_dsp_call call = {.method = methods[st->kind], .in = &work, .in_len = sizeof work};
    struct qbench_result result;
    int err = st->kind != WRITE && (run->point.verify || run->first) ? write_source(st) : 0;
    if (err < 0)
        return err;
    if (st->kind != WRITE)
        call.from = qda_dsp_data_of(&st->from, run->size);
    if (st->kind != READ)
        call.to = qda_dsp_data_of(&st->to, run->size);
    if ((err = qda_dsp_call(run, &st->skel, &call, &result, &ns[CALL])) < 0)
        return err;
    ns[DSP] = qda_dsp_ns(&result.work);
    qda_dsp_count(run, &result.work);
    return run->point.verify ? check(st, &work, &result) : 0;
}

static bool is_meant(struct qda_run *run)
{
    uint32_t threads = run->point.count;
    if (!qda_run_needs_size(run))
        return false;
    if (run->point.variant > QBENCH_HVX_L2)
        qda_run_skip(run, "%s has no variant %u: 0 scalar, 1 HVX, 2 HVX with l2fetch", run->point.benchmark, run->point.variant);
    else if (threads > 4 || threads == 3)
        qda_run_skip(run, "%s runs with 1, 2 or 4 threads on the DSP, not with %u", run->point.benchmark, threads);
    return run->result->status == QDA_ST_PASS;
}

static int make(struct state *st, struct qda_dspbuf *buf)
{
    struct qda_run *run = &st->run;
    int err = qda_dspbuf_make(run, st->skel.rpc, run->point.source, run->size, buf);
    if (err == 0)
        err = qda_dspbuf_dsp_map(run, st->skel.rpc, 2, buf);
    return err < 0 ? err : qda_dsp_prove(run, st->skel.rpc, st->skel.handle, buf);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state, int kind)
{
    static const char *const names[SERIES] = {"call", "dsp"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->kind = kind;
    st->from = st->to = QDA_DSPBUF_NONE;
    if (!is_meant(run))
        return -EINVAL;
    qda_run_series(run, SERIES, names);
    result->bytes_per_sample = kind == COPY ? 2 * run->size : run->size;
    int err = qda_skel_open(run, &st->skel);
    if (err == 0 && kind != WRITE)
        err = make(st, &st->from);
    if (err == 0 && kind != READ)
        err = make(st, &st->to);
    return err;
}

static int start_read(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    return start(ctx, point, result, state, READ);
}

static int start_write(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    return start(ctx, point, result, state, WRITE);
}

static int start_copy(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    return start(ctx, point, result, state, COPY);
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
        qda_dspbuf_free(&st->run, st->skel.rpc, &st->to);
        qda_dspbuf_free(&st->run, st->skel.rpc, &st->from);
    }
    free(st);
}

const struct qda_run_ops qda_dsp_read = {.id = "dsp.read", .start = start_read, .step = step, .stop = stop, .needs_dsp = true};
const struct qda_run_ops qda_dsp_write = {.id = "dsp.write", .start = start_write, .step = step, .stop = stop, .needs_dsp = true};
const struct qda_run_ops qda_dsp_copy = {.id = "dsp.copy", .start = start_copy, .step = step, .stop = stop, .needs_dsp = true};
