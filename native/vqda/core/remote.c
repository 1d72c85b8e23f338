/* SPDX-License-Identifier: MIT */
#include "vqda/core/remote.h"

#include "uapi/qda_v1.h"
#include "vqda/core/abi.h"
#include "vqda/core/dmabuf.h"
#include "vqda/core/handle.h"
#include "vqda/core/legacy.h"
#include "vqda/core/object.h"
#include "vqda/core/prime.h"
#include "vqda/quirks/quirks.h"

#include <errno.h>
#include <string.h>

/*
 * MAP, MUNMAP and INVOKE: everything up to the message is the driver's: the checks, the imports by fd, and the message
 * buffer, a GEM object in the caller's bank for the time of the call.
 */

/* v1 */
static int import(struct vq_call *call, int descriptor, struct vq_object **out)
{
    unsigned generation = call->board->generation;
    if (descriptor < 0)
        return qda_errno(generation, QDA_CALL_MAP, QDA_COND_BAD_FD);
    struct vq_dmabuf *dmabuf = vq_dmabuf_of_fd(call->board, descriptor);
    if (!dmabuf)
        return qda_errno(generation, QDA_CALL_MAP, QDA_COND_NOT_A_DMABUF);
    uint32_t handle;
    uint32_t before = call->file->handles_used;
    int err = vq_prime_import(call->file, &call->who, dmabuf, &handle);
    if (err)
        return err;
    *out = vq_handle_lookup(call->file, handle);
    vq_object_get(*out);
    bool made_here = call->file->handles_used > before;
    if (made_here && !call->board->quirks[VQ_QUIRK_HIDDEN_IMPORT_HANDLES])
        vq_handle_delete(call->file, &call->who, handle);
    else if (made_here)
        vq_prime_set_hidden(call->file, handle, true);
    return 0;
}

int vq_remote_buffer(struct vq_call *call, int32_t fd, int descriptor, struct vq_object **out)
{
    if (!vq_abi_of(call->board->generation)->fd_is_handle)
        return import(call, descriptor, out);
    *out = vq_handle_lookup(call->file, (uint32_t)fd);
    if (!*out)
        return qda_errno(call->board->generation, QDA_CALL_MAP, QDA_COND_UNKNOWN_HANDLE);
    vq_object_get(*out);
    return 0;
}

/* The context keeps it; the reference of vq_remote_buffer() goes. */
static void keep(struct vq_call *call, struct vq_context *context, struct vq_object *object)
{
    vq_context_use(context, object);
    vq_object_put(object, &call->who);
}

int vq_remote_only_buffer(struct vq_call *call, struct vq_context *context, int32_t fd, struct vq_object **out)
{
    *out = NULL;
    if (fd <= 0)
        return 0;
    int err = vq_remote_buffer(call, fd, call->fd_count > 0 ? call->fds[0] : -1, out);
    if (!err)
        keep(call, context, *out);
    return err;
}

/* ---- MAP, MUNMAP */

/* out[0] of the answer. */
static void take_vaddr(struct vq_context *context)
{
    struct qda_v1_mem_map *arg = context->arg;
    memcpy(&arg->vaddrout, context->message.slab->map + context->place, sizeof(arg->vaddrout));
}

/* The message of a map request: its head, the page, room for the address. */
static int map_message(struct vq_call *call, struct vq_context *context, const struct qda_rpc_page *page)
{
    const struct qda_v1_mem_map *arg = call->arg;
    bool attr = arg->request == QDA_V1_MAP_REQUEST_ATTR;
    int32_t session = call->file->session;
    struct qda_rpc_map plain = { .session = session, .flags = arg->flags, .vaddr = arg->vaddrin, .pages = 1 };
    struct qda_rpc_mem_map full = {
        .session = session, .fd = arg->fd, .offset = (int32_t)arg->offset, .flags = arg->flags, .vaddr = arg->vaddrin,
        .pages = 1,
    };
    struct vq_layout_arg args[4] = { vq_remote_inline(attr ? sizeof(full) : sizeof(plain)),
                                      vq_remote_inline(sizeof(*page)) };
    args[attr ? 3 : 2] = vq_remote_inline(sizeof(arg->vaddrout));
    struct vq_layout layout = {
        .sc = attr ? QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MEM_MAP, 3, 1, 0, 0)
                   : QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MMAP, 2, 1, 0, 0),
        .args = args,
    };
    int err = vq_context_message(call, context, QDA_HANDLE_INIT, &layout);
    if (err)
        return err;
    uint8_t *to = context->message.slab->map;
    memcpy(to + vq_layout_at(&layout, 0), attr ? (const void *)&full : &plain, args[0].len);
    memcpy(to + vq_layout_at(&layout, 1), page, sizeof(*page));
    context->place = vq_layout_at(&layout, attr ? 3 : 2);
    context->done = take_vaddr;
    context->out_bytes = 0; /* the kernel's own, no caller's memory */
    memset(to + context->place, 0, sizeof(arg->vaddrout));
    return 0;
}

