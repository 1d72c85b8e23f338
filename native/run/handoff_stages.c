/* SPDX-License-Identifier: MIT */
#include "run/handoff_stages.h"

#include <errno.h>
#include <fcntl.h>

#define PAGE_STEP 4096u

static uint64_t now(const struct qda_way *way)
{
    return qda_now(way->run.sys);
}

static void took(struct qda_way *way, enum qda_way_stage stage, uint64_t since)
{
    way->ns[stage] += now(way) - since;
}

/* ---- the words that the DSP is to read */
static uint32_t first_word(const struct qda_way *way)
{
    return qda_dsp_first(&way->run);
}

static volatile uint32_t *last_at(const struct qda_way *way)
{
    return (volatile uint32_t *)way->buf.buf.map + way->buf.buf.size / 4 - 1;
}

uint64_t qda_way_words(const struct qda_way *way)
{
    return (uint64_t)first_word(way) << 32 | (uint32_t)~first_word(way);
}

/* ---- stages */
static int make_dmabuf(struct qda_way *way)
{
    struct qda_run *run = &way->run;
    uint64_t begin = now(way);
    int err = run->ctx->node->driver->dmabuf_alloc(run->sys, qda_rpc_fd(way->skel.rpc), run->size, &way->buf.buf.dmabuf);
    took(way, QDA_WAY_ALLOC, begin);
    if (err < 0) {
        way->buf.buf.dmabuf = -1;
        return qda_run_error(run, "ALLOC_DMA_BUFF", err);
    }
    way->buf.ref = way->buf.buf.dmabuf;
    return 0;
}

int qda_way_export(struct qda_way *way, int *dmabuf)
{
    struct qda_run *run = &way->run;
    uint64_t begin = now(way);
    int err = qda_prime_export(run->sys, way->buf.buf.accel, way->buf.buf.handle, O_CLOEXEC | O_RDWR, dmabuf);
    took(way, QDA_WAY_EXPORT, begin);
    if (err >= 0)
        return 0;
    *dmabuf = -1;
    return qda_run_error(run, "PRIME_HANDLE_TO_FD", err);
}

int qda_way_make(struct qda_way *way)
{
    struct qda_run *run = &way->run;
    uint32_t handle = 0;
    way->buf = QDA_DSPBUF_NONE;
    way->buf.size = way->buf.buf.size = run->size;
    if (!qda_way_has_gem(way))
        return make_dmabuf(way);
    int accel = qda_rpc_fd(way->skel.rpc);
    uint64_t begin = now(way);
    int err = run->ctx->node->driver->gem_create(run->sys, accel, run->size, &handle);
    took(way, QDA_WAY_ALLOC, begin);
    if (err < 0)
        return qda_run_error(run, "GEM_CREATE", err);
    qda_buf_adopt(run, &way->buf.buf, accel, handle);
    if ((err = qda_way_export(way, &way->buf.buf.dmabuf)) < 0)
        return err;
    way->buf.ref = run->ctx->node->driver->handles_are_refs ? (int32_t)handle : way->buf.buf.dmabuf;
    return 0;
}

/* The worker may wait. */
int qda_way_ask(struct qda_way *way, enum qda_handoff_what what, int fd)
{
    int err = qda_peer_ask(&way->run, &way->peer, what, fd);
    if (err < 0)
        return err;
    do
        err = qda_peer_wait(&way->run, &way->peer);
    while (err == QDA_PENDING);
    return err;
}

int qda_way_look(struct qda_way *way)
{
    uint64_t begin = now(way);
    int err = way->run.point.verify ? qda_fd_ino(&way->run, way->buf.buf.dmabuf, &way->buf.buf.self.buffer.ino) : 0;
    way->standing_ns += now(way) - begin;
    return err;
}

int qda_way_hand_over(struct qda_way *way, int dmabuf)
{
    const struct qda_handoff_answer *answer = &way->peer.answer;
    int err = qda_way_ask(way, qda_way_is_warm(way) ? QDA_HANDOFF_KEEP : QDA_HANDOFF_TAKE, dmabuf);
    if (err < 0)
        return err;
    way->ns[QDA_WAY_HAND_OVER] = answer->received_ns - way->peer.sent_ns;
    if (qda_way_has_gem(way))
        way->ns[QDA_WAY_IMPORT] = answer->imported_ns - answer->received_ns;
    way->imported_ino = answer->ino;
    if (way->run.point.verify)
        way->standing_ns += answer->checked_ns - answer->imported_ns;
    return 0;
}

