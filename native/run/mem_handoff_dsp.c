/* SPDX-License-Identifier: MIT */
#include "run/mem_handoff_dsp.h"

#include "run/handoff_stages.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * mem.handoff through the DSP: the complete way of one buffer in one go, with a stamp at every boundary of a stage.
 *
 *   cold, a new buffer each time
 *     here    GEM_CREATE, PRIME_HANDLE_TO_FD, send
 *     helper  receive, PRIME_FD_TO_HANDLE
 *     here    REMOTE_MAP (with attributes), GEM_MMAP_OFFSET and mmap, first write to each page, one call in which the DSP reads the
 *             first and the last word, REMOTE_MUNMAP, munmap
 *     helper  GEM_CLOSE of the import
 *     here    close of the dma-buf's descriptor, GEM_CLOSE: the buffer ends
 *   warm, the same buffer again: buffer, import and both mappings stay
 *     here    PRIME_HANDLE_TO_FD again, send
 *     helper  receive, PRIME_FD_TO_HANDLE again
 *     here    the call, close of the new descriptor
 *
 * The maker owns the DSP process, for v1 and the RFC give a buffer its DMA address in the context bank of whoever makes it, and a
 * self-import keeps that: the DSP process of another file cannot reach it. `path` is the whole, from the first stamp to the last;
 * `between` is what no stage timed: the words of the two processes to each other, the helper's close of its own descriptor, our own
 * bookkeeping. So the other series of a sample add up to its path. DMA_BUF_IOCTL_SYNC around the first touch is a series of its own.
 * The clock stands while inodes are looked at.
 *
 * Without GEM (FastRPC) the buffer is a dma-buf from the start: no export, no import, no handle to close; its last close ends it.
 *
 * Checked each time: the DSP read the words that were written last, the helper imported the very dma-buf. Proven to be shared before
 * the first sample. A driver that keeps what was once mapped for the CPU keeps every buffer of a cold point: few are made then.
 */
enum { BETWEEN = QDA_WAY_STAGES, PATH, SERIES };
_Static_assert(SERIES <= QDA_MAX_SERIES, "the sink has room for all series");

static const char *const series_names[SERIES] = {"alloc",  "export",    "hand-over", "import", "dsp-map",  "map",  "touch",   "sync",
                                                 "invoke", "dsp-unmap", "unmap",     "detach", "close-fd", "free", "between", "path"};

#define BIT(stage) (1u << (stage))
#define ALL_STAGES (BIT(QDA_WAY_STAGES) - 1)
#define WARM_STAGES                                                                                                   \
    (BIT(QDA_WAY_EXPORT) | BIT(QDA_WAY_HAND_OVER) | BIT(QDA_WAY_IMPORT) | BIT(QDA_WAY_INVOKE) | BIT(QDA_WAY_CLOSE_FD))
/* FastRPC has none of these. */
#define GEM_STAGES (BIT(QDA_WAY_EXPORT) | BIT(QDA_WAY_IMPORT) | BIT(QDA_WAY_DETACH) | BIT(QDA_WAY_FREE))

/* What a driver may keep of one cold point: so many bytes, but buffers enough for a p50. */
#define KEPT_BYTES (8u << 20)
#define KEPT_BUFFERS 5u

/* ---- the go */
static int use(struct qda_way *way)
{
    int err = qda_way_dsp_map(way);
    if (err < 0 || (err = qda_way_cpu_map(way)) < 0 || (err = qda_way_touch(way)) < 0 || (err = qda_way_invoke(way)) < 0 ||
        (err = qda_way_dsp_unmap(way)) < 0)
        return err;
    qda_way_cpu_unmap(way);
    return 0;
}

static int go_cold(struct qda_way *way)
{
    int err = qda_way_make(way);
    if (err < 0 || (err = qda_way_look(way)) < 0 || (err = qda_way_hand_over(way, way->buf.buf.dmabuf)) < 0 ||
        (err = use(way)) < 0 || (err = qda_way_let_go(way)) < 0)
        return err;
    return qda_way_end(way);
}

static int go_warm(struct qda_way *way)
{
    bool gem = qda_way_has_gem(way);
    int err = gem ? qda_way_export(way, &way->again) : 0;
    if (err < 0 || (err = qda_way_hand_over(way, gem ? way->again : way->buf.buf.dmabuf)) < 0 ||
        (err = qda_way_invoke(way)) < 0)
        return err;
    return gem ? qda_way_close_fd(way, &way->again) : 0;
}

/* Before the clock runs: other words than last time in the buffer that stays. */
static int prepare(struct qda_way *way)
{
    int err = qda_way_is_warm(way) ? qda_way_touch(way) : 0;
    memset(way->ns, 0, sizeof way->ns);
    way->standing_ns = 0;
    return err;
}

