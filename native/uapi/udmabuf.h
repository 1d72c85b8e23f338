/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_UDMABUF_H
#define QDA_UAPI_UDMABUF_H

#include "uapi/abi.h"

/*
 * /dev/udmabuf: a dma-buf made of a memfd's pages; the result of the ioctl is the descriptor. The memfd has F_SEAL_SHRINK
 * and no F_SEAL_WRITE; offset and size are page-aligned. Source: the kernel's stable udmabuf ABI.
 */

struct qda_udmabuf_create {
    uint32_t memfd;
    uint32_t flags; /* QDA_UDMABUF_CLOEXEC */
    uint64_t offset;
    uint64_t size;
};
QDA_ABI_SIZE(struct qda_udmabuf_create, 24);
QDA_ABI_AT(struct qda_udmabuf_create, memfd, 0, 4);
QDA_ABI_AT(struct qda_udmabuf_create, flags, 4, 4);
QDA_ABI_AT(struct qda_udmabuf_create, offset, 8, 8);
QDA_ABI_AT(struct qda_udmabuf_create, size, 16, 8);

struct qda_udmabuf_create_item {
    uint32_t memfd;
    uint32_t pad;
    uint64_t offset;
    uint64_t size;
};
QDA_ABI_SIZE(struct qda_udmabuf_create_item, 24);
QDA_ABI_AT(struct qda_udmabuf_create_item, memfd, 0, 4);
QDA_ABI_AT(struct qda_udmabuf_create_item, pad, 4, 4);
QDA_ABI_AT(struct qda_udmabuf_create_item, offset, 8, 8);
QDA_ABI_AT(struct qda_udmabuf_create_item, size, 16, 8);

struct qda_udmabuf_create_list {
    uint32_t flags;
    uint32_t count;
    struct qda_udmabuf_create_item list[];
};
QDA_ABI_SIZE(struct qda_udmabuf_create_list, 8);
QDA_ABI_AT(struct qda_udmabuf_create_list, flags, 0, 4);
QDA_ABI_AT(struct qda_udmabuf_create_list, count, 4, 4);

#define QDA_UDMABUF_CLOEXEC 1u

#define QDA_UDMABUF_IOCTL_CREATE QDA_IOW('u', 0x42, struct qda_udmabuf_create)
#define QDA_UDMABUF_IOCTL_CREATE_LIST QDA_IOW('u', 0x43, struct qda_udmabuf_create_list)
QDA_ABI_VALUE(QDA_UDMABUF_IOCTL_CREATE, 0x40187542u);
QDA_ABI_VALUE(QDA_UDMABUF_IOCTL_CREATE_LIST, 0x40087543u);

/* Module defaults: entries of a list, MiB of a buffer. */
#define QDA_UDMABUF_LIST_LIMIT 1024u
#define QDA_UDMABUF_SIZE_LIMIT_MB 64u

#endif