int qda_way_dsp_map(struct qda_way *way)
{
    uint64_t begin = now(way);
    int result = qda_rpc_map(way->skel.rpc, QDA_WAY_MAP_REQUEST, way->buf.ref, way->buf.buf.size, &way->buf.address);
    took(way, QDA_WAY_DSP_MAP, begin);
    way->buf.request = QDA_WAY_MAP_REQUEST;
    if (qda_dsp_ok(&way->run, "REMOTE_MAP", result))
        return 0;
    way->buf.address = 0;
    return -EREMOTEIO;
}

int qda_way_cpu_map(struct qda_way *way)
{
    uint64_t begin = now(way);
    int err = qda_way_has_gem(way) ? qda_buf_map_accel(&way->run, &way->buf.buf) : qda_buf_map_dmabuf(&way->run, &way->buf.buf);
    took(way, QDA_WAY_MAP, begin);
    return err;
}

/* The first write to each page, and the words that the DSP is to read. */
int qda_way_touch(struct qda_way *way)
{
    uint8_t *at = way->buf.buf.map;
    uint32_t word = first_word(way);
    uint64_t begin = now(way);
    int err = qda_dspbuf_sync(&way->run, &way->buf, QDA_SYNC_START | QDA_SYNC_WRITE);
    took(way, QDA_WAY_SYNC, begin);
    if (err < 0)
        return err;
    begin = now(way);
    for (uint64_t i = 0; i < way->buf.buf.size; i += PAGE_STEP)
        *(volatile uint32_t *)(at + i) = word;
    *last_at(way) = ~word;
    took(way, QDA_WAY_TOUCH, begin);
    begin = now(way);
    err = qda_dspbuf_sync(&way->run, &way->buf, QDA_SYNC_END | QDA_SYNC_WRITE);
    took(way, QDA_WAY_SYNC, begin);
    return err;
}

int qda_way_invoke(struct qda_way *way)
{
    struct qbench_result result = {0};
    struct qda_rpc_arg args[] = {{.ptr = way->buf.buf.map, .len = way->buf.buf.size, .ref = way->buf.ref},
                                 {.ptr = &result, .len = sizeof result}};
    uint64_t begin = now(way);
    int got = qda_rpc_invoke(way->skel.rpc, way->skel.handle, QDA_SCALARS_BUILD(0, QBENCH_TOUCH_IN, 1, 1, 0, 0), args);
    took(way, QDA_WAY_INVOKE, begin);
    way->value = result.value;
    return qda_dsp_ok(&way->run, "INVOKE", got) ? 0 : -EREMOTEIO;
}

int qda_way_dsp_unmap(struct qda_way *way)
{
    uint64_t address = way->buf.address, begin = now(way);
    int result = qda_rpc_unmap(way->skel.rpc, QDA_WAY_MAP_REQUEST, way->buf.ref, address, way->buf.buf.size);
    took(way, QDA_WAY_DSP_UNMAP, begin);
    way->buf.address = 0;
    return qda_dsp_ok(&way->run, "REMOTE_MUNMAP", result) ? 0 : -EREMOTEIO;
}

void qda_way_cpu_unmap(struct qda_way *way)
{
    uint64_t begin = now(way);
    qda_buf_unmap(&way->run, &way->buf.buf);
    took(way, QDA_WAY_UNMAP, begin);
}

int qda_way_let_go(struct qda_way *way)
{
    int err = qda_way_ask(way, QDA_HANDOFF_LET_GO, -1);
    if (err == 0 && qda_way_has_gem(way))
        way->ns[QDA_WAY_DETACH] = way->peer.answer.detached_ns - way->peer.answer.release_ns;
    return err;
}

int qda_way_close_fd(struct qda_way *way, int *fd)
{
    int closing = *fd;
    *fd = -1; /* gone, whatever close says */
    uint64_t begin = now(way);
    int err = way->run.sys->ops->close(way->run.sys, closing);
    took(way, QDA_WAY_CLOSE_FD, begin);
    return err < 0 ? qda_run_error(&way->run, "close", err) : 0;
}

int qda_way_end(struct qda_way *way)
{
    int err = qda_way_close_fd(way, &way->buf.buf.dmabuf);
    if (err < 0 || !qda_way_has_gem(way))
        return err;
    uint64_t begin = now(way);
    err = qda_gem_close(way->run.sys, way->buf.buf.accel, way->buf.buf.handle);
    took(way, QDA_WAY_FREE, begin);
    if (err < 0)
        return qda_run_error(&way->run, "GEM_CLOSE", err);
    qda_buf_closed(&way->buf.buf);
    return 0;
}
