/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_QDA_CALLS_H
#define QDA_TEST_QDA_CALLS_H

#include "driver/driver.h"

#include <fcntl.h>

/* Short forms of the calls that the conformance tests make; results are >= 0 or -errno. */
struct calls {
    struct qda_sys *sys;
    const struct qda_driver *driver; /* of the board's generation */
};

static inline int q_open(const struct calls *q, const char *path)
{
    return q->sys->ops->open(q->sys, path, O_RDWR | O_CLOEXEC);
}

static inline int q_close(const struct calls *q, int fd)
{
    return q->sys->ops->close(q->sys, fd);
}

static inline long q_ioctl(const struct calls *q, int fd, unsigned long request, void *arg)
{
    return q->sys->ops->ioctl(q->sys, fd, request, arg);
}

static inline int q_create(const struct calls *q, int fd, uint64_t size, uint32_t *handle)
{
    return q->driver->gem_create(q->sys, fd, size, handle);
}

static inline int q_offset(const struct calls *q, int fd, uint32_t handle, uint64_t *offset)
{
    return q->driver->gem_mmap_offset(q->sys, fd, handle, offset);
}

/* Descriptor or -errno. */
static inline int q_export(const struct calls *q, int fd, uint32_t handle)
{
    int dmabuf = -1;
    int err = qda_prime_export(q->sys, fd, handle, O_CLOEXEC | O_RDWR, &dmabuf);
    return err < 0 ? err : dmabuf;
}

static inline int q_import(const struct calls *q, int fd, int dmabuf, uint32_t *handle)
{
    return qda_prime_import(q->sys, fd, dmabuf, handle);
}

/* A dma-buf of a heap: descriptor or -errno. */
static inline int q_heap(const struct calls *q, const char *path, uint64_t size)
{
    int dmabuf = -1;
    int heap = q_open(q, path);
    int err = heap < 0 ? heap : qda_heap_alloc(q->sys, heap, size, &dmabuf);
    if (heap >= 0)
        q_close(q, heap);
    return err < 0 ? err : dmabuf;
}

/* Shared, read and write. NULL and *err. */
static inline void *q_map(const struct calls *q, int fd, uint64_t length, uint64_t offset, int *err)
{
    *err = 0;
    return q->sys->ops->mmap(q->sys, length, 3 /* PROT_READ | PROT_WRITE */, 1 /* MAP_SHARED */, fd, offset, err);
}

#endif
