/* SPDX-License-Identifier: MIT */
#include "run/buf.h"
#include "run/families.h"
#include "run/pattern.h"

#include <stdlib.h>

/*
 * mem.import: one buffer of the source, imported into a fresh file of the accel node in each iteration. Timed are
 * PRIME_FD_TO_HANDLE on the fresh file (cold: a buffer of another exporter takes the thread's context bank, is attached
 * and mapped), the same call again (warm: the handle is known) and GEM_CLOSE of the handle (unmap and detach). The
 * source qda is a self-import: the same object, no attachment.
 *
 * Checked: both calls give one handle; the handle exports as the buffer's own dma-buf (same inode); a nonce, and in the
 * first and the last iteration a whole pattern, written through the exporter's mapping before the import is there
 * after it. An import has no mapping of its own. The accel node's own buffers are not mapped where the driver would
 * keep them for it.
 */
struct state {
    struct qda_run run;
    struct qda_exporter exporter;
    struct qda_buf buf; /* the exporter's, mapped if its data is checked */
    int fd;             /* fresh file */
    struct qda_buf import;
    uint32_t warm_handle;
};

static struct qda_pattern pattern_of(const struct qda_run *run)
{
    return (struct qda_pattern){run->point.seed, run->iteration};
}

static int put_data(struct state *st)
{
    struct qda_run *run = &st->run;
    uint64_t *words = st->buf.map, nonce = qda_pattern_word(pattern_of(run), 0);
    int err = qda_buf_sync(run, &st->buf, QDA_SYNC_START | QDA_SYNC_RW);
    if (err < 0)
        return err;
    if (qda_run_full(run)) {
        qda_pattern_fill(words, st->buf.size, pattern_of(run));
    } else {
        words[0] = nonce;
        words[st->buf.size / 8 - 1] = ~nonce;
    }
    return qda_buf_sync(run, &st->buf, QDA_SYNC_END | QDA_SYNC_RW);
}

static int check_data(struct state *st)
{
    struct qda_run *run = &st->run;
    const uint64_t *words = st->buf.map;
    uint64_t nonce = qda_pattern_word(pattern_of(run), 0), wrong;
    int err = qda_buf_sync(run, &st->buf, QDA_SYNC_START | QDA_SYNC_READ);
    if (err < 0)
        return err;
    if (qda_run_full(run))
        wrong = qda_pattern_compare(words, st->buf.size, pattern_of(run));
    else
        wrong = (words[0] != nonce) + (words[st->buf.size / 8 - 1] != ~nonce);
    qda_run_check(run, wrong == 0, "importing the buffer changed its data: %llu words differ in iteration %llu",
                  (unsigned long long)wrong, (unsigned long long)run->iteration);
    return qda_buf_sync(run, &st->buf, QDA_SYNC_END | QDA_SYNC_READ);
}

static int time_import(struct state *st, uint32_t *handle, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    uint64_t begin = qda_now(run->sys);
    int err = qda_prime_import(run->sys, st->fd, st->buf.dmabuf, handle);
    *ns = qda_now(run->sys) - begin;
    return err < 0 ? qda_run_error(run, "PRIME_FD_TO_HANDLE", err) : 0;
}

static int time_close(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    uint64_t begin = qda_now(run->sys);
    int err = qda_gem_close(run->sys, st->fd, st->import.handle);
    *ns = qda_now(run->sys) - begin;
    if (err < 0)
        return qda_run_error(run, "GEM_CLOSE", err);
    qda_buf_closed(&st->import);
    return 0;
}

static int check_import(struct state *st)
{
    struct qda_run *run = &st->run;
    uint64_t want = 0, got = 0;
    qda_run_check(run, st->warm_handle == st->import.handle, "the second import gave handle %u, the first %u",
                  st->warm_handle, st->import.handle);
    int err = qda_fd_ino(run, st->buf.dmabuf, &want);
    if (err < 0 || (err = qda_buf_export(run, &st->import)) < 0)
        return err;
    got = st->import.self.buffer.ino;
    qda_fd_close(run, &st->import.dmabuf);
    qda_run_check(run, got == want, "the import exports as another dma-buf: inode %llu in place of %llu",
                  (unsigned long long)got, (unsigned long long)want);
    return st->buf.map ? check_data(st) : 0;
}

static int cold_and_warm(struct state *st, uint64_t *ns)
{
    uint32_t handle = 0;
    int err = time_import(st, &handle, &ns[0]);
    if (err < 0)
        return err;
    qda_buf_adopt(&st->run, &st->import, st->fd, handle);
    st->import.self.buffer.imported = true;
    return time_import(st, &st->warm_handle, &ns[1]);
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_run *run = &st->run;
    int err = qda_node_open(run, &st->fd);
    if (err < 0 || (st->buf.map && (err = put_data(st)) < 0))
        return err;
    if ((err = cold_and_warm(st, ns)) < 0 || (run->point.verify && (err = check_import(st)) < 0))
        return err;
    if ((err = time_close(st, &ns[2])) < 0)
        return err;
    qda_buf_free(run, &st->import);
    qda_fd_close(run, &st->fd);
    return 0;
}

/* May the exporter's mapping be made without leaving the buffer behind? */
static bool may_map(const struct state *st)
{
    return !qda_exporter_is_qda(&st->exporter) || !qda_run_leaks(&st->run);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"cold", "warm", "close"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->fd = st->exporter.fd = -1;
    st->buf = st->import = QDA_BUF_NONE;
    if (!qda_run_needs_size(run) || !qda_run_needs_gem(run, "PRIME imports"))
        return -1;
    qda_run_series(run, 3, names);
    int err = qda_exporter_open(run, point->source, &st->exporter);
    if (err < 0 || (err = qda_exporter_make(run, &st->exporter, &st->buf)) < 0)
        return err;
    return point->verify && may_map(st) ? qda_buf_map_dmabuf(run, &st->buf) : 0;
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
        qda_buf_free(&st->run, &st->import);
        qda_fd_close(&st->run, &st->fd);
        qda_buf_free(&st->run, &st->buf);
        qda_exporter_close(&st->run, &st->exporter);
    }
    free(st);
}

const struct qda_run_ops qda_mem_import = {.id = "mem.import", .start = start, .step = step, .stop = stop};
