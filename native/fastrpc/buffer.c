/* SPDX-License-Identifier: MIT */
#include "fastrpc/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define SYSTEM_HEAP "/dev/dma_heap/system"

uint64_t rpc_whole_pages(uint64_t size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

static int learn_ino(struct qda_sys *sys, struct rpc_buffer *buffer)
{
    struct qda_stat st = {0};
    int err = sys->ops->fstat(sys, buffer->dmabuf, &st);
    buffer->ino = st.ino;
    return err;
}

static int make_gem(struct qda_sys *sys, const struct qda_driver *driver, int fd, struct rpc_buffer *buffer)
{
    int err = driver->gem_create(sys, fd, buffer->size, &buffer->handle);
    return err < 0 ? err : qda_prime_export(sys, fd, buffer->handle, O_CLOEXEC | O_RDWR, &buffer->dmabuf);
}

static int make_heap(struct qda_sys *sys, const struct qda_driver *driver, int fd, struct rpc_buffer *buffer)
{
    int heap = sys->ops->open(sys, SYSTEM_HEAP, O_RDWR | O_CLOEXEC);
    if (heap < 0)
        return heap;
    int err = qda_heap_alloc(sys, heap, buffer->size, &buffer->dmabuf);
    sys->ops->close(sys, heap);
    if (err == 0 && driver->handles_are_refs)
        err = qda_prime_import(sys, fd, buffer->dmabuf, &buffer->handle);
    return err;
}

/* Coherent memory of a driver without GEM. */
static int make_own(struct qda_sys *sys, const struct qda_driver *driver, int fd, struct rpc_buffer *buffer)
{
    return driver->dmabuf_alloc ? driver->dmabuf_alloc(sys, fd, buffer->size, &buffer->dmabuf) : -EOPNOTSUPP;
}

typedef int (*make_fn)(struct qda_sys *sys, const struct qda_driver *driver, int fd, struct rpc_buffer *buffer);

static int make(struct qda_sys *sys, const struct qda_driver *driver, int fd, uint64_t size, make_fn how,
                struct rpc_buffer *out)
{
    *out = RPC_BUFFER_NONE;
    out->size = rpc_whole_pages(size);
    int err = how(sys, driver, fd, out);
    if (err == 0)
        err = learn_ino(sys, out);
    if (err < 0) {
        rpc_buffer_free(sys, fd, out);
        return err;
    }
    out->ref = driver->handles_are_refs ? (int32_t)out->handle : out->dmabuf;
    return 0;
}

int rpc_buffer_make(struct qda_sys *sys, const struct qda_driver *driver, int fd, uint64_t size, struct rpc_buffer *out)
{
    return make(sys, driver, fd, size, driver->gem ? make_gem : make_own, out);
}

int rpc_buffer_make_mapped(struct qda_sys *sys, const struct qda_driver *driver, int fd, uint64_t size,
                           struct rpc_buffer *out)
{
    int err = make(sys, driver, fd, size, make_heap, out);
    return err < 0 ? make(sys, driver, fd, size, driver->gem ? make_gem : make_own, out) : 0;
}

void rpc_buffer_free(struct qda_sys *sys, int fd, struct rpc_buffer *buffer)
{
    if (buffer->dmabuf >= 0)
        sys->ops->close(sys, buffer->dmabuf);
    if (buffer->handle)
        qda_gem_close(sys, fd, buffer->handle); /* what it answers after an unplug changes nothing */
    *buffer = RPC_BUFFER_NONE;
}
