/* SPDX-License-Identifier: MIT */
#include "uapi/fastrpc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "driver/fastrpc_nodes.h"
#include "driver/generations.h"

/*
 * FastRPC of drivers/misc/fastrpc.c: what boards run today. A file is a session from its open on; a buffer is named by its
 * dma-buf fd.
 */

#define REQUEST_ALLOCATE 1u /* MMAP: the kernel makes the memory */
#define REQUEST_BUFFER 2u   /* MEM_MAP: a dma-buf */

/* The driver has no such call: the node's name says it. */
static int fastrpc_query(struct qda_sys *sys, int fd, char name[16])
{
    char link[40], path[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t got = sys->ops->readlink(sys, link, path, sizeof(path));
    if (got < 0)
        return (int)got;
    return qda_fastrpc_dsp_of(path, name, NULL) ? 0 : -ENODEV;
}

static int fastrpc_dmabuf_alloc(struct qda_sys *sys, int fd, uint64_t size, int *dmabuf)
{
    struct qda_fastrpc_alloc_dma_buf arg = { .fd = -1, .size = size };
    int err = sys->ops->ioctl(sys, fd, QDA_FASTRPC_IOCTL_ALLOC_DMA_BUFF, &arg);
    if (err < 0)
        return err;
    *dmabuf = arg.fd;
    return 0;
}

/* Without a dma-buf this kernel reads `file` as an address of its own. */
static int fastrpc_session_create(struct qda_sys *sys, int fd, const struct qda_session_args *args)
{
    struct qda_fastrpc_init_create arg = {
        .filelen = args->file_len,
        .filefd = args->buffer,
        .attrs = args->attrs,
        .siglen = args->sig_len,
        .file = (uintptr_t)args->file,
    };
    if (args->file_len > 0 && args->buffer <= 0)
        return -EOPNOTSUPP;
    return sys->ops->ioctl(sys, fd, QDA_FASTRPC_IOCTL_INIT_CREATE, &arg);
}

/* vaddr_in: the driver refuses any hint; that answer is its own. */
static int map_allocated(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    struct qda_fastrpc_req_mmap arg = {
        .fd = -1,
        .flags = args->flags,
        .vaddrin = args->vaddr_in,
        .size = args->size,
    };
    if (args->flags != QDA_FASTRPC_MMAP_ADD_PAGES && args->flags != QDA_FASTRPC_MMAP_REMOTE_HEAP)
        return -EOPNOTSUPP;
    int result = sys->ops->ioctl(sys, fd, QDA_FASTRPC_IOCTL_MMAP, &arg);
    if (result == 0)
        args->vaddr_out = arg.vaddrout;
    return result;
}

static int map_buffer(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    struct qda_fastrpc_mem_map arg = {
        .fd = args->buffer,
        .offset = (int32_t)args->offset,
        .flags = args->flags,
        .vaddrin = args->vaddr_in,
        .length = args->size,
        .attrs = (int32_t)args->attrs,
    };
    int result = sys->ops->ioctl(sys, fd, QDA_FASTRPC_IOCTL_MEM_MAP, &arg);
    if (result == 0)
        args->vaddr_out = arg.vaddrout;
    return result;
}

static int fastrpc_map(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    switch (args->request) {
    case REQUEST_ALLOCATE:
        return map_allocated(sys, fd, args);
    case REQUEST_BUFFER:
        return map_buffer(sys, fd, args);
    default:
        return -EINVAL; /* as QDA answers it */
    }
}

static int fastrpc_unmap(struct qda_sys *sys, int fd, const struct qda_unmap_args *args)
{
    struct qda_fastrpc_req_munmap allocated = { .vaddrout = args->vaddr_out, .size = args->size };
    struct qda_fastrpc_mem_unmap buffer = { .fd = args->buffer, .vaddr = args->vaddr, .length = args->size };
    switch (args->request) {
    case REQUEST_ALLOCATE:
        return sys->ops->ioctl(sys, fd, QDA_FASTRPC_IOCTL_MUNMAP, &allocated);
    case REQUEST_BUFFER:
        return sys->ops->ioctl(sys, fd, QDA_FASTRPC_IOCTL_MEM_UNMAP, &buffer);
    default:
        return -EINVAL;
    }
}

static int fastrpc_invoke(struct qda_sys *sys, int fd, uint32_t handle, uint32_t scalars, const void *args)
{
    struct qda_fastrpc_invoke arg = { .handle = handle, .sc = scalars, .args = (uintptr_t)args };
    return sys->ops->ioctl(sys, fd, QDA_FASTRPC_IOCTL_INVOKE, &arg);
}

static int fastrpc_capability(struct qda_sys *sys, int fd, uint32_t attribute, uint32_t *value)
{
    struct qda_fastrpc_capability arg = { .attribute_id = attribute };
    int err = sys->ops->ioctl(sys, fd, QDA_FASTRPC_IOCTL_GET_DSP_INFO, &arg);
    if (err == 0)
        *value = arg.capability;
    return err;
}

const struct qda_driver qda_driver_fastrpc = {
    .generation = QDA_GEN_FASTRPC,
    .name = "fastrpc",
    .title = "FastRPC (drivers/misc/fastrpc.c)",
    .leaks_pages = true, /* from Linux 6.2 on: an interrupted invoke hands the file's mmaps to the channel, which frees none */
    .query = fastrpc_query,
    .dmabuf_alloc = fastrpc_dmabuf_alloc,
    .session_create = fastrpc_session_create,
    .map = fastrpc_map,
    .unmap = fastrpc_unmap,
    .invoke = fastrpc_invoke,
    .capability = fastrpc_capability,
};
