/* SPDX-License-Identifier: MIT */
#include "vqda/core/dmabuf.h"

#include "uapi/dma_buf.h"
#include "uapi/errnos.h"
#include "vqda/core/abi.h"
#include "vqda/core/backing.h"
#include "vqda/core/object.h"
#include "vqda/quirks/quirks.h"

#include <errno.h>
#include <string.h>

/* Caches are coherent here, so a valid SYNC has nothing to do. */
static int64_t sync_cpu(const struct vq_dmabuf *dmabuf, const struct vq_request *request, const void *data)
{
    unsigned generation = dmabuf->board->generation;
    struct qda_dma_buf_sync sync;
    if (request->data_len != sizeof(sync))
        return -EFAULT;
    memcpy(&sync, data, sizeof(sync));
    if (sync.flags & ~(uint64_t)QDA_DMA_BUF_SYNC_VALID)
        return qda_errno(generation, QDA_CALL_DMABUF_SYNC, QDA_COND_BAD_FLAGS);
    if ((sync.flags & QDA_DMA_BUF_SYNC_RW) == 0)
        return qda_errno(generation, QDA_CALL_DMABUF_SYNC, QDA_COND_NO_DIRECTION);
    return 0;
}

static int64_t set_name(struct vq_dmabuf *dmabuf, const struct vq_request *request, const char *data)
{
    size_t len = strnlen(data, request->data_len);
    if (len >= QDA_DMA_BUF_NAME_LEN)
        return qda_errno(dmabuf->board->generation, QDA_CALL_DMABUF_SET_NAME, QDA_COND_NAME_TOO_LONG);
    dmabuf->board->changes++;
    memset(dmabuf->name, 0, sizeof(dmabuf->name));
    memcpy(dmabuf->name, data, len);
    return 0;
}

/* The offset at which the client maps its descriptor. */
static int64_t check_mmap(const struct vq_dmabuf *dmabuf, const struct vq_request *request, const void *data)
{
    struct vq_dmabuf_mmap map;
    if (request->data_len != sizeof(map))
        return -EINVAL;
    memcpy(&map, data, sizeof(map));
    if (map.length == 0 || map.offset % VQ_PAGE != 0 || map.offset >= dmabuf->size)
        return -EINVAL;
    uint64_t pages = (map.length - 1) / VQ_PAGE + 1;
    if (pages > (dmabuf->size - map.offset + VQ_PAGE - 1) / VQ_PAGE || !map.shared)
        return -EINVAL;
    bool of_qda = dmabuf->object && !vq_abi_of(dmabuf->board->generation)->fastrpc;
    if (!of_qda || map.offset == 0)
        return (int64_t)map.offset;
    return dmabuf->board->quirks[VQ_QUIRK_DMABUF_MMAP_IGNORES_OFFSET] ? 0 : -EINVAL;
}

static int64_t map(const struct vq_dmabuf *dmabuf, const struct vq_request *request, const void *data)
{
    int64_t at = check_mmap(dmabuf, request, data);
    if (at >= 0 && dmabuf->object)
        vq_object_mapped_by_dmabuf(dmabuf->object);
    return at;
}

int64_t vq_dmabuf_request(struct vq_board *board, const struct vq_request *request, const void *data,
                          const char **call)
{
    const struct vq_backing *backing = vq_backing_by_ino(board, request->arg1);
    struct vq_dmabuf *dmabuf = backing ? backing->dmabuf : NULL;
    if (!dmabuf)
        return -ENOTTY; /* its descriptor is not a dma-buf's */
    switch (request->arg0) {
    case VQ_DMABUF_MMAP:
        return map(dmabuf, request, data);
    case QDA_DMA_BUF_IOCTL_SYNC:
        *call = "DMA_BUF_IOCTL_SYNC";
        return sync_cpu(dmabuf, request, data);
    case QDA_DMA_BUF_IOCTL_SET_NAME_A:
    case QDA_DMA_BUF_IOCTL_SET_NAME_B:
        *call = "DMA_BUF_SET_NAME";
        return set_name(dmabuf, request, data);
    default:
        return -ENOTTY;
    }
}
