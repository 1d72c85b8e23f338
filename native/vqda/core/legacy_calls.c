/* SPDX-License-Identifier: MIT */
#include "vqda/core/legacy.h"

#include "uapi/fastrpc.h"
#include "vqda/core/backing.h"
#include "vqda/core/dmabuf.h"
#include "vqda/core/object.h"
#include "vqda/core/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

int vq_legacy_message(struct vq_call *call, struct vq_context *context, uint32_t handle, const struct vq_layout *layout)
{
    int err = vq_context_message(call, context, handle, layout);
    if (err)
        return err;
    context->message.request.session = 0;
    context->out_bytes = 0; /* the kernel's own, no caller's memory */
    return 0;
}

/* ---- ALLOC_DMA_BUFF */

/* dma_alloc_coherent on the session's device, exported. */
static int export(struct vq_call *call, struct vq_object *object, struct vq_dmabuf **out)
{
    int err = vq_backing_new(call->board, "fastrpc", object->size, &object->backing);
    if (err)
        return err;
    object->backing->object = object;
    err = vq_object_scatter(object);
    if (err)
        return err;
    struct vq_dmabuf_spec spec = {
        .exporter = "fastrpc", .backing = object->backing, .object = object, .size = object->size, .flags = O_RDWR,
        .sg = object->sg, .nents = object->nents,
    };
    return vq_dmabuf_new(call->board, &spec, out);
}

static int64_t alloc_dma_buff(struct vq_call *call)
{
    const struct qda_fastrpc_alloc_dma_buf *arg = call->arg;
    unsigned generation = call->board->generation;
    struct vq_object *object;
    struct vq_dmabuf *dmabuf;
    if (!call->file->node->plugged)
        return vq_legacy_gone(call->file->node);
    if (arg->size == 0)
        return qda_errno(generation, QDA_CALL_ALLOC_DMA_BUFF, QDA_COND_SIZE_ZERO);
    if (arg->size > UINT64_MAX - VQ_PAGE || vq_object_new(call->file->bank, &call->who, arg->size, &object) != 0)
        return qda_errno(generation, QDA_CALL_ALLOC_DMA_BUFF, QDA_COND_DMA_ALLOC_FAILED);
    int err = export(call, object, &dmabuf);
    vq_object_put(object, &call->who);
    if (err)
        return err;
    call->fd_out = vq_dmabuf_fd(dmabuf);
    vq_dmabuf_put(dmabuf);
    return call->fd_out < 0 ? call->fd_out : 0;
}

/* ---- Sessions and calls */

static int64_t init_attach(struct vq_call *call)
{
    return call->file->node->plugged ? vq_session_attach(call) : vq_legacy_gone(call->file->node);
}

/* The board's channels are secure ones: who comes by the open node may only have an unsigned process. */
static bool is_refused(const struct vq_call *call)
{
    const struct qda_fastrpc_init_create *arg = call->arg;
    return !call->file->legacy->secure && (arg->attrs & QDA_PROC_UNSIGNED_MODULE) == 0;
}

static int64_t create_from(struct vq_call *call)
{
    const struct qda_fastrpc_init_create *arg = call->arg;
    struct vq_legacy_want want = {
        .fd = arg->filefd, .descriptor = call->fd_count > 0 ? call->fds[0] : -1, .len = arg->filelen,
    };
    struct vq_legacy_map *map;
    int err = vq_legacy_keep(call, &want, &map);
    if (err)
        return err;
    int64_t result = vq_session_create_of(call, map->object, qda_fastrpc_memory(arg->filelen));
    if (result != 0 && result != VQ_PENDING)
        vq_legacy_drop(call->file, map);
    return result;
}

static int64_t init_create(struct vq_call *call)
{
    const struct qda_fastrpc_init_create *arg = call->arg;
    unsigned generation = call->board->generation;
    if (is_refused(call))
        return qda_errno(generation, QDA_CALL_SESSION_CREATE, QDA_COND_SIGNED_PROCESS);
    if (arg->filelen > QDA_FASTRPC_FILELEN_MAX)
        return qda_errno(generation, QDA_CALL_SESSION_CREATE, QDA_COND_FILE_TOO_LONG);
    if (!call->file->node->plugged)
        return vq_legacy_gone(call->file->node);
    if (arg->filelen == 0)
        return vq_session_create_of(call, NULL, qda_fastrpc_memory(0));
    if (arg->filefd == 0)
        return -EOPNOTSUPP; /* the kernel would read `file` as an address of its own */
    return create_from(call);
}

static int64_t init_create_static(struct vq_call *call)
{
    const struct qda_fastrpc_init_create_static *arg = call->arg;
    if (arg->namelen > QDA_FASTRPC_NAMELEN_MAX)
        return qda_errno(call->board->generation, QDA_CALL_CREATE_STATIC, QDA_COND_STATIC_NAME_TOO_LONG);
    return -EOPNOTSUPP; /* this board's DSPs have no static processes */
}