static int prepare_map(struct vq_call *call, struct vq_context *context)
{
    const struct qda_v1_mem_map *arg = call->arg;
    struct vq_object *object;
    int err = vq_remote_only_buffer(call, context, arg->fd, &object);
    if (err)
        return err;
    struct qda_rpc_page page = { object ? object->dma : 0, object ? object->size : 0 };
    return map_message(call, context, &page);
}

int64_t vq_remote_map(struct vq_call *call)
{
    const struct qda_v1_mem_map *arg = call->arg;
    unsigned generation = call->board->generation;
    int err = arg->pad ? qda_errno(generation, QDA_CALL_MAP, QDA_COND_PAD_NONZERO) : 0;
    if (err)
        return err;
    if (arg->request != QDA_V1_MAP_REQUEST_LEGACY && arg->request != QDA_V1_MAP_REQUEST_ATTR)
        return qda_errno(generation, QDA_CALL_MAP, QDA_COND_BAD_REQUEST);
    struct vq_context *context = vq_context_new(call, QDA_CALL_MAP, 1);
    if (!context)
        return -ENOMEM;
    err = prepare_map(call, context);
    if (!err)
        return vq_context_send(call, context);
    vq_context_free(context);
    return err;
}

static int unmap_message(struct vq_call *call, struct vq_context *context)
{
    const struct qda_v1_mem_unmap *arg = call->arg;
    int32_t session = call->file->session;
    bool attr = arg->request == QDA_V1_MUNMAP_REQUEST_ATTR;
    struct qda_rpc_unmap plain = { .session = session, .vaddr = arg->vaddrout, .size = arg->size };
    struct qda_rpc_mem_unmap full = { .session = session, .fd = arg->fd, .vaddr = arg->vaddr, .size = arg->size };
    struct vq_layout_arg in = vq_remote_inline(attr ? sizeof(full) : sizeof(plain));
    uint32_t method = attr ? QDA_METHOD_INIT_MEM_UNMAP : QDA_METHOD_INIT_MUNMAP;
    struct vq_layout layout = { .sc = QDA_SCALARS_BUILD(0, method, 1, 0, 0, 0), .args = &in };
    int err = vq_context_message(call, context, QDA_HANDLE_INIT, &layout);
    if (!err)
        memcpy(context->message.slab->map + vq_layout_at(&layout, 0), attr ? (const void *)&full : &plain, in.len);
    return err;
}

int64_t vq_remote_munmap(struct vq_call *call)
{
    const struct qda_v1_mem_unmap *arg = call->arg;
    if (arg->request != QDA_V1_MUNMAP_REQUEST_LEGACY && arg->request != QDA_V1_MUNMAP_REQUEST_ATTR)
        return qda_errno(call->board->generation, QDA_CALL_MUNMAP, QDA_COND_BAD_REQUEST);
    struct vq_context *context = vq_context_new(call, QDA_CALL_MUNMAP, 0);
    int err = context ? unmap_message(call, context) : -ENOMEM;
    if (!err)
        return vq_context_send(call, context);
    if (context)
        vq_context_free(context);
    return err;
}

/* ---- INVOKE */

/* The argument array as it travelled. */
struct arguments {
    struct qda_v1_fastrpc_invoke_args args[QDA_SCALARS_MAX];
    struct vq_arg_state states[QDA_SCALARS_MAX];
    struct vq_layout_arg out[QDA_SCALARS_MAX];
    uint32_t sc;
    unsigned count;
};

