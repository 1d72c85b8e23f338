/* SPDX-License-Identifier: MIT */
#include "run/buf.h"
#include "run/families.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * mem.import_scale: one file of the accel node imports buffer after buffer and keeps them all; sample k is the import of
 * the k-th. The descriptor of a buffer is closed once it is imported: the import holds it. A failure for want of memory,
 * address space or descriptors is the limit that was looked for, not an error. Checked: all handles differ; after
 * GEM_CLOSE a handle is unknown, and a few watched buffers have the references that they had before their import.
 */
#define DEFAULT_COUNT 1024u
#define DEFAULT_SIZE 65536u
#define MAX_COUNT 16384u
#define MAX_WATCHED 8u
#define SETTLE_NS 3000000000u
#define SETTLE_SLEEP_MS 10

/* A buffer whose descriptor stays open: k = 1, 4, 16, ... */
struct watched {
    int dmabuf;
    bool known; /* its count could be read */
    uint64_t count;
};

struct state {
    struct qda_run run;
    struct qda_exporter exporter;
    int fd;
    uint32_t count, held, closed; /* wanted; imports made; imports closed again */
    struct qda_buf *imports;
    struct watched watched[MAX_WATCHED];
    unsigned watched_count, looked_at;
    uint64_t drained_ns; /* when the last import was closed */
    bool sweep_over;
};

/* `count:` of a dma-buf's fdinfo, its file references. False where the kernel does not say. */
static bool count_of(struct qda_sys *sys, int dmabuf, uint64_t *out)
{
    char path[64], text[1024];
    unsigned long long count = 0;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", dmabuf);
    if (qda_read_file(sys, path, text, sizeof text) <= 0)
        return false;
    const char *line = strstr(text, "count:");
    if (!line || sscanf(line, "count: %llu", &count) != 1)
        return false;
    *out = count;
    return true;
}

/* Not the node's own buffers: their handle in the exporting file, which is closed by then, is one of the references. */
static bool to_watch(const struct state *st)
{
    uint32_t k = st->held + 1;
    while (k % 4 == 0)
        k /= 4;
    return k == 1 && st->watched_count < MAX_WATCHED && st->run.point.verify && !qda_exporter_is_qda(&st->exporter);
}

/* Takes the descriptor of the buffer that is imported next. */
static void watch(struct state *st, struct qda_buf *buf)
{
    struct watched *watched = &st->watched[st->watched_count++];
    watched->dmabuf = buf->dmabuf;
    buf->dmabuf = -1;
}

static int time_import(struct state *st, int dmabuf, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    uint32_t handle = 0;
    uint64_t begin = qda_now(run->sys);
    int err = qda_prime_import(run->sys, st->fd, dmabuf, &handle);
    *ns = qda_now(run->sys) - begin;
    if (err < 0)
        return qda_run_error(run, "PRIME_FD_TO_HANDLE", err);
    struct qda_buf *import = &st->imports[st->held++];
    *import = QDA_BUF_NONE;
    qda_buf_adopt(run, import, st->fd, handle);
    import->self.buffer.imported = true;
    return 0;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_buf buf;
    int err = qda_exporter_make(&st->run, &st->exporter, &buf);
    if (err < 0)
        return err;
    bool keep = to_watch(st);
    if (keep) {
        struct watched *watched = &st->watched[st->watched_count];
        watched->known = count_of(st->run.sys, buf.dmabuf, &watched->count);
    }
    err = time_import(st, buf.dmabuf, ns);
    if (err == 0 && keep)
        watch(st, &buf);
    qda_buf_free(&st->run, &buf);
    return err;
}

static bool is_limit(int err)
{
    return err == -ENOMEM || err == -ENOSPC || err == -EMFILE || err == -ENFILE || err == -EAGAIN || err == -EDQUOT;
}