static void check(struct qda_way *way)
{
    struct qda_run *run = &way->run;
    uint64_t want = qda_way_words(way), ino = way->buf.buf.self.buffer.ino;
    unsigned long long k = run->iteration;
    qda_run_check(run, way->value == want, "the DSP read 0x%016llx and the CPU wrote 0x%016llx, iteration %llu",
                  (unsigned long long)way->value, (unsigned long long)want, k);
    qda_run_check(run, way->imported_ino == ino,
                  "the other process imported another dma-buf than was made: inode %llu in place of %llu, iteration %llu",
                  (unsigned long long)way->imported_ino, (unsigned long long)ino, k);
}

/* The stages that there are, what is between them, and the whole. */
static void put_times(const struct qda_way *way, uint64_t path, uint64_t *ns)
{
    uint64_t between = path;
    for (unsigned i = 0; i < QDA_WAY_STAGES; i++) {
        between -= way->ns[i];
        if (way->stages & BIT(i))
            *ns++ = way->ns[i];
    }
    *ns++ = between;
    *ns = path;
}

static int sample(void *arg, uint64_t *ns)
{
    struct qda_way *way = arg;
    int err = prepare(way);
    if (err < 0)
        return err;
    uint64_t begin = qda_now(way->run.sys);
    if ((err = qda_way_is_warm(way) ? go_warm(way) : go_cold(way)) < 0)
        return err;
    uint64_t path = qda_now(way->run.sys) - begin - way->standing_ns;
    if (way->run.point.verify)
        check(way);
    put_times(way, path, ns);
    return 0;
}

/* ---- before the first go */
/* A buffer that is proven to be shared: in a warm point the one that stays, else it goes again. */
static int prove(struct qda_way *way)
{
    struct qda_run *run = &way->run;
    int err = qda_dspbuf_make_unmapped(run, way->skel.rpc, run->point.source, run->size, &way->buf);
    if (err < 0 || (err = qda_dspbuf_dsp_map(run, way->skel.rpc, QDA_WAY_MAP_REQUEST, &way->buf)) < 0 || (err = qda_way_cpu_map(way)) < 0 ||
        (err = qda_dsp_prove(run, way->skel.rpc, way->skel.handle, &way->buf)) < 0)
        return err;
    if (qda_way_is_warm(way))
        return qda_way_hand_over(way, way->buf.buf.dmabuf);
    qda_dspbuf_free(run, way->skel.rpc, &way->buf);
    return 0;
}

static int greet(struct qda_way *way)
{
    struct qda_handoff_ask *first = &way->peer.ask;
    int err = qda_peer_start(&way->run, &way->peer);
    if (err < 0)
        return err;
    snprintf(first->node, sizeof first->node, "%s", qda_way_has_gem(way) ? way->run.ctx->node->path : "");
    return qda_way_ask(way, QDA_HANDOFF_HELLO, -1);
}

/* How many buffers a driver that keeps them may be made to keep. */
static void bound(struct qda_way *way)
{
    struct qda_run *run = &way->run;
    uint64_t most = KEPT_BYTES / run->size;
    if (!qda_run_leaks(run) || qda_way_is_warm(way))
        return;
    most = most < KEPT_BUFFERS ? KEPT_BUFFERS : most;
    if (run->point.samples == 0 || run->point.samples > most)
        run->point.samples = (uint32_t)most;
    if (run->point.min_samples > run->point.samples)
        run->point.min_samples = run->point.samples;
    run->point.warmups = run->point.warmups > 0;
}

static bool is_meant(struct qda_run *run)
{
    if (!qda_run_needs_size(run) || !qda_run_needs_qda(run))
        return false;
    assert(run->point.variant == QDA_HANDOFF_COLD || run->point.variant == QDA_HANDOFF_WARM);
    return true;
}

static void declare(struct qda_way *way)
{
    const char *names[SERIES];
    unsigned count = 0;
    way->stages = qda_way_is_warm(way) ? WARM_STAGES : ALL_STAGES;
    if (!qda_way_has_gem(way))
        way->stages &= qda_way_is_warm(way) ? ~(GEM_STAGES | BIT(QDA_WAY_CLOSE_FD)) : ~GEM_STAGES;
    for (unsigned i = 0; i < SERIES; i++)
        if (i >= QDA_WAY_STAGES || (way->stages & BIT(i)))
            names[count++] = series_names[i];
    qda_run_series(&way->run, count, names);
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    struct qda_way *way = *state = qda_run_new(ctx, point, result, sizeof *way);
    if (!way)
        return -1;
    way->buf = QDA_DSPBUF_NONE;
    way->peer = QDA_PEER_NONE;
    way->again = -1;
    if (!is_meant(&way->run))
        return -1;
    bound(way);
    declare(way);
    int err = qda_skel_open(&way->run, &way->skel);
    if (err < 0 || (err = greet(way)) < 0)
        return err;
    return prove(way);
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct qda_way *way = state;
    (void)ctx;
    if (way) {
        qda_peer_end(&way->run, &way->peer);
        qda_fd_close(&way->run, &way->again);
        if (way->skel.rpc)
            qda_dspbuf_free(&way->run, way->skel.rpc, &way->buf);
    }
    free(way);
}

const struct qda_run_ops qda_mem_handoff_dsp = {.id = "mem.handoff", .start = start, .step = step, .stop = stop, .needs_dsp = true};