/* False: the array could not be read. */
static bool take_arguments(const struct vq_call *call, struct arguments *in)
{
    in->sc = ((const struct qda_v1_invoke_args *)call->arg)->sc;
    in->count = QDA_SCALARS_LENGTH(in->sc);
    size_t bytes = in->count * sizeof(in->args[0]), more = in->count * sizeof(in->states[0]);
    if (call->extra_len < bytes + more)
        return false;
    memcpy(in->args, call->extra, bytes);
    memcpy(in->states, call->extra + bytes, more);
    return true;
}

static bool names_buffer(const struct qda_v1_fastrpc_invoke_args *arg)
{
    return arg->fd != 0 && arg->fd != -1 && arg->length > 0;
}

static int descriptor_of(const struct vq_call *call, const struct vq_arg_state *state)
{
    return (state->bits & VQ_ARG_FD) && state->fd < call->fd_count ? call->fds[state->fd] : -1;
}

static int take_buffer(struct vq_call *call, struct vq_context *context, struct arguments *in, unsigned i)
{
    struct vq_object *object;
    int descriptor = descriptor_of(call, &in->states[i]);
    bool handle = i >= QDA_SCALARS_IN(in->sc) + QDA_SCALARS_OUT(in->sc);
    int err = call->file->legacy ? vq_legacy_argument(call, &in->args[i], descriptor, handle, &object)
                                 : vq_remote_buffer(call, in->args[i].fd, descriptor, &object);
    if (err)
        return err;
    keep(call, context, object);
    in->out[i].mapped = true;
    in->out[i].dma = object->dma;
    in->out[i].size = object->size;
    in->out[i].offset = in->states[i].offset & ~(VQ_PAGE - 1);
    return 0;
}

/* Every argument, those that name a buffer with its address. 0 or -errno. */
static int take_buffers(struct vq_call *call, struct vq_context *context, struct arguments *in)
{
    unsigned generation = call->board->generation;
    for (unsigned i = 0; i < in->count; i++) {
        const struct qda_v1_fastrpc_invoke_args *arg = &in->args[i];
        in->out[i] = (struct vq_layout_arg){ .pv = arg->ptr, .len = arg->length, .fd = arg->fd };
        if (arg->fd < -1 && generation == QDA_ERRNO_V1)
            return qda_errno(generation, QDA_CALL_INVOKE, QDA_COND_FD_BELOW_MINUS_ONE);
        int err = names_buffer(arg) ? take_buffer(call, context, in, i) : 0;
        if (err)
            return err;
    }
    return 0;
}

/* Could the inline in buffers be copied? */
static bool copied(const struct arguments *in)
{
    for (unsigned i = 0; i < QDA_SCALARS_IN(in->sc); i++) {
        bool is_inline = !in->out[i].mapped && in->args[i].length > 0;
        if (is_inline && (in->states[i].bits & VQ_ARG_MEMORY) == 0)
            return false;
    }
    return true;
}

static int prepare_invoke(struct vq_call *call, struct vq_context *context, struct arguments *in)
{
    const struct qda_v1_invoke_args *arg = call->arg;
    int err = take_buffers(call, context, in);
    if (err)
        return err;
    struct vq_layout layout = { .sc = in->sc, .args = in->out };
    err = vq_context_message(call, context, arg->handle, &layout);
    if (err)
        return err;
    if (!copied(in))
        return qda_errno(call->board->generation, QDA_CALL_INVOKE, QDA_COND_INLINE_UNREADABLE);
    call->board->copied += vq_layout_in_bytes(&layout);
    if (call->file->legacy)
        vq_legacy_take_fdlist(context);
    return 0;
}

/* Also on handle 1, which the kernel itself uses: v1 has no check. */
int64_t vq_remote_invoke(struct vq_call *call)
{
    struct arguments in;
    if (!take_arguments(call, &in))
        return qda_errno(call->board->generation, QDA_CALL_INVOKE, QDA_COND_ARGS_UNREADABLE);
    struct vq_context *context = vq_context_new(call, QDA_CALL_INVOKE, in.count);
    if (!context)
        return -ENOMEM;
    int err = prepare_invoke(call, context, &in);
    if (!err)
        return vq_context_send(call, context);
    vq_context_free(context);
    return err;
}
