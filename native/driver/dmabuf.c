/* SPDX-License-Identifier: MIT */
#include <fcntl.h>

#include "driver/driver.h"
#include "uapi/dma_buf.h"
#include "uapi/dma_heap.h"
#include "uapi/udmabuf.h"

/* dma-buf descriptors and the exporters beside the driver. */

int qda_dmabuf_sync(struct qda_sys *sys, int dmabuf, uint64_t flags)
{
    struct qda_dma_buf_sync arg = { .flags = flags };
    return sys->ops->ioctl(sys, dmabuf, QDA_DMA_BUF_IOCTL_SYNC, &arg);
}

int qda_dmabuf_set_name(struct qda_sys *sys, int dmabuf, const char *name)
{
    return sys->ops->ioctl(sys, dmabuf, QDA_DMA_BUF_IOCTL_SET_NAME_B, (void *)(uintptr_t)name);
}

int qda_heap_alloc(struct qda_sys *sys, int heap, uint64_t size, int *dmabuf)
{
    struct qda_dma_heap_allocation arg = { .len = size, .fd_flags = O_CLOEXEC | O_RDWR };
    int err = sys->ops->ioctl(sys, heap, QDA_DMA_HEAP_IOCTL_ALLOC, &arg);
    if (err < 0)
        return err;
    *dmabuf = (int)arg.fd;
    return 0;
}

int qda_udmabuf_create(struct qda_sys *sys, int udmabuf, int memfd, uint64_t size, int *dmabuf)
{
    struct qda_udmabuf_create arg = { .memfd = (uint32_t)memfd, .flags = QDA_UDMABUF_CLOEXEC, .size = size };
    int fd = sys->ops->ioctl(sys, udmabuf, QDA_UDMABUF_IOCTL_CREATE, &arg);
    if (fd < 0)
        return fd;
    *dmabuf = fd;
    return 0;
}
