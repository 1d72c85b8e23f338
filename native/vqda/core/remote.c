/* SPDX-License-Identifier: MIT */
#include "vqda/core/call.h"

#include "uapi/errnos.h"
#include "rpcmsg/scalars.h"
#include "uapi/qda_v1.h"
#include "vqda/core/abi.h"
#include "vqda/core/bank.h"
#include "vqda/core/dmabuf.h"
#include "vqda/core/handle.h"
#include "vqda/core/object.h"
#include "vqda/core/prime.h"
#include "vqda/core/remote.h"
#include "vqda/quirks/quirks.h"

#include <errno.h>
#include <string.h>

/*
 * The ioctls that send a message to the DSP. Everything up to the message is the driver's: the checks, the imports by fd,
 * and the message buffer, a GEM object in the caller's bank for the time of the call.
 */

int vq_remote_message(struct vq_file *file, const struct vq_caller *who, uint64_t size, struct vq_object **out)
{
    struct vq_bank *bank = vq_bank_assign(file);
    return bank ? vq_object_new(bank, who, size, out) : -ENOMEM;
}

/* A message of `size` bytes goes out for `name`. */
static int64_t send_message(struct vq_call *call, enum qda_call name, uint64_t size)
{
    struct vq_object *message;
    int err = vq_remote_message(call->file, &call->who, size, &message);
    if (err)
        return err;
    err = vq_dsp_send(call->file->node, name);
    vq_object_put(message, &call->who);
    return err;
}

/* 40 bytes a scalar, the fd list and the CRC list: what every message has before its inline data. */
static uint64_t payload(uint64_t scalars)
{
    return 40 * scalars + 16 * 8 + 64 * 4;
}

/* Names of conditions that a buffer reference of a call can meet. */
struct reference {
    int32_t fd;     /* the `fd` field, > 0 */
    int descriptor; /* what travelled for it; -1: nothing */
};

/* v1: the dma-buf is imported, and its handle stays (quirk) or goes again. */
static int use_fd(struct vq_call *call, const struct reference *ref)
{
    unsigned generation = call->board->generation;
    if (ref->descriptor < 0)
        return qda_errno(generation, QDA_CALL_MAP, QDA_COND_BAD_FD);
    struct vq_dmabuf *dmabuf = vq_dmabuf_of_fd(call->board, ref->descriptor);
    if (!dmabuf)
        return qda_errno(generation, QDA_CALL_MAP, QDA_COND_NOT_A_DMABUF);
    uint32_t handle;
    uint32_t before = call->file->handles_used;
    int err = vq_prime_import(call->file, &call->who, dmabuf, &handle);
    if (err)
        return err;
    bool made_here = call->file->handles_used > before;
    if (made_here && !call->board->quirks[VQ_QUIRK_HIDDEN_IMPORT_HANDLES])
        vq_handle_delete(call->file, &call->who, handle);
    else if (made_here)
        vq_prime_set_hidden(call->file, handle, true);
    return 0;
}

/* RFC: the field is a GEM handle of the file. */
static int use_handle(const struct vq_call *call, const struct reference *ref)
{
    if (vq_handle_lookup(call->file, (uint32_t)ref->fd))
        return 0;
    return qda_errno(call->board->generation, QDA_CALL_MAP, QDA_COND_UNKNOWN_HANDLE);
}

static int use_buffer(struct vq_call *call, const struct reference *ref)
{
    return vq_abi_of(call->board->generation)->fd_is_handle ? use_handle(call, ref) : use_fd(call, ref);
}

static struct reference only_reference(const struct vq_call *call, int32_t fd)
{
    return (struct reference){ .fd = fd, .descriptor = call->fd_count > 0 ? call->fds[0] : -1 };
}

int64_t vq_remote_attach(struct vq_call *call)
{
    return send_message(call, QDA_CALL_INIT_ATTACH, payload(1) + 128);
}

int64_t vq_remote_session_create(struct vq_call *call)
{
    const struct qda_v1_init_create *arg = call->arg;
    unsigned generation = call->board->generation;
    if (arg->filelen > QDA_V1_FILELEN_MAX)
        return qda_errno(generation, QDA_CALL_SESSION_CREATE, QDA_COND_FILE_TOO_LONG);
    if (arg->filelen > 0 && arg->filefd > 0) {
        struct reference ref = only_reference(call, arg->filefd);
        if (use_buffer(call, &ref) != 0)
            return qda_errno(generation, QDA_CALL_SESSION_CREATE, QDA_COND_FILE_BUFFER_BAD);
    }
    struct vq_object *memory;
    int err = vq_remote_message(call->file, &call->who, QDA_V1_FILELEN_MAX, &memory);
    if (err)
        return err;
    bool from_memory = arg->filelen > 0 && arg->filefd <= 0;
    bool readable = call->extra_len > 0 && (call->extra[0] & VQ_ARG_MEMORY);
    int64_t result = from_memory && !readable
                         ? -EFAULT
                         : send_message(call, QDA_CALL_SESSION_CREATE, payload(6) + 4 * 128);
    vq_object_put(memory, &call->who); /* the session did not come about */
    return result;
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
    if (arg->fd > 0) {
        struct reference ref = only_reference(call, arg->fd);
        err = use_buffer(call, &ref);
        if (err)
            return err;
    }
    return send_message(call, QDA_CALL_MAP, payload(4) + 3 * 128);
}

