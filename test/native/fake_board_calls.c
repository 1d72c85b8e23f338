/* SPDX-License-Identifier: MIT */
#include "fake_board.h"

#include "uapi/dma_buf.h"
#include "uapi/dma_heap.h"
#include "uapi/drm_core.h"
#include "uapi/qda_v1.h"
#include "uapi/udmabuf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The ioctls of the fake board: v1's layouts. */
#define SLOTS (sizeof((struct fake_file *)0)->slots / sizeof *((struct fake_file *)0)->slots)

static struct fake_object *find(const struct fake_file *file, uint32_t handle, size_t *slot)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (handle && file->slots[i].handle == handle) {
            *slot = i;
            return file->slots[i].object;
        }
    }
    return NULL;
}

static uint32_t add_handle(struct fake_file *file, struct fake_object *object)
{
    size_t i = 0;
    while (file->slots[i].handle)
        i++;
    file->slots[i].handle = ++file->next;
    file->slots[i].object = object;
    object->references++;
    object->handles++;
    return file->next;
}

static int version(struct fake_board *board, struct fake_fd *on, void *arg)
{
    struct qda_drm_version_arg *out = arg;
    (void)board;
    (void)on;
    memcpy((void *)(uintptr_t)out->name, "qda", 3);
    out->name_len = 3;
    out->date_len = out->desc_len = 0;
    return 0;
}

static int query(struct fake_board *board, struct fake_fd *on, void *arg)
{
    struct qda_v1_query *out = arg;
    (void)on;
    bool other = board->spoil.other_dsp && board->calls[FAKE_QUERY] > 1;
    memset(out, 0, sizeof *out);
    memcpy(out->dsp_name, other ? "adsp" : "cdsp", 4);
    return 0;
}

static int create(struct fake_board *board, struct fake_fd *on, void *arg)
{
    struct qda_v1_gem_create *inout = arg;
    if (inout->pad || inout->size == 0)
        return -EINVAL;
    struct fake_object *object = fake_new_object(board, inout->size);
    if (board->spoil.fresh_not_zero)
        object->memory[object->size - 1] = 1;
    inout->handle = add_handle(on->file, object);
    return 0;
}

static int mmap_offset(struct fake_board *board, struct fake_fd *on, void *arg)
{
    struct qda_v1_gem_mmap_offset *inout = arg;
    size_t slot;
    (void)board;
    struct fake_object *object = find(on->file, inout->handle, &slot);
    if (!object)
        return -ENOENT;
    inout->offset = object->ino << 12;
    return 0;
}

static int gem_close(struct fake_board *board, struct fake_fd *on, void *arg)
{
    const struct qda_drm_gem_close *in = arg;
    size_t slot;
    struct fake_object *object = find(on->file, in->handle, &slot);
    if (!object)
        return -EINVAL;
    on->file->slots[slot].handle = 0;
    if (!board->spoil.close_keeps)
        object->handles--;
    fake_put(board, object);
    return 0;
}

static int export(struct fake_board *board, struct fake_fd *on, void *arg)
{
    struct qda_drm_prime_handle *inout = arg;
    size_t slot;
    struct fake_object *object = find(on->file, inout->handle, &slot);
    if (!object)
        return -ENOENT;
    inout->fd = fake_new_fd(board, (struct fake_fd){.kind = FAKE_DMABUF, .object = object});
    return inout->fd < 0 ? inout->fd : 0;
}

static int import(struct fake_board *board, struct fake_fd *on, void *arg)
{
    struct qda_drm_prime_handle *inout = arg;
    struct fake_object *object = board->fds[inout->fd].object;
    if (board->fds[inout->fd].kind != FAKE_DMABUF)
        return -EINVAL;
    if (board->spoil.import_changes)
        memset(object->memory, 0, 8);
    for (size_t i = 0; !board->spoil.warm_handle && i < SLOTS; i++) {
        if (on->file->slots[i].handle && on->file->slots[i].object == object) {
            inout->handle = on->file->slots[i].handle;
            return 0;
        }
    }
    inout->handle = add_handle(on->file, object);
    if (board->spoil.same_handle)
        inout->handle = 1;
    return 0;
}

static int heap_alloc(struct fake_board *board, struct fake_fd *on, void *arg)
{
    struct qda_dma_heap_allocation *inout = arg;
    (void)on;
    int fd = fake_new_fd(board, (struct fake_fd){.kind = FAKE_DMABUF, .object = fake_new_object(board, inout->len)});
    inout->fd = (uint32_t)fd;
    return fd < 0 ? fd : 0;
}

static int udmabuf_create(struct fake_board *board, struct fake_fd *on, void *arg)
{
    const struct qda_udmabuf_create *in = arg;
    (void)on;
    if (board->fds[in->memfd].kind != FAKE_MEMFD || board->fds[in->memfd].size < in->size)
        return -EINVAL;
    return fake_new_fd(board, (struct fake_fd){.kind = FAKE_DMABUF, .object = fake_new_object(board, in->size)});
}

static int sync_cpu(struct fake_board *board, struct fake_fd *on, void *arg)
{
    const struct qda_dma_buf_sync *in = arg;
    (void)board;
    (void)on;
    return in->flags & QDA_DMA_BUF_SYNC_RW ? 0 : -EINVAL;
}

static const struct {
    uint32_t request;
    enum fake_kind kind;
    enum fake_op op;
    int (*call)(struct fake_board *board, struct fake_fd *on, void *arg);
} calls[] = {
    {QDA_DRM_IOCTL_VERSION, FAKE_ACCEL, FAKE_VERSION, version},
    {QDA_V1_IOCTL_QUERY, FAKE_ACCEL, FAKE_QUERY, query},
    {QDA_V1_IOCTL_GEM_CREATE, FAKE_ACCEL, FAKE_CREATE, create},
    {QDA_V1_IOCTL_GEM_MMAP_OFFSET, FAKE_ACCEL, FAKE_OFFSET, mmap_offset},
    {QDA_DRM_IOCTL_GEM_CLOSE, FAKE_ACCEL, FAKE_GEM_CLOSE, gem_close},
    {QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD, FAKE_ACCEL, FAKE_EXPORT, export},
    {QDA_DRM_IOCTL_PRIME_FD_TO_HANDLE, FAKE_ACCEL, FAKE_IMPORT, import},
    {QDA_DMA_HEAP_IOCTL_ALLOC, FAKE_HEAP_DEV, FAKE_HEAP, heap_alloc},
    {QDA_UDMABUF_IOCTL_CREATE, FAKE_UDMABUF_DEV, FAKE_UDMABUF, udmabuf_create},
    {QDA_DMA_BUF_IOCTL_SYNC, FAKE_DMABUF, FAKE_SYNC, sync_cpu},
};

static int dispatch(struct fake_board *board, struct fake_fd *on, uint32_t request, void *arg)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (calls[i].request != request || calls[i].kind != on->kind)
            continue;
        int err = fake_fault(board, calls[i].op);
        return err ? err : calls[i].call(board, on, arg);
    }
    return -ENOTTY;
}

int fake_board_ioctl(struct qda_sys *sys, int fd, unsigned long request, void *arg)
{
    struct fake_board *board = (struct fake_board *)sys;
    pthread_mutex_lock(&board->lock);
    bool known = fd >= 0 && fd < FAKE_FDS && board->fds[fd].kind != FAKE_NONE;
    int result = known ? dispatch(board, &board->fds[fd], (uint32_t)request, arg) : -EBADF;
    pthread_mutex_unlock(&board->lock);
    return result;
}
