/* SPDX-License-Identifier: MIT */
#include "run/buf.h"
#include "run/families.h"
#include "run/handoff_peer.h"
#include "run/mem_handoff_dsp.h"
#include "run/pattern.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * mem.handoff: the dma-buf of one buffer goes to a helper process (SCM_RIGHTS), which imports it into a file of its own,
 * maps the dma-buf and reads a nonce. Timed from before the send until the helper has read it; the helper's stamps (one
 * clock for both processes) split that into receive, import and read. A QDA buffer is a self-import there.
 * Checked: nonce and inode each time, the whole pattern in the first and the last iteration.
 *
 * After it, in the same sample, `path` (buffers of the accel node only): the whole life of a new buffer, each stage once.
 *   here      GEM_CREATE, PRIME_HANDLE_TO_FD
 *             the clock stands: inode of the dma-buf
 *   here      send; helper: receive, PRIME_FD_TO_HANDLE
 *             the clock stands: the helper exports the import again and looks at its inode
 *   helper    GEM_CLOSE of the import, close of its descriptor
 *             the clock stands: the helper's answer on its way back, which no sharing needs
 *   here      close of the dma-buf descriptor, GEM_CLOSE: the buffer ends
 * These are the stages that mem.alloc (alloc, close), mem.export (first, close), mem.import (cold, close) and `receive`
 * time one by one. In the path besides: the close of the helper's own descriptor, and the end of the dma-buf within the
 * last GEM_CLOSE; the import goes into a file that has imported before. Nobody maps the buffer, so that it is not in the
 * path what the CPU's access costs: a driver that keeps what was once mapped would keep each of the buffers, whichever
 * of the two ways it is mapped. The checks of its data are those of the hand-over, whose one buffer is all that such a
 * driver keeps of a point: mapped here and again and again by the helper, it is the same object.
 */
enum { HANDOFF, RECEIVE, IMPORT, READ, PATH, SERIES };

struct state {
    struct qda_run run;
    struct qda_exporter exporter;
    struct qda_buf buf;
    struct qda_buf path; /* the path's buffer of this iteration */
    uint64_t making_ns;  /* what making and exporting it took */
    struct qda_peer peer;
    bool greeted, handed; /* handed: the path's turn */
    uint64_t ns[SERIES];
};
_Static_assert(SERIES <= QDA_MAX_SERIES, "the sink has room for all series");

static struct qda_pattern pattern_of(const struct qda_run *run)
{
    return (struct qda_pattern){run->point.seed, run->iteration};
}

static int put_data(struct state *st)
{
    struct qda_run *run = &st->run;
    int err = qda_buf_sync(run, &st->buf, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    if (run->point.verify && qda_run_full(run))
        qda_pattern_fill(st->buf.map, st->buf.size, pattern_of(run));
    else
        *(uint64_t *)st->buf.map = qda_pattern_word(pattern_of(run), 0);
    return qda_buf_sync(run, &st->buf, QDA_SYNC_END | QDA_SYNC_WRITE);
}

static void check_answer(struct state *st)
{
    struct qda_run *run = &st->run;
    const struct qda_handoff_answer *answer = &st->peer.answer;
    uint64_t nonce = qda_pattern_word(pattern_of(run), 0), ino = st->buf.self.buffer.ino;
    qda_run_check(run, answer->nonce == nonce, "the other process read another nonce than was written, iteration %llu",
                  (unsigned long long)run->iteration);
    qda_run_check(run, answer->wrong == 0, "the other process sees %llu words that differ from what was written",
                  (unsigned long long)answer->wrong);
    if (ino)
        qda_run_check(run, answer->ino == ino, "the other process got inode %llu in place of %llu",
                      (unsigned long long)answer->ino, (unsigned long long)ino);
}

static int greet(struct state *st)
{
    int err = st->peer.waiting ? 0 : qda_peer_ask(&st->run, &st->peer, QDA_HANDOFF_HELLO, -1);
    if (err < 0)
        return err;
    err = qda_peer_wait(&st->run, &st->peer);
    st->greeted = err == 0;
    return err;
}

static int hand_over(struct state *st)
{
    struct qda_run *run = &st->run;
    struct qda_peer *peer = &st->peer;
    int err;
    if (!peer->waiting &&
        ((err = put_data(st)) < 0 || (err = qda_peer_ask(run, peer, QDA_HANDOFF_BUFFER, st->buf.dmabuf)) < 0))
        return err;
    if ((err = qda_peer_wait(run, peer)) != 0)
        return err;
    st->ns[HANDOFF] = peer->answer.read_ns - peer->sent_ns;
    st->ns[RECEIVE] = peer->answer.received_ns - peer->sent_ns;
    st->ns[IMPORT] = peer->answer.imported_ns - peer->answer.received_ns;
    st->ns[READ] = peer->answer.read_ns - peer->answer.imported_ns;
    if (run->point.verify)
        check_answer(st);
    st->handed = true;
    return 0;
}

/* GEM_CREATE and PRIME_HANDLE_TO_FD, timed as one. */
static int make_path(struct state *st)
{
    struct qda_run *run = &st->run;
    struct qda_sys *sys = run->sys;
    uint32_t handle = 0;
    int fd = -1;
    uint64_t begin = qda_now(sys);
    int err = run->ctx->node->driver->gem_create(sys, st->exporter.fd, run->size, &handle);
    if (err < 0)
        return qda_run_error(run, "GEM_CREATE", err);
    err = qda_prime_export(sys, st->exporter.fd, handle, O_CLOEXEC | O_RDWR, &fd);
    st->making_ns = qda_now(sys) - begin;
    qda_buf_adopt(run, &st->path, st->exporter.fd, handle);
    if (err < 0)
        return qda_run_error(run, "PRIME_HANDLE_TO_FD", err);
    st->path.dmabuf = fd;
    return run->point.verify ? qda_fd_ino(run, fd, &st->path.self.buffer.ino) : 0;
}

/* close and GEM_CLOSE, timed as one: the last that anybody holds of the buffer. */
static int end_path(struct state *st, uint64_t *ns)
{
    struct qda_run *run = &st->run;
    struct qda_sys *sys = run->sys;
    int fd = st->path.dmabuf;
    st->path.dmabuf = -1; /* gone, whatever close says */
    uint64_t begin = qda_now(sys);
    int err = sys->ops->close(sys, fd);
    int closed = qda_gem_close(sys, st->path.accel, st->path.handle);
    *ns = qda_now(sys) - begin;
    if (closed < 0)
        return qda_run_error(run, "GEM_CLOSE", closed);
    qda_buf_closed(&st->path);
    return err < 0 ? qda_run_error(run, "close", err) : 0;
}

static void check_path(struct state *st)
{
    uint64_t want = st->path.self.buffer.ino, got = st->peer.answer.ino;
    qda_run_check(&st->run, got == want,
                  "the other process imported another dma-buf than was made: inode %llu in place of %llu, iteration %llu",
                  (unsigned long long)got, (unsigned long long)want, (unsigned long long)st->run.iteration);
}

static int whole_path(struct state *st)
{
    struct qda_run *run = &st->run;
    struct qda_peer *peer = &st->peer;
    const struct qda_handoff_answer *answer = &peer->answer;
    uint64_t ending = 0;
    int err;
    if (!peer->waiting &&
        ((err = make_path(st)) < 0 || (err = qda_peer_ask(run, peer, QDA_HANDOFF_PATH, st->path.dmabuf)) < 0))
        return err;
    if ((err = qda_peer_wait(run, peer)) != 0 || (err = end_path(st, &ending)) < 0)
        return err;
    st->ns[PATH] = st->making_ns + (answer->imported_ns - peer->sent_ns) +
                   (answer->released_ns - answer->release_ns) + ending;
    if (run->point.verify)
        check_path(st);
    qda_buf_free(run, &st->path);
    return 0;
}

/* Called again for the same iteration while the helper has not answered: goes on where it was. */
static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    int err = 0;
    if (!st->greeted && (err = greet(st)) != 0)
        return err;
    if (!st->handed && (err = hand_over(st)) != 0)
        return err;
    if (st->run.series > PATH && (err = whole_path(st)) != 0)
        return err;
    st->handed = false;
    memcpy(ns, st->ns, st->run.series * sizeof *ns);
    return 0;
}

