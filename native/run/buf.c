/* SPDX-License-Identifier: MIT */
#include "run/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

int qda_node_open(struct qda_run *run, int *fd)
{
    int got = run->sys->ops->open(run->sys, run->ctx->node->path, O_RDWR | O_CLOEXEC);
    if (got < 0)
        return qda_run_error(run, "open", got);
    *fd = got;
    return 0;
}

void qda_fd_close(struct qda_run *run, int *fd)
{
    if (*fd >= 0)
        run->sys->ops->close(run->sys, *fd);
    *fd = -1;
}

int qda_fd_ino(struct qda_run *run, int fd, uint64_t *ino)
{
    struct qda_stat st = {0};
    int err = run->sys->ops->fstat(run->sys, fd, &st);
    if (err < 0)
        return qda_run_error(run, "fstat", err);
    *ino = st.ino;
    return 0;
}

int qda_buf_create(struct qda_run *run, int accel, struct qda_buf *buf)
{
    uint32_t handle = 0;
    int err = run->ctx->node->driver->gem_create(run->sys, accel, run->size, &handle);
    if (err < 0)
        return qda_run_error(run, "GEM_CREATE", err);
    qda_buf_adopt(run, buf, accel, handle);
    return 0;
}

void qda_buf_adopt(struct qda_run *run, struct qda_buf *buf, int accel, uint32_t handle)
{
    buf->size = run->size;
    buf->accel = accel;
    buf->handle = handle;
    buf->self.buffer = (struct qda_self_buffer){
        .node = run->ctx->node->path, .handle = handle, .size = run->size, .since_ns = qda_now(run->sys)};
    qda_self_add(&buf->self);
}

int qda_buf_export(struct qda_run *run, struct qda_buf *buf)
{
    int fd = -1;
    int err = qda_prime_export(run->sys, buf->accel, buf->handle, O_CLOEXEC | O_RDWR, &fd);
    if (err < 0)
        return qda_run_error(run, "PRIME_HANDLE_TO_FD", err);
    buf->dmabuf = fd;
    return qda_fd_ino(run, fd, &buf->self.buffer.ino);
}

int qda_buf_import(struct qda_run *run, int accel, int dmabuf, struct qda_buf *import)
{
    uint32_t handle = 0;
    int err = qda_prime_import(run->sys, accel, dmabuf, &handle);
    if (err < 0)
        return qda_run_error(run, "PRIME_FD_TO_HANDLE", err);
    qda_buf_adopt(run, import, accel, handle);
    import->self.buffer.imported = true;
    return qda_fd_ino(run, dmabuf, &import->self.buffer.ino);
}

static int map_at(struct qda_run *run, struct qda_buf *buf, int fd, uint64_t offset)
{
    int err = 0;
    void *map = run->sys->ops->mmap(run->sys, buf->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset, &err);
    if (!map)
        return qda_run_error(run, "mmap", err);
    buf->map = map;
    qda_buf_mapped(run, buf);
    return 0;
}

int qda_buf_map_accel(struct qda_run *run, struct qda_buf *buf)
{
    uint64_t offset = 0;
    int err = run->ctx->node->driver->gem_mmap_offset(run->sys, buf->accel, buf->handle, &offset);
    if (err < 0)
        return qda_run_error(run, "GEM_MMAP_OFFSET", err);
    return map_at(run, buf, buf->accel, offset);
}

int qda_buf_map_dmabuf(struct qda_run *run, struct qda_buf *buf)
{
    return map_at(run, buf, buf->dmabuf, 0);
}

/*
 * Through the accel node or through its dma-buf: the DRM core takes the same reference for both (drm_gem_mmap_obj,
 * drm_gem_prime_mmap), which a driver without vm_ops never drops (derived). A buffer counts once, however often it is mapped
 * and in whichever process; one without a handle of ours is another exporter's.
 */
void qda_buf_mapped(struct qda_run *run, struct qda_buf *buf)
{
    buf->self.buffer.mapped = true;
    if (buf->left_counted || buf->handle == 0 || buf->self.buffer.imported || !qda_run_leaks(run))
        return;
    buf->left_counted = true;
    run->result->left_behind += buf->size;
}

void qda_buf_unmap(struct qda_run *run, struct qda_buf *buf)
{
    if (buf->map)
        run->sys->ops->munmap(run->sys, buf->map, buf->size);
    buf->map = NULL;
    buf->self.buffer.mapped = false;
}

void qda_buf_closed(struct qda_buf *buf)
{
    qda_self_remove(&buf->self);
    buf->handle = 0;
}

void qda_buf_free(struct qda_run *run, struct qda_buf *buf)
{
    qda_buf_unmap(run, buf);
    qda_fd_close(run, &buf->dmabuf);
    if (buf->handle)
        qda_gem_close(run->sys, buf->accel, buf->handle); /* what it answers after an unplug changes nothing */
    qda_buf_closed(buf);
    *buf = QDA_BUF_NONE;
}

int qda_buf_sync(struct qda_run *run, const struct qda_buf *buf, uint64_t flags)
{
    int err = qda_dmabuf_sync(run->sys, buf->dmabuf, flags);
    return err < 0 ? qda_run_error(run, "DMA_BUF_IOCTL_SYNC", err) : 0;
}
