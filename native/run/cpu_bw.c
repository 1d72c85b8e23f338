/* SPDX-License-Identifier: MIT */
#include "run/buf.h"
#include "run/bw_kernels.h"
#include "run/families.h"
#include "run/pattern.h"

#include <errno.h>
#include <stdlib.h>

/*
 * cpu.bw: passes of the CPU over one mapping: malloc, the accel node's mapping (source qda), the mapping of its dma-buf
 * (dmabuf), or the mapping of another exporter's dma-buf. Timed: storing all words, summing all words, copying all of it
 * to ordinary memory. A sample of a small buffer is several passes, so that the clock does not show: bytes_per_sample
 * says how much one sample moved (copy counts the bytes copied once).
 *
 * Checked: the sum against the known one; what was stored and what was copied, in whole in the first and the last
 * iteration, else in 64 lines. A dma-buf is bracketed by DMA_BUF_IOCTL_SYNC around the timed passes.
 */
#define BYTES_A_SAMPLE 262144u
#define SAMPLED_LINES 64u

enum { READ, WRITE, COPY, SERIES };

struct state {
    struct qda_run run;
    struct qda_exporter exporter;
    struct qda_buf buf;
    uint64_t *ordinary; /* copy's target; malloc: the mapping itself lies before it */
    uint64_t *map;
    size_t lines;
    unsigned passes;
    struct qda_bw_base base;
    uint64_t sum;
};

/* The compiler may assume nothing about memory across this. */
static inline void barrier(void)
{
    __asm__ volatile("" ::: "memory");
}

static void time_write(struct state *st, uint64_t *ns)
{
    uint64_t begin = qda_now(st->run.sys);
    for (unsigned i = 0; i < st->passes; i++) {
        qda_bw_write(st->map, st->lines, &st->base);
        barrier();
    }
    *ns = qda_now(st->run.sys) - begin;
}

static void time_read(struct state *st, uint64_t *ns)
{
    uint64_t sum = 0, begin = qda_now(st->run.sys);
    for (unsigned i = 0; i < st->passes; i++) {
        sum += qda_bw_read(st->map, st->lines);
        barrier();
    }
    *ns = qda_now(st->run.sys) - begin;
    st->sum = sum;
}

static void time_copy(struct state *st, uint64_t *ns)
{
    uint64_t begin = qda_now(st->run.sys);
    for (unsigned i = 0; i < st->passes; i++) {
        qda_bw_copy(st->ordinary, st->map, st->lines);
        barrier();
    }
    *ns = qda_now(st->run.sys) - begin;
}

static void check(struct state *st)
{
    struct qda_run *run = &st->run;
    size_t step = qda_run_full(run) || st->lines < SAMPLED_LINES ? 1 : st->lines / SAMPLED_LINES;
    uint64_t want = st->passes * qda_bw_sum(st->lines, &st->base);
    uint64_t stored = qda_bw_wrong(st->map, st->lines, step, &st->base);
    uint64_t copied = qda_bw_wrong(st->ordinary, st->lines, step, &st->base);
    unsigned long long k = run->iteration;
    qda_run_check(run, st->sum == want, "the sum that was read is wrong in iteration %llu", k);
    qda_run_check(run, stored == 0, "%llu words of the mapping are not what was written in iteration %llu",
                  (unsigned long long)stored, k);
    qda_run_check(run, copied == 0, "%llu words of the copy are not what was written in iteration %llu",
                  (unsigned long long)copied, k);
}

static int bracket(struct state *st, uint64_t flags)
{
    return st->buf.dmabuf >= 0 ? qda_buf_sync(&st->run, &st->buf, flags | QDA_SYNC_RW) : 0;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_run *run = &st->run;
    for (unsigned j = 0; j < QDA_BW_WORDS; j++)
        st->base.word[j] = qda_pattern_word((struct qda_pattern){run->point.seed, run->iteration}, j);
    int err = bracket(st, QDA_SYNC_START);
    if (err < 0)
        return err;
    time_write(st, &ns[WRITE]);
    time_read(st, &ns[READ]);
    time_copy(st, &ns[COPY]);
    if (run->point.verify)
        check(st);
    return bracket(st, QDA_SYNC_END);
}

static int make_mapping(struct state *st)
{
    struct qda_run *run = &st->run;
    enum qda_source source = run->point.source;
    if (source == QDA_SRC_QDA && !qda_run_needs_gem(run, "the node's own mapping (source qda)"))
        return -1;
    int err = qda_exporter_open(run, source, &st->exporter);
    if (err < 0)
        return err;
    if (source == QDA_SRC_QDA)
        err = qda_buf_create(run, st->exporter.fd, &st->buf);
    else
        err = qda_exporter_make(run, &st->exporter, &st->buf);
    if (err < 0)
        return err;
    err = source == QDA_SRC_QDA ? qda_buf_map_accel(run, &st->buf) : qda_buf_map_dmabuf(run, &st->buf);
    st->map = st->buf.map;
    return err;
}

/* Ordinary memory: the copy's target, and for malloc the memory under test itself. All of it is touched beforehand. */
static int make_ordinary(struct state *st)
{
    struct qda_run *run = &st->run;
    bool tested = run->point.source == QDA_SRC_MALLOC;
    void *memory = NULL;
    int err = posix_memalign(&memory, QDA_PATTERN_BLOCK, (tested ? 2 : 1) * run->size);
    if (err)
        return qda_run_error(run, "malloc", -err);
    st->ordinary = memory;
    qda_bw_write(st->ordinary, st->lines * (tested ? 2 : 1), &st->base);
    if (tested)
        st->map = st->ordinary + st->lines * QDA_BW_WORDS;
    return 0;
}

/* First touches are mem.cpumap's business. */
static int touch_mapping(struct state *st)
{
    int err = bracket(st, QDA_SYNC_START);
    if (err < 0)
        return err;
    qda_bw_write(st->map, st->lines, &st->base);
    return bracket(st, QDA_SYNC_END);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[SERIES] = {"read", "write", "copy"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->exporter.fd = -1;
    st->buf = QDA_BUF_NONE;
    if (!qda_run_needs_size(run))
        return -1;
    qda_run_series(run, SERIES, names);
    st->lines = run->size / QDA_LINE;
    st->passes = run->size < BYTES_A_SAMPLE ? (unsigned)(BYTES_A_SAMPLE / run->size) : 1;
    result->bytes_per_sample = run->size * st->passes;
    int err = point->source == QDA_SRC_MALLOC ? 0 : make_mapping(st);
    if (err < 0 || (err = make_ordinary(st)) < 0)
        return err;
    return touch_mapping(st);
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
        free(st->ordinary);
        qda_buf_free(&st->run, &st->buf);
        qda_exporter_close(&st->run, &st->exporter);
    }
    free(st);
}

const struct qda_run_ops qda_cpu_bw = {.id = "cpu.bw", .start = start, .step = step, .stop = stop};