/* Variant 0; the others, through the DSP, are mem_handoff_dsp.c. */
static int start_here(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[SERIES] = {"handoff", "receive", "import", "read", "path"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->exporter = (struct qda_exporter){.source = point->source, .fd = -1};
    st->peer = QDA_PEER_NONE;
    st->buf = st->path = QDA_BUF_NONE;
    if (!qda_run_needs_size(run) || !qda_run_needs_gem(run, "the PRIME import at the receiver"))
        return -1;
    qda_run_series(run, qda_exporter_is_qda(&st->exporter) ? SERIES : PATH, names);
    snprintf(st->peer.ask.node, sizeof st->peer.ask.node, "%s", ctx->node->path);
    int err = qda_exporter_open(run, point->source, &st->exporter);
    if (err < 0 || (err = qda_exporter_make(run, &st->exporter, &st->buf)) < 0)
        return err;
    if ((err = qda_fd_ino(run, st->buf.dmabuf, &st->buf.self.buffer.ino)) < 0)
        return err;
    return (err = qda_buf_map_dmabuf(run, &st->buf)) < 0 ? err : qda_peer_start(run, &st->peer);
}

static int step_here(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop_here(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    if (st) {
        qda_peer_end(&st->run, &st->peer);
        qda_buf_free(&st->run, &st->path);
        qda_buf_free(&st->run, &st->buf);
        qda_exporter_close(&st->run, &st->exporter);
    }
    free(st);
}

/* ---- by the variant */
static const struct qda_run_ops here = {.id = "mem.handoff", .start = start_here, .step = step_here, .stop = stop_here};

static const struct qda_run_ops *ops_of(const struct qda_point *point)
{
    return point->variant == 0 ? &here : &qda_mem_handoff_dsp;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    *state = NULL;
    if (point->variant <= QDA_HANDOFF_WARM)
        return ops_of(point)->start(ctx, point, result, state);
    *result = (struct qda_point_result){.status = QDA_ST_PASS};
    struct qda_run none = {.result = result};
    return qda_run_skip(&none, "mem.handoff has no variant %u: 0 to another process, 1 and 2 through the DSP, cold and warm",
                        point->variant);
}

/* Every state begins with a struct qda_run. */
static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return ops_of(&((struct qda_run *)state)->point)->step(ctx, state, result);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    if (state)
        ops_of(&((struct qda_run *)state)->point)->stop(ctx, state);
}

const struct qda_run_ops qda_mem_handoff = {.id = "mem.handoff",
                                            .start = start,
                                            .step = step,
                                            .stop = stop,
                                            .dsp_variants = 1u << QDA_HANDOFF_COLD | 1u << QDA_HANDOFF_WARM};