int64_t vq_remote_munmap(struct vq_call *call)
{
    const struct qda_v1_mem_unmap *arg = call->arg;
    if (arg->request != QDA_V1_MUNMAP_REQUEST_LEGACY && arg->request != QDA_V1_MUNMAP_REQUEST_ATTR)
        return qda_errno(call->board->generation, QDA_CALL_MUNMAP, QDA_COND_BAD_REQUEST);
    return send_message(call, QDA_CALL_MUNMAP, payload(1) + 128);
}

/* The argument array of an INVOKE as it travelled. */
struct arguments {
    const struct qda_v1_fastrpc_invoke_args *args;
    const uint8_t *states; /* VQ_ARG_* */
    unsigned count;
    unsigned inputs;
};

/* Every argument that names a buffer. 0 or -errno. */
static int use_buffers(struct vq_call *call, const struct arguments *in)
{
    unsigned generation = call->board->generation;
    size_t travelled = 0;
    for (unsigned i = 0; i < in->count; i++) {
        struct reference ref = { .fd = in->args[i].fd, .descriptor = -1 };
        if ((in->states[i] & VQ_ARG_FD) && travelled < call->fd_count)
            ref.descriptor = call->fds[travelled++];
        if (ref.fd < -1 && generation == QDA_ERRNO_V1)
            return qda_errno(generation, QDA_CALL_INVOKE, QDA_COND_FD_BELOW_MINUS_ONE);
        if (ref.fd == 0 || ref.fd == -1 || in->args[i].length == 0)
            continue;
        int err = use_buffer(call, &ref);
        if (err)
            return err;
    }
    return 0;
}

/* Bytes of the message: inline arguments are 128-byte aligned. UINT64_MAX where they do not fit in one. */
static uint64_t message_size(const struct arguments *in)
{
    uint64_t size = payload(in->count);
    for (unsigned i = 0; i < in->count; i++) {
        if (in->args[i].fd > 0)
            continue;
        uint64_t length = in->args[i].length;
        if (length > UINT32_MAX)
            return UINT64_MAX;
        size = ((size + 127) & ~127ull) + length;
    }
    return size;
}

/* Can the inline in buffers be copied? */
static bool inline_readable(const struct arguments *in)
{
    for (unsigned i = 0; i < in->inputs; i++) {
        bool copied = in->args[i].fd <= 0 && in->args[i].length > 0;
        if (copied && (in->states[i] & VQ_ARG_MEMORY) == 0)
            return false;
    }
    return true;
}

static int64_t invoke(struct vq_call *call, const struct arguments *in)
{
    unsigned generation = call->board->generation;
    int err = use_buffers(call, in);
    if (err)
        return err;
    uint64_t size = message_size(in);
    struct vq_object *message;
    err = size == UINT64_MAX ? -ENOMEM : vq_remote_message(call->file, &call->who, size, &message);
    if (err)
        return err;
    err = inline_readable(in) ? vq_dsp_send(call->file->node, QDA_CALL_INVOKE)
                              : qda_errno(generation, QDA_CALL_INVOKE, QDA_COND_INLINE_UNREADABLE);
    vq_object_put(message, &call->who);
    return err;
}

int64_t vq_remote_invoke(struct vq_call *call)
{
    const struct qda_v1_invoke_args *arg = call->arg;
    unsigned count = QDA_SCALARS_LENGTH(arg->sc);
    struct qda_v1_fastrpc_invoke_args args[QDA_SCALARS_MAX];
    if (call->extra_len < count * (sizeof(args[0]) + 1))
        return qda_errno(call->board->generation, QDA_CALL_INVOKE, QDA_COND_ARGS_UNREADABLE);
    if (count > 0)
        memcpy(args, call->extra, count * sizeof(args[0]));
    struct arguments in = {
        .args = args,
        .states = (const uint8_t *)call->extra + count * sizeof(args[0]),
        .count = count,
        .inputs = QDA_SCALARS_IN(arg->sc),
    };
    return invoke(call, &in);
}
