/* SPDX-License-Identifier: MIT */
#include "run/dsp_work.h"
#include "run/families.h"

#include <errno.h>
#include <stdlib.h>

/*
 * dsp.cache: clean, invalidate or both over a shared buffer, line by line on the DSP; the lines clean, or dirtied by the DSP just
 * before, outside its stamps. Series: the call as the CPU sees it (with dirty lines it contains the writing), and the operation alone
 * by the DSP's stamps (52 ns steps).
 *
 * Checked: after a clean the CPU sees what the DSP wrote (clean lines: still what the CPU wrote); after an invalidate the DSP sees what
 * the CPU writes then, by a sum. What an invalidate alone leaves of dirty lines is not defined, and not looked at. All of it in the
 * first and last iteration, else 64 lines.
 */
enum { CALL, DSP, SERIES };
#define VARIANT_DIRTY 4u

struct state {
    struct qda_run run;
    struct qda_skel skel;
    struct qda_dspbuf buf;
    uint32_t held; /* first word of the pattern that the buffer holds */
};

static uint32_t operation(const struct state *st)
{
    return st->run.point.variant & 3u;
}

static int cpu_writes(struct state *st, uint32_t first)
{
    int err = qda_dspbuf_sync(&st->run, &st->buf, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    qda_words_fill(st->buf.buf.map, st->run.size, first);
    st->held = first;
    return qda_dspbuf_sync(&st->run, &st->buf, QDA_SYNC_END | QDA_SYNC_WRITE);
}

static int check_cpu_sees(struct state *st)
{
    struct qda_run *run = &st->run;
    const void *at = st->buf.buf.map;
    int err = qda_dspbuf_sync(run, &st->buf, QDA_SYNC_START | QDA_SYNC_READ);
    if (err < 0)
        return err;
    uint64_t wrong = qda_run_full(run) ? qda_words_wrong(at, run->size, st->held) : qda_lines_wrong(at, run->size, st->held);
    qda_run_check(run, wrong == 0, "after the cache operation %llu words are not what was written, iteration %llu",
                  (unsigned long long)wrong, (unsigned long long)run->iteration);
    return qda_dspbuf_sync(run, &st->buf, QDA_SYNC_END | QDA_SYNC_READ);
}

static int check_dsp_sees(struct state *st)
{
    struct qda_run *run = &st->run;
    struct qbench_work work = {.kernel = QBENCH_SCALAR, .threads = 1, .length = run->size};
    struct qda_dsp_call call = {
        .method = QBENCH_SUM, .in = &work, .in_len = sizeof work, .from = qda_dsp_data_of(&st->buf, run->size)};
    struct qbench_result result;
    uint64_t ns;
    int err = cpu_writes(st, ~qda_dsp_first(run));
    if (err < 0 || (err = qda_dsp_call(run, &st->skel, &call, &result, &ns)) < 0)
        return err;
    qda_run_check(run, result.value == qda_words_sum_of(run->size, st->held),
                  "the DSP does not see what the CPU wrote after the operation, iteration %llu", (unsigned long long)run->iteration);
    return 0;
}

static int check(struct state *st)
{
    bool defined = operation(st) != QBENCH_INVALIDATE || !(st->run.point.variant & VARIANT_DIRTY);
    int err = defined ? check_cpu_sees(st) : 0;
    if (err < 0 || operation(st) == QBENCH_CLEAN)
        return err;
    return qda_run_full(&st->run) || !defined ? check_dsp_sees(st) : 0;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_run *run = &st->run;
    bool dirty = run->point.variant & VARIANT_DIRTY;
    struct qbench_work work = {.kernel = operation(st),
                               .flags = qda_dsp_flags(run) | (dirty ? QBENCH_DIRTY : 0),
                               .value = qda_dsp_first(run),
                               .length = run->size};
    struct qda_dsp_call call = {
        .method = QBENCH_CACHE, .in = &work, .in_len = sizeof work, .to = qda_dsp_data_of(&st->buf, run->size)};
    struct qbench_result result;
    int err = qda_dsp_call(run, &st->skel, &call, &result, &ns[CALL]);
    if (err < 0)
        return err;
    ns[DSP] = qda_dsp_ns(&result.work);
    qda_dsp_count(run, &result.work);
    if (dirty)
        st->held = work.value;
    return run->point.verify ? check(st) : 0;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[SERIES] = {"call", "dsp"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->buf = QDA_DSPBUF_NONE;
    if (!qda_run_needs_size(run))
        return -EINVAL;
    if (operation(st) > QBENCH_CLEAN_INVALIDATE || point->variant > (VARIANT_DIRTY | 3u))
        return qda_run_skip(run, "dsp.cache has no variant %u: 0 clean, 1 invalidate, 2 both, plus 4 dirty lines", point->variant);
    qda_run_series(run, SERIES, names);
    int err = qda_skel_open(run, &st->skel);
    if (err < 0 || (err = qda_dspbuf_make(run, st->skel.rpc, point->source, run->size, &st->buf)) < 0)
        return err;
    if ((err = qda_dsp_prove(run, st->skel.rpc, st->skel.handle, &st->buf)) < 0)
        return err;
    return cpu_writes(st, qda_dsp_first(run));
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    if (st)
        qda_dspbuf_free(&st->run, st->skel.rpc, &st->buf);
    free(st);
}

const struct qda_run_ops qda_dsp_cache = {.id = "dsp.cache", .start = start, .step = step, .stop = stop, .needs_dsp = true};
