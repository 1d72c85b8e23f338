/* SPDX-License-Identifier: MIT */
#include "run/buf.h"
#include "run/families.h"

#include <fcntl.h>
#include <stdlib.h>

/*
 * mem.export: a fresh buffer in each iteration, because the DRM core keeps the dma-buf of an exported one. Timed are
 * PRIME_HANDLE_TO_FD the first time and again, and close of the last descriptor (the handle still lives).
 * Checked: lseek gives the size; the repeated export gives the same dma-buf.
 */
struct state {
    struct qda_run run;
    int fd;
    struct qda_buf buf;
    int again; /* descriptor of the repeated export */
};

static int time_export(struct state *st, int *dmabuf, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    int fd = -1;
    uint64_t begin = qda_now(run->sys);
    int err = qda_prime_export(run->sys, st->fd, st->buf.handle, O_CLOEXEC | O_RDWR, &fd);
    *ns = qda_now(run->sys) - begin;
    if (err < 0)
        return qda_run_error(run, "PRIME_HANDLE_TO_FD", err);
    *dmabuf = fd;
    return 0;
}

static int time_close(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    int fd = st->buf.dmabuf;
    st->buf.dmabuf = -1; /* gone, whatever close says */
    uint64_t begin = qda_now(run->sys);
    int err = run->sys->ops->close(run->sys, fd);
    *ns = qda_now(run->sys) - begin;
    return err < 0 ? qda_run_error(run, "close", err) : 0;
}

static int check_export(struct state *st)
{
    struct qda_run *run = &st->run;
    uint64_t first = 0, again = 0;
    int err = qda_fd_ino(run, st->buf.dmabuf, &first);
    if (err < 0 || (err = qda_fd_ino(run, st->again, &again)) < 0)
        return err;
    st->buf.self.buffer.ino = first;
    qda_run_check(run, first == again, "the second export is another dma-buf: inode %llu after %llu",
                  (unsigned long long)again, (unsigned long long)first);
    int64_t end = run->sys->ops->seek_end(run->sys, st->buf.dmabuf);
    if (end < 0)
        return qda_run_error(run, "lseek", (int)end);
    qda_run_check(run, (uint64_t)end == run->size, "the dma-buf says it has %lld bytes; the buffer has %llu",
                  (long long)end, (unsigned long long)run->size);
    return 0;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    int err = qda_buf_create(&st->run, st->fd, &st->buf);
    if (err < 0)
        return err;
    if ((err = time_export(st, &st->buf.dmabuf, &ns[0])) < 0 || (err = time_export(st, &st->again, &ns[1])) < 0)
        return err;
    if (st->run.point.verify && (err = check_export(st)) < 0)
        return err;
    qda_fd_close(&st->run, &st->again);
    if ((err = time_close(st, &ns[2])) < 0)
        return err;
    qda_buf_free(&st->run, &st->buf);
    return 0;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"first", "repeat", "close"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    st->fd = st->again = -1;
    st->buf = QDA_BUF_NONE;
    if (!qda_run_needs_size(&st->run) || !qda_run_needs_gem(&st->run, "PRIME exports") ||
        !qda_run_needs_qda(&st->run))
        return -1;
    qda_run_series(&st->run, 3, names);
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
        qda_fd_close(&st->run, &st->again);
        qda_buf_free(&st->run, &st->buf);
        qda_fd_close(&st->run, &st->fd);
    }
    free(st);
}

const struct qda_run_ops qda_mem_export = {.id = "mem.export", .start = start, .step = step, .stop = stop};
