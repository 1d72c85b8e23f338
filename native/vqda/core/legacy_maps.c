/* SPDX-License-Identifier: MIT */
#include "vqda/core/legacy.h"

#include "vqda/core/bank.h"
#include "vqda/core/dmabuf.h"
#include "vqda/core/fault.h"
#include "vqda/core/object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * A map is a dma-buf attached to the session's device. One that stands is found by its fd and dma-buf and used again; any
 * other lives for the call.
 */

static struct vq_legacy_map *next_map(const struct vq_file *file, const struct vq_list *at)
{
    return at->next == &file->legacy->maps ? NULL : VQ_OF(at->next, struct vq_legacy_map, link);
}

static struct vq_dmabuf *dmabuf_of(const struct vq_object *object)
{
    return object->attachment->dmabuf;
}

static struct vq_legacy_map *find(const struct vq_file *file, int32_t fd, const struct vq_dmabuf *dmabuf)
{
    struct vq_legacy_map *map = next_map(file, &file->legacy->maps);
    while (map && (map->fd != fd || dmabuf_of(map->object) != dmabuf))
        map = next_map(file, &map->link);
    return map;
}

struct vq_legacy_map *vq_legacy_find(const struct vq_file *file, int32_t fd, const struct vq_object *object)
{
    return find(file, fd, dmabuf_of(object));
}

/* dma_buf_get(). 0, -EBADF, -EINVAL: what it answers itself, in every call. */
static int get_dmabuf(const struct vq_call *call, const struct vq_legacy_want *want, struct vq_dmabuf **out)
{
    unsigned generation = call->board->generation;
    if (want->descriptor < 0)
        return qda_errno(generation, QDA_CALL_MEM_MAP, QDA_COND_BAD_FD);
    *out = vq_dmabuf_of_fd(call->board, want->descriptor);
    return *out ? 0 : qda_errno(generation, QDA_CALL_MEM_MAP, QDA_COND_NOT_A_DMABUF);
}

static int attach(struct vq_call *call, struct vq_dmabuf *dmabuf, uint64_t len, struct vq_object **out)
{
    if (vq_fault_hit(call->board, VQ_FAULT_FOREIGN_IMPORT, call->file->node->dsp))
        return qda_errno(call->board->generation, QDA_CALL_MEM_MAP, QDA_COND_EXPORTER_WITHOUT_SG);
    int err = vq_object_import(call->file->bank, &call->who, dmabuf, out);
    if (err)
        return err;
    const struct vq_attachment *attachment = (*out)->attachment;
    if (len <= vq_sg_length(attachment->sg, attachment->nents))
        return 0;
    vq_object_put(*out, &call->who);
    return qda_errno(call->board->generation, QDA_CALL_MEM_MAP, QDA_COND_LONGER_THAN_OBJECT);
}

int vq_legacy_attach(struct vq_call *call, const struct vq_legacy_want *want, struct vq_object **out)
{
    struct vq_dmabuf *dmabuf;
    int err = get_dmabuf(call, want, &dmabuf);
    if (err)
        return err;
    const struct vq_legacy_map *map = find(call->file, want->fd, dmabuf);
    if (!map)
        return attach(call, dmabuf, want->len, out);
    *out = map->object;
    vq_object_get(*out);
    return 0;
}

/* Takes over the caller's reference to the object. */
static struct vq_legacy_map *add(struct vq_file *file, const struct vq_legacy_want *want, struct vq_object *object)
{
    struct vq_legacy_map *map = calloc(1, sizeof(*map));
    if (!map)
        return NULL;
    map->fd = want->fd;
    map->object = object;
    map->len = want->len;
    map->refs = 1;
    vq_list_add(&file->legacy->maps, &map->link);
    return map;
}

static int add_or_drop(struct vq_call *call, const struct vq_legacy_want *want, struct vq_object *object,
                       struct vq_legacy_map **out)
{
    *out = add(call->file, want, object);
    if (!*out)
        vq_object_put(object, &call->who);
    return *out ? 0 : -ENOMEM;
}

int vq_legacy_keep(struct vq_call *call, const struct vq_legacy_want *want, struct vq_legacy_map **out)
{
    struct vq_object *object;
    int err = vq_legacy_attach(call, want, &object);
    if (err)
        return err;
    *out = vq_legacy_find(call->file, want->fd, object);
    if (!*out)
        return add_or_drop(call, want, object, out);
    (*out)->refs++;
    vq_object_put(object, &call->who);
    return 0;
}

void vq_legacy_drop(struct vq_file *file, struct vq_legacy_map *map)
{
    if (--map->refs > 0)
        return;
    vq_list_del(&map->link);
    vq_object_put(map->object, &file->opener);
    free(map);
}

/* A handle is attached anew each time, and stays until the DSP lets go of it or the file closes. */
static int keep_handle(struct vq_call *call, const struct vq_legacy_want *want, struct vq_object **out)
{
    struct vq_dmabuf *dmabuf;
    struct vq_legacy_map *map;
    int err = get_dmabuf(call, want, &dmabuf);
    if (!err)
        err = attach(call, dmabuf, want->len, out);
    if (!err)
        err = add_or_drop(call, want, *out, &map);
    if (!err)
        vq_object_get(*out);
    return err;
}

int vq_legacy_argument(struct vq_call *call, const struct qda_v1_fastrpc_invoke_args *arg, int descriptor, bool handle,
                       struct vq_object **out)
{
    struct vq_legacy_want want = { .fd = arg->fd, .descriptor = descriptor, .len = arg->length };
    int err = handle ? keep_handle(call, &want, out) : vq_legacy_attach(call, &want, out);
    return err == 0 ? 0 : qda_errno(call->board->generation, QDA_CALL_INVOKE, QDA_COND_BAD_FD);
}

static void release_fdlist(struct vq_context *context)
{
    struct vq_file *file = context->message.file;
    uint64_t list[QDA_RPC_FDLIST];
    if (!file || context->ret < 0)
        return;
    unsigned n = QDA_SCALARS_LENGTH(context->message.request.sc);
    memcpy(list, context->message.slab->map + qda_rpc_fdlist_at(n), sizeof(list));
    for (unsigned i = 0; i < QDA_RPC_FDLIST && list[i] != 0; i++) {
        struct vq_legacy_map *map = next_map(file, &file->legacy->maps);
        while (map && map->fd != (int32_t)list[i])
            map = next_map(file, &map->link);
        if (map)
            vq_legacy_drop(file, map);
    }
}

void vq_legacy_take_fdlist(struct vq_context *context)
{
    context->done = release_fdlist;
    context->whatever = true;
}
