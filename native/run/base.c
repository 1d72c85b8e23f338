/* SPDX-License-Identifier: MIT */
#include "run/base.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_SLICE_NS 10000000u
#define WARMUP_SHARE 4 /* warm-ups end when they took a quarter of the budget */

uint64_t qda_page_round(uint64_t bytes)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    return bytes > UINT64_MAX - page ? 0 : (bytes + page - 1) / page * page;
}

void *qda_run_new(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, size_t bytes)
{
    *result = (struct qda_point_result){.status = QDA_ST_PASS};
    struct qda_run *run = calloc(1, bytes);
    if (!run) {
        struct qda_run none = {.result = result};
        qda_run_error(&none, "malloc", -ENOMEM);
        return NULL;
    }
    run->ctx = ctx;
    run->sys = ctx->sys;
    run->result = result;
    run->point = *point;
    run->size = qda_page_round(point->size);
    if (run->point.samples == 0 && run->point.budget_ns == 0)
        run->point.samples = run->point.min_samples ? run->point.min_samples : 1;
    return run;
}

void qda_run_series(struct qda_run *run, unsigned count, const char *const *names)
{
    run->series = count;
    for (unsigned i = 0; i < count; i++)
        run->ctx->sink.declare(run->ctx->sink.arg, i, names[i]);
}

bool qda_run_leaks(const struct qda_run *run)
{
    return run->ctx->node->driver->leaks_mappings;
}

bool qda_run_full(const struct qda_run *run)
{
    return run->first || run->last;
}

bool qda_run_needs_size(struct qda_run *run)
{
    if (run->size > 0)
        return true;
    qda_run_error_because(run, "plan", -EINVAL, "%s needs a size in bytes and the plan gives none: set one",
                          run->point.benchmark);
    return false;
}

bool qda_run_needs_qda(struct qda_run *run)
{
    if (run->point.source == QDA_SRC_QDA)
        return true;
    qda_run_skip(run, "%s deals in the accel node's own buffers only: ask for it with the source qda",
                 run->point.benchmark);
    return false;
}

bool qda_run_needs_gem(struct qda_run *run, const char *what)
{
    const struct qda_driver *driver = run->ctx->node->driver;
    if (driver->gem)
        return true;
    qda_run_skip(run, "%s is about %s, and %s has no GEM handles and no PRIME: every buffer there is a dma-buf",
                 run->point.benchmark, what, driver->title);
    return false;
}

static bool over_budget(const struct qda_run *run, uint64_t now, unsigned share)
{
    uint64_t budget = run->point.budget_ns;
    return budget > 0 && now - run->began_ns >= budget / share;
}

/* Is the next sample the last one? Known before it is made, because it is compared in whole. */
static bool is_last(const struct qda_run *run, uint64_t now)
{
    uint64_t next = (uint64_t)run->taken + 1;
    if (run->point.samples > 0 && next >= run->point.samples)
        return true;
    return next >= run->point.min_samples && over_budget(run, now, 1);
}

static void open_iteration(struct qda_run *run, uint64_t now)
{
    if (run->iteration > 0 && over_budget(run, now, WARMUP_SHARE))
        run->warmups = 0;
    run->warm = run->iteration < run->warmups;
    run->first = run->iteration == 0;
    run->last = !run->warm && is_last(run, now);
    run->open = true;
}

static void close_iteration(struct qda_run *run, const uint64_t *ns)
{
    const struct qda_sink *sink = &run->ctx->sink;
    run->open = false;
    run->iteration++;
    if (run->warm)
        return;
    for (unsigned i = 0; i < run->series; i++)
        sink->append(sink->arg, i, ns[i]);
    run->taken++;
    run->done = run->last;
}

static uint64_t begin_slice(struct qda_run *run)
{
    uint64_t now = qda_now(run->sys);
    if (!run->begun) {
        run->began_ns = now;
        run->warmups = run->point.warmups;
        run->begun = true;
    }
    return now;
}

int qda_run_loop(struct qda_run *run, struct qda_run_ctx *ctx, struct qda_point_result *result, qda_sample_fn sample)
{
    run->ctx = ctx;
    run->result = result;
    uint64_t begin = begin_slice(run);
    uint64_t slice = ctx->slice_ns ? ctx->slice_ns : DEFAULT_SLICE_NS;
    for (uint64_t now = begin; !run->done; now = qda_now(run->sys)) {
        uint64_t ns[QDA_MAX_SERIES];
        if (now - begin >= slice)
            return 1;
        if (!run->open) {
            if (!ctx->sink.room(ctx->sink.arg, run->series))
                return 1;
            open_iteration(run, now);
        }
        int got = sample(run, ns);
        if (got == QDA_PENDING)
            return 1;
        if (got < 0)
            return 0;
        close_iteration(run, ns);
    }
    return 0;
}
