/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_DMA_HEAP_H
#define QDA_UAPI_DMA_HEAP_H

#include "uapi/abi.h"

/* /dev/dma_heap/<name>. Source: the kernel's stable dma-heap ABI. */

struct qda_dma_heap_allocation {
    uint64_t len;        /* in: bytes, rounded up to pages; 0 EINVAL */
    uint32_t fd;         /* in: 0, else EINVAL; out: the dma-buf */
    uint32_t fd_flags;   /* O_CLOEXEC and the access mode */
    uint64_t heap_flags; /* 0 */
};
QDA_ABI_SIZE(struct qda_dma_heap_allocation, 24);
QDA_ABI_AT(struct qda_dma_heap_allocation, len, 0, 8);
QDA_ABI_AT(struct qda_dma_heap_allocation, fd, 8, 4);
QDA_ABI_AT(struct qda_dma_heap_allocation, fd_flags, 12, 4);
QDA_ABI_AT(struct qda_dma_heap_allocation, heap_flags, 16, 8);

/* O_CLOEXEC and O_ACCMODE: what fd_flags may hold. */
#define QDA_DMA_HEAP_VALID_FD_FLAGS 0x80003u

#define QDA_DMA_HEAP_IOCTL_ALLOC QDA_IOWR('H', 0, struct qda_dma_heap_allocation)
QDA_ABI_VALUE(QDA_DMA_HEAP_IOCTL_ALLOC, 0xc0184800u);

#endif
