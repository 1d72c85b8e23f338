/* SPDX-License-Identifier: MIT */
#include "run/dsp_impl.h"

/* Buffers that CPU and DSP share. */

static const struct qda_dsp_tell *tell_of(const struct qda_run *run)
{
    return &run->ctx->dsp->setup.tell;
}

/* May the DMA address of what is set up now be traced? Not where nothing is verified: tracing costs set-up time. */
static bool trace(struct qda_run *run)
{
    const struct qda_dsp_tell *tell = tell_of(run);
    return run->point.verify && tell->trace && tell->trace(tell->arg);
}

static void traced(struct qda_run *run, bool traces, const struct qda_buf *buf)
{
    const struct qda_dsp_tell *tell = tell_of(run);
    if (traces)
        tell->traced(tell->arg, buf->size, buf->self.buffer.ino);
}

/* Of the driver's own making: the DMA address comes with the memory. */
static int make_own(struct qda_run *run, int accel, struct qda_buf *buf)
{
    bool traces = trace(run);
    int err = qda_buf_create(run, accel, buf);
    if (err == 0)
        err = qda_buf_export(run, buf);
    traced(run, traces, buf);
    return err;
}

/* Another exporter's, imported where there are handles: the DMA address comes with the import, which stands until the end. */
static int make_foreign(struct qda_run *run, enum qda_source source, int accel, struct qda_buf *buf)
{
    struct qda_exporter exporter;
    int err = qda_exporter_open(run, source, &exporter);
    if (err < 0)
        return err;
    err = qda_exporter_make(run, &exporter, buf);
    qda_exporter_close(run, &exporter);
    if (err < 0 || (err = qda_fd_ino(run, buf->dmabuf, &buf->self.buffer.ino)) < 0)
        return err;
    if (!run->ctx->node->driver->gem)
        return 0;
    bool traces = trace(run);
    err = qda_buf_import(run, accel, buf->dmabuf, buf);
    traced(run, traces, buf);
    return err;
}

/* What makes buffers goes by the run's size. */
static int make_sized(struct qda_run *run, int accel, enum qda_source source, bool mapped, struct qda_dspbuf *out)
{
    uint64_t before = run->size;
    bool own = run->ctx->node->driver->gem && (source == QDA_SRC_QDA || source == QDA_SRC_DMABUF);
    run->size = qda_page_round(out->size);
    out->buf.size = run->size;
    int err = own ? make_own(run, accel, &out->buf) : make_foreign(run, source, accel, &out->buf);
    if (err == 0 && mapped)
        err = qda_buf_map_dmabuf(run, &out->buf);
    run->size = before;
    return err;
}

static int make(struct qda_run *run, struct qda_rpc *rpc, enum qda_source source, bool mapped, struct qda_dspbuf *out)
{
    int err = make_sized(run, qda_rpc_fd(rpc), source, mapped, out);
    if (err < 0) {
        qda_buf_free(run, &out->buf);
        return err;
    }
    out->ref = run->ctx->node->driver->handles_are_refs ? (int32_t)out->buf.handle : out->buf.dmabuf;
    return 0;
}

int qda_dspbuf_make(struct qda_run *run, struct qda_rpc *rpc, enum qda_source source, uint64_t size, struct qda_dspbuf *out)
{
    *out = QDA_DSPBUF_NONE;
    out->size = size;
    return make(run, rpc, source, true, out);
}

int qda_dspbuf_make_unmapped(struct qda_run *run, struct qda_rpc *rpc, enum qda_source source, uint64_t size,
                             struct qda_dspbuf *out)
{
    *out = QDA_DSPBUF_NONE;
    out->size = size;
    return make(run, rpc, source, false, out);
}

int qda_dspbuf_dsp_map(struct qda_run *run, struct qda_rpc *rpc, uint32_t request, struct qda_dspbuf *buf)
{
    const struct qda_rpc_hooks *hooks = &run->ctx->dsp->setup.hooks;
    bool traces = buf->buf.handle == 0 && trace(run); /* without handles the map is the import */
    int result = qda_rpc_map(rpc, request, buf->ref, buf->buf.size, &buf->address);
    traced(run, traces, &buf->buf);
    if (!qda_dsp_ok(run, "REMOTE_MAP", result)) {
        buf->address = 0;
        return -1;
    }
    buf->request = request;
    if (hooks->mapped)
        hooks->mapped(hooks->arg, "buffer", buf->address, buf->buf.size, buf->buf.self.buffer.ino);
    return 0;
}

static int unmap(struct qda_run *run, struct qda_rpc *rpc, struct qda_dspbuf *buf)
{
    const struct qda_rpc_hooks *hooks = &run->ctx->dsp->setup.hooks;
    int result = qda_rpc_unmap(rpc, buf->request, buf->ref, buf->address, buf->buf.size);
    if (result == 0 && hooks->unmapped)
        hooks->unmapped(hooks->arg, buf->address);
    buf->address = 0;
    return result;
}

int qda_dspbuf_dsp_unmap(struct qda_run *run, struct qda_rpc *rpc, struct qda_dspbuf *buf)
{
    return qda_dsp_ok(run, "REMOTE_MUNMAP", unmap(run, rpc, buf)) ? 0 : -1;
}

void qda_dspbuf_free(struct qda_run *run, struct qda_rpc *rpc, struct qda_dspbuf *buf)
{
    if (buf->address != 0 && !run->ctx->dsp->dead)
        unmap(run, rpc, buf); /* what it answers changes nothing: the session's end takes the mapping with it */
    qda_buf_free(run, &buf->buf);
    *buf = QDA_DSPBUF_NONE;
}

int qda_dspbuf_sync(struct qda_run *run, const struct qda_dspbuf *buf, uint64_t flags)
{
    return qda_buf_sync(run, &buf->buf, flags);
}
