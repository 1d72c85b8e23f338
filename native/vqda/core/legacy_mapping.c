/* SPDX-License-Identifier: MIT */
#include "vqda/core/legacy.h"

#include "uapi/fastrpc.h"
#include "vqda/core/object.h"
#include "vqda/core/remote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* MMAP and MUNMAP of memory that the kernel makes, MEM_MAP and MEM_UNMAP of dma-bufs. */

static const struct vq_object *used(const struct vq_context *context)
{
    return context->used[0];
}

static uint64_t answered_address(const struct vq_context *context)
{
    uint64_t vaddr;
    memcpy(&vaddr, context->message.slab->map + context->place, sizeof(vaddr));
    return vaddr;
}

/* A request about the object with this head: method, its own arguments behind it. */
struct request {
    const void *head;
    size_t head_len;
    const struct qda_rpc_page *page; /* NULL: an unmap, which has the head alone */
    uint32_t sc;
};

static int request_message(struct vq_call *call, struct vq_context *context, const struct request *request)
{
    unsigned count = QDA_SCALARS_LENGTH(request->sc);
    struct vq_layout_arg args[4] = { vq_remote_inline(request->head_len) };
    struct vq_layout layout = { .sc = request->sc, .args = args };
    if (request->page) {
        args[1] = vq_remote_inline(sizeof(*request->page));
        args[count - 1] = vq_remote_inline(sizeof(uint64_t));
    }
    int err = vq_legacy_message(call, context, QDA_HANDLE_INIT, &layout);
    if (err)
        return err;
    uint8_t *to = context->message.slab->map;
    memcpy(to + vq_layout_at(&layout, 0), request->head, request->head_len);
    if (!request->page)
        return 0;
    memcpy(to + vq_layout_at(&layout, 1), request->page, sizeof(*request->page));
    context->place = vq_layout_at(&layout, count - 1);
    memset(to + context->place, 0, sizeof(uint64_t));
    return 0;
}

/* Sends the request about `object`; `done` takes the answer of one that went well. */
static int64_t send_request(struct vq_call *call, struct vq_context *context, const struct request *request,
                            void (*done)(struct vq_context *context))
{
    int err = request_message(call, context, request);
    if (err) {
        vq_context_free(context);
        return err;
    }
    context->done = done;
    return vq_context_send(call, context);
}

/* A context that uses the object, with `kept` bytes for done(). NULL: no memory. */
static struct vq_context *new_context(struct vq_call *call, enum qda_call name, struct vq_object *object, size_t kept)
{
    struct vq_context *context = vq_context_new(call, name, 1);
    if (!context)
        return NULL;
    vq_context_use(context, object);
    context->kept = calloc(1, kept + 1);
    if (context->kept)
        return context;
    vq_context_free(context);
    return NULL;
}

/* ---- MMAP, MUNMAP */

static void memory_stands(struct vq_context *context)
{
    struct qda_fastrpc_req_mmap *arg = context->arg;
    struct vq_legacy_memory *memory = context->kept;
    struct vq_file *file = context->message.file;
    arg->vaddrout = answered_address(context);
    if (!file)
        return;
    context->kept = NULL;
    memory->object = context->used[0];
    memory->vaddr = arg->vaddrout;
    memory->size = arg->size;
    vq_object_get(memory->object);
    vq_list_add(&file->legacy->memory, &memory->link);
}

static int64_t send_mmap(struct vq_call *call, struct vq_object *object)
{
    const struct qda_fastrpc_req_mmap *arg = call->arg;
    struct vq_context *context = new_context(call, QDA_CALL_MAP, object, sizeof(struct vq_legacy_memory));
    if (!context)
        return -ENOMEM;
    struct qda_rpc_map head = { .session = call->file->session, .flags = arg->flags, .pages = sizeof(struct qda_rpc_page) };
    struct qda_rpc_page page = { object->dma, arg->size };
    struct request request = { &head, sizeof(head), &page, QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MMAP, 2, 1, 0, 0) };
    return send_request(call, context, &request, memory_stands);
}

int64_t vq_legacy_mmap(struct vq_call *call)
{
    const struct qda_fastrpc_req_mmap *arg = call->arg;
    unsigned generation = call->board->generation;
    struct vq_object *object;
    if (arg->flags != QDA_FASTRPC_MMAP_ADD_PAGES && arg->flags != QDA_FASTRPC_MMAP_REMOTE_HEAP)
        return qda_errno(generation, QDA_CALL_FASTRPC_MMAP, QDA_COND_BAD_FLAGS);
    if (arg->vaddrin != 0)
        return qda_errno(generation, QDA_CALL_FASTRPC_MMAP, QDA_COND_ADDRESS_HINT);
    if (arg->flags == QDA_FASTRPC_MMAP_REMOTE_HEAP)
        return -EOPNOTSUPP; /* memory of the DSP's static processes, which this board has not */
    if (!call->file->node->plugged)
        return vq_legacy_gone(call->file->node);
    if (arg->size == 0 || arg->size > UINT64_MAX - VQ_PAGE ||
        vq_object_new(call->file->bank, &call->who, arg->size, &object) != 0)
        return qda_errno(generation, QDA_CALL_FASTRPC_MMAP, QDA_COND_DMA_ALLOC_FAILED);
    int64_t result = send_mmap(call, object);
    vq_object_put(object, &call->who);
    return result;
}

static struct vq_legacy_memory *next_memory(const struct vq_file *file, const struct vq_list *at)
{
    return at->next == &file->legacy->memory ? NULL : VQ_OF(at->next, struct vq_legacy_memory, link);
}