static int64_t invoke(struct vq_call *call)
{
    const struct qda_fastrpc_invoke *arg = call->arg;
    unsigned generation = call->board->generation;
    size_t bytes = QDA_SCALARS_LENGTH(arg->sc) * sizeof(struct qda_fastrpc_invoke_args);
    if (call->extra_len < bytes)
        return qda_errno(generation, QDA_CALL_INVOKE, QDA_COND_ARGS_UNREADABLE);
    if (!call->file->node->plugged)
        return vq_legacy_gone(call->file->node);
    if (arg->handle == QDA_HANDLE_INIT)
        return qda_errno(generation, QDA_CALL_INVOKE, QDA_COND_KERNEL_HANDLE);
    return vq_remote_invoke(call);
}

/* ---- GET_DSP_INFO, SET_OPTION */

/* Number 0 is user space's own. */
#define ASKED (VQ_ATTRIBUTES - 1)

static void take_attributes(struct vq_context *context)
{
    struct vq_node *node = context->message.node;
    struct qda_fastrpc_capability *arg = context->arg;
    if ((uint32_t)context->ret == (QDA_AEE_REMOTE | QDA_AEE_EUNSUPPORTED))
        context->ret = qda_errno(node->board->generation, QDA_CALL_GET_DSP_INFO, QDA_COND_NO_CAPABILITIES);
    if (context->ret != 0)
        return;
    memcpy(&node->attributes[1], context->message.slab->map + context->place, ASKED * sizeof(node->attributes[0]));
    node->attributes_known = true;
    arg->capability = node->attributes[arg->attribute_id];
}

static int ask_message(struct vq_call *call, struct vq_context *context)
{
    const uint32_t count = ASKED;
    struct vq_layout_arg args[2] = { vq_remote_inline(sizeof(count)), vq_remote_inline(count * sizeof(uint32_t)) };
    struct vq_layout layout = { .sc = QDA_SCALARS_BUILD(0, 0, 1, 1, 0, 0), .args = args };
    int err = vq_legacy_message(call, context, QDA_HANDLE_DSP_UTILITIES, &layout);
    if (err)
        return err;
    uint8_t *to = context->message.slab->map;
    memcpy(to + vq_layout_at(&layout, 0), &count, sizeof(count));
    context->place = vq_layout_at(&layout, 1);
    memset(to + context->place, 0, count * sizeof(uint32_t));
    context->done = take_attributes;
    context->whatever = true;
    return 0;
}

static int64_t ask(struct vq_call *call)
{
    struct vq_context *context = vq_context_new(call, QDA_CALL_INVOKE, 0);
    int err = context ? ask_message(call, context) : -ENOMEM;
    if (!err)
        return vq_context_send(call, context);
    if (context)
        vq_context_free(context);
    return err;
}

static int64_t get_dsp_info(struct vq_call *call)
{
    struct qda_fastrpc_capability *arg = call->arg;
    const struct vq_node *node = call->file->node;
    arg->capability = 0;
    if (arg->attribute_id >= VQ_ATTRIBUTES)
        return qda_errno(call->board->generation, QDA_CALL_GET_DSP_INFO, QDA_COND_ATTRIBUTE_TOO_HIGH);
    if (node->attributes_known) {
        arg->capability = node->attributes[arg->attribute_id];
        return 0;
    }
    return node->plugged ? ask(call) : vq_legacy_gone(node);
}

static int64_t set_option(struct vq_call *call)
{
    static const int32_t zero[6];
    const struct qda_fastrpc_set_option *arg = call->arg;
    unsigned generation = call->board->generation;
    if (memcmp(arg->reserved, zero, sizeof(zero)) != 0)
        return qda_errno(generation, QDA_CALL_SET_OPTION, QDA_COND_PAD_NONZERO);
    if (arg->request_id != QDA_FASTRPC_POLL_MODE || arg->value > 1)
        return qda_errno(generation, QDA_CALL_SET_OPTION, QDA_COND_UNKNOWN_OPTION);
    return qda_errno(generation, QDA_CALL_SET_OPTION, QDA_COND_NO_POLLING);
}

static const struct vq_command commands[] = {
    { QDA_FASTRPC_IOCTL_ALLOC_DMA_BUFF, "ALLOC_DMA_BUFF", alloc_dma_buff },
    { QDA_FASTRPC_IOCTL_INVOKE, "INVOKE", invoke },
    { QDA_FASTRPC_IOCTL_INIT_ATTACH, "INIT_ATTACH", init_attach },
    { QDA_FASTRPC_IOCTL_INIT_ATTACH_SNS, "INIT_ATTACH", init_attach },
    { QDA_FASTRPC_IOCTL_INIT_CREATE, "SESSION_CREATE", init_create },
    { QDA_FASTRPC_IOCTL_INIT_CREATE_STATIC, "SESSION_CREATE", init_create_static },
    { QDA_FASTRPC_IOCTL_MMAP, "MAP", vq_legacy_mmap },
    { QDA_FASTRPC_IOCTL_MUNMAP, "MUNMAP", vq_legacy_munmap },
    { QDA_FASTRPC_IOCTL_MEM_MAP, "MAP", vq_legacy_mem_map },
    { QDA_FASTRPC_IOCTL_MEM_UNMAP, "MUNMAP", vq_legacy_mem_unmap },
    { QDA_FASTRPC_IOCTL_SET_OPTION, "SET_OPTION", set_option },
    { QDA_FASTRPC_IOCTL_GET_DSP_INFO, "GET_DSP_INFO", get_dsp_info },
};

const struct vq_command *vq_legacy_command(uint32_t request)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].request == request)
            return &commands[i];
    }
    return NULL;
}
