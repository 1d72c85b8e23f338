/* SPDX-License-Identifier: MIT */
#include "uapi/qda_v1.h"

#include <string.h>

#include "driver/generations.h"

/* QDA v1 (2026-05-19). A buffer is named by its dma-buf fd. */

static int v1_query(struct qda_sys *sys, int fd, char name[16])
{
    struct qda_v1_query arg = { .dsp_name = { 0 } };
    int err = sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_QUERY, &arg);
    if (err < 0)
        return err;
    memcpy(name, arg.dsp_name, sizeof(arg.dsp_name));
    name[sizeof(arg.dsp_name) - 1] = '\0';
    return 0;
}

static int v1_gem_create(struct qda_sys *sys, int fd, uint64_t size, uint32_t *handle)
{
    struct qda_v1_gem_create arg = { .size = size };
    int err = sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_GEM_CREATE, &arg);
    if (err < 0)
        return err;
    *handle = arg.handle;
    return 0;
}

static int v1_gem_mmap_offset(struct qda_sys *sys, int fd, uint32_t handle, uint64_t *offset)
{
    struct qda_v1_gem_mmap_offset arg = { .handle = handle };
    int err = sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_GEM_MMAP_OFFSET, &arg);
    if (err < 0)
        return err;
    *offset = arg.offset;
    return 0;
}

static int v1_session_create(struct qda_sys *sys, int fd, const struct qda_session_args *args)
{
    struct qda_v1_init_create arg = {
        .filelen = args->file_len,
        .filefd = args->buffer,
        .attrs = args->attrs,
        .siglen = args->sig_len,
        .file = (uintptr_t)args->file,
    };
    return sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_REMOTE_SESSION_CREATE, &arg);
}

static int v1_map(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    struct qda_v1_mem_map arg = {
        .request = args->request,
        .flags = args->flags,
        .fd = args->buffer,
        .attrs = args->attrs,
        .offset = args->offset,
        .vaddrin = args->vaddr_in,
        .size = args->size,
    };
    int result = sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_REMOTE_MAP, &arg);
    if (result == 0)
        args->vaddr_out = arg.vaddrout;
    return result;
}

static int v1_unmap(struct qda_sys *sys, int fd, const struct qda_unmap_args *args)
{
    struct qda_v1_mem_unmap arg = {
        .request = args->request,
        .fd = args->buffer,
        .vaddr = args->vaddr,
        .vaddrout = args->vaddr_out,
        .size = args->size,
    };
    return sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_REMOTE_MUNMAP, &arg);
}

static int v1_invoke(struct qda_sys *sys, int fd, uint32_t handle, uint32_t scalars, const void *args)
{
    struct qda_v1_invoke_args arg = { .handle = handle, .sc = scalars, .args = (uintptr_t)args };
    return sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_REMOTE_INVOKE, &arg);
}

const struct qda_driver qda_driver_v1 = {
    .generation = QDA_GEN_V1,
    .name = "qda-v1",
    .title = "QDA v1 (2026-05-19)",
    .gem = true,
    .leaks_mappings = true, /* no vm_ops: the reference that the DRM core takes for an mmap is never dropped (derived) */
    .process_memory = 4u << 20, /* FASTRPC_INIT_FILELEN_MAX */
    .leaks_process = true, /* after a release that went well (derived) */
    .leaks_waits = true, /* the context of an interrupted wait is never freed (derived) */
    .query = v1_query,
    .gem_create = v1_gem_create,
    .gem_mmap_offset = v1_gem_mmap_offset,
    .session_create = v1_session_create,
    .map = v1_map,
    .unmap = v1_unmap,
    .invoke = v1_invoke,
};
