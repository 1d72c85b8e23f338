/* SPDX-License-Identifier: MIT */
#include "vqda/core/handle.h"

#include "vqda/core/dmabuf.h"
#include "vqda/core/object.h"
#include "vqda/core/prime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int grow(struct vq_file *file)
{
    uint32_t larger = file->handle_count ? file->handle_count * 2 : 16;
    struct vq_object **moved = realloc(file->handles, larger * sizeof(struct vq_object *));
    if (!moved)
        return -ENOMEM;
    memset(moved + file->handle_count, 0, (larger - file->handle_count) * sizeof(struct vq_object *));
    file->handles = moved;
    file->handle_count = larger;
    return 0;
}

int vq_handle_create(struct vq_file *file, struct vq_object *object, uint32_t *handle)
{
    uint32_t at = file->lowest_free;
    while (at < file->handle_count && file->handles[at])
        at++;
    if (at >= file->handle_count && grow(file) != 0)
        return -ENOMEM;
    file->handles[at] = object;
    file->lowest_free = at + 1;
    file->handles_used++;
    object->handles++;
    vq_object_get(object);
    *handle = at;
    return 0;
}

struct vq_object *vq_handle_lookup(const struct vq_file *file, uint32_t handle)
{
    return handle > 0 && handle < file->handle_count ? file->handles[handle] : NULL;
}

int vq_handle_delete(struct vq_file *file, const struct vq_caller *who, uint32_t handle)
{
    struct vq_object *object = vq_handle_lookup(file, handle);
    if (!object)
        return -ENOENT;
    vq_prime_forget(file, handle);
    file->handles[handle] = NULL;
    file->handles_used--;
    if (handle < file->lowest_free)
        file->lowest_free = handle;
    struct vq_dmabuf *exported = --object->handles == 0 ? object->dmabuf : NULL;
    if (exported) {
        object->dmabuf = NULL;
        vq_dmabuf_put(exported);
    }
    vq_object_put(object, who);
    return 0;
}

void vq_handle_delete_all(struct vq_file *file, const struct vq_caller *who)
{
    for (uint32_t handle = 1; handle < file->handle_count; handle++)
        vq_handle_delete(file, who, handle);
    free(file->handles);
    file->handles = NULL;
    file->handle_count = 0;
}

bool vq_handle_has(const struct vq_file *file, const struct vq_object *object)
{
    for (uint32_t handle = 1; handle < file->handle_count; handle++) {
        if (file->handles[handle] == object)
            return true;
    }
    return false;
}
