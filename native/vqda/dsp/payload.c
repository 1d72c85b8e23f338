/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/payload.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static unsigned count(const struct vq_payload *payload)
{
    return QDA_SCALARS_LENGTH(payload->sc);
}

int vq_payload_check(const struct vq_payload *payload)
{
    return payload->size >= qda_rpc_metadata(count(payload)) ? 0 : -EINVAL;
}

int vq_payload_page(const struct vq_payload *payload, unsigned n, struct qda_rpc_page *out)
{
    struct qda_rpc_invoke_buf buf;
    unsigned args = count(payload);
    if (n >= args)
        return -EINVAL;
    memcpy(&buf, payload->at + qda_rpc_bufs_at(args) + n * sizeof(buf), sizeof(buf));
    if (buf.num == 0)
        return -ENOENT;
    if (buf.num != 1 || buf.pgidx >= args)
        return -EINVAL;
    memcpy(out, payload->at + qda_rpc_pages_at(args) + buf.pgidx * sizeof(*out), sizeof(*out));
    return out->size == 0 ? -ENOENT : 0;
}

int vq_payload_argument(const struct vq_payload *payload, unsigned n, struct vq_piece *out)
{
    struct qda_rpc_page page;
    union qda_rpc_arg arg;
    int err = vq_payload_page(payload, n, &page);
    if (err)
        return err;
    memcpy(&arg, payload->at + n * sizeof(arg), sizeof(arg));
    uint64_t skip = arg.buf.pv & (QDA_RPC_PAGE - 1);
    if (skip > page.size || arg.buf.len > page.size - skip || page.addr + skip < page.addr)
        return -EINVAL;
    *out = (struct vq_piece){ .dma = page.addr + skip, .len = arg.buf.len };
    return 0;
}

int64_t vq_payload_inside(const struct vq_payload *payload, const struct vq_piece *piece)
{
    uint64_t offset = piece->dma - payload->dma;
    if (piece->dma < payload->dma || offset > payload->size || piece->len > payload->size - offset)
        return -ENOENT;
    return (int64_t)offset;
}

/* The pages that a request to map memory names in its second argument. */
static int named_pages(const struct vq_payload *payload, vq_page_fn fn, void *arg)
{
    struct vq_piece piece;
    struct qda_rpc_page page;
    int err = vq_payload_argument(payload, 1, &piece);
    int64_t at = err ? err : vq_payload_inside(payload, &piece);
    if (at < 0)
        return 0; /* the process says what it makes of it */
    err = 0;
    for (uint64_t i = 0; !err && i + sizeof(page) <= piece.len; i += sizeof(page)) {
        memcpy(&page, payload->at + (uint64_t)at + i, sizeof(page));
        if (page.size > 0)
            err = fn(arg, &page);
    }
    return err;
}

static bool names_pages(const struct vq_payload *payload, uint32_t handle)
{
    uint32_t method = QDA_SCALARS_METHOD(payload->sc);
    return handle == QDA_HANDLE_INIT && QDA_SCALARS_IN(payload->sc) >= 2 &&
           (method == QDA_METHOD_INIT_MMAP || method == QDA_METHOD_INIT_MEM_MAP);
}

int vq_payload_each_page(const struct vq_payload *payload, uint32_t handle, vq_page_fn fn, void *arg)
{
    struct qda_rpc_page page;
    unsigned args = count(payload);
    for (unsigned i = 0; i < args; i++) {
        if (vq_payload_page(payload, i, &page) != 0)
            continue;
        struct vq_piece piece = { .dma = page.addr, .len = page.size };
        int err = vq_payload_inside(payload, &piece) >= 0 ? 0 : fn(arg, &page);
        if (err)
            return err;
    }
    return names_pages(payload, handle) ? named_pages(payload, fn, arg) : 0;
}
