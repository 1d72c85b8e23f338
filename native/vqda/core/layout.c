/* SPDX-License-Identifier: MIT */
#include "vqda/core/layout.h"

#include "rpcmsg/message.h"

#include <string.h>

/* Where the kernel sees a message buffer: only the place in the page means something to the DSP. */
#define KERNEL_ADDRESS 0xffff800000000000ull

static uint64_t page_of(uint64_t address)
{
    return address & ~(uint64_t)(QDA_RPC_PAGE - 1);
}

/* Whole pages that cover [at, at + len), len not 0. */
static uint64_t pages_over(uint64_t at, uint64_t len)
{
    return page_of(at + len - 1) - page_of(at) + QDA_RPC_PAGE;
}

static unsigned buffers(const struct vq_layout *layout)
{
    return QDA_SCALARS_IN(layout->sc) + QDA_SCALARS_OUT(layout->sc);
}

bool vq_layout_inline(const struct vq_layout *layout, unsigned index)
{
    return index < buffers(layout) && !layout->args[index].mapped;
}

/* End of the inline arguments before `index`. */
static uint64_t end_before(const struct vq_layout *layout, unsigned index)
{
    uint64_t at = qda_rpc_metadata(QDA_SCALARS_LENGTH(layout->sc));
    for (unsigned i = 0; i < index && at <= VQ_SLAB_MAX; i++) {
        uint64_t len = layout->args[i].len;
        if (len > VQ_SLAB_MAX && vq_layout_inline(layout, i))
            return UINT64_MAX;
        if (len > 0 && vq_layout_inline(layout, i))
            vq_place(&at, len);
    }
    return at;
}

uint64_t vq_layout_size(const struct vq_layout *layout)
{
    uint64_t size = end_before(layout, buffers(layout));
    return size <= VQ_SLAB_MAX ? size : UINT64_MAX;
}

uint64_t vq_layout_at(const struct vq_layout *layout, unsigned index)
{
    return qda_rpc_align(end_before(layout, index));
}

struct writer {
    const struct vq_layout *layout;
    uint64_t dma;
    union qda_rpc_arg *args;
    struct qda_rpc_invoke_buf *bufs;
    struct qda_rpc_page *pages;
};

static void write_inline(const struct writer *to, unsigned index, uint64_t at)
{
    uint64_t len = to->layout->args[index].len;
    to->args[index].buf.pv = KERNEL_ADDRESS + at;
    to->args[index].buf.len = len;
    to->pages[index].addr = page_of(to->dma + at);
    to->pages[index].size = pages_over(at, len);
}

/* v1 checks no bounds: the address is what the caller's mapping makes it. */
static void write_mapped(const struct writer *to, unsigned index)
{
    const struct vq_layout_arg *arg = &to->layout->args[index];
    to->args[index].buf.pv = arg->pv;
    to->args[index].buf.len = arg->len;
    to->pages[index].addr = arg->dma + arg->offset;
    to->pages[index].size = pages_over(arg->pv, arg->len);
}

static void write_handle(const struct writer *to, unsigned index)
{
    const struct vq_layout_arg *arg = &to->layout->args[index];
    to->args[index].dma.fd = arg->fd;
    to->args[index].dma.offset = (uint32_t)arg->pv;
    to->args[index].dma.len = (uint32_t)arg->len;
    if (arg->mapped)
        to->pages[index] = (struct qda_rpc_page){ arg->dma, arg->size };
}

void vq_layout_write(const struct vq_layout *layout, uint8_t *to, uint64_t dma)
{
    unsigned n = QDA_SCALARS_LENGTH(layout->sc);
    struct writer writer = {
        .layout = layout,
        .dma = dma,
        .args = (void *)to,
        .bufs = (void *)(to + qda_rpc_bufs_at(n)),
        .pages = (void *)(to + qda_rpc_pages_at(n)),
    };
    uint64_t at = qda_rpc_metadata(n);
    memset(to, 0, at);
    for (unsigned i = 0; i < n; i++) {
        const struct vq_layout_arg *arg = &layout->args[i];
        writer.bufs[i] = (struct qda_rpc_invoke_buf){ .num = arg->len > 0, .pgidx = i };
        if (i >= buffers(layout))
            write_handle(&writer, i);
        else if (arg->len > 0 && arg->mapped)
            write_mapped(&writer, i);
        else if (arg->len > 0)
            write_inline(&writer, i, vq_place(&at, arg->len));
    }
}

static uint64_t inline_bytes(const struct vq_layout *layout, unsigned from, unsigned to)
{
    uint64_t bytes = 0;
    for (unsigned i = from; i < to; i++)
        bytes += vq_layout_inline(layout, i) ? layout->args[i].len : 0;
    return bytes;
}

uint64_t vq_layout_in_bytes(const struct vq_layout *layout)
{
    return inline_bytes(layout, 0, QDA_SCALARS_IN(layout->sc));
}

uint64_t vq_layout_out_bytes(const struct vq_layout *layout)
{
    return inline_bytes(layout, QDA_SCALARS_IN(layout->sc), buffers(layout));
}