static void memory_goes(struct vq_context *context)
{
    struct vq_file *file = context->message.file;
    struct vq_legacy_memory *memory = file ? next_memory(file, &file->legacy->memory) : NULL;
    while (memory && memory->object != used(context))
        memory = next_memory(file, &memory->link);
    if (!memory)
        return; /* another MUNMAP of it was faster */
    vq_list_del(&memory->link);
    vq_object_put(memory->object, &context->who);
    free(memory);
}

int64_t vq_legacy_munmap(struct vq_call *call)
{
    const struct qda_fastrpc_req_munmap *arg = call->arg;
    struct vq_legacy_memory *memory = next_memory(call->file, &call->file->legacy->memory);
    while (memory && (memory->vaddr != arg->vaddrout || memory->size != arg->size))
        memory = next_memory(call->file, &memory->link);
    if (!memory)
        return qda_errno(call->board->generation, QDA_CALL_FASTRPC_MUNMAP, QDA_COND_UNKNOWN_MAPPING);
    if (!call->file->node->plugged)
        return vq_legacy_gone(call->file->node);
    struct vq_context *context = new_context(call, QDA_CALL_MUNMAP, memory->object, 0);
    if (!context)
        return -ENOMEM;
    struct qda_rpc_unmap head = { .session = call->file->session, .vaddr = memory->vaddr, .size = memory->size };
    struct request request = { &head, sizeof(head), NULL, QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MUNMAP, 1, 0, 0, 0) };
    return send_request(call, context, &request, memory_goes);
}

/* ---- MEM_MAP, MEM_UNMAP */

/* The map stands from now on: one that is there already counts once more. */
static void map_stands(struct vq_context *context)
{
    struct qda_fastrpc_mem_map *arg = context->arg;
    struct vq_file *file = context->message.file;
    arg->vaddrout = answered_address(context);
    if (!file)
        return;
    struct vq_legacy_map *map = vq_legacy_find(file, arg->fd, used(context));
    if (map) {
        map->refs++;
    } else {
        map = context->kept;
        context->kept = NULL;
        *map = (struct vq_legacy_map){ .fd = arg->fd, .object = context->used[0], .len = arg->length, .refs = 1 };
        vq_object_get(map->object);
        vq_list_add(&file->legacy->maps, &map->link);
    }
    map->vaddr = arg->vaddrout;
}

static int64_t send_mem_map(struct vq_call *call, struct vq_object *object)
{
    const struct qda_fastrpc_mem_map *arg = call->arg;
    struct vq_context *context = new_context(call, QDA_CALL_MAP, object, sizeof(struct vq_legacy_map));
    if (!context)
        return -ENOMEM;
    const struct vq_legacy_map *map = vq_legacy_find(call->file, arg->fd, object);
    struct qda_rpc_mem_map head = {
        .session = call->file->session, .fd = arg->fd, .offset = arg->offset, .flags = arg->flags, .vaddr = arg->vaddrin,
        .pages = sizeof(struct qda_rpc_page),
    };
    struct qda_rpc_page page = { object->dma, map ? map->len : arg->length };
    struct request request = { &head, sizeof(head), &page, QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MEM_MAP, 3, 1, 0, 0) };
    return send_request(call, context, &request, map_stands);
}

int64_t vq_legacy_mem_map(struct vq_call *call)
{
    const struct qda_fastrpc_mem_map *arg = call->arg;
    struct vq_legacy_want want = {
        .fd = arg->fd, .descriptor = call->fd_count > 0 ? call->fds[0] : -1, .len = arg->length,
    };
    struct vq_object *object;
    if (!call->file->node->plugged)
        return vq_legacy_gone(call->file->node);
    int err = vq_legacy_attach(call, &want, &object);
    if (err)
        return err;
    int64_t result = send_mem_map(call, object);
    vq_object_put(object, &call->who);
    return result;
}

static void map_goes(struct vq_context *context)
{
    const struct qda_fastrpc_mem_unmap *arg = context->arg;
    struct vq_file *file = context->message.file;
    struct vq_list *at = file ? file->legacy->maps.next : NULL;
    for (; file && at != &file->legacy->maps; at = at->next) {
        struct vq_legacy_map *map = VQ_OF(at, struct vq_legacy_map, link);
        if (map->object != used(context) || map->vaddr != arg->vaddr)
            continue;
        vq_legacy_drop(file, map);
        return;
    }
}

int64_t vq_legacy_mem_unmap(struct vq_call *call)
{
    const struct qda_fastrpc_mem_unmap *arg = call->arg;
    struct vq_legacy_map *map = NULL;
    const struct vq_list *head = &call->file->legacy->maps;
    for (struct vq_list *at = head->next; at != head && !map; at = at->next) {
        struct vq_legacy_map *here = VQ_OF(at, struct vq_legacy_map, link);
        if ((arg->fd < 0 || here->fd == arg->fd) && here->vaddr == arg->vaddr)
            map = here;
    }
    if (!map)
        return qda_errno(call->board->generation, QDA_CALL_MEM_UNMAP, QDA_COND_UNKNOWN_MAPPING);
    if (!call->file->node->plugged)
        return vq_legacy_gone(call->file->node);
    struct vq_context *context = new_context(call, QDA_CALL_MUNMAP, map->object, 0);
    if (!context)
        return -ENOMEM;
    struct qda_rpc_mem_unmap message = { .session = call->file->session, .fd = map->fd, .vaddr = map->vaddr, .size = map->len };
    struct request request = { &message, sizeof(message), NULL,
                               QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MEM_UNMAP, 1, 0, 0, 0) };
    return send_request(call, context, &request, map_goes);
}
