/* SPDX-License-Identifier: MIT */
#include "run/buf.h"
#include "run/families.h"
#include "run/pattern.h"

#include <stdlib.h>

/*
 * mem.alloc: timed are GEM_CREATE and GEM_CLOSE of the same buffer, which is never mapped in between.
 *
 * That a fresh buffer reads zero can be seen only through a mapping, which makes the close that follows dearer. So only
 * the first, the last and every CHECK_EVERYth buffer is looked at. Where the driver keeps what was mapped, one buffer a
 * point is looked at: the first of the first run.
 */
#define CHECK_EVERY 32

struct state {
    struct qda_run run;
    int fd;
    struct qda_buf buf;
};

static bool to_check(const struct qda_run *run)
{
    if (!run->point.verify)
        return false;
    if (qda_run_leaks(run))
        return run->first && run->point.repeat == 0;
    return qda_run_full(run) || run->iteration % CHECK_EVERY == 0;
}

static int check_zero(struct state *st)
{
    struct qda_run *run = &st->run;
    int err = qda_buf_map_accel(run, &st->buf);
    if (err < 0)
        return err;
    uint64_t wrong = qda_nonzero(st->buf.map, st->buf.size, qda_run_full(run), run->point.seed ^ run->iteration);
    qda_run_check(run, wrong == 0, "a fresh buffer is not zero: %llu words hold old data in iteration %llu",
                  (unsigned long long)wrong, (unsigned long long)run->iteration);
    qda_buf_unmap(run, &st->buf);
    return 0;
}

static int time_create(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    const struct qda_driver *driver = run->ctx->node->driver;
    uint32_t handle = 0;
    uint64_t begin = qda_now(run->sys);
    int err = driver->gem_create(run->sys, st->fd, run->size, &handle);
    *ns = qda_now(run->sys) - begin;
    if (err < 0)
        return qda_run_error(run, "GEM_CREATE", err);
    qda_buf_adopt(run, &st->buf, st->fd, handle);
    return 0;
}

static int time_close(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    uint64_t begin = qda_now(run->sys);
    int err = qda_gem_close(run->sys, st->fd, st->buf.handle);
    *ns = qda_now(run->sys) - begin;
    if (err < 0)
        return qda_run_error(run, "GEM_CLOSE", err);
    qda_buf_closed(&st->buf);
    st->buf = QDA_BUF_NONE;
    return 0;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    int err = time_create(st, &ns[0]);
    if (err < 0)
        return err;
    if (to_check(&st->run) && (err = check_zero(st)) < 0)
        return err;
    return time_close(st, &ns[1]);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"alloc", "close"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    st->fd = -1;
    st->buf = QDA_BUF_NONE;
    if (!qda_run_needs_size(&st->run) || !qda_run_needs_gem(&st->run, "GEM_CREATE and GEM_CLOSE") ||
        !qda_run_needs_qda(&st->run))
        return -1;
    qda_run_series(&st->run, 2, names);
    if (point->verify && qda_run_leaks(&st->run) && point->repeat > 0)
        qda_run_note(&st->run, "zero was checked in the first run only: this driver keeps what was mapped until reboot");
    return qda_node_open(&st->run, &st->fd);
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
        qda_buf_free(&st->run, &st->buf);
        qda_fd_close(&st->run, &st->fd);
    }
    free(st);
}

const struct qda_run_ops qda_mem_alloc = {.id = "mem.alloc", .start = start, .step = step, .stop = stop};
