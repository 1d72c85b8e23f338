/* SPDX-License-Identifier: MIT */
#include "vqda/client/gather.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "rpcmsg/scalars.h"

/*
 * INVOKE and SESSION_CREATE: inline arguments go through the connection's slab, which is the message buffer of the call.
 * They are copied here, in the caller's process, as the kernel does it in the caller's context.
 */

struct invocation {
    uint8_t packed[QDA_SCALARS_MAX * (sizeof(struct qda_v1_fastrpc_invoke_args) + sizeof(struct vq_arg_state))];
    struct qda_v1_fastrpc_invoke_args *args; /* both in `packed` */
    struct vq_arg_state *states;
    uint64_t place[QDA_SCALARS_MAX]; /* inline: in the slab */
    int fds[VQ_MAX_FDS];
    int fd_count;
    uint32_t sc, count;
    uint64_t size; /* of the message, UINT64_MAX: more than a message can be */
    uint8_t *slab; /* NULL: none is needed, or none can be */
};

static bool is_inline(const struct invocation *in, uint32_t i)
{
    return (in->args[i].fd == 0 || in->args[i].fd == -1) && in->args[i].length > 0;
}

/* The buffer of an argument: its descriptor travels, and where in its mapping the caller points to. */
static void describe_buffer(struct vqc_client *client, struct invocation *in, uint32_t i, bool handle)
{
    const struct qda_v1_fastrpc_invoke_args *arg = &in->args[i];
    struct vq_arg_state *state = &in->states[i];
    int at = 0;
    if (!handle)
        state->offset = vqc_mapping_offset(client, arg->ptr);
    while (at < in->fd_count && in->fds[at] != arg->fd)
        at++;
    if (arg->fd <= 0 || at == VQ_MAX_FDS || (at == in->fd_count && vqc_open_fd(arg->fd) < 0))
        return;
    if (at == in->fd_count)
        in->fds[in->fd_count++] = arg->fd;
    state->fd = (uint16_t)at;
    state->bits = VQ_ARG_FD;
}

/* Places of the inline arguments, and what travels for the others. */
static void lay_out(struct vqc_client *client, struct invocation *in)
{
    uint32_t buffers = QDA_SCALARS_IN(in->sc) + QDA_SCALARS_OUT(in->sc);
    in->size = qda_rpc_metadata(in->count);
    memset(in->states, 0, in->count * sizeof(*in->states));
    for (uint32_t i = 0; i < in->count; i++) {
        uint64_t length = in->args[i].length;
        bool fits = in->size <= VQ_SLAB_MAX && length <= VQ_SLAB_MAX;
        if (in->args[i].fd != 0 && in->args[i].fd != -1)
            describe_buffer(client, in, i, i >= buffers);
        else if (i < buffers && length > 0 && !fits)
            in->size = UINT64_MAX;
        else if (i < buffers && length > 0)
            in->place[i] = vq_place(&in->size, length);
    }
}

/* The inline arguments [from, to): pieces of the slab, and of the caller's memory. Bytes in all. */
static size_t pieces(const struct invocation *in, uint32_t from, uint32_t to, struct vqc_pieces *out)
{
    size_t bytes = 0;
    out->count = 0;
    for (uint32_t i = from; i < to; i++) {
        if (!is_inline(in, i))
            continue;
        out->own[out->count] = (struct iovec){ in->slab + in->place[i], in->args[i].length };
        out->user[out->count++] = (struct iovec){ (void *)(uintptr_t)in->args[i].ptr, in->args[i].length };
        bytes += in->args[i].length;
    }
    return bytes;
}

