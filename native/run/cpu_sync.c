/* SPDX-License-Identifier: MIT */
#include "run/buf.h"
#include "run/families.h"
#include "run/pattern.h"

#include <stdlib.h>
#include <sys/mman.h>

/*
 * cpu.sync: timed are DMA_BUF_IOCTL_SYNC with START and with END of one bracket, by direction; clean, or dirtied by the
 * CPU (one store to each 64-byte line: inside the bracket where it allows writing, else in a bracket for writing just
 * before it); not attached, or attached to the context bank by an import that lasts the whole point.
 * Checked: what was last stored shows in a second mapping, in all lines in the first and the last iteration, else in 64
 * of them and, where something was stored, in the sum of all.
 */
enum { START, END, SERIES };
enum { VARIANT_DIRECTION = 3, VARIANT_DIRTIED = 4, VARIANT_ATTACHED = 8, VARIANT_ALL = 15 };

#define SAMPLED_LINES 64u

struct state {
    struct qda_run run;
    struct qda_exporter exporter;
    struct qda_buf buf;
    void *view; /* second mapping */
    int fd;     /* accel file of the import */
    struct qda_buf import;
    uint64_t stored; /* base of what the lines hold: line i holds stored + i */
};

static uint64_t direction_of(const struct state *st)
{
    return st->run.point.variant & VARIANT_DIRECTION;
}

static void store_lines(struct state *st)
{
    uint64_t lines = st->buf.size / QDA_LINE;
    volatile char *at = st->buf.map;
    st->stored = qda_pattern_word((struct qda_pattern){st->run.point.seed, st->run.iteration}, 0);
    for (uint64_t i = 0; i < lines; i++)
        *(volatile uint64_t *)(at + i * QDA_LINE) = st->stored + i;
}

static int store_bracketed(struct state *st)
{
    int err = qda_buf_sync(&st->run, &st->buf, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    store_lines(st);
    return qda_buf_sync(&st->run, &st->buf, QDA_SYNC_END | QDA_SYNC_WRITE);
}

static uint64_t wrong_lines(const struct state *st, bool all)
{
    uint64_t lines = st->buf.size / QDA_LINE, wrong = 0;
    uint64_t step = all || lines < SAMPLED_LINES ? 1 : lines / SAMPLED_LINES;
    for (uint64_t i = 0; i < lines; i += step)
        wrong += *(volatile uint64_t *)((char *)st->view + i * QDA_LINE) != st->stored + i;
    return wrong;
}

static bool sum_fits(const struct state *st)
{
    uint64_t lines = st->buf.size / QDA_LINE, got = 0, want = 0;
    for (uint64_t i = 0; i < lines; i++) {
        got += *(volatile uint64_t *)((char *)st->view + i * QDA_LINE);
        want += st->stored + i;
    }
    return got == want;
}

static int check_visible(struct state *st)
{
    struct qda_run *run = &st->run;
    unsigned long long k = run->iteration;
    int err = qda_buf_sync(run, &st->buf, QDA_SYNC_START | QDA_SYNC_READ);
    if (err < 0)
        return err;
    uint64_t wrong = wrong_lines(st, qda_run_full(run));
    qda_run_check(run, wrong == 0, "%llu lines do not show what was stored, iteration %llu", (unsigned long long)wrong, k);
    if (run->point.variant & VARIANT_DIRTIED)
        qda_run_check(run, sum_fits(st), "the sum of all lines is not that of what was stored, iteration %llu", k);
    return qda_buf_sync(run, &st->buf, QDA_SYNC_END | QDA_SYNC_READ);
}

static int time_sync(struct state *st, uint64_t flags, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    uint64_t begin = qda_now(run->sys);
    int err = qda_dmabuf_sync(run->sys, st->buf.dmabuf, flags);
    *ns = qda_now(run->sys) - begin;
    return err < 0 ? qda_run_error(run, "DMA_BUF_IOCTL_SYNC", err) : 0;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    uint64_t direction = direction_of(st);
    bool dirtied = st->run.point.variant & VARIANT_DIRTIED;
    int err = 0;
    if (dirtied && !(direction & QDA_SYNC_WRITE) && (err = store_bracketed(st)) < 0)
        return err;
    if ((err = time_sync(st, QDA_SYNC_START | direction, &ns[START])) < 0)
        return err;
    if (dirtied && (direction & QDA_SYNC_WRITE))
        store_lines(st);
    if ((err = time_sync(st, QDA_SYNC_END | direction, &ns[END])) < 0)
        return err;
    return st->run.point.verify ? check_visible(st) : 0;
}

static int attach(struct state *st)
{
    struct qda_run *run = &st->run;
    if (!qda_run_needs_gem(run, "an import that lasts (the attached variants)"))
        return -1;
    if (qda_exporter_is_qda(&st->exporter))
        return qda_run_skip(run, "the accel node's own buffers are never attached to its context banks (an import of one "
                                 "is the same object): take another source");
    int err = qda_node_open(run, &st->fd);
    return err < 0 ? err : qda_buf_import(run, st->fd, st->buf.dmabuf, &st->import);
}

static int map_view(struct state *st)
{
    struct qda_run *run = &st->run;
    int err = 0;
    st->view = run->sys->ops->mmap(run->sys, st->buf.size, PROT_READ, MAP_SHARED, st->buf.dmabuf, 0, &err);
    return st->view ? 0 : qda_run_error(run, "mmap", err);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[SERIES] = {"start", "end"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->fd = st->exporter.fd = -1;
    st->buf = st->import = QDA_BUF_NONE;
    if (!qda_run_needs_size(run))
        return -1;
    if ((point->variant & VARIANT_DIRECTION) == 0 || point->variant > VARIANT_ALL)
        return qda_run_skip(run, "cpu.sync has no variant %u: a direction (1 to 3), plus 4 dirtied, plus 8 attached",
                            point->variant);
    qda_run_series(run, SERIES, names);
    int err = qda_exporter_open(run, point->source, &st->exporter);
    if (err < 0 || (err = qda_exporter_make(run, &st->exporter, &st->buf)) < 0)
        return err;
    if ((point->variant & VARIANT_ATTACHED) && (err = attach(st)) < 0)
        return err;
    if ((err = qda_buf_map_dmabuf(run, &st->buf)) < 0 || (err = map_view(st)) < 0)
        return err;
    return store_bracketed(st);
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
        struct qda_sys *sys = st->run.sys;
        if (st->view)
            sys->ops->munmap(sys, st->view, st->buf.size);
        qda_buf_free(&st->run, &st->import);
        qda_fd_close(&st->run, &st->fd);
        qda_buf_free(&st->run, &st->buf);
        qda_exporter_close(&st->run, &st->exporter);
    }
    free(st);
}

const struct qda_run_ops qda_cpu_sync = {.id = "cpu.sync", .start = start, .step = step, .stop = stop};
