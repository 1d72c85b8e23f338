/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_DMA_BUF_H
#define QDA_UAPI_DMA_BUF_H

#include "uapi/abi.h"

/* The ioctls of a dma-buf descriptor. Source: the kernel's stable dma-buf ABI. */

/* SYNC: brackets CPU access through a mapping. */
struct qda_dma_buf_sync {
    uint64_t flags; /* one of START and END, with READ, WRITE or both; anything else EINVAL */
};
QDA_ABI_SIZE(struct qda_dma_buf_sync, 8);
QDA_ABI_AT(struct qda_dma_buf_sync, flags, 0, 8);

#define QDA_DMA_BUF_SYNC_READ 1u
#define QDA_DMA_BUF_SYNC_WRITE 2u
#define QDA_DMA_BUF_SYNC_RW 3u
#define QDA_DMA_BUF_SYNC_START 0u
#define QDA_DMA_BUF_SYNC_END 4u
#define QDA_DMA_BUF_SYNC_VALID 7u

/* EXPORT_SYNC_FILE and IMPORT_SYNC_FILE */
struct qda_dma_buf_sync_file {
    uint32_t flags;
    int32_t fd;
};
QDA_ABI_SIZE(struct qda_dma_buf_sync_file, 8);
QDA_ABI_AT(struct qda_dma_buf_sync_file, flags, 0, 4);
QDA_ABI_AT(struct qda_dma_buf_sync_file, fd, 4, 4);

/* Bytes of a name with its NUL; longer is refused. */
#define QDA_DMA_BUF_NAME_LEN 32u

#define QDA_DMA_BUF_IOCTL_SYNC QDA_IOW('b', 0, struct qda_dma_buf_sync)
#define QDA_DMA_BUF_IOCTL_SET_NAME_A QDA_IOW('b', 1, uint32_t)
#define QDA_DMA_BUF_IOCTL_SET_NAME_B QDA_IOW('b', 1, uint64_t) /* the argument is the pointer to the text itself */
#define QDA_DMA_BUF_IOCTL_EXPORT_SYNC_FILE QDA_IOWR('b', 2, struct qda_dma_buf_sync_file)
#define QDA_DMA_BUF_IOCTL_IMPORT_SYNC_FILE QDA_IOW('b', 3, struct qda_dma_buf_sync_file)
QDA_ABI_VALUE(QDA_DMA_BUF_IOCTL_SYNC, 0x40086200u);
QDA_ABI_VALUE(QDA_DMA_BUF_IOCTL_SET_NAME_A, 0x40046201u);
QDA_ABI_VALUE(QDA_DMA_BUF_IOCTL_SET_NAME_B, 0x40086201u);
QDA_ABI_VALUE(QDA_DMA_BUF_IOCTL_EXPORT_SYNC_FILE, 0xc0086202u);
QDA_ABI_VALUE(QDA_DMA_BUF_IOCTL_IMPORT_SYNC_FILE, 0x40086203u);

#endif