/* An end for want of something is what was looked for: status pass, with the failing call. */
static void take_limit(struct state *st)
{
    struct qda_point_result *result = st->run.result;
    if (result->status != QDA_ST_ERROR || !is_limit(result->error) || st->held == 0)
        return;
    result->status = QDA_ST_PASS;
    result->has_limit = true;
    result->limit = st->held;
    snprintf(result->reason, sizeof result->reason,
             "limit reached at k=%u: %s answered %s while %u imports of %llu bytes were held", st->held + 1,
             result->call, qda_errno_name(result->error), st->held, (unsigned long long)st->run.size);
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void check_distinct(struct state *st)
{
    uint32_t *handles = malloc((st->held + 1) * sizeof *handles), same = 0;
    if (!handles) {
        qda_run_error(&st->run, "malloc", -ENOMEM);
        return;
    }
    for (uint32_t i = 0; i < st->held; i++)
        handles[i] = st->imports[i].handle;
    qsort(handles, st->held, sizeof *handles, by_value);
    for (uint32_t i = 1; i < st->held; i++)
        same += handles[i] == handles[i - 1];
    qda_run_check(&st->run, same == 0, "%u of %u imports got the handle of another one", same, st->held);
    free(handles);
}

static void end_sweep(struct state *st)
{
    struct qda_run *run = &st->run;
    st->sweep_over = true;
    take_limit(st);
    if (run->result->status == QDA_ST_PASS && !run->result->has_limit && st->held < st->count)
        qda_run_note(run, "the time budget ended the sweep at k=%u of %u; no limit was met", st->held, st->count);
    if (run->point.verify && run->result->status == QDA_ST_PASS)
        check_distinct(st);
}

/* Is a watched buffer's count what it was before its import? */
static bool count_is_back(const struct state *st, const struct watched *watched, uint64_t *now)
{
    return !watched->known || !count_of(st->run.sys, watched->dmabuf, now) || *now == watched->count;
}

/* The kernel drops file references a little after the call, so a count that is too high is looked at again for a while. */
static int check_gone(struct state *st)
{
    struct qda_run *run = &st->run;
    for (; st->looked_at < st->watched_count; st->looked_at++) {
        const struct watched *watched = &st->watched[st->looked_at];
        uint64_t now = watched->count;
        bool back = count_is_back(st, watched, &now);
        if (!back && qda_now(run->sys) - st->drained_ns < SETTLE_NS) {
            run->sys->ops->poll(run->sys, -1, 0, SETTLE_SLEEP_MS); /* no descriptor: a sleep */
            return 1;
        }
        if (watched->known)
            qda_run_check(run, back, "a buffer has %llu references after its import was closed and had %llu before it",
                          (unsigned long long)now, (unsigned long long)watched->count);
    }
    return 0;
}

static int close_next(struct state *st)
{
    struct qda_run *run = &st->run;
    struct qda_buf *import = &st->imports[st->held - 1 - st->closed];
    uint32_t handle = import->handle;
    int err = qda_gem_close(run->sys, st->fd, handle);
    if (err < 0)
        return qda_run_error(run, "GEM_CLOSE", err);
    qda_buf_closed(import);
    if (st->closed++ == 0 && run->point.verify)
        qda_run_check(run, qda_gem_close(run->sys, st->fd, handle) == -EINVAL,
                      "handle %u is still known after it was closed", handle);
    return 0;
}

/* Closes imports, the newest first, for one slice. */
static int drain(struct state *st, uint64_t slice)
{
    uint64_t begin = qda_now(st->run.sys);
    while (st->closed < st->held) {
        if (close_next(st) < 0)
            return 0;
        if (qda_now(st->run.sys) - begin >= slice)
            return 1;
    }
    if (st->drained_ns == 0)
        st->drained_ns = qda_now(st->run.sys);
    return check_gone(st);
}

static uint32_t wanted_count(const struct qda_point *point)
{
    if (point->count > 0)
        return point->count;
    return point->samples > 0 ? point->samples : DEFAULT_COUNT;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"import"};
    struct qda_point own = *point;
    own.size = point->size ? point->size : DEFAULT_SIZE;
    own.samples = wanted_count(point);
    own.warmups = 0;
    struct state *st = *state = qda_run_new(ctx, &own, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->fd = st->exporter.fd = -1;
    st->count = own.samples;
    if (!qda_run_needs_gem(run, "PRIME imports"))
        return -1;
    if (st->count > MAX_COUNT)
        return qda_run_error_because(run, "plan", -EINVAL, "%u imports are more than the agent holds at once (%u)",
                                     st->count, MAX_COUNT);
    if (!(st->imports = calloc(st->count, sizeof *st->imports)))
        return qda_run_error(run, "malloc", -ENOMEM);
    qda_run_series(run, 1, names);
    int err = qda_exporter_open(run, point->source, &st->exporter);
    return err < 0 ? err : qda_node_open(run, &st->fd);
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    struct state *st = state;
    if (!st->sweep_over) {
        if (qda_run_loop(&st->run, ctx, result, sample) == 1)
            return 1;
        end_sweep(st);
        return result->status == QDA_ST_ERROR ? 0 : 1;
    }
    st->run.ctx = ctx;
    st->run.result = result;
    return drain(st, ctx->slice_ns);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    if (st) {
        for (unsigned i = st->watched_count; i-- > 0;)
            qda_fd_close(&st->run, &st->watched[i].dmabuf);
        for (uint32_t i = st->held - st->closed; i-- > 0;)
            qda_buf_free(&st->run, &st->imports[i]);
        qda_fd_close(&st->run, &st->fd);
        qda_exporter_close(&st->run, &st->exporter);
        free(st->imports);
    }
    free(st);
}

const struct qda_run_ops qda_mem_import_scale = {
    .id = "mem.import_scale", .exhaustive = true, .start = start, .step = step, .stop = stop};