/* In buffers go in, each with its mark; out buffers begin as zeros. */
static void fill(struct invocation *in)
{
    struct vqc_pieces all;
    uint32_t inputs = QDA_SCALARS_IN(in->sc);
    size_t bytes = pieces(in, 0, inputs, &all);
    bool whole = vqc_copy_pieces_in(&all, bytes) == 0;
    for (uint32_t i = 0; i < inputs; i++) {
        const struct qda_v1_fastrpc_invoke_args *arg = &in->args[i];
        if (is_inline(in, i) && (whole || vqc_copy_in(in->slab + in->place[i], arg->ptr, arg->length) == 0))
            in->states[i].bits |= VQ_ARG_MEMORY;
    }
    for (uint32_t i = inputs; i < inputs + QDA_SCALARS_OUT(in->sc); i++)
        if (is_inline(in, i))
            memset(in->slab + in->place[i], 0, in->args[i].length);
}

static int bring_back(const struct invocation *in)
{
    struct vqc_pieces all;
    uint32_t inputs = QDA_SCALARS_IN(in->sc);
    size_t bytes = pieces(in, inputs, inputs + QDA_SCALARS_OUT(in->sc), &all);
    return vqc_copy_pieces_out(&all, bytes);
}

/* Copies what the caller's arguments say. 0 or -errno; a bad pointer is the server's to say, when its turn comes. */
static int gather_arguments(const struct vqc_gathered *g, struct invocation *in, struct vqc_message *m)
{
    const size_t bytes = in->count * sizeof(*in->args);
    int err = 0;
    if (vqc_copy_in(in->args, g->arg.invoke.args, bytes) != 0)
        return 0;
    lay_out(g->client, in);
    if (in->size <= VQ_SLAB_MAX)
        in->slab = vqc_slab(g->client, in->size, &err);
    if (err < 0)
        return err;
    if (in->slab != NULL)
        fill(in);
    m->in[1] = in->packed;
    m->in_len[1] = bytes + in->count * sizeof(*in->states);
    m->fds = in->fds;
    m->fd_count = in->fd_count;
    return 0;
}

int vqc_invoke(struct vqc_gathered *g)
{
    struct invocation in;
    struct vqc_message m = { .out = g->arg.bytes, .out_room = VQC_ARG_ROOM, .interruptible = true };
    in.sc = g->arg.invoke.sc;
    in.count = QDA_SCALARS_LENGTH(in.sc);
    in.args = (void *)in.packed;
    in.states = (void *)(in.packed + in.count * sizeof(*in.args));
    in.fd_count = 0;
    in.slab = NULL;
    int64_t result = gather_arguments(g, &in, &m);
    if (result == 0)
        result = vqc_gather_send(g, &m);
    if (result == 0 && in.slab != NULL)
        result = bring_back(&in);
    return vqc_gather_back(g, result);
}

/* The ELF into the slab, where the message has it. 0 or -errno. */
static int gather_file(const struct vqc_gathered *g, struct vq_arg_state *state)
{
    const struct qda_v1_init_create *arg = &g->arg.session;
    int err = 0;
    if (arg->filelen == 0 || arg->filelen > QDA_V1_FILELEN_MAX)
        return 0;
    uint8_t *slab = vqc_slab(g->client, VQ_FILE_AT + arg->filelen + 2 * QDA_RPC_ALIGN, &err);
    if (slab != NULL && vqc_copy_in(slab + VQ_FILE_AT, arg->file, arg->filelen) == 0)
        state->bits = VQ_ARG_MEMORY;
    return err;
}

int vqc_session_create(struct vqc_gathered *g)
{
    const struct qda_v1_init_create *arg = &g->arg.session;
    struct vq_arg_state state = { 0 };
    int fd = arg->filefd > 0 ? vqc_open_fd(arg->filefd) : -1;
    struct vqc_message m = {
        .in = { NULL, &state }, .in_len = { 0, sizeof(state) }, .out = g->arg.bytes, .out_room = VQC_ARG_ROOM,
        .fds = &fd, .fd_count = fd >= 0,
    };
    int64_t result = 0;
    if (arg->filefd > 0)
        state.offset = vqc_mapping_offset(g->client, arg->file);
    else
        result = gather_file(g, &state);
    if (result == 0)
        result = vqc_gather_send(g, &m);
    return vqc_gather_back(g, result);
}
