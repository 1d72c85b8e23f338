/* SPDX-License-Identifier: MIT */
#include "run/buf.h"
#include "run/families.h"
#include "run/pattern.h"

#include <stdlib.h>
#include <sys/mman.h>

/*
 * mem.cpumap: one buffer, mapped anew in each iteration. Timed are GEM_MMAP_OFFSET with mmap; the first write to each 4 KiB
 * of the new mapping, over the whole buffer; munmap. Checked: what was touched reads back; a pattern written in the
 * first and the last iteration is still there in another mapping.
 */
#define TOUCH_STEP 4096u

struct state {
    struct qda_run run;
    int fd;
    struct qda_buf buf;
};

static int time_map(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    const struct qda_driver *driver = run->ctx->node->driver;
    uint64_t offset = 0;
    void *map = NULL;
    int map_err = 0;
    uint64_t begin = qda_now(run->sys);
    int err = driver->gem_mmap_offset(run->sys, st->fd, st->buf.handle, &offset);
    if (err >= 0)
        map = run->sys->ops->mmap(run->sys, st->buf.size, PROT_READ | PROT_WRITE, MAP_SHARED, st->fd, offset, &map_err);
    *ns = qda_now(run->sys) - begin;
    if (err < 0)
        return qda_run_error(run, "GEM_MMAP_OFFSET", err);
    if (!map)
        return qda_run_error(run, "mmap", map_err);
    st->buf.map = map;
    qda_buf_mapped(run, &st->buf);
    return 0;
}

static void time_touch(struct state *st, uint64_t nonce, uint64_t *ns)
{
    volatile char *at = st->buf.map;
    uint64_t size = st->buf.size;
    uint64_t begin = qda_now(st->run.sys);
    for (uint64_t i = 0; i < size; i += TOUCH_STEP)
        *(volatile uint64_t *)(at + i) = nonce + i;
    *ns = qda_now(st->run.sys) - begin;
}

static int time_unmap(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    uint64_t begin = qda_now(run->sys);
    int err = run->sys->ops->munmap(run->sys, st->buf.map, st->buf.size);
    *ns = qda_now(run->sys) - begin;
    if (err < 0)
        return qda_run_error(run, "munmap", err);
    st->buf.map = NULL;
    st->buf.self.buffer.mapped = false;
    return 0;
}

static void check_touched(struct state *st, uint64_t nonce)
{
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < st->buf.size; i += TOUCH_STEP)
        wrong += *(volatile uint64_t *)((char *)st->buf.map + i) != nonce + i;
    qda_run_check(&st->run, wrong == 0, "%llu pages do not hold what was written to them in iteration %llu",
                  (unsigned long long)wrong, (unsigned long long)st->run.iteration);
}

/* Writes the pattern through one more mapping and reads it through another. */
static int check_kept(struct state *st)
{
    struct qda_run *run = &st->run;
    struct qda_pattern pattern = {run->point.seed, run->iteration};
    int err = qda_buf_map_accel(run, &st->buf);
    if (err < 0)
        return err;
    qda_pattern_fill(st->buf.map, st->buf.size, pattern);
    qda_buf_unmap(run, &st->buf);
    if ((err = qda_buf_map_accel(run, &st->buf)) < 0)
        return err;
    uint64_t wrong = qda_pattern_compare(st->buf.map, st->buf.size, pattern);
    qda_run_check(run, wrong == 0, "a new mapping of the buffer does not show what the old one wrote: %llu words differ",
                  (unsigned long long)wrong);
    qda_buf_unmap(run, &st->buf);
    return 0;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_run *run = &st->run;
    uint64_t nonce = qda_pattern_word((struct qda_pattern){run->point.seed, run->iteration}, 0);
    int err = time_map(st, &ns[0]);
    if (err < 0)
        return err;
    time_touch(st, nonce, &ns[1]);
    if (run->point.verify)
        check_touched(st, nonce);
    if ((err = time_unmap(st, &ns[2])) < 0)
        return err;
    return run->point.verify && qda_run_full(run) ? check_kept(st) : 0;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"mmap", "touch", "munmap"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    st->fd = -1;
    st->buf = QDA_BUF_NONE;
    if (!qda_run_needs_size(&st->run) || !qda_run_needs_gem(&st->run, "mappings of GEM buffers") ||
        !qda_run_needs_qda(&st->run))
        return -1;
    qda_run_series(&st->run, 3, names);
    int err = qda_node_open(&st->run, &st->fd);
    return err < 0 ? err : qda_buf_create(&st->run, st->fd, &st->buf);
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

const struct qda_run_ops qda_mem_cpumap = {.id = "mem.cpumap", .start = start, .step = step, .stop = stop};
